//! Read, version read and history of one resource: <https://hl7.org/fhir/R4/http.html#read>.

use axum::Extension;
use axum::extract::{Path, State};
use axum::response::Response;
use bytes::Bytes;
use http::HeaderMap;
use sayso_auth::{Caller, ResourceType};
use sayso_exchange::{Disclosure, Look, Sheet, Wanted, Whom};
use sayso_plan::{ItemId, PersonId, PlanId};
use serde_json::{Value, json};

use super::consents;
use crate::Gateway;
use crate::answer::{Answer, FHIR_JSON, answer};
use crate::fault::{Fault, Speaks};

/// `GET /fhir/{type}/{id}`.
pub(super) async fn read(
    State(gateway): State<Gateway>,
    Extension(kind): Extension<ResourceType>,
    Extension(caller): Extension<Caller>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Response {
    let done = read_one(&gateway, &caller, kind, &id, &headers).await;
    done.unwrap_or_else(|fault| Speaks::Fhir.say(&fault))
}

/// `GET /fhir/{type}/{id}/_history`.
pub(super) async fn history(
    State(gateway): State<Gateway>,
    Extension(kind): Extension<ResourceType>,
    Extension(caller): Extension<Caller>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Response {
    let done = history_of(&gateway, &caller, kind, &id, &headers).await;
    done.unwrap_or_else(|fault| Speaks::Fhir.say(&fault))
}

/// `GET /fhir/{type}/{id}/_history/{version}`.
pub(super) async fn vread(
    State(gateway): State<Gateway>,
    Extension(kind): Extension<ResourceType>,
    Extension(caller): Extension<Caller>,
    Path((id, version)): Path<(String, String)>,
    headers: HeaderMap,
) -> Response {
    let done = read_version(&gateway, &caller, kind, &id, &version, &headers).await;
    done.unwrap_or_else(|fault| Speaks::Fhir.say(&fault))
}

/// The same 128 bits are read as the id of whatever the type stands for.
fn looked_for(kind: ResourceType, id: &str, operation: &'static str) -> Look {
    let bits = id.parse::<PlanId>().map_or([0; 16], |id| *id.as_bytes());
    let (whom, wanted) = match kind {
        ResourceType::Patient => (Whom::Person(PersonId::from_stored(bits)), Wanted::Plans(None)),
        ResourceType::CarePlan
        | ResourceType::CareTeam
        | ResourceType::DocumentReference
        | ResourceType::Composition
        | ResourceType::Provenance
        | ResourceType::Bundle
        | ResourceType::Binary
        | ResourceType::Task
        // Answers become a plan and proposals are read elsewhere; no row of the table reads them as such.
        | ResourceType::QuestionnaireResponse => (Whom::OwnerOf(bits), Wanted::Plan(PlanId::from_stored(bits))),
        ResourceType::Goal | ResourceType::Observation | ResourceType::RelatedPerson | ResourceType::Consent => {
            (Whom::OwnerOf(bits), Wanted::Part(ItemId::from_stored(bits)))
        }
    };
    Look { whom, wanted, purpose: None, operation }
}

async fn read_one(
    gateway: &Gateway,
    caller: &Caller,
    kind: ResourceType,
    id: &str,
    headers: &HeaderMap,
) -> Result<Response, Fault> {
    gateway.limits().asked(caller, &(kind.name(), id))?;
    #[cfg(feature = "leaks")]
    if let Some(leaked) = crate::leaks::before_decision(gateway, id, headers).await {
        return Ok(leaked);
    }
    if kind == ResourceType::Consent
        && let Some(decision) = consents::read(gateway, caller, id, None, headers).await?
    {
        return Ok(decision);
    }
    let disclosure = gateway.exchange().look(caller, &looked_for(kind, id, "read")).await?;
    #[cfg(feature = "leaks")]
    crate::leaks::hidden(&disclosure, sayso_consent::leak::Leak::ForbiddenInsteadOfAbsent)?;
    match found(gateway, &disclosure, kind, id) {
        Some(found) => Ok(found.answer(&disclosure, headers)),
        None => Err(Fault::Absent(disclosure.receipt)),
    }
}

async fn read_version(
    gateway: &Gateway,
    caller: &Caller,
    kind: ResourceType,
    id: &str,
    version: &str,
    headers: &HeaderMap,
) -> Result<Response, Fault> {
    gateway.limits().asked(caller, &(kind.name(), id))?;
    if kind == ResourceType::Consent
        && let Some(decision) = consents::read(gateway, caller, id, Some(version), headers).await?
    {
        return Ok(decision);
    }
    let disclosure = versions(gateway, caller, kind, id, Some(version)).await?;
    let found = all_versions(gateway, &disclosure, kind, id).into_iter().find(|found| found.version == version);
    match found {
        Some(found) => Ok(found.answer(&disclosure, headers)),
        None => Err(Fault::Absent(disclosure.receipt)),
    }
}

async fn history_of(
    gateway: &Gateway,
    caller: &Caller,
    kind: ResourceType,
    id: &str,
    headers: &HeaderMap,
) -> Result<Response, Fault> {
    gateway.limits().asked(caller, &(kind.name(), id))?;
    let disclosure = versions(gateway, caller, kind, id, None).await?;
    #[cfg(feature = "leaks")]
    crate::leaks::hidden(&disclosure, sayso_consent::leak::Leak::HistoryForbidden)?;
    let found = all_versions(gateway, &disclosure, kind, id);
    if found.is_empty() {
        return Err(Fault::Absent(disclosure.receipt));
    }
    let base = gateway.fhir_base();
    let entries: Vec<Value> = found
        .iter()
        .filter_map(|one| {
            let resource: Value = serde_json::from_slice(&one.bytes).ok()?;
            let url = format!("{}/{id}", kind.name());
            Some(json!({
                "fullUrl": format!("{base}/{url}"),
                "resource": resource,
                "request": {"method": "PUT", "url": url},
                "response": {"status": "200", "etag": format!("W/\"{}\"", one.version)},
            }))
        })
        .collect();
    let bundle = json!({"resourceType": "Bundle", "type": "history", "total": entries.len(), "entry": entries});
    Ok(answer(&disclosure.receipt, headers, Answer::ok(FHIR_JSON, bundle.to_string().into())))
}

/// The versions of the plan that the resource is part of, or only that one. A person has no history: what may be said of
/// them is always what may be said now.
async fn versions(
    gateway: &Gateway,
    caller: &Caller,
    kind: ResourceType,
    id: &str,
    one: Option<&str>,
) -> Result<Disclosure, Fault> {
    let look = looked_for(kind, id, "history");
    if kind == ResourceType::Patient {
        return Ok(gateway.exchange().look(caller, &look).await?);
    }
    Ok(gateway.exchange().history(caller, &look, one).await?)
}

/// A resource that was found.
pub(super) struct Found {
    pub(super) bytes: Bytes,
    pub(super) version: String,
    pub(super) last_updated: time::OffsetDateTime,
}

impl Found {
    fn answer(self, disclosure: &Disclosure, headers: &HeaderMap) -> Response {
        let body = Answer::ok(FHIR_JSON, self.bytes).version(self.version, self.last_updated);
        answer(&disclosure.receipt, headers, body)
    }
}

fn found(gateway: &Gateway, disclosure: &Disclosure, kind: ResourceType, id: &str) -> Option<Found> {
    if kind == ResourceType::Patient {
        return patient(disclosure);
    }
    disclosure.sheets.iter().find_map(|sheet| in_sheet(gateway, sheet, kind, id))
}

fn all_versions(gateway: &Gateway, disclosure: &Disclosure, kind: ResourceType, id: &str) -> Vec<Found> {
    if kind == ResourceType::Patient {
        return patient(disclosure).into_iter().collect();
    }
    disclosure.sheets.iter().filter_map(|sheet| in_sheet(gateway, sheet, kind, id)).collect()
}

fn in_sheet(gateway: &Gateway, sheet: &Sheet, kind: ResourceType, id: &str) -> Option<Found> {
    let views = gateway.views().of(sheet, gateway.fhir_base());
    let view = views.iter().find(|view| view.shown.kind == kind.name() && view.shown.id == id)?;
    let (bytes, version) = (view.bytes.clone(), sheet.fingerprint().to_string());
    Some(Found { bytes, version, last_updated: sheet.last_updated() })
}

/// The person, as far as somebody who sees a plan may know them.
pub(super) fn patient(disclosure: &Disclosure) -> Option<Found> {
    let subject = disclosure.subject()?;
    Some(Found {
        bytes: sayso_fhir::outgoing::patient(&subject).bytes().into(),
        version: subject.fingerprint().to_string(),
        last_updated: subject.get().last_updated,
    })
}
