//! Who asks, and why.

use sayso_plan::{ClientId, OrganizationId, PartyId, Plan, PractitionerId, Purpose, SupporterId};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use crate::supporter::Named;
use crate::tri::Tri;

/// A class of recipients that a person can choose knowingly.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Class {
    /// Any crisis service that was verified as one.
    CrisisServices,
}

/// Who would read.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Audience {
    /// An organization, through one of its clients.
    Organization {
        /// The organization, as its token proves it now.
        organization: OrganizationId,
        /// The practitioner, when the token names one.
        practitioner: Option<PractitionerId>,
        /// The class the organization was verified to belong to.
        class: Option<Class>,
    },
    /// An app that acts for the person whose plan it is.
    App {
        /// The app.
        client: ClientId,
    },
    /// Somebody whom the person calls their supporter, reading for themselves.
    Supporter {
        /// Who.
        supporter: SupporterId,
        /// Whom of each plan's parties they are, as the person said.
        named: Named,
    },
}

/// One question to the law of consent: may this audience, for this purpose, at this time?
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ask {
    /// Who would read.
    pub audience: Audience,
    /// For which purpose; none when none is stated and the client has no default.
    pub purpose: Option<Purpose>,
    /// When; never earlier than the last recorded event (case 20).
    pub at: OffsetDateTime,
}

impl Ask {
    /// Whether the asker is an app acting for the person.
    #[must_use]
    pub const fn is_own_app(&self) -> bool {
        matches!(self.audience, Audience::App { .. })
    }

    /// Whether something that is about these parties of a plan is about the asker (case 25). Organizations are no such
    /// party: they must see what concerns them.
    pub(crate) fn is_about_asker<'a>(&self, plan: &Plan, parties: impl IntoIterator<Item = &'a PartyId>) -> Tri {
        match &self.audience {
            Audience::Organization { .. } | Audience::App { .. } => Tri::False,
            Audience::Supporter { named, .. } => named.among(plan, parties),
        }
    }
}
