//! What came of each part of a consent that somebody sent, as it was when it was sent: the consents that it became change
//! with the person's answer, and a receipt never does.

use sayso_consent::Provision;
use sayso_plan::ConsentId;
use serde::{Deserialize, Serialize};

/// Where in a FHIR Consent something stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Spot {
    /// Beside its provision.
    Head,
    /// In the root provision.
    Root,
    /// In the provision with this place beneath the root, counted from nought.
    Beneath(u16),
}

impl Spot {
    /// The same as a FHIRPath.
    #[must_use]
    pub fn path(self) -> String {
        match self {
            Self::Head => "Consent".to_owned(),
            Self::Root => "Consent.provision".to_owned(),
            Self::Beneath(n) => format!("Consent.provision.provision[{n}]"),
        }
    }
}

/// What came of a part.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// It closes, from then on.
    Counts,
    /// Not all of it was understood; it closes, from then on.
    OnlyCloses,
    /// It opens less than before, from then on.
    Narrower,
    /// It would open something, and waits for the person's word.
    Waits,
    /// It is not in force for whoever sent it; the person reads it, and it does not count.
    ShownOnly,
    /// The same was said before, and stands.
    SaidBefore,
    /// It has ended by this.
    TakenBack,
    /// Not taken, because it speaks of others than whoever sent it.
    OfOthers,
    /// Not taken, because its time was over.
    Over,
    /// Not taken, because as much as may wait for the person waits.
    TooMany,
    /// Not taken: it would open something, and not all that was sent was understood.
    NotUnderstood,
    /// Not taken: a permit that is not in force for whoever sent it.
    NotInForce,
    /// Not taken: a permit inside a permit has no effect.
    NoEffect,
}

/// A part, and what came of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Came {
    /// The consent that it was kept as; none where it was not taken.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub consent: Option<ConsentId>,
    /// What it said then.
    pub said: Provision,
    /// What came of it.
    pub outcome: Outcome,
    /// Where it stood, where it was not taken.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub spot: Option<Spot>,
}
