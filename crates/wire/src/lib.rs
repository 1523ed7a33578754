//! Bytes to FHIR resource and back, nothing else.
//!
//! The generated serde code of fhir-sdk is compiled in the crate that calls it, and every resource reaches all of FHIR
//! through `contained`: so the calls live here once, non-generic, and this room is touched rarely.

mod fault;
mod locate;
mod loss;
mod resource;
pub mod strict;
mod tree;

pub use fault::{Fault, Path, Reason, Step};
pub use fhir_sdk::r4b::resources::Resource;
pub use loss::{Kept, compare, loss, loss_of};
pub use resource::{RESOURCE_DEPTH_MAX, parse, parse_tree, write};
pub use tree::Tree;
