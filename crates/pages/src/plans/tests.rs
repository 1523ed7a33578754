//! Plans as their page: every word of the person's stands in it as written, and none reads as its opposite.

use askama::Template;
use sayso_consent::{FingerprintKey, Projection, Released, Sealed, Themselves, own};
use sayso_plan::plan::Content;
use sayso_plan::{PersonId, Plan, PlanDate};
use serde_json::{Value, json};
use time::macros::{date, datetime};

use super::view::{DueLine, PlanLine, PlanView};
use super::{LawView, PlanPage};
use crate::layout::Frame;
use crate::words::en as w;

pub(crate) fn plan(content: Value) -> Released<Projection> {
    let content: Content = serde_json::from_value(content).unwrap();
    let person = PersonId::from_random([1; 16]);
    let mut count = 0_u8;
    let mut fresh = || {
        count = count.wrapping_add(1);
        [count; 16]
    };
    let plan = Plan::begin(person, content, datetime!(2026-03-02 10:00 UTC), &mut fresh).unwrap();
    own(&Sealed::<Plan>::new(plan), &Themselves::signed_in(person), &FingerprintKey::new([3; 32])).unwrap()
}

pub(crate) fn page(released: &Released<Projection>) -> String {
    PlanPage {
        frame: Frame::open(w::PLAN),
        plan: PlanView::of(released.get()),
        law: LawView::default(),
        due: DueLine::all(released.get(), PlanDate(date!(2026 - 03 - 02))),
        cancel: None,
        suggestions: String::new(),
        waiting: 0,
        objections: Vec::new(),
    }
    .render()
    .unwrap()
}

fn small(items: &Value) -> Value {
    json!({
        "kind": "wellness-plan", "status": "draft", "title": {"text": "<b>Bright</b>", "lang": "en"}, "language": "en",
        "parties": [
            {"id": "self", "name": "Ama", "role": "person"},
            {"id": "p2", "name": "Dr <i>Sommer</i>", "role": "clinician", "in_treating_team": true}
        ],
        "items": items
    })
}

#[test]
fn a_plan_that_ends_soon_says_so_on_its_page_and_in_the_list() {
    let mut content: Value =
        serde_json::from_str(include_str!("../../../../fixtures/persons/ama/joint-crisis.plan.json")).unwrap();
    content["status"] = "active".into();
    for (until, class) in
        [("2026-03-12", "<p class=\"notice\">It holds until 12 March"), ("2026-04-20", "<p>It holds until 20 April")]
    {
        content["until"] = until.into();
        let plan = plan(content.clone());
        assert!(page(&plan).contains(class), "{until}");
        let line = PlanLine::of(plan.get(), PlanDate(date!(2026 - 03 - 02)));
        assert!(line.due.iter().any(|one| one.text.starts_with("It holds until")), "{until}");
    }
    content["until"] = "2026-06-01".into();
    assert!(!page(&plan(content)).contains("It holds until"));
}

fn item(section: &str, mut more: Value) -> Value {
    let add = json!({"section": section, "voice": {"party": "self", "role": "person"}});
    more.as_object_mut().unwrap().extend(add.as_object().unwrap().clone());
    more
}

fn no_to(words: &str, stands_alone: bool) -> Value {
    item(
        "treatment",
        json!({
            "type": "preference", "words": {"text": words, "lang": "de"}, "about": {"kind": "medicine"},
            "direction": "refuse", "intent": "advance-refusal", "stands_alone": stands_alone,
            "when": [{"sense": "unless", "words": "ich kann nicht mehr trinken"}],
            "stances": [{"party": "p2", "position": "disagreed", "words": {"text": "zu langsam", "lang": "de"}}]
        }),
    )
}

#[test]
fn words_are_shown_as_written_and_never_become_markup() {
    let words = "a < b & \"c\" <script>alert(1)</script>\n  🥄\u{202e}مرحبا";
    let html =
        page(&plan(small(&json!([item("helps", json!({"type": "words", "words": {"text": words, "lang": "ar"}}))]))));
    assert!(!html.contains("<script") && !html.contains("<b>") && !html.contains("<i>"));
    let shown = html.split("<bdi lang=\"ar\" dir=\"auto\">").nth(1).unwrap().split("</bdi>").next().unwrap();
    assert_eq!(unescaped(shown), words);
}

