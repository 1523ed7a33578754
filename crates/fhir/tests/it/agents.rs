//! Who speaks for the person leaves as a Consent, bounded as the person bounded it; and comes back as the contact.

use sayso_fhir::incoming::{Mapped, Transaction};
use sayso_fhir::{Shown, outgoing, profile};
use sayso_plan::{Plan, Section, State};
use serde_json::{Value, json};

use crate::world::{BASE, person, plan, push, shown_section, whole};

/// A plan with two agents and a deputy who is a clinician; somebody who is never one; and contacts who are none.
pub(crate) fn spoken_for() -> Value {
    let own = json!({ "party": "self", "role": "person" });
    let contact = |party: &str, section: &str, more: Value| {
        let mut item = json!({ "section": section, "type": "contact", "voice": own, "party": party, "contact": "yes" });
        item.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        item
    };
    json!({
        "kind": "joint-crisis-plan", "status": "draft", "language": "en", "title": { "text": "Mine", "lang": "en" },
        "from": "2026-01-01", "until": "2026-12-31",
        "parties": [
            { "id": "self", "name": "Ama", "role": "person" },
            { "id": "kofi", "name": "Kofi", "role": "supporter" },
            { "id": "joyce", "name": "Joyce", "role": "agent" },
            { "id": "team", "name": "Dr Example", "role": "clinician" },
            { "id": "x", "name": "Aunt Efua", "role": "family" },
            { "id": "lea", "name": "Lea", "role": "peer" }
        ],
        "items": [
            contact("joyce", "who-decides", json!({ "roles": ["agent"], "agent_order": 2, "since": "2025-11-01",
                "words": { "text": "She knows me best.", "lang": "en" } })),
            contact("kofi", "who-decides", json!({ "roles": ["first-call", "agent"], "agent_order": 1,
                "limits": "Not about ECT", "when": [{ "sense": "if", "words": "two doctors say I cannot" }],
                "contact": "only-if", "only_if": "it is urgent" })),
            contact("team", "who-decides", json!({ "roles": ["deputy"], "agent_order": 3 })),
            contact("x", "who-decides", json!({ "roles": ["agent"], "contact": "never" })),
            contact("self", "who-decides", json!({ "roles": ["agent"] })),
            contact("lea", "who-decides", json!({ "roles": ["witness"] })),
            contact("lea", "ask-for-help", json!({ "roles": ["agent"] }))
        ]
    })
}

fn agents(shown: &[Shown]) -> Vec<&Value> {
    shown.iter().filter(|one| one.kind == "Consent").map(|one| &one.json).collect()
}

/// The Consent of a party, by the name in it.
fn of<'a>(agents: &[&'a Value], name: &str) -> &'a Value {
    agents.iter().find(|one| one["provision"]["actor"][0]["reference"]["display"] == name).unwrap()
}

