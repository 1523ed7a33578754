//! The door for the person: plans, sharing, receipts, sign-in, and what an app asks; and for those who support them. No script is needed anywhere.
//!
//! | Page | File |
//! |---|---|
//! | every address, and what it asks of its visitor | [`door`] |
//! | my page | `start` |
//! | my plans, in my own words | `plans` |
//! | who sees what: choose, preview, let them, stop, say no, why | `sharing` |
//! | what happened | `receipts` |
//! | sign in, sign out, leave | `sign_in` |
//! | choose a name and password | `account` |
//! | an app asks | `authorize` |
//! | what others share with me, and taking back in their name | `with` |
//! | words, by language | `words` |

mod account;
mod admit;
mod authorize;
pub mod door;
mod fault;
mod fields;
mod headers;
mod layout;
mod plans;
mod receipts;
mod sharing;
mod sign_in;
mod start;
mod style;
mod with;
mod words;

use std::sync::Arc;

use sayso_auth::Place;
use sayso_exchange::Exchange;

pub use door::{Policy, RouteInfo, router, routes};

/// Where the link for leaving at once leads, when the operator chose nothing else: a place nobody asks about.
pub const LEAVE_TO: &str = "https://www.wikipedia.org/";

/// What the pages share. Cheap to clone.
#[derive(Clone)]
pub struct Pages {
    inner: Arc<Inner>,
}

struct Inner {
    exchange: Exchange,
    place: Place,
    leave_to: String,
}

impl std::fmt::Debug for Pages {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Pages")
    }
}

impl Pages {
    /// The pages at a public place, over the use cases.
    #[must_use]
    pub fn new(exchange: Exchange, place: Place) -> Self {
        Self { inner: Arc::new(Inner { exchange, place, leave_to: LEAVE_TO.to_owned() }) }
    }

    /// The same pages with another place to leave to at once: an absolute web address.
    #[must_use]
    pub fn leaving_to(self, address: &str) -> Self {
        let Inner { exchange, place, .. } = &*self.inner;
        let inner = Inner { exchange: exchange.clone(), place: place.clone(), leave_to: address.to_owned() };
        Self { inner: Arc::new(inner) }
    }

    pub(crate) fn exchange(&self) -> &Exchange {
        &self.inner.exchange
    }

    pub(crate) fn place(&self) -> &Place {
        &self.inner.place
    }

    pub(crate) fn leave_to(&self) -> &str {
        &self.inner.leave_to
    }
}
