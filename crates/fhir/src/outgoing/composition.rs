//! Composition and document Bundle: the plan as one document, and the crisis extract over several plans.

use sayso_consent::release::Subject;
use sayso_consent::{Projection, Released};
use sayso_plan::{Absence, Section, StoredItem};
use serde_json::{Map, Value};

use super::statement::{Home, home_of};
use super::view::View;
use super::{Shown, document_reference, narrative, parts, provenance};
use crate::{object, profile};

/// The Composition of a plan.
pub(super) fn composition(view: &View<'_>) -> Shown {
    let id = view.id.to_string();
    let meta = parts::assembled_meta(view, &[profile::COMPOSITION]);
    let mut resource = parts::resource("Composition", &id, meta, Some(view.lang()));
    resource.insert("text".into(), parts::narrative(&narrative::cover(view)));
    resource.insert("identifier".into(), document_identifier(view));
    resource.insert("status".into(), if view.state.is_in_the_making() { "preliminary" } else { "final" }.into());
    resource.insert("type".into(), parts::kind_concept(view));
    resource.insert("category".into(), Value::from([object! { "coding": [advance_directives()] }]));
    resource.insert("subject".into(), parts::reference(&view.patient()));
    resource.insert("date".into(), view.updated.as_str().into());
    resource.insert("author".into(), Value::from([parts::reference(&view.patient())]));
    resource.insert("title".into(), parts::string(view.head.title.text()));
    let shown = view.sections();
    #[cfg(feature = "leaks")]
    let shown = shown.chain(view.leaked_items.iter().map(|(_, section)| *section).filter(|_| leaks_sections()));
    parts::put_list(&mut resource, "section", shown.map(|section| self::section(view, section)).collect());
    Shown { kind: "Composition", id, json: resource.into() }
}

#[cfg(feature = "leaks")]
fn leaks_sections() -> bool {
    sayso_consent::leak::planted(sayso_consent::leak::Leak::SectionsOfWhole)
}

fn advance_directives() -> Value {
    parts::shown_coding(profile::LOINC, "42348-3", "Advance directives")
}

fn document_identifier(view: &View<'_>) -> Value {
    object! { "system": profile::PLAN_IDS, "value": format!("{}-{}", view.id, view.fingerprint) }
}

fn section(view: &View<'_>, section: Section) -> Value {
    let mut object = Map::new();
    object.insert("title".into(), section.title().into());
    object.insert("code".into(), parts::section_concept(section));
    object.insert("text".into(), parts::narrative(&narrative::one_section(view, section)));
    parts::put_list(&mut object, "entry", entries(view, section));
    if view.items_of(section).is_empty() {
        parts::put(&mut object, "emptyReason", view.absences.get(&section).map(empty_reason));
    }
    object.into()
}

/// The resources an item of the section stands in; the CarePlan once.
fn entries(view: &View<'_>, section: Section) -> Vec<Value> {
    let mut entries: Vec<Value> = Vec::new();
    for item in view.items_of(section) {
        let entry = parts::reference(&address(view, item));
        if !entries.contains(&entry) {
            entries.push(entry);
        }
    }
    entries
}

fn address(view: &View<'_>, item: &StoredItem) -> String {
    match home_of(view, item) {
        Home::Observation => format!("Observation/{}", item.id),
        Home::Goal => format!("Goal/{}", item.id),
        Home::RelatedPerson => format!("RelatedPerson/{}", item.id),
        Home::CarePlan => format!("CarePlan/{}", view.id),
    }
}

fn empty_reason(absence: &Absence) -> Value {
    const LIST: &str = "http://terminology.hl7.org/CodeSystem/list-empty-reason";
    match absence {
        Absence::NothingToSay => object! { "coding": [parts::coding(LIST, "nilknown")] },
        Absence::NotAsked => object! { "coding": [parts::coding(LIST, "notasked")] },
        Absence::AskedDeclined => {
            const REASON: &str = "http://terminology.hl7.org/CodeSystem/data-absent-reason";
            object! { "coding": [parts::coding(LIST, "unavailable"), parts::coding(REASON, "asked-declined")] }
        }
    }
}

