//! Reads the body of an OAuth request: a form, of limited size, and nothing beside it.

use axum::body::{Body, to_bytes};
use http::header::{AUTHORIZATION, CONTENT_TYPE};
use http::{HeaderMap, Uri};

/// The largest body of an OAuth request, in bytes.
pub(crate) const OAUTH_BODY_MAX_BYTES: usize = 64 * 1024;

/// A body that was read.
pub(super) struct OAuthForm {
    pub(super) text: String,
    /// Whether the request had an `Authorization` header.
    pub(super) has_authorization: bool,
}

/// Why a body was not read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum BodyFault {
    /// Parameters in the query: they would be logged on the way (OA21), or contradict the body (OA6).
    Query,
    /// Another media type than `application/x-www-form-urlencoded`.
    MediaType,
    /// In a content coding.
    Packed,
    /// Larger than [`OAUTH_BODY_MAX_BYTES`].
    TooLarge,
    /// Not UTF-8.
    NotText,
}

impl BodyFault {
    pub(super) const fn text(self) -> &'static str {
        match self {
            Self::Query => "parameters belong in the body, none in the query",
            Self::MediaType => "the body must be application/x-www-form-urlencoded",
            Self::Packed => "send the body as it is: no Content-Encoding is unpacked here",
            Self::TooLarge => "the body is larger than 64 KiB",
            Self::NotText => "the body is not UTF-8 text",
        }
    }
}

pub(super) async fn form(uri: &Uri, headers: &HeaderMap, body: Body) -> Result<OAuthForm, BodyFault> {
    if uri.query().is_some_and(|query| !query.is_empty()) {
        return Err(BodyFault::Query);
    }
    let media = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let media = media.split(';').next().unwrap_or_default().trim();
    if !media.eq_ignore_ascii_case("application/x-www-form-urlencoded") {
        return Err(BodyFault::MediaType);
    }
    if crate::admit::is_packed(headers) {
        return Err(BodyFault::Packed);
    }
    let bytes = to_bytes(body, OAUTH_BODY_MAX_BYTES).await.map_err(|_| BodyFault::TooLarge)?;
    let text = String::from_utf8(bytes.into()).map_err(|_| BodyFault::NotText)?;
    Ok(OAuthForm { text, has_authorization: headers.contains_key(AUTHORIZATION) })
}
