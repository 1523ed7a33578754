//! What the writer remembers between transactions: heads of chains, revisions of persons, the right edge of the tree.

use std::collections::{BTreeMap, HashMap};

use sayso_ledger::{Chain, Frontier, Hash, Head};
use sayso_plan::PersonId;
use sqlx::{Row, SqliteConnection};

use super::sealing;
use crate::error::StoreError;
use crate::keys::Keys;
use crate::snapshot::Revision;
use crate::store::id_at;

/// How many heads and revisions are remembered before the memory is emptied.
const REMEMBERED_MAX: usize = 200_000;

/// The memory. It is true only while nobody else writes; [`Heads::refresh`] begins anew when somebody did, or when a
/// transaction was not committed.
#[derive(Default)]
pub(super) struct Heads {
    heads: HashMap<Chain, Head>,
    revisions: HashMap<PersonId, Revision>,
    /// Chains that have grown since the last seal.
    pub(super) unsealed: BTreeMap<Chain, Head>,
    pub(super) frontier: Frontier,
    /// The last leaf (its `n`) that is stored.
    pub(super) last_leaf: i64,
    pub(super) latest_at: i64,
    data_version: i64,
    fresh: bool,
}

impl Heads {
    /// Whether a seal has something to do.
    pub(super) fn anything_to_seal(&self) -> bool {
        !self.unsealed.is_empty()
    }

    /// Forgets everything; the next transaction reads it again.
    pub(super) fn forget(&mut self) {
        *self = Self { latest_at: self.latest_at, ..Self::default() };
    }

    /// Reads what must be known; inside a transaction. Says whether another process had written.
    pub(super) async fn refresh(&mut self, connection: &mut SqliteConnection, keys: &Keys) -> Result<bool, StoreError> {
        // https://www.sqlite.org/pragma.html#pragma_data_version: it changes when another connection has committed.
        let version: i64 = sqlx::query_scalar("PRAGMA data_version").fetch_one(&mut *connection).await?;
        if self.fresh && version == self.data_version {
            if self.heads.len() + self.revisions.len() > REMEMBERED_MAX {
                self.heads.clear();
                self.revisions.clear();
            }
            return Ok(false);
        }
        self.forget();
        let stored = sealing::stored_head(connection, keys).await?;
        self.frontier = stored.frontier;
        self.read_unsealed(connection, stored.upto).await?;
        self.data_version = version;
        self.fresh = true;
        Ok(true)
    }

    async fn read_unsealed(&mut self, connection: &mut SqliteConnection, upto: i64) -> Result<(), StoreError> {
        let last =
            sqlx::query("SELECT n, at FROM leaf ORDER BY n DESC LIMIT 1").fetch_optional(&mut *connection).await?;
        self.last_leaf = 0;
        if let Some(row) = last {
            self.last_leaf = row.try_get(0)?;
            self.latest_at = self.latest_at.max(row.try_get(1)?);
        }
        let rows = sqlx::query(
            "SELECT organization_id, organization_seq, person_id, person_seq, hash FROM leaf WHERE n > ? ORDER BY n",
        )
        .bind(upto)
        .fetch_all(connection)
        .await?;
        for row in rows {
            let hash = hash_at(&row, 4)?;
            let organization = Chain::Organization(id_at(&row, 0)?);
            let person = Chain::Person(id_at(&row, 2)?);
            self.unsealed.insert(organization, Head { seq: seq_at(&row, 1)?, hash });
            self.unsealed.insert(person, Head { seq: seq_at(&row, 3)?, hash });
        }
        self.heads.extend(self.unsealed.iter().map(|(chain, head)| (*chain, *head)));
        Ok(())
    }

    /// Where the chain ends, the leaves of this transaction included.
    pub(super) async fn head(&mut self, connection: &mut SqliteConnection, chain: Chain) -> Result<Head, StoreError> {
        if let Some(head) = self.heads.get(&chain) {
            return Ok(*head);
        }
        let sql = match chain {
            Chain::Organization(_) => {
                "SELECT organization_seq, hash FROM leaf WHERE organization_id = ? ORDER BY organization_seq DESC LIMIT 1"
            }
            Chain::Person(_) => {
                "SELECT person_seq, hash FROM leaf WHERE person_id = ? ORDER BY person_seq DESC LIMIT 1"
            }
        };
        let row = sqlx::query(sql).bind(chain.id().as_slice()).fetch_optional(connection).await?;
        let head = match row {
            None => chain.beginning(),
            Some(row) => Head { seq: seq_at(&row, 0)?, hash: hash_at(&row, 1)? },
        };
        self.heads.insert(chain, head);
        Ok(head)
    }

    pub(super) fn grow(&mut self, chain: Chain, head: Head) {
        self.heads.insert(chain, head);
        self.unsealed.insert(chain, head);
    }

    /// The person's revision; none where there is no such person.
    pub(super) async fn revision(
        &mut self,
        connection: &mut SqliteConnection,
        person: PersonId,
    ) -> Result<Option<Revision>, StoreError> {
        if let Some(revision) = self.revisions.get(&person) {
            return Ok(Some(*revision));
        }
        let stored: Option<i64> = sqlx::query_scalar("SELECT revision FROM person WHERE id = ?")
            .bind(person.as_bytes().as_slice())
            .fetch_optional(connection)
            .await?;
        let revision = stored.map(Revision::from_stored);
        if let Some(revision) = revision {
            self.revisions.insert(person, revision);
        }
        Ok(revision)
    }

    pub(super) fn set_revision(&mut self, person: PersonId, revision: Revision) {
        self.revisions.insert(person, revision);
    }
}

pub(crate) fn hash_at(row: &sqlx::sqlite::SqliteRow, at: usize) -> Result<Hash, StoreError> {
    let bytes: &[u8] = row.try_get(at)?;
    Hash::from_slice(bytes).ok_or(StoreError::Damaged("hash"))
}

pub(crate) fn seq_at(row: &sqlx::sqlite::SqliteRow, at: usize) -> Result<u64, StoreError> {
    let number: i64 = row.try_get(at)?;
    u64::try_from(number).map_err(|_| StoreError::Damaged("place in a chain"))
}
