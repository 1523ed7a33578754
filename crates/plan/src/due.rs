//! What of a plan's time wants the person's eye: its end comes near, or the day has come to look at it again.

use crate::item::PlanDate;
use crate::law::Law;
use crate::law::in_force::Period;
use crate::lifecycle::State;
use crate::plan::Head;

/// How many days before its end the person is first told.
pub const TOLD_DAYS: i64 = 60;
/// How many days before its end it is said more clearly.
pub const NEAR_DAYS: i64 = 14;

/// Something about a plan's time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Due {
    /// Its last day comes near.
    Ends {
        /// The last day, wholly included: the person's or the law's, whichever is sooner.
        on: PlanDate,
        /// Whether it is very near.
        near: bool,
    },
    /// The day on which the person wanted to look at it again has come.
    Review {
        /// The day.
        on: PlanDate,
    },
}

/// What is due of a plan on this day. A plan that is not in force has no time that runs.
#[must_use]
pub fn due(head: &Head, state: State, today: PlanDate) -> Vec<Due> {
    if !state.is_in_force() {
        return Vec::new();
    }
    let end = Period::of_head(head).end(Law::of(head)).and_then(|on| {
        let left = (on.0 - today.0).whole_days();
        (0..=TOLD_DAYS).contains(&left).then_some(Due::Ends { on, near: left <= NEAR_DAYS })
    });
    let review = head.review.as_ref().map(|review| review.on).filter(|on| *on <= today);
    let review = review.filter(|_| state != State::UnderReview).map(|on| Due::Review { on });
    end.into_iter().chain(review).collect()
}

#[cfg(test)]
mod tests {
    use time::Duration;
    use time::macros::date;

    use super::*;
    use crate::law::Instrument;
    use crate::plan::{Formality, FormalityKind, Review};
    use crate::{Jurisdiction, Lang, PartyId, Words};

    const TODAY: PlanDate = PlanDate(date!(2026 - 05 - 01));

    fn in_days(days: i64) -> PlanDate {
        PlanDate(TODAY.0 + Duration::days(days))
    }

    fn head(until: Option<PlanDate>, review: Option<PlanDate>) -> Head {
        Head {
            title: Words::new("Mine".to_owned(), Lang::try_from("en").unwrap()).unwrap(),
            language: Lang::try_from("en").unwrap(),
            from: None,
            until,
            review: review.map(|on| Review { on, starts: None }),
            jurisdiction: None,
            instrument: None,
            if_not_followed: None,
            formalities: vec![],
        }
    }

    #[test]
    fn an_end_is_told_sixty_days_before_and_more_clearly_fourteen_days_before() {
        for days in -400..=400 {
            let on = in_days(days);
            let expected = match days {
                0..=14 => vec![Due::Ends { on, near: true }],
                15..=60 => vec![Due::Ends { on, near: false }],
                _ => Vec::new(),
            };
            assert_eq!(due(&head(Some(on), None), State::Active, TODAY), expected, "{days} days");
        }
    }

    #[test]
    fn a_review_is_told_from_its_day_on_until_it_is_begun() {
        for days in -30..=30 {
            let on = in_days(days);
            let expected = if days <= 0 { vec![Due::Review { on }] } else { Vec::new() };
            assert_eq!(due(&head(None, Some(on)), State::Active, TODAY), expected, "{days} days");
            assert_eq!(due(&head(None, Some(on)), State::UnderReview, TODAY), [], "{days} days");
        }
    }

    #[test]
    fn an_end_that_the_law_sets_is_told_like_one_of_the_persons() {
        let signed = PlanDate(date!(2023 - 05 - 20));
        let oregon = Instrument::UsOrDeclaration;
        let head = Head {
            jurisdiction: oregon.law().places.last().copied().map(Jurisdiction::Place),
            instrument: Some(oregon),
            formalities: vec![Formality {
                is: FormalityKind::Signature,
                party: PartyId::try_from("self").unwrap(),
                on: signed,
                words: None,
            }],
            ..head(None, None)
        };
        let told = due(&head, State::Active, TODAY);
        assert!(matches!(told[..], [Due::Ends { near: false, .. }]), "three years after {signed:?}: {told:?}");
    }

    #[test]
    fn of_a_plan_that_is_not_in_force_nothing_is_due() {
        let head = head(Some(in_days(3)), Some(in_days(-3)));
        for state in State::ALL.into_iter().filter(|state| !state.is_in_force()) {
            assert_eq!(due(&head, state, TODAY), [], "{state:?}");
        }
    }
}
