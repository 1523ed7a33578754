//! The persons: what is stored of each fits together, and is what the log says was written last.

use sayso_plan::PersonId;
use sqlx::{Row, SqliteConnection};

use super::{Found, NotWhole};
use crate::error::StoreError;
use crate::keys::DataKey;
use crate::record::{Told, leaf_place};
use crate::store::{Store, id_at};
use crate::witness;

/// How many leaves of a person are read at once.
const PAGE: i64 = 500;

pub(super) async fn check(connection: &mut SqliteConnection, store: &Store) -> Result<(), Found> {
    let rows = sqlx::query("SELECT DISTINCT person_id FROM leaf UNION SELECT id FROM person")
        .fetch_all(&mut *connection)
        .await?;
    for row in &rows {
        person(connection, store, PersonId::from_stored(id_at(row, 0)?)).await?;
    }
    Ok(())
}

async fn person(connection: &mut SqliteConnection, store: &Store, person: PersonId) -> Result<(), Found> {
    let rows = sqlx::query(witness::STATE).bind(person.as_bytes().to_vec()).fetch_all(&mut *connection).await?;
    let Some(head) = rows.first() else { return Err(NotWhole::PersonRemoved(person).into()) };
    if !witness::fits(store.keys(), &rows)? {
        return Err(NotWhole::StateChanged(person).into());
    }
    let stored: i64 = head.try_get(4)?;
    let key = store.data_key_from(person, head.try_get(2)?)?;
    let told = last_told(connection, &key, person).await?.unwrap_or(0);
    if told == stored { Ok(()) } else { Err(NotWhole::RolledBack(person).into()) }
}

/// The revision after the last act that changed something.
async fn last_told(connection: &mut SqliteConnection, key: &DataKey, person: PersonId) -> Result<Option<i64>, Found> {
    let mut before = i64::MAX;
    loop {
        let rows = sqlx::query(
            "SELECT person_seq, id, ciphertext FROM leaf WHERE person_id = ? AND person_seq < ? \
             ORDER BY person_seq DESC LIMIT ?",
        )
        .bind(person.as_bytes().to_vec())
        .bind(before)
        .bind(PAGE)
        .fetch_all(&mut *connection)
        .await?;
        if rows.is_empty() {
            return Ok(None);
        }
        for row in &rows {
            before = row.try_get(0)?;
            let plain = key.open(leaf_place(person, &id_at(row, 1)?), row.try_get(2)?)?;
            let told: Told<'_> = serde_json::from_slice(&plain).map_err(|_| StoreError::Damaged("act"))?;
            if told.revision.is_some() {
                return Ok(told.revision);
            }
        }
    }
}
