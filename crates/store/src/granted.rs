//! Grants, and the codes and tokens that stand on them. Secrets are kept as keyed hashes; a use is single inside the
//! transaction, so that no interleaving leaves a live token behind.

mod codes;
mod tokens;

use sayso_plan::id::Id;
use sayso_plan::{ClientId, PersonId};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sqlx::sqlite::SqliteRow;
use sqlx::{Row, SqliteConnection};
use time::OffsetDateTime;

use crate::act::NewLeaf;
use crate::error::StoreError;
use crate::keys::Belongs;
use crate::moment;
use crate::receipt::Receipt;
use crate::record::without_reason;
use crate::store::{Store, id_at, no_person};
use crate::writer::{Order, Record};

pub use codes::AuthorizationCode;
pub use tokens::{NewToken, Token, TokenKind};

/// Marks the id of a grant.
#[derive(Debug)]
pub enum OfGrant {}
/// Id of a grant: the family of all codes and tokens that came from one authorization.
pub type GrantId = Id<OfGrant>;

/// What a client was granted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grant {
    /// Random id.
    pub id: GrantId,
    /// The client.
    pub client: ClientId,
    /// On whose behalf; none for a backend client.
    pub person: Option<PersonId>,
    /// When.
    pub at: OffsetDateTime,
    /// Scopes, purpose and whatever else the use cases bind to it.
    pub document: Value,
}

/// What came of redeeming a code or a refresh token.
#[derive(Debug, PartialEq, Eq)]
pub enum Redeemed {
    /// It was good and is used up now; the new tokens are stored.
    Fresh(Receipt),
    /// It had been used before: the grant and all its tokens are revoked.
    Reused(Receipt),
    /// There is none, or it has expired, or its grant is revoked.
    Unknown,
}

#[derive(Serialize, Deserialize)]
struct Body {
    client: ClientId,
    document: Value,
}

impl Store {
    /// Revokes a grant: none of its codes and tokens is good from now on.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] where there is no such grant or it is revoked already; the writer's own failures.
    pub async fn revoke_grant(&self, grant: GrantId, at: OffsetDateTime, leaf: NewLeaf) -> Result<Receipt, StoreError> {
        let Some(person) = self.grant_person(grant).await? else { return Err(StoreError::Conflict) };
        let at = moment::to_micros(at);
        let order = Order { first: Some(self.seal_leaf(Some(person), &leaf).await?), ..Order::default() };
        let work = self.writer().work(order, move |connection| {
            Box::pin(async move {
                let revoked = revoke(connection, grant.as_bytes(), at).await?;
                if revoked { Ok(((), Record::First)) } else { Err(StoreError::Conflict.into()) }
            })
        });
        let outcome = work.await.map_err(without_reason::<()>);
        self.tokens().forget_if(|token| token.grant.id == grant);
        let ((), committed) = outcome?;
        committed.receipt_of(leaf.id)
    }

    /// The live grants on behalf of a person, newest first.
    ///
    /// # Errors
    /// The database's own failures; [`StoreError::Damaged`] where one does not open.
    pub async fn grants_of(&self, person: PersonId) -> Result<Vec<Grant>, StoreError> {
        let rows = sqlx::query(
            "SELECT id, person_id, at, body FROM granted WHERE person_id = ? AND revoked_at IS NULL \
             ORDER BY at DESC, id",
        )
        .bind(person.as_bytes().as_slice())
        .fetch_all(self.readers())
        .await?;
        let mut grants = Vec::with_capacity(rows.len());
        for row in &rows {
            grants.push(self.grant_of(row).await?);
        }
        Ok(grants)
    }

    /// Reads id, person, time and body from the first four columns.
    async fn grant_of(&self, row: &SqliteRow) -> Result<Grant, StoreError> {
        let id = id_at(row, 0)?;
        let person = PersonId::from_stored(id_at(row, 1)?);
        let plain = self.data_key(person).await?.open(grant_place(person, &id), row.try_get(3)?)?;
        let body: Body = serde_json::from_slice(&plain).map_err(|_| StoreError::Damaged("grant"))?;
        Ok(Grant {
            id: GrantId::from_stored(id),
            client: body.client,
            person: (person != no_person()).then_some(person),
            at: moment::from_micros(row.try_get(2)?)?,
            document: body.document,
        })
    }

    async fn grant_row(&self, grant: &Grant) -> Result<GrantRow, StoreError> {
        let person = grant.person.unwrap_or(no_person());
        let id = *grant.id.as_bytes();
        let body = Body { client: grant.client, document: grant.document.clone() };
        let plain = serde_json::to_vec(&body).map_err(|_| StoreError::Damaged("grant"))?;
        let body = self.data_key(person).await?.seal(grant_place(person, &id), &plain)?;
        Ok(GrantRow { id, person: *person.as_bytes(), at: moment::to_micros(grant.at), body })
    }

    async fn grant_person(&self, grant: GrantId) -> Result<Option<PersonId>, StoreError> {
        let row = sqlx::query("SELECT person_id FROM granted WHERE id = ?")
            .bind(grant.as_bytes().as_slice())
            .fetch_optional(self.readers())
            .await?;
        row.map(|row| id_at(&row, 0).map(PersonId::from_stored)).transpose()
    }
}

struct GrantRow {
    id: [u8; 16],
    person: [u8; 16],
    at: i64,
    body: Vec<u8>,
}

impl GrantRow {
    async fn insert(self, connection: &mut SqliteConnection) -> Result<(), StoreError> {
        sqlx::query("INSERT INTO granted (id, person_id, at, revoked_at, body) VALUES (?, ?, ?, NULL, ?)")
            .bind(self.id.to_vec())
            .bind(self.person.to_vec())
            .bind(self.at)
            .bind(self.body)
            .execute(connection)
            .await?;
        Ok(())
    }
}

/// Revokes the grant; says whether it was live.
async fn revoke(connection: &mut SqliteConnection, grant: &[u8; 16], at: i64) -> Result<bool, StoreError> {
    let done = sqlx::query("UPDATE granted SET revoked_at = ? WHERE id = ? AND revoked_at IS NULL")
        .bind(at)
        .bind(grant.to_vec())
        .execute(connection)
        .await?;
    Ok(done.rows_affected() == 1)
}

const fn grant_place(person: PersonId, grant: &[u8; 16]) -> Belongs<'_> {
    Belongs { table: "granted", person, record: grant, version: &[] }
}
