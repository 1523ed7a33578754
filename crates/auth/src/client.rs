//! A registered client: who runs it, how it proves itself, where answers go, what it may ask for.

#[cfg(test)]
pub(crate) mod tests;

use sayso_plan::{ClientId, OrganizationId, Purpose};
use serde::{Deserialize, Serialize};
use url::Url;

use crate::caller::ClientKind;
use crate::key::KeySet;
use crate::redirect::{RedirectTarget, RedirectUri, is_loopback};
use crate::scope::{Scope, Scopes};

/// Longest name of a client, in characters.
pub const NAME_MAX_CHARS: usize = 80;
/// Most redirect addresses of one client.
pub const REDIRECTS_MAX: usize = 16;
/// Longest address of a key set, in bytes.
pub const JWKS_URL_MAX_BYTES: usize = 2_000;

/// A registered client. Kept as JSON.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Client {
    /// Its id, which is also its OAuth `client_id`.
    pub id: ClientId,
    /// The name that persons see.
    pub name: String,
    /// The organization that runs it; a patient app may have none.
    pub organization: Option<OrganizationId>,
    /// What kind of software it is.
    pub kind: ClientKind,
    /// How it proves that it is itself.
    pub auth: ClientAuth,
    /// Where answers of the authorize endpoint may go.
    #[serde(default)]
    pub redirect_uris: Vec<RedirectUri>,
    /// The most it can be granted.
    pub scopes: Scopes,
    /// The purposes it may state.
    pub purposes: Vec<Purpose>,
    /// The purpose that counts when it states none.
    pub default_purpose: Purpose,
    /// Whether it may be used.
    pub state: ClientState,
}

/// How a client proves itself at the token endpoint.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "method")]
pub enum ClientAuth {
    /// It cannot keep a secret: only PKCE and its redirect address protect it.
    #[serde(rename = "none")]
    Public,
    /// It signs an assertion with its own key (RFC 7523).
    #[serde(rename = "private_key_jwt")]
    PrivateKeyJwt {
        /// Its public keys.
        jwks: Jwks,
    },
}

/// Where the public keys of a client are.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Jwks {
    /// In the registration.
    Inline(KeySet),
    /// At this address, fetched through egress.
    Url(String),
}

/// Whether a client may be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClientState {
    /// Yes.
    Active,
    /// No: no token is issued, none that was issued counts.
    Disabled,
}

/// Why a registration is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum RegistrationFault {
    /// Empty, too long, or with characters that change how the name reads.
    #[error("the name must have 1 to 80 characters, without control or direction characters")]
    Name,
    /// A backend service belongs to an organization.
    #[error("a record system or crisis service needs an organization")]
    Organization,
    /// A backend service must sign.
    #[error("a record system or crisis service must prove itself by private_key_jwt")]
    Auth,
    /// The address of the key set is not https (or http on a loopback address).
    #[error("the key set's address must be https, without user name or fragment")]
    JwksUrl,
    /// An app needs redirect addresses, a backend service has none.
    #[error("a patient app needs 1 to 16 redirect addresses; other clients have none")]
    Redirects,
    /// Scopes of another context, or that are not offered.
    #[error("a patient app has patient/ scopes, launch/patient and offline_access; other clients have system/ scopes")]
    Scopes,
    /// The default must be one of the purposes, none of which may be there twice.
    #[error("the purposes must hold the default purpose, each once")]
    Purposes,
}

