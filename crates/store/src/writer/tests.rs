//! What the writer does when the disk is full, and when the disk lies.

use sayso_plan::LeafId;
use tempfile::TempDir;
use time::OffsetDateTime;

use super::{NotCommitted, Order, Record, Stop};
use crate::act::{Act, Code, NewLeaf};
use crate::error::StoreError;
use crate::keys::WrappingKey;
use crate::store::{Place, Store, nobody};

async fn open(folder: &TempDir) -> Store {
    let place = Place::Folder(folder.path().to_owned());
    Store::open(place, WrappingKey::from_bytes([1; 32])).await.unwrap()
}

fn leaf(n: u8) -> NewLeaf {
    let act = Act::SignInFailed { by: Code::new("password") };
    NewLeaf { id: LeafId::from_stored([n; 16]), at: OffsetDateTime::UNIX_EPOCH, organization: None, act }
}

async fn most_pages(store: &Store, pages: &'static str) {
    let work = store.writer().work(Order::default(), move |connection| {
        Box::pin(async move {
            sqlx::query(pages).execute(connection).await?;
            Ok(((), Record::None))
        })
    });
    work.await.map_err(crate::record::without_reason::<()>).unwrap();
}

#[tokio::test]
async fn f03_a_full_disk_acknowledges_nothing_and_recovers_by_itself() {
    let folder = TempDir::new().unwrap();
    let store = open(&folder).await;
    // A number below what is in use stands for what is in use.
    most_pages(&store, "PRAGMA max_page_count = 1").await;
    let mut kept = 0;
    let full = loop {
        match store.note(None, leaf(kept)).await {
            Ok(receipt) => kept += u8::from(receipt.leaf() == LeafId::from_stored([kept; 16])),
            Err(error) => break error,
        }
    };
    assert_eq!(full, StoreError::Full);
    assert_eq!(store.note(None, leaf(200)).await.unwrap_err(), StoreError::Full);
    assert!(store.snapshot(nobody()).await.unwrap().is_some(), "reading goes on");
    most_pages(&store, "PRAGMA max_page_count = 100000").await;
    let _receipt = store.note(None, leaf(201)).await.unwrap();
    let report = store.audit_verify().await.unwrap();
    assert!(report.is_whole(), "{report:?}");
    assert_eq!(report.leaves, u64::from(kept) + 1, "what was acknowledged, and nothing else");
}

#[tokio::test]
async fn f03_after_a_failed_write_to_disk_nothing_is_written_any_more() {
    let folder = TempDir::new().unwrap();
    let store = open(&folder).await;
    let receipt = store.note(None, leaf(1)).await.unwrap();
    let failing = store.writer().work(Order::default(), |connection| {
        Box::pin(async move {
            sqlx::query("DELETE FROM leaf").execute(connection).await?;
            // SQLITE_IOERR_FSYNC
            Err::<((), Record), Stop<()>>(Stop::Failed(StoreError::Database(1034)))
        })
    });
    assert_eq!(failing.await.map(|_| ()).unwrap_err(), NotCommitted::Failed(StoreError::Stopped));
    assert_eq!(store.note(None, leaf(2)).await.unwrap_err(), StoreError::Stopped);
    assert_eq!(store.ready().await.unwrap_err(), StoreError::Stopped);
    store.close().await;
    let store = open(&folder).await;
    store.ready().await.unwrap();
    let report = store.audit_verify().await.unwrap();
    assert!(report.is_whole() && report.leaves == 1, "{report:?} {receipt:?}");
}

#[tokio::test]
async fn a_job_whose_asker_went_away_is_done_all_the_same() {
    let folder = TempDir::new().unwrap();
    let store = open(&folder).await;
    for n in 0..50 {
        let asker = tokio::spawn({
            let store = store.clone();
            async move { store.note(None, leaf(n)).await.map(|receipt| receipt.leaf()) }
        });
        tokio::task::yield_now().await;
        asker.abort();
    }
    let _receipt = store.note(None, leaf(99)).await.unwrap();
    assert!(store.audit_verify().await.unwrap().is_whole());
}
