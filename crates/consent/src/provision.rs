//! Consents: what the person allowed or refused. Effect × recipient × purpose × what × when.

use sayso_plan::{
    ClientId, ConsentId, ItemId, OrganizationId, PersonId, PlanId, PlanKind, PractitionerId, ProvisionId, Purpose,
    Section, Share, SupporterId,
};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use crate::audience::{Ask, Audience, Class};
use crate::compile::Lasts;
use crate::decide::Part;
use crate::tri::{Known, Tri};

/// Allowed or refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Effect {
    /// Allowed.
    Permit,
    /// Refused.
    Deny,
}

/// To whom a provision speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Recipient {
    /// Everyone. Only a refusal can say so.
    Everyone,
    /// An organization and all who work there.
    Organization(OrganizationId),
    /// A named practitioner at an organization.
    Practitioner(OrganizationId, PractitionerId),
    /// A class of organizations.
    Class(Class),
    /// An app that acts for the person.
    App(ClientId),
    /// Somebody whom the person calls their supporter. Nobody speaks to them as one of an organization, or of a class.
    Supporter(SupporterId),
}

/// For which purposes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Purposes {
    /// Any. Only a refusal can say so.
    Any,
    /// One.
    Only(Purpose),
}

/// What a provision covers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum What {
    /// All plans. Only a refusal can say so.
    Everything,
    /// Plans of a kind, but not what is close in them.
    Kind(PlanKind),
    /// One plan, but not what is close in it.
    Plan(PlanId),
    /// A section of any plan, but not what is close in it.
    Section(Section),
    /// A single item, however close; or a single whole document.
    Item(ItemId),
    /// Whole documents of any plan.
    Documents,
    /// Permit: this level and all more open ones, never close. Refusal: this level and all closer ones (case 22).
    Level(Share),
}

/// From when to when.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Period {
    /// The first instant.
    #[serde(with = "time::serde::rfc3339")]
    pub from: OffsetDateTime,
    /// The first instant after it.
    #[serde(with = "time::serde::rfc3339")]
    pub until: OffsetDateTime,
}

/// One thing the person allowed or refused.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Provision {
    /// Id.
    pub id: ProvisionId,
    /// Allowed or refused.
    pub effect: Effect,
    /// To whom.
    pub recipient: Known<Recipient>,
    /// For which purposes.
    pub purposes: Known<Purposes>,
    /// What.
    pub what: Known<What>,
    /// When.
    pub period: Known<Period>,
    /// A refusal that no emergency opens: whatever purpose it names, it refuses the emergency purposes too.
    #[serde(default)]
    pub even_in_emergency: bool,
    /// A permit that holds after the person's death too, because it says so (case 40). A refusal always does.
    #[serde(default)]
    pub after_death: bool,
}

/// Where a consent stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Status {
    /// Being written.
    Draft,
    /// Proposed by an app or a record system; the person has not said yes.
    Proposed,
    /// In force.
    Active,
    /// The person said no to a proposal.
    Rejected,
    /// Withdrawn, or replaced.
    Inactive,
    /// Never meant; both sides are gone.
    EnteredInError,
}

/// Where a consent comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Origin {
    /// The person's own act, signed in, on our page.
    Person,
    /// The act of those who could decide for the person as a child; both sides of it end when the person comes of age
    /// (case 41).
    ForAChild,
    /// Sent by an app or system and not confirmed by the person: its refusals count, its permits do not.
    Sent,
}

/// Through which software a consent came.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Sent {
    /// The software.
    pub client: ClientId,
    /// The organization that runs it and speaks in its own matter; none for an app that acts for the person.
    pub organization: Option<OrganizationId>,
    /// When.
    #[serde(with = "time::serde::rfc3339")]
    pub at: OffsetDateTime,
}

/// What the person decided in one act.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Consent {
    /// Id.
    pub id: ConsentId,
    /// Whose decision.
    pub person: PersonId,
    /// Where it stands.
    pub status: Known<Status>,
    /// Where it comes from.
    pub origin: Origin,
    /// When it was given.
    #[serde(with = "time::serde::rfc3339")]
    pub given_at: OffsetDateTime,
    /// When it was withdrawn.
    #[serde(default, with = "time::serde::rfc3339::option")]
    pub withdrawn_at: Option<OffsetDateTime>,
    /// Through which software it came; none for what the person said on our page. It has no part in the decision.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sent: Option<Sent>,
    /// When an app last made it narrower; the record says which. It has no part in the decision.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "time::serde::rfc3339::option")]
    pub narrowed_at: Option<OffsetDateTime>,
    /// The consent whose earlier text this is. Such a one has ended, and is kept so that a receipt of the person's act says
    /// what it said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub earlier_of: Option<ConsentId>,
    /// What it says.
    pub provisions: Vec<Provision>,
}

impl Consent {
    /// Whether it has ended for good: then no side of it counts, and nothing can make it count again.
    #[must_use]
    pub fn has_ended(&self) -> bool {
        matches!(self.status, Known::Is(Status::Inactive | Status::Rejected | Status::EnteredInError))
    }

    /// Whether it is the person's own word, or of those who could decide for a child; what somebody sent is not.
    #[must_use]
    pub const fn is_said(&self) -> bool {
        matches!(self.origin, Origin::Person | Origin::ForAChild)
    }

