//! What leaves: honest, readable, valid R4, and nothing of what is hidden.

use sayso_fhir::{Shown, outgoing};
use sayso_plan::Section;
use serde_json::Value;

use crate::world::{BASE, grant, joint_plan, plan, shown_section, somebody, whole};

fn all(shown: &[Shown]) -> String {
    shown.iter().map(|one| String::from_utf8(one.bytes()).unwrap()).collect()
}

fn find<'a>(shown: &'a [Shown], kind: &str, holds: &str) -> &'a Value {
    &shown.iter().find(|s| s.kind == kind && s.json.to_string().contains(holds)).unwrap().json
}

#[test]
fn everything_that_leaves_is_valid_r4_and_loses_nothing_in_its_types() {
    let plan = plan(&joint_plan());
    let released = whole(&plan);
    let subject = somebody(&plan);
    let mut shown = outgoing::resources(&released, BASE);
    shown.push(outgoing::patient(&subject));
    shown.push(outgoing::document(&subject, &released, None, BASE));
    shown.push(outgoing::crisis_extract(&subject, &[&released], BASE).unwrap());
    for one in &shown {
        assert!(one.typed().is_ok(), "{one:?} {:?}", one.typed().err());
    }
    let kinds: Vec<&str> = shown.iter().map(|one| one.kind).collect();
    for kind in [
        "CarePlan",
        "Observation",
        "RelatedPerson",
        "CareTeam",
        "Consent",
        "DocumentReference",
        "Composition",
        "Provenance",
        "Bundle",
    ] {
        assert!(kinds.contains(&kind), "{kind}");
    }
}

#[test]
fn a_refusal_never_reads_as_a_wish() {
    let shown = outgoing::resources(&whole(&plan(&joint_plan())), BASE);
    let refusal = find(&shown, "Observation", "386837002");
    assert_eq!(refusal["valueString"], "I refuse: «Haloperidol» unless: «I cannot drink any more»");
    assert!(refusal["code"]["text"].as_str().unwrap().starts_with("I refuse"));
    let consent = find(&shown, "Consent", "386837002");
    assert_eq!(consent["provision"]["type"], "deny");
    assert_eq!(consent["provision"]["modifierExtension"][0]["extension"][0]["valueCode"], "unless");
    let wish = find(&shown, "Observation", "At home with Kofi");
    assert_eq!(wish["valueString"], "At home with Kofi");
    let worse = find(&shown, "Observation", "Bright lights");
    assert_eq!(worse["valueString"], "This makes it worse: «Bright lights»");
    for one in &shown {
        if let Some(div) = one.json["text"]["div"].as_str().filter(|div| div.contains("Haloperidol")) {
            let before = div.split("Haloperidol").next().unwrap();
            assert!(before.ends_with("dir=\"auto\">") && before.contains("I refuse:"), "{one:?}");
        }
    }
}

#[test]
fn a_code_is_in_the_narrative_that_the_person_previews() {
    let shown = outgoing::resources(&whole(&plan(&joint_plan())), BASE);
    for kind in ["CarePlan", "Observation"] {
        let told = |one: &Shown| one.json["text"]["div"].as_str().is_some_and(|div| div.contains("386837002"));
        assert!(shown.iter().any(|one| one.kind == kind && told(one)), "{kind}");
    }
}

#[test]
fn who_is_not_to_be_contacted_is_never_a_contact_and_has_no_number() {
    let shown = outgoing::resources(&whole(&plan(&joint_plan())), BASE);
    for one in shown.iter().filter(|one| matches!(one.kind, "RelatedPerson" | "CareTeam")) {
        assert!(!one.json.to_string().contains("Efua"), "{one:?}");
    }
    let never = find(&shown, "Observation", "She must not learn");
    assert_eq!(never["valueString"], "Do not contact or tell: «Aunt Efua» «She must not learn where I am.»");
    let narratives: String = shown.iter().filter_map(|s| s.json["text"]["div"].as_str()).collect();
    assert!(!narratives.contains("555 0666"));
}

#[test]
fn what_is_hidden_stands_nowhere() {
    let plan = plan(&joint_plan());
    let subject = somebody(&plan);
    let released = shown_section(&plan, Section::Helps);
    let mut shown = outgoing::resources(&released, BASE);
    shown.push(outgoing::document(&subject, &released, None, BASE));
    shown.push(outgoing::crisis_extract(&subject, &[&released], BASE).unwrap());
    shown.push(outgoing::patient(&subject));
    let mut text = all(&shown);
    text.push_str(&String::from_utf8(sayso_fhir::native::write(&released)).unwrap());
    assert!(text.contains("A quiet room"));
    for hidden in [
        "SECRET-PAST",
        "Haloperidol",
        "Kofi",
        "Efua",
        "Example",
        "Bright lights",
        "My crisis plan",
        "strengths",
        "in writing",
        "2026-09-01",
        "claimed-77",
        "\"share\"",
        "past-to-know",
        "Night line",
        "withheld",
    ] {
        assert!(!text.contains(hidden), "{hidden}");
    }
    assert!(text.contains(sayso_fhir::profile::NOTICE));
    assert!(grant(&plan, Section::Helps).fingerprint().to_string().len() == 32);
}

#[test]
fn the_share_level_is_never_on_the_wire() {
    let shown = outgoing::resources(&whole(&plan(&joint_plan())), BASE);
    for one in &shown {
        let text = one.json.to_string();
        assert!(!text.contains("\"share\"") && !text.contains("\"close\""), "{one:?}");
    }
    let close = find(&shown, "Observation", "SECRET-PAST");
    assert_eq!(close["meta"]["security"][2]["code"], "V");
}

