//! Task: what somebody proposed to a plan, and what the person answered. <https://hl7.org/fhir/R4/task.html>

use sayso_consent::Released;
use sayso_plan::Proposal;
use sayso_plan::proposal::{AnswerKind, Proposed};
use serde_json::{Map, Value};

use super::said::native_name;
use super::view::instant;
use super::{Shown, parts};
use crate::{envelope, object, profile};

/// The Task of a proposal.
#[must_use]
pub(super) fn task(released: &Released<Proposal>) -> Shown {
    let proposal = released.get();
    let (code, section, about, position, words) = match &proposal.suggestion.proposed {
        Proposed::Words { section, words, about } => ("words", Some(*section), *about, None, Some(words)),
        Proposed::Stance { about, position, words } => ("stance", None, Some(*about), Some(*position), words.as_ref()),
    };
    let id = proposal.id.to_string();
    let meta = object! {
        "versionId": released.fingerprint().to_string(),
        "lastUpdated": instant(proposal.last_updated()),
        "profile": [profile::PROPOSAL]
    };
    let mut resource = parts::resource("Task", &id, meta, words.map(|words| words.lang().as_str()));
    let odd = words.filter(|words| !envelope::fits_string(words.text()));
    parts::put_list(&mut resource, "extension", odd.map(|words| parts::own_words(words.text())).into_iter().collect());
    let answer = proposal.answer.as_ref();
    let status = match answer.map(|answer| answer.is) {
        None => "requested",
        Some(AnswerKind::Accepted | AnswerKind::Changed) => "completed",
        Some(AnswerKind::Declined) => "rejected",
    };
    resource.insert("status".into(), status.into());
    let reason = answer.and_then(|answer| answer.reason.as_ref());
    parts::put(&mut resource, "statusReason", reason.map(|words| said_no(words.text())));
    let said = answer.map(|answer| concept(profile::PROPOSAL_ANSWERS, &native_name(&answer.is)));
    parts::put(&mut resource, "businessStatus", said);
    resource.insert("intent".into(), "proposal".into());
    resource.insert("code".into(), concept(profile::PROPOSALS, code));
    parts::put(&mut resource, "description", words.map(|words| parts::string(words.text())));
    resource.insert("focus".into(), parts::reference(&format!("CarePlan/{}", proposal.plan)));
    resource.insert("for".into(), parts::reference(&format!("Patient/{}", proposal.person)));
    resource.insert("authoredOn".into(), instant(proposal.at).into());
    resource.insert("lastModified".into(), instant(proposal.last_updated()).into());
    resource.insert("requester".into(), object! { "display": parts::string(&proposal.suggestion.by.name) });
    let mut inputs = vec![input("role", "valueCode", native_name(&proposal.suggestion.by.role))];
    inputs.extend(section.map(|section| input("section", "valueCode", section.code().to_owned())));
    inputs.extend(about.map(|item| input("about", "valueId", item.to_string())));
    inputs.extend(position.map(|position| input("position", "valueCode", native_name(&position))));
    resource.insert("input".into(), inputs.into());
    Shown { kind: "Task", id, json: resource.into() }
}

/// Why the person said no; beside it byte for byte, where a string cannot hold it.
fn said_no(words: &str) -> Value {
    let mut reason = Map::new();
    let odd = (!envelope::fits_string(words)).then(|| parts::own_words(words));
    parts::put_list(&mut reason, "extension", odd.into_iter().collect());
    reason.insert("text".into(), parts::string(words));
    reason.into()
}

fn concept(system: &str, code: &str) -> Value {
    object! { "coding": [parts::coding(system, code)] }
}

fn input(name: &str, kind: &str, value: String) -> Value {
    object! { "type": concept(profile::PROPOSAL_PARTS, name), kind: value }
}
