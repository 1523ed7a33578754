//! What is told beside plans, and to whom: proposals, decisions, causes. And whether everything is open to an app.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test: what is not as expected is to fail it")]

use sayso_consent::{
    Ask, Audience, Compiled, Consent, Effect, Grant, Known, Provision, Purposes, Recipient, Sealed, Sent, Status,
    Themselves, Tri, Verdict, What, Why, decide, explain, is_open_whole, judge, own_decision, own_proposal, proposal,
};
use sayso_plan::item::VoiceRole;
use sayso_plan::proposal::{Proposed, Proposer, Suggestion};
use sayso_plan::{ItemId, Plan, PlanKind, Proposal, Purpose, Section, Share, State};

mod world;
use world::plans::{a_plan, item, key, words};
use world::{ask, at, consent, id, organization, part, provision};

fn hospital(n: u8) -> Ask {
    ask(organization(n), Purpose::Treat)
}

fn her_app() -> Ask {
    ask(Audience::App { client: id(1) }, Purpose::Patrqt)
}

fn to_hospital(what: What) -> Provision {
    provision(Effect::Permit, Recipient::Organization(id(1)), Purpose::Treat, what)
}

fn to_app(what: What) -> Provision {
    provision(Effect::Permit, Recipient::App(id(1)), Purpose::Patrqt, what)
}

fn the_plan() -> Plan {
    a_plan(vec![item(Section::Helps, "tea", None, 1, None), item(Section::Hopes, "choir", None, 1, None)])
}

fn grant(given: Vec<Provision>, ask: &Ask) -> Grant {
    let plan = Sealed::<Plan>::new(the_plan());
    judge(&plan, &Compiled::of(&[consent(given)]), ask, &key()).unwrap()
}

/// Something that hospital 1 proposes, in a section, about an item or about none.
fn proposed(section: Section, about: Option<ItemId>) -> Proposal {
    let proposed = Proposed::Words { section, words: words("a side room"), about };
    let by = Proposer { name: "Dr Okafor".into(), role: VoiceRole::Clinician };
    Proposal {
        id: id(1),
        person: id(2),
        plan: id(1),
        organization: Some(id(1)),
        suggestion: Suggestion { by, proposed },
        at: at(-1),
        answer: None,
        version: 1,
    }
}

fn is_told(of: &Proposal, grant: &Grant, audience: &Audience) -> bool {
    let told = proposal(&Sealed::<Proposal>::new(of.clone()), grant, audience, &key());
    told.is_ok_and(|told| told.get() == of)
}

#[test]
fn a_proposal_is_told_to_who_brought_it_as_long_as_they_see_its_plan_and_its_item() {
    let sees_helps = grant(vec![to_hospital(What::Section(Section::Helps))], &hospital(1));
    let (one, other) = (organization(1), organization(2));
    let free = proposed(Section::Hopes, None);
    assert!(is_told(&free, &sees_helps, &one), "also where it would stand in a section that is closed to them");
    assert!(!is_told(&free, &sees_helps, &other));
    assert!(!is_told(&Proposal { organization: None, ..free.clone() }, &sees_helps, &one));
    assert!(!is_told(&Proposal { plan: id(9), ..free.clone() }, &sees_helps, &one));
    assert!(is_told(&proposed(Section::Helps, Some(id(1))), &sees_helps, &one));
    assert!(!is_told(&proposed(Section::Helps, Some(id(2))), &sees_helps, &one), "the item is closed to them");
    let supporter = Audience::Supporter { supporter: id(1), named: sayso_consent::Named::default() };
    assert!(!is_told(&free, &sees_helps, &supporter));
    // What became of it stays with the person where they cancelled the plan, and with their app.
    let stone = |what: Provision, ask: &Ask| {
        let plan = Plan { state: State::Cancelled, ..the_plan() };
        judge(&Sealed::<Plan>::new(plan), &Compiled::of(&[consent(vec![what])]), ask, &key()).unwrap()
    };
    let theirs = stone(to_hospital(What::Section(Section::Helps)), &hospital(1));
    assert!(theirs.is_stone() && !is_told(&free, &theirs, &one));
    let hers = stone(to_app(What::Section(Section::Hopes)), &her_app());
    assert!(!hers.is_stone() && is_told(&free, &hers, &her_app().audience));
}

#[test]
fn her_app_is_told_what_anybody_proposes_for_the_sections_and_items_it_sees() {
    let sees_helps = grant(vec![to_app(What::Section(Section::Helps))], &her_app());
    let told = |of: &Proposal| is_told(of, &sees_helps, &her_app().audience);
    for organization in [Some(id(1)), Some(id(2)), None] {
        assert!(told(&Proposal { organization, ..proposed(Section::Helps, None) }));
        assert!(told(&Proposal { organization, ..proposed(Section::Helps, Some(id(1))) }));
        assert!(!told(&Proposal { organization, ..proposed(Section::Hopes, None) }), "a section it does not see");
        assert!(!told(&Proposal { organization, ..proposed(Section::Helps, Some(id(2))) }), "nor that item");
        assert!(!told(&Proposal { organization, plan: id(9), ..proposed(Section::Helps, None) }));
    }
}

