//! The world that is measured: sixteen persons with whole plans, a record system, a crisis service, an app.
//!
//! Everything is open to those who ask, so that a twin that permits everything answers with the same bytes, and what is
//! compared is the decision and not the length.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P384_SHA384_FIXED_SIGNING, EcdsaKeyPair, KeyPair};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sayso_auth::form::Form;
use sayso_auth::token::ASSERTION_TYPE;
use sayso_auth::{Client, Place};
use sayso_consent::Themselves;
use sayso_egress::{Egress, Policy};
use sayso_exchange::administer::Organization;
use sayso_exchange::sharing::{Choice, Party};
use sayso_exchange::{Decision, Exchange, Surroundings};
use sayso_plan::{
    ClientId, Identifier, IdentifierState, Lang, OrganizationId, Person, PersonId, PlanId, PlanKind, Purpose, Section,
};
use sayso_store::{Store, WrappingKey};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use time::OffsetDateTime;

/// How many persons.
pub(crate) const PERSONS: usize = 16;
/// Under what address the server believes it is; nothing is fetched from there.
const BASE: &str = "http://127.0.0.1:8080";
const CALLBACK: &str = "http://127.0.0.1:3000/cb";
const SYSTEM: &str = "https://fhir.nhs.uk/Id/nhs-number";
/// The pair of RFC 7636 appendix B.
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const PLANS: [&str; 2] = [
    include_str!("../../../fixtures/persons/ama/joint-crisis.plan.json"),
    include_str!("../../../fixtures/persons/ama/advance-directive.plan.json"),
];
/// What is close unless the person says otherwise.
const CLOSE: [&str; 5] = ["past-to-know", "safer-space", "reasons-to-live", "not-involve", "self-binding"];

/// The house that is measured.
pub(crate) struct World {
    pub(crate) exchange: Exchange,
    pub(crate) place: Place,
    persons: Vec<PersonId>,
    identifiers: Vec<String>,
    plans: Vec<PlanId>,
    directives: Vec<PlanId>,
    key: EcdsaKeyPair,
    jti: AtomicU64,
    _folder: tempfile::TempDir,
}

/// What the load needs to know; tokens are fresh.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Known {
    /// The joint crisis plan of each person.
    pub(crate) plans: Vec<String>,
    /// The advance directive of each person.
    pub(crate) directives: Vec<String>,
    /// The identifier of each person, as a search value.
    pub(crate) identifiers: Vec<String>,
    pub(crate) ehr: String,
    pub(crate) crisis: String,
    /// The token of each person's app.
    pub(crate) apps: Vec<String>,
}

fn id<T: std::str::FromStr>(n: u8) -> T {
    format!("00000000-0000-4000-8000-0000000000{n:02x}").parse().ok().unwrap()
}

fn now() -> OffsetDateTime {
    OffsetDateTime::now_utc()
}

impl World {
    pub(crate) async fn new() -> Self {
        let folder = tempfile::Builder::new().prefix("sayso-bench-").tempdir().unwrap();
        let place = sayso_store::Place::Folder(folder.path().join("data"));
        let store = Store::open(place, WrappingKey::from_bytes([7; 32])).await.unwrap();
        let entropy = |bytes: &mut [u8]| aws_lc_rs::rand::fill(bytes).unwrap();
        let surroundings = Surroundings::new(Arc::new(now), Arc::new(entropy));
        let place = Place::at(BASE).unwrap();
        let exchange = Exchange::new(store, surroundings, Egress::new(Policy::default()), place.clone());
        let key = EcdsaKeyPair::generate(&ECDSA_P384_SHA384_FIXED_SIGNING).unwrap();
        let (persons, identifiers, jti) = (Vec::new(), Vec::new(), AtomicU64::new(0));
        let (plans, directives) = (Vec::new(), Vec::new());
        let mut world = Self { exchange, place, persons, identifiers, plans, directives, key, jti, _folder: folder };
        world.register().await;
        for n in 0..PERSONS {
            world.add(n).await;
        }
        world
    }

    async fn register(&self) {
        for (n, name) in [(1, "Riverside Hospital"), (2, "Lantern Crisis Line")] {
            let _ = self.exchange.put_organization(Organization { id: id(n), name: name.into() }).await.unwrap();
        }
        let point = self.key.public_key().as_ref();
        let (x, y) = (URL_SAFE_NO_PAD.encode(&point[1..49]), URL_SAFE_NO_PAD.encode(&point[49..]));
        let keys =
            json!({"inline": {"keys": [{"kty": "EC", "crv": "P-384", "alg": "ES384", "kid": "1", "x": x, "y": y}]}});
        let backend = |n: u8, organization: u8, kind: &str, purpose: &str| {
            json!({
                "id": id::<ClientId>(n), "name": kind, "organization": id::<OrganizationId>(organization), "kind": kind,
                "auth": {"method": "private_key_jwt", "jwks": keys}, "scopes": "system/*.rs",
                "purposes": [purpose], "default_purpose": purpose, "state": "active",
            })
        };
        let app = json!({
            "id": id::<ClientId>(0xa), "name": "app", "organization": null, "kind": "patient-app",
            "auth": {"method": "none"}, "redirect_uris": [CALLBACK], "scopes": "launch/patient patient/*.cruds",
            "purposes": ["PATRQT"], "default_purpose": "PATRQT", "state": "active",
        });
        for client in [backend(0xe, 1, "ehr", "TREAT"), backend(0xc, 2, "crisis-service", "ETREAT"), app] {
            let client = serde_json::from_value::<Client>(client).unwrap().checked().unwrap();
            let _ = self.exchange.put_client(&client).await.unwrap();
        }
    }

