//! Of a consent that says several things, one is taken back: the consent ends, what is left stands by itself, and what was
//! said of it before is to the byte what it was.

use sayso_consent::{Effect, Known, Recipient};
use sayso_exchange::delegate::{TakeAway, Taken};
use sayso_exchange::sharing::{Choice, Party};
use sayso_exchange::{Act, ConsentChange};
use sayso_plan::{LeafId, OrganizationId, Purpose, Section};
use serde_json::{Value, json};
use time::Duration;

use crate::home::{Home, id};
use crate::receipts::{Visitor, schema, valid};
use crate::supporters::{ama, supporter};

fn harbour() -> OrganizationId {
    id(0x02)
}

/// Ama said yes to what her app proposed: Harbour sees two sections until the end of 2026. The receipt of that.
async fn two_in_one(home: &Home, her: &Visitor) -> LeafId {
    let mut both = home.permit();
    let mut first = both["provision"]["provision"][0].take();
    first["actor"][0]["reference"]["identifier"]["value"] = harbour().to_string().into();
    first["period"]["end"] = "2026-12-31T23:00:00Z".into();
    let mut second = first.clone();
    second["securityLabel"][0]["code"] = "harms".into();
    both["provision"]["provision"] = json!([first, second]);
    let sent = home.sent(&both).await;
    assert_eq!(sent.status, 201, "{sent:?}");
    let exchange = &home.world.exchange;
    let (seen, waiting) = exchange.waiting_consents(ama(home)).await.unwrap();
    assert_eq!(waiting[0].whats.len(), 2, "one consent says both");
    let _ = exchange.confirm_consent(ama(home), waiting[0].id, seen).await.unwrap();
    home.world.wait(Duration::minutes(1));
    her.receipts(home).await[0]
}

/// What is open to Harbour by the decision, and until when.
async fn open(home: &Home) -> (Choice, Option<time::OffsetDateTime>) {
    let (_, standing) = home.world.exchange.standing(ama(home)).await.unwrap();
    let theirs = standing.into_iter().find(|one| one.party == Party::Organization(harbour()));
    theirs.map(|one| (one.open, one.until)).unwrap_or_default()
}

/// The sections that a receipt's file names.
fn sections(file: &str, heap: &str) -> Vec<String> {
    let json: Value = serde_json::from_str(file).unwrap();
    valid(&schema(), &json);
    let terms = json["record"][heap].as_array().unwrap().clone();
    terms.iter().map(|term| term["what"]["code"].as_str().unwrap().to_owned()).collect()
}

fn allowed(file: &str) -> Vec<Value> {
    let json: Value = serde_json::from_str(file).unwrap();
    let purposes = json["services"][0]["purposes"].as_array().unwrap();
    purposes.iter().map(|one| one["piiCategory"].clone()).collect()
}

#[tokio::test]
async fn a_delegate_takes_one_thing_of_several_and_the_receipt_from_before_is_the_same_bytes() {
    let _honest = crate::honest();
    let home = Home::open().await;
    let her = Visitor::of(&home, home.ama).await;
    let given = two_in_one(&home, &her).await;
    let before = her.receipt(&home, given).await;
    assert_eq!(sections(&before.1, "given"), ["helps", "harms"]);
    let (choice, until) = open(&home).await;
    assert_eq!(choice.sections, [Section::Helps, Section::Harms].into());
    let (kofi, session) = supporter(&home, home.ama, "Kofi").await;
    let exchange = &home.world.exchange;
    let _ = exchange.delegate(ama(&home), kofi, 30).await.unwrap();
    let taking = |what| TakeAway { from: Party::Organization(harbour()), what };
    let took = exchange.take_away(&session, kofi, taking(Taken::Section(Section::Helps))).await.unwrap();

    assert_eq!(her.receipt(&home, given).await, before, "what she was told then");
    let (page, file) = her.receipt(&home, took.leaf()).await;
    assert_eq!((sections(&file, "given"), sections(&file, "ended")), (vec![], vec!["helps".to_owned()]));
    assert_eq!(
        (sections(&file, "kept"), allowed(&file)),
        (vec!["harms".to_owned()], vec![json!(["What makes it worse"])])
    );
    let json: Value = serde_json::from_str(&file).unwrap();
    assert_eq!(json["record"]["event"]["event_type"], "narrowed");
    assert_eq!(json["record"]["event"]["entity_id"], kofi.to_string(), "it says who did it");
    let closed =
        page.split("What is closed now").nth(1).unwrap().split("What stays open as before").collect::<Vec<_>>();
    assert!(closed[0].contains("What helps") && closed[1].contains("What makes it worse"), "{page}");
    assert!(page.contains("Kofi let Harbour Clinic see less, for you, on ") && page.contains("this was done for you"));
    let (left, same_end) = open(&home).await;
    assert_eq!((left.sections, same_end), ([Section::Harms].into(), until), "the rest, for as long as before");
    // In one commit: one leaf, one line of what happened, one thing to undo.
    let happened = exchange.happened(ama(&home), None, 1).await.unwrap().remove(0);
    assert_eq!(happened.leaf, took.leaf());
    let narrowed = |act: &Act| {
        matches!(act, Act::ConsentChanged { change: ConsentChange::Narrowed, by: Some(by), sections, .. }
        if *by == kofi && *sections == [Section::Helps])
    };
    assert!(happened.act.as_ref().is_some_and(narrowed), "{happened:?}");
    let lines = her.get(&home, "/me/receipts").await.text;
    assert_eq!(lines.matches("Kofi let Harbour Clinic see less, for you,").count(), 1, "{lines}");

    let rest = exchange.take_away(&session, kofi, taking(Taken::All)).await.unwrap();
    assert_eq!(open(&home).await, (Choice::default(), None));
    assert_eq!(her.receipt(&home, given).await, before);
    assert_eq!(her.receipt(&home, took.leaf()).await, (page, file), "nor does the one between change");
    let (page, file) = her.receipt(&home, rest.leaf()).await;
    assert_eq!((sections(&file, "ended"), allowed(&file)), (vec!["harms".to_owned()], vec![]));
    assert!(page.contains("Kofi stopped sharing with Harbour Clinic for you"), "{page}");
}

