//! What a release holds, and what it never tells: properties of the gate over generated plans, consents and questions.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::wildcard_enum_match_arm,
    clippy::large_enum_variant,
    reason = "a test: what is not as expected is to fail it"
)]

use std::collections::BTreeSet;

use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use sayso_consent::{
    Ask, Audience, Compiled, Consent, Effect, Grant, Part, Past, Projection, Purposes, Recipient, Released, Sealed,
    Themselves, Tri, Verdict, What, Why, Withheld, decide, judge, judge_past, own, own_grant, own_self, subject,
};
use sayso_plan::people::IdentifierState;
use sayso_plan::{
    Identifier, Item, ItemId, ItemVersion, Lang, Person, Plan, PlanVersionId, Purpose, Removal, Section, Share, State,
    StoredItem,
};
use serde_json::Value;

mod world;
use world::plans::{
    BEGAN_HOURS, a_plan, absences, counter, head, item, items, key, opened, party, plans, signed_by, tree, words,
};
use world::{LEVELS, SECTIONS, ask, asks, at, consent, consents, id, organization, period, provision};

fn sealed(plan: &Plan) -> Sealed<Plan> {
    Sealed::<Plan>::new(plan.clone())
}

fn grant(plan: &Plan, world: &[Consent], ask: &Ask) -> Result<Grant, Withheld> {
    judge(&sealed(plan), &Compiled::of(world), ask, &key())
}

/// What is seen of an older version that was in force until then, of a plan that is another one today.
fn past(plan: &Plan, today: &Plan, rules: &Compiled, ask: &Ask, until: i64) -> Result<Grant, Withheld> {
    let past = Past { until: Some(at(until)), today: &sealed(today) };
    judge_past(&sealed(plan), past, rules, ask, &key())
}

/// To a supporter of whom nothing is said, whatever is about anybody may be about them.
fn part_of(plan: &Plan, id: ItemId, item: &Item) -> Part {
    let about_asker = if item.about_parties.is_empty() { Tri::False } else { Tri::Unknown };
    Part {
        plan: plan.id,
        kind: plan.kind,
        section: Some(item.section),
        item: Some(id),
        level: item.share_level(),
        about_asker,
    }
}

fn sees(plan: &Plan, id: ItemId, item: &Item, world: &[Consent], ask: &Ask) -> bool {
    decide(&Compiled::of(world), &part_of(plan, id, item), ask).is_released()
}

/// A plan, consents and a question; mostly an organization's.
fn worlds() -> impl Strategy<Value = (Plan, Vec<Consent>, Ask)> {
    (plans(), consents(), asks()).prop_map(|(plan, mut world, mut ask)| {
        // Nothing is asked before the plan was there.
        ask.at = ask.at.max(at(BEGAN_HOURS));
        world.iter_mut().for_each(|c| c.given_at = c.given_at.max(at(BEGAN_HOURS)));
        (plan, world, ask)
    })
}

/// What the same plan might hold beside what is visible.
#[derive(Debug, Clone)]
struct Hidden {
    items: Vec<Item>,
    changes: Vec<Option<Item>>,
    about: Option<u8>,
    head: sayso_plan::Head,
    absences: std::collections::BTreeMap<Section, sayso_plan::Absence>,
    removed: Vec<(Section, Share)>,
}

fn hidden() -> impl Strategy<Value = Hidden> {
    let removed = prop::collection::vec((prop::sample::select(&SECTIONS[..]), prop::sample::select(&LEVELS[..])), 0..3);
    (
        prop::collection::vec(items(), 0..3),
        prop::collection::vec(prop::option::of(items()), 5),
        prop::option::of(1u8..=4),
        head(),
        absences(),
        removed,
    )
        .prop_map(|(items, changes, about, head, absences, removed)| Hidden {
            items,
            changes,
            about,
            head,
            absences,
            removed,
        })
}

