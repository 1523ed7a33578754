//! Consent about who may see what, both ways: what leaves comes back as the same decision, whatever order it stands in;
//! what is not understood refuses and never permits (CONSENT §4).

use std::collections::HashSet;

use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use sayso_consent::{
    Ask, Audience, Class, Compiled, Consent, Effect, FingerprintKey, Known, Origin, Part, Period, Provision, Purposes,
    Recipient, Sent, Status, Tri, Verdict, What, decide,
};
use sayso_fhir::incoming::{self, Lasts, Rule, SentConsent};
use sayso_fhir::{Shown, outgoing};
use sayso_plan::id::Id;
use sayso_plan::{PlanKind, Purpose, Section, Share};
use sayso_wire::strict;
use serde_json::{Value, json};
use time::macros::{datetime, offset};
use time::{Duration, OffsetDateTime, UtcOffset};

const BASE: &str = "https://sayso.example/fhir";

pub(crate) fn id<Of>(n: u8) -> Id<Of> {
    Id::from_stored([n, n, n, n, n, n, 0x40, n, 0x80, n, n, n, n, n, n, n])
}

fn at(hours: i64) -> OffsetDateTime {
    OffsetDateTime::UNIX_EPOCH + Duration::days(20_000) + Duration::hours(hours)
}

fn own(json: &Value) -> Result<SentConsent, Vec<sayso_fhir::Fault>> {
    incoming::sharing(strict::read(json.to_string().as_bytes()).unwrap(), BASE)
}

fn of_others(json: &Value) -> Result<SentConsent, Vec<sayso_fhir::Fault>> {
    incoming::sharing_of_others(strict::read(json.to_string().as_bytes()).unwrap(), BASE)
}

pub(crate) fn rules(json: &Value) -> Result<HashSet<Rule>, Vec<sayso_fhir::Fault>> {
    own(json).map(|sent| sent.rules.into_iter().collect())
}

/// The FHIRPaths of what was refused.
fn paths(read: Result<SentConsent, Vec<sayso_fhir::Fault>>) -> Vec<String> {
    read.map(|sent| panic!("taken: {sent:?}")).unwrap_or_else(|faults| faults.into_iter().map(|one| one.path).collect())
}

pub(crate) fn actor(n: u8) -> Value {
    let identifier = json!({ "system": format!("{BASE}/NamingSystem/organization"), "value": id::<()>(n).to_string() });
    json!({
        "role": { "coding": [{ "system": "http://terminology.hl7.org/CodeSystem/v3-ParticipationType", "code": "IRCP" }] },
        "reference": { "type": "Organization", "identifier": identifier },
    })
}

pub(crate) fn purpose(code: &str) -> Value {
    json!({ "system": "http://terminology.hl7.org/CodeSystem/v3-ActReason", "code": code })
}

pub(crate) fn section(code: &str) -> Value {
    json!({ "system": format!("{BASE}/CodeSystem/plan-section"), "code": code })
}

/// Who, for what, which part, when.
pub(crate) fn conditions() -> Value {
    json!({
        "actor": [actor(1)], "purpose": [purpose("TREAT")], "securityLabel": [section("helps")],
        "period": { "start": "2024-01-01T00:00:00Z", "end": "2027-01-01T00:00:00Z" },
    })
}

pub(crate) fn typed(effect: &str, conditions: Value) -> Value {
    let mut provision = conditions;
    provision["type"] = effect.into();
    provision
}

/// A consent with this root.
pub(crate) fn with(root: Value) -> Value {
    json!({
        "resourceType": "Consent", "status": "active",
        "scope": { "coding": [{ "system": "http://terminology.hl7.org/CodeSystem/consentscope", "code": "patient-privacy" }] },
        "category": [{ "coding": [{ "system": "http://loinc.org", "code": "59284-0" }] }],
        "patient": { "reference": format!("Patient/{}", id::<()>(7)) },
        "policyRule": { "coding": [{ "system": "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": "OPTINR" }] },
        "provision": root,
    })
}

fn effects(read: &SentConsent) -> Vec<Effect> {
    read.rules.iter().map(|rule| rule.effect).collect()
}

#[test]
fn case_02_a_root_that_says_neither_is_a_refusal() {
    assert_eq!(effects(&own(&with(conditions())).unwrap()), [Effect::Deny]);
    assert_eq!(effects(&of_others(&with(conditions())).unwrap()), [Effect::Deny]);
}

