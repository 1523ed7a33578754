//! The one table of addresses. The router and the tests are both made from it.

use axum::Router;
use axum::handler::Handler;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::routing::{MethodFilter, MethodRouter, on};
use http::Method;

use crate::{
    Pages, account, admit, authorize, consent_receipts, fault, headers, plans, receipts, sharing, sign_in, start,
    style, with,
};

/// What an address asks of its visitor before anything else happens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Policy {
    /// Nothing: nothing of any person is behind it, or it looks at the visitor itself.
    Open,
    /// A person who is signed in; others are led to the sign-in.
    SignedIn,
    /// A person who is signed in, and a form that was made for this session and this address.
    SignedInForm,
    /// Somebody who supports persons and is signed in; others are led to the sign-in, persons too.
    Supporter,
    /// The same, and a form that was made for this session and this address.
    SupporterForm,
}

/// A row of the table, as the tests see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RouteInfo {
    /// Method; what answers GET answers HEAD too.
    pub method: Method,
    /// Path, with names in braces where ids stand.
    pub path: String,
    /// What it asks of its visitor.
    pub policy: Policy,
}

/// One row of the table.
pub(crate) struct Route {
    method: Method,
    path: String,
    policy: Policy,
    handler: MethodRouter<Pages>,
}

impl Route {
    pub(crate) fn get<H: Handler<T, Pages>, T: 'static>(path: impl Into<String>, policy: Policy, handler: H) -> Self {
        Self { method: Method::GET, path: path.into(), policy, handler: on(MethodFilter::GET, handler) }
    }

    pub(crate) fn post<H: Handler<T, Pages>, T: 'static>(path: impl Into<String>, policy: Policy, handler: H) -> Self {
        Self { method: Method::POST, path: path.into(), policy, handler: on(MethodFilter::POST, handler) }
    }
}

fn table() -> Vec<Route> {
    let mut table = vec![
        Route::get("/", Policy::Open, start::front_door),
        Route::get("/me", Policy::SignedIn, start::page),
        Route::get(style::PATH, Policy::Open, style::sheet),
    ];
    table.extend(sign_in::routes());
    table.extend(account::routes());
    table.extend(plans::routes());
    table.extend(sharing::routes());
    table.extend(consent_receipts::routes());
    table.extend(receipts::routes());
    table.extend(authorize::routes());
    table.extend(with::routes());
    table.push(Route::get("/me/{*rest}", Policy::Open, fault::no_such_page));
    table.push(Route::get("/with/{supporter}/{*rest}", Policy::Open, fault::no_such_page));
    table
}

/// The table, for tests of every route.
#[must_use]
pub fn routes() -> Vec<RouteInfo> {
    table().into_iter().map(|r| RouteInfo { method: r.method, path: r.path, policy: r.policy }).collect()
}

/// The router of the person's door. It has no fallback of its own, so that it can be merged with others.
pub fn router(pages: Pages) -> Router {
    let mut router = Router::new();
    for route in table() {
        let rule = admit::Rule { pages: pages.clone(), policy: route.policy };
        let admitted = route.handler.layer(from_fn_with_state(rule, admit::admit));
        router = router.route(&route.path, admitted);
    }
    router.method_not_allowed_fallback(fault::wrong_method).layer(from_fn(headers::always)).with_state(pages)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_post_needs_a_form_of_ours_or_checks_it_itself() {
        for route in routes().into_iter().filter(|route| route.method == Method::POST) {
            let checks_itself = ["/me/sign-in", "/oauth/authorize", "/with/invited"].contains(&route.path.as_str());
            let by_form = [Policy::SignedInForm, Policy::SupporterForm].contains(&route.policy);
            assert!(checks_itself || by_form, "{}", route.path);
        }
    }

    #[test]
    fn what_is_open_shows_nothing_of_anybody() {
        let open: Vec<String> =
            routes().into_iter().filter(|route| route.policy == Policy::Open).map(|route| route.path).collect();
        let known = [
            "/",
            "/me/style.css",
            "/me/sign-in",
            "/me/sign-in",
            "/me/leave",
            "/oauth/authorize",
            "/oauth/authorize",
            "/with/invited",
            "/with/invited",
            "/me/{*rest}",
            "/with/{supporter}/{*rest}",
        ];
        assert_eq!(open, known);
    }

    #[test]
    fn what_a_supporter_may_ask_for_lies_apart_from_what_is_the_persons() {
        for route in routes() {
            let supporters = [Policy::Supporter, Policy::SupporterForm].contains(&route.policy);
            let persons = [Policy::SignedIn, Policy::SignedInForm].contains(&route.policy);
            assert!(!supporters || route.path.starts_with("/with"), "{}", route.path);
            assert!(!persons || route.path.starts_with("/me"), "{}", route.path);
        }
    }
}