/// The same plan in another world, in which everything that this reader may not see is different.
fn twin(plan: &Plan, seen: &Projection, hide: &Hidden, world: &[Consent], ask: &Ask) -> Plan {
    let mut twin = plan.clone();
    if seen.whole {
        assert!(seen.items.len() == plan.items.len() && seen.document.is_some() == plan.document.is_some());
        return twin;
    }
    let mut fresh = counter(500_000);
    let later = at(-1);
    let visible: BTreeSet<ItemId> = seen.items.iter().map(|i| i.id).collect();
    twin.version = PlanVersionId::from_random(fresh());
    twin.recorded_at = later;
    let kept = std::mem::take(&mut twin.items);
    for (mut stored, change) in kept.into_iter().zip(&hide.changes) {
        let shown = visible.contains(&stored.id);
        let supporter = matches!(ask.audience, Audience::Supporter { .. });
        if shown && !seen.own_app && !supporter {
            stored.item.about_parties = hide.about.map(party).into_iter().collect();
        }
        match change {
            _ if shown => twin.items.push(stored),
            Some(other) if !sees(plan, stored.id, other, world, ask) => {
                let version = ItemVersion::from_random(fresh());
                twin.items.push(StoredItem { version, changed_at: later, item: other.clone(), ..stored });
            }
            _ => {}
        }
    }
    for (n, item) in (100..).zip(&hide.items) {
        if !sees(plan, id(n), item, world, ask) {
            let version = ItemVersion::from_random(fresh());
            let place = usize::from(n) % (twin.items.len() + 1);
            twin.items.insert(
                place,
                StoredItem {
                    id: id(n),
                    version,
                    changed_at: later,
                    moved_at: None,
                    opened: Vec::new(),
                    item: item.clone(),
                },
            );
        }
    }
    for (n, (section, share)) in (200..).zip(&hide.removed) {
        let removed = Removal { id: id(n), section: *section, share: *share, about: Vec::new(), at: later };
        if !sees(plan, id(n), &item(*section, "x", Some(*share), 1, None), world, ask) {
            twin.removals.push(removed);
        }
    }
    if seen.head_visible {
        twin.head.formalities.clone_from(&hide.head.formalities);
    } else {
        twin.head = hide.head.clone();
        (twin.head.from, twin.head.until) = (plan.head.from, plan.head.until);
        (twin.head.jurisdiction, twin.head.instrument) = (plan.head.jurisdiction, plan.head.instrument);
        twin.head_version = ItemVersion::from_random(fresh());
        twin.head_changed_at = later;
    }
    if seen.document.is_none()
        && let Some(document) = &mut twin.document
    {
        document.document.data.push_str("AAAA");
        twin.document_changed_at = Some(later);
    }
    let inhabited = |s: &Section| seen.items.iter().any(|i| i.item.section == *s);
    for section in Section::all().filter(|s| !seen.sections.contains(s) || inhabited(s)) {
        twin.absences.remove(&section);
        twin.absences.extend(hide.absences.get(&section).map(|a| (section, *a)));
        twin.absences_changed_at.insert(section, later);
    }
    for party in twin.parties.iter_mut().filter(|p| !seen.parties.contains(p)) {
        party.name.push_str(" by another name");
        twin.parties_changed_at.insert(party.id.clone(), later);
    }
    twin
}

/// One change by the person to what they see of their own plan.
#[derive(Debug, Clone)]
enum Edit {
    Text(prop::sample::Index),
    Level(prop::sample::Index, Option<Share>),
    About(prop::sample::Index, u8),
    Remove(prop::sample::Index),
    Add(Item),
    Head(sayso_plan::Head),
    Signature(u8),
    Absences(std::collections::BTreeMap<Section, sayso_plan::Absence>),
    PartyName(u8),
    Document,
    Nothing,
}

fn edits() -> impl Strategy<Value = Edit> {
    let place = || any::<prop::sample::Index>();
    prop_oneof![
        place().prop_map(Edit::Text),
        (place(), prop::option::of(prop::sample::select(&LEVELS[..]))).prop_map(|(i, l)| Edit::Level(i, l)),
        (place(), 1u8..=4).prop_map(|(i, n)| Edit::About(i, n)),
        place().prop_map(Edit::Remove),
        items().prop_map(Edit::Add),
        head().prop_map(Edit::Head),
        (1u8..=4).prop_map(Edit::Signature),
        absences().prop_map(Edit::Absences),
        (1u8..=4).prop_map(Edit::PartyName),
        Just(Edit::Document),
        Just(Edit::Nothing),
    ]
}

/// When an [`Edit`] is made.
const EDITED_HOURS: i64 = -2;

/// Whether something that is visible was changed or added, and nothing was taken away: what is closed leaves no trace.
fn grew_or_changed(old: &Value, new: &Value) -> bool {
    let content = ["head", "parties", "absences", "items", "document"];
    let size =
        |tree: &Value| tree.as_array().map_or_else(|| tree.as_object().map_or(0, serde_json::Map::len), Vec::len);
    let kept = ["absences", "items"].iter().all(|part| size(&new[part]) >= size(&old[part]));
    let all_kept =
        old["absences"].as_object().is_none_or(|o| o.keys().all(|section| new["absences"].get(section).is_some()));
    kept && all_kept && content.iter().any(|part| old[part] != new[part])
}

