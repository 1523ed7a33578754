//! Two worlds that differ only in what one caller may not see must look the same to that caller, to the byte.
//!
//! | Part | File |
//! |---|---|
//! | who looks, and what follows from a seed in both worlds alike | [`layout`] |
//! | one of the two houses, furnished | [`house`] |
//! | plans and items, made from the invented persons' and from a seed | [`plans`] |
//! | what one house has and the other has not | [`difference`] |
//! | what happens in both houses while somebody looks | [`event`] |
//! | what is asked, as a text with places for ids | [`script`] |
//! | an app writes into what it can see | [`push`] |
//! | who supports both persons and looks at pages | [`supporter`] |
//! | asking both houses and comparing | [`pair`] |
//! | making a finding short | [`shrink`] |
//! | many pairs on all cores | [`campaign`] |

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::missing_panics_doc,
    clippy::missing_errors_doc,
    reason = "a house that cannot be furnished fails the test"
)]

pub mod campaign;
pub mod difference;
pub mod event;
pub mod house;
pub mod layout;
pub mod pair;
pub mod plans;
pub mod push;
pub mod script;
pub mod shrink;
mod supporter;

use crate::generate::Choices;

/// Mixes numbers into one seed.
#[must_use]
pub fn mix(numbers: &[u64]) -> u64 {
    numbers.iter().fold(0x5a75_0000_0000_0002, |mixed, number| Choices::new(mixed ^ number).below(u64::MAX))
}
