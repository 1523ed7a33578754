//! `sayso demo`: the house with synthetic persons, on loopback, without any configuration.

mod describe;
mod record_system;
mod seed;
mod supporters;
mod view;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use sayso_auth::Place;
use sayso_gateway::Limits;
use sayso_pages::Operator;
use sayso_store::WrappingKey;
use tokio::net::TcpListener;
use tokio::sync::watch;

use crate::{canary, config, house, logs, serve};
pub(crate) use record_system::{RecordSystem, http, token};

/// On loopback nobody has to be protected from scripts that ask fast, and one client plays a whole hospital.
fn unlimited() -> Limits {
    Limits { client_each_second: None, same_each_minute: None, ..Limits::default() }
}

/// How the demo runs.
#[derive(Debug, Args)]
pub(crate) struct Options {
    /// Keeps the data in this folder; without it a temporary one is used and removed.
    #[arg(long)]
    data: Option<PathBuf>,
    /// The port on 127.0.0.1; 0 takes a free one.
    #[arg(long, default_value_t = 8080)]
    port: u16,
    /// Writes a description for scripts to this file once the server answers.
    #[arg(long)]
    describe: Option<PathBuf>,
}

/// Seeds, serves and says what there is to see.
pub(crate) async fn run(options: Options) -> Result<ExitCode, String> {
    if std::env::var_os("SAYSO_LOG").is_some() {
        logs::start();
    }
    let temporary = tempfile::Builder::new().prefix("sayso-demo-").tempdir().map_err(|error| error.to_string())?;
    let folder = options.data.clone().unwrap_or_else(|| temporary.path().join("data"));
    let key_file = options.data.as_ref().map(|folder| folder.with_extension("key"));
    let listener = serve::bind(SocketAddr::from(([127, 0, 0, 1], options.port))).await?;
    let address = listener.local_addr().map_err(|error| error.to_string())?;
    let place = Place::at(&format!("http://{address}")).map_err(|fault| fault.to_string())?;
    let store = house::store(&folder, key(key_file.as_deref())?).await?;
    let exchange = house::exchange(store, &place, true);
    let seeded = seed::seed(&exchange, free_port().await?).await?;
    let doors = house::doors(&exchange, &place, unlimited(), &operator());
    canary::unread(&exchange, &doors).await?;
    let system = RecordSystem::of(&place, &seeded);
    let shown = view::router(exchange.clone(), system.clone(), seeded.clone()).fallback_service(doors);
    let (stop, stopped) = watch::channel(false);
    let serving = tokio::spawn(serve::open(exchange.clone(), shown, listener, None, stopped));
    let said = describe::describe(&exchange, &place, &seeded, &system).await?;
    if let Some(file) = &options.describe {
        describe::write(file, &said.json)?;
    }
    println!("{}", said.words);
    serve::signal().await;
    let _ = stop.send(true);
    match serving.await {
        Ok(done) => done.map(|()| ExitCode::SUCCESS),
        Err(error) => Err(error.to_string()),
    }
}

/// Who runs the demo: invented, with a telephone number that is kept free for stories (Ofcom).
fn operator() -> Operator {
    Operator {
        name: "Lamplight Trust (invented)".into(),
        contact: "The privacy desk".into(),
        address: "12 Harbour Row, Portwell".into(),
        country: "GB".into(),
        email: "privacy@lamplight.example".into(),
        phone: "+44 1632 960123".into(),
        website: "https://lamplight.example".into(),
        privacy_policy: "https://lamplight.example/privacy".into(),
        jurisdiction: "GB-SCT".into(),
    }
}

/// The key of a kept folder lies beside it, never in it; a temporary folder has a key that is never written down.
fn key(file: Option<&std::path::Path>) -> Result<WrappingKey, String> {
    let text = match file {
        Some(file) => {
            if !file.exists() {
                config::make_key(file)?;
            }
            std::fs::read_to_string(file).map_err(|error| format!("{}: {error}", file.display()))?
        }
        None => config::new_key()?,
    };
    WrappingKey::from_base64(text.trim()).map_err(|fault| fault.to_string())
}

/// A port for the patient app of the demo, which is not started here.
async fn free_port() -> Result<u16, String> {
    let free = TcpListener::bind(("127.0.0.1", 0)).await.map_err(|error| error.to_string())?;
    free.local_addr().map(|address| address.port()).map_err(|error| error.to_string())
}
