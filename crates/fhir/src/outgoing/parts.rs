//! Small FHIR data types as JSON.

use sayso_plan::{ItemId, Section, Share, StoredItem};
use serde_json::{Map, Value};

use super::view::View;
use crate::{envelope, object, profile};

/// A FHIR string that every reader can hold.
pub(crate) fn string(text: &str) -> Value {
    let text = if envelope::fits_string(text) { text.to_owned() } else { envelope::readable(text) };
    Value::String(if text.is_empty() { "–".to_owned() } else { text })
}

pub(crate) fn reference(to: &str) -> Value {
    object! { "reference": to }
}

/// The identifier of a contact.
pub(crate) fn item_identifier(item: ItemId) -> Value {
    object! { "system": profile::ITEM_IDS, "value": item.to_string() }
}

/// A reference to a contact by identifier: a record system that may read plans need not be one that may read
/// RelatedPerson, and an address that it is refused at looks to it like something hidden.
pub(crate) fn contact(item: ItemId, name: Option<Value>) -> Value {
    let mut reference = Map::new();
    reference.insert("type".into(), "RelatedPerson".into());
    reference.insert("identifier".into(), item_identifier(item));
    put(&mut reference, "display", name);
    reference.into()
}

pub(crate) fn coding(system: &str, code: &str) -> Value {
    object! { "system": system, "code": code }
}

pub(crate) fn shown_coding(system: &str, code: &str, display: &str) -> Value {
    object! { "system": system, "code": code, "display": display }
}

pub(crate) fn section_coding(section: Section) -> Value {
    shown_coding(profile::SECTIONS, section.code(), section.title())
}

pub(crate) fn code(code: &sayso_plan::item::Code) -> Value {
    coding(&code.system, &code.code)
}

/// The concept of a section: ours, and a standard code where one was found.
pub(crate) fn section_concept(section: Section) -> Value {
    let mut codings = vec![section_coding(section)];
    codings.extend(profile::standard_code(section).map(|(system, code)| coding(system, code)));
    object! { "coding": codings, "text": section.title() }
}

/// The kind of plan as a concept: ours, and the document code where there is one.
pub(crate) fn kind_concept(view: &View<'_>) -> Value {
    let mut codings = Vec::new();
    if let Some((system, code, display)) = profile::document_code(view.kind) {
        codings.push(shown_coding(system, code, display));
    }
    codings.push(shown_coding(profile::KINDS, view.kind.code(), view.kind.label()));
    object! { "coding": codings, "text": view.kind.label() }
}

/// `meta` of a resource that is assembled from several parts: no section tag, or an engine that matches labels would
/// release it whole.
pub(crate) fn assembled_meta(view: &View<'_>, profiles: &[&str]) -> Value {
    let mut meta =
        object! { "versionId": view.fingerprint.as_str(), "lastUpdated": view.updated.as_str(), "profile": profiles };
    if view.subset
        && let Some(meta) = meta.as_object_mut()
    {
        meta.insert("tag".into(), Value::from([coding(profile::OBSERVATION_VALUE, "SUBSETTED")]));
    }
    meta
}

/// `meta` of a resource that is one item: section, the item itself, and how close it is.
pub(crate) fn part_meta(view: &View<'_>, item: &StoredItem, profiles: &[&str]) -> Value {
    let level = match item.item.share_level() {
        Share::Open => "N",
        Share::Care => "R",
        Share::Close => "V",
    };
    object! {
        "versionId": view.fingerprint.as_str(),
        "lastUpdated": view.updated.as_str(),
        "profile": profiles,
        "security": [
            coding(profile::SECTIONS, item.item.section.code()),
            coding(profile::ITEMS, &item.id.to_string()),
            coding(profile::CONFIDENTIALITY, level)
        ]
    }
}

pub(crate) fn narrative(div: &str) -> Value {
    object! { "status": "generated", "div": div }
}

pub(crate) fn own_words(text: &str) -> Value {
    object! { "url": profile::EXT_OWN_WORDS, "valueBase64Binary": envelope::base64(text) }
}

pub(crate) fn of_item(item: &StoredItem) -> Value {
    object! { "url": profile::EXT_OF_ITEM, "valueId": item.id.to_string() }
}

/// Adds a member where there is something to add.
pub(crate) fn put(object: &mut Map<String, Value>, key: &str, value: Option<Value>) {
    if let Some(value) = value {
        object.insert(key.to_owned(), value);
    }
}

/// Adds a list where it is not empty: FHIR has no empty arrays.
pub(crate) fn put_list(object: &mut Map<String, Value>, key: &str, list: Vec<Value>) {
    if !list.is_empty() {
        object.insert(key.to_owned(), Value::Array(list));
    }
}

/// A resource as an object that is filled in order.
pub(crate) fn resource(kind: &str, id: &str, meta: Value, lang: Option<&str>) -> Map<String, Value> {
    let mut object = Map::new();
    object.insert("resourceType".into(), kind.into());
    object.insert("id".into(), id.into());
    object.insert("meta".into(), meta);
    put(&mut object, "language", lang.map(Value::from));
    object
}

/// The envelope of an item as an extension. `home` says whether the words' text stands in an element of its own.
pub(crate) fn item_envelope(item: &StoredItem, words_elsewhere: bool) -> Option<Value> {
    let draft = sayso_plan::DraftItem { id: Some(item.id), item: item.item.clone() };
    // Native items are plain JSON data: writing them as a value cannot fail.
    let mut native = serde_json::to_value(&draft).unwrap_or_default();
    if let Some(members) = native.as_object_mut() {
        // The others keep their places: with a level and without, the parts are the same in the same order.
        members.shift_remove("share");
        if words_elsewhere && let Some(words) = members.get_mut("words").and_then(Value::as_object_mut) {
            words.remove("text");
        }
    }
    envelope::encode(profile::EXT_ITEM, native)
}
