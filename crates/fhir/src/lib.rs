//! Released plan to FHIR, FHIR to draft; loss is an error with a path. Pure: no clock, no randomness, no I/O.
//!
//! Resources are written as JSON in the order a reader expects and are proven against the R4 types of fhir-sdk: by
//! [`outgoing::Shown::typed`] for what leaves, by the loss gate of the wire room for everything that comes in.

mod envelope;
mod fault;
pub mod incoming;
pub mod native;
pub mod outgoing;
mod phrases;
pub mod profile;

pub use fault::{Fault, Why};
pub use outgoing::Shown;