    async fn add(&mut self, n: usize) {
        let person = PersonId::from_random(self.exchange.fresh());
        let value = format!("999{n:07}");
        let state = IdentifierState::Verified { by: "bench".into(), at: now() };
        let new = Person {
            id: person,
            name: "Ama Testwell".into(),
            language: Lang::try_from("en-GB").unwrap(),
            zone_minutes: 0,
            birth_date: None,
            identifiers: vec![Identifier { system: SYSTEM.into(), value: value.clone(), state }],
        };
        let _ = self.exchange.create_person(new).await.unwrap();
        let themselves = Themselves::signed_in(person);
        for (at, plan) in PLANS.iter().enumerate() {
            let content = sayso_fhir::native::read(&without_close(plan)).unwrap();
            let written = self.exchange.write_own_plan(themselves, None, content).await.unwrap();
            let of_kind = if at == 0 { &mut self.plans } else { &mut self.directives };
            of_kind.push(written.sheet.plan());
        }
        self.persons.push(person);
        self.identifiers.push(format!("{SYSTEM}%7C{value}"));
        self.open(n).await;
        let directive = Choice { kinds: BTreeSet::from([PlanKind::AdvanceDirective]), ..Choice::default() };
        let shared = self.exchange.share(themselves, Party::CrisisServices, Purpose::Etreat, &directive, None).await;
        let _ = shared.unwrap();
    }

    /// The person opens every section that has something in it to Riverside, one by one, as on the page.
    pub(crate) async fn open(&self, n: usize) {
        let choice = Choice { sections: used(), ..Choice::default() };
        let party = Party::Organization(id(1));
        loop {
            let shared = self.exchange.share(self.themselves(n), party, Purpose::Treat, &choice, None).await;
            match shared {
                Ok(_receipt) => return,
                Err(sayso_exchange::Refusal::Moved) => {}
                Err(why) => panic!("{why}"),
            }
        }
    }

    /// The person takes it all back.
    pub(crate) async fn close(&self, n: usize) {
        let _ = self.exchange.stop_sharing(self.themselves(n), Party::Organization(id(1))).await.unwrap();
    }

    fn themselves(&self, n: usize) -> Themselves {
        Themselves::signed_in(self.persons[n])
    }

    pub(crate) async fn known(&self) -> Known {
        let mut apps = Vec::new();
        for n in 0..PERSONS {
            apps.push(self.app_token(n).await);
        }
        Known {
            plans: self.plans.iter().map(ToString::to_string).collect(),
            directives: self.directives.iter().map(ToString::to_string).collect(),
            identifiers: self.identifiers.clone(),
            ehr: self.backend_token(0xe).await,
            crisis: self.backend_token(0xc).await,
            apps,
        }
    }

    async fn backend_token(&self, client: u8) -> String {
        let client: ClientId = id(client);
        let jti = self.jti.fetch_add(1, Ordering::SeqCst).to_string();
        let claims = json!({"iss": client, "sub": client, "aud": self.place.token(), "jti": jti,
                            "iat": now().unix_timestamp(), "exp": now().unix_timestamp() + 200});
        let encode = |value: Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let signed = format!("{}.{}", encode(json!({"alg": "ES384", "kid": "1", "typ": "JWT"})), encode(claims));
        let signature = self.key.sign(&SystemRandom::new(), signed.as_bytes()).unwrap();
        let assertion = format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature.as_ref()));
        self.token(&format!(
            "grant_type=client_credentials&scope=system/*.rs&client_assertion_type={ASSERTION_TYPE}\
             &client_assertion={assertion}"
        ))
        .await
    }

    /// The person signs in and allows the app everything.
    async fn app_token(&self, n: usize) -> String {
        let app: ClientId = id(0xa);
        let once = self.exchange.invite(self.persons[n]).await.unwrap();
        let session = self.exchange.sign_in_by_link(once.expose()).await.unwrap();
        let challenge = URL_SAFE_NO_PAD.encode(digest(&SHA256, VERIFIER.as_bytes()).as_ref());
        let query = format!(
            "response_type=code&client_id={app}&redirect_uri={CALLBACK}&scope=launch/patient+patient/*.cruds\
             &state=bench-state&aud={}&code_challenge={challenge}&code_challenge_method=S256",
            self.place.fhir()
        );
        let view = self.exchange.begin_authorization(&query, None).await.unwrap();
        let sections = Section::all().collect();
        let decision = Decision { allow: true, sections, documents: true, ..Decision::default() };
        let form = view.form_token(&session);
        let to = self.exchange.complete_authorization(&session, &view.form_state, &form, &decision).await.unwrap();
        let answer = Form::parse(to.split_once('?').unwrap().1).unwrap();
        let code = answer.get("code").unwrap();
        self.token(&format!(
            "grant_type=authorization_code&client_id={app}&code={code}&redirect_uri={CALLBACK}&code_verifier={VERIFIER}"
        ))
        .await
    }

    async fn token(&self, form: &str) -> String {
        self.exchange.issue_token(form, false).await.unwrap().access_token().to_owned()
    }
}

/// The sections in which the plans have something.
fn used() -> BTreeSet<Section> {
    let plans = PLANS.iter().map(|plan| serde_json::from_slice::<Value>(&without_close(plan)).unwrap());
    let items = plans.flat_map(|plan| plan["items"].as_array().unwrap().clone());
    items.map(|item| item["section"].as_str().unwrap().parse().unwrap()).collect()
}

fn without_close(plan: &str) -> Vec<u8> {
    let mut plan: Value = serde_json::from_str(plan).unwrap();
    let is_close = |item: &Value| CLOSE.iter().any(|code| item["section"] == *code) || item["share"] == "close";
    plan["items"].as_array_mut().unwrap().retain(|item| !is_close(item));
    plan.to_string().into_bytes()
}