#[test]
fn a_proposal_is_told_to_the_person_themselves_and_its_fingerprint_is_that_of_its_state() {
    let sealed = |of: Proposal| Sealed::<Proposal>::new(of);
    let read = |who, of: Proposal| own_proposal(&sealed(of), &Themselves::signed_in(who), &key());
    let first = proposed(Section::Helps, None);
    let told = read(id(2), first.clone()).unwrap();
    assert!(told.get() == &first && read(id(3), first.clone()).is_err());
    let next = read(id(2), Proposal { version: 2, ..first.clone() }).unwrap();
    let another = read(id(2), Proposal { id: id(5), ..first }).unwrap();
    assert!(told.fingerprint() != next.fingerprint() && told.fingerprint() != another.fingerprint());
}

#[test]
fn what_she_decided_is_told_to_an_app_of_hers_and_to_nobody_else() {
    let said = consent(vec![to_hospital(What::Section(Section::Helps))]);
    let told = own_decision(&said, id(1), &her_app(), &key()).unwrap();
    assert_eq!(told.get(), &said);
    assert!(own_decision(&said, id(2), &her_app(), &key()).is_err(), "another person's");
    assert!(own_decision(&said, id(1), &hospital(1), &key()).is_err());
    assert!(own_decision(&said, id(2), &hospital(1), &key()).is_err());
    let changed = Consent { withdrawn_at: Some(at(0)), ..said };
    let again = own_decision(&changed, id(1), &her_app(), &key()).unwrap();
    assert_ne!(told.fingerprint(), again.fingerprint());
}

#[test]
fn a_consent_has_ended_with_its_status_and_is_as_old_as_its_last_change() {
    let given = consent(vec![]);
    for (status, ended) in [
        (Status::Draft, false),
        (Status::Proposed, false),
        (Status::Active, false),
        (Status::Rejected, true),
        (Status::Inactive, true),
        (Status::EnteredInError, true),
    ] {
        assert_eq!(Consent { status: Known::Is(status), ..given.clone() }.has_ended(), ended, "{status:?}");
    }
    assert!(!Consent { status: Known::Unknown, ..given.clone() }.has_ended());
    assert_eq!(given.last_updated(), at(-50));
    let sent = |hours| Some(Sent { client: id(1), organization: None, at: at(hours) });
    assert_eq!(Consent { sent: sent(-9), withdrawn_at: Some(at(-7)), ..given.clone() }.last_updated(), at(-7));
    assert_eq!(Consent { sent: sent(-3), withdrawn_at: Some(at(-7)), ..given.clone() }.last_updated(), at(-3));
    assert_eq!(Consent { sent: sent(-60), ..given }.last_updated(), at(-50));
}

#[test]
fn how_many_provisions_count_is_told() {
    let permits = |n: usize| vec![to_hospital(What::Section(Section::Helps)); n];
    for n in [0, 1, 2, 7] {
        let rules = Compiled::of(&[consent(permits(n))]);
        assert_eq!((rules.len(), rules.is_empty()), (n, n == 0));
    }
}

#[test]
fn to_her_app_every_part_of_a_draft_is_explained_and_to_others_that_it_is_not_shared() {
    let plan = Plan { state: State::Draft, ..the_plan() };
    let rules = Compiled::of(&[consent(vec![
        to_app(What::Section(Section::Helps)),
        to_hospital(What::Section(Section::Helps)),
    ])]);
    let me = Themselves::signed_in(plan.person);
    let why = |ask: &Ask| {
        let explained = explain(&Sealed::<Plan>::new(plan.clone()), &me, &rules, ask);
        assert_eq!(explained.iter().map(|one| one.item).collect::<Vec<_>>(), [id(1), id(2)]);
        explained.into_iter().map(|one| one.verdict).collect::<Vec<_>>()
    };
    let hers = why(&her_app());
    assert!(hers[0].is_released() && hers[1] == Verdict::Withheld(Why::NeverAsked), "{hers:?}");
    assert_eq!(why(&hospital(1)), [Verdict::Withheld(Why::NotShared); 2]);
}

