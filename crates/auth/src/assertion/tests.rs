//! Assertions as clients sign them, and as attackers do.

use std::sync::LazyLock;

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{
    ECDSA_P384_SHA384_FIXED_SIGNING, EcdsaKeyPair, KeyPair, RSA_PKCS1_SHA256, RSA_PKCS1_SHA384, RsaKeyPair,
};
use proptest::prelude::*;
use serde_json::json;
use time::Duration;
use time::macros::datetime;

use super::*;
use crate::client::tests::ehr;

static EC: LazyLock<EcdsaKeyPair> = LazyLock::new(|| EcdsaKeyPair::generate(&ECDSA_P384_SHA384_FIXED_SIGNING).unwrap());
static RSA: LazyLock<RsaKeyPair> = LazyLock::new(|| RsaKeyPair::generate(KeySize::Rsa2048).unwrap());

const NOW: OffsetDateTime = datetime!(2026-03-01 12:00 UTC);

pub(crate) fn ec_jwk(kid: &str) -> Value {
    let point = EC.public_key().as_ref();
    let (x, y) = (URL_SAFE_NO_PAD.encode(&point[1..49]), URL_SAFE_NO_PAD.encode(&point[49..]));
    json!({"kty": "EC", "crv": "P-384", "alg": "ES384", "kid": kid, "x": x, "y": y})
}

pub(crate) fn rsa_jwk(kid: &str) -> Value {
    let n = URL_SAFE_NO_PAD.encode(RSA.public_key().modulus().big_endian_without_leading_zero());
    json!({"kty": "RSA", "alg": "RS384", "kid": kid, "n": n, "e": "AQAB"})
}

#[derive(Clone, Copy)]
enum Sign {
    Es384,
    Rs384,
    Rs256,
    Nothing,
}

fn jwt(sign: Sign, header: &str, claims: &str) -> String {
    let signed = format!("{}.{}", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(claims));
    let random = SystemRandom::new();
    let mut rsa = vec![0; RSA.public_modulus_len()];
    let signature = match sign {
        Sign::Es384 => EC.sign(&random, signed.as_bytes()).unwrap().as_ref().to_vec(),
        Sign::Rs384 => {
            RSA.sign(&RSA_PKCS1_SHA384, &random, signed.as_bytes(), &mut rsa).unwrap();
            rsa
        }
        Sign::Rs256 => {
            RSA.sign(&RSA_PKCS1_SHA256, &random, signed.as_bytes(), &mut rsa).unwrap();
            rsa
        }
        Sign::Nothing => Vec::new(),
    };
    format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature))
}

fn client() -> Client {
    ehr(json!({"url": "https://ehr.example/jwks.json"}))
}

fn place() -> Place {
    Place::at("https://sayso.example").unwrap()
}

fn claims() -> Value {
    let id = client().id.to_string();
    json!({"iss": id, "sub": id, "aud": place().token(), "exp": NOW.unix_timestamp() + 240, "jti": "1"})
}

fn header(alg: &str, kid: &str) -> Value {
    json!({"alg": alg, "kid": kid, "typ": "JWT"})
}

fn check_at(token: &str, now: OffsetDateTime) -> Result<Proven, AssertionFault> {
    let keys = json!({"keys": [ec_jwk("ec"), rsa_jwk("rsa")]}).to_string();
    let keys = KeySet::registered(keys.as_bytes()).unwrap();
    Assertion::read(token)?.verify(&client(), &keys, &place(), now)
}

fn check(token: &str) -> Result<Proven, AssertionFault> {
    check_at(token, NOW)
}

fn with_claim(name: &str, value: Value) -> Result<Proven, AssertionFault> {
    let mut claims = claims();
    claims[name] = value;
    check(&jwt(Sign::Es384, &header("ES384", "ec").to_string(), &claims.to_string()))
}

fn with_header(header: &Value) -> Result<Proven, AssertionFault> {
    check(&jwt(Sign::Es384, &header.to_string(), &claims().to_string()))
}

#[test]
fn a_signed_assertion_proves_its_client_with_either_algorithm() {
    for (sign, alg, kid) in [(Sign::Es384, "ES384", "ec"), (Sign::Rs384, "RS384", "rsa")] {
        let proven = check(&jwt(sign, &header(alg, kid).to_string(), &claims().to_string())).unwrap();
        assert_eq!(proven.client, client().id);
        assert_eq!(proven.keep_until, NOW + Duration::seconds(240 + SKEW_SECONDS));
        assert_eq!(proven.purpose, None);
    }
    assert!(with_header(&json!({"alg": "ES384", "kid": "ec"})).is_ok());
}

