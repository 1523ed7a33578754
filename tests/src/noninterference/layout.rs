//! Who looks, and what follows from a seed in both worlds alike: which sections are open, which never, and why not.

use sayso_consent::{Class, Recipient};
use sayso_exchange::sharing::Party;
use sayso_plan::{ClientId, ItemId, OrganizationId, PersonId, Purpose, Section, Share, SupporterId};
use serde::{Deserialize, Serialize};

use super::mix;
use crate::generate::Choices;

/// Who looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Adversary {
    /// The record system of Riverside, to which some sections are open.
    Partly,
    /// The same, to which nothing is open at first.
    Nothing,
    /// A crisis service, to which a class of services has some sections open for emergencies.
    Crisis,
    /// An app of the first person's, with six sections.
    App,
    /// An app of the first person's to which everything is open, and which did not ask to see what they decided.
    WholeApp,
    /// An app of the first person's, with six sections, that sees what they decided, by the name of Consent.
    Overseer,
    /// Somebody who supports both persons, and may take away in the second one's name: they look at pages.
    Supporter,
}

/// Why a section is never open to the one who looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reason {
    /// Nobody ever said anything.
    NeverAsked,
    /// The permit has ended.
    Ended,
    /// The permit has not begun.
    NotBegun,
    /// It was allowed for another purpose.
    OtherPurpose,
    /// It was allowed to another organization.
    OtherOrganization,
    /// It was allowed to one practitioner, and nobody says who asks.
    Practitioner,
    /// An app proposed it; the person did not say yes.
    Proposed,
    /// It was allowed and taken back.
    TakenBack,
    /// It is allowed and refused.
    Refused,
}

impl Reason {
    /// All reasons.
    pub const ALL: [Self; 9] = [
        Self::NeverAsked,
        Self::Ended,
        Self::NotBegun,
        Self::OtherPurpose,
        Self::OtherOrganization,
        Self::Practitioner,
        Self::Proposed,
        Self::TakenBack,
        Self::Refused,
    ];
}

/// What of one person is open to the one who looks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Openness {
    /// Open from the start.
    pub open: Vec<Section>,
    /// Among the open, those whose permit ends while somebody looks.
    pub ending: Vec<Section>,
    /// Opened by an event at the earliest.
    pub later: Vec<Section>,
    /// Never open, and why not.
    pub never: Vec<(Section, Reason)>,
    /// Whether the whole kind of the first plan is open, less what is refused, instead of single sections.
    pub by_kind: bool,
    /// This level and all closer ones are refused.
    pub refused_level: Option<Share>,
    /// Whether documents kept whole are open.
    pub documents: bool,
}

/// What follows from a seed.
#[derive(Debug, Clone)]
pub struct Layout {
    /// Who looks.
    pub adversary: Adversary,
    /// The seed.
    pub seed: u64,
    /// The two persons who are looked at.
    pub subjects: [Openness; 2],
}

/// How many persons are the same in both houses: two who are looked at, and a neighbour who shares with others only.
pub const PEOPLE: usize = 3;

/// The id of a person; the fourth lives in one house only.
#[must_use]
pub fn person(n: usize) -> PersonId {
    PersonId::from_stored(fixed(0x10 + u8::try_from(n).unwrap_or(0)))
}

/// The hospital that looks.
#[must_use]
pub fn riverside() -> OrganizationId {
    OrganizationId::from_stored(fixed(1))
}

/// Another hospital.
#[must_use]
pub fn harbour() -> OrganizationId {
    OrganizationId::from_stored(fixed(2))
}

/// A crisis service.
#[must_use]
pub fn lantern() -> OrganizationId {
    OrganizationId::from_stored(fixed(3))
}

/// The software of the one who looks.
#[must_use]
pub fn client(adversary: Adversary) -> ClientId {
    ClientId::from_stored(fixed(match adversary {
        Adversary::Partly | Adversary::Nothing => 5,
        Adversary::Crisis => 6,
        Adversary::App | Adversary::WholeApp | Adversary::Overseer => 7,
        Adversary::Supporter => 9,
    }))
}

/// The software of the other hospital.
#[must_use]
pub fn other_client() -> ClientId {
    ClientId::from_stored(fixed(8))
}

const fn fixed(n: u8) -> [u8; 16] {
    [n, n, n, n, n, n, 0x40, n, 0x80, n, n, n, n, n, n, n]
}

impl Adversary {
    /// To whom consents are given that open something to the one who looks.
    #[must_use]
    pub fn recipient(self) -> Recipient {
        match self {
            Self::Partly | Self::Nothing => Recipient::Organization(riverside()),
            Self::Crisis => Recipient::Class(Class::CrisisServices),
            Self::App | Self::WholeApp | Self::Overseer => Recipient::App(client(self)),
            // Each person has another one; the house puts it in.
            Self::Supporter => Recipient::Supporter(SupporterId::from_stored(fixed(9))),
        }
    }

