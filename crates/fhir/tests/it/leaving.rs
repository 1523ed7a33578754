//! All that leaves of the invented persons and of plans made for the purpose, whole, cut and in every state.
//!
//! With `SAYSO_LEAVING` naming a folder it is written there as `leaving.jsonl`, for the oracle (`tests/oracle`) to judge.

use std::path::{Path, PathBuf};

use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::TestRunner;
use sayso_consent::provision::What;
use sayso_consent::release::Subject;
use sayso_consent::{Grant, Projection, Released, Sealed, Themselves, own_grant, subject};
use sayso_fhir::{Shown, outgoing};
use sayso_plan::plan::No;
use sayso_plan::{Identifier, IdentifierState, Lang, Person, PersonId, Plan, Section, State, Words};
use serde_json::{Value, json};

use crate::examples::ours;
use crate::hostile::any_plan;
use crate::world::{BASE, NOW, joint_plan, key, numbered_plan, permitted, person, plan};

/// How many plans with hostile text.
const HOSTILE: usize = 144;
/// How many generated consents.
const DECISIONS: usize = 600;

/// One release of a plan, and how it was cut.
pub(crate) struct Release {
    pub(crate) cut: String,
    pub(crate) grant: Grant,
    pub(crate) shown: Released<Projection>,
}

fn read(path: &Path) -> Value {
    serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
}

pub(crate) fn inside(folder: &Path) -> Vec<PathBuf> {
    let mut paths: Vec<PathBuf> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths
}