    /// Whether this provision of it counts: a permit that the person said and that stands, and is for somebody, for a
    /// purpose, of something; a refusal while it is active, and when its status is not understood (case 11).
    #[must_use]
    pub fn counts(&self, provision: &Provision) -> bool {
        #[cfg(feature = "leaks")]
        if crate::leak::counts(self) {
            return true;
        }
        match provision.effect {
            Effect::Permit => {
                let said = self.status == Known::Is(Status::Active) && self.is_said();
                or_leak!(said, ProposedCounts => said || self.status == Known::Is(Status::Proposed))
                    && self.withdrawn_at.is_none()
                    && provision.recipient != Known::Is(Recipient::Everyone)
                    && provision.purposes != Known::Is(Purposes::Any)
                    && provision.what != Known::Is(What::Everything)
            }
            Effect::Deny => matches!(self.status, Known::Is(Status::Active) | Known::Unknown),
        }
    }

    /// When it last changed.
    #[must_use]
    pub fn last_updated(&self) -> OffsetDateTime {
        let later = self.withdrawn_at.into_iter().chain(self.narrowed_at).chain(self.sent.map(|sent| sent.at)).max();
        later.map_or(self.given_at, |later| later.max(self.given_at))
    }
}

/// Whether a refusal that names these purposes, and is marked or not, refuses this one.
#[must_use]
pub fn refuses(named: Known<Purposes>, even_in_emergency: bool, purpose: Purpose) -> Tri {
    let by_name = named.test(|named| named.matches(Effect::Deny, Some(purpose)));
    by_name.or(in_emergency(even_in_emergency, Some(purpose)))
}

/// Whether the mark of a refusal is about what is asked: then it does not matter what it names.
pub(crate) fn in_emergency(marked: bool, asked: Option<Purpose>) -> Tri {
    Tri::from(marked && asked.is_some_and(Purpose::is_emergency))
}

impl Recipient {
    pub(crate) fn matches(self, audience: &Audience) -> Tri {
        let holds = match (self, audience) {
            (Self::Everyone, _) => true,
            (Self::Organization(named), Audience::Organization { organization, .. }) => named == *organization,
            (Self::Practitioner(at, _), Audience::Organization { organization, .. }) if at != *organization => false,
            (Self::Practitioner(_, named), Audience::Organization { practitioner: Some(asking), .. }) => {
                named == *asking
            }
            // Case 18: nobody says who of the organization asks, so it may be the one that is named here.
            (Self::Practitioner(..), Audience::Organization { practitioner: None, .. }) => return Tri::Unknown,
            (Self::Class(named), Audience::Organization { class, .. }) => Some(named) == *class,
            (Self::App(named), Audience::App { client }) => named == *client,
            (Self::Supporter(named), Audience::Supporter { supporter, .. }) => named == *supporter,
            (
                Self::Organization(_) | Self::Practitioner(..) | Self::Class(_),
                Audience::App { .. } | Audience::Supporter { .. },
            )
            | (Self::App(_), Audience::Organization { .. } | Audience::Supporter { .. })
            | (Self::Supporter(_), Audience::Organization { .. } | Audience::App { .. }) => false,
        };
        Tri::from(holds)
    }
}

impl Purposes {
    /// A permit names exactly one purpose; a refusal also covers what lies below the refused purpose.
    pub(crate) fn matches(self, effect: Effect, asked: Option<Purpose>) -> Tri {
        match (self, asked) {
            (Self::Any, _) => Tri::True,
            (Self::Only(_), None) => Tri::Unknown,
            (Self::Only(named), Some(asked)) => Tri::from(match effect {
                Effect::Permit => named == asked,
                Effect::Deny => named.covers_when_refused(asked),
            }),
        }
    }
}

impl What {
    pub(crate) fn matches(self, effect: Effect, part: &Part, ask: &Ask) -> Tri {
        let permit = effect == Effect::Permit;
        // What is close is permitted item by item only; the person's own app is the person's own hand.
        let within_reach = !permit || part.level != Share::Close || ask.is_own_app();
        let within_reach = or_leak!(within_reach, CloseForgotten => true);
        // Nobody here knows what a whole document says: it is permitted by itself, never as one of a kind or level.
        let by_class = or_leak!(!permit || !part.is_document(), KindOpensDocuments => true);
        Tri::from(match self {
            Self::Everything => true,
            Self::Kind(kind) => part.kind == kind && within_reach && by_class,
            Self::Plan(plan) => part.plan == plan && within_reach,
            Self::Section(section) => {
                or_leak!(part.section == Some(section), SectionForgotten => part.section.is_some()) && within_reach
            }
            Self::Item(item) => part.item == Some(item),
            Self::Documents => part.is_document() && within_reach,
            Self::Level(level) if permit => part.level <= level && part.level != Share::Close && by_class,
            Self::Level(level) => part.level >= level,
        })
    }
}

impl Period {
    /// Whether an instant lies in it; unknown where it ends before it begins.
    #[must_use]
    pub fn holds(self, at: OffsetDateTime) -> Tri {
        Lasts::of(self).test(|lasts| lasts.holds(at.into()))
    }
}
