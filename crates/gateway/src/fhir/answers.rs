//! `POST /fhir/QuestionnaireResponse`: answers to a questionnaire of ours become a new draft.
//! <https://hl7.org/fhir/R4/http.html#create>

use axum::Extension;
use axum::extract::State;
use axum::response::Response;
use bytes::Bytes;
use http::{HeaderMap, StatusCode};
use sayso_auth::{Caller, Interaction, ResourceType};
use sayso_exchange::Refusal;
use sayso_exchange::publish_plan::Written;
use sayso_fhir::incoming::{self, Answered};
use serde_json::json;

use super::push::{is_json, person_of};
use crate::Gateway;
use crate::answer::{Answer, FHIR_JSON, answer};
use crate::fault::{Fault, Speaks};
use crate::plans::{faults, idempotency_key};

/// `POST /fhir/QuestionnaireResponse`.
pub(super) async fn answers(
    State(gateway): State<Gateway>,
    Extension(caller): Extension<Caller>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let done = take(&gateway, &caller, &headers, &body).await;
    done.unwrap_or_else(|fault| Speaks::Fhir.say(&fault))
}

async fn take(gateway: &Gateway, caller: &Caller, headers: &HeaderMap, body: &[u8]) -> Result<Response, Fault> {
    if !is_json(headers) {
        return Err(Fault::MediaType);
    }
    let answered = incoming::answers(body, person_of(caller)?, gateway.fhir_base()).map_err(faults)?;
    let once = idempotency_key(headers, body)?;
    let written = gateway.exchange().create_plan(caller, answered.content.clone(), once).await;
    let written = written.map_err(|refusal| refused(&answered, refusal))?;
    said(gateway, caller, headers, &written)
}

/// A refusal in the words of the response that was sent.
fn refused(answered: &Answered, refusal: Refusal) -> Fault {
    match &refusal {
        Refusal::NotTaken(why) => faults(vec![answered.fault(why)]),
        Refusal::SectionNotOpen { path } => Refusal::SectionNotOpen { path: answered.place(path) }.into(),
        Refusal::Absent(_)
        | Refusal::NeedsIfMatch
        | Refusal::NotProposed(_)
        | Refusal::Stale { .. }
        | Refusal::KeyReused
        | Refusal::AlreadyDone(_)
        | Refusal::PartyNotNamed { .. }
        | Refusal::InForce
        | Refusal::Moved
        | Refusal::Unrecorded(_)
        | Refusal::Exists
        | Refusal::NotPossible(_) => refusal.into(),
    }
}

/// The plan that was made is of another type than what was sent, so it is shown to those who may read that type; the
/// others are told where it is.
fn said(gateway: &Gateway, caller: &Caller, headers: &HeaderMap, written: &Written) -> Result<Response, Fault> {
    let views = gateway.views().of(&written.sheet, gateway.fhir_base());
    let view = views.iter().find(|view| view.shown.kind == "CarePlan").ok_or(Fault::Unrecorded)?;
    let body = if caller.allows(ResourceType::CarePlan, Interaction::Read) {
        view.bytes.clone()
    } else {
        let text = "A new draft was made of these answers; Location says where it can be read.";
        let issue = json!({"severity": "information", "code": "informational", "diagnostics": text});
        json!({"resourceType": "OperationOutcome", "issue": [issue]}).to_string().into()
    };
    let fingerprint = written.sheet.fingerprint().to_string();
    let location = format!("{}/CarePlan/{}/_history/{fingerprint}", gateway.fhir_base(), view.shown.id);
    let mut said = Answer::ok(FHIR_JSON, body).version(fingerprint, written.sheet.last_updated());
    said.status = StatusCode::CREATED;
    said.location = Some(location);
    Ok(answer(&written.receipt, headers, said))
}
