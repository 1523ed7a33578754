//! The edge cases of the law of consent, each by its number, as far as the code that exists now can meet them.

#![allow(clippy::unwrap_used, reason = "the generated plans beside this file unwrap what they make")]

use sayso_consent::{
    Advance, Ask, Audience, Capacity, Class, Compiled, Consent, Effect, Known, Life, Named, Origin, Part, Period,
    Provision, Purposes, Recipient, Status, Taken, Tri, Verdict, What, Why, decide, refuses,
};
use sayso_plan::{Purpose, Section, Share};

mod world;
use world::{ask, at, consent, id, organization, part, provision};

fn permit() -> Provision {
    provision(Effect::Permit, Recipient::Organization(id(1)), Purpose::Treat, What::Section(Section::Helps))
}

fn refusal() -> Provision {
    Provision { id: id(2), effect: Effect::Deny, ..permit() }
}

fn helps() -> Part {
    part(Section::Helps, Share::Open)
}

fn treat() -> Ask {
    ask(organization(1), Purpose::Treat)
}

fn answer(consents: &[Consent], ask: &Ask) -> Verdict {
    decide(&Compiled::of(consents), &helps(), ask)
}

fn yes(consents: &[Consent], ask: &Ask) -> bool {
    answer(consents, ask).is_released()
}

#[test]
fn case_01_without_any_consent_nothing_leaves() {
    assert_eq!(answer(&[], &treat()), Verdict::Withheld(Why::NeverAsked));
    assert_eq!(answer(&[consent(vec![])], &treat()), Verdict::Withheld(Why::NeverAsked));
    assert!(Compiled::of(&[]).is_empty());
}

#[test]
fn case_08_a_permit_and_a_refusal_match_and_the_refusal_wins() {
    let (yes_said, no_said) = (consent(vec![permit()]), consent(vec![refusal()]));
    assert!(yes(std::slice::from_ref(&yes_said), &treat()));
    for both in
        [vec![yes_said.clone(), no_said.clone()], vec![no_said, yes_said], vec![consent(vec![permit(), refusal()])]]
    {
        assert_eq!(answer(&both, &treat()), Verdict::Withheld(Why::Refused(id(2))));
    }
}

#[test]
fn case_10_a_newer_permit_does_not_end_an_older_refusal_but_withdrawing_it_does() {
    let older = Consent { given_at: at(-90), ..consent(vec![refusal()]) };
    let newer = Consent { given_at: at(-1), ..consent(vec![permit()]) };
    assert!(!yes(&[older.clone(), newer.clone()], &treat()));
    let withdrawn = Consent { status: Known::Is(Status::Inactive), withdrawn_at: Some(at(-1)), ..older };
    assert!(yes(&[withdrawn, newer], &treat()));
}

#[test]
fn case_11_only_an_active_permit_counts() {
    for status in [Status::Draft, Status::Proposed, Status::Rejected, Status::Inactive, Status::EnteredInError] {
        let given = Consent { status: Known::Is(status), ..consent(vec![permit()]) };
        assert_eq!(answer(&[given], &treat()), Verdict::Withheld(Why::NeverAsked), "{status:?}");
    }
    assert!(!yes(&[Consent { status: Known::Unknown, ..consent(vec![permit()]) }], &treat()));
}

#[test]
fn case_11_a_refusal_counts_while_active_and_when_its_status_is_not_understood() {
    let counts = |status| {
        let refused = Consent { status, ..consent(vec![refusal()]) };
        !yes(&[consent(vec![permit()]), refused], &treat())
    };
    assert!(counts(Known::Is(Status::Active)) && counts(Known::Unknown));
    for status in [Status::Draft, Status::Proposed, Status::Rejected, Status::Inactive, Status::EnteredInError] {
        assert!(!counts(Known::Is(status)), "{status:?}");
    }
}

#[test]
fn case_11_an_error_takes_both_sides_back() {
    let error = Consent { status: Known::Is(Status::EnteredInError), ..consent(vec![permit(), refusal()]) };
    assert_eq!(answer(std::slice::from_ref(&error), &treat()), Verdict::Withheld(Why::NeverAsked));
    assert!(yes(&[consent(vec![permit()]), error], &treat()));
}

