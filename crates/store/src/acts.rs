//! The list of acts: what was recorded about a person, or by an organization, newest first.

use sayso_ledger::Kind;
use sayso_plan::{LeafId, OrganizationId, PersonId};
use sqlx::Row;
use sqlx::sqlite::SqliteRow;
use time::OffsetDateTime;

use crate::act::Act;
use crate::error::StoreError;
use crate::moment;
use crate::record::{Told, leaf_place};
use crate::store::{Store, house, id_at, no_person, nobody};

/// The most acts of one page.
pub const ACTS_MAX: u32 = 1000;

/// One recorded act.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recorded {
    /// Its leaf.
    pub leaf: LeafId,
    /// When it happened.
    pub at: OffsetDateTime,
    /// Who acted; none for the person on our own pages and for our own operators.
    pub organization: Option<OrganizationId>,
    /// Whom it concerns; none where it concerns no person, or somebody who does not exist.
    pub person: Option<PersonId>,
    /// Its place in the person's chain, for the next page.
    pub person_seq: u64,
    /// Its place in the organization's chain, for the next page.
    pub organization_seq: u64,
    /// The coarse kind; none where it was written by a newer version of this program.
    pub kind: Option<Kind>,
    /// What was done; none where the person's key is gone.
    pub act: Option<Act>,
}

/// The columns that [`Store::recorded`] reads.
macro_rules! recorded {
    ($where:literal) => {
        concat!(
            "SELECT id, at, organization_id, person_id, person_seq, organization_seq, kind, ciphertext FROM leaf WHERE ",
            $where
        )
    };
}

impl Store {
    /// What was recorded about a person, newest first: places before `before`, `limit` (at most [`ACTS_MAX`]) of them.
    ///
    /// # Errors
    /// The database's own failures; [`StoreError::Damaged`] where one does not open.
    pub async fn acts_of_person(
        &self,
        person: PersonId,
        before: Option<u64>,
        limit: u32,
    ) -> Result<Vec<Recorded>, StoreError> {
        let sql = recorded!("person_id = ? AND person_seq < ? ORDER BY person_seq DESC LIMIT ?");
        self.acts(sql, person.as_bytes(), before, limit).await
    }

    /// What an organization did, newest first; the same with the organization's places.
    ///
    /// # Errors
    /// The database's own failures; [`StoreError::Damaged`] where one does not open.
    pub async fn acts_of_organization(
        &self,
        organization: OrganizationId,
        before: Option<u64>,
        limit: u32,
    ) -> Result<Vec<Recorded>, StoreError> {
        let sql = recorded!("organization_id = ? AND organization_seq < ? ORDER BY organization_seq DESC LIMIT ?");
        self.acts(sql, organization.as_bytes(), before, limit).await
    }

    /// One thing that was recorded about a person.
    ///
    /// # Errors
    /// The database's own failures; [`StoreError::Damaged`] where it does not open.
    pub async fn act_of_person(&self, person: PersonId, leaf: LeafId) -> Result<Option<Recorded>, StoreError> {
        let row = sqlx::query(recorded!("person_id = ? AND id = ?"))
            .bind(person.as_bytes().as_slice())
            .bind(leaf.as_bytes().as_slice())
            .fetch_optional(self.readers())
            .await?;
        match row {
            Some(row) => self.recorded(&row).await.map(Some),
            None => Ok(None),
        }
    }

    async fn acts(
        &self,
        sql: &'static str,
        whose: &[u8; 16],
        before: Option<u64>,
        limit: u32,
    ) -> Result<Vec<Recorded>, StoreError> {
        let before = before.and_then(|before| i64::try_from(before).ok()).unwrap_or(i64::MAX);
        let rows = sqlx::query(sql)
            .bind(whose.as_slice())
            .bind(before)
            .bind(limit.min(ACTS_MAX))
            .fetch_all(self.readers())
            .await?;
        let mut acts = Vec::with_capacity(rows.len());
        for row in &rows {
            acts.push(self.recorded(row).await?);
        }
        Ok(acts)
    }

    async fn recorded(&self, row: &SqliteRow) -> Result<Recorded, StoreError> {
        let leaf = id_at(row, 0)?;
        let organization = OrganizationId::from_stored(id_at(row, 2)?);
        let person = PersonId::from_stored(id_at(row, 3)?);
        let act = match self.data_key(person).await {
            Ok(key) => {
                let plain = key.open(leaf_place(person, &leaf), row.try_get(7)?)?;
                let told: Told<'_> = serde_json::from_slice(&plain).map_err(|_| StoreError::Damaged("act"))?;
                Some(told.act.into_owned())
            }
            Err(StoreError::NoSuchPerson) => None,
            Err(error) => return Err(error),
        };
        Ok(Recorded {
            leaf: LeafId::from_stored(leaf),
            at: moment::from_micros(row.try_get(1)?)?,
            organization: (organization != house()).then_some(organization),
            person: (person != nobody() && person != no_person()).then_some(person),
            person_seq: place(row, 4)?,
            organization_seq: place(row, 5)?,
            kind: u8::try_from(row.try_get::<i64, _>(6)?).ok().and_then(Kind::from_number),
            act,
        })
    }
}

fn place(row: &SqliteRow, at: usize) -> Result<u64, StoreError> {
    u64::try_from(row.try_get::<i64, _>(at)?).map_err(|_| StoreError::Damaged("place in a chain"))
}
