//! What is published about plans says what this room says: the questionnaires, and the lists of codes.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::string_slice,
    clippy::wildcard_enum_match_arm,
    reason = "tests fail by panicking"
)]

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::slice;

use sayso_plan::form::{self, Answer, Choice, LINE_MAX_SCALARS, Question};
use sayso_plan::section::Cardinality;
use sayso_plan::words::WORDS_MAX_SCALARS;
use sayso_plan::{PlanKind, Section};
use serde_json::Value;

fn path(name: &str) -> String {
    format!("{}/../../profiles/{name}", env!("CARGO_MANIFEST_DIR"))
}

fn read(name: &str) -> String {
    std::fs::read_to_string(path(name)).unwrap_or_default()
}

fn written(name: &str, text: &str) {
    if std::env::var_os("SAYSO_BLESS").is_some() {
        std::fs::write(path(name), text).unwrap();
    }
    assert_eq!(read(name), text, "{name} is stale; SAYSO_BLESS=1 writes it anew");
}

/// What a kind asks for beyond its sections, and no questionnaire can check.
const fn rule(kind: PlanKind) -> &'static str {
    match kind {
        PlanKind::JointCrisisPlan => {
            " A joint plan also names at least two parties who agree it with each other and a facilitator from outside the treating team; where parties disagree, each says so in their own words. It also needs what they agreed, which is not asked here: each of them says where they stand on it."
        }
        PlanKind::AdvanceDirective => {
            " A directive also needs an answer about treatment, place, who speaks for the person, force or self-binding, and the law it is written under, which may be unknown."
        }
        PlanKind::WellnessPlan
        | PlanKind::ContingencyPlan
        | PlanKind::SafetyPlan
        | PlanKind::RecoveryPlan
        | PlanKind::CrisisCard => "",
    }
}

/// The name that FSH has for a published list of codes: `preference-direction` is `PreferenceDirection`.
fn fsh(list: &str) -> String {
    list.split('-').map(|word| word[..1].to_uppercase() + &word[1..]).collect()
}

/// The published list from which the answer to a choice among `questions` is.
fn list_of(questions: &[Question], name: &str) -> String {
    match questions.iter().find(|question| question.name == name).map(|question| &question.answer) {
        Some(Answer::Choice(choice)) => fsh(choice.list),
        _ => panic!("{name} is no choice here"),
    }
}

/// Writes items and those inside them. `place` is where they stand, for instance `item[=].item`.
fn items(out: &mut String, place: &str, inside: &str, questions: &[Question]) {
    for question in questions {
        item(out, place, inside, question, questions);
    }
}

fn item(out: &mut String, place: &str, inside: &str, question: &Question, siblings: &[Question]) {
    let Question { name, text, answer, needed, many, only } = question;
    let form = match answer {
        Answer::Text => "text",
        Answer::Line => "string",
        Answer::YesNo => "boolean",
        Answer::Choice(_) => "choice",
        Answer::Group(_) => "group",
    };
    let mut say = |said: String| writeln!(out, "* {place}{said}").unwrap();
    say(format!("[+].linkId = \"{inside}.{name}\""));
    say(format!("[=].text = \"{text}\""));
    say(format!("[=].type = #{form}"));
    if let Some(only) = only {
        for (code, _) in only.is {
            say(format!("[=].enableWhen[+].question = \"{inside}.{}\"", only.name));
            say("[=].enableWhen[=].operator = #=".to_owned());
            say(format!("[=].enableWhen[=].answerCoding = {}#{code}", list_of(siblings, only.name)));
        }
        say("[=].enableBehavior = #any".to_owned());
    }
    if *needed {
        say("[=].required = true".to_owned());
    }
    if *many {
        say("[=].repeats = true".to_owned());
    }
    match answer {
        Answer::Text => say(format!("[=].maxLength = {WORDS_MAX_SCALARS}")),
        Answer::Line => say(format!("[=].maxLength = {LINE_MAX_SCALARS}")),
        Answer::Choice(choice) => {
            for (code, display) in choice.options {
                let list = fsh(choice.list);
                say(format!("[=].answerOption[+].valueCoding = {list}#{code} \"{display}\""));
            }
        }
        Answer::YesNo => {}
        Answer::Group(parts) => {
            let (place, inside) = (format!("{place}[=].item"), format!("{inside}.{name}"));
            items(out, &place, &inside, parts);
        }
    }
}

