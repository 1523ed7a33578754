//! What happened as the person reads it: plain sentences, polls in one line, each act countable.

use askama::Template;
use sayso_consent::Recipient;
use sayso_exchange::consent_receipts::{ConsentReceipt, Happened};
use sayso_exchange::{Act, Recorded};
use sayso_plan::{ClientId, LeafId, OrganizationId, SupporterId};
use serde_json::{Value, json};
use time::macros::datetime;
use time::{Duration, OffsetDateTime};

use super::ReceiptsPage;
use super::group::by_day;
use super::tell::{Names, Software};
use crate::consent_receipts::tests::given;
use crate::layout::Frame;
use crate::words::en as w;
use crate::words::en::Calendar;

/// The leaves of acts that ended a no: to Riverside, and to everyone.
const NO: [u8; 16] = [4; 16];
const NO_TO_ALL: [u8; 16] = [6; 16];
const NOW: OffsetDateTime = datetime!(2026-05-03 12:00 UTC);

fn riverside() -> OrganizationId {
    OrganizationId::from_random([7; 16])
}

fn system() -> ClientId {
    ClientId::from_random([8; 16])
}

fn app() -> ClientId {
    ClientId::from_random([9; 16])
}

fn names() -> Names {
    let software = |name: &str, is_app| Software { name: name.to_owned(), is_app };
    Names {
        organizations: [(riverside(), "Riverside Hospital".to_owned())].into(),
        clients: [(system(), software("Riverside Record System", false)), (app(), software("Harbour Notes", true))]
            .into(),
        supporters: [(kofi(), "Kofi".to_owned())].into(),
        receipts: [(NO, Some(Recipient::Organization(riverside()))), (NO_TO_ALL, Some(Recipient::Everyone))]
            .map(|(leaf, towards)| {
                let receipt = ConsentReceipt { happened: Happened::NoEnded, towards, ..given(Vec::new()) };
                (LeafId::from_random(leaf), receipt)
            })
            .into(),
    }
}

fn kofi() -> SupporterId {
    SupporterId::from_random([5; 16])
}

fn recorded(number: u64, at: OffsetDateTime, organization: Option<OrganizationId>, act: Value) -> Recorded {
    let act: Act = serde_json::from_value(act).unwrap();
    Recorded {
        leaf: LeafId::from_random([1; 16]),
        at,
        organization,
        person: None,
        person_seq: number,
        organization_seq: number,
        kind: None,
        act: Some(act),
    }
}

fn refused(number: u64, at: OffsetDateTime) -> Recorded {
    let act = json!({"act": "read-refused", "client": system(), "purpose": "TREAT", "operation": "search", "reason": "not-released"});
    recorded(number, at, Some(riverside()), act)
}

fn lines(happened: &[Recorded]) -> Vec<(String, usize)> {
    let days = by_day(happened, &names(), Calendar::of(0, NOW));
    let line = |line: super::group::LineView| {
        let text = [vec![line.told.text], line.told.more].concat().join(" ");
        (text, line.each.len())
    };
    days.into_iter().flat_map(|day| day.lines).map(line).collect()
}

#[test]
fn a_refusal_says_who_asked_for_what_and_why_they_saw_nothing() {
    let told = lines(&[refused(1, datetime!(2026-05-03 10:02 UTC))]);
    let text = "Riverside Hospital asked to see your plans for treatment on 3 May at 10:02. \
                They saw nothing: this is not open to them.";
    assert_eq!(told, [(text.to_owned(), 1)]);
}

#[test]
fn a_release_names_the_parts_and_no_codes() {
    let shown =
        json!([{"plan": LeafId::from_random([1; 16]), "kind": "joint-crisis-plan", "sections": ["helps", "harms"]}]);
    let act = json!({"act": "read-allowed", "client": system(), "purpose": "ETREAT", "operation": "current-plan", "shown": shown});
    let told = lines(&[recorded(1, datetime!(2025-05-03 23:59 UTC), Some(riverside()), act)]);
    let text = "Riverside Hospital asked to see your plans in an emergency on 3 May 2025 at 23:59. \
                They saw from “Our crisis plan”: What helps, What makes it worse.";
    assert_eq!(told, [(text.to_owned(), 1)]);
}

#[test]
fn a_system_that_polls_is_one_line_with_a_count_and_each_act_keeps_its_number() {
    let first = datetime!(2026-05-02 08:00 UTC);
    let mut happened: Vec<Recorded> =
        (0..50).map(|n| refused(n + 1, first + Duration::minutes(i64::try_from(n).unwrap()))).collect();
    let between = json!({"act": "signed-in", "by": "link"});
    happened.insert(25, recorded(99, first + Duration::minutes(24), None, between));
    happened.push(refused(60, datetime!(2026-05-03 09:00 UTC)));
    happened.reverse();
    let told = lines(&happened);
    assert_eq!(told.iter().map(|(_, count)| *count).collect::<Vec<_>>(), [1, 50, 1]);
    assert!(
        told[1].0.contains("50 times on 2 May") && told[1].0.contains("First at 08:00, last at 08:49."),
        "{}",
        told[1].0
    );
    let days = by_day(&happened, &names(), Calendar::of(0, NOW));
    let numbers: Vec<u64> = days[1].lines[0].each.iter().map(|one| one.number).collect();
    assert_eq!(numbers, (1..=50).rev().collect::<Vec<u64>>());
}

