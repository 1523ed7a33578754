//! The published examples: those that hold are what leaves here; each of the others is one of them with one rule broken.

use sayso_fhir::{Shown, outgoing, profile};
use serde_json::{Value, json};

use crate::profiles::written;
use crate::world::{BASE, plan, somebody, whole};

/// A plan with something for every profile.
pub(crate) fn ours() -> Value {
    let own = json!({ "party": "self", "role": "person" });
    let words = |text: &str| json!({ "text": text, "lang": "en-GB" });
    json!({
        "kind": "joint-crisis-plan", "status": "active", "language": "en-GB", "title": words("My crisis plan"),
        "from": "2026-01-01", "until": "2026-12-31", "review": { "on": "2026-09-01", "starts": "team" },
        "jurisdiction": "unknown", "if_not_followed": words("Tell me why, in writing."),
        "formalities": [{ "is": "signature", "party": "self", "on": "2026-01-02" },
                        { "is": "witness", "party": "kofi", "on": "2026-01-02", "words": words("She read it to me.") }],
        "parties": [
            { "id": "self", "name": "Ama", "role": "person" },
            { "id": "kofi", "name": "Kofi", "role": "supporter" },
            { "id": "team", "name": "Dr Example", "role": "clinician", "organization": "Community team", "in_treating_team": true },
            { "id": "line", "name": "Night line", "role": "service" },
            { "id": "jo", "name": "Jo", "role": "facilitator", "in_treating_team": false }
        ],
        "absences": { "strengths": "asked-declined" },
        "items": [
            { "section": "goals", "type": "goal", "voice": own, "words": words("A plot in the garden"),
              "why": "Hands in soil keep my head quiet", "chime": ["hope", "meaning"], "progress": ["Two rows dug"],
              "steps": [{ "words": "Ask Kofi for the key", "who": "self", "by_when": "2026-04-01" }, { "words": "Sow beans", "done": true }] },
            { "section": "early-signs", "type": "ladder", "voice": own, "words": words("First I get quiet."), "ordered": true,
              "rungs": [{ "cue": "I stop answering", "do": ["Text me", "Come by"], "who": ["kofi"], "go_on_if": "two days pass" },
                        { "cue": "I do not sleep", "do": ["Call the team"], "who": ["kofi", "team"], "reach": "555 0100" }] },
            { "section": "helps", "type": "words", "voice": own, "since": "2025-11-01", "words": words("A quiet room"),
              "translations": [{ "text": "Une pièce calme", "lang": "fr", "by": "machine" }] },
            { "section": "crisis-signs", "type": "words", "voice": own, "words": words("I pace and talk fast.") },
            { "section": "harms", "type": "words", "voice": own, "words": words("Bright lights") },
            { "section": "place", "type": "preference", "voice": own, "words": words("At home with Kofi"),
              "about": { "kind": "place" }, "direction": "prefer", "intent": "wish" },
            { "section": "ask-for-help", "type": "contact", "order": 1, "voice": own, "party": "kofi", "contact": "only-if",
              "only_if": "I say so or cannot speak", "roles": ["first-call", "supporter"], "may_be_told": "that-i-am-in-crisis",
              "relationship": { "words": "my brother", "code": { "system": "http://terminology.hl7.org/CodeSystem/v3-RoleCode", "code": "BRO" } },
              "reach": [{ "by": "phone", "value": "+44 7700 900001" }, { "by": "text", "value": "+44 7700 900001" }] },
            { "section": "services", "type": "contact", "voice": own, "party": "line", "contact": "yes",
              "reach": [{ "by": "phone", "value": "555 0199" }] },
            { "section": "who-decides", "type": "contact", "voice": own, "party": "kofi", "contact": "yes",
              "roles": ["agent", "first-call"], "agent_order": 1, "limits": "Not about electric treatment",
              "when": [{ "sense": "unless", "words": "I can still say what I want" }] },
            { "section": "treatment", "type": "preference", "voice": own, "words": words("Haloperidol"),
              "about": { "kind": "medicine", "words": "haloperidol", "code": { "system": "http://snomed.info/sct", "code": "386837002" } },
              "direction": "refuse", "intent": "advance-refusal", "when": [{ "sense": "unless", "words": "I cannot drink any more" }],
              "because": words("Cramps in 2019"), "instead": [{ "words": "Lorazepam" }], "if_impossible": "Ask Kofi",
              "stances": [{ "party": "team", "position": "disagreed", "words": words("Works slower"), "at": "2026-01-05" }] },
            { "section": "look-after", "type": "arrangement", "voice": own, "for": "pet", "who": "kofi", "accepted_by_them": "yes",
              "key_facts": "Cat, twice a day", "where_things_are": "Hall" },
            { "section": "agreements", "type": "agreement", "voice": { "party": "jo", "role": "facilitator" },
              "what": "A call within a day", "parties": ["self", "team"], "from": "2026-01-01", "if_broken": "Jo is told",
              "stances": [{ "party": "self", "position": "agreed" },
                          { "party": "team", "position": "agreed-in-part", "words": words("On working days"), "at": "2026-01-05" }] }
        ]
    })
}

/// A rule of a profile, and how it is broken.
struct Rule {
    profile: &'static str,
    element: &'static str,
    says: &'static str,
    breaks: fn(&mut Value),
}

