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
    meaning: &'static str,
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
    Row { section: Section::AboutMe, code: "about-me", title: "Who I am", meaning: "Who the person is, beside and beyond any illness: what to know of them first.", types: &[T::Words], share: Share::Care, crisis: false, kinds: [O, O, O, O, O, O, O] },
    Row { section: Section::WellMe, code: "well-me", title: "What I am like when I am well", meaning: "What the person is like when they are well, so that others can tell a hard time from an ordinary day.", types: &[T::Words], share: Share::Open, crisis: true, kinds: [N, O, O, O, O, O, O] },
    Row { section: Section::Strengths, code: "strengths", title: "What I am good at", meaning: "What the person is good at and proud of.", types: &[T::Words], share: Share::Care, crisis: false, kinds: [O, A, O, O, O, N, A] },
    Row { section: Section::WhatMatters, code: "what-matters", title: "What matters to me", meaning: "Values and things that matter, by which to choose when the person cannot.", types: &[T::Words], share: Share::Care, crisis: false, kinds: [O, O, O, O, O, N, A] },
    Row { section: Section::Hopes, code: "hopes", title: "What gives me hope", meaning: "What gives the person hope.", types: &[T::Words], share: Share::Care, crisis: false, kinds: [O, A, O, O, O, O, A] },
    Row { section: Section::RolesBelonging, code: "roles-belonging", title: "Where I belong", meaning: "Family, community, work, faith: where the person belongs and what they are there.", types: &[T::Words], share: Share::Care, crisis: false, kinds: [O, A, A, O, A, O, A] },
    Row { section: Section::Goals, code: "goals", title: "What I want for my life", meaning: "What the person wants for their life, with steps if they like; not a target of treatment.", types: &[T::Goal], share: Share::Care, crisis: false, kinds: [O, O, O, A, O, N, A] },
    Row { section: Section::AccessNeeds, code: "access-needs", title: "How to talk with me", meaning: "What is needed so that talking and staying are possible: language, senses, faith, food, names, devices.", types: &[T::Need], share: Share::Open, crisis: true, kinds: [O, O, O, O, O, O, O] },
    Row { section: Section::PastToKnow, code: "past-to-know", title: "What happened to me that you should know", meaning: "What happened earlier, in life or in care, that helpers should know so as not to do harm.", types: &[T::Words], share: Share::Close, crisis: false, kinds: [O, A, O, A, O, O, A] },
    Row { section: Section::WellnessTools, code: "wellness-tools", title: "Things that help me", meaning: "Things that help to feel well and to get through: the person's own toolbox.", types: &[T::Words], share: Share::Care, crisis: false, kinds: [N, O, A, O, A, O, A] },
    Row { section: Section::DailyCare, code: "daily-care", title: "What I do to stay well", meaning: "What the person does every day, and now and then, to stay well.", types: &[T::Words, T::Ladder], share: Share::Care, crisis: false, kinds: [N, O, A, A, A, O, A] },
    Row { section: Section::Triggers, code: "triggers", title: "What can set me off", meaning: "What can set off a hard time, and what the person does then.", types: &[T::Ladder], share: Share::Care, crisis: true, kinds: [N, N, O, O, O, O, A] },
    Row { section: Section::EarlySigns, code: "early-signs", title: "First signs", meaning: "The first small signs that things are changing, and what to do then.", types: &[T::Ladder], share: Share::Care, crisis: true, kinds: [N, N, N, N, O, O, A] },
    Row { section: Section::GettingWorse, code: "getting-worse", title: "When it gets worse", meaning: "Signs that it is getting worse, and who does what then.", types: &[T::Ladder], share: Share::Care, crisis: true, kinds: [N, N, O, O, O, A, A] },
    Row { section: Section::CrisisSigns, code: "crisis-signs", title: "How you can tell I am in crisis", meaning: "How others can tell that the person is in crisis, and that it is time to step in.", types: &[T::Words, T::Ladder], share: Share::Open, crisis: true, kinds: [N, O, N, O, N, A, N] },
    Row { section: Section::Helps, code: "helps", title: "What helps", meaning: "What helps in a crisis.", types: &[T::Words, T::Preference], share: Share::Open, crisis: true, kinds: [N, O, N, O, O, A, N] },
    Row { section: Section::Harms, code: "harms", title: "What makes it worse", meaning: "What makes a crisis worse and should not be done.", types: &[T::Words, T::Preference], share: Share::Open, crisis: true, kinds: [O, O, N, O, O, A, O] },
    Row { section: Section::ApproachMe, code: "approach-me", title: "How to come near me", meaning: "How to come near: police, ambulance, touch, light, noise, words.", types: &[T::Need, T::Preference], share: Share::Open, crisis: true, kinds: [O, O, O, O, O, A, O] },
    Row { section: Section::CopeAlone, code: "cope-alone", title: "What I can do by myself", meaning: "What the person can do without anybody else when it gets hard.", types: &[T::Ladder], share: Share::Care, crisis: true, kinds: [O, O, A, N, A, A, A] },
    Row { section: Section::PeoplePlaces, code: "people-places", title: "People and places that take my mind off it", meaning: "People and places that take the person's mind off it; nobody there has to be told why.", types: &[T::Contact, T::Words], share: Share::Care, crisis: true, kinds: [O, A, A, N, A, A, A] },
    Row { section: Section::AskForHelp, code: "ask-for-help", title: "Who I can ask for help", meaning: "Whom the person can ask for help, in the order to try.", types: &[T::Contact], share: Share::Open, crisis: true, kinds: [N, N, N, N, O, O, N] },
    Row { section: Section::Services, code: "services", title: "Services I can turn to", meaning: "Lines, teams and houses to turn to, and how to reach them.", types: &[T::Contact], share: Share::Open, crisis: true, kinds: [O, N, N, N, O, A, O] },
    Row { section: Section::SaferSpace, code: "safer-space", title: "Making things safer around me", meaning: "Agreed steps that make the surroundings safer, and who holds what. It never asks how somebody would do harm.", types: &[T::Agreement, T::Words], share: Share::Close, crisis: false, kinds: [A, A, O, O, A, A, A] },
    Row { section: Section::ReasonsToLive, code: "reasons-to-live", title: "What keeps me going", meaning: "What keeps the person going.", types: &[T::Words], share: Share::Close, crisis: true, kinds: [A, A, A, O, A, O, A] },
    Row { section: Section::NotInvolve, code: "not-involve", title: "Who should not be contacted or told", meaning: "Who must not be contacted or told. A protection, and no judgement of them.", types: &[T::Contact], share: Share::Close, crisis: true, kinds: [O, O, O, O, O, A, O] },
    Row { section: Section::WhoDecides, code: "who-decides", title: "Who speaks for me", meaning: "Who speaks for the person when they cannot, in which order, and within which limits.", types: &[T::Contact, T::Preference], share: Share::Care, crisis: true, kinds: [O, O, O, A, O, A, O] },
    Row { section: Section::CarePeople, code: "care-people", title: "Staff I want or do not want", meaning: "Staff the person wants or does not want.", types: &[T::Contact, T::Preference], share: Share::Care, crisis: true, kinds: [O, O, O, O, O, A, A] },
    Row { section: Section::Treatment, code: "treatment", title: "Treatment: yes, maybe, no", meaning: "Medicines, electroconvulsive therapy and other therapies: wanted, accepted or refused, with reasons and alternatives.", types: &[T::Preference], share: Share::Care, crisis: true, kinds: [O, O, N, A, O, A, O] },
    Row { section: Section::BodyHealth, code: "body-health", title: "My body and medicines now", meaning: "Allergies, conditions of the body and medicines, as the person knows them now.", types: &[T::Words], share: Share::Open, crisis: true, kinds: [O, O, O, A, O, A, O] },
    Row { section: Section::Force, code: "force", title: "If someone thinks of using force", meaning: "What is least bad if somebody thinks of using force, what must never be done, and how to talk about it afterwards.", types: &[T::Preference], share: Share::Care, crisis: true, kinds: [O, A, O, A, O, A, O] },
    Row { section: Section::Place, code: "place", title: "Where I want to be", meaning: "Where the person wants to be in a crisis, and where not.", types: &[T::Preference], share: Share::Care, crisis: true, kinds: [O, O, N, O, O, A, O] },
    Row { section: Section::VisitsNews, code: "visits-news", title: "Who may visit and who may know", meaning: "Who may visit, who may be told, and how much.", types: &[T::Contact, T::Preference], share: Share::Care, crisis: true, kinds: [O, A, O, A, O, A, A] },
    Row { section: Section::LookAfter, code: "look-after", title: "Children, others, pets, home, work, money", meaning: "Children, other people, animals, home, work, money: who takes over, and what they need to know.", types: &[T::Arrangement], share: Share::Care, crisis: true, kinds: [O, O, O, O, O, A, O] },
    Row { section: Section::Agreements, code: "agreements", title: "What we agreed and where we disagree", meaning: "Who promised what to whom, and where the parties do not agree.", types: &[T::Agreement], share: Share::Care, crisis: true, kinds: [A, O, N, O, A, O, A] },
    Row { section: Section::SelfBinding, code: "self-binding", title: "When to hold me to this", meaning: "In which circumstances the person wants to be held to what they said when well, for how long at most, and how it ends.", types: &[T::Agreement, T::Preference], share: Share::Close, crisis: true, kinds: [A, A, A, A, O, A, A] },
    Row { section: Section::AfterCrisis, code: "after-crisis", title: "Coming back", meaning: "How to tell that the person is back, what the first days need, and how to talk about what happened.", types: &[T::Words, T::Ladder, T::Arrangement], share: Share::Care, crisis: false, kinds: [N, O, O, O, O, O, A] },
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

    /// What belongs here, in one sentence for those who read the published list.
    #[must_use]
    pub const fn meaning(self) -> &'static str {
        self.row().meaning
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
