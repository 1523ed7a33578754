//! Versions, identifiers, retries, events: what a write does, and what it can never do.

use sayso_consent::Sealed;
use sayso_plan::{Person, PlanKind, State};
use sayso_store::{Change, Code, Done, Event, EventId, Once, Refused};
use tempfile::TempDir;

use crate::world::*;

#[tokio::test]
async fn a_plan_comes_back_as_it_went_in_and_a_draft_leaves_no_trace() {
    let store = in_memory().await;
    let ama = ama(&store).await;
    let draft = plan(ama, State::Draft);
    let written = store.write(write(fence(&store, ama).await, vec![new_plan(draft.clone())])).await.unwrap();

    let body = draft.to_storage().unwrap();
    let whole: sayso_plan::Plan = serde_json::from_slice(&body).unwrap();
    let published = whole
        .revise(content(PlanKind::RecoveryPlan, State::Active), &seen_all(&whole), at(5), &mut fresh)
        .map(Sealed::<sayso_plan::Plan>::new)
        .unwrap();
    let change = Change::Plan { body: Box::new(published.clone()), replaces: Some(draft.version()), addresses: vec![] };
    let written = store.write(write(written.fence, vec![change])).await.unwrap();

    let snapshot = store.snapshot(ama).await.unwrap().unwrap();
    assert_eq!(snapshot.fence(), written.fence);
    assert_eq!(snapshot.plans.len(), 1);
    assert_eq!(snapshot.plans[0].to_storage().unwrap(), published.to_storage().unwrap());
    let versions = store.versions(ama, draft.id()).await.unwrap();
    assert_eq!(versions.len(), 1, "the draft was overwritten");

    let superseded = published.supersede(at(6), &mut fresh).unwrap();
    let next = plan(ama, State::Active);
    let changes = vec![
        new_plan(next.clone()),
        Change::Plan { body: Box::new(superseded), replaces: Some(published.version()), addresses: vec![] },
    ];
    store.write(write(written.fence, changes)).await.unwrap();
    let versions = store.versions(ama, draft.id()).await.unwrap();
    assert_eq!(
        versions.iter().map(|v| (v.current, v.until_at)).collect::<Vec<_>>(),
        [(true, None), (false, Some(at(6)))]
    );
    let owner = store.owner_of(next.id().as_bytes()).await.unwrap().unwrap();
    assert_eq!((owner.person, owner.plan), (ama, Some(next.id())));
    assert_eq!(store.owner_of(&[9; 16]).await.unwrap(), None);
}

/// A clock may stand still, or stand where it was before it went back.
#[tokio::test]
async fn versions_of_one_instant_stand_in_the_order_in_which_they_were_written() {
    let store = in_memory().await;
    let ama = ama(&store).await;
    let mut last = plan(ama, State::Active);
    let mut fence = store.write(write(fence(&store, ama).await, vec![new_plan(last.clone())])).await.unwrap().fence;
    let mut written = vec![last.version()];
    for _ in 0..20 {
        let whole: sayso_plan::Plan = serde_json::from_slice(&last.to_storage().unwrap()).unwrap();
        let content = content(PlanKind::RecoveryPlan, State::Active);
        let next =
            whole.revise(content, &seen_all(&whole), at(5), &mut fresh).map(Sealed::<sayso_plan::Plan>::new).unwrap();
        let change = Change::Plan { body: Box::new(next.clone()), replaces: Some(last.version()), addresses: vec![] };
        fence = store.write(write(fence, vec![change])).await.unwrap().fence;
        written.push(next.version());
        last = next;
    }
    written.reverse();
    let versions = store.versions(ama, last.id()).await.unwrap();
    assert_eq!(versions.iter().map(|one| one.plan.version()).collect::<Vec<_>>(), written);
}

#[tokio::test]
async fn documents_stand_beside_the_active_plan_of_their_kind() {
    let store = in_memory().await;
    let ama = ama(&store).await;
    let beside = vec![
        new_plan(plan_in_sections(ama, State::Active)),
        new_plan(plan(ama, State::Active)),
        new_plan(plan(ama, State::Active)),
    ];
    let written = store.write(write(fence(&store, ama).await, beside)).await.unwrap();
    assert_eq!(store.snapshot(ama).await.unwrap().unwrap().plans.len(), 3);
    let second = vec![new_plan(plan_in_sections(ama, State::Active))];
    assert!(matches!(store.write(write(written.fence, second)).await, Err(Refused::SecondActive)));
}

