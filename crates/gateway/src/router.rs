//! The one router table. The router and the tests are both made from it.

use axum::Router;
use axum::handler::Handler;
use axum::middleware::from_fn_with_state;
use axum::routing::{MethodFilter, MethodRouter, on};
use http::Method;
use sayso_auth::{Interaction, ResourceType};

use crate::policy::Policy;
use crate::{Gateway, admit, answer, cors, fault, fhir, oauth, plans};

/// One row of the table.
pub(crate) struct Route {
    pub(crate) method: Method,
    pub(crate) path: String,
    pub(crate) policy: Policy,
    pub(crate) handler: MethodRouter<Gateway>,
}

/// A row of the table, as the tests see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RouteInfo {
    /// Method.
    pub method: Method,
    /// Path, with `{id}` and `{version}` where ids stand.
    pub path: String,
    /// What it asks of its caller.
    pub policy: Policy,
}

impl Route {
    pub(crate) fn get<H: Handler<T, Gateway>, T: 'static>(path: impl Into<String>, policy: Policy, handler: H) -> Self {
        Self { method: Method::GET, path: path.into(), policy, handler: on(MethodFilter::GET, handler) }
    }

    pub(crate) fn post<H: Handler<T, Gateway>, T: 'static>(
        path: impl Into<String>,
        policy: Policy,
        handler: H,
    ) -> Self {
        Self { method: Method::POST, path: path.into(), policy, handler: on(MethodFilter::POST, handler) }
    }

    pub(crate) fn put<H: Handler<T, Gateway>, T: 'static>(path: impl Into<String>, policy: Policy, handler: H) -> Self {
        Self { method: Method::PUT, path: path.into(), policy, handler: on(MethodFilter::PUT, handler) }
    }
}

impl Route {
    /// The row for one type: the handler finds the type as an extension.
    pub(crate) fn of(mut self, kind: ResourceType) -> Self {
        self.handler = self.handler.layer(axum::Extension(kind));
        self
    }
}

fn table() -> Vec<Route> {
    let mut table = fhir::routes();
    table.extend(plans::routes());
    table.extend(oauth::routes());
    table
}

/// The table, for the router matrix.
#[must_use]
pub fn routes() -> Vec<RouteInfo> {
    table().into_iter().map(|r| RouteInfo { method: r.method, path: r.path, policy: r.policy }).collect()
}

/// The router of the systems' door.
pub fn router(gateway: Gateway) -> Router {
    let mut router = Router::new();
    for route in table() {
        let rule = admit::Rule { policy: route.policy };
        let admitted = route.handler.layer(from_fn_with_state((gateway.clone(), rule), admit::admit));
        router = router.route(&route.path, admitted);
    }
    router
        .method_not_allowed_fallback(fault::wrong_method)
        .fallback(fault::no_such_route)
        .layer(from_fn_with_state(gateway.clone(), cors::cors))
        .layer(from_fn_with_state(gateway.clone(), answer::always))
        .with_state(gateway)
}

/// The two interactions that make a type readable.
pub(crate) const fn scope(kind: ResourceType, interaction: Interaction) -> Policy {
    Policy::Scope(kind, interaction)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_push_is_taken_at_the_base_with_a_slash_behind_it_and_without() {
        let at = |path: &str| routes().into_iter().find(|r| r.path == path).map(|r| (r.method, r.policy));
        assert_eq!(at("/fhir"), Some((Method::POST, Policy::EachEntry)));
        assert_eq!(at("/fhir/"), at("/fhir"));
    }
}
