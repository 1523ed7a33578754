//! A receipt: proof inside the program that a leaf is durable. Only the writer makes one, and only after COMMIT.

use sayso_plan::LeafId;

/// Proof that the leaf of one act is on disk. It cannot be copied: one act, one receipt, one answer.
#[derive(Debug, PartialEq, Eq)]
#[must_use = "an answer needs the receipt of its record"]
pub struct Receipt {
    leaf: LeafId,
}

impl Receipt {
    pub(crate) const fn after_commit(leaf: LeafId) -> Self {
        Self { leaf }
    }

    /// The leaf that is durable now.
    #[must_use]
    pub const fn leaf(&self) -> LeafId {
        self.leaf
    }
}
