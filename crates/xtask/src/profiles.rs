//! `cargo xtask profiles`: the published FHIR package from its FSH, without a network once its packages are there.

use crate::run::{Call, Run, at};

/// Makes `profiles/generated` anew, or with `check` says where it is stale.
pub(crate) fn make(check: bool) -> Result<Run, String> {
    let call = Call::new("node", &["generate.mjs"]).inside(at("profiles/generator"));
    if check { call.and(&["--check"]).run() } else { call.run() }
}