    /// The same, as the person's page names it.
    #[must_use]
    pub fn party(self) -> Party {
        match self {
            Self::Partly | Self::Nothing => Party::Organization(riverside()),
            Self::Crisis => Party::CrisisServices,
            Self::App | Self::WholeApp | Self::Overseer => Party::App(client(self)),
            Self::Supporter => Party::Supporter(SupporterId::from_stored(fixed(9))),
        }
    }

    /// For whom it works.
    #[must_use]
    pub fn organization(self) -> Option<OrganizationId> {
        match self {
            Self::Partly | Self::Nothing => Some(riverside()),
            Self::Crisis => Some(lantern()),
            Self::App | Self::WholeApp | Self::Overseer | Self::Supporter => None,
        }
    }

    /// For which purpose it looks.
    #[must_use]
    pub const fn purpose(self) -> Purpose {
        match self {
            Self::Partly | Self::Nothing => Purpose::Treat,
            Self::Crisis => Purpose::Etreat,
            Self::App | Self::WholeApp | Self::Overseer => Purpose::Patrqt,
            Self::Supporter => sayso_consent::supporter::PURPOSE,
        }
    }

    /// A purpose it is not registered for.
    #[must_use]
    pub const fn other_purpose(self) -> Purpose {
        match self {
            Self::Partly | Self::Nothing => Purpose::Coc,
            Self::Crisis => Purpose::Treat,
            Self::App | Self::WholeApp | Self::Overseer => Purpose::Supnwk,
            Self::Supporter => Purpose::Famrqt,
        }
    }

    /// Whether it is an app of the person's, which sees levels, titles and what is close.
    #[must_use]
    pub const fn is_app(self) -> bool {
        matches!(self, Self::App | Self::WholeApp | Self::Overseer)
    }

    /// Whether it is somebody who looks at pages.
    #[must_use]
    pub const fn is_supporter(self) -> bool {
        matches!(self, Self::Supporter)
    }

    /// How many persons it looks at: an app acts for one.
    #[must_use]
    pub const fn subjects(self) -> usize {
        if self.is_app() { 1 } else { 2 }
    }
}

impl Layout {
    /// What follows from this seed.
    #[must_use]
    pub fn of(adversary: Adversary, seed: u64) -> Self {
        let mut choices = Choices::new(mix(&[seed, 1]));
        Self { adversary, seed, subjects: [0, 1].map(|n| openness(adversary, n, &mut choices)) }
    }

    /// Whether what stands in this section at this level is never seen by the one who looks.
    #[must_use]
    pub fn hides(&self, subject: usize, section: Section, level: Share) -> bool {
        let openness = &self.subjects[subject];
        let close = level == Share::Close && !self.adversary.is_app();
        let refused = openness.refused_level.is_some_and(|refused| level >= refused);
        close || refused || openness.never.iter().any(|(never, _)| *never == section)
    }

    /// Whether what stands there is seen from the start.
    #[must_use]
    pub fn shows(&self, subject: usize, section: Section, level: Share) -> bool {
        !self.hides(subject, section, level) && self.subjects[subject].open.contains(&section)
    }

    /// Whether title, review and language are never seen.
    #[must_use]
    pub fn hides_title(&self, subject: usize) -> bool {
        let openness = &self.subjects[subject];
        let refused = openness.refused_level.is_some_and(|level| level <= Share::Care);
        !self.adversary.is_app() && (!openness.by_kind || refused)
    }
}

fn openness(adversary: Adversary, n: usize, choices: &mut Choices) -> Openness {
    let mut sections: Vec<Section> = Section::all().collect();
    shuffle(&mut sections, choices);
    let (open, later) = match adversary {
        Adversary::Nothing => (0, 8),
        Adversary::App | Adversary::Overseer => (6, 3),
        Adversary::WholeApp => (sections.len(), 0),
        Adversary::Partly | Adversary::Crisis | Adversary::Supporter => {
            (14 + usize::try_from(choices.below(8)).unwrap_or(0), 5)
        }
    };
    let by_kind = n == 1 && matches!(adversary, Adversary::Partly | Adversary::Crisis);
    let (open, later) = if by_kind { (open + later + 4, 0) } else { (open, later) };
    let reason = |choices: &mut Choices| match choices.of(&Reason::ALL) {
        Some(reason) if !by_kind => reason,
        Some(_) | None => Reason::Refused,
    };
    let never = sections.split_off(open + later).into_iter().map(|section| (section, reason(choices))).collect();
    let later = sections.split_off(open);
    let whole = adversary == Adversary::WholeApp;
    let ending = if by_kind || whole { Vec::new() } else { sections.iter().copied().take(2).collect() };
    Openness {
        open: sections,
        ending,
        later,
        never,
        by_kind,
        refused_level: (!adversary.is_app() && choices.once_in(6)).then_some(Share::Care),
        documents: choices.once_in(2) || whole,
    }
}

fn shuffle<T>(list: &mut [T], choices: &mut Choices) {
    for place in (1..list.len()).rev() {
        let other = usize::try_from(choices.below(place as u64 + 1)).unwrap_or(0);
        list.swap(place, other);
    }
}

/// The id of nothing.
#[must_use]
pub fn nothing() -> ItemId {
    ItemId::from_stored(fixed(0x77))
}
