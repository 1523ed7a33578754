//! The answers to one of our questionnaires, as a new draft. Each answer is exactly one thing in the plan; one that is
//! not is refused with its place, and nothing is guessed from what was left open.
//! <https://hl7.org/fhir/R4/questionnaireresponse.html>

mod items;

use std::collections::BTreeSet;

use sayso_plan::draft::NotTaken;
use sayso_plan::form::{self, Answer, Choice, LINE_MAX_SCALARS, Question};
use sayso_plan::words::WORDS_MAX_SCALARS;
use sayso_plan::{Content, Lang, PersonId, PlanKind, Share};
use sayso_wire::{Path, Tree};
use serde_json::{Value, json};

use super::gate::RUNS_SOUGHT_MAX;
use super::transaction::{placed, stop};
use super::{labels, language, lossless, strange, tree};
use crate::fault::{Fault, Why};
use crate::outgoing::text_runs;
use crate::{native, profile};

const ROOT: &str = "QuestionnaireResponse";

/// The version under which the questionnaires are published (`profiles/sushi-config.yaml`).
const VERSION: &str = "0.1.0";

/// What stands in a response beside its answers and is understood; `authored` is the server's to say, as of a document
/// its `date`.
const HEAD: [&str; 12] = [
    "resourceType",
    "id",
    "meta",
    "text",
    "language",
    "questionnaire",
    "status",
    "subject",
    "authored",
    "author",
    "source",
    "item",
];

/// The plan that answers make.
pub struct Answered {
    /// Its content: a draft.
    pub content: Content,
    /// FHIRPath of each item.
    places: Vec<String>,
}

impl std::fmt::Debug for Answered {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Answered({} items)", self.places.len())
    }
}

impl Answered {
    /// A reason of the plan's rules as a fault in the response that was sent.
    #[must_use]
    pub fn fault(&self, not_taken: &NotTaken) -> Fault {
        placed(&Fault::from(not_taken), &self.places, ROOT)
    }

    /// The FHIRPath of what stands at a JSON pointer into the native plan.
    #[must_use]
    pub fn place(&self, pointer: &str) -> String {
        let item = pointer.strip_prefix("/items/").and_then(|rest| rest.split('/').next()?.parse::<usize>().ok());
        item.and_then(|item| self.places.get(item)).map_or_else(|| ROOT.to_owned(), Clone::clone)
    }
}

/// Reads a QuestionnaireResponse of `person` to a questionnaire of ours. `base` is the FHIR base without a slash at its
/// end.
///
/// # Errors
/// Up to 20 faults with FHIRPaths: for what is not an answer to a question, and for another person's.
pub fn answers(bytes: &[u8], person: PersonId, base: &str) -> Result<Answered, Vec<Fault>> {
    answers_of(tree(bytes, ROOT)?, person, base)
}

/// As [`answers`], for a tree that was read before.
///
/// # Errors
/// As [`answers`].
pub fn answers_of(tree: Tree, person: PersonId, base: &str) -> Result<Answered, Vec<Fault>> {
    let tree = lossless(tree, ROOT)?;
    if tree.text("resourceType") != Some(ROOT) {
        return Err(vec![Fault::new(ROOT, Why::Value("send a QuestionnaireResponse"))]);
    }
    let (kind, lang) = head(&tree, person, base)?;
    let mut reader =
        Reader { lang: &lang, items: Vec::new(), places: Vec::new(), parties: Vec::new(), faults: Vec::new() };
    reader.sections(&tree, kind);
    reader.narrative(&tree, kind);
    stop(reader.faults)?;
    let plan = json!({
        "kind": kind.code(), "status": "draft", "language": lang.as_str(),
        // The title is not asked for, and the kind's label is English.
        "title": { "text": kind.label(), "lang": "en" },
        "parties": reader.parties, "items": reader.items,
    });
    let places = reader.places;
    let content = native::content(plan)
        .map_err(|faults| faults.iter().map(|fault| placed(fault, &places, ROOT)).collect::<Vec<_>>())?;
    Ok(Answered { content, places })
}

