//! Access tokens of readers: given, from the environment, or got by SMART Backend Services.
//! <https://hl7.org/fhir/smart-app-launch/backend-services.html>

use std::path::Path;

use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, ECDSA_P384_SHA384_FIXED_SIGNING, EcdsaKeyPair, EcdsaSigningAlgorithm,
};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde_json::{Value, json};

use crate::ask::Request;
use crate::fill::percent;
use crate::server::{Reader, Smart};

/// How long an assertion counts, in seconds; SMART allows five minutes.
const ASSERTION_SECONDS: i64 = 240;

/// The token of a reader. `None` for one who asks without.
pub(crate) async fn of(client: &reqwest::Client, reader: &Reader, folder: &Path) -> Result<Option<String>, String> {
    if let Some(token) = &reader.token {
        return Ok(Some(token.clone()));
    }
    if let Some(name) = &reader.token_env {
        let token = std::env::var(name).map_err(|_| format!("the environment has no {name}"))?;
        return Ok(Some(token));
    }
    match &reader.smart {
        Some(smart) => by_assertion(client, smart, folder).await.map(Some),
        None => Ok(None),
    }
}

async fn by_assertion(client: &reqwest::Client, smart: &Smart, folder: &Path) -> Result<String, String> {
    let assertion = assertion(smart, folder)?;
    let mut form = vec![
        ("grant_type", "client_credentials"),
        ("scope", &smart.scopes),
        ("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"),
        ("client_assertion", &assertion),
    ];
    form.extend(smart.more.iter().map(|(name, value)| (name.as_str(), value.as_str())));
    let body: Vec<String> = form.iter().map(|(name, value)| format!("{name}={}", percent(value))).collect();
    let request = Request {
        method: "POST",
        url: smart.token_endpoint.clone(),
        headers: vec![("accept".into(), "application/json".into())],
        body: Some(("application/x-www-form-urlencoded", body.join("&"))),
        reader: "nobody".into(),
    };
    let answer = request.send(client, None).await?;
    let token = answer.json().get("access_token").and_then(Value::as_str).map(str::to_owned);
    token.ok_or_else(|| {
        let error = answer.json().get("error").and_then(Value::as_str).unwrap_or_default().to_owned();
        format!("{} gives {} no token: {} {error}", smart.token_endpoint, smart.client_id, answer.status)
    })
}

fn assertion(smart: &Smart, folder: &Path) -> Result<String, String> {
    let (algorithm, key) = key(smart, folder)?;
    let mut header = Header::new(algorithm);
    header.kid = smart.kid.clone().or_else(|| part(smart.jwk.as_ref()?, "kid").ok().map(str::to_owned));
    let now = time::OffsetDateTime::now_utc().unix_timestamp();
    let mut jti = [0; 16];
    getrandom::fill(&mut jti).map_err(|_| "the system gives no randomness".to_owned())?;
    let claims = json!({
        "iss": smart.client_id, "sub": smart.client_id, "aud": smart.token_endpoint,
        "iat": now, "exp": now + ASSERTION_SECONDS, "jti": URL_SAFE_NO_PAD.encode(jti),
    });
    jsonwebtoken::encode(&header, &claims, &key).map_err(|why| why.to_string())
}

fn key(smart: &Smart, folder: &Path) -> Result<(Algorithm, EncodingKey), String> {
    if let Some(jwk) = &smart.jwk {
        return of_jwk(jwk);
    }
    let file = smart.pem_file.as_ref().ok_or("a smart reader needs jwk or pem_file")?;
    let pem = std::fs::read(folder.join(file)).map_err(|why| format!("{}: {why}", file.display()))?;
    let read = EncodingKey::from_ec_pem(&pem).map(|key| (Algorithm::ES384, key));
    let read = read.or_else(|_| EncodingKey::from_rsa_pem(&pem).map(|key| (Algorithm::RS384, key)));
    read.map_err(|why| format!("{}: {why}", file.display()))
}

fn part<'a>(jwk: &'a Value, name: &str) -> Result<&'a str, String> {
    jwk.get(name).and_then(Value::as_str).ok_or_else(|| format!("the JWK has no {name}"))
}

/// The library takes a key as PKCS#8 and not as a JWK.
fn of_jwk(jwk: &Value) -> Result<(Algorithm, EncodingKey), String> {
    let curves: [(&str, Algorithm, &'static EcdsaSigningAlgorithm); 2] = [
        ("P-384", Algorithm::ES384, &ECDSA_P384_SHA384_FIXED_SIGNING),
        ("P-256", Algorithm::ES256, &ECDSA_P256_SHA256_FIXED_SIGNING),
    ];
    let curve = part(jwk, "crv")?;
    let known = curves.into_iter().find(|(name, ..)| *name == curve);
    let (_, algorithm, signing) = known.ok_or("a JWK is EC with P-384 or P-256; use pem_file for others")?;
    let bytes =
        |name| URL_SAFE_NO_PAD.decode(part(jwk, name)?).map_err(|_| format!("{name} of the JWK is not base64url"));
    let public = [vec![4], bytes("x")?, bytes("y")?].concat();
    let pair = EcdsaKeyPair::from_private_key_and_public_key(signing, &bytes("d")?, &public);
    let pkcs8 = pair.ok().and_then(|pair| pair.to_pkcs8v1().ok()).ok_or("the JWK is no key")?;
    Ok((algorithm, EncodingKey::from_ec_der(pkcs8.as_ref())))
}
