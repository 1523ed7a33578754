//! The plan: one versioned aggregate. What comes in is a [`Content`]; what is kept is a [`Plan`].

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use crate::id::{ItemId, ItemVersion, PersonId, PlanId, PlanVersionId};
use crate::item::{DraftItem, Item, PlanDate, Share};
pub use crate::jurisdiction::Jurisdiction;
use crate::kind::PlanKind;
use crate::law::{InForce, Instrument, Law, Period, in_force};
use crate::lifecycle::State;
use crate::people::{Party, PartyId};
use crate::section::Section;
use crate::words::{Lang, Words};

/// The largest whole document that is kept, in bytes before base64.
pub const DOCUMENT_MAX_BYTES: usize = 1_048_576;

/// How many bytes a base64 text stands for; blanks in it stand for none.
#[must_use]
pub fn bytes_in_base64(text: &str) -> usize {
    text.bytes().filter(|byte| !byte.is_ascii_whitespace() && *byte != b'=').count() * 3 / 4
}

/// What the plan as a whole says, beside its items.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Head {
    /// The title, the one thing a draft needs.
    pub title: Words,
    /// The language of the plan where an item has none.
    pub language: Lang,
    /// From which day it is meant to hold.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<PlanDate>,
    /// Until which day (whole day).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<PlanDate>,
    /// When it is to be looked at again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub review: Option<Review>,
    /// The place whose law it is written under.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub jurisdiction: Option<Jurisdiction>,
    /// Which of that law's instruments it is meant to be; see [`crate::law`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub instrument: Option<Instrument>,
    /// What the person wants to happen if the plan was not followed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub if_not_followed: Option<Words>,
    /// Signatures, witnesses and evidence of capacity; released only with the whole.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub formalities: Vec<Formality>,
}

impl Head {
    /// The law it is written under; one named nowhere is the same as unknown.
    #[must_use]
    pub fn law(&self) -> (Jurisdiction, Instrument) {
        (self.jurisdiction.unwrap_or(Jurisdiction::Unknown), self.instrument.unwrap_or(Instrument::Unknown))
    }
}

/// When a plan is to be looked at again, and who begins.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Review {
    /// The day.
    pub on: PlanDate,
    /// Who begins.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub starts: Option<PartyId>,
}

/// One formality: a signature, a witness, evidence of capacity, a notary's.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Formality {
    /// What it is.
    pub is: FormalityKind,
    /// Who signed, witnessed or attested.
    pub party: PartyId,
    /// On which day.
    pub on: PlanDate,
    /// In which words, when there are any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub words: Option<Words>,
}

/// The kinds of formality.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[allow(missing_docs, reason = "the names say all")]
pub enum FormalityKind {
    Signature,
    Witness,
    CapacityEvidence,
    Notary,
}

/// The person's no to a plan that is in force.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct No {
    /// When it was said.
    #[serde(with = "time::serde::rfc3339")]
    pub at: OffsetDateTime,
    /// In the person's own words, when there are any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub words: Option<Words>,
}

/// Why a section has no items. Never inferred from an empty list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Absence {
    /// Asked, and there is nothing to say.
    NothingToSay,
    /// Asked, and the person did not want to say.
    AskedDeclined,
    /// Not asked.
    NotAsked,
}

/// A document kept whole, byte for byte; a part of its own that is released or withheld as one piece.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WholeDocument {
    /// Media type, as given.
    pub content_type: String,
    /// The bytes, as the base64 text in which they came.
    pub data: String,
    /// Title of the attachment, when given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// When it was made, as written (FHIR dateTime).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub creation: Option<String>,
    /// What kind of document its sender says it is, in codes.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub types: Vec<DocumentType>,
}

/// A code for the kind of a document, as its sender wrote it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DocumentType {
    /// The code system's URI.
    pub system: String,
    /// The code.
    pub code: String,
    /// What the sender calls it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub display: Option<String>,
}

impl fmt::Debug for WholeDocument {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "WholeDocument({}, {} bytes of base64)", self.content_type, self.data.len())
    }
}

/// What somebody hands in: a whole plan as they see it, in native form. Unknown elements are refused by the published
/// schema before this type is read, because serde cannot refuse them beside flattened parts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Content {
    /// The kind; never changes.
    pub kind: PlanKind,
    /// Where it is in its life. A writer moves it among the states before it is in force, into force and into review;
    /// everything else has an act of its own.
    pub status: State,
    /// What the plan as a whole says.
    #[serde(flatten)]
    pub head: Head,
    /// Whom it names; `self` is always among them.
    #[serde(default)]
    pub parties: Vec<Party>,
    /// Sections without items, and why.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub absences: BTreeMap<Section, Absence>,
    /// The items, in order.
    #[serde(default)]
    pub items: Vec<DraftItem>,
    /// A document kept whole, instead of items.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub document: Option<WholeDocument>,
}

