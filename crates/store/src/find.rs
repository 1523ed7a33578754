//! Finding a person: by a verified identifier, or by an id that leads to something of theirs.

use sayso_plan::{PersonId, PlanId};
use sqlx::Row;

use crate::error::StoreError;
use crate::store::{Store, id_at};
use crate::write::{identifier_fingerprint, identifier_mac};

/// Where an id leads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Owner {
    /// The person.
    pub person: PersonId,
    /// The plan, where it is the id of a plan or of a part of one.
    pub plan: Option<PlanId>,
}

impl Store {
    /// The one person for whom this identifier is verified. Nobody where it is only claimed, contested, or verified for
    /// two: the wrong person's plan is as bad as none.
    ///
    /// # Errors
    /// The database's own failures.
    pub async fn person_by_identifier(&self, system: &str, value: &str) -> Result<Option<PersonId>, StoreError> {
        let fingerprint = identifier_fingerprint(self.keys(), system, value);
        // What was only claimed does not count: else anybody could hide a person by claiming the person's number.
        let rows =
            sqlx::query("SELECT person_id, state, mac FROM identifier WHERE fingerprint = ? AND state > 0 LIMIT 2")
                .bind(fingerprint.as_slice())
                .fetch_all(self.readers())
                .await?;
        match rows.as_slice() {
            [one] if one.try_get::<i64, _>(1)? == 1 => {
                let person = PersonId::from_stored(id_at(one, 0)?);
                let mac: &[u8] = one.try_get(2)?;
                let ours = identifier_mac(self.keys(), person, &fingerprint, 1).as_slice() == mac;
                if ours { Ok(Some(person)) } else { Err(StoreError::Damaged("identifier")) }
            }
            _ => Ok(None),
        }
    }

    /// To whom this id of a plan, an item, a whole document or a consent leads.
    ///
    /// # Errors
    /// The database's own failures.
    pub async fn owner_of(&self, id: &[u8; 16]) -> Result<Option<Owner>, StoreError> {
        let row = sqlx::query("SELECT person_id, coalesce(plan_id, x'') FROM address WHERE id = ?")
            .bind(id.as_slice())
            .fetch_optional(self.readers())
            .await?;
        let Some(row) = row else { return Ok(None) };
        let plan: &[u8] = row.try_get(1)?;
        let plan = plan.try_into().ok().map(PlanId::from_stored);
        Ok(Some(Owner { person: PersonId::from_stored(id_at(&row, 0)?), plan }))
    }
}
