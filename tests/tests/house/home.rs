//! Ama's home, with her neighbour Bea: two persons, two hospitals, an app each, and what opens which.

use std::io::Write as _;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P384_SHA384_FIXED_SIGNING, EcdsaKeyPair, KeyPair};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sayso_auth::Client;
use sayso_consent::Themselves;
use sayso_exchange::sharing::{Choice, Party};
use sayso_gateway::Limits;
use sayso_plan::{
    ClientId, Identifier, IdentifierState, Lang, OrganizationId, Person, PersonId, PlanId, Purpose, Section,
};
use sayso_tests::world::{Asked, BASE, NO_LIMITS, Observed, World};
use serde_json::{Value, json};

pub(crate) const JOINT_PLAN: &str = include_str!("../../../fixtures/persons/ama/joint-crisis.plan.json");
pub(crate) const DIRECTIVE: &str = include_str!("../../../fixtures/persons/ama/advance-directive.plan.json");
pub(crate) const NUMBERS: &str = "urn:oid:2.16.840.1.113883.2.1.4.1";
/// Some words of Ama's that stand in no other plan.
pub(crate) const HER_WORDS: &str = "sing second alto";

/// The home, and what is needed to knock at its door.
pub(crate) struct Home {
    pub(crate) world: World,
    pub(crate) ama: PersonId,
    pub(crate) bea: PersonId,
    /// Her joint crisis plan.
    pub(crate) plan: PlanId,
    /// Her directive.
    pub(crate) directive: PlanId,
    key: EcdsaKeyPair,
    tokens: AtomicU64,
}

pub(crate) fn id<T: std::str::FromStr>(n: u8) -> T
where
    T::Err: std::fmt::Debug,
{
    format!("00000000-0000-4000-8000-0000000000{n:02x}").parse().unwrap()
}

pub(crate) fn riverside() -> OrganizationId {
    id(0x01)
}

pub(crate) fn ehr() -> ClientId {
    id(0x0e)
}

pub(crate) fn other_ehr() -> ClientId {
    id(0x0f)
}

pub(crate) fn app() -> ClientId {
    id(0x0a)
}

pub(crate) fn number(person: PersonId) -> String {
    person.to_string().chars().rev().take(9).collect()
}

/// Writes what was answered in FHIR into the folder that `SAYSO_LEAVING` names, for the oracle (`tests/oracle`).
fn keep(asked: &Asked, answer: &Observed) {
    static WRITING: Mutex<()> = Mutex::new(());
    let is_fhir = answer.header("content-type").is_some_and(|kind| kind.starts_with("application/fhir+json"));
    let Some(folder) = std::env::var_os("SAYSO_LEAVING").filter(|_| is_fhir && !answer.body.is_empty()) else { return };
    let _alone = WRITING.lock().unwrap_or_else(PoisonError::into_inner);
    let path = std::path::Path::new(&folder).join("answered.jsonl");
    let mut file = std::fs::OpenOptions::new().create(true).append(true).open(path).unwrap();
    let of = format!("{} {}", asked.method, asked.path);
    writeln!(file, "{}", json!({ "of": of, "resource": answer.json() })).unwrap();
}

impl Home {
    /// Ama shares everything that is not close with Riverside and everything with her app; Bea shares only with her own.
    pub(crate) async fn open() -> Self {
        Self::within(NO_LIMITS).await
    }