impl Client {
    /// Checks a registration, field by field.
    ///
    /// # Errors
    /// The first [`RegistrationFault`]. Redirect addresses and inline keys were already checked by their types.
    pub fn checked(self) -> Result<Self, RegistrationFault> {
        self.check_name()?;
        if self.kind.is_backend() && self.organization.is_none() {
            return Err(RegistrationFault::Organization);
        }
        self.check_auth()?;
        let redirects = if self.kind.is_backend() { 0..=0 } else { 1..=REDIRECTS_MAX };
        if !redirects.contains(&self.redirect_uris.len()) {
            return Err(RegistrationFault::Redirects);
        }
        if self.scopes.is_empty() || !self.scopes.iter().all(|scope| self.may_register(scope)) {
            return Err(RegistrationFault::Scopes);
        }
        let repeated =
            self.purposes.iter().enumerate().any(|(at, p)| self.purposes.iter().skip(at + 1).any(|q| p == q));
        if repeated || !self.purposes.contains(&self.default_purpose) {
            return Err(RegistrationFault::Purposes);
        }
        Ok(self)
    }

    fn check_name(&self) -> Result<(), RegistrationFault> {
        let length = self.name.chars().count();
        // Direction characters let a name on the consent page read as another's (OA25).
        let hides = |c: char| {
            c.is_control()
                || matches!(c, '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{FEFF}')
        };
        let fit = (1..=NAME_MAX_CHARS).contains(&length) && self.name.trim() == self.name && !self.name.contains(hides);
        if fit { Ok(()) } else { Err(RegistrationFault::Name) }
    }

    fn check_auth(&self) -> Result<(), RegistrationFault> {
        match &self.auth {
            ClientAuth::Public if self.kind.is_backend() => Err(RegistrationFault::Auth),
            ClientAuth::Public | ClientAuth::PrivateKeyJwt { jwks: Jwks::Inline(_) } => Ok(()),
            ClientAuth::PrivateKeyJwt { jwks: Jwks::Url(url) } => check_jwks_url(url),
        }
    }

    fn may_register(&self, scope: Scope) -> bool {
        match scope {
            Scope::Resource(scope) => scope.context == self.kind.context(),
            Scope::LaunchPatient | Scope::OfflineAccess => !self.kind.is_backend(),
            // OpenID Connect and launches from an EHR are not served yet; what cannot be granted is not registered.
            Scope::OpenId | Scope::FhirUser | Scope::Launch | Scope::OnlineAccess => false,
        }
    }

    /// Whether tokens may be issued to it and its tokens count.
    #[must_use]
    pub fn is_active(&self) -> bool {
        self.state == ClientState::Active
    }

    /// The target, when the presented redirect address is a registered one.
    #[must_use]
    pub fn redirect_target(&self, presented: &str) -> Option<RedirectTarget> {
        self.redirect_uris.iter().find_map(|uri| uri.target(presented))
    }

    /// Whether pages of this origin belong to the client, for CORS. `null` never does.
    #[must_use]
    pub fn has_origin(&self, origin: &str) -> bool {
        self.redirect_uris.iter().any(|uri| uri.origin().is_some_and(|mine| mine == origin))
    }

    /// The address of its key set, when the keys are fetched.
    #[must_use]
    pub fn jwks_url(&self) -> Option<&str> {
        match &self.auth {
            ClientAuth::PrivateKeyJwt { jwks: Jwks::Url(url) } => Some(url),
            ClientAuth::PrivateKeyJwt { jwks: Jwks::Inline(_) } | ClientAuth::Public => None,
        }
    }

    /// Its keys, when they are in the registration.
    #[must_use]
    pub fn inline_keys(&self) -> Option<&KeySet> {
        match &self.auth {
            ClientAuth::PrivateKeyJwt { jwks: Jwks::Inline(keys) } => Some(keys),
            ClientAuth::PrivateKeyJwt { jwks: Jwks::Url(_) } | ClientAuth::Public => None,
        }
    }
}

fn check_jwks_url(text: &str) -> Result<(), RegistrationFault> {
    let url = Url::parse(text).map_err(|_| RegistrationFault::JwksUrl)?;
    let scheme = url.scheme() == "https" || (url.scheme() == "http" && is_loopback(&url));
    let plain = url.username().is_empty() && url.password().is_none() && url.fragment().is_none();
    if scheme && plain && text.len() <= JWKS_URL_MAX_BYTES { Ok(()) } else { Err(RegistrationFault::JwksUrl) }
}
