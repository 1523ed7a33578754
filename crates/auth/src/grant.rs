//! The authorization request: what an app asks at `/oauth/authorize`, and where each refusal of it may go.
//!
//! RFC 6749 section 4.1, RFC 9700, RFC 9207 and SMART App Launch 2.2.

#[cfg(test)]
mod tests;

use sayso_plan::ClientId;
use serde::{Deserialize, Serialize};

use crate::client::Client;
use crate::discovery::Place;
use crate::form::{Form, FormFault};
use crate::pkce::Challenge;
use crate::redirect::RedirectTarget;
use crate::scope::Scopes;
use crate::secret::{Opaque, of};

/// Longest `state`, in bytes: it is given back as it came.
pub const STATE_MAX_BYTES: usize = 8 * 1024;

/// A request whose parameters were read, before the client is known.
#[derive(Debug)]
pub struct Asked {
    form: Form,
    client_id: ClientId,
}

/// A request that may be shown to the person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuthorizationRequest {
    /// The app.
    pub client: ClientId,
    /// Where the answer goes.
    pub redirect: RedirectTarget,
    /// What the app asks for and is registered for; the person may allow less.
    pub scopes: Scopes,
    /// Given back exactly.
    pub state: String,
    /// What the verifier at the exchange must meet.
    pub challenge: Challenge,
    /// Our issuer, part of every answer (RFC 9207).
    pub issuer: String,
}

/// A request that is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refused {
    /// On a page of ours: who asks, or where the answer should go, is not certain, so nothing is redirected.
    Page(PageReason),
    /// To the app.
    Redirect(Box<ErrorRedirect>),
}

/// Why a request is refused on a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PageReason {
    /// The parameters cannot be read.
    #[error("the request cannot be read: {0}")]
    Unreadable(#[from] FormFault),
    /// `client_id` is missing, twice there, unknown or disabled: one answer for all.
    #[error("the app is not registered here")]
    Client,
    /// `redirect_uri` is missing, twice there or not registered.
    #[error("the app gave an address that is not registered for it")]
    Redirect,
}

/// A refusal that the app is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ErrorRedirect {
    /// Where to.
    pub to: RedirectTarget,
    /// Why.
    pub error: AuthorizeError,
    /// Given back exactly, when there was exactly one.
    pub state: Option<String>,
    /// Our issuer.
    pub iss: String,
}

/// Errors of the authorize endpoint (RFC 6749 section 4.1.2.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AuthorizeError {
    /// A parameter is twice there.
    #[error("a parameter is repeated")]
    Repeated,
    /// `state` is missing or too long.
    #[error("state is required, of at most 8192 bytes")]
    State,
    /// `aud` is missing or is not our FHIR base.
    #[error("aud must be the FHIR base of this server")]
    Audience,
    /// No proper S256 challenge.
    #[error("code_challenge with code_challenge_method S256 is required")]
    Challenge,
    /// `response_type` is missing.
    #[error("response_type is required")]
    ResponseTypeMissing,
    /// `response_mode` is not `query`.
    #[error("response_mode must be query")]
    ResponseMode,
    /// `launch`: there is no launch from inside an EHR here, and a handle that is not ours is never ignored.
    #[error("launch is not offered; ask for launch/patient")]
    Launch,
    /// `response_type` is not `code`.
    #[error("response_type must be code")]
    UnsupportedResponseType,
    /// The client is no app for persons.
    #[error("this client may not ask a person")]
    UnauthorizedClient,
    /// Nothing that is asked for can be granted.
    #[error("none of the scopes can be granted")]
    InvalidScope,
    /// The person said no.
    #[error("the person did not allow it")]
    AccessDenied,
    /// `request` is not supported.
    #[error("request is not supported")]
    RequestNotSupported,
    /// `request_uri` is not supported.
    #[error("request_uri is not supported")]
    RequestUriNotSupported,
}

impl AuthorizeError {
    /// The code of `error`.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Repeated
            | Self::State
            | Self::Audience
            | Self::Challenge
            | Self::ResponseTypeMissing
            | Self::ResponseMode
            | Self::Launch => "invalid_request",
            Self::UnsupportedResponseType => "unsupported_response_type",
            Self::UnauthorizedClient => "unauthorized_client",
            Self::InvalidScope => "invalid_scope",
            Self::AccessDenied => "access_denied",
            Self::RequestNotSupported => "request_not_supported",
            Self::RequestUriNotSupported => "request_uri_not_supported",
        }
    }
}

impl ErrorRedirect {
    /// The address to redirect to, with 303.
    #[must_use]
    pub fn location(&self) -> String {
        let description = self.error.to_string();
        let mut parameters =
            vec![("error", self.error.code()), ("error_description", &description), ("iss", &self.iss)];
        if let Some(state) = &self.state {
            parameters.push(("state", state));
        }
        self.to.with(&parameters)
    }
}

