//! Everything that goes out by network, under one policy.
//!
//! An address that a client registered is an address that a client chose: it may name a machine inside the
//! operator's network, answer slowly, at great length, or with a redirect. So each request is resolved first, refused
//! when any of its addresses is not public, pinned to the addresses that were checked, never redirected, and limited
//! in time and size. Answers are kept for as long as their sender allows, within bounds.

mod cache;
mod fetch;
pub mod policy;
#[cfg(test)]
mod tests;

use bytes::Bytes;
use time::OffsetDateTime;
use tokio::sync::Semaphore;

use cache::{Cache, Kept};
pub use policy::Policy;

/// How long one request may take in all, in seconds: name, connection, answer.
pub const FETCH_MAX_SECONDS: u64 = 5;
/// Largest answer, in bytes.
pub const ANSWER_MAX_BYTES: usize = 64 * 1024;
/// Most requests under way at once.
pub const UNDER_WAY_MAX: usize = 8;
/// How long an answer is kept when its sender does not say, in seconds.
pub const KEPT_DEFAULT_SECONDS: i64 = 300;
/// Longest that an answer is kept, whatever its sender says, in seconds.
pub const KEPT_MAX_SECONDS: i64 = 3_600;
/// How long the same address is left alone after a request, even when something newer is wanted, in seconds.
pub const AGAIN_AFTER_SECONDS: i64 = 10;

/// Why nothing was fetched.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum EgressFault {
    /// Not an absolute https address (or http where the policy allows it), or with user name or fragment.
    #[error("the address must be https, without user name or fragment")]
    Address,
    /// The name has no address.
    #[error("the host's name has no address")]
    Name,
    /// One of the host's addresses is not public.
    #[error("the host is inside a private network")]
    Private,
    /// No connection, a broken answer, or an untrusted certificate.
    #[error("the host did not answer properly")]
    Unreachable,
    /// Longer than [`FETCH_MAX_SECONDS`].
    #[error("the host did not answer within 5 seconds")]
    Slow,
    /// A status other than 200; redirects are not followed.
    #[error("the host answered with a status other than 200")]
    Status,
    /// Larger than [`ANSWER_MAX_BYTES`].
    #[error("the answer is larger than 64 KiB")]
    TooLarge,
}

/// The way out.
#[derive(Debug)]
pub struct Egress {
    policy: Policy,
    cache: Cache,
    under_way: Semaphore,
}

impl Egress {
    /// A way out under this policy.
    #[must_use]
    pub fn new(policy: Policy) -> Self {
        Self { policy, cache: Cache::default(), under_way: Semaphore::new(UNDER_WAY_MAX) }
    }

    /// A JSON document, from the cache while it is fresh. A failure is remembered too, for [`AGAIN_AFTER_SECONDS`].
    /// The bytes are as they came: whoever asked reads them strictly.
    ///
    /// # Errors
    /// [`EgressFault`].
    pub async fn fetch_json(&self, url: &str, now: OffsetDateTime) -> Result<Bytes, EgressFault> {
        self.fetch(url, now, Kept::is_fresh).await
    }

    /// The same, but newer than what is kept where possible: for a key set that lacks a key which was just used
    /// (B12). An address that was asked within [`AGAIN_AFTER_SECONDS`] is not asked again.
    ///
    /// # Errors
    /// [`EgressFault`].
    pub async fn refetch_json(&self, url: &str, now: OffsetDateTime) -> Result<Bytes, EgressFault> {
        self.fetch(url, now, Kept::is_recent).await
    }

    async fn fetch(
        &self,
        url: &str,
        now: OffsetDateTime,
        good_enough: fn(&Kept, OffsetDateTime) -> bool,
    ) -> Result<Bytes, EgressFault> {
        if let Some(known) = self.cache.get(url, |kept| good_enough(kept, now)) {
            return known;
        }
        let _place = self.under_way.acquire().await.map_err(|_| EgressFault::Unreachable)?;
        // Whoever waited for the same document finds it now.
        if let Some(known) = self.cache.get(url, |kept| good_enough(kept, now)) {
            return known;
        }
        let fetched = fetch::json(self.policy, url).await;
        self.cache.put(url, fetched, now)
    }
}
