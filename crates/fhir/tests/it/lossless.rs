//! The loss gate over every element (D02, D06): each element that a push, a whole document or answers can hold is changed
//! in each way that a typed reader drops or repairs in silence. Either it comes back exactly as it was sent, or it is
//! refused at its place.

use std::collections::{BTreeMap, BTreeSet};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sayso_fhir::incoming::{Transaction, answers, whole_document};
use sayso_fhir::{Fault, Why, outgoing, profile};
use sayso_plan::{Plan, PlanKind};
use serde_json::{Map, Value, json};

use crate::answers::{Filler, both, published, response};
use crate::examples::ours;
use crate::leaving::{persons, plans_of};
use crate::world::{BASE, NOW, counter, person, plan, push, whole};

/// Stands in a body for raw text that no JSON value could hold.
const RAW: &str = "@raw@";

/// A way to spoil a member of an object: what stands there then, and whether it is the member or a new one beside it.
struct Way {
    name: &'static str,
    /// The member that is put, and its text, where it can be done to this member.
    spoil: fn(&str, &Value) -> Option<(String, String)>,
}

fn instead(key: &str, text: impl Into<String>) -> Option<(String, String)> {
    Some((key.to_owned(), text.into()))
}

/// An array with more in it than was there.
fn array(value: &Value, with: impl Fn(&mut Vec<Value>)) -> Option<String> {
    let mut all = value.as_array()?.clone();
    with(&mut all);
    Some(Value::from(all).to_string())
}

const AGAIN: &str = "an element twice";

/// A text that is another one then; not one of the ways above, because in a push most texts are said twice.
static OTHER_WORDS: Way = Way {
    name: "other words",
    spoil: |key, value| Some((key.into(), json!(format!("{} 🥄\u{200d} ", value.as_str()?)).to_string())),
};

static WAYS: [Way; 17] = [
    Way { name: "an unknown member", spoil: |_, _| instead("nobodyKnowsThis", "\"x\"") },
    Way { name: "explicit null", spoil: |key, _| instead(key, "null") },
    Way { name: "an empty array", spoil: |key, _| instead(key, "[]") },
    Way { name: "an empty object", spoil: |key, _| instead(key, "{}") },
    Way { name: "an empty string", spoil: |key, value| value.is_string().then(|| (key.into(), "\"\"".into())) },
    Way {
        name: "a sibling with an extension",
        spoil: |key, value| {
            let text = "{\"extension\":[{\"url\":\"urn:x\",\"valueString\":\"y\"}]}";
            (!value.is_object() && !value.is_array()).then(|| (format!("_{key}"), text.into()))
        },
    },
    Way { name: "the member twice", spoil: |key, value| Some((key.into(), format!("{value},{}:{value}", json!(key)))) },
    Way {
        name: "a second choice",
        spoil: |key, _| {
            let (choice, other) = match key {
                "effectiveDateTime" => ("effectivePeriod", "{\"start\":\"2026-01-01\"}"),
                "valueInteger" => ("valueBoolean", "true"),
                key if key.starts_with("value") && key.len() > 5 => ("valueInteger", "7"),
                _ => return None,
            };
            instead(choice, other)
        },
    },
    Way {
        name: "a number written with a fraction",
        spoil: |key, value| value.as_i64().map(|number| (key.into(), format!("{number}.0"))),
    },
    Way {
        name: "a number with an exponent",
        spoil: |key, value| value.as_i64().map(|number| (key.into(), format!("{number}e0"))),
    },
    Way {
        name: "a day without its day",
        spoil: |key, value| is_day(value).then(|| (key.into(), json!(&value.as_str().unwrap()[..7]).to_string())),
    },
    Way {
        name: "a moment in another zone",
        spoil: |key, value| {
            let text =
                value.as_str().filter(|text| text.len() > 19 && text.as_bytes()[10] == b'T' && text.ends_with('Z'))?;
            Some((key.into(), json!(text.replace('Z', "+00:00")).to_string()))
        },
    },
    Way {
        name: "blanks in base64",
        spoil: |key, value| {
            let text = value.as_str().filter(|_| key.contains("Base64") || key == "data")?;
            Some((key.into(), json!(format!("{} {}", &text[..2], &text[2..])).to_string()))
        },
    },
    Way { name: AGAIN, spoil: |key, value| Some((key.into(), array(value, |all| all.extend(all.last().cloned()))?)) },
    Way {
        name: "null among the elements",
        spoil: |key, value| Some((key.into(), array(value, |all| all.push(Value::Null))?)),
    },
    Way {
        name: "an empty object among the elements",
        spoil: |key, value| Some((key.into(), array(value, |all| all.push(json!({})))?)),
    },
    Way {
        name: "an empty object before the elements",
        spoil: |key, value| Some((key.into(), array(value, |all| all.insert(0, json!({})))?)),
    },
];

