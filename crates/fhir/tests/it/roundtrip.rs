//! Native → FHIR → native: the same content, every word byte for byte, for plans with hostile text.

use proptest::prelude::*;
use sayso_consent::{Projection, Released};
use sayso_fhir::incoming::{Mapped, Transaction};
use sayso_fhir::{native, outgoing};
use sayso_plan::{Content, Section};
use serde_json::{Value, json};

use crate::world::{BASE, joint_plan, person, plan, push, shown_section, whole};

fn back(released: &Released<Projection>, update: bool) -> Content {
    let shown = outgoing::resources(released, BASE);
    let bundle = serde_json::to_vec(&push(&shown, update)).unwrap();
    let transaction = Transaction::read(&bundle).unwrap();
    assert_eq!(transaction.plan().is_some(), update);
    let pushed = transaction.into_pushed(person(), BASE, update.then_some(released)).unwrap();
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

fn both_ways(native: &Value) {
    let plan = plan(native);
    let released = whole(&plan);
    for shown in outgoing::resources(&released, BASE) {
        shown.typed().unwrap();
    }
    assert!(back(&released, true) == plan.as_content(), "an update comes back as it was");
    assert!(back(&released, false) == without_own(plan.as_content()), "a new push comes back as it was");
    let again = native::read(&native::write(&released)).unwrap();
    assert!(again == plan.as_content(), "native comes back as it was");
}

#[test]
fn a_plan_with_something_of_everything_comes_back_as_it_was() {
    both_ways(&joint_plan());
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

/// Text that breaks careless programs.
fn hostile() -> impl Strategy<Value = String> {
    let pieces = prop_oneof![
        Just("\u{202e}مرحبا\u{2066}".to_owned()),
        Just("👩‍👩‍👧‍👦🥄".to_owned()),
        Just("\r\n".to_owned()),
        Just(" ".to_owned()),
        Just("\u{a0}\u{3000}\u{2028}".to_owned()),
        Just("\u{7}\u{1b}\u{85}".to_owned()),
        Just("\u{fffe}\u{ffff}\u{feff}".to_owned()),
        Just("]]><script>alert(1)</script>&amp;\"'".to_owned()),
        Just("Patient/other «x» \\u0041".to_owned()),
        Just("e\u{301}é".to_owned()),
        any::<String>(),
        "[a-z ]{1,30}",
    ];
    prop::collection::vec(pieces, 0..5).prop_map(|parts| parts.concat().replace('\0', ""))
}

fn text() -> impl Strategy<Value = String> {
    hostile().prop_map(|text| if text.is_empty() { "x".to_owned() } else { text })
}

fn maybe<S: Strategy<Value = Value>>(name: &'static str, value: S) -> impl Strategy<Value = Vec<(String, Value)>> {
    prop::option::of(value).prop_map(move |v| v.map(|v| (name.to_owned(), v)).into_iter().collect())
}

fn lang() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec!["en-GB", "de", "ar", "cy", "ja", "hi", "und", "x-klingon"])
}

fn words() -> impl Strategy<Value = Value> {
    (hostile(), lang()).prop_map(|(text, lang)| json!({ "text": text, "lang": lang }))
}

fn party() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec!["self", "p1", "p2", "p3", "p4"])
}

fn day() -> impl Strategy<Value = Value> {
    prop::sample::select(vec![json!("2026-02-28"), json!("1999-12-31")])
}

fn merge(parts: Vec<Vec<(String, Value)>>) -> Value {
    Value::Object(parts.into_iter().flatten().collect())
}

fn own(kind: &'static str) -> BoxedStrategy<Vec<(String, Value)>> {
    let text_value = || text().prop_map(Value::from);
    let set = |v: Value| v.as_object().unwrap().clone().into_iter().collect::<Vec<_>>();
    match kind {
        "words" => words().prop_map(|w| vec![("words".to_owned(), w)]).boxed(),
        "contact" => (
            party(),
            prop::sample::select(vec!["yes", "only-if", "never"]),
            text(),
            maybe("limits", text_value()),
            maybe("only_if", text_value()),
            maybe("words", words()),
        )
            .prop_map(move |(p, c, reach, limits, only_if, words)| {
                let mut v = set(json!({ "party": p, "contact": c, "roles": ["deputy"], "agent_order": 2,
                    "reach": [{ "by": "video-relay", "value": reach.chars().take(1000).collect::<String>() }] }));
                v.extend(limits.into_iter().chain(only_if).chain(words));
                v
            })
            .boxed(),
        "preference" => (
            prop::sample::select(vec!["prefer", "accept", "refuse"]),
            prop::sample::select(vec!["wish", "advance-consent", "advance-refusal"]),
            maybe("words", words()),
            maybe("because", words()),
            maybe("if_impossible", text_value()),
            text(),
            any::<bool>(),
        )
            .prop_map(move |(d, i, w, b, f, instead, alone)| {
                let mut v = set(json!({ "direction": d, "intent": i, "about": { "kind": "ect", "words": instead },
                    "instead": [{ "words": instead }] }));
                if alone {
                    v.push(("stands_alone".into(), json!(true)));
                }
                v.extend(w.into_iter().chain(b).chain(f));
                v
            })
            .boxed(),
        "goal" => (words(), text(), maybe("why", text_value()), party())
            .prop_map(move |(w, step, why, who)| {
                let mut v =
                    set(json!({ "words": w, "steps": [{ "words": step, "who": who, "done": true }, { "words": step }],
                    "progress": [step], "chime": ["hope", "identity"] }));
                v.extend(why);
                v
            })
            .boxed(),
        "ladder" => (any::<bool>(), prop::collection::vec((text(), text(), party()), 1..4), maybe("words", words()))
            .prop_map(move |(ordered, rungs, w)| {
                let rungs: Vec<Value> = rungs
                    .into_iter()
                    .map(|(cue, todo, who)| json!({ "cue": cue, "do": [todo, cue], "who": [who], "go_on_if": todo }))
                    .collect();
                let mut v = set(json!({ "ordered": ordered, "rungs": rungs }));
                v.extend(w);
                v
            })
            .boxed(),
        "agreement" => (text(), party(), maybe("words", words()), maybe("until", day()))
            .prop_map(move |(what, p, w, until)| {
                let mut v = set(json!({ "what": what, "parties": [p, "self"], "if_broken": what }));
                v.extend(w.into_iter().chain(until));
                v
            })
            .boxed(),
        "arrangement" => (maybe("words", words()), maybe("key_facts", text_value()), party())
            .prop_map(move |(w, k, p)| {
                let mut v = set(json!({ "for": "work-study", "accepted_by_them": "unknown", "who": p }));
                v.extend(w.into_iter().chain(k));
                v
            })
            .boxed(),
        _ => maybe("words", words())
            .prop_map(move |w| {
                let mut v = set(json!({ "need": "easy-read", "strength": "helps" }));
                v.extend(w);
                v
            })
            .boxed(),
    }
}

