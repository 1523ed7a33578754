//! People: the person whose plan it is, and the parties a plan names.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize};

use crate::id::PersonId;
use crate::item::PlanDate;
use crate::words::Lang;

/// The most parties one plan names.
pub const PARTIES_MAX: usize = 64;

/// A party's name inside one plan, for instance `self` or `p2`: 1 to 40 of `a-z`, `0-9`, `-`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(transparent)]
pub struct PartyId(String);

/// The text is not a party id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a party id: expected 1 to 40 of a-z, 0-9 and -")]
pub struct NotAPartyId;

impl PartyId {
    /// The person whose plan it is, in every plan.
    #[must_use]
    pub fn person() -> Self {
        Self("self".to_owned())
    }

    /// A new party's id; the caller brings the randomness.
    #[must_use]
    pub fn from_random(bytes: [u8; 16]) -> Self {
        Self(format!("p-{:016x}", u128::from_be_bytes(bytes) & u128::from(u64::MAX)))
    }

    /// The id as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether this is the person whose plan it is.
    #[must_use]
    pub fn is_person(&self) -> bool {
        self.0 == "self"
    }
}

impl TryFrom<&str> for PartyId {
    type Error = NotAPartyId;

    fn try_from(text: &str) -> Result<Self, NotAPartyId> {
        let legal = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
        if (1..=40).contains(&text.len()) && text.bytes().all(legal) {
            Ok(Self(text.to_owned()))
        } else {
            Err(NotAPartyId)
        }
    }
}

impl fmt::Display for PartyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for PartyId {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        let text = String::deserialize(d)?;
        Self::try_from(text.as_str()).map_err(serde::de::Error::custom)
    }
}

/// Somebody a plan names. `Debug` prints the id only.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Party {
    /// The party's name inside this plan.
    pub id: PartyId,
    /// What they are called.
    pub name: String,
    /// What they are in this plan.
    pub role: PartyRole,
    /// For whom they work, when they do.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub organization: Option<String>,
    /// Whether they belong to the team that treats the person.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub in_treating_team: Option<bool>,
}

impl fmt::Debug for Party {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Party({})", self.id)
    }
}

/// What a party is in a plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[allow(missing_docs, reason = "the names say all")]
pub enum PartyRole {
    Person,
    Supporter,
    Peer,
    Clinician,
    Facilitator,
    Agent,
    Witness,
    Service,
    Family,
}

/// The person. `Debug` prints the id only.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    /// Id.
    pub id: PersonId,
    /// What they are called.
    pub name: String,
    /// The language their page speaks with them.
    pub language: Lang,
    /// The zone in which a day of theirs begins and ends, as an offset in minutes east of UTC.
    #[serde(default)]
    pub zone_minutes: i16,
    /// Birth date, when they told it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub birth_date: Option<PlanDate>,
    /// Identifiers, in any state.
    #[serde(default)]
    pub identifiers: Vec<Identifier>,
}

impl Person {
    /// The zone in which a day of theirs begins and ends.
    #[must_use]
    pub fn zone(&self) -> time::UtcOffset {
        time::UtcOffset::from_whole_seconds(i32::from(self.zone_minutes) * 60).unwrap_or(time::UtcOffset::UTC)
    }

    /// The day it is for them at a moment: in their own zone.
    #[must_use]
    pub fn day_of(&self, at: time::OffsetDateTime) -> PlanDate {
        PlanDate(at.to_offset(self.zone()).date())
    }
}

impl fmt::Debug for Person {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Person({})", self.id)
    }
}

/// A number under which the person is known somewhere. Only a verified one is ever found.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Identifier {
    /// The naming system's URI.
    pub system: String,
    /// The number.
    pub value: String,
    /// How sure it is.
    pub state: IdentifierState,
}

impl fmt::Debug for Identifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Identifier({:?})", self.state)
    }
}

/// How sure it is that an identifier belongs to the person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase", tag = "is")]
pub enum IdentifierState {
    /// The person typed it; it never matches.
    Claimed,
    /// Confirmed by an identity provider or an organization.
    Verified {
        /// By whom.
        by: String,
        /// When.
        #[serde(with = "time::serde::rfc3339")]
        at: time::OffsetDateTime,
    },
    /// Claimed by two persons; matches nothing until resolved.
    Contested,
}

impl Identifier {
    /// Whether it may be found and shown to recipients.
    #[must_use]
    pub const fn is_verified(&self) -> bool {
        matches!(self.state, IdentifierState::Verified { .. })
    }
}
