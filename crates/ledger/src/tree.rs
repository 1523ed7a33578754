//! The Merkle tree of RFC 6962 section 2.1: its root from a small frontier, its proofs from the ct-merkle crate.

use ct_merkle::mem_backed_tree::MemoryBackedTree;
use ct_merkle::{ConsistencyProof, InclusionProof, RootHash};
use sha2::{Digest, Sha256};

use crate::hash::Hash;

/// The size of the tree and its root hash.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TreeHead {
    /// Number of entries.
    pub size: u64,
    /// Merkle Tree Hash of the entries.
    pub root: Hash,
}

/// The roots of the complete subtrees on the right edge, largest first: all that is needed to append and to know the
/// root, at most 64 hashes for any size.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Frontier {
    size: u64,
    peaks: Vec<Hash>,
}

/// Why a proof could not be made or does not hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ProofError {
    /// The entry or the older size lies outside the tree.
    #[error("the entry or the older tree lies outside this tree")]
    OutOfRange,
    /// The proof does not lead to this root.
    #[error("the proof does not lead to this root")]
    DoesNotHold,
}

impl Frontier {
    /// The tree without entries.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Number of entries.
    #[must_use]
    pub const fn size(&self) -> u64 {
        self.size
    }

    /// Appends an entry, given as its canonical bytes.
    pub fn append(&mut self, entry: &[u8]) {
        let mut node = leaf_hash(entry);
        let mut size = self.size;
        while size & 1 == 1 {
            if let Some(left) = self.peaks.pop() {
                node = node_hash(&left, &node);
            }
            size >>= 1;
        }
        self.peaks.push(node);
        self.size += 1;
    }

    /// The size and root now.
    #[must_use]
    pub fn head(&self) -> TreeHead {
        let mut peaks = self.peaks.iter().rev();
        let root = match peaks.next() {
            None => Hash(Sha256::digest([]).into()),
            Some(last) => peaks.fold(*last, |right, left| node_hash(left, &right)),
        };
        TreeHead { size: self.size, root }
    }

    /// The bytes to store: the peaks one after the other; the size is stored beside them.
    #[must_use]
    pub fn peaks(&self) -> Vec<u8> {
        self.peaks.iter().flat_map(|peak| peak.0).collect()
    }

    /// Restores what [`Frontier::peaks`] gave; nothing where the number of peaks does not fit the size.
    #[must_use]
    pub fn from_stored(size: u64, peaks: &[u8]) -> Option<Self> {
        let (hashes, rest) = peaks.as_chunks::<32>();
        if !rest.is_empty() || u64::try_from(hashes.len()).ok()? != u64::from(size.count_ones()) {
            return None;
        }
        Some(Self { size, peaks: hashes.iter().copied().map(Hash).collect() })
    }
}

fn leaf_hash(entry: &[u8]) -> Hash {
    Hash(Sha256::new().chain_update([0]).chain_update(entry).finalize().into())
}

fn node_hash(left: &Hash, right: &Hash) -> Hash {
    Hash(Sha256::new().chain_update([1]).chain_update(left.0).chain_update(right.0).finalize().into())
}

fn memory_tree<E: AsRef<[u8]>>(entries: impl IntoIterator<Item = E>) -> MemoryBackedTree<Sha256, E> {
    let mut tree = MemoryBackedTree::new();
    entries.into_iter().for_each(|entry| tree.push(entry));
    tree
}

fn root_hash(head: &TreeHead) -> RootHash<Sha256> {
    RootHash::new(head.root.0.into(), head.size)
}

/// The audit path of entry `index` (from 0) in the tree over `entries`: RFC 6962 section 2.1.1, hashes end to end.
///
/// # Errors
/// [`ProofError::OutOfRange`].
pub fn prove_inclusion<E: AsRef<[u8]>>(
    entries: impl IntoIterator<Item = E>,
    index: u64,
) -> Result<Vec<u8>, ProofError> {
    let tree = memory_tree(entries);
    let place = usize::try_from(index).map_err(|_| ProofError::OutOfRange)?;
    if index >= tree.len() {
        return Err(ProofError::OutOfRange);
    }
    Ok(tree.prove_inclusion(place).as_bytes().to_vec())
}

/// Whether `entry` is entry `index` of the tree that `head` stands for.
///
/// # Errors
/// [`ProofError::DoesNotHold`], also for a proof of the wrong length.
pub fn verify_inclusion(head: &TreeHead, entry: &[u8], index: u64, proof: &[u8]) -> Result<(), ProofError> {
    let proof = InclusionProof::<Sha256>::try_from_bytes(proof.to_vec()).map_err(|_| ProofError::DoesNotHold)?;
    root_hash(head).verify_inclusion(&entry, index, &proof).map_err(|_| ProofError::DoesNotHold)
}

/// The proof that the tree over `entries` only appended to its first `old_size` entries: RFC 6962 section 2.1.2.
///
/// # Errors
/// [`ProofError::OutOfRange`] where `old_size` is 0 or more than there are.
pub fn prove_consistency<E: AsRef<[u8]>>(
    entries: impl IntoIterator<Item = E>,
    old_size: u64,
) -> Result<Vec<u8>, ProofError> {
    let tree = memory_tree(entries);
    let added = tree.len().checked_sub(old_size).ok_or(ProofError::OutOfRange)?;
    let added = usize::try_from(added).map_err(|_| ProofError::OutOfRange)?;
    if old_size == 0 {
        return Err(ProofError::OutOfRange);
    }
    Ok(tree.prove_consistency(added).as_bytes().to_vec())
}

/// Whether the tree of `new` contains the tree of `old` as its beginning.
///
/// # Errors
/// [`ProofError::DoesNotHold`].
pub fn verify_consistency(old: &TreeHead, new: &TreeHead, proof: &[u8]) -> Result<(), ProofError> {
    let proof = ConsistencyProof::<Sha256>::try_from_bytes(proof.to_vec()).map_err(|_| ProofError::DoesNotHold)?;
    root_hash(new).verify_consistency(&root_hash(old), &proof).map_err(|_| ProofError::DoesNotHold)
}