fn is_day(value: &Value) -> bool {
    let day = |text: &str| {
        text.len() == 10
            && text.bytes().enumerate().all(|(n, b)| if n == 4 || n == 7 { b == b'-' } else { b.is_ascii_digit() })
    };
    value.as_str().is_some_and(day)
}

/// A member of a resource: the JSON pointer of its object, its name, and the same as FHIRPath.
struct Member {
    object: String,
    key: String,
    path: String,
    /// Its place whatever the numbers are, so that each is tried once.
    generic: String,
}

fn members(value: &Value, pointer: &str, path: &str, generic: &str, found: &mut Vec<Member>) {
    match value {
        Value::Object(all) => {
            // Parts of an extension and answers are told apart by their names.
            let name = all.get("url").or_else(|| all.get("linkId")).and_then(Value::as_str);
            let generic = format!("{generic}{}", name.map_or(String::new(), |name| format!("({name})")));
            for (key, member) in all {
                let (path, generic) = (format!("{path}.{key}"), format!("{generic}.{key}"));
                found.push(Member {
                    object: pointer.into(),
                    key: key.clone(),
                    path: path.clone(),
                    generic: generic.clone(),
                });
                members(member, &format!("{pointer}/{key}"), &path, &generic, found);
            }
        }
        Value::Array(all) => {
            for (n, one) in all.iter().enumerate() {
                members(one, &format!("{pointer}/{n}"), &format!("{path}[{n}]"), generic, found);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// The body with a member that is spoilt, and what stands there then as a value, where there can be one.
fn spoilt(body: &Value, pointer: &str, member: &str, text: &str) -> (String, Option<Value>) {
    let mut body = body.clone();
    let object = body.pointer_mut(pointer).and_then(Value::as_object_mut).unwrap();
    object.insert(member.into(), RAW.into());
    (body.to_string().replace(&json!(RAW).to_string(), text), serde_json::from_str(text).ok())
}

/// A resource in a body: where it stands, as JSON pointer and as FHIRPath, and its type.
struct Standing {
    pointer: String,
    path: String,
    kind: String,
}

impl Standing {
    /// What the server makes of it, as published: elements of the resource itself, and what is inside them.
    fn is_made_by_the_server(&self, place: &str) -> bool {
        let top = place[self.path.len() + 1..].split(['.', '[']).next().unwrap();
        let made = |owned: &(&str, &str)| (owned.0 == "*" || owned.0 == self.kind) && owned.1 == top;
        // Published beside the list: a moment there is the server's, a plain day the person's.
        profile::SERVER_OWNED.iter().chain(&profile::SERVER_OWNED_MOMENTS).any(made)
    }
}

/// A member that was spoilt, and what stands there then.
struct Spoilt<'a> {
    /// JSON pointer of its object inside the resource, and its name.
    inside: &'a str,
    key: &'a str,
    put: Option<&'a Value>,
}

/// Whether what was sent came back, where it was taken.
type Taken<'a> = &'a dyn Fn(&str, &Spoilt<'_>) -> Result<bool, Vec<Fault>>;

#[derive(Default, Debug)]
struct Seen {
    done: BTreeMap<&'static str, usize>,
    refused_at_its_place: usize,
    refused_around_it: usize,
    /// An entry more in a list that an envelope may hold, refused where something else is derived from the list.
    contradicted: usize,
    kept: usize,
    made: usize,
}

/// What was tried, and what was found.
struct Trial {
    ways: Vec<&'static Way>,
    tried: BTreeSet<String>,
    seen: Seen,
    faults: Vec<String>,
}

impl Trial {
    fn of(ways: impl IntoIterator<Item = &'static Way>) -> Self {
        let ways = ways.into_iter().collect();
        Self { ways, tried: BTreeSet::new(), seen: Seen::default(), faults: Vec::new() }
    }

    /// Tries every way on every member that was not tried before.
    fn every_member(&mut self, body: &Value, at: &Standing, taken: Taken<'_>) {
        let mut found = Vec::new();
        members(body.pointer(&at.pointer).unwrap(), &at.pointer, &at.path, &at.kind, &mut found);
        for member in found {
            if member.key == "resourceType" || !self.tried.insert(member.generic.clone()) {
                continue;
            }
            for way in self.ways.clone() {
                self.one(way, body, at, &member, taken);
            }
        }
    }

    /// Tries one way, where it can be done to this member.
    fn one(&mut self, way: &Way, body: &Value, at: &Standing, member: &Member, taken: Taken<'_>) {
        let value = &body.pointer(&member.object).unwrap()[&member.key];
        let Some((key, text)) = (way.spoil)(&member.key, value) else { return };
        let (way, key) = (way.name, key.as_str());
        *self.seen.done.entry(way).or_default() += 1;
        let (sent, put) = spoilt(body, &member.object, key, &text);
        let parent = member.path.rsplit_once('.').unwrap().0;
        let place = format!("{parent}.{key}");
        let inside = member.object.strip_prefix(&at.pointer).unwrap();
        match taken(&sent, &Spoilt { inside, key, put: put.as_ref() }) {
            Err(why) => {
                let bare = |path: &str| path.replace("._", ".");
                let here = |fault: &Fault| bare(&fault.path).starts_with(&bare(&place));
                let around = |fault: &Fault| fault.path.starts_with(&at.path) && place.starts_with(&fault.path);
                let contradicts = |fault: &Fault| matches!(fault.why, Why::Contradicts | Why::ForeignNarrative);
                if why.iter().any(here) {
                    self.seen.refused_at_its_place += 1;
                } else if why.iter().any(around) {
                    self.seen.refused_around_it += 1;
                } else if way == AGAIN && why.iter().all(contradicts) {
                    self.seen.contradicted += 1;
                } else {
                    self.faults.push(format!("{way}: {place} ({}) is refused elsewhere: {}", member.generic, why[0]));
                }
            }
            Ok(_) if at.is_made_by_the_server(&place) => self.seen.made += 1,
            Ok(true) => self.seen.kept += 1,
            Ok(false) => self.faults.push(format!("{way}: {place} was taken and did not come back")),
        }
    }

    fn holds(&self, elements: usize) {
        let (tried, seen, faults) = (self.tried.len(), &self.seen, &self.faults);
        let first = &faults[..faults.len().min(20)];
        assert!(faults.is_empty(), "{tried} elements, {seen:?}; {} of them: {first:#?}", faults.len());
        assert!(tried >= elements, "{tried} {seen:?}");
        assert!(seen.refused_at_its_place > 9 * seen.refused_around_it && seen.contradicted < 10, "{seen:?}");
    }
}

/// Whether all that was sent is in what came back, each element of a list as often as it was sent.
fn holds(sent: &Value, back: &Value) -> bool {
    match (sent, back) {
        (Value::Object(sent), Value::Object(back)) => {
            sent.iter().all(|(key, value)| back.get(key).is_some_and(|other| holds(value, other)))
        }
        (Value::Array(sent), Value::Array(back)) => {
            let mut left: Vec<&Value> = back.iter().collect();
            let mut found = |one: &Value| left.iter().position(|other| holds(one, other)).map(|at| left.remove(at));
            sent.iter().all(|one| found(one).is_some())
        }
        _ => sent == back,
    }
}

/// Without the ids in envelopes: of what is new they are names within the push, as published.
fn without_names(value: &Value) -> Value {
    let is_name = |one: &&Value| one["url"] == "id" && one["valueId"].is_string();
    match value {
        Value::Object(all) => all.iter().map(|(key, value)| (key.clone(), without_names(value))).collect(),
        Value::Array(all) => all.iter().filter(|one| !is_name(one)).map(without_names).collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => value.clone(),
    }
}

/// What is sent, mapped in and out again.
fn through(body: &str) -> Result<Vec<Value>, Vec<Fault>> {
    let pushed = Transaction::read(body.as_bytes())?.into_pushed(person(), BASE, None)?;
    let plan =
        Plan::begin(person(), pushed.content.clone(), NOW, &mut counter(1)).map_err(|why| vec![pushed.fault(&why)])?;
    Ok(outgoing::resources(&whole(&plan), BASE).into_iter().map(|shown| shown.json).collect())
}

/// Tries a push of a plan.
fn push_of(plan: &Plan, trial: &mut Trial) {
    let body = push(&outgoing::resources(&whole(plan), BASE), false);
    assert!(through(&body.to_string()).is_ok(), "{:?}", through(&body.to_string()));
    let entries = body["entry"].as_array().unwrap();
    let kinds: Vec<&str> = entries.iter().map(|e| e["resource"]["resourceType"].as_str().unwrap()).collect();
    for (n, kind) in kinds.iter().enumerate() {
        let (pointer, path) = (format!("/entry/{n}/resource"), format!("Bundle.entry[{n}].resource"));
        let at = Standing { pointer, path, kind: (*kind).to_owned() };
        // A new plan's resources have other ids; each stands where the one stood that was sent.
        let rank = kinds[..n].iter().filter(|one| *one == kind).count();
        trial.every_member(&body, &at, &|sent, spoilt| {
            let back = through(sent)?;
            let one = back.iter().filter(|one| one["resourceType"] == **kind).nth(rank);
            let there = one.and_then(|one| one.pointer(spoilt.inside)).map(|object| &object[spoilt.key]);
            Ok(there.zip(spoilt.put).is_some_and(|(there, put)| holds(&without_names(put), there)))
        });
    }
}

#[test]
fn every_element_comes_back_as_it_was_sent_or_is_refused_at_its_place() {
    let mut trial = Trial::of(&WAYS);
    push_of(&plan(&ours()), &mut trial);
    for (_, plan) in persons().iter().flat_map(|folder| plans_of(folder)).filter(|(_, plan)| plan.document.is_none()) {
        push_of(&plan, &mut trial);
    }
    trial.holds(700);
    assert_eq!(trial.seen.done.len(), WAYS.len(), "{:?}", trial.seen);
}

/// The resource by itself in its body.
fn alone(kind: &str) -> Standing {
    Standing { pointer: String::new(), path: kind.into(), kind: kind.into() }
}

/// A document with all that is kept beside it.
fn document(kind: PlanKind) -> Value {
    let own = json!({ "reference": format!("Patient/{}", person()) });
    let ours = json!({ "system": profile::KINDS, "code": kind.code(), "display": kind.label() });
    json!({
        "resourceType": "DocumentReference", "id": "x", "meta": { "versionId": "1", "profile": [profile::DOCUMENT] },
        "language": "en-GB", "status": "current", "docStatus": "final",
        "type": { "coding": [{ "system": "http://loinc.org", "code": "104144-1", "display": "Mental health advance directive" }, ours] },
        "category": [{ "coding": [{ "system": "http://loinc.org", "code": "42348-3", "display": "Advance directives" }] }],
        "subject": own, "author": [own], "date": "2026-01-01T00:00:00Z", "description": "What I want 🥄",
        "content": [{ "attachment": { "contentType": "text/plain; charset=UTF-8", "data": STANDARD.encode("No tubes.\r\n\u{0}\u{7f}"),
            "title": "Mine", "creation": "2025-12-31T23:59:00Z" } }],
        "context": { "period": { "start": "2026-01-01", "end": "2026-12-31" } }
    })
}

/// A document, kept and shown again.
fn kept(body: &str) -> Result<Value, Vec<Fault>> {
    let content = whole_document(body.as_bytes(), person(), BASE)?;
    let plan = Plan::begin(person(), content, NOW, &mut counter(1)).unwrap();
    let shown = outgoing::resources(&whole(&plan), BASE);
    Ok(shown.into_iter().find(|one| one.kind == "DocumentReference").unwrap().json)
}

/// What was sent, without what the server makes.
fn of_the_sender(sent: &str) -> Value {
    let mut sent: Value = serde_json::from_str(sent).unwrap();
    let kind = sent["resourceType"].clone();
    let owned = profile::SERVER_OWNED.iter().filter(|owned| owned.0 == "*" || owned.0 == kind);
    owned.for_each(|owned| drop(sent.as_object_mut().unwrap().remove(owned.1)));
    sent
}

#[test]
fn every_element_of_a_whole_document_comes_back_as_it_was_sent_or_is_refused_at_its_place() {
    let mut trial = Trial::of(WAYS.iter().chain([&OTHER_WORDS]));
    for kind in PlanKind::ALL {
        let body = document(kind);
        let taken = |sent: &str| Ok(holds(&of_the_sender(sent), &kept(sent)?));
        assert_eq!(taken(&body.to_string()), Ok(true));
        trial.every_member(&body, &alone("DocumentReference"), &|sent, _| taken(sent));
    }
    trial.holds(30);
    // The description, the name of the document and that of its type; a media type with such words in it is none.
    assert_eq!(trial.seen.kept, 3, "{:?}", trial.seen);
}

/// Everything that an answer can say, in a list.
fn said(value: &Value, words: &mut Vec<String>, codes: &mut Vec<String>) {
    match value {
        Value::Object(all) => {
            for (key, value) in all {
                match key.as_str() {
                    "valueString" => words.push(value.as_str().unwrap().into()),
                    "valueCoding" => codes.push(value["code"].as_str().unwrap().into()),
                    _ => said(value, words, codes),
                }
            }
        }
        Value::Array(all) => all.iter().for_each(|one| said(one, words, codes)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// Tries answers to one section of a form.
fn answers_to(kind: PlanKind, section: &Value, seed: u64, trial: &mut Trial) {
    let mut filler = Filler::eager(seed, vec!["  Tea.\r\n🥄 ".into(), "No\u{200d}t now".into()]);
    let mut body = response(kind, filler.items(&json!([section])));
    let own = json!({ "reference": format!("Patient/{}", person()), "type": "Patient" });
    for (key, value) in [("id", json!("x")), ("author", own.clone()), ("source", own.clone()), ("subject", own)] {
        body[key] = value;
    }
    let drafted = |sent: &str| -> Result<bool, Vec<Fault>> {
        let answered = answers(sent.as_bytes(), person(), BASE)?;
        let begun = Plan::begin(person(), answered.content.clone(), NOW, &mut counter(1));
        begun.map_err(|why| vec![answered.fault(&why)])?;
        let (mut words, mut codes) = (Vec::new(), Vec::new());
        said(&serde_json::from_str(sent).unwrap(), &mut words, &mut codes);
        words.sort();
        codes.sort();
        Ok(both(&answered.content) == (words, codes))
    };
    assert_eq!(drafted(&body.to_string()), Ok(true), "{body}");
    let at = alone("QuestionnaireResponse");
    trial.every_member(&body, &at, &|sent, spoilt| Ok(drafted(sent)? && spoilt.inside.starts_with("/item")));
}

#[test]
fn every_answer_is_in_the_draft_word_for_word_or_is_refused_at_its_place() {
    let mut trial = Trial::of(WAYS.iter().chain([&OTHER_WORDS]));
    for kind in PlanKind::ALL {
        for section in published(kind)["item"].as_array().unwrap() {
            for seed in 0..4 {
                answers_to(kind, section, seed, &mut trial);
            }
        }
    }
    trial.holds(300);
    assert!(trial.seen.kept > 100, "{:?}", trial.seen);
}

/// Elements of R4 that a plan has no place for, each with a value that R4 allows: nothing of them is dropped in silence.
fn foreign() -> BTreeMap<&'static str, Map<String, Value>> {
    let all = |value: Value| value.as_object().unwrap().clone();
    let concept = json!({"text": "x"});
    let nobody = json!({"display": "x"});
    BTreeMap::from([
        (
            "CarePlan",
            all(json!({
                "implicitRules": "urn:x", "instantiatesCanonical": ["urn:x"], "instantiatesUri": ["urn:x"], "basedOn": [nobody],
                "replaces": [nobody], "partOf": [nobody], "encounter": nobody, "addresses": [nobody], "contributor": [nobody],
                "careTeam": [nobody], "note": [{"text": "x"}], "modifierExtension": [{"url": "urn:x", "valueBoolean": true}],
            })),
        ),
        (
            "Observation",
            all(json!({
                "implicitRules": "urn:x", "basedOn": [nobody], "partOf": [nobody], "focus": [nobody], "encounter": nobody,
                "issued": "2026-01-01T00:00:00Z", "dataAbsentReason": concept, "interpretation": [concept],
                "note": [{"text": "x"}], "bodySite": concept, "method": concept, "specimen": nobody, "device": nobody,
                "referenceRange": [{"text": "x"}], "hasMember": [nobody], "derivedFrom": [nobody],
                "component": [{"code": concept, "valueString": "x"}], "identifier": [{"value": "x"}],
                "valueQuantity": {"value": 1}, "modifierExtension": [{"url": "urn:x", "valueBoolean": true}],
            })),
        ),
        (
            "Goal",
            all(json!({
                "implicitRules": "urn:x", "achievementStatus": concept, "priority": concept, "startDate": "2026-01-01",
                "startCodeableConcept": concept, "target": [{"dueDate": "2026-01-01"}], "statusDate": "2026-01-01",
                "statusReason": "x", "addresses": [nobody], "outcomeCode": [concept], "outcomeReference": [nobody],
                "identifier": [{"value": "x"}], "modifierExtension": [{"url": "urn:x", "valueBoolean": true}],
            })),
        ),
        (
            "RelatedPerson",
            all(json!({
                "implicitRules": "urn:x", "gender": "other", "birthDate": "1970-01-01", "address": [{"text": "x"}],
                "photo": [{"title": "x"}], "period": {"start": "2026-01-01"}, "communication": [{"language": concept}],
                "modifierExtension": [{"url": "urn:x", "valueBoolean": true}],
            })),
        ),
        (
            "CareTeam",
            all(json!({
                "implicitRules": "urn:x", "encounter": nobody, "reasonCode": [concept], "reasonReference": [nobody],
                "managingOrganization": [nobody], "telecom": [{"value": "x"}], "note": [{"text": "x"}], "category": [concept],
            })),
        ),
        (
            "Consent",
            all(json!({
                "implicitRules": "urn:x", "performer": [nobody], "organization": [nobody], "sourceReference": nobody,
                "policy": [{"uri": "urn:x"}], "verification": [{"verified": true}], "identifier": [{"value": "x"}],
            })),
        ),
    ])
}

#[test]
fn an_element_of_r4_that_a_plan_has_no_place_for_is_refused_by_name() {
    let shown = outgoing::resources(&whole(&plan(&ours())), BASE);
    let body = push(&shown, false);
    let mut tried = 0;
    for (kind, elements) in foreign() {
        let entries = body["entry"].as_array().unwrap();
        let n = entries.iter().position(|entry| entry["resource"]["resourceType"] == kind).unwrap();
        for (element, value) in elements {
            let (sent, _) = spoilt(&body, &format!("/entry/{n}/resource"), &element, &value.to_string());
            let place = format!("Bundle.entry[{n}].resource.{element}");
            let faults = through(&sent).expect_err(&place);
            assert!(faults.iter().any(|fault| fault.path.starts_with(&place)), "{place}: {faults:?}");
            tried += 1;
        }
    }
    assert!(tried >= 68, "{tried}");
}