    /// The same with limits.
    pub(crate) async fn within(limits: Limits) -> Self {
        let world = World::limited(sayso_store::Place::Memory, limits).await;
        world.reseed(1);
        world.organization(riverside(), "Riverside Hospital").await;
        world.organization(id(0x02), "Harbour Clinic").await;
        let key = EcdsaKeyPair::generate(&ECDSA_P384_SHA384_FIXED_SIGNING).unwrap();
        let _ = world.exchange.put_client(&record_system(&key)).await.unwrap();
        world.system(other_ehr(), id(0x02), "ehr", &["TREAT"]).await;
        world.app(app()).await;
        let (ama, bea) = (id(0x10), id(0x11));
        let plan = somebody(&world, ama, "Ama", &with_a_goal()).await;
        let directive = world
            .exchange
            .write_own_plan(Themselves::signed_in(ama), None, serde_json::from_str(DIRECTIVE).unwrap())
            .await
            .unwrap()
            .sheet
            .plan();
        let _ = somebody(&world, bea, "Bea", DIRECTIVE).await;
        let all = Choice { sections: Section::all().collect(), documents: true, ..Choice::default() };
        for (person, party, purpose) in [
            (ama, Party::Organization(riverside()), Purpose::Treat),
            (ama, Party::App(app()), Purpose::Patrqt),
            (bea, Party::App(app()), Purpose::Patrqt),
        ] {
            let _ = world.exchange.share(Themselves::signed_in(person), party, purpose, &all, None).await.unwrap();
        }
        let home = Self { world, ama, bea, plan, directive, key, tokens: AtomicU64::new(1_000) };
        let token = home.ehr("system/Task.c").await;
        let asked = Asked::new("POST", "/fhir/Task").body("application/fhir+json", home.proposal().to_string());
        assert_eq!(home.ask(asked, Some(&token)).await.status, 201);
        home
    }

    /// A token of Riverside's record system.
    pub(crate) async fn ehr(&self, scopes: &str) -> String {
        self.world.token(ehr(), None, scopes, self.tokens.fetch_add(1, Ordering::SeqCst)).await
    }

    /// A token of the app that acts for somebody.
    pub(crate) async fn app_of(&self, person: PersonId, scopes: &str) -> String {
        self.world.token(app(), Some(person), scopes, self.tokens.fetch_add(1, Ordering::SeqCst)).await
    }

    /// A token of the record system to which nothing is open.
    pub(crate) async fn other_ehr(&self, scopes: &str) -> String {
        self.world.token(other_ehr(), None, scopes, self.tokens.fetch_add(1, Ordering::SeqCst)).await
    }

    /// A token that lasts a while only.
    pub(crate) async fn token_for(
        &self,
        client: ClientId,
        person: Option<PersonId>,
        scopes: &str,
        lasts: time::Duration,
    ) -> String {
        self.world.token_for(client, person, scopes, self.tokens.fetch_add(1, Ordering::SeqCst), lasts).await
    }

    /// Asks, with or without a token.
    pub(crate) async fn ask(&self, asked: Asked, token: Option<&str>) -> Observed {
        let asked = match token {
            Some(token) => asked.bearer(token),
            None => asked,
        };
        let answer = self.world.call(&asked).await;
        keep(&asked, &answer);
        answer
    }

    /// The form parameters by which Riverside's record system proves itself, once.
    pub(crate) fn proof(&self, jti: &str) -> String {
        let exp = self.world.now().unix_timestamp() + 240;
        let claims = json!({"iss": ehr(), "sub": ehr(), "aud": format!("{BASE}/oauth/token"), "exp": exp, "jti": jti});
        let encode = |value: Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let signed = format!("{}.{}", encode(json!({"alg": "ES384", "kid": "1", "typ": "JWT"})), encode(claims));
        let signature = self.key.sign(&SystemRandom::new(), signed.as_bytes()).unwrap();
        let kind = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
        let signature = URL_SAFE_NO_PAD.encode(signature.as_ref());
        format!("client_assertion_type={kind}&client_assertion={signed}.{signature}")
    }

