//! The OAuth endpoints for systems: token, revocation, introspection, and what this server says of itself. The page at
//! `/oauth/authorize` is the person's and has its own door.

mod answer;
mod body;
mod discovery;

use axum::body::Body;
use axum::extract::State;
use axum::response::Response;
use http::{HeaderMap, Uri};

use crate::Gateway;
use crate::policy::Policy;
use crate::router::Route;

pub(crate) use discovery::{SERVER_METADATA, SMART_CONFIGURATION};

/// The rows of the table.
pub(crate) fn routes() -> Vec<Route> {
    vec![
        Route::post("/oauth/token", Policy::ClientItself, token),
        Route::post("/oauth/revoke", Policy::ClientItself, revoke),
        Route::post("/oauth/introspect", Policy::ClientItself, introspect),
        Route::get(SMART_CONFIGURATION, Policy::Public, discovery::smart_configuration),
        Route::get(SERVER_METADATA, Policy::Public, discovery::server_metadata),
    ]
}

/// RFC 6749 section 3.2.
async fn token(State(gateway): State<Gateway>, uri: Uri, headers: HeaderMap, body: Body) -> Response {
    match body::form(&uri, &headers, body).await {
        Ok(form) => {
            let issued = gateway.exchange().issue_token(&form.text, form.has_authorization).await;
            answer::of(issued, form.has_authorization)
        }
        Err(fault) => answer::unreadable(fault),
    }
}

/// RFC 7009: 200 whatever the token was.
async fn revoke(State(gateway): State<Gateway>, uri: Uri, headers: HeaderMap, body: Body) -> Response {
    match body::form(&uri, &headers, body).await {
        Ok(form) => {
            let revoked = gateway.exchange().revoke(&form.text, form.has_authorization).await;
            answer::of(revoked.map(|()| serde_json::json!({})), form.has_authorization)
        }
        Err(fault) => answer::unreadable(fault),
    }
}

/// RFC 7662.
async fn introspect(State(gateway): State<Gateway>, uri: Uri, headers: HeaderMap, body: Body) -> Response {
    match body::form(&uri, &headers, body).await {
        Ok(form) => {
            let told = gateway.exchange().introspect(&form.text, form.has_authorization).await;
            answer::of(told, form.has_authorization)
        }
        Err(fault) => answer::unreadable(fault),
    }
}