fn edited(plan: &Plan, edit: &Edit) -> Plan {
    let mut content = plan.as_content();
    let begun: BTreeSet<Section> = content.items.iter().map(|draft| draft.item.section).collect();
    content.absences.retain(|section, _| !begun.contains(section));
    let shown = content.absences.clone();
    let items = &mut content.items;
    match edit {
        Edit::Text(at) if !items.is_empty() => at.get_mut(items).item.words = Some(words("changed")),
        Edit::Level(at, level) if !items.is_empty() => at.get_mut(items).item.share = *level,
        Edit::About(at, n) if !items.is_empty() => at.get_mut(items).item.about_parties = vec![party(*n)],
        Edit::Remove(at) if !items.is_empty() => drop(items.remove(at.index(items.len()))),
        Edit::Add(item) if content.document.is_none() => {
            items.push(sayso_plan::DraftItem { id: None, item: item.clone() });
        }
        Edit::Head(head) => content.head = head.clone(),
        Edit::Signature(n) => content.head.formalities = vec![signed_by(*n)],
        Edit::Absences(absences) => content.absences = absences.clone(),
        Edit::PartyName(n) => content.parties[usize::from(n - 1)].name.push_str(" since the wedding"),
        Edit::Document => content.document.iter_mut().for_each(|d| d.data.push_str("AAAA")),
        _ => {}
    }
    let inhabited: BTreeSet<Section> = content.items.iter().map(|draft| draft.item.section).collect();
    content.absences.retain(|section, said| !inhabited.contains(section) || (shown.get(section) == Some(said)));
    // A draft is never asked whether it is complete; what these laws are about is the same in every state.
    let mut draft = plan.clone();
    draft.state = State::Draft;
    content.status = State::Draft;
    let whole = own(&sealed(&draft), &Themselves::signed_in(plan.person), &key()).unwrap();
    let next = sealed(&draft).revise(content, &whole, at(EDITED_HOURS), &mut counter(900_000)).unwrap();
    let mut next: Plan = serde_json::from_slice(&next.to_storage().unwrap()).unwrap();
    next.state = plan.state;
    next
}

