//! Ids: random 128 bits each, every kind its own type, so that a plan's id can never stand for a person's.

use std::fmt;
use std::hash::{Hash, Hasher};
use std::marker::PhantomData;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use uuid::Uuid;

/// An id of one kind of thing. Written as a lower-case hyphenated UUID, which is also a valid FHIR `id`.
pub struct Id<Of> {
    bits: Uuid,
    of: PhantomData<fn() -> Of>,
}

/// The text was not an id: anything but 36 characters of a lower-case hyphenated UUID.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not an id: expected a lower-case hyphenated UUID of 36 characters")]
pub struct NotAnId;

impl<Of> Id<Of> {
    /// Makes an id from 16 random bytes; the caller brings the randomness.
    #[must_use]
    pub fn from_random(bytes: [u8; 16]) -> Self {
        Self { bits: uuid::Builder::from_random_bytes(bytes).into_uuid(), of: PhantomData }
    }

    /// Restores an id from the 16 bytes it was stored as.
    #[must_use]
    pub const fn from_stored(bytes: [u8; 16]) -> Self {
        Self { bits: Uuid::from_bytes(bytes), of: PhantomData }
    }

    /// The 16 bytes of the id.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 16] {
        self.bits.as_bytes()
    }
}

impl<Of> Clone for Id<Of> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<Of> Copy for Id<Of> {}
impl<Of> PartialEq for Id<Of> {
    fn eq(&self, other: &Self) -> bool {
        self.bits == other.bits
    }
}
impl<Of> Eq for Id<Of> {}
impl<Of> PartialOrd for Id<Of> {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}
impl<Of> Ord for Id<Of> {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.bits.cmp(&other.bits)
    }
}
impl<Of> Hash for Id<Of> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.bits.hash(state);
    }
}
impl<Of> fmt::Display for Id<Of> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.bits.as_hyphenated().fmt(f)
    }
}
impl<Of> fmt::Debug for Id<Of> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.bits.as_hyphenated().fmt(f)
    }
}
impl<Of> FromStr for Id<Of> {
    type Err = NotAnId;

    /// Accepts only the one written form, so that one thing never has two addresses.
    fn from_str(text: &str) -> Result<Self, NotAnId> {
        if text.len() != 36 || text.bytes().any(|b| b.is_ascii_uppercase()) {
            return Err(NotAnId);
        }
        let bits = Uuid::try_parse(text).map_err(|_| NotAnId)?;
        Ok(Self { bits, of: PhantomData })
    }
}
impl<Of> Serialize for Id<Of> {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(self)
    }
}
impl<'de, Of> Deserialize<'de> for Id<Of> {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(d)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

/// Names the things that have ids.
pub mod of {
    /// The person whose plan it is.
    #[derive(Debug)]
    pub enum Person {}
    /// A plan.
    #[derive(Debug)]
    pub enum Plan {}
    /// One immutable version of a plan.
    #[derive(Debug)]
    pub enum PlanVersion {}
    /// An item of a plan.
    #[derive(Debug)]
    pub enum Item {}
    /// One state of an item (or of a plan's head); every change makes a new one.
    #[derive(Debug)]
    pub enum ItemVersion {}
    /// An organization.
    #[derive(Debug)]
    pub enum Organization {}
    /// A named practitioner.
    #[derive(Debug)]
    pub enum Practitioner {}
    /// The software that an organization, or a person, runs.
    #[derive(Debug)]
    pub enum Client {}
    /// A consent.
    #[derive(Debug)]
    pub enum Consent {}
    /// A provision of a consent.
    #[derive(Debug)]
    pub enum Provision {}
    /// A record of one act.
    #[derive(Debug)]
    pub enum Leaf {}
    /// What somebody proposed to a plan.
    #[derive(Debug)]
    pub enum Proposal {}
    /// Somebody whom one person calls their supporter.
    #[derive(Debug)]
    pub enum Supporter {}
    /// The account by which somebody signs in who supports persons.
    #[derive(Debug)]
    pub enum Account {}
}

/// Id of a person.
pub type PersonId = Id<of::Person>;
/// Id of a plan.
pub type PlanId = Id<of::Plan>;
/// Id of a stored version of a plan; internal, never shown (the outside sees fingerprints).
pub type PlanVersionId = Id<of::PlanVersion>;
/// Id of an item.
pub type ItemId = Id<of::Item>;
/// Id of one state of an item.
pub type ItemVersion = Id<of::ItemVersion>;
/// Id of an organization.
pub type OrganizationId = Id<of::Organization>;
/// Id of a practitioner.
pub type PractitionerId = Id<of::Practitioner>;
/// Id of a client.
pub type ClientId = Id<of::Client>;
/// Id of a consent.
pub type ConsentId = Id<of::Consent>;
/// Id of a provision.
pub type ProvisionId = Id<of::Provision>;
/// Id of a leaf.
pub type LeafId = Id<of::Leaf>;
/// Id of a proposal.
pub type ProposalId = Id<of::Proposal>;
/// Id of a supporter of one person. Whoever supports two persons has two, so that neither tells of the other.
pub type SupporterId = Id<of::Supporter>;
/// Id of the account of somebody who supports persons.
pub type AccountId = Id<of::Account>;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_has_one_written_form() {
        let id = PlanId::from_random([0xab; 16]);
        assert_eq!(id.to_string().parse::<PlanId>(), Ok(id));
        assert!(id.to_string().to_uppercase().parse::<PlanId>().is_err());
        assert!(id.to_string().replace('-', "").parse::<PlanId>().is_err());
        assert!("../../etc/passwd".parse::<PlanId>().is_err());
    }
}
