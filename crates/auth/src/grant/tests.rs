//! Authorization requests: each parameter dropped, doubled, bent.

use proptest::prelude::*;

use super::*;
use crate::client::ClientState;
use crate::client::tests::{app, ehr};

const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
const GOOD: [(&str, &str); 8] = [
    ("response_type", "code"),
    ("client_id", "00000000-0000-4000-8000-00000000000a"),
    ("redirect_uri", "https://app.example/cb"),
    ("scope", "launch/patient patient/*.rs openid"),
    ("state", "s1"),
    ("aud", "https://sayso.example/fhir"),
    ("code_challenge", CHALLENGE),
    ("code_challenge_method", "S256"),
];

fn place() -> Place {
    Place::at("https://sayso.example").unwrap()
}

fn query(pairs: &[(&str, &str)]) -> String {
    url::form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish()
}

fn ask(query: &str) -> Result<AuthorizationRequest, Refused> {
    Asked::read(query, None)?.decide(Some(&app()), &place())
}

fn with(name: &str, value: Option<&str>) -> Result<AuthorizationRequest, Refused> {
    let mut pairs: Vec<_> = GOOD.into_iter().filter(|(known, _)| *known != name).collect();
    pairs.extend(value.map(|value| (name, value)));
    ask(&query(&pairs))
}

