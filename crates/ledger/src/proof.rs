//! The proof that one leaf stands in the log, for whoever holds it: no access to the log is needed to check it.

use crate::leaf::Leaf;
use crate::seal::Seal;
use crate::tree::{ProofError, TreeHead, verify_inclusion};

/// From a leaf along its chain to the next seal, and from the seal to the root.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proof {
    /// The leaf, and those after it in its chain up to the sealed one.
    pub leaves: Vec<Leaf>,
    /// The seal of the last of them.
    pub seal: Seal,
    /// The seal's place in the tree, from 0.
    pub index: u64,
    /// The audit path (RFC 6962 section 2.1.1), hashes end to end.
    pub path: Vec<u8>,
    /// The tree.
    pub tree: TreeHead,
}

impl Proof {
    /// Whether the proof holds for its first leaf.
    ///
    /// # Errors
    /// [`ProofError::DoesNotHold`].
    pub fn verify(&self) -> Result<(), ProofError> {
        let chain = self.seal.chain;
        let mut before = None;
        for leaf in &self.leaves {
            let link = leaf.link(chain).ok_or(ProofError::DoesNotHold)?;
            if before.is_some_and(|(seq, hash)| link.seq != seq + 1 || link.prev != hash) {
                return Err(ProofError::DoesNotHold);
            }
            before = Some((link.seq, leaf.hash()));
        }
        if before != Some((self.seal.head.seq, self.seal.head.hash)) {
            return Err(ProofError::DoesNotHold);
        }
        verify_inclusion(&self.tree, &self.seal.bytes(), self.index, &self.path)
    }
}
