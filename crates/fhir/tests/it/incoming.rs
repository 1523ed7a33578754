//! What comes in by FHIR: mapped without loss, or refused with its path.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sayso_fhir::incoming::{Transaction, whole_document};
use sayso_fhir::{Fault, Why, outgoing};
use sayso_plan::{ItemKind, PlanKind};
use serde_json::{Value, json};

use crate::world::{BASE, joint_plan, person, plan, push, whole};

fn update() -> Value {
    push(&outgoing::resources(&whole(&plan(&joint_plan())), BASE), true)
}

fn take(bundle: &Value) -> Result<sayso_plan::Content, Vec<Fault>> {
    let released = whole(&plan(&joint_plan()));
    Transaction::read(&serde_json::to_vec(bundle).unwrap())?
        .into_pushed(person(), BASE, Some(&released))
        .map(|pushed| pushed.content)
}

fn entry_of(bundle: &Value, kind: &str, holds: &str) -> usize {
    let entries = bundle["entry"].as_array().unwrap();
    entries
        .iter()
        .position(|e| e["resource"]["resourceType"] == kind && e["resource"].to_string().contains(holds))
        .unwrap()
}

#[test]
fn an_app_changes_words_and_leaves_out_what_the_server_makes() {
    let mut bundle = update();
    let at = entry_of(&bundle, "Observation", "At home with Kofi");
    bundle["entry"][at]["resource"]["valueString"] = json!("At home, alone 🥄");
    bundle["entry"]
        .as_array_mut()
        .unwrap()
        .retain(|e| !matches!(e["resource"]["resourceType"].as_str(), Some("Consent" | "CareTeam")));
    for entry in bundle["entry"].as_array_mut().unwrap() {
        let resource = entry["resource"].as_object_mut().unwrap();
        resource.remove("text");
        resource.remove("meta");
    }
    let content = take(&bundle).unwrap();
    let changed = content.items.iter().any(|i| i.item.words.as_ref().is_some_and(|w| w.text() == "At home, alone 🥄"));
    assert!(changed);
}

#[test]
fn a_contact_may_be_referred_to_by_address() {
    let mut bundle = update();
    let [kofi, item] = refer_by_address(&mut bundle);
    assert!(take(&bundle).unwrap() == plan(&joint_plan()).as_content());

    bundle["entry"][0]["resource"]["extension"][item]["valueReference"]["identifier"] =
        json!({ "system": "https://sayso.example/fhir/NamingSystem/item", "value": "somebody else" });
    let faults = take(&bundle).unwrap_err();
    assert!(faults.iter().any(|fault| fault.path.contains(&format!("extension[{item}]"))), "{kofi}: {faults:?}");
}

/// Names the contact as other servers do; returns the places of the entry and of the extension.
fn refer_by_address(bundle: &mut Value) -> [usize; 2] {
    let kofi = entry_of(bundle, "RelatedPerson", "Kofi");
    let address = format!("RelatedPerson/{}", bundle["entry"][kofi]["resource"]["id"].as_str().unwrap());
    let extensions = bundle["entry"][0]["resource"]["extension"].as_array_mut().unwrap();
    let item = extensions.iter().position(|e| e["valueReference"]["type"] == "RelatedPerson").unwrap();
    extensions[item]["valueReference"] = json!({ "reference": address });
    [kofi, item]
}

#[test]
fn what_is_referred_to_and_not_sent_again_stays() {
    let mut bundle = update();
    bundle["entry"].as_array_mut().unwrap().truncate(1);
    let content = take(&bundle).unwrap();
    assert!(content == plan(&joint_plan()).as_content());
}

