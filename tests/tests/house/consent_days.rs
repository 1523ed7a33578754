//! Case 19: a day that somebody sends as begin or end of a period is the whole of that day, where the person lives.

use sayso_consent::Themselves;
use sayso_plan::{Lang, Person, PersonId};
use sayso_tests::world::{Asked, BEGINS, Observed};
use serde_json::{Value, json};
use time::macros::datetime;
use time::{Duration, OffsetDateTime};

use crate::home::{DIRECTIVE, Home, id};

const FHIR: &str = "application/fhir+json";
/// New York in winter.
const ZONE_MINUTES: i16 = -300;

/// Somebody who lives five hours behind UTC, with a plan of hers.
async fn dee(home: &Home) -> PersonId {
    let dee: PersonId = id(0x20);
    let one = Person {
        id: dee,
        name: "Dee".into(),
        language: Lang::try_from("en-GB").unwrap(),
        zone_minutes: ZONE_MINUTES,
        birth_date: None,
        identifiers: Vec::new(),
    };
    let _ = home.world.exchange.create_person(one).await.unwrap();
    let plan = serde_json::from_str(DIRECTIVE).unwrap();
    let _ = home.world.exchange.write_own_plan(Themselves::signed_in(dee), None, plan).await.unwrap();
    dee
}

/// A permit for treatment at Riverside with this period, about this person.
fn permit(home: &Home, person: PersonId, period: Value) -> Value {
    let mut permit = home.permit();
    permit["patient"]["reference"] = format!("Patient/{person}").into();
    permit["provision"]["provision"][0]["securityLabel"][0]["code"] = "treatment".into();
    permit["provision"]["provision"][0]["period"] = period;
    permit
}

async fn send(home: &Home, person: PersonId, consent: &Value) -> Observed {
    let token = home.app_of(person, "patient/Consent.cru").await;
    home.ask(Asked::new("POST", "/fhir/Consent").body(FHIR, consent.to_string()), Some(&token)).await
}

fn set(home: &Home, at: OffsetDateTime) {
    home.world.set(Duration::seconds(at.unix_timestamp() - BEGINS));
}

#[tokio::test]
async fn case_19_a_day_that_is_sent_holds_until_it_is_over_where_she_lives() {
    let _honest = crate::honest();
    let home = Home::open().await;
    let dee = dee(&home).await;
    let days = json!({"start": "2026-05-29", "end": "2026-12-31"});
    let sent = send(&home, dee, &permit(&home, dee, days)).await;
    assert_eq!(sent.status, 201, "{sent:?}");
    let period = sent.json()["provision"]["provision"][0]["period"].clone();
    assert_eq!(period, json!({"start": "2026-05-29T05:00:00Z", "end": "2027-01-01T05:00:00Z"}));
    let her = Themselves::signed_in(dee);
    let (seen, waiting) = home.world.exchange.waiting_consents(her).await.unwrap();
    let _ = home.world.exchange.confirm_consent(her, waiting[0].id, seen).await.unwrap();

    let token = home.ehr("system/*.rs").await;
    let sees = async || {
        let path = format!("/fhir/CarePlan?patient={dee}");
        home.ask(Asked::new("GET", &path), Some(&token)).await.json()["total"] != 0
    };
    for (at, is_open) in [
        (datetime!(2026-05-29 04:59:59 UTC), false),
        (datetime!(2026-05-29 05:00 UTC), true),
        (datetime!(2026-12-31 00:00 UTC), true),
        (datetime!(2027-01-01 04:59:59 UTC), true),
        (datetime!(2027-01-01 05:00 UTC), false),
    ] {
        set(&home, at);
        assert_eq!(sees().await, is_open, "{at}");
    }
}

#[tokio::test]
async fn case_19_a_day_before_an_instant_that_is_only_then_over_where_she_lives_is_no_period() {
    let _honest = crate::honest();
    let home = Home::open().await;
    let dee = dee(&home).await;
    let her = Themselves::signed_in(dee);
    // For Ama, who lives by UTC, the first of July is over then; for Dee it goes on for five hours.
    let both = |person| permit(&home, person, json!({"start": "2026-07-02T00:00:00Z", "end": "2026-07-01"}));
    assert_eq!(send(&home, home.ama, &both(home.ama)).await.status, 422);
    assert_eq!(send(&home, dee, &both(dee)).await.status, 201);

    // An app makes what it sent narrower by a day, and never wider.
    let days = json!({"start": "2026-05-29", "end": "2026-12-31"});
    let sent = send(&home, dee, &permit(&home, dee, days)).await;
    let token = home.app_of(dee, "patient/Consent.cru").await;
    let ends = async |day: &str| {
        let mut consent = sent.json();
        consent["provision"]["provision"][0]["period"]["end"] = day.into();
        let path = format!("/fhir/Consent/{}", consent["id"].as_str().unwrap());
        let asked = Asked::new("PUT", &path).body(FHIR, consent.to_string());
        home.ask(asked.header("if-match", &format!("W/\"{}\"", sent.etag().unwrap())), Some(&token)).await
    };
    assert_eq!(ends("2027-01-01").await.status, 422);
    let shorter = ends("2026-12-30").await;
    assert_eq!(shorter.status, 200, "{shorter:?}");
    assert_eq!(shorter.json()["provision"]["provision"][0]["period"]["end"], "2026-12-31T05:00:00Z");
    let waiting = home.world.exchange.waiting_consents(her).await.unwrap().1;
    assert!(waiting.iter().any(|one| one.until == datetime!(2026-12-31 05:00 UTC)), "{waiting:?}");

    // A record system hears nothing of it, and what it refuses so refuses without an end.
    let mut refusal = home.refusal();
    refusal["provision"]["period"] = json!({"start": "2026-07-02T00:00:00Z", "end": "2026-07-01"});
    let token = home.ehr("system/Consent.c").await;
    let asked = Asked::new("POST", "/fhir/Consent").body(FHIR, refusal.to_string());
    assert_eq!(home.ask(asked, Some(&token)).await.status, 202);
    home.world.wait(Duration::days(3_000));
    let kept = home.world.exchange.kept_back(Themselves::signed_in(home.ama)).await.unwrap();
    assert_eq!(kept.len(), 1, "{kept:?}");
}
