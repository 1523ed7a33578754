//! A decision is obeyed only while what it stood on still holds; many acts share one commit.

use sayso_ledger::Kind;
use sayso_plan::State;
use sayso_store::{Change, Fenced, ReadLeaf, Refused, Store, nobody};
use tempfile::TempDir;

use crate::world::*;

async fn a_withdrawal_between_decision_and_leaf(store: Store) {
    let ama = ama(&store).await;
    let given = consent(ama);
    let before = fence(&store, ama).await;
    let written = store.write(write(before, vec![Change::Consent(Box::new(given.clone()))])).await.unwrap();

    let decided_on = store.snapshot(ama).await.unwrap().unwrap();
    assert_eq!(decided_on.fence(), written.fence);
    assert_eq!(decided_on.consents, vec![given.clone()]);

    let taken_back = Change::Consent(Box::new(withdrawn(&given)));
    store.write(write(decided_on.fence(), vec![taken_back])).await.unwrap();

    let late = ReadLeaf { leaf: read_leaf(9), fence: decided_on.fence() };
    assert_eq!(store.record(late).await, Err(Fenced::Moved));

    let again = store.snapshot(ama).await.unwrap().unwrap();
    assert!(again.consents.is_empty(), "what has ended is not part of a decision any more");
    assert_eq!(again.consent_version, decided_on.consent_version + 1);
    let read = ReadLeaf { leaf: read_leaf(10), fence: again.fence() };
    assert_eq!(store.record(read.clone()).await.unwrap().leaf(), read.leaf.id);
}

#[tokio::test]
async fn a_withdrawal_between_decision_and_leaf_is_obeyed() {
    a_withdrawal_between_decision_and_leaf(in_memory().await).await;
    a_withdrawal_between_decision_and_leaf(in_folder(&TempDir::new().unwrap()).await).await;
}

#[tokio::test]
async fn a_write_on_an_old_decision_changes_nothing() {
    let store = in_memory().await;
    let ama = ama(&store).await;
    let old = fence(&store, ama).await;
    store.write(write(old, vec![new_plan(plan(ama, State::Draft))])).await.unwrap();
    let late = store.write(write(old, vec![new_plan(plan(ama, State::Draft))])).await;
    assert_eq!(late.unwrap_err(), Refused::Moved);
    assert_eq!(store.snapshot(ama).await.unwrap().unwrap().plans.len(), 1);
}

#[tokio::test]
async fn somebody_who_does_not_exist_costs_the_same_and_leaves_a_leaf() {
    let store = in_memory().await;
    let nothing = store.snapshot(nobody()).await.unwrap().unwrap();
    assert!(nothing.plans.is_empty() && nothing.consents.is_empty() && nothing.demographics.is_none());
    let _receipt = record(&store, nobody(), 1).await;
    let acts = store.acts_of_organization(HOSPITAL, None, 10).await.unwrap();
    assert_eq!((acts.len(), acts[0].person, acts[0].kind), (1, None, Some(Kind::Read)));
    assert!(store.persons().await.unwrap().is_empty());
    let stranger = sayso_plan::PersonId::from_stored([0x77; 16]);
    assert!(store.snapshot(stranger).await.unwrap().is_none());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn many_acts_at_once_all_get_their_own_receipt() {
    let folder = TempDir::new().unwrap();
    let store = in_folder(&folder).await;
    let persons = [ama(&store).await, ama(&store).await, nobody()];
    let mut acts = tokio::task::JoinSet::new();
    for n in 0..1500 {
        let store = store.clone();
        acts.spawn(async move { record(&store, persons[n % 3], 5).await.leaf() });
    }
    let mut leaves = acts.join_all().await;
    leaves.sort_unstable();
    leaves.dedup();
    assert_eq!(leaves.len(), 1500);
    let report = store.audit_verify().await.unwrap();
    assert!(report.is_whole(), "{report:?}");
    assert_eq!(report.leaves, 1502);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_refused_job_takes_nobody_else_with_it() {
    let store = in_memory().await;
    let mut jobs = tokio::task::JoinSet::new();
    for n in 0..200 {
        let store = store.clone();
        jobs.spawn(async move {
            let ama = ama(&store).await;
            let fence = fence(&store, ama).await;
            let wanted = new_plan(plan_in_sections(ama, State::Active));
            let second = (n % 2 == 0).then(|| new_plan(plan_in_sections(ama, State::Active)));
            let done = store.write(write(fence, vec![wanted].into_iter().chain(second).collect())).await;
            let plans = store.snapshot(ama).await.unwrap().unwrap().plans.len();
            match done {
                Ok(_) => assert_eq!((n % 2, plans), (1, 1)),
                Err(refused) => assert_eq!((n % 2, plans, refused), (0, 0, Refused::SecondActive)),
            }
        });
    }
    jobs.join_all().await;
    let report = store.audit_verify().await.unwrap();
    assert!(report.is_whole(), "{report:?}");
    assert_eq!(report.leaves, 300);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_processes_on_one_folder_keep_one_log() {
    let folder = TempDir::new().unwrap();
    let (one, two) = (in_folder(&folder).await, in_folder(&folder).await);
    let ama = ama(&one).await;
    let seen_by_two = fence(&two, ama).await;
    let change = vec![Change::Consent(Box::new(consent(ama)))];
    one.write(write(fence(&one, ama).await, change)).await.unwrap();
    let late = ReadLeaf { leaf: read_leaf(1), fence: seen_by_two };
    assert_eq!(two.record(late).await, Err(Fenced::Moved));
    for second in 0..20 {
        let (_a, _b) = tokio::join!(record(&one, ama, second), record(&two, ama, second));
        if second % 5 == 0 {
            one.seal_now().await.unwrap();
            two.seal_now().await.unwrap();
        }
    }
    let report = one.audit_verify().await.unwrap();
    assert!(report.is_whole(), "{report:?}");
    assert_eq!(report.leaves, 42);
}
