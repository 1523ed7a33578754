//! What is told of something sealed without opening it, which plan takes whose place, and how a plan ends.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test: what is not as expected is to fail it")]

use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::TestRunner;
use sayso_consent::{Sealed, Themselves};
use sayso_plan::item::VoiceRole;
use sayso_plan::law::Instrument;
use sayso_plan::plan::No;
use sayso_plan::proposal::{Answer, AnswerKind, Proposed, Proposer, Suggestion};
use sayso_plan::{Person, Plan, PlanDate, PlanKind, Proposal, Section, State};
use serde_json::json;
use time::macros::date;

mod world;
use world::plans::{counter, plans, words};
use world::{KINDS, at, id};

/// A generated plan in force, with items and no whole document.
fn a_plan() -> Plan {
    let with_items = plans().prop_filter("items", |plan| !plan.items.is_empty() && plan.document.is_none());
    let plan = with_items.new_tree(&mut TestRunner::deterministic()).unwrap().current();
    Plan { kind: PlanKind::JointCrisisPlan, ..plan }
}

fn a_document() -> Plan {
    let whole = plans().prop_filter("a document", |plan| plan.document.is_some());
    whole.new_tree(&mut TestRunner::deterministic()).unwrap().current()
}

fn sealed(plan: &Plan) -> Sealed<Plan> {
    Sealed::<Plan>::new(plan.clone())
}

/// What came of it, as it is kept.
fn read(sealed: &Sealed<Plan>) -> Plan {
    serde_json::from_slice(&sealed.to_storage().unwrap()).unwrap()
}

#[test]
fn of_a_sealed_plan_its_id_owner_kind_state_and_version_are_told() {
    let plan = a_plan();
    let told = sealed(&plan);
    assert_eq!((told.id(), told.person(), told.kind(), told.state()), (plan.id, plan.person, plan.kind, plan.state));
    assert_eq!((told.version(), told.recorded_at()), (plan.version, plan.recorded_at));
    assert!(!told.is_document() && sealed(&a_document()).is_document());
    let document = a_document();
    let its_id = document.document.as_ref().map(|kept| kept.id);
    assert_eq!((sealed(&document).document_id(), told.document_id()), (its_id, None));
    assert_eq!(read(&told), plan, "and what is kept is what was sealed");
    assert!(Sealed::<Plan>::from_storage(b"{}").is_err());
}

#[test]
fn a_plan_takes_the_place_of_another_only_when_both_are_in_force_and_of_one_kind_and_law() {
    let old = a_plan();
    let new = Plan { id: id(9), ..old.clone() };
    let takes = |new: &Plan, old: &Plan| sealed(new).takes_place_of(&sealed(old));
    assert!(takes(&new, &old));
    assert!(!takes(&old, &old), "none takes its own");
    let draft = |plan: &Plan| Plan { state: State::Draft, ..plan.clone() };
    assert!(!takes(&draft(&new), &old) && !takes(&new, &draft(&old)));
    assert!(!takes(&Plan { kind: KINDS[1], ..new.clone() }, &old));
    let mut elsewhere = new.clone();
    elsewhere.head.jurisdiction = serde_json::from_value(json!("GB-SCT")).unwrap();
    assert!(!takes(&elsewhere, &old));
    let document = Plan { kind: old.kind, head: old.head.clone(), ..a_document() };
    assert!(!takes(&Plan { id: id(9), ..document.clone() }, &old), "nobody knows what a document says");
    assert!(!takes(&new, &document));
}

#[test]
fn a_plan_holds_from_its_first_day_to_its_last_and_is_over_then() {
    let mut plan = a_plan();
    (plan.head.from, plan.head.until) = (Some(PlanDate(date!(2026 - 03 - 01))), Some(PlanDate(date!(2026 - 05 - 31))));
    let on = |plan: &Plan, day| (sealed(plan).holds_on(PlanDate(day)), sealed(plan).is_over_on(PlanDate(day)));
    for (day, holds, over) in [
        (date!(2026 - 02 - 28), false, false),
        (date!(2026 - 03 - 01), true, false),
        (date!(2026 - 05 - 31), true, false),
        (date!(2026 - 06 - 01), false, true),
    ] {
        assert_eq!(on(&plan, day), (holds, over), "{day}");
        let ended = sealed(&plan).ended_by(PlanDate(day), at(0), &mut counter(1));
        assert_eq!(ended.map(|ended| ended.state()), over.then_some(State::Ended), "{day}");
    }
}

/// Where the law wants a plan taken back as it was made, saying so is not enough: then it is shown as asked for.
#[test]
fn a_no_takes_effect_where_the_law_lets_it_be_said_or_it_was_made_in_form() {
    let me = Themselves::signed_in(id(1));
    let refused = |place, instrument, in_form| {
        let mut plan = a_plan();
        plan.kind = PlanKind::AdvanceDirective;
        plan.head.jurisdiction = serde_json::from_value(json!(place)).unwrap();
        plan.head.instrument = Some(instrument);
        let no = No { at: at(0), words: None };
        let next = sealed(&plan).refuse(&me, no.clone(), in_form, &mut counter(1)).unwrap();
        assert_eq!(read(&next).no, Some(no));
        next.state()
    };
    assert_eq!(refused("GB-EAW", Instrument::GbEawAdrt, false), State::Cancelled);
    assert_eq!(refused("GB-EAW", Instrument::GbEawAdrt, true), State::Cancelled);
    assert_eq!(refused("GB-SCT", Instrument::GbSctStatement, false), State::RevokeRequested);
    assert_eq!(refused("GB-SCT", Instrument::GbSctStatement, true), State::Cancelled);
}

#[test]
fn of_a_sealed_person_the_id_and_the_day_it_is_for_them_are_told() {
    let person = Person {
        id: id(7),
        name: "Ama".into(),
        language: sayso_plan::Lang::undetermined(),
        zone_minutes: 13 * 60,
        birth_date: None,
        identifiers: Vec::new(),
    };
    let told = Sealed::<Person>::new(person);
    // The world's noon is in the evening's next day thirteen hours east.
    assert_eq!((told.id(), told.day_of(at(0))), (id(7), PlanDate(at(13).date())));
    assert_eq!(told.day_of(at(12)), PlanDate(at(25).date()));
    assert_eq!(Themselves::signed_in(id(3)).person(), id(3));
}

#[test]
fn of_a_sealed_proposal_who_brought_it_and_whether_it_is_open_are_told() {
    let proposed = Proposed::Words { section: Section::Helps, words: words("tea"), about: None };
    let by = Proposer { name: "Dr Okafor".into(), role: VoiceRole::Clinician };
    let mut proposal = Proposal {
        id: id(1),
        person: id(2),
        plan: id(3),
        organization: Some(id(4)),
        suggestion: Suggestion { by, proposed },
        at: at(-1),
        answer: None,
        version: 2,
    };
    let told = Sealed::<Proposal>::new(proposal.clone());
    assert_eq!((told.id(), told.person(), told.plan()), (id(1), id(2), id(3)));
    assert_eq!((told.organization(), told.version(), told.is_open()), (Some(id(4)), 2, true));
    proposal.answer = Some(Answer { is: AnswerKind::Declined, at: at(0), reason: None });
    proposal.organization = None;
    let told = Sealed::<Proposal>::new(proposal);
    assert_eq!((told.organization(), told.is_open()), (None, false));
    assert!(told.clone().to_storage().is_ok_and(|kept| Sealed::<Proposal>::from_storage(&kept).is_ok()));
}
