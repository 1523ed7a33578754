//! Native plans: the same plans as JSON of our published schema, for apps that do not want FHIR.

mod proposals;

use axum::Extension;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{HeaderMap, StatusCode};
use sayso_auth::{Caller, Interaction, ResourceType};
use sayso_consent::or_leak;
use sayso_exchange::publish_plan::{IdempotencyKey, Written};
use sayso_exchange::{Look, Sheet, Wanted, Whom};
use sayso_fhir::native;
use sayso_plan::PlanId;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::Gateway;
use crate::answer::{Answer, NATIVE_JSON, answer, strip};
use crate::fault::{Fault, Issue, Speaks, Stale};
use crate::policy::Policy;
use crate::router::{Route, scope};

/// The longest Idempotency-Key, in bytes.
const KEY_MAX_BYTES: usize = 128;

/// The rows of the table under `/plans`.
pub(crate) fn routes() -> Vec<Route> {
    vec![
        Route::get("/schemas/plan.json", Policy::Public, schema),
        Route::get("/schemas/consent-receipt.json", Policy::Public, receipt_schema),
        Route::get("/plans", Policy::OwnAppWholePlans(Interaction::Search), list),
        Route::post("/plans", Policy::OwnApp(ResourceType::CarePlan, Interaction::Create), create),
        Route::get("/plans/{id}", Policy::WholePlans(Interaction::Read), read_one),
        Route::get("/plans/{id}/proposals", scope(ResourceType::Task, Interaction::Search), proposals::list),
        Route::post("/plans/{id}/proposals", scope(ResourceType::Task, Interaction::Create), proposals::create),
        Route::put("/plans/{id}", Policy::OwnApp(ResourceType::CarePlan, Interaction::Update), update),
    ]
}

async fn schema() -> Response {
    ([(CONTENT_TYPE, "application/schema+json")], native::SCHEMA).into_response()
}

/// Of the receipts that persons save from their page.
const RECEIPT_SCHEMA: &str = include_str!("../../../../profiles/consent-receipt.schema.json");

async fn receipt_schema() -> Response {
    ([(CONTENT_TYPE, "application/schema+json")], RECEIPT_SCHEMA).into_response()
}

async fn list(State(gateway): State<Gateway>, Extension(caller): Extension<Caller>, headers: HeaderMap) -> Response {
    let done = list_of(&gateway, &caller, &headers).await;
    done.unwrap_or_else(|fault| Speaks::Native.say(&fault))
}

async fn list_of(gateway: &Gateway, caller: &Caller, headers: &HeaderMap) -> Result<Response, Fault> {
    let own = caller.person.ok_or(Fault::Scope)?;
    let look = Look { whom: Whom::Person(own), wanted: Wanted::Plans(None), purpose: None, operation: "search" };
    let disclosure = gateway.exchange().look(caller, &look).await?;
    let plans: Vec<Value> = disclosure.sheets.iter().filter_map(native_value).collect();
    let body = Value::Array(plans).to_string();
    Ok(answer(&disclosure.receipt, headers, Answer::ok(NATIVE_JSON, body.into())))
}

