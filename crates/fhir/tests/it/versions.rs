//! Consent of R4 as Consent of R5 and R6, and back: the decision stays.

use std::collections::HashSet;

use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use sayso_fhir::incoming::Rule;
use sayso_fhir::versions::{EFFECT, Unmapped, Version, from_r4, to_r4};
use serde_json::{Value, json};

use crate::sharing::{actor, conditions, lasting, purpose, rules, section, typed, with};

const VERSIONS: [Version; 2] = [Version::R5, Version::R6];

/// The rules of a Consent of R5 or R6, read by what those say: the root decides, each level negates the one above it.
/// Only the conditions of each provision are read with the reader for R4.
fn read_newer(consent: &Value) -> Option<HashSet<Rule>> {
    let one = |effect: &str, provision: &Value| -> Option<HashSet<Rule>> {
        let mut conditions = provision.clone();
        let members = conditions.as_object_mut()?;
        members.remove("modifierExtension");
        members.remove("provision");
        rules(&with(typed(effect, conditions))).ok()
    };
    let said = |provision: &Value, negated: &'static str| -> &'static str {
        match provision["modifierExtension"][0]["valueCode"].as_str() {
            Some("permit") => "permit",
            Some("deny") => "deny",
            _ => negated,
        }
    };
    let decision = consent["decision"].as_str()?;
    let inside = consent["provision"].as_array().cloned().unwrap_or_default();
    let mut all = HashSet::new();
    if inside.is_empty() {
        return one(decision, &json!({}));
    }
    let (negated, twice) = if decision == "permit" { ("deny", "permit") } else { ("permit", "deny") };
    if decision == "permit" {
        // What is left of a permit without conditions is nothing that can be permitted.
        all.extend(one("permit", &json!({}))?);
    }
    for provision in &inside {
        all.extend(one(said(provision, negated), provision)?);
        for exception in provision["provision"].as_array().into_iter().flatten() {
            // A permit inside a permit has no effect.
            if said(exception, twice) != "permit" {
                all.extend(one("deny", exception)?);
            }
        }
    }
    Some(all)
}

fn some_conditions() -> impl Strategy<Value = Value> {
    (1u8..4, 0usize..3, 0usize..3, any::<bool>(), 0usize..3).prop_map(|(who, why, what, twice, when)| {
        let mut one = conditions();
        one["actor"] = json!([actor(who)]);
        one["purpose"] = json!([purpose(["TREAT", "ETREAT", "COC"][why])]);
        one["securityLabel"] = json!([section(["helps", "harms", "place"][what])]);
        if twice {
            one["actor"] = json!([actor(who), actor(who + 1)]);
        }
        // Instants, days, and one of each.
        match when {
            0 => {}
            1 => one["period"] = json!({ "start": "2026-01-01", "end": "2026-12-31" }),
            _ => one["period"] = json!({ "start": "2026-01-01T00:00:00Z", "end": "2026-12-31" }),
        }
        one
    })
}

/// Any consent of one root and provisions under it.
fn forms() -> impl Strategy<Value = Value> {
    let nested = (any::<bool>(), some_conditions());
    (any::<bool>(), prop::option::of(some_conditions()), prop::collection::vec(nested, 0..4), 0usize..6).prop_map(
        |(permits, own, nested, status)| {
            let effect = |permits| if permits { "permit" } else { "deny" };
            let mut root = typed(effect(permits), own.unwrap_or_else(|| json!({})));
            let inside: Vec<Value> = nested.into_iter().map(|(permits, one)| typed(effect(permits), one)).collect();
            if !inside.is_empty() {
                root["provision"] = inside.into();
            }
            let mut consent = with(root);
            consent["status"] = ["active", "active", "active", "proposed", "draft", "rejected"][status].into();
            consent["dateTime"] = "2026-11-28T20:00:00Z".into();
            consent["organization"] = json!([{ "display": "Riverside" }]);
            consent
        },
    )
}

/// What a consent of R4 says, without what only others may send.
fn said(consent: &Value) -> Option<(String, HashSet<Rule>)> {
    let mut consent = consent.clone();
    consent.as_object_mut()?.remove("organization");
    Some((consent["status"].as_str()?.to_owned(), rules(&consent).ok()?))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn the_decision_is_the_same_in_r5_and_r6_and_back_in_r4(consent in forms()) {
        for version in VERSIONS {
            let Ok(newer) = from_r4(&consent, version) else { continue };
            let again = to_r4(&newer, version).unwrap();
            prop_assert_eq!(said(&consent), said(&again), "{} {}", consent, newer);
            if let Some((status, rules)) = said(&consent).filter(|(status, _)| status != "rejected") {
                prop_assert_eq!(Some(rules), read_newer(&newer), "{} {} {}", status, consent, newer);
            }
            // A reader that knows nothing of us and leaves out what it must not use is left with less.
            if said(&consent).is_some() {
                let inside = newer["provision"].as_array().cloned().unwrap_or_default();
                let base_permits = newer["decision"] == "permit";
                prop_assert!(!base_permits || inside.is_empty() || consent["provision"]["type"] == "permit");
            }
        }
    }
}

