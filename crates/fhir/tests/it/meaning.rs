//! Meaning cannot turn over: nothing that a person refuses, and nothing that makes it worse, reads as a wish to a record
//! system that shows codes and values and knows none of our extensions.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use sayso_consent::{Projection, Released, Sealed, subject};
use sayso_fhir::{Shown, outgoing};
use sayso_plan::item::{ContactRole, Contactable, Direction, Intent, ItemKind, Preference};
use sayso_plan::{Person, Plan, PlanKind, Section, StoredItem};
use serde_json::{Value, json};

use crate::agents::spoken_for;
use crate::hostile::plan_of;
use crate::leaving::{persons, plans_of, releases, somebody};
use crate::world::{BASE, key, plan, whole};

/// What a naive reader shows of one thing: a label, what stands beside it, and whether it is marked as not to be done.
struct Line {
    /// The resource type.
    kind: String,
    /// The item it is of, where it says so.
    of: Option<String>,
    label: String,
    says: String,
    /// `doNotPerform`, or a provision that denies.
    forbids: bool,
    /// Conditions that an ignorant reader must stop at.
    stops_at: Vec<String>,
}

/// The lines that a naive reader shows of a resource; of a Bundle, those of all that is in it.
fn lines(resource: &Value) -> Vec<Line> {
    let kind = text(&resource["resourceType"]);
    let of_part = |part: &Value| {
        let extensions = part["extension"].as_array().into_iter().flatten();
        let id = extensions.filter_map(|e| e["valueId"].as_str()).next();
        id.map(str::to_owned)
    };
    let line = |of: Option<String>, label: &Value, says: &Value| Line {
        kind: kind.clone(),
        of,
        label: text(label),
        says: text(says),
        forbids: false,
        stops_at: Vec::new(),
    };
    let own = Some(text(&resource["id"]));
    match kind.as_str() {
        "Bundle" => list(&resource["entry"]).iter().flat_map(|entry| lines(&entry["resource"])).collect(),
        "Observation" => vec![line(own, &resource["code"]["text"], &resource["valueString"])],
        "Goal" => vec![line(own, &Value::Null, &resource["description"]["text"])],
        "RelatedPerson" => vec![line(own, &resource["relationship"][0]["text"], &resource["name"][0]["text"])],
        "CareTeam" => {
            let member = |one: &Value| line(None, &one["role"][0]["text"], &one["member"]["display"]);
            let named = |one: &Value| line(None, &Value::Null, one.get("name").unwrap_or(&Value::Null));
            let contained = list(&resource["contained"]);
            list(&resource["participant"]).iter().map(member).chain(contained.iter().map(named)).collect()
        }
        "CarePlan" => {
            let details = list(&resource["activity"]).iter().map(|activity| &activity["detail"]);
            let done = |detail: &Value| Line {
                forbids: detail["doNotPerform"] == true,
                ..line(of_part(detail), &detail["code"]["text"], &detail["description"])
            };
            details.map(done).chain([line(None, &Value::Null, &resource["description"])]).collect()
        }
        "Consent" => {
            let provision = &resource["provision"];
            let bounds = list(&provision["modifierExtension"]).iter();
            let parts = bounds.flat_map(|one| list(&one["extension"]).iter().chain([one]));
            let stops_at = parts.filter(|part| part["url"] != "sense").filter_map(|part| part["valueString"].as_str());
            vec![Line {
                forbids: provision["type"] == "deny",
                stops_at: stops_at.map(str::to_owned).collect(),
                ..line(own, &Value::Null, &provision["code"][0]["text"])
            }]
        }
        _ => Vec::new(),
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

/// How a sentence of each language begins: a refusal, what makes it worse, who is not to be told. Written down here a
/// second time, by what the languages say and not by what the program does.
const NO: [(&str, [&str; 3]); 11] = [
    ("en", ["I refuse:", "This makes it worse:", "Do not contact or tell:"]),
    ("cy", ["Rwy’n gwrthod:", "Mae hyn yn gwneud pethau’n waeth:", "Peidiwch â chysylltu â na dweud wrth:"]),
    ("ar", ["أرفض:", "هذا يزيد الأمر سوءًا:", "لا تتصلوا به ولا تخبروه:"]),
    ("de", ["Ich lehne ab:", "Das macht es schlimmer:", "Nicht kontaktieren oder informieren:"]),
    ("es", ["Rechazo:", "Esto lo empeora:", "No contactar ni informar:"]),
    ("mi", ["Kāore au e whakaae:", "Ka kino ake i tēnei:", "Kaua e whakapā, kaua e kōrero atu:"]),
    ("nl", ["Ik weiger:", "Dit maakt het erger:", "Niet benaderen of inlichten:"]),
    ("hi", ["मुझे यह स्वीकार नहीं:", "इससे हालत और बिगड़ती है:", "इनसे संपर्क न करें और इन्हें न बताएँ:"]),
    ("gd", ["Tha mi a’ diùltadh:", "Tha seo ga dhèanamh nas miosa:", "Na cuir fios gu agus na innis do:"]),
    ("ja", ["拒否します:", "これは悪化させます:", "連絡も知らせもしないでください:"]),
    ("tr", ["Reddediyorum:", "Bu durumu kötüleştirir:", "Aramayın ve bilgi vermeyin:"]),
];

fn of_language<T: Copy>(table: &[(&str, T)], lang: &str) -> Option<T> {
    let first = lang.split('-').next().unwrap_or_default();
    table.iter().find(|(known, _)| *known == first).map(|(_, value)| *value)
}

/// A refusal, or something that makes it worse.
struct No<'a> {
    item: &'a StoredItem,
    /// The words that must not stand alone.
    bare: Vec<String>,
}

fn no<'a>(item: &'a StoredItem, plan: &Projection) -> Option<No<'a>> {
    let own = item.item.words.as_ref().map(|words| words.text().to_owned());
    let harms = item.item.section == Section::Harms;
    let bare = match &item.item.kind {
        ItemKind::Preference(p) if harms || refuses(p) => own.or_else(|| p.about.words.clone()),
        ItemKind::Words(_) if harms => own,
        ItemKind::Contact(c) if c.contact == Contactable::Never => {
            let name = plan.parties.iter().find(|party| party.id == c.party).map(|party| party.name.clone());
            return Some(No { item, bare: name.into_iter().chain(own).collect() });
        }
        _ => return None,
    };
    Some(No { item, bare: bare.into_iter().collect() })
}

