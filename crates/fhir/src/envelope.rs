//! Envelopes: native JSON as nested extensions and back, without loss. A part's `url` is the native member's name.
//!
//! A list is an extension whose parts are all called `entry`. Text that a FHIR string cannot hold travels as base64;
//! the empty text, which no FHIR element can hold, as a part called `empty`.

use crate::object;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sayso_plan::Section;
use sayso_wire::{Path, Tree};
use serde_json::{Map, Value};

/// Whether a FHIR string can hold the text and every reader gives it back byte for byte: no control characters but
/// tab and line feed (XML readers fold carriage returns), no edge blanks, not empty (R4 datatypes, string).
pub(crate) fn fits_string(text: &str) -> bool {
    let illegal = |c: char| matches!(c, '\u{fffe}' | '\u{ffff}') || (c.is_control() && c != '\t' && c != '\n');
    !text.is_empty() && text.trim() == text && !text.chars().any(illegal)
}

/// The text as a reader may see it where a FHIR string is required: what XML cannot hold becomes U+FFFD.
pub(crate) fn readable(text: &str) -> String {
    let lines = text.replace("\r\n", "\n").replace('\r', "\n");
    let shown = |c: char| match c {
        '\t' | '\n' => c,
        '\u{fffe}' | '\u{ffff}' => '\u{fffd}',
        c if c.is_control() => '\u{fffd}',
        c => c,
    };
    lines.trim().chars().map(shown).collect()
}

/// The bytes of a text in base64.
pub(crate) fn base64(text: &str) -> String {
    STANDARD.encode(text)
}

/// The text in a base64 element.
pub(crate) fn text_of_base64(data: &str) -> Option<String> {
    String::from_utf8(STANDARD.decode(data).ok()?).ok()
}

/// The extension `url` for a native value; none for null.
pub(crate) fn encode(url: &str, value: Value) -> Option<Value> {
    part(url, url, value)
}

fn part(url: &str, name: &str, value: Value) -> Option<Value> {
    let simple = |key: &str, value: Value| Some(object! { "url": url, key: value });
    match value {
        Value::Null => None,
        Value::Bool(yes) => simple("valueBoolean", Value::Bool(yes)),
        Value::Number(number) => simple("valueInteger", Value::Number(number)),
        Value::String(text) if text.is_empty() => {
            Some(object! { "url": url, "extension": [object! { "url": "empty", "valueBoolean": true }] })
        }
        Value::String(text) => {
            let (key, text) = typed(name, text);
            simple(key, Value::String(text))
        }
        Value::Array(entries) => {
            nested(url, entries.into_iter().filter_map(|entry| part("entry", name, entry)).collect())
        }
        Value::Object(members) => nested(url, members.into_iter().filter_map(|(key, v)| part(&key, &key, v)).collect()),
    }
}

/// An extension without parts says nothing in FHIR; what it stands for is an empty list, which native leaves out too.
fn nested(url: &str, parts: Vec<Value>) -> Option<Value> {
    (!parts.is_empty()).then(|| object! { "url": url, "extension": parts })
}

/// The data type a member's text has in FHIR.
fn typed(name: &str, text: String) -> (&'static str, String) {
    let word = |c: char| c.is_ascii_graphic();
    if !fits_string(&text) {
        return ("valueBase64Binary", base64(&text));
    }
    let key = match name {
        "section" | "type" | "role" | "roles" | "position" | "sense" | "by" | "contact" | "may_be_told" | "kind"
        | "direction" | "intent" | "strength" | "need" | "accepted_by_them" | "for" | "is" | "jurisdiction"
        | "instrument" | "state" | "status" | "lang" | "language" | "chime" | "code"
            if text.chars().all(word) =>
        {
            "valueCode"
        }
        "id" | "party" | "parties" | "who" | "starts" | "about_parties" if text.len() <= 64 => "valueId",
        "since" | "at" | "by_when" | "from" | "until" | "on" => "valueDate",
        "system" if text.chars().all(word) => "valueUri",
        name if name.parse::<Section>().is_ok() => "valueCode",
        _ => "valueString",
    };
    (key, text)
}

