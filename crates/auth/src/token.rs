//! The token endpoint's messages: what is asked, what is answered, and the errors of RFC 6749 section 5.2.

mod proof;
#[cfg(test)]
mod tests;

use sayso_plan::{PersonId, Purpose};
use serde::Serialize;
use serde::ser::{SerializeMap, Serializer};
use time::OffsetDateTime;

use crate::assertion::AssertionFault;
use crate::client::Client;
use crate::form::Form;
use crate::pkce::Verifier;
use crate::records::{AccessRecord, CodeFault, RefreshFault};
use crate::scope::Scopes;
use crate::secret::{Opaque, of};

pub use proof::{ASSERTION_TYPE, Proof};

/// A token request.
#[derive(Debug)]
pub struct TokenRequest {
    /// Who the client says it is, and its proof.
    pub proof: Proof,
    /// What it presents.
    pub asks: Asks,
}

/// What the client presents for a token.
#[derive(Debug)]
pub enum Asks {
    /// `authorization_code`.
    Code {
        /// The code.
        code: Opaque<of::Code>,
        /// The redirect address of the request, again.
        redirect_uri: String,
        /// The verifier.
        verifier: Verifier,
        /// The purpose that is stated.
        purpose: Option<Purpose>,
    },
    /// `refresh_token`.
    Refresh {
        /// The refresh token.
        token: Opaque<of::Refresh>,
        /// The scope parameter, if the new access token is to have less.
        scope: Option<String>,
    },
    /// `client_credentials`.
    Itself {
        /// What is asked for.
        scopes: Scopes,
        /// The purpose that is stated.
        purpose: Option<Purpose>,
    },
}

/// An error of the token, revocation or introspection endpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    /// A parameter is missing, malformed or there twice.
    #[error("{0}")]
    InvalidRequest(&'static str),
    /// The client is unknown or did not prove itself; which of the two is not told.
    #[error("the client is not known or did not prove itself")]
    InvalidClient,
    /// The code or refresh token does not count.
    #[error("the code or token is not valid for this request")]
    InvalidGrant,
    /// This client may not use this grant type.
    #[error("this client may not use this grant type")]
    UnauthorizedClient,
    /// An unknown grant type.
    #[error("grant_type must be authorization_code, refresh_token or client_credentials")]
    UnsupportedGrantType,
    /// The scope is malformed, wider than before, or nothing of it can be granted.
    #[error("the scope cannot be granted")]
    InvalidScope,
}

impl TokenError {
    /// The code of `error`.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::InvalidRequest(_) => "invalid_request",
            Self::InvalidClient => "invalid_client",
            Self::InvalidGrant => "invalid_grant",
            Self::UnauthorizedClient => "unauthorized_client",
            Self::UnsupportedGrantType => "unsupported_grant_type",
            Self::InvalidScope => "invalid_scope",
        }
    }

    /// The HTTP status: 401 for [`TokenError::InvalidClient`], else 400.
    #[must_use]
    pub const fn status(self) -> u16 {
        match self {
            Self::InvalidClient => 401,
            Self::InvalidRequest(_)
            | Self::InvalidGrant
            | Self::UnauthorizedClient
            | Self::UnsupportedGrantType
            | Self::InvalidScope => 400,
        }
    }
}

impl Serialize for TokenError {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        let mut map = s.serialize_map(Some(2))?;
        map.serialize_entry("error", self.code())?;
        map.serialize_entry("error_description", &self.to_string())?;
        map.end()
    }
}

impl From<AssertionFault> for TokenError {
    fn from(fault: AssertionFault) -> Self {
        match fault {
            AssertionFault::Purpose => Self::InvalidRequest("purpose_of_use must be one known code"),
            AssertionFault::TooLarge
            | AssertionFault::Form
            | AssertionFault::Header
            | AssertionFault::Key
            | AssertionFault::Signature
            | AssertionFault::Issuer
            | AssertionFault::Audience
            | AssertionFault::Time
            | AssertionFault::Jti => Self::InvalidClient,
        }
    }
}

impl From<CodeFault> for TokenError {
    fn from(_: CodeFault) -> Self {
        Self::InvalidGrant
    }
}

impl From<RefreshFault> for TokenError {
    fn from(fault: RefreshFault) -> Self {
        match fault {
            RefreshFault::Scope => Self::InvalidScope,
            RefreshFault::Reused | RefreshFault::Expired | RefreshFault::OtherClient => Self::InvalidGrant,
        }
    }
}

