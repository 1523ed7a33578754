//! Shared pieces of the black-box tests.

pub mod generate;
pub mod noninterference;
#[allow(clippy::missing_panics_doc, reason = "an answer that is none fails the test")]
pub mod step;
pub mod world;
