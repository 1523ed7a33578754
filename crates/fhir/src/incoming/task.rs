//! A Task of our profile, as a proposal to a plan. <https://hl7.org/fhir/R4/task.html>

use std::str::FromStr;

use sayso_plan::proposal::{NAME_MAX_SCALARS, Proposed, Proposer, Suggestion};
use sayso_plan::words::WORDS_MAX_SCALARS;
use sayso_plan::{PersonId, PlanId, Share, Words};
use sayso_wire::Tree;
use serde::de::DeserializeOwned;

use super::{labels, language, lossless, strange, tree};
use crate::fault::{Fault, Why};
use crate::profile;

const ROOT: &str = "Task";

/// What stands in a Task that proposes something. `id`, `meta`, `authoredOn` and `lastModified` are the server's to say.
const KNOWN: [&str; 14] = [
    "resourceType",
    "id",
    "meta",
    "language",
    "status",
    "intent",
    "code",
    "description",
    "focus",
    "for",
    "authoredOn",
    "lastModified",
    "requester",
    "input",
];

/// A proposal as it was sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    /// To which plan.
    pub plan: PlanId,
    /// For whom, where that is said.
    pub subject: Option<PersonId>,
    /// What is proposed.
    pub suggestion: Suggestion,
}

/// Reads a Task with intent `proposal`. `base` is the FHIR base without a slash at its end.
///
/// # Errors
/// Faults with FHIRPaths for each element that is not understood: nothing of what somebody proposes is dropped.
pub fn task(bytes: &[u8], base: &str) -> Result<Asked, Vec<Fault>> {
    let tree = lossless(tree(bytes, ROOT)?, ROOT)?;
    if tree.text("resourceType") != Some(ROOT) {
        return Err(vec![Fault::new(ROOT, Why::Value("send a Task"))]);
    }
    let mut faults: Vec<Fault> = strange(&tree, ROOT, &KNOWN).collect();
    faults.extend(labels::nothing_above(Share::Open, &tree, ROOT));
    match read(&tree, base, &mut faults) {
        Some(asked) if faults.is_empty() => Ok(asked),
        _ => Err(faults),
    }
}

fn read(tree: &Tree, base: &str, faults: &mut Vec<Fault>) -> Option<Asked> {
    let mut must = |element: &str, is: &str, why| {
        if tree.text(element) != Some(is) {
            faults.push(Fault::new(format!("{ROOT}.{element}"), Why::Value(why)));
        }
    };
    must("status", "requested", "a proposal begins as requested; only the person moves it on");
    must("intent", "proposal", "send the intent proposal: the person decides whether anything comes of it");
    let plan = reference(tree, "focus", "CarePlan", base, faults);
    let subject = tree.get("for").and_then(|_| reference(tree, "for", "Patient", base, faults));
    let words = words(tree, faults);
    let by = proposer(tree, faults);
    let [role, section, about, position] = inputs(tree, faults);
    let role = code(role, "role", faults, "one of supporter, peer, clinician, facilitator, agent");
    let about = about.and_then(|_| code(about, "about", faults, "the id of an item of this plan"));
    let proposed = match code_of(tree) {
        Some("words") => {
            if position.is_some() {
                faults.push(Fault::new(
                    format!("{ROOT}.input"),
                    Why::Value("a position goes with a stance, not with words"),
                ));
            }
            let section = code(section, "section", faults, "a code of plan-section");
            if words.is_none() {
                faults.push(Fault::new(format!("{ROOT}.description"), Why::Missing("what is proposed, in words,")));
            }
            Proposed::Words { section: section?, words: words?, about }
        }
        Some("stance") => {
            if section.is_some() {
                faults.push(Fault::new(
                    format!("{ROOT}.input"),
                    Why::Value("a stance stands with its item; leave the section out"),
                ));
            }
            let position = code(position, "position", faults, "one of agreed, agreed-in-part, disagreed, not-sure");
            if about.is_none() {
                faults.push(Fault::new(format!("{ROOT}.input"), Why::Missing("the input about: the item")));
            }
            Proposed::Stance { about: about?, position: position?, words }
        }
        _ => {
            let why = "send one coding of our CodeSystem proposal: words or stance";
            faults.push(Fault::new(format!("{ROOT}.code"), Why::Value(why)));
            return None;
        }
    };
    let by = Proposer { name: by?, role: role? };
    Some(Asked { plan: plan?, subject, suggestion: Suggestion { by, proposed } })
}

