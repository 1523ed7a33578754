//! The ledger of attacks (`tests/ledger.toml`) and that of the cases of consent (`tests/cases.toml`) are whole: every id has
//! executed tests that are there, or a dated reason.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test that fails says where")]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::Deserialize;

/// The sections, in order, with how many attacks each has, and how many digits an id has at least.
const SECTIONS: [(&str, usize, usize); 8] =
    [("A", 23, 2), ("B", 17, 2), ("C", 18, 2), ("D", 19, 2), ("E", 8, 2), ("F", 15, 2), ("G", 14, 2), ("OA", 27, 1)];

/// Those for which no reason counts any more: these, and all of [`SHOWN_SECTIONS`].
const SHOWN: [&str; 14] =
    ["D01", "D02", "D03", "D04", "D05", "D06", "D07", "D11", "D14", "D19", "F13", "F14", "G11", "G12"];

/// The sections of which all is shown.
const SHOWN_SECTIONS: [char; 2] = ['A', 'C'];

/// How many edge cases the law of consent has.
const CASES: usize = 42;

/// The shortest reason that can say anything, after its day.
const REASON_MIN: usize = 8;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Ledger {
    sections: BTreeMap<String, usize>,
    attack: BTreeMap<String, Entry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    attack: String,
    #[serde(default)]
    tests: Vec<String>,
    not_yet: Option<String>,
    but: Option<String>,
}

/// The ledger of the edge cases of consent.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Cases {
    case: BTreeMap<String, Case>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    case: String,
    #[serde(default)]
    tests: Vec<String>,
    not_yet: Option<String>,
    but: Option<String>,
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn ledger() -> Ledger {
    let text = std::fs::read_to_string(root().join("tests/ledger.toml")).unwrap();
    toml::from_str(&text).unwrap_or_else(|error| panic!("{error}"))
}

fn cases() -> Cases {
    let text = std::fs::read_to_string(root().join("tests/cases.toml")).unwrap();
    toml::from_str(&text).unwrap_or_else(|error| panic!("{error}"))
}

/// The ids of all sections.
fn ids() -> Vec<String> {
    let of = |(section, count, digits): (&str, usize, usize)| {
        (1..=count).map(move |n| format!("{section}{n:0digits$}")).collect::<Vec<_>>()
    };
    SECTIONS.into_iter().flat_map(of).collect()
}

/// A day and a reason: `2026-11-25: …`.
fn is_dated_reason(text: &str) -> bool {
    let Some((day, why)) = text.split_once(": ") else { return false };
    day.parse::<sayso_plan::PlanDate>().is_ok() && why.trim().chars().count() >= REASON_MIN
}

/// Whether the text has a function of this name that is run as a test: marked as one, and not ignored.
fn has_test(text: &str, name: &str) -> bool {
    let mut marks: Vec<&str> = Vec::new();
    for line in text.lines().map(str::trim) {
        let is_fn = ["fn ", "async fn ", "pub fn "].iter().find_map(|start| line.strip_prefix(start));
        if let Some(rest) = is_fn {
            let marked = marks.iter().any(|mark| mark.starts_with("#[test]") || mark.starts_with("#[tokio::test"));
            let ignored = marks.iter().any(|mark| mark.starts_with("#[ignore"));
            if marked && !ignored && rest.strip_prefix(name).is_some_and(|after| after.starts_with('(')) {
                return true;
            }
        }
        match line.starts_with("#[") {
            true => marks.push(line),
            false if line.starts_with("//") => {}
            false => marks.clear(),
        }
    }
    false
}

/// Whether the text has a story of this name.
fn has_story(text: &str, name: &str) -> bool {
    text.lines().any(|line| line.trim().starts_with(&format!("test('{name}', ")))
}

/// What is wrong with the name of a test.
fn wrong(named: &str) -> Option<String> {
    let Some((file, name)) = named.split_once("::") else { return Some(format!("{named}: write file::name")) };
    let Ok(text) = std::fs::read_to_string(root().join(file)) else { return Some(format!("{named}: no such file")) };
    let found = match Path::new(file).extension().and_then(|end| end.to_str()) {
        Some("rs") => has_test(&text, name),
        Some("mjs") => has_story(&text, name),
        _ => false,
    };
    (!found).then(|| format!("{named}: no such test in it"))
}

#[test]
fn every_attack_is_in_the_ledger_once_and_no_other() {
    let ledger = ledger();
    let counted: BTreeMap<String, usize> = SECTIONS.iter().map(|(name, count, _)| ((*name).into(), *count)).collect();
    assert_eq!(ledger.sections, counted);
    let mut ids = ids();
    assert_eq!(ids.len(), 141);
    ids.sort();
    assert_eq!(ledger.attack.keys().cloned().collect::<Vec<_>>(), ids);
    for (id, entry) in &ledger.attack {
        assert!(!entry.attack.is_empty(), "{id} has a name");
        assert!(entry.but.as_ref().is_none_or(|but| !but.is_empty() && !entry.tests.is_empty()), "{id}");
    }
}

