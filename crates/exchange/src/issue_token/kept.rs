//! What is kept beside a token in the store, and the records that auth's rules are made for.

use sayso_auth::secret::Opens;
use sayso_auth::{AccessRecord, Client, GrantId, Opaque, RefreshRecord, Scopes, SecretHash};
use sayso_plan::{PersonId, Purpose};
use sayso_store::{Grant, NewToken, StoreError, Token, TokenKind};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use zeroize::Zeroizing;

/// What a token may be used for.
#[derive(Serialize, Deserialize)]
struct Rights {
    scopes: Scopes,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    purpose: Option<Purpose>,
}

fn rights(token: &Token) -> Result<Rights, StoreError> {
    Rights::deserialize(&token.document).map_err(|_| StoreError::Damaged("token"))
}

fn document(scopes: &Scopes, purpose: Option<Purpose>) -> Result<serde_json::Value, StoreError> {
    serde_json::to_value(Rights { scopes: scopes.clone(), purpose }).map_err(|_| StoreError::Damaged("token"))
}

fn auth_grant(grant: &Grant) -> GrantId {
    GrantId::from_stored(*grant.id.as_bytes())
}

/// The grant of a token that a backend service gets for itself.
pub(super) fn own_grant(client: &Client, id: GrantId, scopes: &Scopes, now: OffsetDateTime) -> Grant {
    let document = serde_json::json!({ "scopes": scopes });
    Grant { id: sayso_store::GrantId::from_stored(*id.as_bytes()), client: client.id, person: None, at: now, document }
}

/// The record of a stored access token; none when it is of another kind.
pub(crate) fn access_record(hash: SecretHash, token: &Token) -> Result<Option<AccessRecord>, StoreError> {
    if token.kind != TokenKind::Access {
        return Ok(None);
    }
    let Rights { scopes, purpose } = rights(token)?;
    Ok(Some(AccessRecord {
        token: hash,
        grant: auth_grant(&token.grant),
        client: token.grant.client,
        person: token.grant.person,
        scopes,
        purpose,
        issued: token.issued_at,
        expires: token.expires_at,
    }))
}

/// The record of a stored refresh token that was not used yet; none when it is of another kind or names no person.
pub(super) fn refresh_record(hash: SecretHash, token: &Token) -> Result<Option<RefreshRecord>, StoreError> {
    let (TokenKind::Refresh, Some(person)) = (token.kind, token.grant.person) else { return Ok(None) };
    let Rights { scopes, purpose } = rights(token)?;
    Ok(Some(RefreshRecord {
        token: hash,
        grant: auth_grant(&token.grant),
        client: token.grant.client,
        person,
        scopes,
        purpose,
        expires: token.expires_at,
        replaced: None,
    }))
}

/// An access token as it is stored.
pub(super) fn new_access<Of: Opens>(secret: &Opaque<Of>, record: &AccessRecord) -> Result<NewToken, StoreError> {
    Ok(NewToken {
        secret: Zeroizing::new(secret.expose().to_owned()),
        kind: TokenKind::Access,
        document: document(&record.scopes, record.purpose)?,
        issued_at: record.issued,
        expires_at: record.expires,
    })
}

/// A refresh token as it is stored.
pub(super) fn new_refresh<Of: Opens>(
    secret: &Opaque<Of>,
    record: &RefreshRecord,
    now: OffsetDateTime,
) -> Result<NewToken, StoreError> {
    Ok(NewToken {
        secret: Zeroizing::new(secret.expose().to_owned()),
        kind: TokenKind::Refresh,
        document: document(&record.scopes, record.purpose)?,
        issued_at: now,
        expires_at: record.expires,
    })
}

/// The person on whose behalf a grant is; a grant of an app without one is damaged.
pub(super) fn person_of(grant: &Grant) -> Result<PersonId, StoreError> {
    grant.person.ok_or(StoreError::Damaged("grant"))
}
