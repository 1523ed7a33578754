//! A snapshot: all that a decision about one person needs, read in one statement, so that it is of one moment.

use std::sync::Arc;

use sayso_consent::{Consent, Sealed, Supporter};
use sayso_plan::{ConsentId, Person, PersonId, Plan};
use sqlx::Row;
use sqlx::sqlite::SqliteRow;

use crate::error::StoreError;
use crate::keys::{Belongs, DataKey};
use crate::store::{Store, id_at};
use crate::supporters::open_supporter;
use crate::witness;

/// Counts every change of a person's plans, consents and particulars. Internal: it never shows in an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Revision(i64);

impl Revision {
    pub(crate) const fn from_stored(number: i64) -> Self {
        Self(number)
    }

    pub(crate) const fn number(self) -> i64 {
        self.0
    }

    pub(crate) const fn next(self) -> Self {
        Self(self.0 + 1)
    }
}

/// What a decision stood on. A leaf or a write with this fence goes through only while it still holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fence {
    /// The person.
    pub person: PersonId,
    /// The revision that was read.
    pub revision: Revision,
}

/// A person as of one moment.
#[derive(Debug)]
pub struct Snapshot {
    /// The person.
    pub person: PersonId,
    /// The revision.
    pub revision: Revision,
    /// Counts the changes of consents only. Internal: it never shows in an answer.
    pub consent_version: u64,
    /// The person's particulars; none for the built-in persons.
    pub demographics: Option<Sealed<Person>>,
    /// The current version of each plan, drafts too, in the order of their ids.
    pub plans: Vec<Sealed<Plan>>,
    /// All consents that have not ended, in the order of their ids.
    pub consents: Vec<Consent>,
    /// All supporters who have not ended, in the order of their ids.
    pub supporters: Vec<Supporter>,
}

impl Snapshot {
    /// The fence for what is decided on this snapshot.
    #[must_use]
    pub const fn fence(&self) -> Fence {
        Fence { person: self.person, revision: self.revision }
    }
}

impl Store {
    /// Reads a person in one statement, which is one read transaction; also `nobody()`, who has nothing. It may be older than the last commit by a hair: the fence
    /// finds that out.
    ///
    /// # Errors
    /// The database's own failures; [`StoreError::Damaged`] where a ciphertext does not open.
    pub async fn snapshot(&self, person: PersonId) -> Result<Option<Arc<Snapshot>>, StoreError> {
        let epoch = match self.snapshots().get(&person) {
            Ok(snapshot) => return Ok(Some(snapshot)),
            Err(epoch) => epoch,
        };
        let rows = sqlx::query(witness::STATE).bind(person.as_bytes().as_slice()).fetch_all(self.readers()).await?;
        let Some(snapshot) = self.assemble(person, &rows)? else { return Ok(None) };
        let snapshot = Arc::new(snapshot);
        self.snapshots().keep(epoch, person, Arc::clone(&snapshot));
        Ok(Some(snapshot))
    }

    /// One consent of the person, also one that has ended. Nothing is decided on it: for that there is the snapshot.
    ///
    /// # Errors
    /// The database's own failures; [`StoreError::Damaged`] where the ciphertext does not open.
    pub async fn one_consent(&self, person: PersonId, id: ConsentId) -> Result<Option<Consent>, StoreError> {
        let row = sqlx::query("SELECT version, body FROM consent WHERE person_id = ? AND id = ?")
            .bind(person.as_bytes().as_slice())
            .bind(id.as_bytes().as_slice())
            .fetch_optional(self.readers())
            .await?;
        let Some(row) = row else { return Ok(None) };
        let key = self.data_key(person).await?;
        open_consent(&key, person, *id.as_bytes(), row.try_get(0)?, row.try_get(1)?).map(Some)
    }

    fn assemble(&self, person: PersonId, rows: &[SqliteRow]) -> Result<Option<Snapshot>, StoreError> {
        let Some((head, parts)) = rows.split_first() else { return Ok(None) };
        let key = self.data_key_from(person, head.try_get(2)?)?;
        let body: Option<&[u8]> = head.try_get(3)?;
        let consent_version: i64 = head.try_get(5)?;
        let mut snapshot = Snapshot {
            person,
            revision: Revision::from_stored(head.try_get(4)?),
            consent_version: u64::try_from(consent_version).map_err(|_| StoreError::Damaged("person"))?,
            demographics: body.map(|body| open_person(&key, person, body)).transpose()?,
            plans: Vec::new(),
            consents: Vec::new(),
            supporters: Vec::new(),
        };
        for row in parts {
            let body: &[u8] = row.try_get(3)?;
            match row.try_get::<i64, _>(0)? {
                1 => snapshot.plans.push(open_plan(&key, person, id_at(row, 1)?, id_at(row, 2)?, body)?),
                2 => snapshot.consents.push(open_consent(&key, person, id_at(row, 1)?, row.try_get(4)?, body)?),
                3 => snapshot.supporters.push(open_supporter(&key, person, id_at(row, 1)?, row.try_get(4)?, body)?),
                _ => return Err(StoreError::Damaged("person")),
            }
        }
        if !witness::fits(self.keys(), rows)? {
            return Err(StoreError::Damaged("person"));
        }
        snapshot.plans.sort_by_key(Sealed::<Plan>::id);
        snapshot.consents.sort_by_key(|consent| consent.id);
        snapshot.supporters.sort_by_key(|supporter| supporter.id);
        Ok(Some(snapshot))
    }
}

pub(crate) const fn person_place(person: PersonId) -> Belongs<'static> {
    Belongs { table: "person.body", person, record: &[], version: &[] }
}

pub(crate) const fn plan_place<'a>(person: PersonId, plan: &'a [u8; 16], version: &'a [u8; 16]) -> Belongs<'a> {
    Belongs { table: "plan_version", person, record: plan, version }
}

pub(crate) const fn consent_place<'a>(person: PersonId, consent: &'a [u8; 16], version: &'a [u8; 8]) -> Belongs<'a> {
    Belongs { table: "consent", person, record: consent, version }
}

fn open_person(key: &DataKey, person: PersonId, body: &[u8]) -> Result<Sealed<Person>, StoreError> {
    let plain = key.open(person_place(person), body)?;
    Sealed::<Person>::from_storage(&plain).map_err(|_| StoreError::Damaged("person"))
}

pub(crate) fn open_plan(
    key: &DataKey,
    person: PersonId,
    plan: [u8; 16],
    version: [u8; 16],
    body: &[u8],
) -> Result<Sealed<Plan>, StoreError> {
    let plain = key.open(plan_place(person, &plan, &version), body)?;
    Sealed::<Plan>::from_storage(&plain).map_err(|_| StoreError::Damaged("plan"))
}

pub(crate) fn open_consent(
    key: &DataKey,
    person: PersonId,
    id: [u8; 16],
    version: i64,
    body: &[u8],
) -> Result<Consent, StoreError> {
    let plain = key.open(consent_place(person, &id, &version.to_be_bytes()), body)?;
    serde_json::from_slice(&plain).map_err(|_| StoreError::Damaged("consent"))
}
