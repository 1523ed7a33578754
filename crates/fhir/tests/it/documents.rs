//! A FHIR document of our profile comes in: as a new plan that says the same, or not at all.

use sayso_consent::{Released, Sealed};
use sayso_fhir::incoming::Document;
use sayso_fhir::{Fault, Why, outgoing};
use sayso_plan::{Content, Plan, Section};
use serde_json::{Value, json};

use crate::world::{BASE, grant, joint_plan, person, plan, shown_section, somebody, whole};

fn document() -> Value {
    let plan = plan(&joint_plan());
    outgoing::document(&somebody(&plan), &whole(&plan), None, BASE).json
}

fn take(document: &Value) -> Result<Content, Vec<Fault>> {
    let sent = Document::read(&serde_json::to_vec(document).unwrap())?;
    sent.into_transaction(person(), BASE)?.into_pushed(person(), BASE, None).map(|pushed| pushed.content)
}

fn entry(document: &Value, kind: &str) -> usize {
    let entries = document["entry"].as_array().unwrap();
    entries.iter().position(|entry| entry["resource"]["resourceType"] == kind).unwrap()
}

/// The places of the faults after a change.
fn places(change: impl FnOnce(&mut Value)) -> Vec<String> {
    let mut document = document();
    change(&mut document);
    take(&document).unwrap_err().into_iter().map(|fault| fault.path).collect()
}

#[test]
fn a_document_of_a_part_makes_a_plan_of_that_part() {
    let plan = plan(&joint_plan());
    let sealed = Sealed::<Plan>::new(plan.clone());
    let shown = shown_section(&plan, Section::Helps);
    assert!(grant(&plan, Section::Helps).open(&sealed).is_ok());
    let document = outgoing::document(&somebody(&plan), &shown, None, BASE).json;
    let content = take(&document).unwrap();
    let words = |items: Vec<&sayso_plan::Item>| items.iter().map(|item| item.words.clone()).collect::<Vec<_>>();
    let of = |released: &Released<_>| -> Vec<sayso_plan::Item> {
        let shown: &sayso_consent::Projection = released.get();
        shown.items.iter().map(|stored| stored.item.clone()).collect()
    };
    assert_eq!(words(content.items.iter().map(|draft| &draft.item).collect()), words(of(&shown).iter().collect()));
}

#[test]
fn entries_may_be_named_in_any_way() {
    let mut text = document().to_string();
    let entries = document()["entry"].as_array().unwrap().clone();
    for (n, entry) in entries.iter().enumerate() {
        let (kind, id) =
            (entry["resource"]["resourceType"].as_str().unwrap(), entry["resource"]["id"].as_str().unwrap());
        let urn = format!("urn:uuid:7a1b0c2d-0000-4000-8000-{n:012}");
        text = text.replace(&format!("\"fullUrl\":\"{BASE}/{kind}/{id}\""), &format!("\"fullUrl\":\"{urn}\""));
        text = text.replace(&format!("\"reference\":\"{kind}/{id}\""), &format!("\"reference\":\"{urn}\""));
    }
    assert!(!text.contains("\"reference\":\"Patient/"));
    let content = take(&serde_json::from_str(&text).unwrap()).unwrap();
    assert_eq!(content.items.len(), plan(&joint_plan()).items.len());
}

#[test]
fn a_document_without_identifier_date_or_head_is_none() {
    assert_eq!(places(|d| drop(d.as_object_mut().unwrap().remove("identifier"))), ["Bundle.identifier"]);
    assert_eq!(places(|d| drop(d["identifier"].as_object_mut().unwrap().remove("system"))), ["Bundle.identifier"]);
    assert_eq!(places(|d| drop(d.as_object_mut().unwrap().remove("timestamp"))), ["Bundle.timestamp"]);
    assert_eq!(places(|d| d["type"] = "collection".into()), ["Bundle.type"]);
    assert_eq!(places(|d| d["entry"].as_array_mut().unwrap().swap(0, 1)), ["Bundle.entry[0].resource"]);
    assert_eq!(places(|d| drop(d["entry"][1].as_object_mut().unwrap().remove("fullUrl"))), ["Bundle.entry[1].fullUrl"]);
    assert_eq!(places(|d| d["signature"] = json!({"who": {"display": "Kofi"}})), ["Bundle.signature"]);
    let at = entry(&document(), "CarePlan");
    assert_eq!(places(|d| drop(d["entry"].as_array_mut().unwrap().remove(at))), ["Bundle.entry"]);
    let request = json!({"method": "POST", "url": "CarePlan"});
    assert_eq!(places(|d| d["entry"][at]["request"] = request), [format!("Bundle.entry[{at}].request")]);
}

