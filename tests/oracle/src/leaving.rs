//! What leaves, as the tests of the house wrote it: a resource in each line, with the words by which it is found again.

use std::collections::BTreeSet;
use std::path::Path;

use serde_json::Value;

/// One resource.
pub struct Leaving {
    /// What it was made of.
    pub of: String,
    /// The resource.
    pub resource: Value,
}

/// The files: the releases that a test of `crates/fhir` makes, and what the house answers when `tests/house` asks it.
const FILES: [&str; 2] = ["leaving.jsonl", "answered.jsonl"];

/// Reads the files in the folder that `SAYSO_LEAVING` names. Whatever stands in a Bundle, or is contained, is also there by
/// itself; what is there twice to the byte, once.
///
/// # Panics
/// When there is none: `cargo xtask oracle` makes it.
#[must_use]
pub fn leaving() -> Vec<Leaving> {
    let folder = std::env::var_os("SAYSO_LEAVING").expect("SAYSO_LEAVING names no folder: cargo xtask oracle makes it");
    let mut all: Vec<Leaving> = Vec::new();
    for path in FILES.map(|name| Path::new(&folder).join(name)) {
        lines(&path, &mut all);
    }
    let mut seen = BTreeSet::new();
    all.retain(|one| seen.insert(one.resource.to_string()));
    all
}

fn lines(path: &Path, all: &mut Vec<Leaving>) {
    let text = std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    for line in text.lines() {
        let mut line: Value = serde_json::from_str(line).unwrap();
        let of = line["of"].as_str().unwrap().to_owned();
        with_inner(&of, line["resource"].take(), all);
    }
}

fn with_inner(of: &str, resource: Value, all: &mut Vec<Leaving>) {
    let entries = || resource["entry"].as_array().into_iter().flatten();
    let outcomes = entries().map(|entry| &entry["response"]["outcome"]);
    let contained = resource["contained"].as_array().into_iter().flatten();
    let inner = entries().map(|entry| &entry["resource"]).chain(outcomes).chain(contained);
    for inner in inner.filter(|inner| !inner.is_null()) {
        with_inner(of, inner.clone(), all);
    }
    all.push(Leaving { of: of.to_owned(), resource });
}
