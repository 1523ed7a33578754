//! The systems' door in this process, with an app and a record system that has a key.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P384_SHA384_FIXED_SIGNING, EcdsaKeyPair, KeyPair};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bytes::Bytes;
use http::{HeaderMap, Request, StatusCode};
use http_body_util::{BodyExt, Full};
use sayso_auth::{Client, ClientState, Place};
use sayso_egress::{Egress, Policy};
use sayso_exchange::administer::Organization;
use sayso_exchange::{Exchange, Surroundings};
use sayso_gateway::{Gateway, Limits, router};
use sayso_plan::{ClientId, OrganizationId};
use sayso_store::{Store, WrappingKey};
use serde_json::{Value, json};
use time::OffsetDateTime;
use tower::ServiceExt;

pub(crate) const BASE: &str = "https://sayso.example";
pub(crate) const APP_ORIGIN: &str = "https://app.example";
pub(crate) const FORM: &str = "application/x-www-form-urlencoded";

/// The one time of this world.
const NOW: i64 = 1_780_000_000;

pub(crate) struct Door {
    gateway: Gateway,
    key: EcdsaKeyPair,
    jti: AtomicU64,
}

pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }
}

pub(crate) fn app() -> ClientId {
    "00000000-0000-4000-8000-00000000000a".parse().unwrap()
}

pub(crate) fn ehr() -> ClientId {
    "00000000-0000-4000-8000-00000000000e".parse().unwrap()
}

fn riverside() -> OrganizationId {
    "00000000-0000-4000-8000-000000000001".parse().unwrap()
}

fn clients(key: &EcdsaKeyPair) -> [Client; 2] {
    let point = key.public_key().as_ref();
    let (x, y) = (URL_SAFE_NO_PAD.encode(&point[1..49]), URL_SAFE_NO_PAD.encode(&point[49..]));
    let jwk = json!({"kty": "EC", "crv": "P-384", "alg": "ES384", "kid": "1", "x": x, "y": y});
    let app = json!({
        "id": app(), "name": "My Plan", "organization": null, "kind": "patient-app", "auth": {"method": "none"},
        "redirect_uris": [format!("{APP_ORIGIN}/cb")], "scopes": "launch/patient offline_access patient/*.crus",
        "purposes": ["PATRQT"], "default_purpose": "PATRQT", "state": "active",
    });
    let ehr = json!({
        "id": ehr(), "name": "Riverside Record", "organization": riverside(), "kind": "ehr",
        "auth": {"method": "private_key_jwt", "jwks": {"inline": {"keys": [jwk]}}},
        "scopes": "system/*.rs", "purposes": ["TREAT"], "default_purpose": "TREAT", "state": "active",
    });
    [app, ehr].map(|client| serde_json::from_value::<Client>(client).unwrap().checked().unwrap())
}

impl Door {
    pub(crate) async fn open() -> Self {
        let key = EcdsaKeyPair::generate(&ECDSA_P384_SHA384_FIXED_SIGNING).unwrap();
        let store = Store::open(sayso_store::Place::Memory, WrappingKey::from_bytes([7; 32])).await.unwrap();
        let now = OffsetDateTime::from_unix_timestamp(NOW).unwrap();
        let entropy = |bytes: &mut [u8]| aws_lc_rs::rand::fill(bytes).unwrap();
        let surroundings = Surroundings::new(Arc::new(move || now), Arc::new(entropy));
        let place = Place::at(BASE).unwrap();
        let exchange = Exchange::new(store, surroundings, Egress::new(Policy::default()), place.clone());
        let organization = Organization { id: riverside(), name: "Riverside Hospital".into() };
        let _ = exchange.put_organization(organization).await.unwrap();
        for client in clients(&key) {
            let _ = exchange.put_client(&client).await.unwrap();
        }
        Self { gateway: Gateway::new(exchange, place, Limits::default()), key, jti: AtomicU64::new(0) }
    }

    pub(crate) async fn ask(&self, request: Request<Full<Bytes>>) -> Answer {
        let answer = router(self.gateway.clone()).oneshot(request).await.unwrap();
        let (head, body) = answer.into_parts();
        let body = body.collect().await.unwrap().to_bytes();
        Answer { status: head.status, headers: head.headers, body }
    }

    pub(crate) async fn get(&self, path: &str, headers: &[(&str, &str)]) -> Answer {
        self.send("GET", path, headers, "").await
    }

    pub(crate) async fn post(&self, path: &str, body: &str) -> Answer {
        self.send("POST", path, &[("content-type", FORM)], body).await
    }

    pub(crate) async fn send(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Answer {
        let mut request = Request::builder().method(method).uri(path);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.ask(request.body(Full::from(body.to_owned())).unwrap()).await
    }

    pub(crate) fn assertion(&self) -> String {
        let jti = self.jti.fetch_add(1, Ordering::SeqCst).to_string();
        let claims =
            json!({"iss": ehr(), "sub": ehr(), "aud": format!("{BASE}/oauth/token"), "exp": NOW + 240, "jti": jti});
        let encode = |value: Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let signed = format!("{}.{}", encode(json!({"alg": "ES384", "kid": "1", "typ": "JWT"})), encode(claims));
        let signature = self.key.sign(&SystemRandom::new(), signed.as_bytes()).unwrap();
        format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature.as_ref()))
    }

    /// The proof that goes into each form of the record system.
    pub(crate) fn proof(&self) -> String {
        let kind = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
        format!("client_assertion_type={kind}&client_assertion={}", self.assertion())
    }

    pub(crate) async fn token(&self, scope: &str) -> Answer {
        let form = format!("grant_type=client_credentials&scope={scope}&{}", self.proof());
        self.post("/oauth/token", &form).await
    }

    pub(crate) async fn disable(&self, client: ClientId) {
        let mut client = self.gateway.exchange().client(client).await.unwrap().unwrap();
        client.state = ClientState::Disabled;
        let _ = self.gateway.exchange().put_client(&client).await.unwrap();
    }
}
