//! The versions of a plan, as they were recorded.

use sayso_consent::Sealed;
use sayso_plan::{PersonId, Plan, PlanId};
use sqlx::Row;
use time::OffsetDateTime;

use crate::error::StoreError;
use crate::moment;
use crate::snapshot::open_plan;
use crate::store::{Store, id_at};

/// One version of a plan.
#[derive(Debug)]
pub struct Version {
    /// The plan in this version.
    pub plan: Sealed<Plan>,
    /// When it became the current one.
    pub recorded_at: OffsetDateTime,
    /// When it was replaced; none while it is current.
    pub until_at: Option<OffsetDateTime>,
    /// Whether it is the current one.
    pub current: bool,
}

impl Store {
    /// All versions of a plan, newest first; none where the person has no such plan.
    ///
    /// # Errors
    /// The database's own failures; [`StoreError::Damaged`] where a ciphertext does not open.
    pub async fn versions(&self, person: PersonId, plan: PlanId) -> Result<Vec<Version>, StoreError> {
        let rows = sqlx::query(
            "SELECT id, recorded_at, until_at, current, body FROM plan_version WHERE person_id = ? AND plan_id = ? \
             ORDER BY current DESC, recorded_at DESC, rowid DESC",
        )
        .bind(person.as_bytes().as_slice())
        .bind(plan.as_bytes().as_slice())
        .fetch_all(self.readers())
        .await?;
        if rows.is_empty() {
            return Ok(Vec::new());
        }
        let key = self.data_key(person).await?;
        let mut versions = Vec::with_capacity(rows.len());
        for row in &rows {
            let until_at: Option<i64> = row.try_get(2)?;
            versions.push(Version {
                plan: open_plan(&key, person, *plan.as_bytes(), id_at(row, 0)?, row.try_get(4)?)?,
                recorded_at: moment::from_micros(row.try_get(1)?)?,
                until_at: until_at.map(moment::from_micros).transpose()?,
                current: row.try_get::<i64, _>(3)? == 1,
            });
        }
        Ok(versions)
    }
}