#[test]
fn case_03_a_root_type_is_taken_at_its_word() {
    assert_eq!(effects(&own(&with(typed("deny", conditions()))).unwrap()), [Effect::Deny]);
    assert_eq!(effects(&own(&with(typed("permit", conditions()))).unwrap()), [Effect::Permit]);
}

#[test]
fn case_04_a_nested_provision_that_says_neither_is_refused_and_from_others_it_refuses() {
    let consent = with(json!({ "type": "deny", "provision": [conditions(), typed("permit", conditions())] }));
    assert_eq!(paths(own(&consent)), ["Consent.provision.provision[0].type"]);
    let read = of_others(&consent).unwrap();
    assert!(read.rules.iter().all(|rule| rule.effect == Effect::Deny), "{read:?}");
    assert!(read.rules.iter().any(|rule| rule.what == Known::Is(What::Section(Section::Helps))));
}

#[test]
fn case_05_a_permit_inside_a_permit_has_no_effect_and_is_told() {
    let mut wide = conditions();
    wide["securityLabel"] = json!([section("harms")]);
    let root = json!({ "provision": [typed("permit", wide)] });
    let mut consent = with(typed("permit", conditions()));
    consent["provision"]["provision"] = root["provision"].clone();
    let read = own(&consent).unwrap();
    assert_eq!(read.rules, own(&with(typed("permit", conditions()))).unwrap().rules);
    assert_eq!(read.without_effect[0].path, "Consent.provision.provision[0]");
}

#[test]
fn case_06_a_refusal_inside_a_refusal_is_a_refusal() {
    let read = own(&with(json!({ "type": "deny", "provision": [typed("deny", conditions())] }))).unwrap();
    assert!(read.rules.iter().all(|rule| rule.effect == Effect::Deny) && read.rules.len() == 2, "{read:?}");
    let mixed = json!({ "type": "deny", "provision": [typed("deny", conditions()), typed("permit", conditions())] });
    assert_eq!(effects(&own(&with(mixed)).unwrap()), [Effect::Deny, Effect::Permit]);
}

#[test]
fn case_07_what_is_nested_two_deep_is_refused_and_from_others_only_refuses() {
    let mut inner = typed("permit", conditions());
    inner["provision"] = json!([typed("deny", conditions())]);
    let consent = with(json!({ "type": "deny", "provision": [inner] }));
    assert_eq!(paths(own(&consent)), ["Consent.provision.provision[0].provision"]);
    let read = of_others(&consent).unwrap();
    assert!(!read.rules.is_empty() && read.rules.iter().all(|rule| rule.effect == Effect::Deny), "{read:?}");
}

#[test]
fn case_09_everyone_but_one_is_compiled_for_the_person_and_refuses_where_others_send_it() {
    let class = json!({ "system": format!("{BASE}/NamingSystem/recipient-class"), "value": "crisis-services" });
    let mut all = typed("permit", conditions());
    all["actor"][0]["reference"] = json!({ "type": "Group", "identifier": class });
    all["provision"] = json!([typed("deny", json!({ "actor": [actor(2)] }))]);
    let read = own(&with(all.clone())).unwrap();
    assert_eq!(effects(&read), [Effect::Permit, Effect::Deny]);
    assert_eq!(read.rules[0].recipient, Known::Is(Recipient::Class(Class::CrisisServices)));
    let read = of_others(&with(all)).unwrap();
    assert_eq!(effects(&read), [Effect::Deny, Effect::Deny]);
    // Of everyone, without a name, nobody can permit anything.
    let mut nobody = typed("permit", conditions());
    nobody.as_object_mut().unwrap().remove("actor");
    assert_eq!(paths(own(&with(nobody))), ["Consent.provision.actor"]);
}

#[test]
fn case_11_what_has_ended_says_nothing() {
    for status in ["inactive", "rejected", "entered-in-error"] {
        let mut consent = with(json!({ "type": "permit", "class": [{ "code": "x" }] }));
        consent["status"] = status.into();
        assert!(own(&consent).unwrap().rules.is_empty() && of_others(&consent).unwrap().rules.is_empty(), "{status}");
        assert!(own(&consent).unwrap().check_new().is_err(), "{status}");
    }
}