#[test]
fn what_the_document_says_beside_the_plan_must_be_what_the_plan_says() {
    let at = |kind, rest: &str| format!("Bundle.entry[{}].resource.{rest}", entry(&document(), kind));
    let inside = |kind: &'static str, change: &dyn Fn(&mut Value)| {
        places(|document| {
            let at = entry(document, kind);
            change(&mut document["entry"][at]["resource"]);
        })
    };
    let found = inside("Composition", &|c| c["title"] = "Something else".into());
    assert_eq!(found, [at("Composition", "title")]);
    let found = inside("Composition", &|c| c["attester"] = json!([{"mode": "legal"}]));
    assert_eq!(found, [at("Composition", "attester")], "nobody signs by a document");
    let found = inside("Composition", &|c| c["section"][0]["title"] = "Other".into());
    assert!(found[0].starts_with(&at("Composition", "section[0]")), "{found:?}");
    let found = inside("Composition", &|c| {
        c["section"][0]["text"]["div"] = "<div xmlns=\"http://www.w3.org/1999/xhtml\">Said nowhere</div>".into();
    });
    assert!(found[0].starts_with(&at("Composition", "section[0]")), "{found:?}");
    let found = inside("Provenance", &|p| p["agent"][0]["who"] = json!({"display": "Dr No"}));
    assert!(found[0].starts_with(&at("Provenance", "agent[0]")), "{found:?}");
    let found =
        inside("DocumentReference", &|d| d["content"][0]["attachment"]["url"] = "https://else.example/1".into());
    assert_eq!(found, [at("DocumentReference", "content[0].attachment.url")]);
    let found = inside("DocumentReference", &|d| d["content"][0]["attachment"]["data"] = "QQ==".into());
    assert!(found.contains(&at("DocumentReference", "content[0].attachment.data")), "{found:?}");
}

#[test]
fn a_document_is_of_the_person_the_sender_acts_for_and_changes_nothing_about_them() {
    let at = entry(&document(), "Patient");
    let patient = format!("Bundle.entry[{at}].resource");
    assert_eq!(places(|d| d["entry"][at]["resource"]["id"] = "0".repeat(32).into()), [format!("{patient}.id")]);
    assert_eq!(
        places(|d| d["entry"][at]["resource"]["birthDate"] = "1980-01-01".into()),
        [format!("{patient}.birthDate")]
    );
    let other =
        json!({"status": "generated", "div": "<div xmlns=\"http://www.w3.org/1999/xhtml\">Somebody Else</div>"});
    assert_eq!(places(|d| d["entry"][at]["resource"]["text"] = other.clone()), [format!("{patient}.text.div")]);
    assert_eq!(places(|d| drop(d["entry"].as_array_mut().unwrap().remove(at))), ["Bundle.entry"]);

    let mut named = document();
    named["entry"][at]["resource"]["name"] = json!([{"text": "Ama T."}]);
    named["entry"][at]["resource"]["text"] =
        json!({"status": "generated", "div": "<div xmlns=\"http://www.w3.org/1999/xhtml\">Ama T.</div>"});
    assert!(take(&named).is_ok(), "what a document calls the person is not taken over, and no reason to refuse it");

    let other = format!("Patient/{}", "1".repeat(32));
    let mut document = document();
    let plan = entry(&document, "CarePlan");
    document["entry"][plan]["resource"]["subject"]["reference"] = other.into();
    let faults = take(&document).unwrap_err();
    assert!(faults.iter().any(|fault| fault.why == Why::OtherPerson), "{faults:?}");
}

#[test]
fn an_extract_of_several_plans_is_no_plan() {
    let plan = plan(&joint_plan());
    let released = whole(&plan);
    let extract = outgoing::crisis_extract(&somebody(&plan), &[&released], BASE).unwrap().json;
    assert!(take(&extract).is_err());
}

#[test]
fn what_changes_the_meaning_of_a_consent_cannot_be_left_out_of_it() {
    let document = document();
    let conditional = |entry: &&Value| entry["resource"]["provision"].get("modifierExtension").is_some();
    let at = document["entry"].as_array().unwrap().iter().position(|entry| conditional(&entry)).unwrap();
    let place = format!("Bundle.entry[{at}].resource.provision");
    let without =
        |key: &str| places(|d| drop(d["entry"][at]["resource"]["provision"].as_object_mut().unwrap().remove(key)));
    assert_eq!(without("modifierExtension"), [format!("{place}.modifierExtension")]);
    assert_eq!(places(|d| drop(d["entry"][at]["resource"].as_object_mut().unwrap().remove("provision"))), [place]);
}

#[test]
fn words_that_hide_in_a_narrative_are_refused() {
    let at = entry(&document(), "CarePlan");
    for hidden in ["<![CDATA[x]]>", "<img alt=\"x\"/>", "<!-- x -->", "<p title=\"x\">y</p>"] {
        let div = format!("<div xmlns=\"http://www.w3.org/1999/xhtml\">{hidden}</div>");
        let found = places(|d| d["entry"][at]["resource"]["text"]["div"] = div.into());
        assert!(found.contains(&format!("Bundle.entry[{at}].resource.text.div")), "{hidden}: {found:?}");
    }
    let found = places(|d| d["entry"][at]["resource"]["text"]["extension"] = json!([{"url": "x", "valueString": "x"}]));
    assert!(found.iter().any(|place| place.contains("text")), "{found:?}");
}
