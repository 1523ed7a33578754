//! Retries: the same request with the same key gets the same answer, and is done once.

use sayso_plan::{ClientId, PersonId};
use sqlx::{Row, SqliteConnection};
use time::OffsetDateTime;

use crate::error::StoreError;
use crate::keys::{Belongs, DataKey, Use};
use crate::moment;
use crate::store::{Store, id_at};

/// A key under which a client may retry a write.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Once {
    /// The client.
    pub client: ClientId,
    /// The key the client chose.
    pub key: String,
    /// A hash of the request, so that another request under the same key is noticed.
    pub request: [u8; 32],
    /// What to answer to a retry: ids, nothing else.
    pub answer: Vec<u8>,
    /// Until when a retry is recognised.
    pub expires_at: OffsetDateTime,
}

/// What was done under a retry key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Done {
    /// The hash of the request that was done.
    pub request: [u8; 32],
    /// What was to be answered.
    pub answer: Vec<u8>,
}

impl Store {
    /// What was done under this key of this client, if it is still remembered.
    ///
    /// # Errors
    /// The database's own failures; [`StoreError::Damaged`] where the answer does not open.
    pub async fn done(&self, client: ClientId, key: &str, now: OffsetDateTime) -> Result<Option<Done>, StoreError> {
        let hash = self.retry_hash(client, key);
        let row = sqlx::query("SELECT person_id, request, answer FROM idempotency WHERE hash = ? AND expires_at > ?")
            .bind(hash.as_slice())
            .bind(moment::to_micros(now))
            .fetch_optional(self.readers())
            .await?;
        let Some(row) = row else { return Ok(None) };
        let person = PersonId::from_stored(id_at(&row, 0)?);
        let request: &[u8] = row.try_get(1)?;
        let request = request.try_into().map_err(|_| StoreError::Damaged("retry key"))?;
        let answer = self.data_key(person).await?.open(place(person, &hash), row.try_get(2)?)?;
        Ok(Some(Done { request, answer: answer.to_vec() }))
    }

    pub(crate) fn once_row(&self, key: &DataKey, person: PersonId, once: &Once) -> Result<OnceRow, StoreError> {
        let hash = self.retry_hash(once.client, &once.key);
        Ok(OnceRow {
            hash,
            request: once.request,
            expires_at: moment::to_micros(once.expires_at),
            answer: key.seal(place(person, &hash), &once.answer)?,
        })
    }

    fn retry_hash(&self, client: ClientId, key: &str) -> [u8; 32] {
        self.keys().hash(Use::Retry, &[client.as_bytes(), key.as_bytes()])
    }
}

const fn place(person: PersonId, hash: &[u8; 32]) -> Belongs<'_> {
    Belongs { table: "idempotency", person, record: hash, version: &[] }
}

pub(crate) struct OnceRow {
    hash: [u8; 32],
    request: [u8; 32],
    expires_at: i64,
    answer: Vec<u8>,
}

impl OnceRow {
    /// Takes the key; an error of a constraint means that it is taken. `now` lets old keys go.
    pub(crate) async fn insert(
        &self,
        connection: &mut SqliteConnection,
        person: PersonId,
        now: i64,
    ) -> Result<(), StoreError> {
        sqlx::query("DELETE FROM idempotency WHERE expires_at <= ?").bind(now).execute(&mut *connection).await?;
        sqlx::query("INSERT INTO idempotency (hash, person_id, request, expires_at, answer) VALUES (?, ?, ?, ?, ?)")
            .bind(self.hash.to_vec())
            .bind(person.as_bytes().to_vec())
            .bind(self.request.to_vec())
            .bind(self.expires_at)
            .bind(self.answer.clone())
            .execute(connection)
            .await?;
        Ok(())
    }
}
