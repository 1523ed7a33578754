//! The second opinion: the official JSON schema of R4, type by type.

use std::collections::{BTreeMap, BTreeSet};

use jsonschema::{Draft, Validator};
use serde_json::{Map, Value, json};

use crate::profiles::Fault;

/// How the schema says what a string is. `\S` leaves out white space of all of Unicode, so that it refuses a no-break
/// space, an ideographic space or a byte order mark; R4 itself speaks of a sequence of Unicode characters
/// (datatypes, string) and calls its patterns informative.
const STRING: &str = r"^[ \r\n\t\S]+$";
/// What R4 says it is: no control characters but tab, carriage return and line feed, and not empty.
const R4_STRING: &str = r"^[^\u0000-\u0008\u000B\u000C\u000E-\u001F]+$";

/// The schema, as far as it is wanted.
pub struct Schema(BTreeMap<String, Validator>);

impl Schema {
    /// Takes the definitions of these types. A resource inside another is only some resource here: it is judged by
    /// itself, because all that the choice of all types has to say of a fault is that none of them fits.
    ///
    /// # Panics
    /// When the file is not what it was.
    #[must_use]
    pub fn of(file: &Value, types: &BTreeSet<String>) -> Self {
        let mut all = file["definitions"].as_object().unwrap().clone();
        let some = json!({ "type": "object", "required": ["resourceType"] });
        all.insert("ResourceList".into(), some.clone());
        // These two the file refers to and does not have.
        assert!(!all.contains_key("Resource") && !all.contains_key("integer64"), "the schema is not what it was");
        all.insert("Resource".into(), some);
        all.insert("integer64".into(), json!({ "type": "number" }));
        let replaced: usize = all.values_mut().map(strings).sum();
        assert!(replaced > 50, "the schema is not what it was");
        Self(types.iter().map(|kind| (kind.clone(), compiled(kind, &all))).collect())
    }

    /// What is wrong with a resource.
    #[must_use]
    pub fn faults(&self, resource: &Value) -> Vec<Fault> {
        let kind = resource["resourceType"].as_str().unwrap_or_default();
        let Some(validator) = self.0.get(kind) else {
            return vec![Fault { at: kind.to_owned(), says: "is no type that is known here".into() }];
        };
        let fault = |error: jsonschema::ValidationError<'_>| {
            let at = error.instance_path().to_string().replace('/', ".");
            Fault { at: format!("{kind}{at}"), says: error.to_string().chars().take(300).collect() }
        };
        validator.iter_errors(resource).map(fault).collect()
    }
}

/// The definition of a type with all that it needs.
fn compiled(kind: &str, all: &Map<String, Value>) -> Validator {
    let mut needed = Map::new();
    let mut open = vec![kind.to_owned()];
    while let Some(name) = open.pop() {
        if !needed.contains_key(&name) {
            let definition = all.get(&name).unwrap_or_else(|| panic!("{name} is not in the schema"));
            references(definition, &mut open);
            needed.insert(name, definition.clone());
        }
    }
    let schema = json!({ "$ref": format!("#/definitions/{kind}"), "definitions": needed });
    jsonschema::options().with_draft(Draft::Draft6).build(&schema).unwrap()
}

/// Puts R4's own words in the place of the pattern for strings, and says how often it stood there.
fn strings(value: &mut Value) -> usize {
    match value {
        Value::String(text) if text == STRING => {
            *text = R4_STRING.to_owned();
            1
        }
        Value::Object(members) => members.values_mut().map(strings).sum(),
        Value::Array(entries) => entries.iter_mut().map(strings).sum(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => 0,
    }
}

fn references(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::Object(members) => {
            let to = members.get("$ref").and_then(Value::as_str);
            found.extend(to.and_then(|to| to.strip_prefix("#/definitions/")).map(str::to_owned));
            members.values().for_each(|member| references(member, found));
        }
        Value::Array(entries) => entries.iter().for_each(|entry| references(entry, found)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}
