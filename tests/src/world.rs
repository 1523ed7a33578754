//! A whole house in this process: store, use cases and the systems' door, with a clock and randomness that the test
//! turns by hand, so that two houses can be told apart by nothing but what is in them.

#![allow(clippy::unwrap_used, clippy::missing_panics_doc, reason = "a house that does not stand fails the test")]

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

use bytes::Bytes;
use http::Request;
use http_body_util::{BodyExt, Full};
use sayso_auth::secret::of;
use sayso_auth::{Client, Opaque, Place};
use sayso_consent::{Consent, Sealed};
use sayso_egress::{Egress, Policy};
use sayso_exchange::administer::Organization;
use sayso_exchange::{Act, Between, ConsentChange, Exchange, Surroundings};
use sayso_gateway::{Gateway, Limits};
use sayso_plan::{ClientId, LeafId, OrganizationId, Person, PersonId};
use sayso_store::{Change, Code, Grant, GrantId, NewLeaf, NewToken, Store, TokenKind, WrappingKey, Write};
use serde_json::{Value, json};
use time::{Duration, OffsetDateTime};
use tower::ServiceExt;

use crate::generate::Choices;

/// The public address of the house.
pub const BASE: &str = "https://sayso.example";
/// When the clock of a new house begins, in seconds since 1970.
pub const BEGINS: i64 = 1_780_000_000;
/// How long a token that a test puts in counts, in days.
const TOKEN_DAYS: i64 = 3_650;
/// No limits: the tests ask faster than anybody.
pub const NO_LIMITS: Limits = Limits {
    client_each_second: None,
    same_each_minute: None,
    codes_each_minute: None,
    nothing_takes: std::time::Duration::ZERO,
};

type Answering = Pin<Box<dyn Future<Output = Observed> + Send>>;
type Door = Arc<dyn Fn(Request<Full<Bytes>>) -> Answering + Send + Sync>;

/// The house.
#[derive(Clone)]
pub struct World {
    /// The use cases.
    pub exchange: Exchange,
    /// The systems' door.
    pub gateway: Gateway,
    surroundings: Surroundings,
    clock: Arc<AtomicI64>,
    entropy: Arc<AtomicU64>,
    door: Door,
    pages: Door,
}

/// One request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    /// The method.
    pub method: String,
    /// Path and query.
    pub path: String,
    /// Headers, in order.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Bytes,
}

/// All that a caller can see of an answer.
#[derive(Clone, PartialEq, Eq)]
pub struct Observed {
    /// The status.
    pub status: u16,
    /// All headers but `Date`, sorted.
    pub headers: Vec<(String, String)>,
    /// The body, to the byte.
    pub body: Bytes,
}

impl Asked {
    /// A request without body.
    #[must_use]
    pub fn new(method: &str, path: &str) -> Self {
        Self { method: method.into(), path: path.into(), headers: Vec::new(), body: Bytes::new() }
    }

    /// With a header.
    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    /// With a token.
    #[must_use]
    pub fn bearer(self, token: &str) -> Self {
        self.header("authorization", &format!("Bearer {token}"))
    }

    /// With a body of this media type.
    #[must_use]
    pub fn body(mut self, media: &str, body: impl Into<Bytes>) -> Self {
        self.body = body.into();
        self.header("content-type", media)
    }

    fn request(&self) -> Option<Request<Full<Bytes>>> {
        let mut request = Request::builder().method(self.method.as_str()).uri(&self.path);
        for (name, value) in &self.headers {
            request = request.header(name, value);
        }
        request.body(Full::new(self.body.clone())).ok()
    }
}

impl Observed {
    /// A header.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(n, _)| n == name).map(|(_, value)| value.as_str())
    }

    /// The entity tag, without its quotes.
    #[must_use]
    pub fn etag(&self) -> Option<&str> {
        self.header("etag")?.strip_prefix("W/\"")?.strip_suffix('"')
    }

    /// The body as JSON; null when it is none.
    #[must_use]
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or(Value::Null)
    }

    /// Whether it is an answer that shows something: 2xx, and not an empty list.
    #[must_use]
    pub fn shows_something(&self) -> bool {
        let none = b"\"total\":0,";
        let holds = |text: &[u8]| self.body.windows(text.len()).any(|at| at == text);
        let bundle = self.body.starts_with(b"{\"resourceType\":\"Bundle\"") && !holds(b"\"entry\":");
        let empty = self.body.is_empty() || self.body == "[]" || bundle || holds(none);
        (200..300).contains(&self.status) && !empty
    }
}

