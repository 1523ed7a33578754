//! Who has the file but not the key learns nothing and can exchange nothing.

use sayso_plan::{PersonId, State};
use sayso_store::{Change, Client, NotWhole, Organization, StoreError};
use serde_json::json;
use sqlx::Row;
use tempfile::TempDir;

use crate::world::*;

async fn filled(folder: &TempDir) -> PersonId {
    let store = in_folder(folder).await;
    let ama = create(&store, person(vec![verified("Kanarienvogel-77")])).await;
    let changes = vec![new_plan(plan(ama, State::Active)), Change::Consent(Box::new(consent(ama)))];
    store.write(write(fence(&store, ama).await, changes)).await.unwrap();
    let _receipt = store.put_account(ama, "Kanarienvogel", "$argon2id$Kanarienvogel", leaf(4)).await.unwrap();
    store.put_link("Kanarienvogel-link", ama, at(60)).await.unwrap();
    let _receipt = record(&store, ama, 5).await;
    store.close().await;
    ama
}

#[tokio::test]
async fn the_wrong_key_is_refused_and_the_right_one_finds_everything_again() {
    let folder = TempDir::new().unwrap();
    let ama = filled(&folder).await;
    assert_eq!(open(&folder, [1; 32]).await.unwrap_err(), StoreError::WrongKey);
    let store = in_folder(&folder).await;
    let snapshot = store.snapshot(ama).await.unwrap().unwrap();
    assert_eq!((snapshot.plans.len(), snapshot.consents.len()), (1, 1));
    assert_eq!(store.person_by_identifier("urn:number", "Kanarienvogel-77").await.unwrap(), Some(ama));
    assert_eq!(store.acts_of_person(ama, None, 10).await.unwrap().len(), 4);
    assert_eq!(store.latest_record_at(), Some(at(5)));
    let first = store.keyed_hash_key();
    assert_eq!(first.as_bytes(), in_memory().await.keyed_hash_key().as_bytes());
    let report = store.audit_verify().await.unwrap();
    assert!(report.is_whole() && report.seals > 0, "{report:?}");
    let _receipt = record(&store, ama, 6).await;
    assert!(store.audit_verify().await.unwrap().is_whole());
}

#[tokio::test]
async fn g01_no_plain_word_is_in_any_file() {
    let folder = TempDir::new().unwrap();
    let store = in_folder(&folder).await;
    filled(&folder).await;
    // The first store is still open, so that the write-ahead log is there to be read too.
    let mut files = 0;
    for entry in std::fs::read_dir(folder.path()).unwrap() {
        let bytes = std::fs::read(entry.unwrap().path()).unwrap();
        files += usize::from(!bytes.is_empty());
        for word in ["Kanarienvogel", "S2FuYXJpZW52b2dlbA", "recovery-plan", "TREAT"] {
            assert!(!bytes.windows(word.len()).any(|window| window == word.as_bytes()), "{word} is on the disk");
        }
    }
    assert!(files >= 2, "the database and its log");
    drop(store);
}

#[tokio::test]
async fn g03_a_ciphertext_pasted_from_one_person_to_another_does_not_open() {
    let folder = TempDir::new().unwrap();
    let ama = filled(&folder).await;
    let store = in_folder(&folder).await;
    let ben = create(&store, person(vec![])).await;
    let of_ben = plan(ben, State::Active);
    store.write(write(fence(&store, ben).await, vec![new_plan(of_ben.clone())])).await.unwrap();
    store.close().await;
    let mut raw = raw(&folder).await;
    let stolen: Vec<u8> = sqlx::query("SELECT body FROM plan_version WHERE person_id = ?")
        .bind(ama.as_bytes().as_slice())
        .fetch_one(&mut raw)
        .await
        .unwrap()
        .get(0);
    sqlx::query("UPDATE plan_version SET body = ? WHERE person_id = ?")
        .bind(stolen)
        .bind(ben.as_bytes().as_slice())
        .execute(&mut raw)
        .await
        .unwrap();
    let store = in_folder(&folder).await;
    assert_eq!(store.snapshot(ben).await.unwrap_err(), StoreError::Damaged("plan_version"));
    assert!(store.snapshot(ama).await.unwrap().is_some());
    sqlx::query("UPDATE person SET wrapped_key = (SELECT wrapped_key FROM person WHERE id = ?)")
        .bind(ama.as_bytes().as_slice())
        .execute(&mut raw)
        .await
        .unwrap();
    let store = in_folder(&folder).await;
    assert_eq!(store.snapshot(ben).await.unwrap_err(), StoreError::Damaged("person.wrapped_key"));
}

#[tokio::test]
async fn f04_a_flipped_bit_is_told_and_stops_only_that_record() {
    let folder = TempDir::new().unwrap();
    let ama = filled(&folder).await;
    tamper(&folder, "UPDATE consent SET body = CAST(substr(body, 1, 20) || x'00' || substr(body, 22) AS BLOB)").await;
    let store = in_folder(&folder).await;
    assert_eq!(store.snapshot(ama).await.unwrap_err(), StoreError::Damaged("consent"));
    let ben = self::ama(&store).await;
    let _receipt = record(&store, ben, 9).await;
}

