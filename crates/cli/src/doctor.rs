//! `sayso doctor`: checks what the house stands on, and says what to do.

use std::process::ExitCode;

use sayso_pages::Operator;
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
    match told_of(&config.operator) {
        Told::Named => report.good(&format!("operator: receipts name {}", config.operator.name)),
        Told::Example => report.advice("operator: [operator] holds example text; write who really runs this"),
        Told::Missing(fields) => {
            let why = format!("operator: receipts cannot say who runs this; set in [operator]: {}", fields.join(", "));
            if config.place.is_https() { report.bad(&why) } else { report.advice(&why) }
        }
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

/// What a person can read on a receipt of who keeps their plans.
#[derive(Debug, PartialEq, Eq)]
enum Told {
    /// Who it is, and how to reach them.
    Named,
    /// What stands in the sample configuration.
    Example,
    /// These fields say nothing.
    Missing(Vec<&'static str>),
}

fn told_of(operator: &Operator) -> Told {
    let missing = operator.missing();
    let all = [&operator.name, &operator.contact, &operator.address, &operator.email, &operator.privacy_policy];
    if !missing.is_empty() {
        Told::Missing(missing)
    } else if all.iter().any(|text| text.to_lowercase().contains("example")) {
        Told::Example
    } else {
        Told::Named
    }
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

#[cfg(test)]
#[allow(clippy::panic, reason = "a test that fails says where")]
mod tests {
    use super::*;

    fn real() -> Operator {
        Operator {
            name: "Harbour Mental Health Trust".into(),
            contact: "Data protection desk".into(),
            address: "1 Quay Street, Portwell".into(),
            country: "GB".into(),
            email: "privacy@harbour.test".into(),
            phone: "+44 1632 960000".into(),
            website: String::new(),
            privacy_policy: "https://harbour.test/privacy".into(),
            jurisdiction: "GB-SCT".into(),
        }
    }

    #[test]
    fn the_doctor_says_when_nobody_or_an_example_runs_the_house() {
        assert_eq!(told_of(&real()), Told::Named);
        assert_eq!(told_of(&Operator { phone: " ".into(), ..real() }), Told::Missing(vec!["phone"]));
        let Told::Missing(all) = told_of(&Operator::default()) else { panic!("an operator who says nothing is named") };
        assert_eq!(all.len(), 8, "{all:?}");
        assert_eq!(told_of(&Operator { email: "help@plans.example.org".into(), ..real() }), Told::Example);
    }
}
