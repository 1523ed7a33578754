//! `Consent/$preview` and `Consent/$explain`: what a recipient would get now, and why, for an app that is the person's
//! own hand. Whoever else asks hears what an unknown operation is answered with.

use axum::Extension;
use axum::extract::State;
use axum::response::Response;
use bytes::Bytes;
use http::HeaderMap;
use sayso_auth::Caller;
use sayso_consent::{Verdict, Why};
use sayso_exchange::Disclosure;
use sayso_exchange::consent_operations::{Cause, Recipient, Told};
use sayso_plan::{ClientId, OrganizationId, PlanId, Purpose};
use serde_json::{Value, json};

use super::bundle::Bundle;
use super::{parameters, push, read};
use crate::Gateway;
use crate::answer::{Answer, FHIR_JSON, answer};
use crate::fault::{Fault, Issue, Speaks};

/// The names of the operations.
pub(super) const NAMES: [&str; 2] = ["preview", "explain"];

/// What is asked.
struct Asked {
    recipient: Recipient,
    plan: Option<PlanId>,
}

impl Asked {
    /// A Parameters resource: `organization` or `client` and `plan` as valueId, `purpose` as valueCode.
    fn of(body: &[u8]) -> Result<Self, Fault> {
        let (mut organization, mut client, mut plan, mut purpose) = (None, None, None, None);
        for (name, value) in parameters::read(body)? {
            let once = match name.as_str() {
                "organization" => once::<OrganizationId>(&mut organization, &value),
                "client" => once::<ClientId>(&mut client, &value),
                "plan" => once::<PlanId>(&mut plan, &value),
                "purpose" => once::<Purpose>(&mut purpose, &value),
                _ => Err("this parameter is not known here; leave it out"),
            };
            once.map_err(|text| Fault::Parameter { name: name.chars().take(64).collect(), text })?;
        }
        let recipient = match (organization, client, purpose) {
            (Some(organization), None, Some(purpose)) => Recipient::Organization(organization, purpose),
            (None, Some(client), purpose) => Recipient::Client(client, purpose),
            (Some(_), None, None) => return Err(missing("say for which purpose the organization would look")),
            (None, None, _) | (Some(_), Some(_), _) => {
                return Err(missing("say who would look: give organization, or client"));
            }
        };
        Ok(Self { recipient, plan })
    }
}

fn once<T: std::str::FromStr>(place: &mut Option<T>, value: &str) -> Result<(), &'static str> {
    if place.is_some() {
        return Err("give it once");
    }
    *place = Some(value.parse().map_err(|_| "not an id or a code that this server knows")?);
    Ok(())
}

fn missing(text: &str) -> Fault {
    Fault::Body(vec![Issue { code: "required", path: "Parameters.parameter".to_owned(), text: text.to_owned() }])
}

/// `POST /fhir/Consent/$preview`.
pub(super) async fn preview(
    State(gateway): State<Gateway>,
    Extension(caller): Extension<Caller>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let done = previewed(&gateway, &caller, &headers, &body).await;
    done.unwrap_or_else(|fault| Speaks::Fhir.say(&fault))
}

/// `POST /fhir/Consent/$explain`.
pub(super) async fn explain(
    State(gateway): State<Gateway>,
    Extension(caller): Extension<Caller>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let done = explained(&gateway, &caller, &headers, &body).await;
    done.unwrap_or_else(|fault| Speaks::Fhir.say(&fault))
}

fn asked(gateway: &Gateway, caller: &Caller, headers: &HeaderMap, body: &[u8], name: &str) -> Result<Asked, Fault> {
    if !push::is_json(headers) {
        return Err(Fault::MediaType);
    }
    let asked = Asked::of(body)?;
    gateway.limits().asked(caller, &(name, format!("{:?} {:?}", asked.recipient, asked.plan)))?;
    Ok(asked)
}

/// What was asked, or what an unknown operation is answered with.
fn told<T>(told: Told<T>) -> Result<T, Fault> {
    match told {
        Told::This(this) => Ok(this),
        Told::NotYours(_recorded) => Err(Fault::NoRoute),
        Told::Nobody(recorded) => Err(Fault::Absent(recorded)),
    }
}

