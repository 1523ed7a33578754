//! The OAuth endpoints from outside: what a client, a browser and an attacker see of them.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that fails says where"
)]

mod cors;
mod discovery;
mod door;
mod token;