fn questionnaire(kind: PlanKind) -> String {
    let (code, label) = (kind.code(), kind.label());
    let mut out = format!(
        "\nInstance: {code}\nInstanceOf: Questionnaire\nUsage: #definition\n\
         * url = \"https://sayso.example/fhir/Questionnaire/{code}\"\n\
         * name = \"{kind:?}\"\n\
         * title = \"{label}\"\n\
         * status = #active\n\
         * experimental = false\n\
         * subjectType = #Patient\n\
         * description = \"A group for each section of this kind of plan, in reading order. What is answered in it is kept as it is, in the person's own words. A section that is required must have something before such a plan can be in force; a draft needs nothing, and every section can be passed over.{}\"\n\
         * purpose = \"For apps that can show a form and know nothing of plans. Each question asks for all that must be known, so that nothing has to be guessed from an answer; no question asks for a diagnosis, and none has a score.\"\n\
         * code = PlanKind#{code} \"{label}\"\n",
        rule(kind)
    );
    for section in form::sections(kind) {
        let required =
            if section.cardinality(kind) == Cardinality::Needed { "* item[=].required = true\n" } else { "" };
        let (code, title) = (section.code(), section.title());
        write!(
            out,
            "* item[+].linkId = \"{code}\"\n\
             * item[=].code = PlanSection#{code} \"{title}\"\n\
             * item[=].text = \"{title}\"\n\
             * item[=].type = #group\n\
             {required}"
        )
        .unwrap();
        form::questions(section)
            .for_each(|(_, question)| items(&mut out, "item[=].item", code, slice::from_ref(question)));
    }
    out
}

#[test]
fn each_kind_has_a_questionnaire_with_its_sections() {
    let mut text = "// Generated by a test of crates/plan (SAYSO_BLESS=1); do not edit.\n".to_owned();
    text.extend(PlanKind::ALL.map(questionnaire));
    written("fsh/questionnaires.fsh", &text);
}

/// All choices among these questions.
fn choices<'q>(questions: &'q [Question], found: &mut Vec<&'q Choice>) {
    for question in questions {
        match &question.answer {
            Answer::Choice(choice) => found.push(choice),
            Answer::Group(parts) => choices(parts, found),
            Answer::Text | Answer::Line | Answer::YesNo => {}
        }
    }
}

#[test]
fn what_can_be_chosen_in_a_form_stands_in_the_published_list() {
    let text = read("fsh/codes.fsh");
    let mut found = Vec::new();
    for section in Section::all() {
        form::questions(section).for_each(|(_, question)| choices(slice::from_ref(question), &mut found));
    }
    assert!(found.len() > 20);
    for choice in found {
        let published = text.split("\n\n").find(|part| part.contains(&format!("\nId: {}\n", choice.list))).unwrap();
        for (code, display) in choice.options {
            assert!(published.contains(&format!("\n* #{code} \"{display}\" ")), "{} {code}", choice.list);
        }
    }
}

/// The lists of codes in a file of FSH, whatever they are called: code systems, and value sets that choose.
fn lists(file: &str) -> BTreeSet<Vec<String>> {
    let text = read(file);
    let definitions = text.split("\n\n").filter(|part| part.contains("System: ") || part.contains("ValueSet: "));
    let code = |line: &str| {
        let (_, code) = line.strip_prefix("* ").filter(|rest| !rest.starts_with('^'))?.split_once('#')?;
        code.split_whitespace().next().map(str::to_owned)
    };
    definitions.map(|part| part.lines().filter_map(code).collect()).filter(|list: &Vec<_>| !list.is_empty()).collect()
}

fn enums(schema: &Value, found: &mut BTreeSet<Vec<String>>) {
    if let Some(list) = schema.get("enum").and_then(Value::as_array) {
        found.insert(list.iter().map(|code| code.as_str().unwrap().to_owned()).collect());
    }
    match schema {
        Value::Object(members) => members.values().for_each(|member| enums(member, found)),
        Value::Array(entries) => entries.iter().for_each(|entry| enums(entry, found)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

#[test]
fn every_list_of_codes_in_a_plan_is_published_and_no_other() {
    let mut in_plans = BTreeSet::new();
    enums(&serde_json::from_str(&read("plan.schema.json")).unwrap(), &mut in_plans);
    // What a person chose about sharing never travels.
    assert!(in_plans.remove(["open", "care", "close"].map(str::to_owned).as_slice()));
    let mut published = lists("fsh/codes.fsh");
    published.extend(lists("fsh/plan-section.fsh"));
    published.extend(lists("fsh/plan-kind.fsh"));
    let chosen = lists("fsh/value-sets.fsh");
    for list in &in_plans {
        assert!(published.contains(list) || chosen.contains(list), "not published: {list:?}");
    }
    for list in &published {
        assert!(in_plans.contains(list), "published, and in no plan: {list:?}");
    }
}
