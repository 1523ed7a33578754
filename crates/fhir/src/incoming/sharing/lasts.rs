//! From when to when a rule holds, as it was sent: instants, or days. A day begins and ends where the person lives, which is
//! not known here; whoever keeps the rule says in which zone that is. <https://hl7.org/fhir/R4/datatypes.html#Period>

use sayso_plan::PlanDate;
use time::format_description::well_known::Rfc3339;
use time::{OffsetDateTime, UtcOffset};

/// How many letters a day has: `2026-12-31`.
const DAY_LETTERS: usize = 10;

/// Where a period begins or ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Edge {
    /// At an instant.
    At(OffsetDateTime),
    /// With a day, the whole of it (case 19).
    Day(PlanDate),
}

/// From when to when; from now on, and for a refusal without an end, where it does not say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Lasts {
    /// With what it begins.
    pub from: Option<Edge>,
    /// With what it ends.
    pub until: Option<Edge>,
}

impl Lasts {
    /// The first instant, where days begin as they do in this zone.
    #[must_use]
    pub fn from_in(self, zone: UtcOffset) -> Option<OffsetDateTime> {
        self.from.and_then(|edge| match edge {
            Edge::At(at) => Some(at),
            Edge::Day(day) => midnight(day.0, zone),
        })
    }

    /// The first instant after it: of a day, the begin of the next one. "If the end of the period is specified as a date,
    /// it includes that day."
    #[must_use]
    pub fn until_in(self, zone: UtcOffset) -> Option<OffsetDateTime> {
        self.until.and_then(|edge| match edge {
            Edge::At(at) => Some(at),
            Edge::Day(day) => midnight(day.0.next_day()?, zone),
        })
    }

    /// Whether it ends before it begins, wherever the person lives. Of a day and an instant only their zone tells.
    pub(super) fn is_backwards(self) -> bool {
        match (self.from, self.until) {
            (Some(Edge::At(from)), Some(Edge::At(until))) => from >= until,
            (Some(Edge::Day(from)), Some(Edge::Day(until))) => from.0 > until.0,
            (Some(Edge::At(_)), Some(Edge::Day(_)))
            | (Some(Edge::Day(_)), Some(Edge::At(_)))
            | (None, _)
            | (_, None) => false,
        }
    }
}

fn midnight(day: time::Date, zone: UtcOffset) -> Option<OffsetDateTime> {
    day.midnight().assume_offset(zone).checked_to_offset(UtcOffset::UTC)
}

/// An instant with its zone, or a day. A month or a year is not understood: nobody means its last instant by it.
pub(super) fn edge(text: &str) -> Option<Edge> {
    if text.len() == DAY_LETTERS {
        // What would end after the last day there is, ends never.
        let day: PlanDate = text.parse().ok()?;
        return day.0.next_day().map(|_| Edge::Day(day));
    }
    OffsetDateTime::parse(text, &Rfc3339).ok()?.checked_to_offset(UtcOffset::UTC).map(Edge::At)
}
