//! The report as JUnit XML. What does not apply is skipped there, and what could not be set up is an error.

use quick_junit::{NonSuccessKind, Report as Junit, TestCase, TestCaseStatus, TestSuite};

use super::Report;
use crate::outcome::{Finding, Outcome};

impl Report<'_> {
    /// The report as JUnit XML.
    pub(crate) fn junit(&self) -> Result<String, String> {
        let mut suite = TestSuite::new(self.server.name.as_str());
        suite.add_property(("base", self.server.base.as_str()));
        if let Some(left_out) = self.left_out() {
            suite.add_property(("compared", left_out.as_str()));
        }
        for result in self.results {
            let status = match &result.outcome {
                Outcome::Passed => TestCaseStatus::success(),
                Outcome::NotApplicable(why) => {
                    let mut status = TestCaseStatus::skipped();
                    status.set_message(why.as_str());
                    status
                }
                Outcome::Failed(finding) => wrong(NonSuccessKind::Failure, finding, &result.wrong),
                Outcome::NotSetUp(finding) => wrong(NonSuccessKind::Error, finding, "It could not be set up."),
            };
            let mut case = TestCase::new(format!("{} {}", result.id, result.title), status);
            case.set_classname("consent").set_time(result.took);
            if !result.notes.is_empty() {
                case.set_system_out(result.notes.join("\n"));
            }
            suite.add_test_case(case);
        }
        let mut report = Junit::new("sayso-consent-kit");
        report.add_test_suite(suite);
        report.to_string().map_err(|why| why.to_string())
    }
}

fn wrong(kind: NonSuccessKind, finding: &Finding, means: &str) -> TestCaseStatus {
    let mut status = TestCaseStatus::non_success(kind);
    status.set_message(finding.why.as_str());
    status.set_description(format!("{means}\n{}", finding.again.join("\n")));
    status
}
