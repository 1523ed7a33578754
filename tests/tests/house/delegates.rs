//! A delegate takes away in the person's name, until a day, and never opens anything.

use sayso_consent::{Compiled, Consent, Known, Period, Recipient, Themselves, What, decide};
use sayso_exchange::delegate::{TakeAway, Taken};
use sayso_exchange::sharing::{Choice, Party};
use sayso_exchange::{Act, ConsentChange};
use sayso_plan::id::Id;
use sayso_plan::{OrganizationId, PlanKind, Purpose, Section, Share};
use sayso_tests::generate::Choices;
use sayso_tests::world::Asked;
use time::{Duration, OffsetDateTime};

use crate::home::{HER_WORDS, Home, id, riverside};
use crate::pages::cookie;
use crate::receipts::Visitor;
use crate::said_is_so::permit_of;
use crate::supporters::{PASSWORD, all, ama, cookie_of, get, opens, post, supporter, text};

/// Worlds on which it is tried that a delegate opens nothing.
const WORLDS: u64 = 20_000;

/// One thing that a delegate can do, any.
fn any_taking(choices: &mut Choices) -> TakeAway {
    let two = |choices: &mut Choices| [if choices.once_in(4) { 2 } else { 1 }; 16];
    let from = match choices.below(5) {
        0 => Party::CrisisServices,
        1 => Party::App(Id::from_stored(two(choices))),
        2 => Party::Supporter(Id::from_stored(two(choices))),
        _ => Party::Organization(Id::from_stored(two(choices))),
    };
    let sections = [Section::Helps, Section::Harms, Section::PastToKnow];
    let kinds = [PlanKind::JointCrisisPlan, PlanKind::AdvanceDirective];
    let what = match choices.below(6) {
        0 => Taken::All,
        1 => Taken::Things,
        2 => Taken::Documents,
        5 => Taken::Level(choices.of(&[Share::Open, Share::Care]).unwrap()),
        3 => Taken::Kind(choices.of(&kinds).unwrap()),
        _ => Taken::Section(choices.of(&sections).unwrap()),
    };
    TakeAway { from, what }
}

fn after(consents: &[Consent], taking: &TakeAway, at: OffsetDateTime) -> Vec<Consent> {
    let number = std::cell::Cell::new(1_u128 << 100);
    let fresh = || {
        number.set(number.get() + 1);
        (number.get() + consents.len() as u128 * 1_000).to_be_bytes()
    };
    let changed = taking.from(consents, at, &fresh);
    for one in consents {
        let Some(now) = changed.iter().find(|other| other.id == one.id) else { continue };
        assert_eq!(now.provisions, one.provisions, "what a consent said never changes");
    }
    let untouched = consents.iter().filter(|one| !changed.iter().any(|other| other.id == one.id)).cloned();
    untouched.collect::<Vec<_>>().into_iter().chain(changed.clone()).collect()
}

/// Over consents of any sort, foreign ones with permits and refusals in one among them.
#[test]
fn whatever_a_delegate_does_no_question_is_answered_with_more_than_before() {
    let (mut closed, mut released) = (0, 0);
    for n in 0..WORLDS {
        let mut choices = Choices::new(0x5a75_0000_0000_0008 + n);
        let mut consents = choices.consents();
        let (part, ask) = (choices.part(), choices.ask());
        for _ in 0..1 + choices.below(3) {
            let before = decide(&Compiled::of(&consents), &part, &ask).is_released();
            consents = after(&consents, &any_taking(&mut choices), ask.at);
            let is = decide(&Compiled::of(&consents), &part, &ask).is_released();
            assert!(before || !is, "world {n}");
            (closed, released) = (closed + u32::from(before && !is), released + u32::from(before));
        }
    }
    assert!(released > 1_000 && closed > 100, "{closed} of {released} were closed: nothing was tried");
}