/// An extension's content as native JSON. Which data type a text came in is checked by the loss gate afterwards.
///
/// # Errors
/// The path of what is no envelope.
pub(crate) fn decode(extension: &Tree, path: &Path) -> Result<Value, Path> {
    let mut value = None;
    for (key, content) in extension.members() {
        match key.as_str() {
            "url" => {}
            "extension" if value.is_none() => value = Some(decode_parts(content, &path.key(key))?),
            key if key.starts_with("value") && value.is_none() => {
                value = Some(decode_value(key, content).ok_or_else(|| path.key(key))?);
            }
            key => return Err(path.key(key)),
        }
    }
    value.ok_or_else(|| path.clone())
}

fn decode_value(key: &str, content: &Tree) -> Option<Value> {
    match (key, content) {
        ("valueBase64Binary", Tree::String(data)) => text_of_base64(data).map(Value::String),
        ("valueString" | "valueCode" | "valueId" | "valueDate" | "valueUri", Tree::String(text)) => {
            Some(Value::String(text.clone()))
        }
        ("valueBoolean", Tree::Bool(yes)) => Some(Value::Bool(*yes)),
        ("valueInteger", Tree::Number(text)) => text.parse::<i32>().ok().map(Value::from),
        _ => None,
    }
}

fn decode_parts(parts: &Tree, path: &Path) -> Result<Value, Path> {
    let parts = parts.elements();
    let name = |part: &Tree| part.text("url").unwrap_or_default().to_owned();
    if parts.len() == 1 && parts.iter().all(|part| name(part) == "empty") {
        return Ok(Value::String(String::new()));
    }
    if !parts.is_empty() && parts.iter().all(|part| name(part) == "entry") {
        let entries = parts.iter().enumerate().map(|(at, part)| decode(part, &path.index(at)));
        return entries.collect::<Result<Vec<_>, _>>().map(Value::Array);
    }
    let mut members = Map::new();
    for (at, part) in parts.iter().enumerate() {
        let path = path.index(at);
        if members.insert(name(part), decode(part, &path)?).is_some() {
            return Err(path.key("url"));
        }
    }
    Ok(Value::Object(members))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_goes_into_an_envelope_comes_out_of_it() {
        let native = json!({
            "id": "p2", "section": "helps", "order": 3, "done": false, "rungs": [{ "do": ["a"], "cue": "b" }],
            "words": { "text": "", "lang": "de" }, "key_facts": " edge \r\n\u{7}\u{fffe}", "who": ["self", "p2"],
            "roles": ["agent"], "since": "2026-03-02", "system": "urn:x y", "code": "two words",
            "absences": { "helps": "not-asked" }, "empty_text": ["", "🥄\u{200f}"]
        });
        let extension = encode("urn:test", native.clone()).unwrap();
        let tree = sayso_wire::strict::read(&serde_json::to_vec(&extension).unwrap()).unwrap();
        assert_eq!(decode(&tree, &Path::default()).unwrap(), native);
    }

    #[test]
    fn what_is_no_envelope_is_refused_with_its_path() {
        for text in [
            r#"{"url":"x"}"#,
            r#"{"url":"x","valueString":"a","valueCode":"b"}"#,
            r#"{"url":"x","id":"1","valueString":"a"}"#,
            r#"{"url":"x","valueDecimal":1.5}"#,
            r#"{"url":"x","extension":[{"url":"a","valueString":"1"},{"url":"a","valueString":"2"}]}"#,
        ] {
            let tree = sayso_wire::strict::read(text.as_bytes()).unwrap();
            assert!(decode(&tree, &Path::default()).is_err(), "{text}");
        }
    }
}
