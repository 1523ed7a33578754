//! Configuration: a file, then the environment over it; what is unsafe is refused with one clear line.

use std::io::Write;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use clap::Args;
use figment::Figment;
use figment::providers::{Env, Format, Serialized, Toml};
use sayso_auth::Place;
use sayso_pages::Operator;
use sayso_store::WrappingKey;
use serde::{Deserialize, Serialize};

/// Where the configuration is.
#[derive(Debug, Clone, Args)]
pub(crate) struct Where {
    /// The configuration file.
    #[arg(long)]
    pub(crate) config: Option<PathBuf>,
    /// The data folder, instead of the one in the configuration.
    #[arg(long)]
    pub(crate) data: Option<PathBuf>,
}

/// The configuration as it is written. Every field can also come from the environment, as SAYSO_NAME.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    /// The data folder.
    data: Option<PathBuf>,
    /// The public address, `https://host`.
    public: String,
    /// Where the doors listen.
    listen: SocketAddr,
    /// Where health and metrics are.
    operations: SocketAddr,
    /// The file with the wrapping key, 32 bytes in base64.
    key_file: Option<PathBuf>,
    /// The wrapping key itself; only from the environment, never from a file.
    key: Option<String>,
    /// Whether key sets may be fetched from private networks.
    private_networks: bool,
    /// Who runs the house; persons read it on every receipt.
    operator: WrittenOperator,
}

/// Who runs the house, as it is written: `[operator]`, or from the environment as SAYSO_OPERATOR__NAME and so on.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct WrittenOperator {
    name: String,
    contact: String,
    address: String,
    country: String,
    email: String,
    phone: String,
    website: String,
    privacy_policy: String,
    jurisdiction: String,
}

impl Default for Written {
    fn default() -> Self {
        Self {
            data: None,
            public: "http://127.0.0.1:8080".into(),
            listen: SocketAddr::from(([127, 0, 0, 1], 8080)),
            operations: SocketAddr::from(([127, 0, 0, 1], 8081)),
            key_file: None,
            key: None,
            private_networks: false,
            operator: WrittenOperator::default(),
        }
    }
}

/// The configuration as it is used: everything in it was checked.
pub(crate) struct Config {
    pub(crate) data: PathBuf,
    pub(crate) place: Place,
    pub(crate) listen: SocketAddr,
    pub(crate) operations: SocketAddr,
    pub(crate) key: WrappingKey,
    pub(crate) private_networks: bool,
    pub(crate) operator: Operator,
}

impl Config {
    /// Reads and checks it.
    pub(crate) fn read(from: &Where) -> Result<Self, String> {
        let written = read(from)?;
        let data = from.data.clone().or(written.data).ok_or("say where the data is: --data DIR or data = \"DIR\"")?;
        let place = Place::at(&written.public).map_err(|fault| format!("public: {fault}"))?;
        if !written.listen.ip().is_loopback() && !place.is_https() {
            return Err(format!(
                "public: {} is not https, but listen {} is open to the network; set public to the https address of the \
                 proxy in front, or listen on 127.0.0.1",
                written.public, written.listen
            ));
        }
        if !written.operations.ip().is_loopback() {
            return Err("operations: health and metrics are for this machine only; listen on 127.0.0.1".into());
        }
        let key = key(written.key, written.key_file.as_deref())?;
        if written.key_file.as_deref().is_some_and(|file| is_inside(file, &data)) {
            return Err("key_file: lies in the data folder; a stolen folder must not bring its key".into());
        }
        let operator = operator(written.operator)?;
        let Written { listen, operations, private_networks, .. } = written;
        Ok(Self { data, place, listen, operations, key, private_networks, operator })
    }
}

fn read(from: &Where) -> Result<Written, String> {
    let mut figment = Figment::from(Serialized::defaults(Written::default()));
    if let Some(file) = &from.config {
        if !file.is_file() {
            return Err(format!("config: there is no file {}", file.display()));
        }
        figment = figment.merge(Toml::file_exact(file));
        if figment.contains("key") && figment.find_value("key").is_ok_and(|v| v.as_str().is_some()) {
            return Err("key: never in the configuration file; use key_file, or the environment SAYSO_KEY".into());
        }
    }
    figment
        .merge(Env::prefixed("SAYSO_").split("__").ignore(&["bin", "describe", "artefacts", "log"]))
        .extract()
        .map_err(|error| format!("config: {error}"))
}

fn key(given: Option<String>, file: Option<&Path>) -> Result<WrappingKey, String> {
    let text = match (given, file) {
        (Some(text), None) => text,
        (None, Some(file)) => {
            only_ours(file)?;
            std::fs::read_to_string(file).map_err(|error| format!("key_file: {}: {error}", file.display()))?
        }
        (None, None) => return Err("there is no wrapping key: make one with `sayso key FILE` and set key_file".into()),
        (Some(_), Some(_)) => return Err("there are two wrapping keys: set key_file or SAYSO_KEY, not both".into()),
    };
    WrappingKey::from_base64(text.trim()).map_err(|fault| format!("key: {fault}"))
}

/// The operator, where every address is one that a page may lead to.
fn operator(written: WrittenOperator) -> Result<Operator, String> {
    let WrittenOperator { name, contact, address, country, email, phone, website, privacy_policy, jurisdiction } =
        written;
    for (field, text) in [("website", &website), ("privacy_policy", &privacy_policy)] {
        let is_web = ["https://", "http://"].iter().any(|scheme| text.starts_with(scheme));
        if !text.is_empty() && (!is_web || text.chars().any(|c| c.is_whitespace() || c.is_control())) {
            return Err(format!("operator.{field}: {text} is not a web address; write it whole, with https://"));
        }
    }
    if !email.is_empty() && (!email.contains('@') || email.chars().any(|c| c.is_whitespace() || c.is_control())) {
        return Err(format!("operator.email: {email} is not an email address; write it like help@your.domain"));
    }
    Ok(Operator { name, contact, address, country, email, phone, website, privacy_policy, jurisdiction })
}

/// Whether a file lies in a folder, by whatever name the two are called. A folder that is not there yet holds nothing.
fn is_inside(file: &Path, folder: &Path) -> bool {
    match (file.canonicalize(), folder.canonicalize()) {
        (Ok(file), Ok(folder)) => file.starts_with(folder),
        (Ok(_) | Err(_), _) => file.starts_with(folder),
    }
}

#[cfg(unix)]
fn only_ours(file: &Path) -> Result<(), String> {
    use std::os::unix::fs::PermissionsExt;
    let about = std::fs::metadata(file).map_err(|error| format!("key_file: {}: {error}", file.display()))?;
    if about.permissions().mode() & 0o077 == 0 {
        Ok(())
    } else {
        Err(format!("key_file: others can read {}; do: chmod 600 {}", file.display(), file.display()))
    }
}

#[cfg(not(unix))]
fn only_ours(_file: &Path) -> Result<(), String> {
    Ok(())
}

/// 32 random bytes, in base64.
pub(crate) fn new_key() -> Result<String, String> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).map_err(|_| "the system gives no randomness".to_owned())?;
    Ok(STANDARD.encode(bytes))
}

/// Makes a key file that only its owner can read.
pub(crate) fn make_key(file: &Path) -> Result<ExitCode, String> {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut made = options.open(file).map_err(|error| format!("{}: {error}", file.display()))?;
    writeln!(made, "{}", new_key()?).map_err(|error| format!("{}: {error}", file.display()))?;
    println!("The key is in {}. Keep a copy where the data is not: without it nothing can be read.", file.display());
    Ok(ExitCode::SUCCESS)
}
