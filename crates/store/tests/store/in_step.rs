//! Who shares with whom is found without opening consents, and told by the file to nobody; what a reader holds is written
//! with its leaf or not at all.

use sayso_consent::{Class, Consent, Effect, Known, Origin, Period, Provision, Purposes, Recipient, Status, What};
use sayso_plan::{OrganizationId, PersonId, PlanId, ProvisionId, Purpose};
use sayso_store::{Change, Fenced, Held, HeldPart, HeldPlan, ReadLeaf, Reader, Store, StoreError};
use sqlx::Row;
use tempfile::TempDir;

use crate::world::*;

const OTHER: OrganizationId = OrganizationId::from_stored([0xcc; 16]);

fn permit(person: PersonId, recipient: Recipient) -> Consent {
    let provision = Provision {
        id: ProvisionId::from_stored(fresh()),
        effect: Effect::Permit,
        recipient: Known::Is(recipient),
        purposes: Known::Is(Purposes::Only(Purpose::Treat)),
        what: Known::Is(What::Documents),
        period: Known::Is(Period { from: at(1), until: at(100) }),
        even_in_emergency: false,
        after_death: false,
    };
    Consent { provisions: vec![provision], ..consent(person) }
}

async fn gives(store: &Store, consent: &Consent) {
    let change = Change::Consent(Box::new(consent.clone()));
    store.write(write(fence(store, consent.person).await, vec![change])).await.unwrap();
}

async fn reached(store: &Store, organization: OrganizationId) -> Vec<PersonId> {
    store.reached(organization, None).await.unwrap()
}

#[tokio::test]
async fn whoever_let_an_organization_in_is_found_in_the_order_of_ids_and_stays_found() {
    let store = in_memory().await;
    let (ama, ben, cleo) = (ama(&store).await, ama(&store).await, ama(&store).await);
    assert_eq!(reached(&store, HOSPITAL).await, []);
    for person in [cleo, ama] {
        gives(&store, &permit(person, Recipient::Organization(HOSPITAL))).await;
    }
    let to_crisis = permit(ben, Recipient::Class(Class::CrisisServices));
    gives(&store, &to_crisis).await;
    assert_eq!(reached(&store, HOSPITAL).await, [ama, cleo]);
    assert_eq!(reached(&store, OTHER).await, []);
    assert_eq!(store.reached(HOSPITAL, Some(Class::CrisisServices)).await.unwrap(), [ama, ben, cleo]);
    // Twice is once, and who takes it back must still hear what to purge.
    gives(&store, &permit(ama, Recipient::Organization(HOSPITAL))).await;
    gives(&store, &withdrawn(&to_crisis)).await;
    assert_eq!(store.reached(OTHER, Some(Class::CrisisServices)).await.unwrap(), [ben]);
    assert_eq!(reached(&store, HOSPITAL).await, [ama, cleo]);
}

#[tokio::test]
async fn a_refusal_an_app_and_what_somebody_sent_lead_nobody_to_a_person() {
    let store = in_memory().await;
    let ama = ama(&store).await;
    let mut refusal = permit(ama, Recipient::Organization(HOSPITAL));
    refusal.provisions.iter_mut().for_each(|provision| provision.effect = Effect::Deny);
    gives(&store, &refusal).await;
    gives(&store, &permit(ama, Recipient::App(EHR))).await;
    let sent = Consent { origin: Origin::Sent, ..permit(ama, Recipient::Organization(HOSPITAL)) };
    gives(&store, &Consent { status: Known::Is(Status::Proposed), ..sent.clone() }).await;
    gives(&store, &Consent { status: Known::Is(Status::Rejected), ..sent.clone() }).await;
    assert_eq!(store.reached(HOSPITAL, Some(Class::CrisisServices)).await.unwrap(), []);
    gives(&store, &Consent { origin: Origin::Person, ..sent }).await;
    assert_eq!(reached(&store, HOSPITAL).await, [ama], "the person said yes to it");
}

#[tokio::test]
async fn g01_the_file_does_not_tell_who_shares_with_whom() {
    let folder = TempDir::new().unwrap();
    let store = in_folder(&folder).await;
    let mut persons = Vec::new();
    for n in 0..6 {
        let one = ama(&store).await;
        let hospital = if n % 2 == 0 { HOSPITAL } else { OTHER };
        gives(&store, &permit(one, Recipient::Organization(hospital))).await;
        persons.push(one);
    }
    store.close().await;
    let rows = sqlx::query("SELECT tag, body FROM reach").fetch_all(&mut raw(&folder).await).await.unwrap();
    // Three rows for each of six, of which two are one counter for each hospital.
    assert_eq!(rows.len(), 6 * 2 + 2);
    let (mut tags, mut lengths) = (Vec::new(), Vec::new());
    for row in &rows {
        let (tag, body): (Vec<u8>, Vec<u8>) = (row.get(0), row.get(1));
        for id in persons.iter().map(|one| *one.as_bytes()).chain([*HOSPITAL.as_bytes(), *OTHER.as_bytes()]) {
            assert!(![&tag, &body].iter().any(|bytes| bytes.windows(16).any(|window| window == id)));
        }
        tags.push(tag[..4].to_vec());
        lengths.push(body.len());
    }
    tags.sort();
    tags.dedup();
    assert_eq!(tags.len(), rows.len(), "no two rows have a beginning in common");
    assert!(lengths.iter().all(|length| *length == lengths[0]), "all rows look alike: {lengths:?}");
}

