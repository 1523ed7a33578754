//! Asking for the canary through the real router: any answer but the refusal stops the house.

use axum::Router;
use axum::body::Body;
use http::{Request, StatusCode};
use http_body_util::BodyExt;
use sayso_exchange::Exchange;
use sayso_exchange::canary::{CANARY_SYSTEM, CANARY_VALUE, CANARY_WORD};
use tower::ServiceExt;

/// The largest answer that is looked at, in bytes.
const ANSWER_MAX_BYTES: usize = 4 * 1024 * 1024;

/// How a question about the canary must be refused.
#[derive(Clone, Copy)]
enum Refused {
    /// As for somebody who does not exist.
    Absent,
    /// With a search that found none.
    NoneFound,
    /// With a page of all who share, on which nobody is.
    Nobody,
}

/// Asks for the canary in every way a record system asks.
pub(crate) async fn unread(exchange: &Exchange, router: &Router) -> Result<(), String> {
    let fault = |what: &str| format!("the deny canary: {what}; the house does not open");
    let canary = exchange.canary().await.map_err(|_| fault("cannot be put there"))?;
    let token = exchange.canary_token().await.map_err(|_| fault("cannot be asked for"))?;
    let by_identifier = format!("{CANARY_SYSTEM}%7C{CANARY_VALUE}");
    let questions = [
        (format!("/fhir/Patient?identifier={by_identifier}"), Refused::NoneFound),
        (format!("/fhir/Patient/{}", canary.person), Refused::Absent),
        (format!("/fhir/CarePlan/{}", canary.plan), Refused::Absent),
        (format!("/fhir/CarePlan?patient={}", canary.person), Refused::NoneFound),
        (format!("/fhir/CarePlan/{}/_history", canary.plan), Refused::Absent),
        (format!("/fhir/DocumentReference/{}", canary.plan), Refused::Absent),
        (format!("/fhir/Patient/$current-plan?identifier={by_identifier}"), Refused::Absent),
        (format!("/plans/{}", canary.plan), Refused::Absent),
        ("/fhir/Patient".to_owned(), Refused::Nobody),
        ("/fhir/CarePlan/_history".to_owned(), Refused::Nobody),
    ];
    for (path, must) in questions {
        let request = Request::get(&path).header("authorization", format!("Bearer {token}")).body(Body::empty());
        let request = request.map_err(|_| fault("cannot be asked for"))?;
        let answer = router.clone().oneshot(request).await.map_err(|_| fault("was not answered"))?;
        let status = answer.status();
        let body = http_body_util::Limited::new(answer.into_body(), ANSWER_MAX_BYTES).collect().await;
        let body = body.map_err(|_| fault("was answered at great length"))?.to_bytes();
        let text = String::from_utf8_lossy(&body);
        let refused = match must {
            Refused::Absent => status == StatusCode::NOT_FOUND,
            Refused::NoneFound => status == StatusCode::OK && text.contains("\"total\":0"),
            Refused::Nobody => status == StatusCode::OK && !text.contains("\"entry\""),
        };
        if !refused || text.contains(CANARY_WORD) {
            return Err(fault("could be read, or was not refused as it must be"));
        }
    }
    Ok(())
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::panic, reason = "a test that fails says where")]
mod tests {
    use super::*;
    use axum::routing::get;
    use sayso_auth::Place;
    use sayso_gateway::Limits;
    use sayso_store::{Store, WrappingKey};

    use crate::house;

    async fn house() -> (Exchange, Router) {
        let store = Store::open(sayso_store::Place::Memory, WrappingKey::from_bytes([7; 32])).await.unwrap();
        let place = Place::at("https://plans.example.org").unwrap();
        let exchange = house::exchange(store, &place, false);
        let doors = house::doors(&exchange, &place, Limits::default(), &sayso_pages::Operator::default());
        (exchange, doors)
    }

    /// The real doors, with one address that answers as it must not.
    async fn refused(path: &str, answer: (StatusCode, String)) {
        let (exchange, doors) = house().await;
        let leaky = Router::new().route(path, get(move || async move { answer })).fallback_service(doors);
        let why = unread(&exchange, &leaky).await.unwrap_err();
        assert!(why.contains("the deny canary") && why.contains("does not open"), "{why}");
        assert!(!why.contains(CANARY_WORD) && !why.contains('\n'), "{why}");
    }

    #[tokio::test]
    async fn c17_a_house_that_tells_nothing_opens() {
        let (exchange, doors) = house().await;
        unread(&exchange, &doors).await.unwrap();
        unread(&exchange, &doors).await.unwrap();
    }

    #[tokio::test]
    async fn c17_a_house_that_gives_a_plan_away_does_not_open() {
        for path in
            ["/fhir/CarePlan/{id}", "/fhir/CarePlan/{id}/_history", "/plans/{id}", "/fhir/Patient/$current-plan"]
        {
            refused(path, (StatusCode::OK, "{}".into())).await;
        }
    }

    #[tokio::test]
    async fn c17_a_search_that_counts_the_hidden_does_not_open() {
        let bundle = r#"{"resourceType":"Bundle","type":"searchset","total":1}"#;
        refused("/fhir/CarePlan", (StatusCode::OK, bundle.into())).await;
        refused("/fhir/Patient", (StatusCode::OK, bundle.into())).await;
    }

    #[tokio::test]
    async fn c17_a_page_of_all_who_share_with_somebody_on_it_does_not_open() {
        let bundle = r#"{"resourceType":"Bundle","type":"history","entry":[{}]}"#;
        refused("/fhir/CarePlan/_history", (StatusCode::OK, bundle.into())).await;
    }

    #[tokio::test]
    async fn c17_a_refusal_that_says_more_than_the_one_refusal_does_not_open() {
        refused("/plans/{id}", (StatusCode::FORBIDDEN, "not for you".into())).await;
        refused("/plans/{id}", (StatusCode::NOT_FOUND, format!("no {CANARY_WORD} for you"))).await;
        let narrative = format!(r#"{{"total":0,"text":"{CANARY_WORD}"}}"#);
        refused("/fhir/CarePlan", (StatusCode::OK, narrative)).await;
    }
}
