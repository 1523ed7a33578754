//! The loss report: for each dialect what it cannot carry of a plan. Nobody writes it: each thing that a plan says is
//! changed, the changed plan goes through the mapping, and what a reader of the dialect keeps of both is compared. What
//! makes no difference to that reader is lost.

mod dialect;

use std::collections::{BTreeMap, BTreeSet};

use dialect::{DIALECTS, Dialect};
use sayso_consent::release::Subject;
use sayso_consent::{Projection, Released};
use sayso_fhir::{native, outgoing, profile};
use sayso_plan::Plan;
use serde_json::{Value, json};

use crate::examples::ours;
use crate::leaving::persons;
use crate::profiles::written;
use crate::world::{BASE, NOW, counter, person, plan, shown_section, somebody, whole};

/// What becomes of something that a plan says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Fate {
    /// A reader that looks at codes, dates and references sees it.
    Kept,
    /// It can be read as text, and by nothing else.
    Text,
    /// It makes no difference to this reader.
    Lost,
}

impl Fate {
    const fn word(self) -> &'static str {
        match self {
            Self::Kept => "kept",
            Self::Text => "as text",
            Self::Lost => "**lost**",
        }
    }
}

/// Everything that leaves of a plan, without what says only which release it is.
fn sent(released: &Released<Projection>, subject: &Released<Subject>) -> Vec<Value> {
    let mut sent: Vec<Value> = outgoing::resources(released, BASE).into_iter().map(|shown| shown.json).collect();
    sent.push(outgoing::patient(subject).json);
    let release = released.fingerprint().to_string();
    sent.iter_mut().for_each(|one| forget(one, &release));
    sent
}

