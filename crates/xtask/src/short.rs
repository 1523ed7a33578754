//! `cargo xtask test`: the stages of the short run.

use std::path::PathBuf;

use crate::run::{Call, Run, at, target};
use crate::stage::{Stage, done};
use crate::{profiles, tools};

/// In their order. What each may take is written in tests/README.md.
pub(crate) const STAGES: [Stage; 7] = [
    Stage { name: "tools", needs: &[], counts: false, does: || done(tools::for_tests()) },
    Stage { name: "format", needs: &["tools"], counts: false, does: format },
    Stage { name: "clippy", needs: &["tools"], counts: false, does: clippy },
    Stage { name: "profiles", needs: &["tools"], counts: false, does: || profiles::make(true) },
    Stage { name: "shipped", needs: &[], counts: false, does: || done(shipped()) },
    Stage { name: "rust", needs: &["shipped"], counts: true, does: || rust(&[], &[]) },
    Stage { name: "clients", needs: &["tools", "shipped"], counts: true, does: clients },
];

pub(crate) fn format() -> Result<Run, String> {
    Call::cargo(&["fmt", "--all", "--check"]).run()
}

pub(crate) fn clippy() -> Result<Run, String> {
    Call::cargo(&["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"]).run()
}

/// Where the shipped binary lies for the tests: a build of the whole workspace would put another one in its place, with
/// the features of the tests.
pub(crate) fn binary() -> PathBuf {
    target().join("shipped").join("sayso")
}

/// Builds the binary by itself, as it is shipped.
pub(crate) fn shipped() -> Result<(), String> {
    Call::cargo(&["build", "--release", "-p", "sayso"]).must("building the binary")?;
    let to = binary();
    let copy = || {
        std::fs::create_dir_all(target().join("shipped"))?;
        // A copy that runs could not be written over.
        if to.exists() {
            std::fs::remove_file(&to)?;
        }
        std::fs::copy(target().join("release").join("sayso"), &to)
    };
    copy().map(drop).map_err(|error| format!("the binary cannot be copied: {error}"))
}

/// All tests in Rust: by nextest where it is installed, else by `cargo test`.
pub(crate) fn rust(arguments: &[&str], environment: &[(&str, &str)]) -> Result<Run, String> {
    let runner: &[&str] = if Call::cargo(&["nextest", "--version"]).works() {
        &["nextest", "run", "--workspace", "--no-fail-fast"]
    } else {
        &["test", "--workspace", "--all-targets", "--no-fail-fast"]
    };
    let arguments = if runner.first() == Some(&"nextest") { arguments } else { &[] };
    let call = Call::cargo(runner).and(arguments).with("SAYSO_BIN", &binary().to_string_lossy());
    environment.iter().fold(call, |call, (name, value)| call.with(name, value)).run()
}

/// Published clients and a real browser against the shipped binary.
pub(crate) fn clients() -> Result<Run, String> {
    let call = Call::new("node", &["run.mjs"]).inside(at("tests/clients"));
    let call = call.with("SAYSO_BIN", &binary().to_string_lossy());
    call.with("SAYSO_ARTEFACTS", &at("artefacts").to_string_lossy()).run()
}
