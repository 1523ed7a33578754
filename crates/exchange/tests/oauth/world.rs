//! A small world: Ama, two apps, a record system with a key, and a clock that tests turn.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, LazyLock};

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P384_SHA384_FIXED_SIGNING, EcdsaKeyPair, KeyPair};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sayso_auth::form::Form;
use sayso_auth::token::ASSERTION_TYPE;
use sayso_auth::{Caller, Client, Place};
use sayso_egress::{Egress, Policy};
use sayso_exchange::administer::Organization;
use sayso_exchange::{Decision, Exchange, NotIssued, Session, Surroundings};
use sayso_plan::{ClientId, Lang, OrganizationId, Person, PersonId, Section};
use sayso_store::{Store, WrappingKey};
use serde_json::{Value, json};
use time::{Duration, OffsetDateTime};

/// The pair of RFC 7636 appendix B.
pub(crate) const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
pub(crate) const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
pub(crate) const BASE: &str = "https://sayso.example";
pub(crate) const CALLBACK: &str = "https://app.example/cb";

static KEY: LazyLock<EcdsaKeyPair> =
    LazyLock::new(|| EcdsaKeyPair::generate(&ECDSA_P384_SHA384_FIXED_SIGNING).unwrap());

pub(crate) struct World {
    pub(crate) exchange: Exchange,
    pub(crate) ama: PersonId,
    seconds: Arc<AtomicI64>,
    jti: AtomicU64,
}

pub(crate) fn id<T: std::str::FromStr>(n: u8) -> T {
    format!("00000000-0000-4000-8000-0000000000{n:02x}").parse().ok().unwrap()
}

pub(crate) fn riverside() -> OrganizationId {
    id(0x01)
}

pub(crate) fn app() -> ClientId {
    id(0x0a)
}

pub(crate) fn other_app() -> ClientId {
    id(0x0b)
}

pub(crate) fn ehr() -> ClientId {
    id(0x0e)
}

pub(crate) fn jwk(kid: &str) -> Value {
    let point = KEY.public_key().as_ref();
    let (x, y) = (URL_SAFE_NO_PAD.encode(&point[1..49]), URL_SAFE_NO_PAD.encode(&point[49..]));
    json!({"kty": "EC", "crv": "P-384", "alg": "ES384", "kid": kid, "x": x, "y": y})
}

fn app_client(id: ClientId) -> Client {
    let client = json!({
        "id": id, "name": "My Plan", "organization": null, "kind": "patient-app", "auth": {"method": "none"},
        "redirect_uris": [CALLBACK, "http://127.0.0.1:3000/cb"],
        "scopes": "launch/patient offline_access patient/*.crus",
        "purposes": ["PATRQT"], "default_purpose": "PATRQT", "state": "active",
    });
    serde_json::from_value(client).unwrap()
}

pub(crate) fn ehr_client(jwks: Value) -> Client {
    let client = json!({
        "id": ehr(), "name": "Riverside Record", "organization": riverside(), "kind": "ehr",
        "auth": {"method": "private_key_jwt", "jwks": jwks},
        "scopes": "system/Patient.rs system/CarePlan.rs",
        "purposes": ["TREAT", "COC"], "default_purpose": "TREAT", "state": "active",
    });
    serde_json::from_value(client).unwrap()
}

fn surroundings(seconds: &Arc<AtomicI64>) -> Surroundings {
    let seconds = Arc::clone(seconds);
    let clock = move || OffsetDateTime::from_unix_timestamp(seconds.load(Ordering::SeqCst)).unwrap();
    let entropy = |bytes: &mut [u8]| aws_lc_rs::rand::fill(bytes).unwrap();
    Surroundings::new(Arc::new(clock), Arc::new(entropy))
}

async fn open(place: sayso_store::Place, seconds: &Arc<AtomicI64>) -> Exchange {
    let store = Store::open(place, WrappingKey::from_bytes([7; 32])).await.unwrap();
    let egress = Egress::new(Policy { private_networks: true });
    Exchange::new(store, surroundings(seconds), egress, Place::at(BASE).unwrap())
}

impl World {
    pub(crate) async fn new() -> Self {
        Self::at(sayso_store::Place::Memory).await
    }

    pub(crate) async fn at(place: sayso_store::Place) -> Self {
        let seconds = Arc::new(AtomicI64::new(1_780_000_000));
        let exchange = open(place, &seconds).await;
        let ama = PersonId::from_random([0xa; 16]);
        let person = Person {
            id: ama,
            name: "Ama".into(),
            language: Lang::undetermined(),
            zone_minutes: 0,
            birth_date: None,
            identifiers: Vec::new(),
        };
        let _ = exchange.create_person(person).await.unwrap();
        let organization = Organization { id: riverside(), name: "Riverside Hospital".into() };
        let _ = exchange.put_organization(organization).await.unwrap();
        for client in [app_client(app()), app_client(other_app()), ehr_client(json!({"inline": {"keys": [jwk("1")]}}))]
        {
            let _ = exchange.put_client(&client).await.unwrap();
        }
        Self { exchange, ama, seconds, jti: AtomicU64::new(0) }
    }

