//! `sayso-consent-kit`: the cases of consent, asked of any FHIR R4 server over HTTP.
#![allow(clippy::disallowed_methods, reason = "a program by itself: it asks the clock of its machine")]

mod arrange;
mod ask;
mod case;
mod demo;
mod fill;
mod judge;
mod outcome;
mod report;
mod run;
mod send;
mod server;
mod token;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::case::Case;
use crate::outcome::{Outcome, Tally};
use crate::server::Server;

/// Asks a FHIR R4 server the cases of consent and says what it shows that it should not.
#[derive(Debug, Parser)]
#[command(version)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Asks all cases. Ends with 0: all that apply passed; 1: some failed; 2: some could not be set up, or none applied.
    Run(Run),
    /// Lists the cases and what each needs.
    List {
        /// Cases from this folder in the place of those in the program.
        #[arg(long)]
        cases: Option<PathBuf>,
    },
    /// Makes a description of a running `sayso demo` of the file that its `--describe` wrote.
    FromSaysoDemo {
        /// The file.
        file: PathBuf,
    },
}

#[derive(Debug, clap::Args)]
struct Run {
    /// The description of the server (TOML).
    #[arg(long)]
    server: PathBuf,
    /// Cases from this folder in the place of those in the program.
    #[arg(long)]
    cases: Option<PathBuf>,
    /// Only cases whose id begins so. Can be given more than once.
    #[arg(long)]
    only: Vec<String>,
    /// Writes the report as JUnit XML to this file.
    #[arg(long)]
    junit: Option<PathBuf>,
    /// Writes the report as a FHIR R4 TestReport to this file.
    #[arg(long)]
    testreport: Option<PathBuf>,
    /// Does not say what passed and what does not apply, case by case.
    #[arg(long)]
    quiet: bool,
}

#[tokio::main]
async fn main() -> ExitCode {
    let done = match Arguments::parse().command {
        Command::Run(options) => run(options).await,
        Command::List { cases } => list(cases),
        Command::FromSaysoDemo { file } => demo::describe(&file).map(|text| {
            say(&text);
            ExitCode::SUCCESS
        }),
    };
    done.unwrap_or_else(|why| {
        eprintln!("sayso-consent-kit: {why}");
        ExitCode::from(2)
    })
}

async fn run(options: Run) -> Result<ExitCode, String> {
    let server = Server::read(&options.server)?;
    let mut cases = case::all(options.cases.as_deref())?;
    if !options.only.is_empty() {
        cases.retain(|case| options.only.iter().any(|start| case.id.starts_with(start.as_str())));
    }
    if cases.is_empty() {
        return Err("no case has an id that begins so; `list` names them all".into());
    }
    let begun = time::OffsetDateTime::now_utc().truncate_to_second();
    let results = run::all(&server, &cases).await?;
    let report = report::Report { server: &server, begun, results: &results };
    say(&report.terminal(options.quiet));
    if let Some(file) = &options.junit {
        write(file, &report.junit()?)?;
    }
    if let Some(file) = &options.testreport {
        write(file, &report.testreport()?)?;
    }
    let tally = Tally::of(results.iter().map(|result| &result.outcome));
    Ok(ExitCode::from(tally.code()))
}

fn list(folder: Option<PathBuf>) -> Result<ExitCode, String> {
    for Case { id, title, can, situations, .. } in case::all(folder.as_deref())? {
        let can = if can.is_empty() { String::new() } else { format!("; can {}", can.join(", ")) };
        say(&format!("{id}: {title}\n    situations {}{can}", situations.join(", ")));
    }
    Ok(ExitCode::SUCCESS)
}

fn write(file: &std::path::Path, text: &str) -> Result<(), String> {
    std::fs::write(file, text).map_err(|why| format!("{}: {why}", file.display()))
}

#[expect(clippy::print_stdout, reason = "a command says what it found")]
fn say(text: &str) {
    println!("{text}");
}

/// How a result is called in a report.
fn called(outcome: &Outcome) -> &'static str {
    match outcome {
        Outcome::Passed => "passed",
        Outcome::Failed(_) => "FAILED",
        Outcome::NotApplicable(_) => "not applicable",
        Outcome::NotSetUp(_) => "could not be set up",
    }
}
