//! References inside a push: each entry gets its address, and every reference is written as `Type/id`, to a contact by
//! identifier.

use std::collections::BTreeMap;

use sayso_plan::{ItemId, PersonId, PlanId};
use sayso_wire::{Path, Tree};

use super::transaction::{Sent, Transaction, stop};
use crate::fault::{Fault, Why};
use crate::profile;

/// The addresses of a push.
pub(super) struct Names {
    /// The plan's id; a stand-in for a new plan.
    pub(super) plan: PlanId,
    /// The address of each entry, in order; stand-ins for new ones.
    pub(super) entries: Vec<String>,
    /// Other spellings of the addresses.
    spellings: BTreeMap<String, String>,
}

impl Names {
    /// The entry with this address.
    pub(super) fn entry(&self, address: &str) -> Option<usize> {
        self.entries.iter().position(|entry| entry == address)
    }

    /// The item id in the address of an entry.
    pub(super) fn item(&self, entry: usize) -> Option<ItemId> {
        self.entries.get(entry)?.split_once('/')?.1.parse().ok()
    }
}

/// An id that stands in for one that is not given yet. Random ids never look like it, so it hides no real one.
pub(super) fn stand_in(number: usize) -> ItemId {
    ItemId::from_stored((number as u128 + 1).to_be_bytes())
}

/// Names every entry.
pub(super) fn names(transaction: &Transaction, person: PersonId, base: &str) -> Result<Names, Vec<Fault>> {
    let plan = transaction.plan().unwrap_or_else(|| PlanId::from_stored(*stand_in(0).as_bytes()));
    let person_called = transaction.person_called.clone().map(|called| (called, format!("Patient/{person}")));
    let mut names = Names { plan, entries: Vec::new(), spellings: person_called.into_iter().collect() };
    let mut faults = Vec::new();
    for (at, sent) in transaction.entries.iter().enumerate() {
        let address = match sent.kind.as_str() {
            kind @ ("CarePlan" | "CareTeam" | "Composition" | "DocumentReference" | "Provenance") => {
                format!("{kind}/{plan}")
            }
            kind => format!("{kind}/{}", given_id(sent).unwrap_or_else(|| stand_in(at + 1))),
        };
        if sent.kind == "CareTeam" && sent.id.as_ref().is_some_and(|id| *id != plan.to_string()) {
            faults.push(Fault::new(sent.root.clone(), Why::Transaction("the CareTeam has the id of its CarePlan")));
        }
        if names.entries.contains(&address) {
            faults.push(Fault::new(sent.root.clone(), Why::Transaction("the same resource stands in the push twice")));
        }
        for spelling in spellings(sent, base) {
            let before = names.spellings.insert(spelling, address.clone());
            if before.is_some_and(|before| before != address) {
                faults.push(Fault::new(sent.root.clone(), Why::Transaction("two entries have the same fullUrl")));
            }
        }
        names.entries.push(address);
    }
    stop(faults)?;
    Ok(names)
}

/// The id a resource was sent with, in its address, its `id` or its envelope. For a new resource it is a name inside
/// this push only; a Consent is named by the item that it is derived from.
fn given_id(sent: &Sent) -> Option<ItemId> {
    let extensions = sent.resource.get("extension").map(Tree::elements).unwrap_or_default();
    let find = |url: &str| extensions.iter().find(|extension| extension.text("url") == Some(url));
    let of_item = find(profile::EXT_OF_ITEM).and_then(|extension| extension.text("valueId"));
    let envelope =
        find(profile::EXT_ITEM).and_then(|item| item.get("extension")).map(Tree::elements).unwrap_or_default();
    let inside = envelope.iter().find(|part| part.text("url") == Some("id")).and_then(|part| part.text("valueId"));
    let id = sent.id.as_deref().or(of_item).or_else(|| sent.resource.text("id")).or(inside);
    id.and_then(|id| id.parse().ok())
}

