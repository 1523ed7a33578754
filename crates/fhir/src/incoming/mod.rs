//! From FHIR to the content of a plan. What does not map without loss is refused with its path, or kept whole.

mod answers;
mod bundle;
mod document;
mod draft;
mod gate;
mod labels;
mod references;
mod sharing;
mod task;
mod transaction;

use sayso_plan::Lang;
use sayso_wire::{Path, Tree, loss_of, strict};

use crate::fault::{Fault, Why};

pub use answers::{Answered, answers, answers_of};
pub use bundle::Document;
pub use document::{whole_document, whole_document_of};
pub use sharing::{About, Edge, Lasts, RULES_MAX, Rule, SentConsent, Spot, sharing, sharing_of_others};
pub use task::{Asked, task};
pub use transaction::{Entry, Mapped, Pushed, Transaction};

/// Reads a body in which a resource of type `kind` is expected.
///
/// # Errors
/// What the strict reader refuses, with its FHIRPath.
pub fn tree(bytes: &[u8], kind: &str) -> Result<Tree, Vec<Fault>> {
    strict::read(bytes).map_err(|fault| vec![Fault::fhir(kind, &fault)])
}

/// A resource of which the typed reader loses nothing; `root` is the FHIRPath of where it stands.
fn lossless(resource: Tree, root: &str) -> Result<Tree, Vec<Fault>> {
    loss_of(resource).map(|kept| kept.tree).map_err(|lost| lost.iter().map(|fault| Fault::fhir(root, fault)).collect())
}

/// The members that are not among the known ones, each as a fault at its place: nothing of them is dropped in silence.
fn strange<'t>(tree: &'t Tree, place: &'t str, known: &'t [&str]) -> impl Iterator<Item = Fault> + 't {
    let unknown = tree.members().iter().filter(|(key, _)| !known.contains(&key.as_str()));
    unknown.map(|(key, _)| Fault::at(place, &Path::default().key(key), Why::NotMapped))
}

/// The language of the words in a resource; undetermined where it names none.
fn language(tree: &Tree, root: &str) -> Result<Lang, Fault> {
    let lang = tree.text("language").map_or_else(|| Ok(Lang::undetermined()), Lang::try_from);
    let why = "write a language tag of BCP 47, for instance en-GB";
    lang.map_err(|_| Fault::new(format!("{root}.language"), Why::Value(why)))
}
