//! From FHIR to the content of a plan. What does not map without loss is refused with its path, or kept whole.

mod document;
mod draft;
mod gate;
mod references;
mod transaction;

pub use document::whole_document;
pub use transaction::{Entry, Mapped, Pushed, Transaction};
