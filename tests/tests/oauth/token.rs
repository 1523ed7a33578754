//! The token endpoint and its neighbours, with good and bad forms.

use http::Request;
use http_body_util::Full;
use serde_json::json;

use crate::door::{BASE, Door, FORM, app, ehr};

fn is_not_kept(answer: &crate::door::Answer) -> bool {
    answer.header("cache-control") == Some("no-store")
        && answer.header("pragma") == Some("no-cache")
        && answer.header("content-type") == Some("application/json")
}

#[tokio::test]
async fn a_record_system_gets_a_token_that_nothing_on_the_way_keeps() {
    let door = Door::open().await;
    let answer = door.token("system/CarePlan.rs").await;
    assert_eq!(answer.status, 200);
    assert!(is_not_kept(&answer));
    let token = answer.json();
    assert_eq!((&token["token_type"], &token["scope"]), (&json!("Bearer"), &json!("system/CarePlan.rs")));
    assert!(token["expires_in"].as_i64().unwrap() <= 300 && token.get("refresh_token").is_none());
    let bearer = format!("Bearer {}", token["access_token"].as_str().unwrap());
    let search = "/fhir/CarePlan?patient=00000000-0000-4000-8000-0000000000ff";
    assert_eq!(door.get(search, &[("authorization", &bearer)]).await.status, 200);
    assert_eq!(door.get(search, &[]).await.status, 401);
}

#[tokio::test]
async fn oa21_b16_a_token_in_the_query_is_no_token() {
    let door = Door::open().await;
    let token = door.token("system/CarePlan.rs").await.json();
    let path = format!("/fhir/CarePlan?access_token={}", token["access_token"].as_str().unwrap());
    assert_eq!(door.get(&path, &[]).await.status, 401);
    let form = format!("grant_type=client_credentials&scope=system/CarePlan.rs&{}", door.proof());
    let answer = door.post(&format!("/oauth/token?{form}"), "").await;
    assert_eq!((answer.status.as_u16(), &answer.json()["error"]), (400, &json!("invalid_request")));
}

#[tokio::test]
async fn oa24_an_unknown_client_and_a_failed_proof_are_answered_alike() {
    let door = Door::open().await;
    let unknown = "00000000-0000-4000-8000-0000000000ff";
    let form = |client: &str| format!("grant_type=client_credentials&scope=system/*.rs&client_id={client}");
    let one = door.post("/oauth/token", &form(unknown)).await;
    let two = door.post("/oauth/token", &form(&ehr().to_string())).await;
    let three = door.post("/oauth/token", &format!("{}&client_secret=x", form(unknown))).await;
    let authorization = [("content-type", FORM), ("authorization", "Basic eDp5")];
    let four = door.send("POST", "/oauth/token", &authorization, &form(unknown)).await;
    for answer in [&one, &two, &three, &four] {
        assert_eq!((answer.status.as_u16(), &answer.body), (401, &one.body));
        assert!(is_not_kept(answer));
    }
    assert_eq!(one.json()["error"], "invalid_client");
    assert_eq!(four.header("www-authenticate"), Some("Basic realm=\"sayso\""));
}

#[tokio::test]
async fn oa6_a_form_that_can_be_read_in_two_ways_is_not_read() {
    let door = Door::open().await;
    let good = format!("grant_type=client_credentials&scope=system/*.rs&{}", door.proof());
    for bad in [
        format!("{good}&grant_type=client_credentials"),
        format!("{good}&scope=system/*.rs"),
        format!("{good}&client%5Fassertion=x"),
        "grant_type=".to_owned(),
        String::new(),
        "%".to_owned(),
        "a=%ff".to_owned(),
        "a&".repeat(200),
    ] {
        let answer = door.post("/oauth/token", &bad).await;
        assert_eq!((answer.status.as_u16(), &answer.json()["error"]), (400, &json!("invalid_request")), "{bad}");
    }
    let unknown = door.post("/oauth/token", &format!("grant_type=password&client_id={}", app())).await;
    assert_eq!(unknown.json()["error"], "unsupported_grant_type");
}

