//! What every answer of this door carries: nothing is kept, framed, sniffed, run, or told to the next site.

use axum::extract::{MatchedPath, Request};
use axum::middleware::Next;
use axum::response::Response;
use http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, HeaderName, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};
use http::{HeaderMap, HeaderValue};

/// On an answer whose form ends in a redirect to an app: where that goes. Chromium applies `form-action` to the
/// redirects that follow a form too.
#[derive(Debug, Clone)]
pub(crate) struct FormLeadsTo(pub(crate) String);

/// Adds the headers.
pub(crate) async fn always(request: Request, next: Next) -> Response {
    let own = is_own_page(request.uri().path());
    let route = request.extensions().get::<MatchedPath>().cloned();
    let mut response = next.run(request).await;
    // Whoever counts and logs outside names the pattern of the route, never the address.
    route.map(|route| response.extensions_mut().insert(route));
    let leads_to = response.extensions_mut().remove::<FormLeadsTo>();
    let headers = response.headers_mut();
    headers.entry(CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    // Beside what a page says of itself: of several policies all hold.
    headers.append(CONTENT_SECURITY_POLICY, policy(leads_to.as_ref()));
    put(headers, X_FRAME_OPTIONS, "DENY");
    put(headers, X_CONTENT_TYPE_OPTIONS, "nosniff");
    put(headers, REFERRER_POLICY, "no-referrer");
    if own {
        put(headers, HeaderName::from_static("cross-origin-opener-policy"), "same-origin");
    }
    put(headers, HeaderName::from_static("cross-origin-resource-policy"), "same-origin");
    put(headers, HeaderName::from_static("x-robots-tag"), "noindex");
    response
}

/// Apps open the page where they ask, and the sign-in before it, in a window of their own and wait for its answer; all
/// other pages have nothing to do with whoever opened them.
fn is_own_page(path: &str) -> bool {
    (path.starts_with("/me") && path != "/me/sign-in") || path.starts_with("/with")
}

fn put(headers: &mut HeaderMap, name: HeaderName, value: &'static str) {
    headers.insert(name, HeaderValue::from_static(value));
}

fn policy(leads_to: Option<&FormLeadsTo>) -> HeaderValue {
    const STRICT: &str = "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'";
    let wider = leads_to.and_then(|FormLeadsTo(source)| {
        let plain = !source.is_empty() && source.bytes().all(|b| b.is_ascii_graphic() && !b";,'\"".contains(&b));
        let policy = STRICT.replace("form-action 'self'", &format!("form-action 'self' {source}"));
        plain.then(|| HeaderValue::from_str(&policy).ok()).flatten()
    });
    wider.unwrap_or(HeaderValue::from_static(STRICT))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_page_where_an_app_asks_may_lead_elsewhere_and_only_to_that_app() {
        assert!(!policy(None).to_str().unwrap().contains("http"));
        let wider = policy(Some(&FormLeadsTo("https://app.example".into())));
        assert!(wider.to_str().unwrap().contains("form-action 'self' https://app.example;"));
        let attack = policy(Some(&FormLeadsTo("https://app.example; script-src *".into())));
        assert_eq!(attack, policy(None));
    }
}
