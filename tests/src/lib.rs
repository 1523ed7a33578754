//! Shared pieces of the black-box tests.

pub mod generate;
pub mod noninterference;
pub mod world;
