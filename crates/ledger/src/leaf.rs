//! A leaf: one record of one act. It commits to ciphertext, so that erasing a person leaves the log whole.

use sha2::{Digest, Sha256};

use crate::chain::Chain;
use crate::hash::Hash;

/// What sort of act a leaf records. Coarse on purpose: it is kept in the clear, so it does not tell whether a read was
/// allowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Kind {
    /// Something was asked for; allowed and refused look the same from outside the ciphertext.
    Read = 1,
    /// A plan or a person's own particulars were written.
    Write = 2,
    /// A consent was given, narrowed or withdrawn.
    Consent = 3,
    /// An organization asked to be let in.
    Ask = 4,
    /// Somebody signed in, or failed to.
    SignIn = 5,
    /// An operator changed the registry.
    Operator = 6,
    /// A token was issued or taken back.
    Token = 7,
}

impl Kind {
    /// The number that is hashed and stored.
    #[must_use]
    pub const fn number(self) -> u8 {
        self as u8
    }

    /// Restores a kind from its number.
    #[must_use]
    pub const fn from_number(number: u8) -> Option<Self> {
        Some(match number {
            1 => Self::Read,
            2 => Self::Write,
            3 => Self::Consent,
            4 => Self::Ask,
            5 => Self::SignIn,
            6 => Self::Operator,
            7 => Self::Token,
            _ => return None,
        })
    }
}

/// A leaf's place in one chain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Link {
    /// The chain.
    pub chain: Chain,
    /// The place in it; the first leaf is 1.
    pub seq: u64,
    /// The hash of the leaf before it, or the chain's own beginning ([`Chain::beginning`]).
    pub prev: Hash,
}

/// One record of one act.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Leaf {
    /// Random id.
    pub id: [u8; 16],
    /// When the act was recorded, in microseconds since 1970-01-01T00:00Z.
    pub at_micros: i64,
    /// The sort of act.
    pub kind: Kind,
    /// Its place in the chain of the organization that acted.
    pub organization: Link,
    /// Its place in the chain of the person it concerns.
    pub person: Link,
    /// SHA-256 of the ciphertext that says what was done.
    pub commitment: Hash,
}

/// The domain of a leaf's hash; the number changes with the encoding.
const LEAF_DOMAIN: &str = "sayso leaf v1";

impl Leaf {
    /// The hash of the canonical bytes: every field in a fixed order with a fixed length, integers big-endian.
    #[must_use]
    pub fn hash(&self) -> Hash {
        Hash::of(
            LEAF_DOMAIN,
            &[
                &self.id,
                &self.at_micros.to_be_bytes(),
                &[self.kind.number()],
                &link_bytes(&self.organization),
                &link_bytes(&self.person),
                self.commitment.as_bytes(),
            ],
        )
    }

    /// The leaf's place in `chain`, when it stands in it.
    #[must_use]
    pub fn link(&self, chain: Chain) -> Option<&Link> {
        [&self.organization, &self.person].into_iter().find(|link| link.chain == chain)
    }
}

fn link_bytes(link: &Link) -> [u8; 57] {
    let mut bytes = [0; 57];
    let parts = link.chain.bytes().into_iter().chain(link.seq.to_be_bytes()).chain(link.prev.0);
    for (slot, byte) in bytes.iter_mut().zip(parts) {
        *slot = byte;
    }
    bytes
}

/// What a leaf commits to: SHA-256 of the ciphertext.
#[must_use]
pub fn commitment(ciphertext: &[u8]) -> Hash {
    Hash(Sha256::digest(ciphertext).into())
}
