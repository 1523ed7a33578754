//! Answers to the published questionnaires become a draft: every word as it was written, every choice as it was chosen,
//! and what is no answer is refused with its place.

use proptest::prelude::*;
use sayso_fhir::incoming::answers;
use sayso_fhir::{Fault, native};
use sayso_plan::item::Direction;
use sayso_plan::{Content, ItemKind, PlanKind, Section, State};
use serde_json::{Map, Value, json};

use crate::world::{BASE, person, plan, whole};

/// The form as somebody gets it who only has the published package.
pub(crate) fn published(kind: PlanKind) -> Value {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../profiles/generated");
    let text = std::fs::read_to_string(format!("{folder}/Questionnaire-{}.json", kind.code())).unwrap();
    serde_json::from_str(&text).unwrap()
}

pub(crate) fn response(kind: PlanKind, items: Vec<Value>) -> Value {
    json!({
        "resourceType": "QuestionnaireResponse", "status": "completed", "language": "en-GB",
        "questionnaire": format!("https://sayso.example/fhir/Questionnaire/{}", kind.code()),
        "subject": { "reference": format!("Patient/{}", person()) },
        "authored": "2026-03-01T10:00:00Z", "item": items,
    })
}

fn read(response: &Value) -> Result<Content, Vec<Fault>> {
    answers(&serde_json::to_vec(response).unwrap(), person(), BASE).map(|answered| answered.content)
}

/// Somebody who fills a form and knows nothing but the form.
pub(crate) struct Filler {
    seed: u64,
    /// Whether everything is answered.
    eager: bool,
    texts: Vec<String>,
    /// What was written, and what was chosen.
    written: Vec<String>,
    chosen: Vec<String>,
}

impl Filler {
    /// Who answers everything that is asked.
    pub(crate) fn eager(seed: u64, texts: Vec<String>) -> Self {
        Self { seed, eager: true, texts, written: Vec::new(), chosen: Vec::new() }
    }

    fn below(&mut self, end: usize) -> usize {
        self.seed = self.seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from((self.seed >> 33) % u64::try_from(end).unwrap()).unwrap()
    }

    pub(crate) fn items(&mut self, questions: &Value) -> Vec<Value> {
        let mut items: Vec<Value> = Vec::new();
        for question in questions.as_array().unwrap() {
            let (required, repeats) = (question["required"] == true, question["repeats"] == true);
            if !enabled(question, &items) || (!required && !self.eager && self.below(3) == 0) {
                continue;
            }
            let times = if repeats { 1 + self.below(3) } else { 1 };
            let mut item = json!({ "linkId": question["linkId"] });
            if self.eager || self.below(2) == 0 {
                item["text"] = question["text"].clone();
            }
            if question["type"] == "group" {
                for _ in 0..times {
                    let inside = self.items(&question["item"]);
                    if !inside.is_empty() {
                        let mut item = item.clone();
                        item["item"] = json!(inside);
                        items.push(item);
                    }
                }
            } else {
                item["answer"] = (0..times).map(|_| self.answer(question)).collect();
                items.push(item);
            }
        }
        items
    }

    fn answer(&mut self, question: &Value) -> Value {
        match question["type"].as_str().unwrap() {
            "text" | "string" => {
                let n = self.below(self.texts.len());
                let text = self.texts[n].clone();
                self.written.push(text.clone());
                json!({ "valueString": text })
            }
            "boolean" => json!({ "valueBoolean": self.below(2) == 0 }),
            "choice" => {
                let options = question["answerOption"].as_array().unwrap();
                // An intent that fits the direction is a wish whatever the direction is.
                let wish = question["linkId"].as_str().unwrap().ends_with(".intent");
                let n = if wish { 0 } else { self.below(options.len()) };
                let mut coding = options[n]["valueCoding"].clone();
                self.chosen.push(coding["code"].as_str().unwrap().to_owned());
                if !self.eager && self.below(2) == 0 {
                    coding.as_object_mut().unwrap().remove("display");
                }
                json!({ "valueCoding": coding })
            }
            other => panic!("a form has no {other}"),
        }
    }
}

