//! What a supporter reads of a plan, and never reads, by whom the person said that they are.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test: what is not as expected is to fail it")]

use std::collections::BTreeSet;

use proptest::prelude::*;
use proptest::strategy::ValueTree;
use sayso_consent::{
    Ask, Audience, Bound, Compiled, Effect, Grant, Known, Named, NamedAs, Period, Provision, Recipient, Sealed,
    Supporter, Themselves, What, Withheld, judge, naming, own_mentions,
};
use sayso_plan::{PartyId, Plan, Purpose, Removal, Section, Share};

mod world;
use world::plans::{key, opened, party, plans};
use world::{SECTIONS, at, consent, id, provision};

fn all_open() -> Compiled {
    let permit = |what| provision(Effect::Permit, Recipient::Supporter(id(1)), Purpose::Supnwk, what);
    let items = (1..=5).map(|n| What::Item(id(n)));
    let sections = SECTIONS.into_iter().map(What::Section);
    Compiled::of(&[consent(sections.chain(items).map(permit).collect())])
}

fn reads(plan: &Plan, named: &Named) -> Result<Grant, Withheld> {
    let audience = Audience::Supporter { supporter: id(1), named: named.clone() };
    let ask = Ask { audience, purpose: Some(Purpose::Supnwk), at: at(0) };
    judge(&Sealed::<Plan>::new(plan.clone()), &all_open(), &ask, &key())
}

fn set(parties: &[u8]) -> BTreeSet<PartyId> {
    parties.iter().map(|n| party(*n)).collect()
}

fn named(plan: &Plan, is: &[u8], is_not: &[u8]) -> Named {
    let mut named = Named::default();
    named.say(plan.id, Bound { is: set(is), is_not: set(is_not), at: at(-1) });
    named
}

fn kofi(named: Named, delegated: Option<Period>) -> Supporter {
    Supporter {
        id: id(1),
        person: id(1),
        name: "Kofi".into(),
        from: "Ama".into(),
        account: Some(id(7)),
        since: at(-9),
        ended_at: None,
        left: false,
        named,
        delegated,
        objections: Vec::new(),
    }
}

proptest! {
    /// Told of just what somebody else is shown, section by section, and of nothing that is about them.
    #[test]
    fn case_25_they_are_told_that_they_are_named_where_somebody_else_is_shown_it_and_nowhere_else(
        mut plan in plans(), who in 1u8..=4,
    ) {
        plan.parties_changed_at.clear();
        let others: Vec<u8> = (1..=4).filter(|n| *n != who).collect();
        let (them, one) = (party(who), kofi(named(&plan, &[who], &others), None));
        let audience = Audience::Organization { organization: id(9), practitioner: None, class: None };
        let ask = Ask { audience, purpose: Some(Purpose::Treat), at: at(0) };
        let sealed = [Sealed::<Plan>::new(plan.clone())];
        for section in SECTIONS {
            let what = What::Section(section);
            let permit = provision(Effect::Permit, Recipient::Organization(id(9)), Purpose::Treat, what);
            let rules = Compiled::of(&[consent(vec![permit])]);
            let grant = judge(&sealed[0], &rules, &ask, &key()).ok();
            let shown = |stored: &&sayso_plan::StoredItem| {
                grant.iter().flat_map(Grant::shown).any(|(id, _)| *id == stored.id)
            };
            let names = |stored: &sayso_plan::StoredItem| {
                let about_them = stored.item.concerned().any(|one| *one == them);
                stored.item.shown_parties().any(|one| *one == them) && !about_them
            };
            let told = naming(&sealed, &one, &rules, std::slice::from_ref(&ask), &key());
            prop_assert_eq!(told.is_ok(), plan.items.iter().filter(shown).any(names), "{:?}", section);
            prop_assert!(naming(&sealed, &one, &rules, &[], &key()).is_err(), "nobody else asks");
        }
    }

    /// The person, and nobody else, reads which of their items name a supporter, and where in those their voice is.
    #[test]
    fn case_25_the_person_reads_where_their_own_plan_names_a_supporter(mut plan in plans(), who in 1u8..=4) {
        plan.parties_changed_at.clear();
        let others: Vec<u8> = (1..=4).filter(|n| *n != who).collect();
        let (them, one) = (party(who), kofi(named(&plan, &[who], &others), None));
        let sealed = Sealed::<Plan>::new(plan.clone());
        let told = own_mentions(&sealed, &Themselves::signed_in(plan.person), &one).unwrap();
        for stored in &plan.items {
            let about_them = stored.item.concerned().any(|one| *one == them);
            let named = !about_them && stored.item.shown_parties().any(|one| *one == them);
            prop_assert_eq!(told.iter().any(|(id, _)| *id == stored.id), named, "{:?}", stored.item);
            let speaks = !about_them && stored.item.voice.party == them;
            prop_assert!(!speaks || told.contains(&(stored.id, NamedAs::Voice)), "{:?}", stored.item);
        }
        prop_assert!(own_mentions(&sealed, &Themselves::signed_in(id(99)), &one).is_err());
    }

    #[test]
    fn case_25_nothing_that_is_or_may_be_about_them_is_released(plan in plans(), who in 1u8..=4) {
        let others: Vec<u8> = (1..=4).filter(|n| *n != who).collect();
        for (named, theirs) in [
            (Named::default(), set(&[1, 2, 3, 4])),
            (named(&plan, &[who], &others), set(&[who])),
            (named(&plan, &[who], &[]), set(&[1, 2, 3, 4])),
            (named(&plan, &[], &others), set(&[who])),
        ] {
            let Ok(grant) = reads(&plan, &named) else { continue };
            for (shown, _) in grant.shown() {
                let stored = plan.items.iter().find(|stored| stored.id == *shown).unwrap();
                prop_assert!(stored.item.concerned().all(|about| !theirs.contains(about)), "{:?}", stored.item);
            }
        }
    }

    /// What is about them is nowhere: not in the number of things, not in their places, not in when anything changed.
    #[test]
    fn case_25_without_what_is_about_them_the_plan_reads_the_same_to_the_byte(plan in plans(), who in 1u8..=4) {
        let others: Vec<u8> = (1..=4).filter(|n| *n != who).collect();
        let named = named(&plan, &[who], &others);
        let mut without = plan.clone();
        without.items.retain(|stored| stored.item.concerned().all(|about| *about != party(who)));
        // It was there and is gone: that is no news to them either.
        let gone = plan.items.iter().filter(|stored| without.items.iter().all(|kept| kept.id != stored.id));
        without.removals = gone
            .map(|stored| Removal { share: Share::Open, ..stored.removed_at(at(-1)) })
            .collect();
        match (reads(&plan, &named), reads(&without, &named)) {
            (Ok(one), Ok(two)) => {
                prop_assert_eq!(one.fingerprint(), two.fingerprint());
                prop_assert_eq!(opened(&one, &plan), opened(&two, &without));
            }
            (one, two) => prop_assert_eq!(one.is_err(), two.is_err()),
        }
    }
}