#[tokio::test]
async fn what_she_keeps_of_a_consent_that_says_several_things_keeps_its_date() {
    let _honest = crate::honest();
    let home = Home::open().await;
    let her = Visitor::of(&home, home.ama).await;
    let given = two_in_one(&home, &her).await;
    let (before, (_, until)) = (her.receipt(&home, given).await, open(&home).await);
    let less = Choice { sections: [Section::Harms].into(), ..Choice::default() };
    let exchange = &home.world.exchange;
    let party = Party::Organization(harbour());
    let done = exchange.share(ama(&home), party, Purpose::Treat, &less, None).await.unwrap();
    assert_eq!(open(&home).await, (less, until), "until the end of 2026, as she was told");
    assert_eq!(her.receipt(&home, given).await, before);
    let (page, file) = her.receipt(&home, done.leaf()).await;
    assert_eq!(
        (sections(&file, "ended"), sections(&file, "kept")),
        (vec!["helps".to_owned()], vec!["harms".to_owned()])
    );
    assert!(page.contains("You let Harbour Clinic see less on "), "{page}");
}

#[tokio::test]
async fn of_two_devices_what_one_closes_of_a_consent_leaves_the_rest_of_it() {
    let _honest = crate::honest();
    let home = Home::open().await;
    let her = Visitor::of(&home, home.ama).await;
    let exchange = &home.world.exchange;
    let (seen, _) = exchange.standing(ama(&home)).await.unwrap();
    let _given = two_in_one(&home, &her).await;
    // It was decided before the consent came: what it closes is closed, and what it would open is not.
    let other = Choice { sections: [Section::Harms, Section::AboutMe].into(), ..Choice::default() };
    let party = Party::Organization(harbour());
    assert!(exchange.share(ama(&home), party, Purpose::Treat, &other, Some(seen)).await.is_err());
    assert_eq!(open(&home).await.0.sections, [Section::Harms].into());
    let snapshot = exchange.store().snapshot(home.ama).await.unwrap().unwrap();
    let to_harbour = |one: &&sayso_consent::Provision| one.recipient == Known::Is(Recipient::Organization(harbour()));
    let stand = snapshot.consents.iter().flat_map(|one| &one.provisions).filter(to_harbour);
    assert!(stand.filter(|one| one.effect == Effect::Permit).count() == 1);
}

#[tokio::test]
async fn of_a_consent_that_says_several_things_the_end_of_a_no_tells_what_it_kept_back() {
    let _honest = crate::honest();
    let home = Home::open().await;
    let her = Visitor::of(&home, home.ama).await;
    let _given = two_in_one(&home, &her).await;
    let mut no = home.refusal();
    no["provision"]["actor"][0]["reference"]["identifier"]["value"] = harbour().to_string().into();
    assert_eq!(home.sent(&no).await.status, 201);
    let exchange = &home.world.exchange;
    let kept = exchange.kept_back(ama(&home)).await.unwrap().remove(0);
    let ended = exchange.restore_consent(ama(&home), kept.id, kept.seen).await.unwrap();
    let (page, file) = her.receipt(&home, ended.leaf()).await;
    assert_eq!(sections(&file, "kept"), ["helps"], "the other part was open all the while: {page}");
}
