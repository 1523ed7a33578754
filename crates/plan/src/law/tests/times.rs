//! Laws of time: what is in force, what is past, and that a date alone never ends a directive that is in use.

use proptest::prelude::*;
use time::Duration;

use super::facts::Finder::{self, Court, OtherProfessional, Physician, Psychiatrist, Psychologist};
use super::*;

const FIRST: time::Date = date!(2026 - 01 - 01);

fn day(n: i64) -> PlanDate {
    PlanDate(FIRST + Duration::days(n))
}

fn found_by(by: &[(&str, Finder)]) -> Vec<Attester> {
    by.iter().map(|(who, is)| Attester { who: (*who).to_owned(), is: *is }).collect()
}

fn court_episode(began: PlanDate, ended: Option<PlanDate>) -> Episode {
    Episode { began, ended, attested_by: found_by(&[("court", Court)]) }
}

/// Signed on the first of May 2023 in Oregon, so it ends on the first of May 2026.
fn oregon() -> (&'static Law, Period) {
    let period = Period { from: None, until: None, made: Some(on(date!(2023 - 05 - 01))) };
    (Instrument::UsOrDeclaration.law(), period)
}

#[test]
fn in_oregon_a_declaration_that_expired_yesterday_is_in_force_while_its_person_cannot_decide() {
    let (law, period) = oregon();
    let ended = on(date!(2026 - 05 - 01));
    let [last, next] = [ended, on(date!(2026 - 05 - 02))];
    let began = on(date!(2026 - 04 - 20));
    let episode = court_episode(began, None);
    assert_eq!(in_force(last, law, &period, None), InForce::Yes { until: Some(ended) });
    assert_eq!(in_force(next, law, &period, None), InForce::PastUnlessIncapable { ended });
    assert_eq!(in_force(next, law, &period, Some(&episode)), InForce::StillInUse { ended, since: began });
    let years_on = on(date!(2031 - 01 - 01));
    assert_eq!(in_force(years_on, law, &period, Some(&episode)), InForce::StillInUse { ended, since: began });

    let back = on(date!(2026 - 05 - 10));
    let over = court_episode(began, Some(back));
    assert_eq!(
        in_force(on(date!(2026 - 05 - 09)), law, &period, Some(&over)),
        InForce::StillInUse { ended, since: began }
    );
    assert_eq!(in_force(back, law, &period, Some(&over)), InForce::Over { ended, capable_since: Some(back) });

    let last_day = court_episode(ended, None);
    assert_eq!(in_force(next, law, &period, Some(&last_day)), InForce::StillInUse { ended, since: ended });
    let too_late = court_episode(next, None);
    assert_eq!(in_force(next, law, &period, Some(&too_late)), InForce::PastUnlessIncapable { ended });
    let before = court_episode(began, Some(on(date!(2026 - 04 - 25))));
    assert_eq!(in_force(next, law, &period, Some(&before)), InForce::PastUnlessIncapable { ended });
    let on_the_last = court_episode(began, Some(ended));
    assert_eq!(in_force(next, law, &period, Some(&on_the_last)), InForce::PastUnlessIncapable { ended });
    let text = in_force(next, law, &period, None).sentence();
    assert!(text.starts_with("This plan is past its date, 2026-05-01."), "{text}");
    assert!(text.contains("in force if the person cannot decide since that day or before"), "{text}");
}

