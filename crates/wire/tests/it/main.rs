//! The wire seen from outside: nothing is lost between bytes and resource.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::panic,
    clippy::type_complexity,
    clippy::wildcard_enum_match_arm,
    reason = "tests fail by panicking"
)]

mod elements;
mod gate;
