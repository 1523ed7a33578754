//! Two laws side by side, for a person who travels: what each asks for and does. It shows both and decides nothing.

use super::facts::Status;
use super::{Law, say};

/// A column of the table of laws.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[allow(missing_docs, reason = "the fields of Law have the same names, and say more")]
pub enum Column {
    MinAge,
    Form,
    Signer,
    MadeWith,
    Witnesses,
    Notary,
    Capacity,
    Barred,
    Applies,
    Validity,
    ContinuesWhileIncapable,
    Register,
    Effect,
    Override,
    EmergencyExempt,
    AdmissionMaxDays,
    Revoke,
    SelfBinding,
    Agent,
    Also,
}

impl Column {
    /// All columns, in the order a person is shown them.
    pub const ALL: [Self; 20] = [
        Self::Effect,
        Self::Override,
        Self::EmergencyExempt,
        Self::Applies,
        Self::MinAge,
        Self::Form,
        Self::Signer,
        Self::MadeWith,
        Self::Witnesses,
        Self::Notary,
        Self::Capacity,
        Self::Barred,
        Self::Validity,
        Self::ContinuesWhileIncapable,
        Self::Revoke,
        Self::SelfBinding,
        Self::AdmissionMaxDays,
        Self::Agent,
        Self::Register,
        Self::Also,
    ];

    /// The member of the law's record, for instance `min_age`.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::MinAge => "min_age",
            Self::Form => "form",
            Self::Signer => "signer",
            Self::MadeWith => "made_with",
            Self::Witnesses => "witnesses",
            Self::Notary => "notary",
            Self::Capacity => "capacity",
            Self::Barred => "barred",
            Self::Applies => "applies",
            Self::Validity => "validity",
            Self::ContinuesWhileIncapable => "continues_while_incapable",
            Self::Register => "register",
            Self::Effect => "effect",
            Self::Override => "override",
            Self::EmergencyExempt => "emergency_exempt",
            Self::AdmissionMaxDays => "admission_max_days",
            Self::Revoke => "revoke",
            Self::SelfBinding => "self_binding",
            Self::Agent => "agent",
            Self::Also => "also",
        }
    }
}

/// One cell of a law, in plain words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cell {
    /// Short sentences.
    pub sentences: Vec<String>,
    /// How sure it is: the least sure of what it says.
    pub status: Status,
}

/// One column of two laws; an absent cell is not known here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pair {
    /// The column.
    pub column: Column,
    /// What the first law says.
    pub first: Option<Cell>,
    /// What the second law says.
    pub second: Option<Cell>,
}

/// Two laws side by side.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Compared {
    /// The first, as a rule the one the plan was made under.
    pub first: &'static Law,
    /// The second, as a rule the one of the place the person is in.
    pub second: &'static Law,
    /// Every column of which at least one says something.
    pub rows: Vec<Pair>,
}

impl Compared {
    /// What it does not do, in plain words, to stand above it.
    #[must_use]
    pub fn sentences() -> Vec<String> {
        say::compared()
    }
}

impl Law {
    /// One cell in plain words; none where it is not known here.
    #[must_use]
    pub fn cell(&self, column: Column) -> Option<Cell> {
        say::cell(self, column)
    }
}

/// Shows two laws side by side.
#[must_use]
pub fn compare(first: &'static Law, second: &'static Law) -> Compared {
    let pair = |column: Column| Pair { column, first: first.cell(column), second: second.cell(column) };
    let rows = Column::ALL.into_iter().map(pair).filter(|pair| pair.first.is_some() || pair.second.is_some());
    Compared { first, second, rows: rows.collect() }
}