#[test]
fn a_refusal_never_reads_as_a_wish() {
    let html = page(&plan(small(&json!([no_to("Haloperidol", false)]))));
    let refusal = html.find(w::REFUSE).unwrap();
    let words = html.find("Haloperidol").unwrap();
    let condition = html.find(w::UNLESS).unwrap();
    assert!(refusal < words && words < condition, "no, to what, unless: in this order");
    let alone = page(&plan(small(&json!([no_to("Bitte kein Haloperidol.", true)]))));
    assert!(alone.contains(w::REFUSE), "also where the words are meant to stand alone");
    let worse = item("harms", json!({"type": "words", "words": {"text": "Shouting", "lang": "en"}}));
    assert!(page(&plan(small(&json!([worse])))).contains(w::WORSE));
}

#[test]
fn who_does_not_agree_is_said_beside_the_words_and_not_by_colour_alone() {
    let html = page(&plan(small(&json!([no_to("Haloperidol", false)]))));
    assert!(html.contains("does not agree") && html.contains("zu langsam"));
}

#[test]
fn strengths_come_before_what_is_hard() {
    let say =
        |section: &str, text: &str| item(section, json!({"type": "words", "words": {"text": text, "lang": "en"}}));
    let html = page(&plan(small(&json!([say("harms", "Shouting"), say("helps", "Tea"), say("strengths", "I sing")]))));
    let place = |text: &str| html.find(text).unwrap();
    assert!(place("I sing") < place("Tea") && place("Tea") < place("Shouting"));
}

#[test]
fn the_tab_and_the_address_tell_nothing() {
    let html = page(&plan(small(&json!([no_to("Haloperidol", false)]))));
    let tab = html.split("<title>").nth(1).unwrap().split("</title>").next().unwrap();
    assert_eq!(tab, "My plan – Sayso");
}

#[test]
fn every_word_of_the_invented_persons_stands_on_their_pages() {
    let persons = concat!(env!("CARGO_MANIFEST_DIR"), "/../../fixtures/persons");
    let mut seen = 0;
    for folder in std::fs::read_dir(persons).unwrap().filter_map(Result::ok).filter(|entry| entry.path().is_dir()) {
        for file in std::fs::read_dir(folder.path()).unwrap().filter_map(Result::ok).map(|entry| entry.path()) {
            if !file.to_string_lossy().ends_with(".plan.json") {
                continue;
            }
            let content: Value = serde_json::from_slice(&std::fs::read(&file).unwrap()).unwrap();
            let html = unescaped(&page(&plan(content.clone())));
            for text in spoken(&content) {
                assert!(html.contains(&text), "{}: {text}", file.display());
            }
            seen += 1;
        }
    }
    assert!(seen > 3);
}

/// Every text that somebody wrote into the plan: words, and the plain strings beside them.
fn spoken(value: &Value) -> Vec<String> {
    const PLAIN: &[&str] = &[
        "text",
        "cue",
        "go_on_if",
        "reach",
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
    ];
    match value {
        // The person is "I" and "me" on their own page.
        Value::Object(members) if members.get("id") == Some(&json!("self")) => Vec::new(),
        Value::Object(members) => members
            .iter()
            .filter(|(key, _)| *key != "document")
            .flat_map(|(key, value)| match value.as_str() {
                Some(text) if PLAIN.contains(&key.as_str()) => vec![text.to_owned()],
                Some(_) | None => spoken(value),
            })
            .collect(),
        Value::Array(all) => all.iter().flat_map(spoken).collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => Vec::new(),
    }
}

fn unescaped(html: &str) -> String {
    let mut text = html.to_owned();
    for (entity, c) in [("&#60;", "<"), ("&#62;", ">"), ("&#34;", "\""), ("&#39;", "'"), ("&#38;", "&")] {
        text = text.replace(entity, c);
    }
    text
}
