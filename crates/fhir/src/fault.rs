//! Why something that came in was not taken: a path, a reason, and what to do. Never the person's words.

use sayso_plan::draft::NotTaken;
use sayso_wire::{Path, Reason};

/// One reason with its place.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{path}: {why}")]
pub struct Fault {
    /// Where: FHIRPath for FHIR, JSON pointer for native JSON.
    pub path: String,
    /// Why, and what to do.
    pub why: Why,
}

/// The reasons.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Why {
    /// The strict reader, the typed reader or the loss gate refused it.
    #[error("{0}")]
    Wire(Reason),
    /// The published schema of native plans refuses it.
    #[error("{0}")]
    Schema(String),
    /// The rules of plans refuse it.
    #[error("{0}")]
    Plan(String),
    /// The element does not map to the plan and would be lost.
    #[error(
        "this does not map to the plan and would be lost; leave it out, or push the document whole as DocumentReference"
    )]
    NotMapped,
    /// The element of a Consent cannot be kept exactly as a rule.
    #[error(
        "this cannot be kept exactly as a rule and would be lost; leave it out, or say it with actor, purpose, securityLabel, data and period"
    )]
    NotARule,
    /// The element contradicts what it is derived from.
    #[error("this is derived from the plan and says something else; send what was read, or leave it out")]
    Contradicts,
    /// Narrative with words that stand nowhere in the plan.
    #[error("the narrative holds words that are not in the plan; leave text out, the server generates it")]
    ForeignNarrative,
    /// Something of or about another person.
    #[error("this belongs to another person; a plan holds one person only")]
    OtherPerson,
    /// A resource of a type that is not part of a push.
    #[error("a push holds CarePlan, Observation, Goal and RelatedPerson; the server makes everything else")]
    WrongType,
    /// The Bundle or entry is not made as a transaction.
    #[error("{0}")]
    Transaction(&'static str),
    /// A required part is missing.
    #[error("{0} is missing")]
    Missing(&'static str),
    /// A value is not one that is understood.
    #[error("{0}")]
    Value(&'static str),
}

impl Why {
    /// The code of `OperationOutcome.issue.code` (FHIR R4, issue-type).
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Wire(Reason::NotFhir { .. }) => "structure",
            Self::Wire(_) | Self::Schema(_) | Self::Transaction(_) => "structure",
            Self::Missing(_) => "required",
            Self::Value(_) => "value",
            Self::NotMapped | Self::NotARule | Self::WrongType | Self::ForeignNarrative => "not-supported",
            Self::Plan(_) | Self::Contradicts | Self::OtherPerson => "business-rule",
        }
    }
}

impl Fault {
    pub(crate) fn new(path: impl Into<String>, why: Why) -> Self {
        Self { path: path.into(), why }
    }

    /// A fault of the wire room inside the resource at `root` (a FHIRPath).
    pub(crate) fn fhir(root: &str, fault: &sayso_wire::Fault) -> Self {
        Self { path: fault.path.expression(root), why: Why::Wire(fault.reason.clone()) }
    }

    /// A fault of the wire room in native JSON.
    pub(crate) fn native(fault: &sayso_wire::Fault) -> Self {
        Self { path: fault.path.pointer(), why: Why::Wire(fault.reason.clone()) }
    }

    pub(crate) fn at(root: &str, path: &Path, why: Why) -> Self {
        Self { path: path.expression(root), why }
    }
}

impl From<&NotTaken> for Fault {
    /// The path is a JSON pointer into the native plan.
    fn from(not_taken: &NotTaken) -> Self {
        Self { path: not_taken.path(), why: Why::Plan(not_taken.to_string()) }
    }
}
