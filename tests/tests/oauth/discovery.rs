//! What the server says of itself is JSON for everybody, one truth in all documents, and true.

use serde_json::json;

use crate::door::{BASE, Door};

const SMART: &str = "/fhir/.well-known/smart-configuration";
const SERVER: &str = "/.well-known/oauth-authorization-server";

#[tokio::test]
async fn the_configuration_is_json_whatever_is_accepted() {
    let door = Door::open().await;
    for accept in ["text/html", "*/*", "application/fhir+json", ""] {
        for path in [SMART, SERVER] {
            let answer = door.get(path, &[("accept", accept)]).await;
            assert_eq!(answer.status, 200, "{path} {accept}");
            assert_eq!(answer.header("content-type"), Some("application/json"));
        }
    }
    assert_eq!(door.send("HEAD", SMART, &[], "").await.status, 200);
}

#[tokio::test]
async fn the_three_documents_agree() {
    let door = Door::open().await;
    let (smart, server) = (door.get(SMART, &[]).await.json(), door.get(SERVER, &[]).await.json());
    assert_eq!(server["issuer"], BASE);
    assert_eq!(smart.get("issuer"), None);
    for (key, value) in server.as_object().unwrap() {
        assert!(key == "issuer" || smart[key] == *value, "{key}");
    }
    assert_eq!(smart["code_challenge_methods_supported"], json!(["S256"]));
    let statement = door.get("/fhir/metadata", &[]).await.json();
    let uris = statement["rest"][0]["security"]["extension"][0]["extension"].as_array().unwrap().clone();
    for (name, key) in [("authorize", "authorization_endpoint"), ("token", "token_endpoint")] {
        let uri = uris.iter().find(|uri| uri["url"] == name).unwrap();
        assert_eq!(uri["valueUri"], smart[key]);
    }
}

#[tokio::test]
async fn every_system_scope_that_is_offered_can_be_obtained() {
    let door = Door::open().await;
    let smart = door.get(SMART, &[]).await.json();
    let offered = smart["scopes_supported"].as_array().unwrap();
    let system: Vec<&str> = offered.iter().filter_map(|s| s.as_str()).filter(|s| s.starts_with("system/")).collect();
    assert!(!system.is_empty());
    for scope in system {
        let answer = door.token(scope).await;
        assert_eq!((answer.status.as_u16(), answer.json()["scope"].as_str()), (200, Some(scope)));
    }
}