impl Asked {
    /// Reads the parameters: of the query, and of the body when the request was a POST. A parameter in both is there
    /// twice (OA6).
    ///
    /// # Errors
    /// [`Refused::Page`].
    pub fn read(query: &str, body: Option<&str>) -> Result<Self, Refused> {
        let form = Form::parse_all([query].into_iter().chain(body)).map_err(|why| Refused::Page(why.into()))?;
        let client_id =
            form.get("client_id").and_then(|id| id.parse().ok()).ok_or(Refused::Page(PageReason::Client))?;
        Ok(Self { form, client_id })
    }

    /// The client to look up.
    #[must_use]
    pub const fn client_id(&self) -> ClientId {
        self.client_id
    }

    /// Checks the request against its client. First who asks and where the answer goes; only then is anything told
    /// to the app.
    ///
    /// # Errors
    /// [`Refused`].
    pub fn decide(&self, client: Option<&Client>, place: &Place) -> Result<AuthorizationRequest, Refused> {
        let known = client.filter(|client| client.id == self.client_id && client.is_active());
        let client = known.ok_or(Refused::Page(PageReason::Client))?;
        let redirect = self
            .form
            .get("redirect_uri")
            .and_then(|presented| client.redirect_target(presented))
            .ok_or(Refused::Page(PageReason::Redirect))?;
        self.check(client, place, redirect.clone()).map_err(|error| {
            let state = self.form.get("state").filter(|state| state.len() <= STATE_MAX_BYTES).map(str::to_owned);
            let iss = place.issuer().to_owned();
            Refused::Redirect(Box::new(ErrorRedirect { to: redirect, error, state, iss }))
        })
    }

    fn check(
        &self,
        client: &Client,
        place: &Place,
        redirect: RedirectTarget,
    ) -> Result<AuthorizationRequest, AuthorizeError> {
        if self.form.has_any_twice() {
            return Err(AuthorizeError::Repeated);
        }
        self.check_unsupported(client)?;
        self.check_response()?;
        let state = self.form.get("state").filter(|state| state.len() <= STATE_MAX_BYTES);
        let state = state.ok_or(AuthorizeError::State)?.to_owned();
        self.check_audience(place)?;
        let method = self.form.get("code_challenge_method");
        let challenge = self.form.get("code_challenge").and_then(|text| Challenge::parse(text, method).ok());
        let challenge = challenge.ok_or(AuthorizeError::Challenge)?;
        let asked = Scopes::parse(self.form.get("scope").unwrap_or("")).map_err(|_| AuthorizeError::InvalidScope)?;
        let scopes = asked.granted(&client.scopes);
        if scopes.resources().next().is_none() {
            return Err(AuthorizeError::InvalidScope);
        }
        let issuer = place.issuer().to_owned();
        Ok(AuthorizationRequest { client: client.id, redirect, scopes, state, challenge, issuer })
    }

    fn check_unsupported(&self, client: &Client) -> Result<(), AuthorizeError> {
        if client.kind.is_backend() {
            return Err(AuthorizeError::UnauthorizedClient);
        }
        let refused = [
            ("request", AuthorizeError::RequestNotSupported),
            ("request_uri", AuthorizeError::RequestUriNotSupported),
            ("launch", AuthorizeError::Launch),
        ];
        match refused.into_iter().find(|(name, _)| self.form.get(name).is_some()) {
            Some((_, error)) => Err(error),
            None => Ok(()),
        }
    }

    fn check_response(&self) -> Result<(), AuthorizeError> {
        match self.form.get("response_type") {
            Some("code") => Ok(()),
            Some(_) => Err(AuthorizeError::UnsupportedResponseType),
            None => Err(AuthorizeError::ResponseTypeMissing),
        }?;
        match self.form.get("response_mode") {
            None | Some("query") => Ok(()),
            Some(_) => Err(AuthorizeError::ResponseMode),
        }
    }

    /// `aud` is our FHIR base; `resource` is its synonym (RFC 8707). The base with a slash at its end is the same
    /// base, and clients are configured both ways.
    fn check_audience(&self, place: &Place) -> Result<(), AuthorizeError> {
        let base = place.fhir();
        let named: Vec<&str> = ["aud", "resource"].into_iter().filter_map(|name| self.form.get(name)).collect();
        let ours = |name: &&str| **name == base || name.strip_suffix('/') == Some(&base);
        if !named.is_empty() && named.iter().all(ours) { Ok(()) } else { Err(AuthorizeError::Audience) }
    }
}

impl AuthorizationRequest {
    /// Where to redirect, with 303, when the person allowed it.
    #[must_use]
    pub fn allowed(&self, code: &Opaque<of::Code>) -> String {
        self.redirect.with(&[("code", code.expose()), ("state", &self.state), ("iss", &self.issuer)])
    }

    /// Where to redirect, with 303, when the person did not.
    #[must_use]
    pub fn denied(&self) -> String {
        let refusal = ErrorRedirect {
            to: self.redirect.clone(),
            error: AuthorizeError::AccessDenied,
            state: Some(self.state.clone()),
            iss: self.issuer.clone(),
        };
        refusal.location()
    }
}
