//! The only two places where fhir-sdk's generated reader and writer are called.

use fhir_sdk::r4b::resources::Resource;

use crate::fault::{Fault, Path, Reason};
use crate::tree::Tree;
use crate::{locate, strict};

/// Deepest nesting of a resource, in levels: the generated reader recurses, and its frames are large.
pub const RESOURCE_DEPTH_MAX: usize = 40;

/// Reads one resource.
///
/// # Errors
/// What the strict reader or the typed reader refuses, with the path.
pub fn parse(bytes: &[u8]) -> Result<Resource, Fault> {
    parse_tree(&strict::read(bytes)?)
}

/// Reads one resource from its tree.
///
/// # Errors
/// What the typed reader refuses, with the path.
pub fn parse_tree(tree: &Tree) -> Result<Resource, Fault> {
    if tree.text("resourceType").is_none() {
        return Err(Fault::at(Path::default(), Reason::NotAResource));
    }
    limit_nesting(tree)?;
    typed(&tree.to_bytes()).map_err(|hint| locate::fault(tree, hint))
}

/// Writes one resource.
///
/// # Errors
/// When the resource holds what FHIR cannot write, for example a year of five digits.
pub fn write(resource: &Resource) -> Result<Vec<u8>, Fault> {
    serde_json::to_vec(resource).map_err(|_| Fault::at(Path::default(), Reason::NotWritten))
}

pub(crate) fn typed(bytes: &[u8]) -> Result<Resource, serde_json::Error> {
    serde_json::from_slice(bytes)
}

/// Contained resources may not contain others (R4, dom-2); together with the depth this bounds the stack of the
/// generated reader.
fn limit_nesting(tree: &Tree) -> Result<(), Fault> {
    walk(tree, &Path::default(), false)
}

fn walk(tree: &Tree, path: &Path, contained: bool) -> Result<(), Fault> {
    if path.0.len() > RESOURCE_DEPTH_MAX {
        return Err(Fault::at(path.clone(), Reason::TooDeep { max: RESOURCE_DEPTH_MAX }));
    }
    for (key, value) in tree.members() {
        let inside = key == "contained";
        if inside && contained {
            return Err(Fault::at(path.key(key), Reason::Unknown));
        }
        walk(value, &path.key(key), contained || inside)?;
    }
    for (at, value) in tree.elements().iter().enumerate() {
        walk(value, &path.index(at), contained)?;
    }
    Ok(())
}
