//! Sections: one vocabulary of 36 codes for all kinds of plan. The list is frozen; it only ever grows.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::item::{ItemType, Share};
use crate::kind::PlanKind;

/// A section of a plan. The order of the variants is the order in which a plan is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Section {
    /// Who I am.
    AboutMe,
    /// What I am like when I am well.
    WellMe,
    /// What I am good at.
    Strengths,
    /// What matters to me.
    WhatMatters,
    /// What gives me hope.
    Hopes,
    /// Where I belong.
    RolesBelonging,
    /// What I want for my life.
    Goals,
    /// How to talk with me.
    AccessNeeds,
    /// What happened to me that you should know.
    PastToKnow,
    /// Things that help me.
    WellnessTools,
    /// What I do to stay well.
    DailyCare,
    /// What can set me off.
    Triggers,
    /// First signs.
    EarlySigns,
    /// When it gets worse.
    GettingWorse,
    /// How you can tell I am in crisis.
    CrisisSigns,
    /// What helps.
    Helps,
    /// What makes it worse.
    Harms,
    /// How to come near me.
    ApproachMe,
    /// What I can do by myself.
    CopeAlone,
    /// People and places that take my mind off it.
    PeoplePlaces,
    /// Who I can ask for help.
    AskForHelp,
    /// Services I can turn to.
    Services,
    /// Making things safer around me.
    SaferSpace,
    /// What keeps me going.
    ReasonsToLive,
    /// Who should not be contacted or told.
    NotInvolve,
    /// Who speaks for me.
    WhoDecides,
    /// Staff I want or do not want.
    CarePeople,
    /// Treatment: yes, maybe, no.
    Treatment,
    /// My body and medicines now.
    BodyHealth,
    /// If someone thinks of using force.
    Force,
    /// Where I want to be.
    Place,
    /// Who may visit and who may know.
    VisitsNews,
    /// Children, others, pets, home, work, money.
    LookAfter,
    /// What we agreed and where we disagree.
    Agreements,
    /// When to hold me to this.
    SelfBinding,
    /// Coming back.
    AfterCrisis,
}

/// How often a section occurs in a plan of some kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cardinality {
    /// One item or more before the plan may become active.
    Needed,
    /// Any number of items.
    Optional,
    /// Not part of the kind; still legal, shown last.
    Extra,
}

/// One row of the vocabulary, as data.
#[derive(Debug)]
struct Row {
    section: Section,
    code: &'static str,
    title: &'static str,
    types: &'static [ItemType],
    share: Share,
    crisis: bool,
    /// In the order wellness, contingency, joint crisis, safety, directive, recovery, card.
    kinds: [Cardinality; 7],
}

use Cardinality::{Extra as A, Needed as N, Optional as O};
use ItemType as T;

