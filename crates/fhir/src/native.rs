//! The native plan: JSON of the published schema, for apps that do not want FHIR.

use std::fmt::Write as _;
use std::sync::LazyLock;

use base64::Engine;
use jsonschema::error::ValidationErrorKind as Kind;
use jsonschema::{Draft, Validator};
use sayso_consent::{Projection, Released};
use sayso_plan::proposal::Suggestion;
use sayso_plan::{Content, PlanId, Proposal};
use sayso_wire::{Tree, strict};
use serde_json::{Map, Number, Value};

use crate::fault::{Fault, Why};
use crate::outgoing::instant;
use crate::profile;

/// The published schema (JSON Schema 2020-12), as served at `/schemas/plan.json`.
pub const SCHEMA: &str = include_str!("../../../profiles/plan.schema.json");

/// Most faults that are reported for one body.
const FAULTS_MAX: usize = 20;

static VALIDATOR: LazyLock<Option<Validator>> = LazyLock::new(|| {
    let schema: Value = serde_json::from_str(SCHEMA).ok()?;
    jsonschema::options().with_draft(Draft::Draft202012).should_validate_formats(true).build(&schema).ok()
});

/// Reads a native plan. Unknown members are refused at every depth.
///
/// # Errors
/// Up to 20 faults; each has a JSON pointer and says what to do, none quotes a value.
pub fn read(bytes: &[u8]) -> Result<Content, Vec<Fault>> {
    read_value(bytes).and_then(content)
}

/// As [`read`], for the plan with this id: a body that was read from another plan is refused.
///
/// # Errors
/// As [`read`].
pub fn read_as(bytes: &[u8], plan: PlanId) -> Result<Content, Vec<Fault>> {
    let value = read_value(bytes)?;
    let other = value.get("id").is_some_and(|id| id.as_str() != Some(plan.to_string().as_str()));
    if other {
        return Err(vec![Fault::new("/id", Why::Value("this is the id of another plan than the one addressed"))]);
    }
    content(value)
}

fn read_value(bytes: &[u8]) -> Result<Value, Vec<Fault>> {
    let tree = strict::read(bytes).map_err(|fault| vec![Fault::native(&fault)])?;
    let mut faults = Vec::new();
    let value = plain(&tree, String::new(), &mut faults);
    if faults.is_empty() { Ok(value) } else { Err(faults) }
}

/// The tree as a value. Only whole numbers pass: the schema has no others, and a fraction would change its digits.
fn plain(tree: &Tree, path: String, faults: &mut Vec<Fault>) -> Value {
    match tree {
        Tree::Null => Value::Null,
        Tree::Bool(yes) => Value::Bool(*yes),
        Tree::String(text) => Value::String(text.clone()),
        Tree::Number(text) => {
            let whole = text.parse::<i64>().ok().filter(|number| number.to_string() == *text);
            whole.map_or_else(
                || {
                    faults.push(Fault::new(path, Why::Value("numbers here are whole and small; write plain digits")));
                    Value::Null
                },
                |number| Value::Number(Number::from(number)),
            )
        }
        Tree::Array(elements) => {
            let at = |(n, element): (usize, &Tree)| plain(element, format!("{path}/{n}"), faults);
            Value::Array(elements.iter().enumerate().map(at).collect())
        }
        Tree::Object(members) => {
            let mut object = Map::new();
            for (key, member) in members {
                object.insert(key.clone(), plain(member, format!("{path}/{key}"), faults));
            }
            Value::Object(object)
        }
    }
}

/// Reads what somebody proposes to a plan. Unknown members are refused.
///
/// # Errors
/// A fault with a JSON pointer that says what to do and quotes no value.
pub fn suggestion(bytes: &[u8]) -> Result<Suggestion, Vec<Fault>> {
    let value = read_value(bytes)?;
    let known = ["by", "proposes", "section", "words", "about", "position"];
    let strange =
        value.as_object().into_iter().flatten().map(|(key, _)| key).filter(|key| !known.contains(&key.as_str()));
    let faults: Vec<Fault> = strange.map(|key| Fault::new(format!("/{key}"), Why::NotMapped)).collect();
    if !faults.is_empty() {
        return Err(faults);
    }
    let why = "send by {name, role}, and proposes `words` with section and words (about an item, if it is about one), \
               or proposes `stance` with about and position (and words)";
    serde_json::from_value(value).map_err(|_| vec![Fault::new("", Why::Value(why))])
}

