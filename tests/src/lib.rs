//! Shared pieces of the black-box tests.

pub mod generate;
pub mod noninterference;
pub mod reference;
pub mod world;