fn refuses(preference: &Preference) -> bool {
    preference.direction == Direction::Refuse || preference.intent == Intent::AdvanceRefusal
}

/// Where a naive reader would take a no for a wish; empty when nowhere.
fn turned_over(released: &Released<Projection>, lines: &[Line]) -> Vec<String> {
    let plan = released.get();
    let lang = plan.head.language.as_str();
    let begins = of_language(&NO, lang).unwrap_or(NO[0].1);
    let says_no = |text: &str| begins.iter().any(|begin| text.starts_with(begin));
    let mut faults = Vec::new();
    for no in plan.items.iter().filter_map(|item| no(item, plan)) {
        let id = no.item.id.to_string();
        let carry: Vec<&Line> = lines.iter().filter(|line| line.of.as_ref() == Some(&id)).collect();
        if carry.is_empty() {
            faults.push(format!("{id}: nothing carries it"));
        }
        for line in carry {
            let fault = |why: &str| {
                format!("{} {id} in {:?}: {why}: {:?} {:?}", line.kind, no.item.item.section, line.label, line.says)
            };
            let title = no.item.item.section == Section::Harms && line.label == Section::Harms.title();
            let told = says_no(&line.label) || title || line.forbids;
            if !told {
                faults.push(fault("nothing beside the words says that it is a no"));
            }
            if !says_no(&line.says) {
                faults.push(fault("the words do not say that it is a no"));
            }
            if line.kind == "Consent" {
                let wanted = no.item.item.when.len();
                if !line.forbids || line.stops_at.len() != wanted {
                    faults.push(fault("it permits, or its condition can be overlooked"));
                }
            }
            if matches!(line.kind.as_str(), "RelatedPerson" | "CareTeam") {
                faults.push(fault("somebody to turn to"));
            }
        }
        for line in lines.iter().filter(|line| line.of.as_ref() == Some(&id) && is_alone(line, &no)) {
            faults.push(format!("{} {id}: the words alone", line.kind));
        }
    }
    faults
}

/// Whether a line shows the words of a no and nothing else.
fn is_alone(line: &Line, no: &No<'_>) -> bool {
    let alone = |shown: &str| no.bare.iter().any(|bare| !bare.trim().is_empty() && shown.trim() == bare.trim());
    alone(&line.says) || alone(&line.label)
}

