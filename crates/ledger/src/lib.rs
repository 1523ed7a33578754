//! The append-only log: leaves, the chains they stand in, and one RFC 6962 tree over the heads of the chains. Pure.
//!
//! | Module | Holds |
//! |---|---|
//! | [`hash`] | [`Hash`], 32 bytes of SHA-256 |
//! | [`leaf`] | [`Leaf`]: one act, its canonical bytes, its hash |
//! | [`chain`] | [`Chain`], [`Head`], and [`ChainCheck`], which finds the first broken thing of a chain |
//! | [`seal`] | [`Seal`]: the head of a chain as an entry of the tree |
//! | [`tree`] | [`Frontier`], [`TreeHead`], inclusion and consistency proofs |
//! | [`proof`] | [`Proof`] that one leaf stands in the log |
//!
//! A leaf stands in two chains: that of the organization that acted and that of the person it concerns. Each chain is a
//! row of leaves, each naming the hash of the one before it. From time to time the heads of the chains that have grown
//! are put into the tree, so that one root of 32 bytes stands for everything that was ever recorded.

pub mod chain;
pub mod hash;
pub mod leaf;
pub mod proof;
pub mod seal;
pub mod tree;

pub use chain::{Broken, Chain, ChainCheck, Head, Row, verify_chain};
pub use hash::Hash;
pub use leaf::{Kind, Leaf, Link, commitment};
pub use proof::Proof;
pub use seal::Seal;
pub use tree::{Frontier, ProofError, TreeHead};

#[cfg(test)]
mod tests;