fn view(plan: &Plan, world: &[Consent], ask: &Ask) -> Option<(Released<Projection>, Value)> {
    let grant = grant(plan, world, ask).ok()?;
    let released = grant.open(&sealed(plan)).unwrap();
    let tree = tree(released.get());
    Some((released, tree))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn what_is_opened_is_exactly_what_is_decided((plan, world, ask) in worlds()) {
        let decided: Vec<ItemId> =
            plan.items.iter().filter(|i| sees(&plan, i.id, &i.item, &world, &ask)).map(|i| i.id).collect();
        match grant(&plan, &world, &ask) {
            Ok(grant) => {
                let released = grant.open(&sealed(&plan)).unwrap();
                let ids: Vec<ItemId> = released.get().items.iter().map(|i| i.id).collect();
                let shown: Vec<ItemId> = grant.shown().iter().map(|(id, _)| *id).collect();
                prop_assert_eq!(&ids, &decided);
                prop_assert_eq!(&shown, &decided);
                prop_assert_eq!(released.fingerprint(), grant.fingerprint());
                prop_assert_eq!(released.get().document.is_some(), grant.shows_document());
                prop_assert_eq!(released.get().last_updated, grant.last_updated());
                prop_assert!(ask.is_own_app() || !released.get().whole, "a release to others is an extract");
                if !ask.is_own_app() {
                    let bare = released.get().items.iter().all(|i| i.item.share.is_none() && i.item.about_parties.is_empty());
                    prop_assert!(bare && released.get().head.formalities.is_empty());
                    prop_assert!(!decided.is_empty() || grant.shows_document());
                }
            }
            Err(Withheld) => prop_assert!(decided.is_empty()),
        }
    }

    #[test]
    fn what_is_hidden_shows_nowhere((plan, world, ask) in worlds(), hide in hidden()) {
        let Ok(one) = grant(&plan, &world, &ask) else { return Ok(()) };
        let seen = one.open(&sealed(&plan)).unwrap();
        let twin = twin(&plan, seen.get(), &hide, &world, &ask);
        let other = grant(&twin, &world, &ask).unwrap();
        prop_assert_eq!(opened(&one, &plan), opened(&other, &twin));
        prop_assert_eq!(one.fingerprint(), other.fingerprint());
        prop_assert_eq!(one.last_updated(), other.last_updated());
        let (crisis, too) = (one.for_crisis(&sealed(&plan), &key()), other.for_crisis(&sealed(&twin), &key()));
        prop_assert_eq!(crisis.map(|g| g.fingerprint()), too.map(|g| g.fingerprint()));
    }

    #[test]
    fn the_fingerprint_changes_exactly_when_what_is_visible_changes((plan, world, ask) in worlds(), edit in edits()) {
        let next = edited(&plan, &edit);
        let (before, after) = (view(&plan, &world, &ask), view(&next, &world, &ask));
        let (Some((old, old_tree)), Some((new, new_tree))) = (before, after) else { return Ok(()) };
        prop_assert_eq!(old.fingerprint() == new.fingerprint(), old_tree == new_tree, "{:?}", edit);
        if !ask.is_own_app() && grew_or_changed(&old_tree, &new_tree) {
            prop_assert!(new.get().last_updated >= at(EDITED_HOURS), "{:?} is news", edit);
        }
    }

    #[test]
    fn what_the_person_changes_changes_their_own_fingerprint(plan in plans(), edit in edits()) {
        let next = edited(&plan, &edit);
        let me = Themselves::signed_in(plan.person);
        let own = |p: &Plan| own(&sealed(p), &me, &key()).unwrap();
        let (old, new) = (own(&plan), own(&next));
        let mut trees = [tree(old.get()), tree(new.get())];
        trees.iter_mut().for_each(|t| t["updated"] = Value::Null);
        prop_assert!(old.fingerprint() != new.fingerprint() || trees[0] == trees[1], "{:?}", edit);
    }

    #[test]
    fn a_draft_or_a_superseded_plan_reaches_no_organization((plan, world, ask) in worlds(), superseded in any::<bool>()) {
        let state = if superseded { State::Superseded } else { State::Draft };
        let plan = Plan { state, ..plan };
        let answer = grant(&plan, &world, &ask);
        prop_assert!(ask.is_own_app() || answer.is_err());
    }

    #[test]
    fn taking_away_a_hidden_item_changes_nothing((plan, world, ask) in worlds(), which in any::<prop::sample::Index>()) {
        let Some((released, before)) = view(&plan, &world, &ask) else { return Ok(()) };
        let hidden: Vec<usize> = (0..plan.items.len())
            .filter(|n| !released.get().items.iter().any(|i| i.id == plan.items[*n].id)).collect();
        prop_assume!(!hidden.is_empty());
        let mut next = plan.clone();
        let gone = next.items.remove(*which.get(&hidden));
        next.removals.push(gone.removed_at(at(-1)));
        let (after, tree) = view(&next, &world, &ask).unwrap();
        prop_assert_eq!(after.fingerprint(), released.fingerprint());
        prop_assert_eq!(tree, before);
    }

    #[test]
    fn case_28_an_old_version_shows_only_what_was_permitted_while_it_was_in_force(
        (plan, world, ask) in worlds(), ended in -20i64..0,
    ) {
        let past = past(&plan, &plan, &Compiled::of(&world), &ask, ended);
        let current = grant(&plan, &world, &ask);
        let earlier: Vec<Consent> = world.iter().filter(|c| c.given_at < at(ended) || c.provisions.iter().all(|p| p.effect == Effect::Deny)).cloned().collect();
        for (item, section) in past.iter().flat_map(Grant::shown) {
            prop_assert!(current.as_ref().is_ok_and(|g| g.shown().contains(&(*item, *section))), "and is visible now");
            let stored = plan.items.iter().find(|i| i.id == *item).unwrap();
            prop_assert!(sees(&plan, *item, &stored.item, &earlier, &ask), "by a permit that was given before the end");
        }
    }

    #[test]
    fn case_28_what_once_stood_in_a_cancelled_plan_is_seen_by_the_persons_own_apps_alone((plan, world, ask) in worlds()) {
        let rules = Compiled::of(&world);
        let cancelled = Plan { state: State::Cancelled, ..plan.clone() };
        let (stood, past) = (past(&plan, &plan, &rules, &ask, 0), past(&plan, &cancelled, &rules, &ask, 0));
        let told = |grant: &Grant| (grant.fingerprint(), grant.shown().to_vec());
        prop_assert_eq!(past.ok().as_ref().map(told), stood.ok().as_ref().filter(|_| ask.is_own_app()).map(told));
    }

    /// What became of an item since (another level, section, words or party, or it was removed) takes it out of older
    /// versions just where it would not be released as it is today, or was at the end.
    #[test]
    fn case_28_an_old_version_shows_nothing_that_is_not_open_as_it_is_today(
        (plan, world, ask) in worlds(), became in prop::collection::vec(prop::option::of((items(), any::<bool>())), 5),
    ) {
        let rules = Compiled::of(&world);
        let mut today = plan.clone();
        today.items.clear();
        for (stored, became) in plan.items.iter().zip(&became) {
            let (item, removed) = became.clone().unwrap_or_else(|| (stored.item.clone(), false));
            let stored = StoredItem { item, ..stored.clone() };
            if removed {
                today.removals.push(stored.removed_at(at(-1)));
            } else {
                today.items.push(stored);
            }
        }
        let shown = |grant: &Result<Grant, Withheld>, id| grant.iter().flat_map(Grant::shown).any(|(one, _)| *one == id);
        let (same, past) = (past(&plan, &plan, &rules, &ask, 0), past(&plan, &today, &rules, &ask, 0));
        for (stored, became) in plan.items.iter().zip(&became) {
            let item = became.as_ref().map_or(&stored.item, |(item, _)| item);
            let open = shown(&same, stored.id) && sees(&today, stored.id, item, &world, &ask);
            prop_assert_eq!(shown(&past, stored.id), open, "{:?} became {:?}", stored.item, became);
        }
    }

    /// What a grant says of itself before anything is opened is what is opened then.
    #[test]
    fn a_grant_says_what_beside_items_it_opens((plan, world, ask) in worlds(), cancelled in prop::bool::weighted(0.3)) {
        let state = if cancelled { State::Cancelled } else { plan.state };
        let plan = Plan { state, ..plan };
        let Ok(grant) = grant(&plan, &world, &ask) else { return Ok(()) };
        let released = grant.open(&sealed(&plan)).unwrap();
        let seen = released.get();
        prop_assert_eq!(grant.shows_head(), seen.head_visible);
        prop_assert_eq!(grant.shows_document(), seen.document.is_some());
        prop_assert_eq!(grant.said_empty(&sealed(&plan)), seen.absences.keys().copied().collect::<BTreeSet<_>>());
        prop_assert_eq!(grant.is_stone(), cancelled && !ask.is_own_app());
    }

    #[test]
    fn the_crisis_extract_holds_crisis_sections_and_nothing_that_was_not_granted((plan, world, ask) in worlds()) {
        let Ok(grant) = grant(&plan, &world, &ask) else { return Ok(()) };
        let expected: Vec<_> = grant.shown().iter().copied().filter(|(_, s)| s.in_crisis_extract()).collect();
        match grant.clone().for_crisis(&sealed(&plan), &key()) {
            Ok(extract) => {
                prop_assert_eq!(extract.shown(), &expected[..]);
                let released = extract.open(&sealed(&plan)).unwrap();
                prop_assert_eq!(released.get().items.len(), expected.len());
                prop_assert_eq!(released.get().head.title.text(), plan.kind.label());
                prop_assert!(released.get().sections.iter().all(|s| s.in_crisis_extract()));
                prop_assert!(released.get().document.is_none());
            }
            Err(Withheld) => prop_assert!(expected.is_empty()),
        }
    }
}

