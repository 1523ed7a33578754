//! The states of a plan, and who may move it from one to the next.

use serde::{Deserialize, Serialize};

/// Where a plan is in its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum State {
    /// Only the person, and apps the person let in, see it.
    Draft,
    /// In force.
    Active,
    /// Replaced by a newer active plan of the same kind.
    Superseded,
}

/// Who moves a plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mover {
    /// The person, or an app that acts at the person's own request.
    Person,
    /// The act of publishing a newer plan of the same kind.
    Replacement,
}

impl State {
    /// All states.
    pub const ALL: [Self; 3] = [Self::Draft, Self::Active, Self::Superseded];

    /// Whether anyone but the person and the person's apps may ever see a plan in this state.
    #[must_use]
    pub const fn releasable(self) -> bool {
        matches!(self, Self::Active)
    }

    /// Whether `by` may move a plan from `self` to `to`. Staying is not a move. What is not in this table may not be.
    #[must_use]
    pub const fn may_become(self, to: Self, by: Mover) -> bool {
        matches!(
            (self, to, by),
            (Self::Draft, Self::Active, Mover::Person) | (Self::Active, Self::Superseded, Mover::Replacement)
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_comes_back_from_superseded_and_nothing_returns_to_draft() {
        for by in [Mover::Person, Mover::Replacement] {
            for state in State::ALL {
                assert!(!State::Superseded.may_become(state, by));
                assert!(!state.may_become(State::Draft, by));
            }
        }
        assert!(State::Draft.may_become(State::Active, Mover::Person));
        assert!(State::Active.releasable());
        assert!(!State::Draft.releasable() && !State::Superseded.releasable());
    }
}