#[test]
fn who_must_find_that_a_person_cannot_decide_is_the_laws_to_say() {
    type Case = (Instrument, &'static [(&'static str, Finder)], bool);
    let cases: [Case; 16] = [
        (Instrument::UsOrDeclaration, &[], false),
        (Instrument::UsOrDeclaration, &[("a", Court)], true),
        (Instrument::UsOrDeclaration, &[("a", Physician)], false),
        (Instrument::UsOrDeclaration, &[("a", Physician), ("a", Physician)], false),
        (Instrument::UsOrDeclaration, &[("a", Physician), ("b", Physician)], true),
        (Instrument::UsOrDeclaration, &[("a", Psychiatrist), ("b", Psychologist)], true),
        (Instrument::UsOrDeclaration, &[("a", OtherProfessional), ("b", Physician)], false),
        (Instrument::UsPaDeclaration, &[], false),
        (Instrument::UsPaDeclaration, &[("a", Court)], false),
        (Instrument::UsPaDeclaration, &[("a", Psychiatrist)], false),
        (Instrument::UsPaDeclaration, &[("a", Physician), ("b", Psychologist)], false),
        (Instrument::UsPaDeclaration, &[("a", OtherProfessional), ("b", Psychiatrist)], true),
        (Instrument::UsPaDeclaration, &[("a", Psychiatrist), ("b", Psychiatrist)], true),
        (Instrument::UsPaDeclaration, &[("a", Psychiatrist), ("a", OtherProfessional)], false),
        (Instrument::GbSctStatement, &[], false),
        (Instrument::GbSctStatement, &[("a", OtherProfessional)], true),
    ];
    for (instrument, by, asked) in cases {
        let episode = Episode { began: day(0), ended: None, attested_by: found_by(by) };
        assert_eq!(episode.is_attested(instrument.law()), asked, "{instrument} {by:?}");
    }
}

/// One case per law: the day after the last day, with and without an attested time of not being able to decide.
#[test]
fn only_where_the_law_says_so_does_one_stay_in_force_past_its_date() {
    for instrument in Instrument::ALL {
        let law = instrument.law();
        let period = Period { from: Some(day(0)), until: Some(day(30)), made: Some(day(0)) };
        let by = found_by(&[("a", Court), ("b", Psychiatrist), ("c", Physician)]);
        let episode = Episode { began: day(20), ended: None, attested_by: by };
        let stays = matches!(instrument, Instrument::UsOrDeclaration | Instrument::UsPaDeclaration);
        let [ended, since] = [day(30), day(20)];
        let facts = if stays { InForce::PastUnlessIncapable { ended } } else { InForce::Past { ended } };
        let with = if stays { InForce::StillInUse { ended, since } } else { InForce::Past { ended } };
        assert_eq!(in_force(day(31), law, &period, None), facts, "{instrument}");
        assert_eq!(in_force(day(31), law, &period, Some(&episode)), with, "{instrument}");
        assert_eq!(in_force(day(30), law, &period, None), InForce::Yes { until: Some(ended) }, "{instrument}");
    }
}

#[test]
fn a_law_that_says_it_stops_stops_it_and_one_that_counts_from_signing_needs_that_day() {
    let (law, period) = oregon();
    let mut stops = law.clone();
    stops.continues_while_incapable.as_mut().unwrap().is = false;
    let ended = on(date!(2026 - 05 - 01));
    let episode = court_episode(on(date!(2026 - 04 - 20)), None);
    let found = in_force(on(date!(2026 - 05 - 02)), &stops, &period, Some(&episode));
    assert_eq!(found, InForce::Over { ended, capable_since: None });

    let not_shown = Period { made: None, until: Some(on(date!(2030 - 01 - 01))), ..period };
    let found = in_force(on(date!(2029 - 01 - 01)), law, &not_shown, None);
    assert!(matches!(found, InForce::EndNotShown { .. }) && !found.is_yes());
    assert!(found.sentence().contains("3 years after it was signed"));
}

#[test]
fn a_period_is_read_from_the_head() {
    let mut head = directive(Instrument::UsOrDeclaration).head;
    head.from = Some(day(10));
    assert_eq!(Period::of_head(&head), Period { from: Some(day(10)), until: None, made: None });
    head.formalities.push(formality(FormalityKind::Signature, "self", day(3).0));
    head.formalities.push(formality(FormalityKind::Signature, "self", day(5).0));
    head.formalities.push(formality(FormalityKind::Witness, "ann", day(9).0));
    assert_eq!(Period::of_head(&head).made, Some(day(5)));
}

fn an_instrument() -> impl Strategy<Value = Instrument> {
    prop::sample::select(Instrument::ALL.to_vec())
}

fn a_day() -> impl Strategy<Value = PlanDate> {
    (0i64..3000).prop_map(day)
}

fn a_period() -> impl Strategy<Value = Period> {
    let maybe = || prop::option::of(a_day());
    (maybe(), maybe(), maybe()).prop_map(|(from, until, made)| Period { from, until, made })
}

