//! DocumentReference: the index entry of a plan, or a document that is kept whole.

use sayso_plan::StoredDocument;
use serde_json::{Map, Value};

use super::view::View;
use super::{Shown, activity, narrative, parts};
use crate::{object, profile};

/// The DocumentReference of a plan.
pub(super) fn index(view: &View<'_>, base: &str) -> Shown {
    let id = view.id.to_string();
    let meta = parts::assembled_meta(view, &[profile::DOCUMENT]);
    let mut resource = parts::resource("DocumentReference", &id, meta, Some(view.lang()));
    let text = format!("{}: {}", view.kind.label(), profile::NOTICE);
    resource.insert("text".into(), parts::narrative(&narrative::fixed(view, &text)));
    resource.insert("status".into(), if view.state.is_final() { "superseded" } else { "current" }.into());
    resource.insert("docStatus".into(), if view.state.is_in_the_making() { "preliminary" } else { "final" }.into());
    resource
        .insert("type".into(), view.document.map_or_else(|| parts::kind_concept(view), |whole| sent_type(view, whole)));
    let category = parts::shown_coding(profile::LOINC, "42348-3", "Advance directives");
    resource.insert("category".into(), Value::from([object! { "coding": [category] }]));
    resource.insert("subject".into(), parts::reference(&view.patient()));
    resource.insert("date".into(), view.updated.as_str().into());
    resource.insert("author".into(), Value::from([parts::reference(&view.patient())]));
    resource.insert("description".into(), parts::string(view.head.title.text()));
    let attachment = match view.document {
        Some(document) => whole(document),
        None => pointer(view, base),
    };
    resource.insert("content".into(), Value::from([object! { "attachment": attachment }]));
    if let Some(period) = activity::period(view.head.from, view.head.until) {
        resource.insert("context".into(), object! { "period": period });
    }
    Shown { kind: "DocumentReference", id, json: resource.into() }
}

/// What the sender said it is, and the kind it is kept as.
fn sent_type(view: &View<'_>, stored: &StoredDocument) -> Value {
    if stored.document.types.is_empty() {
        return parts::kind_concept(view);
    }
    let mut codings: Vec<Value> = Vec::new();
    for sent in &stored.document.types {
        let mut coding = Map::new();
        coding.insert("system".into(), sent.system.clone().into());
        coding.insert("code".into(), sent.code.clone().into());
        parts::put(&mut coding, "display", sent.display.as_deref().map(parts::string));
        codings.push(coding.into());
    }
    codings.push(parts::shown_coding(profile::KINDS, view.kind.code(), view.kind.label()));
    object! { "coding": codings }
}

/// The document as it came, its base64 text untouched.
fn whole(stored: &StoredDocument) -> Value {
    let document = &stored.document;
    let mut attachment = Map::new();
    attachment.insert("contentType".into(), document.content_type.clone().into());
    attachment.insert("data".into(), document.data.clone().into());
    parts::put(&mut attachment, "title", document.title.as_deref().map(parts::string));
    parts::put(&mut attachment, "creation", document.creation.clone().map(Value::from));
    attachment.into()
}

fn pointer(view: &View<'_>, base: &str) -> Value {
    object! {
        "contentType": "application/fhir+json",
        "language": view.lang(),
        "url": format!("{base}/Bundle/{}", view.id),
        "title": parts::string(view.head.title.text()),
        "creation": view.updated.as_str()
    }
}
