//! The benchmarks: what consent and its record cost, as ratios to controls that are measured in the same run.
//!
//! The servers run on the first core, the load comes from the second. Rounds of the sides alternate; a workload whose
//! controls vary too much is not reported.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "a benchmark that cannot go on says where; it measures with the clock"
)]

mod decision;
mod first;
mod load;
mod machine;
mod mapping;
mod report;
mod revoke;
mod server;
mod wire;
mod workload;
mod world;

use std::process::{Command, ExitCode};

use clap::{Parser, Subcommand};

use crate::report::Report;
use crate::server::Side;

/// The core of the servers, and that of the load.
const CORES: [&str; 2] = ["0", "1"];

/// The benchmarks.
#[derive(Parser, Clone)]
struct Arguments {
    /// The workloads, as in `W1,W5`; all without it.
    #[arg(long, value_delimiter = ',')]
    only: Vec<String>,
    /// How often each side is measured.
    #[arg(long, default_value_t = 5)]
    rounds: u32,
    /// A tenth of the time, to see that it works.
    #[arg(long)]
    smoke: bool,
    #[command(subcommand)]
    part: Option<Part>,
}

#[derive(Subcommand, Clone)]
enum Part {
    /// A server of one side, on its core.
    #[command(hide = true)]
    Serve {
        #[arg(value_enum)]
        side: Side,
    },
    /// The load, on its core.
    #[command(hide = true)]
    Drive,
}

impl Arguments {
    fn wants(&self, workload: &str) -> bool {
        self.only.is_empty() || self.only.iter().any(|one| one == workload)
    }
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    match &arguments.part {
        None => on_its_own_core(),
        Some(Part::Serve { side }) => {
            runtime().block_on(server::serve(*side));
            ExitCode::SUCCESS
        }
        Some(Part::Drive) => runtime().block_on(drive(&arguments)),
    }
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap()
}

/// Starts itself again, bound to the core of the load.
fn on_its_own_core() -> ExitCode {
    if !Command::new("taskset").args(["-c", "0,1", "true"]).status().is_ok_and(|status| status.success()) {
        println!("benchmarks need two cores and `taskset` (util-linux), so that load and server do not share one");
        return ExitCode::FAILURE;
    }
    let mut command = Command::new("taskset");
    command.args(["-c", CORES[1]]).arg(std::env::current_exe().unwrap()).args(std::env::args_os().skip(1)).arg("drive");
    if command.status().unwrap().success() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

async fn drive(arguments: &Arguments) -> ExitCode {
    assert!(arguments.smoke || arguments.rounds >= 5, "fewer than 5 rounds prove nothing");
    let mut report = Report::new(arguments.rounds, arguments.smoke);
    println!("{}", report.machine());
    if arguments.wants("W5") {
        report.add_decision(decision::measure(arguments.rounds, arguments.smoke));
    }
    if arguments.wants("M1") {
        report.add_mapping(mapping::measure(arguments.rounds, arguments.smoke));
    }
    if ["W1", "W3", "W4", "W6"].iter().any(|workload| arguments.wants(workload)) {
        let mut sides = server::Sides::start().await;
        for workload in workload::ALL {
            if arguments.wants(workload.id) {
                report.add_workload(workload.measure(&mut sides, arguments.rounds, arguments.smoke).await);
            }
        }
        if arguments.wants("W3") {
            report.add_fetches(first::measure(&sides, arguments.rounds, arguments.smoke).await);
        }
        if arguments.wants("W6") {
            report.add_revoke(revoke::measure(&mut sides, arguments.smoke).await);
        }
        sides.stop().await;
    }
    report.print();
    report.keep(arguments.only.is_empty() && !arguments.smoke);
    if report.is_good() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
