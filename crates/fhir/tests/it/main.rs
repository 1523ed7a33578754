//! The FHIR room seen from outside: what leaves, what comes in, and that nothing is lost on the way.

mod incoming;
mod native;
mod outgoing;
mod profiles;
mod roundtrip;
mod world;
