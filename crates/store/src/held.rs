//! What a reader holds: what it was shown of a person and may have kept, so that it can be told what is no longer so.
//! Written with the leaf of the look, in one transaction; under the person's data key, so that it goes with the person.

use std::sync::Arc;

use sayso_consent::Class;
use sayso_plan::{OrganizationId, PersonId, PlanId, Purpose};
use serde::{Deserialize, Serialize};
use sqlx::Row;
use time::OffsetDateTime;

use crate::error::StoreError;
use crate::keys::{Belongs, Use};
use crate::receipt::Receipt;
use crate::record::{Fenced, ReadLeaf};
use crate::store::Store;
use crate::writer::{NotCommitted, Order, Record, Stop};

/// Who reads, as far as what is open to them can differ: all clients of an organization that read as the same class and
/// for the same purpose hold the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Reader {
    /// The organization.
    pub organization: OrganizationId,
    /// The class it reads as.
    pub class: Option<Class>,
    /// The purpose.
    pub purpose: Purpose,
}

/// What a reader was shown of one person.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Held {
    /// What was said of the person.
    pub subject: Option<HeldSubject>,
    /// The plans, in the order of their ids.
    pub plans: Vec<HeldPlan>,
    /// What was shown and is not any more.
    pub gone: Vec<Gone>,
    /// Counts the writes; 0 before the first.
    #[serde(skip)]
    version: i64,
}

/// What was said of the person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HeldSubject {
    /// The version that was shown last.
    pub version: String,
    /// When a look found that it had become so.
    #[serde(with = "time::serde::rfc3339")]
    pub since: OffsetDateTime,
}

/// What was shown of one plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HeldPlan {
    /// The plan.
    pub plan: PlanId,
    /// The version that was shown last.
    pub version: String,
    /// When a look found that it had become so.
    #[serde(with = "time::serde::rfc3339")]
    pub since: OffsetDateTime,
    /// The addresses of what it was shown as.
    pub parts: Vec<HeldPart>,
}

/// The address of a resource, for instance `Goal` and its id.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HeldPart {
    /// Type of resource.
    pub kind: String,
    /// Logical id.
    pub id: String,
}

/// Something that was shown and is not any more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Gone {
    /// Its address.
    pub part: HeldPart,
    /// When a look found that it was gone.
    #[serde(with = "time::serde::rfc3339")]
    pub at: OffsetDateTime,
}

impl Reader {
    fn place(self, store: &Store, person: PersonId) -> [u8; 32] {
        let class: &[u8] = match self.class {
            None => b"",
            Some(Class::CrisisServices) => b"crisis services",
        };
        let parts = [self.organization.as_bytes().as_slice(), class, self.purpose.code().as_bytes(), person.as_bytes()];
        store.keys().hash(Use::Held, &parts)
    }
}

impl Store {
    /// What this reader holds of a person; nothing where nothing was shown.
    ///
    /// # Errors
    /// The database's own failures; [`StoreError::Damaged`] where it does not open.
    pub async fn held(&self, reader: &Reader, person: PersonId) -> Result<Arc<Held>, StoreError> {
        let place = reader.place(self, person);
        let epoch = match self.holdings().get(&place) {
            Ok(kept) => return Ok(kept),
            Err(epoch) => epoch,
        };
        let row = sqlx::query("SELECT version, body FROM held WHERE person_id = ? AND reader = ?")
            .bind(person.as_bytes().as_slice())
            .bind(place.as_slice())
            .fetch_optional(self.readers())
            .await?;
        let held = match row {
            None => Held::default(),
            Some(row) => {
                let version: i64 = row.try_get(0)?;
                let key = self.data_key(person).await?;
                let plain = key.open(belongs(person, &place, &version.to_be_bytes()), row.try_get(1)?)?;
                let held: Held = serde_json::from_slice(&plain).map_err(|_| StoreError::Damaged("held"))?;
                Held { version, ..held }
            }
        };
        let held = Arc::new(held);
        self.holdings().keep(epoch, place, Arc::clone(&held));
        Ok(held)
    }

    /// Records a decided read, like [`Self::record`], and with it what the reader holds from now on. `held` was made from
    /// what [`Self::held`] gave.
    ///
    /// # Errors
    /// [`Fenced::Moved`] also where somebody else has written what the reader holds since then.
    pub async fn record_held(&self, read: ReadLeaf, reader: &Reader, held: Held) -> Result<Receipt, Fenced> {
        let (person, id) = (read.fence.person, read.leaf.id);
        let place = reader.place(self, person);
        let (before, after) = (held.version, held.version + 1);
        let plain = zeroize::Zeroizing::new(serde_json::to_vec(&held).map_err(|_| StoreError::Damaged("held"))?);
        let body = self.data_key(person).await?.seal(belongs(person, &place, &after.to_be_bytes()), &plain)?;
        let leaf = self.seal_leaf(Some(person), &read.leaf).await?;
        let order = Order { fence: Some(read.fence), first: Some(leaf), ..Order::default() };
        let work = self.writer().work(order, move |connection| {
            Box::pin(async move {
                let written = sqlx::query(
                    "INSERT INTO held (person_id, reader, version, body) VALUES (?, ?, ?, ?) \
                     ON CONFLICT (person_id, reader) DO UPDATE SET version = excluded.version, body = excluded.body \
                     WHERE version = ?",
                )
                .bind(person.as_bytes().to_vec())
                .bind(place.to_vec())
                .bind(after)
                .bind(body)
                .bind(before)
                .execute(connection)
                .await?;
                if written.rows_affected() == 0 { Err(Stop::Refused(())) } else { Ok(((), Record::First)) }
            })
        });
        let done = work.await;
        self.holdings().forget(&place);
        match done {
            Ok(((), committed)) => Ok(committed.receipt_of(id)?),
            Err(NotCommitted::Moved) => {
                self.snapshots().forget(&person);
                Err(Fenced::Moved)
            }
            Err(NotCommitted::Refused(())) => Err(Fenced::Moved),
            Err(NotCommitted::Failed(error)) => Err(error.into()),
        }
    }
}

const fn belongs<'a>(person: PersonId, place: &'a [u8; 32], version: &'a [u8; 8]) -> Belongs<'a> {
    Belongs { table: "held", person, record: place, version }
}
