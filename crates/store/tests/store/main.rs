//! The store as its callers use it, and as somebody with the file in their hands finds it.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test that fails says where")]

mod at_rest;
mod changes;
mod fence;
mod in_step;
mod log;
mod once_only;
mod world;