#[test]
fn case_15_other_spellings_of_a_known_system_are_known_and_unknown_codes_permit_nothing_and_refuse() {
    let with_purpose = |effect: &str, system: &str, code: &str| {
        let mut provision = typed(effect, conditions());
        provision["purpose"] = json!([{ "system": system, "code": code }]);
        with(provision)
    };
    for spelling in [
        "http://terminology.hl7.org/CodeSystem/v3-ActReason",
        "http://hl7.org/fhir/v3/ActReason",
        "urn:oid:2.16.840.1.113883.5.8",
        "http://terminology.hl7.org/ValueSet/v3-PurposeOfUse",
    ] {
        let read = own(&with_purpose("permit", spelling, "TREAT")).unwrap();
        assert_eq!(read.rules[0].purposes, Known::Is(Purposes::Only(Purpose::Treat)), "{spelling}");
    }
    for (system, code) in [
        ("http://terminology.hl7.org/CodeSystem/v3-ActReason", "HMARKT"),
        ("http://example.org/purposes", "TREAT"),
        ("HTTP://terminology.hl7.org/CodeSystem/v3-ActReason", "TREAT"),
        ("http://terminology.hl7.org/CodeSystem/v3-ActReason", "treat"),
    ] {
        assert_eq!(
            paths(own(&with_purpose("permit", system, code))),
            ["Consent.provision.purpose[0]"],
            "{system} {code}"
        );
        assert!(of_others(&with_purpose("permit", system, code)).unwrap().rules.is_empty());
        let read = of_others(&with_purpose("deny", system, code)).unwrap();
        assert_eq!((read.rules.len(), read.rules[0].purposes), (1, Known::Unknown));
    }
}

/// A consent of this effect whose provision has this period.
pub(crate) fn lasting(effect: &str, period: Value) -> Value {
    let mut root = typed(effect, conditions());
    root["period"] = period;
    with(root)
}

#[test]
fn case_19_a_day_is_the_whole_of_it_where_the_person_lives() {
    let lasts = |period: Value| -> Lasts {
        let read = own(&lasting("permit", period)).unwrap();
        let Known::Is(lasts) = read.rules[0].lasts else { panic!("{read:?}") };
        lasts
    };
    let days = lasts(json!({ "start": "2026-12-31", "end": "2026-12-31" }));
    for (zone, from, until) in [
        (UtcOffset::UTC, datetime!(2026-12-31 00:00 UTC), datetime!(2027-01-01 00:00 UTC)),
        (offset!(+5:30), datetime!(2026-12-30 18:30 UTC), datetime!(2026-12-31 18:30 UTC)),
        (offset!(-5), datetime!(2026-12-31 05:00 UTC), datetime!(2027-01-01 05:00 UTC)),
    ] {
        assert_eq!((days.from_in(zone), days.until_in(zone)), (Some(from), Some(until)), "{zone}");
    }
    // A day and an instant may stand together, and an instant is one everywhere.
    let both = lasts(json!({ "start": "2026-12-31T10:00:00+01:00", "end": "2027-01-01" }));
    assert_eq!(both.from_in(offset!(-5)), Some(datetime!(2026-12-31 09:00 UTC)));
    assert_eq!(both.until_in(offset!(-5)), Some(datetime!(2027-01-02 05:00 UTC)));
}

#[test]
fn case_19_an_end_before_the_begin_and_what_is_no_day_are_not_understood() {
    for period in [
        json!({ "start": "2027-01-01", "end": "2026-12-31" }),
        json!({ "start": "2026", "end": "2027" }),
        json!({ "start": "2026-01", "end": "2026-12" }),
        json!({ "start": "2026-12-31", "end": "9999-12-31" }),
    ] {
        assert_eq!(paths(own(&lasting("permit", period.clone()))), ["Consent.provision.period"], "{period}");
        assert!(of_others(&lasting("permit", period.clone())).unwrap().rules.is_empty(), "{period}");
        // It is a no, whenever it was meant to be one.
        let read = of_others(&lasting("deny", period.clone())).unwrap();
        assert_eq!((read.rules.len(), read.rules[0].lasts), (1, Known::Unknown), "{period}");
    }
    assert_eq!(paths(own(&lasting("permit", json!({ "start": "2026-12-31" })))), ["Consent.provision.period"]);
}

/// A second that was put in has no place on the clock that decides: by the one before it a no would end before its time.
#[test]
fn c04_case_19_a_leap_second_is_refused_with_its_place() {
    for (end, period) in [
        ("end", json!({ "start": "2026-12-31", "end": "2028-12-31T23:59:60Z" })),
        ("start", json!({ "start": "2026-12-31T23:59:60Z", "end": "2028-12-31" })),
    ] {
        for effect in ["permit", "deny"] {
            let sent = lasting(effect, period.clone());
            for read in [own(&sent), of_others(&sent)] {
                assert_eq!(paths(read), [format!("Consent.provision.period.{end}")], "{effect}");
            }
        }
    }
}

