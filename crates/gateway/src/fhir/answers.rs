//! `POST /fhir/QuestionnaireResponse`: answers to a questionnaire of ours become a new draft.
//! <https://hl7.org/fhir/R4/http.html#create>

use axum::Extension;
use axum::extract::State;
use axum::response::Response;
use bytes::Bytes;
use http::{HeaderMap, StatusCode};
use sayso_auth::Caller;
use sayso_exchange::Refusal;
use sayso_fhir::incoming::{self, Answered};

use super::push::{is_json, made, person_of};
use crate::Gateway;
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
    let text = "A new draft was made of these answers; Location says where it can be read.";
    made(gateway, caller, headers, &written, (StatusCode::CREATED, text))
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
        | Refusal::OldConsent(_)
        | Refusal::WouldOpen { .. }
        | Refusal::NamesNothing { .. }
        | Refusal::PeriodOver { .. }
        | Refusal::TwoTimes { .. }
        | Refusal::StatusStays { .. }
        | Refusal::MoreOpen { .. }
        | Refusal::AlreadyDone(_)
        | Refusal::PartyNotNamed { .. }
        | Refusal::InForce
        | Refusal::OtherTime
        | Refusal::Moved
        | Refusal::Unrecorded(_)
        | Refusal::Exists
        | Refusal::NotPossible(_) => refusal.into(),
    }
}
