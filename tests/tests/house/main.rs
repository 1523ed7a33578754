//! The house from outside, in this process: what nobody may see from two houses, every route with every caller, bodies
//! that are none, and the fence between decision and answer.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    clippy::await_holding_lock,
    clippy::type_complexity,
    reason = "a test that fails says where"
)]

mod attacks;
mod bad_input;
mod behind_no;
mod consent_cases;
mod consent_days;
mod consent_operations;
mod consents;
mod delegates;
mod fence;
mod forms;
mod home;
#[allow(dead_code, reason = "the tests of the room use more of it")]
#[path = "../../../crates/fhir/tests/it/hostile.rs"]
mod hostile;
mod in_step;
mod kantara;
mod labels;
mod leaving;
mod lifecycle;
mod matrix;
mod named;
mod narrower;
mod noninterference;
mod pages;
mod pairing;
mod planted;
mod preview;
mod proposals;
mod ready;
mod receipts;
mod receipts_sent;
mod records;
mod said_is_so;
mod states;
mod supporters;
mod words;

use std::sync::{RwLock, RwLockReadGuard, RwLockWriteGuard};

/// Leaks are planted for the whole process: whoever plants one has it to themselves.
static PLANTING: RwLock<()> = RwLock::new(());

/// Nothing is planted as long as this is held.
fn honest() -> RwLockReadGuard<'static, ()> {
    PLANTING.read().unwrap_or_else(std::sync::PoisonError::into_inner)
}

/// Nobody else runs as long as this is held.
fn alone() -> RwLockWriteGuard<'static, ()> {
    PLANTING.write().unwrap_or_else(std::sync::PoisonError::into_inner)
}
