//! The only `main`: configuration, wiring, and the commands of those who run the house.
#![allow(clippy::print_stdout, reason = "a command line speaks on standard output")]

mod audit;
mod canary;
mod config;
mod demo;
mod doctor;
mod house;
mod logs;
mod operations;
mod registry;
mod serve;
mod token;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Keeps a person's plans and lets them flow only on the person's say-so.
#[derive(Parser)]
#[command(name = "sayso", version, about)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Shows the house with synthetic persons, on loopback, without any configuration.
    Demo(demo::Options),
    /// Runs the house.
    Serve(config::Where),
    /// Registers organizations.
    #[command(subcommand)]
    Org(registry::Org),
    /// Registers clients: record systems, crisis services, apps.
    #[command(subcommand)]
    Client(registry::ClientCommand),
    /// Invites persons.
    #[command(subcommand)]
    Person(registry::PersonCommand),
    /// Looks after the log.
    #[command(subcommand)]
    Audit(AuditCommand),
    /// Checks configuration, key, clock and database, and says what to do.
    Doctor(config::Where),
    /// Makes a new wrapping key and writes it to a file that only you can read.
    Key {
        /// The file; it must not exist yet.
        file: PathBuf,
    },
    /// Gets an access token for a backend client of a running demo, as that client would.
    Token(token::Options),
}

#[derive(Subcommand)]
enum AuditCommand {
    /// Proves the log unbroken; ends with 0 only when it is whole.
    Verify(config::Where),
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return failed(&format!("the runtime cannot start: {error}")),
    };
    let done = runtime.block_on(run(arguments.command));
    runtime.shutdown_timeout(std::time::Duration::from_secs(5));
    match done {
        Ok(code) => code,
        Err(why) => failed(&why),
    }
}

async fn run(command: Command) -> Result<ExitCode, String> {
    match command {
        Command::Demo(options) => demo::run(options).await,
        Command::Serve(place) => serve::run(&place).await,
        Command::Org(command) => registry::org(command).await,
        Command::Client(command) => registry::client(command).await,
        Command::Person(command) => registry::person(command).await,
        Command::Audit(AuditCommand::Verify(place)) => audit::verify(&place).await,
        Command::Doctor(place) => doctor::run(&place).await,
        Command::Key { file } => config::make_key(&file),
        Command::Token(options) => token::run(options).await,
    }
}

fn failed(why: &str) -> ExitCode {
    use std::io::Write;
    let _ = writeln!(std::io::stderr(), "sayso: {why}");
    ExitCode::FAILURE
}
