//! The report: for people, as JUnit, as a FHIR TestReport.

mod junit;
mod terminal;
mod testreport;

use std::collections::BTreeMap;

use time::OffsetDateTime;

use crate::outcome::{CaseResult, Outcome, Tally};
use crate::server::Server;

/// All that there is to say of a run.
#[derive(Debug)]
pub(crate) struct Report<'a> {
    pub(crate) server: &'a Server,
    pub(crate) begun: OffsetDateTime,
    pub(crate) results: &'a [CaseResult],
}

impl Report<'_> {
    fn tally(&self) -> Tally {
        Tally::of(self.results.iter().map(|result| &result.outcome))
    }

    /// Why cases do not apply, and which those are.
    fn not_applicable(&self) -> BTreeMap<&str, Vec<&str>> {
        let mut whys: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for result in self.results {
            if let Outcome::NotApplicable(why) = &result.outcome {
                whys.entry(why).or_default().push(&result.id);
            }
        }
        whys
    }

    /// What was left out of comparisons, so that nobody reads more into "the same" than there is.
    fn left_out(&self) -> Option<String> {
        let varies = &self.server.varies;
        let all: Vec<&str> = varies.headers.iter().chain(&varies.json).map(String::as_str).collect();
        (!all.is_empty()).then(|| format!("Answers were compared without: {}.", all.join(", ")))
    }
}
