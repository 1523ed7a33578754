//! What is kept of codes and tokens, and the rules by which they count: hashes, owners, times; never the secrets.

#[cfg(test)]
mod tests;

use sayso_plan::{ClientId, PersonId, Purpose};
use serde::{Deserialize, Serialize};
use time::{Duration, OffsetDateTime};

use crate::caller::Caller;
use crate::client::Client;
use crate::grant::AuthorizationRequest;
use crate::pkce::{Challenge, Verifier};
use crate::scope::{Scope, Scopes};
use crate::secret::{Opaque, SecretHash, of};

/// How long a code can be exchanged, in seconds.
pub const CODE_LIFETIME_SECONDS: i64 = 60;
/// How long an access token of an app counts, in seconds.
pub const ACCESS_APP_LIFETIME_SECONDS: i64 = 3_600;
/// How long an access token of a backend service counts, in seconds.
pub const ACCESS_BACKEND_LIFETIME_SECONDS: i64 = 300;
/// How long a refresh token that is not used counts, in seconds: 180 days.
pub const REFRESH_LIFETIME_SECONDS: i64 = 180 * 24 * 3_600;
/// How long after a refresh the same request gets the same answer again, in seconds: a lost answer locks nobody out.
pub const REFRESH_REPEAT_SECONDS: i64 = 10;

/// Names what a person allowed one app, once: all tokens that come of it belong to it and end with it.
#[derive(Debug)]
pub enum Grant {}
/// Id of a grant.
pub type GrantId = sayso_plan::id::Id<Grant>;

/// An authorization code.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CodeRecord {
    /// Hash of the code.
    pub code: SecretHash,
    /// The grant that tokens from this code belong to.
    pub grant: GrantId,
    /// The only client that may exchange it.
    pub client: ClientId,
    /// The person who allowed it.
    pub person: PersonId,
    /// The redirect address that the exchange must repeat.
    pub redirect_uri: String,
    /// What the verifier must meet.
    pub challenge: Challenge,
    /// What the person allowed.
    pub scopes: Scopes,
    /// When it was given.
    #[serde(with = "time::serde::timestamp::milliseconds")]
    pub issued: OffsetDateTime,
    /// When it was exchanged or spoiled; a code counts once.
    #[serde(with = "time::serde::timestamp::milliseconds::option")]
    pub used: Option<OffsetDateTime>,
}

/// An access token.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccessRecord {
    /// Hash of the token.
    pub token: SecretHash,
    /// The grant it belongs to; a backend service's token is a grant of its own.
    pub grant: GrantId,
    /// The client that it was given to.
    pub client: ClientId,
    /// The person of the token; none for backend services.
    pub person: Option<PersonId>,
    /// What it may be used for.
    pub scopes: Scopes,
    /// The purpose that was stated.
    pub purpose: Option<Purpose>,
    /// When it was given.
    #[serde(with = "time::serde::timestamp::milliseconds")]
    pub issued: OffsetDateTime,
    /// When it ends.
    #[serde(with = "time::serde::timestamp::milliseconds")]
    pub expires: OffsetDateTime,
}

/// A refresh token.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RefreshRecord {
    /// Hash of the token.
    pub token: SecretHash,
    /// The grant it belongs to.
    pub grant: GrantId,
    /// The only client that may use it.
    pub client: ClientId,
    /// The person who allowed it.
    pub person: PersonId,
    /// The most that a new access token can have.
    pub scopes: Scopes,
    /// The purpose that was stated at the exchange.
    pub purpose: Option<Purpose>,
    /// When it ends.
    #[serde(with = "time::serde::timestamp::milliseconds")]
    pub expires: OffsetDateTime,
    /// When it was replaced, and by an access token for what; none while it is the newest of its grant.
    pub replaced: Option<Replaced>,
}

/// How a refresh token was replaced.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Replaced {
    /// When.
    #[serde(with = "time::serde::timestamp::milliseconds")]
    pub at: OffsetDateTime,
    /// What the new access token may be used for.
    pub scopes: Scopes,
}

