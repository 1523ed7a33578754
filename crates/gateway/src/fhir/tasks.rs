//! Task: what somebody proposes to a plan they see, and what the person answered. The person answers on their own page.
//! <https://hl7.org/fhir/R4/task.html>

use axum::Extension;
use axum::extract::{Path, State};
use axum::response::Response;
use bytes::Bytes;
use http::{HeaderMap, StatusCode};
use sayso_auth::Caller;
use sayso_exchange::{Disclosure, Look, Refusal, Wanted, Whom};
use sayso_fhir::{Shown, incoming, outgoing};
use sayso_plan::ProposalId;
use sayso_plan::proposal::NotProposed;

use super::push::is_json;
use crate::Gateway;
use crate::answer::{Answer, FHIR_JSON, answer};
use crate::fault::{Fault, Issue, Speaks};
use crate::plans::faults;

/// A Task as it is shown, with its version.
pub(super) struct Seen {
    pub(super) shown: Shown,
    version: String,
    last_updated: time::OffsetDateTime,
}

/// The proposals of a look, as this caller may see them.
pub(super) async fn seen(gateway: &Gateway, caller: &Caller, look: &Look) -> Result<(Disclosure, Vec<Seen>), Fault> {
    let (disclosure, proposals) = gateway.exchange().proposals(caller, look).await?;
    let seen = proposals.iter().map(|released| Seen {
        shown: outgoing::task(released),
        version: released.fingerprint().to_string(),
        last_updated: released.get().last_updated(),
    });
    Ok((disclosure, seen.collect()))
}

/// `POST /fhir/Task`.
pub(super) async fn create(
    State(gateway): State<Gateway>,
    Extension(caller): Extension<Caller>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let done = match is_json(&headers) {
        true => propose(&gateway, &caller, &headers, &body).await,
        false => Err(Fault::MediaType),
    };
    done.unwrap_or_else(|fault| Speaks::Fhir.say(&fault))
}

async fn propose(gateway: &Gateway, caller: &Caller, headers: &HeaderMap, body: &[u8]) -> Result<Response, Fault> {
    let asked = incoming::task(body, gateway.fhir_base()).map_err(faults)?;
    gateway.limits().asked(caller, &("propose", asked.plan.to_string()))?;
    let put =
        gateway.exchange().propose(caller, asked.plan, asked.subject, &asked.suggestion).await.map_err(refused)?;
    let shown = outgoing::task(&put.proposal);
    let updated = put.proposal.get().last_updated();
    let mut said = Answer::ok(FHIR_JSON, shown.bytes().into()).version(put.proposal.fingerprint().to_string(), updated);
    said.status = StatusCode::CREATED;
    said.location = Some(format!("{}/Task/{}", gateway.fhir_base(), shown.id));
    Ok(answer(&put.receipt, headers, said))
}

/// A refusal in the words of the Task that was sent.
fn refused(refusal: Refusal) -> Fault {
    let Refusal::NotProposed(why) = refusal else { return refusal.into() };
    let path = match why {
        NotProposed::Name => "Task.requester.display",
        NotProposed::Empty => "Task.description",
        NotProposed::OwnVoice => "Task.input.where(type.coding.code='role')",
        NotProposed::Section => "Task.input.where(type.coding.code='section')",
        NotProposed::TheirsAlone => "Task.code",
        NotProposed::Position => "Task.input.where(type.coding.code='position')",
    };
    Fault::Body(vec![Issue { code: "business-rule", path: path.to_owned(), text: why.to_string() }])
}

/// `GET /fhir/Task/{id}`.
pub(super) async fn read(
    State(gateway): State<Gateway>,
    Extension(caller): Extension<Caller>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Response {
    let done = one(&gateway, &caller, &id, &headers).await;
    done.unwrap_or_else(|fault| Speaks::Fhir.say(&fault))
}

async fn one(gateway: &Gateway, caller: &Caller, id: &str, headers: &HeaderMap) -> Result<Response, Fault> {
    gateway.limits().asked(caller, &("Task", id))?;
    let bits = id.parse::<ProposalId>().map_or([0; 16], |id| *id.as_bytes());
    let look = Look { whom: Whom::OwnerOf(bits), wanted: Wanted::Plans(None), purpose: None, operation: "read" };
    let (disclosure, seen) = seen(gateway, caller, &look).await?;
    match seen.into_iter().find(|one| one.shown.id == id) {
        Some(one) => {
            let body = Answer::ok(FHIR_JSON, one.shown.bytes().into()).version(one.version, one.last_updated);
            Ok(answer(&disclosure.receipt, headers, body))
        }
        None => Err(Fault::Absent(disclosure.receipt)),
    }
}
