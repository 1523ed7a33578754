//! Observation: words, preferences, needs, and those who are not to be contacted. The shortest way into record systems
//! that exist (US Core preferences).

use sayso_plan::item::{AboutKind, ItemKind};
use sayso_plan::{PartyRole, Section, StoredItem};
use serde_json::Value;

use super::said::{Said, is_never, meaning, native_name, said};
use super::view::{View, instant};
use super::{Shown, narrative, parts};
use crate::{envelope, object, phrases, profile};

/// In which resource an item has its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Home {
    /// An Observation of its own.
    Observation,
    /// A Goal of its own.
    Goal,
    /// A RelatedPerson of its own.
    RelatedPerson,
    /// The CarePlan itself: activities, or a service or clinician in the CareTeam.
    CarePlan,
}

pub(crate) fn home_of(view: &View<'_>, item: &StoredItem) -> Home {
    match &item.item.kind {
        ItemKind::Words(_) | ItemKind::Preference(_) | ItemKind::Need(_) => Home::Observation,
        ItemKind::Contact(_) if is_never(item) => Home::Observation,
        ItemKind::Contact(contact) => match view.party(&contact.party).map(|party| party.role) {
            Some(
                PartyRole::Supporter
                | PartyRole::Peer
                | PartyRole::Facilitator
                | PartyRole::Agent
                | PartyRole::Witness
                | PartyRole::Family,
            ) => Home::RelatedPerson,
            Some(PartyRole::Person | PartyRole::Clinician | PartyRole::Service) | None => Home::CarePlan,
        },
        ItemKind::Goal(_) => Home::Goal,
        ItemKind::Ladder(_) | ItemKind::Agreement(_) | ItemKind::Arrangement(_) => Home::CarePlan,
    }
}

/// The text of an element that holds an item's words, and whether the words can be read back from it (else they go
/// into the extension own-words).
pub(crate) struct Placed {
    pub(crate) text: Value,
    pub(crate) bare: bool,
}

pub(crate) fn place(said: &Said) -> Placed {
    let text = said.text();
    Placed { bare: said.is_bare() && envelope::fits_string(&text), text: parts::string(&text) }
}

/// The envelope and, where needed, the raw words.
pub(crate) fn carry(item: &StoredItem, bare: bool) -> Vec<Value> {
    let text = item.item.words.as_ref().map(sayso_plan::Words::text).filter(|text| !text.is_empty());
    let mut extensions: Vec<Value> = parts::item_envelope(item, text.is_some()).into_iter().collect();
    extensions.extend(text.filter(|_| !bare).map(parts::own_words));
    extensions
}

/// The Observation of an item.
pub(super) fn observation(view: &View<'_>, item: &StoredItem) -> Shown {
    let said = said(view, item).unwrap_or_else(|| Said(Vec::new()));
    let placed = place(&said);
    // Words that the element holds by the way (what a preference is about) are not the item's own.
    let bare = placed.bare && item.item.words.is_some();
    let treatment = is_treatment(item);
    let (loinc, display, category) = if treatment {
        (
            "75773-2",
            "Goals, preferences, and priorities for medical treatment [Reported]",
            "treatment-intervention-preference",
        )
    } else {
        ("95541-9", "Care experience preference", "care-experience-preference")
    };
    let us_core = if treatment { profile::US_CORE_TREATMENT } else { profile::US_CORE_EXPERIENCE };
    let id = item.id.to_string();
    let meta = parts::part_meta(view, item, &[profile::STATEMENT, us_core]);
    let lang = item.item.words.as_ref().map(|w| w.lang().as_str()).filter(|_| bare);
    let mut resource = parts::resource("Observation", &id, meta, lang);
    resource.insert("text".into(), parts::narrative(&narrative::one_item(view, item)));
    let mut extensions = carry(item, bare);
    extensions.extend(direction(item));
    extensions.extend(item.item.stances.iter().map(|stance| stance_of(view, stance)));
    parts::put_list(&mut resource, "extension", extensions);
    resource.insert("status".into(), "final".into());
    resource.insert(
        "category".into(),
        Value::from([object! { "coding": [parts::coding(profile::US_CORE_CATEGORY, category)] }]),
    );
    resource.insert("code".into(), code(view, item, parts::shown_coding(profile::LOINC, loinc, display)));
    resource.insert("subject".into(), parts::reference(&view.patient()));
    let effective = item.item.since.map_or_else(|| instant(item.changed_at), |day| day.to_string());
    resource.insert("effectiveDateTime".into(), effective.into());
    resource.insert("performer".into(), Value::from([view.refer(&item.item.voice.party)]));
    resource.insert("valueString".into(), placed.text);
    parts::put_list(&mut resource, "note", notes(view, item));
    Shown { kind: "Observation", id, json: resource.into() }
}

