//! What a directive does, said before anybody signs: must it be followed, must it be considered, or is it a wish.

use super::advice::{Advice, Sure};
use super::facts::{Effect, Status};
use super::{Law, say};

/// What a plan does under its law.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement {
    /// What it does once nothing is missing.
    pub effect: Effect,
    /// What it does as it is now: a wish while something is missing.
    pub today: Effect,
    /// How sure the law behind it is.
    pub status: Status,
    /// The same in plain words: what it does, the exceptions, what is owed then.
    pub sentences: Vec<String>,
}

impl Effect {
    /// Whether anybody must follow it.
    #[must_use]
    pub const fn binds(self) -> bool {
        matches!(self, Self::BindingRefusal | Self::FollowUnless)
    }
}

impl Law {
    /// What a plan does under this law, given the advice that is still open on it.
    #[must_use]
    pub fn statement(&self, open: &[Advice]) -> Statement {
        let effect = self.effect.is;
        let missing = open.iter().any(|advice| advice.sure == Sure::Missing);
        let today = if missing { Effect::Wish } else { effect };
        Statement { effect, today, status: self.effect.status, sentences: say::statement(self, today) }
    }
}
