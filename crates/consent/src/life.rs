//! What of the person's life ends a decision: their death, and the day they come of age.

use sayso_plan::PlanDate;
use time::{Duration, OffsetDateTime, UtcOffset};

use crate::tri::{Known, Tri};

/// At which age a person decides alone.
pub const OF_AGE_YEARS: i32 = 18;

/// What is known of a person's life. Nothing said: the person lives, and how old they are is not known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Life {
    /// When the person died; none while they live; unknown while somebody says so and it is not established.
    pub died: Known<Option<OffsetDateTime>>,
    /// When the person comes of age.
    pub of_age: Known<OffsetDateTime>,
}

impl Default for Life {
    fn default() -> Self {
        Self { died: Known::Is(None), of_age: Known::Unknown }
    }
}

impl Life {
    /// The life of somebody who was born on this day: they come of age as their birthday begins where they live, this many
    /// minutes east of UTC. Who was born on 29 February comes of age on 1 March.
    #[must_use]
    pub fn born_on(day: PlanDate, zone_minutes: i16) -> Self {
        Self { of_age: of_age(day, zone_minutes).map_or(Known::Unknown, Known::Is), ..Self::default() }
    }

    /// Whether the person lives.
    pub(crate) fn lives(&self, at: OffsetDateTime) -> Tri {
        self.died.test(|died| Tri::from(died.is_none_or(|died| at < died)))
    }

    /// Whether others still decide for the person.
    pub(crate) fn is_child(&self, at: OffsetDateTime) -> Tri {
        self.of_age.test(|of_age| Tri::from(at < *of_age))
    }
}

fn of_age(PlanDate(born): PlanDate, zone_minutes: i16) -> Option<OffsetDateTime> {
    let year = born.year().checked_add(OF_AGE_YEARS)?;
    let same_day = || born.replace_year(year).ok();
    let next_day = || born.checked_sub(Duration::DAY)?.replace_year(year).ok()?.checked_add(Duration::DAY);
    let zone = UtcOffset::from_whole_seconds(i32::from(zone_minutes).checked_mul(60)?).ok()?;
    Some(same_day().or_else(next_day)?.midnight().assume_offset(zone))
}

#[cfg(test)]
mod tests {
    use time::macros::{date, datetime};

    use super::*;

    #[test]
    fn a_birthday_begins_where_the_person_lives() {
        let of_age = |born, zone| Life::born_on(PlanDate(born), zone).of_age;
        assert_eq!(of_age(date!(2008 - 11 - 28), 0), Known::Is(datetime!(2026-11-28 00:00 UTC)));
        assert_eq!(of_age(date!(2008 - 11 - 28), 780), Known::Is(datetime!(2026-11-27 11:00 UTC)));
        assert_eq!(of_age(date!(2008 - 02 - 29), 0), Known::Is(datetime!(2026-03-01 00:00 UTC)));
        assert_eq!(of_age(date!(9990 - 01 - 01), 0), Known::Unknown);
        assert_eq!(of_age(date!(2008 - 11 - 28), i16::MAX), Known::Unknown, "there is no such zone");
    }
}
