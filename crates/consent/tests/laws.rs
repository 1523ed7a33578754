//! The nine laws of consent, over generated worlds.

#![allow(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    clippy::wildcard_enum_match_arm,
    reason = "a test: what is not as expected is to fail it"
)]

use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use sayso_consent::{
    Ask, Audience, Compiled, Consent, Effect, Known, Origin, Part, Period, Provision, Purposes, Recipient, Status,
    Verdict, What, Why, decide,
};
use sayso_plan::{Purpose, Share};
use time::Duration;

mod world;
use world::{a_consent, asks, consents, parts};

fn verdict(consents: &[Consent], part: &Part, ask: &Ask) -> Verdict {
    decide(&Compiled::of(consents), part, ask)
}

fn released(consents: &[Consent], part: &Part, ask: &Ask) -> bool {
    verdict(consents, part, ask).is_released()
}

fn since(verdict: Verdict) -> Option<time::OffsetDateTime> {
    match verdict {
        Verdict::Released { since, .. } => Some(since),
        Verdict::Withheld(_) => None,
    }
}

/// Every world that differs from this one by one change of one provision; `change` returns none where it does not apply.
fn with_one_changed(consents: &[Consent], change: &dyn Fn(&Provision) -> Option<Provision>) -> Vec<Vec<Consent>> {
    let mut worlds = Vec::new();
    for (place, consent) in consents.iter().enumerate() {
        for (line, provision) in consent.provisions.iter().enumerate() {
            if let Some(changed) = change(provision) {
                let mut world = consents.to_vec();
                world[place].provisions[line] = changed;
                worlds.push(world);
            }
        }
    }
    worlds
}

fn only(effect: Effect, consents: &[Consent]) -> Vec<Consent> {
    let mut left = consents.to_vec();
    left.iter_mut().for_each(|c| c.provisions.retain(|p| p.effect == effect));
    left
}

