//! Composition and document Bundle: the plan as one document, and the crisis extract over several plans.

use sayso_consent::release::Subject;
use sayso_consent::{Projection, Released};
use sayso_plan::{Absence, Section, StoredItem};
use serde_json::{Map, Value, json};

use super::statement::{Home, home_of};
use super::view::View;
use super::{Shown, narrative, parts};
use crate::profile;

/// The Composition of a plan.
pub(super) fn composition(view: &View<'_>) -> Shown {
    let id = view.id.to_string();
    let meta = parts::assembled_meta(view, &[profile::COMPOSITION]);
    let mut resource = parts::resource("Composition", &id, meta, Some(view.lang()));
    resource.insert("text".into(), parts::narrative(&narrative::cover(view)));
    resource.insert("identifier".into(), document_identifier(view));
    resource.insert("status".into(), if view.state.is_in_the_making() { "preliminary" } else { "final" }.into());
    resource.insert("type".into(), parts::kind_concept(view));
    resource.insert("category".into(), json!([{ "coding": [advance_directives()] }]));
    resource.insert("subject".into(), parts::reference(&view.patient()));
    resource.insert("date".into(), view.updated().into());
    resource.insert("author".into(), json!([parts::reference(&view.patient())]));
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
    json!({ "system": profile::PLAN_IDS, "value": format!("{}-{}", view.id, view.fingerprint) })
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
        Absence::NothingToSay => json!({ "coding": [parts::coding(LIST, "nilknown")] }),
        Absence::NotAsked => json!({ "coding": [parts::coding(LIST, "notasked")] }),
        Absence::AskedDeclined => {
            const REASON: &str = "http://terminology.hl7.org/CodeSystem/data-absent-reason";
            json!({ "coding": [parts::coding(LIST, "unavailable"), parts::coding(REASON, "asked-declined")] })
        }
    }
}

/// One plan as a document Bundle: Composition first, then the person, then all the Composition leads to, and who made it.
pub(super) fn document(subject: &Released<Subject>, view: &View<'_>, base: &str) -> Shown {
    let mut shown = vec![composition(view), super::patient(subject)];
    let led_to = |shown: &Shown| shown.kind != "Composition";
    shown.extend(super::resources_of(view, base).into_iter().filter(led_to));
    let id = view.id.to_string();
    let meta = parts::assembled_meta(view, &[profile::BUNDLE]);
    bundle(&id, meta, document_identifier(view), &view.updated(), &shown, base)
}

fn bundle(id: &str, meta: Value, identifier: Value, timestamp: &str, shown: &[Shown], base: &str) -> Shown {
    let entries: Vec<Value> = shown
        .iter()
        .map(|entry| json!({ "fullUrl": format!("{base}/{}/{}", entry.kind, entry.id), "resource": entry.json }))
        .collect();
    let json = json!({
        "resourceType": "Bundle", "id": id, "meta": meta, "identifier": identifier, "type": "document",
        "timestamp": timestamp, "entry": entries
    });
    Shown { kind: "Bundle", id: id.to_owned(), json }
}

/// What speaks of one plan as one document, and not of an extract of several.
const OF_ONE_DOCUMENT: [&str; 3] = ["Composition", "DocumentReference", "Provenance"];

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
    let identifier = json!({ "system": profile::PLAN_IDS, "value": format!("{person}-{}", fingerprints.join("-")) });
    let id = person.to_string();
    let meta = |profile: &str| json!({ "lastUpdated": newest.updated(), "profile": [profile] });
    let mut resource = parts::resource("Composition", &id, meta(profile::CRISIS_EXTRACT), Some(first.lang()));
    resource.insert("text".into(), parts::narrative(&narrative::fixed(first, profile::NOTICE)));
    resource.insert("identifier".into(), identifier.clone());
    resource.insert("status".into(), "final".into());
    let kind = parts::shown_coding(profile::SNOMED, "736253002", "Mental health crisis plan");
    resource.insert("type".into(), json!({ "coding": [kind], "text": "Crisis extract" }));
    resource.insert("category".into(), json!([{ "coding": [advance_directives()] }]));
    resource.insert("subject".into(), parts::reference(&format!("Patient/{person}")));
    resource.insert("date".into(), newest.updated().into());
    resource.insert("author".into(), json!([parts::reference(&format!("Patient/{person}"))]));
    resource.insert("title".into(), "What helps in a crisis".into());
    resource.insert("section".into(), crisis_sections(&views).into());
    let mut shown = vec![Shown { kind: "Composition", id: id.clone(), json: resource.into() }, super::patient(subject)];
    for view in &views {
        let of_plan = super::resources_of(view, base);
        shown.extend(of_plan.into_iter().filter(|s| !OF_ONE_DOCUMENT.contains(&s.kind)));
    }
    Some(bundle(&id, meta(profile::BUNDLE), identifier, &newest.updated(), &shown, base))
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
        out.push(json!({
            "title": section.title(), "code": parts::section_concept(section),
            "text": parts::narrative(&text), "entry": entries
        }));
    }
    out
}
