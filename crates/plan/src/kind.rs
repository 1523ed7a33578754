//! Kinds of plan: a kind is a list of sections with cardinalities and a few rules, nothing else.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::item::ItemKind;
use crate::people::PartyRole;
use crate::plan::Content;
use crate::section::{Cardinality, Section};

/// A kind of plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PlanKind {
    /// My wellness and recovery plan.
    WellnessPlan,
    /// If things change.
    ContingencyPlan,
    /// Our crisis plan.
    JointCrisisPlan,
    /// My safety plan.
    SafetyPlan,
    /// My advance directive.
    AdvanceDirective,
    /// My recovery plan.
    RecoveryPlan,
    /// My card.
    CrisisCard,
}

/// The code names no kind of plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a kind of plan")]
pub struct UnknownKind;

/// Something a plan of this kind needs before it can become active. It never stops a draft from being saved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Missing {
    /// The section needs at least one item.
    Section(Section),
    /// The plan needs at least one item in one of these sections.
    OneOf(&'static [Section]),
    /// A joint plan needs two parties besides the facilitator.
    SecondParty,
    /// A joint plan needs a facilitator from outside the treating team.
    Facilitator,
    /// An agreement needs a stance of each of its parties; the number is the item's place in the plan.
    Stance(usize),
    /// A directive names its jurisdiction (the code `unknown` is one).
    Jurisdiction,
}

impl fmt::Display for Missing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Section(section) => write!(f, "add at least one item to the section {}", section.code()),
            Self::OneOf(sections) => {
                f.write_str("add at least one item to one of the sections ")?;
                for (place, section) in sections.iter().enumerate() {
                    write!(f, "{}{}", if place == 0 { "" } else { ", " }, section.code())?;
                }
                Ok(())
            }
            Self::SecondParty => f.write_str("name at least two parties who agree this plan with each other"),
            Self::Facilitator => {
                f.write_str("name a facilitator who is not part of the treating team (in_treating_team: false)")
            }
            Self::Stance(_) => f.write_str("give a stance of each party of the agreement; not-asked is one"),
            Self::Jurisdiction => f.write_str("name the jurisdiction, or unknown"),
        }
    }
}

const DIRECTIVE_CORE: &[Section] =
    &[Section::Treatment, Section::Place, Section::WhoDecides, Section::Force, Section::SelfBinding];

impl PlanKind {
    /// All kinds, in the order of the vocabulary's columns.
    pub const ALL: [Self; 7] = [
        Self::WellnessPlan,
        Self::ContingencyPlan,
        Self::JointCrisisPlan,
        Self::SafetyPlan,
        Self::AdvanceDirective,
        Self::RecoveryPlan,
        Self::CrisisCard,
    ];

    /// The code, for instance `joint-crisis-plan`.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::WellnessPlan => "wellness-plan",
            Self::ContingencyPlan => "contingency-plan",
            Self::JointCrisisPlan => "joint-crisis-plan",
            Self::SafetyPlan => "safety-plan",
            Self::AdvanceDirective => "advance-directive",
            Self::RecoveryPlan => "recovery-plan",
            Self::CrisisCard => "crisis-card",
        }
    }

    /// What the person calls it.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::WellnessPlan => "My wellness and recovery plan",
            Self::ContingencyPlan => "If things change",
            Self::JointCrisisPlan => "Our crisis plan",
            Self::SafetyPlan => "My safety plan",
            Self::AdvanceDirective => "My advance directive",
            Self::RecoveryPlan => "My recovery plan",
            Self::CrisisCard => "My card",
        }
    }

    /// What such a plan is, in one sentence for those who read the published list.
    #[must_use]
    pub const fn meaning(self) -> &'static str {
        match self {
            Self::WellnessPlan => {
                "How the person stays well and what they do when it gets harder. The person alone finishes it, and nobody else has to sign it."
            }
            Self::ContingencyPlan => "What to do if things change: the signs, the steps, and who does what.",
            Self::JointCrisisPlan => {
                "A plan for a crisis that the person and others agreed with each other, helped by somebody from outside the treating team. Where they disagree, it says so."
            }
            Self::SafetyPlan => {
                "Steps through a dangerous time, from what the person can do alone to whom to call. It can be entered at any step."
            }
            Self::AdvanceDirective => {
                "What the person wants and refuses for a time when they may not be able to say it, under a law or as a wish."
            }
            Self::RecoveryPlan => {
                "Where the person wants to go, beginning with strengths and with what matters. It has no score, and no diagnosis is asked for."
            }
            Self::CrisisCard => "The few lines to carry along, chosen from what the other plans say.",
        }
    }

    /// What is still missing before a plan with this content may become active; empty when nothing is.
    #[must_use]
    pub fn missing(self, content: &Content) -> Vec<Missing> {
        if content.document.is_some() {
            return Vec::new();
        }
        let has = |section: Section| content.items.iter().any(|i| i.item.section == section);
        let mut missing: Vec<Missing> = Section::all()
            .filter(|s| s.cardinality(self) == Cardinality::Needed && !has(*s))
            .map(Missing::Section)
            .collect();
        match self {
            Self::JointCrisisPlan => missing.extend(missing_in_joint_plan(content)),
            Self::AdvanceDirective => {
                if !DIRECTIVE_CORE.iter().any(|s| has(*s)) {
                    missing.push(Missing::OneOf(DIRECTIVE_CORE));
                }
                if content.head.jurisdiction.is_none() {
                    missing.push(Missing::Jurisdiction);
                }
            }
            Self::WellnessPlan | Self::ContingencyPlan | Self::SafetyPlan | Self::RecoveryPlan | Self::CrisisCard => {}
        }
        missing
    }
}

fn missing_in_joint_plan(content: &Content) -> Vec<Missing> {
    let mut missing = Vec::new();
    if content.parties.iter().filter(|p| p.role != PartyRole::Facilitator).count() < 2 {
        missing.push(Missing::SecondParty);
    }
    let outside = |p: &crate::Party| p.role == PartyRole::Facilitator && p.in_treating_team == Some(false);
    if !content.parties.iter().any(outside) {
        missing.push(Missing::Facilitator);
    }
    for (place, draft) in content.items.iter().enumerate() {
        if let ItemKind::Agreement(agreement) = &draft.item.kind {
            let stated = |party: &crate::PartyId| draft.item.stances.iter().any(|s| s.party == *party);
            if !agreement.parties.iter().all(stated) {
                missing.push(Missing::Stance(place));
            }
        }
    }
    missing
}

impl fmt::Display for PlanKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl FromStr for PlanKind {
    type Err = UnknownKind;

    fn from_str(code: &str) -> Result<Self, UnknownKind> {
        Self::ALL.into_iter().find(|k| k.code() == code).ok_or(UnknownKind)
    }
}
