//! When somebody doubts that the person can decide: less is always taken, more waits (case 42).

use crate::compile::{Compiled, Rule};
use crate::provision::{Consent, Effect};
use crate::tri::Known;

/// Whether the person can decide now. It is assumed; nobody has to prove it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Capacity {
    /// Nobody doubts it.
    Assumed,
    /// Somebody doubts it, on record.
    Doubted {
        /// What the person said beforehand for this.
        advance: Advance,
    },
}

/// What the person said beforehand of a doubt about their capacity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Advance {
    /// Nothing.
    #[default]
    Silent,
    /// That their own word goes on counting, also to open more.
    MyWordCounts,
}

/// What comes of a decision.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Taken {
    /// It counts at once.
    AtOnce,
    /// It waits until the doubt is over; what stood before stands on.
    Held,
}

impl Capacity {
    /// What comes of a decision by which the person's consents become others.
    #[must_use]
    pub fn takes(self, before: &[Consent], after: &[Consent]) -> Taken {
        match self {
            Self::Assumed | Self::Doubted { advance: Advance::MyWordCounts } => Taken::AtOnce,
            Self::Doubted { advance: Advance::Silent } if opens_nothing(before, after) => Taken::AtOnce,
            Self::Doubted { advance: Advance::Silent } => Taken::Held,
        }
    }
}

/// Whether all that is permitted was permitted before, and all that was refused still is. Two provisions that only
/// together say what a third said are not recognized: then it waits.
fn opens_nothing(before: &[Consent], after: &[Consent]) -> bool {
    let (before, after) = (Compiled::of(before), Compiled::of(after));
    let all_within = |these: &[Rule], those: &[Rule], effect: Effect| {
        let within = |rule: &Rule| those.iter().any(|wider| is_within(rule, wider));
        these.iter().filter(|rule| rule.effect == effect).all(within)
    };
    all_within(&after.rules, &before.rules, Effect::Permit) && all_within(&before.rules, &after.rules, Effect::Deny)
}

/// Whether a rule says the same as another, for no longer.
fn is_within(rule: &Rule, wider: &Rule) -> bool {
    let same = (rule.effect, rule.recipient, rule.purposes, rule.what, rule.origin)
        == (wider.effect, wider.recipient, wider.purposes, wider.what, wider.origin);
    // A permit that was not understood opens nothing; a refusal that was not understood may refuse anything.
    let in_time = match (rule.lasts, wider.lasts) {
        (Known::Is(rule), Known::Is(wider)) => rule.lies_in(wider),
        (Known::Unknown, Known::Is(_)) => rule.effect == Effect::Permit,
        (Known::Is(_), Known::Unknown) => rule.effect == Effect::Deny,
        (Known::Unknown, Known::Unknown) => true,
    };
    // Whoever permitted it before permitted it since then; the past opens with the date (case 28).
    let since = rule.effect == Effect::Deny || rule.given_at >= wider.given_at;
    let marked = wider.even_in_emergency || !rule.even_in_emergency;
    same && marked && in_time && since && (wider.after_death || !rule.after_death || rule.effect == Effect::Deny)
}
