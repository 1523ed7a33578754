//! Why somebody asks: the purposes of use a person can permit or refuse, by HL7 v3-ActReason code.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// The code system of the purposes: HL7 Terminology, ActReason.
pub const PURPOSE_SYSTEM: &str = "http://terminology.hl7.org/CodeSystem/v3-ActReason";

/// A purpose of use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Purpose {
    /// Treatment.
    Treat,
    /// Emergency treatment; never implied by treatment.
    Etreat,
    /// Break the glass.
    Btg,
    /// Coordination of care.
    Coc,
    /// Care management.
    Caremgt,
    /// At the person's own request.
    Patrqt,
    /// At the family's request.
    Famrqt,
    /// Power of attorney.
    Pwatrny,
    /// Support network.
    Supnwk,
}

/// The code is not a purpose we know.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a purpose of use that can be permitted here")]
pub struct UnknownPurpose;

impl Purpose {
    /// All purposes, in the order the person's page lists them.
    pub const ALL: [Self; 9] = [
        Self::Treat,
        Self::Etreat,
        Self::Btg,
        Self::Coc,
        Self::Caremgt,
        Self::Patrqt,
        Self::Famrqt,
        Self::Pwatrny,
        Self::Supnwk,
    ];

    /// The v3-ActReason code.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Treat => "TREAT",
            Self::Etreat => "ETREAT",
            Self::Btg => "BTG",
            Self::Coc => "COC",
            Self::Caremgt => "CAREMGT",
            Self::Patrqt => "PATRQT",
            Self::Famrqt => "FAMRQT",
            Self::Pwatrny => "PWATRNY",
            Self::Supnwk => "SUPNWK",
        }
    }

    /// Whether it is one of those for which somebody asks in an emergency.
    #[must_use]
    pub const fn is_emergency(self) -> bool {
        matches!(self, Self::Etreat | Self::Btg)
    }

    /// Whether a refusal of `self` also refuses `other`: v3-ActReason puts these purposes below treatment.
    #[must_use]
    pub const fn covers_when_refused(self, other: Self) -> bool {
        self as u8 == other as u8
            || matches!(
                (self, other),
                (Self::Treat, Self::Etreat | Self::Btg | Self::Coc | Self::Caremgt) | (Self::Etreat, Self::Btg)
            )
    }
}

impl fmt::Display for Purpose {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl FromStr for Purpose {
    type Err = UnknownPurpose;

    fn from_str(code: &str) -> Result<Self, UnknownPurpose> {
        Self::ALL.into_iter().find(|p| p.code() == code).ok_or(UnknownPurpose)
    }
}