#[test]
fn case_34_a_policy_by_itself_permits_nothing() {
    let mut consent = with(json!({}));
    consent.as_object_mut().unwrap().remove("provision");
    assert_eq!(paths(own(&consent)), ["Consent.provision"]);
    assert!(of_others(&consent).unwrap().rules.is_empty());
    consent["policyRule"] =
        json!({ "coding": [{ "system": "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": "OPTIN" }] });
    consent["policy"] = json!([{ "uri": "https://example.org/everything-is-open" }]);
    assert!(of_others(&consent).unwrap().rules.is_empty());
    assert!(paths(own(&consent)).contains(&"Consent.policy".to_owned()));
    // By itself it refuses.
    consent["policyRule"]["coding"][0]["code"] = "OPTOUT".into();
    assert_eq!(of_others(&consent).unwrap().rules, [Rule::OPT_OUT]);
    consent["status"] = "inactive".into();
    assert!(of_others(&consent).unwrap().rules.is_empty());
}

#[test]
fn several_actors_purposes_and_labels_are_split_into_each() {
    let mut root = typed("permit", conditions());
    root["actor"] = json!([actor(1), actor(2)]);
    root["purpose"] = json!([purpose("TREAT"), purpose("COC")]);
    root["securityLabel"] = json!([section("helps"), section("harms"), section("place")]);
    let read = own(&with(root)).unwrap();
    assert_eq!((read.rules.len(), read.rules.iter().collect::<HashSet<_>>().len()), (12, 12));
}

#[test]
fn what_cannot_be_kept_exactly_is_refused_with_its_place() {
    type Break = fn(&mut Value);
    let cases: [(&str, Break); 22] = [
        ("Consent.scope", |c| c["scope"]["coding"][0]["code"] = "treatment".into()),
        ("Consent.category", |c| c["category"][0]["coding"][0]["code"] = "acd".into()),
        ("Consent.patient", |c| c["patient"] = json!({ "display": "Ama" })),
        ("Consent.text", |c| {
            c["text"] = json!({ "status": "generated", "div": "<div xmlns=\"http://www.w3.org/1999/xhtml\">But not Dr X.</div>" })
        }),
        ("Consent.policy", |c| c["policy"] = json!([{ "uri": "https://example.org" }])),
        ("Consent.performer[1]", |c| {
            c["performer"] = json!([c["patient"], { "reference": format!("Practitioner/{}", id::<()>(3)) }]);
        }),
        ("Consent.meta.security[0]", |c| {
            c["meta"]["security"] =
                json!([{ "system": "http://terminology.hl7.org/CodeSystem/v3-Confidentiality", "code": "V" }]);
        }),
        ("Consent.modifierExtension", |c| {
            c["modifierExtension"] = json!([{ "url": "https://example.org", "valueBoolean": true }])
        }),
        ("Consent.provision.action", |c| c["provision"]["action"] = json!([{ "text": "access" }])),
        ("Consent.provision.class", |c| c["provision"]["class"] = json!([{ "code": "x" }])),
        ("Consent.provision.code", |c| c["provision"]["code"] = json!([{ "text": "x" }])),
        ("Consent.provision.dataPeriod", |c| c["provision"]["dataPeriod"] = json!({ "start": "2020-01-01" })),
        ("Consent.provision.actor", |c| drop(c["provision"].as_object_mut().unwrap().remove("actor"))),
        ("Consent.provision.actor[0]", |c| {
            c["provision"]["actor"][0]["reference"] = json!({ "reference": "Organization/1" })
        }),
        ("Consent.provision.actor[0]", |c| c["provision"]["actor"][0]["role"]["coding"][0]["code"] = "AUT".into()),
        ("Consent.provision.purpose", |c| drop(c["provision"].as_object_mut().unwrap().remove("purpose"))),
        ("Consent.provision.securityLabel", |c| drop(c["provision"].as_object_mut().unwrap().remove("securityLabel"))),
        ("Consent.provision.securityLabel[0]", |c| {
            c["provision"]["securityLabel"] =
                json!([{ "system": "http://terminology.hl7.org/CodeSystem/v3-Confidentiality", "code": "V" }]);
        }),
        ("Consent.provision.period", |c| c["provision"]["period"] = json!({ "start": "2024-01-01T00:00:00Z" })),
        ("Consent.provision.period", |c| c["provision"]["period"] = json!({ "start": "2024-01", "end": "2027-01-01" })),
        ("Consent.provision.period", |c| {
            c["provision"]["period"] = json!({ "start": "2028-01-01T00:00:00Z", "end": "2027-01-01T00:00:00Z" })
        }),
        ("Consent.provision.data", |c| {
            c["provision"]["data"] =
                json!([{ "meaning": "instance", "reference": { "reference": format!("CarePlan/{}", id::<()>(3)) } }]);
        }),
    ];
    for (path, breaks) in cases {
        let mut consent = with(typed("permit", conditions()));
        assert!(own(&consent).is_ok());
        breaks(&mut consent);
        assert_eq!(paths(own(&consent)), [path], "{consent}");
    }
}

