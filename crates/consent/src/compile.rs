//! Compiling: all consents of a person become one flat decision set, once after each change of them, so that a read
//! only compares.

use sayso_plan::{ConsentId, ProvisionId};
use time::OffsetDateTime;

use crate::life::Life;
use crate::provision::{Consent, Effect, Origin, Period, Purposes, Recipient, What};
use crate::tri::{Known, Tri};

/// One provision in the decision set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Rule {
    pub(crate) effect: Effect,
    pub(crate) recipient: Known<Recipient>,
    pub(crate) purposes: Known<Purposes>,
    pub(crate) what: Known<What>,
    pub(crate) lasts: Known<Lasts>,
    pub(crate) given_at: OffsetDateTime,
    /// Since when it can hold: when it was given, or the later begin of its period.
    pub(crate) since: OffsetDateTime,
    pub(crate) origin: Origin,
    pub(crate) after_death: bool,
    /// Of a refusal alone.
    pub(crate) even_in_emergency: bool,
    pub(crate) consent: ConsentId,
    pub(crate) provision: ProvisionId,
}

/// A point of time as nanoseconds since 1970. Every rule of every part is asked for its time, and comparing dates goes by
/// the calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Moment(i128);

impl From<OffsetDateTime> for Moment {
    fn from(at: OffsetDateTime) -> Self {
        Self(at.unix_timestamp_nanos())
    }
}

/// From when to when a rule holds, the last moment not included. A period that ends before it begins is none of these: it
/// is not understood.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Lasts {
    pub(crate) from: Moment,
    pub(crate) until: Moment,
}

impl Lasts {
    pub(crate) fn of(period: Period) -> Known<Self> {
        let (from, until) = (period.from.into(), period.until.into());
        if from < until { Known::Is(Self { from, until }) } else { Known::Unknown }
    }

    pub(crate) fn holds(self, at: Moment) -> Tri {
        Tri::from(self.from <= at && at < self.until)
    }

    /// Whether it lies in another.
    pub(crate) fn lies_in(self, wider: Self) -> bool {
        wider.from <= self.from && self.until <= wider.until
    }
}

/// What a person's consents say together. Order, date and number of the consents have no meaning in it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Compiled {
    pub(crate) rules: Box<[Rule]>,
    pub(crate) life: Life,
}

impl Compiled {
    /// Compiles the consents of one person, who lives and of whose age nothing is known.
    #[must_use]
    pub fn of(consents: &[Consent]) -> Self {
        let mut rules: Vec<Rule> = consents.iter().flat_map(rules_of).collect();
        // The strongest no is the one that is named as the cause.
        rules.sort_by_key(|rule| !rule.even_in_emergency);
        Self { rules: rules.into(), life: Life::default() }
    }

    /// The same, with what is known of the person's life.
    #[must_use]
    pub fn in_life(self, life: Life) -> Self {
        Self { life, ..self }
    }

    /// How many provisions count.
    #[must_use]
    pub fn len(&self) -> usize {
        self.rules.len()
    }

    /// Whether nothing was ever decided.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rules.is_empty()
    }
}

fn rules_of(consent: &Consent) -> impl Iterator<Item = Rule> {
    consent.provisions.iter().filter(move |p| consent.counts(p)).map(move |p| Rule {
        effect: p.effect,
        recipient: p.recipient,
        purposes: p.purposes,
        what: p.what,
        lasts: p.period.and_then(Lasts::of),
        given_at: consent.given_at,
        since: match p.period {
            Known::Is(period) => period.from.max(consent.given_at),
            Known::Unknown => consent.given_at,
        },
        origin: consent.origin,
        after_death: p.after_death,
        even_in_emergency: p.effect == Effect::Deny && p.even_in_emergency,
        consent: consent.id,
        provision: p.id,
    })
}
