//! The loss gate over every element (D02, D06): each element that a push can hold is changed in each way that a typed
//! reader drops or repairs in silence. Either it comes back exactly as it was sent, or it is refused at its place.

use std::collections::{BTreeMap, BTreeSet};

use sayso_fhir::incoming::Transaction;
use sayso_fhir::{outgoing, profile};
use sayso_plan::Plan;
use serde_json::{Map, Value, json};

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

const WAYS: [Way; 13] = [
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
            // Parts of an extension are told apart by their names.
            let named = all.get("url").and_then(Value::as_str).map_or(String::new(), |url| format!("({url})"));
            let generic = format!("{generic}{named}");
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

fn is_made_by_the_server(kind: &str, key: &str, path: &str) -> bool {
    let top = path.split('.').nth(3).unwrap_or_default().split('[').next().unwrap_or_default();
    // Published beside the list: a moment there is the server's, a plain day the person's.
    let moment = matches!((kind, key), ("Observation", "effectiveDateTime") | ("Consent", "dateTime"));
    let made = |owned: &(&str, &str)| (owned.0 == "*" || owned.0 == kind) && (owned.1 == top || owned.1 == key);
    moment || profile::SERVER_OWNED.iter().any(made)
}

/// What is sent, mapped in and out again.
fn through(body: &str) -> Result<Vec<Value>, Vec<sayso_fhir::Fault>> {
    let pushed = Transaction::read(body.as_bytes())?.into_pushed(person(), BASE, None)?;
    let plan = Plan::begin(person(), pushed.content, NOW, &mut counter(1)).unwrap();
    Ok(outgoing::resources(&whole(&plan), BASE).into_iter().map(|shown| shown.json).collect())
}

#[derive(Default, Debug)]
struct Seen {
    done: BTreeMap<&'static str, usize>,
    refused_at_its_place: usize,
    refused_around_it: usize,
    kept: usize,
    made: usize,
}

/// Tries every way on every member that was not tried before.
fn every_member(plan: &Plan, tried: &mut BTreeSet<String>, seen: &mut Seen, faults: &mut Vec<String>) {
    let shown = outgoing::resources(&whole(plan), BASE);
    let body = push(&shown, false);
    assert!(through(&body.to_string()).is_ok(), "{:?}", through(&body.to_string()));
    for (n, entry) in body["entry"].as_array().unwrap().iter().enumerate() {
        let kind = entry["resource"]["resourceType"].as_str().unwrap();
        let mut found = Vec::new();
        let (pointer, path) = (format!("/entry/{n}/resource"), format!("Bundle.entry[{n}].resource"));
        members(&entry["resource"], &pointer, &path, kind, &mut found);
        for member in found {
            if member.key == "resourceType" || !tried.insert(member.generic.clone()) {
                continue;
            }
            let value = body.pointer(&member.object).unwrap()[&member.key].clone();
            for way in &WAYS {
                let Some((key, text)) = (way.spoil)(&member.key, &value) else { continue };
                let (sent, put) = spoilt(&body, &member.object, &key, &text);
                *seen.done.entry(way.name).or_default() += 1;
                let parent = member.path.rsplit_once('.').unwrap().0;
                let place = format!("{parent}.{key}");
                let made = is_made_by_the_server(kind, &key, &place);
                match through(&sent) {
                    Err(why) => {
                        let bare = |path: &str| path.replace("._", ".");
                        let at = |fault: &sayso_fhir::Fault| bare(&fault.path).starts_with(&bare(&place));
                        let around =
                            |fault: &sayso_fhir::Fault| fault.path.starts_with(&path) && place.starts_with(&fault.path);
                        if why.iter().any(at) {
                            seen.refused_at_its_place += 1;
                        } else if why.iter().any(around) {
                            seen.refused_around_it += 1;
                        } else {
                            faults.push(format!("{}: {place} is refused elsewhere: {:?}", way.name, why[0].path));
                        }
                    }
                    Ok(_) if made => seen.made += 1,
                    Ok(back) => {
                        // A new plan's resources have other ids; each stands where the one stood that was sent.
                        let same_kind = |one: &&Value| one["resourceType"] == kind;
                        let rank = body["entry"].as_array().unwrap()[..n]
                            .iter()
                            .filter(|e| same_kind(&&e["resource"]))
                            .count();
                        let one = back.iter().filter(same_kind).nth(rank);
                        let inside = member.object.strip_prefix(&pointer).unwrap();
                        let there = one.and_then(|one| one.pointer(inside)).map(|object| object[&key].clone());
                        if there.is_some() && there == put {
                            seen.kept += 1;
                        } else {
                            faults.push(format!("{}: {place} was taken and did not come back", way.name));
                        }
                    }
                }
            }
        }
    }
}

#[test]
fn every_element_comes_back_as_it_was_sent_or_is_refused_at_its_place() {
    let (mut tried, mut seen, mut faults) = (BTreeSet::new(), Seen::default(), Vec::new());
    every_member(&plan(&ours()), &mut tried, &mut seen, &mut faults);
    for (_, plan) in persons().iter().flat_map(|folder| plans_of(folder)).filter(|(_, plan)| plan.document.is_none()) {
        every_member(&plan, &mut tried, &mut seen, &mut faults);
    }
    println!("{} elements, {seen:?}", tried.len());
    assert!(faults.is_empty(), "{} of them: {:#?}", faults.len(), &faults[..faults.len().min(20)]);
    assert!(tried.len() > 300 && seen.done.len() == WAYS.len(), "{} {:?}", tried.len(), seen.done);
    assert!(seen.refused_at_its_place > 9 * seen.refused_around_it, "{seen:?}");
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