#[test]
fn everything_is_open_to_an_app_that_has_every_section_and_documents_and_hears_no_no() {
    let all = || Section::all().map(What::Section).chain([What::Documents]).map(to_app).collect::<Vec<_>>();
    let open = |given: Vec<Provision>, ask: &Ask| is_open_whole(&Compiled::of(&[consent(given)]), ask);
    assert!(open(all(), &her_app()));
    for missing in 0..all().len() {
        let mut given = all();
        let _ = given.remove(missing);
        assert!(!open(given, &her_app()), "{missing}");
    }
    let but = |what| all().into_iter().chain([Provision { effect: Effect::Deny, ..to_app(what) }]).collect();
    assert!(!open(but(What::Item(id(77))), &her_app()), "a no may hide an item");
    let to_others = Provision { recipient: Known::Is(Recipient::App(id(9))), ..to_app(What::Everything) };
    let given = all().into_iter().chain([Provision { effect: Effect::Deny, ..to_others }]).collect();
    assert!(open(given, &her_app()), "a no to another app is none to this one");
    let as_hospital = |one| Provision {
        recipient: Known::Is(Recipient::Organization(id(1))),
        purposes: Known::Is(Purposes::Only(Purpose::Treat)),
        ..one
    };
    let kinds = PlanKind::ALL.iter().map(|kind| to_app(What::Kind(*kind)));
    let given = all().into_iter().chain(kinds).map(as_hospital).collect();
    assert!(!open(given, &hospital(1)), "an organization is no app of hers");
}

/// The cause that is named is that of the permit which came nearest, and of no other's.
#[test]
fn where_nothing_permits_it_the_nearest_permit_of_this_asker_is_named() {
    let verdict = |given: Vec<Provision>, level, ask: &Ask| {
        decide(&Compiled::of(&[consent(given)]), &part(Section::Helps, level), ask)
    };
    let why = |given, level, ask: &Ask| match verdict(given, level, ask) {
        Verdict::Withheld(why) => why,
        released @ Verdict::Released { .. } => unreachable!("{released:?}"),
    };
    let numbered = |n, one: Provision| Provision { id: id(n), ..one };
    let helps = || numbered(1, to_hospital(What::Section(Section::Helps)));
    let emergency = ask(organization(1), Purpose::Etreat);
    assert_eq!(why(vec![helps()], Share::Open, &emergency), Why::OtherPurpose(id(1)));
    let of_another = ask(organization(2), Purpose::Etreat);
    assert_eq!(why(vec![helps()], Share::Open, &of_another), Why::NeverAsked, "it was permitted to somebody else");
    let hopes = numbered(2, to_hospital(What::Section(Section::Hopes)));
    assert_eq!(why(vec![hopes.clone()], Share::Open, &hospital(1)), Why::NeverAsked, "and this is another part");
    assert_eq!(why(vec![hopes], Share::Open, &emergency), Why::NeverAsked);
    assert_eq!(why(vec![helps()], Share::Close, &hospital(1)), Why::Close(id(1)));
    // A time that is over is nearer than another purpose, and that is nearer than a level, in any order.
    let over = numbered(3, Provision { period: world::period(-9, -1), ..to_hospital(What::Item(id(1))) });
    let other = numbered(
        4,
        Provision { purposes: Known::Is(Purposes::Only(Purpose::Etreat)), ..to_hospital(What::Item(id(1))) },
    );
    for given in [vec![helps(), other.clone()], vec![other.clone(), helps()]] {
        assert_eq!(why(given, Share::Close, &hospital(1)), Why::OtherPurpose(id(4)));
    }
    for given in [vec![helps(), other.clone(), over.clone()], vec![over, other, helps()]] {
        assert_eq!(why(given, Share::Close, &hospital(1)), Why::NotNow(id(3)));
    }
    let late = Provision { period: world::period(-9, -1), ..helps() };
    assert_eq!(why(vec![late], Share::Close, &hospital(1)), Why::NeverAsked, "two things are in its way");
}

#[test]
fn of_two_permits_the_older_says_since_when_in_either_order() {
    let given = |n, hours| Consent { id: id(n), given_at: at(hours), ..consent(vec![to_hospital(What::Item(id(1)))]) };
    let (older, newer) = (given(1, -9), given(2, -3));
    for both in [vec![older.clone(), newer.clone()], vec![newer, older]] {
        let verdict = decide(&Compiled::of(&both), &part(Section::Helps, Share::Open), &hospital(1));
        assert!(matches!(verdict, Verdict::Released { since, .. } if since == at(-9)), "{verdict:?}");
    }
}

#[test]
fn both_is_the_lesser_and_one_of_them_the_greater_of_two_truths() {
    let all = [Tri::False, Tri::Unknown, Tri::True];
    for (one, other) in all.into_iter().flat_map(|one| all.map(|other| (one, other))) {
        assert_eq!((one.and(other), one.or(other)), (one.min(other), one.max(other)), "{one:?} {other:?}");
    }
}
