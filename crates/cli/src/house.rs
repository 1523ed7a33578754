//! Wiring: store, use cases, doors.

use std::path::Path;
use std::sync::Arc;

use axum::Router;
use sayso_auth::Place as Address;
use sayso_egress::{Egress, Policy};
use sayso_exchange::{Exchange, Surroundings};
use sayso_gateway::{Gateway, Limits};
use sayso_pages::{Operator, Pages};
use sayso_store::{Place, Store, WrappingKey};
use time::OffsetDateTime;

/// The clock and the randomness of the machine: the only place that asks for them.
#[allow(clippy::disallowed_methods, reason = "only the binary asks the clock")]
pub(crate) fn surroundings() -> Surroundings {
    Surroundings::new(Arc::new(OffsetDateTime::now_utc), Arc::new(random))
}

/// The time, for commands.
#[allow(clippy::disallowed_methods, reason = "only the binary asks the clock")]
pub(crate) fn now() -> OffsetDateTime {
    OffsetDateTime::now_utc()
}

fn random(bytes: &mut [u8]) {
    if getrandom::fill(bytes).is_err() {
        // No id, token or salt may ever be guessable: without randomness the process must not go on.
        std::process::abort();
    }
}

/// Opens the data folder.
pub(crate) async fn store(folder: &Path, key: WrappingKey) -> Result<Store, String> {
    Store::open(Place::Folder(folder.to_owned()), key).await.map_err(|fault| format!("{}: {fault}", folder.display()))
}

/// The use cases over a store.
pub(crate) fn exchange(store: Store, address: &Address, private_networks: bool) -> Exchange {
    Exchange::new(store, surroundings(), Egress::new(Policy { private_networks }), address.clone())
}

/// Both doors as one router; the pages tell who runs the house. What changes is made ready behind the systems' door for as
/// long as the process runs.
pub(crate) fn doors(exchange: &Exchange, address: &Address, limits: Limits, operator: &Operator) -> Router {
    let gateway = Gateway::new(exchange.clone(), address.clone(), limits);
    let ready = gateway.clone();
    tokio::spawn(async move { ready.keep_ready().await });
    let gateway = sayso_gateway::router(gateway);
    let pages = sayso_pages::router(Pages::new(exchange.clone(), address.clone()).run_by(operator.clone()));
    pages.fallback_service(gateway)
}
