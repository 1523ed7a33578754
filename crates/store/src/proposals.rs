//! What others proposed to a person's plans.

use sayso_consent::Sealed;
use sayso_plan::{PersonId, Proposal};
use sqlx::Row;

use crate::error::StoreError;
use crate::keys::Belongs;
use crate::store::{Store, id_at};

impl Store {
    /// What was proposed to the person's plans, in the order of their ids.
    ///
    /// # Errors
    /// The database's own failures; [`StoreError::Damaged`] where one does not open.
    pub async fn proposals(&self, person: PersonId) -> Result<Vec<Sealed<Proposal>>, StoreError> {
        let rows = sqlx::query("SELECT id, version, body FROM proposal WHERE person_id = ? ORDER BY id")
            .bind(person.as_bytes().as_slice())
            .fetch_all(self.readers())
            .await?;
        let key = self.data_key(person).await?;
        let mut proposals = Vec::with_capacity(rows.len());
        for row in &rows {
            let damaged = || StoreError::Damaged("proposal");
            let (id, version) = (id_at(row, 0)?, row.try_get::<i64, _>(1)?);
            let version = u32::try_from(version).map_err(|_| damaged())?;
            let version = version.to_be_bytes();
            let plain = zeroize::Zeroizing::new(key.open(proposal_place(person, &id, &version), row.try_get(2)?)?);
            proposals.push(Sealed::<Proposal>::from_storage(&plain).map_err(|_| damaged())?);
        }
        Ok(proposals)
    }
}

pub(crate) fn proposal_place<'a>(person: PersonId, id: &'a [u8; 16], version: &'a [u8]) -> Belongs<'a> {
    Belongs { table: "proposal", person, record: id, version }
}