#[test]
fn oa9_b09_the_algorithm_is_the_keys_and_never_the_headers() {
    let body = claims().to_string();
    let rows = [
        (Sign::Nothing, "none", "ec", AssertionFault::Key),
        (Sign::Nothing, "None", "ec", AssertionFault::Key),
        (Sign::Nothing, "HS256", "rsa", AssertionFault::Key),
        (Sign::Nothing, "HS384", "ec", AssertionFault::Key),
        (Sign::Rs256, "RS256", "rsa", AssertionFault::Key),
        (Sign::Rs384, "RS384", "ec", AssertionFault::Key),
        (Sign::Es384, "ES384", "rsa", AssertionFault::Key),
        (Sign::Rs256, "RS384", "rsa", AssertionFault::Signature),
        (Sign::Nothing, "ES384", "ec", AssertionFault::Signature),
        (Sign::Rs384, "ES384", "ec", AssertionFault::Signature),
        (Sign::Es384, "es384", "ec", AssertionFault::Key),
        (Sign::Es384, "ES384", "../../etc/passwd", AssertionFault::Key),
        (Sign::Es384, "ES384", "' OR 1=1 --", AssertionFault::Key),
    ];
    for (sign, alg, kid, fault) in rows {
        assert_eq!(check(&jwt(sign, &header(alg, kid).to_string(), &body)), Err(fault), "{alg} {kid}");
    }
}

#[test]
fn oa9_b09_headers_that_bring_keys_or_change_the_form_are_refused() {
    for (name, value) in [
        ("jwk", ec_jwk("ec")),
        ("x5u", json!("https://evil.example/")),
        ("x5c", json!(["MII"])),
        ("crit", json!(["exp"])),
        ("b64", json!(false)),
        ("enc", json!("A256GCM")),
        ("zip", json!("DEF")),
        ("typ", json!("at+jwt")),
        ("typ", json!(1)),
        ("kid", json!(1)),
        ("kid", json!(null)),
        ("alg", json!(["ES384"])),
    ] {
        let mut header = header("ES384", "ec");
        header[name] = value;
        assert_eq!(with_header(&header), Err(AssertionFault::Header), "{name}");
    }
}

#[test]
fn oa10_a_jku_must_be_the_registered_address() {
    let with_jku = |jku: &str| {
        let mut header = header("ES384", "ec");
        header["jku"] = json!(jku);
        with_header(&header)
    };
    assert!(with_jku("https://ehr.example/jwks.json").is_ok());
    for evil in ["https://evil.example/jwks.json", "http://169.254.169.254/", "file:///etc/passwd", ""] {
        assert_eq!(with_jku(evil), Err(AssertionFault::Header), "{evil}");
    }
}

#[test]
fn oa9_malformed_assertions_are_refused() {
    let good = jwt(Sign::Es384, &header("ES384", "ec").to_string(), &claims().to_string());
    let (signed, signature) = good.rsplit_once('.').unwrap();
    for bad in [
        String::new(),
        signed.to_owned(),
        format!("{good}."),
        format!("{good}.a.b"),
        format!("{good}="),
        format!(" {good}"),
        "a.b.c".to_owned(),
        format!("{}.{}", signed.replace('.', "+."), signature),
        good.replace('.', ".."),
    ] {
        assert!(check(&bad).is_err(), "{bad}");
    }
    let body = claims().to_string();
    let twice = body.replacen("\"jti\":\"1\"", "\"jti\":\"1\",\"jti\":\"2\"", 1);
    assert_ne!(twice, body);
    assert_eq!(check(&jwt(Sign::Es384, &header("ES384", "ec").to_string(), &twice)), Err(AssertionFault::Form));
    let header_twice = r#"{"alg":"none","alg":"ES384","kid":"ec"}"#;
    assert_eq!(check(&jwt(Sign::Es384, header_twice, &body)), Err(AssertionFault::Form));
    for claims in ["[]", "1", "{", "\"x\""] {
        assert_eq!(check(&jwt(Sign::Es384, &header("ES384", "ec").to_string(), claims)), Err(AssertionFault::Form));
    }
    assert_eq!(check(&"a".repeat(ASSERTION_MAX_BYTES + 1)), Err(AssertionFault::TooLarge));
}

