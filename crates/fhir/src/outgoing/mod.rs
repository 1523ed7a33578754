//! From a released plan to FHIR R4. Every view takes `&Released<_>`: nothing unreleased can be shown.

use std::fmt;

use sayso_consent::release::Subject;
use sayso_consent::{Projection, Released};
use sayso_plan::Proposal;
use serde_json::Value;

mod activity;
mod agent;
pub(crate) mod care_plan;
mod composition;
mod consent;
mod contact;
mod document_reference;
mod goal;
mod narrative;
mod parts;
mod patient;
mod provenance;
mod said;
mod sharing;
mod statement;
mod task;
mod view;

pub(crate) use narrative::{has_hidden_words, text_runs};
pub use sharing::{sharing, without_end};
use statement::{Home, home_of};
pub(crate) use view::View;
pub use view::instant;

/// One resource as it leaves.
#[derive(Clone, PartialEq)]
pub struct Shown {
    /// The resource type, for instance `CarePlan`.
    pub kind: &'static str,
    /// The logical id.
    pub id: String,
    /// The resource.
    pub json: Value,
}

impl Shown {
    /// The bytes, members in the order of the specification.
    #[must_use]
    pub fn bytes(&self) -> Vec<u8> {
        // A `Value` has string keys only, so writing it cannot fail.
        serde_json::to_vec(&self.json).unwrap_or_default()
    }

    /// The resource as a type of fhir-sdk, through the loss gate.
    ///
    /// # Errors
    /// When it is not valid R4; the tests prove that this does not happen.
    pub fn typed(&self) -> Result<sayso_wire::Resource, Vec<sayso_wire::Fault>> {
        sayso_wire::loss(&self.bytes()).map(|kept| kept.resource)
    }
}

impl fmt::Debug for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.kind, self.id)
    }
}

/// Everything that one released plan is shown as, CarePlan first; references are relative to the FHIR base, absolute
/// is only the address of the document (`base` without a slash at its end).
#[must_use]
pub fn resources(released: &Released<Projection>, base: &str) -> Vec<Shown> {
    resources_of(&View::of(released), base)
}

/// The types and ids of what [`resources`] would make, without the longest of it.
#[must_use]
pub fn addresses(released: &Released<Projection>) -> Vec<(&'static str, String)> {
    let view = View::of(released);
    let of_plan = |kind| (kind, view.id.to_string());
    let mut addresses = vec![of_plan("CarePlan")];
    let own = part_resources(&view).into_iter().chain(contact::care_team(&view));
    addresses.extend(own.map(|shown| (shown.kind, shown.id)));
    addresses.extend(["DocumentReference", "Composition", "Provenance"].map(of_plan));
    addresses
}

pub(crate) fn resources_of(view: &View<'_>, base: &str) -> Vec<Shown> {
    let mut shown = clinical(view);
    shown.push(document_reference::index(view, base));
    shown.push(composition::composition(view));
    shown.push(provenance::provenance(view));
    shown
}

/// What the plan says, without what speaks of it as one document.
fn clinical(view: &View<'_>) -> Vec<Shown> {
    let mut shown = vec![care_plan::care_plan(view)];
    shown.extend(part_resources(view));
    shown.extend(contact::care_team(view));
    shown
}

/// The resources that carry one item each.
fn part_resources(view: &View<'_>) -> Vec<Shown> {
    let mut shown = Vec::new();
    for item in &view.items {
        match home_of(view, item) {
            Home::Observation => shown.push(statement::observation(view, item)),
            Home::Goal => shown.extend(goal::goal(view, item)),
            Home::RelatedPerson => shown.extend(contact::related_person(view, item)),
            Home::CarePlan => {}
        }
        shown.extend(consent::consent(view, item));
        shown.extend(agent::agent(view, item));
    }
    shown
}

/// The person, as somebody may know them who may see a plan of theirs: name and verified identifiers.
#[must_use]
pub fn patient(subject: &Released<Subject>) -> Shown {
    patient::patient(subject)
}

/// What somebody proposed to a plan, with the person's answer.
#[must_use]
pub fn task(released: &Released<Proposal>) -> Shown {
    task::task(released)
}

/// One plan as a FHIR document. `note` is what a reader must know of its time before anything else.
#[must_use]
pub fn document(subject: &Released<Subject>, released: &Released<Projection>, note: Option<&str>, base: &str) -> Shown {
    composition::document(subject, &View { note, ..View::of(released) }, base)
}

/// The crisis extract: one document of the released crisis sections of all these plans, in a responder's order.
/// None when nothing of them belongs into it.
#[must_use]
pub fn crisis_extract(subject: &Released<Subject>, released: &[&Released<Projection>], base: &str) -> Option<Shown> {
    composition::crisis_extract(subject, released, base)
}

/// The narrative of a released plan, as one XHTML `div` (for pages that show what a record system would show).
#[must_use]
pub fn narrative(released: &Released<Projection>) -> String {
    narrative::plan(&View::of(released))
}