/// A plan of one item, in the voice of the first party and about `about`.
fn of_one_item(about: Option<u8>) -> Plan {
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let mut plan = plans().new_tree(&mut runner).unwrap().current();
    let item = world::plans::item(Section::Helps, "some words", Some(Share::Open), 1, about);
    plan.document = None;
    plan.items = vec![sayso_plan::StoredItem {
        id: id(1),
        version: id(1),
        changed_at: at(-9),
        moved_at: None,
        opened: Vec::new(),
        item,
    }];
    plan
}

#[test]
fn a_party_that_was_changed_since_the_person_said_who_it_is_may_be_anybody() {
    let mut plan = of_one_item(Some(2));
    let named = named(&plan, &[1], &[2, 3, 4]);
    assert_eq!(reads(&plan, &named).unwrap().shown().len(), 1);
    plan.parties_changed_at.insert(party(2), at(-1));
    assert_eq!(reads(&plan, &named).unwrap().shown().len(), 1, "it was so when the person looked");
    plan.parties_changed_at.insert(party(2), at(0));
    assert!(reads(&plan, &named).is_err());
}

#[test]
fn case_25_a_party_that_was_changed_since_the_person_said_who_it_is_names_nobody() {
    let mut plan = of_one_item(None);
    let one = kofi(named(&plan, &[1], &[2, 3, 4]), None);
    let named = |plan: &Plan| {
        let told = own_mentions(&Sealed::<Plan>::new(plan.clone()), &Themselves::signed_in(plan.person), &one);
        !told.unwrap().is_empty()
    };
    assert!(named(&plan));
    for (changed, is_they) in [(-2, true), (-1, true), (0, false)] {
        plan.parties_changed_at.insert(party(1), at(changed));
        assert_eq!(named(&plan), is_they, "the person looked at -1, and the party was changed at {changed}");
    }
}

#[test]
fn as_what_somebody_is_named_is_read_by_its_code_and_kept_by_it() {
    for one in NamedAs::ALL {
        assert_eq!(NamedAs::of(one.code()), Some(one));
        assert_eq!(serde_json::to_value(one).unwrap(), one.code());
    }
    assert_eq!(NamedAs::of("friend"), None);
}

#[test]
fn a_delegation_holds_from_its_begin_to_its_end_and_not_after_the_part_has_ended() {
    let mut one = kofi(Named::default(), Some(Period { from: at(-1), until: at(1) }));
    assert_eq!([-2, -1, 0, 1].map(|hours| one.may_take_away(at(hours))), [false, true, true, false]);
    assert!(one.reads_by(id(7)) && !one.reads_by(id(8)));
    one.ended_at = Some(at(0));
    assert!(!one.may_take_away(at(0)) && !one.reads_by(id(7)));
    assert!(!format!("{one:?}").contains("Kofi"));
}

/// Nobody else is spoken to as a supporter, and a supporter as nobody else.
#[test]
fn a_permit_for_a_supporter_is_for_that_one_and_a_no_to_everyone_reaches_them() {
    let ask = |n| {
        let audience = Audience::Supporter { supporter: id(n), named: Named::default() };
        Ask { audience, purpose: Some(Purpose::Supnwk), at: at(0) }
    };
    let part = world::part(Section::Helps, Share::Open);
    let yes = provision(Effect::Permit, Recipient::Supporter(id(1)), Purpose::Supnwk, What::Section(Section::Helps));
    let no = Provision { id: id(2), effect: Effect::Deny, recipient: Known::Is(Recipient::Everyone), ..yes.clone() };
    let says = |given: Vec<Provision>, n| {
        sayso_consent::decide(&Compiled::of(&[consent(given)]), &part, &ask(n)).is_released()
    };
    assert!(says(vec![yes.clone()], 1) && !says(vec![yes.clone()], 2) && !says(vec![yes, no], 1));
}