#[test]
fn a_mark_that_is_not_set_or_not_known_is_no_mark() {
    for extension in [
        json!({ "url": format!("{BASE}/StructureDefinition/after-death"), "valueBoolean": false }),
        json!({ "url": format!("{BASE}/StructureDefinition/even-in-emergency"), "valueBoolean": true }),
        json!({ "url": "https://example.org/except", "valueString": "Dr X" }),
    ] {
        let mut consent = with(typed("permit", conditions()));
        consent["provision"]["extension"] = json!([extension]);
        assert_eq!(paths(own(&consent)), ["Consent.provision.extension[0]"]);
        assert!(of_others(&consent).unwrap().rules.is_empty());
    }
}

// What leaves comes back.

const PURPOSES: [Purpose; 4] = [Purpose::Treat, Purpose::Etreat, Purpose::Btg, Purpose::Patrqt];
const SECTIONS: [Section; 3] = [Section::Helps, Section::Harms, Section::Place];
const KINDS: [PlanKind; 2] = [PlanKind::JointCrisisPlan, PlanKind::SafetyPlan];
const LEVELS: [Share; 3] = [Share::Open, Share::Care, Share::Close];

fn few() -> impl Strategy<Value = u8> {
    prop_oneof![3 => Just(1u8), 1 => Just(2u8)]
}

fn known<T: Clone + std::fmt::Debug + 'static>(of: impl Strategy<Value = T> + 'static) -> BoxedStrategy<Known<T>> {
    prop_oneof![30 => of.prop_map(Known::Is), 1 => Just(Known::Unknown)].boxed()
}

fn recipients() -> impl Strategy<Value = Recipient> {
    prop_oneof![
        6 => few().prop_map(|n| Recipient::Organization(id(n))),
        1 => (few(), few()).prop_map(|(n, m)| Recipient::Practitioner(id(n), id(m))),
        2 => Just(Recipient::Class(Class::CrisisServices)),
        2 => few().prop_map(|n| Recipient::App(id(n))),
        2 => few().prop_map(|n| Recipient::Supporter(id(n))),
        1 => Just(Recipient::Everyone),
    ]
}

fn whats() -> impl Strategy<Value = What> {
    prop_oneof![
        1 => Just(What::Everything),
        3 => prop::sample::select(&KINDS[..]).prop_map(What::Kind),
        3 => few().prop_map(|n| What::Plan(id(n))),
        5 => prop::sample::select(&SECTIONS[..]).prop_map(What::Section),
        2 => few().prop_map(|n| What::Item(id(n))),
        1 => Just(What::Documents),
        2 => prop::sample::select(&LEVELS[..]).prop_map(What::Level),
    ]
}

prop_compose! {
    fn provisions()(
        n in any::<u8>(), deny in prop::bool::weighted(0.15), recipient in known(recipients()),
        any_purpose in prop::bool::weighted(0.1), purpose in prop::sample::select(&PURPOSES[..]), what in known(whats()),
        from in -9i64..2, long in -1i64..12, micros in 0i64..1_000_000, odd in prop::bool::weighted(0.03),
        even_in_emergency in any::<bool>(), after_death in any::<bool>(),
    ) -> Provision {
        let (from, until) = (at(from) + Duration::microseconds(micros), at(from + long));
        Provision {
            id: id(n),
            effect: if deny { Effect::Deny } else { Effect::Permit },
            recipient,
            purposes: Known::Is(if any_purpose { Purposes::Any } else { Purposes::Only(purpose) }),
            what,
            period: if odd { Known::Unknown } else { Known::Is(Period { from, until }) },
            even_in_emergency: even_in_emergency && deny,
            after_death: after_death && !deny,
        }
    }
}

