//! The log on disk: whoever changes, removes, swaps or cuts off one row is found, and told where.

use sayso_ledger::tree::verify_consistency;
use sayso_plan::PersonId;
use sayso_store::{Act, NotWhole, Report, nobody};
use tempfile::TempDir;

use crate::world::*;

/// A log of twenty acts about two persons in two organizations, sealed several times.
async fn written(folder: &TempDir) -> PersonId {
    let store = in_folder(folder).await;
    let (ama, ben) = (ama(&store).await, ama(&store).await);
    for second in 0..6 {
        for person in [ama, ben, nobody()] {
            let _receipt = record(&store, person, second).await;
        }
        store.seal_now().await.unwrap();
    }
    store.close().await;
    ama
}

async fn after(sql: &'static str) -> Report {
    let folder = TempDir::new().unwrap();
    written(&folder).await;
    assert!(in_folder(&folder).await.audit_verify().await.unwrap().is_whole());
    tamper(&folder, sql).await;
    let store = in_folder(&folder).await;
    let report = store.audit_verify().await.unwrap();
    // Going on after the damage hides nothing.
    let _receipt = record(&store, nobody(), 50).await;
    assert!(store.seal_now().await.is_err() || !store.audit_verify().await.unwrap().is_whole());
    report
}

fn said(report: &Report) -> String {
    report.broken.as_ref().map_or_else(|| "whole".to_owned(), ToString::to_string)
}

#[tokio::test]
async fn g05_a_changed_row_is_found() {
    let said = said(&after("UPDATE leaf SET at = at + 1 WHERE n = 9").await);
    assert!(said.contains("was changed"), "{said}");
    for column in ["kind = 3", "id = x'00112233445566778899aabbccddeeff'", "hash = zeroblob(32)"] {
        let sql: &'static str = Box::leak(format!("UPDATE leaf SET {column} WHERE n = 9").into_boxed_str());
        assert!(!after(sql).await.is_whole(), "{column}");
    }
}

#[tokio::test]
async fn g05_changed_content_is_found() {
    let said = said(&after("UPDATE leaf SET ciphertext = CAST(ciphertext || x'00' AS BLOB) WHERE n = 9").await);
    assert!(said.contains("content of record"), "{said}");
}

#[tokio::test]
async fn g05_a_removed_row_is_found_also_the_last_sealed_one() {
    let middle = said(&after("DELETE FROM leaf WHERE n = 9").await);
    assert!(middle.contains("was removed"), "{middle}");
    let last = said(&after("DELETE FROM leaf WHERE n = (SELECT max(n) FROM leaf)").await);
    assert!(last.contains("cut off"), "{last}");
    let chain = after("DELETE FROM leaf WHERE person_id = x'00000000000000000000000000000000'").await;
    assert!(!chain.is_whole());
}

#[tokio::test]
async fn g05_swapped_rows_are_found() {
    let places = "UPDATE leaf SET person_seq = -n WHERE n IN (6, 9); \
                  UPDATE leaf SET person_seq = 4 WHERE n = 6; UPDATE leaf SET person_seq = 3 WHERE n = 9";
    let said_of_places = said(&after(places).await);
    assert!(said_of_places.contains("swapped") || said_of_places.contains("changed"), "{said_of_places}");
    let contents = "CREATE TEMP TABLE kept AS SELECT n, ciphertext FROM leaf WHERE n IN (6, 9); \
                    UPDATE leaf SET ciphertext = (SELECT ciphertext FROM kept WHERE kept.n = 15 - leaf.n) \
                    WHERE n IN (6, 9)";
    let said = said(&after(contents).await);
    assert!(said.contains("content of record"), "{said}");
}

#[tokio::test]
async fn g05_a_seal_or_a_tree_head_cannot_go_or_change() {
    assert_eq!(after("DELETE FROM seal WHERE n = 3").await.broken, Some(NotWhole::SealRemoved(3)));
    assert!(matches!(after("UPDATE seal SET seq = seq + 1 WHERE n = 3").await.broken, Some(NotWhole::Root(_))));
    let head = after("DELETE FROM tree_head WHERE size = (SELECT max(size) FROM tree_head)").await;
    assert!(matches!(head.broken, Some(NotWhole::HeadRemoved { .. })));
    let head = after("UPDATE tree_head SET at = at + 1 WHERE size = (SELECT min(size) FROM tree_head)").await;
    assert!(matches!(head.broken, Some(NotWhole::ForeignHead(_))));
}

