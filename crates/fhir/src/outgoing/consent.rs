//! Consent: an advance consent or an advance refusal of treatment. Never about who may read; that is decided elsewhere.

use sayso_plan::StoredItem;
use sayso_plan::item::{Intent, ItemKind, Preference};
use serde_json::{Map, Value, json};

use super::said::{meaning, native_name, said};
use super::view::{View, instant};
use super::{Shown, activity, narrative, parts};
use crate::profile;

/// The Consent of an item; none where it is a wish or no preference.
pub(super) fn consent(view: &View<'_>, item: &StoredItem) -> Option<Shown> {
    let ItemKind::Preference(preference) = &item.item.kind else {
        return None;
    };
    if preference.intent == Intent::Wish {
        return None;
    }
    let kind = if meaning(item, preference).is_no() { "deny" } else { "permit" };
    let id = item.id.to_string();
    let meta = parts::part_meta(view, item, &[profile::TREATMENT_CONSENT]);
    let mut resource = parts::resource("Consent", &id, meta, None);
    resource.insert("text".into(), parts::narrative(&narrative::one_item(view, item)));
    resource.insert("extension".into(), json!([parts::of_item(item)]));
    resource.insert("status".into(), if view.state.releasable() { "active" } else { "inactive" }.into());
    let scope = parts::coding("http://terminology.hl7.org/CodeSystem/consentscope", "treatment");
    resource.insert("scope".into(), json!({ "coding": [scope] }));
    let category = parts::coding("http://terminology.hl7.org/CodeSystem/consentcategorycodes", "acd");
    resource.insert("category".into(), json!([{ "coding": [category] }, parts::section_concept(item.item.section)]));
    resource.insert("patient".into(), parts::reference(&view.patient()));
    let said_at = item.item.since.map_or_else(|| instant(item.changed_at), |day| day.to_string());
    resource.insert("dateTime".into(), said_at.into());
    resource.insert("performer".into(), json!([view.refer(&item.item.voice.party)]));
    // Invariant ppc-1: either a policy or a policyRule.
    resource.insert("policyRule".into(), json!({ "text": "Advance statement of the person" }));
    resource.insert("provision".into(), provision(view, item, preference, kind));
    Some(Shown { kind: "Consent", id, json: resource.into() })
}

fn provision(view: &View<'_>, item: &StoredItem, preference: &Preference, kind: &str) -> Value {
    let mut provision = Map::new();
    let conditions = item.item.when.iter().map(|condition| {
        let mut inner = vec![json!({ "url": "sense", "valueCode": native_name(&condition.sense) })];
        inner.push(json!({ "url": "words", "valueString": parts::string(&condition.words) }));
        inner.extend(condition.code.as_ref().map(|code| json!({ "url": "code", "valueCoding": parts::code(code) })));
        json!({ "url": profile::EXT_CONDITION, "extension": inner })
    });
    parts::put_list(&mut provision, "modifierExtension", conditions.collect());
    provision.insert("type".into(), kind.into());
    parts::put(&mut provision, "period", activity::period(view.head.from, view.head.until));
    let mut concept = Map::new();
    parts::put_list(&mut concept, "coding", preference.about.code.iter().map(parts::code).collect());
    let text = said(view, item).map(|said| said.text()).unwrap_or_default();
    concept.insert("text".into(), parts::string(&text));
    provision.insert("code".into(), json!([concept]));
    provision.into()
}
