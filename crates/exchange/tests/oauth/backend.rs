//! Record systems prove themselves by key; what they hold can be taken back and told about.

use sayso_auth::token::ASSERTION_TYPE;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::world::{BASE, World, app, by_itself, code_of, ehr, ehr_client, jwk, signed};

const SCOPE: &str = "system/CarePlan.rs";

fn header() -> Value {
    json!({"alg": "ES384", "kid": "1", "typ": "JWT"})
}

async fn with_claim(world: &World, name: &str, value: Value) -> Result<Value, &'static str> {
    let mut claims = world.claims();
    claims[name] = value;
    world.token(&by_itself(&signed(&header(), &claims), SCOPE)).await.map_err(code_of)
}

#[tokio::test]
async fn a_record_system_gets_a_short_token_for_itself_without_a_refresh_token() {
    let world = World::new().await;
    let asked = "system/CarePlan.rs+system/Goal.rs+system/*.cud";
    let tokens = world.token(&by_itself(&world.assertion(), asked)).await.unwrap();
    assert_eq!(tokens["scope"], "system/CarePlan.rs");
    assert!(tokens["expires_in"].as_i64().unwrap() <= 300);
    assert!(tokens.get("refresh_token").is_none() && tokens.get("patient").is_none());
    let caller = world.caller(&tokens).await.unwrap();
    assert_eq!((caller.client, caller.organization, caller.person), (ehr(), Some(crate::world::riverside()), None));
    world.later(time::Duration::seconds(300));
    assert!(world.caller(&tokens).await.is_none());
}

#[tokio::test]
async fn oa9_a_forged_or_tricky_assertion_is_no_proof() {
    let world = World::new().await;
    let mut headers = vec![json!({"alg": "none", "kid": "1"}), json!({"alg": "HS256", "kid": "1"})];
    headers.extend([json!({"alg": "ES384", "kid": "../1"}), json!({"alg": "ES384", "kid": "1' OR 1=1"})]);
    for extra in ["jwk", "x5u", "x5c", "crit", "jku"] {
        headers.push(json!({"alg": "ES384", "kid": "1", extra: "https://evil.example"}));
    }
    for header in headers {
        let body = by_itself(&signed(&header, &world.claims()), SCOPE);
        assert_eq!(code_of(world.token(&body).await.unwrap_err()), "invalid_client", "{header}");
    }
    let now = world.now();
    for exp in [json!(now + 10_000), json!(now - 120), json!(-1), json!(1.5), json!("soon"), Value::Null] {
        assert_eq!(with_claim(&world, "exp", exp.clone()).await, Err("invalid_client"), "{exp}");
    }
    let good = world.assertion();
    let broken = format!("{}A", good.get(..good.len() - 2).unwrap());
    assert_eq!(code_of(world.token(&by_itself(&broken, SCOPE)).await.unwrap_err()), "invalid_client");
    assert_eq!(code_of(world.token(&by_itself(&"a".repeat(9_000), SCOPE)).await.unwrap_err()), "invalid_client");
}

#[tokio::test]
async fn oa11_the_audience_is_this_server_and_nothing_beside_it() {
    let world = World::new().await;
    let token = format!("{BASE}/oauth/token");
    for aud in [json!([token, "https://evil.example"]), json!("https://evil.example/token"), json!(format!("{BASE}/"))]
    {
        assert_eq!(with_claim(&world, "aud", aud.clone()).await, Err("invalid_client"), "{aud}");
    }
    for aud in [json!(token), json!([token]), json!(BASE)] {
        assert!(with_claim(&world, "aud", aud).await.is_ok());
    }
}

