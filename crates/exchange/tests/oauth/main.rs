//! Signing in, asking and allowing, tokens: the use cases under the attacks of the catalogue, over a store in memory.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests: a failure here is what they are for"
)]

mod authorize;
mod backend;
mod codes;
mod refresh;
mod sign_in;
mod world;