#[test]
fn iss_and_sub_are_the_client_and_the_keys_are_its_own() {
    let other = "00000000-0000-4000-8000-00000000000f";
    for name in ["iss", "sub"] {
        for bad in [json!(other), json!(null), json!(1), json!("")] {
            assert!(with_claim(name, bad).is_err(), "{name}");
        }
    }
    let mut claims = claims();
    claims["iss"] = json!(other);
    claims["sub"] = json!(other);
    let token = jwt(Sign::Es384, &header("ES384", "ec").to_string(), &claims.to_string());
    assert_eq!(check(&token), Err(AssertionFault::Issuer));
}

#[test]
fn oa11_b10_the_audience_is_this_server_and_no_other() {
    for good in [json!("https://sayso.example"), json!(["https://sayso.example/oauth/token"])] {
        assert!(with_claim("aud", good.clone()).is_ok(), "{good}");
    }
    for bad in [
        json!("https://evil.example/oauth/token"),
        json!("https://sayso.example/"),
        json!("https://sayso.example/oauth/token/"),
        json!("https://sayso.example/fhir"),
        json!(["https://sayso.example", "https://evil.example"]),
        json!(["https://sayso.example", "https://sayso.example"]),
        json!([]),
        json!([["https://sayso.example"]]),
        json!({"0": "https://sayso.example"}),
        json!(null),
    ] {
        assert_eq!(with_claim("aud", bad.clone()), Err(AssertionFault::Audience), "{bad}");
    }
}

#[test]
fn oa12_b11_an_assertion_lives_five_minutes_with_a_minute_of_skew() {
    let now = NOW.unix_timestamp();
    for (exp, accepted) in [(-61, false), (-60, false), (-59, true), (0, true), (300, true), (360, true), (361, false)]
    {
        assert_eq!(with_claim("exp", json!(now + exp)).is_ok(), accepted, "{exp}");
    }
    for bad in [
        json!(null),
        json!("soon"),
        json!(now as f64 + 100.5),
        json!(-1),
        json!(i64::MAX),
        json!(u64::MAX),
        json!(1e300),
    ] {
        assert_eq!(with_claim("exp", bad.clone()), Err(AssertionFault::Time), "{bad}");
    }
    for name in ["iat", "nbf"] {
        assert!(with_claim(name, json!(now + 60)).is_ok());
        assert_eq!(with_claim(name, json!(now + 61)), Err(AssertionFault::Time));
        assert_eq!(with_claim(name, json!("now")), Err(AssertionFault::Time));
    }
    let token = jwt(Sign::Es384, &header("ES384", "ec").to_string(), &claims().to_string());
    let proven = check(&token).unwrap();
    assert!(check_at(&token, proven.keep_until - Duration::seconds(1)).is_ok());
    assert_eq!(check_at(&token, proven.keep_until), Err(AssertionFault::Time));
}

#[test]
fn oa12_b11_jti_is_required_bounded_and_tied_to_its_client() {
    for bad in [json!(null), json!(""), json!(7), json!("j".repeat(257)), json!("j".repeat(10_000))] {
        let refused = with_claim("jti", bad);
        assert!(matches!(refused, Err(AssertionFault::Jti | AssertionFault::Form | AssertionFault::TooLarge)));
    }
    let once = |jti: &str| with_claim("jti", json!(jti)).unwrap().once;
    assert_eq!(once("a"), once("a"));
    assert_ne!(once("a"), once("b"));
}

#[test]
fn one_purpose_may_be_stated_in_the_extension() {
    let state =
        |purpose: Value| with_claim("extensions", json!({"hl7-b2b": {"version": "1", "purpose_of_use": purpose}}));
    for good in [json!("TREAT"), json!(["TREAT"]), json!(["urn:oid:2.16.840.1.113883.5.8#TREAT"])] {
        assert_eq!(state(good).map(|proven| proven.purpose), Ok(Some(Purpose::Treat)));
    }
    for bad in [json!(["TREAT", "ETREAT"]), json!([]), json!("HRESCH"), json!(1), json!(null)] {
        assert_eq!(state(bad.clone()), Err(AssertionFault::Purpose), "{bad}");
    }
}

proptest! {
    #[test]
    fn oa9_no_text_is_believed_and_none_panics(text in "[A-Za-z0-9_.-]{0,300}") {
        prop_assert!(check(&text).is_err());
    }

    #[test]
    fn oa9_no_header_or_claims_panic(header in ".{0,80}", claims in ".{0,80}") {
        prop_assert!(check(&jwt(Sign::Nothing, &header, &claims)).is_err());
    }
}