fn is_treatment(item: &StoredItem) -> bool {
    let medical = |kind| matches!(kind, AboutKind::Medicine | AboutKind::Therapy | AboutKind::Ect);
    let about = matches!(&item.item.kind, ItemKind::Preference(p) if medical(p.about.kind));
    let section = item.item.section;
    matches!(section, Section::Treatment | Section::Force | Section::Place)
        || (about && matches!(section, Section::SelfBinding | Section::WhoDecides))
}

/// LOINC, section, and the code of what it is about; in front of the title the direction, for lists that show no value.
fn code(view: &View<'_>, item: &StoredItem, loinc: Value) -> Value {
    let mut codings = vec![loinc, parts::section_coding(item.item.section)];
    codings.extend(profile::standard_code(item.item.section).map(|(system, code)| parts::coding(system, code)));
    let mut text = item.item.section.title().to_owned();
    if let ItemKind::Preference(preference) = &item.item.kind {
        codings.extend(preference.about.code.as_ref().map(parts::code));
        let phrase = meaning(item, preference).phrase(phrases::of(&view.head.language));
        text = format!("{phrase}: {text}");
    }
    if is_never(item) {
        text = format!("{}: {text}", phrases::of(&view.head.language).never_contact);
    }
    object! { "coding": codings, "text": text }
}

fn direction(item: &StoredItem) -> Option<Value> {
    let ItemKind::Preference(preference) = &item.item.kind else {
        return None;
    };
    Some(object! {
        "url": profile::EXT_DIRECTION,
        "extension": [
            object! { "url": "direction", "valueCode": native_name(&preference.direction) },
            object! { "url": "intent", "valueCode": native_name(&preference.intent) }
        ]
    })
}

/// A party's stance, with the name a stranger can read.
pub(crate) fn stance_of(view: &View<'_>, stance: &sayso_plan::item::Stance) -> Value {
    let mut inner = vec![
        object! { "url": "party", "valueReference": view.refer(&stance.party) },
        object! { "url": "position", "valueCode": native_name(&stance.position) },
    ];
    inner.extend(stance.words.as_ref().map(|w| object! { "url": "words", "valueString": parts::string(w.text()) }));
    object! { "url": profile::EXT_STANCE, "extension": inner }
}

/// Reasons and alternatives for readers who show notes.
fn notes(view: &View<'_>, item: &StoredItem) -> Vec<Value> {
    let ItemKind::Preference(preference) = &item.item.kind else {
        return Vec::new();
    };
    let phrases = phrases::of(&view.head.language);
    let note = |label: &str, text: &str| object! { "text": parts::string(&format!("{label}: {text}")) };
    let mut notes: Vec<Value> = Vec::new();
    notes.extend(preference.because.as_ref().map(|words| note(phrases.because, words.text())));
    notes.extend(preference.instead.iter().map(|instead| note(phrases.instead, &instead.words)));
    notes.extend(preference.if_impossible.as_ref().map(|text| note(phrases.if_impossible, text)));
    notes
}
