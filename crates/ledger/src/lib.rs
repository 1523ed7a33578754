//! Append-only Merkle log: leaves, chains, roots and proofs.