/// Laws over worlds in which nothing is visible, or nothing hidden, would hold of anything.
#[test]
fn the_generated_worlds_show_something_and_hide_something() {
    let mut runner = TestRunner::deterministic();
    let (mut shown, mut both) = (0, 0);
    for _ in 0..2_000 {
        let (plan, world, ask) = worlds().new_tree(&mut runner).unwrap().current();
        if let Ok(grant) = grant(&plan, &world, &ask) {
            shown += 1;
            both += u32::from(!grant.shown().is_empty() && grant.shown().len() < plan.items.len());
        }
    }
    assert!(shown >= 200 && both >= 100, "{shown} show something, {both} show a part of 2000");
}

fn sharing(what: What, given_hours: i64) -> Consent {
    let permit = provision(Effect::Permit, Recipient::Organization(id(1)), Purpose::Treat, what);
    Consent {
        given_at: at(given_hours),
        ..consent(vec![sayso_consent::Provision { period: period(given_hours, 100), ..permit }])
    }
}

#[test]
fn case_28_words_removed_before_the_permit_stay_removed() {
    let plan = a_plan(vec![item(Section::Helps, "old words", None, 1, None)]);
    let rules = Compiled::of(&[sharing(What::Section(Section::Helps), -10)]);
    let asked = ask(organization(1), Purpose::Treat);
    let past = |rules, until| past(&plan, &plan, rules, &asked, until);
    assert!(past(&rules, -20).is_err(), "the version ended before the permit");
    assert!(past(&rules, -10).is_err(), "it ended at the instant of the permit");
    assert!(past(&rules, -9).is_ok(), "it was still in force when the permit was given");
    let withdrawn = Compiled::of(&[]);
    assert!(past(&withdrawn, -9).is_err(), "the current consent rules");
}