#[tokio::test]
async fn f05_an_older_program_refuses_a_newer_folder() {
    let folder = TempDir::new().unwrap();
    filled(&folder).await;
    tamper(
        &folder,
        "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time) \
         VALUES (9999, 'later', 1, x'00', 0)",
    )
    .await;
    assert_eq!(open(&folder, KEY).await.unwrap_err(), StoreError::Newer);
}

#[tokio::test]
async fn g03_a_consent_that_is_said_to_have_ended_or_not_is_noticed() {
    let lies = [(false, "UPDATE consent SET standing = 0"), (true, "UPDATE consent SET standing = 1")];
    for (ends, lie) in lies {
        let folder = TempDir::new().unwrap();
        let store = in_folder(&folder).await;
        let ama = ama(&store).await;
        let given = consent(ama);
        store.write(write(fence(&store, ama).await, vec![Change::Consent(Box::new(given.clone()))])).await.unwrap();
        if ends {
            let back = Change::Consent(Box::new(withdrawn(&given)));
            store.write(write(fence(&store, ama).await, vec![back])).await.unwrap();
        }
        store.close().await;
        tamper(&folder, lie).await;
        let store = in_folder(&folder).await;
        assert_eq!(store.snapshot(ama).await.unwrap_err(), StoreError::Damaged("person"));
    }
}

#[tokio::test]
async fn g03_a_consent_put_back_to_what_it_was_is_noticed_and_decides_nothing() {
    let folder = TempDir::new().unwrap();
    let store = in_folder(&folder).await;
    let ama = ama(&store).await;
    let given = consent(ama);
    store.write(write(fence(&store, ama).await, vec![Change::Consent(Box::new(given.clone()))])).await.unwrap();
    let keep = "CREATE TABLE old_consent AS SELECT * FROM consent; CREATE TABLE old_person AS SELECT * FROM person";
    sqlx::raw_sql(keep).execute(&mut raw(&folder).await).await.unwrap();
    let back = Change::Consent(Box::new(withdrawn(&given)));
    store.write(write(fence(&store, ama).await, vec![back])).await.unwrap();
    assert!(store.audit_verify().await.unwrap().is_whole());
    store.close().await;

    tamper(&folder, "DELETE FROM consent; INSERT INTO consent SELECT * FROM old_consent").await;
    let store = in_folder(&folder).await;
    assert_eq!(store.snapshot(ama).await.unwrap_err(), StoreError::Damaged("person"));
    assert_eq!(store.audit_verify().await.unwrap().broken, Some(NotWhole::StateChanged(ama)));
    store.close().await;

    // Everything of the person is put back consistently: the log still says otherwise.
    tamper(
        &folder,
        "UPDATE person SET (revision, consent_version, body, witness) = \
         (SELECT revision, consent_version, body, witness FROM old_person WHERE old_person.id = person.id)",
    )
    .await;
    let store = in_folder(&folder).await;
    assert_eq!(store.audit_verify().await.unwrap().broken, Some(NotWhole::RolledBack(ama)));
}

#[tokio::test]
async fn c14_a_claimed_number_cannot_be_made_a_verified_one_in_the_file() {
    let folder = TempDir::new().unwrap();
    let store = in_folder(&folder).await;
    create(&store, person(vec![claimed("500")])).await;
    store.close().await;
    tamper(&folder, "UPDATE identifier SET state = 1").await;
    let found = in_folder(&folder).await.person_by_identifier("urn:number", "500").await;
    assert_eq!(found, Err(StoreError::Damaged("identifier")));
}

#[tokio::test]
async fn a_key_or_an_address_in_the_registry_cannot_be_exchanged_in_the_file() {
    let folder = TempDir::new().unwrap();
    let store = in_folder(&folder).await;
    let hospital = Organization { id: HOSPITAL, document: json!({"name": "Riverside Hospital"}) };
    let client = Client { id: EHR, organization: Some(HOSPITAL), document: json!({"jwks": "theirs"}) };
    let _receipt = store.put_organization(hospital.clone(), leaf(1)).await.unwrap();
    let _receipt = store.put_client(client, leaf(1)).await.unwrap();
    store.close().await;
    let forge = "UPDATE client SET body = unhex(replace(hex(body), hex('theirs'), hex('forged')))";
    let undo = "UPDATE client SET body = unhex(replace(hex(body), hex('forged'), hex('theirs')))";
    let give = "UPDATE client SET organization_id = (SELECT id FROM organization)";
    for (harm, repair) in [(forge, undo), ("UPDATE client SET organization_id = NULL", give)] {
        tamper(&folder, harm).await;
        let store = in_folder(&folder).await;
        assert_eq!(store.client(EHR).await, Err(StoreError::Damaged("registry")), "{harm}");
        assert_eq!(store.organization(HOSPITAL).await.unwrap(), Some(hospital.clone()));
        store.close().await;
        tamper(&folder, repair).await;
        let store = in_folder(&folder).await;
        assert!(store.client(EHR).await.unwrap().is_some(), "{repair}");
        store.close().await;
    }
}