fn an_episode() -> impl Strategy<Value = Episode> {
    let finder = prop::sample::select(vec![Court, Psychiatrist, Physician, Psychologist, OtherProfessional]);
    let by = prop::collection::vec(("[a-c]", finder), 0..4);
    (a_day(), prop::option::of(a_day()), by).prop_map(|(began, ended, by)| Episode {
        began,
        ended,
        attested_by: by.into_iter().map(|(who, is)| Attester { who, is }).collect(),
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1024))]

    /// Between the first day and the last it is in force, whatever anybody attests.
    #[test]
    fn within_its_dates_it_is_in_force(
        instrument in an_instrument(), made in a_day(), length in 0i64..2000, at in 0i64..2000,
        episode in prop::option::of(an_episode()),
    ) {
        let law = instrument.law();
        let until = PlanDate(made.0 + Duration::days(length));
        let period = Period { from: Some(made), until: Some(until), made: Some(made) };
        let end = period.end(law).unwrap();
        prop_assert!(end <= until);
        let now = PlanDate(made.0 + Duration::days(at % ((end.0 - made.0).whole_days() + 1)));
        prop_assert_eq!(in_force(now, law, &period, episode.as_ref()), InForce::Yes { until: Some(end) });
    }

    /// Without an attested time of not being able to decide there is no verdict past the end, and no later day makes one.
    #[test]
    fn a_later_day_never_turns_facts_into_a_verdict(
        instrument in an_instrument(), period in a_period(), now in a_day(), later in 0i64..4000,
        mut episode in prop::option::of(an_episode()),
    ) {
        let law = instrument.law();
        if let Some(claim) = &mut episode {
            claim.attested_by.clear();
        }
        let found = in_force(now, law, &period, episode.as_ref());
        let facts = |found: InForce| matches!(found, InForce::PastUnlessIncapable { .. } | InForce::Past { .. });
        let no_verdict = !matches!(found, InForce::StillInUse { .. } | InForce::Over { .. });
        prop_assert!(no_verdict);
        if facts(found) {
            let then = PlanDate(now.0 + Duration::days(later));
            prop_assert_eq!(in_force(then, law, &period, episode.as_ref()), found);
        }
    }

    /// What is said to be still in use was in use on its last day, as those found whom the law asks, and goes on.
    #[test]
    fn what_is_still_in_use_was_so_on_its_last_day(
        instrument in an_instrument(), period in a_period(), now in a_day(), episode in an_episode(),
    ) {
        let law = instrument.law();
        if let InForce::StillInUse { ended, since } = in_force(now, law, &period, Some(&episode)) {
            prop_assert!(law.continues_while_incapable.as_ref().is_some_and(|fact| fact.is));
            prop_assert!(since <= ended && ended < now && episode.is_attested(law));
            prop_assert!(episode.ended.is_none_or(|back| now < back));
            prop_assert_eq!(period.end(law), Some(ended));
        }
    }

    /// The unknown law never binds, whatever a plan holds; nothing is asked for, nothing keeps it past its date.
    #[test]
    fn the_unknown_law_never_binds(
        period in a_period(), now in a_day(), episode in an_episode(), signatures in 0usize..4,
        place in prop::sample::select(vec!["unknown", "FR", "US-UT", "US-OR"]),
    ) {
        let mut content = directive(Instrument::Unknown);
        content.head.jurisdiction = Some(place.parse().unwrap());
        content.head.formalities = vec![formality(FormalityKind::Witness, "self", FIRST); signatures];
        let law = Law::of(&content.head);
        prop_assert!(law.is_unknown() && !law.effect.is.binds());
        let open = law.advice(&content, None, now);
        prop_assert!(open.is_empty());
        let statement = law.statement(&open);
        prop_assert!(!statement.effect.binds() && !statement.today.binds());
        let found = in_force(now, law, &period, Some(&episode));
        let no_verdict = !matches!(found, InForce::StillInUse { .. } | InForce::Over { .. });
        prop_assert!(no_verdict);
        for capability in [Capability::Incapable, Capability::Disputed] {
            prop_assert_eq!(revocation(law, capability, Some(true)).takes_effect, TakesEffect::Unknown);
        }
    }
}
