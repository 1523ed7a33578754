//! What the files say, cell by cell; what follows for plans; the words it is said in.

use std::collections::BTreeMap;

use time::macros::date;

use super::*;
use crate::item::{Contact, ContactRole, Contactable, DraftItem, Item, ItemKind, Preference, Voice, VoiceRole};
use crate::lifecycle::State;
use crate::people::{Party, PartyId, PartyRole};
use crate::plan::{Content, Formality, FormalityKind};
use crate::section::Section;
use crate::words::{Lang, Words};

mod cells;
mod plans;
mod times;
mod words;

fn said(text: &str) -> Words {
    Words::new(text.to_owned(), Lang::try_from("en").unwrap()).unwrap()
}

fn party(id: &str) -> PartyId {
    PartyId::try_from(id).unwrap()
}

fn on(date: time::Date) -> PlanDate {
    PlanDate(date)
}

/// A directive under this law, with nothing signed.
fn directive(instrument: Instrument) -> Content {
    Content {
        kind: PlanKind::AdvanceDirective,
        status: State::Draft,
        head: Head {
            title: said("Mine"),
            language: Lang::try_from("en").unwrap(),
            from: None,
            until: None,
            review: None,
            jurisdiction: instrument.law().places.last().copied().map(Jurisdiction::Place),
            instrument: Some(instrument),
            if_not_followed: None,
            formalities: vec![],
        },
        parties: vec![],
        absences: BTreeMap::new(),
        items: vec![],
        document: None,
    }
}

fn with_party(mut content: Content, id: &str, role: PartyRole, in_treating_team: Option<bool>) -> Content {
    let name = id.to_owned();
    content.parties.push(Party { id: party(id), name, role, organization: None, in_treating_team });
    content
}

fn formality(is: FormalityKind, by: &str, day: time::Date) -> Formality {
    Formality { is, party: party(by), on: on(day), words: Some(said("I saw it.")) }
}

fn contact(by: &str, roles: Vec<ContactRole>) -> DraftItem {
    let contact = Contact {
        party: party(by),
        relationship: None,
        reach: vec![],
        roles,
        agent_order: None,
        may_be_told: None,
        limits: None,
        contact: Contactable::Yes,
        only_if: None,
    };
    item(Section::WhoDecides, ItemKind::Contact(contact))
}

fn item(section: Section, kind: ItemKind) -> DraftItem {
    DraftItem {
        id: None,
        item: Item {
            section,
            words: None,
            kind,
            translations: vec![],
            voice: Voice { party: PartyId::person(), role: VoiceRole::Person },
            stances: vec![],
            when: vec![],
            order: None,
            share: None,
            about_parties: vec![],
            since: None,
            framework: None,
        },
    }
}

#[test]
fn every_file_is_read_and_names_its_own_instrument() {
    for instrument in Instrument::ALL {
        let law = Law::read(instrument).unwrap_or_else(|e| panic!("{instrument}: {e}"));
        assert_eq!(law.instrument, instrument);
        assert_eq!(*instrument.law(), law);
        assert_eq!(instrument.code().parse(), Ok(instrument));
        assert_eq!(serde_json::to_string(&instrument).unwrap(), format!("\"{instrument}\""));
    }
    assert_eq!(LAWS.len(), Instrument::ALL.len());
    let files = std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/src/law")).unwrap();
    let json = files.filter(|f| f.as_ref().unwrap().path().extension().is_some_and(|e| e == "json")).count();
    assert_eq!(json, Instrument::ALL.len(), "a file that no instrument reads");
}

#[test]
fn what_stands_in_for_an_unreadable_file_is_the_unknown_law() {
    let unknown = Instrument::Unknown.law();
    assert_eq!(Law { checked_at: unknown.checked_at, ..NOTHING_KNOWN.clone() }, *unknown);
}

#[test]
fn a_file_with_anything_that_is_not_understood_is_refused() {
    let good: serde_json::Value = serde_json::from_str(Instrument::UsOrDeclaration.file()).unwrap();
    assert!(serde_json::from_value::<Law>(good.clone()).is_ok());
    let breaks: [(&str, &str); 7] = [
        ("", "surprise"),
        ("/witnesses", "surprise"),
        ("/witnesses/is", "surprise"),
        ("/override/is", "surprise"),
        ("/revoke/is", "surprise"),
        ("/sources/127.702", "surprise"),
        ("/agent/is", "surprise"),
    ];
    for (at, name) in breaks {
        let mut bad = good.clone();
        bad.pointer_mut(at).unwrap().as_object_mut().unwrap().insert(name.into(), true.into());
        assert!(serde_json::from_value::<Law>(bad).is_err(), "{at}");
    }
    for (at, value) in [("/effect/is", "must"), ("/validity/is", "3 years"), ("/effect/status", "sure")] {
        let mut bad = good.clone();
        *bad.pointer_mut(at).unwrap() = value.into();
        assert!(serde_json::from_value::<Law>(bad).is_err(), "{at}");
    }
}

