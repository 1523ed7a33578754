//! `sayso audit verify`: proves the log unbroken.

use std::process::ExitCode;

use crate::config::{Config, Where};
use crate::house;

/// Ends with success only when the log is whole.
pub(crate) async fn verify(from: &Where) -> Result<ExitCode, String> {
    let config = Config::read(from)?;
    if !config.data.is_dir() {
        return Err(format!("there is no data folder {}", config.data.display()));
    }
    let store = house::store(&config.data, config.key).await?;
    let report = store.audit_verify().await.map_err(|fault| fault.to_string())?;
    store.close().await;
    match report.broken {
        None => {
            println!("The log is whole: {} acts in {} chains, {} seals.", report.leaves, report.chains, report.seals);
            Ok(ExitCode::SUCCESS)
        }
        Some(broken) => Err(format!("the log is broken: {broken}")),
    }
}
