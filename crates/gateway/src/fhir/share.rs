//! `Patient/$ask-to-share`: an organization asks to be let in, by an identifier or by a code that the person read out.
//! The answer is always the same 202.

use axum::Extension;
use axum::extract::State;
use axum::response::Response;
use bytes::Bytes;
use http::{HeaderMap, StatusCode};
use sayso_auth::Caller;
use sayso_exchange::ask_to_share::Meant;
use serde_json::json;

use super::current_plan::Asked;
use crate::Gateway;
use crate::answer::{Answer, FHIR_JSON, answer};
use crate::fault::{Fault, Speaks};

/// `POST Patient/$ask-to-share` with Parameters `identifier` or `code`, and `purpose`.
pub(super) async fn ask_to_share(
    State(gateway): State<Gateway>,
    Extension(caller): Extension<Caller>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let done = match super::push::is_json(&headers) {
        true => ask(&gateway, &caller, &headers, &body).await,
        false => Err(Fault::MediaType),
    };
    done.unwrap_or_else(|fault| Speaks::Fhir.say(&fault))
}

async fn ask(gateway: &Gateway, caller: &Caller, headers: &HeaderMap, body: &[u8]) -> Result<Response, Fault> {
    let asked = Asked::of_body(body)?;
    let meant = match (asked.whom, asked.code) {
        (Some(whom), None) => Meant::Whom(whom),
        (None, Some(code)) => Meant::Code(code),
        (Some(_), Some(_)) | (None, None) => {
            let text = "name the person by identifier, or give the code they read out";
            return Err(Fault::Parameter { name: "identifier".into(), text });
        }
    };
    match &meant {
        Meant::Whom(whom) => gateway.limits().asked(caller, &format!("ask {whom:?}"))?,
        Meant::Code(_) => gateway.limits().code(caller)?,
    }
    let receipt = gateway.exchange().ask_to_share(caller, &meant, asked.purpose, asked.reason).await?;
    let text = "If there is such a person here, they now see that you ask. Whether they answer is up to them.";
    let outcome = json!({
        "resourceType": "OperationOutcome",
        "issue": [{"severity": "information", "code": "informational", "diagnostics": text}],
    });
    let mut said = Answer::ok(FHIR_JSON, outcome.to_string().into());
    said.status = StatusCode::ACCEPTED;
    Ok(answer(&receipt, headers, said))
}
