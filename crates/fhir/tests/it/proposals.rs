//! Proposals go out as Task and come in as Task: the same words, and nothing dropped.

use proptest::prelude::*;
use sayso_consent::{Released, Sealed, Themselves, own_proposal};
use sayso_fhir::{Shown, incoming, native, outgoing};
use sayso_plan::item::{Position, VoiceRole};
use sayso_plan::proposal::{Proposed, Proposer, Reply, Suggestion};
use sayso_plan::{ItemId, Lang, Plan, PlanId, Proposal, ProposalId, Section, Words};
use serde_json::Value;

use crate::world::{BASE, NOW, key, person};

fn words(text: &str) -> Words {
    Words::new(text.to_owned(), Lang::try_from("en-GB").unwrap()).unwrap()
}

fn proposal(plan: PlanId, suggestion: Suggestion) -> Proposal {
    let id = ProposalId::from_stored([0x50; 16]);
    Proposal { id, person: person(), plan, organization: None, suggestion, at: NOW, answer: None, version: 1 }
}

fn released(proposal: Proposal) -> Released<Proposal> {
    own_proposal(&Sealed::<Proposal>::new(proposal), &Themselves::signed_in(person()), &key()).unwrap()
}

/// One that waits, and one with each answer.
pub(crate) fn answered_in_every_way(plan: &Plan) -> Vec<Shown> {
    let by = Proposer { name: "Dr Example".into(), role: VoiceRole::Clinician };
    let about = plan.items[0].id;
    let said = Proposed::Words { section: Section::Helps, words: words("A room with a window"), about: Some(about) };
    let position = Position::AgreedInPart;
    let stance = Proposed::Stance { about, position, words: Some(words("On working days")) };
    let replies = [Reply::Accept, Reply::Change(words("x")), Reply::Decline(Some(words("It is too loud there")))];
    let mut all = Vec::new();
    for proposed in [said, stance] {
        let waits = proposal(plan.id, Suggestion { by: by.clone(), proposed });
        let answered = replies.iter().map(|reply| waits.clone().answered(reply, NOW + time::Duration::hours(1)));
        all.extend(answered.map(|one| outgoing::task(&released(one))));
        all.push(outgoing::task(&released(waits)));
    }
    all
}

fn any_suggestion() -> impl Strategy<Value = Suggestion> {
    let text = "[!-~äß][ -~äß🥄\u{202e}\u{301}\n]{0,60}[!-~🥄]".prop_filter("a word", |text| !text.trim().is_empty());
    let roles = prop::sample::select(vec![VoiceRole::Supporter, VoiceRole::Peer, VoiceRole::Clinician]);
    let sections = prop::sample::select(Section::all().collect::<Vec<_>>());
    let positions = prop::sample::select(vec![Position::Agreed, Position::Disagreed, Position::NotSure]);
    let item = any::<[u8; 16]>().prop_map(ItemId::from_random);
    let said = (text.clone(), sections, prop::option::of(item.clone()))
        .prop_map(|(text, section, about)| Proposed::Words { section, words: words(&text), about });
    let stance = (item, positions, prop::option::of(text)).prop_map(|(about, position, text)| Proposed::Stance {
        about,
        position,
        words: text.as_deref().map(words),
    });
    ("[A-Za-z][a-zé ]{0,20}[a-z]", roles, prop_oneof![said, stance])
        .prop_map(|(name, role, proposed)| Suggestion { by: Proposer { name, role }, proposed })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_goes_out_comes_in_as_it_was(suggestion in any_suggestion(), plan in any::<[u8; 16]>()) {
        let plan = PlanId::from_random(plan);
        let out = released(proposal(plan, suggestion.clone()));
        let task = outgoing::task(&out);
        prop_assert!(task.typed().is_ok(), "{:?}", task.typed().err());
        let back = incoming::task(&task.bytes(), BASE).unwrap();
        prop_assert_eq!(&back.suggestion, &suggestion);
        prop_assert_eq!(back.plan, plan);

        let mut native: Value = native::proposal(&out);
        for made in ["id", "plan", "at"] {
            native.as_object_mut().unwrap().remove(made);
        }
        prop_assert_eq!(native::suggestion(native.to_string().as_bytes()).unwrap(), suggestion);
    }
}

#[test]
fn words_that_a_string_cannot_hold_are_beside_it_byte_for_byte() {
    let by = Proposer { name: "Jo".into(), role: VoiceRole::Peer };
    let text = " a\u{b}b ";
    let proposed = Proposed::Words { section: Section::Helps, words: words(text), about: None };
    let task = outgoing::task(&released(proposal(PlanId::from_stored([2; 16]), Suggestion { by, proposed })));
    assert!(task.typed().is_ok());
    assert_eq!(task.json["extension"][0]["valueBase64Binary"], "IGELYiA=");
}

#[test]
fn a_reason_that_a_string_cannot_hold_is_beside_it_byte_for_byte() {
    let by = Proposer { name: "Jo".into(), role: VoiceRole::Peer };
    let proposed = Proposed::Words { section: Section::Helps, words: words("Sing"), about: None };
    let open = proposal(PlanId::from_stored([2; 16]), Suggestion { by, proposed });
    let at = open.at;
    let said = |reason: &str| {
        let answered = open.clone().answered(&Reply::Decline(Some(words(reason))), at);
        let task = outgoing::task(&released(answered));
        assert!(task.typed().is_ok());
        task.json["statusReason"].clone()
    };
    let odd = said("  n\u{202e}o\r\n ");
    assert_eq!(odd["extension"][0]["valueBase64Binary"], "ICBu4oCubw0KIA==");
    assert_eq!(said("No room."), serde_json::json!({ "text": "No room." }));
}

#[test]
fn whatever_is_not_understood_is_refused_with_its_place() {
    let by = Proposer { name: "Jo".into(), role: VoiceRole::Peer };
    let proposed = Proposed::Words { section: Section::Helps, words: words("Sing"), about: None };
    let task = outgoing::task(&released(proposal(PlanId::from_stored([2; 16]), Suggestion { by, proposed }))).json;
    for name in ["note", "owner", "priority", "extension", "modifierExtension", "text", "output", "statusReason"] {
        let mut strange = task.clone();
        strange[name] = match name {
            "owner" | "statusReason" => serde_json::json!({ "display": "x", "text": "x" }),
            "priority" => "urgent".into(),
            "text" => {
                serde_json::json!({ "status": "generated", "div": "<div xmlns=\"http://www.w3.org/1999/xhtml\">x</div>" })
            }
            _ => serde_json::json!([{ "url": "urn:x", "text": "x" }]),
        };
        let faults = incoming::task(strange.to_string().as_bytes(), BASE).unwrap_err();
        assert!(faults.iter().all(|fault| fault.path.starts_with(&format!("Task.{name}"))), "{name}: {faults:?}");
    }
}
