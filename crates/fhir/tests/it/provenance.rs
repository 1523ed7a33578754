//! Who made a plan: the person, whose voices stand in what is shown, and in the whole alone who signed and witnessed.

use std::collections::BTreeSet;

use sayso_fhir::{Shown, outgoing, profile};
use sayso_plan::item::VoiceRole;
use sayso_plan::{Plan, Section};
use serde_json::{Value, json};
use time::Duration;

use crate::leaving::{hostile, persons, plans_of, releases};
use crate::world::{BASE, joint_plan, plan, shown_section, somebody, whole};

/// The plan with something of everything, signed and witnessed.
fn signed() -> Plan {
    let mut native = joint_plan();
    native["formalities"] = json!([
        { "is": "signature", "party": "self", "on": "2026-01-02" },
        { "is": "signature", "party": "team", "on": "2026-01-03" },
        { "is": "witness", "party": "kofi", "on": "2026-01-02", "words": { "text": "I saw it.", "lang": "en" } },
        { "is": "capacity-evidence", "party": "team", "on": "2026-01-04" }
    ]);
    plan(&native)
}

fn provenance(shown: &[Shown]) -> &Value {
    let mut all = shown.iter().filter(|one| one.kind == "Provenance");
    let one = all.next().unwrap();
    assert!(all.next().is_none());
    &one.json
}

fn agents(provenance: &Value) -> &[Value] {
    provenance["agent"].as_array().unwrap()
}

/// Type, first role, who by name or address, and the day of each agent.
fn told(agent: &Value) -> [String; 4] {
    let who = &agent["who"];
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    [
        text(&agent["type"]["coding"][0]["code"]),
        text(&agent["role"][0]["coding"][0]["code"]),
        text(who.get("display").unwrap_or(&who["reference"])),
        text(&agent["extension"][0]["valueDate"]),
    ]
}

#[test]
fn the_whole_names_voices_and_who_signed_and_witnessed_on_which_day() {
    let plan = signed();
    let shown = outgoing::resources(&whole(&plan), BASE);
    let provenance = provenance(&shown);
    let person = format!("Patient/{}", plan.person);
    let all: Vec<[String; 4]> = agents(provenance).iter().map(told).collect();
    let expected = [
        ["author", "", &person, ""],
        ["informant", "facilitator", "Jo", ""],
        ["legal", "signature", &person, "2026-01-02"],
        ["attester", "signature", "Dr Example", "2026-01-03"],
        ["attester", "witness", "Kofi", "2026-01-02"],
        ["attester", "capacity-evidence", "Dr Example", "2026-01-04"],
    ];
    assert_eq!(all, expected.map(|one| one.map(str::to_owned)));
    assert_eq!(agents(provenance)[4]["role"][0]["coding"][1]["code"], "WIT");
    let of: Vec<&str> =
        provenance["target"].as_array().unwrap().iter().filter_map(|t| t["reference"].as_str()).collect();
    assert_eq!(of, ["CarePlan", "Composition", "DocumentReference"].map(|kind| format!("{kind}/{}", plan.id)));
    let care_plan = &shown[0].json;
    assert_eq!(provenance["recorded"], care_plan["meta"]["lastUpdated"]);
    assert_eq!(provenance["meta"]["versionId"], care_plan["meta"]["versionId"]);
    let text = provenance["text"]["div"].as_str().unwrap();
    assert!(text.contains("facilitator: ") && text.contains("witness: ") && text.contains("2026-01-04"), "{text}");
}

#[test]
fn an_extract_names_nobody_who_signed_or_witnessed_and_no_voice_of_what_is_hidden() {
    let plan = signed();
    for (section, voices) in [(Section::Helps, vec![]), (Section::Agreements, vec!["Jo"])] {
        let shown = outgoing::resources(&shown_section(&plan, section), BASE);
        let provenance = provenance(&shown);
        let [author, others @ ..] = agents(provenance) else { panic!("nobody made it") };
        assert_eq!(told(author)[0], "author");
        let named: Vec<[String; 4]> = others.iter().map(told).collect();
        let expected = voices.iter().map(|name| ["informant", "facilitator", name, ""].map(str::to_owned));
        assert_eq!(named, expected.collect::<Vec<_>>(), "{}", section.code());
        let text = provenance.to_string();
        let never = [
            "Kofi",
            "Dr Example",
            "2026-01-0",
            "attester",
            "legal",
            "WIT",
            "signature",
            "I saw it",
            profile::EXT_FORMALITY_DAY,
        ];
        assert!(never.iter().all(|hidden| !text.contains(hidden)), "{text}");
    }
}

