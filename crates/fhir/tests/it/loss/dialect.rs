//! What readers of other dialects take from FHIR, as data: resource types, their elements, and whose extensions and codes
//! they know. Everything else that is sent them they may leave out, and so it counts as lost.

use serde_json::{Map, Value};

/// A dialect, by what its reader keeps.
pub(super) struct Dialect {
    pub(super) name: &'static str,
    /// What a reader should know before the table.
    pub(super) about: &'static str,
    /// Types and the elements that are read of each; an element is kept with all that is in it.
    types: &'static [(&'static str, &'static [&'static str])],
    /// Beginnings of the URLs of extensions that are understood.
    extensions: &'static [&'static str],
    /// Code systems that are understood.
    systems: &'static [&'static str],
}

const HL7: &str = "http://hl7.org/fhir/";
const TERMINOLOGY: &str = "http://terminology.hl7.org/";
const LOINC: &str = "http://loinc.org";
const SNOMED: &str = "http://snomed.info/sct";

const PATIENT: (&str, &[&str]) = ("Patient", &["name", "identifier", "communication"]);
const RELATED: (&str, &[&str]) =
    ("RelatedPerson", &["active", "patient", "relationship", "name", "telecom", "address"]);
const PREFERENCE: (&str, &[&str]) = (
    "Observation",
    &["status", "category", "code", "subject", "effectiveDateTime", "performer", "valueString", "text"],
);
const GOAL: (&str, &[&str]) =
    ("Goal", &["lifecycleStatus", "category", "description", "subject", "startDate", "target", "expressedBy", "text"]);

pub(super) const DIALECTS: [Dialect; 5] = [
    Dialect {
        name: "PACIO Advance Directive Interoperability",
        about: "Reads the document, preferences, goals and advance consents. It has no crisis sections, no ladders and no agreements of its own, so those reach its reader as the narrative of a section.",
        types: &[
            (
                "Composition",
                &["status", "type", "category", "subject", "date", "author", "title", "attester", "section", "event"],
            ),
            ("Consent", &["status", "scope", "category", "patient", "dateTime", "provision", "text"]),
            (
                "DocumentReference",
                &[
                    "status",
                    "docStatus",
                    "type",
                    "category",
                    "subject",
                    "date",
                    "author",
                    "description",
                    "content",
                    "context",
                ],
            ),
            GOAL,
            PATIENT,
            PREFERENCE,
            RELATED,
        ],
        extensions: &["http://hl7.org/fhir/us/pacio-adi/", HL7],
        systems: &[LOINC, SNOMED, TERMINOLOGY, HL7],
    },
    Dialect {
        name: "US Core",
        about: "Reads the plan as narrative, goals, the care team, related persons, and each preference as one string.",
        types: &[
            ("CarePlan", &["status", "intent", "category", "subject", "text"]),
            ("CareTeam", &["status", "subject", "participant"]),
            ("DocumentReference", &["status", "type", "category", "subject", "date", "author", "content", "context"]),
            GOAL,
            PATIENT,
            PREFERENCE,
            RELATED,
        ],
        extensions: &["http://hl7.org/fhir/us/core/"],
        systems: &[LOINC, SNOMED, TERMINOLOGY, "http://hl7.org/fhir/us/core/"],
    },
    Dialect {
        name: "International Patient Summary, section of advance directives",
        about: "Reads advance consents and refusals, and that there is a document. All else of a plan has no place in a summary.",
        types: &[
            ("Consent", &["status", "scope", "category", "patient", "dateTime", "provision", "text"]),
            ("DocumentReference", &["status", "type", "category", "subject", "date", "description", "content"]),
            PATIENT,
        ],
        extensions: &[HL7],
        systems: &[LOINC, SNOMED, TERMINOLOGY],
    },
    Dialect {
        name: "National Record Locator (England)",
        about: "A pointer: that there is a plan, of which type, and where it is asked for. Content never leaves, and that is its point.",
        types: &[(
            "DocumentReference",
            &["status", "docStatus", "type", "category", "subject", "date", "author", "custodian", "context"],
        )],
        extensions: &[],
        systems: &[LOINC, SNOMED],
    },
    Dialect {
        name: "Treatment directive (the Netherlands)",
        about: "Reads each advance consent or refusal of treatment by itself, and who represents the person. A condition of ours is a modifier extension that it does not know, so its reader must not use that provision: nothing is turned over, and the condition can be read in the narrative only.",
        types: &[
            ("Consent", &["status", "scope", "category", "patient", "dateTime", "provision", "text"]),
            PATIENT,
            RELATED,
        ],
        extensions: &["http://nictiz.nl/fhir/", HL7],
        systems: &[LOINC, SNOMED, TERMINOLOGY],
    },
];

impl Dialect {
    /// What is left of everything that is sent.
    pub(super) fn keeps(&self, sent: &[Value]) -> Vec<Value> {
        sent.iter().filter_map(|resource| self.keeps_of(resource)).collect()
    }

    fn keeps_of(&self, resource: &Value) -> Option<Value> {
        let kind = resource["resourceType"].as_str()?;
        let (_, elements) = self.types.iter().find(|(one, _)| *one == kind)?;
        let kept =
            resource.as_object()?.iter().filter(|(key, _)| elements.contains(&key.as_str()) || *key == "resourceType");
        Some(Value::Object(kept.filter_map(|(key, value)| Some((key.clone(), self.known(value)?))).collect()))
    }

    /// A value without the extensions and codes that nobody there knows; none where nothing is left of it.
    fn known(&self, value: &Value) -> Option<Value> {
        let knows = |list: &[&str], text: &str| list.iter().any(|one| text.starts_with(one));
        match value {
            Value::Array(all) => {
                let kept: Vec<Value> = all.iter().filter_map(|one| self.known(one)).collect();
                (!kept.is_empty()).then(|| kept.into())
            }
            Value::Object(members) => {
                // A provision with a modifier that is not understood must not be used (R4, extensibility, 2.4.1).
                let modified = list(members, "modifierExtension");
                if !modified.iter().all(|one| knows(self.extensions, one["url"].as_str().unwrap_or_default())) {
                    return None;
                }
                if let Some(url) = members.get("url").and_then(Value::as_str)
                    && (members.contains_key("extension") || members.keys().any(|key| key.starts_with("value")))
                    && !knows(self.extensions, url)
                {
                    return None;
                }
                if let (Some(system), true) =
                    (members.get("system").and_then(Value::as_str), members.contains_key("code"))
                    && !knows(self.systems, system)
                {
                    return None;
                }
                let kept: Map<String, Value> =
                    members.iter().filter_map(|(key, value)| Some((key.clone(), self.known(value)?))).collect();
                (!kept.is_empty()).then(|| kept.into())
            }
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => Some(value.clone()),
        }
    }
}

fn list<'a>(members: &'a Map<String, Value>, key: &str) -> &'a [Value] {
    members.get(key).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}
