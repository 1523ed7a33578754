//! Generated worlds: few recipients, plans, sections and hours, so that provisions often meet what is asked.

#![allow(dead_code, reason = "each test binary uses its own share of the world")]
#![allow(unreachable_pub, reason = "a module of several test binaries")]

use proptest::prelude::*;
use sayso_consent::{
    Ask, Audience, Class, Consent, Effect, Known, Life, Named, Origin, Part, Period, Provision, Purposes, Recipient,
    Status, Tri, What,
};
use sayso_plan::id::Id;
use sayso_plan::{PlanKind, Purpose, Section, Share};
use time::{Duration, OffsetDateTime};

pub mod plans;

pub const SECTIONS: [Section; 4] = [Section::Helps, Section::Hopes, Section::PastToKnow, Section::CrisisSigns];
pub const LEVELS: [Share; 3] = [Share::Open, Share::Care, Share::Close];
pub const KINDS: [PlanKind; 2] = [PlanKind::JointCrisisPlan, PlanKind::AdvanceDirective];

/// The n-th id of its kind.
pub fn id<Of>(n: u8) -> Id<Of> {
    Id::from_stored([n; 16])
}

/// The moment `hours` after the world's noon.
pub fn at(hours: i64) -> OffsetDateTime {
    OffsetDateTime::UNIX_EPOCH + Duration::days(20_000) + Duration::hours(hours)
}

pub fn period(from: i64, until: i64) -> Known<Period> {
    Known::Is(Period { from: at(from), until: at(until) })
}

pub fn organization(n: u8) -> Audience {
    Audience::Organization { organization: id(n), practitioner: None, class: None }
}

pub fn ask(audience: Audience, purpose: Purpose) -> Ask {
    Ask { audience, purpose: Some(purpose), at: at(0) }
}

/// Everyone in the class, for any number of tests that start from a plain provision and change one thing.
pub fn provision(effect: Effect, recipient: Recipient, purpose: Purpose, what: What) -> Provision {
    Provision {
        id: id(1),
        effect,
        recipient: Known::Is(recipient),
        purposes: Known::Is(Purposes::Only(purpose)),
        what: Known::Is(what),
        period: period(-100, 100),
        even_in_emergency: false,
        after_death: false,
    }
}

/// A consent of the person's own, in force.
pub fn consent(provisions: Vec<Provision>) -> Consent {
    Consent {
        id: id(1),
        person: id(1),
        status: Known::Is(Status::Active),
        origin: Origin::Person,
        given_at: at(-50),
        withdrawn_at: None,
        earlier_of: None,
        narrowed_at: None,
        sent: None,
        provisions,
    }
}

pub fn part(section: Section, level: Share) -> Part {
    Part { plan: id(1), kind: KINDS[0], section: Some(section), item: Some(id(1)), level, about_asker: Tri::False }
}

fn known<T: Clone + std::fmt::Debug + 'static>(of: impl Strategy<Value = T> + 'static) -> BoxedStrategy<Known<T>> {
    prop_oneof![60 => of.prop_map(Known::Is), 1 => Just(Known::Unknown)].boxed()
}

fn purpose() -> impl Strategy<Value = Purpose> {
    prop_oneof![9 => Just(Purpose::Treat), 2 => Just(Purpose::Etreat), 1 => Just(Purpose::Btg), 1 => Just(Purpose::Coc),
        1 => Just(Purpose::Patrqt)]
}

/// The first of two, mostly: what is asked for and what is allowed must meet often.
fn few() -> impl Strategy<Value = u8> {
    prop_oneof![3 => Just(1u8), 1 => Just(2u8)]
}

pub fn recipient() -> impl Strategy<Value = Recipient> {
    prop_oneof![
        8 => few().prop_map(|o| Recipient::Organization(id(o))),
        1 => (few(), few()).prop_map(|(o, p)| Recipient::Practitioner(id(o), id(p))),
        2 => Just(Recipient::Class(Class::CrisisServices)),
        // An app mostly, else a supporter: organizations stay what is asked about most.
        2 => few().prop_map(|n| if n == 1 { Recipient::App(id(1)) } else { Recipient::Supporter(id(1)) }),
        1 => Just(Recipient::Everyone),
    ]
}