/// An item as it is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredItem {
    /// Its id, the same through all its versions.
    pub id: ItemId,
    /// This state of what its readers see of the item by itself; every change of that makes a new one, so that A-B-A
    /// is seen.
    pub version: ItemVersion,
    /// When this state was recorded.
    #[serde(with = "time::serde::rfc3339")]
    pub changed_at: OffsetDateTime,
    /// When it last took another place, if it ever did: news to its readers, but not another state of the item.
    #[serde(default, with = "time::serde::rfc3339::option", skip_serializing_if = "Option::is_none")]
    pub moved_at: Option<OffsetDateTime>,
    /// When this state became more open, at most once for each level it came from.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub opened: Vec<Opened>,
    /// The item.
    pub item: Item,
}

impl StoredItem {
    /// What is kept of it when it is removed.
    #[must_use]
    pub fn removed_at(&self, at: OffsetDateTime) -> Removal {
        Removal {
            id: self.id,
            section: self.item.section,
            share: self.item.share_level(),
            about: self.item.concerned().cloned().collect(),
            at,
        }
    }
}

/// That an item became more open, kept so that those learn of it who could not see it before, and nobody else.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Opened {
    /// The level it had.
    pub from: Share,
    /// When.
    #[serde(with = "time::serde::rfc3339")]
    pub at: OffsetDateTime,
}

/// That something was removed, kept so that those who saw it learn of the change, and nobody else.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Removal {
    /// The removed item.
    pub id: ItemId,
    /// The section it stood in.
    pub section: Section,
    /// The level it had.
    pub share: Share,
    /// The parties it was about, [`crate::Item::concerned`].
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub about: Vec<PartyId>,
    /// When it was removed.
    #[serde(with = "time::serde::rfc3339")]
    pub at: OffsetDateTime,
}

/// A document kept whole, with its id and state.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredDocument {
    /// Its id; it is a part like an item.
    pub id: ItemId,
    /// This state of it.
    pub version: ItemVersion,
    /// The document.
    pub document: WholeDocument,
}

impl Plan {
    /// Whether it holds on this day: its state says so, and it is not known to be before or past its time.
    #[must_use]
    pub fn holds_on(&self, day: PlanDate) -> bool {
        let too_early = matches!(self.in_time(day), InForce::NotYet { .. });
        self.state.is_in_force() && !too_early && !self.is_over_on(day)
    }

    /// Whether its time is over on this day. What a law may keep in use, or nobody here knows, is not over.
    #[must_use]
    pub fn is_over_on(&self, day: PlanDate) -> bool {
        // Only of a directive can a law say that it goes on; any other plan ends on the day the person chose.
        let past = match self.in_time(day) {
            InForce::Over { .. } => true,
            InForce::Past { .. } => self.kind != PlanKind::AdvanceDirective,
            InForce::NotYet { .. }
            | InForce::Yes { .. }
            | InForce::EndNotShown { .. }
            | InForce::StillInUse { .. }
            | InForce::PastUnlessIncapable { .. } => false,
        };
        self.state.is_in_force() && past
    }

    fn in_time(&self, day: PlanDate) -> InForce {
        in_force(day, Law::of(&self.head), &Period::of_head(&self.head), None)
    }
}

/// One version of a plan, as it is kept. It is immutable once it is active.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plan {
    /// Id, the same through all versions.
    pub id: PlanId,
    /// Whose it is.
    pub person: PersonId,
    /// Its kind.
    pub kind: PlanKind,
    /// Where it is in its life.
    pub state: State,
    /// Id of this version; internal, the outside sees fingerprints.
    pub version: PlanVersionId,
    /// When this version was recorded.
    #[serde(with = "time::serde::rfc3339")]
    pub recorded_at: OffsetDateTime,
    /// What the plan as a whole says.
    pub head: Head,
    /// The state of the head.
    pub head_version: ItemVersion,
    /// When the head last changed.
    #[serde(with = "time::serde::rfc3339")]
    pub head_changed_at: OffsetDateTime,
    /// The state of the terms (state, period, jurisdiction and instrument), which every reader of the plan sees.
    pub terms_version: ItemVersion,
    /// When the terms last changed.
    #[serde(with = "time::serde::rfc3339")]
    pub terms_changed_at: OffsetDateTime,
    /// The person's no, where they have said one; every reader of the plan sees it first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub no: Option<No>,
    /// Whom it names.
    pub parties: Vec<Party>,
    /// When what is said of a party last changed, for those of whom it ever did.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub parties_changed_at: BTreeMap<PartyId, OffsetDateTime>,
    /// Sections without items, and why.
    pub absences: BTreeMap<Section, Absence>,
    /// When the absence of a section was last said, changed or taken back.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub absences_changed_at: BTreeMap<Section, OffsetDateTime>,
    /// The items, in order.
    pub items: Vec<StoredItem>,
    /// What was removed.
    pub removals: Vec<Removal>,
    /// A document kept whole.
    pub document: Option<StoredDocument>,
    /// When the document last changed; other changes of the plan are not its readers' business.
    #[serde(default, with = "time::serde::rfc3339::option")]
    pub document_changed_at: Option<OffsetDateTime>,
}