fn told(answer: Result<AuthorizationRequest, Refused>) -> AuthorizeError {
    match answer {
        Err(Refused::Redirect(refusal)) => {
            assert!(refusal.location().starts_with("https://app.example/cb?error="));
            refusal.error
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_whole_request_is_accepted_with_what_is_registered() {
    let request = ask(&query(&GOOD)).unwrap();
    assert_eq!(request.scopes.to_string(), "launch/patient patient/*.rs");
    let code = Opaque::from_random([1; 32]);
    let location = request.allowed(&code);
    assert_eq!(
        location,
        format!("https://app.example/cb?code={}&state=s1&iss=https%3A%2F%2Fsayso.example", code.expose())
    );
    assert!(request.denied().contains("error=access_denied") && request.denied().contains("&state=s1"));
}

#[test]
fn oa6_each_required_parameter_is_required() {
    assert_eq!(with("client_id", None), Err(Refused::Page(PageReason::Client)));
    assert_eq!(with("redirect_uri", None), Err(Refused::Page(PageReason::Redirect)));
    assert_eq!(told(with("response_type", None)), AuthorizeError::ResponseTypeMissing);
    assert_eq!(told(with("scope", None)), AuthorizeError::InvalidScope);
    assert_eq!(told(with("state", None)), AuthorizeError::State);
    assert_eq!(told(with("aud", None)), AuthorizeError::Audience);
    assert_eq!(told(with("code_challenge", None)), AuthorizeError::Challenge);
    assert_eq!(told(with("code_challenge_method", None)), AuthorizeError::Challenge);
}

#[test]
fn oa4_b02_there_is_no_way_without_s256() {
    for method in ["plain", "", "s256", "none"] {
        assert_eq!(told(with("code_challenge_method", Some(method))), AuthorizeError::Challenge, "{method}");
    }
    for challenge in ["", "short", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM="] {
        assert_eq!(told(with("code_challenge", Some(challenge))), AuthorizeError::Challenge, "{challenge}");
    }
}

#[test]
fn oa5_b01_nothing_is_redirected_to_an_address_that_is_not_registered() {
    for evil in [
        "https://evil.example/cb",
        "https://app.example/cb/",
        "https://app.example/cb?code=1",
        "https://app.example@evil.example/cb",
        "javascript:alert(1)",
        "http://127.0.0.1:3000/other",
        "//app.example/cb",
    ] {
        assert_eq!(with("redirect_uri", Some(evil)), Err(Refused::Page(PageReason::Redirect)), "{evil}");
    }
    let native = with("redirect_uri", Some("http://127.0.0.1:49152/cb")).unwrap();
    assert_eq!(native.redirect.as_str(), "http://127.0.0.1:49152/cb");
}

#[test]
fn oa19_an_unknown_or_disabled_client_is_never_redirected() {
    let asked = Asked::read(&query(&GOOD), None).unwrap();
    let page = Err(Refused::Page(PageReason::Client));
    assert_eq!(asked.decide(None, &place()), page);
    let mut disabled = app();
    disabled.state = ClientState::Disabled;
    assert_eq!(asked.decide(Some(&disabled), &place()), page);
    let other = ehr(serde_json::json!({"url": "https://ehr.example/jwks.json"}));
    assert_eq!(asked.decide(Some(&other), &place()), page);
    assert_eq!(with("client_id", Some("app")), page);
}

#[test]
fn oa6_a_parameter_twice_is_refused_in_query_and_body_together() {
    for (name, value) in GOOD {
        let answer = ask(&format!("{}&{}", query(&GOOD), query(&[(name, value)])));
        match name {
            "client_id" => assert_eq!(answer, Err(Refused::Page(PageReason::Client))),
            "redirect_uri" => assert_eq!(answer, Err(Refused::Page(PageReason::Redirect))),
            _ => assert_eq!(told(answer), AuthorizeError::Repeated, "{name}"),
        }
    }
    let body = query(&[("state", "s2")]);
    let asked = Asked::read(&query(&GOOD), Some(&body)).unwrap();
    match asked.decide(Some(&app()), &place()) {
        Err(Refused::Redirect(refusal)) => {
            assert_eq!((refusal.error, &refusal.state), (AuthorizeError::Repeated, &None));
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_request_may_come_in_the_body() {
    let asked = Asked::read("", Some(&query(&GOOD))).unwrap();
    assert!(asked.decide(Some(&app()), &place()).is_ok());
}

#[test]
fn oa8_the_audience_is_our_fhir_base() {
    assert!(with("aud", Some("https://sayso.example/fhir/")).is_ok());
    for bad in ["https://evil.example/fhir", "https://sayso.example", "https://sayso.example/fhir//", "/fhir"] {
        assert_eq!(told(with("aud", Some(bad))), AuthorizeError::Audience, "{bad}");
    }
    assert_eq!(told(with("resource", Some("https://evil.example/fhir"))), AuthorizeError::Audience);
    assert!(with("resource", Some("https://sayso.example/fhir")).is_ok());
}

#[test]
fn what_is_not_offered_is_refused_and_never_ignored() {
    assert_eq!(told(with("response_type", Some("token"))), AuthorizeError::UnsupportedResponseType);
    assert_eq!(told(with("response_type", Some("code id_token"))), AuthorizeError::UnsupportedResponseType);
    assert_eq!(told(with("response_mode", Some("fragment"))), AuthorizeError::ResponseMode);
    assert_eq!(told(with("request", Some("eyJ"))), AuthorizeError::RequestNotSupported);
    assert_eq!(told(with("request_uri", Some("http://169.254.169.254/"))), AuthorizeError::RequestUriNotSupported);
    assert_eq!(told(with("launch", Some("forged"))), AuthorizeError::Launch);
    assert_eq!(told(with("scope", Some("system/*.cruds"))), AuthorizeError::InvalidScope);
    assert_eq!(told(with("scope", Some("launch/patient offline_access"))), AuthorizeError::InvalidScope);
    // Context comes from who signs in, never from a parameter (OA16).
    assert!(with("patient", Some("00000000-0000-4000-8000-000000000000")).is_ok());
}

#[test]
fn every_refusal_names_the_issuer() {
    let Err(Refused::Redirect(refusal)) = with("scope", Some("x")) else { panic!() };
    assert!(refusal.location().contains("iss=https%3A%2F%2Fsayso.example"));
}

proptest! {
    #[test]
    fn state_is_given_back_exactly(state in "\\PC{1,400}") {
        let request = with("state", Some(&state)).unwrap();
        let location = url::Url::parse(&request.allowed(&Opaque::from_random([1; 32]))).unwrap();
        let back = location.query_pairs().find(|(name, _)| name == "state").map(|(_, value)| value.into_owned());
        prop_assert_eq!(back, Some(state));
    }

    #[test]
    fn no_query_panics(query in ".{0,300}") {
        let _ = ask(&query);
    }
}
