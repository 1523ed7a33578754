//! The states of a plan, and who may move it from one to the next. To stop sharing is no state and no move: it is an
//! act of consent, always possible and at once. To cancel a directive is a legal act, and its own thing.

use serde::{Deserialize, Serialize};

/// Where a plan is in its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum State {
    /// Only the person, and apps the person let in, see it.
    Draft,
    /// Being talked about with those it names. No system is shown it: the person and their apps bring what others say.
    InTalks,
    /// The text stands as it is; only signatures and stances are still to come.
    Ready,
    /// In force.
    Active,
    /// In force, and being looked at again.
    UnderReview,
    /// In force, although the person has said no: the law says that the no does not count now, or nobody here knows
    /// whether it does. Every reader is shown the no first.
    RevokeRequested,
    /// Replaced by a newer plan of the same kind.
    Superseded,
    /// Cancelled by the person. Who may still see something of it sees that, and the day.
    Cancelled,
    /// Its time is over.
    Ended,
}

/// Who moves a plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mover {
    /// The person, or an app that acts at the person's own request.
    Person,
    /// The person themselves, signed in on their own page.
    Themselves,
    /// The person's no, where the law gives it effect.
    No,
    /// The person's no, where the law does not give it effect now, or that is not known.
    NoWithoutEffect,
    /// The act of putting a newer plan of the same kind in force.
    Replacement,
    /// The clock, past the end of a plan that nothing keeps in use.
    Clock,
}

use State::{Active, Cancelled, Draft, Ended, InTalks, Ready, RevokeRequested, Superseded, UnderReview};

/// Every move there is. What is not in this table may not be.
const MOVES: [(Mover, &[State], &[State]); 9] = [
    (Mover::Person, &[Draft], &[InTalks, Ready, Active]),
    (Mover::Person, &[InTalks], &[Draft, Ready, Active]),
    (Mover::Person, &[Ready], &[Draft, InTalks, Active]),
    (Mover::Person, &[Active], &[UnderReview]),
    (Mover::Person, &[UnderReview], &[Active]),
    (Mover::Themselves, &[RevokeRequested], &[Active]),
    (Mover::No, &[Active, UnderReview, RevokeRequested], &[Cancelled]),
    (Mover::NoWithoutEffect, &[Active, UnderReview], &[RevokeRequested]),
    (Mover::Replacement, &[Active, UnderReview, RevokeRequested], &[Superseded]),
];

impl State {
    /// All states.
    pub const ALL: [Self; 9] =
        [Draft, InTalks, Ready, Active, UnderReview, RevokeRequested, Superseded, Cancelled, Ended];

    /// The code, for instance `under-review`.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Draft => "draft",
            InTalks => "in-talks",
            Ready => "ready",
            Active => "active",
            UnderReview => "under-review",
            RevokeRequested => "revoke-requested",
            Superseded => "superseded",
            Cancelled => "cancelled",
            Ended => "ended",
        }
    }

    /// Whether the plan is in force, as far as its state says.
    #[must_use]
    pub const fn is_in_force(self) -> bool {
        matches!(self, Active | UnderReview | RevokeRequested)
    }

    /// Whether it has not yet been in force.
    #[must_use]
    pub const fn is_in_the_making(self) -> bool {
        matches!(self, Draft | InTalks | Ready)
    }

    /// Whether its text may still be worked on, before it is in force.
    #[must_use]
    pub const fn may_be_written(self) -> bool {
        matches!(self, Draft | InTalks)
    }

    /// Whether nothing can follow.
    #[must_use]
    pub const fn is_final(self) -> bool {
        matches!(self, Superseded | Cancelled | Ended)
    }

    /// Whether anyone but the person and the person's apps may ever see a plan in this state; of a cancelled one they
    /// see only that it is cancelled.
    #[must_use]
    pub const fn releasable(self) -> bool {
        self.is_in_force() || matches!(self, Cancelled)
    }

    /// Whether `by` may move a plan from `self` to `to`. Staying is not a move.
    #[must_use]
    pub fn may_become(self, to: Self, by: Mover) -> bool {
        if by == Mover::Clock {
            return self.is_in_force() && to == Ended;
        }
        // What an app may do at the person's request, the person may do.
        let does = |mover: Mover| mover == by || (mover == Mover::Person && by == Mover::Themselves);
        MOVES.iter().any(|(mover, from, into)| does(*mover) && from.contains(&self) && into.contains(&to))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const MOVERS: [Mover; 6] =
        [Mover::Person, Mover::Themselves, Mover::No, Mover::NoWithoutEffect, Mover::Replacement, Mover::Clock];

    fn moves() -> impl Iterator<Item = (State, State, Mover)> {
        let pairs = State::ALL.into_iter().flat_map(|from| State::ALL.map(|to| (from, to)));
        pairs.flat_map(|(from, to)| MOVERS.map(|by| (from, to, by))).filter(|(from, to, by)| from.may_become(*to, *by))
    }

    #[test]
    fn the_whole_table() {
        let told: Vec<String> = moves().map(|(from, to, by)| format!("{} {} {by:?}", from.code(), to.code())).collect();
        let expected = "draft in-talks Person|draft in-talks Themselves|draft ready Person|draft ready Themselves|\
            draft active Person|draft active Themselves|in-talks draft Person|in-talks draft Themselves|\
            in-talks ready Person|in-talks ready Themselves|in-talks active Person|in-talks active Themselves|\
            ready draft Person|ready draft Themselves|ready in-talks Person|ready in-talks Themselves|\
            ready active Person|ready active Themselves|active under-review Person|active under-review Themselves|\
            active revoke-requested NoWithoutEffect|active superseded Replacement|active cancelled No|\
            active ended Clock|under-review active Person|under-review active Themselves|\
            under-review revoke-requested NoWithoutEffect|under-review superseded Replacement|\
            under-review cancelled No|under-review ended Clock|revoke-requested active Themselves|\
            revoke-requested superseded Replacement|revoke-requested cancelled No|revoke-requested ended Clock";
        assert_eq!(told.join("|"), expected);
    }

    #[test]
    fn codes_are_what_is_written() {
        for state in State::ALL {
            assert_eq!(serde_json::to_string(&state).unwrap(), format!("\"{}\"", state.code()));
        }
    }

    proptest! {
        /// A life of random wishes, of which only the legal ones are carried out.
        #[test]
        fn whatever_is_wished_a_life_keeps_its_promises(
            wishes in prop::collection::vec((prop::sample::select(&State::ALL[..]), prop::sample::select(&MOVERS[..])), 0..40)
        ) {
            let mut now = Draft;
            let mut was_in_force = false;
            for (to, by) in wishes {
                if !now.may_become(to, by) {
                    continue;
                }
                prop_assert!(!now.is_final(), "nothing comes back from {now:?}");
                prop_assert!(!was_in_force || !to.is_in_the_making(), "what was in force is never a draft again");
                prop_assert!(!to.is_final() || now.is_in_force(), "only what was in force ends");
                prop_assert!(to != Cancelled || by == Mover::No, "only the person's no cancels");
                prop_assert!(now != RevokeRequested || to != Active || by == Mover::Themselves, "a no is taken back by the one who said it");
                prop_assert!(to != Ended || by == Mover::Clock);
                was_in_force |= to.is_in_force();
                now = to;
            }
            let classes = [now.is_in_the_making(), now.is_in_force(), now.is_final()];
            prop_assert_eq!(classes.into_iter().filter(|is| *is).count(), 1);
        }
    }
}