#[test]
fn a_permit_that_says_it_was_withdrawn_does_not_count_whatever_its_status_says() {
    assert!(!yes(&[Consent { withdrawn_at: Some(at(-1)), ..consent(vec![permit()]) }], &treat()));
}

#[test]
fn case_12_without_a_purpose_no_permit_matches_and_a_refusal_does() {
    let nothing_stated = Ask { purpose: None, ..treat() };
    assert_eq!(answer(&[consent(vec![permit()])], &nothing_stated), Verdict::Withheld(Why::OtherPurpose(id(1))));
    let refused = answer(&[consent(vec![permit(), refusal()])], &nothing_stated);
    assert_eq!(refused, Verdict::Withheld(Why::RefusalNotUnderstood(id(2))));
}

#[test]
fn case_14_emergency_is_permitted_by_name_alone() {
    let given = [consent(vec![permit()])];
    for purpose in [Purpose::Etreat, Purpose::Btg, Purpose::Coc, Purpose::Caremgt] {
        let asked = ask(organization(1), purpose);
        assert_eq!(answer(&given, &asked), Verdict::Withheld(Why::OtherPurpose(id(1))), "{purpose}");
    }
}

#[test]
fn case_14_a_refusal_of_treatment_covers_what_lies_below_it_and_not_what_lies_above() {
    for (refused, asked, covered) in [
        (Purpose::Treat, Purpose::Etreat, true),
        (Purpose::Treat, Purpose::Btg, true),
        (Purpose::Etreat, Purpose::Btg, true),
        (Purpose::Etreat, Purpose::Treat, false),
        (Purpose::Btg, Purpose::Etreat, false),
        (Purpose::Treat, Purpose::Patrqt, false),
    ] {
        let given = Provision { purposes: Known::Is(Purposes::Only(asked)), ..permit() };
        let no = Provision { purposes: Known::Is(Purposes::Only(refused)), ..refusal() };
        assert_eq!(!yes(&[consent(vec![given, no])], &ask(organization(1), asked)), covered, "{refused} {asked}");
    }
}

#[test]
fn case_14_a_refusal_even_in_an_emergency_covers_emergencies_whatever_purpose_it_names() {
    for named in Purpose::ALL {
        let refused = Provision { purposes: Known::Is(Purposes::Only(named)), even_in_emergency: true, ..refusal() };
        for asked in [Purpose::Etreat, Purpose::Btg] {
            let ask = Ask { purpose: Some(asked), ..treat() };
            let allowed = Provision { purposes: Known::Is(Purposes::Only(asked)), ..permit() };
            let given = consent(vec![allowed.clone(), Provision { id: id(3), ..refusal() }, refused.clone()]);
            assert_eq!(
                answer(&[given], &ask),
                Verdict::Withheld(Why::RefusedEvenInEmergency(id(2))),
                "{named} {asked}"
            );
            let unmarked = Provision { even_in_emergency: false, ..refused.clone() };
            let covered = named.covers_when_refused(asked);
            assert_eq!(!yes(&[consent(vec![allowed, unmarked])], &ask), covered, "{named} {asked}");
            let said = |marked| refuses(Known::Is(Purposes::Only(named)), marked, asked);
            assert_eq!((said(true), said(false)), (Tri::True, Tri::from(covered)), "{named} {asked}");
        }
    }
    let coordination = Purposes::Only(Purpose::Coc);
    let refused = Provision { purposes: Known::Is(coordination), even_in_emergency: true, ..refusal() };
    assert!(yes(&[consent(vec![permit(), refused])], &treat()), "of what is no emergency the mark says nothing");
    assert_eq!(refuses(Known::Is(coordination), true, Purpose::Treat), Tri::False);
    assert_eq!(refuses(Known::Unknown, false, Purpose::Etreat), Tri::Unknown);
}

#[test]
fn case_15_a_purpose_that_is_not_understood_permits_nothing_and_refuses() {
    let unclear = |p: Provision| Provision { purposes: Known::Unknown, ..p };
    assert!(!yes(&[consent(vec![unclear(permit())])], &treat()));
    let no = answer(&[consent(vec![permit(), unclear(refusal())])], &treat());
    assert_eq!(no, Verdict::Withheld(Why::RefusalNotUnderstood(id(2))));
}