#[test]
fn what_the_care_plan_no_longer_names_is_gone() {
    let mut bundle = update();
    let at = entry_of(&bundle, "Observation", "At home with Kofi");
    let gone = format!("Observation/{}", bundle["entry"][at]["resource"]["id"].as_str().unwrap());
    bundle["entry"].as_array_mut().unwrap().remove(at);
    bundle["entry"]
        .as_array_mut()
        .unwrap()
        .retain(|e| !matches!(e["resource"]["resourceType"].as_str(), Some("Consent" | "CareTeam")));
    let care_plan = bundle["entry"][0]["resource"].as_object_mut().unwrap();
    care_plan["extension"].as_array_mut().unwrap().retain(|e| e["valueReference"]["reference"] != gone.as_str());
    care_plan["supportingInfo"].as_array_mut().unwrap().retain(|r| r["reference"] != gone.as_str());
    care_plan.remove("text");
    let content = take(&bundle).unwrap();
    assert_eq!(content.items.len(), plan(&joint_plan()).items.len() - 1);
}

#[test]
fn a_plain_push_without_our_extensions_is_understood() {
    let own = format!("Patient/{}", person());
    let statement = |system: &str, code: &str| {
        json!({
            "resourceType": "Observation", "status": "final", "subject": { "reference": own }, "language": "en",
            "code": { "coding": [{ "system": system, "code": code }] }, "valueString": "A walk with the dog",
            "effectiveDateTime": "2026-01-02"
        })
    };
    let mut bundle = json!({
        "resourceType": "Bundle", "type": "transaction", "entry": [
            { "fullUrl": "urn:uuid:1b4e28ba-2fa1-41d2-883f-0016d3cca427",
              "resource": { "resourceType": "CarePlan", "status": "draft", "intent": "plan", "title": "My plan",
                "language": "en", "subject": { "reference": own },
                "category": [{ "coding": [{ "system": sayso_fhir::profile::KINDS, "code": "wellness-plan" }] }],
                "supportingInfo": [{ "reference": "urn:uuid:2b4e28ba-2fa1-41d2-883f-0016d3cca427" }],
                "goal": [{ "reference": "urn:uuid:3b4e28ba-2fa1-41d2-883f-0016d3cca427" }] },
              "request": { "method": "POST", "url": "CarePlan" } },
            { "fullUrl": "urn:uuid:2b4e28ba-2fa1-41d2-883f-0016d3cca427",
              "resource": statement(sayso_fhir::profile::SECTIONS, "wellness-tools"),
              "request": { "method": "POST", "url": "Observation" } },
            { "fullUrl": "urn:uuid:3b4e28ba-2fa1-41d2-883f-0016d3cca427",
              "resource": { "resourceType": "Goal", "lifecycleStatus": "active", "subject": { "reference": own },
                "description": { "text": "A garden" } },
              "request": { "method": "POST", "url": "Goal" } }
        ]
    });
    let read = |bundle: &Value| {
        Transaction::read(&serde_json::to_vec(bundle).unwrap()).unwrap().into_pushed(person(), BASE, None)
    };
    let pushed = read(&bundle).unwrap();
    assert_eq!(pushed.content.kind, PlanKind::WellnessPlan);
    let texts: Vec<&str> =
        pushed.content.items.iter().filter_map(|i| i.item.words.as_ref()).map(sayso_plan::Words::text).collect();
    assert_eq!(texts, ["A walk with the dog", "A garden"]);
    assert!(matches!(pushed.content.items[1].item.kind, ItemKind::Goal(_)));

    bundle["entry"][1]["resource"] = statement("urn:foreign", "x");
    let faults = read(&bundle).unwrap_err();
    assert_eq!(faults[0].path, "Bundle.entry[1].resource.code");
}

