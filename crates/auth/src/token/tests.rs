//! Token requests by grant type, and what each client may do.

use serde_json::json;
use time::macros::datetime;

use super::*;
use crate::client::tests::{app, ehr};
use crate::records::GrantId;

const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const APP: &str = "client_id=00000000-0000-4000-8000-00000000000a";

fn secret() -> String {
    Opaque::<of::Code>::from_random([1; 32]).expose().to_owned()
}

fn code_request() -> String {
    let code = secret();
    format!(
        "grant_type=authorization_code&code={code}&redirect_uri=https://app.example/cb&code_verifier={VERIFIER}&{APP}"
    )
}

fn parse(body: &str) -> Result<TokenRequest, TokenError> {
    TokenRequest::parse(body, false)
}

fn code_of(answer: Result<TokenRequest, TokenError>) -> &'static str {
    answer.unwrap_err().code()
}

#[test]
fn the_three_grant_types_are_read() {
    assert!(matches!(parse(&code_request()).unwrap().asks, Asks::Code { purpose: None, .. }));
    let refresh = format!("grant_type=refresh_token&refresh_token={}&scope=patient/Goal.rs&{APP}", secret());
    assert!(matches!(parse(&refresh).unwrap().asks, Asks::Refresh { scope: Some(_), .. }));
    let itself = format!("grant_type=client_credentials&scope=system/*.rs&purpose_of_use=COC&{APP}");
    assert!(matches!(parse(&itself).unwrap().asks, Asks::Itself { purpose: Some(Purpose::Coc), .. }));
}

#[test]
fn oa6_oa4_missing_repeated_and_malformed_parameters_have_their_errors() {
    let good = code_request();
    let rows = [
        (String::new(), "invalid_request"),
        (good.replace("grant_type=", "g="), "invalid_request"),
        (good.replace("code_verifier=", "v="), "invalid_request"),
        (good.replace(VERIFIER, ""), "invalid_request"),
        (good.replace(VERIFIER, VERIFIER.get(..42).unwrap()), "invalid_grant"),
        (good.replace(VERIFIER, &"a".repeat(129)), "invalid_grant"),
        (good.replace(&secret(), "x"), "invalid_grant"),
        (good.replace("redirect_uri=", "r="), "invalid_request"),
        (format!("{good}&{APP}"), "invalid_request"),
        (format!("{good}&purpose_of_use=TREAT&purpose_of_use=TREAT"), "invalid_request"),
        (format!("{good}&purpose_of_use=treat"), "invalid_request"),
        (format!("{good}&client_secret=x"), "invalid_client"),
        (good.replace(APP, "client_id=app"), "invalid_client"),
        (good.replace(APP, "x=y"), "invalid_client"),
        (format!("grant_type=password&username=a&password=b&{APP}"), "unsupported_grant_type"),
        (format!("grant_type=client_credentials&{APP}"), "invalid_request"),
        (format!("grant_type=client_credentials&scope=%22&{APP}"), "invalid_scope"),
        (format!("{good}&client_assertion=a.b.c"), "invalid_client"),
        (format!("{good}&client_assertion_type=saml&client_assertion=a.b.c"), "invalid_client"),
        (format!("{good}&client_assertion_type={ASSERTION_TYPE}&client_assertion=a.b.c"), "invalid_client"),
        ("%ff=1".to_owned(), "invalid_request"),
    ];
    for (body, error) in rows {
        assert_eq!(code_of(parse(&body)), error, "{body}");
    }
    assert_eq!(TokenRequest::parse(&good, true).unwrap_err(), TokenError::InvalidClient);
}

#[test]
fn oa1_a_client_with_a_key_cannot_come_without_its_proof() {
    let request = parse(&code_request()).unwrap();
    assert!(matches!(request.proof.fits(&app()), Ok(None)));
    assert!(request.check_kind(&app()).is_ok());
    let mut with_key = app();
    with_key.auth = ehr(json!({"url": "https://ehr.example/jwks.json"})).auth;
    assert_eq!(request.proof.fits(&with_key).err(), Some(TokenError::InvalidClient));
    let mut disabled = app();
    disabled.state = crate::client::ClientState::Disabled;
    assert_eq!(request.proof.fits(&disabled).err(), Some(TokenError::InvalidClient));
    let service = ehr(json!({"url": "https://ehr.example/jwks.json"}));
    assert_eq!(request.proof.fits(&service).err(), Some(TokenError::InvalidClient));
    assert_eq!(request.check_kind(&service).err(), Some(TokenError::UnauthorizedClient));
}