    /// All that is kept of Ama's and Bea's plans and decisions, for seeing that nothing was stored.
    pub(crate) async fn kept(&self) -> Vec<String> {
        let mut kept = Vec::new();
        for person in [self.ama, self.bea] {
            let themselves = Themselves::signed_in(person);
            let plans = self.world.exchange.own_plans(themselves).await.unwrap();
            kept.extend(plans.iter().map(|plan| format!("{:?}", plan)));
            kept.push(format!("{:?}", self.world.exchange.standing(themselves).await.unwrap()));
            kept.push(format!("{}", self.world.exchange.waiting(themselves).await.unwrap().len()));
            kept.push(format!("{}", self.world.exchange.own_proposals(themselves).await.unwrap().len()));
            kept.push(format!("{}", self.world.exchange.waiting_consents(themselves).await.unwrap().1.len()));
            kept.push(format!("{}", self.world.exchange.kept_back(themselves).await.unwrap().len()));
        }
        kept
    }

    /// Her plan as her app reads it, and its version.
    pub(crate) async fn native(&self) -> (Value, String) {
        let token = self.app_of(self.ama, "patient/*.cruds").await;
        let read = self.ask(Asked::new("GET", &format!("/plans/{}", self.plan)), Some(&token)).await;
        (read.json(), read.etag().unwrap().to_owned())
    }

    /// Her plan as a transaction that changes nothing.
    pub(crate) async fn transaction(&self) -> Value {
        let token = self.app_of(self.ama, "patient/*.cruds").await;
        let read = self.ask(Asked::new("GET", &format!("/fhir/Bundle/{}", self.plan)), Some(&token)).await;
        let pushed = ["CarePlan", "Observation", "Goal", "RelatedPerson", "CareTeam", "Consent"];
        let entries: Vec<Value> = read.json()["entry"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|entry| pushed.contains(&entry["resource"]["resourceType"].as_str().unwrap()))
            .map(|entry| {
                let url = entry["fullUrl"].as_str().unwrap().strip_prefix(&format!("{BASE}/fhir/")).unwrap();
                let mut request = json!({"method": "PUT", "url": url});
                if url.starts_with("CarePlan/") {
                    request["ifMatch"] = format!("W/\"{}\"", read.etag().unwrap()).into();
                }
                json!({"fullUrl": entry["fullUrl"], "resource": entry["resource"], "request": request})
            })
            .collect();
        json!({"resourceType": "Bundle", "type": "transaction", "entry": entries})
    }

    /// A document of Ama's that is kept whole.
    pub(crate) fn document(&self) -> Value {
        json!({
            "resourceType": "DocumentReference", "status": "current",
            "subject": {"reference": format!("Patient/{}", self.ama)},
            "type": {"coding": [{"system": "http://loinc.org", "code": "75320-2"}]},
            "content": [{"attachment": {"contentType": "text/plain", "data": "UGxlYXNlIGxpc3Rlbi4=", "title": "Note"}}],
        })
    }

    /// What Riverside, or Ama's app, says of who may see what of Ama's: Riverside less of one section.
    pub(crate) fn refusal(&self) -> Value {
        let ours = |kind: &str, list: &str| format!("https://sayso.example/fhir/{kind}/{list}");
        let hl7 = |list: &str, code: &str| json!({"system": format!("http://terminology.hl7.org/CodeSystem/{list}"), "code": code});
        let identifier = json!({"system": ours("NamingSystem", "organization"), "value": riverside()});
        json!({
            "resourceType": "Consent", "status": "active",
            "scope": {"coding": [hl7("consentscope", "patient-privacy")]},
            "category": [{"coding": [{"system": "http://loinc.org", "code": "59284-0"}]}],
            "patient": {"reference": format!("Patient/{}", self.ama)},
            "policyRule": {"coding": [hl7("v3-ActCode", "OPTOUTE")]},
            "provision": {
                "type": "deny",
                "actor": [{
                    "role": {"coding": [hl7("v3-ParticipationType", "IRCP")]},
                    "reference": {"type": "Organization", "identifier": identifier, "display": "All right, Riverside"},
                }],
                "purpose": [hl7("v3-ActReason", "TREAT")],
                "securityLabel": [{"system": ours("CodeSystem", "plan-section"), "code": "helps"}],
            },
        })
    }

