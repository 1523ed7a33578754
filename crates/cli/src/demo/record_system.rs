//! The demo's record system and crisis service: real calls over HTTP with their own keys, no shortcut.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::{Method, Request, StatusCode};
use http_body_util::BodyExt;
use hyper_util::client::legacy::Client as Http;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use sayso_auth::{ClientKind, Place};
use serde_json::{Value, json};

use super::seed::{Seeded, SeededClient};
use crate::house;

/// The largest answer that is read, in bytes.
const ANSWER_MAX_BYTES: usize = 8 * 1024 * 1024;

/// A backend client of the demo.
#[derive(Clone)]
pub(crate) struct RecordSystem {
    inner: Arc<Inner>,
}

struct Inner {
    base: String,
    token_endpoint: String,
    ehr: Option<SeededClient>,
    http: Http<HttpConnector, Body>,
}

impl RecordSystem {
    pub(crate) fn of(place: &Place, seeded: &Seeded) -> Self {
        Self {
            inner: Arc::new(Inner {
                base: place.issuer().to_owned(),
                token_endpoint: place.token(),
                ehr: seeded.client(ClientKind::Ehr).cloned(),
                http: Http::builder(TokioExecutor::new()).build_http(),
            }),
        }
    }

    /// An access token for the record system.
    pub(crate) async fn token(&self) -> Result<String, String> {
        let ehr = self.inner.ehr.as_ref().ok_or("there is no record system")?;
        let key = ehr.key.as_ref().ok_or("the record system has no key")?;
        let scopes = ehr.client.scopes.to_string();
        token(&self.inner.http, &self.inner.token_endpoint, &ehr.client.id.to_string(), key, &scopes).await
    }

    /// One GET as the record system; status and body.
    pub(crate) async fn get(&self, token: &str, path: &str) -> Result<(StatusCode, Value), String> {
        let request =
            Request::get(format!("{}{path}", self.inner.base)).header("authorization", format!("Bearer {token}"));
        let request = request.body(Body::empty()).map_err(|error| error.to_string())?;
        send(&self.inner.http, request).await
    }
}

/// Gets a token by `private_key_jwt` (SMART Backend Services), as any record system would.
pub(crate) async fn token(
    http: &Http<HttpConnector, Body>,
    endpoint: &str,
    client: &str,
    key: &Value,
    scopes: &str,
) -> Result<String, String> {
    let assertion = assertion(endpoint, client, key)?;
    let form = form(&[
        ("grant_type", "client_credentials"),
        ("scope", scopes),
        ("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"),
        ("client_assertion", &assertion),
    ]);
    let request = Request::builder()
        .method(Method::POST)
        .uri(endpoint)
        .header("content-type", "application/x-www-form-urlencoded")
        .body(Body::from(form))
        .map_err(|error| error.to_string())?;
    let (status, answer) = send(http, request).await?;
    answer
        .get("access_token")
        .and_then(Value::as_str)
        .map(str::to_owned)
        .ok_or_else(|| format!("no token: {status} {answer}"))
}

fn form(pairs: &[(&str, &str)]) -> String {
    let encoded: Vec<String> = pairs.iter().map(|(name, value)| format!("{name}={}", percent(value))).collect();
    encoded.join("&")
}

fn percent(text: &str) -> String {
    text.bytes()
        .map(|b| {
            if b.is_ascii_alphanumeric() || b"-._~".contains(&b) {
                char::from(b).to_string()
            } else {
                format!("%{b:02X}")
            }
        })
        .collect()
}

fn assertion(endpoint: &str, client: &str, key: &Value) -> Result<String, String> {
    let part = |name: &str| key.get(name).and_then(Value::as_str).unwrap_or_default();
    let mut header = Header::new(Algorithm::ES384);
    header.kid = Some(part("kid").to_owned());
    let now = house::now().unix_timestamp();
    let mut jti = [0; 16];
    getrandom::fill(&mut jti).map_err(|_| "the system gives no randomness")?;
    let claims = json!({
        "iss": client, "sub": client, "aud": endpoint,
        "iat": now, "exp": now + 240, "jti": URL_SAFE_NO_PAD.encode(jti),
    });
    jsonwebtoken::encode(&header, &claims, &signing_key(key)?).map_err(|error| error.to_string())
}

/// PKCS#8 (RFC 5958, RFC 5915) around the key of the JWK: the form in which the JOSE library takes it.
fn signing_key(key: &Value) -> Result<EncodingKey, String> {
    let part = |name: &str| {
        let text = key.get(name).and_then(Value::as_str).unwrap_or_default();
        URL_SAFE_NO_PAD.decode(text).map_err(|_| "the key cannot be read".to_owned())
    };
    let mut public = vec![4];
    public.extend(part("x")?);
    public.extend(part("y")?);
    let pair = aws_lc_rs::signature::EcdsaKeyPair::from_private_key_and_public_key(
        &aws_lc_rs::signature::ECDSA_P384_SHA384_FIXED_SIGNING,
        &part("d")?,
        &public,
    );
    let pair = pair.map_err(|_| "the key cannot be read")?;
    let pkcs8 = pair.to_pkcs8v1().map_err(|_| "the key cannot be read")?;
    Ok(EncodingKey::from_ec_der(pkcs8.as_ref()))
}

async fn send(http: &Http<HttpConnector, Body>, request: Request<Body>) -> Result<(StatusCode, Value), String> {
    let sent = tokio::time::timeout(Duration::from_secs(10), http.request(request)).await;
    let answer = sent.map_err(|_| "no answer within 10 s")?.map_err(|error| error.to_string())?;
    let status = answer.status();
    let body = http_body_util::Limited::new(answer.into_body(), ANSWER_MAX_BYTES).collect().await;
    let bytes = body.map_err(|error| error.to_string())?.to_bytes();
    Ok((status, serde_json::from_slice(&bytes).unwrap_or(Value::Null)))
}

/// A client for a single call.
pub(crate) fn http() -> Http<HttpConnector, Body> {
    Http::builder(TokioExecutor::new()).build_http()
}
