//! Patient: what the person is called, and the identifiers somebody has verified. Nothing else.

use sayso_consent::Released;
use sayso_consent::release::Subject;
use serde_json::Value;

use super::view::instant;
use super::{Shown, parts};
use crate::{object, profile};

/// The Patient of a person.
pub(super) fn patient(released: &Released<Subject>) -> Shown {
    let subject = released.get();
    let id = subject.person.id.to_string();
    let meta = object! {
        "versionId": released.fingerprint().to_string(),
        "lastUpdated": instant(subject.last_updated),
        "profile": [profile::PATIENT]
    };
    let mut resource = parts::resource("Patient", &id, meta, None);
    let verified = subject.person.identifiers.iter().filter(|identifier| identifier.is_verified());
    let identifiers: Vec<Value> =
        verified.map(|i| object! { "system": i.system.as_str(), "value": parts::string(&i.value) }).collect();
    parts::put_list(&mut resource, "identifier", identifiers);
    resource.insert("name".into(), Value::from([object! { "text": parts::string(&subject.person.name) }]));
    Shown { kind: "Patient", id, json: resource.into() }
}