#[rustfmt::skip]
const ROWS: [Row; 36] = [
    Row { section: Section::AboutMe, code: "about-me", title: "Who I am", types: &[T::Words], share: Share::Care, crisis: false, kinds: [O, O, O, O, O, O, O] },
    Row { section: Section::WellMe, code: "well-me", title: "What I am like when I am well", types: &[T::Words], share: Share::Open, crisis: true, kinds: [N, O, O, O, O, O, O] },
    Row { section: Section::Strengths, code: "strengths", title: "What I am good at", types: &[T::Words], share: Share::Care, crisis: false, kinds: [O, A, O, O, O, N, A] },
    Row { section: Section::WhatMatters, code: "what-matters", title: "What matters to me", types: &[T::Words], share: Share::Care, crisis: false, kinds: [O, O, O, O, O, N, A] },
    Row { section: Section::Hopes, code: "hopes", title: "What gives me hope", types: &[T::Words], share: Share::Care, crisis: false, kinds: [O, A, O, O, O, O, A] },
    Row { section: Section::RolesBelonging, code: "roles-belonging", title: "Where I belong", types: &[T::Words], share: Share::Care, crisis: false, kinds: [O, A, A, O, A, O, A] },
    Row { section: Section::Goals, code: "goals", title: "What I want for my life", types: &[T::Goal], share: Share::Care, crisis: false, kinds: [O, O, O, A, O, N, A] },
    Row { section: Section::AccessNeeds, code: "access-needs", title: "How to talk with me", types: &[T::Need], share: Share::Open, crisis: true, kinds: [O, O, O, O, O, O, O] },
    Row { section: Section::PastToKnow, code: "past-to-know", title: "What happened to me that you should know", types: &[T::Words], share: Share::Close, crisis: false, kinds: [O, A, O, A, O, O, A] },
    Row { section: Section::WellnessTools, code: "wellness-tools", title: "Things that help me", types: &[T::Words], share: Share::Care, crisis: false, kinds: [N, O, A, O, A, O, A] },
    Row { section: Section::DailyCare, code: "daily-care", title: "What I do to stay well", types: &[T::Words, T::Ladder], share: Share::Care, crisis: false, kinds: [N, O, A, A, A, O, A] },
    Row { section: Section::Triggers, code: "triggers", title: "What can set me off", types: &[T::Ladder], share: Share::Care, crisis: true, kinds: [N, N, O, O, O, O, A] },
    Row { section: Section::EarlySigns, code: "early-signs", title: "First signs", types: &[T::Ladder], share: Share::Care, crisis: true, kinds: [N, N, N, N, O, O, A] },
    Row { section: Section::GettingWorse, code: "getting-worse", title: "When it gets worse", types: &[T::Ladder], share: Share::Care, crisis: true, kinds: [N, N, O, O, O, A, A] },
    Row { section: Section::CrisisSigns, code: "crisis-signs", title: "How you can tell I am in crisis", types: &[T::Words, T::Ladder], share: Share::Open, crisis: true, kinds: [N, O, N, O, N, A, N] },
    Row { section: Section::Helps, code: "helps", title: "What helps", types: &[T::Words, T::Preference], share: Share::Open, crisis: true, kinds: [N, O, N, O, O, A, N] },
    Row { section: Section::Harms, code: "harms", title: "What makes it worse", types: &[T::Words, T::Preference], share: Share::Open, crisis: true, kinds: [O, O, N, O, O, A, O] },
    Row { section: Section::ApproachMe, code: "approach-me", title: "How to come near me", types: &[T::Need, T::Preference], share: Share::Open, crisis: true, kinds: [O, O, O, O, O, A, O] },
    Row { section: Section::CopeAlone, code: "cope-alone", title: "What I can do by myself", types: &[T::Ladder], share: Share::Care, crisis: true, kinds: [O, O, A, N, A, A, A] },
    Row { section: Section::PeoplePlaces, code: "people-places", title: "People and places that take my mind off it", types: &[T::Contact, T::Words], share: Share::Care, crisis: true, kinds: [O, A, A, N, A, A, A] },
    Row { section: Section::AskForHelp, code: "ask-for-help", title: "Who I can ask for help", types: &[T::Contact], share: Share::Open, crisis: true, kinds: [N, N, N, N, O, O, N] },
    Row { section: Section::Services, code: "services", title: "Services I can turn to", types: &[T::Contact], share: Share::Open, crisis: true, kinds: [O, N, N, N, O, A, O] },
    Row { section: Section::SaferSpace, code: "safer-space", title: "Making things safer around me", types: &[T::Agreement, T::Words], share: Share::Close, crisis: false, kinds: [A, A, O, O, A, A, A] },
    Row { section: Section::ReasonsToLive, code: "reasons-to-live", title: "What keeps me going", types: &[T::Words], share: Share::Close, crisis: true, kinds: [A, A, A, O, A, O, A] },
    Row { section: Section::NotInvolve, code: "not-involve", title: "Who should not be contacted or told", types: &[T::Contact], share: Share::Close, crisis: true, kinds: [O, O, O, O, O, A, O] },
    Row { section: Section::WhoDecides, code: "who-decides", title: "Who speaks for me", types: &[T::Contact, T::Preference], share: Share::Care, crisis: true, kinds: [O, O, O, A, O, A, O] },
    Row { section: Section::CarePeople, code: "care-people", title: "Staff I want or do not want", types: &[T::Contact, T::Preference], share: Share::Care, crisis: true, kinds: [O, O, O, O, O, A, A] },
    Row { section: Section::Treatment, code: "treatment", title: "Treatment: yes, maybe, no", types: &[T::Preference], share: Share::Care, crisis: true, kinds: [O, O, N, A, O, A, O] },
    Row { section: Section::BodyHealth, code: "body-health", title: "My body and medicines now", types: &[T::Words], share: Share::Open, crisis: true, kinds: [O, O, O, A, O, A, O] },
    Row { section: Section::Force, code: "force", title: "If someone thinks of using force", types: &[T::Preference], share: Share::Care, crisis: true, kinds: [O, A, O, A, O, A, O] },
    Row { section: Section::Place, code: "place", title: "Where I want to be", types: &[T::Preference], share: Share::Care, crisis: true, kinds: [O, O, N, O, O, A, O] },
    Row { section: Section::VisitsNews, code: "visits-news", title: "Who may visit and who may know", types: &[T::Contact, T::Preference], share: Share::Care, crisis: true, kinds: [O, A, O, A, O, A, A] },
    Row { section: Section::LookAfter, code: "look-after", title: "Children, others, pets, home, work, money", types: &[T::Arrangement], share: Share::Care, crisis: true, kinds: [O, O, O, O, O, A, O] },
    Row { section: Section::Agreements, code: "agreements", title: "What we agreed and where we disagree", types: &[T::Agreement], share: Share::Care, crisis: true, kinds: [A, O, N, O, A, O, A] },
    Row { section: Section::SelfBinding, code: "self-binding", title: "When to hold me to this", types: &[T::Agreement, T::Preference], share: Share::Close, crisis: true, kinds: [A, A, A, A, O, A, A] },
    Row { section: Section::AfterCrisis, code: "after-crisis", title: "Coming back", types: &[T::Words, T::Ladder, T::Arrangement], share: Share::Care, crisis: false, kinds: [N, O, O, O, O, O, A] },
];

