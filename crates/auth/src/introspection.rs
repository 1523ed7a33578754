//! Questions about a token: revoke it (RFC 7009), or tell what it is (RFC 7662): the mirror of its token response, or
//! nothing at all.

use sayso_plan::{ClientId, PersonId};
use serde::Serialize;
use time::OffsetDateTime;

use crate::client::Client;
use crate::records::{AccessRecord, RefreshRecord};
use crate::secret::{Opaque, SecretHash, of};
use crate::token::{Proof, TokenError, need, read};

/// The answer of the introspection endpoint. An inactive token is `{"active":false}` whatever the reason (OA17).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Introspection {
    active: bool,
    #[serde(flatten)]
    about: Option<About>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
struct About {
    scope: String,
    client_id: ClientId,
    exp: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    iat: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    token_type: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    patient: Option<PersonId>,
}

impl Introspection {
    /// The answer for a token that is unknown, ended, revoked, or another client's.
    pub const INACTIVE: Self = Self { active: false, about: None };

    /// The answer about an access token, asked by the client that it was given to.
    #[must_use]
    pub fn of_access(record: &AccessRecord, asking: &Client, now: OffsetDateTime) -> Self {
        let Some(caller) = record.caller(asking, now) else {
            return Self::INACTIVE;
        };
        Self::about(About {
            patient: record.person.filter(|_| caller.scopes.names_a_person()),
            scope: caller.scopes.to_string(),
            client_id: record.client,
            exp: record.expires.unix_timestamp(),
            iat: Some(record.issued.unix_timestamp()),
            token_type: Some("Bearer"),
        })
    }

    /// The answer about a refresh token, asked by the client that it was given to.
    #[must_use]
    pub fn of_refresh(record: &RefreshRecord, asking: &Client, now: OffsetDateTime) -> Self {
        let counts = record.replaced.is_none() && now < record.expires && asking.is_active();
        if !counts || record.client != asking.id {
            return Self::INACTIVE;
        }
        Self::about(About {
            patient: Some(record.person).filter(|_| record.scopes.names_a_person()),
            scope: record.scopes.to_string(),
            client_id: record.client,
            exp: record.expires.unix_timestamp(),
            iat: None,
            token_type: None,
        })
    }

    const fn about(about: About) -> Self {
        Self { active: true, about: Some(about) }
    }
}

/// A request of the revocation (RFC 7009) or introspection (RFC 7662) endpoint: a token, and who asks about it.
#[derive(Debug)]
pub struct AboutToken {
    /// Who asks. A public client may revoke, not introspect.
    pub proof: Proof,
    /// The token, looked up as an access token.
    pub access: Option<SecretHash>,
    /// The token, looked up as a refresh token.
    pub refresh: Option<SecretHash>,
}

impl AboutToken {
    /// Reads the body. A token that cannot be ours has no hashes: it is answered like an unknown one.
    ///
    /// # Errors
    /// [`TokenError`].
    pub fn parse(body: &str, has_authorization: bool) -> Result<Self, TokenError> {
        let form = read(body)?;
        let token = need(&form, "token", "token is required")?;
        Ok(Self {
            access: Opaque::<of::Access>::parse(token).ok().map(|token| token.hash()),
            refresh: Opaque::<of::Refresh>::parse(token).ok().map(|token| token.hash()),
            proof: Proof::read(&form, has_authorization)?,
        })
    }
}