fn forget(value: &mut Value, release: &str) {
    match value {
        Value::Object(members) => {
            members.retain(|key, value| key != "meta" && !value.as_str().is_some_and(|text| text.contains(release)));
            members.values_mut().for_each(|member| forget(member, release));
        }
        Value::Array(all) => all.iter_mut().for_each(|one| forget(one, release)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// Elements in which nothing but people read.
const TEXTS: [&str; 11] =
    ["div", "text", "display", "description", "valueString", "title", "value", "name", "family", "given", "data"];

/// The elements that differ, by name.
fn differing(a: &Value, b: &Value, name: &str, found: &mut BTreeSet<String>) {
    match (a, b) {
        (Value::Object(a), Value::Object(b)) => {
            for key in a.keys().chain(b.keys()) {
                differing(a.get(key).unwrap_or(&Value::Null), b.get(key).unwrap_or(&Value::Null), key, found);
            }
        }
        (Value::Array(a), Value::Array(b)) if a.len() == b.len() => {
            a.iter().zip(b).for_each(|(a, b)| differing(a, b, name, found));
        }
        (a, b) if a == b => {}
        _ => drop(found.insert(name.to_owned())),
    }
}

fn fate(dialect: &Dialect, before: &[Value], after: &[Value]) -> Fate {
    let (before, after) = (dialect.keeps(before), dialect.keeps(after));
    let mut found = BTreeSet::new();
    differing(&before.into(), &after.into(), "resource", &mut found);
    if found.is_empty() {
        Fate::Lost
    } else if found.iter().all(|name| TEXTS.contains(&name.as_str())) {
        Fate::Text
    } else {
        Fate::Kept
    }
}

/// Something that a plan says: its name in the report, where it stands, and what else it could say.
struct Thing {
    name: String,
    pointer: String,
    others: Vec<Option<Value>>,
}

/// Lists of codes in the published schema.
fn enums(schema: &Value, found: &mut Vec<Vec<Value>>) {
    match schema {
        Value::Object(members) => {
            found.extend(members.get("enum").and_then(Value::as_array).cloned());
            members.values().for_each(|member| enums(member, found));
        }
        Value::Array(all) => all.iter().for_each(|one| enums(one, found)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// All that a plan says, each with other things that it could say there; none stands for saying nothing.
fn things(native: &Value) -> Vec<Thing> {
    let mut codes = Vec::new();
    enums(&serde_json::from_str(native::SCHEMA).unwrap(), &mut codes);
    let mut found = Vec::new();
    collect(native, "", "plan", &codes, &mut found);
    found
}

fn collect(value: &Value, pointer: &str, name: &str, codes: &[Vec<Value>], found: &mut Vec<Thing>) {
    match value {
        Value::Object(members) => {
            for (key, member) in members {
                // An item's kind names the fields that only it has.
                let item = (name == "plan: items").then(|| value["type"].as_str().unwrap_or_default());
                let own = item.filter(|_| !ENVELOPE.contains(&key.as_str()));
                let name = match (name, own) {
                    ("plan", _) => format!("plan: {key}"),
                    ("plan: items", Some(kind)) => format!("{kind}: {key}"),
                    ("plan: items", None) => format!("item: {key}"),
                    (name, _) => format!("{name}.{key}"),
                };
                collect(member, &format!("{pointer}/{key}"), &name, codes, found);
            }
        }
        Value::Array(all) => {
            for (n, one) in all.iter().enumerate() {
                collect(one, &format!("{pointer}/{n}"), name, codes, found);
            }
        }
        Value::String(text) => {
            let mut others: Vec<Option<Value>> =
                codes.iter().filter(|list| list.contains(value)).flatten().cloned().map(Some).collect();
            if others.is_empty() {
                let day = text.len() == 10 && text.as_bytes()[4] == b'-';
                others.push(Some(if day {
                    format!("{}9", &text[..9]).into()
                } else {
                    format!("{text} and more").into()
                }));
                others.push(Some("fr".into()));
                others.push(Some("self".into()));
            }
            others.push(None);
            others.retain(|other| other.as_ref() != Some(value));
            found.push(Thing { name: name.to_owned(), pointer: pointer.to_owned(), others });
        }
        Value::Bool(yes) => found.push(Thing {
            name: name.to_owned(),
            pointer: pointer.to_owned(),
            others: vec![Some((!yes).into()), None],
        }),
        Value::Number(number) => {
            let other = number.as_i64().map(|number| Some((number + 1).into()));
            found.push(Thing {
                name: name.to_owned(),
                pointer: pointer.to_owned(),
                others: other.into_iter().chain([None]).collect(),
            });
        }
        Value::Null => {}
    }
}

/// What every type of item has, and is not told by type.
const ENVELOPE: [&str; 12] = [
    "id",
    "section",
    "type",
    "translations",
    "voice",
    "stances",
    "order",
    "share",
    "about_parties",
    "since",
    "framework",
    "version",
];

/// The plan with something else there, where it can be a plan.
fn changed(native: &Value, pointer: &str, other: Option<&Value>) -> Option<Plan> {
    let mut changed = native.clone();
    match other {
        Some(other) => *changed.pointer_mut(pointer)? = other.clone(),
        None => {
            let (parent, key) = pointer.rsplit_once('/')?;
            match changed.pointer_mut(parent)? {
                Value::Object(members) => drop(members.remove(key)?),
                Value::Array(all) => drop(all.remove(key.parse().ok()?)),
                Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => return None,
            }
        }
    }
    let content = native::read(changed.to_string().as_bytes()).ok()?;
    Plan::begin(person(), content, NOW, &mut counter(1)).ok()
}

/// How many other things something could say are tried.
const OTHERS_MAX: usize = 4;

/// The fates of everything in a plan, by dialect and name; of a name that stands in many places, all that occur.
type Fates = [BTreeMap<String, BTreeSet<Fate>>; 5];

fn add_fates(native: &Value, fates: &mut Fates, seen: &mut BTreeSet<(String, usize)>) {
    let first = plan(native);
    let subject = somebody(&plan(&ours()));
    let before = sent(&whole(&first), &subject);
    for thing in things(native) {
        // Three places of each name in a plan are enough to see what becomes of it.
        let Some(place) = (0..3).find(|n| !seen.contains(&(thing.name.clone(), *n))) else { continue };
        let mut others = thing.others.iter().filter_map(|other| changed(native, &thing.pointer, other.as_ref()));
        // Of a list of codes each may have another fate.
        let others: Vec<Plan> = others.by_ref().take(if place == 0 { OTHERS_MAX } else { 1 }).collect();
        if others.is_empty() {
            continue;
        }
        seen.insert((thing.name.clone(), place));
        for other in others {
            let after = sent(&whole(&other), &subject);
            for (dialect, fates) in DIALECTS.iter().zip(fates.iter_mut()) {
                fates.entry(thing.name.clone()).or_default().insert(fate(dialect, &before, &after));
            }
        }
    }
}

/// What a plan can say of a section, and that it says nothing to this reader.
const STATES: [&str; 5] = ["answered", "nothing to say", "declined", "not asked", "withheld"];

/// What is sent of a plan in which a section is in each state, to somebody who sees another section too.
fn states() -> Vec<Vec<Value>> {
    let of = |absence: Option<&str>, hidden: bool| {
        let mut native = ours();
        native["absences"] = absence.map_or(json!({}), |absence| json!({"strengths": absence}));
        if absence.is_none() {
            native["items"].as_array_mut().unwrap().push(json!({"section": "strengths", "type": "words",
                "voice": {"party": "self", "role": "person"}, "words": {"text": "I sing", "lang": "en"}}));
        }
        let plan = plan(&native);
        let released = if hidden { shown_section(&plan, sayso_plan::Section::Helps) } else { whole(&plan) };
        sent(&released, &somebody(&plan))
    };
    vec![
        of(None, false),
        of(Some("nothing-to-say"), false),
        of(Some("asked-declined"), false),
        of(Some("not-asked"), false),
        of(None, true),
    ]
}

/// The states that look the same to a reader, as a sentence.
fn told_apart(dialect: &Dialect) -> String {
    // Whether it is a part of the whole says nothing of a section.
    let section = |sent: &Vec<Value>| {
        let kept = dialect.keeps(sent);
        let text = serde_json::to_string(&kept).unwrap().replace(profile::NOTICE, "");
        let about = |word: &str| text.contains(word);
        (about("I sing"), about("nilknown"), about("notasked"), about("asked-declined"), strengths(&text))
    };
    let looks: Vec<_> = states().iter().map(section).collect();
    let mut classes: Vec<Vec<&str>> = Vec::new();
    for (n, name) in STATES.iter().enumerate() {
        match (0..n).find(|m| looks[*m] == looks[n]) {
            Some(same) => classes.iter_mut().find(|class| class.contains(&STATES[same])).unwrap().push(name),
            None => classes.push(vec![name]),
        }
    }
    let (alone, same): (Vec<_>, Vec<_>) = classes.into_iter().partition(|class| class.len() == 1);
    let alone: Vec<&str> = alone.into_iter().flatten().collect();
    let mut said = Vec::new();
    if !alone.is_empty() {
        said.push(format!("Told apart: {}.", alone.join(", ")));
    }
    said.extend(same.iter().map(|class| format!("The same to its reader, so **lost**: {}.", class.join(", "))));
    said.join(" ")
}

/// What stands about the section in words.
fn strengths(text: &str) -> Vec<String> {
    let title = sayso_plan::Section::Strengths.title();
    text.match_indices(title).map(|(at, _)| text[at..].chars().take(120).collect()).collect()
}

fn fates() -> Fates {
    let mut fates = Fates::default();
    let mut seen = BTreeSet::new();
    add_fates(&ours(), &mut fates, &mut seen);
    for folder in persons() {
        let files = std::fs::read_dir(&folder).unwrap().map(|file| file.unwrap().path());
        let mut plans: Vec<_> = files.filter(|path| path.to_string_lossy().ends_with(".plan.json")).collect();
        plans.sort();
        for path in plans {
            add_fates(&serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap(), &mut fates, &mut seen);
        }
    }
    fates
}

fn report(fates: &Fates) -> String {
    let mut out = String::from(
        "# What other dialects cannot carry\n\n\
         Made by a test of `crates/fhir` from the mapping itself (`SAYSO_BLESS=1` writes it, a stale file fails): each thing that \
         a plan says is changed, both plans go out, and what a reader of the dialect keeps of them is compared. *kept*: in a \
         code, a date or a reference. *as text*: a person can read it. **lost**: it makes no difference to that reader. Where a \
         thing stands in several places, all that becomes of it is named. What a reader keeps is data \
         (`crates/fhir/tests/it/loss/dialect.rs`); `share` and `about_parties` are lost everywhere on purpose: they are nobody \
         else's business.\n",
    );
    let names: BTreeSet<&String> = fates.iter().flat_map(BTreeMap::keys).collect();
    for (dialect, fates) in DIALECTS.iter().zip(fates) {
        let count = |fate: Fate| fates.values().filter(|all| all.iter().max() == Some(&fate)).count();
        out.push_str(&format!(
            "\n## {}\n\n{} Of {} things a plan can say, {} are kept, {} can be read, {} are lost, at least in some place.\n\n{}\n\n",
            dialect.name, dialect.about, fates.len(), count(Fate::Kept), count(Fate::Text), count(Fate::Lost), told_apart(dialect),
        ));
    }
    out.push_str("\n## All of it\n\n| What a plan says | ");
    let heads: Vec<&str> =
        DIALECTS.iter().map(|dialect| dialect.name.split([',', '(']).next().unwrap().trim()).collect();
    out.push_str(&format!("{} |\n|---{}|\n", heads.join(" | "), "|---".repeat(heads.len())));
    for name in names {
        let cells: Vec<String> = fates
            .iter()
            .map(|fates| {
                let words: Vec<&str> = fates.get(name).into_iter().flatten().map(|fate| fate.word()).collect();
                words.join(", ")
            })
            .collect();
        out.push_str(&format!("| {name} | {} |\n", cells.join(" | ")));
    }
    out
}

#[test]
fn the_published_report_is_what_the_mapping_does() {
    let fates = fates();
    written("loss-report.md", &report(&fates));
    let of = |dialect: usize, name: &str| {
        fates[dialect].get(name).unwrap_or_else(|| panic!("{name}: {:?}", fates[dialect].keys())).clone()
    };
    let only = |fate| BTreeSet::from([fate]);
    let [pacio, us_core, summary, pointer, dutch] = [0, 1, 2, 3, 4];
    // What the field says of itself.
    assert_eq!(of(us_core, "preference: direction"), only(Fate::Text), "it stands in front of the words");
    assert!(of(us_core, "preference: when.words").iter().all(|fate| *fate == Fate::Text));
    assert!(of(pacio, "preference: words.text").iter().all(|fate| *fate != Fate::Lost));
    assert!(!of(dutch, "preference: when.words").contains(&Fate::Kept), "a modifier that is not known there");
    assert!(of(summary, "goal: why").contains(&Fate::Lost));
    for (name, fate) in &fates[pointer] {
        assert!(!name.contains("words") || *fate == only(Fate::Lost), "a pointer carries no content: {name}");
    }
    for fates in &fates {
        assert!(fates.get("item: about_parties").is_none_or(|fate| *fate == only(Fate::Lost)));
    }
    assert!(fates[0].len() > 60, "{:?}", fates[0].keys());
}

/// The report follows the mapping: what the mapping would leave out is lost in it.
#[test]
fn what_is_left_out_is_lost() {
    let (a, b) = (ours(), {
        let mut b = ours();
        b["items"][0]["words"]["text"] = "Another garden".into();
        b
    });
    let (first, second) = (plan(&a), plan(&b));
    let subject = somebody(&first);
    let (before, after) = (sent(&whole(&first), &subject), sent(&whole(&second), &subject));
    let us_core = &DIALECTS[1];
    assert_eq!(fate(us_core, &before, &after), Fate::Text);
    let without = |sent: &[Value]| -> Vec<Value> {
        let mut sent = sent.to_vec();
        for one in &mut sent {
            let members = one.as_object_mut().unwrap();
            for element in ["description", "text", "section", "activity", "extension"] {
                members.remove(element);
            }
        }
        sent
    };
    assert_eq!(fate(us_core, &without(&before), &without(&after)), Fate::Lost);
}
