//! Rate limits: by client and for whom it acts, and by that and what was asked for, the same whether it exists or not.
//! And how long it takes to say that there is nothing, whatever there is.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::num::NonZeroU32;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use governor::{DefaultKeyedRateLimiter, Quota};
use sayso_auth::{Caller, ClientKind};
use sayso_plan::{ClientId, PersonId};
use tokio::time::Instant;

use crate::fault::Fault;

/// How much is answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Requests of one client, of an app for one person, each second; none: no limit (for measuring).
    pub client_each_second: Option<NonZeroU32>,
    /// Requests of one client for one and the same thing each minute.
    pub same_each_minute: Option<NonZeroU32>,
    /// Codes that a client tries each minute, whatever they are: nobody finds one by trying.
    pub codes_each_minute: Option<NonZeroU32>,
    /// An answer that shows nothing is given at the next multiple of this, counted from the request, so that its time
    /// does not tell what is hidden from what is not there. Zero: as soon as it is ready (for measuring).
    pub nothing_takes: Duration,
}

/// Longer than it takes to decide on all of a person's plans and to record that; short beside a way over a network.
const NOTHING_TAKES: Duration = Duration::from_millis(10);

impl Default for Limits {
    fn default() -> Self {
        Self {
            client_each_second: NonZeroU32::new(200),
            same_each_minute: NonZeroU32::new(600),
            codes_each_minute: NonZeroU32::new(60),
            nothing_takes: NOTHING_TAKES,
        }
    }
}

/// The largest body of any request, in bytes: a document of 1 MiB in base64 and its frame.
pub const BODY_MAX_BYTES: usize = 2 * 1024 * 1024;

/// After how many requests what is not counted any more is forgotten: whoever asks for ever new things fills no memory.
const FORGET_EVERY: u64 = 4_096;

pub(crate) struct Governors {
    clients: Option<DefaultKeyedRateLimiter<(ClientId, Option<PersonId>)>>,
    asked: Option<DefaultKeyedRateLimiter<u64>>,
    codes: Option<DefaultKeyedRateLimiter<ClientId>>,
    requests: AtomicU64,
    nothing_takes: Duration,
}

impl Governors {
    pub(crate) fn new(limits: Limits) -> Self {
        Self {
            clients: limits.client_each_second.map(|n| DefaultKeyedRateLimiter::keyed(Quota::per_second(n))),
            asked: limits.same_each_minute.map(|n| DefaultKeyedRateLimiter::keyed(Quota::per_minute(n))),
            codes: limits.codes_each_minute.map(|n| DefaultKeyedRateLimiter::keyed(Quota::per_minute(n))),
            requests: AtomicU64::new(0),
            nothing_takes: limits.nothing_takes,
        }
    }

    /// Forgets those whose next request would count as their first.
    fn forget(&self) {
        self.clients.iter().for_each(DefaultKeyedRateLimiter::retain_recent);
        self.asked.iter().for_each(DefaultKeyedRateLimiter::retain_recent);
        self.codes.iter().for_each(DefaultKeyedRateLimiter::retain_recent);
    }

    /// Waits until an answer that shows nothing is given to a request of that moment.
    pub(crate) async fn level(&self, asked_at: Instant) {
        let Some(gone) = asked_at.elapsed().as_nanos().checked_div(self.nothing_takes.as_nanos()) else { return };
        let steps = u32::try_from(gone).unwrap_or(u32::MAX).saturating_add(1);
        tokio::time::sleep_until(asked_at + self.nothing_takes.saturating_mul(steps)).await;
    }

    /// One request of this client, of an app for this person: nobody feels what others do with the same app. Crisis
    /// services have their own lane: no client limit stands in their way.
    pub(crate) fn client(&self, caller: &Caller) -> Result<(), Fault> {
        if self.requests.fetch_add(1, Ordering::Relaxed) % FORGET_EVERY == FORGET_EVERY - 1 {
            self.forget();
        }
        let limiter = self.clients.as_ref().filter(|_| caller.kind != ClientKind::CrisisService);
        match limiter.map(|limiter| limiter.check_key(&(caller.client, caller.person))) {
            Some(Err(_)) => Err(Fault::TooMany),
            Some(Ok(())) | None => Ok(()),
        }
    }

    /// One code that this client tries, also where it is a crisis service: who needs an answer now has no time to ask.
    pub(crate) fn code(&self, caller: &Caller) -> Result<(), Fault> {
        match self.codes.as_ref().map(|limiter| limiter.check_key(&caller.client)) {
            Some(Err(_)) => Err(Fault::TooMany),
            Some(Ok(())) | None => Ok(()),
        }
    }

    /// One request of this client for this thing.
    pub(crate) fn asked(&self, caller: &Caller, what: &impl Hash) -> Result<(), Fault> {
        let Some(limiter) = self.asked.as_ref().filter(|_| caller.kind != ClientKind::CrisisService) else {
            return Ok(());
        };
        let mut hasher = DefaultHasher::new();
        (caller.client, caller.person, what).hash(&mut hasher);
        limiter.check_key(&hasher.finish()).map_err(|_| Fault::TooMany)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_somebody_asked_once_is_forgotten_and_what_still_counts_is_not() {
        let governors = Governors::new(Limits::default());
        let asked = governors.asked.as_ref().unwrap();
        // One request of 600 each minute counts for a tenth of a second, and is kept for as long again.
        for thing in 0..10_000 {
            assert!(asked.check_key(&thing).is_ok());
        }
        std::thread::sleep(Duration::from_millis(400));
        let often = 10_000;
        assert!((0..600).all(|_| asked.check_key(&often).is_ok()));
        governors.forget();
        assert_eq!(asked.len(), 1);
        assert!(asked.check_key(&often).is_err());
    }
}
