//! What came of a case, and of all.

/// What came of one case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// All that must hold holds, and the controls show that something was there to be seen.
    Passed,
    /// Something does not hold.
    Failed(Finding),
    /// The server lacks what the case needs; never counted as passed.
    NotApplicable(String),
    /// What the case begins with could not be had, so that nothing is known.
    NotSetUp(Finding),
}

/// What was found, and how to see it again.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Finding {
    /// What is wrong, in words.
    pub(crate) why: String,
    /// The requests by which it can be seen again, without any token.
    pub(crate) again: Vec<String>,
}

impl Finding {
    pub(crate) fn new(why: impl Into<String>) -> Self {
        Self { why: why.into(), again: Vec::new() }
    }
}

/// One case with what came of it.
#[derive(Debug)]
pub(crate) struct CaseResult {
    pub(crate) id: String,
    pub(crate) title: String,
    pub(crate) wrong: String,
    pub(crate) outcome: Outcome,
    /// What is to be known of how it was asked.
    pub(crate) notes: Vec<String>,
    pub(crate) took: std::time::Duration,
}

/// How many there are of each.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Tally {
    pub(crate) passed: usize,
    pub(crate) failed: usize,
    pub(crate) not_applicable: usize,
    pub(crate) not_set_up: usize,
}

impl Tally {
    pub(crate) fn of<'a>(outcomes: impl Iterator<Item = &'a Outcome>) -> Self {
        let mut tally = Self::default();
        for outcome in outcomes {
            match outcome {
                Outcome::Passed => tally.passed += 1,
                Outcome::Failed(_) => tally.failed += 1,
                Outcome::NotApplicable(_) => tally.not_applicable += 1,
                Outcome::NotSetUp(_) => tally.not_set_up += 1,
            }
        }
        tally
    }

    /// The exit code. That nothing failed says nothing where nothing was asked.
    pub(crate) fn code(self) -> u8 {
        match self {
            Self { failed: 1.., .. } => 1,
            Self { not_set_up: 1.., .. } | Self { passed: 0, .. } => 2,
            Self { .. } => 0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_was_asked_and_held_ends_with_nought() {
        let finding = || Finding::new("no");
        let (passed, none) = (Outcome::Passed, Outcome::NotApplicable("it has no search".into()));
        let (failed, not) = (Outcome::Failed(finding()), Outcome::NotSetUp(finding()));
        for (outcomes, code) in [
            (vec![&passed, &none], 0),
            (vec![&passed, &not], 2),
            (vec![&passed, &not, &failed], 1),
            (vec![&none], 2),
            (vec![], 2),
        ] {
            assert_eq!(Tally::of(outcomes.iter().copied()).code(), code, "{outcomes:?}");
        }
    }
}
