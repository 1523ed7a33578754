//! Races and times at full counts: `cargo xtask races --reads N`, `cargo xtask timing --samples N`.

use std::process::ExitCode;
use std::sync::atomic::Ordering;
use std::time::Duration;

use clap::{Parser, Subcommand};
use sayso_gateway::Limits;
use sayso_races::{threads, timing};

/// How many ask at a time where most of the time is waiting.
const ASKERS: usize = 16;

#[derive(Parser)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Readers on real threads beside a person who grants and withdraws.
    Races {
        /// How many reads.
        #[arg(long, default_value_t = 10_000_000)]
        reads: u64,
    },
    /// Welch's t for what is open, hidden and absent. Reports, and judges nothing.
    Timing {
        /// How many answers of each.
        #[arg(long, default_value_t = 100_000)]
        samples: usize,
    },
}

fn main() -> ExitCode {
    match Arguments::parse().command {
        Command::Races { reads } => {
            let seen = threads::run(reads);
            let of = |count: &std::sync::atomic::AtomicU64| count.load(Ordering::SeqCst);
            println!(
                "{} reads, {} showed something, {} began after a withdrawal and ended before the next grant; {} of these leaked, {} of all were older than acknowledged",
                of(&seen.reads),
                of(&seen.shown),
                of(&seen.while_closed),
                of(&seen.leaked),
                of(&seen.stale)
            );
            if of(&seen.leaked) + of(&seen.stale) == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
        }
        Command::Timing { samples } => {
            let held = Limits::default().nothing_takes;
            let ways = [("answered as soon as it is ready", Duration::ZERO, 1), ("answered as it is", held, ASKERS)];
            for (how, nothing_takes, askers) in ways {
                println!("{how}");
                let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
                for compared in runtime.block_on(timing::measure(samples.max(2), nothing_takes, askers)) {
                    println!("{compared}");
                }
            }
            ExitCode::SUCCESS
        }
    }
}
