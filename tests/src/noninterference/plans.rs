//! Plans and items: those of the invented persons, and more of every type from a seed.

use sayso_plan::plan::WholeDocument;
use sayso_plan::{Content, DraftItem, ItemType, Party, PartyId, PartyRole, PlanDate, PlanKind, Section, Share, State};
use serde_json::{Value, json};

use crate::generate::Choices;

macro_rules! fixture {
    ($path:literal) => {
        include_str!(concat!("../../../fixtures/persons/", $path, ".plan.json"))
    };
}

/// The day on which the houses are furnished.
pub const TODAY: PlanDate = PlanDate(time::macros::date!(2026 - 05 - 28));

/// What every generated item begins with, so that it can be found again and taken away without making a plan unready.
pub const MARK: &str = "More: ";

const JOINT: [&str; 1] = [fixture!("ama/joint-crisis")];
const OTHERS: [&str; 3] = [fixture!("layla/safety"), fixture!("jordan/wellness"), fixture!("teo/recovery")];
const DIRECTIVES: [&str; 3] = [
    fixture!("ama/advance-directive"),
    fixture!("gwenllian/advance-statement"),
    fixture!("mehmet/patientenverfuegung"),
];
const DRAFTS: [&str; 1] = [fixture!("jordan/contingency-draft")];

const WORDS: [&str; 12] = [
    "quiet",
    "please",
    "hold <my> hand",
    "& the dog",
    "“soft” light",
    "لا تقلق",
    "🥄",
    "nicht anfassen",
    "line\nbreak",
    "it's \"fine\"",
    "kettle",
    "seven",
];

/// The plans of a person who is looked at, and of the neighbour.
pub fn of_person(n: usize, choices: &mut Choices) -> Vec<Content> {
    let lists: [&[&str]; 2] = if n == 0 { [&JOINT, &OTHERS] } else { [&DIRECTIVES, &DRAFTS] };
    let mut plans: Vec<Content> = lists.iter().map(|list| read(choices.of(list).unwrap())).collect();
    for plan in &mut plans {
        thin_out(plan, choices);
        plan.parties.push(somebody(UNNAMED, "Un Named".into()));
        for _ in 0..3 + choices.below(6) {
            let section = any_section(choices);
            begin(plan, more(choices, section, None, "self"));
        }
    }
    if n == 0 {
        plans.push(document(choices));
    }
    plans
}

/// A party of every plan whom nothing in it names.
pub const UNNAMED: &str = "unnamed";

/// Somebody of the family.
#[must_use]
pub fn somebody(id: &str, name: String) -> Party {
    let id = PartyId::try_from(id).unwrap();
    Party { id, name, role: PartyRole::Family, organization: None, in_treating_team: None }
}

/// Another plan of a kind that the person does not have yet.
pub fn another(n: usize, choices: &mut Choices) -> Content {
    let mut plan = if n == 0 { read(choices.of(&DIRECTIVES).unwrap()) } else { read(choices.of(&OTHERS).unwrap()) };
    thin_out(&mut plan, choices);
    let section = any_section(choices);
    begin(&mut plan, more(choices, section, None, "self"));
    plan
}

/// Adds an item to a plan that is not handed in yet: its section is not said to be empty any more.
fn begin(plan: &mut Content, item: DraftItem) {
    plan.absences.remove(&item.item.section);
    plan.items.push(item);
}

/// Takes away items that the plan does not need, so that no two houses have the same plans, and asking is quick.
fn thin_out(plan: &mut Content, choices: &mut Choices) {
    let mut place = 0;
    while place < plan.items.len() {
        let item = plan.items.remove(place);
        if choices.once_in(3) || !plan.kind.missing(plan, TODAY).is_empty() {
            plan.items.insert(place, item);
            place += 1;
        }
    }
}

/// A document that is kept whole.
pub fn document(choices: &mut Choices) -> Content {
    let mut plan = read(DRAFTS[0]);
    // Also of a kind that is open as a whole: a permit for it opens no document.
    plan.kind = choices.of(&[PlanKind::CrisisCard, PlanKind::AdvanceDirective]).unwrap();
    plan.status = State::Active;
    plan.items.clear();
    plan.absences.clear();
    let data = ["UGxlYXNlIGxpc3Rlbi4=", "eyJyZXNvdXJjZVR5cGUiOiJCdW5kbGUifQ=="];
    plan.document = Some(WholeDocument {
        content_type: "application/octet-stream".into(),
        data: (*choices.of(&data).unwrap()).into(),
        title: Some("scanned".into()),
        creation: None,
        types: Vec::new(),
    });
    plan
}

fn read(text: &str) -> Content {
    serde_json::from_str(text).unwrap()
}

/// Any section.
pub fn any_section(choices: &mut Choices) -> Section {
    let all: Vec<Section> = Section::all().collect();
    choices.of(&all).unwrap()
}

/// Some text that nobody else has written.
pub fn text(choices: &mut Choices) -> String {
    let words: Vec<&str> = (0..2 + choices.below(5)).filter_map(|_| choices.of(&WORDS)).collect();
    format!("{MARK}{} {:x}", words.join(" "), choices.below(u64::from(u32::MAX)))
}

/// One more item, of a type that belongs into the section.
pub fn more(choices: &mut Choices, section: Section, share: Option<Share>, party: &str) -> DraftItem {
    let kind = choices.of(section.types()).unwrap();
    let mut item = json!({
        "section": section, "words": {"text": text(choices), "lang": "en"},
        "voice": {"party": "self", "role": "person"},
    });
    put(&mut item, typed(kind, party, &text(choices)));
    if section == Section::NotInvolve && kind == ItemType::Contact {
        put(&mut item, json!({"contact": "never"}));
    }
    if choices.once_in(2) {
        put(&mut item, json!({ "order": 1 + choices.below(5) }));
    }
    if let Some(share) = share {
        put(&mut item, json!({ "share": share }));
    }
    serde_json::from_value(item).unwrap()
}

fn typed(kind: ItemType, party: &str, text: &str) -> Value {
    match kind {
        ItemType::Words => json!({"type": "words"}),
        ItemType::Contact => {
            json!({"type": "contact", "party": party, "contact": "yes", "reach": [{"by": "phone", "value": text}]})
        }
        ItemType::Preference => json!({
            "type": "preference", "about": {"kind": "place", "words": text}, "direction": "prefer", "intent": "wish",
        }),
        ItemType::Goal => json!({"type": "goal", "why": text, "steps": [{"words": text, "who": party}]}),
        ItemType::Ladder => {
            json!({"type": "ladder", "ordered": false, "rungs": [{"cue": text, "do": [text], "who": [party]}]})
        }
        ItemType::Agreement => json!({
            "type": "agreement", "what": text, "parties": [party],
            "stances": [{"party": party, "position": "agreed"}],
        }),
        ItemType::Arrangement => {
            json!({"type": "arrangement", "for": "pet", "who": party, "accepted_by_them": "yes", "key_facts": text})
        }
        ItemType::Need => json!({"type": "need", "need": "sensory", "strength": "must"}),
    }
}

fn put(item: &mut Value, more: Value) {
    let (Some(item), Value::Object(more)) = (item.as_object_mut(), more) else { return };
    item.extend(more);
}