#[tokio::test]
async fn g03_a_row_that_was_taken_out_of_the_list_or_put_elsewhere_is_noticed() {
    const PERSONS: usize = 4;
    let folder = TempDir::new().unwrap();
    let store = in_folder(&folder).await;
    for _ in 0..PERSONS {
        gives(&store, &permit(ama(&store).await, Recipient::Organization(HOSPITAL))).await;
    }
    store.close().await;
    let rows = sqlx::query("SELECT tag, body FROM reach").fetch_all(&mut raw(&folder).await).await.unwrap();
    let rows: Vec<(Vec<u8>, Vec<u8>)> = rows.iter().map(|row| (row.get(0), row.get(1))).collect();
    for harm in ["DELETE FROM reach WHERE tag = ?1 AND ?2 IS NOT NULL", "UPDATE reach SET body = ?2 WHERE tag = ?1"] {
        let mut noticed = 0;
        for (place, (tag, body)) in rows.iter().enumerate() {
            let (_, other) = &rows[(place + 1) % rows.len()];
            let harmed = sqlx::query(harm).bind(tag).bind(other).execute(&mut raw(&folder).await).await.unwrap();
            assert_eq!(harmed.rows_affected(), 1);
            let store = in_folder(&folder).await;
            noticed += usize::from(store.reached(HOSPITAL, None).await == Err(StoreError::Damaged("reach")));
            store.close().await;
            let repair = sqlx::query("INSERT OR REPLACE INTO reach (tag, body) VALUES (?, ?)");
            repair.bind(tag).bind(body).execute(&mut raw(&folder).await).await.unwrap();
        }
        // Each place and the counter; that somebody is a member is only asked when they let the hospital in again.
        assert_eq!(noticed, PERSONS + 1, "{harm}");
    }
    assert_eq!(reached(&in_folder(&folder).await, HOSPITAL).await.len(), PERSONS);
}

#[tokio::test]
async fn consents_of_before_the_list_are_put_into_it_once() {
    let folder = TempDir::new().unwrap();
    let store = in_folder(&folder).await;
    let (ama, ben) = (ama(&store).await, ama(&store).await);
    for person in [ama, ben] {
        gives(&store, &permit(person, Recipient::Organization(HOSPITAL))).await;
    }
    store.close().await;
    tamper(&folder, "DELETE FROM reach; DELETE FROM meta WHERE name = 'reach'").await;
    let store = in_folder(&folder).await;
    assert_eq!(reached(&store, HOSPITAL).await, [ama, ben]);
    store.close().await;
    let store = in_folder(&folder).await;
    assert_eq!(reached(&store, HOSPITAL).await, [ama, ben]);
}

const READER: Reader = Reader { organization: HOSPITAL, class: None, purpose: Purpose::Treat };

fn one_plan(mut held: Held) -> Held {
    let part = HeldPart { kind: "CarePlan".to_owned(), id: CANARY.to_owned() };
    let (plan, version) = (PlanId::from_stored(fresh()), CANARY.to_owned());
    held.plans.push(HeldPlan { plan, version, since: at(5), parts: vec![part] });
    held
}

#[tokio::test]
async fn what_a_reader_holds_is_written_with_its_leaf_and_by_one_at_a_time() {
    let folder = TempDir::new().unwrap();
    let store = in_folder(&folder).await;
    let ama = ama(&store).await;
    let before = Held::clone(&*store.held(&READER, ama).await.unwrap());
    assert_eq!(before, Held::default());
    let read = ReadLeaf { leaf: read_leaf(5), fence: fence(&store, ama).await };
    let held = one_plan(before.clone());
    let receipt = store.record_held(read.clone(), &READER, held.clone()).await.unwrap();
    assert_eq!(receipt.leaf(), read.leaf.id);
    let kept = store.held(&READER, ama).await.unwrap();
    assert_eq!(kept.plans, held.plans);
    // Who wrote on an older state decides again; nothing of it is there, and no leaf either.
    let late = ReadLeaf { leaf: read_leaf(6), fence: read.fence };
    assert_eq!(store.record_held(late, &READER, one_plan(before)).await, Err(Fenced::Moved));
    assert_eq!(store.held(&READER, ama).await.unwrap().plans, held.plans);
    assert_eq!(store.acts_of_organization(HOSPITAL, None, 10).await.unwrap().len(), 1);
    // The fence of the decision counts for it too.
    store.write(write(fence(&store, ama).await, vec![Change::Consent(Box::new(consent(ama)))])).await.unwrap();
    let late = ReadLeaf { leaf: read_leaf(7), fence: read.fence };
    let next = one_plan(Held::clone(&kept));
    assert_eq!(store.record_held(late, &READER, next.clone()).await, Err(Fenced::Moved));
    let again = ReadLeaf { leaf: read_leaf(8), fence: fence(&store, ama).await };
    let _receipt = store.record_held(again, &READER, next.clone()).await.unwrap();
    // Another purpose is another reader.
    let other = Reader { purpose: Purpose::Etreat, ..READER };
    assert_eq!(*store.held(&other, ama).await.unwrap(), Held::default());
    store.close().await;
    for entry in std::fs::read_dir(folder.path()).unwrap() {
        let bytes = std::fs::read(entry.unwrap().path()).unwrap();
        assert!(!bytes.windows(CANARY.len()).any(|window| window == CANARY.as_bytes()), "it is on the disk");
    }
    let store = in_folder(&folder).await;
    assert_eq!(store.held(&READER, ama).await.unwrap().plans, next.plans);
}