/// The invented persons, by their folders.
pub(crate) fn persons() -> Vec<PathBuf> {
    let all = inside(Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../fixtures/persons")));
    all.into_iter().filter(|path| path.is_dir()).collect()
}

pub(crate) fn name(path: &Path) -> String {
    path.file_name().unwrap().to_string_lossy().replace(".plan.json", "")
}

/// Who it is, from `person.json`; the id is the one that all plans of these tests have.
pub(crate) fn somebody(folder: &Path) -> Person {
    let said = read(&folder.join("person.json"));
    let text = |of: &Value| of.as_str().unwrap().to_owned();
    let identifier = |one: &Value| Identifier {
        system: text(&one["system"]),
        value: text(&one["value"]),
        state: match one["verified"] == true {
            true => IdentifierState::Verified { by: "Riverside".into(), at: NOW },
            false => IdentifierState::Claimed,
        },
    };
    Person {
        id: person(),
        name: text(&said["name"]),
        language: Lang::try_from(text(&said["language"]).as_str()).unwrap(),
        zone_minutes: 0,
        birth_date: None,
        identifiers: said["identifiers"].as_array().unwrap().iter().map(identifier).collect(),
    }
}

/// The plans of a folder, with their names.
pub(crate) fn plans_of(folder: &Path) -> Vec<(String, Plan)> {
    let files = inside(folder).into_iter().filter(|path| path.to_string_lossy().ends_with(".plan.json"));
    files.zip(1..).map(|(path, number)| (name(&path), numbered_plan(&read(&path), number))).collect()
}

/// The whole; the kind without what is close; each section by itself; and of each of them the crisis part.
pub(crate) fn releases(plan: &Plan) -> Vec<Release> {
    let sealed = Sealed::<Plan>::new(plan.clone());
    let mut grants = vec![("whole".to_owned(), own_grant(&sealed, &Themselves::signed_in(person()), &key()).unwrap())];
    grants.extend(permitted(plan, What::Kind(plan.kind)).map(|grant| ("kind".to_owned(), grant)));
    for section in Section::all() {
        let grant = permitted(plan, What::Section(section));
        grants.extend(grant.map(|grant| (format!("section {}", section.code()), grant)));
    }
    let crisis: Vec<(String, Grant)> = grants
        .iter()
        .filter_map(|(cut, grant)| {
            let narrowed = grant.clone().for_crisis(&sealed, &key()).ok()?;
            Some((format!("{cut}, crisis"), narrowed))
        })
        .collect();
    let opened = |(cut, grant): (String, Grant)| Release { shown: grant.open(&sealed).unwrap(), cut, grant };
    grants.into_iter().chain(crisis).map(opened).collect()
}

/// What is written: each resource with the words by which it can be found again.
#[derive(Default)]
struct Leaving(Vec<(String, Shown)>);

impl Leaving {
    fn add(&mut self, of: &str, shown: impl IntoIterator<Item = Shown>) {
        self.0.extend(shown.into_iter().map(|one| (of.to_owned(), one)));
    }

    fn release(&mut self, of: &str, whom: &Released<Subject>, shown: &Released<Projection>) {
        self.add(of, outgoing::resources(shown, BASE));
        self.add(of, [outgoing::document(whom, shown, None, BASE)]);
    }

    /// Each release of each plan, and for each way to cut the one crisis extract of all plans.
    fn somebody(&mut self, of: &str, who: &Person, plans: &[(String, Plan)]) {
        let sealed = Sealed::<Person>::new(who.clone());
        let mut all: Vec<(String, Release)> = Vec::new();
        for (name, plan) in plans {
            all.extend(releases(plan).into_iter().map(|release| (name.clone(), release)));
        }
        let whom = |grants: &[Grant]| subject(&sealed, grants, &key()).unwrap();
        let mut cuts: Vec<&str> = Vec::new();
        for (name, release) in &all {
            self.release(
                &format!("{of}/{name}, {}", release.cut),
                &whom(std::slice::from_ref(&release.grant)),
                &release.shown,
            );
            if !cuts.contains(&release.cut.as_str()) {
                cuts.push(&release.cut);
            }
        }
        for cut in cuts {
            let same: Vec<&Release> = all.iter().map(|(_, one)| one).filter(|one| one.cut == cut).collect();
            let grants: Vec<Grant> = same.iter().map(|one| one.grant.clone()).collect();
            let shown: Vec<&Released<Projection>> = same.iter().map(|one| &one.shown).collect();
            let of = format!("{of}, {cut}");
            self.add(&of, [outgoing::patient(&whom(&grants))]);
            self.add(&of, outgoing::crisis_extract(&whom(&grants), &shown, BASE));
        }
    }

    /// The same plan in every state, also after a no; and with what is said of its time before anything else.
    fn states(&mut self, of: &str, who: &Person, plan: &Plan) {
        let sealed = Sealed::<Person>::new(who.clone());
        let said = Words::new("Not any more.".to_owned(), Lang::try_from("en").unwrap()).unwrap();
        for state in State::ALL {
            for no in [None, Some(No { at: NOW, words: None }), Some(No { at: NOW, words: Some(said.clone()) })] {
                let of = format!("{of}, {} {}", state.code(), no.as_ref().map_or("", |_| "after a no"));
                for release in releases(&Plan { state, no, ..plan.clone() }) {
                    if release.cut == "whole" || release.cut == "kind" {
                        let whom = subject(&sealed, &[release.grant], &key()).unwrap();
                        let of = format!("{of}, {}", release.cut);
                        self.release(&of, &whom, &release.shown);
                        self.add(&of, [outgoing::document(&whom, &release.shown, Some("It begins in May."), BASE)]);
                    }
                }
            }
        }
    }
}

/// A document that is kept whole, of a kind and with a name of the sender's.
fn kept() -> Value {
    json!({
        "kind": "advance-directive", "status": "active", "language": "en", "title": { "text": "Mine", "lang": "en" },
        "from": "2026-01-01",
        "document": {
            "content_type": "application/pdf", "data": "JVBERi0xLjcK", "title": "My directive", "creation": "2025-12-31",
            "types": [{ "system": "http://loinc.org", "code": "104144-1", "display": "As it was called" }]
        }
    })
}

/// Plans with text that breaks careless programs, the same ones each time.
pub(crate) fn hostile() -> Vec<Plan> {
    let mut runner = TestRunner::deterministic();
    (0..HOSTILE).map(|_| plan(&any_plan().new_tree(&mut runner).unwrap().current())).collect()
}

fn leaving() -> Leaving {
    let mut leaving = Leaving::default();
    let persons = persons();
    for folder in &persons {
        let plans = plans_of(folder);
        assert!(!plans.is_empty(), "{}", folder.display());
        leaving.somebody(&name(folder), &somebody(folder), &plans);
    }
    for (folder, number) in persons.iter().zip(1..) {
        let (whose, at) = (PersonId::from_stored([number; 16]), crate::persons::TOUR);
        let to_all = crate::persons::decided(folder, whose, at);
        for consent in to_all.into_iter().chain(crate::persons::to_own_app(whose, at)) {
            leaving.add(&format!("{} decided", name(folder)), crate::sharing::shown(&consent));
        }
    }
    leaving.add("generated decisions", crate::sharing::generated(DECISIONS));
    let who = somebody(&persons[0]);
    let made = [("joint", joint_plan()), ("example", ours()), ("kept", kept())].map(|(name, json)| (name, plan(&json)));
    for (name, plan) in &made {
        leaving.somebody("made", &who, &[((*name).to_owned(), plan.clone())]);
        leaving.states(&format!("made/{name}"), &who, plan);
    }
    leaving.add("made/decisions", crate::sharing::decisions());
    leaving.add("made/proposals", crate::proposals::answered_in_every_way(&plan(&ours())));
    for (n, plan) in hostile().into_iter().enumerate() {
        leaving.somebody("hostile", &who, &[(n.to_string(), plan)]);
    }
    leaving
}

#[test]
fn whatever_is_released_in_whatever_state_leaves_as_valid_r4() {
    let leaving = leaving();
    if let Some(folder) = std::env::var_os("SAYSO_LEAVING") {
        let lines: Vec<String> =
            leaving.0.iter().map(|(of, one)| json!({ "of": of, "resource": one.json }).to_string()).collect();
        std::fs::write(Path::new(&folder).join("leaving.jsonl"), lines.join("\n") + "\n").unwrap();
    }
    for (of, one) in &leaving.0 {
        assert!(one.typed().is_ok(), "{of}: {one:?} {:?}", one.typed().err());
    }
}