impl fmt::Debug for Observed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.status)?;
        for (name, value) in &self.headers {
            writeln!(f, "{name}: {value}")?;
        }
        write!(f, "{}", String::from_utf8_lossy(&self.body))
    }
}

impl fmt::Debug for World {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "World(at {})", self.now())
    }
}

impl World {
    /// An empty house whose data is at this place.
    pub async fn open(place: sayso_store::Place) -> Self {
        Self::limited(place, NO_LIMITS).await
    }

    /// An empty house with these limits.
    pub async fn limited(place: sayso_store::Place, limits: Limits) -> Self {
        let clock = Arc::new(AtomicI64::new(BEGINS * 1_000_000));
        let entropy = Arc::new(AtomicU64::new(0));
        let (ticking, random) = (Arc::clone(&clock), Arc::clone(&entropy));
        let surroundings = Surroundings::new(
            Arc::new(move || moment(ticking.load(Ordering::SeqCst))),
            Arc::new(move |bytes: &mut [u8]| fill(&random, bytes)),
        );
        let store = Store::open(place, WrappingKey::from_bytes([7; 32])).await.unwrap();
        let place = Place::at(BASE).unwrap();
        let exchange = Exchange::new(store, surroundings.clone(), Egress::new(Policy::default()), place.clone());
        let place_of_pages = place.clone();
        let gateway = Gateway::new(exchange.clone(), place, limits);
        let pages = sayso_pages::Pages::new(exchange.clone(), place_of_pages);
        let routers = [sayso_gateway::router(gateway.clone()), sayso_pages::router(pages)];
        let [door, pages] = routers.map(|router| -> Door {
            Arc::new(move |request| {
                let router = router.clone();
                Box::pin(async move {
                    let (head, body) = router.oneshot(request).await.unwrap().into_parts();
                    let body = body.collect().await.unwrap().to_bytes();
                    let text = |value: &http::HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
                    let mut headers: Vec<_> = head.headers.iter().map(|(n, v)| (n.to_string(), text(v))).collect();
                    headers.retain(|(name, _)| name != "date");
                    headers.sort();
                    Observed { status: head.status.as_u16(), headers, body }
                })
            })
        });
        Self { exchange, gateway, surroundings, clock, entropy, door, pages }
    }

    /// Asks at the door that the path belongs to: that of persons and those who support them, or that of systems.
    pub async fn call(&self, asked: &Asked) -> Observed {
        let first = asked.path.split(['/', '?']).nth(1);
        let page = first.is_some_and(|first| ["me", "with"].contains(&first));
        match asked.request() {
            Some(request) if page => (self.pages)(request).await,
            Some(request) => (self.door)(request).await,
            // What HTTP cannot carry is the same in every world.
            None => Observed { status: 0, headers: Vec::new(), body: Bytes::new() },
        }
    }

    /// From here on randomness follows from this seed: what is made next has the same ids in every house.
    pub fn reseed(&self, seed: u64) {
        self.entropy.store(seed, Ordering::SeqCst);
    }

    /// The time in the house.
    #[must_use]
    pub fn now(&self) -> OffsetDateTime {
        moment(self.clock.load(Ordering::SeqCst))
    }

    /// Lets time pass.
    pub fn wait(&self, time: Duration) {
        let micros = i64::try_from(time.whole_microseconds()).unwrap_or(0);
        self.clock.fetch_add(micros, Ordering::SeqCst);
    }

    /// Sets the clock to this time after the beginning.
    pub fn set(&self, since_begin: Duration) {
        let micros = i64::try_from(since_begin.whole_microseconds()).unwrap_or(0);
        self.clock.store(BEGINS * 1_000_000 + micros, Ordering::SeqCst);
    }

    /// Acts once between the next decision and its record.
    pub fn once_between(&self, act: Between) {
        self.surroundings.once_between(act);
    }

    /// Puts a consent on record as it is, past all that pages and doors would ask; says whether the store took it.
    pub async fn put_consent(&self, consent: Consent) -> bool {
        self.put_consents(vec![consent]).await
    }

