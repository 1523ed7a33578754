//! Registrations that are accepted and refused.

use serde_json::json;

use super::*;
use crate::caller::ClientKind;

pub(crate) fn app() -> Client {
    serde_json::from_value(json!({
        "id": "00000000-0000-4000-8000-00000000000a",
        "name": "My Plan",
        "organization": null,
        "kind": "patient-app",
        "auth": {"method": "none"},
        "redirect_uris": ["https://app.example/cb", "http://127.0.0.1:3000/cb"],
        "scopes": "launch/patient offline_access patient/*.crus",
        "purposes": ["PATRQT"],
        "default_purpose": "PATRQT",
        "state": "active"
    }))
    .unwrap()
}

pub(crate) fn ehr(jwks: serde_json::Value) -> Client {
    serde_json::from_value(json!({
        "id": "00000000-0000-4000-8000-00000000000e",
        "name": "Riverside Record",
        "organization": "00000000-0000-4000-8000-000000000001",
        "kind": "ehr",
        "auth": {"method": "private_key_jwt", "jwks": jwks},
        "scopes": "system/Patient.rs system/CarePlan.rs",
        "purposes": ["TREAT", "COC"],
        "default_purpose": "TREAT",
        "state": "active"
    }))
    .unwrap()
}

fn by_url(url: &str) -> Client {
    ehr(json!({"url": url}))
}

#[test]
fn a_registration_is_kept_as_json_and_read_back() {
    for client in [app(), by_url("https://ehr.example/jwks.json")] {
        let text = serde_json::to_string(&client).unwrap();
        assert_eq!(serde_json::from_str::<Client>(&text).unwrap(), client);
        assert!(client.checked().is_ok());
    }
}

#[test]
fn a_registration_that_could_mislead_or_do_more_is_refused() {
    use RegistrationFault as F;
    type Change = fn(&mut Client);
    let rows: [(Change, F); 12] = [
        (|c| c.name = String::new(), F::Name),
        (|c| c.name = "a".repeat(81), F::Name),
        (|c| c.name = "SHN\u{202E}app".to_owned(), F::Name),
        (|c| c.name = "My\u{200B} Plan".to_owned(), F::Name),
        (|c| c.name = " My Plan".to_owned(), F::Name),
        (|c| c.redirect_uris.clear(), F::Redirects),
        (|c| c.scopes = Scopes::parse("system/*.rs").unwrap(), F::Scopes),
        (|c| c.scopes = Scopes::parse("patient/*.rs openid").unwrap(), F::Scopes),
        (|c| c.scopes = Scopes::default(), F::Scopes),
        (|c| c.purposes.clear(), F::Purposes),
        (|c| c.purposes.push(c.default_purpose), F::Purposes),
        (|c| c.kind = ClientKind::Ehr, F::Organization),
    ];
    for (change, fault) in rows {
        let mut client = app();
        change(&mut client);
        assert_eq!(client.checked(), Err(fault));
    }
    let mut unsigned = by_url("https://ehr.example/jwks.json");
    unsigned.auth = ClientAuth::Public;
    assert_eq!(unsigned.checked(), Err(F::Auth));
    let mut with_redirect = by_url("https://ehr.example/jwks.json");
    with_redirect.redirect_uris = app().redirect_uris;
    assert_eq!(with_redirect.checked(), Err(F::Redirects));
}

#[test]
fn oa10_the_address_of_a_key_set_is_https() {
    for bad in ["http://ehr.example/jwks", "file:///etc/passwd", "https://u@ehr.example/", "https://ehr.example/#a", ""]
    {
        assert_eq!(by_url(bad).checked(), Err(RegistrationFault::JwksUrl), "{bad}");
    }
    assert!(by_url("http://127.0.0.1:9/jwks").checked().is_ok());
}

#[test]
fn oa22_only_origins_of_registered_addresses_belong_to_an_app() {
    let app = app();
    assert!(app.has_origin("https://app.example") && app.has_origin("http://127.0.0.1:3000"));
    for evil in ["https://evil.example", "null", "", "https://app.example.evil", "http://app.example", "*"] {
        assert!(!app.has_origin(evil), "{evil}");
    }
}
