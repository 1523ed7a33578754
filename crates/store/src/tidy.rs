//! Tidying: what has ended and can mean nothing any more goes, a little at a time.

use time::{Duration, OffsetDateTime};

use crate::error::StoreError;
use crate::moment;
use crate::record::without_reason;
use crate::store::Store;
use crate::writer::{Order, Record};

/// How long what has ended is still known, so that using it again is noticed.
const KEPT_DAYS: i64 = 1;

/// Each statement takes at most a thousand rows: tidying must never hold up a write.
const STATEMENTS: [&str; 8] = [
    "DELETE FROM code WHERE hash IN (SELECT hash FROM code WHERE expires_at <= ? LIMIT 1000)",
    "DELETE FROM token WHERE hash IN (SELECT hash FROM token WHERE expires_at <= ? LIMIT 1000)",
    "DELETE FROM link WHERE hash IN (SELECT hash FROM link WHERE expires_at <= ? LIMIT 1000)",
    "DELETE FROM pairing WHERE hash IN (SELECT hash FROM pairing WHERE expires_at <= ? LIMIT 1000)",
    "DELETE FROM session WHERE hash IN (SELECT hash FROM session WHERE expires_at <= ? LIMIT 1000)",
    "DELETE FROM supporter_link WHERE supporter_id IN \
     (SELECT supporter_id FROM supporter_link WHERE expires_at <= ? LIMIT 1000)",
    "DELETE FROM supporter_session WHERE hash IN \
     (SELECT hash FROM supporter_session WHERE expires_at <= ? LIMIT 1000)",
    "DELETE FROM granted WHERE id IN (SELECT id FROM granted AS g WHERE at <= ? \
     AND NOT EXISTS (SELECT 1 FROM token WHERE grant_id = g.id) \
     AND NOT EXISTS (SELECT 1 FROM code WHERE grant_id = g.id) LIMIT 1000)",
];

impl Store {
    /// Removes codes, tokens, links and sessions that ended more than a day before `now`, and grants of which nothing
    /// is left. Leaves are never removed.
    ///
    /// # Errors
    /// The writer's own failures.
    pub async fn tidy(&self, now: OffsetDateTime) -> Result<u64, StoreError> {
        let ended = moment::to_micros(now - Duration::days(KEPT_DAYS));
        let work = self.writer().work(Order::default(), move |connection| {
            Box::pin(async move {
                let mut gone = 0;
                for statement in STATEMENTS {
                    gone += sqlx::query(statement).bind(ended).execute(&mut *connection).await?.rows_affected();
                }
                Ok((gone, Record::None))
            })
        });
        work.await.map(|(gone, _)| gone).map_err(without_reason::<()>)
    }
}