impl TokenRequest {
    /// Reads the body of a token request. `has_authorization` tells whether there was an `Authorization` header:
    /// no client has a secret here, so such a request is from a client that is not known.
    ///
    /// # Errors
    /// [`TokenError`].
    pub fn parse(body: &str, has_authorization: bool) -> Result<Self, TokenError> {
        let form = read(body)?;
        let kind = form.get("grant_type").ok_or(TokenError::InvalidRequest("grant_type is required"))?;
        let asks = match kind {
            "authorization_code" => Asks::Code {
                code: Opaque::parse(need(&form, "code", "code is required")?).map_err(|_| TokenError::InvalidGrant)?,
                redirect_uri: need(&form, "redirect_uri", "redirect_uri is required")?.to_owned(),
                verifier: Verifier::parse(need(&form, "code_verifier", "code_verifier is required")?)
                    .map_err(|_| TokenError::InvalidGrant)?,
                purpose: purpose(&form)?,
            },
            "refresh_token" => Asks::Refresh {
                token: Opaque::parse(need(&form, "refresh_token", "refresh_token is required")?)
                    .map_err(|_| TokenError::InvalidGrant)?,
                scope: form.get("scope").map(str::to_owned),
            },
            "client_credentials" => Asks::Itself {
                scopes: Scopes::parse(need(&form, "scope", "scope is required")?)
                    .map_err(|_| TokenError::InvalidScope)?,
                purpose: purpose(&form)?,
            },
            _ => return Err(TokenError::UnsupportedGrantType),
        };
        Ok(Self { proof: Proof::read(&form, has_authorization)?, asks })
    }

    /// Whether this client may use this grant type at all.
    ///
    /// # Errors
    /// [`TokenError::UnauthorizedClient`].
    pub fn check_kind(&self, client: &Client) -> Result<(), TokenError> {
        let for_itself = matches!(self.asks, Asks::Itself { .. });
        if for_itself == client.kind.is_backend() { Ok(()) } else { Err(TokenError::UnauthorizedClient) }
    }
}

pub(crate) fn read(body: &str) -> Result<Form, TokenError> {
    let form = Form::parse(body).map_err(|_| TokenError::InvalidRequest("the form cannot be read"))?;
    if form.has_any_twice() {
        return Err(TokenError::InvalidRequest("a parameter is repeated"));
    }
    Ok(form)
}

pub(crate) fn need<'f>(form: &'f Form, name: &str, why: &'static str) -> Result<&'f str, TokenError> {
    form.get(name).ok_or(TokenError::InvalidRequest(why))
}

fn purpose(form: &Form) -> Result<Option<Purpose>, TokenError> {
    let known = form.get("purpose_of_use").map(str::parse).transpose();
    known.map_err(|_| TokenError::InvalidRequest("purpose_of_use must be one known code"))
}

/// The purpose of a new token: what the form and the assertion state, which must agree and be registered.
///
/// # Errors
/// [`TokenError::InvalidRequest`].
pub fn stated_purpose(
    client: &Client,
    form: Option<Purpose>,
    assertion: Option<Purpose>,
) -> Result<Option<Purpose>, TokenError> {
    let stated = match (form, assertion) {
        (Some(one), Some(other)) if one != other => {
            return Err(TokenError::InvalidRequest("purpose_of_use is stated twice and differs"));
        }
        (one, other) => one.or(other),
    };
    match stated {
        Some(purpose) if !client.purposes.contains(&purpose) => {
            Err(TokenError::InvalidRequest("the client is not registered for this purpose_of_use"))
        }
        stated => Ok(stated),
    }
}

/// What a backend service gets of what it asks for.
///
/// # Errors
/// [`TokenError::InvalidScope`] when that is nothing.
pub fn backend_scopes(client: &Client, asked: &Scopes) -> Result<Scopes, TokenError> {
    let granted = asked.granted(&client.scopes);
    if granted.is_empty() { Err(TokenError::InvalidScope) } else { Ok(granted) }
}

/// A token response. Its door adds `Cache-Control: no-store` and `Pragma: no-cache`.
#[derive(Serialize)]
pub struct TokenResponse {
    access_token: String,
    token_type: &'static str,
    expires_in: i64,
    scope: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    patient: Option<PersonId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    refresh_token: Option<String>,
}

impl TokenResponse {
    /// The access token.
    #[must_use]
    pub fn access_token(&self) -> &str {
        &self.access_token
    }

    /// The response that gives out these tokens.
    #[must_use]
    pub fn new(
        access: &Opaque<of::Access>,
        record: &AccessRecord,
        refresh: Option<&Opaque<of::Refresh>>,
        now: OffsetDateTime,
    ) -> Self {
        Self {
            access_token: access.expose().to_owned(),
            token_type: "Bearer",
            expires_in: record.seconds_left(now),
            scope: record.scopes.to_string(),
            patient: record.person.filter(|_| record.scopes.names_a_person()),
            refresh_token: refresh.map(|token| token.expose().to_owned()),
        }
    }
}

impl std::fmt::Debug for TokenResponse {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("TokenResponse(..)")
    }
}