#[tokio::test]
async fn a_delegate_takes_away_what_she_opened_and_she_reads_it_and_undoes_it() {
    let _honest = crate::honest();
    let home = Home::open().await;
    let exchange = &home.world.exchange;
    let (kofi, session) = supporter(&home, home.ama, "kofi").await;
    let (joyce, _) = supporter(&home, home.ama, "joyce").await;
    opens(&home, joyce, &all()).await;
    let _ = exchange.refuse(ama(&home), Party::Organization(id(0x02)), true).await.unwrap();
    let (his, page) = (cookie_of(&session), format!("/with/{kofi}/sharing"));
    assert_eq!(get(&home, &his, &page).await.status, 404, "nobody without a delegation");
    let _ = exchange.delegate(ama(&home), kofi, 30).await.unwrap();
    assert!(text(&get(&home, &his, "/with").await).contains("Ama"), "who delegates is named");
    let sees = get(&home, &his, &page).await;
    let html = text(&sees);
    assert!(html.contains("Riverside Hospital") && html.contains("What helps"), "{html}");
    for never in ["Harbour Clinic", "joyce", HER_WORDS] {
        assert!(!html.contains(never), "{never}: {html}");
    }
    let from = format!("organization:{}", riverside());
    let one = post(&home, &his, &sees, &page, &[("from", &from), ("what", "section:helps")]).await;
    assert_eq!(one.status, 303, "{one:?}");
    let (_, standing) = exchange.standing(ama(&home)).await.unwrap();
    let to = |standing: &[sayso_exchange::standing::Standing]| {
        standing.iter().find(|one| one.party == Party::Organization(riverside())).map(|one| one.open.clone())
    };
    let left = to(&standing).unwrap();
    assert!(!left.sections.contains(&Section::Helps) && left.sections.contains(&Section::Harms));
    let recorded = exchange.happened(ama(&home), None, 1).await.unwrap().remove(0);
    let number = recorded.person_seq;
    assert!(
        matches!(recorded.act, Some(Act::ConsentChanged { change: ConsentChange::Narrowed, by: Some(by), .. }) if by == kofi)
    );
    let her = cookie(&home, home.ama).await;
    let told = text(&get(&home, &her, "/me/receipts").await);
    let undo = format!("/me/sharing/{}?undo={number}", riverside());
    assert!(told.contains("kofi let Riverside Hospital see less, for you") && told.contains(&undo), "{told}");
    let choices = text(&get(&home, &her, &undo).await);
    let ticked = |html: &str| html.contains("value=\"helps\" aria-describedby=\"help-helps\" checked");
    assert!(ticked(&choices) && !ticked(&text(&get(&home, &her, &format!("/me/sharing/{}", riverside())).await)));
    assert_eq!(to(&exchange.standing(ama(&home)).await.unwrap().1), Some(left), "looking at it undoes nothing");
    let all = post(&home, &his, &sees, &page, &[("from", &from), ("what", "all")]).await;
    assert_eq!(all.status, 303, "{all:?}");
    let token = home.ehr("system/*.rs").await;
    let hospital = home.ask(Asked::new("GET", &format!("/fhir/CarePlan/{}", home.plan)), Some(&token)).await;
    assert_eq!(hospital.status, 404, "it counts at once");
}