#[test]
fn what_would_be_lost_or_contradicts_is_refused_with_its_path() {
    type Change = Box<dyn Fn(&mut Value)>;
    let on = |kind: &'static str, holds: &'static str, change: fn(&mut Value)| -> Change {
        Box::new(move |bundle| {
            let at = entry_of(bundle, kind, holds);
            change(&mut bundle["entry"][at]["resource"]);
        })
    };
    let cases: Vec<(&str, Change)> = vec![
        (".priority", on("Observation", "At home", |r| r["priority"] = json!("x"))),
        (".bodySite", on("Observation", "At home", |r| r["bodySite"] = json!({ "text": "x" }))),
        (".note", on("Observation", "At home", |r| r["note"] = json!([{ "text": "private thought" }]))),
        (".valueString", on("Observation", "386837002", |r| r["valueString"] = json!("I want: «Haloperidol»"))),
        (".provision.type", on("Consent", "386837002", |r| r["provision"]["type"] = json!("permit"))),
        (
            ".provision.modifierExtension[1]",
            on("Consent", "386837002", |r| {
                r["provision"]["modifierExtension"]
                    .as_array_mut()
                    .unwrap()
                    .push(json!({ "url": "urn:x", "valueString": "y" }));
            }),
        ),
        (
            ".modifierExtension",
            on("CarePlan", "", |r| r["modifierExtension"] = json!([{ "url": "urn:x", "valueBoolean": true }])),
        ),
        (".intent", on("CarePlan", "", |r| r["intent"] = json!("order"))),
        (
            ".contained",
            on("CarePlan", "", |r| {
                r["contained"] = json!([{ "resourceType": "Patient", "name": [{ "text": "Somebody Else" }] }]);
            }),
        ),
        (".subject.reference", on("CarePlan", "", |r| r["subject"]["reference"] = json!("Patient/somebody-else"))),
        (
            ".performer[0].reference",
            on("Observation", "At home", |r| {
                r["performer"] = json!([{ "reference": "https://other.example/fhir/Patient/1" }]);
            }),
        ),
        (
            ".text.div",
            on("Observation", "At home", |r| {
                r["text"]["div"] = json!("<div xmlns=\"http://www.w3.org/1999/xhtml\">At home with a stranger</div>");
            }),
        ),
        (".telecom[0].value", on("RelatedPerson", "Kofi", |r| r["telecom"][0]["value"] = json!("555 0000"))),
        (
            ".supportingInfo[0]",
            on("CarePlan", "", |r| {
                r["supportingInfo"] = json!([{ "reference": "Observation/00000000-0000-4000-8000-000000000000" }]);
            }),
        ),
    ];
    for (path, change) in cases {
        let mut bundle = update();
        change(&mut bundle);
        let faults = take(&bundle).unwrap_err();
        assert!(faults.iter().any(|fault| fault.path.ends_with(path)), "{path}: {faults:?}");
        assert!(faults.iter().all(|fault| !fault.why.to_string().contains("private")), "{faults:?}");
    }
}

#[test]
fn a_bundle_that_is_no_push_is_refused() {
    let reasons: Vec<fn(&mut Value)> = vec![
        |b| b["type"] = json!("batch"),
        |b| b["entry"] = json!([]),
        |b| b["link"] = json!([]),
        |b| b["entry"][0]["request"]["method"] = json!("DELETE"),
        |b| b["entry"][0]["request"]["url"] = json!("CarePlan?x=y"),
        |b| b["entry"][1]["request"]["ifMatch"] = json!("W/\"1\""),
        |b| b["entry"][0]["resource"]["id"] = json!("another"),
        |b| b["entry"][1]["resource"] = json!({ "resourceType": "Patient" }),
        |b| {
            let plan = b["entry"][0].clone();
            b["entry"].as_array_mut().unwrap().push(plan);
        },
    ];
    for (n, change) in reasons.into_iter().enumerate() {
        let mut bundle = update();
        change(&mut bundle);
        assert!(Transaction::read(&serde_json::to_vec(&bundle).unwrap()).is_err(), "{n}");
    }
}