/// A law over forms that have no counterpart, or that say nothing, would hold of anything.
#[test]
fn the_generated_forms_have_counterparts_and_say_something() {
    let mut runner = TestRunner::deterministic();
    let (mut mapped, mut understood) = (0, 0);
    for _ in 0..500 {
        let consent = forms().new_tree(&mut runner).unwrap().current();
        mapped += u32::from(VERSIONS.iter().all(|version| from_r4(&consent, *version).is_ok()));
        understood += u32::from(said(&consent).is_some());
    }
    assert!(mapped > 300 && understood > 200, "{mapped} {understood}");
}

#[test]
fn most_forms_have_a_counterpart_and_what_has_none_is_refused_with_its_place() {
    let bare = |effect: &str, inside: Value| with(json!({ "type": effect, "provision": inside }));
    let permit = || typed("permit", conditions());
    for (what, consent) in [
        ("the safe form", bare("deny", json!([permit(), permit()]))),
        ("a refusal", with(typed("deny", conditions()))),
        ("a permit at the root", with(permit())),
        (
            "a permit but for some of it",
            with({
                let mut all = permit();
                all["provision"] = json!([typed("deny", json!({ "actor": [actor(2)] }))]);
                all
            }),
        ),
        ("both beneath a refusal", bare("deny", json!([permit(), typed("deny", conditions())]))),
        ("everything refused", with(json!({ "type": "deny" }))),
    ] {
        for version in VERSIONS {
            let newer = from_r4(&consent, version).unwrap_or_else(|why| panic!("{what}: {why}"));
            assert!(newer.get("scope").is_none() && newer.get("patient").is_none(), "{newer}");
            assert!(newer["provision"].is_null() || newer["provision"].is_array(), "{newer}");
            assert_eq!(said(&to_r4(&newer, version).unwrap()), said(&consent), "{what}");
        }
    }
    let nested_type_missing = bare("deny", json!([conditions()]));
    let unmapped = |path: &str| Err(Unmapped(path.to_owned()));
    assert_eq!(from_r4(&nested_type_missing, Version::R5), unmapped("Consent.provision.provision.type"));
    let mut class = with(permit());
    class["provision"]["class"] = json!([{ "code": "x" }]);
    assert_eq!(from_r4(&class, Version::R6), unmapped("Consent.provision.class"));
    let newer = from_r4(&with(permit()), Version::R6).unwrap();
    let broken = |key: &str, value: Value| {
        let mut other = newer.clone();
        other[key] = value;
        to_r4(&other, Version::R6)
    };
    assert_eq!(broken("status", "unknown".into()), unmapped("Consent.status"));
    assert_eq!(broken("grantee", json!([{ "display": "x" }])), unmapped("Consent.grantee"));
    assert_eq!(broken("decision", Value::Null), unmapped("Consent.decision"));
}

#[test]
fn a_refusal_in_r5_and_r6_is_nothing_that_a_stranger_reads_as_all_the_rest_is_open() {
    for version in VERSIONS {
        let newer = from_r4(&with(typed("deny", conditions())), version).unwrap();
        assert_eq!(newer["decision"], "deny");
        assert_eq!(newer["provision"][0]["modifierExtension"], json!([{ "url": EFFECT, "valueCode": "deny" }]));
    }
}

#[test]
fn a_period_of_the_whole_is_that_of_each_provision() {
    let mut newer =
        from_r4(&with(json!({ "type": "deny", "provision": [typed("permit", conditions())] })), Version::R5).unwrap();
    let period = newer["provision"][0].as_object_mut().unwrap().remove("period").unwrap();
    newer["period"] = period.clone();
    assert_eq!(to_r4(&newer, Version::R5).unwrap()["provision"]["provision"][0]["period"], period);
}

#[test]
fn case_19_a_day_is_the_same_day_in_r5_and_r6_and_back_in_r4() {
    for version in VERSIONS {
        for (effect, days) in [
            ("permit", json!({ "start": "2026-01-01", "end": "2026-12-31" })),
            ("deny", json!({ "end": "2026-12-31" })),
        ] {
            let consent = lasting(effect, days);
            let newer = from_r4(&consent, version).unwrap();
            assert_eq!(said(&to_r4(&newer, version).unwrap()), said(&consent), "{newer}");
            assert_eq!(read_newer(&newer).unwrap().len(), 1, "{newer}");
        }
    }
}
