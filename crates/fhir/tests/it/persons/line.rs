//! One line for one item: its first words, as they leave.

use std::collections::BTreeMap;

use sayso_consent::{Projection, Released};
use sayso_fhir::{Shown, outgoing};
use sayso_plan::item::{Direction, Intent, ItemKind, Translator};
use sayso_plan::{Section, StoredItem};
use serde_json::Value;

use crate::world::BASE;

/// How long a line may be before it is shortened.
const LONG: usize = 80;

/// What the Observations of a release say, by the item.
pub(super) type Sentences = BTreeMap<String, String>;

/// The sentence of each item that leaves as one: with what keeps it from reading as its opposite.
pub(super) fn sentences(released: &Released<Projection>) -> Sentences {
    let said = |shown: Shown| Some((shown.id, shown.json["valueString"].as_str()?.to_owned()));
    outgoing::resources(released, BASE).into_iter().filter_map(said).collect()
}

/// The first line, by whole words, with an ellipsis where something was left out.
pub(super) fn shortened(text: &str) -> String {
    let first = text.trim().lines().next().unwrap_or_default().trim();
    let mut kept = String::new();
    for word in first.split_inclusive(' ') {
        if !kept.is_empty() && kept.trim_end().chars().count() + word.trim_end().chars().count() >= LONG {
            return format!("{} …", kept.trim_end());
        }
        kept.push_str(word);
    }
    // Where no spaces stand between words, nothing tells a whole word: then by characters.
    if kept.chars().count() > 2 * LONG {
        return kept.chars().take(LONG).collect::<String>() + " …";
    }
    if text.trim().lines().count() > 1 { format!("{kept} …") } else { kept }
}

/// The item in one line. What holds only under a condition, and what is a no, is never cut.
pub(super) fn of(item: &StoredItem, shown: &Projection, sentences: &Sentences) -> String {
    let sentence = sentences.get(&item.id.to_string());
    let conditional = !item.item.when.is_empty() || matches!(item.item.kind, ItemKind::Preference(_));
    let whole = conditional || sentence.is_some_and(|said| said.contains('«'));
    let cut = |text: &str| if whole { text.trim().replace('\n', " ") } else { shortened(text) };
    let words = item.item.words.as_ref().map(|words| words.text());
    let name = |party| shown.parties.iter().find(|one| &one.id == party).map_or("", |one| one.name.as_str());
    let mut line = match (&item.item.kind, sentence) {
        (_, Some(sentence)) => cut(sentence),
        (ItemKind::Contact(contact), None) => match words {
            Some(words) => format!("{}: {}", name(&contact.party), cut(words)),
            None => name(&contact.party).to_owned(),
        },
        (ItemKind::Ladder(ladder), None) => {
            let cues: Vec<String> = ladder.rungs.iter().map(|rung| shortened(&rung.cue)).collect();
            words.map(|words| shortened(words) + " ").unwrap_or_default() + &cues.join(" → ")
        }
        (ItemKind::Agreement(agreement), None) => shortened(&agreement.what),
        (ItemKind::Arrangement(arrangement), None) => {
            shortened(words.or(arrangement.key_facts.as_deref()).unwrap_or_default())
        }
        (ItemKind::Words(_) | ItemKind::Goal(_) | ItemKind::Preference(_) | ItemKind::Need(_), None) => {
            cut(words.unwrap_or_default())
        }
    };
    for beside in item.item.translations.iter().filter(|one| one.lang.as_str().starts_with("en")) {
        let by = if beside.by == Translator::Machine { " (by a machine)" } else { "" };
        let (before, behind) = around(item);
        line.push_str(&format!("\\\n  {before}*{}*{behind}{by}", cut(&beside.text)));
    }
    line
}

/// What stands around a translation, which is of the words alone: that it is a no, and that it has a condition.
fn around(item: &StoredItem) -> (&'static str, &'static str) {
    let refused = matches!(&item.item.kind, ItemKind::Preference(preference)
        if preference.direction == Direction::Refuse || preference.intent == Intent::AdvanceRefusal);
    let before = match (refused, item.item.section) {
        (true, _) => "refused: ",
        (false, Section::Harms) => "worse: ",
        (false, _) => "",
    };
    (before, if item.item.when.is_empty() { "" } else { " (under the condition above)" })
}

/// The name of a code as it is written in a plan, with spaces.
pub(super) fn plainly(code: &impl serde::Serialize) -> String {
    let written = serde_json::to_value(code).unwrap();
    written.as_str().map(|text: &str| text.replace('-', " ")).unwrap_or_else(|| Value::to_string(&written))
}