fn item() -> impl Strategy<Value = Value> {
    let places: Vec<(&'static str, &'static str)> = Section::all()
        .flat_map(|section| {
            section.types().iter().map(move |kind| {
                let name: &'static str = match kind {
                    sayso_plan::ItemType::Words => "words",
                    sayso_plan::ItemType::Contact => "contact",
                    sayso_plan::ItemType::Preference => "preference",
                    sayso_plan::ItemType::Goal => "goal",
                    sayso_plan::ItemType::Ladder => "ladder",
                    sayso_plan::ItemType::Agreement => "agreement",
                    sayso_plan::ItemType::Arrangement => "arrangement",
                    sayso_plan::ItemType::Need => "need",
                };
                (section.code(), name)
            })
        })
        .collect();
    prop::sample::select(places).prop_flat_map(|(section, kind)| {
        let condition = (text(), any::<bool>())
            .prop_map(|(words, unless)| json!([{ "sense": if unless { "unless" } else { "if" }, "words": words }]));
        let stance = (party(), words()).prop_map(|(p, w)| json!([{ "party": p, "position": "disagreed", "words": w }]));
        let translation =
            (text(), lang()).prop_map(|(t, l)| json!([{ "text": t, "lang": l, "by": "human", "checked_by": "B" }]));
        (
            own(kind),
            maybe("when", condition),
            maybe("stances", stance),
            maybe("translations", translation),
            maybe("since", day()),
            maybe("order", (0..9u32).prop_map(Value::from)),
            party(),
            maybe("share", prop::sample::select(vec![json!("open"), json!("close")])),
        )
            .prop_map(move |(own, when, stances, translations, since, order, voice, share)| {
                let base = json!({ "section": section, "type": kind, "voice": { "party": voice, "role": "peer" } });
                let base = base.as_object().unwrap().clone().into_iter().collect();
                merge(vec![base, own, when, stances, translations, since, order, share])
            })
    })
}

pub(crate) fn any_plan() -> impl Strategy<Value = Value> {
    (prop::collection::vec(item(), 0..7), words(), lang(), text(), maybe("if_not_followed", words()), maybe("from", day()))
        .prop_map(|(items, title, lang, name, wish, from)| {
            let name: String = name.chars().take(1000).collect();
            let party = |id: &str, role: &str| json!({ "id": id, "name": name, "role": role });
            let hopes = items.iter().any(|item| item["section"] == "hopes");
            let absences = if hopes { json!({}) } else { json!({ "hopes": "asked-declined" }) };
            let base = json!({
                "kind": "wellness-plan", "status": "draft", "language": lang, "title": title, "items": items,
                "parties": [party("p1", "supporter"), party("p2", "service"), party("p3", "clinician"), party("p4", "family")],
                "absences": absences
            });
            let base = base.as_object().unwrap().clone().into_iter().collect();
            merge(vec![base, wish, from])
        })
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
    fn any_plan_comes_back_as_it_was(native in any_plan()) {
        both_ways(&native);
    }

    #[test]
    fn a_hidden_items_words_stand_nowhere(mut native in any_plan()) {
        native["status"] = json!("active");
        native["kind"] = json!("crisis-card");
        let items = native["items"].as_array_mut().unwrap();
        for needed in ["crisis-signs", "helps", "ask-for-help"] {
            let kind = if needed == "ask-for-help" { "contact" } else { "words" };
            items.push(json!({ "section": needed, "type": kind, "voice": { "party": "self", "role": "person" },
                "words": { "text": needed, "lang": "en" }, "party": "p1", "contact": "yes" }));
            if kind == "words" {
                let members = items.last_mut().unwrap().as_object_mut().unwrap();
                members.remove("party");
                members.remove("contact");
            }
        }
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
