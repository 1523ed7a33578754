//! Replay: an assertion's `jti` is good once for its issuer (RFC 7523 section 3, item 7).

use time::OffsetDateTime;

use crate::error::StoreError;
use crate::keys::Use;
use crate::moment;
use crate::record::without_reason;
use crate::store::Store;
use crate::writer::{Order, Record};

impl Store {
    /// Whether this is the first use of `jti` by `issuer`. It is remembered until `expires_at`.
    ///
    /// # Errors
    /// The writer's own failures; then the assertion must not be accepted.
    pub async fn first_use(
        &self,
        issuer: &str,
        jti: &str,
        expires_at: OffsetDateTime,
        now: OffsetDateTime,
    ) -> Result<bool, StoreError> {
        let hash = self.keys().hash(Use::Jti, &[issuer.as_bytes(), jti.as_bytes()]);
        let (expires_at, now) = (moment::to_micros(expires_at), moment::to_micros(now));
        let work = self.writer().work(Order::default(), move |connection| {
            Box::pin(async move {
                sqlx::query("DELETE FROM jti WHERE expires_at <= ?").bind(now).execute(&mut *connection).await?;
                let done =
                    sqlx::query("INSERT INTO jti (hash, expires_at) VALUES (?, ?) ON CONFLICT (hash) DO NOTHING")
                        .bind(hash.to_vec())
                        .bind(expires_at)
                        .execute(connection)
                        .await?;
                Ok((done.rows_affected() == 1, Record::None))
            })
        });
        work.await.map(|(first, _)| first).map_err(without_reason::<()>)
    }
}
