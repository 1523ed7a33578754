//! The outbox: each change leaves one event, written in the transaction of the change, for whoever is to be told.

use sayso_store::{Code, Event, EventId};
use time::{Duration, OffsetDateTime};

use crate::{Exchange, Refusal};

/// How long an event waits for a receiver.
const EVENT_LIFETIME_DAYS: i64 = 30;
/// How many events are looked at in one go.
const EVENTS_AT_ONCE: u32 = 500;

impl Exchange {
    /// An event that says what changed, by id, never how.
    pub(crate) fn event(&self, topic: &'static str, subject: [u8; 16], at: OffsetDateTime) -> Event {
        Event { id: EventId::from_random(self.fresh()), organization: None, topic: Code::new(topic), subject, at }
    }

    /// Drops events that nobody came for in thirty days, and codes, tokens, links and sessions that ended; tells how
    /// many rows went.
    ///
    /// # Errors
    /// [`Refusal::Unrecorded`] when the store does not take it.
    pub async fn tidy(&self) -> Result<u64, Refusal> {
        let ended = self.inner.store.tidy(self.now()).await?;
        let oldest = self.now() - Duration::days(EVENT_LIFETIME_DAYS);
        let waiting = self.inner.store.events(EVENTS_AT_ONCE).await?;
        let old: Vec<EventId> = waiting.into_iter().filter(|event| event.at < oldest).map(|event| event.id).collect();
        let count = old.len() as u64;
        if count > 0 {
            self.inner.store.events_done(old).await?;
        }
        Ok(ended + count)
    }
}
