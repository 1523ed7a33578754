//! `sayso token`: an access token for a backend client of a running demo, got as that client would.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use serde_json::Value;

use crate::demo;

/// Of which demo, for which client.
#[derive(Debug, Args)]
pub(crate) struct Options {
    /// The file that the demo wrote with --describe.
    #[arg(long)]
    describe: PathBuf,
    /// The kind of client: ehr or crisis-service.
    #[arg(long, default_value = "ehr")]
    kind: String,
}

/// Prints the token.
pub(crate) async fn run(options: Options) -> Result<ExitCode, String> {
    let text = std::fs::read_to_string(&options.describe).map_err(|error| format!("describe: {error}"))?;
    let described: Value = serde_json::from_str(&text).map_err(|error| format!("describe: {error}"))?;
    let clients = described.get("clients").and_then(Value::as_array).ok_or("describe: no clients")?;
    let text = |client: &Value, name: &str| client.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    let client = clients.iter().find(|client| text(client, "kind") == options.kind).ok_or("kind: no such client")?;
    let key = client.get("key").filter(|key| key.is_object()).ok_or("kind: this client has no key")?;
    let (endpoint, id, scopes) = (text(client, "token_endpoint"), text(client, "client_id"), text(client, "scopes"));
    println!("{}", demo::token(&demo::http(), &endpoint, &id, key, &scopes).await?);
    Ok(ExitCode::SUCCESS)
}
