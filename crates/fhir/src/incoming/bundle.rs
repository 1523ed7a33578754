//! A FHIR document of our profile: a Bundle with a Composition, the person and one plan. What it shows beside the plan
//! is made of the plan, and must say the same (FHIR R4, documents.html).

use std::fmt;

use sayso_plan::{PersonId, PlanId, Share};
use sayso_wire::{Path, Tree};

use super::gate::Written;
use super::references::stand_in;
use super::transaction::{Sent, Transaction, is_pushed, only, read_entries, stop};
use super::{labels, lossless, tree};
use crate::fault::{Fault, Why};

/// What stands in a document beside what is pushed, each once.
const BESIDE: [&str; 4] = ["Composition", "Patient", "DocumentReference", "Provenance"];

/// A document that is well formed; its resources are not looked into yet.
pub struct Document {
    transaction: Transaction,
    patient: Sent,
}

impl fmt::Debug for Document {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Document({:?})", self.transaction)
    }
}

impl Document {
    /// Whether a Bundle says that it is a document.
    #[must_use]
    pub fn is(tree: &Tree) -> bool {
        tree.text("resourceType") == Some("Bundle") && tree.text("type") == Some("document")
    }

    /// Reads a document Bundle.
    ///
    /// # Errors
    /// What is wrong with the Bundle, with FHIRPaths.
    pub fn read(bytes: &[u8]) -> Result<Self, Vec<Fault>> {
        Self::of(&tree(bytes, "Bundle")?)
    }

    /// As [`Self::read`], for a tree that was read before.
    ///
    /// # Errors
    /// As [`Self::read`].
    pub fn of(tree: &Tree) -> Result<Self, Vec<Fault>> {
        let one = |path: &str, why| vec![Fault::new(path, why)];
        if !Self::is(tree) {
            return Err(one("Bundle.type", Why::Value("send a Bundle of type document")));
        }
        only(tree, "Bundle", &["resourceType", "id", "meta", "identifier", "type", "timestamp", "entry"])?;
        stop(labels::nothing_above(Share::Open, tree, "Bundle").collect())?;
        // Invariants bdl-9 and bdl-10: a document has an identifier and a date.
        let identifier = tree.get("identifier");
        let named = |part| identifier.and_then(|identifier| identifier.text(part)).is_some();
        if !(named("system") && named("value")) {
            return Err(one("Bundle.identifier", Why::Missing("an identifier with system and value")));
        }
        if tree.text("timestamp").is_none() {
            return Err(one("Bundle.timestamp", Why::Missing("timestamp")));
        }
        let mut entries = read_entries(tree, read_entry)?;
        // Invariant bdl-11: the Composition comes first.
        if entries.first().is_none_or(|first| first.kind != "Composition") {
            return Err(one("Bundle.entry[0].resource", Why::Value("a document begins with its Composition")));
        }
        let patients: Vec<Sent> = entries.extract_if(.., |entry| entry.kind == "Patient").collect();
        let Ok([patient]) = <[Sent; 1]>::try_from(patients) else {
            return Err(one("Bundle.entry", Why::Value("a document holds exactly one Patient: whose plan it is")));
        };
        Ok(Self { transaction: Transaction::of_entries(entries)?, patient })
    }

    /// The push that makes a new plan of `person`. `base` is the FHIR base without a slash at its end.
    ///
    /// # Errors
    /// Faults with FHIRPaths: the document is another person's, or says of the person what is not kept.
    pub fn into_transaction(mut self, person: PersonId, base: &str) -> Result<Transaction, Vec<Fault>> {
        check_patient(&self.patient, person)?;
        self.transaction.person_called = self.patient.full_url;
        let index = self.transaction.entries.iter_mut().filter(|entry| entry.kind == "DocumentReference");
        index.for_each(|entry| lead_here(&mut entry.resource, base));
        Ok(self.transaction)
    }
}

fn read_entry(entry: &Tree, root: &str) -> Result<Sent, Vec<Fault>> {
    only(entry, root, &["fullUrl", "resource"])?;
    let fault = |part: &str, why| vec![Fault::new(format!("{root}.{part}"), why)];
    // Invariant bdl-5 and documents.html: what a document leads to is found by its fullUrl.
    let full_url = entry.text("fullUrl").ok_or_else(|| fault("fullUrl", Why::Missing("fullUrl")))?.to_owned();
    let resource = entry.get("resource").ok_or_else(|| fault("resource", Why::Missing("resource")))?.clone();
    let kind = resource.text("resourceType").unwrap_or_default().to_owned();
    if !is_pushed(&kind) && !BESIDE.contains(&kind.as_str()) {
        return Err(fault("resource", Why::WrongType));
    }
    let root = format!("{root}.resource");
    Ok(Sent { kind, id: None, full_url: Some(full_url), resource, if_match: None, if_none_exist: None, root })
}

/// The person is the one the sender acts for. What else a Patient says must be what the server keeps of people.
fn check_patient(sent: &Sent, person: PersonId) -> Result<(), Vec<Fault>> {
    let patient = lossless(sent.resource.clone(), &sent.root)?;
    if patient.text("id") != Some(person.to_string().as_str()) {
        return Err(vec![Fault::at(&sent.root, &Path::default().key("id"), Why::OtherPerson)]);
    }
    only(&patient, &sent.root, &["resourceType", "id", "meta", "text", "identifier", "name"])?;
    // Its narrative may say what it says itself.
    let said = patient.members().iter().filter(|(key, _)| key != "text").cloned().collect();
    let mut written = Written::default();
    written.add(format!("Patient/{person}"), Tree::Object(said));
    let mut faults: Vec<Fault> = labels::nothing_above(Share::Open, &patient, &sent.root).collect();
    written.narrative(&patient, &sent.root, &mut faults);
    stop(faults)
}

/// The entry of a plan in an index leads to the document that the plan will be shown as, and is as old as that.
fn lead_here(reference: &mut Tree, base: &str) {
    for attachment in members_of(reference, "content").flat_map(Tree::elements_mut).flat_map(attachments) {
        let Tree::Object(members) = attachment else { continue };
        members.retain(|(key, value)| key != "creation" || value.as_str().is_none_or(|at| !at.contains('T')));
        for url in members_of(attachment, "url") {
            let here = url.as_str().and_then(|url| url.strip_prefix(base)?.strip_prefix("/Bundle/"));
            if here.is_some_and(|id| id.parse::<PlanId>().is_ok()) {
                *url = Tree::String(format!("{base}/Bundle/{}", stand_in(0)));
            }
        }
    }
}

/// The attachments of a content that are not the document itself.
fn attachments(content: &mut Tree) -> impl Iterator<Item = &mut Tree> {
    members_of(content, "attachment").filter(|attachment| attachment.get("data").is_none())
}

fn members_of<'t>(tree: &'t mut Tree, name: &'t str) -> impl Iterator<Item = &'t mut Tree> {
    tree.members_mut().iter_mut().filter(move |(key, _)| key == name).map(|(_, value)| value)
}
