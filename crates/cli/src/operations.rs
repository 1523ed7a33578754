//! The second listener: health and metrics, for this machine only.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::get;
use metrics_exporter_prometheus::PrometheusHandle;
use sayso_exchange::Exchange;

/// Whether the house may be asked: the canary is unread and the writer writes.
#[derive(Clone)]
pub(crate) struct Ready {
    exchange: Exchange,
    canary: Arc<AtomicBool>,
}

impl Ready {
    pub(crate) fn new(exchange: Exchange) -> Self {
        Self { exchange, canary: Arc::new(AtomicBool::new(true)) }
    }

    /// Says whether the canary was refused to everyone.
    pub(crate) fn canary(&self, unread: bool) {
        self.canary.store(unread, Ordering::SeqCst);
    }
}

/// The router of the second listener.
pub(crate) fn router(ready: Ready, counts: PrometheusHandle) -> Router {
    Router::new()
        .route("/health/live", get(|| async { "live\n" }))
        .route("/health/ready", get(is_ready))
        .with_state(ready)
        .route("/metrics", get(move || async move { counts.render() }))
}

async fn is_ready(State(ready): State<Ready>) -> (StatusCode, &'static str) {
    if !ready.canary.load(Ordering::SeqCst) {
        return (StatusCode::SERVICE_UNAVAILABLE, "not ready: the deny canary could be read\n");
    }
    match ready.exchange.store().ready().await {
        Ok(()) => (StatusCode::OK, "ready\n"),
        Err(_) => (StatusCode::SERVICE_UNAVAILABLE, "not ready: the store does not take a write\n"),
    }
}
