//! The key of a backend client, and the assertions it signs (RFC 7523, ES384).

use std::time::{SystemTime, UNIX_EPOCH};

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P384_SHA384_FIXED_SIGNING, EcdsaKeyPair, KeyPair};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::json;

pub(crate) struct Key(EcdsaKeyPair);

impl Key {
    pub(crate) fn new() -> Self {
        Self(EcdsaKeyPair::generate(&ECDSA_P384_SHA384_FIXED_SIGNING).unwrap())
    }

    /// The public half as a key set.
    pub(crate) fn set(&self) -> String {
        let point = self.0.public_key().as_ref();
        let (x, y) = (coded(&point[1..49]), coded(&point[49..]));
        let key = json!({"kty": "EC", "crv": "P-384", "alg": "ES384", "use": "sig", "kid": "one", "x": x, "y": y});
        json!({"keys": [key]}).to_string()
    }

    pub(crate) fn assertion(&self, client: &str, endpoint: &str) -> String {
        let now = now();
        let claims =
            json!({"iss": client, "sub": client, "aud": endpoint, "iat": now, "exp": now + 200, "jti": random()});
        let header = json!({"alg": "ES384", "typ": "JWT", "kid": "one"});
        let signed = format!("{}.{}", coded(header.to_string().as_bytes()), coded(claims.to_string().as_bytes()));
        let signature = self.0.sign(&SystemRandom::new(), signed.as_bytes()).unwrap();
        format!("{signed}.{}", coded(signature.as_ref()))
    }
}

#[allow(clippy::disallowed_methods, reason = "the binary asks the clock, so the one who signs for it does too")]
fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs()
}

/// 32 random bytes as text.
pub(crate) fn random() -> String {
    let mut bytes = [0; 32];
    aws_lc_rs::rand::fill(&mut bytes).unwrap();
    coded(&bytes)
}

/// The S256 challenge of a verifier (RFC 7636).
pub(crate) fn challenge(verifier: &str) -> String {
    coded(digest(&SHA256, verifier.as_bytes()).as_ref())
}

fn coded(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}