    /// The same of several consents of one person, in one write.
    pub async fn put_consents(&self, consents: Vec<Consent>) -> bool {
        let Some(first) = consents.first() else { return true };
        let (store, person, at) = (self.exchange.store(), first.person, self.now());
        let fence = store.snapshot(person).await.unwrap().unwrap().fence();
        let act = Act::ConsentChanged {
            consent: first.id,
            change: ConsentChange::Given,
            recipient: None,
            purpose: None,
            sections: Vec::new(),
            client: None,
            decided: None,
            supporter: None,
            by: None,
        };
        let leaf = NewLeaf { id: LeafId::from_random(self.exchange.fresh()), at, organization: None, act };
        let changes = consents.into_iter().map(|consent| Change::Consent(Box::new(consent))).collect();
        store.write(Write { fence, leaf, changes, events: Vec::new(), once: None }).await.is_ok()
    }

    /// Puts on record what is known of a person, numbers and all, as nothing else can do yet once they are here.
    pub async fn put_person(&self, person: Person) {
        let (store, id, at) = (self.exchange.store(), person.id, self.now());
        let fence = store.snapshot(id).await.unwrap().unwrap().fence();
        let act = Act::PersonWritten { client: None, change: Code::new("numbers") };
        let leaf = NewLeaf { id: LeafId::from_random(self.exchange.fresh()), at, organization: None, act };
        let changes = vec![Change::Person(Box::new(Sealed::<Person>::new(person)))];
        let _ = store.write(Write { fence, leaf, changes, events: Vec::new(), once: None }).await.unwrap();
    }

    /// Registers an organization.
    pub async fn organization(&self, id: OrganizationId, name: &str) {
        let _ = self.exchange.put_organization(Organization { id, name: name.into() }).await.unwrap();
    }

    /// Registers a record system or crisis service.
    pub async fn system(&self, id: ClientId, organization: OrganizationId, kind: &str, purposes: &[&str]) {
        let client = json!({
            "id": id, "name": format!("A {kind}"), "organization": organization, "kind": kind,
            "auth": {"method": "private_key_jwt", "jwks": {"url": "https://keys.invalid/jwks"}},
            "scopes": "system/*.rs system/Task.crs system/Consent.crs", "purposes": purposes, "default_purpose": purposes.first(), "state": "active",
        });
        self.put(client).await;
    }

    /// Registers an app that acts for persons.
    pub async fn app(&self, id: ClientId) {
        let client = json!({
            "id": id, "name": "An app", "organization": null, "kind": "patient-app", "auth": {"method": "none"},
            "redirect_uris": ["https://app.example/cb"], "scopes": "launch/patient offline_access patient/*.cruds patient/Consent.crus",
            "purposes": ["PATRQT"], "default_purpose": "PATRQT", "state": "active",
        });
        self.put(client).await;
    }

    async fn put(&self, client: Value) {
        let client = serde_json::from_value::<Client>(client).unwrap().checked().unwrap();
        let _ = self.exchange.put_client(&client).await.unwrap();
    }

    /// A token of a client with these scopes, as the token endpoint would have given it; its text follows from `seed`.
    pub async fn token(&self, client: ClientId, person: Option<PersonId>, scopes: &str, seed: u64) -> String {
        self.token_for(client, person, scopes, seed, Duration::days(TOKEN_DAYS)).await
    }

    /// The same, for a while only.
    pub async fn token_for(
        &self,
        client: ClientId,
        person: Option<PersonId>,
        scopes: &str,
        seed: u64,
        lasts: Duration,
    ) -> String {
        let mut bytes = [0; 32];
        fill(&AtomicU64::new(seed), &mut bytes);
        let secret = Opaque::<of::Access>::from_random(bytes);
        let (at, document) = (self.now(), json!({"scopes": scopes}));
        let id = GrantId::from_random(self.exchange.fresh());
        let grant = Grant { id, client, person, at, document: document.clone() };
        let token = NewToken {
            secret: secret.expose().to_owned().into(),
            kind: TokenKind::Access,
            document,
            issued_at: at,
            expires_at: at + lasts,
        };
        let act = Act::TokenIssued { client, grant: id };
        let leaf = NewLeaf { id: LeafId::from_random(self.exchange.fresh()), at, organization: None, act };
        let _ = self.exchange.store().issue(grant, vec![token], leaf).await.unwrap();
        secret.expose().to_owned()
    }
}

fn moment(micros: i64) -> OffsetDateTime {
    OffsetDateTime::UNIX_EPOCH + Duration::microseconds(micros)
}

fn fill(state: &AtomicU64, bytes: &mut [u8]) {
    let mut choices = Choices::new(state.load(Ordering::SeqCst));
    for chunk in bytes.chunks_mut(8) {
        chunk.copy_from_slice(choices.next().to_be_bytes().get(..chunk.len()).unwrap());
    }
    state.store(choices.state(), Ordering::SeqCst);
}