#[tokio::test]
async fn g05_a_witness_with_an_old_head_finds_a_log_that_was_made_anew() {
    let folder = TempDir::new().unwrap();
    written(&folder).await;
    let store = in_folder(&folder).await;
    let kept = store.tree_head().await.unwrap();
    let _receipt = record(&store, nobody(), 60).await;
    assert!(store.seal_now().await.unwrap().size > kept.size);
    assert!(store.audit_verify_since(&[kept]).await.unwrap().is_whole());
    store.close().await;
    // Everything since an older moment is taken away, consistently: only who kept a head can tell.
    tamper(
        &folder,
        "DELETE FROM tree_head WHERE size > (SELECT min(size) FROM tree_head WHERE upto >= 2); \
         DELETE FROM seal WHERE n >= (SELECT max(size) FROM tree_head); \
         DELETE FROM leaf WHERE n > (SELECT max(upto) FROM tree_head)",
    )
    .await;
    let store = in_folder(&folder).await;
    assert!(store.audit_verify().await.unwrap().is_whole());
    let report = store.audit_verify_since(&[kept]).await.unwrap();
    assert_eq!(report.broken, Some(NotWhole::NotAContinuation(kept.size)));
}

#[tokio::test]
async fn an_act_can_be_proven_to_whoever_keeps_the_proof() {
    let folder = TempDir::new().unwrap();
    let ama = written(&folder).await;
    let store = in_folder(&folder).await;
    let acts = store.acts_of_person(ama, None, 100).await.unwrap();
    assert_eq!(acts.len(), 7);
    assert!(acts.windows(2).all(|pair| pair[0].person_seq == pair[1].person_seq + 1));
    for act in &acts {
        let proof = store.proof(ama, act.person_seq).await.unwrap().unwrap();
        proof.verify().unwrap();
        assert_eq!(proof.leaves[0].id, *act.leaf.as_bytes());
        let mut other = proof.clone();
        other.leaves[0].at_micros += 1;
        assert!(other.verify().is_err());
    }
    assert!(store.proof(ama, 100).await.unwrap().is_none());
    let old = store.tree_head().await.unwrap();
    let _receipt = record(&store, ama, 70).await;
    let new = store.seal_now().await.unwrap();
    assert_eq!(store.tree_head().await.unwrap(), new);
    assert!(verify_consistency(&old, &new, &[]).is_err(), "no proof, no consistency");
}

#[tokio::test]
async fn acts_come_newest_first_by_pages_and_say_what_was_done() {
    let store = in_memory().await;
    let ama = ama(&store).await;
    for second in 1..=5 {
        let _receipt = record(&store, ama, second).await;
    }
    let _receipt = store.note(None, leaf(9)).await.unwrap();
    let first = store.acts_of_person(ama, None, 4).await.unwrap();
    let rest = store.acts_of_person(ama, Some(first[3].person_seq), 4).await.unwrap();
    let times: Vec<_> = first.iter().chain(&rest).map(|act| act.at).collect();
    assert_eq!(times, [at(5), at(4), at(3), at(2), at(1), at(0)]);
    assert!(matches!(first[0].act, Some(Act::ReadAllowed { .. })));
    assert_eq!((first[0].organization, first[0].person), (Some(HOSPITAL), Some(ama)));
    let hospital = store.acts_of_organization(HOSPITAL, None, 100).await.unwrap();
    assert_eq!(hospital.len(), 5);
    assert_eq!(hospital[0].leaf, first[0].leaf);
}

#[tokio::test]
async fn seals_come_by_themselves() {
    let store = in_memory().await;
    let _receipt = record(&store, nobody(), 1).await;
    for _ in 0..50 {
        if store.tree_head().await.unwrap().size > 0 {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    panic!("nothing was sealed in a second");
}