#[test]
fn case_28_what_was_made_close_since_leaves_older_versions_and_what_was_just_removed_stays() {
    let plan = a_plan(vec![item(Section::Helps, "old words", None, 1, None)]);
    let rules = Compiled::of(&[sharing(What::Section(Section::Helps), -10)]);
    let asked = ask(organization(1), Purpose::Treat);
    let seen = |today: &Plan| past(&plan, today, &rules, &asked, -1).is_ok();
    let mut close = plan.clone();
    close.items[0].item.share = Some(Share::Close);
    assert!(seen(&plan) && !seen(&close));
    let removed = |from: &Plan| {
        let mut without = from.clone();
        let gone = without.items.remove(0);
        without.removals.push(gone.removed_at(at(-1)));
        without
    };
    assert!(seen(&removed(&plan)), "they were shown it, and it was never closed");
    assert!(!seen(&removed(&close)), "it was closed before it was removed");
}

#[test]
fn case_28_goes_item_by_item() {
    let plan = a_plan(vec![item(Section::Helps, "a", None, 1, None), item(Section::CrisisSigns, "b", None, 1, None)]);
    let rules =
        Compiled::of(&[sharing(What::Section(Section::Helps), -30), sharing(What::Section(Section::CrisisSigns), -10)]);
    let asked = ask(organization(1), Purpose::Treat);
    let past = past(&plan, &plan, &rules, &asked, -20).unwrap();
    assert_eq!(past.shown(), [(id(1), Section::Helps)]);
    assert_eq!(judge(&sealed(&plan), &rules, &asked, &key()).unwrap().shown().len(), 2);
}

#[test]
fn an_old_plan_that_becomes_visible_is_news() {
    let plan = a_plan(vec![item(Section::Helps, "a", None, 1, None)]);
    let asked = ask(organization(1), Purpose::Treat);
    let updated = |world: &[Consent]| grant(&plan, world, &asked).unwrap().last_updated();
    assert_eq!(updated(&[sharing(What::Section(Section::Helps), -5)]), at(-5));
    let then_the_title = [sharing(What::Section(Section::Helps), -5), sharing(What::Plan(plan.id), -3)];
    assert_eq!(updated(&then_the_title), at(-3), "the title became visible later");
}

#[test]
fn a_removal_is_news_to_those_who_could_see_the_item_and_to_nobody_who_came_later() {
    let mut plan = a_plan(vec![item(Section::Helps, "a", None, 1, None)]);
    plan.absences.clear();
    plan.absences_changed_at.clear();
    plan.removals =
        vec![Removal { id: id(50), section: Section::Helps, share: Share::Open, about: Vec::new(), at: at(-6) }];
    let asked = ask(organization(1), Purpose::Treat);
    let updated =
        |given| grant(&plan, &[sharing(What::Section(Section::Helps), given)], &asked).unwrap().last_updated();
    assert_eq!(updated(-9), at(-6), "it went while they could see it");
    assert_eq!(updated(-6), at(-6), "the permit itself is the news");
    // The item that is left was shown before, the section only afterwards: what went in between was never there.
    let section_later = [sharing(What::Item(id(1)), -8), sharing(What::Section(Section::Helps), -4)];
    assert_eq!(grant(&plan, &section_later, &asked).unwrap().last_updated(), at(-8));
    plan.removals[0].at = at(-3);
    let twice = [sharing(What::Section(Section::Helps), -4), sharing(What::Item(id(1)), -1)];
    assert_eq!(grant(&plan, &twice, &asked).unwrap().last_updated(), at(-3));
    let only_the_item = grant(&plan, &[sharing(What::Item(id(1)), -8)], &asked).unwrap();
    assert_eq!(only_the_item.last_updated(), at(-8), "the other item was never visible");
}

#[test]
fn case_37_the_person_sees_their_own_whole_plan_and_nobody_elses() {
    let plan = a_plan(vec![item(Section::PastToKnow, "mine", None, 1, Some(2))]);
    let mine = own_grant(&sealed(&plan), &Themselves::signed_in(plan.person), &key()).unwrap();
    let released = mine.open(&sealed(&plan)).unwrap();
    assert!(released.get().whole && released.get().items == plan.items && released.get().parties == plan.parties);
    assert!(own_grant(&sealed(&plan), &Themselves::signed_in(id(99)), &key()).is_err());
    let refused = [consent(vec![sayso_consent::Provision {
        purposes: sayso_consent::Known::Is(Purposes::Any),
        ..provision(Effect::Deny, Recipient::Everyone, Purpose::Treat, What::Everything)
    }])];
    let explained = sayso_consent::explain(
        &sealed(&plan),
        &Themselves::signed_in(plan.person),
        &Compiled::of(&refused),
        &ask(organization(1), Purpose::Treat),
    );
    assert!(explained.len() == 1 && !explained[0].verdict.is_released());
}

