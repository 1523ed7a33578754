//! A span of time as a law says it: whole years, months or days, written as an ISO 8601 duration.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use time::{Date, Duration, Month};

use super::facts::Validity;
use crate::item::PlanDate;

/// A span of time, for instance `P3Y`, `P6M`, `P14D`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names say all")]
pub enum Span {
    Years(u16),
    Months(u16),
    Days(u16),
}

/// The text is no span.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a span: expected P, a number, and Y, M or D")]
pub struct NotASpan;

impl Span {
    /// The last day of the span that begins on `first`: the day of the same date, as "three years from" is counted in
    /// law (the first day is left out, the last is in). The 29th of February ends on the 28th. None beyond all dates.
    #[must_use]
    pub fn last_day(self, first: PlanDate) -> Option<PlanDate> {
        let date = first.0;
        let day = match self {
            Self::Days(days) => date.checked_add(Duration::days(i64::from(days))),
            Self::Years(years) => months_on(date, i32::from(years).checked_mul(12)?),
            Self::Months(months) => months_on(date, i32::from(months)),
        };
        day.map(PlanDate)
    }
}

fn months_on(date: Date, months: i32) -> Option<Date> {
    let count = date.year().checked_mul(12)?.checked_add(i32::from(u8::from(date.month())) - 1)?.checked_add(months)?;
    let year = count.div_euclid(12);
    let month = Month::try_from(u8::try_from(count.rem_euclid(12) + 1).ok()?).ok()?;
    Date::from_calendar_date(year, month, date.day().min(month.length(year))).ok()
}

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Years(n) => write!(f, "P{n}Y"),
            Self::Months(n) => write!(f, "P{n}M"),
            Self::Days(n) => write!(f, "P{n}D"),
        }
    }
}

impl FromStr for Span {
    type Err = NotASpan;

    fn from_str(text: &str) -> Result<Self, NotASpan> {
        let rest = text.strip_prefix('P').ok_or(NotASpan)?;
        let number = |unit: char| rest.strip_suffix(unit).and_then(|n| n.parse::<u16>().ok()).filter(|n| *n > 0);
        let span = number('Y').map(Self::Years).or_else(|| number('M').map(Self::Months));
        let span = span.or_else(|| number('D').map(Self::Days)).ok_or(NotASpan)?;
        if span.to_string() == text { Ok(span) } else { Err(NotASpan) }
    }
}

impl Serialize for Span {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Span {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(d)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

impl Serialize for Validity {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::None => s.serialize_str("none"),
            Self::Optional => s.serialize_str("optional"),
            Self::Chosen => s.serialize_str("chosen"),
            Self::For(span) => span.serialize(s),
        }
    }
}

impl<'de> Deserialize<'de> for Validity {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(d)?;
        match text.as_ref() {
            "none" => Ok(Self::None),
            "optional" => Ok(Self::Optional),
            "chosen" => Ok(Self::Chosen),
            text => text.parse().map(Self::For).map_err(serde::de::Error::custom),
        }
    }
}

#[cfg(test)]
mod tests {
    use time::macros::date;

    use super::*;

    #[test]
    fn a_span_ends_on_the_day_of_the_same_date() {
        let end = |text: &str, from| text.parse::<Span>().unwrap().last_day(PlanDate(from)).map(|day| day.0);
        assert_eq!(end("P3Y", date!(2023 - 05 - 01)), Some(date!(2026 - 05 - 01)));
        assert_eq!(end("P2Y", date!(2024 - 02 - 29)), Some(date!(2026 - 02 - 28)));
        assert_eq!(end("P4Y", date!(2024 - 02 - 29)), Some(date!(2028 - 02 - 29)));
        assert_eq!(end("P9M", date!(2026 - 05 - 31)), Some(date!(2027 - 02 - 28)));
        assert_eq!(end("P14D", date!(2026 - 12 - 25)), Some(date!(2027 - 01 - 08)));
        assert_eq!(end("P65535Y", date!(2026 - 12 - 25)), None);
        for bad in ["", "P", "3Y", "P0Y", "P3", "P+3Y", "P03Y", "P3W", "P1Y6M", "P70000D", "p3y"] {
            assert!(bad.parse::<Span>().is_err(), "{bad}");
        }
    }
}