#[test]
fn case_16_a_member_asks_as_the_organization_that_the_token_proves() {
    let given = [consent(vec![permit()])];
    assert!(yes(&given, &treat()));
    assert!(!yes(&given, &ask(organization(2), Purpose::Treat)));
    assert!(!yes(&given, &ask(Audience::App { client: id(1) }, Purpose::Treat)));
}

#[test]
fn case_17_a_class_covers_those_who_were_verified_as_belonging_to_it() {
    let class = Recipient::Class(Class::CrisisServices);
    let given = [consent(vec![Provision { recipient: Known::Is(class), ..permit() }])];
    let member = |class| ask(Audience::Organization { organization: id(7), practitioner: None, class }, Purpose::Treat);
    assert!(yes(&given, &member(Some(Class::CrisisServices))));
    assert!(!yes(&given, &member(None)));
}

#[test]
fn case_18_a_recipient_that_cannot_be_resolved_is_permitted_nothing_and_refused() {
    let unclear = |p: Provision| Provision { recipient: Known::Unknown, ..p };
    assert!(!yes(&[consent(vec![unclear(permit())])], &treat()));
    assert!(!yes(&[consent(vec![permit(), unclear(refusal())])], &treat()));
}

#[test]
fn case_18_a_refused_practitioner_does_not_get_in_by_leaving_the_name_out() {
    let no = Provision { recipient: Known::Is(Recipient::Practitioner(id(1), id(9))), ..refusal() };
    let given = [consent(vec![permit(), no])];
    let by =
        |practitioner| ask(Audience::Organization { organization: id(1), practitioner, class: None }, Purpose::Treat);
    assert_eq!(answer(&given, &by(Some(id(9)))), Verdict::Withheld(Why::Refused(id(2))));
    assert_eq!(answer(&given, &by(None)), Verdict::Withheld(Why::RefusalNotUnderstood(id(2))));
    assert!(yes(&given, &by(Some(id(8)))), "colleagues are not refused");
}

#[test]
fn case_19_a_period_holds_from_its_first_instant_until_its_last_is_over() {
    let given = [consent(vec![Provision { period: world::period(0, 2), ..permit() }])];
    for (hour, inside) in [(-1, false), (0, true), (1, true), (2, false)] {
        let asked = Ask { at: at(hour), ..treat() };
        assert_eq!(yes(&given, &asked), inside, "{hour}");
    }
    assert_eq!(answer(&given, &Ask { at: at(2), ..treat() }), Verdict::Withheld(Why::NotNow(id(1))));
}

#[test]
fn case_19_an_end_before_the_start_is_not_understood() {
    for (from, until) in [(2, -2), (0, 0)] {
        let odd = |p: Provision| Provision { period: Known::Is(Period { from: at(from), until: at(until) }), ..p };
        assert!(!yes(&[consent(vec![odd(permit())])], &treat()));
        let no = answer(&[consent(vec![permit(), odd(refusal())])], &treat());
        assert_eq!(no, Verdict::Withheld(Why::RefusalNotUnderstood(id(2))));
    }
}

#[test]
fn case_21_what_ran_out_between_two_pages_is_not_on_the_second() {
    let rules = Compiled::of(&[consent(vec![Provision { period: world::period(-1, 1), ..permit() }])]);
    let page = |hour| decide(&rules, &helps(), &Ask { at: at(hour), ..treat() }).is_released();
    assert!(page(0) && !page(1));
}

#[test]
fn case_22_a_refused_level_covers_closer_ones_and_a_permitted_level_more_open_ones_but_never_close() {
    let at_level = |effect, level| Provision { id: id(2), effect, what: Known::Is(What::Level(level)), ..permit() };
    let leaves = |provisions, level| {
        decide(&Compiled::of(&[consent(provisions)]), &part(Section::Helps, level), &treat()).is_released()
    };
    let all = [Share::Open, Share::Care, Share::Close];
    let permitted = |level| all.map(|part| leaves(vec![at_level(Effect::Permit, level)], part));
    assert_eq!(permitted(Share::Open), [true, false, false]);
    assert_eq!(permitted(Share::Care), [true, true, false]);
    assert_eq!(permitted(Share::Close), [true, true, false]);
    let item = || Provision { what: Known::Is(What::Item(id(1))), ..permit() };
    let refused = |level| all.map(|part| !leaves(vec![item(), at_level(Effect::Deny, level)], part));
    assert_eq!(refused(Share::Care), [false, true, true]);
    assert_eq!(refused(Share::Close), [false, false, true]);
}