fn enabled(question: &Value, before: &[Value]) -> bool {
    let Some(conditions) = question["enableWhen"].as_array() else { return true };
    conditions.iter().any(|when| {
        let answer = before.iter().find(|item| item["linkId"] == when["question"]);
        answer.is_some_and(|item| item["answer"][0]["valueCoding"]["code"] == when["answerCoding"]["code"])
    })
}

/// What stands in a native plan in somebody's words, and what in codes that a form asks for.
fn kept(value: &Value, written: &mut Vec<String>, chosen: &mut Vec<String>) {
    const CODES: [&str; 11] = [
        "kind",
        "direction",
        "intent",
        "contact",
        "may_be_told",
        "roles",
        "role",
        "need",
        "strength",
        "for",
        "accepted_by_them",
    ];
    const MADE: [&str; 9] = ["section", "type", "lang", "id", "party", "who", "voice", "by", "status"];
    for (key, value) in value.as_object().unwrap_or(&Map::new()) {
        match value {
            _ if MADE.contains(&key.as_str()) => {}
            Value::String(code) if CODES.contains(&key.as_str()) => chosen.push(code.clone()),
            Value::Array(codes) if key == "roles" => {
                chosen.extend(codes.iter().map(|code| code.as_str().unwrap().to_owned()));
            }
            Value::String(text) => written.push(text.clone()),
            Value::Array(list) if list.iter().all(Value::is_string) => {
                written.extend(list.iter().map(|text| text.as_str().unwrap().to_owned()));
            }
            Value::Array(list) => list.iter().for_each(|entry| kept(entry, written, chosen)),
            _ => kept(value, written, chosen),
        }
    }
}

pub(crate) fn both(content: &Content) -> (Vec<String>, Vec<String>) {
    let native = serde_json::to_value(content).unwrap();
    let (mut written, mut chosen) = (Vec::new(), Vec::new());
    kept(&json!({ "parties": native["parties"], "items": native["items"] }), &mut written, &mut chosen);
    // Where nobody is named who takes over, nobody has agreed; the form did not ask.
    for draft in &content.items {
        if let ItemKind::Arrangement(arrangement) = &draft.item.kind
            && arrangement.who.is_none()
        {
            let made = chosen.iter().position(|code| code == "unknown").unwrap();
            chosen.remove(made);
        }
    }
    written.sort();
    chosen.sort();
    (written, chosen)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn whatever_is_answered_stands_in_the_plan_byte_for_byte_and_nothing_else(
        seed in any::<u64>(),
        kind in 0..7usize,
        texts in prop::collection::vec("[ -~\u{e000}-\u{f8ff}äŵ🥄👩🏾‍🌾\u{200d}\u{202e}\t\n\r]{1,40}", 1..8),
    ) {
        let kind = PlanKind::ALL[kind];
        let mut filler = Filler { seed, eager: false, texts, written: Vec::new(), chosen: Vec::new() };
        let items = filler.items(&published(kind)["item"]);
        let content = read(&response(kind, items)).unwrap();
        filler.written.sort();
        filler.chosen.sort();
        prop_assert_eq!(both(&content), (filler.written, filler.chosen));
        prop_assert_eq!((content.kind, content.status), (kind, State::Draft));
        prop_assert!(content.absences.is_empty());
        prop_assert!(content.items.iter().all(|draft| draft.item.section.types().contains(&draft.item.item_type())));
        // And it is a plan, which can be read again as it was.
        let native = serde_json::to_value(&content).unwrap();
        let again = native::read(&native::write(&whole(&plan(&native)))).unwrap();
        prop_assert_eq!(both(&again), both(&content));
    }
}

fn code(list: &str, code: &str) -> Value {
    json!([{ "valueCoding": { "system": format!("https://sayso.example/fhir/CodeSystem/{list}"), "code": code } }])
}

