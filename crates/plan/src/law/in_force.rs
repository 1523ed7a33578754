//! Whether a directive is in force. Not a date comparison: some laws keep one in use past its end, until the person can
//! decide again. Only an attested time of incapacity makes that a statement; without one there are only facts.

use std::fmt;

use super::facts::{Finder, Validity};
use super::span::Span;
use super::{Law, say};
use crate::item::PlanDate;
use crate::plan::{Content, FormalityKind, Head};

/// From when until when a directive is meant to hold, and when it was made.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Period {
    /// The first day, if the person set one.
    pub from: Option<PlanDate>,
    /// The last day, wholly included, if the person set one.
    pub until: Option<PlanDate>,
    /// The day it was last signed, from which the law counts; none where that is not shown.
    pub made: Option<PlanDate>,
}

impl Period {
    /// The period of a plan.
    #[must_use]
    pub fn of(content: &Content) -> Self {
        Self::of_head(&content.head)
    }

    /// The period that a plan's head says. Formalities go only with the whole, so most readers have no day of signing.
    #[must_use]
    pub fn of_head(head: &Head) -> Self {
        let made = head.formalities.iter().filter(|f| f.is == FormalityKind::Signature).map(|f| f.on).max();
        Self { from: head.from, until: head.until, made }
    }

    /// The last day that the law gives it; none where the law sets no end or the day of signing is not known.
    #[must_use]
    pub fn end_in_law(&self, law: &Law) -> Option<PlanDate> {
        match law.validity.as_ref()?.is {
            Validity::For(span) => span.last_day(self.made?),
            Validity::None | Validity::Optional | Validity::Chosen => None,
        }
    }

    /// The last day, wholly included: the person's or the law's, whichever is sooner.
    #[must_use]
    pub fn end(&self, law: &Law) -> Option<PlanDate> {
        [self.until, self.end_in_law(law)].into_iter().flatten().min()
    }
}

/// A time in which the person could not decide, as others have found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Episode {
    /// Since which day.
    pub began: PlanDate,
    /// On which day they could decide again, if that was found.
    pub ended: Option<PlanDate>,
    /// Who found it. Without anybody it is a claim, and counts for nothing.
    pub attested_by: Vec<Attester>,
}

/// Somebody who found that the person cannot decide. `Debug` prints what they are only.
#[derive(Clone, PartialEq, Eq)]
pub struct Attester {
    /// Who; two findings of one are one.
    pub who: String,
    /// What they are.
    pub is: Finder,
}

impl fmt::Debug for Attester {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Attester({:?})", self.is)
    }
}

impl Episode {
    /// Whether those who found it are those whom the law asks for; where the law's list is not known here, anybody.
    #[must_use]
    pub fn is_attested(&self, law: &Law) -> bool {
        let ways = law.applies.as_ref().map_or(&[][..], |applies| applies.is.found_by.as_slice());
        let by: Vec<&Attester> = self.attested_by.iter().collect();
        if ways.is_empty() { !by.is_empty() } else { ways.iter().any(|way| covers(way, &by)) }
    }
}

/// Whether each place of `way` is taken by another of `by`.
fn covers(way: &[Vec<Finder>], by: &[&Attester]) -> bool {
    let Some((place, rest)) = way.split_first() else { return true };
    let fits = |a: &&&Attester| place.iter().any(|finder| counts_as(a.is, *finder));
    by.iter().filter(fits).any(|taken| {
        let others: Vec<&Attester> = by.iter().filter(|a| a.who != taken.who).copied().collect();
        covers(rest, &others)
    })
}

fn counts_as(is: Finder, asked: Finder) -> bool {
    is == asked || (is == Finder::Psychiatrist && asked == Finder::Physician)
}

/// Whether a directive is in force, or what is known of that.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InForce {
    /// Its first day is still to come.
    NotYet {
        /// That day.
        from: PlanDate,
    },
    /// It is within its dates.
    Yes {
        /// Its last day, if it has one.
        until: Option<PlanDate>,
    },
    /// It is within the dates that are shown; the law ends it by a day of signing that is not shown. No verdict.
    EndNotShown {
        /// How long after signing.
        after: Span,
        /// The person's own last day, if they set one.
        until: Option<PlanDate>,
    },
    /// It is past its date and still in force: it was in use then, and the person cannot decide yet.
    StillInUse {
        /// Its last day.
        ended: PlanDate,
        /// Since when the person cannot decide.
        since: PlanDate,
    },
    /// It is past its date; it is in force if the person cannot decide since that day or before. No verdict.
    PastUnlessIncapable {
        /// Its last day.
        ended: PlanDate,
    },
    /// It is past its date; whether that ends it is not known here. No verdict.
    Past {
        /// Its last day.
        ended: PlanDate,
    },
    /// It is past its date, and it is over.
    Over {
        /// Its last day.
        ended: PlanDate,
        /// Since when the person can decide again, where that is why.
        capable_since: Option<PlanDate>,
    },
}

impl InForce {
    /// The same in plain words.
    #[must_use]
    pub fn sentence(&self) -> String {
        say::in_force(self)
    }

    /// Whether it says that the directive is in force.
    #[must_use]
    pub const fn is_yes(&self) -> bool {
        matches!(self, Self::Yes { .. } | Self::StillInUse { .. })
    }
}

/// Whether a directive is in force on the day `now`. It speaks of time alone: what a directive in force does is the
/// law's effect, and whether it counts is what [`Law::advice`] leaves open.
#[must_use]
pub fn in_force(now: PlanDate, law: &Law, period: &Period, episode: Option<&Episode>) -> InForce {
    let ended = match (period.from, period.end(law)) {
        (Some(from), _) if now < from => return InForce::NotYet { from },
        (_, Some(ended)) if ended < now => ended,
        (_, until) => return within_dates(law, period, until),
    };
    match law.continues_while_incapable.as_ref().map(|continues| continues.is) {
        Some(true) => {}
        Some(false) => return InForce::Over { ended, capable_since: None },
        None => return InForce::Past { ended },
    }
    // Only what had begun while it held, and was found by those who may, keeps it in use.
    let in_use = |e: &&Episode| e.began <= ended && e.is_attested(law);
    match episode.filter(in_use).map(|e| (e.began, e.ended.filter(|day| *day <= now))) {
        Some((since, None)) => InForce::StillInUse { ended, since },
        Some((_, Some(capable))) if capable > ended => InForce::Over { ended, capable_since: Some(capable) },
        Some((_, Some(_))) | None => InForce::PastUnlessIncapable { ended },
    }
}

fn within_dates(law: &Law, period: &Period, until: Option<PlanDate>) -> InForce {
    match (law.validity.as_ref().map(|validity| validity.is), period.made) {
        (Some(Validity::For(after)), None) => InForce::EndNotShown { after, until },
        (Some(Validity::For(_) | Validity::None | Validity::Optional | Validity::Chosen) | None, _) => {
            InForce::Yes { until }
        }
    }
}
