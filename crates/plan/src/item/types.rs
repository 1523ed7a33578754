//! What the eight types add to the envelope. Plain strings are in the item's language.

use serde::{Deserialize, Serialize};

use super::{Code, PlanDate};
use crate::people::PartyId;
use crate::words::Words;

/// A person or service, and how to reach them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contact {
    /// Who it is.
    pub party: PartyId,
    /// What they are to the person.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub relationship: Option<Relationship>,
    /// How to reach them, in the order to try.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reach: Vec<Reach>,
    /// What they do for the person.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub roles: Vec<ContactRole>,
    /// Which agent speaks first, when there are several; 1 is first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agent_order: Option<u32>,
    /// What they may be told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub may_be_told: Option<MayBeTold>,
    /// Limits, in words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limits: Option<String>,
    /// Whether to contact them at all.
    pub contact: Contactable,
    /// Under which condition, when `contact` is `only-if`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub only_if: Option<String>,
}

/// What somebody is to the person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Relationship {
    /// In words.
    pub words: String,
    /// As a code, for instance of v3-RoleCode.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<Code>,
}

/// One way to reach somebody.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reach {
    /// By which means.
    pub by: ReachBy,
    /// The number or address, as written.
    pub value: String,
}

/// A means of reaching somebody.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[allow(missing_docs, reason = "the names say all")]
pub enum ReachBy {
    Phone,
    Text,
    VideoRelay,
    Email,
    Other,
}

/// What a contact does for the person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[allow(missing_docs, reason = "the names say all")]
pub enum ContactRole {
    Supporter,
    FirstCall,
    Agent,
    Deputy,
    Peer,
    Clinician,
    Facilitator,
    Witness,
}

/// What a contact may be told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[allow(missing_docs, reason = "the names say all")]
pub enum MayBeTold {
    Nothing,
    ThatIAmInCrisis,
    WhereIAm,
    PlanItems,
}

/// Whether to contact somebody.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[allow(missing_docs, reason = "the names say all")]
pub enum Contactable {
    Yes,
    OnlyIf,
    Never,
}

/// What is wanted, accepted or refused.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Preference {
    /// What it is about.
    pub about: About,
    /// Wanted, accepted or refused.
    pub direction: Direction,
    /// How binding it is meant.
    pub intent: Intent,
    /// Why, in own words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub because: Option<Words>,
    /// What instead, best first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub instead: Vec<Instead>,
    /// What if it is impossible.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub if_impossible: Option<String>,
    /// The person says the words stand alone as a whole sentence, so that no sentence is put around them. Around a no one
    /// is put all the same: nobody here can tell whether the words say it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub stands_alone: bool,
}

/// What a preference is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct About {
    /// The kind of thing.
    pub kind: AboutKind,
    /// The thing in words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub words: Option<String>,
    /// The thing as a code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<Code>,
}

/// The kinds of thing a preference is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[allow(missing_docs, reason = "the names say all")]
pub enum AboutKind {
    Medicine,
    Therapy,
    Ect,
    Place,
    Person,
    Approach,
    Restraint,
    Admission,
    Other,
}

/// Wanted, accepted or refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[allow(missing_docs, reason = "the names say all")]
pub enum Direction {
    Prefer,
    Accept,
    Refuse,
}

/// How binding a preference is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[allow(missing_docs, reason = "the names say all")]
pub enum Intent {
    Wish,
    AdvanceConsent,
    AdvanceRefusal,
}

/// An alternative.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Instead {
    /// In words.
    pub words: String,
}

/// What the person wants for their life.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Goal {
    /// Why it matters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
    /// Steps on the way.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub steps: Vec<Step>,
    /// How it goes, in own words.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub progress: Vec<String>,
    /// CHIME themes, if the person likes such tags.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub chime: Vec<Chime>,
}

/// The five recovery processes of the CHIME framework (10.1192/bjp.bp.110.083733).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[allow(missing_docs, reason = "the names say all")]
pub enum Chime {
    Connectedness,
    Hope,
    Identity,
    Meaning,
    Empowerment,
}

/// A step on the way to a goal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// What to do.
    pub words: String,
    /// Who does it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub who: Option<PartyId>,
    /// By when.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by_when: Option<PlanDate>,
    /// Whether it is done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub done: Option<bool>,
}

/// Cues and what to do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ladder {
    /// Whether the rungs are meant one after the other.
    pub ordered: bool,
    /// The rungs.
    pub rungs: Vec<Rung>,
}

/// One rung of a ladder.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rung {
    /// What one notices.
    pub cue: String,
    /// What to do then.
    #[serde(default, rename = "do", skip_serializing_if = "Vec::is_empty")]
    pub todo: Vec<String>,
    /// Who does it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub who: Vec<PartyId>,
    /// How to reach them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reach: Option<String>,
    /// When to go on to the next rung.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub go_on_if: Option<String>,
}

/// Who promised what; each party's stance stands in the envelope.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Agreement {
    /// What was agreed, or was not.
    pub what: String,
    /// Who is part of it.
    pub parties: Vec<PartyId>,
    /// From which day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<PlanDate>,
    /// Until which day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<PlanDate>,
    /// What if it is broken.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub if_broken: Option<String>,
}

/// Who takes care of whom or what.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Arrangement {
    /// For whom or what.
    #[serde(rename = "for")]
    pub what_for: ArrangementFor,
    /// Who takes over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub who: Option<PartyId>,
    /// Whether they agreed to.
    pub accepted_by_them: Accepted,
    /// What they need to know.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key_facts: Option<String>,
    /// Where things are.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub where_things_are: Option<String>,
}

/// For whom or what an arrangement is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[allow(missing_docs, reason = "the names say all")]
pub enum ArrangementFor {
    Child,
    Adult,
    Pet,
    Home,
    WorkStudy,
    Money,
    Belongings,
    Other,
}

/// Whether the one who takes over agreed to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[allow(missing_docs, reason = "the names say all")]
pub enum Accepted {
    Yes,
    No,
    Unknown,
}

/// What is needed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Need {
    /// The kind of need.
    pub need: NeedKind,
    /// The language or sign language, where the need is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<crate::words::Lang>,
    /// Must be, or helps.
    pub strength: Strength,
}

/// The kinds of need.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[allow(missing_docs, reason = "the names say all")]
pub enum NeedKind {
    Language,
    Interpreter,
    EasyRead,
    Format,
    Hearing,
    Sight,
    Sensory,
    Mobility,
    Neurodivergence,
    Faith,
    Food,
    Culture,
    NamePronouns,
    StaffGender,
    Device,
}

/// Must be, or helps.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[allow(missing_docs, reason = "the names say all")]
pub enum Strength {
    Must,
    Helps,
}