#[test]
fn what_was_shown_decides_what_is_alike() {
    let read = |number, section: &str| {
        let shown = json!([{"plan": LeafId::from_random([1; 16]), "kind": "joint-crisis-plan", "sections": [section]}]);
        let act =
            json!({"act": "read-allowed", "client": system(), "purpose": "TREAT", "operation": "read", "shown": shown});
        recorded(number, datetime!(2026-05-03 10:00 UTC), Some(riverside()), act)
    };
    let told = lines(&[read(3, "helps"), read(2, "harms"), read(1, "helps")]);
    assert_eq!(told.iter().map(|(_, count)| *count).collect::<Vec<_>>(), [2, 1]);
}

#[test]
fn every_choice_of_the_persons_is_its_own_line_and_an_app_goes_by_its_name() {
    let given = json!({"act": "consent-changed", "consent": LeafId::from_random([2; 16]), "change": "given",
        "recipient": riverside(), "purpose": "TREAT", "sections": ["helps"], "client": null});
    let happened = [
        recorded(2, NOW, None, given.clone()),
        recorded(1, NOW, None, given),
        recorded(
            0,
            NOW,
            None,
            json!({"act": "read-allowed", "client": app(), "purpose": "PATRQT", "operation": "read", "shown": []}),
        ),
    ];
    let told = lines(&happened);
    assert_eq!(told.len(), 3);
    assert!(told[0].0.starts_with("You let Riverside Hospital see something for treatment"));
    assert!(told[2].0.starts_with("Harbour Notes, an app you use, looked at your plans"));
}

#[test]
fn what_a_supporter_did_is_told_by_what_the_person_calls_them() {
    let looked = |operation: &str, shown: Value| json!({"act": "supporter-looked", "supporter": kofi(), "operation": operation, "shown": shown});
    let helps = json!([{"plan": LeafId::from_random([3; 16]), "kind": "joint-crisis-plan", "sections": ["helps"]}]);
    let taken = json!({"act": "consent-changed", "consent": LeafId::from_random([2; 16]), "change": "narrowed",
        "recipient": riverside(), "purpose": null, "sections": ["helps"], "client": null, "by": kofi()});
    let acts = [
        (looked("plans", helps.clone()), "looked at what you share on 3 May at 12:00. They saw from"),
        (looked("plans", json!([])), "They saw nothing: this is not open to them."),
        (looked("list", helps), "They saw your name."),
        (looked("sharing", json!([])), "Kofi looked, for you, at who sees what"),
        (taken, "Kofi let Riverside Hospital see less, for you, on 3 May at 12:00. This was about: What helps."),
    ];
    for (act, says) in acts {
        let told = lines(&[recorded(1, NOW, None, act)]);
        assert!(told[0].0.contains("Kofi") && told[0].0.contains(says), "{says}: {told:?}");
    }
}

#[test]
fn the_end_of_a_no_is_told_as_that_and_not_as_the_end_of_a_yes() {
    let ended = json!({"act": "consent-changed", "consent": LeafId::from_random([2; 16]), "change": "withdrawn",
        "recipient": riverside(), "purpose": null, "sections": [], "client": null});
    let mut no = recorded(2, NOW, None, ended.clone());
    no.leaf = LeafId::from_random(NO);
    let mut no_to_all = recorded(3, NOW, None, ended.clone());
    no_to_all.leaf = LeafId::from_random(NO_TO_ALL);
    let told = lines(&[no, recorded(1, NOW, None, ended), no_to_all]);
    assert_eq!(told[0].0, "You ended your no to Riverside Hospital on 3 May at 12:00.");
    assert_eq!(told[1].0, "You stopped sharing with Riverside Hospital on 3 May at 12:00.");
    assert_eq!(told[2].0, "You ended your no to everyone on 3 May at 12:00.");
}

#[test]
fn a_day_is_a_day_where_the_person_lives() {
    let days = by_day(&[refused(1, datetime!(2026-05-02 23:30 UTC))], &names(), Calendar::of(60, NOW));
    assert_eq!(days[0].day, "3 May");
}

#[test]
fn the_page_holds_no_ids_and_no_codes() {
    let days = by_day(&[refused(1, NOW)], &names(), Calendar::of(0, NOW));
    let page = ReceiptsPage { frame: Frame::open(w::RECEIPTS), days, older: None, is_first: true };
    let html = page.render().unwrap();
    let words: String = html.split('<').map(|piece| piece.split_once('>').map_or("", |(_, text)| text)).collect();
    assert!(
        !words.contains("TREAT") && !words.contains(&riverside().to_string()) && words.contains("Riverside Hospital")
    );
}
