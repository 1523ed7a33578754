//! Which web pages may read our answers in a browser: anybody's what is public, those of registered apps the rest, and
//! never with cookies (OA22).

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
    ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE, ACCESS_CONTROL_REQUEST_METHOD, ORIGIN, VARY,
};
use http::{HeaderMap, HeaderValue, Method, StatusCode};

use crate::Gateway;
use crate::oauth::{SERVER_METADATA, SMART_CONFIGURATION};

const METHODS: &str = "GET, HEAD, POST, PUT";
const REQUEST_HEADERS: &str =
    "authorization, content-type, if-match, if-none-match, if-none-exist, idempotency-key, prefer";
const ANSWER_HEADERS: &str = "ETag, Location, Last-Modified";
/// How long a browser may remember the answer to a preflight, in seconds: an app that is disabled is soon asked anew.
const MAX_AGE_SECONDS: &str = "600";

/// Whose pages may read what is under a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Reach {
    /// Anybody's.
    Anyone,
    /// Those of registered, active clients.
    Clients,
    /// Nobody's.
    Nobody,
}

impl Reach {
    fn of(path: &str) -> Self {
        match path {
            SMART_CONFIGURATION | SERVER_METADATA | "/fhir/metadata" | "/schemas/plan.json" => Self::Anyone,
            "/oauth/token" | "/oauth/revoke" | "/fhir" | "/plans" => Self::Clients,
            path if path.starts_with("/fhir/") || path.starts_with("/plans/") => Self::Clients,
            _ => Self::Nobody,
        }
    }
}

/// Answers preflights, and adds to the other answers who may read them.
pub(crate) async fn cors(State(gateway): State<Gateway>, request: Request, next: Next) -> Response {
    let reach = Reach::of(request.uri().path());
    let allowed = allowed(&gateway, reach, request.headers()).await;
    let preflight =
        request.method() == Method::OPTIONS && request.headers().contains_key(ACCESS_CONTROL_REQUEST_METHOD);
    let mut response = match (&allowed, preflight) {
        (Some(_), true) => answered_preflight(),
        (None, true) => StatusCode::FORBIDDEN.into_response(),
        (_, false) => next.run(request).await,
    };
    let headers = response.headers_mut();
    if reach == Reach::Clients {
        // The answer differs by origin, so nothing on the way may mix them up.
        headers.append(VARY, HeaderValue::from_static("Origin"));
    }
    if let Some(origin) = allowed {
        headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin);
        headers.insert(ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static(ANSWER_HEADERS));
    }
    response
}

/// The value of `Access-Control-Allow-Origin`, for a request from a page that may read the answer.
async fn allowed(gateway: &Gateway, reach: Reach, headers: &HeaderMap) -> Option<HeaderValue> {
    let mut presented = headers.get_all(ORIGIN).iter();
    let (Some(origin), None) = (presented.next(), presented.next()) else { return None };
    match reach {
        Reach::Anyone => Some(HeaderValue::from_static("*")),
        Reach::Clients => {
            let text = origin.to_str().ok()?;
            let known = gateway.exchange().is_client_origin(text).await.unwrap_or(false);
            known.then(|| origin.clone())
        }
        Reach::Nobody => None,
    }
}

fn answered_preflight() -> Response {
    let mut response = StatusCode::NO_CONTENT.into_response();
    let headers = response.headers_mut();
    headers.insert(ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static(METHODS));
    headers.insert(ACCESS_CONTROL_ALLOW_HEADERS, HeaderValue::from_static(REQUEST_HEADERS));
    headers.insert(ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static(MAX_AGE_SECONDS));
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn oa22_only_what_is_public_is_open_to_any_page() {
        assert_eq!(Reach::of("/fhir/.well-known/smart-configuration"), Reach::Anyone);
        assert_eq!(Reach::of("/fhir/metadata"), Reach::Anyone);
        for path in ["/fhir", "/fhir/CarePlan/x", "/plans", "/plans/x", "/oauth/token", "/oauth/revoke"] {
            assert_eq!(Reach::of(path), Reach::Clients, "{path}");
        }
        for path in ["/oauth/introspect", "/me", "/oauth/authorize", "/fhirx", "/plansx", "/fhir/metadata/"] {
            assert_ne!(Reach::of(path), Reach::Anyone, "{path}");
        }
        assert_eq!(Reach::of("/oauth/introspect"), Reach::Nobody);
    }
}
