//! `cargo xtask oracle`: somebody else's validator over all that leaves and all that is published.

use crate::profiles;
use crate::run::{Call, Run, at, target};

/// The tests that write: every release, and every answer that every route gives to every caller.
const WRITING: [&[&str]; 2] = [
    &["test", "-p", "sayso-fhir", "--test", "it", "leaving"],
    &[
        "test",
        "-p",
        "sayso-tests",
        "--test",
        "house",
        "--",
        "matrix",
        "bad_input",
        "consents",
        "operations::why",
        "operations::of",
        "operations::a_client",
    ],
];

/// By itself: with the package that it judges by.
pub(crate) fn oracle() -> Result<Run, String> {
    if !profiles::make(true)?.good {
        return Err("the published package is not what its FSH makes".into());
    }
    judge()
}

/// The tests of the rooms write what leaves, and the oracle reads it.
pub(crate) fn judge() -> Result<Run, String> {
    let folder = target().join("leaving");
    // What an earlier run wrote is no proof of this one.
    let fresh = || {
        if folder.exists() {
            std::fs::remove_dir_all(&folder)?;
        }
        std::fs::create_dir_all(&folder)
    };
    fresh().map_err(|error| format!("there is no place for what leaves: {error}"))?;
    let leaving = folder.to_string_lossy();
    for tests in WRITING {
        Call::cargo(tests).with("SAYSO_LEAVING", &leaving).must("writing what leaves")?;
    }
    let oracle = target().join("oracle");
    let read = Call::cargo(&["test", "--locked", "--no-fail-fast"]).inside(at("tests/oracle"));
    read.with("SAYSO_LEAVING", &leaving).with("CARGO_TARGET_DIR", &oracle.to_string_lossy()).run()
}
