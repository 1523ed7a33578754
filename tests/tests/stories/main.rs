//! The real binary from outside: its commands, its sockets, its pages and what it leaves on disk.
//!
//! The binary is `SAYSO_BIN`, or the one that `cargo build -p sayso` made.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a test that fails says where"
)]

mod ama;
mod audit;
mod browser;
mod house;
mod keys;
mod leaks;
mod real;
mod refused;
mod sockets;
mod systems;
mod web;