/// What somebody proposed, with the person's answer.
#[must_use]
pub fn proposal(released: &Released<Proposal>) -> Value {
    let proposal = released.get();
    // Plain JSON data: writing it as a value cannot fail.
    let mut value = serde_json::to_value(&proposal.suggestion).unwrap_or_default();
    if let Some(members) = value.as_object_mut() {
        members.insert("id".into(), proposal.id.to_string().into());
        members.insert("plan".into(), proposal.plan.to_string().into());
        members.insert("at".into(), instant(proposal.at).into());
        if let Some(answer) = &proposal.answer {
            members.insert("answer".into(), serde_json::to_value(answer).unwrap_or_default());
        }
    }
    value
}

/// Checks a native plan against the schema and reads it.
pub(crate) fn content(value: Value) -> Result<Content, Vec<Fault>> {
    let faults = validate(&value);
    if !faults.is_empty() {
        return Err(faults);
    }
    let content: Content = serde_json::from_value(value).map_err(|_| {
        vec![Fault::new("", Why::Schema("does not fit the schema of plans; see /schemas/plan.json".into()))]
    })?;
    let decodes = |data: &str| base64::engine::general_purpose::STANDARD.decode(data).is_ok();
    if content.document.as_ref().is_some_and(|document| !decodes(&document.data)) {
        return Err(vec![Fault::new("/document/data", Why::Value("not base64 (RFC 4648, padded, no blanks)"))]);
    }
    Ok(content)
}

fn validate(value: &Value) -> Vec<Fault> {
    let Some(validator) = VALIDATOR.as_ref() else {
        return vec![Fault::new("", Why::Schema("plans cannot be checked here now".into()))];
    };
    let fault = |error: jsonschema::ValidationError<'_>| {
        Fault::new(error.instance_path().to_string(), Why::Schema(advice(error.kind())))
    };
    validator.iter_errors(value).take(FAULTS_MAX).map(fault).collect()
}

/// What to do about a schema error. Names of unknown members are not repeated: they come from outside.
#[allow(clippy::wildcard_enum_match_arm, reason = "the kinds are the validator's; ours are the ones our schema uses")]
fn advice(kind: &Kind) -> String {
    match kind {
        Kind::AdditionalProperties { .. } | Kind::UnevaluatedProperties { .. } => {
            "a member here is not one of the schema; leave out what /schemas/plan.json does not name".into()
        }
        Kind::Required { property } => format!("add the member {}", property.as_str().unwrap_or_default()),
        Kind::Enum { options } => format!("use one of {}", list(options)),
        Kind::Constant { expected_value } => format!("use {}", list(expected_value)),
        Kind::Type { .. } => "the value has the wrong JSON type".into(),
        Kind::MaxLength { limit } => format!("at most {limit} characters fit here"),
        Kind::MinLength { limit } => format!("at least {limit} character is needed here, or leave the member out"),
        Kind::MaxItems { limit } => format!("at most {limit} entries fit here"),
        Kind::MinItems { limit } => format!("at least {limit} entry is needed here"),
        Kind::Minimum { limit } => format!("at least {limit}"),
        Kind::Maximum { limit } => format!("at most {limit}"),
        Kind::Pattern { pattern } => format!("the text must have the form {pattern}"),
        Kind::Format { format } => format!("not a valid {format}"),
        Kind::PropertyNames { .. } => "a name here is not one of the section codes".into(),
        other => format!("refused by the rule {} of /schemas/plan.json", other.keyword()),
    }
}

fn list(options: &Value) -> String {
    let mut out = String::new();
    let single = std::slice::from_ref(options);
    for (place, option) in options.as_array().map_or(single, Vec::as_slice).iter().enumerate() {
        let comma = if place == 0 { "" } else { ", " };
        // Writing into a string cannot fail.
        let _ = write!(out, "{comma}{}", option.as_str().unwrap_or("what the schema names"));
    }
    out
}

/// Writes a released plan as native JSON. Share levels are there only for the person and the person's apps, because
/// only they have them.
#[must_use]
pub fn write(released: &Released<Projection>) -> Vec<u8> {
    // Plain JSON data with string keys: writing cannot fail.
    serde_json::to_vec(&value(released)).unwrap_or_default()
}

/// As [`write`], as a value.
#[must_use]
pub fn value(released: &Released<Projection>) -> Value {
    let shown = released.get();
    let content = shown.as_content();
    let mut object = Map::new();
    object.insert("id".into(), shown.id.to_string().into());
    object.insert("notice".into(), profile::NOTICE.into());
    if let Ok(Value::Object(members)) = serde_json::to_value(&content) {
        object.extend(members);
    }
    if let Some(no) = shown.no.as_ref().and_then(|no| serde_json::to_value(no).ok()) {
        object.insert("no".into(), no);
    }
    if !(shown.whole || shown.own_app) {
        let items = object.get_mut("items").and_then(Value::as_array_mut);
        for item in items.into_iter().flatten().filter_map(Value::as_object_mut) {
            item.remove("share");
        }
    }
    Value::Object(object)
}
