//! Structured logs and counts: routes and results, never who or what.

use std::time::Instant;

use axum::extract::{MatchedPath, Request};
use axum::middleware::Next;
use axum::response::Response;
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use tracing_subscriber::EnvFilter;

/// Starts logging to standard error, as JSON lines. `SAYSO_LOG` sets the level.
pub(crate) fn start() {
    let filter = EnvFilter::try_from_env("SAYSO_LOG").unwrap_or_else(|_| EnvFilter::new("info,sqlx=warn"));
    let _ = tracing_subscriber::fmt().json().with_env_filter(filter).with_writer(std::io::stderr).try_init();
}

/// Starts counting.
pub(crate) fn count() -> Result<PrometheusHandle, String> {
    PrometheusBuilder::new().install_recorder().map_err(|error| format!("metrics: {error}"))
}

/// One line and one count for each request. The path is the route's pattern: an address with an id in it would tell.
pub(crate) async fn each(request: Request, next: Next) -> Response {
    let begun = Instant::now();
    let method = request.method().clone();
    let response = next.run(request).await;
    let route = response.extensions().get::<MatchedPath>().map_or("other", MatchedPath::as_str).to_owned();
    let status = response.status().as_u16();
    let class = match status {
        200..300 => "2xx",
        300..400 => "3xx",
        400..500 => "4xx",
        _ => "5xx",
    };
    metrics::counter!("sayso_requests_total", "route" => route.clone(), "class" => class).increment(1);
    metrics::histogram!("sayso_request_seconds").record(begun.elapsed().as_secs_f64());
    let micros = u64::try_from(begun.elapsed().as_micros()).unwrap_or(u64::MAX);
    tracing::info!(method = %method, route, status, micros, "answered");
    response
}
