//! What an app may push: one plan as a transaction Bundle, a CarePlan or a FHIR document, or a document that is kept whole.
//! <https://hl7.org/fhir/R4/http.html#transaction>

use axum::Extension;
use axum::extract::{Path, State};
use axum::response::Response;
use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{HeaderMap, StatusCode};
use sayso_auth::{Caller, Interaction, ResourceType};
use sayso_exchange::publish_plan::{IdempotencyKey, Written};
use sayso_exchange::{Look, Refusal, Sheet, Wanted, Whom};
use sayso_fhir::incoming::{self, Document, Mapped, Pushed, Transaction};
use sayso_plan::draft::NotTaken;
use sayso_plan::{PersonId, PlanId};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use time::format_description::well_known::Rfc3339;

use crate::Gateway;
use crate::answer::{Answer, FHIR_JSON, answer, strip};
use crate::fault::{Fault, Issue, Speaks, Stale};
pub(crate) use crate::plans::faults;
use crate::plans::idempotency_key;

/// Whether the body says that it is JSON.
pub(super) fn is_json(headers: &HeaderMap) -> bool {
    let kind = headers.get(CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    matches!(kind.as_str(), "application/fhir+json" | "application/json" | "application/json+fhir")
}

/// `POST /fhir` with a transaction Bundle.
pub(super) async fn transaction(
    State(gateway): State<Gateway>,
    Extension(caller): Extension<Caller>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let done = push(&gateway, &caller, &headers, &body).await;
    done.unwrap_or_else(|fault| Speaks::Fhir.say(&fault))
}

/// `POST /fhir/DocumentReference` with the whole document attached.
pub(super) async fn document(
    State(gateway): State<Gateway>,
    Extension(caller): Extension<Caller>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let done = keep(&gateway, &caller, &headers, &body).await;
    done.unwrap_or_else(|fault| Speaks::Fhir.say(&fault))
}

/// `POST /fhir/Bundle` with one plan as a FHIR document. <https://hl7.org/fhir/R4/documents.html>
pub(super) async fn plan_as_document(
    State(gateway): State<Gateway>,
    Extension(caller): Extension<Caller>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let done = push_document(&gateway, &caller, &headers, &body).await;
    done.unwrap_or_else(|fault| Speaks::Fhir.say(&fault))
}

/// `POST /fhir/CarePlan` with a new plan whose items all stand in it. <https://hl7.org/fhir/R4/http.html#create>
pub(super) async fn care_plan_new(
    State(gateway): State<Gateway>,
    Extension(caller): Extension<Caller>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let done = push_care_plan(&gateway, &caller, &headers, &body, None).await;
    done.unwrap_or_else(|fault| Speaks::Fhir.say(&fault))
}

/// `PUT /fhir/CarePlan/{id}` with `If-Match`; the items that it refers to stay. <https://hl7.org/fhir/R4/http.html#update>
pub(super) async fn care_plan_again(
    State(gateway): State<Gateway>,
    Extension(caller): Extension<Caller>,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let id = id.parse().unwrap_or(PlanId::from_stored([0; 16]));
    let done = push_care_plan(&gateway, &caller, &headers, &body, Some(id)).await;
    done.unwrap_or_else(|fault| Speaks::Fhir.say(&fault))
}

/// Only an app that acts for a person pushes.
pub(super) fn person_of(caller: &Caller) -> Result<PersonId, Fault> {
    caller.person.ok_or(Fault::Scope)
}

async fn push(gateway: &Gateway, caller: &Caller, headers: &HeaderMap, body: &[u8]) -> Result<Response, Fault> {
    let (pushed, written) = write(gateway, caller, headers, body, |_| Transaction::read(body)).await?;
    let said = responses(&pushed, &written)?;
    Ok(answer(&written.receipt, headers, Answer::ok(FHIR_JSON, said.to_string().into())))
}

async fn push_care_plan(
    gateway: &Gateway,
    caller: &Caller,
    headers: &HeaderMap,
    body: &[u8],
    id: Option<PlanId>,
) -> Result<Response, Fault> {
    let condition = headers.get("if-none-exist").and_then(|v| v.to_str().ok());
    let read = |_| Transaction::of_plan(incoming::tree(body, "CarePlan")?, id, condition);
    let (pushed, written) = write(gateway, caller, headers, body, read).await?;
    let status = if pushed.plan.is_some() { StatusCode::OK } else { StatusCode::CREATED };
    made(gateway, caller, headers, &written, (status, "The plan was taken; Location says where it can be read."))
}

/// A document always makes a new plan.
async fn push_document(
    gateway: &Gateway,
    caller: &Caller,
    headers: &HeaderMap,
    body: &[u8],
) -> Result<Response, Fault> {
    #[cfg(feature = "leaks")]
    crate::leaks::beside_unseen(gateway, caller).await?;
    let read = |person| Document::read(body)?.into_transaction(person, gateway.fhir_base());
    let (_, written) = write(gateway, caller, headers, body, read).await?;
    let text = "A new plan was made of this document; Location says where it can be read.";
    made(gateway, caller, headers, &written, (StatusCode::CREATED, text))
}

/// Writes what was pushed: `read` of the body, for the person of the caller.
async fn write(
    gateway: &Gateway,
    caller: &Caller,
    headers: &HeaderMap,
    body: &[u8],
    read: impl FnOnce(PersonId) -> Result<Transaction, Vec<sayso_fhir::Fault>>,
) -> Result<(Pushed, Written), Fault> {
    if !is_json(headers) {
        return Err(Fault::MediaType);
    }
    let person = person_of(caller)?;
    let sent = read(person).map_err(faults)?;
    let plan = sent.plan();
    check_scopes(caller, &sent)?;
    let current = match plan {
        Some(plan) => Some(current(gateway, caller, plan).await?),
        None => None,
    };
    let base = headers.get("if-match").and_then(|v| v.to_str().ok()).map(str::to_owned);
    let base = sent.if_match().map(str::to_owned).or(base);
    let released = current.as_ref().map(Sheet::open).transpose().map_err(|_| Fault::Unrecorded)?;
    let pushed = sent.into_pushed(person, gateway.fhir_base(), released.as_ref()).map_err(faults)?;
    let written = match plan {
        Some(plan) => {
            let base = base.as_deref().map(|tag| strip(tag).unwrap_or_default());
            gateway.exchange().revise_plan(caller, plan, base, pushed.content.clone()).await
        }
        None => {
            let once = match idempotency_key(headers, body)? {
                Some(key) => Some(key),
                None => if_none_exist(&pushed, body),
            };
            gateway.exchange().create_plan(caller, pushed.content.clone(), once).await
        }
    };
    let written = written.map_err(|refusal| refused(gateway, &pushed, refusal))?;
    Ok((pushed, written))
}

/// Each entry is allowed as if it stood alone (SMART App Launch 2.2, batches and transactions).
fn check_scopes(caller: &Caller, sent: &Transaction) -> Result<(), Fault> {
    let allowed = sent.interactions().all(|(kind, is_update)| {
        let interaction = if is_update { Interaction::Update } else { Interaction::Create };
        kind.parse::<ResourceType>().is_ok_and(|kind| caller.allows(kind, interaction))
    });
    if allowed { Ok(()) } else { Err(Fault::Scope) }
}

/// The plan as a CarePlan, for those who may read that type, whatever was sent; the others are told in `text` where it is.
pub(super) fn made(
    gateway: &Gateway,
    caller: &Caller,
    headers: &HeaderMap,
    written: &Written,
    (status, text): (StatusCode, &str),
) -> Result<Response, Fault> {
    let views = gateway.views().of(&written.sheet, gateway.fhir_base());
    let view = views.iter().find(|view| view.shown.kind == "CarePlan").ok_or(Fault::Unrecorded)?;
    let body = if caller.allows(ResourceType::CarePlan, Interaction::Read) {
        view.bytes.clone()
    } else {
        let issue = json!({"severity": "information", "code": "informational", "diagnostics": text});
        json!({"resourceType": "OperationOutcome", "issue": [issue]}).to_string().into()
    };
    let fingerprint = written.sheet.fingerprint().to_string();
    let location = format!("{}/CarePlan/{}/_history/{fingerprint}", gateway.fhir_base(), view.shown.id);
    let mut said = Answer::ok(FHIR_JSON, body).version(fingerprint, written.sheet.last_updated());
    said.status = status;
    said.location = Some(location);
    Ok(answer(&written.receipt, headers, said))
}

/// `ifNoneExist` of the plan's entry: the same condition and body again is the same answer again.
fn if_none_exist(pushed: &Pushed, body: &[u8]) -> Option<IdempotencyKey> {
    let condition = pushed.if_none_exist.as_ref()?;
    let key = format!("if-none-exist {}", short(&Sha256::digest(condition.as_bytes())));
    Some(IdempotencyKey { key, request: Sha256::digest(body).into() })
}

fn short(digest: &[u8]) -> String {
    digest.iter().map(|b| format!("{b:02x}")).collect()
}

async fn current(gateway: &Gateway, caller: &Caller, plan: sayso_plan::PlanId) -> Result<Sheet, Fault> {
    let whom = Whom::OwnerOf(*plan.as_bytes());
    let look = Look { whom, wanted: Wanted::Plan(plan), purpose: None, operation: "read-to-change" };
    let mut disclosure = gateway.exchange().look(caller, &look).await?;
    disclosure.sheets.pop().ok_or(Fault::Absent(disclosure.receipt))
}

/// A refusal in the words of the Bundle that was sent.
fn refused(gateway: &Gateway, pushed: &Pushed, refusal: Refusal) -> Fault {
    if let Refusal::NotTaken(why) = &refusal {
        return faults(vec![pushed.fault(why)]);
    }
    if let Refusal::Stale { base, current, version } = &refusal {
        return Fault::Stale(Box::new(Stale {
            base: base.as_deref().and_then(|sheet| care_plan(gateway, sheet)),
            current: current.as_deref().and_then(|sheet| care_plan(gateway, sheet)),
            etag: version.clone(),
        }));
    }
    refusal.into()
}

/// The caller's view of a plan as its CarePlan. Two of them can stand in one outcome, so each has its own local id.
fn care_plan(gateway: &Gateway, sheet: &Sheet) -> Option<Value> {
    let views = gateway.views().of(sheet, gateway.fhir_base());
    let mut json = views.iter().find(|view| view.shown.kind == "CarePlan")?.shown.json.clone();
    json.as_object_mut()?.insert("id".into(), sheet.fingerprint().to_string().into());
    Some(json)
}

fn responses(pushed: &Pushed, written: &Written) -> Result<Value, Fault> {
    let released = written.sheet.open().map_err(|_| Fault::Unrecorded)?;
    let plan = released.get();
    let etag = format!("W/\"{}\"", written.sheet.fingerprint());
    let at = written.sheet.last_updated().format(&Rfc3339).unwrap_or_default();
    let status = if pushed.plan.is_some() { "200 OK" } else { "201 Created" };
    let entries = pushed.entries.iter().map(|entry| {
        let id = match entry.mapped {
            Mapped::Plan | Mapped::Derived => plan.id.to_string(),
            Mapped::Item(place) => plan.items.get(place).map(|item| item.id.to_string()).unwrap_or_default(),
        };
        let location = format!("{}/{id}/_history/{}", entry.kind, written.sheet.fingerprint());
        json!({"response": {"status": status, "location": location, "etag": etag, "lastModified": at}})
    });
    let entries: Vec<Value> = entries.collect();
    Ok(json!({"resourceType": "Bundle", "type": "transaction-response", "entry": entries}))
}

async fn keep(gateway: &Gateway, caller: &Caller, headers: &HeaderMap, body: &[u8]) -> Result<Response, Fault> {
    if !is_json(headers) {
        return Err(Fault::MediaType);
    }
    let content = incoming::whole_document(body, person_of(caller)?, gateway.fhir_base()).map_err(faults)?;
    let once = idempotency_key(headers, body)?;
    let written = gateway.exchange().create_plan(caller, content, once).await.map_err(document_refused)?;
    let views = gateway.views().of(&written.sheet, gateway.fhir_base());
    let view = views.iter().find(|view| view.shown.kind == "DocumentReference").ok_or(Fault::Unrecorded)?;
    let mut said = Answer::ok(FHIR_JSON, view.bytes.clone())
        .version(written.sheet.fingerprint().to_string(), written.sheet.last_updated());
    said.status = StatusCode::CREATED;
    said.location = Some(format!(
        "{}/DocumentReference/{}/_history/{}",
        gateway.fhir_base(),
        view.shown.id,
        written.sheet.fingerprint()
    ));
    Ok(answer(&written.receipt, headers, said))
}

fn document_refused(refusal: Refusal) -> Fault {
    if let Refusal::NotTaken(why) = &refusal {
        return Fault::Body(vec![of_document(why)]);
    }
    refusal.into()
}

/// A document has no parts, so what the rules of plans say is said of the whole.
pub(super) fn of_document(why: &NotTaken) -> Issue {
    Issue { code: "business-rule", path: "DocumentReference".to_owned(), text: why.to_string() }
}