#[tokio::test]
async fn what_was_taken_for_two_purposes_is_ticked_for_each_again_and_what_is_over_is_not() {
    let _honest = crate::honest();
    let home = Home::open().await;
    let exchange = &home.world.exchange;
    let (kofi, session) = supporter(&home, home.ama, "kofi").await;
    let _ = exchange.delegate(ama(&home), kofi, 30).await.unwrap();
    let harbour = Party::Organization(id(0x02));
    let treat = Choice { sections: [Section::Helps].into(), ..Choice::default() };
    let coc = Choice { kinds: [PlanKind::JointCrisisPlan].into(), ..Choice::default() };
    for (purpose, choice) in [(Purpose::Treat, treat), (Purpose::Coc, coc)] {
        let _ = exchange.share(ama(&home), harbour, purpose, &choice, None).await.unwrap();
    }
    // For nine days, and from the fortieth day on.
    let mut later = permit_of(&home, 10, Recipient::Organization(id(0x02)), What::Section(Section::PastToKnow));
    let (from, until) = (home.world.now() + Duration::days(40), home.world.now() + Duration::days(80));
    later.provisions[0].period = Known::Is(Period { from, until });
    assert!(home.world.put_consent(later).await);
    let short = permit_of(&home, 9, Recipient::Organization(id(0x02)), What::Section(Section::Harms));
    assert!(home.world.put_consent(short).await);
    let taking = TakeAway { from: harbour, what: Taken::All };
    let taken = exchange.take_away(&session, kofi, taking).await.unwrap();
    home.world.wait(Duration::days(10));
    let recorded = exchange.happened(ama(&home), None, 5).await.unwrap();
    let number = recorded.iter().find(|one| one.leaf == taken.leaf()).unwrap().person_seq;
    let (her, page) = (cookie(&home, home.ama).await, format!("/me/sharing/{}", id::<OrganizationId>(0x02)));
    let section =
        |html: &str, code: &str| html.contains(&format!("value=\"{code}\" aria-describedby=\"help-{code}\" checked"));
    let kind = |html: &str| html.contains("value=\"joint-crisis-plan\" checked");
    let all = text(&get(&home, &her, &format!("{page}?undo={number}")).await);
    assert!(all.contains("Something was taken back for this, too."), "{all}");
    assert!(section(&all, "helps") && !section(&all, "harms") && !kind(&all), "{all}");
    assert!(!section(&all, "past-to-know"), "it was open from a later day only: {all}");
    let other = format!("{page}?purpose=COC&#38;undo={number}");
    assert!(all.contains(&other), "the way to what was taken for the other purpose: {all}");
    let coc = text(&get(&home, &her, &other.replace("&#38;", "&")).await);
    assert!(!section(&coc, "helps") && kind(&coc), "{coc}");
    let usual = text(&get(&home, &her, &format!("{page}?purpose=COC")).await);
    assert!(!kind(&usual), "{usual}");
    // She opens less of the first again than was taken; the way to the other stays, and nothing is ticked against her.
    let visitor = Visitor::of(&home, home.ama).await;
    let (seen, _) = exchange.standing(ama(&home)).await.unwrap();
    let fields = format!("purpose=TREAT&seen={seen}&undo={number}&section=about-me");
    let preview = visitor.post(&home, &format!("{page}/preview"), &fields).await.text;
    assert!(preview.contains(&format!("name=\"undo\" value=\"{number}\"")), "{preview}");
    let shared = visitor.post(&home, &format!("{page}/share"), &fields).await;
    assert!(shared.location.contains(&format!("&undo={number}")), "{shared:?}");
    let after = text(&get(&home, &her, &shared.location).await);
    assert!(after.contains("Something was taken back for this, too.") && !section(&after, "helps"), "{after}");
    // What is open again is not there to be undone.
    let helps = Choice { sections: [Section::Helps].into(), ..Choice::default() };
    let _ = exchange.share(ama(&home), harbour, Purpose::Treat, &helps, None).await.unwrap();
    let rest = text(&get(&home, &her, &format!("{page}?undo={number}")).await);
    assert!(kind(&rest) && !rest.contains("Nothing of it is left to tick."), "the other purpose at once: {rest}");
    let plan = Choice { kinds: [PlanKind::JointCrisisPlan].into(), ..Choice::default() };
    let _ = exchange.share(ama(&home), harbour, Purpose::Coc, &plan, None).await.unwrap();
    let none = text(&get(&home, &her, &format!("{page}?undo={number}")).await);
    assert!(none.contains("Nothing of it is left to tick."), "{none}");
}

#[tokio::test]
async fn what_is_open_to_one_who_works_at_a_place_and_what_is_open_widely_is_seen_and_taken_by_a_delegate() {
    let _honest = crate::honest();
    let home = Home::open().await;
    let exchange = &home.world.exchange;
    let (kofi, session) = supporter(&home, home.ama, "kofi").await;
    let _ = exchange.delegate(ama(&home), kofi, 30).await.unwrap();
    let harbour = id(0x02);
    let works_there = Recipient::Practitioner(harbour, Id::from_stored([9; 16]));
    let whats = [What::Section(Section::Helps), What::Plan(home.plan), What::Level(Share::Care)];
    for (number, what) in (0x31..).zip(whats) {
        assert!(home.world.put_consent(permit_of(&home, number, works_there, what)).await);
    }
    let (his, page, from) = (cookie_of(&session), format!("/with/{kofi}/sharing"), format!("organization:{harbour}"));
    let before = home.kept().await;
    for (what, left) in [("level:care", 2), ("things", 1), ("all", 0)] {
        let sees = get(&home, &his, &page).await;
        assert!(text(&sees).contains("Harbour Clinic"), "{}", text(&sees));
        assert!(what == "all" || text(&sees).contains(&format!("value=\"{what}\"")), "{what}: {}", text(&sees));
        let taken = post(&home, &his, &sees, &page, &[("from", &from), ("what", what)]).await;
        assert_eq!(taken.status, 303, "{what}: {taken:?}");
        let (_, standing) = exchange.standing(ama(&home)).await.unwrap();
        let open = standing.into_iter().find(|one| one.party == Party::Organization(harbour)).map(|one| one.someone);
        let parts = open.map_or(0, |open| open.sections.len() + open.plans.len() + open.levels.len());
        assert_eq!(parts, left, "{what}");
    }
    assert_ne!(home.kept().await, before);
    let recorded = exchange.happened(ama(&home), None, 1).await.unwrap().remove(0);
    assert!(
        matches!(recorded.act, Some(Act::ConsentChanged { change: ConsentChange::Withdrawn, by: Some(by), .. }) if by == kofi)
    );
    assert!(!text(&get(&home, &his, &page).await).contains("Harbour Clinic"));
}

