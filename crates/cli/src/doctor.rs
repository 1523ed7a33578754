//! `sayso doctor`: checks what the house stands on, and says what to do.

use std::process::ExitCode;

use time::OffsetDateTime;
use time::macros::datetime;

use crate::config::{Config, Where};
use crate::house;

/// Before this program was written no clock can be right.
const WRITTEN: OffsetDateTime = datetime!(2026-01-01 0:00 UTC);

/// Checks and reports; ends with failure when something must be done.
pub(crate) async fn run(from: &Where) -> Result<ExitCode, String> {
    let mut report = Report::default();
    let config = match Config::read(from) {
        Ok(config) => config,
        Err(why) => return Err(format!("configuration: {why}")),
    };
    report.good(&format!("configuration: public address {}", config.place.issuer()));
    if !config.place.is_https() {
        report.advice("the public address is http on loopback: right for trying, not for people");
    }
    let now = house::now();
    if now < WRITTEN {
        report.bad("clock: this machine's time is before 2026; set it (timedatectl set-ntp true)");
    } else {
        report.good("clock: plausible");
    }
    match house::store(&config.data, config.key).await {
        Err(why) => report.bad(&format!("data: {why}")),
        Ok(store) => {
            report.good("data: opens with this key; WAL, synchronous=FULL and foreign keys are on");
            match store.latest_record_at() {
                Some(last) if last > now => report.bad("clock: it stands before the last recorded act; set it right"),
                Some(_) | None => report.good("clock: not before the last recorded act"),
            }
            match store.ready().await {
                Ok(()) => report.good("writer: takes a write"),
                Err(why) => report.bad(&format!("writer: {why}")),
            }
            match store.audit_verify().await {
                Ok(log) if log.is_whole() => report.good(&format!("log: whole, {} acts", log.leaves)),
                Ok(log) => report.bad(&format!("log: {}", log.broken.map(|b| b.to_string()).unwrap_or_default())),
                Err(why) => report.bad(&format!("log: {why}")),
            }
            store.close().await;
        }
    }
    Ok(if report.failed { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

#[derive(Default)]
struct Report {
    failed: bool,
}

impl Report {
    fn good(&self, line: &str) {
        println!("  ok    {line}");
    }

    fn advice(&self, line: &str) {
        println!("  note  {line}");
    }

    fn bad(&mut self, line: &str) {
        self.failed = true;
        println!("  do    {line}");
    }
}
