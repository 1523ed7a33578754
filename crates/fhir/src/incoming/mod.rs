//! From FHIR to the content of a plan. What does not map without loss is refused with its path, or kept whole.

mod answers;
mod document;
mod draft;
mod gate;
mod references;
mod task;
mod transaction;

use sayso_wire::{Tree, strict};

use crate::fault::Fault;

pub use answers::{Answered, answers, answers_of};
pub use document::{whole_document, whole_document_of};
pub use task::{Asked, task};
pub use transaction::{Entry, Mapped, Pushed, Transaction};

/// Reads a body in which a resource of type `kind` is expected.
///
/// # Errors
/// What the strict reader refuses, with its FHIRPath.
pub fn tree(bytes: &[u8], kind: &str) -> Result<Tree, Vec<Fault>> {
    strict::read(bytes).map_err(|fault| vec![Fault::fhir(kind, &fault)])
}
