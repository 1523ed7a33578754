//! Finds the element that the typed reader refused: its errors name a value or a field, but no path.

use crate::fault::{Fault, Path, Reason, Step};
use crate::resource::typed;
use crate::tree::Tree;

/// Bytes read again, in total, while looking: bounds the work that a wrong body can cause.
const BYTES_READ_AGAIN_MAX: usize = 4 << 20;

/// The fault for a tree that the typed reader refused.
pub(crate) fn fault(tree: &Tree, error: serde_json::Error) -> Fault {
    let path = Path(path_of(tree));
    Fault::at(path, Reason::NotFhir { hint: hint(&error.to_string()) })
}

/// Goes down as long as leaving out exactly one child makes the rest readable.
fn path_of(tree: &Tree) -> Vec<Step> {
    let mut budget = BYTES_READ_AGAIN_MAX;
    let mut path = Vec::new();
    while let Some(step) = culprit(tree, &path, &mut budget) {
        path.push(step);
    }
    path
}

fn culprit(tree: &Tree, path: &[Step], budget: &mut usize) -> Option<Step> {
    for step in children(at(tree, path)?) {
        if step == Step::Key("resourceType".to_owned()) {
            continue;
        }
        let mut longer = path.to_vec();
        longer.push(step.clone());
        let bytes = without(tree, &longer)?.to_bytes();
        *budget = budget.checked_sub(bytes.len())?;
        match typed(&bytes) {
            Ok(_) => return Some(step),
            // A required element with a wrong value: without it, it is the one that is missed.
            Err(error) if step == Step::Key(missed(&error.to_string()).unwrap_or_default()) => return Some(step),
            Err(_) => {}
        }
    }
    None
}

fn children(tree: &Tree) -> Vec<Step> {
    let keys = tree.members().iter().map(|(key, _)| Step::Key(key.clone()));
    keys.chain((0..tree.elements().len()).map(Step::Index)).collect()
}

fn at<'t>(tree: &'t Tree, path: &[Step]) -> Option<&'t Tree> {
    path.iter().try_fold(tree, |tree, step| match step {
        Step::Key(key) => tree.get(key),
        Step::Index(index) => tree.elements().get(*index),
    })
}

fn without(tree: &Tree, path: &[Step]) -> Option<Tree> {
    let (first, rest) = path.split_first()?;
    match (tree, first) {
        (Tree::Object(members), Step::Key(out)) => {
            let mut kept = Vec::with_capacity(members.len());
            for (key, value) in members {
                if key != out {
                    kept.push((key.clone(), value.clone()));
                } else if !rest.is_empty() {
                    kept.push((key.clone(), without(value, rest)?));
                }
            }
            Some(Tree::Object(kept))
        }
        (Tree::Array(elements), Step::Index(out)) => {
            let mut kept = Vec::with_capacity(elements.len());
            for (index, value) in elements.iter().enumerate() {
                if index != *out {
                    kept.push(value.clone());
                } else if !rest.is_empty() {
                    kept.push(without(value, rest)?);
                }
            }
            Some(Tree::Array(kept))
        }
        _ => None,
    }
}

/// Keeps of the typed reader's message only what comes from the specification: the names it expected.
fn hint(message: &str) -> Option<String> {
    if let Some(name) = missed(message) {
        return Some(format!("the required element {name} is missing"));
    }
    if message.starts_with("Unknown value: ") {
        return Some("the code is not in the value set that is required here".to_owned());
    }
    if message.starts_with("unknown variant `") {
        return Some("this resource type is not one of R4".to_owned());
    }
    let expected = message.strip_prefix("invalid type: ")?.rsplit_once(", expected ")?.1;
    let plain = expected.len() <= 64 && expected.chars().all(|c| c.is_ascii_alphabetic() || c == ' ');
    plain.then(|| format!("expected {expected}"))
}

fn missed(message: &str) -> Option<String> {
    let name = message.strip_prefix("missing field `")?.split_once('`')?.0;
    (name.len() <= 64 && name.chars().all(|c| c.is_ascii_alphanumeric())).then(|| name.to_owned())
}
