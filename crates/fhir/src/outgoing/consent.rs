//! Consent: an advance consent or an advance refusal of treatment. Never about who may read; that is decided elsewhere.

use sayso_plan::StoredItem;
use sayso_plan::item::{Code, Condition, Intent, ItemKind, Preference, Sense};
use serde_json::{Map, Value};

use super::said::{meaning, native_name, said};
use super::view::{View, instant};
use super::{Shown, activity, narrative, parts};
use crate::{object, profile};

/// The Consent of an item; none where it is a wish or no preference.
pub(super) fn consent(view: &View<'_>, item: &StoredItem) -> Option<Shown> {
    let ItemKind::Preference(preference) = &item.item.kind else {
        return None;
    };
    if preference.intent == Intent::Wish {
        return None;
    }
    let kind = if meaning(item, preference).is_no() { "deny" } else { "permit" };
    let scope = parts::coding("http://terminology.hl7.org/CodeSystem/consentscope", "treatment");
    let mut resource = begun(view, item, profile::TREATMENT_CONSENT, &[scope]);
    // Invariant ppc-1: either a policy or a policyRule.
    resource.insert("policyRule".into(), object! { "text": "Advance statement of the person" });
    resource.insert("provision".into(), provision(view, item, preference, kind));
    Some(Shown { kind: "Consent", id: item.id.to_string(), json: resource.into() })
}

/// A Consent that is made of an item, up to its rule: labels, state, whose voice it is and since when it holds.
pub(super) fn begun(view: &View<'_>, item: &StoredItem, profile: &str, scope: &[Value]) -> Map<String, Value> {
    let meta = parts::part_meta(view, item, &[profile]);
    let mut resource = parts::resource("Consent", &item.id.to_string(), meta, None);
    resource.insert("text".into(), parts::narrative(&narrative::one_item(view, item)));
    resource.insert("extension".into(), Value::from([parts::of_item(item)]));
    resource.insert("status".into(), if view.state.is_in_force() { "active" } else { "inactive" }.into());
    resource.insert("scope".into(), object! { "coding": scope });
    let category = parts::coding("http://terminology.hl7.org/CodeSystem/consentcategorycodes", "acd");
    resource.insert(
        "category".into(),
        Value::from([object! { "coding": [category] }, parts::section_concept(item.item.section)]),
    );
    resource.insert("patient".into(), parts::reference(&view.patient()));
    let said_at = item.item.since.map_or_else(|| instant(item.changed_at), |day| day.to_string());
    resource.insert("dateTime".into(), said_at.into());
    resource.insert("performer".into(), Value::from([view.refer(&item.item.voice.party)]));
    resource
}

/// The conditions of an item, in a form that a reader who does not know it must stop at.
pub(super) fn conditions(item: &StoredItem) -> Vec<Value> {
    let of = |condition: &Condition| self::condition(condition.sense, &condition.words, condition.code.as_ref());
    item.item.when.iter().map(of).collect()
}

/// One condition as a modifier extension.
pub(super) fn condition(sense: Sense, words: &str, code: Option<&Code>) -> Value {
    let mut inner = vec![object! { "url": "sense", "valueCode": native_name(&sense) }];
    inner.push(object! { "url": "words", "valueString": parts::string(words) });
    inner.extend(code.map(|code| object! { "url": "code", "valueCoding": parts::code(code) }));
    object! { "url": profile::EXT_CONDITION, "extension": inner }
}

fn provision(view: &View<'_>, item: &StoredItem, preference: &Preference, kind: &str) -> Value {
    let mut provision = Map::new();
    parts::put_list(&mut provision, "modifierExtension", conditions(item));
    provision.insert("type".into(), kind.into());
    parts::put(&mut provision, "period", activity::period(view.head.from, view.head.until));
    let mut concept = Map::new();
    parts::put_list(&mut concept, "coding", preference.about.code.iter().map(parts::code).collect());
    let text = said(view, item).map(|said| said.text()).unwrap_or_default();
    concept.insert("text".into(), parts::string(&text));
    provision.insert("code".into(), Value::from([concept]));
    provision.into()
}
