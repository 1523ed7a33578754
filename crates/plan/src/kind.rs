//! Kinds of plan: a kind is a list of sections with cardinalities and a few rules, nothing else.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::item::{DraftItem, Item, ItemKind, PlanDate};
use crate::law::span::Span;
use crate::people::{PartyId, PartyRole};
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
    /// The item speaks in another's voice, and nobody else writes in a plan of this kind; the number is its place.
    OwnVoice(usize),
    /// A rung names nobody who does it; the numbers are the places of the item and the rung.
    Who(usize, usize),
    /// The plan says no day on which it is looked at again.
    Review,
    /// That day is more than a year away.
    ReviewSooner,
    /// A card has more on it than fits.
    Shorter,
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
            Self::OwnVoice(_) => f.write_str("say it in your own voice; others can say where they stand on it"),
            Self::Who(..) => f.write_str("say who does it, in `who`; self is one"),
            Self::Review => f.write_str("name the day on which the plan is looked at again"),
            Self::ReviewSooner => f.write_str("choose a day for looking at it again within the next 12 months"),
            Self::Shorter => {
                write!(f, "choose at most {CARD_ITEMS_MAX} items with at most {CARD_CHARS_MAX} characters together")
            }
        }
    }
}

/// The most items on a card: one is one line.
pub const CARD_ITEMS_MAX: usize = 12;
/// The most characters on a card, in Unicode scalar values.
pub const CARD_CHARS_MAX: usize = 600;
/// How far away the next review of a contingency plan may be.
const REVIEW_WITHIN: Span = Span::Months(12);

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

    /// What is still missing before a plan with this content may become active on the day `today`; empty when nothing
    /// is. It never stops a draft from being saved.
    #[must_use]
    pub fn missing(self, content: &Content, today: PlanDate) -> Vec<Missing> {
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
            Self::WellnessPlan => missing.extend(in_other_voices(content)),
            Self::ContingencyPlan => missing.extend(missing_in_contingency_plan(content, today)),
            Self::CrisisCard => missing.extend(too_much_for_a_card(content).then_some(Missing::Shorter)),
            Self::SafetyPlan | Self::RecoveryPlan => {}
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
    missing.extend(missing_stances(content));
    missing
}

/// The agreements on which some party's stance is missing.
fn missing_stances(content: &Content) -> impl Iterator<Item = Missing> {
    content.items.iter().enumerate().filter_map(|(place, draft)| {
        let ItemKind::Agreement(agreement) = &draft.item.kind else { return None };
        (!agreement.parties.iter().all(|party| has_stance(&draft.item, party))).then_some(Missing::Stance(place))
    })
}

fn has_stance(item: &Item, party: &PartyId) -> bool {
    item.stances.iter().any(|stance| stance.party == *party)
}

/// A wellness plan is the person's alone. Others may say where they stand, when they are invited to.
fn in_other_voices(content: &Content) -> impl Iterator<Item = Missing> {
    let others = content.items.iter().enumerate().filter(|(_, draft)| !draft.item.voice.party.is_person());
    others.map(|(place, _)| Missing::OwnVoice(place))
}

/// In a contingency plan every rung says who does it, everybody else who does something has a stance on that, and the
/// plan is looked at again within a year.
fn missing_in_contingency_plan(content: &Content, today: PlanDate) -> Vec<Missing> {
    let mut missing = Vec::new();
    for (place, draft) in content.items.iter().enumerate() {
        let ItemKind::Ladder(ladder) = &draft.item.kind else { continue };
        let empty = ladder.rungs.iter().position(|rung| rung.who.is_empty());
        missing.extend(empty.map(|rung| Missing::Who(place, rung)));
        let mut doing = ladder.rungs.iter().flat_map(|rung| &rung.who).filter(|party| !party.is_person());
        if !doing.all(|party| has_stance(&draft.item, party)) {
            missing.push(Missing::Stance(place));
        }
    }
    missing.extend(missing_stances(content));
    match &content.head.review {
        None => missing.push(Missing::Review),
        Some(review) if REVIEW_WITHIN.last_day(today).is_some_and(|last| review.on > last) => {
            missing.push(Missing::ReviewSooner)
        }
        Some(_) => {}
    }
    missing
}

fn too_much_for_a_card(content: &Content) -> bool {
    let said = |draft: &DraftItem| draft.item.words.as_ref().map_or(0, |words| words.text().chars().count());
    content.items.len() > CARD_ITEMS_MAX || content.items.iter().map(said).sum::<usize>() > CARD_CHARS_MAX
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
