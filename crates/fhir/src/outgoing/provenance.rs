//! Provenance: who made a plan, as far as it was released; and who signed and witnessed it, where it is the whole.

use sayso_plan::PartyId;
use sayso_plan::item::VoiceRole;
use sayso_plan::plan::{Formality, FormalityKind};
use serde_json::{Map, Value};

use super::said::native_name;
use super::view::View;
use super::{Shown, narrative, parts};
use crate::{object, profile};

/// HL7 kinds of participation in what a Provenance is of.
const PARTICIPANT: &str = "http://terminology.hl7.org/CodeSystem/provenance-participant-type";
/// HL7 operations on data.
const OPERATION: &str = "http://terminology.hl7.org/CodeSystem/v3-DataOperation";
/// HL7 types of participation; holds `WIT`.
const PARTICIPATION: &str = "http://terminology.hl7.org/CodeSystem/v3-ParticipationType";

/// The Provenance of a plan. It names nobody but the person, whose voice stands in a shown item, and, in the whole
/// alone, who gave it weight in law.
pub(super) fn provenance(view: &View<'_>) -> Shown {
    let id = view.id.to_string();
    let voices = voices(view);
    let mut resource = parts::resource("Provenance", &id, parts::assembled_meta(view, &[profile::PROVENANCE]), None);
    resource.insert("text".into(), parts::narrative(&text(view, &voices)));
    let targets = ["CarePlan", "Composition", "DocumentReference"];
    resource.insert("target".into(), targets.map(|kind| parts::reference(&format!("{kind}/{id}"))).to_vec().into());
    resource.insert("recorded".into(), view.updated.as_str().into());
    parts::put(&mut resource, "activity", activity(view));
    let mut agents = vec![object! { "type": participant("author"), "who": parts::reference(&view.patient()) }];
    agents.extend(voices.iter().map(|voice| of_voice(view, voice)));
    agents.extend(formalities(view).iter().map(|formality| of_formality(view, formality)));
    resource.insert("agent".into(), agents.into());
    Shown { kind: "Provenance", id, json: resource.into() }
}

/// A party that speaks in the plan beside the person, and in which role.
type Voice<'a> = (&'a PartyId, VoiceRole);

/// Each voice among the shown items once, in reading order.
fn voices<'a>(view: &View<'a>) -> Vec<Voice<'a>> {
    let mut voices: Vec<Voice<'a>> = Vec::new();
    for item in view.sections().flat_map(|section| view.items_of(section)) {
        let voice = (&item.item.voice.party, item.item.voice.role);
        if !voice.0.is_person() && !voices.contains(&voice) {
            voices.push(voice);
        }
    }
    voices
}

/// Signatures and witnesses belong to the whole: nobody may seem to have signed a part.
fn formalities<'a>(view: &View<'a>) -> &'a [Formality] {
    if view.whole { &view.head.formalities } else { &[] }
}

/// An update, where something that is shown is older than something else that is shown. That a plan is as it was made
/// is never known: it may have been written anew from end to end, and what is not shown may be older.
fn activity(view: &View<'_>) -> Option<Value> {
    let mut moments = view.items.iter().map(|item| item.changed_at);
    let updated = moments.any(|moment| moment != view.terms_since);
    updated.then(|| object! { "coding": [parts::coding(OPERATION, "UPDATE")] })
}

fn participant(code: &str) -> Value {
    object! { "coding": [parts::coding(PARTICIPANT, code)] }
}

fn of_voice(view: &View<'_>, (party, role): &Voice<'_>) -> Value {
    let role = parts::coding(profile::PARTY_ROLES, &native_name(role));
    object! { "type": participant("informant"), "role": [object! { "coding": [role] }], "who": view.refer(party) }
}

/// The person's own signature takes responsibility in law; anybody else's, and what others saw, attests.
fn of_formality(view: &View<'_>, formality: &Formality) -> Value {
    let own = formality.is == FormalityKind::Signature && formality.party.is_person();
    let mut codings = vec![parts::coding(profile::FORMALITY_KINDS, &native_name(&formality.is))];
    if formality.is == FormalityKind::Witness {
        codings.push(parts::coding(PARTICIPATION, "WIT"));
    }
    let mut agent = Map::new();
    agent.insert(
        "extension".into(),
        Value::from([object! { "url": profile::EXT_FORMALITY_DAY, "valueDate": formality.on.to_string() }]),
    );
    agent.insert("type".into(), participant(if own { "legal" } else { "attester" }));
    agent.insert("role".into(), Value::from([object! { "coding": codings }]));
    agent.insert("who".into(), view.refer(&formality.party));
    agent.into()
}

/// The same for people.
fn text(view: &View<'_>, voices: &[Voice<'_>]) -> String {
    let name = |party: &PartyId| match party.is_person() {
        true => "the person".to_owned(),
        false => narrative::words(&view.name(party), view.lang()),
    };
    let mut lines = vec!["author: the person".to_owned()];
    lines.extend(voices.iter().map(|(party, role)| format!("{}: {}", native_name(role), name(party))));
    let formality = |one: &Formality| format!("{}: {}, {}", native_name(&one.is), name(&one.party), one.on);
    lines.extend(formalities(view).iter().map(formality));
    narrative::lines(view, "Who made this plan", &lines)
}
