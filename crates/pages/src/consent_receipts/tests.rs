//! What a receipt says, as page and as file: hostile names stay text, and nothing that was not said is told.

use askama::Template;
use sayso_consent::{Class, Effect, Known, Origin, Period, Purposes, Recipient, What};
use sayso_exchange::consent_receipts::{ConsentReceipt, Happened, SentTerm, Term};
use sayso_exchange::{Outcome, Spot};
use sayso_plan::{ConsentId, ItemId, LeafId, OrganizationId, PersonId, Purpose, Section};
use serde_json::Value;
use time::macros::datetime;
use time::{Duration, OffsetDateTime};

use super::list::by_day;
use super::page::ReceiptPage;
use super::{Names, kantara};
use crate::layout::Frame;
use crate::operator::Operator;
use crate::words::en as w;
use crate::words::en::Calendar;
use crate::words::shown::english;

const AT: OffsetDateTime = datetime!(2026-05-03 22:30 UTC);

fn riverside() -> Recipient {
    Recipient::Organization(OrganizationId::from_random([7; 16]))
}

fn term(what: What, effect: Effect) -> Term {
    Term {
        consent: ConsentId::from_random([3; 16]),
        given_at: AT,
        origin: Origin::Person,
        effect,
        recipient: Known::Is(riverside()),
        purposes: Known::Is(if effect == Effect::Permit { Purposes::Only(Purpose::Treat) } else { Purposes::Any }),
        what: Known::Is(what),
        period: Known::Is(Period {
            from: AT,
            until: AT + Duration::days(if effect == Effect::Permit { 365 } else { 36_500 }),
        }),
        even_in_emergency: effect == Effect::Deny,
    }
}

/// A receipt of a yes.
pub(crate) fn given(terms: Vec<Term>) -> ConsentReceipt {
    ConsentReceipt {
        id: LeafId::from_random([1; 16]),
        number: 17,
        person: PersonId::from_random([2; 16]),
        at: AT,
        happened: Happened::Given,
        towards: Some(riverside()),
        purpose: Some(Purpose::Treat),
        given: terms,
        kept: Vec::new(),
        ended: Vec::new(),
        sent: Vec::new(),
        unread: Vec::new(),
        shown: Vec::new(),
        through: None,
        own_matter: false,
        by: None,
        is_tie_ended: false,
        words: Some(english()),
    }
}

fn names(name: &str) -> Names {
    Names { parties: vec![(riverside(), name.to_owned())], ..Names::default() }
}

fn calendar() -> Calendar {
    Calendar::of(60, AT + Duration::days(900))
}

fn page(receipt: &ConsentReceipt, names: &Names, operator: &Operator) -> String {
    ReceiptPage::made(Frame::open(w::RECEIPT_TITLE), receipt, names, calendar(), operator).render().unwrap()
}

fn file(receipt: &ConsentReceipt, names: &Names, operator: &Operator) -> Value {
    serde_json::from_slice(&kantara::file(receipt, names, operator, "https://plans.example.org")).unwrap()
}

#[test]
fn a_receipt_says_who_what_for_what_and_until_when_with_the_day_where_the_person_lives() {
    let receipt = given(vec![
        term(What::Section(Section::Helps), Effect::Permit),
        term(What::Item(ItemId::from_random([5; 16])), Effect::Permit),
    ]);
    let html = page(&receipt, &names("Riverside Hospital"), &Operator::default());
    for told in [
        "You let Riverside Hospital see something for treatment on 3 May 2026 at 23:30.",
        "What helps",
        "1 thing you picked",
        "3 May 2027",
        w::RECEIPT_BACK_TEXT,
        &receipt.id.to_string(),
        w::RECEIPT_RUN_BY_NONE,
    ] {
        assert!(html.contains(told), "{told} in {html}");
    }
    assert!(!html.contains("TREAT"));
    let json = file(&receipt, &names("Riverside Hospital"), &Operator::default());
    assert_eq!(json["services"][0]["purposes"][0]["thirdPartyName"], "Riverside Hospital");
    assert_eq!(json["services"][0]["purposes"][0]["piiCategory"][0], "What helps");
    assert_eq!(json["record"]["privacy_notice"]["language"], "en");
    assert_eq!(json["piiControllers"][0]["piiController"], "not stated");
    assert_eq!(json["consentTimestamp"], AT.unix_timestamp());
}

#[test]
fn a_no_and_a_withdrawal_name_no_purpose_that_anybody_could_take_for_a_yes() {
    let mut no = given(vec![term(What::Everything, Effect::Deny)]);
    (no.happened, no.purpose) = (Happened::Refused, None);
    let mut stopped = given(Vec::new());
    stopped.happened = Happened::Withdrawn;
    stopped.ended = vec![term(What::Section(Section::Helps), Effect::Permit)];
    for receipt in [&no, &stopped] {
        let json = file(receipt, &names("Riverside Hospital"), &Operator::default());
        assert_eq!(json["services"][0]["purposes"], Value::Array(Vec::new()), "{json}");
    }
    let html = page(&no, &names("Riverside Hospital"), &Operator::default());
    assert!(html.contains("You said no to Riverside Hospital") && html.contains(w::RECEIPT_EMERGENCY), "{html}");
    assert!(html.contains(w::RECEIPT_UNTIL_YOU) && !html.contains("2027"), "{html}");
    // One that was sent may end by itself, and says so.
    no.given[0].period = Known::Is(Period { from: AT, until: AT + Duration::days(365) });
    let html = page(&no, &names("Riverside Hospital"), &Operator::default());
    assert!(!html.contains(w::RECEIPT_UNTIL_YOU) && html.contains("2027"), "{html}");
    let html = page(&stopped, &names("Riverside Hospital"), &Operator::default());
    assert!(html.contains(w::RECEIPT_ENDED) && html.contains(w::STOPPED_COPIES), "{html}");
    assert!(!html.contains("2027"), "what was taken back does not last until then: {html}");
}