#[tokio::test]
async fn what_a_delegate_cannot_take_is_answered_as_what_is_not_there() {
    let _honest = crate::honest();
    let home = Home::open().await;
    let exchange = &home.world.exchange;
    let (kofi, session) = supporter(&home, home.ama, "kofi").await;
    let (joyce, _) = supporter(&home, home.ama, "joyce").await;
    opens(&home, joyce, &all()).await;
    let _ = exchange.delegate(ama(&home), kofi, 30).await.unwrap();
    let his = cookie_of(&session);
    let page = format!("/with/{kofi}/sharing");
    let sees = get(&home, &his, &page).await;
    let before = home.kept().await;
    for (from, what, status) in [
        ("organization:00000000-0000-4000-8000-000000000002".to_owned(), "all", 404),
        ("organization:00000000-0000-4000-8000-0000000000ff".to_owned(), "section:helps", 404),
        (format!("organization:{}", riverside()), "things", 404),
        (format!("supporter:{joyce}"), "all", 400),
        (format!("organization:{}", riverside()), "open:helps", 400),
        ("everyone".to_owned(), "all", 400),
    ] {
        let answer = post(&home, &his, &sees, &page, &[("from", &from), ("what", what)]).await;
        assert_eq!(answer.status, status, "{from} {what}: {answer:?}");
    }
    let taking = TakeAway { from: Party::Supporter(joyce), what: Taken::All };
    assert!(exchange.take_away(&session, kofi, taking).await.is_err(), "nor by any other way");
    assert_eq!(home.kept().await, before);
}

#[tokio::test]
async fn what_a_delegate_does_not_read_there_they_cannot_find_by_taking_it() {
    let _honest = crate::honest();
    let home = Home::open().await;
    let exchange = &home.world.exchange;
    let (kofi, session) = supporter(&home, home.ama, "kofi").await;
    let _ = exchange.delegate(ama(&home), kofi, 30).await.unwrap();
    // A yes behind a no, one that begins later, and one that is over.
    let _ = exchange.refuse(ama(&home), Party::Organization(id(0x02)), true).await.unwrap();
    let whole = |number, place| permit_of(&home, number, Recipient::Organization(place), What::Section(Section::Helps));
    assert!(home.world.put_consent(whole(0x41, id(0x02))).await);
    let (mut later, mut over) = (whole(0x42, id(0x03)), whole(0x43, id(0x04)));
    let now = home.world.now();
    later.provisions[0].period = Known::Is(Period { from: now + Duration::days(2), until: now + Duration::days(9) });
    over.provisions[0].period = Known::Is(Period { from: now - Duration::days(9), until: now - Duration::days(2) });
    assert!(home.world.put_consent(later).await && home.world.put_consent(over).await);
    let (his, page) = (cookie_of(&session), format!("/with/{kofi}/sharing"));
    let sees = get(&home, &his, &page).await;
    for (place, what) in [(0x02, "all"), (0x02, "section:helps"), (0x03, "all"), (0x04, "all"), (0x05, "all")] {
        let from = format!("organization:{}", id::<sayso_plan::OrganizationId>(place));
        let answer = post(&home, &his, &sees, &page, &[("from", &from), ("what", what)]).await;
        assert_eq!(answer.status, 404, "{place} {what}: {answer:?}");
    }
}

