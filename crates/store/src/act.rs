//! What a leaf says was done, in codes and ids only; none of the person's words can get in.

use std::borrow::Cow;

use sayso_ledger::Kind;
use sayso_plan::{
    ClientId, ConsentId, LeafId, OrganizationId, PlanId, PlanKind, PlanVersionId, Purpose, Section, SupporterId,
};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use crate::came::{Came, Spot};
use crate::granted::GrantId;

/// A code that was written in a program, never by a person: it can be made only from a text in the source.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Code(Cow<'static, str>);

impl Code {
    /// Takes a code from the source.
    #[must_use]
    pub const fn new(code: &'static str) -> Self {
        Self(Cow::Borrowed(code))
    }

    /// The code.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<&'static str> for Code {
    fn from(code: &'static str) -> Self {
        Self::new(code)
    }
}

/// An act. Consent, plan and client are ids; the page that shows it finds their names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "act", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Act {
    /// Something was asked for and shown.
    ReadAllowed {
        /// The software that asked; none on our own pages.
        client: Option<ClientId>,
        /// Why.
        purpose: Option<Purpose>,
        /// In which way, for instance `search` or `current-plan`.
        operation: Code,
        /// What was shown.
        shown: Vec<Shown>,
    },
    /// Something was asked for and not shown.
    ReadRefused {
        /// The software that asked.
        client: Option<ClientId>,
        /// Why.
        purpose: Option<Purpose>,
        /// In which way.
        operation: Code,
        /// For which reason nothing was shown.
        reason: Code,
    },
    /// A version of a plan was stored.
    PlanWritten {
        /// The software that wrote; none on our own pages.
        client: Option<ClientId>,
        /// The plan.
        plan: PlanId,
        /// Its kind.
        kind: PlanKind,
        /// The version that is current now.
        version: PlanVersionId,
        /// What happened to it, for instance `created`, `changed` or `superseded`.
        change: Code,
    },
    /// The person's own particulars were stored.
    PersonWritten {
        /// The software that wrote; none on our own pages.
        client: Option<ClientId>,
        /// What happened, for instance `created` or `identifier-verified`.
        change: Code,
    },
    /// A write was refused; nothing was stored.
    WriteRefused {
        /// The software that tried.
        client: Option<ClientId>,
        /// In which way.
        operation: Code,
        /// Why not.
        reason: Code,
    },
    /// An app had something checked that it may write. Nothing was stored, and nothing shown.
    Checked {
        /// The software that asked.
        client: Option<ClientId>,
    },
    /// What the person allows was changed.
    ConsentChanged {
        /// The consent.
        consent: ConsentId,
        /// How.
        change: ConsentChange,
        /// Whom it concerns, when it is one organization.
        recipient: Option<OrganizationId>,
        /// For which purpose.
        purpose: Option<Purpose>,
        /// Which sections it concerns.
        sections: Vec<Section>,
        /// The software through which; none on the person's page.
        client: Option<ClientId>,
        /// Which consents it made and ended, for the person's receipt of it; none in leaves of before there were any.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        decided: Option<Decided>,
        /// Whom it concerns, when it is one supporter.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        supporter: Option<SupporterId>,
        /// Who took it away in the person's name; none for the person.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        by: Option<SupporterId>,
    },
    /// Somebody who supports the person looked.
    SupporterLooked {
        /// Who.
        supporter: SupporterId,
        /// At what: `list` (`list-named` where it tells that a plan names them), `plans`, `document`, `named` for as what
        /// they are named, or `sharing` for whom the person lets see.
        operation: Code,
        /// What was shown; nothing where nothing was open to them.
        shown: Vec<Shown>,
    },
    /// What somebody is to the person as a supporter has changed.
    SupporterChanged {
        /// Who.
        supporter: SupporterId,
        /// How: `invited`, `link-made`, `accepted`, `named`, `delegated`, `delegation-ended`, `ended`; by themselves
        /// `objected`, `objection-ended` and `left`.
        change: Code,
    },
    /// A system or an app sent a consent, or made one narrower.
    ConsentSent {
        /// The software.
        client: Option<ClientId>,
        /// Whether a record system sent it, in its organization's own matter.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        own_matter: bool,
        /// The first of the consents that it was kept as.
        consent: ConsentId,
        /// What came of it; empty where none of it counts.
        did: Vec<ConsentChange>,
        /// Whom it concerns, when it is one organization.
        recipient: Option<OrganizationId>,
        /// Which sections it concerns.
        sections: Vec<Section>,
        /// What came of each part of it, for the person's receipt; none in leaves of before it was told.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        came: Vec<Came>,
        /// Where in it something stood that was not understood.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        unread: Vec<Spot>,
    },
    /// An organization asked to be let in.
    AskedToShare {
        /// The software that asked.
        client: Option<ClientId>,
        /// Why.
        purpose: Option<Purpose>,
    },
    /// The person said no to what an organization asked.
    AskDeclined {
        /// Who had asked.
        organization: OrganizationId,
    },
    /// Somebody proposed something to a plan.
    Proposed {
        /// The software through which.
        client: Option<ClientId>,
        /// The plan.
        plan: PlanId,
        /// Its kind.
        kind: PlanKind,
    },
    /// The person answered a proposal.
    ProposalAnswered {
        /// The plan.
        plan: PlanId,
        /// Its kind.
        kind: PlanKind,
        /// The version that is current now.
        version: PlanVersionId,
        /// What they answered: `accepted`, `changed` or `declined`.
        answer: Code,
    },
    /// The person signed in.
    SignedIn {
        /// By which means, for instance `password` or `link`.
        by: Code,
    },
    /// Somebody failed to sign in.
    SignInFailed {
        /// By which means.
        by: Code,
    },
    /// An operator changed the registry.
    Operated {
        /// What was done, for instance `organization-put`.
        done: Code,
        /// The id of what it was done to.
        subject: Option<String>,
    },
    /// A token was issued.
    TokenIssued {
        /// To which software.
        client: ClientId,
        /// Under which grant.
        grant: GrantId,
    },
    /// A token was asked for and refused.
    TokenRefused {
        /// By which software, when it was known.
        client: Option<ClientId>,
        /// Why not.
        reason: Code,
    },
    /// All tokens of a grant were taken back.
    GrantEnded {
        /// Whose software.
        client: ClientId,
        /// Which grant.
        grant: GrantId,
        /// Why, for instance `revoked` or `replayed`.
        reason: Code,
    },
}