#[test]
fn hostile_names_are_text_on_the_page_and_in_the_file() {
    let hostile = "<script>alert(1)</script>\"'&\u{202e}\u{0}";
    let operator =
        Operator { name: hostile.into(), contact: hostile.into(), email: hostile.into(), ..Operator::default() };
    let receipt = given(vec![term(What::Section(Section::Helps), Effect::Permit)]);
    let html = page(&receipt, &names(hostile), &operator);
    assert!(!html.contains("<script") && html.contains("&#60;script"), "{html}");
    assert!(!html.contains("mailto:<"));
    let json = file(&receipt, &names(hostile), &operator);
    assert_eq!(json["services"][0]["purposes"][0]["thirdPartyName"], hostile);
    assert_eq!(json["piiControllers"][0]["piiController"], hostile);
}

#[test]
fn what_was_not_understood_is_said_to_be_so() {
    let mut unclear = term(What::Section(Section::Helps), Effect::Permit);
    unclear.what = Known::Unknown;
    unclear.purposes = Known::Unknown;
    unclear.period = Known::Unknown;
    unclear.recipient = Known::Unknown;
    let receipt = given(vec![unclear]);
    assert!(page(&receipt, &names("Riverside Hospital"), &Operator::default()).contains(w::RECEIPT_NOT_CLEAR));
    let json = file(&receipt, &names("Riverside Hospital"), &Operator::default());
    assert_eq!(json["record"]["given"][0]["what"]["type"], "not-understood");
}

#[test]
fn a_service_that_looks_again_and_again_is_one_line_and_each_act_of_the_persons_its_own() {
    let look = |n: u8, minutes| {
        let mut one = given(Vec::new());
        one.id = LeafId::from_random([n; 16]);
        one.at = AT - Duration::minutes(minutes);
        (one.happened, one.purpose) = (Happened::Opened, Some(Purpose::Etreat));
        one.towards = Some(Recipient::Class(Class::CrisisServices));
        one
    };
    let own = given(vec![term(What::Section(Section::Helps), Effect::Permit)]);
    let receipts = [look(1, 0), own.clone(), look(2, 5), look(3, 9), own, look(4, 1_440)];
    let days = by_day(&receipts, &names("Riverside Hospital"), calendar());
    let lines: Vec<Vec<usize>> =
        days.iter().map(|day| day.lines.iter().map(|line| line.more.len()).collect()).collect();
    assert_eq!(lines, [vec![2, 0, 0], vec![0]]);
}

#[test]
fn each_part_of_what_was_sent_stands_under_what_came_of_it() {
    let sent = |outcome, effect, spot: Option<Spot>| SentTerm {
        term: Term { origin: Origin::Sent, ..term(What::Section(Section::Helps), effect) },
        consent: spot.is_none().then(|| ConsentId::from_random([3; 16])),
        outcome,
        spot,
    };
    let mut receipt = given(Vec::new());
    receipt.happened = Happened::Narrowed;
    receipt.words = None;
    receipt.unread = vec![Spot::Beneath(1)];
    receipt.sent = vec![
        sent(Outcome::NoEffect, Effect::Permit, Some(Spot::Beneath(2))),
        sent(Outcome::OfOthers, Effect::Permit, Some(Spot::Root)),
        sent(Outcome::Waits, Effect::Permit, None),
        sent(Outcome::OnlyCloses, Effect::Deny, None),
        sent(Outcome::Counts, Effect::Deny, None),
    ];
    let html = page(&receipt, &names("Riverside Hospital"), &Operator::default());
    let places: Vec<Option<usize>> = [
        "What is closed since 3 May 2026 at 23:30",
        "It only closes, since 3 May 2026 at 23:30",
        w::RECEIPT_WAITS,
        w::RECEIPT_OF_OTHERS,
        w::RECEIPT_WHOLE,
        w::RECEIPT_NO_EFFECT,
        "In part 3 of what was sent",
    ]
    .into_iter()
    .map(|told| html.find(told))
    .collect();
    assert!(places.iter().all(Option::is_some) && places.is_sorted(), "{places:?} {html}");
    assert!(html.contains(w::RECEIPT_UNREAD));
    let json = file(&receipt, &names("Riverside Hospital"), &Operator::default());
    let came = |n: usize| &json["record"]["sent"][n]["came"];
    assert_eq!(came(0)["at"], "Consent.provision.provision[2]");
    assert_eq!((&came(1)["outcome"], &came(1)["because"]), (&"refused".into(), &"of-others".into()));
    assert_eq!((&came(2)["outcome"], &came(2)["since"]), (&"waits".into(), &Value::Null));
    assert_eq!(came(4)["since"], "2026-05-03T22:30:00Z");
    assert_eq!(json["record"]["sent"][0]["consent"], Value::Null);
    assert_eq!(json["record"]["not_understood"], serde_json::json!(["Consent.provision.provision[1]"]));
    assert_eq!(json["services"][0]["purposes"], Value::Array(Vec::new()), "what waits is no yes");
}