#[test]
fn a_document_is_kept_whole_byte_for_byte_and_nothing_beside_it_is_lost() {
    let data = "eyJyZXNvdXJjZVR5cGUiOiJCdW5kbGUifQ==";
    let reference = json!({
        "resourceType": "DocumentReference", "status": "current", "language": "en",
        "type": { "coding": [{ "system": "http://loinc.org", "code": "104144-1" }] },
        "category": [{ "coding": [{ "system": "http://loinc.org", "code": "42348-3" }] }],
        "subject": { "reference": format!("Patient/{}", person()) }, "date": "2026-01-01T00:00:00Z",
        "content": [{ "attachment": { "contentType": "application/fhir+json", "data": data, "title": "Mine",
            "creation": "2025-12-31" } }]
    });
    let read = |value: &Value| whole_document(&serde_json::to_vec(value).unwrap(), person(), BASE);
    let content = read(&reference).unwrap();
    let kept = content.document.as_ref().unwrap();
    assert_eq!((kept.data.as_str(), kept.content_type.as_str()), (data, "application/fhir+json"));

    let native = serde_json::to_value(&content).unwrap();
    let released = whole(&plan(&native));
    let shown = outgoing::resources(&released, BASE);
    let index = shown.iter().find(|one| one.kind == "DocumentReference").unwrap();
    assert_eq!(index.json["content"][0]["attachment"]["data"], data);
    index.typed().unwrap();

    let cases: Vec<(&str, fn(&mut Value))> = vec![
        ("DocumentReference.subject.reference", |r| r["subject"]["reference"] = json!("Patient/other")),
        ("DocumentReference.custodian", |r| r["custodian"] = json!({ "display": "Ward" })),
        ("DocumentReference.content[0].attachment.url", |r| r["content"][0]["attachment"]["url"] = json!("urn:x")),
        ("DocumentReference.content", |r| r["content"] = json!([r["content"][0], r["content"][0]])),
        ("DocumentReference.content[0].attachment.data", |r| {
            r["content"][0]["attachment"] = json!({ "contentType": "text/plain", "url": "https://else.example" });
        }),
    ];
    for (path, change) in cases {
        let mut changed = reference.clone();
        change(&mut changed);
        let faults = read(&changed).unwrap_err();
        assert!(faults.iter().any(|fault| fault.path == path), "{path}: {faults:?}");
    }
    let without = |member: &str| {
        let mut changed = reference.clone();
        changed.as_object_mut().unwrap().remove(member);
        read(&changed)
    };
    for member in ["subject", "type"] {
        let fault = &without(member).unwrap_err()[0];
        assert!(matches!(fault.why, Why::Missing(_)) && fault.path == format!("DocumentReference.{member}"));
    }
    let of_type = |system: &str, code: &str| {
        let mut changed = reference.clone();
        changed["type"] = json!({ "coding": [{ "system": system, "code": code }] });
        read(&changed).map(|content| content.kind).ok()
    };
    // What is no directive is never kept as one, and what nobody here understands is not guessed.
    assert_eq!(of_type("http://snomed.info/sct", "736253002"), Some(PlanKind::JointCrisisPlan));
    assert_eq!(of_type("http://loinc.org", "34133-9"), None);
}

#[test]
fn the_published_directive_of_the_pacio_guide_is_kept_byte_for_byte() {
    let file =
        |name: &str| std::fs::read(format!("{}/../../fixtures/fhir/pacio/{name}", env!("CARGO_MANIFEST_DIR"))).unwrap();
    let index = file("DocumentReference-Example-Smith-Johnson-DocRef-Bundle.json");
    let index: Value = serde_json::from_slice(&index).unwrap();
    let document = file("Bundle-Example-Smith-Johnson-Bundle1.json");
    let own = json!({ "reference": format!("Patient/{}", person()) });
    let sent = json!({
        "resourceType": "DocumentReference", "status": index["status"], "docStatus": index["docStatus"],
        "type": index["type"], "category": index["category"], "subject": own, "date": index["date"], "author": [own],
        "description": index["description"],
        "content": [{ "attachment": { "contentType": "application/fhir+json", "data": STANDARD.encode(&document),
            "creation": index["date"], "title": index["description"] } }]
    });
    let content = whole_document(&serde_json::to_vec(&sent).unwrap(), person(), BASE).unwrap();
    assert_eq!(STANDARD.decode(&content.document.as_ref().unwrap().data).unwrap(), document);
    let released = whole(&plan(&serde_json::to_value(&content).unwrap()));
    let shown = outgoing::resources(&released, BASE);
    let kept = shown.iter().find(|one| one.kind == "DocumentReference").unwrap();
    assert_eq!(kept.json["type"]["coding"][0], index["type"]["coding"][0]);
    assert_eq!(kept.json["content"][0]["attachment"]["data"], sent["content"][0]["attachment"]["data"]);
    assert_eq!(kept.json["description"], index["description"]);
    kept.typed().unwrap();
}