    /// The same folder after a restart.
    pub(crate) async fn reopened(self, folder: &Path) -> Self {
        let Self { exchange, ama, seconds, jti } = self;
        exchange.store().clone().close().await;
        drop(exchange);
        let exchange = open(sayso_store::Place::Folder(folder.to_owned()), &seconds).await;
        Self { exchange, ama, seconds, jti }
    }

    pub(crate) fn later(&self, by: Duration) {
        self.seconds.fetch_add(by.whole_seconds(), Ordering::SeqCst);
    }

    pub(crate) fn now(&self) -> i64 {
        self.seconds.load(Ordering::SeqCst)
    }

    pub(crate) async fn signed_in(&self) -> Session {
        let once = self.exchange.invite(self.ama).await.unwrap();
        self.exchange.sign_in_by_link(once.expose()).await.unwrap()
    }

    /// Ama allows an app; the code, which came back to its address.
    pub(crate) async fn code(&self, app: ClientId, stay_connected: bool) -> String {
        let session = self.signed_in().await;
        let view = self.exchange.begin_authorization(&query(app), None).await.unwrap();
        let decision = Decision { stay_connected, ..allow() };
        let token = view.form_token(&session);
        let to = self.exchange.complete_authorization(&session, &view.form_state, &token, &decision).await.unwrap();
        answer(&to).get("code").unwrap().to_owned()
    }

    pub(crate) async fn token(&self, body: &str) -> Result<Value, NotIssued> {
        self.exchange.issue_token(body, false).await.map(|answer| serde_json::to_value(answer).unwrap())
    }

    /// The tokens of an app that may stay connected.
    pub(crate) async fn tokens(&self) -> Value {
        let code = self.code(app(), true).await;
        self.token(&exchange_of(app(), &code)).await.unwrap()
    }

    pub(crate) async fn caller(&self, tokens: &Value) -> Option<Caller> {
        self.exchange.caller(tokens["access_token"].as_str().unwrap()).await.unwrap()
    }

    pub(crate) fn assertion(&self) -> String {
        let claims = self.claims();
        signed(&json!({"alg": "ES384", "kid": "1", "typ": "JWT"}), &claims)
    }

    pub(crate) fn claims(&self) -> Value {
        let jti = self.jti.fetch_add(1, Ordering::SeqCst).to_string();
        json!({"iss": ehr(), "sub": ehr(), "aud": format!("{BASE}/oauth/token"), "exp": self.now() + 240, "jti": jti})
    }

    pub(crate) async fn change(&self, client: ClientId, change: impl FnOnce(&mut Client)) {
        let mut client = self.exchange.client(client).await.unwrap().unwrap();
        change(&mut client);
        let _ = self.exchange.put_client(&client).await.unwrap();
    }
}

pub(crate) fn signed(header: &Value, claims: &Value) -> String {
    let encode = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let signed = format!("{}.{}", encode(header), encode(claims));
    let signature = KEY.sign(&SystemRandom::new(), signed.as_bytes()).unwrap();
    format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature.as_ref()))
}

pub(crate) fn allow() -> Decision {
    Decision { allow: true, sections: BTreeSet::from([Section::Helps, Section::Harms]), ..Decision::default() }
}

pub(crate) fn query(app: ClientId) -> String {
    format!(
        "response_type=code&client_id={app}&redirect_uri={CALLBACK}&scope=launch/patient+offline_access+patient/*.rs\
         &state=s%26%C3%A4+1&aud={BASE}/fhir&code_challenge={CHALLENGE}&code_challenge_method=S256"
    )
}

pub(crate) fn exchange_of(app: ClientId, code: &str) -> String {
    format!(
        "grant_type=authorization_code&client_id={app}&code={code}&redirect_uri={CALLBACK}&code_verifier={VERIFIER}"
    )
}

pub(crate) fn refresh_of(app: ClientId, tokens: &Value) -> String {
    format!("grant_type=refresh_token&client_id={app}&refresh_token={}", tokens["refresh_token"].as_str().unwrap())
}

pub(crate) fn by_itself(assertion: &str, scope: &str) -> String {
    format!(
        "grant_type=client_credentials&scope={scope}&client_assertion_type={ASSERTION_TYPE}\
         &client_assertion={assertion}"
    )
}

/// The parameters of an answer that came back to the app's address.
pub(crate) fn answer(to: &str) -> Form {
    let (address, parameters) = to.split_once('?').unwrap();
    assert_eq!(address, CALLBACK);
    Form::parse(parameters).unwrap()
}

pub(crate) fn code_of(error: NotIssued) -> &'static str {
    match error {
        NotIssued::Refused(error) => error.code(),
        NotIssued::Unrecorded(error) => panic!("{error}"),
    }
}
