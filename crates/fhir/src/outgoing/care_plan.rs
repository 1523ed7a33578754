//! CarePlan: the working view of a plan, with a narrative that is readable as a whole.

use sayso_consent::or_leak;
use sayso_plan::{Head, State, StoredItem};
use serde_json::Value;

use super::statement::{Home, home_of};
use super::view::View;
use super::{Shown, activity, contact, narrative, parts};
use crate::{envelope, object, profile};

/// The CarePlan of a plan.
pub(super) fn care_plan(view: &View<'_>) -> Shown {
    let id = view.id.to_string();
    let profiles = [profile::CARE_PLAN, profile::US_CORE_CARE_PLAN_PROFILE];
    let mut resource = parts::resource("CarePlan", &id, parts::assembled_meta(view, &profiles), Some(view.lang()));
    resource.insert("text".into(), parts::narrative(&narrative::plan(view)));
    resource.insert("extension".into(), extensions(view).into());
    resource.insert("identifier".into(), Value::from([object! { "system": profile::PLAN_IDS, "value": id.as_str() }]));
    resource.insert("status".into(), status(view.state).into());
    resource.insert("intent".into(), "plan".into());
    resource.insert("category".into(), categories(view).into());
    resource.insert("title".into(), parts::string(view.head.title.text()));
    resource.insert("subject".into(), parts::reference(&view.patient()));
    parts::put(&mut resource, "period", activity::period(view.head.from, view.head.until));
    resource.insert("author".into(), parts::reference(&view.patient()));
    if contact::care_team(view).is_some() {
        resource.insert("careTeam".into(), Value::from([parts::reference(&format!("CareTeam/{id}"))]));
    }
    let refer = |home, kind: &str| -> Vec<Value> {
        let items = view.sections().flat_map(|section| view.items_of(section));
        let here = items.filter(|item| home_of(view, item) == home);
        here.map(|item| parts::reference(&format!("{kind}/{}", item.id))).collect()
    };
    let mut supporting = refer(Home::Observation, "Observation");
    if view.document.is_some() {
        supporting.push(parts::reference(&format!("DocumentReference/{id}")));
    }
    or_leak!((), DanglingReference => supporting.extend(view.leaked_items.iter().map(|(id, _)| parts::reference(&format!("Observation/{id}")))));
    parts::put_list(&mut resource, "supportingInfo", supporting);
    parts::put_list(&mut resource, "goal", refer(Home::Goal, "Goal"));
    let in_order = view.sections().flat_map(|section| view.items_of(section));
    let activities = in_order.flat_map(|item| activity::activities(view, item)).collect();
    parts::put_list(&mut resource, "activity", activities);
    resource.insert("note".into(), Value::from([object! { "text": profile::NOTICE }]));
    Shown { kind: "CarePlan", id, json: resource.into() }
}

/// The status of a state.
pub(crate) const fn status(state: State) -> &'static str {
    match state {
        State::Draft | State::InTalks | State::Ready => "draft",
        State::Active | State::UnderReview | State::RevokeRequested => "active",
        State::Superseded | State::Ended => "completed",
        State::Cancelled => "revoked",
    }
}

/// The state that a status means where nothing more is said.
pub(crate) fn of_status(status: &str) -> Option<State> {
    match status {
        "draft" => Some(State::Draft),
        "active" => Some(State::Active),
        "completed" => Some(State::Superseded),
        "revoked" => Some(State::Cancelled),
        _ => None,
    }
}

/// `assess-plan` is what stock queries of record systems look for; LOINC 81378-2 is that of ADI; the kind is ours.
fn categories(view: &View<'_>) -> Vec<Value> {
    vec![
        object! { "coding": [parts::coding(profile::US_CORE_CARE_PLAN, "assess-plan")] },
        object! { "coding": [parts::shown_coding(profile::LOINC, "81378-2", "Goals, preferences, and priorities Document")] },
        parts::kind_concept(view),
    ]
}

fn extensions(view: &View<'_>) -> Vec<Value> {
    let mut extensions: Vec<Value> = plan_envelope(view).into_iter().collect();
    let title = view.head.title.text();
    if !envelope::fits_string(title) {
        extensions.extend((!title.is_empty()).then(|| parts::own_words(title)));
    }
    extensions.extend(view.items.iter().filter_map(|item| entry(view, item)));
    extensions
}

/// An item's place in the order: the envelope itself, or the resource that holds it.
fn entry(view: &View<'_>, item: &StoredItem) -> Option<Value> {
    let elsewhere = |to: Value| object! { "url": profile::EXT_ITEM_REFERENCE, "valueReference": to };
    match home_of(view, item) {
        Home::Observation => Some(elsewhere(parts::reference(&format!("Observation/{}", item.id)))),
        Home::Goal => Some(elsewhere(parts::reference(&format!("Goal/{}", item.id)))),
        Home::RelatedPerson => Some(elsewhere(parts::contact(item.id, None))),
        Home::CarePlan => parts::item_envelope(item, false),
    }
}

/// Head, parties and absences. The title's text stands in `CarePlan.title`.
fn plan_envelope(view: &View<'_>) -> Option<Value> {
    // Plain JSON data: writing it as a value cannot fail.
    let mut native = serde_json::to_value::<&Head>(view.head).unwrap_or_default();
    let members = native.as_object_mut()?;
    if !view.head.title.text().is_empty()
        && let Some(title) = members.get_mut("title").and_then(Value::as_object_mut)
    {
        title.remove("text");
    }
    if !view.whole {
        members.remove("formalities");
    }
    members.insert("kind".into(), view.kind.code().into());
    if of_status(status(view.state)) != Some(view.state) {
        members.insert("state".into(), view.state.code().into());
    }
    if let Some(no) = &view.no {
        let mut said = object! { "on": no.at.date().to_string() };
        if let (Some(words), Some(said)) = (&no.words, said.as_object_mut()) {
            said.insert("words".into(), serde_json::to_value(words).unwrap_or_default());
        }
        members.insert("no".into(), said);
    }
    members.insert("parties".into(), serde_json::to_value(view.parties).unwrap_or_default());
    members.insert("absences".into(), serde_json::to_value(&view.absences).unwrap_or_default());
    envelope::encode(profile::EXT_PLAN, native)
}
