//! OperationOutcome: what went wrong, with path and advice, in the form every FHIR client reads.

use serde_json::{Map, Value, json};

use crate::fault::Fault;

/// One issue of an OperationOutcome.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Issue {
    /// `fatal`, `error`, `warning` or `information`.
    pub severity: Severity,
    /// Code of the value set issue-type, for instance `not-found`.
    pub code: &'static str,
    /// FHIRPath or HTTP parameter it is about.
    pub expression: Option<String>,
    /// What to do; never the person's words.
    pub diagnostics: String,
}

/// Severity of an issue (FHIR R4, issue-severity).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names are those of the value set")]
pub enum Severity {
    Fatal,
    Error,
    Warning,
    Information,
}

impl Severity {
    const fn code(self) -> &'static str {
        match self {
            Self::Fatal => "fatal",
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Information => "information",
        }
    }
}

impl Issue {
    /// An error.
    #[must_use]
    pub fn error(code: &'static str, diagnostics: impl Into<String>) -> Self {
        Self { severity: Severity::Error, code, expression: None, diagnostics: diagnostics.into() }
    }

    /// The same issue with a path.
    #[must_use]
    pub fn at(mut self, expression: impl Into<String>) -> Self {
        self.expression = Some(expression.into());
        self
    }
}

impl From<&Fault> for Issue {
    fn from(fault: &Fault) -> Self {
        Self::error(fault.why.code(), fault.why.to_string()).at(fault.path.clone())
    }
}

/// An OperationOutcome of these issues.
#[must_use]
pub fn outcome(issues: &[Issue]) -> Value {
    let issues: Vec<Value> = issues
        .iter()
        .map(|issue| {
            let mut object = Map::new();
            object.insert("severity".into(), issue.severity.code().into());
            object.insert("code".into(), issue.code.into());
            object.insert("diagnostics".into(), issue.diagnostics.clone().into());
            if let Some(expression) = issue.expression.as_ref().filter(|path| !path.is_empty()) {
                object.insert("expression".into(), json!([expression]));
            }
            Value::Object(object)
        })
        .collect();
    json!({ "resourceType": "OperationOutcome", "issue": issues })
}

/// An OperationOutcome of these faults.
#[must_use]
pub fn faults(faults: &[Fault]) -> Value {
    outcome(&faults.iter().map(Issue::from).collect::<Vec<_>>())
}
