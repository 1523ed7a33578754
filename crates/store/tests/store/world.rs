//! A small world: persons, plans, consents, ids that count up, a clock that is a number.

use std::sync::atomic::{AtomicU64, Ordering};

use sayso_consent::sealed::Sealed;
use sayso_consent::tri::Known;
use sayso_consent::{Consent, Origin, Status};
use sayso_plan::people::IdentifierState;
use sayso_plan::{
    ClientId, Content, Head, Identifier, Lang, LeafId, OrganizationId, Person, PersonId, Plan, PlanKind, Purpose,
    State, WholeDocument, Words,
};
use sayso_store::{Act, Change, Code, Fence, NewLeaf, Place, ReadLeaf, Receipt, Store, WrappingKey, Write};
use tempfile::TempDir;
use time::OffsetDateTime;

/// A word that must never be found on a disk.
pub(crate) const CANARY: &str = "Kanarienvogel";
pub(crate) const KEY: [u8; 32] = [42; 32];
pub(crate) const HOSPITAL: OrganizationId = OrganizationId::from_stored([0xaa; 16]);
pub(crate) const EHR: ClientId = ClientId::from_stored([0xbb; 16]);

static NEXT: AtomicU64 = AtomicU64::new(1);

pub(crate) fn fresh() -> [u8; 16] {
    let mut bytes = [0x11; 16];
    bytes[8..].copy_from_slice(&NEXT.fetch_add(1, Ordering::Relaxed).to_be_bytes());
    bytes
}

pub(crate) fn at(second: i64) -> OffsetDateTime {
    OffsetDateTime::from_unix_timestamp(1_700_000_000 + second).unwrap()
}

pub(crate) async fn in_memory() -> Store {
    Store::open(Place::Memory, WrappingKey::from_bytes(KEY)).await.unwrap()
}

pub(crate) async fn in_folder(folder: &TempDir) -> Store {
    open(folder, KEY).await.unwrap()
}

pub(crate) async fn open(folder: &TempDir, key: [u8; 32]) -> Result<Store, sayso_store::StoreError> {
    Store::open(Place::Folder(folder.path().to_owned()), WrappingKey::from_bytes(key)).await
}

/// A connection of somebody who has the file.
pub(crate) async fn raw(folder: &TempDir) -> sqlx::SqliteConnection {
    use sqlx::ConnectOptions;
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(folder.path().join("sayso.sqlite"));
    options.connect().await.unwrap()
}

pub(crate) async fn tamper(folder: &TempDir, sql: &'static str) {
    let done = sqlx::raw_sql(sql).execute(&mut raw(folder).await).await.unwrap();
    assert!(done.rows_affected() > 0, "nothing was tampered with");
}

pub(crate) fn words(text: &str) -> Words {
    Words::new(text.to_owned(), Lang::try_from("en").unwrap()).unwrap()
}

pub(crate) fn verified(value: &str) -> Identifier {
    let state = IdentifierState::Verified { by: "Riverside".to_owned(), at: at(0) };
    Identifier { system: "urn:number".to_owned(), value: value.to_owned(), state }
}

pub(crate) fn claimed(value: &str) -> Identifier {
    Identifier { state: IdentifierState::Claimed, ..verified(value) }
}

pub(crate) fn person(identifiers: Vec<Identifier>) -> Person {
    Person {
        id: PersonId::from_stored(fresh()),
        name: format!("{CANARY} Ama"),
        language: Lang::try_from("en").unwrap(),
        zone_minutes: 0,
        birth_date: None,
        identifiers,
    }
}

pub(crate) async fn create(store: &Store, person: Person) -> PersonId {
    let id = person.id;
    let _receipt = store.create_person(Sealed::<Person>::new(person), at(0), leaf(0)).await.unwrap();
    id
}

pub(crate) async fn ama(store: &Store) -> PersonId {
    create(store, person(vec![])).await
}

pub(crate) fn content(kind: PlanKind, state: State) -> Content {
    Content {
        kind,
        status: state,
        head: Head {
            title: words(CANARY),
            language: Lang::try_from("en").unwrap(),
            from: None,
            until: None,
            review: None,
            jurisdiction: None,
            instrument: None,
            if_not_followed: None,
            formalities: vec![],
        },
        parties: vec![],
        absences: Default::default(),
        items: vec![],
        document: Some(WholeDocument {
            content_type: "text/plain".to_owned(),
            data: "S2FuYXJpZW52b2dlbA==".to_owned(),
            title: Some(CANARY.to_owned()),
            creation: None,
            types: Vec::new(),
        }),
    }
}

pub(crate) fn plan(person: PersonId, state: State) -> Sealed<Plan> {
    let content = content(PlanKind::RecoveryPlan, state);
    Sealed::<Plan>::new(Plan::begin(person, content, at(1), &mut fresh).unwrap())
}

/// A plan with sections, of which only one may be active; [`plan`] is a document kept whole.
pub(crate) fn plan_in_sections(person: PersonId, state: State) -> Sealed<Plan> {
    let item = |(section, kind)| {
        serde_json::json!({ "section": section, "type": kind, "words": { "text": CANARY, "lang": "en" },
            "voice": { "party": "self", "role": "person" } })
    };
    let items = [("strengths", "words"), ("what-matters", "words"), ("goals", "goal")].map(item);
    let mut content = Content { document: None, ..content(PlanKind::RecoveryPlan, state) };
    content.items = items.map(|item| serde_json::from_value(item).unwrap()).into();
    let own = serde_json::json!({ "id": "self", "name": CANARY, "role": "person" });
    content.parties = vec![serde_json::from_value(own).unwrap()];
    Sealed::<Plan>::new(Plan::begin(person, content, at(1), &mut fresh).unwrap())
}

pub(crate) fn consent(person: PersonId) -> Consent {
    Consent {
        id: sayso_plan::ConsentId::from_stored(fresh()),
        person,
        status: Known::Is(Status::Active),
        origin: Origin::Person,
        given_at: at(1),
        withdrawn_at: None,
        earlier_of: None,
        narrowed_at: None,
        sent: None,
        provisions: vec![],
    }
}

pub(crate) fn withdrawn(consent: &Consent) -> Consent {
    Consent { status: Known::Is(Status::Inactive), withdrawn_at: Some(at(2)), ..consent.clone() }
}

pub(crate) fn leaf(second: i64) -> NewLeaf {
    let act = Act::PersonWritten { client: None, change: Code::new("created") };
    NewLeaf { id: LeafId::from_stored(fresh()), at: at(second), organization: None, act }
}

pub(crate) fn read_leaf(second: i64) -> NewLeaf {
    let act = Act::ReadAllowed {
        client: Some(EHR),
        purpose: Some(Purpose::Treat),
        operation: Code::new("search"),
        shown: vec![],
    };
    NewLeaf { act, organization: Some(HOSPITAL), ..leaf(second) }
}

pub(crate) async fn record(store: &Store, person: PersonId, second: i64) -> Receipt {
    let fence = fence(store, person).await;
    store.record(ReadLeaf { leaf: read_leaf(second), fence }).await.unwrap()
}

pub(crate) async fn fence(store: &Store, person: PersonId) -> Fence {
    store.snapshot(person).await.unwrap().unwrap().fence()
}

pub(crate) fn write(fence: Fence, changes: Vec<Change>) -> Write {
    Write { fence, leaf: leaf(3), changes, events: vec![], once: None }
}

pub(crate) fn new_plan(body: Sealed<Plan>) -> Change {
    Change::Plan { body: Box::new(body), replaces: None, addresses: vec![] }
}