fn seen_all(plan: &sayso_plan::Plan) -> sayso_plan::draft::Seen {
    sayso_plan::draft::Seen {
        items: plan.items.iter().map(|item| (item.id, item.item.order)).collect(),
        document: true,
        head: true,
        formalities: true,
        ..Default::default()
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_many_who_publish_at_once_one_wins_and_one_version_is_current() {
    let folder = TempDir::new().unwrap();
    let store = in_folder(&folder).await;
    let ama = ama(&store).await;
    let first = plan(ama, State::Active);
    let written = store.write(write(fence(&store, ama).await, vec![new_plan(first.clone())])).await.unwrap();
    let mut writers = tokio::task::JoinSet::new();
    for n in 0..24 {
        let (store, first, base) = (store.clone(), first.clone(), written.fence);
        writers.spawn(async move {
            let next = first.supersede(at(10 + n), &mut fresh).unwrap();
            let change = Change::Plan { body: Box::new(next), replaces: Some(first.version()), addresses: vec![] };
            store.write(write(base, vec![change])).await.map(|_| ())
        });
    }
    let outcomes = writers.join_all().await;
    assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 1);
    assert!(outcomes.iter().all(|outcome| matches!(outcome, Ok(()) | Err(Refused::Moved))));
    let versions = store.versions(ama, first.id()).await.unwrap();
    assert_eq!(versions.iter().filter(|version| version.current).count(), 1);
    assert_eq!(versions.len(), 2);
}

#[tokio::test]
async fn the_wrong_base_is_stale_and_somebody_elses_plan_is_refused() {
    let store = in_memory().await;
    let (ama, ben) = (ama(&store).await, ama(&store).await);
    let first = plan(ama, State::Active);
    let written = store.write(write(fence(&store, ama).await, vec![new_plan(first.clone())])).await.unwrap();
    let next = first.supersede(at(10), &mut fresh).unwrap();
    let elsewhere = plan(ama, State::Draft).version();
    let change = Change::Plan { body: Box::new(next), replaces: Some(elsewhere), addresses: vec![] };
    assert_eq!(store.write(write(written.fence, vec![change])).await.unwrap_err(), Refused::Stale);
    let again = store.write(write(written.fence, vec![new_plan(first.clone())])).await;
    assert_eq!(again.unwrap_err(), Refused::Exists);
    let foreign = store.write(write(fence(&store, ben).await, vec![new_plan(first.clone())])).await;
    assert_eq!(foreign.unwrap_err(), Refused::Exists);
    let taken = Change::Plan {
        body: Box::new(plan(ben, State::Draft)),
        replaces: None,
        addresses: vec![*first.id().as_bytes()],
    };
    assert_eq!(store.write(write(fence(&store, ben).await, vec![taken])).await.unwrap_err(), Refused::Exists);
    let particulars = Change::Person(Box::new(Sealed::<Person>::new(person(vec![]))));
    let swapped = store.write(write(fence(&store, ben).await, vec![particulars])).await;
    assert_eq!(swapped.unwrap_err(), Refused::Exists);
}

#[tokio::test]
async fn a_person_is_found_only_by_what_was_verified_for_them_alone() {
    let store = in_memory().await;
    let ama = create(&store, person(vec![verified("100"), claimed("200")])).await;
    let find = |value: &'static str| {
        let store = store.clone();
        async move { store.person_by_identifier("urn:number", value).await.unwrap() }
    };
    assert_eq!(find("100").await, Some(ama));
    assert_eq!(find("200").await, None);
    assert_eq!(find("300").await, None);
    assert_eq!(store.person_by_identifier("urn:other", "100").await.unwrap(), None);

    create(&store, person(vec![claimed("100")])).await;
    assert_eq!(find("100").await, Some(ama), "a claim hides nobody");
    let ben = person(vec![verified("100")]);
    let id = create(&store, ben.clone()).await;
    assert_eq!(find("100").await, None, "two persons, one number");

    let resolved = Person { identifiers: vec![claimed("100")], ..ben };
    let change = Change::Person(Box::new(Sealed::<Person>::new(resolved)));
    store.write(write(fence(&store, id).await, vec![change])).await.unwrap();
    assert_eq!(find("100").await, Some(ama));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_retry_gets_the_first_answer_and_is_done_once() {
    let store = in_memory().await;
    let ama = ama(&store).await;
    let base = fence(&store, ama).await;
    let once = |request| Once {
        client: EHR,
        key: "try-1".to_owned(),
        request,
        answer: b"the id".to_vec(),
        expires_at: at(1000),
    };
    let with = |request| {
        let mut wanted = write(base, vec![new_plan(plan(ama, State::Draft))]);
        wanted.once = Some(once(request));
        wanted
    };
    let (one, two) = tokio::join!(store.write(with([1; 32])), store.write(with([1; 32])));
    let done = Done { request: [1; 32], answer: b"the id".to_vec() };
    let (won, lost) = if one.is_ok() { (one, two) } else { (two, one) };
    assert!(won.is_ok());
    assert!(matches!(lost, Err(Refused::Moved | Refused::Repeated(_))), "{lost:?}");
    assert_eq!(store.write(with([1; 32])).await.unwrap_err(), Refused::Repeated(done.clone()));
    assert_eq!(store.write(with([2; 32])).await.unwrap_err(), Refused::KeyReused);
    assert_eq!(store.done(EHR, "try-1", at(5)).await.unwrap(), Some(done));
    assert_eq!(store.done(EHR, "try-1", at(1000)).await.unwrap(), None);
    assert_eq!(store.snapshot(ama).await.unwrap().unwrap().plans.len(), 1);
}

#[tokio::test]
async fn events_wait_until_they_are_delivered() {
    let store = in_memory().await;
    let ama = ama(&store).await;
    let event = |n: u8| Event {
        id: EventId::from_stored([n; 16]),
        organization: Some(HOSPITAL),
        topic: Code::new("plan-changed"),
        subject: [n; 16],
        at: at(3),
    };
    let mut wanted = write(fence(&store, ama).await, vec![]);
    wanted.events = vec![event(1), event(2)];
    store.write(wanted).await.unwrap();
    let waiting = store.events(10).await.unwrap();
    assert_eq!(waiting.iter().map(|event| event.id).collect::<Vec<_>>(), [event(1).id, event(2).id]);
    assert_eq!((waiting[0].person, waiting[0].topic.as_str()), (ama, "plan-changed"));
    store.events_done(vec![event(1).id]).await.unwrap();
    assert_eq!(store.events(10).await.unwrap().len(), 1);
}