/// One plan as a document Bundle: Composition first, then the person, then all the Composition leads to, and who made it.
pub(super) fn document(subject: &Released<Subject>, view: &View<'_>, base: &str) -> Shown {
    let mut shown = vec![composition(view), super::patient(subject)];
    shown.extend(super::clinical(view));
    shown.push(document_reference::index(view, base));
    shown.push(provenance::provenance(view));
    let id = view.id.to_string();
    let meta = parts::assembled_meta(view, &[profile::BUNDLE]);
    bundle(&id, meta, document_identifier(view), &view.updated, shown, base)
}

fn bundle(id: &str, meta: Value, identifier: Value, timestamp: &str, shown: Vec<Shown>, base: &str) -> Shown {
    let entry = |shown: Shown| {
        let address = format!("{base}/{}/{}", shown.kind, shown.id);
        object! { "fullUrl": address, "resource": shown.json }
    };
    let entries: Vec<Value> = shown.into_iter().map(entry).collect();
    let json = object! {
        "resourceType": "Bundle", "id": id, "meta": meta, "identifier": identifier, "type": "document",
        "timestamp": timestamp, "entry": entries
    };
    Shown { kind: "Bundle", id: id.to_owned(), json }
}

/// The crisis extract; none when nothing belongs into it.
pub(super) fn crisis_extract(
    subject: &Released<Subject>,
    released: &[&Released<Projection>],
    base: &str,
) -> Option<Shown> {
    let person = subject.get().person.id;
    let views: Vec<View<'_>> = released
        .iter()
        .filter(|plan| plan.get().person == person && plan.get().state.is_in_force())
        .map(|plan| View::of(plan).for_crisis())
        .filter(|view| !view.items.is_empty())
        .collect();
    let first = views.first()?;
    let newest = views.iter().max_by_key(|view| view.last_updated)?;
    let mut fingerprints: Vec<&str> = views.iter().map(|view| view.fingerprint.as_str()).collect();
    fingerprints.sort_unstable();
    let identifier = object! { "system": profile::PLAN_IDS, "value": format!("{person}-{}", fingerprints.join("-")) };
    let id = person.to_string();
    let meta = |profile: &str| object! { "lastUpdated": newest.updated.as_str(), "profile": [profile] };
    let mut resource = parts::resource("Composition", &id, meta(profile::CRISIS_EXTRACT), Some(first.lang()));
    resource.insert("text".into(), parts::narrative(&narrative::fixed(first, profile::NOTICE)));
    resource.insert("identifier".into(), identifier.clone());
    resource.insert("status".into(), "final".into());
    let kind = parts::shown_coding(profile::SNOMED, "736253002", "Mental health crisis plan");
    resource.insert("type".into(), object! { "coding": [kind], "text": "Crisis extract" });
    resource.insert("category".into(), Value::from([object! { "coding": [advance_directives()] }]));
    resource.insert("subject".into(), parts::reference(&format!("Patient/{person}")));
    resource.insert("date".into(), newest.updated.as_str().into());
    resource.insert("author".into(), Value::from([parts::reference(&format!("Patient/{person}"))]));
    resource.insert("title".into(), "What helps in a crisis".into());
    resource.insert("section".into(), crisis_sections(&views).into());
    let mut shown = vec![Shown { kind: "Composition", id: id.clone(), json: resource.into() }, super::patient(subject)];
    // The Composition, the index entry and the Provenance of a plan speak of it as one document.
    shown.extend(views.iter().flat_map(super::clinical));
    Some(bundle(&id, meta(profile::BUNDLE), identifier, &newest.updated, shown, base))
}

fn crisis_sections(views: &[View<'_>]) -> Vec<Value> {
    let mut sections: Vec<Section> = Section::all().collect();
    sections.sort_by_key(|section| section.responder_rank());
    let mut out = Vec::new();
    for section in sections {
        let speaking: Vec<&View<'_>> = views.iter().filter(|view| !view.items_of(section).is_empty()).collect();
        let Some(text) = narrative::merged_section(&speaking, section) else {
            continue;
        };
        let entries: Vec<Value> = speaking.iter().flat_map(|view| entries(view, section)).collect();
        out.push(object! {
            "title": section.title(), "code": parts::section_concept(section),
            "text": parts::narrative(&text), "entry": entries
        });
    }
    out
}