/// Why a code is not exchanged; the answer is `invalid_grant` for all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CodeFault {
    /// It was already exchanged or spoiled.
    #[error("the code was already used")]
    Used,
    /// Older than [`CODE_LIFETIME_SECONDS`], or from the future.
    #[error("the code has expired")]
    Expired,
    /// Given to another client.
    #[error("the code belongs to another client")]
    OtherClient,
    /// Another redirect address than at the request.
    #[error("redirect_uri is not that of the request")]
    OtherRedirect,
    /// The verifier does not meet the challenge.
    #[error("code_verifier does not meet the challenge")]
    Verifier,
}

impl CodeFault {
    /// Whether tokens that came of this code must end: a second use means that somebody else has it (RFC 6749
    /// section 4.1.2). Every fault but expiry also spoils an unused code.
    #[must_use]
    pub const fn ends_grant(self) -> bool {
        match self {
            Self::Used => true,
            Self::Expired | Self::OtherClient | Self::OtherRedirect | Self::Verifier => false,
        }
    }
}

impl CodeRecord {
    /// A code for what the person allowed: never more than the request, whatever `allowed` holds.
    #[must_use]
    pub fn issue(
        code: &Opaque<of::Code>,
        request: &AuthorizationRequest,
        allowed: &Scopes,
        person: PersonId,
        grant: GrantId,
        now: OffsetDateTime,
    ) -> Self {
        Self {
            code: code.hash(),
            grant,
            client: request.client,
            person,
            redirect_uri: request.redirect.as_str().to_owned(),
            challenge: request.challenge.clone(),
            scopes: allowed.granted(&request.scopes),
            issued: now,
            used: None,
        }
    }

    /// Whether this exchange may have tokens. The store sets `used` in the same transaction, in every case but
    /// [`CodeFault::Expired`].
    ///
    /// # Errors
    /// [`CodeFault`].
    pub fn redeem(
        &self,
        client: ClientId,
        redirect_uri: &str,
        verifier: &Verifier,
        now: OffsetDateTime,
    ) -> Result<(), CodeFault> {
        if self.used.is_some() {
            return Err(CodeFault::Used);
        }
        if now < self.issued || now - self.issued >= Duration::seconds(CODE_LIFETIME_SECONDS) {
            return Err(CodeFault::Expired);
        }
        if self.client != client {
            return Err(CodeFault::OtherClient);
        }
        if self.redirect_uri != redirect_uri {
            return Err(CodeFault::OtherRedirect);
        }
        if self.challenge.is_met_by(verifier) { Ok(()) } else { Err(CodeFault::Verifier) }
    }
}

impl AccessRecord {
    /// A token that begins now and ends as the kind of its client demands.
    #[must_use]
    pub fn issue(
        token: &Opaque<of::Access>,
        grant: GrantId,
        client: &Client,
        person: Option<PersonId>,
        scopes: Scopes,
        purpose: Option<Purpose>,
        now: OffsetDateTime,
    ) -> Self {
        let seconds =
            if client.kind.is_backend() { ACCESS_BACKEND_LIFETIME_SECONDS } else { ACCESS_APP_LIFETIME_SECONDS };
        let expires = now + Duration::seconds(seconds);
        Self { token: token.hash(), grant, client: client.id, person, scopes, purpose, issued: now, expires }
    }

    /// Whole seconds until the token ends, for `expires_in`; 0 when it has ended.
    #[must_use]
    pub fn seconds_left(&self, now: OffsetDateTime) -> i64 {
        (self.expires - now).whole_seconds().max(0)
    }

