//! The door for systems: one router table, FHIR, native plans, OAuth endpoints.

mod admit;
mod answer;
mod cors;
pub mod fault;
mod fhir;
#[cfg(feature = "leaks")]
mod leaks;
pub mod limits;
mod oauth;
mod plans;
pub mod policy;
mod ready;
mod router;
pub mod serve;
mod views;

use std::sync::Arc;

use sayso_auth::Place;
use sayso_exchange::Exchange;

pub use limits::Limits;
pub use policy::Policy;
pub use router::{RouteInfo, router, routes};

/// What the handlers share. Cheap to clone.
#[derive(Clone)]
pub struct Gateway {
    inner: Arc<Inner>,
}

struct Inner {
    exchange: Exchange,
    place: Place,
    fhir_base: String,
    limits: limits::Governors,
    views: views::Views,
}

impl std::fmt::Debug for Gateway {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Gateway")
    }
}

impl Gateway {
    /// The door at a public place, over the use cases.
    #[must_use]
    pub fn new(exchange: Exchange, place: Place, limits: Limits) -> Self {
        let fhir_base = place.fhir();
        Self {
            inner: Arc::new(Inner {
                exchange,
                place,
                fhir_base,
                limits: limits::Governors::new(limits),
                views: views::Views::default(),
            }),
        }
    }

    /// The use cases.
    #[must_use]
    pub fn exchange(&self) -> &Exchange {
        &self.inner.exchange
    }

    /// Where this server is.
    #[must_use]
    pub fn place(&self) -> &Place {
        &self.inner.place
    }

    pub(crate) fn fhir_base(&self) -> &str {
        &self.inner.fhir_base
    }

    pub(crate) fn limits(&self) -> &limits::Governors {
        &self.inner.limits
    }

    pub(crate) fn views(&self) -> &views::Views {
        &self.inner.views
    }
}