async fn previewed(gateway: &Gateway, caller: &Caller, headers: &HeaderMap, body: &[u8]) -> Result<Response, Fault> {
    let Asked { recipient, plan } = asked(gateway, caller, headers, body, "preview")?;
    let disclosure = told(gateway.exchange().preview_for(caller, recipient, plan).await?)?;
    let bundle = bundle(gateway, &disclosure);
    Ok(answer(&disclosure.receipt, headers, Answer::ok(FHIR_JSON, bundle)))
}

/// All that the recipient could read, each resource by the bytes in which they would get it.
fn bundle(gateway: &Gateway, disclosure: &Disclosure) -> Bytes {
    let mut bundle = Bundle::begin(&json!({"resourceType": "Bundle", "type": "collection"}));
    let base = gateway.fhir_base();
    if let (Some(patient), Some(person)) = (read::patient(disclosure), disclosure.person()) {
        bundle.resource(&format!("{base}/Patient/{person}"), &patient.bytes, "");
    }
    for sheet in &disclosure.sheets {
        for view in gateway.views().of(sheet, base).iter() {
            bundle.resource(&format!("{base}/{}/{}", view.shown.kind, view.shown.id), &view.bytes, "");
        }
    }
    bundle.end()
}

async fn explained(gateway: &Gateway, caller: &Caller, headers: &HeaderMap, body: &[u8]) -> Result<Response, Fault> {
    let Asked { recipient, plan } = asked(gateway, caller, headers, body, "explain")?;
    let (receipt, causes) = told(gateway.exchange().explain_for(caller, recipient, plan).await?)?;
    let parts: Vec<Value> = causes.iter().map(part).collect();
    let mut parameters = json!({"resourceType": "Parameters"});
    if !parts.is_empty()
        && let Some(parameters) = parameters.as_object_mut()
    {
        parameters.insert("parameter".to_owned(), Value::Array(parts));
    }
    Ok(answer(&receipt, headers, Answer::ok(FHIR_JSON, parameters.to_string().into())))
}

fn part(cause: &Cause) -> Value {
    let (code, because) = said(&cause.verdict);
    let mut parts = vec![
        json!({"name": "plan", "valueId": cause.plan.to_string()}),
        json!({"name": if cause.section.is_some() { "item" } else { "document" }, "valueId": cause.item.to_string()}),
        json!({"name": "released", "valueBoolean": cause.verdict.is_released()}),
        json!({"name": "cause", "valueCode": code}),
        json!({"name": "because", "valueString": because}),
    ];
    if let Some(section) = cause.section {
        parts.insert(1, json!({"name": "section", "valueCode": section.code()}));
    }
    parts.extend(cause.consent.map(|id| json!({"name": "consent", "valueId": id.to_string()})));
    json!({"name": "part", "part": parts})
}

/// The cause as a code, and as a sentence for the person.
const fn said(verdict: &Verdict) -> (&'static str, &'static str) {
    match verdict {
        Verdict::Released { .. } => ("permitted", "You opened it to them for this."),
        Verdict::Withheld(Why::NeverAsked) => ("never-opened", "You have not opened it to them."),
        Verdict::Withheld(Why::Refused(_)) => ("refused", "You said no."),
        Verdict::Withheld(Why::RefusedEvenInEmergency(_)) => {
            ("refused-even-in-emergency", "You said no, even in an emergency.")
        }
        Verdict::Withheld(Why::RefusalNotUnderstood(_)) => {
            ("refusal-not-clear", "There is a no that could not be fully read. It counts until you clear it up.")
        }
        Verdict::Withheld(Why::NotNow(_)) => ("not-now", "You opened it for a time that is over, or has not begun."),
        Verdict::Withheld(Why::OtherPurpose(_)) => ("other-purpose", "You opened it for another reason."),
        Verdict::Withheld(Why::Close(_)) => ("close", "It is very private. You open such things one by one."),
        Verdict::Withheld(Why::AboutThem(_)) => ("about-them", "It is about them, or could be."),
        Verdict::Withheld(Why::NotShared) => ("not-shared", "The plan is a draft, was replaced, or its time is over."),
    }
}
