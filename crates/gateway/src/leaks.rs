//! Planted leaks: forgotten paths that the tests must find. Only in test builds.

use axum::response::{IntoResponse, Response};
use http::header::IF_NONE_MATCH;
use http::{HeaderMap, StatusCode};
use sayso_auth::Caller;
use sayso_consent::Fingerprint;
use sayso_consent::leak::{Leak, planted};
use sayso_consent::release::fingerprint_of_plan;
use sayso_exchange::{Disclosure, Sheet};
use sayso_plan::PlanId;

use crate::Gateway;
use crate::fault::Fault;

/// A conditional read that is answered from what is there, before anybody has decided.
pub(crate) async fn before_decision(gateway: &Gateway, id: &str, headers: &HeaderMap) -> Option<Response> {
    if !planted(Leak::NotModifiedBeforeDecision) || !headers.contains_key(IF_NONE_MATCH) {
        return None;
    }
    let id: PlanId = id.parse().ok()?;
    let known = gateway.exchange().knows(*id.as_bytes()).await;
    known.then(|| StatusCode::NOT_MODIFIED.into_response())
}

/// A refusal where there should be the one answer for what is not there.
pub(crate) fn hidden(disclosure: &Disclosure, leak: Leak) -> Result<(), Fault> {
    if planted(leak) && disclosure.hides_somebody() { Err(Fault::Scope) } else { Ok(()) }
}

/// A count that finds by its id what is hidden.
pub(crate) async fn total_by_id(gateway: &Gateway, honest: usize, id: Option<&str>) -> usize {
    let Some(id) = id.filter(|_| honest == 0 && planted(Leak::IdTold)).and_then(|id| id.parse::<PlanId>().ok()) else {
        return honest;
    };
    usize::from(gateway.exchange().knows(*id.as_bytes()).await)
}

/// A header that counts what was left out.
pub(crate) fn counted(mut answer: Response, disclosure: &Disclosure) -> Response {
    if planted(Leak::HeaderFromWhole) {
        let all: usize = disclosure.sheets.iter().map(Sheet::withheld).sum();
        answer.headers_mut().insert("x-items", all.into());
    }
    answer
}

/// A refusal because of a plan that the sender may not see.
pub(crate) async fn beside_unseen(gateway: &Gateway, caller: &Caller) -> Result<(), Fault> {
    let leaks = planted(Leak::DocumentBesideUnseen) && gateway.exchange().keeps_unseen(caller).await;
    if leaks { Err(Fault::Scope) } else { Ok(()) }
}

/// What the person decided, for who is no app of theirs.
pub(crate) fn consents_are_told() -> bool {
    planted(Leak::ConsentTellsOthers)
}

/// A count that counts what was left out.
pub(crate) fn total(honest: usize, disclosure: &Disclosure) -> usize {
    if planted(Leak::CountFromWhole) {
        honest + disclosure.sheets.iter().map(Sheet::withheld).sum::<usize>()
    } else {
        honest
    }
}

/// A key of the cache that does not say what was released.
pub(crate) fn key(sheet: &Sheet) -> Option<Fingerprint> {
    planted(Leak::StaleCache).then(|| fingerprint_of_plan(sheet.plan()))
}
