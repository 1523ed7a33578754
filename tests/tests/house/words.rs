//! Words byte for byte, all the way: sent by an app, kept, read back, shown on the person's page, gone out as FHIR, come
//! in again as FHIR, and read back once more. With plans of every kind and text that breaks careless programs.

use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use sayso_plan::PlanKind;
use sayso_tests::world::Asked;
use serde_json::{Value, json};

use crate::home::Home;
use crate::hostile::plan_of;
use crate::pages::{cookie, visit};

/// How many plans of each kind.
const PLANS_EACH: usize = 12;
/// The members in which somebody's own text stands.
const SPOKEN: [&str; 17] = [
    "text",
    "cue",
    "go_on_if",
    "reach",
    "value",
    "limits",
    "only_if",
    "if_impossible",
    "why",
    "what",
    "if_broken",
    "key_facts",
    "where_things_are",
    "words",
    "name",
    "do",
    "progress",
];

/// Every text that somebody wrote, sorted: in which order it stands is not asked here.
fn spoken(plan: &Value) -> Vec<String> {
    let mut found = Vec::new();
    collect(plan, &mut found);
    found.sort();
    found
}

fn collect(value: &Value, found: &mut Vec<String>) {
    match value {
        // The person is "I" and "me", on every side.
        Value::Object(members) if members.get("id") == Some(&json!("self")) => {}
        Value::Object(members) => members.iter().for_each(|(name, value)| match value {
            Value::String(text) if SPOKEN.contains(&name.as_str()) => found.push(text.clone()),
            Value::Array(all) if SPOKEN.contains(&name.as_str()) && all.iter().all(Value::is_string) => {
                found.extend(all.iter().filter_map(Value::as_str).map(str::to_owned));
            }
            _ => collect(value, found),
        }),
        Value::Array(all) => all.iter().for_each(|one| collect(one, found)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// What a browser reads.
fn unescaped(html: &str) -> String {
    let mut text = html.to_owned();
    for (entity, c) in [("&#60;", "<"), ("&#62;", ">"), ("&#34;", "\""), ("&#39;", "'"), ("&#38;", "&")] {
        text = text.replace(entity, c);
    }
    text
}

async fn native(home: &Home, token: &str, id: &str) -> Value {
    let read = home.ask(Asked::new("GET", &format!("/plans/{id}")), Some(token)).await;
    assert_eq!(read.status, 200, "{read:?}");
    read.json()
}

#[tokio::test]
async fn words_are_the_same_bytes_in_the_store_in_fhir_and_on_the_page() {
    let _honest = crate::honest();
    let home = Home::open().await;
    let token = home.app_of(home.ama, "patient/*.cruds").await;
    let ama = cookie(&home, home.ama).await;
    let mut runner = TestRunner::new_with_rng(Config::default(), TestRng::from_seed(RngAlgorithm::ChaCha, &[7; 32]));
    let (mut texts, mut strange) = (0, 0);
    for kind in PlanKind::ALL {
        for _ in 0..PLANS_EACH {
            let mut plan = plan_of(kind).new_tree(&mut runner).unwrap().current();
            if plan["status"] == "active" {
                // Of those that are in force one takes the place of the other.
                plan["status"] = "ready".into();
            }
            let said = spoken(&plan);
            let asked = Asked::new("POST", "/plans").body("application/json", plan.to_string());
            let made = home.ask(asked, Some(&token)).await;
            assert_eq!(made.status, 201, "{made:?}\n{plan}");
            let id = made.json()["id"].as_str().unwrap().to_owned();
            assert_eq!(spoken(&native(&home, &token, &id).await), said, "{plan}");

            let page = visit(&home, "GET", &format!("/me/plans/{id}"), &[("cookie", &ama)], "").await;
            let html = unescaped(&page.text);
            // For a title of blanks the page says the kind; nobody could read blanks.
            for text in said.iter().filter(|text| !text.trim().is_empty()) {
                assert!(html.contains(text.as_str()), "not on the page: {text:?}\n{plan}");
            }

            let document = home.ask(Asked::new("GET", &format!("/fhir/Bundle/{id}")), Some(&token)).await;
            let asked = Asked::new("POST", "/fhir/Bundle").body("application/fhir+json", document.body.clone());
            let again = home.ask(asked, Some(&token)).await;
            assert_eq!(again.status, 201, "{again:?}\n{plan}");
            let id = again.header("location").unwrap().split('/').rev().nth(2).unwrap().to_owned();
            assert_eq!(spoken(&native(&home, &token, &id).await), said, "{plan}");
            texts += said.len();
            strange += said.iter().filter(|text| text.chars().any(|c| c.is_control() || !c.is_ascii())).count();
        }
    }
    assert!(texts > 1_500 && strange > 500, "{texts} texts, {strange} of them strange");
}
