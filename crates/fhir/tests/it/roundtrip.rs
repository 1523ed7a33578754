//! Native → FHIR → native: the same content, every word byte for byte; FHIR → native → FHIR: the same resources, up to
//! the published elements that the server makes. For plans of every kind with hostile text.
//!
//! `SAYSO_PLANS` sets how many plans, `SAYSO_SEED` another seed.

use proptest::prelude::*;
use proptest::test_runner::{RngAlgorithm, TestCaseError, TestRng, TestRunner};
use sayso_consent::{Projection, Released};
use sayso_fhir::incoming::{Document, Mapped, Transaction};
use sayso_fhir::{Fault, Shown, native, outgoing, profile};
use sayso_plan::{Content, Plan, PlanKind, Section, Share, State};
use serde_json::{Value, json};

use crate::agents::spoken_for;
use crate::hostile::{plan_in, plan_of};
use crate::world::{BASE, NOW, counter, joint_plan, person, plan, push, shown_section, somebody, whole};

/// Plans of the run, over all kinds.
const PLANS: u64 = 20_000;
/// The seed of the run.
const SEED: u64 = 0x5A75_0001;

/// How a plan goes out and comes in again.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Way {
    /// Read, and sent back as an update, with everything that the server made.
    Update,
    /// Sent as new by somebody who leaves out what the server makes.
    New,
}

/// What may be pushed.
const PUSHED: [&str; 6] = ["CarePlan", "Observation", "Goal", "RelatedPerson", "CareTeam", "Consent"];

fn back(shown: &[Shown], released: &Released<Projection>, way: Way) -> Content {
    let bundle = serde_json::to_vec(&push(shown, way == Way::Update)).unwrap();
    let transaction = Transaction::read(&bundle).unwrap();
    assert_eq!(transaction.plan().is_some(), way == Way::Update);
    let pushed = transaction.into_pushed(person(), BASE, (way == Way::Update).then_some(released)).unwrap();
    let items = pushed.entries.iter().filter(|entry| matches!(entry.mapped, Mapped::Item(_))).count();
    assert_eq!(items, shown.iter().filter(|s| matches!(s.kind, "Observation" | "Goal" | "RelatedPerson")).count());
    pushed.content
}

/// What a new push cannot say: ids, and levels, which never travel.
fn without_own(mut content: Content) -> Content {
    for draft in &mut content.items {
        draft.id = None;
        draft.item.share = None;
    }
    content
}

/// The resources without the published elements that the server makes.
fn without_made(shown: &[Shown]) -> Vec<Shown> {
    let mut sent: Vec<Shown> = shown.iter().filter(|one| PUSHED.contains(&one.kind)).cloned().collect();
    for one in &mut sent {
        let members = one.json.as_object_mut().unwrap();
        for (_, made) in profile::SERVER_OWNED.iter().filter(|(kind, _)| *kind == "*" || *kind == one.kind) {
            members.remove(*made);
        }
    }
    sent
}

/// Out, in, and out again. The plan that is begun with what came in has the ids of the first one, because both are
/// given ids in the same order.
fn round(native: &Value, way: Way) {
    let plan = plan(native);
    let released = whole(&plan);
    let shown = outgoing::resources(&released, BASE);
    let (sent, expected) = match way {
        Way::Update => (shown.clone(), plan.as_content()),
        Way::New => (without_made(&shown), without_own(plan.as_content())),
    };
    let content = back(&sent, &released, way);
    assert!(content == expected, "{way:?}: native came back as something else");
    let begun = Plan::begin(person(), content, NOW, &mut counter(1)).unwrap();
    let again = outgoing::resources(&whole(&begun), BASE);
    match way {
        Way::Update => assert!(again == shown, "{way:?}: FHIR came back as something else"),
        Way::New => assert!(without_made(&again) == sent, "{way:?}: FHIR came back as something else"),
    }
}