/// Where the words of a no stand alone in something that does not say which item it is of. Only for plans in which no
/// two things have the same words.
fn alone_elsewhere(released: &Released<Projection>, lines: &[Line]) -> Vec<String> {
    let plan = released.get();
    let mut faults = Vec::new();
    for no in plan.items.iter().filter_map(|item| no(item, plan)) {
        let elsewhere = lines.iter().filter(|line| line.of.is_none() && is_alone(line, &no));
        faults.extend(elsewhere.map(|line| format!("{} {}: the words alone", line.kind, no.item.id)));
    }
    faults
}

/// Who speaks for the person, and what bounds it: a contact of that section who is an agent or a deputy.
fn agent(item: &StoredItem) -> Option<Vec<&String>> {
    let ItemKind::Contact(contact) = &item.item.kind else { return None };
    let speaks = contact.roles.iter().any(|role| matches!(role, ContactRole::Agent | ContactRole::Deputy));
    let called = contact.contact != Contactable::Never && !contact.party.is_person();
    let bounds = item.item.when.iter().map(|one| &one.words).chain(&contact.only_if).chain(&contact.limits);
    (speaks && called && item.item.section == Section::WhoDecides).then(|| bounds.collect())
}

/// Where a naive reader would take somebody for an agent who is none, or for one whom less bounds than the person said.
fn speaks_for_nobody(released: &Released<Projection>, lines: &[Line]) -> Vec<String> {
    let plan = released.get();
    let mut faults = Vec::new();
    for item in plan.items.iter().filter(|item| matches!(item.item.kind, ItemKind::Contact(_))) {
        let id = item.id.to_string();
        let consents: Vec<&Line> =
            lines.iter().filter(|line| line.kind == "Consent" && line.of.as_ref() == Some(&id)).collect();
        match (agent(item), consents.as_slice()) {
            (None, []) => {}
            (Some(bounds), [consent]) => {
                if consent.forbids {
                    faults.push(format!("{id}: an agent is denied"));
                }
                if consent.stops_at.len() != bounds.len() {
                    faults.push(format!("{id}: what bounds an agent can be overlooked"));
                }
                if consent.says.matches('«').count() <= bounds.len() {
                    faults.push(format!("{id}: the sentence leaves out what bounds an agent: {}", consent.says));
                }
            }
            _ => faults.push(format!("{id}: {} speak, and none is meant", consents.len())),
        }
    }
    faults
}

fn all_lines(shown: &[Shown]) -> Vec<Line> {
    shown.iter().flat_map(|one| lines(&one.json)).collect()
}

/// All that leaves of a release: its resources, and by itself the document.
fn leaving(who: &Person, release: &crate::leaving::Release) -> (Vec<Shown>, Shown) {
    let whom = subject(&Sealed::<Person>::new(who.clone()), std::slice::from_ref(&release.grant), &key()).unwrap();
    (outgoing::resources(&release.shown, BASE), outgoing::document(&whom, &release.shown, None, BASE))
}

#[test]
fn no_refusal_of_any_invented_person_reads_as_a_wish_whole_or_cut() {
    let mut seen: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let mut looked_at = 0;
    for folder in persons() {
        let who = somebody(&folder);
        for (name, plan) in plans_of(&folder) {
            for release in releases(&plan) {
                let (resources, document) = leaving(&who, &release);
                for shown in [&resources[..], std::slice::from_ref(&document)] {
                    let lines = all_lines(shown);
                    let mut faults = turned_over(&release.shown, &lines);
                    faults.extend(alone_elsewhere(&release.shown, &lines));
                    faults.extend(speaks_for_nobody(&release.shown, &lines));
                    assert!(faults.is_empty(), "{name}, {}: {faults:#?}", release.cut);
                }
                let projection = release.shown.get();
                for no in projection.items.iter().filter_map(|item| no(item, projection)) {
                    let lang = projection.head.language.as_str().split('-').next().unwrap_or_default().to_owned();
                    seen.entry(lang).or_default().insert(no.item.id.to_string() + &name);
                    looked_at += 1;
                }
            }
        }
    }
    let languages: Vec<&str> = seen.keys().map(String::as_str).collect();
    assert_eq!(languages, ["ar", "cy", "de", "en", "gd", "hi", "ja", "mi", "nl"], "the Spanish plan refuses nothing");
    assert!(seen.values().map(BTreeSet::len).sum::<usize>() >= 45, "{seen:?}");
    assert!(looked_at >= 200, "{looked_at}");
}