#[test]
fn of_a_draft_the_person_reads_that_it_is_not_shared_whatever_was_permitted() {
    let plan = Plan { state: State::Draft, ..a_plan(vec![item(Section::Helps, "a", None, 1, None)]) };
    let rules = Compiled::of(&[sharing(What::Section(Section::Helps), -10)]);
    let asked = ask(organization(1), Purpose::Treat);
    let explained = sayso_consent::explain(&sealed(&plan), &Themselves::signed_in(plan.person), &rules, &asked);
    assert!(explained.iter().all(|e| e.verdict == Verdict::Withheld(Why::NotShared)) && explained.len() == 1);
    let stranger = Themselves::signed_in(id(99));
    assert!(sayso_consent::explain(&sealed(&plan), &stranger, &rules, &asked).is_empty());
}

#[test]
fn an_app_that_strikes_out_a_party_does_not_strike_it_out_of_what_it_cannot_see() {
    let plan = Plan {
        state: State::Draft,
        ..a_plan(vec![item(Section::Helps, "a", None, 1, None), item(Section::PastToKnow, "b", None, 1, None)])
    };
    let app = Audience::App { client: id(1) };
    let permit = provision(Effect::Permit, Recipient::App(id(1)), Purpose::Patrqt, What::Section(Section::Helps));
    let rules = Compiled::of(&[consent(vec![permit])]);
    let base = judge(&sealed(&plan), &rules, &ask(app, Purpose::Patrqt), &key()).unwrap().open(&sealed(&plan)).unwrap();
    assert_eq!(base.get().items.len(), 1);
    let mut wanted = plan.as_content();
    wanted.items.clear();
    wanted.parties.clear();
    wanted.head = base.get().head.clone();
    let next = sealed(&plan).revise(wanted, &base, at(1), &mut counter(5)).unwrap();
    let next = own(&next, &Themselves::signed_in(plan.person), &key()).unwrap();
    assert_eq!(next.get().items, plan.items[1..]);
    assert!(next.get().parties.iter().any(|p| p.id == party(1)), "the hidden item still names them");
}

#[test]
fn an_app_to_which_everything_is_open_sees_the_whole_and_any_other_an_extract() {
    let mut plan = a_plan(vec![item(Section::Helps, "a", None, 1, None)]);
    plan.head.formalities = vec![signed_by(3)];
    let asked = ask(Audience::App { client: id(1) }, Purpose::Patrqt);
    let to_app = |effect, what| provision(effect, Recipient::App(id(1)), Purpose::Patrqt, what);
    let seen = |provisions: Vec<sayso_consent::Provision>| {
        let released = grant(&plan, &[consent(provisions)], &asked).unwrap().open(&sealed(&plan)).unwrap();
        let shown = released.get();
        let parties = shown.parties.len() == plan.parties.len();
        assert_eq!([!shown.head.formalities.is_empty(), parties], [shown.whole; 2]);
        shown.whole
    };
    let sections = |but: Option<Section>| {
        let some = Section::all().filter(|section| Some(*section) != but).map(What::Section);
        some.map(|what| to_app(Effect::Permit, what)).collect::<Vec<_>>()
    };
    let and = |mut provisions: Vec<sayso_consent::Provision>, more| {
        provisions.push(more);
        provisions
    };
    let documents = to_app(Effect::Permit, What::Documents);
    assert!(seen(and(sections(None), documents.clone())));
    assert!(!seen(sections(None)), "documents may hide");
    assert!(!seen(and(sections(Some(Section::PastToKnow)), documents.clone())), "a section may hide");
    let but_one = and(and(sections(None), documents), to_app(Effect::Deny, What::Item(id(77))));
    assert!(!seen(but_one), "an item may hide");
}

/// A plan that is a document kept whole, with a title of its own.
fn a_document() -> Plan {
    let mut plan = a_plan(vec![]);
    plan.absences.clear();
    plan.absences_changed_at.clear();
    let document = sayso_plan::WholeDocument {
        content_type: "application/pdf".into(),
        data: "JVBERg==".into(),
        title: None,
        creation: None,
        types: vec![],
    };
    let version = ItemVersion::from_random([9; 16]);
    plan.document = Some(sayso_plan::plan::StoredDocument { id: id(8), version, document });
    plan.document_changed_at = Some(plan.recorded_at);
    plan.head.title = words("Letter from the clinic");
    plan
}

