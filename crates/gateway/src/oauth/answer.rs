//! Answers of the OAuth endpoints: JSON that nothing on the way keeps, and the errors of RFC 6749 section 5.2.

use axum::Json;
use axum::response::{IntoResponse, Response};
use http::header::{CACHE_CONTROL, PRAGMA, RETRY_AFTER, WWW_AUTHENTICATE};
use http::{HeaderValue, StatusCode};
use sayso_auth::TokenError;
use sayso_exchange::NotIssued;
use serde::Serialize;
use serde_json::json;

use super::body::BodyFault;

/// The answer to a request that was read.
pub(super) fn of(outcome: Result<impl Serialize, NotIssued>, has_authorization: bool) -> Response {
    match outcome {
        Ok(body) => not_kept(StatusCode::OK, &body),
        Err(NotIssued::Refused(error)) => refused(error, has_authorization),
        Err(NotIssued::Unrecorded(_)) => {
            let text = "nothing could be recorded, so nothing was done; try again later";
            let body = json!({"error": "temporarily_unavailable", "error_description": text});
            let mut response = not_kept(StatusCode::SERVICE_UNAVAILABLE, &body);
            response.headers_mut().insert(RETRY_AFTER, HeaderValue::from_static("5"));
            response
        }
    }
}

/// The answer to a request that was not.
pub(super) fn unreadable(fault: BodyFault) -> Response {
    let status = match fault {
        BodyFault::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
        BodyFault::Query | BodyFault::MediaType | BodyFault::Packed | BodyFault::NotText => StatusCode::BAD_REQUEST,
    };
    not_kept(status, &json!({"error": "invalid_request", "error_description": fault.text()}))
}

fn refused(error: TokenError, has_authorization: bool) -> Response {
    let status = StatusCode::from_u16(error.status()).unwrap_or(StatusCode::BAD_REQUEST);
    let mut response = not_kept(status, &error);
    if has_authorization && status == StatusCode::UNAUTHORIZED {
        // RFC 6749 section 5.2 wants the scheme named that the client tried. No client has a password here.
        response.headers_mut().insert(WWW_AUTHENTICATE, HeaderValue::from_static("Basic realm=\"sayso\""));
    }
    response
}

fn not_kept(status: StatusCode, body: &impl Serialize) -> Response {
    let mut response = (status, Json(body)).into_response();
    let headers = response.headers_mut();
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(PRAGMA, HeaderValue::from_static("no-cache"));
    response
}
