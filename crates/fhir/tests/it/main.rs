//! The FHIR room seen from outside: what leaves, what comes in, and that nothing is lost on the way.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::panic,
    clippy::type_complexity,
    clippy::wildcard_enum_match_arm,
    reason = "tests fail by panicking"
)]

mod agents;
mod answers;
mod documents;
mod examples;
mod hostile;
mod incoming;
mod leaving;
mod loss;
mod lossless;
mod meaning;
mod native;
mod outgoing;
mod persons;
mod profiles;
mod proposals;
mod provenance;
mod push;
mod roundtrip;
mod sharing;
mod versions;
mod world;