    /// What the token stands for now; none when it has ended, its client is disabled, or it names no person where
    /// it should. Scopes that the client has lost since are gone.
    #[must_use]
    pub fn caller(&self, client: &Client, now: OffsetDateTime) -> Option<Caller> {
        let live = now >= self.issued - Duration::seconds(60) && now < self.expires;
        let whole = client.kind.is_backend() == self.person.is_none();
        (live && whole && client.id == self.client && client.is_active()).then(|| Caller {
            client: client.id,
            organization: client.organization,
            kind: client.kind,
            person: self.person,
            practitioner: None,
            scopes: self.scopes.granted(&client.scopes),
            purpose: self.purpose,
            purposes_registered: client.purposes.clone(),
            default_purpose: client.default_purpose,
            grant: self.grant,
        })
    }
}

/// What to do with a refresh token that counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refresh {
    /// Replace it: new tokens ([`Opaque::successors`]), and this record is marked [`Replaced`], in one transaction.
    Rotate(Scopes),
    /// The same request again within [`REFRESH_REPEAT_SECONDS`]: give the same successors, make nothing new. If the
    /// successor itself was replaced already, it is [`RefreshFault::Reused`].
    Repeat(Scopes),
}

/// Why a refresh is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum RefreshFault {
    /// The token was replaced before: somebody else may have it. The whole grant ends.
    #[error("the refresh token was already used")]
    Reused,
    /// It has ended.
    #[error("the refresh token has expired")]
    Expired,
    /// Given to another client.
    #[error("the refresh token belongs to another client")]
    OtherClient,
    /// More is asked for than was granted; nothing changes.
    #[error("the scope is wider than what was granted")]
    Scope,
}

impl RefreshFault {
    /// Whether all tokens of the grant must end.
    #[must_use]
    pub const fn ends_grant(self) -> bool {
        match self {
            Self::Reused | Self::OtherClient => true,
            Self::Expired | Self::Scope => false,
        }
    }
}

impl RefreshRecord {
    /// The first refresh token of a grant; none unless `offline_access` was granted.
    #[must_use]
    pub fn first(
        token: &Opaque<of::Refresh>,
        code: &CodeRecord,
        purpose: Option<Purpose>,
        now: OffsetDateTime,
    ) -> Option<Self> {
        code.scopes.contains(Scope::OfflineAccess).then(|| Self {
            token: token.hash(),
            grant: code.grant,
            client: code.client,
            person: code.person,
            scopes: code.scopes.clone(),
            purpose,
            expires: now + Duration::seconds(REFRESH_LIFETIME_SECONDS),
            replaced: None,
        })
    }

    /// The refresh token that replaces this one. It keeps all the rights, even when one access token had fewer.
    #[must_use]
    pub fn next(&self, token: &Opaque<of::Refresh>, now: OffsetDateTime) -> Self {
        let expires = now + Duration::seconds(REFRESH_LIFETIME_SECONDS);
        Self { token: token.hash(), expires, replaced: None, ..self.clone() }
    }

    /// What to do when this token is presented. `scope` is the parameter of the request, if any.
    ///
    /// # Errors
    /// [`RefreshFault`].
    pub fn present(&self, client: ClientId, scope: Option<&str>, now: OffsetDateTime) -> Result<Refresh, RefreshFault> {
        if self.client != client {
            return Err(RefreshFault::OtherClient);
        }
        let scopes = self.narrowed(scope);
        if let Some(replaced) = &self.replaced {
            let soon = (now - replaced.at).abs() <= Duration::seconds(REFRESH_REPEAT_SECONDS);
            return match scopes {
                Ok(scopes) if soon && scopes == replaced.scopes => Ok(Refresh::Repeat(scopes)),
                Ok(_) | Err(_) => Err(RefreshFault::Reused),
            };
        }
        if now >= self.expires {
            return Err(RefreshFault::Expired);
        }
        scopes.map(Refresh::Rotate)
    }

    fn narrowed(&self, scope: Option<&str>) -> Result<Scopes, RefreshFault> {
        let Some(text) = scope else {
            return Ok(self.scopes.clone());
        };
        let asked = Scopes::parse_whole(text).map_err(|_| RefreshFault::Scope)?;
        if asked.is_empty() || !self.scopes.covers(&asked) {
            return Err(RefreshFault::Scope);
        }
        Ok(asked)
    }
}
