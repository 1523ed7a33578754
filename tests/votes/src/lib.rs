//! Three votes on every case of a small world: the decision of the consent room, a naive reading of the law, and
//! policies of Cedar's that say the same. Written from the law three times; where they differ, one has misread it.
#![allow(clippy::expect_used, reason = "a test that fails says where")]

pub mod cedar;
pub mod reference;
pub mod table;
pub mod world;