async fn read_one(
    State(gateway): State<Gateway>,
    Extension(caller): Extension<Caller>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Response {
    let done = one(&gateway, &caller, &id, &headers).await;
    done.unwrap_or_else(|fault| Speaks::Native.say(&fault))
}

async fn one(gateway: &Gateway, caller: &Caller, id: &str, headers: &HeaderMap) -> Result<Response, Fault> {
    gateway.limits().asked(caller, &("plans", id))?;
    let plan = plan_id(id);
    let whom = Whom::OwnerOf(*plan.as_bytes());
    let look = Look { whom, wanted: Wanted::Plan(plan), purpose: None, operation: "read" };
    let disclosure = gateway.exchange().look(caller, &look).await?;
    #[cfg(feature = "leaks")]
    crate::leaks::hidden(&disclosure, sayso_consent::leak::Leak::NativeForbidden)?;
    let shown = |sheet: &Sheet| or_leak!(native_bytes(sheet), NativeOfWhole => native_bytes(&gateway.exchange().whole_of(sheet)?));
    match disclosure.sheets.first().and_then(|sheet| shown(sheet).map(|bytes| (sheet, bytes))) {
        Some((sheet, bytes)) => {
            let body = Answer::ok(NATIVE_JSON, bytes).version(sheet.fingerprint().to_string(), sheet.last_updated());
            Ok(answer(&disclosure.receipt, headers, body))
        }
        None => Err(Fault::Absent(disclosure.receipt)),
    }
}

async fn create(
    State(gateway): State<Gateway>,
    Extension(caller): Extension<Caller>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let done = create_one(&gateway, &caller, &headers, &body).await;
    done.unwrap_or_else(|fault| Speaks::Native.say(&fault))
}

async fn create_one(gateway: &Gateway, caller: &Caller, headers: &HeaderMap, body: &[u8]) -> Result<Response, Fault> {
    is_json(headers)?;
    let content = native::read(body).map_err(faults)?;
    let once = idempotency_key(headers, body)?;
    let written = gateway.exchange().create_plan(caller, content, once).await?;
    let place = format!("{}/plans/{}", gateway.place().issuer(), written.sheet.plan());
    said(&written, caller, headers, StatusCode::CREATED, Some(place))
}

async fn update(
    State(gateway): State<Gateway>,
    Extension(caller): Extension<Caller>,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let done = update_one(&gateway, &caller, &id, &headers, &body).await;
    done.unwrap_or_else(|fault| Speaks::Native.say(&fault))
}

async fn update_one(
    gateway: &Gateway,
    caller: &Caller,
    id: &str,
    headers: &HeaderMap,
    body: &[u8],
) -> Result<Response, Fault> {
    is_json(headers)?;
    let plan = plan_id(id);
    let content = native::read_as(body, plan).map_err(faults)?;
    let base = headers.get("if-match").map(|v| v.to_str().ok().and_then(strip).unwrap_or_default());
    match gateway.exchange().revise_plan(caller, plan, base, content).await {
        Ok(written) => said(&written, caller, headers, StatusCode::OK, None),
        Err(sayso_exchange::Refusal::Stale { base, current, version }) => {
            let shown = |sheet: Option<Box<Sheet>>| {
                sheet.filter(|_| caller.allows_whole_plans(Interaction::Read)).as_deref().and_then(native_value)
            };
            Err(Fault::Stale(Box::new(Stale { base: shown(base), current: shown(current), etag: version })))
        }
        Err(other) => Err(other.into()),
    }
}

/// What was written, as the caller sees it; where it may not read whole plans, which plan it is.
fn said(
    written: &Written,
    caller: &Caller,
    headers: &HeaderMap,
    status: StatusCode,
    location: Option<String>,
) -> Result<Response, Fault> {
    let bytes = if caller.allows_whole_plans(Interaction::Read) {
        native_bytes(&written.sheet).ok_or(Fault::Unrecorded)?
    } else {
        json!({ "id": written.sheet.plan() }).to_string().into()
    };
    let mut body =
        Answer::ok(NATIVE_JSON, bytes).version(written.sheet.fingerprint().to_string(), written.sheet.last_updated());
    body.status = status;
    body.location = location;
    Ok(answer(&written.receipt, headers, body))
}

fn native_bytes(sheet: &Sheet) -> Option<Bytes> {
    sheet.open().ok().map(|released| native::write(&released).into())
}

fn native_value(sheet: &Sheet) -> Option<Value> {
    sheet.open().ok().map(|released| native::value(&released))
}

/// An id that is none stands for a plan that never was: same work, same answer.
fn plan_id(id: &str) -> PlanId {
    id.parse().unwrap_or(PlanId::from_stored([0; 16]))
}

fn is_json(headers: &HeaderMap) -> Result<(), Fault> {
    let kind = headers.get(CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or_default();
    if kind.split(';').next().is_some_and(|k| k.trim().eq_ignore_ascii_case("application/json")) {
        Ok(())
    } else {
        Err(Fault::MediaType)
    }
}

/// The `Idempotency-Key` header: the same key and request again is the same answer again.
pub(crate) fn idempotency_key(headers: &HeaderMap, body: &[u8]) -> Result<Option<IdempotencyKey>, Fault> {
    let Some(value) = headers.get("idempotency-key") else { return Ok(None) };
    let key = value.to_str().ok().filter(|key| (1..=KEY_MAX_BYTES).contains(&key.len()));
    let bad = || Fault::Parameter { name: "Idempotency-Key".into(), text: "1 to 128 visible characters" };
    let key = key.ok_or_else(bad)?.to_owned();
    Ok(Some(IdempotencyKey { key, request: Sha256::digest(body).into() }))
}

/// Faults of the mapping as issues of the answer.
pub(crate) fn faults(faults: Vec<sayso_fhir::Fault>) -> Fault {
    Fault::Body(faults.into_iter().map(issue).collect())
}

/// One of them.
pub(crate) fn issue(fault: sayso_fhir::Fault) -> Issue {
    Issue { code: fault.why.code(), text: fault.why.to_string(), path: fault.path }
}
