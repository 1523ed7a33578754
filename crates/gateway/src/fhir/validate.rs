//! `$validate`: what would be said of a resource if it were created now. Nothing is stored but the record, and nothing
//! that is stored is looked at. <https://hl7.org/fhir/R4/resource-operation-validate.html>

use axum::Extension;
use axum::extract::{RawQuery, State};
use axum::response::Response;
use bytes::Bytes;
use http::HeaderMap;
use sayso_auth::{Caller, ResourceType};
use sayso_consent::Effect;
use sayso_exchange::check_plan::Checked;
use sayso_fhir::incoming::{self, Answered, Document, Pushed, SentConsent, Transaction};
use sayso_plan::draft::NotTaken;
use sayso_plan::{Content, PersonId};
use sayso_wire::Tree;
use serde_json::{Value, json};

use super::parameters;
use super::push::{is_json, person_of};
use crate::Gateway;
use crate::answer::{Answer, FHIR_JSON, answer};
use crate::fault::{Fault, Issue, Speaks};
use crate::plans::issue;

/// What is read of a person's, under a FHIR base.
type Read = fn(Tree, PersonId, &str) -> Result<Understood, Vec<sayso_fhir::Fault>>;

/// The types that can be validated, and how each is read: as it is when it is sent to be kept.
const READS: [(ResourceType, Read); 5] = [
    (ResourceType::CarePlan, |tree, person, base| pushed(Transaction::of_plan(tree, None, None)?, person, base)),
    (ResourceType::Bundle, |tree, person, base| match Document::is(&tree) {
        true => pushed(Document::of(&tree)?.into_transaction(person, base)?, person, base),
        false => pushed(Transaction::of(&tree)?, person, base),
    }),
    (ResourceType::DocumentReference, |tree, person, base| {
        incoming::whole_document_of(tree, person, base).map(|content| Understood::Document(Box::new(content)))
    }),
    (ResourceType::Consent, |tree, person, base| {
        super::consents::new_of(tree, person, base).map(|sent| Understood::Consent(Box::new(sent)))
    }),
    (ResourceType::QuestionnaireResponse, |tree, person, base| {
        incoming::answers_of(tree, person, base).map(|answered| Understood::Answers(Box::new(answered)))
    }),
];

/// The types that can be validated.
pub(super) fn types() -> impl Iterator<Item = ResourceType> {
    READS.iter().map(|(kind, _)| *kind)
}

fn pushed(sent: Transaction, person: PersonId, base: &str) -> Result<Understood, Vec<sayso_fhir::Fault>> {
    sent.into_pushed(person, base, None).map(|pushed| Understood::Push(Box::new(pushed)))
}

/// What was sent, as far as it can be read.
enum Understood {
    Push(Box<Pushed>),
    Document(Box<Content>),
    Answers(Box<Answered>),
    Consent(Box<SentConsent>),
}

impl Understood {
    fn content(&self) -> Option<&Content> {
        match self {
            Self::Push(pushed) => Some(&pushed.content),
            Self::Document(content) => Some(content),
            Self::Answers(answered) => Some(&answered.content),
            Self::Consent(_) => None,
        }
    }

    /// What the rules of plans say, in the words of what was sent.
    fn issue(&self, why: &NotTaken) -> Issue {
        match self {
            Self::Push(pushed) => issue(pushed.fault(why)),
            Self::Answers(answered) => issue(answered.fault(why)),
            Self::Document(_) | Self::Consent(_) => super::push::of_document(why),
        }
    }
}

/// `POST /fhir/{type}/$validate` with the resource, or with Parameters `resource`.
pub(super) async fn validate(
    State(gateway): State<Gateway>,
    Extension(kind): Extension<ResourceType>,
    Extension(caller): Extension<Caller>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let done = match (is_json(&headers), query.as_deref().unwrap_or_default()) {
        (false, _) => Err(Fault::MediaType),
        (true, "") => check(&gateway, &caller, kind, &headers, &body).await,
        (true, _) => Err(Fault::Parameter {
            name: "query".into(),
            text: "send the resource as the body, or in Parameters; it is always checked as a new one of our profiles",
        }),
    };
    done.unwrap_or_else(|fault| Speaks::Fhir.say(&fault))
}

async fn check(
    gateway: &Gateway,
    caller: &Caller,
    kind: ResourceType,
    headers: &HeaderMap,
    body: &[u8],
) -> Result<Response, Fault> {
    let person = person_of(caller)?;
    let (_, read) = READS.iter().find(|(one, _)| *one == kind).ok_or(Fault::NoRoute)?;
    let sent = match incoming::tree(body, kind.name()) {
        Ok(tree) if tree.text("resourceType") == Some("Parameters") => Ok(parameters::resource(&tree)?),
        sent => sent,
    };
    let read = sent.and_then(|tree| read(tree, person, gateway.fhir_base()));
    let checked = gateway.exchange().check_plan(caller, read.as_ref().ok().and_then(Understood::content)).await?;
    let issues = match &read {
        Ok(understood) => judged(kind, understood, &checked),
        Err(faults) => faults.iter().cloned().map(|fault| said("error", issue(fault))).collect(),
    };
    let outcome = json!({"resourceType": "OperationOutcome", "issue": issues});
    Ok(answer(&checked.receipt, headers, Answer::ok(FHIR_JSON, outcome.to_string().into())))
}

fn judged(kind: ResourceType, understood: &Understood, checked: &Checked) -> Vec<Value> {
    if let Some(why) = &checked.not_taken {
        return vec![said("error", understood.issue(why))];
    }
    let text = "This can be sent as it is. Nothing was stored. What the person opened to this app was not looked at.";
    if let Understood::Consent(sent) = understood {
        let refusals = sent.rules.iter().filter(|rule| rule.effect == Effect::Deny).count();
        let text = format!(
            "This can be sent as it is. Nothing was stored. It makes {refusals} refusals, which count at once, and {} \
             permits, which wait for the person's own word.",
            sent.rules.len() - refusals
        );
        let good = Issue { code: "informational", path: kind.name().to_owned(), text };
        let odd = sent.without_effect.iter().cloned().map(|fault| said("warning", issue(fault)));
        return std::iter::once(said("information", good)).chain(odd).collect();
    }
    let good = Issue { code: "informational", path: kind.name().to_owned(), text: text.to_owned() };
    let later = checked.missing.iter().map(|why| {
        let Issue { path, text, .. } = understood.issue(why);
        Issue { code: "informational", path, text: format!("Before it can be in force: {text}") }
    });
    std::iter::once(good).chain(later).map(|issue| said("information", issue)).collect()
}

fn said(severity: &str, issue: Issue) -> Value {
    json!({"severity": severity, "code": issue.code, "diagnostics": issue.text, "expression": [issue.path]})
}