/// The code names no section.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a section code; the list is the code system plan-section")]
pub struct UnknownSection;

impl Section {
    /// All sections in reading order.
    pub fn all() -> impl ExactSizeIterator<Item = Self> {
        ROWS.iter().map(|row| row.section)
    }

    #[allow(clippy::indexing_slicing, reason = "the enum has exactly as many variants as there are rows; tested below")]
    const fn row(self) -> &'static Row {
        &ROWS[self as usize]
    }

    /// The code, for instance `past-to-know`.
    #[must_use]
    pub const fn code(self) -> &'static str {
        self.row().code
    }

    /// The title that the person sees.
    #[must_use]
    pub const fn title(self) -> &'static str {
        self.row().title
    }

    /// The item types that belong here.
    #[must_use]
    pub const fn types(self) -> &'static [ItemType] {
        self.row().types
    }

    /// The share level of an item here when the person chose none.
    #[must_use]
    pub const fn default_share(self) -> Share {
        self.row().share
    }

    /// Whether released items of this section are part of the crisis extract.
    #[must_use]
    pub const fn in_crisis_extract(self) -> bool {
        self.row().crisis
    }

    /// How often the section occurs in a plan of this kind.
    #[must_use]
    #[allow(clippy::indexing_slicing, reason = "seven kinds, seven columns; tested below")]
    pub const fn cardinality(self, kind: PlanKind) -> Cardinality {
        self.row().kinds[kind as usize]
    }

    /// What a responder reads first: the order of the crisis extract. Sections outside that list come after it.
    #[must_use]
    pub fn responder_rank(self) -> usize {
        const FIRST: [Section; 12] = [
            Section::ApproachMe,
            Section::AccessNeeds,
            Section::CrisisSigns,
            Section::Helps,
            Section::Harms,
            Section::AskForHelp,
            Section::NotInvolve,
            Section::WhoDecides,
            Section::Treatment,
            Section::Force,
            Section::Place,
            Section::BodyHealth,
        ];
        FIRST.iter().position(|s| *s == self).unwrap_or(FIRST.len() + self as usize)
    }
}

impl fmt::Display for Section {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl FromStr for Section {
    type Err = UnknownSection;

    fn from_str(code: &str) -> Result<Self, UnknownSection> {
        ROWS.iter().find(|row| row.code == code).map(|row| row.section).ok_or(UnknownSection)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_section_finds_its_own_row() {
        for (place, row) in ROWS.iter().enumerate() {
            assert_eq!(row.section as usize, place);
            assert_eq!(row.code.parse(), Ok(row.section));
            assert_eq!(serde_json::to_string(&row.section).unwrap(), format!("\"{}\"", row.code));
        }
        assert_eq!(PlanKind::ALL.len(), 7);
        assert!("diagnosis".parse::<Section>().is_err());
    }

    #[test]
    fn what_is_close_is_never_open_by_default() {
        assert_eq!(Section::PastToKnow.default_share(), Share::Close);
        assert_eq!(Section::Helps.default_share(), Share::Open);
        assert!(!Section::PastToKnow.in_crisis_extract());
    }
}
