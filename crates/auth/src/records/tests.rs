//! Codes and tokens over time.

use time::macros::datetime;

use super::*;
use crate::client::tests::{app, ehr};
use crate::client::{Client, ClientState};
use crate::discovery::Place;
use crate::grant::Asked;

const NOW: OffsetDateTime = datetime!(2026-03-01 12:00 UTC);
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";

fn seconds(count: i64) -> Duration {
    Duration::seconds(count)
}

fn verifier() -> Verifier {
    Verifier::parse(VERIFIER).unwrap()
}

fn code(allowed: &str) -> CodeRecord {
    let query = "response_type=code&client_id=00000000-0000-4000-8000-00000000000a&redirect_uri=https://app.example/cb\
        &scope=offline_access+launch/patient+patient/*.rs&state=s&aud=https://sayso.example/fhir\
        &code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM&code_challenge_method=S256";
    let place = Place::at("https://sayso.example").unwrap();
    let request = Asked::read(query, None).unwrap().decide(Some(&app()), &place).unwrap();
    let (person, grant) = (PersonId::from_random([5; 16]), GrantId::from_random([6; 16]));
    CodeRecord::issue(&Opaque::from_random([1; 32]), &request, &Scopes::parse(allowed).unwrap(), person, grant, NOW)
}

fn other_client() -> ClientId {
    ClientId::from_random([9; 16])
}

#[test]
fn a_code_never_holds_more_than_was_asked_even_if_the_form_says_so() {
    assert_eq!(code("patient/*.cruds system/*.cruds").scopes.to_string(), "patient/*.rs");
    assert_eq!(code("patient/CarePlan.rs").scopes.to_string(), "patient/CarePlan.rs");
}

#[test]
fn a_code_is_exchanged_once_in_a_minute_by_its_client() {
    let code = code("patient/*.rs");
    let (client, uri) = (code.client, "https://app.example/cb");
    assert_eq!(code.redeem(client, uri, &verifier(), NOW + seconds(59)), Ok(()));
    assert_eq!(code.redeem(client, uri, &verifier(), NOW + seconds(60)), Err(CodeFault::Expired));
    assert_eq!(code.redeem(client, uri, &verifier(), NOW - seconds(1)), Err(CodeFault::Expired));
    assert_eq!(code.redeem(other_client(), uri, &verifier(), NOW), Err(CodeFault::OtherClient));
    assert_eq!(code.redeem(client, "https://app.example/cb2", &verifier(), NOW), Err(CodeFault::OtherRedirect));
    let wrong = Verifier::parse(&"a".repeat(43)).unwrap();
    assert_eq!(code.redeem(client, uri, &wrong, NOW), Err(CodeFault::Verifier));
    let used = CodeRecord { used: Some(NOW), ..code };
    let again = used.redeem(client, uri, &verifier(), NOW).unwrap_err();
    assert_eq!((again, again.ends_grant()), (CodeFault::Used, true));
}

fn access(client: &Client, person: Option<PersonId>) -> AccessRecord {
    let scopes = client.scopes.clone();
    AccessRecord::issue(&Opaque::from_random([2; 32]), GrantId::from_random([6; 16]), client, person, scopes, None, NOW)
}

fn backend() -> Client {
    ehr(serde_json::json!({"url": "https://ehr.example/jwks.json"}))
}

#[test]
fn an_access_token_ends_after_an_hour_for_apps_and_five_minutes_for_services() {
    for (client, person, lifetime) in [(app(), Some(PersonId::from_random([5; 16])), 3_600), (backend(), None, 300)] {
        let record = access(&client, person);
        assert_eq!(record.seconds_left(NOW), lifetime);
        assert_eq!(record.seconds_left(NOW + seconds(lifetime + 5)), 0);
        assert!(record.caller(&client, NOW + seconds(lifetime - 1)).is_some());
        assert_eq!(record.caller(&client, NOW + seconds(lifetime)), None);
    }
}