#[test]
fn of_every_plan_it_names_the_voices_that_are_shown_and_signers_only_in_the_whole() {
    let (mut voiced, mut attested, mut extracts) = (0, 0, 0);
    let hostile = hostile().into_iter().map(|plan| ("hostile".to_owned(), plan));
    for (name, plan) in persons().iter().flat_map(|folder| plans_of(folder)).chain(hostile) {
        for release in releases(&plan) {
            let projection = release.shown.get();
            let shown = outgoing::resources(&release.shown, BASE);
            let all: Vec<[String; 4]> = agents(provenance(&shown)).iter().map(told).collect();
            let of = |kinds: &[&str]| all.iter().filter(|one| kinds.contains(&one[0].as_str())).count();
            let voices = projection.items.iter().map(|item| &item.item.voice).filter(|voice| !voice.party.is_person());
            let voices: BTreeSet<(&str, u8)> = voices.map(|voice| (voice.party.as_str(), voice.role as u8)).collect();
            assert_eq!(of(&["informant"]), voices.len(), "{name}, {}", release.cut);
            let formalities = if projection.whole { plan.head.formalities.len() } else { 0 };
            assert_eq!(of(&["legal", "attester"]), formalities, "{name}, {}", release.cut);
            assert_eq!(all.len(), 1 + voices.len() + formalities);
            voiced += voices.len();
            attested += formalities;
            extracts += usize::from(!projection.whole && !plan.head.formalities.is_empty());
        }
    }
    assert!(voiced >= 20 && attested >= 10 && extracts >= 20, "{voiced} {attested} {extracts}");
}

#[test]
fn a_party_that_speaks_in_two_roles_is_named_in_both_and_the_person_once() {
    let mut plan = plan(&joint_plan());
    for (item, role) in plan.items.iter_mut().zip([VoiceRole::Agent, VoiceRole::Supporter, VoiceRole::Supporter]) {
        item.item.voice.party = "kofi".try_into().unwrap();
        item.item.voice.role = role;
    }
    let shown = outgoing::resources(&whole(&plan), BASE);
    let mut roles: Vec<String> = agents(provenance(&shown)).iter().map(|one| told(one)[1].clone()).collect();
    roles.sort();
    assert_eq!(roles, ["", "agent", "facilitator", "supporter"]);
    let kofi = agents(provenance(&shown)).iter().find(|one| told(one)[2] == "Kofi").unwrap();
    let contact = shown.iter().find(|one| one.kind == "RelatedPerson").unwrap();
    assert_eq!(kofi["who"]["identifier"], contact.json["identifier"][0], "by identifier and never by address");
    assert!(kofi["who"].get("reference").is_none());
}

#[test]
fn it_is_an_update_where_what_is_shown_was_not_made_at_once_and_else_nothing_is_known() {
    let made = plan(&joint_plan());
    assert!(provenance(&outgoing::resources(&whole(&made), BASE)).get("activity").is_none());
    let mut changed = made;
    let helps = changed.items.iter_mut().find(|item| item.item.section == Section::Helps).unwrap();
    helps.changed_at += Duration::HOUR;
    let updated = outgoing::resources(&shown_section(&changed, Section::Helps), BASE);
    assert_eq!(provenance(&updated)["activity"]["coding"][0]["code"], "UPDATE");
    let elsewhere = outgoing::resources(&shown_section(&changed, Section::Harms), BASE);
    assert!(provenance(&elsewhere).get("activity").is_none(), "a change of what is hidden tells nothing");
}

#[test]
fn it_stands_in_the_document_and_not_in_the_crisis_extract_of_several_plans() {
    let plan = signed();
    let (released, subject) = (whole(&plan), somebody(&plan));
    let kinds = |bundle: &Shown| -> Vec<String> {
        let entries = bundle.json["entry"].as_array().unwrap().iter();
        entries.map(|entry| entry["resource"]["resourceType"].as_str().unwrap().to_owned()).collect()
    };
    let document = outgoing::document(&subject, &released, None, BASE);
    assert_eq!(kinds(&document).iter().filter(|kind| *kind == "Provenance").count(), 1);
    let extract = outgoing::crisis_extract(&subject, &[&released], BASE).unwrap();
    assert!(!kinds(&extract).contains(&"Provenance".to_owned()));
    assert!(!extract.json.to_string().contains("witness"));
}