pub fn what() -> impl Strategy<Value = What> {
    prop_oneof![
        1 => Just(What::Everything),
        4 => prop::sample::select(&KINDS[..]).prop_map(What::Kind),
        4 => few().prop_map(|p| What::Plan(id(p))),
        4 => prop::sample::select(&SECTIONS[..]).prop_map(What::Section),
        2 => (1u8..=4).prop_map(|i| What::Item(id(i))),
        1 => Just(What::Documents),
        2 => prop::sample::select(&LEVELS[..]).prop_map(What::Level),
    ]
}

fn purposes() -> impl Strategy<Value = Purposes> {
    prop_oneof![1 => Just(Purposes::Any), 9 => purpose().prop_map(Purposes::Only)]
}

fn periods() -> impl Strategy<Value = Period> {
    let often_now = prop_oneof![5 => (-9i64..-1, 12i64..20), 1 => (-6i64..3, -1i64..8)];
    often_now.prop_map(|(from, long)| Period { from: at(from), until: at(from + long) })
}

pub fn provisions() -> impl Strategy<Value = Provision> {
    let effect = prop_oneof![16 => Just(Effect::Permit), 1 => Just(Effect::Deny)];
    let marks = (any::<bool>(), any::<bool>());
    (any::<u8>(), effect, known(recipient()), known(purposes()), known(what()), known(periods()), marks).prop_map(
        |(n, effect, recipient, purposes, what, period, (even_in_emergency, after_death))| Provision {
            id: id(n),
            effect,
            recipient,
            purposes,
            what,
            period,
            even_in_emergency,
            after_death,
        },
    )
}

fn status() -> impl Strategy<Value = Status> {
    prop_oneof![
        20 => Just(Status::Active), 1 => Just(Status::Draft), 1 => Just(Status::Proposed), 1 => Just(Status::Rejected),
        1 => Just(Status::Inactive), 1 => Just(Status::EnteredInError)
    ]
}

/// One consent, in any state, from anybody.
pub fn a_consent() -> impl Strategy<Value = Consent> {
    let origin = prop_oneof![18 => Just(Origin::Person), 2 => Just(Origin::Sent), 1 => Just(Origin::ForAChild)];
    let withdrawn = prop_oneof![20 => Just(None), 1 => Just(Some(at(-1)))];
    (any::<u8>(), known(status()), origin, -9i64..0, withdrawn, prop::collection::vec(provisions(), 1..7)).prop_map(
        |(n, status, origin, given, withdrawn_at, provisions)| Consent {
            id: id(n),
            person: id(1),
            status,
            origin,
            given_at: at(given),
            withdrawn_at,
            earlier_of: None,
            narrowed_at: None,
            sent: None,
            provisions,
        },
    )
}

/// All consents of a person.
pub fn consents() -> impl Strategy<Value = Vec<Consent>> {
    prop::collection::vec(a_consent(), 0..7)
}

/// One part of a plan.
pub fn parts() -> impl Strategy<Value = Part> {
    let section = prop::option::weighted(0.9, prop::sample::select(&SECTIONS[..]));
    let item = prop::option::weighted(0.9, 1u8..=4);
    (few(), prop::sample::select(&KINDS[..]), section, item, prop::sample::select(&LEVELS[..])).prop_map(
        |(plan, kind, section, item, level)| Part {
            plan: id(plan),
            kind,
            section,
            item: item.map(id),
            level,
            about_asker: Tri::False,
        },
    )
}

/// What is known of a life: mostly that the person lives, and of what age they are.
pub fn lives() -> impl Strategy<Value = Life> {
    let died = prop_oneof![6 => Just(None), 1 => (-3i64..6).prop_map(|hours| Some(at(hours)))];
    let of_age = prop_oneof![1 => -9i64..6, 1 => Just(9i64)].prop_map(at);
    (known(died), prop_oneof![4 => of_age.prop_map(Known::Is), 1 => Just(Known::Unknown)])
        .prop_map(|(died, of_age)| Life { died, of_age })
}

/// One question.
pub fn asks() -> impl Strategy<Value = Ask> {
    let class = prop::option::weighted(0.3, Just(Class::CrisisServices));
    let organization = (few(), prop::option::of(few()), class).prop_map(|(o, p, class)| Audience::Organization {
        organization: id(o),
        practitioner: p.map(id),
        class,
    });
    let other = few().prop_map(|n| match n {
        1 => Audience::App { client: id(1) },
        _ => Audience::Supporter { supporter: id(1), named: Named::default() },
    });
    let audience = prop_oneof![8 => organization, 1 => other];
    (audience, prop::option::weighted(0.95, purpose()), -2i64..6).prop_map(|(audience, purpose, hours)| Ask {
        audience,
        purpose,
        at: at(hours),
    })
}
