//! Answering: only with a receipt, with the fingerprint as ETag, and never to be kept by anything on the way.

use axum::extract::{MatchedPath, Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use http::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG, LAST_MODIFIED, LOCATION, X_CONTENT_TYPE_OPTIONS};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use sayso_exchange::Receipt;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc2822;
use tokio::time::Instant;

use crate::Gateway;

/// Media type of FHIR JSON.
pub(crate) const FHIR_JSON: &str = "application/fhir+json; fhirVersion=4.0; charset=utf-8";
/// Media type of native plans.
pub(crate) const NATIVE_JSON: &str = "application/json";

/// What is answered; without a receipt there is none.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) content_type: &'static str,
    pub(crate) body: Bytes,
    pub(crate) etag: Option<String>,
    pub(crate) last_modified: Option<OffsetDateTime>,
    pub(crate) location: Option<String>,
}

impl Answer {
    /// A 200 with this body.
    pub(crate) fn ok(content_type: &'static str, body: Bytes) -> Self {
        Self { status: StatusCode::OK, content_type, body, etag: None, last_modified: None, location: None }
    }

    /// With the version of a resource.
    pub(crate) fn version(mut self, etag: String, last_modified: OffsetDateTime) -> Self {
        self.etag = Some(etag);
        self.last_modified = Some(last_modified);
        self
    }
}

/// Answers. The receipt proves that the act is durably recorded; a 304 is only ever said where a 200 would be.
pub(crate) fn answer(_receipt: &Receipt, asked: &HeaderMap, answer: Answer) -> Response {
    let fresh = answer.status == StatusCode::OK && answer.etag.as_deref().is_some_and(|etag| known(asked, etag));
    let mut response = if fresh {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        let mut response = (answer.status, answer.body).into_response();
        response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(answer.content_type));
        response
    };
    let headers = response.headers_mut();
    if let Some(etag) = &answer.etag {
        put_etag(headers, etag);
    }
    if let Some(value) = answer.last_modified.and_then(http_date) {
        headers.insert(LAST_MODIFIED, value);
    }
    if let Some(value) = answer.location.and_then(|l| HeaderValue::from_str(&l).ok()) {
        headers.insert(LOCATION, value);
    }
    response
}

/// `If-None-Match` (RFC 9110 §13.1.2), weak comparison.
fn known(asked: &HeaderMap, etag: &str) -> bool {
    asked
        .get_all(http::header::IF_NONE_MATCH)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .any(|one| strip(one) == Some(etag) || one.trim() == "*")
}

/// The opaque part of an entity tag, weak or strong.
pub(crate) fn strip(tag: &str) -> Option<&str> {
    let tag = tag.trim();
    tag.strip_prefix("W/").unwrap_or(tag).strip_prefix('"')?.strip_suffix('"')
}

pub(crate) fn put_etag(headers: &mut HeaderMap, etag: &str) {
    if let Ok(value) = HeaderValue::from_str(&format!("W/\"{etag}\"")) {
        headers.insert(ETAG, value);
    }
}

fn http_date(at: OffsetDateTime) -> Option<HeaderValue> {
    // RFC 9110 §5.6.7: IMF-fixdate says GMT where RFC 2822 says +0000.
    let text = at.to_offset(time::UtcOffset::UTC).replace_nanosecond(0).ok()?.format(&Rfc2822).ok()?;
    HeaderValue::from_str(&text.replace("+0000", "GMT")).ok()
}

/// On an answer that shows nothing of anybody, and yet says 200.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Nothing;

/// Whether the answer is the same whatever there is: nothing found, or taken without a word of what came of it.
fn shows_nothing(response: &Response) -> bool {
    let same = [StatusCode::NOT_FOUND, StatusCode::ACCEPTED].contains(&response.status());
    same || response.extensions().get::<Nothing>().is_some()
}

/// What every answer of this door carries.
pub(crate) async fn always(State(gateway): State<Gateway>, request: Request, next: Next) -> Response {
    let asked_at = Instant::now();
    let route = request.extensions().get::<MatchedPath>().cloned();
    let mut response = next.run(request).await;
    if shows_nothing(&response) {
        gateway.limits().level(asked_at).await;
    }
    // Whoever counts and logs outside names the pattern of the route, never the address.
    route.map(|route| response.extensions_mut().insert(route));
    let headers = response.headers_mut();
    headers.entry(CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(HeaderName::from_static("referrer-policy"), HeaderValue::from_static("no-referrer"));
    response
}
