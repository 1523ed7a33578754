//! The decision table, and how long a decision takes beside one of Cedar's.
#![allow(
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "a command line speaks on standard output, and measures with the clock"
)]

mod ratio;

use std::process::ExitCode;
use std::time::Instant;

use clap::{Parser, Subcommand};
use sayso_votes::table::{CAUSES, Table, table};
use sayso_votes::world::{case, size};

/// The digest of the whole table, as it was when somebody last looked at it.
const KEPT: &str = include_str!("../whole.sha256");
/// Between two words of progress.
const SAID_EVERY_SECONDS: u64 = 20;

/// Three votes on every case of a small world.
#[derive(Parser)]
#[command(version, about)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// All votes on so many cases; as many as there are is the whole world.
    Table {
        /// How many cases.
        #[arg(long, default_value_t = size())]
        cases: u64,
    },
    /// W5 against Cedar: one decision over ten provisions, on a quiet machine.
    Ratio {
        /// How often each side is measured.
        #[arg(long, default_value_t = 5)]
        rounds: u32,
    },
    /// Shows one case by its number.
    Case {
        /// Its number.
        number: u64,
    },
}

fn main() -> ExitCode {
    match Arguments::parse().command {
        Command::Table { cases } => all(cases),
        Command::Ratio { rounds } => {
            ratio::measure(rounds);
            ExitCode::SUCCESS
        }
        Command::Case { number } => {
            println!("{:#?}", case(number));
            ExitCode::SUCCESS
        }
    }
}

fn all(cases: u64) -> ExitCode {
    let hands = std::thread::available_parallelism().map_or(1, usize::from);
    let begun = Instant::now();
    let mut said = 0;
    let table = table(cases, hands, |done| {
        let seconds = begun.elapsed().as_secs();
        if seconds >= said + SAID_EVERY_SECONDS {
            said = seconds;
            println!("{done} of {} cases in {seconds} s", cases.min(size()));
        }
    });
    say(&table);
    println!("{:.0} s with {hands} threads", begun.elapsed().as_secs_f64());
    let as_kept = table.cases < size() || table.digest == KEPT.trim();
    if !as_kept {
        println!("a case is decided otherwise than before: the digest of the whole was {}", KEPT.trim());
    }
    if as_kept && table.disagreements == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn say(table: &Table) {
    println!("{} cases of {}, three votes on each", table.cases, size());
    for (cause, often) in CAUSES.iter().zip(table.causes) {
        println!("  {cause}: {often}");
    }
    println!("  disagreements: {}", table.disagreements);
    for number in &table.first {
        println!("    case {number}");
    }
    println!("SHA-256 of the table: {}", table.digest);
}
