//! The developers' commands: all tests, the instruments at full counts, the benchmarks, the published package.
#![allow(clippy::print_stdout, reason = "a command line speaks on standard output")]

mod count;
mod long;
mod mutants;
mod oracle;
mod profiles;
mod run;
mod short;
mod stage;
mod tools;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::run::Run;
use crate::stage::Report;

/// The developers' commands.
#[derive(Parser)]
#[command(name = "cargo xtask", version, about)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// All tests, with what they need; ends with one line, `N passed, N failed`.
    Test {
        /// Runs one stage alone, and what it needs.
        #[arg(long, value_name = "STAGE", value_parser = stage::names(&short::STAGES))]
        only: Option<String>,
    },
    /// Everything at full counts: hours.
    Long {
        /// Runs one stage alone, and what it needs.
        #[arg(long, value_name = "STAGE", value_parser = stage::names(&long::STAGES))]
        only: Option<String>,
    },
    /// Two worlds that differ in what a caller may not see, compared over many random scripts.
    Noninterference {
        /// How many pairs of worlds.
        #[arg(long, default_value_t = 20_000)]
        pairs: u64,
    },
    /// Plans of every kind to FHIR and back, and FHIR to plans and back.
    Roundtrip {
        /// How many plans.
        #[arg(long, default_value_t = 200_000)]
        plans: u64,
    },
    /// Three votes on each case of a small world: the decision, a naive reading of the law, and Cedar.
    DecisionTable {
        /// How many cases, spread over the whole; all of them without it.
        #[arg(long)]
        cases: Option<u64>,
    },
    /// Kills a real process under write load again and again.
    Kill {
        /// How often.
        #[arg(long, default_value_t = 300)]
        rounds: u32,
    },
    /// Readers on real threads beside a person who grants and withdraws.
    Races {
        /// How many reads.
        #[arg(long, default_value_t = 10_000_000)]
        reads: u64,
    },
    /// Welch's t over the times of what is open, hidden and absent: reported, not judged. The machine must be quiet.
    Timing {
        /// How many answers of each.
        #[arg(long, default_value_t = 100_000)]
        samples: u64,
    },
    /// The benchmarks, as ratios to their controls. The machine must be quiet.
    Bench {
        /// The workloads, as in `W1,W5`; all without it.
        #[arg(long)]
        only: Option<String>,
        /// How often each side is measured.
        #[arg(long, default_value_t = 5)]
        rounds: u32,
        /// A tenth of the time, to see that it works: the numbers mean nothing and are not kept.
        #[arg(long)]
        smoke: bool,
    },
    /// The law of consent, changed in every way; a test must notice each change.
    Mutants {
        /// Only the changes in this file, as in `crates/consent/src/tri.rs`.
        #[arg(long)]
        file: Option<String>,
        /// Only those that nobody noticed the last time.
        #[arg(long)]
        again: bool,
    },
    /// Somebody else's validator over all that leaves and all that is published.
    Oracle,
    /// The published FHIR package, generated from its FSH.
    Profiles {
        /// Writes nothing, and fails when what is there is stale.
        #[arg(long)]
        check: bool,
    },
}

fn main() -> ExitCode {
    match Arguments::parse().command {
        Command::Test { only } => whole(&stage::run(&short::STAGES, only.as_deref())),
        Command::Long { only } => whole(&stage::run(&long::STAGES, only.as_deref())),
        Command::Noninterference { pairs } => one(long::noninterference(pairs)),
        Command::Roundtrip { plans } => one(long::roundtrip(plans)),
        Command::DecisionTable { cases } => one(long::decision_table(cases)),
        Command::Kill { rounds } => one(long::kill(rounds)),
        Command::Races { reads } => one(long::races(reads)),
        Command::Timing { samples } => one(long::timing(samples)),
        Command::Bench { only, rounds, smoke } => one(long::bench(only.as_deref(), rounds, smoke)),
        Command::Mutants { file, again } => one(mutants::mutants(file.as_deref(), again)),
        Command::Oracle => one(oracle::oracle()),
        Command::Profiles { check } => one(profiles::make(check)),
    }
}

fn whole(report: &Report) -> ExitCode {
    report.summary();
    println!("{}", report.closing_line());
    if report.is_good() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn one(done: Result<Run, String>) -> ExitCode {
    match done {
        Ok(run) if run.good => ExitCode::SUCCESS,
        Ok(_) => ExitCode::FAILURE,
        Err(why) => {
            println!("cannot go on: {why}");
            ExitCode::FAILURE
        }
    }
}
