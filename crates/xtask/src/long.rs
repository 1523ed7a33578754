//! `cargo xtask long`: everything at full counts, and the instruments by themselves.

use crate::mutants::mutants;
use crate::run::{Call, Run, at, target};
use crate::short::{binary, clients, clippy, format, rust, shipped};
use crate::stage::{Stage, done};
use crate::tools::{self, cargo_tool};
use crate::{oracle, profiles};

/// Pairs of worlds in the long run.
const PAIRS: u64 = 100_000;
/// Plans there and back in the long run.
const PLANS: u64 = 1_000_000;
/// Kills in the long run.
const ROUNDS: u32 = 1_000;
/// How long each parser is fuzzed, in seconds.
const FUZZ_SECONDS: &str = "-max_total_time=60";
/// Reads beside a person who withdraws, in the long run.
const READS: u64 = 10_000_000;
/// The largest input that is tried, in bytes.
const FUZZ_MAX_BYTES: &str = "-max_len=65536";
/// The fuzz targets, each the parser of one thing that comes from outside.
const FUZZ: [&str; 10] =
    ["json", "native", "transaction", "document", "answers", "consent", "scope", "assertion", "authorize", "token"];

/// In their order, the quick ones first.
pub(crate) const STAGES: [Stage; 16] = [
    Stage { name: "tools", needs: &[], counts: false, does: || done(tools::for_tests()) },
    Stage { name: "format", needs: &["tools"], counts: false, does: format },
    Stage { name: "clippy", needs: &["tools"], counts: false, does: clippy },
    Stage { name: "profiles", needs: &["tools"], counts: false, does: || profiles::make(true) },
    Stage { name: "deny", needs: &[], counts: false, does: deny },
    Stage { name: "shipped", needs: &[], counts: false, does: || done(shipped()) },
    Stage { name: "rust", needs: &["shipped"], counts: true, does: || rust(&["--profile", "long"], &[]) },
    Stage { name: "clients", needs: &["tools", "shipped"], counts: true, does: clients },
    Stage { name: "oracle", needs: &["profiles"], counts: true, does: oracle::judge },
    Stage { name: "votes", needs: &[], counts: false, does: || decision_table(None) },
    Stage { name: "worlds", needs: &[], counts: true, does: || noninterference(PAIRS) },
    Stage { name: "roundtrip", needs: &[], counts: true, does: || roundtrip(PLANS) },
    Stage { name: "kill", needs: &["shipped"], counts: true, does: || kill_shipped(ROUNDS) },
    Stage { name: "races", needs: &[], counts: false, does: || races(READS) },
    Stage { name: "fuzz", needs: &[], counts: false, does: fuzz },
    Stage { name: "mutants", needs: &[], counts: false, does: || mutants(None, false) },
];

/// Two worlds, many pairs; optimised, because there are many.
pub(crate) fn noninterference(pairs: u64) -> Result<Run, String> {
    let call = Call::cargo(&["test", "--release", "-p", "sayso-tests", "noninterference", "--", "--nocapture"]);
    call.with("SAYSO_PAIRS", &pairs.to_string()).run()
}

/// Three votes on so many cases, or on all; optimised, because there are many.
pub(crate) fn decision_table(cases: Option<u64>) -> Result<Run, String> {
    let call = Call::cargo(&["run", "--release", "-p", "sayso-votes", "--", "table"]);
    match cases {
        Some(cases) => call.and(&["--cases", &cases.to_string()]).run(),
        None => call.run(),
    }
}

/// Plans to FHIR and back, many; optimised, because there are many. `SAYSO_SEED` sets another seed.
pub(crate) fn roundtrip(plans: u64) -> Result<Run, String> {
    let call =
        Call::cargo(&["test", "--release", "-p", "sayso-fhir", "--test", "it", "every_plan", "--", "--nocapture"]);
    call.with("SAYSO_PLANS", &plans.to_string()).run()
}

/// Kills the shipped binary again and again.
pub(crate) fn kill(rounds: u32) -> Result<Run, String> {
    shipped()?;
    kill_shipped(rounds)
}

fn kill_shipped(rounds: u32) -> Result<Run, String> {
    let call = Call::cargo(&["test", "-p", "sayso-tests", "--test", "kill", "--", "--nocapture"]);
    call.with("SAYSO_BIN", &binary().to_string_lossy()).with("SAYSO_ROUNDS", &rounds.to_string()).run()
}

/// Readers on real threads beside a person who withdraws; optimised, because there are many.
pub(crate) fn races(reads: u64) -> Result<Run, String> {
    let call = Call::cargo(&["run", "--release", "-p", "sayso-races", "--", "races"]);
    call.and(&["--reads", &reads.to_string()]).run()
}

/// What the time of an answer tells: reported, and never judged.
pub(crate) fn timing(samples: u64) -> Result<Run, String> {
    let call = Call::cargo(&["run", "--release", "-p", "sayso-races", "--", "timing"]);
    call.and(&["--samples", &samples.to_string()]).run()
}

/// Measures with a build as it is deployed.
pub(crate) fn bench(only: Option<&str>, rounds: u32, smoke: bool) -> Result<Run, String> {
    Call::cargo(&["build", "--profile", "dist", "-p", "sayso-bench"]).must("building the benchmarks")?;
    let program = target().join("dist").join("sayso-bench");
    let rounds = rounds.to_string();
    let mut call = Call::new(&program.to_string_lossy(), &["--rounds", &rounds]);
    if let Some(only) = only {
        call = call.and(&["--only", only]);
    }
    if smoke {
        call = call.and(&["--smoke"]);
    }
    call.run()
}

fn deny() -> Result<Run, String> {
    cargo_tool("deny", "cargo-deny")?;
    Call::cargo(&["deny", "check", "--config", ".deny.toml", "bans", "licenses", "sources"]).run()
}

/// Each parser for a while. Without a sanitizer, because there is no unsafe code of ours: what is looked for is panics.
fn fuzz() -> Result<Run, String> {
    cargo_tool("fuzz", "cargo-fuzz")?;
    let mut all = Run { good: true, lines: Vec::new() };
    for target in FUZZ {
        println!("- {target}");
        let call = Call::cargo(&["fuzz", "run", "--sanitizer", "none", "--fuzz-dir", ".", target, "--"]);
        let call = call.and(&[FUZZ_SECONDS, FUZZ_MAX_BYTES]).inside(at("tests/fuzz")).with("RUSTC_BOOTSTRAP", "1");
        let run = call.run()?;
        all.good &= run.good;
    }
    Ok(all)
}
