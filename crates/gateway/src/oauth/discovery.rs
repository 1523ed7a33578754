//! What this server says of itself, as JSON whatever the caller would rather have.

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::header::CACHE_CONTROL;

use crate::Gateway;

/// SMART App Launch 2.2, section "FHIR Authorization Endpoint and Capabilities Discovery".
pub(crate) const SMART_CONFIGURATION: &str = "/fhir/.well-known/smart-configuration";
/// RFC 8414 section 3; our issuer has no path.
pub(crate) const SERVER_METADATA: &str = "/.well-known/oauth-authorization-server";

/// How long clients may keep it: short, so that a new address is soon known.
const KEPT: &str = "public, max-age=300";

pub(super) async fn smart_configuration(State(gateway): State<Gateway>) -> Response {
    ([(CACHE_CONTROL, KEPT)], Json(gateway.place().smart_configuration())).into_response()
}

pub(super) async fn server_metadata(State(gateway): State<Gateway>) -> Response {
    ([(CACHE_CONTROL, KEPT)], Json(gateway.place().server_metadata())).into_response()
}
