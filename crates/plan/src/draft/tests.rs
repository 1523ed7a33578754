//! Laws of writing: what a writer cannot see, a writer cannot change, remove or learn of.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;
use crate::item::{DraftItem, Item, ItemKind, NoMore, Voice, VoiceRole};
use crate::kind::PlanKind;
use crate::plan::Head;
use crate::words::{Lang, Words};

fn words(text: &str) -> Words {
    Words::new(text.to_owned(), Lang::try_from("en").unwrap()).unwrap()
}

fn item(section: Section, text: &str) -> DraftItem {
    DraftItem {
        id: None,
        item: Item {
            section,
            words: Some(words(text)),
            kind: ItemKind::Words(NoMore {}),
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

fn content(items: Vec<DraftItem>) -> Content {
    Content {
        kind: PlanKind::RecoveryPlan,
        status: State::Draft,
        head: Head {
            title: words("Mine"),
            language: Lang::try_from("en").unwrap(),
            from: None,
            until: None,
            review: None,
            jurisdiction: None,
            instrument: None,
            if_not_followed: None,
            formalities: vec![],
        },
        parties: vec![],
        absences: BTreeMap::new(),
        items,
        document: None,
    }
}

fn counter() -> impl FnMut() -> [u8; 16] {
    let mut n = 0u128;
    move || {
        n += 1;
        n.to_be_bytes()
    }
}

const SECTIONS: [Section; 3] = [Section::Helps, Section::Hopes, Section::PastToKnow];

fn at(second: i64) -> OffsetDateTime {
    OffsetDateTime::from_unix_timestamp(1_800_000_000 + second).unwrap()
}

proptest! {
    /// A writer who sees some sections hands in whatever they like for those; the others come out as they were.
    #[test]
    fn an_app_that_sees_six_sections_cannot_touch_the_seventh(
        old in prop::collection::vec((0usize..3, "\\PC{0,8}"), 0..12),
        new in prop::collection::vec((0usize..2, "\\PC{0,8}"), 0..12),
        keep in prop::collection::vec(any::<bool>(), 12),
    ) {
        let mut fresh = counter();
        let old = old.into_iter().map(|(s, t)| item(SECTIONS[s], &t)).collect();
        let plan = Plan::begin(PersonId::from_random([1; 16]), content(old), at(0), &mut fresh).unwrap();
        let seen_items: Vec<_> = plan.items.iter().filter(|i| i.item.section != Section::PastToKnow).cloned().collect();
        let seen = Seen {
            items: seen_items.iter().map(|i| (i.id, i.item.order)).collect(),
            sections: SECTIONS[..2].iter().copied().collect(),
            ..Seen::default()
        };
        let mut drafts: Vec<DraftItem> = seen_items.iter().zip(&keep).filter(|(_, k)| **k)
            .map(|(i, _)| DraftItem { id: Some(i.id), item: i.item.clone() }).collect();
        drafts.extend(new.iter().map(|(s, t)| item(SECTIONS[*s], t)));
        let wanted: Vec<_> = drafts.iter().map(|d| d.item.clone()).collect();
        let next = plan.revise(content(drafts), &seen, at(1), &mut fresh).unwrap();

        let hidden = |p: &Plan| p.items.iter().filter(|i| i.item.section == Section::PastToKnow).cloned().collect::<Vec<_>>();
        prop_assert_eq!(hidden(&plan), hidden(&next));
        let visible: Vec<_> = next.items.iter().filter(|i| i.item.section != Section::PastToKnow).map(|i| i.item.clone()).collect();
        prop_assert_eq!(visible, wanted);
        prop_assert!(next.removals.iter().all(|r| r.section != Section::PastToKnow));
    }
}

#[test]
fn an_unseen_items_id_is_answered_like_an_id_that_never_was() {
    let mut fresh = counter();
    let plan =
        Plan::begin(PersonId::from_random([1; 16]), content(vec![item(Section::PastToKnow, "x")]), at(0), &mut fresh)
            .unwrap();
    let hidden = plan.items[0].id;
    let never = ItemId::from_random([9; 16]);
    let answer = |id| {
        let mut draft = item(Section::Helps, "y");
        draft.id = Some(id);
        plan.revise(content(vec![draft]), &Seen::default(), at(1), &mut counter()).unwrap_err()
    };
    assert_eq!(answer(hidden), answer(never));
}

#[test]
fn a_change_back_and_forth_leaves_a_new_version_each_time() {
    let mut fresh = counter();
    let plan = Plan::begin(PersonId::from_random([1; 16]), content(vec![item(Section::Helps, "a")]), at(0), &mut fresh)
        .unwrap();
    let seen = Seen { items: plan.items.iter().map(|i| (i.id, i.item.order)).collect(), ..Seen::default() };
    let put = |plan: &Plan, text: &str, fresh: Fresh<'_>| {
        let mut draft = item(Section::Helps, text);
        draft.id = Some(plan.items[0].id);
        plan.revise(content(vec![draft]), &seen, at(2), fresh).unwrap()
    };
    let b = put(&plan, "b", &mut fresh);
    let a = put(&b, "a", &mut fresh);
    assert_eq!(a.items[0].item, plan.items[0].item);
    assert_ne!(a.items[0].version, plan.items[0].version);
    assert_eq!(put(&a, "a", &mut fresh).items[0].version, a.items[0].version);
}

#[test]
fn a_draft_needs_only_a_title_and_an_active_plan_what_its_kind_needs() {
    let person = PersonId::from_random([1; 16]);
    assert!(Plan::begin(person, content(vec![]), at(0), &mut counter()).is_ok());
    let mut active = content(vec![]);
    active.status = State::Active;
    assert!(matches!(
        Plan::begin(person, active, at(0), &mut counter()),
        Err(NotTaken::NotReady(Missing::Section(Section::Strengths)))
    ));
}

#[test]
fn a_replaced_plan_stays_as_it_was() {
    let mut fresh = counter();
    let mut active = content(vec![
        item(Section::Strengths, "a"),
        item(Section::WhatMatters, "b"),
        DraftItem {
            id: None,
            item: Item {
                kind: ItemKind::Goal(crate::item::Goal { why: None, steps: vec![], progress: vec![], chime: vec![] }),
                ..item(Section::Goals, "c").item
            },
        },
    ]);
    active.status = State::Active;
    let plan = Plan::begin(PersonId::from_random([1; 16]), active, at(0), &mut fresh).unwrap();
    let gone = plan.supersede(at(1), &mut fresh).unwrap();
    for status in State::ALL {
        let mut wanted = gone.as_content();
        wanted.status = status;
        let seen = Seen { items: gone.items.iter().map(|i| (i.id, i.item.order)).collect(), ..Seen::default() };
        assert!(matches!(gone.revise(wanted, &seen, at(2), &mut fresh), Err(NotTaken::NoSuchMove { .. })));
    }
}

#[test]
fn whether_a_plan_is_ready_never_tells_a_partial_writer_of_the_unseen() {
    let seen = Seen { sections: [Section::Strengths].into(), ..Seen::default() };
    let answers = [vec![], vec![item(Section::WhatMatters, "hidden")]].map(|hidden| {
        let plan = Plan::begin(PersonId::from_random([1; 16]), content(hidden), at(0), &mut counter()).unwrap();
        let mut wanted = content(vec![item(Section::Strengths, "a")]);
        wanted.status = State::Active;
        plan.revise(wanted, &seen, at(1), &mut counter()).unwrap_err()
    });
    assert_eq!(answers[0], answers[1]);
    assert!(matches!(answers[0], NotTaken::NotReady(Missing::Section(Section::WhatMatters))));
}

/// Three items at the places 1, 2, 3, of which the writer sees the first and the last, at the places 1 and 2.
fn with_a_hidden_one_between() -> (Plan, Seen) {
    let at_place = |text: &str, order| {
        let mut draft = item(Section::Helps, text);
        draft.item.order = Some(order);
        draft
    };
    let drafts = vec![at_place("a", 1), at_place("hidden", 2), at_place("b", 3)];
    let plan = Plan::begin(PersonId::from_random([1; 16]), content(drafts), at(0), &mut counter()).unwrap();
    let seen = Seen { items: [(plan.items[0].id, Some(1)), (plan.items[2].id, Some(2))].into(), ..Seen::default() };
    (plan, seen)
}

fn as_seen(plan: &Plan, orders: [u32; 2]) -> Content {
    let drafts = [0, 2].iter().zip(orders).map(|(place, order)| {
        let kept = &plan.items[*place];
        DraftItem { id: Some(kept.id), item: Item { order: Some(order), ..kept.item.clone() } }
    });
    content(drafts.collect())
}

#[test]
fn who_sees_places_without_gaps_and_moves_nothing_leaves_the_places_as_they_are() {
    let (plan, seen) = with_a_hidden_one_between();
    let next = plan.revise(as_seen(&plan, [1, 2]), &seen, at(1), &mut counter()).unwrap();
    assert_eq!(next.items, plan.items);
    let moved = plan.revise(as_seen(&plan, [2, 1]), &seen, at(1), &mut counter()).unwrap();
    assert_eq!(moved.items[1], plan.items[1]);
    assert!(moved.items[0].item.order > moved.items[2].item.order);
}

#[test]
fn a_section_says_why_it_has_no_items_only_where_its_writer_sees_none() {
    let beside = || {
        let mut beside = content(vec![item(Section::Helps, "a")]);
        beside.absences.insert(Section::Helps, crate::plan::Absence::NothingToSay);
        beside
    };
    assert!(matches!(beside().check(), Err(NotTaken::AbsenceBesideItems { path }) if path == "/absences/helps"));
    let full =
        Plan::begin(PersonId::from_random([1; 16]), content(vec![item(Section::Helps, "a")]), at(0), &mut counter());
    let blind = Seen { sections: [Section::Helps].into(), ..Seen::default() };
    let next = full.unwrap().revise(Content { items: vec![], ..beside() }, &blind, at(1), &mut counter());
    let next = next.unwrap();
    assert_eq!(
        (next.items.len(), next.absences.len()),
        (1, 1),
        "what the writer does not see stays, and is not told of"
    );
    let sees = Seen { items: [(next.items[0].id, None)].into(), ..blind };
    let again = next.revise(content(vec![]), &sees, at(2), &mut counter());
    assert_eq!(again.unwrap().absences.len(), 1, "nobody took back what they were not shown");
    assert!(next.revise(beside(), &sees, at(2), &mut counter()).is_err(), "nor says it beside what they see");
    let empty = Content { items: vec![], ..beside() };
    let said = Plan::begin(PersonId::from_random([1; 16]), empty, at(0), &mut counter()).unwrap();
    let hides = Seen { sections: [Section::Helps].into(), ..Seen::default() };
    let added = said.revise(beside(), &hides, at(1), &mut counter()).unwrap();
    assert_eq!((added.items.len(), added.absences.len()), (1, 1), "who does not see the item does not learn of it");
}

#[test]
fn a_plan_that_grew_past_the_limit_can_still_be_changed_but_not_grow() {
    let many = |count: usize| (0..count).map(|n| item(Section::Helps, &n.to_string())).collect::<Vec<_>>();
    let person = PersonId::from_random([1; 16]);
    let half = Plan::begin(person, content(many(ITEMS_MAX)), at(0), &mut counter()).unwrap();
    let whole = half.revise(content(many(3)), &Seen::default(), at(1), &mut counter()).unwrap();
    assert_eq!(whole.items.len(), ITEMS_MAX + 3);
    let seen = Seen { items: whole.items.iter().map(|i| (i.id, None)).collect(), ..Seen::default() };
    let again = whole.revise(whole.as_content(), &seen, at(2), &mut counter()).unwrap();
    assert_eq!(again.items, whole.items);
    let mut more = whole.as_content();
    more.items.push(item(Section::Helps, "one more"));
    assert!(matches!(whole.revise(more, &seen, at(2), &mut counter()), Err(NotTaken::TooMany { .. })));
}

#[test]
fn the_law_a_plan_names_is_a_term_that_every_writer_sees_and_may_set() {
    let mut fresh = counter();
    let plan = Plan::begin(PersonId::from_random([1; 16]), content(vec![]), at(0), &mut fresh).unwrap();
    let mut named = content(vec![]);
    named.head.jurisdiction = Some("US-OR".parse().unwrap());
    named.head.instrument = Some(crate::Instrument::UsOrDeclaration);
    let next = plan.revise(named.clone(), &Seen::default(), at(1), &mut fresh).unwrap();
    assert_eq!((next.head.jurisdiction, next.head.instrument), (named.head.jurisdiction, named.head.instrument));
    assert_ne!(next.terms_version, plan.terms_version);
    let mut other = named.clone();
    other.head.instrument = Some(crate::Instrument::Unknown);
    let changed = next.revise(other, &Seen::default(), at(2), &mut fresh).unwrap();
    assert_ne!(changed.terms_version, next.terms_version);
    let same = next.revise(named, &Seen::default(), at(2), &mut fresh).unwrap();
    assert_eq!(same.terms_version, next.terms_version);
}

fn in_force(kind: crate::PlanKind) -> Plan {
    let mut plan =
        Plan::begin(PersonId::from_random([1; 16]), content(vec![item(Section::Helps, "a")]), at(0), &mut counter())
            .unwrap();
    (plan.kind, plan.state) = (kind, State::Active);
    plan
}

#[test]
fn a_no_without_effect_keeps_the_plan_in_force_and_is_shown_and_one_with_effect_cancels_it() {
    let plan = in_force(crate::PlanKind::AdvanceDirective);
    let no = crate::plan::No { at: at(5), words: None };
    let asked = plan.refuse(no.clone(), false, &mut counter()).unwrap();
    assert!(asked.state == State::RevokeRequested && asked.no == Some(no.clone()) && asked.holds_on(day_of(at(6))));
    assert!(asked.refuse(no.clone(), false, &mut counter()).is_err(), "it was said already");
    let cancelled = asked.refuse(no, true, &mut counter()).unwrap();
    assert!(cancelled.state == State::Cancelled && !cancelled.holds_on(day_of(at(6))));
    assert_eq!((cancelled.terms_changed_at, cancelled.items.len()), (at(5), 1), "nothing of what was written is lost");
    let taken_back = |themselves| {
        let seen = Seen { themselves, ..Seen::default() };
        let wanted = Content { status: State::Active, ..asked.as_content() };
        asked.revise(Content { items: vec![], ..wanted }, &seen, at(7), &mut counter())
    };
    assert!(matches!(taken_back(false), Err(NotTaken::NoSuchMove { .. })), "an app does not take a no back");
    assert!(matches!(taken_back(true), Err(NotTaken::NotReady(_)) | Ok(_)));
}

#[test]
fn a_plan_ends_on_the_day_the_person_chose_and_a_directive_only_where_its_law_says_so() {
    let until = |kind, instrument, place: Option<&str>| {
        let mut plan = in_force(kind);
        plan.head.until = Some(day_of(at(0)));
        plan.head.instrument = instrument;
        plan.head.jurisdiction = place.map(|place| place.parse().unwrap());
        plan
    };
    let (last, next) = (day_of(at(0)), day_of(at(200_000)));
    let wellness = until(crate::PlanKind::WellnessPlan, None, None);
    assert!(wellness.holds_on(last) && !wellness.holds_on(next) && wellness.is_over_on(next));
    assert_eq!(wellness.end(at(200_000), &mut counter()).unwrap().state, State::Ended);
    let wish = until(crate::PlanKind::AdvanceDirective, None, None);
    assert!(wish.holds_on(next) && !wish.is_over_on(next), "nobody here knows what its law says");
    let oregon = until(crate::PlanKind::AdvanceDirective, Some(crate::Instrument::UsOrDeclaration), Some("US-OR"));
    assert!(oregon.holds_on(next), "it may be in use");
}

#[test]
fn once_the_text_is_ready_only_stances_and_signatures_are_added() {
    let mut plan = in_force(crate::PlanKind::SafetyPlan);
    plan.state = State::Ready;
    let seen = Seen { items: [(plan.items[0].id, None)].into(), head: true, ..Seen::default() };
    let put = |change: &dyn Fn(&mut Content)| {
        let mut wanted = plan.as_content();
        wanted.status = State::Ready;
        change(&mut wanted);
        plan.revise(wanted, &seen, at(1), &mut counter())
    };
    let stance = crate::item::Stance {
        party: PartyId::person(),
        position: crate::item::Position::Agreed,
        words: None,
        at: None,
    };
    let frozen = |result| matches!(result, Err(NotTaken::Frozen { .. }));
    assert!(!frozen(put(&|c| c.items[0].item.stances.push(stance.clone()))));
    assert!(frozen(put(&|c| c.items[0].item = item(Section::Helps, "b").item)));
    assert!(frozen(put(&|c| drop(c.items.pop()))));
    assert!(frozen(put(&|c| c.head.until = Some(day_of(at(0))))));
    let back = put(&|c| {
        c.status = State::Draft;
        c.items[0].item = item(Section::Helps, "b").item;
    });
    assert!(back.is_ok());
}

#[test]
fn the_person_is_one_party_and_speaks_in_one_role_and_who_is_not_to_be_involved_is_nobody_to_call() {
    let party = |id: &str, role: &str| {
        serde_json::from_value(serde_json::json!({"id": id, "name": "N", "role": role})).unwrap()
    };
    let contact = |contact: &str| {
        let mut draft = item(Section::NotInvolve, "not him");
        draft.item.kind =
            serde_json::from_value(serde_json::json!({"type": "contact", "party": "neil", "contact": contact}))
                .unwrap();
        draft
    };
    let with = |parties: Vec<Party>, items: Vec<DraftItem>| Content { parties, ..content(items) }.check();
    let me = || party("self", "person");
    let neil = || party("neil", "family");
    assert_eq!(with(vec![me(), neil()], vec![contact("never"), contact("only-if")]), Ok(()));
    let call = with(vec![neil()], vec![contact("yes")]).unwrap_err();
    assert_eq!((call.path().as_str(), matches!(call, NotTaken::NotInvolved { .. })), ("/items/0/contact", true));
    for (parties, path) in [
        (vec![me(), me()], "/parties/1/id"),
        (vec![party("self", "clinician")], "/parties/0/role"),
        (vec![me(), party("neil", "person")], "/parties/1/role"),
    ] {
        assert_eq!(with(parties, vec![]).unwrap_err().path(), path);
    }
    for (id, role) in [(PartyId::person(), VoiceRole::Clinician), (neil().id, VoiceRole::Person)] {
        let mut draft = item(Section::Helps, "x");
        draft.item.voice = Voice { party: id, role };
        assert_eq!(with(vec![neil()], vec![draft]).unwrap_err().path(), "/items/0/voice/role");
    }
}