prop_compose! {
    fn a_consent()(
        n in any::<u8>(), status in known(prop_oneof![
            12 => Just(Status::Active), 1 => Just(Status::Draft), 1 => Just(Status::Proposed), 1 => Just(Status::Rejected),
            1 => Just(Status::Inactive), 1 => Just(Status::EnteredInError)]),
        sent in prop::bool::weighted(0.1), given in -9i64..0, withdrawn in prop::bool::weighted(0.05),
        provisions in prop::collection::vec(provisions(), 1..5),
    ) -> Consent {
        let by = Sent { client: id(9), organization: None, at: at(given) };
        Consent {
            id: id(n), person: id(7), status, origin: if sent { Origin::Sent } else { Origin::Person }, given_at: at(given),
            withdrawn_at: withdrawn.then(|| at(0)), earlier_of: None, narrowed_at: None, sent: sent.then_some(by), provisions,
        }
    }
}

fn consents() -> impl Strategy<Value = Vec<Consent>> {
    prop::collection::vec(a_consent(), 0..5)
}

prop_compose! {
    fn asks()(
        app in prop::bool::weighted(0.2), n in few(), who in prop::option::of(few()), crisis in prop::bool::weighted(0.3),
        purpose in prop::option::weighted(0.95, prop::sample::select(&PURPOSES[..])), hours in -2i64..5,
        plan in few(), kind in prop::sample::select(&KINDS[..]), level in prop::sample::select(&LEVELS[..]),
        section in prop::option::weighted(0.9, prop::sample::select(&SECTIONS[..])), item in prop::option::of(few()),
    ) -> (Ask, Part) {
        let class = crisis.then_some(Class::CrisisServices);
        let organization = Audience::Organization { organization: id(n), practitioner: who.map(id), class };
        let audience = if app { Audience::App { client: id(n) } } else { organization };
        (Ask { audience, purpose, at: at(hours) }, Part { plan: id(plan), kind, section, item: item.map(id), level, about_asker: Tri::False })
    }
}

pub(crate) fn shown(consent: &Consent) -> Vec<Shown> {
    let ask = Ask { audience: Audience::App { client: id(9) }, purpose: None, at: at(0) };
    let released = sayso_consent::own_decision(consent, consent.person, &ask, &FingerprintKey::new([7; 32])).unwrap();
    outgoing::sharing(&released, &|_| Some("Somebody".to_owned()))
}

/// What generated decisions leave as, the same ones each time.
pub(crate) fn generated(count: usize) -> Vec<Shown> {
    let mut runner = TestRunner::deterministic();
    let one = |_| a_consent().new_tree(&mut runner).unwrap().current();
    (0..count).map(one).collect::<Vec<_>>().iter().flat_map(shown).collect()
}

/// Decisions of a person's in every form: what is open, in sections and otherwise, and what is refused.
pub(crate) fn decisions() -> Vec<Shown> {
    let provision = |n, effect, what| Provision {
        id: id(n),
        effect,
        recipient: Known::Is(Recipient::Organization(id(1))),
        purposes: Known::Is(Purposes::Only(Purpose::Treat)),
        what: Known::Is(what),
        period: Known::Is(Period { from: at(0), until: at(24 * 365) }),
        even_in_emergency: effect == Effect::Deny,
        after_death: false,
    };
    let consent = |n, provisions| Consent {
        id: id(n),
        person: id(7),
        status: Known::Is(Status::Active),
        origin: Origin::Person,
        given_at: at(0),
        withdrawn_at: None,
        earlier_of: None,
        narrowed_at: None,
        sent: None,
        provisions,
    };
    let whats = [
        What::Section(Section::Helps),
        What::Section(Section::Place),
        What::Item(id(4)),
        What::Kind(PlanKind::SafetyPlan),
        What::Plan(id(5)),
        What::Documents,
        What::Level(Share::Care),
    ];
    let permits = whats.into_iter().map(|what| provision(21, Effect::Permit, what)).collect();
    let app = Provision {
        recipient: Known::Is(Recipient::App(id(8))),
        purposes: Known::Is(Purposes::Any),
        ..provision(22, Effect::Deny, What::Everything)
    };
    let class = Provision {
        recipient: Known::Is(Recipient::Class(Class::CrisisServices)),
        ..provision(23, Effect::Deny, What::Plan(id(5)))
    };
    let supporter = Provision {
        recipient: Known::Is(Recipient::Supporter(id(6))),
        purposes: Known::Is(Purposes::Only(Purpose::Supnwk)),
        ..provision(24, Effect::Permit, What::Section(Section::Helps))
    };
    let practitioner = Provision {
        recipient: Known::Is(Recipient::Practitioner(id(1), id(2))),
        ..provision(25, Effect::Deny, What::Item(id(4)))
    };
    let all = [
        consent(31, permits),
        consent(32, vec![app]),
        consent(33, vec![class]),
        consent(34, vec![supporter]),
        consent(35, vec![practitioner]),
    ];
    all.iter().flat_map(shown).collect()
}