/// The plan as one document, sent as new.
fn as_document(plan: &Plan) -> Result<Content, Vec<Fault>> {
    let document = outgoing::document(&somebody(plan), &whole(plan), None, BASE);
    let sent = Document::read(&document.bytes())?.into_transaction(person(), BASE)?;
    sent.into_pushed(person(), BASE, None).map(|pushed| pushed.content)
}

fn both_ways(native: &Value) {
    let plan = plan(native);
    let released = whole(&plan);
    for shown in outgoing::resources(&released, BASE) {
        shown.typed().unwrap();
    }
    round(native, Way::Update);
    round(native, Way::New);
    let content = as_document(&plan).unwrap_or_else(|faults| panic!("{faults:?}"));
    assert!(without_own(content) == without_own(plan.as_content()), "a document comes back as it was");
    let again = native::read(&native::write(&released)).unwrap();
    assert!(again == plan.as_content(), "native comes back as it was");
}

#[test]
fn a_plan_with_something_of_everything_comes_back_as_it_was() {
    both_ways(&joint_plan());
}

#[test]
fn a_plan_that_says_who_speaks_for_the_person_comes_back_as_it_was() {
    both_ways(&spoken_for());
}

#[test]
fn a_close_part_of_which_only_a_consent_is_made_stays_close() {
    let native = json!({
        "kind": "contingency-plan", "status": "in-talks", "language": "en", "title": { "text": "t", "lang": "en" },
        "parties": [{ "id": "self", "name": "Ama", "role": "person" }, { "id": "desk", "name": "Desk", "role": "service" }],
        "items": [{ "section": "who-decides", "type": "contact", "voice": { "party": "self", "role": "person" },
                    "party": "desk", "contact": "yes", "roles": ["deputy"], "share": "close" }]
    });
    both_ways(&native);
    assert_eq!(as_document(&plan(&native)).unwrap().items[0].item.share, Some(Share::Close));
}

#[test]
fn a_plan_of_the_largest_sizes_comes_back_as_it_was() {
    let item = |n: usize| {
        json!({ "section": "helps", "type": "words", "voice": { "party": "self", "role": "person" },
                "words": { "text": format!("{n} 🥄"), "lang": "en" } })
    };
    let mut items: Vec<Value> = (0..499).map(item).collect();
    let long = "🥄".repeat(20_000);
    items.push(json!({ "section": "about-me", "type": "words", "voice": { "party": "self", "role": "person" },
                       "words": { "text": long, "lang": "en" } }));
    both_ways(&json!({ "kind": "recovery-plan", "status": "draft", "language": "en",
                       "title": { "text": "t", "lang": "en" }, "items": items }));
}

#[test]
fn the_plans_of_the_invented_persons_come_back_as_they_were() {
    let persons = concat!(env!("CARGO_MANIFEST_DIR"), "/../../fixtures/persons");
    let mut count = 0;
    for person in std::fs::read_dir(persons).unwrap().filter_map(|entry| std::fs::read_dir(entry.unwrap().path()).ok())
    {
        for file in person.map(|file| file.unwrap().path()).filter(|p| p.to_string_lossy().ends_with(".plan.json")) {
            both_ways(&serde_json::from_slice(&std::fs::read(file).unwrap()).unwrap());
            count += 1;
        }
    }
    assert!(count >= 17);
}

fn number(name: &str, otherwise: u64) -> u64 {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(otherwise)
}

