//! Items: the smallest parts of a plan that can be released or withheld. One envelope, eight types.

use serde::{Deserialize, Serialize};

use crate::id::ItemId;
use crate::people::PartyId;
use crate::section::Section;
use crate::words::{Lang, Words};

/// The most items in one plan.
pub const ITEMS_MAX: usize = 500;
/// The most rungs of one ladder.
pub const RUNGS_MAX: usize = 20;
/// The most parties of one agreement.
pub const AGREEMENT_PARTIES_MAX: usize = 12;

/// Who an item is meant for when the person has not said more: a level, ordered from open to close.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Share {
    /// Anyone who helps in a crisis (v3-Confidentiality N).
    Open,
    /// People the person chose (R).
    Care,
    /// Only item by item, never by section or class (V).
    Close,
}

/// The eight item types, by name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ItemType {
    /// Anything said in own words.
    Words,
    /// A person or service, and how to reach them.
    Contact,
    /// What is wanted, accepted or refused.
    Preference,
    /// What the person wants for their life.
    Goal,
    /// Cues and what to do, step by step.
    Ladder,
    /// Who promised what.
    Agreement,
    /// Who takes care of whom or what.
    Arrangement,
    /// What is needed to talk, move, eat, believe.
    Need,
}

/// An item without its id: the envelope and what its type adds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Item {
    /// The section it stands in.
    pub section: Section,
    /// The words, verbatim; none for a pure contact.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub words: Option<Words>,
    /// What the type adds.
    #[serde(flatten)]
    pub kind: ItemKind,
    /// Translations beside the words, never instead of them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub translations: Vec<Translation>,
    /// Whose voice it is.
    pub voice: Voice,
    /// Where others stand.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub stances: Vec<Stance>,
    /// Conditions; all apply.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub when: Vec<Condition>,
    /// Place within its section, when order matters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub order: Option<u32>,
    /// The level the person chose; none means the section's default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub share: Option<Share>,
    /// Parties the item is about (never released to them reading as supporter or delegate).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub about_parties: Vec<PartyId>,
    /// The day since when it holds, `YYYY-MM-DD`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<PlanDate>,
    /// Where the item comes from, freely, for instance a group.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub framework: Option<String>,
}

impl Item {
    /// The level that counts: the person's choice, else the section's default.
    #[must_use]
    pub fn share_level(&self) -> Share {
        self.share.unwrap_or(self.section.default_share())
    }

    /// The item type.
    #[must_use]
    pub fn item_type(&self) -> ItemType {
        match &self.kind {
            ItemKind::Words(_) => ItemType::Words,
            ItemKind::Contact(_) => ItemType::Contact,
            ItemKind::Preference(_) => ItemType::Preference,
            ItemKind::Goal(_) => ItemType::Goal,
            ItemKind::Ladder(_) => ItemType::Ladder,
            ItemKind::Agreement(_) => ItemType::Agreement,
            ItemKind::Arrangement(_) => ItemType::Arrangement,
            ItemKind::Need(_) => ItemType::Need,
        }
    }

    /// Every party the item names, wherever it names them.
    pub fn parties(&self) -> impl Iterator<Item = &PartyId> {
        self.shown_parties().chain(&self.about_parties)
    }

    /// The parties that a recipient of the item reads of: all but those it is about, a list recipients never see.
    pub fn shown_parties(&self) -> impl Iterator<Item = &PartyId> {
        let own: Vec<&PartyId> = match &self.kind {
            ItemKind::Contact(c) => vec![&c.party],
            ItemKind::Goal(g) => g.steps.iter().filter_map(|s| s.who.as_ref()).collect(),
            ItemKind::Ladder(l) => l.rungs.iter().flat_map(|r| &r.who).collect(),
            ItemKind::Agreement(a) => a.parties.iter().collect(),
            ItemKind::Arrangement(a) => a.who.iter().collect(),
            ItemKind::Words(_) | ItemKind::Preference(_) | ItemKind::Need(_) => Vec::new(),
        };
        own.into_iter().chain([&self.voice.party]).chain(self.stances.iter().map(|s| &s.party))
    }

    /// The parties that the item is about, so that they do not read it as supporters of the person: those the person named
    /// for that, and whom it says should be kept out.
    pub fn concerned(&self) -> impl Iterator<Item = &PartyId> {
        let keeps_out = match &self.kind {
            ItemKind::Contact(contact) => contact.contact == Contactable::Never || self.section == Section::NotInvolve,
            ItemKind::Words(_)
            | ItemKind::Preference(_)
            | ItemKind::Goal(_)
            | ItemKind::Ladder(_)
            | ItemKind::Agreement(_)
            | ItemKind::Arrangement(_)
            | ItemKind::Need(_) => self.section == Section::NotInvolve,
        };
        let named = self.shown_parties().filter(move |party| keeps_out && !party.is_person());
        self.about_parties.iter().chain(named)
    }