/// A rule as it is kept where it was read.
fn kept(rule: &Rule, given_at: OffsetDateTime) -> Provision {
    Provision {
        id: id(1),
        effect: rule.effect,
        recipient: rule.recipient,
        purposes: rule.purposes,
        what: rule.what,
        period: match rule.lasts {
            Known::Is(lasts) => Known::Is(Period {
                from: lasts.from_in(UtcOffset::UTC).unwrap_or(given_at),
                until: lasts.until_in(UtcOffset::UTC).unwrap_or(outgoing::without_end()),
            }),
            Known::Unknown => Known::Unknown,
        },
        even_in_emergency: rule.even_in_emergency,
        after_death: rule.after_death,
    }
}

fn back(read: &SentConsent, of: &Consent) -> Consent {
    Consent {
        status: Known::Is(read.status),
        withdrawn_at: None,
        earlier_of: None,
        narrowed_at: None,
        provisions: read.rules.iter().map(|rule| kept(rule, of.given_at)).collect(),
        ..of.clone()
    }
}

/// Released, and since when; by which provision has no meaning.
fn released(rules: &Compiled, (ask, part): &(Ask, Part)) -> Option<OffsetDateTime> {
    match decide(rules, part, ask) {
        Verdict::Released { since, .. } => Some(since),
        Verdict::Withheld(_) => None,
    }
}

/// The consents as if the person had said yes to all of it.
fn confirmed(rules: &[Rule]) -> Compiled {
    let provisions = rules.iter().map(|rule| kept(rule, at(-9))).collect();
    Compiled::of(&[Consent {
        id: id(1),
        person: id(7),
        status: Known::Is(Status::Active),
        origin: Origin::Person,
        given_at: at(-9),
        withdrawn_at: None,
        earlier_of: None,
        narrowed_at: None,
        sent: None,
        provisions,
    }])
}