#[test]
fn case_22_what_is_close_leaves_item_by_item_and_not_with_its_section_plan_or_kind() {
    let close = part(Section::PastToKnow, Share::Close);
    let verdict = |what| {
        let given = Provision { what: Known::Is(what), ..permit() };
        decide(&Compiled::of(&[consent(vec![given])]), &close, &treat())
    };
    for what in [What::Section(Section::PastToKnow), What::Plan(close.plan), What::Kind(close.kind)] {
        assert_eq!(verdict(what), Verdict::Withheld(Why::Close(id(1))), "{what:?}");
    }
    assert!(verdict(What::Item(id(1))).is_released());
}

#[test]
fn case_25_an_item_about_somebody_reaches_the_organization_whole() {
    // "Not ward X" concerns the ward: care organizations see it.
    let rules = Compiled::of(&[consent(vec![Provision { what: Known::Is(What::Item(id(1))), ..permit() }])]);
    assert!(decide(&rules, &part(Section::CarePeople, Share::Care), &treat()).is_released());
}

#[test]
fn case_25_what_is_about_a_supporter_or_may_be_is_kept_from_them_whatever_a_permit_says() {
    let to_joyce = Provision {
        recipient: Known::Is(Recipient::Supporter(id(5))),
        purposes: Known::Is(Purposes::Only(Purpose::Supnwk)),
        what: Known::Is(What::Item(id(1))),
        ..permit()
    };
    let rules = Compiled::of(&[consent(vec![to_joyce])]);
    let reads = |n| ask(Audience::Supporter { supporter: id(n), named: Named::default() }, Purpose::Supnwk);
    let about = |about_asker| Part { about_asker, ..part(Section::CarePeople, Share::Close) };
    assert!(decide(&rules, &about(Tri::False), &reads(5)).is_released());
    for kept in [Tri::True, Tri::Unknown] {
        assert_eq!(decide(&rules, &about(kept), &reads(5)), Verdict::Withheld(Why::AboutThem(id(1))));
    }
    assert_eq!(decide(&rules, &about(Tri::False), &reads(6)), Verdict::Withheld(Why::NeverAsked), "another supporter");
    let of_them = ask(organization(5), Purpose::Supnwk);
    assert!(!decide(&rules, &about(Tri::False), &of_them).is_released(), "an organization is no supporter");
}

#[test]
fn everyone_any_purpose_and_everything_can_be_refused_but_not_permitted() {
    let wide: [fn(Provision) -> Provision; 3] = [
        |p| Provision { recipient: Known::Is(Recipient::Everyone), ..p },
        |p| Provision { purposes: Known::Is(Purposes::Any), ..p },
        |p| Provision { what: Known::Is(What::Everything), ..p },
    ];
    for widen in wide {
        assert!(!yes(&[consent(vec![widen(permit())])], &treat()));
        assert!(!yes(&[consent(vec![permit(), widen(refusal())])], &treat()));
    }
}

#[test]
fn what_an_app_or_a_system_sent_refuses_at_once_and_permits_only_after_the_person_said_so() {
    let sent = |provision| Consent { origin: Origin::Sent, ..consent(vec![provision]) };
    assert!(!yes(&[sent(permit())], &treat()));
    assert!(!yes(&[consent(vec![permit()]), sent(refusal())], &treat()));
}

#[test]
fn the_cause_that_is_named_is_the_cause_taking_it_away_flips_the_answer() {
    let given = [consent(vec![permit()]), consent(vec![refusal()])];
    assert_eq!(answer(&given, &treat()), Verdict::Withheld(Why::Refused(id(2))));
    assert!(yes(&given[..1], &treat()), "without the refusal it leaves");
    let Verdict::Released { by, since } = answer(&given[..1], &treat()) else { panic!("released") };
    assert_eq!((by, since), (id(1), at(-50)));
    assert!(!yes(&given[1..], &treat()), "without the permit it stays");
}

