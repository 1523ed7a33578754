//! The invented persons of `fixtures/persons` are whole: their plans parse, hold together and come back as written.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::wildcard_enum_match_arm,
    reason = "a test: what is not as expected is to fail it"
)]

use std::fs;
use std::path::{Path, PathBuf};

use sayso_consent::{Class, Effect};
use sayso_plan::{Content, PlanDate, PlanKind, Purpose, Section, State};
use serde::Deserialize;
use serde_json::Value;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Someone {
    name: String,
    login: String,
    #[allow(dead_code, reason = "read to be checked by its type")]
    language: sayso_plan::Lang,
    zone_minutes: i16,
    #[allow(dead_code, reason = "read to be checked by its type")]
    birth_date: Option<PlanDate>,
    identifiers: Vec<Number>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Number {
    system: String,
    value: String,
    verified: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Said {
    effect: Effect,
    recipient: To,
    purpose: Purpose,
    what: Of,
    #[serde(default)]
    even_in_emergency: bool,
}

#[derive(Deserialize, PartialEq)]
#[serde(rename_all = "lowercase", deny_unknown_fields)]
enum To {
    Organization(String),
    Class(Class),
}

#[derive(Deserialize)]
#[serde(rename_all = "lowercase", deny_unknown_fields)]
enum Of {
    Section(Section),
    Kind(PlanKind),
}

struct Folder {
    name: String,
    person: Someone,
    plans: Vec<(Value, Content)>,
    sharing: Vec<Said>,
}

/// The day of the tour.
const TODAY: sayso_plan::PlanDate = sayso_plan::PlanDate(time::macros::date!(2026 - 11 - 25));

fn json(path: &Path) -> Value {
    let text = fs::read_to_string(path).unwrap_or_else(|_| panic!("{}", path.display()));
    serde_json::from_str(&text).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

fn typed<T: serde::de::DeserializeOwned>(path: &Path) -> T {
    serde_json::from_value(json(path)).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut paths: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths
}

fn folders() -> Vec<Folder> {
    let persons = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/persons");
    files(&persons).into_iter().filter(|path| path.is_dir()).map(|path| folder(&path)).collect()
}

fn folder(path: &Path) -> Folder {
    let readme = fs::read_to_string(path.join("README.md")).unwrap();
    assert!(readme.lines().count() >= 4, "a few lines about {}", path.display());
    let is_plan = |p: &PathBuf| p.to_string_lossy().ends_with(".plan.json");
    let plans = files(path).into_iter().filter(is_plan).map(|plan| (json(&plan), typed(&plan))).collect();
    Folder {
        name: path.file_name().unwrap().to_string_lossy().into_owned(),
        person: typed(&path.join("person.json")),
        sharing: typed(&path.join("sharing.json")),
        plans,
    }
}

fn one(name: &str) -> Folder {
    folders().into_iter().find(|f| f.name == name).unwrap()
}

#[test]
fn every_plan_holds_together_and_is_complete_for_where_it_is_in_its_life() {
    let folders = folders();
    assert!(folders.len() >= 6);
    for folder in &folders {
        assert!(!folder.plans.is_empty(), "{}", folder.name);
        for (_, plan) in &folder.plans {
            assert_eq!(plan.check(), Ok(()), "{} {}", folder.name, plan.kind);
            let missing = plan.kind.missing(plan, TODAY);
            assert!(plan.status == State::Draft || missing.is_empty(), "{} {}: {missing:?}", folder.name, plan.kind);
            assert!(plan.items.iter().all(|i| i.id.is_none()), "ids are given by the server");
        }
    }
}

#[test]
fn every_plan_comes_back_as_the_tree_it_was_written_as() {
    for folder in folders() {
        for (written, plan) in folder.plans {
            assert!(written == serde_json::to_value(&plan).unwrap(), "{} {}", folder.name, plan.kind);
        }
    }
}

#[test]
fn nobody_here_can_be_a_real_person() {
    for folder in folders() {
        let person = &folder.person;
        assert!(person.name.ends_with(" Testwell") && person.login == folder.name, "{}", folder.name);
        assert!((-720..=840).contains(&person.zone_minutes));
        assert!(person.identifiers.iter().any(|n| n.verified), "{} can be found", folder.name);
        for number in &person.identifiers {
            let invented = number.system.starts_with("https://sayso.example/id/");
            let test_range = number.system == "https://fhir.nhs.uk/Id/nhs-number" && is_test_nhs_number(&number.value);
            assert!(invented || test_range, "{} {}", number.system, number.value);
        }
        for (plan, _) in &folder.plans {
            reaches(plan).into_iter().for_each(|to| assert!(is_reserved(&to), "{}: {to}", folder.name));
        }
    }
}

/// NHS numbers that begin with 999 are kept for tests; the last digit checks the others by modulus 11.
fn is_test_nhs_number(value: &str) -> bool {
    let digits: Vec<u32> = value.chars().filter_map(|c| c.to_digit(10)).collect();
    let sum: u32 = digits.iter().zip((2..=10).rev()).map(|(digit, weight)| digit * weight).sum();
    value.starts_with("999") && value.len() == 10 && digits.len() == 10 && (11 - sum % 11) % 11 == digits[9]
}

/// Ofcom (Bristol, London, Cardiff), NANPA and Bundesnetzagentur keep these numbers for stories.
fn is_reserved(to: &str) -> bool {
    let kept = ["0117 496 0", "020 7946 0", "029 2018 0", "+1 555 01", "+49 30 23125 "];
    kept.iter().any(|range| to.starts_with(range)) || to.ends_with("example.org")
}

fn reaches(value: &Value) -> Vec<String> {
    match value {
        Value::Object(members) => members
            .iter()
            .flat_map(|(name, inner)| match (name.as_str(), inner) {
                ("reach", Value::String(to)) => vec![to.clone()],
                ("reach", Value::Array(ways)) => {
                    ways.iter().map(|way| way["value"].as_str().unwrap().to_owned()).collect()
                }
                _ => reaches(inner),
            })
            .collect(),
        Value::Array(members) => members.iter().flat_map(reaches).collect(),
        _ => Vec::new(),
    }
}

#[test]
fn the_tour_begins_with_one_who_shares_with_riverside_and_at_least_three_who_do_not() {
    let riverside = To::Organization("riverside".into());
    let shares = |f: &Folder| f.sharing.iter().any(|s| s.effect == Effect::Permit && s.recipient == riverside);
    let folders = folders();
    assert!(folders.iter().any(shares));
    assert!(folders.iter().filter(|f| !shares(f)).count() >= 3);
    assert!(!shares(&one("ama")));
    for said in folders.iter().flat_map(|f| &f.sharing) {
        assert!(!said.even_in_emergency || said.effect == Effect::Deny, "only a refusal can hold in an emergency");
        assert!(!matches!(&said.recipient, To::Organization(o) if o != "riverside" && o != "northside"));
    }
}

#[test]
fn crisis_services_may_see_amas_directive_in_an_emergency_and_nothing_for_treatment() {
    let ama = one("ama");
    let kinds: Vec<PlanKind> = ama.plans.iter().map(|(_, plan)| plan.kind).collect();
    assert_eq!(kinds, [PlanKind::AdvanceDirective, PlanKind::JointCrisisPlan]);
    assert!(
        ama.sharing.iter().all(|s| s.recipient == To::Class(Class::CrisisServices) && s.purpose == Purpose::Etreat)
    );
    let directive = |s: &Said| matches!(s.what, Of::Kind(PlanKind::AdvanceDirective));
    let crisis = |s: &Said| matches!(s.what, Of::Section(section) if section.in_crisis_extract());
    assert!(ama.sharing.iter().any(directive));
    assert!(ama.sharing.iter().all(|s| directive(s) || crisis(s)));
}

#[test]
fn the_stories_exercise_what_they_are_for() {
    let whole = |name: &str| one(name).plans.into_iter().map(|(tree, _)| tree.to_string()).collect::<String>();
    assert!(whole("ama").contains("\"disagreed\""));
    assert!(whole("gwenllian").contains('ŵ') && whole("gwenllian").contains('ŷ'));
    assert!(whole("layla").contains('\u{2066}') && whole("layla").contains("Sertraline 50 mg"));
    assert!(whole("jordan").contains("👨‍👩‍👧‍👦"));
    assert!(whole("mehmet").contains("\"unless\"") && whole("mehmet").contains("\"machine\""));
    let teo = one("teo");
    let longest = teo.plans[0].1.items.iter().filter_map(|i| i.item.words.as_ref()).map(|w| w.text().chars().count());
    assert_eq!(longest.max(), Some(19_900));
}