#[tokio::test]
async fn oa12_b11_an_assertion_counts_once_also_after_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let world = World::at(sayso_store::Place::Folder(folder.path().to_owned())).await;
    let body = by_itself(&world.assertion(), SCOPE);
    let tokens = world.token(&body).await.unwrap();
    assert_eq!(code_of(world.token(&body).await.unwrap_err()), "invalid_client");
    let world = world.reopened(folder.path()).await;
    assert_eq!(code_of(world.token(&body).await.unwrap_err()), "invalid_client");
    assert!(world.caller(&tokens).await.is_some());
    assert_eq!(with_claim(&world, "jti", json!("x".repeat(10_000))).await, Err("invalid_client"));
    assert_eq!(with_claim(&world, "jti", Value::Null).await, Err("invalid_client"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn oa12_of_two_racing_uses_the_first_wins() {
    let world = World::new().await;
    let body = by_itself(&world.assertion(), SCOPE);
    let (one, two) = tokio::join!(world.token(&body), world.token(&body));
    assert!(one.is_ok() != two.is_ok());
}

#[tokio::test]
async fn one_purpose_may_be_stated_among_those_that_are_registered() {
    let world = World::new().await;
    let body = |purpose: &str| format!("{}&purpose_of_use={purpose}", by_itself(&world.assertion(), SCOPE));
    let tokens = world.token(&body("COC")).await.unwrap();
    let caller = world.caller(&tokens).await.unwrap();
    assert_eq!(caller.purpose(None).map(sayso_plan::Purpose::code), Some("COC"));
    for wrong in ["ETREAT", "TREAT&purpose_of_use=COC", "whim"] {
        assert_eq!(code_of(world.token(&body(wrong)).await.unwrap_err()), "invalid_request", "{wrong}");
    }
    let b2b = |code: &str| json!({"hl7-b2b": {"version": "1", "purpose_of_use": [code]}});
    let tokens = with_claim(&world, "extensions", b2b("COC")).await.unwrap();
    assert_eq!(world.caller(&tokens).await.unwrap().purpose.map(sayso_plan::Purpose::code), Some("COC"));
    assert_eq!(with_claim(&world, "extensions", b2b("ETREAT")).await, Err("invalid_request"));
}

#[tokio::test]
async fn grant_types_belong_to_kinds_of_clients() {
    let world = World::new().await;
    let app = format!("grant_type=client_credentials&client_id={}&scope=patient/*.rs", app());
    assert_eq!(code_of(world.token(&app).await.unwrap_err()), "unauthorized_client");
    let unproven = format!("grant_type=client_credentials&client_id={}&scope={SCOPE}", ehr());
    assert_eq!(code_of(world.token(&unproven).await.unwrap_err()), "invalid_client");
    let nothing = by_itself(&world.assertion(), "patient/*.rs");
    assert_eq!(code_of(world.token(&nothing).await.unwrap_err()), "invalid_scope");
    let unknown = format!(
        "grant_type=client_credentials&client_id={}&scope={SCOPE}",
        crate::world::id::<sayso_plan::ClientId>(9)
    );
    assert_eq!(code_of(world.token(&unknown).await.unwrap_err()), "invalid_client");
}

/// A key set at an address, changed by the test; how often it was fetched is counted.
async fn key_server() -> (String, std::sync::Arc<std::sync::Mutex<(Value, u32)>>) {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/jwks.json", listener.local_addr().unwrap());
    let state = std::sync::Arc::new(std::sync::Mutex::new((json!({"keys": [jwk("0")]}), 0)));
    let shared = std::sync::Arc::clone(&state);
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut head = [0; 4_096];
            let _ = stream.read(&mut head).await;
            let body = {
                let mut state = shared.lock().unwrap();
                state.1 += 1;
                state.0.to_string()
            };
            let answer =
                format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}", body.len());
            let _ = stream.write_all(answer.as_bytes()).await;
        }
    });
    (url, state)
}

#[tokio::test]
async fn b12_keys_at_an_address_are_kept_and_fetched_again_when_they_were_changed() {
    let world = World::new().await;
    let (url, state) = key_server().await;
    let _ = world.exchange.put_client(&ehr_client(json!({"url": url}))).await.unwrap();
    let body = by_itself(&world.assertion(), SCOPE);
    assert_eq!(code_of(world.token(&body).await.unwrap_err()), "invalid_client");
    state.lock().unwrap().0 = json!({"keys": [jwk("1")]});
    world.later(time::Duration::seconds(11));
    for _ in 0..3 {
        assert!(world.token(&by_itself(&world.assertion(), SCOPE)).await.is_ok());
    }
    assert_eq!(state.lock().unwrap().1, 2);
}

fn about(world: &World, token: &str) -> String {
    format!("token={token}&client_assertion_type={ASSERTION_TYPE}&client_assertion={}", world.assertion())
}

#[tokio::test]
async fn oa17_a_client_is_told_about_its_own_tokens_only() {
    let world = World::new().await;
    let own = world.token(&by_itself(&world.assertion(), SCOPE)).await.unwrap();
    let own = own["access_token"].as_str().unwrap();
    let told = serde_json::to_value(world.exchange.introspect(&about(&world, own), false).await.unwrap()).unwrap();
    assert_eq!((&told["active"], &told["scope"], &told["client_id"]), (&json!(true), &json!(SCOPE), &json!(ehr())));
    let foreign = world.tokens().await;
    for token in [foreign["access_token"].as_str().unwrap(), foreign["refresh_token"].as_str().unwrap(), "x"] {
        let told = world.exchange.introspect(&about(&world, token), false).await.unwrap();
        assert_eq!(serde_json::to_value(told).unwrap(), json!({"active": false}));
    }
    let anybody = format!("token={own}&client_id={}", app());
    assert_eq!(code_of(world.exchange.introspect(&anybody, false).await.unwrap_err()), "invalid_client");
}

#[tokio::test]
async fn a_client_takes_back_its_own_tokens_and_no_others() {
    let world = World::new().await;
    let tokens = world.tokens().await;
    let refresh = tokens["refresh_token"].as_str().unwrap();
    world.exchange.revoke(&about(&world, refresh), false).await.unwrap();
    assert!(world.caller(&tokens).await.is_some());
    let mine = format!("token={refresh}&client_id={}", app());
    world.exchange.revoke(&mine, false).await.unwrap();
    assert!(world.caller(&tokens).await.is_none());
    world.exchange.revoke(&mine, false).await.unwrap();
}