/// What one act of the person did to their consents. What each of them says stands in the consent itself.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Decided {
    /// Consents that were given by it.
    pub given: Vec<ConsentId>,
    /// Consents towards the same party, and for the same purpose, that stood before and were left as they were.
    pub kept: Vec<ConsentId>,
    /// Consents that were ended by it.
    pub ended: Vec<ConsentId>,
    /// The words that stood on the page where it was done; none where it was done elsewhere.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub words: Option<ShownWords>,
}

/// Which words of ours somebody read before they decided.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ShownWords {
    /// Their language, a BCP 47 tag.
    pub language: Code,
    /// The first eight bytes of a digest over the texts.
    pub version: u64,
}

/// What was shown of one plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Shown {
    /// The plan.
    pub plan: PlanId,
    /// Its kind.
    pub kind: PlanKind,
    /// The sections of which something was shown.
    pub sections: Vec<Section>,
    /// Whether what was shown is that the person cancelled it, and nothing that stood in it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub cancelled: bool,
}

/// How a consent changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ConsentChange {
    /// Given or widened by the person.
    Given,
    /// Made narrower.
    Narrowed,
    /// Taken back.
    Withdrawn,
    /// Proposed by an app; allows nothing until the person says so.
    Proposed,
    /// A refusal was said.
    Refused,
    /// The person said no to what was proposed.
    Declined,
    /// The person took back a refusal that stood, whoever had sent it.
    Restored,
}

impl Act {
    /// The coarse kind that stays readable when the ciphertext is not.
    #[must_use]
    pub const fn kind(&self) -> Kind {
        match self {
            Self::ReadAllowed { .. }
            | Self::ReadRefused { .. }
            | Self::Checked { .. }
            | Self::SupporterLooked { .. } => Kind::Read,
            Self::PlanWritten { .. }
            | Self::PersonWritten { .. }
            | Self::WriteRefused { .. }
            | Self::ProposalAnswered { .. } => Kind::Write,
            Self::ConsentChanged { .. } | Self::ConsentSent { .. } | Self::SupporterChanged { .. } => Kind::Consent,
            Self::AskedToShare { .. } | Self::AskDeclined { .. } | Self::Proposed { .. } => Kind::Ask,
            Self::SignedIn { .. } | Self::SignInFailed { .. } => Kind::SignIn,
            Self::Operated { .. } => Kind::Operator,
            Self::TokenIssued { .. } | Self::TokenRefused { .. } | Self::GrantEnded { .. } => Kind::Token,
        }
    }
}

/// A leaf that is yet to be recorded; its places in the chains are given by the writer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewLeaf {
    /// Random id.
    pub id: LeafId,
    /// When the act happened.
    pub at: OffsetDateTime,
    /// Who acted; none for the person on our own pages and for our own operators.
    pub organization: Option<OrganizationId>,
    /// What was done.
    pub act: Act,
}