#[test]
fn who_speaks_for_the_person_is_a_consent_of_the_contacts_id() {
    let plan = plan(&spoken_for());
    let shown = outgoing::resources(&whole(&plan), BASE);
    let agents = agents(&shown);
    assert_eq!(agents.len(), 3, "not who is never to be contacted, not the person, no witness, none elsewhere");
    for one in &agents {
        assert_eq!(one["meta"]["profile"], json!([profile::AGENT_CONSENT]));
        assert_eq!(one["scope"]["coding"][0], json!({ "system": profile::LOINC, "code": "81377-4" }));
        assert_eq!(one["category"][0]["coding"][0]["code"], "acd");
        assert_eq!(one["provision"]["type"], "permit");
        assert_eq!(one["provision"]["period"], json!({ "start": "2026-01-01", "end": "2026-12-31" }));
        assert_eq!(one["provision"]["actor"][0]["role"]["coding"][0]["code"], "AGNT");
        assert!(plan.items.iter().any(|item| one["id"] == item.id.to_string()));
        assert_eq!(one["extension"][0]["valueId"], one["id"]);
    }
    let codes = |name: &str| -> Vec<String> {
        let codings = of(&agents, name)["provision"]["actor"][0]["role"]["coding"].as_array().unwrap();
        codings.iter().map(|coding| coding["code"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(codes("Kofi"), ["AGNT", "75783-1", "agent"]);
    assert_eq!(codes("Joyce"), ["AGNT", "75784-9", "agent"]);
    assert_eq!(codes("Dr Example"), ["AGNT", "deputy"]);
    for (name, order) in [("Kofi", 1), ("Joyce", 2), ("Dr Example", 3)] {
        let extension = &of(&agents, name)["provision"]["actor"][0]["extension"][0];
        assert_eq!(extension, &json!({ "url": profile::EXT_AGENT_ORDER, "valuePositiveInt": order }));
    }
    assert_eq!(of(&agents, "Joyce")["dateTime"], "2025-11-01");
}

#[test]
fn an_agent_is_referred_to_by_the_identifier_of_the_contact() {
    let shown = outgoing::resources(&whole(&plan(&spoken_for())), BASE);
    for one in agents(&shown) {
        let reference = &one["provision"]["actor"][0]["reference"];
        assert!(reference.get("reference").is_none());
        match shown.iter().find(|other| other.kind == "RelatedPerson" && one["id"] == other.id) {
            Some(contact) => {
                assert_eq!(reference["type"], "RelatedPerson");
                assert_eq!(reference["identifier"], contact.json["identifier"][0]);
            }
            None => assert_eq!(reference, &json!({ "display": "Dr Example" })),
        }
    }
}

#[test]
fn what_bounds_an_agent_cannot_be_overlooked() {
    let shown = outgoing::resources(&whole(&plan(&spoken_for())), BASE);
    let agents = agents(&shown);
    let provision = &of(&agents, "Kofi")["provision"];
    let condition = |words: &str| {
        json!({ "url": profile::EXT_CONDITION, "extension": [
            { "url": "sense", "valueCode": "if" }, { "url": "words", "valueString": words } ] })
    };
    let limits = json!({ "url": profile::EXT_AGENT_LIMITS, "valueString": "Not about ECT" });
    let bounds = json!([condition("two doctors say I cannot"), condition("it is urgent"), limits]);
    assert_eq!(provision["modifierExtension"], bounds);
    assert_eq!(
        provision["code"][0]["text"],
        "Speaks for me: «Kofi» only if: «two doctors say I cannot» only if: «it is urgent» Limits: «Not about ECT»"
    );
    let free = &of(&agents, "Joyce")["provision"];
    assert!(free.get("modifierExtension").is_none());
    assert_eq!(free["code"][0]["text"], "Speaks for me: «Joyce» «She knows me best.»");
}

#[test]
fn an_agent_of_a_plan_that_is_not_in_force_does_not_speak() {
    for state in State::ALL {
        let status = if state.is_in_force() { "active" } else { "inactive" };
        let shown = outgoing::resources(&whole(&Plan { state, ..plan(&spoken_for()) }), BASE);
        assert!(agents(&shown).iter().all(|one| one["status"] == status), "{}", state.code());
    }
}

#[test]
fn an_agent_leaves_only_with_the_contact() {
    let plan = Plan { state: State::Active, ..plan(&spoken_for()) };
    assert_eq!(agents(&outgoing::resources(&shown_section(&plan, Section::WhoDecides), BASE)).len(), 3);
    let elsewhere = outgoing::resources(&shown_section(&plan, Section::AskForHelp), BASE);
    assert!(agents(&elsewhere).is_empty() && !elsewhere.iter().any(|one| one.json.to_string().contains("Kofi")));
}

/// What comes of a push in which the Consent of Kofi was changed.
fn pushed_with(change: impl FnOnce(&mut Value)) -> Result<usize, String> {
    let released = whole(&plan(&spoken_for()));
    let mut bundle = push(&outgoing::resources(&released, BASE), true);
    let entries = bundle["entry"].as_array_mut().unwrap();
    let consent = entries
        .iter_mut()
        .map(|entry| &mut entry["resource"])
        .find(|one| one["resourceType"] == "Consent" && one["provision"]["actor"][0]["reference"]["display"] == "Kofi");
    change(consent.unwrap());
    let transaction = Transaction::read(&serde_json::to_vec(&bundle).unwrap()).unwrap();
    let pushed = transaction.into_pushed(person(), BASE, Some(&released));
    let derived = |entry: &&sayso_fhir::incoming::Entry| entry.kind == "Consent" && entry.mapped == Mapped::Derived;
    pushed
        .map(|pushed| pushed.entries.iter().filter(derived).count())
        .map_err(|faults| faults.iter().map(|fault| fault.path.clone()).collect::<Vec<_>>().join(" "))
}

#[test]
fn a_consent_that_says_something_else_of_an_agent_is_refused() {
    assert_eq!(pushed_with(|_| {}), Ok(3));
    let address = pushed_with(|consent| {
        let id = consent["id"].as_str().unwrap().to_owned();
        consent["provision"]["actor"][0]["reference"] = json!({ "reference": format!("RelatedPerson/{id}") });
    });
    assert_eq!(address, Ok(3), "the address does as well");
    let refused: [(&str, fn(&mut Value)); 5] = [
        ("provision.type", |consent| consent["provision"]["type"] = json!("deny")),
        ("provision.modifierExtension[2].valueString", |consent| {
            consent["provision"]["modifierExtension"][2]["valueString"] = json!("Nothing");
        }),
        ("provision.actor[0].extension[0].valuePositiveInt", |consent| {
            consent["provision"]["actor"][0]["extension"][0]["valuePositiveInt"] = json!(2);
        }),
        ("provision.purpose", |consent| {
            let purpose = json!({ "system": "http://terminology.hl7.org/CodeSystem/v3-ActReason", "code": "HRESCH" });
            consent["provision"]["purpose"] = json!([purpose]);
        }),
        ("provision.actor[0].reference.display", |consent| {
            consent["provision"]["actor"][0]["reference"]["display"] = json!("Joyce");
        }),
    ];
    for (path, change) in refused {
        let faults = pushed_with(change).unwrap_err();
        assert!(faults.ends_with(&format!(".{path}")), "{path}: {faults}");
    }
}