    /// Every code that stands beside the words. A code can say more than the words do, a diagnosis even, so whoever is
    /// shown the item is shown its codes.
    pub fn codes(&self) -> impl Iterator<Item = &Code> {
        let own = match &self.kind {
            ItemKind::Contact(c) => c.relationship.as_ref().and_then(|r| r.code.as_ref()),
            ItemKind::Preference(p) => p.about.code.as_ref(),
            ItemKind::Words(_)
            | ItemKind::Goal(_)
            | ItemKind::Ladder(_)
            | ItemKind::Agreement(_)
            | ItemKind::Arrangement(_)
            | ItemKind::Need(_) => None,
        };
        own.into_iter().chain(self.when.iter().filter_map(|condition| condition.code.as_ref()))
    }

    /// The same item with every party renamed by `rename`.
    pub fn rename_parties(&mut self, rename: &dyn Fn(&PartyId) -> PartyId) {
        let each = |party: &mut PartyId| *party = rename(party);
        match &mut self.kind {
            ItemKind::Contact(c) => each(&mut c.party),
            ItemKind::Goal(g) => g.steps.iter_mut().filter_map(|s| s.who.as_mut()).for_each(each),
            ItemKind::Ladder(l) => l.rungs.iter_mut().flat_map(|r| &mut r.who).for_each(each),
            ItemKind::Agreement(a) => a.parties.iter_mut().for_each(each),
            ItemKind::Arrangement(a) => a.who.iter_mut().for_each(each),
            ItemKind::Words(_) | ItemKind::Preference(_) | ItemKind::Need(_) => {}
        }
        each(&mut self.voice.party);
        self.stances.iter_mut().for_each(|s| each(&mut s.party));
        self.about_parties.iter_mut().for_each(each);
    }
}

/// An item as somebody hands it in: the id is known only when it changes an item they could see.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DraftItem {
    /// The id of the item it changes; none for a new one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<ItemId>,
    /// The item.
    #[serde(flatten)]
    pub item: Item,
}

/// What each type adds to the envelope.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "lowercase")]
pub enum ItemKind {
    /// Anything said in own words.
    Words(NoMore),
    /// A person or service, and how to reach them.
    Contact(Contact),
    /// What is wanted, accepted or refused.
    Preference(Preference),
    /// What the person wants for their life.
    Goal(Goal),
    /// Cues and what to do.
    Ladder(Ladder),
    /// Who promised what.
    Agreement(Agreement),
    /// Who takes care of whom or what.
    Arrangement(Arrangement),
    /// What is needed.
    Need(Need),
}

/// A type that adds nothing to the envelope.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct NoMore {}

/// Whose voice an item is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Voice {
    /// The party.
    pub party: PartyId,
    /// In which role they speak.
    pub role: VoiceRole,
}

/// In which role somebody speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[allow(missing_docs, reason = "the names say all; CONTENT of the model: envelope, voice")]
pub enum VoiceRole {
    Person,
    Supporter,
    Peer,
    Clinician,
    Facilitator,
    Agent,
}

/// A translation of the words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Translation {
    /// The translated text.
    pub text: String,
    /// Its language.
    pub lang: Lang,
    /// Who or what translated.
    pub by: Translator,
    /// Who checked it, if anybody did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub checked_by: Option<String>,
}

/// Who or what translated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[allow(missing_docs, reason = "the names say all")]
pub enum Translator {
    Machine,
    Human,
}

/// Where a party stands on an item.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Stance {
    /// The party.
    pub party: PartyId,
    /// Where they stand.
    pub position: Position,
    /// In their own words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub words: Option<Words>,
    /// The day they said so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<PlanDate>,
}

/// Where a party stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[allow(missing_docs, reason = "the names say all")]
pub enum Position {
    Agreed,
    AgreedInPart,
    Disagreed,
    NotSure,
    NotPresent,
    NotAsked,
}

/// A condition under which an item holds, or does not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Condition {
    /// Holds if, or holds unless.
    pub sense: Sense,
    /// The condition in words, in the item's language.
    pub words: String,
    /// A code for it, when there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<Code>,
}

/// Whether a condition turns an item on or off.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[allow(missing_docs, reason = "the names say all")]
pub enum Sense {
    If,
    Unless,
}

/// A code beside the words, never instead of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Code {
    /// The code system's URI.
    pub system: String,
    /// The code.
    pub code: String,
}

/// A calendar day, written `YYYY-MM-DD`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PlanDate(#[serde(with = "day")] pub time::Date);

time::serde::format_description!(day, Date, "[year]-[month]-[day]");

impl std::fmt::Display for PlanDate {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

/// The text is no day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a day: expected YYYY-MM-DD")]
pub struct NotADay;

impl std::str::FromStr for PlanDate {
    type Err = NotADay;

    fn from_str(text: &str) -> Result<Self, NotADay> {
        let format = time::macros::format_description!("[year]-[month]-[day]");
        time::Date::parse(text, format).map(Self).map_err(|_| NotADay)
    }
}

mod types;
pub use types::*;