#[test]
fn case_09_all_crisis_services_but_one_is_a_permit_and_a_refusal_that_agree() {
    let class = Provision { recipient: Known::Is(Recipient::Class(Class::CrisisServices)), ..permit() };
    let not_seven = Provision { recipient: Known::Is(Recipient::Organization(id(7))), ..refusal() };
    let service = |n| {
        let class = Some(Class::CrisisServices);
        ask(Audience::Organization { organization: id(n), practitioner: None, class }, Purpose::Treat)
    };
    for given in [vec![class.clone(), not_seven.clone()], vec![not_seven, class]] {
        let given = [consent(given)];
        assert!(yes(&given, &service(6)) && yes(&given, &service(8)), "everyone of them");
        assert_eq!(answer(&given, &service(7)), Verdict::Withheld(Why::Refused(id(2))), "but one");
    }
}

#[test]
fn case_09_what_others_sent_as_everyone_but_one_refuses_everyone() {
    // Nobody here can tell a base rule from an exception in it: the refusal counts, the permit does not.
    let sent = Consent { origin: Origin::Sent, ..consent(vec![permit(), refusal()]) };
    let everyone = Provision { recipient: Known::Is(Recipient::Everyone), ..refusal() };
    let all = Consent { origin: Origin::Sent, ..consent(vec![everyone, permit()]) };
    for foreign in [sent, all] {
        assert!(!yes(std::slice::from_ref(&foreign), &treat()));
        assert!(!yes(&[consent(vec![permit()]), foreign], &treat()));
    }
}

#[test]
fn case_14_each_emergency_that_is_permitted_is_permitted_alone() {
    for (given, other) in [(Purpose::Etreat, Purpose::Btg), (Purpose::Btg, Purpose::Etreat)] {
        let named = Provision { purposes: Known::Is(Purposes::Only(given)), ..permit() };
        let given_for = [consent(vec![named])];
        assert!(yes(&given_for, &ask(organization(1), given)));
        assert!(!yes(&given_for, &ask(organization(1), other)) && !yes(&given_for, &treat()), "{given} {other}");
    }
}

#[test]
fn case_17_a_list_of_named_recipients_stays_as_it_was_said() {
    // Whoever joins a class later is in no list of names that was said before.
    let named = |n| Provision { recipient: Known::Is(Recipient::Organization(id(n))), ..permit() };
    let given = [consent(vec![named(1), named(2)])];
    for (n, in_list) in [(1, true), (2, true), (3, false)] {
        for class in [None, Some(Class::CrisisServices)] {
            let audience = Audience::Organization { organization: id(n), practitioner: None, class };
            assert_eq!(yes(&given, &ask(audience, Purpose::Treat)), in_list, "{n} {class:?}");
        }
    }
}

#[test]
fn case_18_who_left_the_organization_is_nobody_of_it() {
    let named = Provision { recipient: Known::Is(Recipient::Practitioner(id(1), id(9))), ..permit() };
    let given = [consent(vec![named])];
    let at_work = |organization, practitioner| {
        ask(Audience::Organization { organization, practitioner, class: None }, Purpose::Treat)
    };
    assert!(yes(&given, &at_work(id(1), Some(id(9)))));
    assert!(!yes(&given, &at_work(id(2), Some(id(9)))), "at another one now");
    assert!(!yes(&given, &at_work(id(1), Some(id(8)))) && !yes(&given, &at_work(id(1), None)), "somebody else, nobody");
}

#[test]
fn case_23_what_bears_no_level_of_its_own_bears_that_of_its_section_and_leaves_by_it_alone() {
    for section in Section::all() {
        let bare = world::plans::item(section, "x", None, 1, None);
        assert_eq!(bare.share_level(), section.default_share(), "{section:?}");
        let part = Part { section: Some(section), ..part(section, bare.share_level()) };
        let leaves = |what| {
            let given = Provision { what: Known::Is(what), ..permit() };
            decide(&Compiled::of(&[consent(vec![given])]), &part, &treat()).is_released()
        };
        let close = section.default_share() == Share::Close;
        assert_eq!(leaves(What::Section(section)), !close, "{section:?}");
        assert!(leaves(What::Item(id(1))), "{section:?}");
        let open = section.default_share() == Share::Open;
        assert_eq!(leaves(What::Level(Share::Open)), open, "nothing is open because nobody said so: {section:?}");
    }
}