#[test]
fn the_crisis_extract_of_all_plans_turns_nothing_over() {
    for folder in persons() {
        let sealed = Sealed::<Person>::new(somebody(&folder));
        let whole: Vec<_> = plans_of(&folder).iter().map(|(_, plan)| releases(plan).remove(0)).collect();
        let grants: Vec<_> = whole.iter().map(|release| release.grant.clone()).collect();
        let shown: Vec<&Released<Projection>> = whole.iter().map(|release| &release.shown).collect();
        let whom = subject(&sealed, &grants, &key()).unwrap();
        let Some(extract) = outgoing::crisis_extract(&whom, &shown, BASE) else { continue };
        let lines = lines(&extract.json);
        for release in shown.iter().filter(|one| one.get().state.is_in_force()) {
            let faults: Vec<String> = turned_over(release, &lines);
            let missing = |fault: &String| fault.ends_with("nothing carries it");
            assert!(faults.iter().all(missing), "{}: {faults:#?}", extract.id);
        }
    }
}

#[test]
fn a_no_has_its_sentence_also_where_the_person_lets_the_words_stand_alone() {
    let item = |section: &str, words: &str| {
        json!({ "section": section, "type": "preference", "voice": { "party": "self", "role": "person" },
                "about": { "kind": "approach" }, "direction": "refuse", "intent": "wish", "stands_alone": true,
                "words": { "text": words, "lang": "en" } })
    };
    let plan = crate::world::plan(&json!({
        "kind": "recovery-plan", "status": "draft", "language": "en", "title": { "text": "t", "lang": "en" },
        "items": [item("helps", "Being held down"), item("treatment", "Haloperidol")]
    }));
    let released = whole(&plan);
    let shown = outgoing::resources(&released, BASE);
    assert_eq!(turned_over(&released, &all_lines(&shown)), Vec::<String>::new());
}

/// One way to turn a meaning over: what it does to a resource, where it can do it.
type Planted = (&'static str, fn(&mut Value, &No<'_>) -> bool);

const PLANTED: [Planted; 8] = [
    ("the bare words as the value", |resource, no| {
        let here = resource["resourceType"] == "Observation" && !no.bare.is_empty();
        here && put(&mut resource["valueString"], json!(no.bare[0]))
    }),
    ("the bare words in a Consent", |resource, no| {
        let here = resource["resourceType"] == "Consent" && !no.bare.is_empty();
        here && put(&mut resource["provision"]["code"][0]["text"], json!(no.bare[0]))
    }),
    ("a label that wants it", |resource, no| {
        let wants = json!(format!("I want: {}", no.item.item.section.title()));
        resource["resourceType"] == "Observation" && put(&mut resource["code"]["text"], wants)
    }),
    ("a Consent that permits", |resource, _| {
        resource["resourceType"] == "Consent" && put(&mut resource["provision"]["type"], json!("permit"))
    }),
    ("a condition that can be overlooked", |resource, no| {
        let provision = resource.get_mut("provision").and_then(Value::as_object_mut);
        let Some(provision) = provision.filter(|_| !no.item.item.when.is_empty()) else { return false };
        let condition = provision.remove("modifierExtension");
        condition.is_some_and(|condition| provision.insert("extension".into(), condition).is_none())
    }),
    ("the words in another language's wish", |resource, no| {
        let here = resource["resourceType"] == "Observation" && !no.bare.is_empty();
        here && put(&mut resource["valueString"], json!(format!("Ich möchte: «{}»", no.bare[0])))
    }),
    ("somebody not to be told among those to turn to", |resource, no| {
        let never = resource["resourceType"] == "Observation" && matches!(&no.item.item.kind, ItemKind::Contact(_));
        let contact = json!({ "resourceType": "RelatedPerson", "id": no.item.id.to_string(),
            "relationship": [{ "text": "contact" }], "name": [{ "text": no.bare[0] }] });
        never && put(resource, contact)
    }),
    ("the bare words among the activities", |resource, no| {
        let detail = json!({ "detail": { "status": "not-started", "description": no.bare[0] } });
        let here = resource["resourceType"] == "CarePlan";
        here && resource["activity"].as_array_mut().is_some_and(|activities| {
            activities.push(detail);
            true
        })
    }),
];

fn put(place: &mut Value, value: Value) -> bool {
    *place = value;
    true
}

