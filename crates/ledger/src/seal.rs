//! A seal: the head of a chain at one moment, as an entry of the tree.

use crate::chain::{Chain, Head};

/// One entry of the tree.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Seal {
    /// The chain.
    pub chain: Chain,
    /// Where it ended.
    pub head: Head,
    /// When it was sealed, in microseconds since 1970-01-01T00:00Z.
    pub at_micros: i64,
}

/// Says which encoding follows; the number changes with it.
const SEAL_DOMAIN: &[u8] = b"sayso seal v1\0";

impl Seal {
    /// The canonical bytes that the tree hashes as its entry (RFC 6962 section 2.1, `d(n)`).
    #[must_use]
    pub fn bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(80);
        bytes.extend_from_slice(SEAL_DOMAIN);
        bytes.extend_from_slice(&self.chain.bytes());
        bytes.extend_from_slice(&self.head.seq.to_be_bytes());
        bytes.extend_from_slice(self.head.hash.as_bytes());
        bytes.extend_from_slice(&self.at_micros.to_be_bytes());
        bytes
    }
}