#[test]
fn case_39_a_permit_for_one_organization_is_none_for_another_that_it_works_for() {
    let given = [consent(vec![permit()])];
    let both =
        [consent(vec![Provision { recipient: Known::Is(Recipient::Organization(id(2))), ..permit() }, permit()])];
    assert!(yes(&given, &treat()) && !yes(&given, &ask(organization(2), Purpose::Treat)));
    assert!(yes(&both, &treat()) && yes(&both, &ask(organization(2), Purpose::Treat)), "each by its own permit");
    let no = Provision { recipient: Known::Is(Recipient::Organization(id(2))), ..refusal() };
    let one_refused = [consent(vec![permit(), no])];
    assert!(yes(&one_refused, &treat()) && !yes(&one_refused, &ask(organization(2), Purpose::Treat)));
}

fn in_life(consents: &[Consent], life: Life, ask: &Ask) -> Verdict {
    decide(&Compiled::of(consents).in_life(life), &helps(), ask)
}

fn died(died: Known<Option<time::OffsetDateTime>>) -> Life {
    Life { died, ..Life::default() }
}

#[test]
fn case_40_a_permit_ends_with_the_persons_death_unless_it_names_it() {
    let later = Ask { at: at(2), ..treat() };
    let silent = [consent(vec![permit()])];
    let lasting = [consent(vec![Provision { after_death: true, ..permit() }])];
    let at_one = died(Known::Is(Some(at(1))));
    assert!(in_life(&silent, at_one, &treat()).is_released(), "until then");
    assert_eq!(in_life(&silent, at_one, &later), Verdict::Withheld(Why::NotNow(id(1))));
    assert_eq!(in_life(&silent, at_one, &Ask { at: at(1), ..treat() }), Verdict::Withheld(Why::NotNow(id(1))));
    assert!(in_life(&lasting, at_one, &later).is_released());
    assert!(!in_life(&lasting, at_one, &Ask { at: at(200), ..treat() }).is_released(), "and no longer than its period");
}

#[test]
fn case_40_a_refusal_stays_after_death() {
    let lasting = Provision { after_death: true, ..permit() };
    let given = [consent(vec![lasting, refusal()])];
    let verdict = in_life(&given, died(Known::Is(Some(at(-1)))), &treat());
    assert_eq!(verdict, Verdict::Withheld(Why::Refused(id(2))));
}

#[test]
fn case_40_while_nobody_knows_whether_the_person_lives_only_what_outlasts_death_is_open() {
    let lasting = Provision { after_death: true, ..permit() };
    assert!(!in_life(&[consent(vec![permit()])], died(Known::Unknown), &treat()).is_released());
    assert!(in_life(&[consent(vec![lasting])], died(Known::Unknown), &treat()).is_released());
}

#[test]
fn case_40_a_permit_of_before_says_nothing_of_death() {
    let mut kept = serde_json::to_value(permit()).unwrap();
    kept.as_object_mut().unwrap().remove("after_death").unwrap();
    assert_eq!(serde_json::from_value::<Provision>(kept).unwrap(), permit());
}

#[test]
fn case_41_what_others_decided_for_a_child_ends_on_the_birthday() {
    let theirs = |provisions| Consent { origin: Origin::ForAChild, ..consent(provisions) };
    let eighteen_at = |hours| Life { of_age: Known::Is(at(hours)), ..Life::default() };
    let given = [theirs(vec![permit()])];
    assert!(in_life(&given, eighteen_at(1), &treat()).is_released());
    assert_eq!(in_life(&given, eighteen_at(0), &treat()), Verdict::Withheld(Why::NotNow(id(1))));
    // Both sides: what they refused is the person's own to say now.
    let refused = [consent(vec![permit()]), theirs(vec![refusal()])];
    assert_eq!(in_life(&refused, eighteen_at(1), &treat()), Verdict::Withheld(Why::Refused(id(2))));
    assert!(in_life(&refused, eighteen_at(0), &treat()).is_released());
    // The person's own word has no age.
    assert!(in_life(&[consent(vec![permit()])], eighteen_at(-9), &treat()).is_released());
}

