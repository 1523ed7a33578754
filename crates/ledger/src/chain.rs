//! Chains of leaves, and the check that finds the first broken thing in one.

use std::fmt;

use crate::hash::Hash;
use crate::leaf::{Leaf, commitment};

/// Whose chain it is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Chain {
    /// The acts of one organization.
    Organization([u8; 16]),
    /// The acts that concern one person.
    Person([u8; 16]),
}

impl Chain {
    /// A number for the sort of chain, as hashed and stored: 1 organization, 2 person.
    #[must_use]
    pub const fn tag(self) -> u8 {
        match self {
            Self::Organization(_) => 1,
            Self::Person(_) => 2,
        }
    }

    /// The id of whose chain it is.
    #[must_use]
    pub const fn id(self) -> [u8; 16] {
        match self {
            Self::Organization(id) | Self::Person(id) => id,
        }
    }

    /// Restores a chain from what was stored.
    #[must_use]
    pub const fn from_stored(tag: u8, id: [u8; 16]) -> Option<Self> {
        match tag {
            1 => Some(Self::Organization(id)),
            2 => Some(Self::Person(id)),
            _ => None,
        }
    }

    /// Tag and id, 17 bytes.
    #[must_use]
    pub fn bytes(self) -> [u8; 17] {
        let mut bytes = [self.tag(); 17];
        for (slot, byte) in bytes.iter_mut().skip(1).zip(self.id()) {
            *slot = byte;
        }
        bytes
    }

    /// What stands before the first leaf of this chain; a chain's beginning cannot be passed off as another's.
    #[must_use]
    pub fn beginning(self) -> Head {
        Head { seq: 0, hash: Hash::of("sayso chain v1", &[&self.bytes()]) }
    }
}

impl fmt::Display for Chain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let whose = match self {
            Self::Organization(_) => "organization",
            Self::Person(_) => "person",
        };
        write!(f, "the chain of {whose} ")?;
        for (at, byte) in self.id().iter().enumerate() {
            let dash = if matches!(at, 4 | 6 | 8 | 10) { "-" } else { "" };
            write!(f, "{dash}{byte:02x}")?;
        }
        Ok(())
    }
}

impl fmt::Debug for Chain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Where a chain ends: the place and hash of its last leaf; place 0 is the beginning.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Head {
    /// Place of the last leaf.
    pub seq: u64,
    /// Hash of the last leaf.
    pub hash: Hash,
}

/// A leaf as it was found in storage, with what it commits to.
#[derive(Debug, Clone)]
pub struct Row<'a> {
    /// The leaf, from its columns.
    pub leaf: Leaf,
    /// The hash that was stored beside it.
    pub stored_hash: Hash,
    /// The ciphertext it commits to.
    pub ciphertext: &'a [u8],
}

/// The first broken thing, in plain words.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Broken {
    /// A column of the record is not what it was when it was recorded.
    #[error("{chain}: record {seq} was changed")]
    Changed {
        /// The chain.
        chain: Chain,
        /// The place in it.
        seq: u64,
    },
    /// The ciphertext is not the one that the record commits to.
    #[error("{chain}: the content of record {seq} was changed or exchanged")]
    ContentChanged {
        /// The chain.
        chain: Chain,
        /// The place in it.
        seq: u64,
    },
    /// Nothing stands in this place, though later records exist.
    #[error("{chain}: record {seq} was removed")]
    Removed {
        /// The chain.
        chain: Chain,
        /// The first empty place.
        seq: u64,
    },
    /// The record in this place does not follow the one before it.
    #[error("{chain}: record {seq} does not follow the one before it; records were swapped, moved or replaced")]
    Swapped {
        /// The chain.
        chain: Chain,
        /// The place in it.
        seq: u64,
    },
    /// The chain ends before a place that was already sealed.
    #[error("{chain}: cut off after record {ends_at}, but {sealed} records were sealed")]
    Truncated {
        /// The chain.
        chain: Chain,
        /// The last record that is there.
        ends_at: u64,
        /// The last record that was sealed.
        sealed: u64,
    },
    /// A sealed hash is not that of the record in this place.
    #[error("{chain}: record {seq} is not the one that was sealed")]
    NotAsSealed {
        /// The chain.
        chain: Chain,
        /// The place in it.
        seq: u64,
    },
    /// The record does not belong to this chain at all.
    #[error("{chain}: a record of another chain stands in it")]
    Foreign {
        /// The chain.
        chain: Chain,
    },
}

/// Checks one chain, leaf by leaf in the order of its places.
#[derive(Debug, Clone)]
pub struct ChainCheck {
    chain: Chain,
    head: Head,
}

impl ChainCheck {
    /// Begins at the chain's beginning.
    #[must_use]
    pub fn new(chain: Chain) -> Self {
        Self { chain, head: chain.beginning() }
    }

    /// Takes the next row; gives the head after it.
    ///
    /// # Errors
    /// What is broken at this row.
    pub fn push(&mut self, row: &Row<'_>) -> Result<Head, Broken> {
        let chain = self.chain;
        let link = row.leaf.link(chain).ok_or(Broken::Foreign { chain })?;
        let expected = self.head.seq.saturating_add(1);
        if link.seq != expected {
            // A second row in one place cannot be stored, so a number that is not the next one means a gap.
            return Err(Broken::Removed { chain, seq: expected });
        }
        if link.prev != self.head.hash {
            return Err(Broken::Swapped { chain, seq: expected });
        }
        if commitment(row.ciphertext) != row.leaf.commitment {
            return Err(Broken::ContentChanged { chain, seq: expected });
        }
        let hash = row.leaf.hash();
        if hash != row.stored_hash {
            return Err(Broken::Changed { chain, seq: expected });
        }
        self.head = Head { seq: expected, hash };
        Ok(self.head)
    }

    /// Compares the head with what was sealed at this very place; call it after every row whose place has a seal.
    ///
    /// # Errors
    /// [`Broken::NotAsSealed`].
    pub fn sealed_here(&self, sealed: Head) -> Result<(), Broken> {
        if sealed == self.head { Ok(()) } else { Err(Broken::NotAsSealed { chain: self.chain, seq: sealed.seq }) }
    }

    /// Ends the check against the last place that was sealed (0 where none was).
    ///
    /// # Errors
    /// [`Broken::Truncated`].
    pub fn finish(self, last_sealed: u64) -> Result<Head, Broken> {
        if self.head.seq < last_sealed {
            return Err(Broken::Truncated { chain: self.chain, ends_at: self.head.seq, sealed: last_sealed });
        }
        Ok(self.head)
    }
}

/// Checks a whole chain against the heads of it that were sealed (in the order of their places).
///
/// # Errors
/// The first broken thing.
pub fn verify_chain<'a>(
    chain: Chain,
    rows: impl IntoIterator<Item = Row<'a>>,
    sealed: impl IntoIterator<Item = Head>,
) -> Result<Head, Broken> {
    let mut check = ChainCheck::new(chain);
    let mut sealed = sealed.into_iter().peekable();
    let mut last_sealed = 0;
    for row in rows {
        let head = check.push(&row)?;
        while let Some(seal) = sealed.next_if(|seal| seal.seq <= head.seq) {
            last_sealed = seal.seq;
            check.sealed_here(seal)?;
        }
    }
    check.finish(sealed.last().map_or(last_sealed, |seal| seal.seq))
}