#[tokio::test]
async fn c08_a_delegation_ends_by_its_date_or_her_word_and_at_once() {
    let _honest = crate::honest();
    for by_date in [true, false] {
        let home = Home::open().await;
        let exchange = &home.world.exchange;
        let (kofi, session) = supporter(&home, home.ama, "kofi").await;
        let _ = exchange.delegate(ama(&home), kofi, 30).await.unwrap();
        let page = format!("/with/{kofi}/sharing");
        let sees = get(&home, &cookie_of(&session), &page).await;
        assert_eq!(sees.status, 200);
        let session = if by_date {
            home.world.wait(Duration::days(30));
            let entered = exchange.enter("kofi", "a boat that comes home").await.unwrap();
            let sayso_exchange::Entered::Supporter(session) = entered else { panic!("a supporter") };
            session
        } else {
            let _ = exchange.end_delegation(ama(&home), kofi).await.unwrap();
            session
        };
        let (_, before) = exchange.standing(ama(&home)).await.unwrap();
        assert_eq!(get(&home, &cookie_of(&session), &page).await.status, 404);
        let taking = TakeAway { from: Party::Organization(riverside()), what: Taken::All };
        assert!(exchange.take_away(&session, kofi, taking).await.is_err());
        assert_eq!(exchange.standing(ama(&home)).await.unwrap().1, before, "nothing was taken");
    }
}

#[tokio::test]
async fn a_delegation_lasts_a_year_at_most_and_is_for_one_person() {
    let _honest = crate::honest();
    let home = Home::open().await;
    let exchange = &home.world.exchange;
    let (kofi, session) = supporter(&home, home.ama, "kofi").await;
    for days in [0, -1, 366] {
        assert!(exchange.delegate(ama(&home), kofi, days).await.is_err(), "{days}");
    }
    let bea = Themselves::signed_in(home.bea);
    assert!(exchange.delegate(bea, kofi, 30).await.is_err(), "Bea has no such supporter");
    let _ = exchange.delegate(ama(&home), kofi, 365).await.unwrap();
    let other = exchange.invite_supporter(bea, "Kofi").await.unwrap();
    let taking = TakeAway { from: Party::App(crate::home::app()), what: Taken::All };
    assert!(exchange.take_away(&session, other.supporter, taking).await.is_err(), "an invitation not taken is nothing");
}

#[tokio::test]
async fn a_no_to_a_delegate_ends_what_they_could_take_back() {
    let _honest = crate::honest();
    let home = Home::open().await;
    let exchange = &home.world.exchange;
    let (kofi, session) = supporter(&home, home.ama, "kofi").await;
    let (his, page) = (cookie_of(&session), format!("/with/{kofi}/sharing"));
    let visitor = Visitor::of(&home, home.ama).await;
    let choices = format!("/me/sharing/supporter/{kofi}");
    let either = "Then they can take nothing back for you either.";
    assert!(!visitor.get(&home, &choices).await.text.contains(either));
    let _ = exchange.delegate(ama(&home), kofi, 30).await.unwrap();
    assert_eq!(get(&home, &his, &page).await.status, 200);
    assert!(visitor.get(&home, &choices).await.text.contains(either));
    let _ = visitor.post(&home, &format!("{choices}/never"), "").await;
    assert_eq!(get(&home, &his, &page).await.status, 404);
    assert!(!text(&get(&home, &his, "/with").await).contains("Ama"), "nor is she named to them");
    let (seen, _) = exchange.standing(ama(&home)).await.unwrap();
    let _ = exchange.end_refusal(ama(&home), Party::Supporter(kofi), seen).await.unwrap();
    assert_eq!(get(&home, &his, &page).await.status, 404, "it does not come back by itself");
    // By her app it is the same, and she reads that it ended.
    let _ = exchange.delegate(ama(&home), kofi, 30).await.unwrap();
    assert_eq!(get(&home, &his, &page).await.status, 200);
    let mut no = home.refusal();
    let provision = no["provision"].as_object_mut().unwrap();
    provision.remove("purpose");
    provision.remove("actor");
    assert_eq!(home.sent(&no).await.status, 201);
    assert_eq!(get(&home, &his, &page).await.status, 200, "a no to one section is none to him");
    no["provision"]["securityLabel"][0] =
        serde_json::json!({"system": "http://terminology.hl7.org/CodeSystem/v3-Confidentiality", "code": "N"});
    assert_eq!(home.sent(&no).await.status, 201);
    assert_eq!(get(&home, &his, &page).await.status, 404);
    let happened = exchange.happened(ama(&home), None, 100).await.unwrap();
    let ends = happened.iter().filter(
        |one| matches!(&one.act, Some(Act::SupporterChanged { change, .. }) if change.as_str() == "delegation-ended"),
    );
    assert_eq!(ends.count(), 2);
    // Though a no stands already, one more ends what she gave since.
    let _ = exchange.delegate(ama(&home), kofi, 30).await.unwrap();
    assert_eq!(get(&home, &his, &page).await.status, 200);
    let _ = visitor.post(&home, &format!("{choices}/never"), "").await;
    assert_eq!(get(&home, &his, &page).await.status, 404);
}