#[test]
fn every_attack_has_tests_that_are_there_or_a_dated_reason() {
    let mut open = Vec::new();
    let mut faults = Vec::new();
    for (id, entry) in &ledger().attack {
        match (entry.tests.as_slice(), &entry.not_yet) {
            ([], Some(reason)) if is_dated_reason(reason) => open.push(id.clone()),
            ([_, ..], None) => {
                faults.extend(entry.tests.iter().filter_map(|test| wrong(test)).map(|w| format!("{id}: {w}")))
            }
            _ => faults.push(format!("{id}: either tests, or a reason with its day")),
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    let gone: Vec<&String> =
        open.iter().filter(|id| SHOWN.contains(&id.as_str()) || id.starts_with(SHOWN_SECTIONS)).collect();
    assert!(gone.is_empty(), "for these no reason counts: {gone:?}");
}

/// What is wrong with a case.
fn wrong_with_case(number: &str, entry: &Case) -> Vec<String> {
    let mut faults = Vec::new();
    if entry.case.is_empty() || entry.but.as_ref().is_some_and(|but| but.is_empty() || entry.tests.is_empty()) {
        faults.push("say the case in words, and what tests do not show only beside tests".to_owned());
    }
    match (entry.tests.as_slice(), &entry.not_yet) {
        ([], Some(reason)) if is_dated_reason(reason) => {}
        ([_, ..], None) => faults.extend(entry.tests.iter().filter_map(|test| wrong(test))),
        _ => faults.push("either tests, or a reason with its day".into()),
    }
    let mark = format!("case_{number}_");
    let unmarked = entry.tests.iter().filter(|test| !test.contains(&mark));
    faults.extend(unmarked.map(|test| format!("{test}: its name does not carry {mark}")));
    faults
}

#[test]
fn every_case_of_consent_is_in_its_ledger_once_and_no_other() {
    let numbers: Vec<String> = (1..=CASES).map(|n| format!("{n:02}")).collect();
    assert_eq!(cases().case.keys().cloned().collect::<Vec<_>>(), numbers);
}

#[test]
fn every_case_of_consent_has_tests_that_carry_its_number_or_a_dated_reason() {
    let mut faults = Vec::new();
    for (number, case) in &cases().case {
        faults.extend(wrong_with_case(number, case).into_iter().map(|wrong| format!("{number}: {wrong}")));
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn a_case_that_is_not_stated_is_seen() {
    let of = |tests: &[&str], not_yet: Option<&str>, but: Option<&str>| Case {
        case: "It is said.".into(),
        tests: tests.iter().map(|test| (*test).to_owned()).collect(),
        not_yet: not_yet.map(str::to_owned),
        but: but.map(str::to_owned),
    };
    let there = "crates/consent/tests/cases.rs::case_08_a_permit_and_a_refusal_match_and_the_refusal_wins";
    let dated = Some("2026-11-28: nobody wrote it");
    assert_eq!(wrong_with_case("08", &of(&[there], None, Some("not over HTTP"))), Vec::<String>::new());
    assert_eq!(wrong_with_case("08", &of(&[], dated, None)), Vec::<String>::new());
    let faults = [
        ("09", of(&[there], None, None)),
        ("08", of(&["crates/consent/tests/cases.rs::case_08_nobody"], None, None)),
        ("08", of(&[there], dated, None)),
        ("08", of(&[], None, None)),
        ("08", of(&[], Some("nobody wrote it"), None)),
        ("08", of(&[], dated, Some("a but without tests"))),
    ];
    for (number, case) in faults {
        assert_eq!(wrong_with_case(number, &case).len(), 1, "{number} {:?} {:?}", case.tests, case.not_yet);
    }
}

#[test]
fn a_test_that_is_not_there_is_seen() {
    let text = "#[test]\nfn there() {}\n\n#[tokio::test]\n// why\nasync fn too() {}\n\nfn helper() {}\n\n#[test]\n#[ignore]\nfn asleep() {}\n";
    assert!(has_test(text, "there") && has_test(text, "too"));
    for name in ["the", "there_", "helper", "asleep", "nobody"] {
        assert!(!has_test(text, name), "{name}");
    }
    assert!(has_story("  test('opens', async () => {", "opens") && !has_story("  test('opens more', () => {", "opens"));
    assert!(is_dated_reason("2026-11-25: it does not exist") && !is_dated_reason("2026-11-31: it does not exist"));
    assert!(!is_dated_reason("it does not exist") && !is_dated_reason("2026-11-25: no"));
    assert!(wrong("tests/tests/ledger.rs::nobody").is_some() && wrong("tests/tests/nowhere.rs::x").is_some());
    assert_eq!(wrong("tests/tests/ledger.rs::a_test_that_is_not_there_is_seen"), None);
}