fn text(text: &str) -> Value {
    json!([{ "valueString": text }])
}

/// A refusal of a medicine, a contact, and words: item 0 to 2.
fn example() -> Value {
    let of = |link: &str, answer: Value| json!({ "linkId": link, "answer": answer });
    let treatment = vec![
        of("treatment.preference.about", code("about-kind", "medicine")),
        of("treatment.preference.words", text("Haloperidol")),
        of("treatment.preference.direction", code("preference-direction", "refuse")),
        of("treatment.preference.intent", code("preference-intent", "advance-refusal")),
        of("treatment.preference.instead", json!([{ "valueString": "Y" }, { "valueString": "Z" }])),
    ];
    let kofi = vec![
        of("ask-for-help.contact.name", text("Kofi")),
        of("ask-for-help.contact.role", code("party-role", "family")),
        of("ask-for-help.contact.contact", code("contactable", "yes")),
        of("ask-for-help.contact.phone", text("555 0100")),
    ];
    response(
        PlanKind::JointCrisisPlan,
        vec![
            json!({ "linkId": "treatment", "item": [{ "linkId": "treatment.preference", "item": treatment }] }),
            json!({ "linkId": "ask-for-help", "item": [{ "linkId": "ask-for-help.contact", "item": kofi }] }),
            json!({ "linkId": "helps", "item": [of("helps.words", text("Tea.\r\n  Slowly. "))] }),
        ],
    )
}

#[test]
fn a_refusal_is_a_refusal_and_a_name_a_party() {
    let content = read(&example()).unwrap();
    assert_eq!(content.head.language.as_str(), "en-GB");
    let [refusal, contact, words] = content.items.as_slice() else { panic!("{content:?}") };
    let ItemKind::Preference(preference) = &refusal.item.kind else { panic!() };
    assert_eq!(preference.direction, Direction::Refuse);
    assert_eq!(preference.instead.iter().map(|one| one.words.as_str()).collect::<Vec<_>>(), ["Y", "Z"]);
    let ItemKind::Contact(kofi) = &contact.item.kind else { panic!() };
    assert_eq!((&content.parties[0].id, content.parties[0].name.as_str()), (&kofi.party, "Kofi"));
    assert_eq!(kofi.reach[0].value, "555 0100");
    assert_eq!(words.item.words.as_ref().unwrap().text(), "Tea.\r\n  Slowly. ");
    assert_eq!((words.item.section, content.items.len()), (Section::Helps, 3));

    let mut plain = example();
    plain.as_object_mut().unwrap().remove("language");
    plain["questionnaire"] = json!("https://sayso.example/fhir/Questionnaire/joint-crisis-plan|0.1.0");
    plain["status"] = json!("in-progress");
    plain["subject"] = json!({ "reference": format!("{BASE}/Patient/{}", person()), "type": "Patient" });
    plain["text"] =
        json!({ "status": "generated", "div": "<div xmlns=\"http://www.w3.org/1999/xhtml\">Haloperidol</div>" });
    let content = read(&plain).unwrap();
    assert_eq!(content.head.language.as_str(), "und");
    assert!(read(&response(PlanKind::SafetyPlan, Vec::new())).is_err(), "an empty list is no FHIR");
    let mut nothing = response(PlanKind::SafetyPlan, Vec::new());
    nothing.as_object_mut().unwrap().remove("item");
    assert!(read(&nothing).unwrap().items.is_empty());
}

