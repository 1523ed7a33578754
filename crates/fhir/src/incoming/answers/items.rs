//! From the answers to one question to one native item.

use sayso_plan::{ItemType, Section};
use serde_json::{Value, json};

use super::{Given, Group, Reader, What};
use crate::fault::Why;

impl Reader<'_> {
    /// Makes the item that one answer is.
    pub(super) fn item(&mut self, section: Section, kind: ItemType, given: &Given) {
        let mut item = match &given.what {
            What::Text(text) => json!({ "words": self.in_language(Some(text)) }),
            What::Group(group) => match kind {
                ItemType::Preference => self.preference(group),
                ItemType::Contact => self.contact(group),
                ItemType::Goal => self.goal(group),
                ItemType::Ladder => ladder(group),
                ItemType::Arrangement => self.arrangement(group),
                ItemType::Need => self.need(group),
                ItemType::Words | ItemType::Agreement => return,
            },
            What::Code(_) | What::YesNo(_) => return,
        };
        if let Some(members) = item.as_object_mut() {
            members.insert("section".into(), section.code().into());
            members.insert("type".into(), given.question.name.into());
            members.insert("voice".into(), json!({ "party": "self", "role": "person" }));
        }
        self.items.push(bare(item));
        self.places.push(given.place.clone());
    }

    fn in_language(&self, text: Option<&str>) -> Value {
        text.map_or(Value::Null, |text| json!({ "text": text, "lang": self.lang.as_str() }))
    }

    fn preference(&mut self, group: &Group) -> Value {
        let (direction, intent) = (group.code("direction"), group.code("intent"));
        let contradicts = match intent {
            Some("advance-refusal") => direction != Some("refuse"),
            Some("advance-consent") => direction == Some("refuse"),
            _ => false,
        };
        if contradicts {
            let why = "a refusal cannot be meant as a consent, nor a wish as a refusal; choose one";
            self.refuse(group.place.clone(), Why::Value(why));
        }
        let instead: Vec<Value> = group.texts("instead").iter().map(|text| json!({ "words": text })).collect();
        json!({
            "words": self.in_language(group.text("words")), "about": { "kind": group.code("about") },
            "direction": direction, "intent": intent, "because": self.in_language(group.text("because")),
            "instead": instead, "if_impossible": group.text("if-impossible"),
        })
    }

    /// Somebody who is named: a party of their own, even where another has the same name.
    fn party(&mut self, group: &Group) -> String {
        let id = format!("p{}", self.parties.len() + 1);
        self.parties.push(json!({ "id": id, "name": group.text("name"), "role": group.code("role") }));
        id
    }

    fn contact(&mut self, group: &Group) -> Value {
        let reach: Vec<Value> = group.texts("phone").iter().map(|at| json!({ "by": "phone", "value": at })).collect();
        json!({
            "words": self.in_language(group.text("words")), "party": self.party(group),
            "relationship": group.text("relationship").map(|words| json!({ "words": words })),
            "contact": group.code("contact"), "only_if": group.text("only-if"), "reach": reach,
            "may_be_told": group.code("may-be-told"), "roles": group.codes("roles"), "limits": group.text("limits"),
        })
    }

    fn goal(&self, group: &Group) -> Value {
        let steps: Vec<Value> = group.texts("steps").iter().map(|text| json!({ "words": text })).collect();
        json!({ "words": self.in_language(group.text("words")), "why": group.text("why"), "steps": steps })
    }

    fn arrangement(&mut self, group: &Group) -> Value {
        let named = group.groups("who").next();
        let who = named.map(|named| self.party(named));
        json!({
            "words": self.in_language(group.text("words")), "for": group.code("for"), "who": who,
            // Where nobody is named, nobody has agreed.
            "accepted_by_them": named.and_then(|named| named.code("accepted")).unwrap_or("unknown"),
            "key_facts": group.text("key-facts"), "where_things_are": group.text("where"),
        })
    }

    fn need(&self, group: &Group) -> Value {
        json!({
            "words": self.in_language(group.text("words")), "need": group.code("kind"), "strength": group.code("strength"),
        })
    }
}

fn ladder(group: &Group) -> Value {
    let rung =
        |rung: &Group| json!({ "cue": rung.text("cue"), "do": rung.texts("do"), "go_on_if": rung.text("go-on-if") });
    let rungs: Vec<Value> = group.groups("rung").map(rung).collect();
    json!({ "ordered": group.yes("ordered"), "rungs": rungs })
}

/// Without what was not answered.
fn bare(value: Value) -> Value {
    let says = |value: &Value| !value.is_null() && value.as_array().is_none_or(|list| !list.is_empty());
    match value {
        Value::Object(members) => {
            members.into_iter().filter(|(_, value)| says(value)).map(|(key, value)| (key, bare(value))).collect()
        }
        Value::Array(entries) => entries.into_iter().map(bare).collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => value,
    }
}