/// Every text in a JSON value, one after the other changed into something that nobody knows.
fn unknown_one(json: &mut Value, n: &mut usize, how: &dyn Fn(&mut Value)) {
    match json {
        Value::String(_) => {
            if *n == 0 {
                how(json);
            }
            *n = n.wrapping_sub(1);
        }
        Value::Array(all) => all.iter_mut().for_each(|one| unknown_one(one, n, how)),
        Value::Object(all) => all.values_mut().for_each(|one| unknown_one(one, n, how)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

fn shuffle(json: &mut Value) {
    match json {
        Value::Array(all) => {
            all.iter_mut().for_each(shuffle);
            all.reverse();
        }
        Value::Object(all) => all.values_mut().for_each(shuffle),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// A consent of several rules of both kinds, as one resource.
fn together(consents: &[Consent]) -> Option<Value> {
    let all: Vec<Value> = consents.iter().flat_map(shown).map(|one| one.json).collect();
    let permits = all.iter().filter_map(|one| one["provision"]["provision"].as_array()).flatten().cloned();
    let refusals =
        all.iter().filter(|one| one["provision"].get("provision").is_none()).map(|one| one["provision"].clone());
    let inside: Vec<Value> = permits.chain(refusals).collect();
    (!inside.is_empty()).then(|| with(json!({ "type": "deny", "provision": inside })))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]

    #[test]
    fn what_leaves_comes_back_as_the_same_decision(consents in consents(), asks in prop::collection::vec(asks(), 8)) {
        let mut again = Vec::new();
        for consent in &consents {
            for one in shown(consent) {
                prop_assert!(one.typed().is_ok(), "{:?}", one.typed());
                again.push(back(&own(&one.json).unwrap(), consent));
            }
        }
        let (before, after) = (Compiled::of(&consents), Compiled::of(&again));
        for ask in &asks {
            prop_assert_eq!(released(&before, ask), released(&after, ask), "{:?} {:?}", ask, consents);
        }
    }

    #[test]
    fn each_of_what_leaves_has_the_safe_form(consent in a_consent()) {
        for one in shown(&consent) {
            let root = &one.json["provision"];
            prop_assert_eq!(&root["type"], "deny");
            for permit in root["provision"].as_array().into_iter().flatten() {
                prop_assert_eq!(&permit["type"], "permit");
                for list in ["actor", "purpose", "securityLabel"] {
                    prop_assert_eq!(permit[list].as_array().map(Vec::len), Some(1), "{}", permit);
                }
                prop_assert!(permit["period"]["start"].is_string() && permit["period"]["end"].is_string());
                prop_assert!(permit.get("provision").is_none());
            }
        }
    }

    #[test]
    fn the_order_in_a_consent_means_nothing(consents in consents(), asks in prop::collection::vec(asks(), 4)) {
        let Some(json) = together(&consents) else { return Ok(()) };
        let mut other = json.clone();
        shuffle(&mut other);
        let (one, two) = (own(&json).unwrap(), own(&other).unwrap());
        for ask in &asks {
            prop_assert_eq!(released(&confirmed(&one.rules), ask), released(&confirmed(&two.rules), ask));
        }
    }

    #[test]
    fn what_nobody_knows_never_opens_anything(
        consents in consents(), n in 0usize..120, kind in 0u8..4, asks in prop::collection::vec(asks(), 6),
    ) {
        let Some(json) = together(&consents) else { return Ok(()) };
        let mut other = json.clone();
        match kind {
            // A code, system, reference or day that nobody knows.
            0 => unknown_one(&mut other, &mut { n }, &|text| *text = format!("{}x", text.as_str().unwrap()).into()),
            1 => unknown_one(&mut other, &mut { n }, &|text| *text = "urn:oid:1.2.3".into()),
            // An extension that changes what is meant.
            2 => {
                let inside = other["provision"]["provision"].as_array_mut().unwrap();
                let place = n % inside.len();
                inside[place]["modifierExtension"] = json!([{ "url": "https://example.org/not", "valueBoolean": true }]);
            }
            _ => {
                let inside = other["provision"]["provision"].as_array_mut().unwrap();
                let place = n % inside.len();
                inside[place]["extension"] = json!([{ "url": "https://example.org/more", "valueBoolean": true }]);
            }
        }
        let sent = own(&json).unwrap();
        let before = confirmed(&sent.rules);
        // For the person's own app it is refused, or says no more than before.
        if let Ok(read) = own(&other) {
            let after = confirmed(&read.rules);
            for ask in &asks {
                prop_assert!(released(&before, ask).is_some() || released(&after, ask).is_none(), "{}", other);
            }
        }
        // Of others all that is left is refusals, and they cover what was refused.
        if let Ok(read) = of_others(&other) {
            let denied = |rules: &[Rule], ask: &(Ask, Part)| {
                let mut all: Vec<Rule> = rules.iter().filter(|rule| rule.effect == Effect::Deny).copied().collect();
                all.extend(sent.rules.iter().filter(|rule| rule.effect == Effect::Permit).copied());
                released(&confirmed(&all), ask)
            };
            for ask in &asks {
                prop_assert!(denied(&sent.rules, ask).is_some() || denied(&read.rules, ask).is_none(), "{}", other);
                let after = confirmed(&read.rules);
                prop_assert!(released(&before, ask).is_some() || released(&after, ask).is_none(), "{}", other);
            }
        }
    }

    #[test]
    fn whatever_is_sent_opens_nothing_before_the_person_says_yes(
        mine in consents(), theirs in consents(), by_app in any::<bool>(), asks in prop::collection::vec(asks(), 8),
    ) {
        let Some(json) = together(&theirs) else { return Ok(()) };
        let read = if by_app { own(&json) } else { of_others(&json) }.unwrap();
        let mut all = mine.clone();
        for rule in &read.rules {
            let status = if rule.effect == Effect::Deny { Status::Active } else { Status::Proposed };
            let by = Sent { client: id(9), organization: None, at: at(-1) };
            all.push(Consent {
                id: id(2), person: id(7), status: Known::Is(status), origin: Origin::Sent, given_at: at(-9), withdrawn_at: None,
            earlier_of: None, narrowed_at: None,
                sent: Some(by), provisions: vec![kept(rule, at(-9))],
            });
        }
        let (before, after) = (Compiled::of(&mine), Compiled::of(&all));
        for ask in &asks {
            prop_assert!(released(&before, ask).is_some() || released(&after, ask).is_none());
        }
    }
}
