//! The loss gate: what the typed reader would drop or change is refused with its path, never silently lost.

use fhir_sdk::r4b::resources::Resource;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::fault::{Fault, Path, Reason};
use crate::resource::{parse_tree, write};
use crate::strict;
use crate::tree::Tree;

/// Most faults that are reported for one body.
const FAULTS_MAX: usize = 20;

/// A resource of which nothing is lost: its typed form and the tree it was sent as.
pub struct Kept {
    /// The typed form.
    pub resource: Resource,
    /// The tree as sent.
    pub tree: Tree,
}

impl std::fmt::Debug for Kept {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Kept")
    }
}

/// Reads a resource and proves that writing it gives back everything that was sent.
///
/// # Errors
/// Up to 20 faults, each with its path.
pub fn loss(bytes: &[u8]) -> Result<Kept, Vec<Fault>> {
    loss_of(strict::read(bytes).map_err(|fault| vec![fault])?)
}

/// As [`loss`], for a tree that was read before.
///
/// # Errors
/// Up to 20 faults, each with its path.
pub fn loss_of(tree: Tree) -> Result<Kept, Vec<Fault>> {
    let one = |fault| vec![fault];
    let mut nothing = Vec::new();
    empty(&tree, &Path::default(), &mut nothing);
    if !nothing.is_empty() {
        return Err(nothing);
    }
    let resource = parse_tree(&tree).map_err(one)?;
    let back = strict::read(&write(&resource).map_err(one)?).map_err(one)?;
    let faults = compare(&tree, &back);
    if faults.is_empty() { Ok(Kept { resource, tree }) } else { Err(faults) }
}

/// What stands there and says nothing: R4 has no empty objects, arrays and strings (json, 2.6.2; datatypes, string). The
/// typed reader takes some of them as if they were not there, and others as a value.
fn empty(tree: &Tree, path: &Path, faults: &mut Vec<Fault>) {
    match tree {
        Tree::Object(members) if members.is_empty() => push(faults, path, Reason::Empty),
        Tree::Object(members) => members.iter().for_each(|(key, value)| empty(value, &path.key(key), faults)),
        Tree::Array(all) if all.is_empty() => push(faults, path, Reason::Empty),
        Tree::Array(all) => all.iter().enumerate().for_each(|(n, one)| empty(one, &path.index(n), faults)),
        Tree::String(text) if text.is_empty() => push(faults, path, Reason::Empty),
        // A null holds the place of a primitive that only its sibling speaks of; any other is found below.
        Tree::Null | Tree::Bool(_) | Tree::Number(_) | Tree::String(_) => {}
    }
}

/// Every difference between what was sent and what came back, up to 20. The order of members does not count, because
/// JSON gives it no meaning; nor does the way a moment is written, when instant and offset are the same.
#[must_use]
pub fn compare(sent: &Tree, back: &Tree) -> Vec<Fault> {
    let mut faults = Vec::new();
    differ(sent, back, &Path::default(), &mut faults);
    faults
}

fn differ(sent: &Tree, back: &Tree, path: &Path, faults: &mut Vec<Fault>) {
    if faults.len() >= FAULTS_MAX {
        return;
    }
    match (sent, back) {
        (Tree::Object(s), Tree::Object(b)) => {
            for (key, value) in s {
                match back.get(key) {
                    Some(other) => differ(value, other, &path.key(key), faults),
                    None => push(faults, &path.key(key), lost(value)),
                }
            }
            for (key, _) in b.iter().filter(|(key, _)| sent.get(key).is_none()) {
                push(faults, &path.key(key), Reason::Changed);
            }
        }
        (Tree::Array(s), Tree::Array(b)) => {
            for (index, value) in s.iter().enumerate() {
                match b.get(index) {
                    Some(other) => differ(value, other, &path.index(index), faults),
                    None => push(faults, &path.index(index), lost(value)),
                }
            }
            if b.len() > s.len() {
                push(faults, path, Reason::Changed);
            }
        }
        _ if sent == back || same_moment(sent, back) => {}
        _ => push(faults, path, if sent.says_nothing() { Reason::Empty } else { Reason::Changed }),
    }
}

fn push(faults: &mut Vec<Fault>, path: &Path, reason: Reason) {
    if faults.len() < FAULTS_MAX {
        faults.push(Fault::at(path.clone(), reason));
    }
}

fn lost(value: &Tree) -> Reason {
    if value.says_nothing() { Reason::Empty } else { Reason::Unknown }
}

/// `2026-03-01T10:00:00.000+00:00` and `2026-03-01T10:00:00Z` are one instant with one offset. A string element never
/// comes here changed, because the typed reader keeps strings as they are.
fn same_moment(sent: &Tree, back: &Tree) -> bool {
    let moment = |tree: &Tree| tree.as_str().and_then(|text| OffsetDateTime::parse(text, &Rfc3339).ok());
    match (moment(sent), moment(back)) {
        (Some(a), Some(b)) => a == b && a.offset() == b.offset(),
        _ => false,
    }
}