#[test]
fn a_token_counts_only_with_its_active_client_and_what_that_may_still_do() {
    let person = Some(PersonId::from_random([5; 16]));
    let record = access(&app(), person);
    let mut client = app();
    client.scopes = Scopes::parse("patient/CarePlan.rs").unwrap();
    assert_eq!(record.caller(&client, NOW).map(|c| c.scopes.to_string()), Some("patient/CarePlan.rs".to_owned()));
    client.state = ClientState::Disabled;
    assert_eq!(record.caller(&client, NOW), None);
    assert_eq!(record.caller(&backend(), NOW), None);
    // A service's token never names a person, an app's always does.
    assert_eq!(access(&app(), None).caller(&app(), NOW), None);
    assert_eq!(access(&backend(), person).caller(&backend(), NOW), None);
}

#[test]
fn a_caller_has_only_purposes_it_is_registered_for() {
    let caller = access(&backend(), None).caller(&backend(), NOW).unwrap();
    assert_eq!(caller.purpose(None), Some(Purpose::Treat));
    assert_eq!(caller.purpose(Some(Purpose::Coc)), Some(Purpose::Coc));
    assert_eq!(caller.purpose(Some(Purpose::Etreat)), None);
    let stated = Caller { purpose: Some(Purpose::Coc), ..caller };
    assert_eq!(stated.purpose(None), Some(Purpose::Coc));
    assert_eq!(stated.purpose(Some(Purpose::Treat)), None);
}

fn refresh() -> RefreshRecord {
    RefreshRecord::first(&Opaque::from_random([3; 32]), &code("offline_access patient/*.rs"), None, NOW).unwrap()
}

#[test]
fn only_offline_access_gives_a_refresh_token() {
    assert_eq!(RefreshRecord::first(&Opaque::from_random([3; 32]), &code("patient/*.rs"), None, NOW), None);
}

#[test]
fn oa13_a_refresh_token_is_replaced_and_its_second_use_ends_the_grant() {
    let token = refresh();
    let all = token.scopes.clone();
    assert_eq!(token.present(token.client, None, NOW), Ok(Refresh::Rotate(all.clone())));
    let replaced = RefreshRecord { replaced: Some(Replaced { at: NOW, scopes: all.clone() }), ..token.clone() };
    assert_eq!(replaced.present(token.client, None, NOW + seconds(10)), Ok(Refresh::Repeat(all)));
    let late = replaced.present(token.client, None, NOW + seconds(11)).unwrap_err();
    assert_eq!((late, late.ends_grant()), (RefreshFault::Reused, true));
    assert_eq!(replaced.present(token.client, Some("patient/Goal.rs"), NOW), Err(RefreshFault::Reused));
    assert_eq!(token.present(other_client(), None, NOW), Err(RefreshFault::OtherClient));
    let end = NOW + seconds(REFRESH_LIFETIME_SECONDS);
    assert_eq!(token.present(token.client, None, end), Err(RefreshFault::Expired));
    let next = token.next(&Opaque::from_random([4; 32]), NOW + seconds(5));
    assert_eq!((next.grant, next.replaced.is_none()), (token.grant, true));
    assert_ne!(next.token, token.token);
}

#[test]
fn oa14_b06_a_refresh_never_widens() {
    let token = refresh();
    assert_eq!(
        token.present(token.client, Some("patient/Goal.rs"), NOW),
        Ok(Refresh::Rotate(Scopes::parse("patient/Goal.rs").unwrap()))
    );
    for wider in [
        "patient/*.cruds",
        "user/*.rs",
        "system/*.rs",
        "patient/*.rs openid",
        "patient/*.rs?x=1",
        "patient/Goal.c",
        "*",
    ] {
        assert_eq!(token.present(token.client, Some(wider), NOW), Err(RefreshFault::Scope), "{wider}");
    }
}

#[test]
fn records_are_kept_as_json_and_read_back() {
    let code = CodeRecord { used: Some(NOW), ..code("offline_access patient/*.read") };
    let text = serde_json::to_string(&code).unwrap();
    assert_eq!(serde_json::from_str::<CodeRecord>(&text).unwrap(), code);
    let token = RefreshRecord { replaced: Some(Replaced { at: NOW, scopes: code.scopes }), ..refresh() };
    let text = serde_json::to_string(&token).unwrap();
    assert_eq!(serde_json::from_str::<RefreshRecord>(&text).unwrap(), token);
}