/// The test can fail: each way to turn a meaning over, planted at each place where it fits, is found.
#[test]
fn a_meaning_that_is_turned_over_is_found() {
    let mut found: BTreeMap<&str, usize> = BTreeMap::new();
    for (_, plan) in persons().iter().flat_map(|folder| plans_of(folder)) {
        let released = whole(&plan);
        let shown = outgoing::resources(&released, BASE);
        let projection = released.get();
        for no in projection.items.iter().filter_map(|item| no(item, projection)) {
            let id = no.item.id.to_string();
            let touched = |one: &Shown| one.id == id || one.kind == "CarePlan";
            for (place, _) in shown.iter().enumerate().filter(|(_, one)| touched(one)) {
                for (name, plant) in PLANTED {
                    let mut turned = shown.clone();
                    if plant(&mut turned[place].json, &no) {
                        let lines = all_lines(&turned);
                        let faults = [turned_over(&released, &lines), alone_elsewhere(&released, &lines)].concat();
                        assert!(!faults.is_empty(), "{name}: {:?}", turned[place]);
                        *found.entry(name).or_default() += 1;
                    }
                }
            }
        }
    }
    assert_eq!(found.len(), PLANTED.len(), "each was planted somewhere: {found:?}");
}

/// One way to make an agent of somebody who is none, or a freer one: what it does to a resource, where it can do it.
type Freed = (&'static str, fn(&mut Value, &StoredItem) -> bool);

const FREED: [Freed; 4] = [
    ("an agent whose bounds can be overlooked", |resource, _| {
        let provision = resource.get_mut("provision").and_then(Value::as_object_mut);
        let bounds = provision.and_then(|provision| {
            let bounds = provision.remove("modifierExtension")?;
            Some(provision.insert("extension".into(), bounds).is_none())
        });
        bounds.is_some()
    }),
    ("a sentence without what bounds an agent", |resource, item| {
        let bound = agent(item).is_some_and(|bounds| !bounds.is_empty());
        let here = resource["resourceType"] == "Consent" && bound;
        here && put(&mut resource["provision"]["code"][0]["text"], json!("Speaks for me: «Kofi»"))
    }),
    ("an agent who is denied", |resource, item| {
        let here = resource["resourceType"] == "Consent" && agent(item).is_some();
        here && put(&mut resource["provision"]["type"], json!("deny"))
    }),
    ("an agent of somebody who is none", |resource, item| {
        let contact = matches!(item.item.kind, ItemKind::Contact(_)) && agent(item).is_none();
        let own = matches!(resource["resourceType"].as_str(), Some("Observation" | "RelatedPerson"));
        let consent =
            json!({ "resourceType": "Consent", "id": item.id.to_string(), "provision": { "type": "permit" } });
        own && contact && put(resource, consent)
    }),
];

#[test]
fn an_agent_who_is_none_or_is_freed_is_found() {
    let mut found: BTreeMap<&str, usize> = BTreeMap::new();
    let released = whole(&plan(&spoken_for()));
    let shown = outgoing::resources(&released, BASE);
    assert_eq!(speaks_for_nobody(&released, &all_lines(&shown)), [""; 0]);
    for item in &released.get().items {
        for (place, _) in shown.iter().enumerate().filter(|(_, one)| one.id == item.id.to_string()) {
            for (name, plant) in FREED {
                let mut turned = shown.clone();
                if plant(&mut turned[place].json, item) {
                    let faults = speaks_for_nobody(&released, &all_lines(&turned));
                    assert!(!faults.is_empty(), "{name}: {:?}", turned[place]);
                    *found.entry(name).or_default() += 1;
                }
            }
        }
    }
    assert_eq!(found.len(), FREED.len(), "each was planted somewhere: {found:?}");
}

fn any_kind() -> impl Strategy<Value = Value> {
    prop::sample::select(PlanKind::ALL.to_vec()).prop_flat_map(plan_of)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_refusal_of_any_plan_reads_as_a_wish(native in any_kind()) {
        let plan: Plan = plan(&native);
        let released = whole(&plan);
        let lines = all_lines(&outgoing::resources(&released, BASE));
        let mut faults = turned_over(&released, &lines);
        // Hostile words may hold quotation marks of their own, which only makes the sentence longer.
        faults.extend(speaks_for_nobody(&released, &lines));
        prop_assert!(faults.is_empty(), "{faults:#?}");
    }
}