#[test]
fn the_crisis_extract_leaves_out_what_is_not_for_a_crisis_and_begins_with_what_a_responder_needs() {
    let plan = plan(&joint_plan());
    let document = outgoing::crisis_extract(&somebody(&plan), &[&whole(&plan)], BASE).unwrap();
    assert!(!document.json.to_string().contains("SECRET-PAST"));
    let composition = &document.json["entry"][0]["resource"];
    assert_eq!(composition["resourceType"], "Composition");
    let titles: Vec<&str> =
        composition["section"].as_array().unwrap().iter().map(|s| s["title"].as_str().unwrap()).collect();
    assert_eq!(&titles[..3], ["How to talk with me", "How you can tell I am in crisis", "What helps"]);
    let entries = document.json["entry"].as_array().unwrap();
    let addresses: Vec<String> = entries.iter().map(|e| e["fullUrl"].as_str().unwrap().to_owned()).collect();
    for section in composition["section"].as_array().unwrap() {
        for entry in section["entry"].as_array().unwrap() {
            let to = format!("{BASE}/{}", entry["reference"].as_str().unwrap());
            assert!(addresses.contains(&to), "{to}");
        }
    }
}

#[test]
fn every_reference_inside_what_leaves_leads_somewhere() {
    let plan = plan(&joint_plan());
    for released in [whole(&plan), shown_section(&plan, Section::AskForHelp)] {
        let mut shown = outgoing::resources(&released, BASE);
        shown.push(outgoing::patient(&somebody(&plan)));
        let known: Vec<String> = shown.iter().map(|s| format!("{}/{}", s.kind, s.id)).collect();
        for one in &shown {
            for to in references(&one.json) {
                let inside = to.strip_prefix('#').is_some_and(|id| one.json["contained"].to_string().contains(id));
                assert!(inside || known.contains(&to), "{one:?} → {to}");
            }
        }
    }
}

fn references(value: &Value) -> Vec<String> {
    let mut out = Vec::new();
    match value {
        Value::Object(members) => {
            for (key, member) in members {
                match member.as_str() {
                    Some(to) if key == "reference" => out.push(to.to_owned()),
                    _ => out.extend(references(member)),
                }
            }
        }
        Value::Array(elements) => out.extend(elements.iter().flat_map(references)),
        _ => {}
    }
    out
}

#[test]
fn a_reader_can_judge_the_example() {
    let released = shown_section(&plan(&joint_plan()), Section::Treatment);
    let shown = outgoing::resources(&released, BASE);
    let example: Vec<&Value> = shown.iter().map(|one| &one.json).collect();
    let text = serde_json::to_string_pretty(&example).unwrap() + "\n";
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/example.json");
    if std::env::var_os("SAYSO_BLESS").is_some() {
        std::fs::write(path, &text).unwrap();
    }
    assert_eq!(std::fs::read_to_string(path).unwrap(), text, "SAYSO_BLESS=1 writes it anew");
}

#[test]
fn every_address_in_what_a_record_system_reads_leads_to_what_it_may_read() {
    let scopes = ["Patient", "CarePlan", "Goal", "CareTeam", "Observation", "DocumentReference"];
    let plan = plan(&joint_plan());
    let shown = outgoing::resources(&whole(&plan), BASE);
    let known: Vec<String> = shown.iter().map(|one| format!("{}/{}", one.kind, one.id)).collect();
    for one in shown.iter().filter(|one| scopes.contains(&one.kind)) {
        for address in addresses(&one.json).into_iter().filter(|address| !address.starts_with('#')) {
            let kind = address.split('/').next().unwrap();
            assert!(scopes.contains(&kind), "{one:?}: {address}");
            assert!(kind == "Patient" || known.contains(&address), "{one:?}: {address}");
        }
    }
}

#[test]
fn a_contact_is_found_by_the_identifier_that_refers_to_them() {
    let shown = outgoing::resources(&whole(&plan(&joint_plan())), BASE);
    let kofi = find(&shown, "RelatedPerson", "Kofi");
    let team = find(&shown, "CareTeam", "Kofi");
    let member = &team["participant"][0]["member"];
    assert_eq!(member["type"], "RelatedPerson");
    assert_eq!(member["identifier"], kofi["identifier"][0]);
    assert_eq!(member["display"], "Kofi");
}

fn addresses(json: &Value) -> Vec<String> {
    match json {
        Value::Object(members) => {
            let own = members.get("reference").and_then(Value::as_str).map(str::to_owned);
            own.into_iter().chain(members.values().flat_map(addresses)).collect()
        }
        Value::Array(elements) => elements.iter().flat_map(addresses).collect(),
        _ => Vec::new(),
    }
}

#[test]
fn the_addresses_of_a_release_are_those_of_what_it_is_shown_as() {
    let plan = plan(&joint_plan());
    let of = |released: &sayso_consent::Released<sayso_consent::Projection>| {
        let shown = outgoing::resources(released, BASE);
        let mut shown: Vec<_> = shown.into_iter().map(|one| (one.kind, one.id)).collect();
        let mut addresses = outgoing::addresses(released);
        shown.sort();
        addresses.sort();
        assert_eq!(addresses, shown);
        shown.len()
    };
    let all = of(&whole(&plan));
    let one = of(&shown_section(&plan, Section::Helps));
    assert!(all > one && one > 4, "{all} and {one}");
}
