//! The published example of a push is what the profiles make, and is taken without loss.

use std::collections::BTreeMap;

use sayso_fhir::incoming::Transaction;
use sayso_fhir::outgoing;
use serde_json::{Value, json};

use crate::world::{BASE, person, plan, whole};

fn example() -> Value {
    let own = json!({ "party": "self", "role": "person" });
    let words = |text: &str, lang: &str| json!({ "text": text, "lang": lang });
    json!({
        "kind": "recovery-plan", "status": "active", "language": "en-GB", "jurisdiction": "unknown",
        "title": words("What I want from here 🌱", "en-GB"),
        "parties": [{ "id": "self", "name": "Ama", "role": "person" }],
        "absences": { "past-to-know": "asked-declined" },
        "items": [
            { "section": "strengths", "type": "words", "voice": own, "words": words("Aku te gyae mu. I do not give up.", "tw") },
            { "section": "what-matters", "type": "words", "voice": own, "since": "2026-01-04",
              "words": words("Ŵyrion, cân, môr – and being asked first.", "cy") },
            { "section": "goals", "type": "goal", "voice": own, "words": words("A plot in the garden 👩🏾‍🌾", "en-GB"),
              "why": "Hands in soil keep my head quiet", "steps": [
                { "words": "Ask Kofi for the key", "who": "self", "by_when": "2026-04-01" }, { "words": "Sow beans", "done": true } ],
              "progress": ["Two rows dug"], "chime": ["hope", "meaning"] },
            { "section": "early-signs", "type": "ladder", "voice": own, "ordered": true,
              "words": words("It begins small:", "en-GB"), "rungs": [
                { "cue": "I stop cooking", "do": ["Eat with somebody"], "who": ["self"], "go_on_if": "three days pass" },
                { "cue": "I do not open letters", "do": ["Open one, together"], "reach": "555 0100" } ] },
            { "section": "helps", "type": "words", "voice": own, "words": words("موسيقى هادئة, then tea", "ar") },
            { "section": "harms", "type": "words", "voice": own, "words": words("Being talked about in the corridor", "en-GB") },
            { "section": "treatment", "type": "preference", "voice": own, "words": words("Medikament X", "de"),
              "about": { "kind": "medicine", "words": "Medikament X" }, "direction": "refuse", "intent": "advance-refusal",
              "when": [{ "sense": "unless", "words": "ich kann nicht mehr trinken" }],
              "because": words("Krämpfe 2019", "de"), "instead": [{ "words": "Medikament Y, abends" }] },
            { "section": "access-needs", "type": "need", "voice": own, "need": "interpreter", "language": "tw", "strength": "helps" }
        ]
    })
}

/// As an app writes it that knows no ids of ours: entries named by `urn:uuid`, nothing in them that the server makes.
fn push() -> Value {
    let shown = outgoing::resources(&whole(&plan(&example())), BASE);
    let sent: Vec<_> = shown.iter().filter(|s| matches!(s.kind, "CarePlan" | "Observation" | "Goal")).collect();
    let mut names = BTreeMap::new();
    for (n, one) in sent.iter().enumerate() {
        names.insert(format!("{}/{}", one.kind, one.id), format!("urn:uuid:7a1b0c2d-0000-4000-8000-{n:012}"));
    }
    let mut entries = Vec::new();
    for one in sent {
        let mut resource = one.json.clone();
        strip(&mut resource, &names);
        let members = resource.as_object_mut().unwrap();
        for made in ["id", "meta", "text", "identifier", "activity", "note", "author", "careTeam"] {
            if !(made == "note" && one.kind == "Goal") {
                members.remove(made);
            }
        }
        if members.get("effectiveDateTime").and_then(Value::as_str).is_some_and(|at| at.contains('T')) {
            members.remove("effectiveDateTime");
        }
        let full_url = &names[&format!("{}/{}", one.kind, one.id)];
        entries.push(json!({
            "fullUrl": full_url, "resource": resource, "request": { "method": "POST", "url": one.kind }
        }));
    }
    let text = json!({ "resourceType": "Bundle", "type": "transaction", "entry": entries }).to_string();
    serde_json::from_str(&text.replace(&format!("Patient/{}", person()), "Patient/PERSON")).unwrap()
}

fn strip(value: &mut Value, names: &BTreeMap<String, String>) {
    match value {
        Value::Object(members) => {
            for (key, member) in members.iter_mut() {
                match names.get(member.as_str().unwrap_or_default()) {
                    Some(name) if key == "reference" => *member = Value::String(name.clone()),
                    _ => strip(member, names),
                }
            }
        }
        Value::Array(elements) => {
            elements.retain(|e| !(e["url"] == "id" && e["valueId"].as_str().is_some_and(|id| id.len() == 36)));
            elements.iter_mut().for_each(|element| strip(element, names));
        }
        _ => {}
    }
}

#[test]
fn the_published_push_is_taken_without_loss() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../fixtures/fhir/push.json");
    let text = serde_json::to_string_pretty(&push()).unwrap() + "\n";
    if std::env::var_os("SAYSO_BLESS").is_some() {
        std::fs::write(path, &text).unwrap();
    }
    let there = std::fs::read_to_string(path).unwrap();
    assert_eq!(there, text, "SAYSO_BLESS=1 writes it anew");

    let bundle = there.replace("Patient/PERSON", &format!("Patient/{}", person()));
    let pushed = Transaction::read(bundle.as_bytes()).unwrap().into_pushed(person(), BASE, None).unwrap();
    let mut wanted = plan(&example()).as_content();
    wanted.items.iter_mut().for_each(|draft| draft.id = None);
    assert!(pushed.content == wanted);
}
