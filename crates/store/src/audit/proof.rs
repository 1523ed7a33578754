//! The proof that one act stands in the log: from its leaf along its chain to a seal, and from there to the root.

use sayso_ledger::{Chain, Head, Proof, Seal, tree};
use sayso_plan::PersonId;
use sqlx::Row;

use super::chains::leaf_of;
use crate::error::StoreError;
use crate::store::Store;
use crate::writer::{hash_at, seq_at, stored_head};

/// The longest way from a leaf to the next seal; sealing every tenth of a second keeps it far shorter.
const LEAVES_MAX: i64 = 10_000;

impl Store {
    /// The proof for the act in this place of the person's chain; none where there is no such act, or it is not sealed
    /// yet (it will be within a tenth of a second).
    ///
    /// # Errors
    /// The database's own failures; [`StoreError::Damaged`] where the log is not whole.
    pub async fn proof(&self, person: PersonId, seq: u64) -> Result<Option<Proof>, StoreError> {
        let chain = Chain::Person(*person.as_bytes());
        let place = i64::try_from(seq).map_err(|_| StoreError::Damaged("place in a chain"))?;
        let mut connection = self.readers().acquire().await?;
        let row = sqlx::query(
            "SELECT n, seq, hash, at FROM seal WHERE tag = 2 AND chain_id = ? AND seq >= ? ORDER BY seq, n LIMIT 1",
        )
        .bind(person.as_bytes().as_slice())
        .bind(place)
        .fetch_optional(&mut *connection)
        .await?;
        let Some(row) = row else { return Ok(None) };
        let index = seq_at(&row, 0)?;
        let head = Head { seq: seq_at(&row, 1)?, hash: hash_at(&row, 2)? };
        let seal = Seal { chain, head, at_micros: row.try_get(3)? };
        let rows = sqlx::query(
            "SELECT id, at, kind, commitment, hash, ciphertext, organization_id, organization_seq, organization_prev, \
             person_id, person_seq, person_prev FROM leaf WHERE person_id = ? AND person_seq >= ? AND person_seq <= ? \
             ORDER BY person_seq LIMIT ?",
        )
        .bind(person.as_bytes().as_slice())
        .bind(place)
        .bind(i64::try_from(head.seq).unwrap_or(i64::MAX))
        .bind(LEAVES_MAX)
        .fetch_all(&mut *connection)
        .await?;
        let leaves = rows.iter().map(leaf_of).collect::<Result<Vec<_>, _>>()?;
        let tree = stored_head(&mut connection, self.keys()).await?.head;
        let entries = self.entries(&mut connection, tree.size).await?;
        let path = tree::prove_inclusion(entries, index).map_err(|_| StoreError::Damaged("tree"))?;
        let proof = Proof { leaves, seal, index, path, tree };
        proof.verify().map_err(|_| StoreError::Damaged("log"))?;
        Ok(Some(proof))
    }

    async fn entries(&self, connection: &mut sqlx::SqliteConnection, size: u64) -> Result<Vec<Vec<u8>>, StoreError> {
        let rows = sqlx::query("SELECT n, tag, chain_id, seq, hash, at FROM seal WHERE n < ? ORDER BY n")
            .bind(i64::try_from(size).unwrap_or(i64::MAX))
            .fetch_all(connection)
            .await?;
        rows.iter()
            .map(|row| {
                let head = Head { seq: seq_at(row, 3)?, hash: hash_at(row, 4)? };
                Ok(Seal { chain: super::seals::chain_at(row)?, head, at_micros: row.try_get(5)? }.bytes())
            })
            .collect()
    }
}
