//! The proposals to a plan, as native JSON: the same as FHIR's Task.

use axum::Extension;
use axum::extract::{Path, State};
use axum::response::Response;
use bytes::Bytes;
use http::{HeaderMap, StatusCode};
use sayso_auth::Caller;
use sayso_consent::Released;
use sayso_exchange::{Look, Wanted, Whom};
use sayso_fhir::native;
use sayso_plan::Proposal;
use serde_json::Value;

use super::{faults, is_json, plan_id};
use crate::Gateway;
use crate::answer::{Answer, NATIVE_JSON, answer};
use crate::fault::{Fault, Speaks};

/// `GET /plans/{id}/proposals`.
pub(super) async fn list(
    State(gateway): State<Gateway>,
    Extension(caller): Extension<Caller>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Response {
    let done = list_of(&gateway, &caller, &id, &headers).await;
    done.unwrap_or_else(|fault| Speaks::Native.say(&fault))
}

async fn list_of(gateway: &Gateway, caller: &Caller, id: &str, headers: &HeaderMap) -> Result<Response, Fault> {
    gateway.limits().asked(caller, &("proposals", id))?;
    let plan = plan_id(id);
    let whom = Whom::OwnerOf(*plan.as_bytes());
    let look = Look { whom, wanted: Wanted::Plan(plan), purpose: None, operation: "proposals" };
    let (disclosure, proposals) = gateway.exchange().proposals(caller, &look).await?;
    if disclosure.sheets.is_empty() {
        return Err(Fault::Absent(disclosure.receipt));
    }
    let body: Value = proposals.iter().map(native::proposal).collect();
    Ok(answer(&disclosure.receipt, headers, Answer::ok(NATIVE_JSON, body.to_string().into())))
}

/// `POST /plans/{id}/proposals`.
pub(super) async fn create(
    State(gateway): State<Gateway>,
    Extension(caller): Extension<Caller>,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let done = propose(&gateway, &caller, &id, &headers, &body).await;
    done.unwrap_or_else(|fault| Speaks::Native.say(&fault))
}

async fn propose(
    gateway: &Gateway,
    caller: &Caller,
    id: &str,
    headers: &HeaderMap,
    body: &[u8],
) -> Result<Response, Fault> {
    is_json(headers)?;
    gateway.limits().asked(caller, &("propose", id))?;
    let suggestion = native::suggestion(body).map_err(faults)?;
    let put = gateway.exchange().propose(caller, plan_id(id), None, &suggestion).await?;
    let mut said = Answer::ok(NATIVE_JSON, bytes(&put.proposal));
    said.status = StatusCode::CREATED;
    Ok(answer(&put.receipt, headers, said))
}

fn bytes(released: &Released<Proposal>) -> Bytes {
    native::proposal(released).to_string().into()
}