#[tokio::test]
async fn only_forms_of_a_sane_size_are_read() {
    let door = Door::open().await;
    let body = format!("grant_type=client_credentials&client_id={}", ehr());
    for media in ["application/json", "multipart/form-data", "text/plain", ""] {
        let answer = door.send("POST", "/oauth/token", &[("content-type", media)], &body).await;
        assert_eq!((answer.status.as_u16(), &answer.json()["error"]), (400, &json!("invalid_request")), "{media}");
    }
    let charset = "application/x-www-form-urlencoded; charset=UTF-8";
    assert_eq!(door.send("POST", "/oauth/token", &[("content-type", charset)], &body).await.status, 400);
    let huge = door.post("/oauth/token", &format!("a={}", "x".repeat(64 * 1024))).await;
    assert_eq!((huge.status.as_u16(), &huge.json()["error"]), (413, &json!("invalid_request")));
    let request = Request::post("/oauth/token").header("content-type", FORM);
    let bytes = door.ask(request.body(Full::from(vec![b'a', b'=', 0xff, 0xfe])).unwrap()).await;
    assert_eq!(bytes.status, 400);
    assert_eq!(door.get("/oauth/token", &[]).await.status, 405);
}

#[tokio::test]
async fn a_very_long_scope_is_read_and_the_token_stays_short() {
    let door = Door::open().await;
    let scope = format!("system/CarePlan.rs{}", "+system/Unknown.rs".repeat(1_800));
    let answer = door.token(&scope).await;
    assert_eq!((answer.status.as_u16(), answer.json()["scope"].as_str()), (200, Some("system/CarePlan.rs")));
    assert_eq!(answer.json()["access_token"].as_str().unwrap().len(), 43);
}

#[tokio::test]
async fn oa12_the_same_assertion_counts_once() {
    let door = Door::open().await;
    let form = format!("grant_type=client_credentials&scope=system/*.rs&{}", door.proof());
    assert_eq!(door.post("/oauth/token", &form).await.status, 200);
    let again = door.post("/oauth/token", &form).await;
    assert_eq!((again.status.as_u16(), &again.json()["error"]), (401, &json!("invalid_client")));
}

#[tokio::test]
async fn oa17_a_token_is_told_about_and_taken_back() {
    let door = Door::open().await;
    let token = door.token("system/CarePlan.rs").await.json();
    let token = token["access_token"].as_str().unwrap();
    let told = door.post("/oauth/introspect", &format!("token={token}&{}", door.proof())).await;
    assert!(is_not_kept(&told));
    assert_eq!((&told.json()["active"], &told.json()["scope"]), (&json!(true), &json!("system/CarePlan.rs")));
    let anonymous = door.post("/oauth/introspect", &format!("token={token}")).await;
    assert_eq!(anonymous.status, 401);
    let anybody = door.post("/oauth/introspect", &format!("token={token}&client_id={}", app())).await;
    assert_eq!(anybody.status, 401);
    let revoked = door.post("/oauth/revoke", &format!("token={token}&{}", door.proof())).await;
    assert_eq!(revoked.status, 200);
    for text in [token, "unknown", &"A".repeat(43)] {
        let told = door.post("/oauth/introspect", &format!("token={text}&{}", door.proof())).await;
        assert_eq!(told.json(), json!({"active": false}));
        let again = door.post("/oauth/revoke", &format!("token={text}&{}", door.proof())).await;
        assert_eq!(again.status, 200);
    }
    let bearer = format!("Bearer {token}");
    let refused = door.get("/fhir/CarePlan", &[("authorization", &bearer)]).await;
    assert_eq!(refused.status, 401);
}

#[tokio::test]
async fn a_disabled_client_s_token_stops_at_once() {
    let door = Door::open().await;
    let token = door.token("system/Patient.rs").await.json();
    let bearer = format!("Bearer {}", token["access_token"].as_str().unwrap());
    let path = "/fhir/Patient/00000000-0000-4000-8000-0000000000ff";
    assert_eq!(door.get(path, &[("authorization", &bearer)]).await.status, 404);
    door.disable(ehr()).await;
    assert_eq!(door.get(path, &[("authorization", &bearer)]).await.status, 401);
    assert_eq!(door.token("system/Patient.rs").await.status, 401);
}

#[tokio::test]
async fn an_answer_s_error_holds_nothing_that_was_sent() {
    let door = Door::open().await;
    let body = format!("grant_type=refresh_token&client_id={}&refresh_token={}", app(), "s3cr3t-".repeat(6));
    let answer = door.post("/oauth/token", &body).await;
    assert_eq!((answer.status.as_u16(), &answer.json()["error"]), (400, &json!("invalid_grant")));
    assert!(!String::from_utf8_lossy(&answer.body).contains("s3cr3t"));
    assert!(!answer.headers.values().any(|value| value.to_str().unwrap_or("").contains(BASE)));
}