#[test]
fn a_verified_fact_names_a_source_that_was_read_and_a_record_is_as_old_as_its_newest() {
    for law in Instrument::ALL.into_iter().map(Instrument::law).filter(|law| !law.is_unknown()) {
        let record = serde_json::to_value(law).unwrap();
        let mut used = std::collections::BTreeSet::new();
        for column in Column::ALL {
            let cell = &record[column.code()];
            let facts =
                if column == Column::Also { cell.as_array().cloned().unwrap_or_default() } else { vec![cell.clone()] };
            for fact in facts.iter().filter(|fact| !fact.is_null()) {
                let sources = fact["sources"].as_array().cloned().unwrap_or_default();
                assert_eq!(fact["status"] == "verified", !sources.is_empty(), "{} {}", law.instrument, column.code());
                used.extend(sources.iter().map(|s| s.as_str().unwrap().to_owned()));
            }
        }
        assert_eq!(used, law.sources.keys().cloned().collect(), "{}", law.instrument);
        assert!(law.sources.values().all(|source| source.checked_at <= law.checked_at), "{}", law.instrument);
        assert!(law.version >= 1 && !law.name.is_empty() && !law.places.is_empty() && !law.kinds.is_empty());
    }
}

#[test]
fn a_plan_has_the_law_it_names_and_nothing_is_guessed() {
    let head = |jurisdiction: Option<&str>, instrument| {
        let mut head = directive(Instrument::Unknown).head;
        head.jurisdiction = jurisdiction.map(|code| code.parse().unwrap());
        head.instrument = instrument;
        Law::of(&head).instrument
    };
    let oregon = Some(Instrument::UsOrDeclaration);
    assert_eq!(head(Some("US-OR"), oregon), Instrument::UsOrDeclaration);
    assert_eq!(head(Some("GB-WLS"), Some(Instrument::GbEawAdrt)), Instrument::GbEawAdrt);
    for place in [None, Some("unknown"), Some("US-PA"), Some("US"), Some("US-UT")] {
        assert_eq!(head(place, oregon), Instrument::Unknown, "{place:?}");
    }
    assert_eq!(head(Some("US-OR"), None), Instrument::Unknown);
    assert_eq!(head(Some("US-OR"), Some(Instrument::Unknown)), Instrument::Unknown);

    let at = |place: &str, kind| Law::at(place.parse().unwrap(), kind).map(|law| law.instrument).collect::<Vec<_>>();
    let england = [Instrument::GbEawAdrt, Instrument::GbEawStatement, Instrument::GbEawChoiceDocument];
    assert_eq!(at("GB-ENG", PlanKind::AdvanceDirective), england);
    assert_eq!(at("NL", PlanKind::AdvanceDirective), [Instrument::NlSelfBinding]);
    assert_eq!(at("NL", PlanKind::CrisisCard), [Instrument::NlCrisisCard]);
    assert_eq!(at("US-OR", PlanKind::RecoveryPlan), []);
    assert_eq!(at("US-UT", PlanKind::AdvanceDirective), []);
}

#[test]
fn a_plan_of_before_is_still_a_plan_and_is_written_as_it_was() {
    let before = r#"{"title":{"text":"Mine","lang":"en"},"language":"en","jurisdiction":"unknown"}"#;
    let head: Head = serde_json::from_str(before).unwrap();
    assert_eq!((head.jurisdiction, head.instrument), (Some(Jurisdiction::Unknown), None));
    assert_eq!(serde_json::to_string(&head).unwrap(), before);
}

#[test]
fn the_published_schema_lists_the_same_instruments_and_formalities() {
    let schema: serde_json::Value =
        serde_json::from_str(include_str!("../../../../profiles/plan.schema.json")).unwrap();
    let codes: Vec<&str> = Instrument::ALL.into_iter().map(Instrument::code).collect();
    assert_eq!(schema["properties"]["instrument"]["enum"], serde_json::json!(codes));
    assert_eq!(schema["properties"]["jurisdiction"]["pattern"], "^(unknown|[A-Z]{2}(-[A-Z0-9]{1,3})?)$");
    let kinds =
        [FormalityKind::Signature, FormalityKind::Witness, FormalityKind::CapacityEvidence, FormalityKind::Notary];
    assert_eq!(schema["$defs"]["formality"]["properties"]["is"]["enum"], serde_json::to_value(kinds).unwrap());
}
