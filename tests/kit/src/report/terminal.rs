//! The report for people.

use std::fmt::Write;

use super::Report;
use crate::called;
use crate::outcome::{Finding, Outcome};

impl Report<'_> {
    /// The report as text; without what passed and what does not apply when it shall be quiet.
    pub(crate) fn terminal(&self, quiet: bool) -> String {
        let mut text = format!("{} at {}\n", self.server.name, self.server.base);
        if let Some(left_out) = self.left_out() {
            let _ = writeln!(text, "{left_out}");
        }
        for result in self.results {
            let (why, again): (&str, &[String]) = match &result.outcome {
                Outcome::Passed | Outcome::NotApplicable(_) if quiet => continue,
                Outcome::Passed => ("", &[]),
                Outcome::NotApplicable(why) => (why, &[]),
                Outcome::Failed(Finding { why, again }) | Outcome::NotSetUp(Finding { why, again }) => (why, again),
            };
            let _ = writeln!(text, "\n{} {}: {}", result.id, called(&result.outcome), result.title);
            if matches!(result.outcome, Outcome::Failed(_)) {
                let _ = writeln!(text, "    means: {}", result.wrong);
            }
            if !why.is_empty() {
                let _ = writeln!(text, "    why: {why}");
            }
            for note in &result.notes {
                let _ = writeln!(text, "    {note}");
            }
            for request in again {
                let _ = writeln!(text, "    $ {request}");
            }
        }
        for (why, cases) in self.not_applicable() {
            let _ = writeln!(text, "\nnot applicable: {why}: {}", cases.join(", "));
        }
        let tally = self.tally();
        let _ = write!(
            text,
            "\n{} passed, {} failed, {} not applicable, {} could not be set up",
            tally.passed, tally.failed, tally.not_applicable, tally.not_set_up
        );
        text
    }
}
