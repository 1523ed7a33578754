//! All that a person ever decided: what stands, and what has ended and stays on record.

use sayso_consent::Consent;
use sayso_plan::PersonId;
use sqlx::Row;

use crate::error::StoreError;
use crate::snapshot::open_consent;
use crate::store::{Store, id_at};

impl Store {
    /// Every consent of a person, in the order of their ids. Not for deciding: a decision stands on a snapshot.
    ///
    /// # Errors
    /// The database's own failures; [`StoreError::Damaged`] where one does not open; [`StoreError::NoSuchPerson`].
    pub async fn consents_of(&self, person: PersonId) -> Result<Vec<Consent>, StoreError> {
        let key = self.data_key(person).await?;
        let rows = sqlx::query("SELECT id, version, body FROM consent WHERE person_id = ? ORDER BY id")
            .bind(person.as_bytes().as_slice())
            .fetch_all(self.readers())
            .await?;
        rows.iter().map(|row| open_consent(&key, person, id_at(row, 0)?, row.try_get(1)?, row.try_get(2)?)).collect()
    }
}