#[tokio::test]
async fn a_no_that_begins_later_ends_what_a_delegate_could_take_back_when_it_begins() {
    let _honest = crate::honest();
    let home = Home::open().await;
    let exchange = &home.world.exchange;
    let (kofi, session) = supporter(&home, home.ama, "kofi").await;
    let (his, page) = (cookie_of(&session), format!("/with/{kofi}/sharing"));
    let _ = exchange.delegate(ama(&home), kofi, 30).await.unwrap();
    let mut no = home.refusal();
    let provision = no["provision"].as_object_mut().unwrap();
    for member in ["purpose", "actor", "securityLabel"] {
        drop(provision.remove(member));
    }
    let day = |days: i64| (home.world.now() + time::Duration::days(days)).date().to_string();
    provision.insert("period".into(), serde_json::json!({"start": day(3), "end": day(9)}));
    assert_eq!(home.sent(&no).await.status, 201);
    assert_eq!(get(&home, &his, &page).await.status, 200, "it has not begun");
    home.world.wait(time::Duration::days(5));
    let sayso_exchange::Entered::Supporter(session) = exchange.enter("kofi", PASSWORD).await.unwrap() else { panic!() };
    let (his, may) = (cookie_of(&session), exchange.supporters(ama(&home)).await.unwrap());
    assert!(may.iter().all(|one| one.delegated.is_none()), "nor does her page say that he may");
    assert_eq!(get(&home, &his, &page).await.status, 404);
    assert!(!text(&get(&home, &his, "/with").await).contains("Ama"));
    // What she gives after it has begun is her newer word.
    let _ = exchange.delegate(ama(&home), kofi, 30).await.unwrap();
    assert_eq!(get(&home, &his, &page).await.status, 200);
}

#[tokio::test]
async fn an_app_from_which_a_delegate_takes_the_last_thing_loses_its_key_and_one_that_is_told_no_by_another_app_too() {
    let _honest = crate::honest();
    let home = Home::open().await;
    let exchange = &home.world.exchange;
    let me = Party::App(crate::home::app());
    let two = Choice { sections: [Section::Helps, Section::Harms].into(), ..Choice::default() };
    let (kofi, session) = supporter(&home, home.ama, "kofi").await;
    let _ = exchange.delegate(ama(&home), kofi, 30).await.unwrap();
    let decisions = || Asked::new("GET", &format!("/fhir/Consent?patient={}", home.ama));
    let is_let_in = async |token: &str| home.ask(decisions(), Some(token)).await.status == 200;
    let _ = exchange.share(ama(&home), me, Purpose::Patrqt, &two, None).await.unwrap();
    let token = home.app_of(home.ama, "patient/Consent.crus").await;
    for (section, after) in [(Section::Helps, true), (Section::Harms, false)] {
        assert!(is_let_in(&token).await);
        let taking = TakeAway { from: me, what: Taken::Section(section) };
        let _ = exchange.take_away(&session, kofi, taking).await.unwrap();
        assert_eq!(is_let_in(&token).await, after, "{section:?}");
    }

    let _ = exchange.share(ama(&home), me, Purpose::Patrqt, &two, None).await.unwrap();
    let token = home.app_of(home.ama, "patient/Consent.crus").await;
    let mut no = home.refusal();
    let to_it =
        serde_json::json!({"system": "https://sayso.example/fhir/NamingSystem/app", "value": crate::home::app()});
    no["provision"]["actor"][0]["reference"] = serde_json::json!({"type": "Device", "identifier": to_it});
    no["provision"].as_object_mut().unwrap().remove("purpose");
    // A no to one part is none to the app.
    assert_eq!(home.sent(&no).await.status, 201);
    assert!(is_let_in(&token).await);
    no["provision"].as_object_mut().unwrap().remove("securityLabel");
    assert_eq!(home.sent(&no).await.status, 201);
    assert!(!is_let_in(&token).await, "its key is gone");
}