/// The one coding of ours.
fn code_of(tree: &Tree) -> Option<&str> {
    let concept = tree.get("code").filter(|code| code.members().len() == 1)?;
    coded(concept, profile::PROPOSALS)
}

/// The code of a concept that is exactly one coding of this system.
fn coded<'a>(concept: &'a Tree, system: &str) -> Option<&'a str> {
    let [coding] = concept.get("coding").map(Tree::elements)? else { return None };
    let plain = coding.members().iter().all(|(key, _)| matches!(key.as_str(), "system" | "code" | "display"));
    (plain && coding.text("system") == Some(system)).then(|| coding.text("code")).flatten()
}

/// The id that a reference of this type leads to.
fn reference<T: FromStr>(tree: &Tree, element: &str, kind: &str, base: &str, faults: &mut Vec<Fault>) -> Option<T> {
    let place = format!("{ROOT}.{element}");
    let Some(reference) = tree.get(element) else {
        faults.push(Fault::new(place, Why::Missing("the plan, as CarePlan reference,")));
        return None;
    };
    faults.extend(strange(reference, &place, &["reference", "type"]));
    let to = reference.text("reference").unwrap_or_default();
    let relative = to.strip_prefix(base).and_then(|rest| rest.strip_prefix('/')).unwrap_or(to);
    let id = relative.strip_prefix(kind).and_then(|rest| rest.strip_prefix('/')).and_then(|id| id.parse().ok());
    if id.is_none() {
        let why = "write type and id: CarePlan/… in focus, Patient/… in for";
        faults.push(Fault::new(format!("{place}.reference"), Why::Value(why)));
    }
    id
}

fn words(tree: &Tree, faults: &mut Vec<Fault>) -> Option<Words> {
    let lang = language(tree, ROOT).map_err(|fault| faults.push(fault));
    let text = tree.text("description")?;
    if text.chars().any(|c| c.is_control() && !matches!(c, '\t' | '\r' | '\n')) {
        faults.push(Fault::new(format!("{ROOT}.description"), Why::Value("control characters are no words")));
        return None;
    }
    let words = (text.chars().count() <= WORDS_MAX_SCALARS).then(|| Words::new(text.to_owned(), lang.ok()?).ok());
    if words.is_none() {
        faults.push(Fault::new(format!("{ROOT}.description"), Why::Value("at most 20,000 characters")));
    }
    words.flatten()
}

fn proposer(tree: &Tree, faults: &mut Vec<Fault>) -> Option<String> {
    let place = format!("{ROOT}.requester");
    let name = tree.get("requester").and_then(|requester| {
        faults.extend(strange(requester, &place, &["display"]));
        requester.text("display")
    });
    let fits = name.filter(|name| (1..=NAME_MAX_SCALARS).contains(&name.trim().chars().count()));
    if fits.is_none() {
        faults.push(Fault::new(
            format!("{place}.display"),
            Why::Missing("who proposes it, a name of at most 200 characters,"),
        ));
    }
    fits.map(str::to_owned)
}

/// The inputs role, section, about and position, each at most once.
fn inputs<'a>(tree: &'a Tree, faults: &mut Vec<Fault>) -> [Option<&'a str>; 4] {
    let names = ["role", "section", "about", "position"];
    let mut found = [None; 4];
    for (n, input) in tree.get("input").map(Tree::elements).unwrap_or_default().iter().enumerate() {
        let place = format!("{ROOT}.input[{n}]");
        let name = input.get("type").and_then(|kind| coded(kind, profile::PROPOSAL_PARTS));
        let Some(slot) = names.iter().position(|known| Some(*known) == name) else {
            faults.push(Fault::new(format!("{place}.type"), Why::Value("one coding of our CodeSystem proposal-part")));
            continue;
        };
        let value = if names.get(slot) == Some(&"about") { "valueId" } else { "valueCode" };
        faults.extend(strange(input, &place, &["type", value]));
        match (found.get_mut(slot), input.text(value)) {
            (Some(free @ None), Some(text)) => *free = Some(text),
            (Some(Some(_)), _) => faults.push(Fault::new(place, Why::Value("give each input once"))),
            (_, _) => faults.push(Fault::new(place, Why::Missing("the value"))),
        }
    }
    found
}

fn code<T: DeserializeOwned>(text: Option<&str>, name: &str, faults: &mut Vec<Fault>, want: &'static str) -> Option<T> {
    let read = text.and_then(|text| serde_json::from_value(text.into()).ok());
    if read.is_none() {
        faults.push(Fault::new(format!("{ROOT}.input.where(type.coding.code='{name}')"), Why::Value(want)));
    }
    read
}
