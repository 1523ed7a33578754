//! Asking to be let in by a code that the person read out.

use std::num::NonZeroU32;

use sayso_consent::Themselves;
use sayso_exchange::pair::PAIRING_MINUTES;
use sayso_gateway::Limits;
use sayso_plan::{ClientId, Purpose};
use sayso_tests::world::{Asked, NO_LIMITS, Observed};
use serde_json::{Value, json};
use time::Duration;

use crate::home::{Home, id, riverside};

async fn ask(home: &Home, token: &str, parameters: Value) -> Observed {
    let body = json!({"resourceType": "Parameters", "parameter": parameters}).to_string();
    home.ask(Asked::new("POST", "/fhir/Patient/$ask-to-share").body("application/fhir+json", body), Some(token)).await
}

fn by(code: &str) -> Value {
    json!([{"name": "code", "valueString": code}, {"name": "reason", "valueString": "You are at our desk."}])
}

async fn waiting(home: &Home) -> usize {
    home.world.exchange.waiting(Themselves::signed_in(home.bea)).await.unwrap().len()
}

#[tokio::test]
async fn a_code_is_good_once_for_minutes_and_for_asking_alone_and_no_answer_tells_whether_it_was() {
    let _honest = crate::honest();
    let home = Home::open().await;
    let ehr = home.ehr("system/Patient.rs system/DocumentReference.r").await;
    let bea = Themselves::signed_in(home.bea);
    let standing = home.world.exchange.standing(bea).await.unwrap();
    let code = || async { home.world.exchange.pairing_code(bea).await.unwrap().0.to_string() };

    let first = code().await;
    let second = code().await;
    let none = ask(&home, &ehr, by("00000-00000")).await;
    assert_eq!(none.status, 202, "{none:?}");
    let replaced = ask(&home, &ehr, by(&first)).await;
    assert_eq!((&replaced, waiting(&home).await), (&none, 0), "a newer code takes the place of an older one");

    let look = Asked::new("GET", &format!("/fhir/Patient/$current-plan?code={second}"));
    assert_eq!(home.ask(look, Some(&ehr)).await.status, 400, "it is for asking");

    let heard = second.to_lowercase().replace('-', " ");
    let right = ask(&home, &ehr, by(&heard)).await;
    assert_eq!((&right, waiting(&home).await), (&none, 1), "right and wrong are the same bytes");
    let asked = home.world.exchange.waiting(bea).await.unwrap();
    assert_eq!((asked[0].organization, asked[0].purpose), (riverside(), Purpose::Treat));
    assert_eq!(asked[0].reason.as_deref(), Some("You are at our desk."));
    assert_eq!(home.world.exchange.standing(bea).await.unwrap(), standing, "asking opens nothing");

    let third = code().await;
    home.world.wait(Duration::minutes(PAIRING_MINUTES));
    let other = home.world.exchange.pairing_code(Themselves::signed_in(home.ama)).await.unwrap().0.to_string();
    home.world.exchange.pairing_code(Themselves::signed_in(home.ama)).await.unwrap();
    let before = home.world.exchange.waiting(bea).await.unwrap();
    for gone in [&second, &third, &other, "", "not a code at all, and long", "UUUUU-UUUUU"] {
        assert_eq!(ask(&home, &ehr, by(gone)).await, none, "{gone}");
    }
    assert_eq!(home.world.exchange.waiting(bea).await.unwrap(), before, "nobody was asked by them");
}

#[tokio::test]
async fn nobody_tries_many_codes_and_the_right_one_is_none_the_more_for_it() {
    let _honest = crate::honest();
    let home = Home::within(Limits { codes_each_minute: NonZeroU32::new(1), ..NO_LIMITS }).await;
    let bea = Themselves::signed_in(home.bea);
    let line: ClientId = id(0x0d);
    home.world.organization(id(0x03), "Lantern Line").await;
    home.world.system(line, id(0x03), "crisis-service", &["ETREAT"]).await;
    let crisis = home.world.token(line, None, "system/Patient.rs", 77).await;
    for token in [home.ehr("system/Patient.rs").await, crisis] {
        let code = home.world.exchange.pairing_code(bea).await.unwrap().0.to_string();
        let before = waiting(&home).await;
        assert_eq!(ask(&home, &token, by("00000-00000")).await.status, 202);
        let (right, wrong) = (ask(&home, &token, by(&code)).await, ask(&home, &token, by("33333-33333")).await);
        assert_eq!((right.status, &right), (429, &wrong));
        assert_eq!(waiting(&home).await, before, "it was not looked at");
        let by_number = ask(&home, &token, json!([home.parameters()["parameter"][0]])).await;
        assert_eq!(by_number.status, 202, "codes alone are counted");
    }
}

#[tokio::test]
async fn one_person_is_named_in_one_way() {
    let _honest = crate::honest();
    let home = Home::open().await;
    let ehr = home.ehr("system/Patient.rs").await;
    let both = json!([home.parameters()["parameter"][0], {"name": "code", "valueString": "00000-00000"}]);
    for wrong in [both, json!([{"name": "reason", "valueString": "x"}])] {
        let answer = ask(&home, &ehr, wrong).await;
        assert_eq!(answer.status, 400, "{answer:?}");
    }
}

#[tokio::test]
async fn nobody_breaks_glass_by_being_registered_for_it() {
    let _honest = crate::honest();
    let home = Home::open().await;
    let client = "00000000-0000-4000-8000-0000000000b7".parse().unwrap();
    home.world.system(client, riverside(), "ehr", &["TREAT", "BTG"]).await;
    let token = home.world.token(client, None, "system/*.rs", 77).await;
    let bea = Themselves::signed_in(home.bea);
    let plans = home.world.exchange.own_plans(bea).await.unwrap();
    let kinds = plans.iter().map(|plan| plan.get().kind).collect();
    let choice = sayso_exchange::sharing::Choice { kinds, ..Default::default() };
    let party = sayso_exchange::sharing::Party::Organization(riverside());
    for (purpose, opens) in [(Purpose::Btg, false), (Purpose::Treat, true)] {
        let _ = home.world.exchange.share(bea, party, purpose, &choice, None).await.unwrap();
        let number = format!("{}%7C{}", crate::home::NUMBERS, crate::home::number(home.bea));
        let asks =
            |query: String| Asked::new("GET", &format!("/fhir/Patient/$current-plan?identifier={number}{query}"));
        let kind = plans[0].get().kind;
        let declared = home.ask(asks(format!("&kind={kind}&purpose={purpose}")), Some(&token)).await;
        assert_eq!(declared.status, if opens { 200 } else { 404 }, "{purpose}: {declared:?}");
    }
}