/// A share of the plans, all of one kind, each one way; every hundredth also through everything else.
fn every_plan_comes_back(kind: PlanKind) {
    let kinds = PlanKind::ALL.len() as u64;
    let plans = number("SAYSO_PLANS", PLANS).div_ceil(kinds);
    let seed = number("SAYSO_SEED", SEED);
    let mut bytes = [kind as u8; 32];
    bytes[..8].copy_from_slice(&seed.to_be_bytes());
    let config =
        ProptestConfig { cases: u32::try_from(plans).unwrap(), failure_persistence: None, ..ProptestConfig::default() };
    let mut runner = TestRunner::new_with_rng(config, TestRng::from_seed(RngAlgorithm::ChaCha, &bytes));
    let done = std::cell::Cell::new(0_u64);
    let tenth = plans.div_ceil(10);
    let result = runner.run(&(plan_of(kind), any::<bool>()), |(native, update)| {
        done.set(done.get() + 1);
        let way = if update { Way::Update } else { Way::New };
        if done.get().is_multiple_of(100) {
            both_ways(&native)
        } else {
            round(&native, way)
        }
        if done.get().is_multiple_of(tenth) && done.get() <= plans {
            eprintln!("round trip: {} of {plans}, {kind}, seed {seed}", done.get());
        }
        Ok::<(), TestCaseError>(())
    });
    if let Err(why) = result {
        panic!("{kind}, seed {seed}: {why}");
    }
}

#[test]
fn every_wellness_plan_comes_back_as_it_was() {
    every_plan_comes_back(PlanKind::WellnessPlan);
}

#[test]
fn every_contingency_plan_comes_back_as_it_was() {
    every_plan_comes_back(PlanKind::ContingencyPlan);
}

#[test]
fn every_joint_crisis_plan_comes_back_as_it_was() {
    every_plan_comes_back(PlanKind::JointCrisisPlan);
}

#[test]
fn every_safety_plan_comes_back_as_it_was() {
    every_plan_comes_back(PlanKind::SafetyPlan);
}

#[test]
fn every_advance_directive_comes_back_as_it_was() {
    every_plan_comes_back(PlanKind::AdvanceDirective);
}

#[test]
fn every_recovery_plan_comes_back_as_it_was() {
    every_plan_comes_back(PlanKind::RecoveryPlan);
}

#[test]
fn every_crisis_card_comes_back_as_it_was() {
    every_plan_comes_back(PlanKind::CrisisCard);
}

/// Writes a mark into every text of an item.
fn mark(value: &mut Value, with: &str) {
    const FREE: [&str; 17] = [
        "text",
        "words",
        "cue",
        "do",
        "reach",
        "go_on_if",
        "what",
        "if_broken",
        "key_facts",
        "where_things_are",
        "value",
        "limits",
        "only_if",
        "if_impossible",
        "why",
        "progress",
        "framework",
    ];
    if let Value::Object(members) = value {
        for (key, member) in members.iter_mut() {
            match member {
                Value::String(text) if FREE.contains(&key.as_str()) => {
                    *text = format!("{with}{text}").chars().take(1000).collect()
                }
                Value::Array(entries) => {
                    for entry in entries {
                        match entry {
                            Value::String(text) if FREE.contains(&key.as_str()) => *text = format!("{with}{text}"),
                            other => mark(other, with),
                        }
                    }
                }
                other => mark(other, with),
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_hidden_items_words_stand_nowhere(mut native in plan_in(PlanKind::CrisisCard, State::Active)) {
        let items = native["items"].as_array_mut().unwrap();
        items.push(json!({ "section": "helps", "type": "words", "voice": { "party": "self", "role": "person" },
            "words": { "text": "helps", "lang": "en" } }));
        for (n, item) in items.iter_mut().enumerate() {
            mark(item, &format!("canary{n}z"));
        }
        let plan = plan(&native);
        let released = shown_section(&plan, Section::Helps);
        let mut text: String = outgoing::resources(&released, BASE)
            .iter()
            .map(|shown| String::from_utf8(shown.bytes()).unwrap())
            .collect();
        text.push_str(&String::from_utf8(native::write(&released)).unwrap());
        text.push_str(&outgoing::narrative(&released));
        for (n, item) in plan.items.iter().enumerate() {
            let visible = released.get().items.iter().any(|shown| shown.id == item.id);
            let mark = format!("canary{n}z");
            prop_assert!(!visible || item.item.words.is_none() || text.contains(&mark));
            let coded = [&mark[..], &item.id.to_string()];
            prop_assert!(visible || coded.iter().all(|word| !text.contains(word)), "{}", mark);
        }
    }
}
