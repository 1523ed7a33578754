//! Released plan to FHIR, FHIR to draft; loss is an error with a path. Pure: no clock, no randomness, no I/O.
//!
//! Resources are written as JSON in the order a reader expects and are proven against the R4 types of fhir-sdk: by
//! [`outgoing::Shown::typed`] for what leaves, by the loss gate of the wire room for everything that comes in.

pub mod aliases;
mod envelope;
mod fault;
pub mod incoming;
pub mod native;
mod object;
pub mod outgoing;
mod phrases;
pub mod profile;
pub mod versions;

pub(crate) use object::object;

pub use fault::{Fault, Why};
pub use outgoing::Shown;
