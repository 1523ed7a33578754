//! The witness of a person's state: a keyed hash over all that a decision stands on. Whoever puts one row back to what it
//! once was, a withdrawn consent for instance, cannot make it fit.

use sayso_ledger::commitment;
use sayso_plan::PersonId;
use sqlx::sqlite::SqliteRow;
use sqlx::{Row, SqliteConnection};

use crate::error::StoreError;
use crate::keys::{Keys, Use};
use crate::store::id_at;

/// What a decision about a person stands on, read in one statement. Part 0 is the person (with the witness in the
/// place of the last body), 1 a plan's current version, 2 a consent that has not ended, 3 a supporter who has not.
pub(crate) const STATE: &str = "\
    SELECT 0, id, wrapped_key, body, revision, consent_version, witness FROM person WHERE id = ?1 \
    UNION ALL SELECT 1, plan_id, id, body, 0, 0, x'' FROM plan_version WHERE person_id = ?1 AND current = 1 \
    UNION ALL SELECT 2, id, x'', body, version, 0, x'' FROM consent WHERE person_id = ?1 AND standing = 1 \
    UNION ALL SELECT 3, id, x'', body, version, 0, x'' FROM supporter WHERE person_id = ?1 AND standing = 1";

/// Whether the stored witness fits the rows of [`STATE`].
pub(crate) fn fits(keys: &Keys, rows: &[SqliteRow]) -> Result<bool, StoreError> {
    let Some(head) = rows.first() else { return Ok(false) };
    let stored: &[u8] = head.try_get(6)?;
    Ok(witness(keys, rows)?.as_slice() == stored)
}

/// Makes the witness anew after a change, inside its transaction.
pub(crate) async fn renew(connection: &mut SqliteConnection, keys: &Keys, person: PersonId) -> Result<(), StoreError> {
    let rows = sqlx::query(STATE).bind(person.as_bytes().to_vec()).fetch_all(&mut *connection).await?;
    let witness = witness(keys, &rows)?;
    sqlx::query("UPDATE person SET witness = ? WHERE id = ?")
        .bind(witness.to_vec())
        .bind(person.as_bytes().to_vec())
        .execute(connection)
        .await?;
    Ok(())
}

fn witness(keys: &Keys, rows: &[SqliteRow]) -> Result<[u8; 32], StoreError> {
    let mut lines = Vec::with_capacity(rows.len());
    for row in rows {
        let part: i64 = row.try_get(0)?;
        let body: Option<&[u8]> = row.try_get(3)?;
        let mut line = Vec::with_capacity(96);
        line.extend_from_slice(&part.to_be_bytes());
        line.extend_from_slice(&id_at(row, 1)?);
        line.extend_from_slice(&row.try_get::<i64, _>(4)?.to_be_bytes());
        line.extend_from_slice(&row.try_get::<i64, _>(5)?.to_be_bytes());
        line.extend_from_slice(commitment(body.unwrap_or_default()).as_bytes());
        lines.push(line);
    }
    lines.sort_unstable();
    let parts: Vec<&[u8]> = lines.iter().map(Vec::as_slice).collect();
    Ok(keys.hash(Use::Witness, &parts))
}