fn without(of: &mut Value, member: &str) {
    of.as_object_mut().unwrap().remove(member).unwrap();
}

const RULES: [Rule; 15] = [
    Rule {
        profile: profile::CARE_PLAN,
        element: "CarePlan.category",
        says: "a plan is found by the category assess-plan",
        breaks: |plan| drop(plan["category"].as_array_mut().unwrap().remove(0)),
    },
    Rule {
        profile: profile::STATEMENT,
        element: "Observation.value[x]",
        says: "a statement says something",
        breaks: |statement| without(statement, "valueString"),
    },
    Rule {
        profile: profile::GOAL,
        element: "Goal.description.text",
        says: "a goal is in the person's words",
        breaks: |goal| without(&mut goal["description"], "text"),
    },
    Rule {
        profile: profile::CONTACT,
        element: "RelatedPerson.identifier",
        says: "a contact has the identifier by which others refer to it",
        breaks: |contact| without(contact, "identifier"),
    },
    Rule {
        profile: profile::CARE_TEAM,
        element: "CareTeam.participant.member",
        says: "a participant is somebody",
        breaks: |team| without(&mut team["participant"][1], "member"),
    },
    Rule {
        profile: profile::TREATMENT_CONSENT,
        element: "Consent.provision.type",
        says: "a provision permits or denies",
        breaks: |consent| without(&mut consent["provision"], "type"),
    },
    Rule {
        profile: profile::AGENT_CONSENT,
        element: "Consent.provision.actor",
        says: "an agent is somebody",
        breaks: |consent| without(&mut consent["provision"], "actor"),
    },
    Rule {
        profile: profile::SHARING_CONSENT,
        element: "Consent.provision.provision.purpose",
        says: "a permit says for what",
        breaks: |consent| without(&mut consent["provision"]["provision"][0], "purpose"),
    },
    Rule {
        profile: profile::COMPOSITION,
        element: "Composition.section.text",
        says: "every section can be read by itself",
        breaks: |composition| without(&mut composition["section"][1], "text"),
    },
    Rule {
        profile: profile::CRISIS_EXTRACT,
        element: "Composition.section.code",
        says: "every section says which it is",
        breaks: |extract| without(&mut extract["section"][0], "code"),
    },
    Rule {
        profile: profile::BUNDLE,
        element: "Bundle.identifier",
        says: "a document says which release of which plan it is",
        breaks: |document| without(document, "identifier"),
    },
    Rule {
        profile: profile::DOCUMENT,
        element: "DocumentReference.category",
        says: "an entry is found by the category of advance directives",
        breaks: |entry| without(entry, "category"),
    },
    Rule {
        profile: profile::PROVENANCE,
        element: "Provenance.agent.who",
        says: "who took part is somebody",
        breaks: |provenance| without(&mut provenance["agent"][1], "who"),
    },
    Rule {
        profile: profile::PATIENT,
        element: "Patient.birthDate",
        says: "nothing but name and verified identifiers is sent",
        breaks: |person| person["birthDate"] = "1988-02-03".into(),
    },
    Rule {
        profile: profile::PROPOSAL,
        element: "Task.requester.display",
        says: "a proposal says who proposes",
        breaks: |task| without(&mut task["requester"], "display"),
    },
];

/// All that leaves of the plan, the two documents and what stands only in them included.
fn leaving() -> Vec<Value> {
    let plan = plan(&ours());
    let (released, subject) = (whole(&plan), somebody(&plan));
    let mut shown: Vec<Shown> = outgoing::resources(&released, BASE);
    shown.extend([outgoing::patient(&subject), outgoing::document(&subject, &released, None, BASE)]);
    let extract = outgoing::crisis_extract(&subject, &[&released], BASE).unwrap();
    let cover = extract.json["entry"][0]["resource"].clone();
    let proposals = crate::proposals::answered_in_every_way(&plan).into_iter().rev().map(|one| one.json);
    let decisions = crate::sharing::decisions().into_iter().map(|one| one.json);
    shown.into_iter().map(|one| one.json).chain([cover]).chain(proposals).chain(decisions).collect()
}

/// Whether the resource claims the profile; of the statements the refusal is the one to look at.
fn claims(resource: &Value, profile: &str) -> bool {
    let named = resource["meta"]["profile"].as_array().is_some_and(|all| all.iter().any(|one| one == profile));
    named && (profile != profile::STATEMENT || resource["valueString"].as_str().unwrap().starts_with("I refuse"))
}

fn pretty(value: &Value) -> String {
    serde_json::to_string_pretty(value).unwrap() + "\n"
}

#[test]
fn the_examples_that_hold_are_what_leaves() {
    let leaving = leaving();
    let mut list = Vec::new();
    for rule in &RULES {
        let name = rule.profile.rsplit('/').next().unwrap();
        let holds = leaving.iter().find(|one| claims(one, rule.profile)).unwrap();
        let mut broken = holds.clone();
        (rule.breaks)(&mut broken);
        written(&format!("examples/passing/{name}.json"), &pretty(holds));
        written(&format!("examples/failing/{name}.json"), &pretty(&broken));
        let breaks = json!({ "element": rule.element, "rule": rule.says });
        list.push(json!({ "name": name, "profile": rule.profile, "breaks": breaks }));
    }
    written("examples/list.json", &pretty(&list.into()));
}