    /// The same as a permit, which always has an end.
    pub(crate) fn permit(&self) -> Value {
        let mut permit = self.refusal();
        permit["policyRule"]["coding"][0]["code"] = "OPTINR".into();
        let mut inside = permit["provision"].take();
        inside["type"] = "permit".into();
        inside["period"] = json!({"start": "2026-01-01T00:00:00Z", "end": "2027-01-01T00:00:00Z"});
        permit["provision"] = json!({"type": "deny", "provision": [inside]});
        permit
    }

    /// The same with another label.
    pub(crate) fn permit_with(&self, system: &str, code: &str) -> Value {
        let mut permit = self.permit();
        permit["provision"]["provision"][0]["securityLabel"][0] = json!({"system": system, "code": code});
        permit
    }

    /// What comes of a consent that Ama's app sends.
    pub(crate) async fn sent(&self, consent: &Value) -> Observed {
        let token = self.app_of(self.ama, "patient/Consent.cu").await;
        self.ask(Asked::new("POST", "/fhir/Consent").body("application/fhir+json", consent.to_string()), Some(&token))
            .await
    }

    /// What Riverside proposes to Ama's plan.
    pub(crate) fn proposal(&self) -> Value {
        let ours = |list: &str, code: &str| json!({"coding": [{"system": format!("https://sayso.example/fhir/CodeSystem/{list}"), "code": code}]});
        let part = |name: &str, code: &str| json!({"type": ours("proposal-part", name), "valueCode": code});
        json!({
            "resourceType": "Task", "status": "requested", "intent": "proposal", "code": ours("proposal", "words"),
            "language": "en-GB", "description": "We can keep a side room free on Fridays.",
            "focus": {"reference": format!("CarePlan/{}", self.plan)},
            "for": {"reference": format!("Patient/{}", self.ama)},
            "requester": {"display": "Dr Okafor"},
            "input": [part("role", "clinician"), part("section", "helps")],
        })
    }

    /// The same in native form.
    pub(crate) fn suggestion(&self) -> Value {
        json!({
            "by": {"name": "Dr Okafor", "role": "clinician"}, "proposes": "words", "section": "helps",
            "words": {"text": "We can keep a side room free on Fridays.", "lang": "en-GB"},
        })
    }

    /// Ama's answers to the questionnaire of a safety plan.
    pub(crate) fn answers(&self) -> Value {
        let code = |list: &str, code: &str| json!([{"valueCoding": {"system": format!("https://sayso.example/fhir/CodeSystem/{list}"), "code": code}}]);
        let contact =
            |link: &str, answer: Value| json!({"linkId": format!("ask-for-help.contact.{link}"), "answer": answer});
        json!({
            "resourceType": "QuestionnaireResponse", "status": "completed", "language": "en-GB",
            "questionnaire": "https://sayso.example/fhir/Questionnaire/safety-plan",
            "subject": {"reference": format!("Patient/{}", self.ama)},
            "item": [
                {"linkId": "helps", "item": [
                    {"linkId": "helps.words", "answer": [{"valueString": "They are quiet with me."}]},
                ]},
                {"linkId": "ask-for-help", "item": [{"linkId": "ask-for-help.contact", "item": [
                    contact("name", json!([{"valueString": "Joyce"}])),
                    contact("role", code("party-role", "supporter")),
                    contact("contact", code("contactable", "yes")),
                ]}]},
            ],
        })
    }

    /// A plan of Ama's as one CarePlan, with nothing that stands elsewhere.
    pub(crate) fn care_plan(&self) -> Value {
        json!({
            "resourceType": "CarePlan", "status": "draft", "intent": "plan", "language": "en-GB",
            "subject": {"reference": format!("Patient/{}", self.ama)}, "title": "All right, a start",
            "category": [{"coding": [
                {"system": "https://sayso.example/fhir/CodeSystem/plan-kind", "code": "safety-plan"},
            ]}],
        })
    }