#[test]
fn a_permit_for_a_kind_or_level_never_releases_a_whole_document_and_its_own_permit_does() {
    let plan = a_document();
    let asked = ask(organization(1), Purpose::Treat);
    let shows = |what| grant(&plan, &[sharing(what, -5)], &asked).is_ok_and(|grant| grant.shows_document());
    for what in [What::Kind(plan.kind), What::Level(Share::Care), What::Section(Section::Helps)] {
        assert!(!shows(what), "{what:?}: an app may have sent it after the person said so");
    }
    let explained = |what: What| {
        let rules = Compiled::of(&[sharing(what, -5)]);
        let told = sayso_consent::explain(&sealed(&plan), &Themselves::signed_in(plan.person), &rules, &asked);
        assert!(told.len() == 1 && told[0].section.is_none() && told[0].item == id(8), "{told:?}");
        told[0].verdict.is_released()
    };
    for what in [What::Documents, What::Plan(plan.id), What::Item(id(8))] {
        assert!(shows(what) && explained(what), "{what:?}");
    }
    assert!(!explained(What::Kind(plan.kind)) && !explained(What::Level(Share::Care)));
    let refused = provision(Effect::Deny, Recipient::Organization(id(1)), Purpose::Treat, What::Kind(plan.kind));
    assert!(grant(&plan, &[sharing(What::Documents, -5), consent(vec![refused])], &asked).is_err());
}

#[test]
fn an_app_without_documents_does_not_even_see_their_titles() {
    let plan = a_document();
    let asked = ask(Audience::App { client: id(1) }, Purpose::Patrqt);
    let to_app = |what| provision(Effect::Permit, Recipient::App(id(1)), Purpose::Patrqt, what);
    let sections = || Section::all().map(|section| to_app(What::Section(section)));
    assert!(grant(&plan, &[consent(sections().collect())], &asked).is_err());
    let with_documents = sections().chain([to_app(What::Documents)]).collect();
    assert!(grant(&plan, &[consent(with_documents)], &asked).unwrap().shows_document());
}

#[test]
fn an_extract_counts_places_over_what_is_shown_and_speaks_the_language_of_its_words() {
    let at_place = |text: &str, lang: &str, share, order| Item {
        words: Some(sayso_plan::Words::new(text.into(), Lang::try_from(lang).unwrap()).unwrap()),
        order: Some(order),
        ..item(Section::Helps, text, Some(share), 1, None)
    };
    let items = vec![
        at_place("a", "cy", Share::Open, 3),
        at_place("hidden", "en", Share::Close, 5),
        at_place("b", "cy", Share::Open, 7),
    ];
    let plan = a_plan(items);
    let granted = grant(&plan, &[sharing(What::Section(Section::Helps), -5)], &ask(organization(1), Purpose::Treat));
    let released = granted.unwrap().open(&sealed(&plan)).unwrap();
    assert_eq!(released.get().items.iter().map(|i| i.item.order).collect::<Vec<_>>(), [Some(1), Some(2)]);
    assert_eq!(released.get().head.language.as_str(), "cy");
    let whole = own(&sealed(&plan), &Themselves::signed_in(plan.person), &key()).unwrap();
    assert_eq!(whole.get().items, plan.items);
}

#[test]
fn of_the_person_nothing_unverified_is_told_and_nothing_at_all_without_a_grant() {
    let verified = |n: &str| Identifier {
        system: "https://sayso.example/id/x".into(),
        value: n.into(),
        state: IdentifierState::Verified { by: "clinic".into(), at: at(-90) },
    };
    let claimed = |n: &str, state| Identifier { state, ..verified(n) };
    let person = |identifiers| Person {
        id: id(1),
        name: "Someone Testwell".into(),
        language: Lang::try_from("en").unwrap(),
        zone_minutes: 0,
        birth_date: None,
        identifiers,
    };
    let plan = a_plan(vec![item(Section::Helps, "a", None, 1, None)]);
    let granted =
        [grant(&plan, &[sharing(What::Section(Section::Helps), -5)], &ask(organization(1), Purpose::Treat)).unwrap()];
    let seal = |person: Person| Sealed::<Person>::new(person);
    let one = subject(&seal(person(vec![verified("1")])), &granted, &key()).unwrap();
    let more = vec![claimed("2", IdentifierState::Claimed), verified("1"), claimed("3", IdentifierState::Contested)];
    let other = subject(&seal(person(more)), &granted, &key()).unwrap();
    assert_eq!(one.fingerprint(), other.fingerprint());
    assert!(one.get().person == other.get().person && one.get().person.identifiers.len() == 1);
    assert!(subject(&seal(person(vec![verified("1")])), &[], &key()).is_err());
    assert!(own_self(&seal(person(vec![])), &Themselves::signed_in(id(2))).is_err());
}

#[test]
fn debug_prints_nothing_of_the_persons() {
    let plan = a_plan(vec![item(Section::Helps, "kanarienvogel", None, 1, None)]);
    let released = own(&sealed(&plan), &Themselves::signed_in(plan.person), &key()).unwrap();
    let printed = format!("{:?} {:?} {:?} {:?}", sealed(&plan), released, released.get(), key());
    assert!(!printed.contains("kanarienvogel") && !printed.contains("Party 1"));
}