#[test]
fn a_purpose_is_stated_once_and_registered() {
    let client = ehr(json!({"url": "https://ehr.example/jwks.json"}));
    let (treat, coc, etreat) = (Some(Purpose::Treat), Some(Purpose::Coc), Some(Purpose::Etreat));
    assert_eq!(stated_purpose(&client, None, None), Ok(None));
    assert_eq!(stated_purpose(&client, coc, None), Ok(coc));
    assert_eq!(stated_purpose(&client, coc, coc), Ok(coc));
    assert!(stated_purpose(&client, treat, coc).is_err());
    assert!(stated_purpose(&client, None, etreat).is_err());
}

#[test]
fn a_service_gets_nothing_beyond_its_registration() {
    let client = ehr(json!({"url": "https://ehr.example/jwks.json"}));
    let granted = |asked: &str| backend_scopes(&client, &Scopes::parse(asked).unwrap()).map(|s| s.to_string());
    assert_eq!(granted("system/*.cruds"), Ok("system/Patient.rs system/CarePlan.rs".to_owned()));
    assert_eq!(granted("patient/*.rs"), Err(TokenError::InvalidScope));
}

#[test]
fn the_response_says_what_was_granted() {
    let now = datetime!(2026-03-01 12:00 UTC);
    let person = PersonId::from_random([5; 16]);
    let access = Opaque::from_random([2; 32]);
    let scopes = Scopes::parse("launch/patient patient/*.read").unwrap();
    let record = AccessRecord::issue(&access, GrantId::from_random([6; 16]), &app(), Some(person), scopes, None, now);
    let response = TokenResponse::new(&access, &record, None, now);
    assert_eq!(
        serde_json::to_value(&response).unwrap(),
        json!({
            "access_token": access.expose(), "token_type": "Bearer", "expires_in": 3600,
            "scope": "launch/patient patient/*.read", "patient": person,
        })
    );
    assert_eq!(format!("{response:?}"), "TokenResponse(..)");
}

#[test]
fn errors_have_the_form_of_rfc_6749() {
    let error = serde_json::to_value(TokenError::InvalidClient).unwrap();
    assert_eq!(error["error"], "invalid_client");
    assert_eq!((TokenError::InvalidClient.status(), TokenError::InvalidGrant.status()), (401, 400));
}

#[test]
fn oa17_a_token_that_cannot_be_ours_is_only_unknown() {
    let asked = crate::introspection::AboutToken::parse(&format!("token={}&{APP}", secret()), false).unwrap();
    assert!(asked.access.is_some() && asked.refresh.is_some() && asked.access != asked.refresh);
    let asked = crate::introspection::AboutToken::parse(&format!("token=eyJ.e.s&{APP}"), false).unwrap();
    assert!(asked.access.is_none() && asked.refresh.is_none());
    assert_eq!(
        crate::introspection::AboutToken::parse(&format!("token={}", secret()), false).unwrap_err(),
        TokenError::InvalidClient
    );
    assert_eq!(crate::introspection::AboutToken::parse(APP, false).unwrap_err().code(), "invalid_request");
}

#[test]
fn oa17_introspection_mirrors_the_token_or_says_nothing() {
    use crate::introspection::Introspection;
    let now = datetime!(2026-03-01 12:00 UTC);
    let person = PersonId::from_random([5; 16]);
    let scopes = Scopes::parse("patient/*.rs").unwrap();
    let grant = GrantId::from_random([6; 16]);
    let record = AccessRecord::issue(&Opaque::from_random([2; 32]), grant, &app(), Some(person), scopes, None, now);
    let told = serde_json::to_value(Introspection::of_access(&record, &app(), now)).unwrap();
    assert_eq!(told["active"], true);
    assert_eq!((&told["scope"], &told["patient"]), (&json!("patient/*.rs"), &json!(person)));
    let service = ehr(json!({"url": "https://ehr.example/jwks.json"}));
    for (asking, at) in [(service, now), (app(), now + time::Duration::hours(2))] {
        let told = serde_json::to_string(&Introspection::of_access(&record, &asking, at)).unwrap();
        assert_eq!(told, r#"{"active":false}"#);
    }
}

#[test]
fn oa21_a_token_is_read_from_the_bearer_header_only() {
    use crate::caller::bearer;
    let token = secret();
    assert!(bearer(&format!("Bearer {token}")).is_ok() && bearer(&format!("bearer {token}")).is_ok());
    for bad in
        [token.clone(), format!("Basic {token}"), format!("DPoP {token}"), "Bearer".into(), format!("Bearer  {token}")]
    {
        assert!(bearer(&bad).is_err(), "{bad}");
    }
}