    /// Her plan as a transaction that makes a new one.
    pub(crate) async fn new_plan(&self) -> Value {
        let mut bundle = self.transaction().await;
        for entry in bundle["entry"].as_array_mut().unwrap() {
            let kind = entry["resource"]["resourceType"].clone();
            entry["request"] = json!({"method": "POST", "url": kind});
        }
        bundle
    }

    /// Her plan as her app reads it, a CarePlan by itself, and its version.
    pub(crate) async fn own_care_plan(&self) -> (Value, String) {
        let token = self.app_of(self.ama, "patient/*.cruds").await;
        let read = self.ask(Asked::new("GET", &format!("/fhir/CarePlan/{}", self.plan)), Some(&token)).await;
        (read.json(), read.etag().unwrap().to_owned())
    }

    /// Her plan as a FHIR document.
    pub(crate) async fn plan_as_document(&self) -> Value {
        let token = self.app_of(self.ama, "patient/*.cruds").await;
        let read = self.ask(Asked::new("GET", &format!("/fhir/Bundle/{}", self.plan)), Some(&token)).await;
        read.json()
    }

    /// Parameters that ask what Riverside would get for treatment.
    pub(crate) fn recipient(&self) -> Value {
        json!({"resourceType": "Parameters", "parameter": [
            {"name": "organization", "valueId": riverside()},
            {"name": "purpose", "valueCode": "TREAT"},
        ]})
    }

    /// Parameters of an operation about Ama.
    pub(crate) fn parameters(&self) -> Value {
        json!({"resourceType": "Parameters", "parameter": [
            {"name": "identifier", "valueIdentifier": {"system": NUMBERS, "value": number(self.ama)}},
        ]})
    }
}

async fn somebody(world: &World, person: PersonId, name: &str, plan: &str) -> PlanId {
    let state = IdentifierState::Verified { by: "Riverside".into(), at: world.now() };
    let one = Person {
        id: person,
        name: name.into(),
        language: Lang::try_from("en-GB").unwrap(),
        zone_minutes: 0,
        birth_date: None,
        identifiers: vec![Identifier { system: NUMBERS.into(), value: number(person), state }],
    };
    let _ = world.exchange.create_person(one).await.unwrap();
    let content = serde_json::from_str(plan).unwrap();
    world.exchange.write_own_plan(Themselves::signed_in(person), None, content).await.unwrap().sheet.plan()
}

/// Her plan and a goal, so that every type of resource has something to show.
fn with_a_goal() -> String {
    let mut plan: Value = serde_json::from_str(JOINT_PLAN).unwrap();
    plan["absences"] = json!({});
    plan["items"].as_array_mut().unwrap().push(json!({
        "section": "goals", "type": "goal", "voice": {"party": "self", "role": "person"},
        "words": {"text": "Conduct the choir once.", "lang": "en-GB"}, "steps": [{"words": "Ask Joyce."}],
    }));
    plan.to_string()
}

fn record_system(key: &EcdsaKeyPair) -> Client {
    let point = key.public_key().as_ref();
    let (x, y) = (URL_SAFE_NO_PAD.encode(&point[1..49]), URL_SAFE_NO_PAD.encode(&point[49..]));
    let jwk = json!({"kty": "EC", "crv": "P-384", "alg": "ES384", "kid": "1", "x": x, "y": y});
    let client = json!({
        "id": ehr(), "name": "Riverside Record", "organization": riverside(), "kind": "ehr",
        "auth": {"method": "private_key_jwt", "jwks": {"inline": {"keys": [jwk]}}},
        "scopes": "system/*.rs system/Task.crs system/Consent.crs", "purposes": ["TREAT"], "default_purpose": "TREAT", "state": "active",
    });
    serde_json::from_value::<Client>(client).unwrap().checked().unwrap()
}