/// The kind of plan and the language, of a response that is this person's and of ours.
fn head(tree: &Tree, person: PersonId, base: &str) -> Result<(PlanKind, Lang), Vec<Fault>> {
    let mut faults = Vec::new();
    only(tree, ROOT, &HEAD, &mut faults);
    faults.extend(labels::nothing_above(Share::Open, tree, ROOT));
    let fault = |element: &str, why| Fault::new(format!("{ROOT}.{element}"), why);
    if !matches!(tree.text("status"), Some("completed" | "amended" | "in-progress")) {
        let why = "answers with the status completed, amended or in-progress are taken";
        faults.push(fault("status", Why::Value(why)));
    }
    if tree.get("subject").is_none() {
        faults.push(fault("subject", Why::Missing("the person, as Patient reference,")));
    }
    for element in ["subject", "author", "source"] {
        if let Some(reference) = tree.get(element) {
            own(reference, &format!("{ROOT}.{element}"), person, base, &mut faults);
        }
    }
    let lang = language(tree, ROOT).map_err(|fault| faults.push(fault));
    let kind = tree.text("questionnaire").and_then(kind_of);
    if kind.is_none() {
        let why = "answers to the questionnaires of this server are taken, https://sayso.example/fhir/Questionnaire/ and the kind of plan, in the version that is published";
        faults.push(fault("questionnaire", Why::Value(why)));
    }
    match (kind, lang) {
        (Some(kind), Ok(lang)) if faults.is_empty() => Ok((kind, lang)),
        _ => Err(faults),
    }
}

/// The kind that a canonical names, with our version or none.
fn kind_of(canonical: &str) -> Option<PlanKind> {
    let path = canonical.strip_prefix(profile::CANONICAL)?.strip_prefix("/Questionnaire/")?;
    let (code, version) = path.split_once('|').map_or((path, VERSION), |(code, version)| (code, version));
    code.parse().ok().filter(|_| version == VERSION)
}

/// A reference must be the person, and say nothing more.
fn own(reference: &Tree, place: &str, person: PersonId, base: &str, faults: &mut Vec<Fault>) {
    only(reference, place, &["reference", "type"], faults);
    let own = format!("Patient/{person}");
    let to = reference.text("reference").unwrap_or_default();
    if to != own && to != format!("{base}/{own}") {
        faults.push(Fault::new(format!("{place}.reference"), Why::OtherPerson));
    }
    if reference.get("type").is_some_and(|kind| kind.as_str() != Some("Patient")) {
        faults.push(Fault::new(format!("{place}.type"), Why::OtherPerson));
    }
}

/// Refuses members that are not known here.
fn only(tree: &Tree, place: &str, known: &[&str], faults: &mut Vec<Fault>) {
    strange(tree, place, known).for_each(|fault| note(faults, fault));
}

/// Most faults that are found in one body.
const FAULTS_MAX: usize = 20;

fn note(faults: &mut Vec<Fault>, fault: Fault) {
    if faults.len() < FAULTS_MAX {
        faults.push(fault);
    }
}

/// Whether a FHIR string may hold the text (R4, datatypes, string). Blanks at its edges are the person's.
fn is_string(text: &str) -> bool {
    let illegal = |c: char| (c < ' ' && !matches!(c, '\t' | '\n' | '\r')) || matches!(c, '\u{fffe}' | '\u{ffff}');
    !text.is_empty() && !text.chars().any(illegal)
}

/// One thing that was answered, and where.
struct Given {
    question: &'static Question,
    place: String,
    what: What,
}

enum What {
    Text(String),
    Code(&'static str),
    YesNo(bool),
    Group(Group),
}

/// What was answered to a group of questions.
struct Group {
    place: String,
    given: Vec<Given>,
}

impl Group {
    fn all(&self, name: &str) -> impl Iterator<Item = &What> {
        self.given.iter().filter(move |given| given.question.name == name).map(|given| &given.what)
    }

    fn texts(&self, name: &str) -> Vec<&str> {
        self.all(name).filter_map(|what| if let What::Text(text) = what { Some(text.as_str()) } else { None }).collect()
    }

    fn text(&self, name: &str) -> Option<&str> {
        self.texts(name).first().copied()
    }

    fn codes(&self, name: &str) -> Vec<&'static str> {
        self.all(name).filter_map(|what| if let What::Code(code) = what { Some(*code) } else { None }).collect()
    }

    fn code(&self, name: &str) -> Option<&'static str> {
        self.codes(name).first().copied()
    }

    fn yes(&self, name: &str) -> Option<bool> {
        self.all(name).find_map(|what| if let What::YesNo(yes) = what { Some(*yes) } else { None })
    }

    fn groups(&self, name: &str) -> impl Iterator<Item = &Self> {
        self.all(name).filter_map(|what| if let What::Group(group) = what { Some(group) } else { None })
    }
}

struct Reader<'a> {
    lang: &'a Lang,
    /// Native items, and the FHIRPath of each.
    items: Vec<Value>,
    places: Vec<String>,
    parties: Vec<Value>,
    faults: Vec<Fault>,
}