#[test]
fn case_41_of_whom_no_birthday_is_known_others_permit_nothing_and_refuse() {
    let theirs = |provisions| Consent { origin: Origin::ForAChild, ..consent(provisions) };
    assert!(!yes(&[theirs(vec![permit()])], &treat()));
    let refused = [consent(vec![permit()]), theirs(vec![refusal()])];
    assert_eq!(answer(&refused, &treat()), Verdict::Withheld(Why::RefusalNotUnderstood(id(2))));
}

const DOUBTED: Capacity = Capacity::Doubted { advance: Advance::Silent };

#[test]
fn case_42_while_somebody_doubts_the_person_closes_what_they_like() {
    let open = vec![consent(vec![permit()])];
    let shorter = Provision { period: world::period(-100, 1), ..permit() };
    let withdrawn = Consent { status: Known::Is(Status::Inactive), withdrawn_at: Some(at(0)), ..open[0].clone() };
    for less in [vec![], vec![withdrawn], vec![consent(vec![shorter])], vec![open[0].clone(), consent(vec![refusal()])]]
    {
        assert_eq!(DOUBTED.takes(&open, &less), Taken::AtOnce, "{less:?}");
    }
}

#[test]
fn case_42_while_somebody_doubts_a_no_keeps_its_mark() {
    let (plain, marked) = (refusal(), Provision { even_in_emergency: true, ..refusal() });
    let takes = |before: &Provision, after: &Provision| {
        DOUBTED.takes(&[consent(vec![before.clone()])], &[consent(vec![after.clone()])])
    };
    for (before, after, taken) in [
        (&plain, &plain, Taken::AtOnce),
        (&plain, &marked, Taken::AtOnce),
        (&marked, &marked, Taken::AtOnce),
        (&marked, &plain, Taken::Held),
    ] {
        assert_eq!(takes(before, after), taken, "{} {}", before.even_in_emergency, after.even_in_emergency);
    }
}

#[test]
fn case_42_while_somebody_doubts_what_opens_more_is_held() {
    let closed = vec![consent(vec![permit(), refusal()])];
    let open = vec![consent(vec![permit()])];
    let longer = vec![consent(vec![Provision { period: world::period(-100, 101), ..permit() }])];
    let outlasting = vec![consent(vec![Provision { after_death: true, ..permit() }])];
    let earlier = vec![Consent { given_at: at(-60), ..consent(vec![permit()]) }];
    assert_eq!(DOUBTED.takes(&closed, &open), Taken::Held, "a refusal that is gone");
    for more in [longer, outlasting, earlier] {
        assert_eq!(DOUBTED.takes(&open, &more), Taken::Held, "{more:?}");
    }
    assert_eq!(DOUBTED.takes(&[], &open), Taken::Held);
}

#[test]
fn case_42_the_persons_own_advance_word_and_the_absence_of_doubt_take_everything_at_once() {
    let open = [consent(vec![permit()])];
    for capacity in [Capacity::Assumed, Capacity::Doubted { advance: Advance::MyWordCounts }] {
        assert_eq!(capacity.takes(&[], &open), Taken::AtOnce);
        assert_eq!(capacity.takes(&open, &[]), Taken::AtOnce);
    }
}

#[test]
fn case_42_a_time_that_is_not_understood_opens_nothing_as_a_permit_and_refuses_at_any_time() {
    let known = |one: Provision| vec![consent(vec![one])];
    let unclear = |one: Provision| vec![consent(vec![Provision { period: Known::Unknown, ..one }])];
    let odd = |one: Provision| vec![consent(vec![Provision { period: world::period(2, -2), ..one }])];
    for unclear in [unclear, odd] {
        assert_eq!(DOUBTED.takes(&known(permit()), &unclear(permit())), Taken::AtOnce, "it opens less");
        assert_eq!(DOUBTED.takes(&unclear(permit()), &known(permit())), Taken::Held, "it opens more");
        assert_eq!(DOUBTED.takes(&known(refusal()), &unclear(refusal())), Taken::AtOnce, "it refuses more");
        assert_eq!(DOUBTED.takes(&unclear(refusal()), &known(refusal())), Taken::Held, "it refuses less");
        assert_eq!(DOUBTED.takes(&unclear(permit()), &unclear(permit())), Taken::AtOnce);
        assert_eq!(DOUBTED.takes(&unclear(refusal()), &unclear(refusal())), Taken::AtOnce);
    }
}
