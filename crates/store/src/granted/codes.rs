//! Authorization codes: single use; a second use takes back what the first one gave (RFC 6749 section 4.1.2).

use serde_json::Value;
use sqlx::Row;
use time::OffsetDateTime;

use super::tokens::{self, NewToken, Redeem};
use super::{Grant, Redeemed};
use crate::act::NewLeaf;
use crate::error::StoreError;
use crate::keys::Belongs;
use crate::moment;
use crate::receipt::Receipt;
use crate::record::without_reason;
use crate::registry::{bytes, value};
use crate::store::{Store, no_person};
use crate::writer::{Order, Record};

/// An authorization code and what it is bound to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuthorizationCode {
    /// The grant it gives.
    pub grant: Grant,
    /// What must be shown again to redeem it: redirect URI, PKCE challenge.
    pub document: Value,
    /// Until when it is good.
    pub expires_at: OffsetDateTime,
}

impl Store {
    /// Keeps a new code and its grant.
    ///
    /// # Errors
    /// The writer's own failures.
    pub async fn put_code(&self, secret: &str, code: AuthorizationCode, leaf: NewLeaf) -> Result<Receipt, StoreError> {
        let hash = self.secret_hash(secret);
        let person = code.grant.person.unwrap_or(no_person());
        let grant = self.grant_row(&code.grant).await?;
        let body = self.data_key(person).await?.seal(place(&code.grant, &hash), &bytes(&code.document)?)?;
        let expires_at = moment::to_micros(code.expires_at);
        let order = Order { first: Some(self.seal_leaf(code.grant.person, &leaf).await?), ..Order::default() };
        let work = self.writer().work(order, move |connection| {
            Box::pin(async move {
                let id = grant.id;
                grant.insert(&mut *connection).await?;
                sqlx::query("INSERT INTO code (hash, grant_id, expires_at, used, body) VALUES (?, ?, ?, 0, ?)")
                    .bind(hash.to_vec())
                    .bind(id.to_vec())
                    .bind(expires_at)
                    .bind(body)
                    .execute(connection)
                    .await?;
                Ok(((), Record::First))
            })
        });
        let ((), committed) = work.await.map_err(without_reason::<()>)?;
        committed.receipt_of(leaf.id)
    }

    /// Looks at a code without using it; also at one that was used or has expired, because a second use must be
    /// noticed by [`Store::redeem_code`].
    ///
    /// # Errors
    /// The database's own failures; [`StoreError::Damaged`] where it does not open.
    pub async fn code(&self, secret: &str) -> Result<Option<AuthorizationCode>, StoreError> {
        let hash = self.secret_hash(secret);
        let row = sqlx::query(
            "SELECT g.id, g.person_id, g.at, g.body, c.expires_at, c.body \
             FROM code c JOIN granted g ON g.id = c.grant_id WHERE c.hash = ?",
        )
        .bind(hash.as_slice())
        .fetch_optional(self.readers())
        .await?;
        let Some(row) = row else { return Ok(None) };
        let grant = self.grant_of(&row).await?;
        let person = grant.person.unwrap_or(no_person());
        let plain = self.data_key(person).await?.open(place(&grant, &hash), row.try_get(5)?)?;
        Ok(Some(AuthorizationCode {
            document: value(&plain)?,
            expires_at: moment::from_micros(row.try_get(4)?)?,
            grant,
        }))
    }

    /// Uses the code up and stores the tokens, in one transaction. `leaf` records that; `if_reused` records instead
    /// that a second use was tried and everything from the first was taken back.
    ///
    /// # Errors
    /// The writer's own failures.
    pub async fn redeem_code(
        &self,
        secret: &str,
        now: OffsetDateTime,
        tokens: Vec<NewToken>,
        leaf: NewLeaf,
        if_reused: NewLeaf,
    ) -> Result<Redeemed, StoreError> {
        let redeem = Redeem { take: tokens::TAKE_CODE, hash: self.secret_hash(secret), now: moment::to_micros(now) };
        self.redeem(redeem, tokens, leaf, if_reused).await
    }
}

fn place<'a>(grant: &'a Grant, hash: &'a [u8; 32]) -> Belongs<'a> {
    Belongs {
        table: "code",
        person: grant.person.unwrap_or(no_person()),
        record: hash,
        version: grant.id.as_bytes().as_slice(),
    }
}