impl Reader<'_> {
    fn refuse(&mut self, place: impl Into<String>, why: Why) {
        note(&mut self.faults, Fault::new(place, why));
    }

    fn sections(&mut self, tree: &Tree, kind: PlanKind) {
        let mut seen = BTreeSet::new();
        for (n, item) in tree.get("item").map(Tree::elements).unwrap_or_default().iter().enumerate() {
            let place = format!("{ROOT}.item[{n}]");
            let link = item.text("linkId").unwrap_or_default();
            let Some(section) = form::sections(kind).find(|section| section.code() == link) else {
                self.refuse(format!("{place}.linkId"), NOT_ASKED);
                continue;
            };
            if !seen.insert(section) {
                self.refuse(place.clone(), ONCE);
            }
            self.is_group(item, &place, section.title());
            let questions: Vec<_> = form::questions(section).map(|(_, question)| question).collect();
            let group = self.group(item, place, link, &questions);
            for (kind, question) in form::questions(section) {
                for given in group.given.iter().filter(|given| given.question.name == question.name) {
                    self.item(section, kind, given);
                }
            }
        }
    }

    /// What was answered to these questions inside an item.
    fn group(&mut self, item: &Tree, place: String, inside: &str, questions: &[&'static Question]) -> Group {
        let mut group = Group { place, given: Vec::new() };
        let mut seen = BTreeSet::new();
        for (n, item) in item.get("item").map(Tree::elements).unwrap_or_default().iter().enumerate() {
            let place = format!("{}.item[{n}]", group.place);
            let link = item.text("linkId").unwrap_or_default();
            let name = link.strip_prefix(inside).and_then(|rest| rest.strip_prefix('.'));
            let Some(question) = questions.iter().find(|question| Some(question.name) == name) else {
                self.refuse(format!("{place}.linkId"), NOT_ASKED);
                continue;
            };
            // A group that may be answered more than once stands here more than once; a question has many answers.
            let may_repeat = question.many && matches!(question.answer, Answer::Group(_));
            if !seen.insert(question.name) && !may_repeat {
                self.refuse(place.clone(), ONCE);
            }
            let given = self.given(item, place, link, question);
            group.given.extend(given);
        }
        self.whole(&group, questions);
        group
    }

    fn given(&mut self, item: &Tree, place: String, link: &str, question: &'static Question) -> Vec<Given> {
        if let Answer::Group(parts) = &question.answer {
            self.is_group(item, &place, question.text);
            let group = self.group(item, place.clone(), link, &parts.iter().collect::<Vec<_>>());
            let what = (!group.given.is_empty()).then_some(What::Group(group));
            return what.map(|what| Given { question, place, what }).into_iter().collect();
        }
        only(item, &place, &["linkId", "text", "answer"], &mut self.faults);
        self.text(item, &place, question.text);
        let answers = item.get("answer").map(Tree::elements).unwrap_or_default();
        if answers.len() > 1 && !question.many {
            self.refuse(format!("{place}.answer"), Why::Value("one answer is asked for here"));
        }
        let mut given = Vec::new();
        for (n, answer) in answers.iter().enumerate() {
            let place = format!("{place}.answer[{n}]");
            let what = self.what(answer, &place, &question.answer);
            given.extend(what.map(|what| Given { question, place, what }));
        }
        given
    }

    /// One answer: the value of the type that was asked for, and nothing beside or inside it.
    fn what(&mut self, answer: &Tree, place: &str, asked: &Answer) -> Option<What> {
        let (value, want) = match asked {
            Answer::Text | Answer::Line => ("valueString", "answer this with valueString"),
            Answer::YesNo => ("valueBoolean", "answer this with valueBoolean"),
            Answer::Choice(_) => ("valueCoding", "answer this with valueCoding"),
            Answer::Group(_) => return None,
        };
        for (key, _) in answer.members().iter().filter(|(key, _)| key != value) {
            let why = if key.starts_with("value") { Why::Value(want) } else { Why::NotMapped };
            note(&mut self.faults, Fault::at(place, &Path::default().key(key), why));
        }
        let place = format!("{place}.{value}");
        match (asked, answer.get(value)) {
            (Answer::YesNo, Some(Tree::Bool(yes))) => Some(What::YesNo(*yes)),
            (Answer::Choice(choice), Some(coding)) => self.code(coding, &place, choice).map(What::Code),
            (Answer::Text, Some(Tree::String(text))) => self.words(text, place, WORDS_MAX_SCALARS, TOO_LONG),
            (Answer::Line, Some(Tree::String(text))) => self.words(text, place, LINE_MAX_SCALARS, LONG_LINE),
            (_, None) => None,
            (_, Some(_)) => {
                self.refuse(place, Why::Value(want));
                None
            }
        }
    }

    fn words(&mut self, text: &str, place: String, most: usize, too_long: Why) -> Option<What> {
        let why = match text {
            _ if !is_string(text) => {
                Why::Value("a FHIR string is not empty and holds no control characters but tab and ends of lines")
            }
            _ if text.chars().count() > most => too_long,
            _ => return Some(What::Text(text.to_owned())),
        };
        self.refuse(place, why);
        None
    }

    fn code(&mut self, coding: &Tree, place: &str, choice: &Choice) -> Option<&'static str> {
        only(coding, place, &["system", "code", "display"], &mut self.faults);
        let list = format!("{}/CodeSystem/{}", profile::CANONICAL, choice.list);
        let code = coding.text("code").unwrap_or_default();
        let option = choice.options.iter().find(|(option, _)| *option == code && coding.text("system") == Some(&list));
        let Some((code, display)) = option else {
            self.refuse(place, Why::Value("choose one of the answers that the questionnaire offers here"));
            return None;
        };
        if coding.get("display").is_some_and(|shown| shown.as_str() != Some(display)) {
            let why = "this is shown for another answer; send the display that the questionnaire has, or leave it out";
            self.refuse(format!("{place}.display"), Why::Value(why));
        }
        Some(*code)
    }

    fn is_group(&mut self, item: &Tree, place: &str, text: &str) {
        only(item, place, &["linkId", "text", "item"], &mut self.faults);
        self.text(item, place, text);
    }

    /// Who answered was shown this question and no other.
    fn text(&mut self, item: &Tree, place: &str, text: &str) {
        if item.get("text").is_some_and(|shown| shown.as_str() != Some(text)) {
            let why = "this is not the text of the published question; send that, or leave it out";
            self.refuse(format!("{place}.text"), Why::Value(why));
        }
    }

    /// All that must be said is said, and nothing that was not to be asked.
    fn whole(&mut self, group: &Group, questions: &[&'static Question]) {
        if group.given.is_empty() {
            return;
        }
        for question in questions {
            let asked = question
                .only
                .as_ref()
                .is_none_or(|only| group.code(only.name).is_some_and(|code| only.is.iter().any(|(is, _)| *is == code)));
            let given = group.given.iter().find(|given| given.question.name == question.name);
            match given {
                None if asked && question.needed => {
                    // Where an answer was refused, that says enough.
                    let refused = self.faults.iter().any(|fault| fault.path.starts_with(&group.place));
                    if !refused {
                        self.refuse(group.place.clone(), Why::Missing(question.name));
                    }
                }
                Some(given) if !asked => {
                    let why = "this is not asked after what was answered before; leave it out";
                    self.refuse(given.place.clone(), Why::Value(why));
                }
                None | Some(_) => {}
            }
        }
    }

    /// A narrative may say what the answers say and the questions ask, and no more.
    fn narrative(&mut self, tree: &Tree, kind: PlanKind) {
        let Some(div) = tree.get("text").and_then(|text| text.text("div")) else { return };
        let mut said = format!("{}\n", kind.label());
        say(tree.get("item").unwrap_or(&Tree::Null), &mut said);
        let runs: BTreeSet<String> = text_runs(div).into_iter().collect();
        if runs.len() > RUNS_SOUGHT_MAX || runs.iter().any(|run| !said.contains(run.as_str())) {
            self.refuse(format!("{ROOT}.text.div"), Why::ForeignNarrative);
        }
    }
}

const NOT_ASKED: Why = Why::Value("no question of this questionnaire has this linkId here");
const ONCE: Why = Why::Value("this stands here once; answers to one question stand beside each other in it");
const TOO_LONG: Why = Why::Value("at most 20000 characters fit here; give the rest as another answer");
const LONG_LINE: Why = Why::Value("at most 1000 characters fit here");

/// Everything that is said in answers, blanks folded as in [`text_runs`].
fn say(tree: &Tree, said: &mut String) {
    if let Some(text) = tree.as_str() {
        said.push_str(&text.split_whitespace().collect::<Vec<_>>().join(" "));
        said.push('\n');
    }
    tree.members().iter().for_each(|(_, member)| say(member, said));
    tree.elements().iter().for_each(|element| say(element, said));
}
