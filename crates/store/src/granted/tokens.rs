//! Tokens: opaque, kept as keyed hashes, good only while their grant is.

use std::sync::Arc;

use sayso_plan::PersonId;
use serde_json::Value;
use sqlx::{Row, SqliteConnection};
use time::OffsetDateTime;
use zeroize::Zeroizing;

use super::{Grant, GrantId, Redeemed, revoke};
use crate::act::NewLeaf;
use crate::error::StoreError;
use crate::keys::Belongs;
use crate::moment;
use crate::receipt::Receipt;
use crate::record::without_reason;
use crate::registry::{bytes, value};
use crate::store::{Store, id_at, no_person};
use crate::writer::{Order, Record, Stop};

/// What a token is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TokenKind {
    /// It opens resources.
    Access,
    /// It gets the next pair of tokens, once.
    Refresh,
}

impl TokenKind {
    const fn number(self) -> i64 {
        match self {
            Self::Access => 1,
            Self::Refresh => 2,
        }
    }
}

/// A token that is to be stored. It has no `Debug`.
pub struct NewToken {
    /// The token as the client will present it; only its keyed hash is kept.
    pub secret: Zeroizing<String>,
    /// What it is for.
    pub kind: TokenKind,
    /// Scopes, purpose and whatever else is this token's own and not its grant's.
    pub document: Value,
    /// When it is issued.
    pub issued_at: OffsetDateTime,
    /// Until when it is good.
    pub expires_at: OffsetDateTime,
}

/// A token that was looked up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    /// What it is for.
    pub kind: TokenKind,
    /// The grant it stands on.
    pub grant: Grant,
    /// What was kept with it.
    pub document: Value,
    /// When it was issued.
    pub issued_at: OffsetDateTime,
    /// Until when it is good.
    pub expires_at: OffsetDateTime,
}

struct TokenRow {
    hash: [u8; 32],
    kind: i64,
    issued_at: i64,
    expires_at: i64,
    body: Vec<u8>,
}

/// What is taken, once.
pub(super) struct Redeem {
    pub(super) take: Take,
    pub(super) hash: [u8; 32],
    pub(super) now: i64,
}

/// How a thing is looked at and marked as used.
#[derive(Clone, Copy)]
pub(super) struct Take {
    look: &'static str,
    mark: &'static str,
}

pub(super) const TAKE_CODE: Take = Take {
    look: "SELECT c.grant_id, c.used, c.expires_at, g.revoked_at IS NULL FROM code c \
           JOIN granted g ON g.id = c.grant_id WHERE c.hash = ?",
    mark: "UPDATE code SET used = 1 WHERE hash = ?",
};

const TAKE_REFRESH: Take = Take {
    look: "SELECT t.grant_id, t.used, t.expires_at, g.revoked_at IS NULL FROM token t \
           JOIN granted g ON g.id = t.grant_id WHERE t.hash = ? AND t.kind = 2",
    mark: "UPDATE token SET used = 1 WHERE hash = ?",
};

/// What was found inside the transaction.
enum Found {
    Fresh,
    Reused,
    Unknown,
}

impl Store {
    /// Stores a new grant with its first tokens, as for a backend client.
    ///
    /// # Errors
    /// The writer's own failures.
    pub async fn issue(&self, grant: Grant, tokens: Vec<NewToken>, leaf: NewLeaf) -> Result<Receipt, StoreError> {
        let row = self.grant_row(&grant).await?;
        let rows = self.token_rows(grant.id, grant.person, &tokens).await?;
        let order = Order { first: Some(self.seal_leaf(grant.person, &leaf).await?), ..Order::default() };
        let work = self.writer().work(order, move |connection| {
            Box::pin(async move {
                let id = row.id;
                row.insert(&mut *connection).await?;
                insert(connection, &id, &rows).await?;
                Ok(((), Record::First))
            })
        });
        let ((), committed) = work.await.map_err(without_reason::<()>)?;
        committed.receipt_of(leaf.id)
    }

    /// Uses a refresh token up and stores the next tokens, in one transaction. `leaf` records that; `if_reused` records
    /// instead that a second use was tried and the whole grant was revoked (RFC 9700 section 4.14.2).
    ///
    /// # Errors
    /// The writer's own failures.
    pub async fn rotate(
        &self,
        secret: &str,
        now: OffsetDateTime,
        tokens: Vec<NewToken>,
        leaf: NewLeaf,
        if_reused: NewLeaf,
    ) -> Result<Redeemed, StoreError> {
        let redeem = Redeem { take: TAKE_REFRESH, hash: self.secret_hash(secret), now: moment::to_micros(now) };
        self.redeem(redeem, tokens, leaf, if_reused).await
    }

    /// The token, of either kind, unless it has expired, was used up, or its grant is revoked.
    ///
    /// # Errors
    /// The database's own failures; [`StoreError::Damaged`] where its grant does not open.
    pub async fn token(&self, secret: &str, now: OffsetDateTime) -> Result<Option<Arc<Token>>, StoreError> {
        let hash = self.secret_hash(secret);
        let token = match self.tokens().get(&hash) {
            Ok(token) => Some(token),
            Err(epoch) => {
                let read = self.read_token(&hash).await?.map(Arc::new);
                if let Some(token) = &read {
                    self.tokens().keep(epoch, hash, Arc::clone(token));
                }
                read
            }
        };
        Ok(token.filter(|token| token.expires_at > now))
    }

