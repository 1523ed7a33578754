//! What was fetched, for as long as it may be used.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use bytes::Bytes;
use time::{Duration, OffsetDateTime};

use crate::fetch::Fetched;
use crate::{AGAIN_AFTER_SECONDS, EgressFault};

/// Most addresses that are remembered.
const ADDRESSES_MAX: usize = 512;

/// What is known of one address.
#[derive(Debug, Clone)]
pub(crate) struct Kept {
    answer: Result<Bytes, EgressFault>,
    asked: OffsetDateTime,
    until: OffsetDateTime,
}

impl Kept {
    pub(crate) fn is_fresh(&self, now: OffsetDateTime) -> bool {
        now < self.until
    }

    pub(crate) fn is_recent(&self, now: OffsetDateTime) -> bool {
        now < self.asked + Duration::seconds(AGAIN_AFTER_SECONDS)
    }
}

#[derive(Debug, Default)]
pub(crate) struct Cache(Mutex<HashMap<String, Kept>>);

impl Cache {
    pub(crate) fn get(&self, url: &str, good_enough: impl Fn(&Kept) -> bool) -> Option<Result<Bytes, EgressFault>> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.get(url).filter(|kept| good_enough(kept)).map(|kept| kept.answer.clone())
    }

    /// Keeps what was fetched and hands it on. A failure does not displace an answer that is still fresh: that one
    /// is handed on instead.
    pub(crate) fn put(
        &self,
        url: &str,
        fetched: Result<Fetched, EgressFault>,
        now: OffsetDateTime,
    ) -> Result<Bytes, EgressFault> {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let kept = match fetched {
            Ok(fetched) => {
                Kept { answer: Ok(fetched.body), asked: now, until: now + Duration::seconds(fetched.keep_seconds) }
            }
            Err(fault) => match known.get(url) {
                Some(before) if before.answer.is_ok() && before.is_fresh(now) => Kept { asked: now, ..before.clone() },
                Some(_) | None => {
                    Kept { answer: Err(fault), asked: now, until: now + Duration::seconds(AGAIN_AFTER_SECONDS) }
                }
            },
        };
        let answer = kept.answer.clone();
        if known.len() >= ADDRESSES_MAX && !known.contains_key(url) {
            known.retain(|_, kept| kept.is_fresh(now));
            // Still full of fresh answers: more clients than are remembered; the new one is simply not kept.
            if known.len() >= ADDRESSES_MAX {
                return answer;
            }
        }
        known.insert(url.to_owned(), kept);
        answer
    }
}