type Change = (&'static str, fn(&Provision) -> Option<Provision>);

const UNKNOWN: [Change; 4] = [
    ("recipient", |p| Some(Provision { recipient: Known::Unknown, ..p.clone() })),
    ("purposes", |p| Some(Provision { purposes: Known::Unknown, ..p.clone() })),
    ("what", |p| Some(Provision { what: Known::Unknown, ..p.clone() })),
    ("period", |p| Some(Provision { period: Known::Unknown, ..p.clone() })),
];

fn well_formed(p: &Provision) -> Option<Period> {
    let Known::Is(period) = p.period else { return None };
    (period.from < period.until).then_some(period)
}

const NARROWER_PERMITS: [Change; 4] = [
    ("begins later", |p| {
        let period = well_formed(p)?;
        Some(Provision { period: Known::Is(Period { from: period.from + Duration::hours(1), ..period }), ..p.clone() })
    }),
    ("ends earlier", |p| {
        let period = well_formed(p)?;
        Some(Provision {
            period: Known::Is(Period { until: period.until - Duration::hours(1), ..period }),
            ..p.clone()
        })
    }),
    ("one practitioner instead of the organization", |p| match p.recipient {
        Known::Is(Recipient::Organization(o)) => {
            Some(Provision { recipient: Known::Is(Recipient::Practitioner(o, world::id(1))), ..p.clone() })
        }
        _ => None,
    }),
    ("a more open level", |p| match p.what {
        Known::Is(What::Level(_)) => Some(Provision { what: Known::Is(What::Level(Share::Open)), ..p.clone() }),
        _ => None,
    }),
];

const WIDER_REFUSALS: [Change; 6] = [
    ("from ever to never", |p| {
        let period = well_formed(p)?;
        let (from, until) = (period.from - Duration::hours(2), period.until + Duration::hours(2));
        Some(Provision { period: Known::Is(Period { from, until }), ..p.clone() })
    }),
    ("everyone", |p| Some(Provision { recipient: Known::Is(Recipient::Everyone), ..p.clone() })),
    ("the whole organization", |p| match p.recipient {
        Known::Is(Recipient::Practitioner(o, _)) => {
            Some(Provision { recipient: Known::Is(Recipient::Organization(o)), ..p.clone() })
        }
        _ => None,
    }),
    ("any purpose", |p| Some(Provision { purposes: Known::Is(Purposes::Any), ..p.clone() })),
    ("all treatment instead of emergency treatment", |p| match p.purposes {
        Known::Is(Purposes::Only(Purpose::Etreat)) => {
            Some(Provision { purposes: Known::Is(Purposes::Only(Purpose::Treat)), ..p.clone() })
        }
        _ => None,
    }),
    ("everything", |p| Some(Provision { what: Known::Is(What::Everything), ..p.clone() })),
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn law_1_where_nothing_was_said_nothing_leaves(world in consents(), part in parts(), ask in asks()) {
        prop_assert_eq!(verdict(&[], &part, &ask), Verdict::Withheld(Why::NeverAsked));
        prop_assert!(!released(&only(Effect::Deny, &world), &part, &ask));
    }

    #[test]
    fn law_2_a_refusal_beats_every_permit(world in consents(), part in parts(), ask in asks()) {
        let refusals = only(Effect::Deny, &world);
        if let Verdict::Withheld(Why::Refused(_) | Why::RefusalNotUnderstood(_)) = verdict(&refusals, &part, &ask) {
            prop_assert!(!released(&world, &part, &ask));
        } else {
            prop_assert_eq!(released(&world, &part, &ask), released(&only(Effect::Permit, &world), &part, &ask));
        }
    }

    #[test]
    fn law_3_what_leaves_was_permitted_in_so_many_words(world in consents(), part in parts(), ask in asks()) {
        if let Verdict::Released { by, since } = verdict(&world, &part, &ask) {
            let alone = |c: &Consent, p: &Provision| Consent { provisions: vec![p.clone()], ..c.clone() };
            let mut causes = world.iter().flat_map(|c| c.provisions.iter().map(move |p| (c, p))).filter(|(c, p)| {
                p.id == by && p.effect == Effect::Permit && released(&[alone(c, p)], &part, &ask)
            });
            let named = causes.any(|(c, p)| {
                let understood = matches!((p.recipient, p.purposes, p.what, p.period),
                    (Known::Is(_), Known::Is(_), Known::Is(_), Known::Is(_)));
                let own = c.origin == Origin::Person && c.status == Known::Is(Status::Active);
                understood && own && since >= c.given_at
            });
            prop_assert!(named, "the provision that is named as the cause permits it by itself");
        }
    }

    #[test]
    fn law_4_order_and_repetition_mean_nothing(
        world in consents().prop_flat_map(|w| (Just(w.clone()), Just(w).prop_shuffle())),
        part in parts(), ask in asks(),
    ) {
        let (world, mut shuffled) = world;
        shuffled.iter_mut().for_each(|c| c.provisions.reverse());
        let twice = [shuffled.clone(), shuffled].concat();
        let (one, other) = (verdict(&world, &part, &ask), verdict(&twice, &part, &ask));
        prop_assert_eq!(one.is_released(), other.is_released());
        prop_assert_eq!(since(one), since(other));
    }

    #[test]
    fn law_5_one_more_refusal_never_opens(world in consents(), more in a_consent(), part in parts(), ask in asks()) {
        let refusal = only(Effect::Deny, &[more]);
        let with = [world.clone(), refusal].concat();
        prop_assert!(!released(&with, &part, &ask) || released(&world, &part, &ask));
    }

    #[test]
    fn law_6_one_more_permit_never_closes(world in consents(), more in a_consent(), part in parts(), ask in asks()) {
        let permit = only(Effect::Permit, &[more]);
        let with = [world.clone(), permit].concat();
        prop_assert!(released(&with, &part, &ask) || !released(&world, &part, &ask));
    }

    #[test]
    fn law_7_what_is_no_longer_understood_never_opens(world in consents(), part in parts(), ask in asks()) {
        let before = released(&world, &part, &ask);
        for (field, change) in UNKNOWN {
            for less in with_one_changed(&world, &change) {
                prop_assert!(before || !released(&less, &part, &ask), "{field}");
            }
        }
        for place in 0..world.len() {
            let mut less = world.clone();
            less[place].status = Known::Unknown;
            prop_assert!(before || !released(&less, &part, &ask), "status");
        }
        let nameless = match ask.audience.clone() {
            Audience::Organization { organization, class, .. } =>
                Audience::Organization { organization, class, practitioner: None },
            app @ Audience::App { .. } => app,
        };
        prop_assert!(before || !released(&world, &part, &Ask { audience: nameless, ..ask.clone() }), "practitioner");
        prop_assert!(before || !released(&world, &part, &Ask { purpose: None, ..ask.clone() }), "purpose");
    }

    #[test]
    fn law_8_a_narrower_permit_or_a_wider_refusal_never_opens(world in consents(), part in parts(), ask in asks()) {
        let before = released(&world, &part, &ask);
        let changes = [(Effect::Permit, &NARROWER_PERMITS[..]), (Effect::Deny, &WIDER_REFUSALS[..])];
        for (effect, changes) in changes {
            for (name, change) in changes {
                for less in with_one_changed(&world, &|p| (p.effect == effect).then(|| change(p)).flatten()) {
                    prop_assert!(before || !released(&less, &part, &ask), "{name}");
                }
            }
        }
    }

    #[test]
    fn law_9_after_taking_back_it_is_as_if_it_had_never_been_given(
        world in consents(), given in a_consent(), place in any::<prop::sample::Index>(), part in parts(), ask in asks(),
    ) {
        for status in [Status::Inactive, Status::EnteredInError] {
            let mut with = world.clone();
            let taken_back = Consent { status: Known::Is(status), withdrawn_at: Some(ask.at), ..given.clone() };
            with.insert(place.index(world.len() + 1), taken_back);
            prop_assert_eq!(verdict(&with, &part, &ask), verdict(&world, &part, &ask));
        }
    }
}

/// Laws over worlds in which nothing is ever released would hold of anything.
#[test]
fn the_generated_worlds_are_worth_the_laws() {
    let mut runner = TestRunner::deterministic();
    let cases = 4_000;
    let (mut yes, mut refused) = (0, 0);
    for _ in 0..cases {
        let (world, part, ask) = (consents(), parts(), asks()).new_tree(&mut runner).unwrap().current();
        match verdict(&world, &part, &ask) {
            Verdict::Released { .. } => yes += 1,
            Verdict::Withheld(Why::Refused(_) | Why::RefusalNotUnderstood(_)) => refused += 1,
            Verdict::Withheld(_) => {}
        }
    }
    assert!(yes * 10 >= cases && refused * 25 >= cases, "{yes} released and {refused} refused of {cases}");
}
