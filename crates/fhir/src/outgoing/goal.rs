//! Goal: what the person wants for their life, in their own words.

use sayso_plan::StoredItem;
use sayso_plan::item::ItemKind;
use serde_json::Value;

use super::said::said;
use super::statement::{carry, place};
use super::view::View;
use super::{Shown, narrative, parts};
use crate::{object, profile};

/// The Goal of an item; none for an item of another type.
pub(super) fn goal(view: &View<'_>, item: &StoredItem) -> Option<Shown> {
    let ItemKind::Goal(goal) = &item.item.kind else {
        return None;
    };
    let placed = said(view, item).map(|said| place(&said));
    let bare = placed.as_ref().is_some_and(|placed| placed.bare);
    let text = placed.map_or_else(|| parts::string(item.item.section.title()), |placed| placed.text);
    let id = item.id.to_string();
    let meta = parts::part_meta(view, item, &[profile::GOAL]);
    let lang = item.item.words.as_ref().map(|w| w.lang().as_str()).filter(|_| bare);
    let mut resource = parts::resource("Goal", &id, meta, lang);
    resource.insert("text".into(), parts::narrative(&narrative::one_item(view, item)));
    parts::put_list(&mut resource, "extension", carry(item, bare));
    resource.insert("lifecycleStatus".into(), "active".into());
    resource.insert("category".into(), Value::from([parts::section_concept(item.item.section)]));
    let coding = parts::shown_coding(profile::LOINC, "87528-6", "Personal health goal");
    resource.insert("description".into(), object! { "coding": [coding], "text": text });
    resource.insert("subject".into(), parts::reference(&view.patient()));
    if item.item.voice.party.is_person() {
        resource.insert("expressedBy".into(), parts::reference(&view.patient()));
    }
    let why = goal.why.iter().chain(&goal.progress);
    let notes = why.map(|text| object! { "text": parts::string(text) }).collect();
    parts::put_list(&mut resource, "note", notes);
    Some(Shown { kind: "Goal", id, json: resource.into() })
}
