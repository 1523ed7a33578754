//! Key sets that are accepted and refused.

use serde_json::json;

use super::*;
use crate::assertion::tests::{ec_jwk, rsa_jwk};

fn set(keys: &[Value]) -> Vec<u8> {
    json!({ "keys": keys }).to_string().into_bytes()
}

fn with(mut key: Value, name: &str, value: Value) -> Value {
    key[name] = value;
    key
}

#[test]
fn keys_for_es384_and_rs384_are_accepted_and_read_back() {
    let keys = KeySet::registered(&set(&[ec_jwk("a"), rsa_jwk("b")])).unwrap();
    assert_eq!(keys.find("a").map(Key::algorithm), Some(Algorithm::Es384));
    assert_eq!(keys.find("b").map(Key::algorithm), Some(Algorithm::Rs384));
    let text = serde_json::to_vec(&keys).unwrap();
    assert_eq!(KeySet::registered(&text), Ok(keys));
}

#[test]
fn oa9_unfit_keys_cannot_be_registered() {
    use KeyFault as F;
    let short = URL_SAFE_NO_PAD.encode([0xFF; 128]);
    let padded = URL_SAFE_NO_PAD.encode([&[0_u8; 160][..], &[0xFF; 128]].concat());
    let mut without_kid = ec_jwk("a");
    without_kid.as_object_mut().unwrap().remove("kid");
    let rows = [
        (without_kid, F::Incomplete),
        (with(ec_jwk("a"), "kid", json!("")), F::Incomplete),
        (with(ec_jwk("a"), "kid", json!("k".repeat(257))), F::Incomplete),
        (with(ec_jwk("a"), "x", json!("AAAA")), F::Incomplete),
        (with(ec_jwk("a"), "crv", json!("P-256")), F::Algorithm),
        (with(ec_jwk("a"), "alg", json!("RS384")), F::Algorithm),
        (with(ec_jwk("a"), "use", json!("enc")), F::Algorithm),
        (with(ec_jwk("a"), "key_ops", json!(["encrypt"])), F::Algorithm),
        (with(ec_jwk("a"), "d", json!("AAAA")), F::Private),
        (with(rsa_jwk("a"), "alg", json!("RS256")), F::Algorithm),
        (with(rsa_jwk("a"), "n", json!(short)), F::Size),
        (with(rsa_jwk("a"), "n", json!(padded)), F::Size),
        (with(rsa_jwk("a"), "e", json!("Aw")), F::Size),
        (json!({"kty": "oct", "kid": "a", "k": "c2VjcmV0"}), F::Private),
        (json!({"kty": "OKP", "crv": "Ed25519", "kid": "a", "x": "AAAA"}), F::Algorithm),
        (json!("key"), F::Incomplete),
    ];
    for (key, fault) in rows {
        assert_eq!(KeySet::registered(&set(std::slice::from_ref(&key))), Err(fault), "{key}");
        // At its URL a client may publish such a key beside a fit one; it is never used.
        let beside = KeySet::published(&set(&[key, rsa_jwk("fit")])).unwrap();
        assert_eq!(beside.iter().count(), 1);
    }
}

#[test]
fn a_set_that_leaves_a_choice_is_refused() {
    assert_eq!(KeySet::registered(&set(&[ec_jwk("a"), ec_jwk("a")])), Err(KeyFault::Repeated));
    assert_eq!(KeySet::registered(&set(&[])), Err(KeyFault::Empty));
    for bad in ["{}", "[]", r#"{"keys":1}"#, r#"{"keys":[],"keys":[]}"#, "", "\u{FEFF}{}"] {
        assert_eq!(KeySet::published(bad.as_bytes()), Err(KeyFault::NotAKeySet), "{bad}");
    }
    assert_eq!(KeySet::published(&vec![b' '; KEY_SET_MAX_BYTES + 1]), Err(KeyFault::NotAKeySet));
    // The same id with two types: neither is found, because the signer's choice would decide.
    let both = KeySet::registered(&set(&[ec_jwk("a"), rsa_jwk("a")])).unwrap();
    assert_eq!(both.find("a"), None);
}
