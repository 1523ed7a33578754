//! The door for the person: plans, sharing, receipts, sign-in, and what an app asks; and for those who support them. No script is needed anywhere.
//!
//! | Page | File |
//! |---|---|
//! | every address, and what it asks of its visitor | [`door`] |
//! | my page | `start` |
//! | my plans, in my own words | `plans` |
//! | who sees what: choose, preview, let them, stop, say no, why | `sharing` |
//! | what happened | `receipts` |
//! | a receipt for each decision, as a page and as a file | `consent_receipts` |
//! | sign in, sign out, leave | `sign_in` |
//! | choose a name and password | `account` |
//! | an app asks | `authorize` |
//! | what others share with me, and taking back in their name | `with` |
//! | words, by language | `words` |

mod account;
mod admit;
mod authorize;
mod consent_receipts;
pub mod door;
mod fault;
mod fields;
mod headers;
mod layout;
mod operator;
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
pub use operator::Operator;

/// Where the link for leaving at once leads, when the operator chose nothing else: a place nobody asks about.
pub const LEAVE_TO: &str = "https://www.wikipedia.org/";

/// What the pages share. Cheap to clone.
#[derive(Clone)]
pub struct Pages {
    inner: Arc<Inner>,
}

#[derive(Clone)]
struct Inner {
    exchange: Exchange,
    place: Place,
    leave_to: String,
    operator: Operator,
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
        // What is decided on these pages is recorded with the words that stand on them.
        let exchange = exchange.showing(words::shown::english());
        let inner = Inner { exchange, place, leave_to: LEAVE_TO.to_owned(), operator: Operator::default() };
        Self { inner: Arc::new(inner) }
    }

    /// The same pages with another place to leave to at once: an absolute web address.
    #[must_use]
    pub fn leaving_to(self, address: &str) -> Self {
        let inner = Inner { leave_to: address.to_owned(), ..Inner::clone(&self.inner) };
        Self { inner: Arc::new(inner) }
    }

    /// The same pages, which tell who runs the house.
    #[must_use]
    pub fn run_by(self, operator: Operator) -> Self {
        Self { inner: Arc::new(Inner { operator, ..Inner::clone(&self.inner) }) }
    }

    pub(crate) fn exchange(&self) -> &Exchange {
        &self.inner.exchange
    }

    pub(crate) fn place(&self) -> &Place {
        &self.inner.place
    }

    pub(crate) fn operator(&self) -> &Operator {
        &self.inner.operator
    }

    pub(crate) fn leave_to(&self) -> &str {
        &self.inner.leave_to
    }
}
