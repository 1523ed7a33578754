//! The report as a FHIR R4 TestReport. <https://hl7.org/fhir/R4/testreport.html>

use serde_json::{Value, json};
use time::format_description::well_known::Rfc3339;

use super::Report;
use crate::outcome::{CaseResult, Outcome};

/// Where the cases are told.
const CASES: &str = "The cases of consent of sayso-consent-kit";

impl Report<'_> {
    /// The report as a TestReport.
    pub(crate) fn testreport(&self) -> Result<String, String> {
        let tally = self.tally();
        let asked = tally.passed + tally.failed;
        // What could not be set up may still turn out either way.
        let result = match tally.code() {
            0 => "pass",
            1 => "fail",
            _ => "pending",
        };
        let mut report = json!({
            "resourceType": "TestReport",
            "name": self.server.name,
            "status": "completed",
            "testScript": {"display": format!("{CASES} {}", env!("CARGO_PKG_VERSION"))},
            "result": result,
            "tester": "sayso-consent-kit",
            "issued": self.begun.format(&Rfc3339).map_err(|why| why.to_string())?,
            "participant": [{"type": "server", "uri": self.server.base, "display": self.server.name}],
            "test": self.results.iter().map(test).collect::<Vec<_>>(),
        });
        // The score is of those that were asked: what was not asked is no success.
        if asked > 0 {
            let score = (tally.passed as f64 * 10_000.0 / asked as f64).round() / 100.0;
            put(&mut report, "score", json!(score));
        }
        serde_json::to_string_pretty(&report).map_err(|why| why.to_string())
    }
}

fn put(object: &mut Value, key: &str, value: Value) {
    if let Some(members) = object.as_object_mut() {
        members.insert(key.to_owned(), value);
    }
}

fn test(result: &CaseResult) -> Value {
    let mut assert = match &result.outcome {
        Outcome::Passed => json!({"result": "pass"}),
        Outcome::NotApplicable(why) => json!({"result": "skip", "message": why}),
        Outcome::Failed(finding) => {
            json!({"result": "fail", "message": format!("{} {}", result.wrong, lines(&finding.why, &finding.again))})
        }
        Outcome::NotSetUp(finding) => json!({"result": "error", "message": lines(&finding.why, &finding.again)}),
    };
    if let (Some(message), false) = (assert.get("message").and_then(Value::as_str), result.notes.is_empty()) {
        let message = format!("{message}\n{}", result.notes.join("\n"));
        put(&mut assert, "message", message.into());
    }
    json!({"name": result.id, "description": result.title, "action": [{"assert": assert}]})
}

fn lines(why: &str, again: &[String]) -> String {
    let again: Vec<String> = again.iter().map(|request| format!("\n$ {request}")).collect();
    format!("{why}{}", again.concat())
}