#[test]
fn what_is_no_answer_is_refused_with_its_place() {
    const PREFERENCE: &str = "QuestionnaireResponse.item[0].item[0]";
    const CONTACT: &str = "QuestionnaireResponse.item[1].item[0]";
    const WORDS: &str = "QuestionnaireResponse.item[2].item[0]";
    let preference = |r: &mut Value, n: usize, to: Value| r["item"][0]["item"][0]["item"][n]["answer"] = to;
    let contact = |r: &mut Value, n: usize, to: Value| r["item"][1]["item"][0]["item"][n]["answer"] = to;
    let drop = |r: &mut Value, group: usize, n: usize| {
        r["item"][group]["item"][0]["item"].as_array_mut().unwrap().remove(n);
    };
    let cases: Vec<(String, Box<dyn Fn(&mut Value)>)> = vec![
        ("QuestionnaireResponse.status".into(), Box::new(|r| r["status"] = json!("entered-in-error"))),
        ("QuestionnaireResponse.status".into(), Box::new(|r| r["status"] = json!("stopped"))),
        (
            "QuestionnaireResponse.questionnaire".into(),
            Box::new(|r| r["questionnaire"] = json!("https://else.example/Questionnaire/safety-plan")),
        ),
        (
            "QuestionnaireResponse.questionnaire".into(),
            Box::new(|r| r["questionnaire"] = json!("https://sayso.example/fhir/Questionnaire/joint-crisis-plan|9")),
        ),
        ("QuestionnaireResponse.questionnaire".into(), Box::new(|r| drop_member(r, "questionnaire"))),
        ("QuestionnaireResponse.subject".into(), Box::new(|r| drop_member(r, "subject"))),
        (
            "QuestionnaireResponse.subject.reference".into(),
            Box::new(|r| r["subject"]["reference"] = json!("Patient/other")),
        ),
        ("QuestionnaireResponse.subject.display".into(), Box::new(|r| r["subject"]["display"] = json!("Ama"))),
        (
            "QuestionnaireResponse.author.reference".into(),
            Box::new(|r| r["author"] = json!({ "reference": "Practitioner/1" })),
        ),
        (
            "QuestionnaireResponse.source.reference".into(),
            Box::new(|r| r["source"] = json!({ "reference": "RelatedPerson/1" })),
        ),
        ("QuestionnaireResponse.basedOn".into(), Box::new(|r| r["basedOn"] = json!([{ "reference": "CarePlan/1" }]))),
        (
            "QuestionnaireResponse.contained".into(),
            Box::new(|r| r["contained"] = json!([{ "resourceType": "Patient" }])),
        ),
        (
            "QuestionnaireResponse.text.div".into(),
            Box::new(
                |r| r["text"] = json!({ "status": "generated", "div": "<div xmlns=\"http://www.w3.org/1999/xhtml\">I want Haloperidol</div>" }),
            ),
        ),
        ("QuestionnaireResponse.item[0].linkId".into(), Box::new(|r| r["item"][0]["linkId"] = json!("agreements"))),
        (format!("{PREFERENCE}.linkId"), Box::new(|r| r["item"][0]["item"][0]["linkId"] = json!("helps.preference"))),
        (format!("{PREFERENCE}.answer"), Box::new(|r| r["item"][0]["item"][0]["answer"] = text("x"))),
        ("QuestionnaireResponse.item[0].text".into(), Box::new(|r| r["item"][0]["text"] = json!("Treatment I want"))),
        (
            format!("{PREFERENCE}.item[2].text"),
            Box::new(|r| r["item"][0]["item"][0]["item"][2]["text"] = json!("What I want")),
        ),
        (
            format!("{PREFERENCE}.item[1].extension"),
            Box::new(|r| {
                r["item"][0]["item"][0]["item"][1]["extension"] = json!([{ "url": "urn:x", "valueString": "x" }])
            }),
        ),
        (
            format!("{PREFERENCE}.item[1].answer[0].valueInteger"),
            Box::new(move |r| preference(r, 1, json!([{ "valueInteger": 1 }]))),
        ),
        (
            format!("{PREFERENCE}.item[1].answer[0].item"),
            Box::new(move |r| preference(r, 1, json!([{ "valueString": "x", "item": [{ "linkId": "y" }] }]))),
        ),
        (format!("{PREFERENCE}.item[1].answer[0].valueString"), Box::new(move |r| preference(r, 1, text("a\u{1}b")))),
        (
            format!("{PREFERENCE}.item[1].answer"),
            Box::new(move |r| preference(r, 1, json!([{ "valueString": "x" }, { "valueString": "y" }]))),
        ),
        (format!("{PREFERENCE}.item[2].answer[0].valueString"), Box::new(move |r| preference(r, 2, text("refuse")))),
        (
            format!("{PREFERENCE}.item[2].answer[0].valueCoding"),
            Box::new(move |r| preference(r, 2, code("preference-direction", "maybe"))),
        ),
        (
            format!("{PREFERENCE}.item[2].answer[0].valueCoding"),
            Box::new(move |r| preference(r, 2, code("contactable", "refuse"))),
        ),
        (
            format!("{PREFERENCE}.item[2].answer[0].valueCoding.display"),
            Box::new(|r| r["item"][0]["item"][0]["item"][2]["answer"][0]["valueCoding"]["display"] = json!("Wants")),
        ),
        // A direction is never guessed, and never against what is meant.
        (PREFERENCE.into(), Box::new(move |r| drop(r, 0, 2))),
        (PREFERENCE.into(), Box::new(move |r| preference(r, 2, code("preference-direction", "prefer")))),
        (PREFERENCE.into(), Box::new(move |r| preference(r, 3, code("preference-intent", "advance-consent")))),
        (CONTACT.into(), Box::new(move |r| drop(r, 1, 0))),
        (CONTACT.into(), Box::new(move |r| drop(r, 1, 2))),
        (CONTACT.into(), Box::new(move |r| contact(r, 2, code("contactable", "only-if")))),
        (
            format!("{CONTACT}.item[2].answer[0].valueCoding"),
            Box::new(move |r| contact(r, 2, code("contactable", "never"))),
        ),
        (
            format!("{CONTACT}.item[0].answer[0].valueString"),
            Box::new(move |r| contact(r, 0, text(&"x".repeat(1_001)))),
        ),
        (
            format!("{WORDS}.answer[0].valueString"),
            Box::new(|r| r["item"][2]["item"][0]["answer"] = text(&"🥄".repeat(20_001))),
        ),
        (
            "QuestionnaireResponse.item[3]".into(),
            Box::new(|r| {
                let again = r["item"][2].clone();
                r["item"].as_array_mut().unwrap().push(again);
            }),
        ),
        (
            format!("{CONTACT}.item[4]"),
            Box::new(|r| {
                let again = r["item"][1]["item"][0]["item"][3].clone();
                r["item"][1]["item"][0]["item"].as_array_mut().unwrap().push(again);
            }),
        ),
    ];
    for (path, change) in cases {
        let mut changed = example();
        change(&mut changed);
        let faults = read(&changed).unwrap_err();
        assert!(faults.iter().any(|fault| fault.path == path), "{path}: {faults:?}");
        assert!(faults.iter().all(|fault| !fault.to_string().contains("Haloperidol")), "{faults:?}");
    }
}

fn drop_member(response: &mut Value, member: &str) {
    response.as_object_mut().unwrap().remove(member);
}

#[test]
fn what_is_asked_only_after_another_answer_is_not_answered_without_it() {
    let of = |link: &str, answer: Value| json!({ "linkId": format!("visits-news.contact.{link}"), "answer": answer });
    let mut never = vec![
        of("name", text("Ward staff")),
        of("role", code("party-role", "clinician")),
        of("contact", code("contactable", "never")),
    ];
    let send = |parts: &[Value]| {
        let group = json!({ "linkId": "visits-news.contact", "item": parts });
        read(&response(PlanKind::AdvanceDirective, vec![json!({ "linkId": "visits-news", "item": [group] })]))
    };
    assert_eq!(send(&never).unwrap().items.len(), 1);
    never.push(of("may-be-told", code("may-be-told", "where-i-am")));
    assert_eq!(send(&never).unwrap_err()[0].path, "QuestionnaireResponse.item[0].item[0].item[3].answer[0]");
}
