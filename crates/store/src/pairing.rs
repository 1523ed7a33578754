//! Pairing codes: one for each person, good once and for minutes.

use sayso_plan::PersonId;
use time::OffsetDateTime;

use crate::act::NewLeaf;
use crate::error::StoreError;
use crate::moment;
use crate::receipt::Receipt;
use crate::record::without_reason;
use crate::store::Store;
use crate::writer::{Order, Record};

impl Store {
    /// Keeps a new code of this person; one they had before is good no more.
    ///
    /// # Errors
    /// [`StoreError::NoSuchPerson`]; the writer's own failures.
    pub async fn put_pairing(
        &self,
        code: &str,
        person: PersonId,
        expires_at: OffsetDateTime,
        leaf: NewLeaf,
    ) -> Result<Receipt, StoreError> {
        let hash = self.secret_hash(code);
        let order = Order { first: Some(self.seal_leaf(Some(person), &leaf).await?), ..Order::default() };
        let work = self.writer().work(order, move |connection| {
            Box::pin(async move {
                sqlx::query(
                    "INSERT INTO pairing (person_id, hash, expires_at) VALUES (?, ?, ?) \
                     ON CONFLICT (person_id) DO UPDATE SET hash = excluded.hash, expires_at = excluded.expires_at",
                )
                .bind(person.as_bytes().to_vec())
                .bind(hash.to_vec())
                .bind(moment::to_micros(expires_at))
                .execute(connection)
                .await?;
                Ok(((), Record::First))
            })
        });
        let ((), committed) = work.await.map_err(without_reason::<()>)?;
        committed.receipt_of(leaf.id)
    }

    /// Uses a code up; the person, where it was good.
    ///
    /// # Errors
    /// The writer's own failures.
    pub async fn redeem_pairing(&self, code: &str, now: OffsetDateTime) -> Result<Option<PersonId>, StoreError> {
        self.use_up("DELETE FROM pairing WHERE hash = ? RETURNING person_id, expires_at", code, now).await
    }
}
