//! The loss gate: what the typed reader would drop or change is refused with its path, never silently lost.

use fhir_sdk::r4b::resources::Resource;

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

/// Whether two texts are one moment in one zone. Only zeros at the end of a fraction and the name of UTC may differ: a
/// fraction that is cut off, or a leap second that is moved, is another moment. A text that is no moment never comes
/// here changed, because the typed reader keeps strings as they are.
fn same_moment(sent: &Tree, back: &Tree) -> bool {
    match (sent.as_str().and_then(moment), back.as_str().and_then(moment)) {
        (Some(sent), Some(back)) => sent == back,
        _ => false,
    }
}

/// A moment to the second, its fraction, and its zone.
fn moment(text: &str) -> Option<(&str, &str, &str)> {
    let (second, rest) =
        text.split_at_checked("YYYY-MM-DDThh:mm:ss".len()).filter(|(second, _)| second.contains('T'))?;
    let (fraction, zone) = rest.split_at_checked(rest.find(['Z', '+', '-'])?)?;
    let fraction = fraction.trim_end_matches('0').trim_end_matches('.');
    Some((second, fraction, if zone == "Z" { "+00:00" } else { zone }))
}