fn spellings(sent: &Sent, base: &str) -> Vec<String> {
    let mut out: Vec<String> = sent.full_url.iter().cloned().collect();
    // A relative reference is resolved against the base of the fullUrl (R4, bundle.html#references).
    let relative = sent.full_url.iter().filter_map(|url| url.strip_prefix(base)?.strip_prefix('/'));
    out.extend(relative.map(str::to_owned));
    for id in sent.id.iter().map(String::as_str).chain(sent.resource.text("id")) {
        out.push(format!("{}/{id}", sent.kind));
        out.push(format!("{base}/{}/{id}", sent.kind));
    }
    out
}

/// Writes every reference as `Type/id` and refuses those to another person.
pub(super) fn rewrite(
    transaction: &mut Transaction,
    names: &Names,
    person: PersonId,
    base: &str,
) -> Result<(), Vec<Fault>> {
    let mut faults = Vec::new();
    for sent in &mut transaction.entries {
        let root = sent.root.clone();
        // A Composition leads to what stands in its document by address; all else names a contact by identifier.
        let contacts_by_address = sent.kind == "Composition";
        let patient = format!("Patient/{person}");
        let mut walk = Walk { names, patient, base, root: &root, contacts_by_address, faults: &mut faults };
        walk.tree(&mut sent.resource, &Path::default());
    }
    stop(faults)
}

struct Walk<'a> {
    names: &'a Names,
    patient: String,
    base: &'a str,
    root: &'a str,
    contacts_by_address: bool,
    faults: &'a mut Vec<Fault>,
}

impl Walk<'_> {
    fn tree(&mut self, tree: &mut Tree, path: &Path) {
        match tree {
            Tree::Object(members) => {
                for (key, value) in &mut *members {
                    let path = path.key(key);
                    match value {
                        Tree::String(text) if key == "reference" => self.reference(text, &path),
                        Tree::Object(_) | Tree::Array(_) => self.tree(value, &path),
                        Tree::Null | Tree::Bool(_) | Tree::Number(_) | Tree::String(_) => {}
                    }
                }
                if !self.contacts_by_address {
                    by_identifier(members);
                }
            }
            Tree::Array(elements) => {
                for (at, element) in elements.iter_mut().enumerate() {
                    self.tree(element, &path.index(at));
                }
            }
            Tree::Null | Tree::Bool(_) | Tree::Number(_) | Tree::String(_) => {}
        }
    }

    fn reference(&mut self, text: &mut String, path: &Path) {
        if let Some(address) = self.names.spellings.get(text) {
            text.clone_from(address);
        } else if let Some(relative) = text.strip_prefix(self.base).and_then(|rest| rest.strip_prefix('/')) {
            *text = relative.to_owned();
        }
        let to_a_person = text.starts_with("Patient") || text.contains("/Patient/");
        if to_a_person && *text != self.patient {
            self.faults.push(Fault::at(self.root, path, Why::OtherPerson));
        }
    }
}

/// A reference to a contact by address becomes one by identifier, as we write it. One that names two contacts stays, and
/// is found to contradict itself.
fn by_identifier(members: &mut Vec<(String, Tree)>) {
    let address = members.iter().find(|(key, _)| key == "reference").and_then(|(_, value)| value.as_str());
    let Some(id) = address.and_then(|address| address.strip_prefix("RelatedPerson/")) else { return };
    let text = |text: &str| Tree::String(text.to_owned());
    let made = [
        ("type", text("RelatedPerson")),
        (
            "identifier",
            Tree::Object(vec![("system".to_owned(), text(profile::ITEM_IDS)), ("value".to_owned(), text(id))]),
        ),
    ];
    let differs = made.iter().any(|(key, value)| members.iter().any(|(k, sent)| k == key && sent != value));
    if differs {
        return;
    }
    members.retain(|(key, _)| key != "reference" && made.iter().all(|(made, _)| key != made));
    members.extend(made.map(|(key, value)| (key.to_owned(), value)));
}

/// The address that a reference leads to.
pub(super) fn address(reference: &Tree) -> Option<String> {
    if let Some(address) = reference.text("reference") {
        return Some(address.to_owned());
    }
    let identifier = reference.get("identifier").filter(|one| one.text("system") == Some(profile::ITEM_IDS))?;
    Some(format!("{}/{}", reference.text("type")?, identifier.text("value")?))
}
