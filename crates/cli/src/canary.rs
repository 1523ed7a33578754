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

/// Asks for the canary in every way a record system asks.
pub(crate) async fn unread(exchange: &Exchange, router: &Router) -> Result<(), String> {
    let fault = |what: &str| format!("the deny canary: {what}; the house does not open");
    let canary = exchange.canary().await.map_err(|_| fault("cannot be put there"))?;
    let token = exchange.canary_token().await.map_err(|_| fault("cannot be asked for"))?;
    let by_identifier = format!("{CANARY_SYSTEM}%7C{CANARY_VALUE}");
    let questions = [
        (format!("/fhir/Patient?identifier={by_identifier}"), false),
        (format!("/fhir/Patient/{}", canary.person), true),
        (format!("/fhir/CarePlan/{}", canary.plan), true),
        (format!("/fhir/CarePlan?patient={}", canary.person), false),
        (format!("/fhir/CarePlan/{}/_history", canary.plan), true),
        (format!("/fhir/DocumentReference/{}", canary.plan), true),
        (format!("/fhir/Patient/$current-plan?identifier={by_identifier}"), true),
        (format!("/plans/{}", canary.plan), true),
    ];
    for (path, absent) in questions {
        let request = Request::get(&path).header("authorization", format!("Bearer {token}")).body(Body::empty());
        let request = request.map_err(|_| fault("cannot be asked for"))?;
        let answer = router.clone().oneshot(request).await.map_err(|_| fault("was not answered"))?;
        let status = answer.status();
        let body = http_body_util::Limited::new(answer.into_body(), ANSWER_MAX_BYTES).collect().await;
        let body = body.map_err(|_| fault("was answered at great length"))?.to_bytes();
        let text = String::from_utf8_lossy(&body);
        let refused = if absent {
            status == StatusCode::NOT_FOUND
        } else {
            status == StatusCode::OK && text.contains("\"total\":0")
        };
        if !refused || text.contains(CANARY_WORD) {
            return Err(fault("could be read, or was not refused as it must be"));
        }
    }
    Ok(())
}