    async fn read_token(&self, hash: &[u8; 32]) -> Result<Option<Token>, StoreError> {
        let row = sqlx::query(
            "SELECT g.id, g.person_id, g.at, g.body, t.kind, t.issued_at, t.expires_at, t.body \
             FROM token t JOIN granted g ON g.id = t.grant_id \
             WHERE t.hash = ? AND t.used = 0 AND g.revoked_at IS NULL",
        )
        .bind(hash.as_slice())
        .fetch_optional(self.readers())
        .await?;
        let Some(row) = row else { return Ok(None) };
        let kind = if row.try_get::<i64, _>(4)? == 1 { TokenKind::Access } else { TokenKind::Refresh };
        let grant = self.grant_of(&row).await?;
        let person = grant.person.unwrap_or(no_person());
        let plain = self.data_key(person).await?.open(place(person, grant.id.as_bytes(), hash), row.try_get(7)?)?;
        Ok(Some(Token {
            kind,
            document: value(&plain)?,
            grant,
            issued_at: moment::from_micros(row.try_get(5)?)?,
            expires_at: moment::from_micros(row.try_get(6)?)?,
        }))
    }

    async fn token_rows(
        &self,
        grant: GrantId,
        person: Option<PersonId>,
        tokens: &[NewToken],
    ) -> Result<Vec<TokenRow>, StoreError> {
        let person = person.unwrap_or(no_person());
        let key = self.data_key(person).await?;
        let row = |token: &NewToken| {
            let hash = self.secret_hash(&token.secret);
            Ok(TokenRow {
                hash,
                kind: token.kind.number(),
                issued_at: moment::to_micros(token.issued_at),
                expires_at: moment::to_micros(token.expires_at),
                body: key.seal(place(person, grant.as_bytes(), &hash), &bytes(&token.document)?)?,
            })
        };
        tokens.iter().map(row).collect()
    }

    pub(super) async fn redeem(
        &self,
        redeem: Redeem,
        tokens: Vec<NewToken>,
        leaf: NewLeaf,
        if_reused: NewLeaf,
    ) -> Result<Redeemed, StoreError> {
        let looked = sqlx::query(redeem.take.look).bind(redeem.hash.as_slice()).fetch_optional(self.readers()).await?;
        let Some(looked) = looked else { return Ok(Redeemed::Unknown) };
        let grant = GrantId::from_stored(id_at(&looked, 0)?);
        let person = self.grant_person(grant).await?;
        let order = Order {
            first: Some(self.seal_leaf(person, &leaf).await?),
            second: Some(self.seal_leaf(person, &if_reused).await?),
            ..Order::default()
        };
        let rows = self.token_rows(grant, person, &tokens).await?;
        let work = self.writer().work(order, move |connection| Box::pin(take(connection, redeem, rows)));
        let outcome = work.await.map_err(without_reason::<()>);
        // Also after an error: it is not known then whether a token of this grant is still good.
        self.tokens().forget_if(|token| token.grant.id == grant);
        let (found, committed) = outcome?;
        Ok(match found {
            Found::Fresh => Redeemed::Fresh(committed.receipt_of(leaf.id)?),
            Found::Reused => Redeemed::Reused(committed.receipt_of(if_reused.id)?),
            Found::Unknown => Redeemed::Unknown,
        })
    }
}

/// Looks again, inside the transaction: only here is a use single.
async fn take(
    connection: &mut SqliteConnection,
    redeem: Redeem,
    tokens: Vec<TokenRow>,
) -> Result<(Found, Record), Stop<()>> {
    let row = sqlx::query(redeem.take.look).bind(redeem.hash.to_vec()).fetch_optional(&mut *connection).await?;
    let Some(row) = row else { return Ok((Found::Unknown, Record::None)) };
    let grant = id_at(&row, 0)?;
    let (used, expires_at, live): (i64, i64, i64) = (row.try_get(1)?, row.try_get(2)?, row.try_get(3)?);
    if used == 1 {
        revoke(connection, &grant, redeem.now).await?;
        return Ok((Found::Reused, Record::Second));
    }
    if live == 0 || expires_at <= redeem.now {
        return Ok((Found::Unknown, Record::None));
    }
    sqlx::query(redeem.take.mark).bind(redeem.hash.to_vec()).execute(&mut *connection).await?;
    insert(connection, &grant, &tokens).await?;
    Ok((Found::Fresh, Record::First))
}

async fn insert(connection: &mut SqliteConnection, grant: &[u8; 16], tokens: &[TokenRow]) -> Result<(), StoreError> {
    for token in tokens {
        sqlx::query(
            "INSERT INTO token (hash, grant_id, kind, issued_at, expires_at, body, used) VALUES (?, ?, ?, ?, ?, ?, 0)",
        )
        .bind(token.hash.to_vec())
        .bind(grant.to_vec())
        .bind(token.kind)
        .bind(token.issued_at)
        .bind(token.expires_at)
        .bind(token.body.as_slice())
        .execute(&mut *connection)
        .await?;
    }
    Ok(())
}

const fn place<'a>(person: PersonId, grant: &'a [u8; 16], hash: &'a [u8; 32]) -> Belongs<'a> {
    Belongs { table: "token", person, record: hash, version: grant }
}
