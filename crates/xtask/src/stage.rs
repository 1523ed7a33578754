//! Stages: each a name, what it needs, and what it does. A stage that fails does not hide what the others find.

use std::time::{Duration, Instant};

use crate::count::Count;
use crate::run::{self, Run};

/// One stage of a run.
pub(crate) struct Stage {
    pub(crate) name: &'static str,
    /// Stages without which this one proves nothing.
    pub(crate) needs: &'static [&'static str],
    /// Whether it runs tests that are counted.
    pub(crate) counts: bool,
    pub(crate) does: fn() -> Result<Run, String>,
}

enum Outcome {
    Good,
    Bad,
    NotRun(String),
}

struct Done {
    name: &'static str,
    outcome: Outcome,
    count: Count,
    took: Duration,
}

/// What a run did.
#[derive(Default)]
pub(crate) struct Report {
    done: Vec<Done>,
}

/// The names that `--only` takes.
pub(crate) fn names(stages: &'static [Stage]) -> clap::builder::PossibleValuesParser {
    clap::builder::PossibleValuesParser::new(stages.iter().map(|stage| stage.name))
}

/// Runs all stages in their order, or one and what it needs.
pub(crate) fn run(stages: &[Stage], only: Option<&str>) -> Report {
    let wanted = |stage: &Stage| only.is_none_or(|only| stage.name == only || is_needed(stages, only, stage.name));
    let mut report = Report::default();
    let chosen: Vec<&Stage> = stages.iter().filter(|stage| wanted(stage)).collect();
    for (at, stage) in chosen.iter().enumerate() {
        println!("\n=== {} ({} of {})", stage.name, at + 1, chosen.len());
        let missing = stage.needs.iter().find(|need| !report.has(need));
        let begun = Instant::now();
        let (outcome, count) = match missing {
            Some(need) => (Outcome::NotRun(format!("it needs {need}, which failed")), Count::default()),
            None => carry_out(stage),
        };
        report.done.push(Done { name: stage.name, outcome, count, took: begun.elapsed() });
    }
    report
}

/// Whether `only` needs the stage, itself or by what it needs.
fn is_needed(stages: &[Stage], only: &str, name: &str) -> bool {
    let found = stages.iter().find(|stage| stage.name == only);
    found.is_some_and(|stage| stage.needs.iter().any(|need| *need == name || is_needed(stages, need, name)))
}

fn carry_out(stage: &Stage) -> (Outcome, Count) {
    match (stage.does)() {
        Ok(run) => {
            let count = if stage.counts { crate::count::count(&run.lines) } else { Count::default() };
            // A runner that found nothing to run has proved nothing.
            let proved = !stage.counts || count.passed + count.failed > 0;
            (if run.good && proved && count.failed == 0 { Outcome::Good } else { Outcome::Bad }, count)
        }
        Err(why) => (Outcome::NotRun(why), Count::default()),
    }
}

impl Report {
    fn has(&self, name: &str) -> bool {
        self.done.iter().any(|done| done.name == name && matches!(done.outcome, Outcome::Good))
    }

    pub(crate) fn is_good(&self) -> bool {
        self.done.iter().all(|done| matches!(done.outcome, Outcome::Good))
    }

    /// One line for each stage.
    pub(crate) fn summary(&self) {
        println!("\n=== summary");
        for done in &self.done {
            let (word, why) = match &done.outcome {
                Outcome::Good => ("ok", ""),
                Outcome::Bad => ("FAILED", ""),
                Outcome::NotRun(why) => ("NOT RUN", why.as_str()),
            };
            let seconds = done.took.as_secs();
            let Count { passed, failed } = done.count;
            let tests = if passed + failed > 0 { format!("{passed} passed, {failed} failed") } else { String::new() };
            let line =
                format!("{:<12} {word:<8} {:>3} min {:02} s  {tests}{why}", done.name, seconds / 60, seconds % 60);
            println!("{}", line.trim_end());
        }
    }

    /// `N passed, N failed`: tests; a stage that failed without a failed test counts as one.
    pub(crate) fn closing_line(&self) -> String {
        let passed: u64 = self.done.iter().map(|done| done.count.passed).sum();
        let failed: u64 =
            self.done.iter().map(|done| done.count.failed.max(u64::from(!matches!(done.outcome, Outcome::Good)))).sum();
        format!("{passed} passed, {failed} failed")
    }
}

/// A stage that is done when nothing went wrong.
pub(crate) fn done(result: Result<(), String>) -> Result<run::Run, String> {
    result.map(|()| Run { good: true, lines: Vec::new() })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(line: &str, good: bool) -> Result<Run, String> {
        Ok(Run { good, lines: vec![line.to_owned()] })
    }

    fn stage(
        name: &'static str,
        needs: &'static [&'static str],
        counts: bool,
        does: fn() -> Result<Run, String>,
    ) -> Stage {
        Stage { name, needs, counts, does }
    }

    #[test]
    fn every_stage_runs_unless_what_it_needs_failed_and_each_failure_is_counted() {
        let stages = [
            stage("a", &[], false, || said("", true)),
            stage("b", &["a"], true, || said("4 tests run: 3 passed, 1 failed, 0 skipped", false)),
            stage("c", &["b"], true, || said("9 tests run: 9 passed, 0 skipped", true)),
            stage("d", &["a"], true, || said("2 tests run: 2 passed, 0 skipped", true)),
            stage("e", &[], true, || said("nothing to do", true)),
        ];
        let report = run(&stages, None);
        assert!(!report.is_good());
        assert_eq!(report.closing_line(), "5 passed, 3 failed");
        let report = run(&stages, Some("d"));
        assert_eq!(report.done.len(), 2, "d and a");
        assert!(report.is_good());
        assert_eq!(report.closing_line(), "2 passed, 0 failed");
    }

    #[test]
    fn a_stage_says_why_it_cannot_run() {
        let stages = [stage("a", &[], true, || Err("there is no node".into()))];
        let report = run(&stages, None);
        assert!(!report.is_good());
        assert_eq!(report.closing_line(), "0 passed, 1 failed");
    }
}
