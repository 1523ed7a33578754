//! Races: the model as it is meant has none, each fault that is planted in it is found, the real house goes as it does,
//! and readers on real threads see nothing after a withdrawal. And what the time of an answer tells is reported.

use std::collections::BTreeSet;
use std::sync::atomic::Ordering;

use sayso_gateway::Limits;
use sayso_races::home::House;
use sayso_races::model::{Fault, Life, NOT_OLDER, NOTHING_AFTER, Step};
use sayso_races::{replay, threads, timing};
use sayso_tests::world::{Asked, NO_LIMITS};
use stateright::{Checker, HasDiscoveries, Model};

/// How many acts the person has in the model.
const ACTS: u8 = 4;
/// How many in the ways that are gone in a real house.
const ACTS_REPLAYED: u8 = 2;
/// How many reads on real threads.
const READS: u64 = 100_000;
/// How many answers of each class, to see that it works.
const SAMPLES: usize = 2_000;

#[test]
fn c03_nothing_is_released_that_began_after_a_withdrawal_in_any_state_of_the_model() {
    let checker = Life::meant(ACTS).checker().threads(2).spawn_bfs().join();
    checker.assert_properties();
    println!("{} states", checker.unique_state_count());
    assert!(checker.unique_state_count() > 10_000, "{}", checker.unique_state_count());
}

#[test]
fn each_fault_that_is_planted_in_the_model_is_found() {
    let mut by = BTreeSet::new();
    for fault in Fault::PLANTED {
        let life = Life { fault, acts: ACTS };
        let checker = life.checker().threads(2).finish_when(HasDiscoveries::AnyFailures).spawn_bfs().join();
        let found = [NOTHING_AFTER, NOT_OLDER].into_iter().filter_map(|name| Some((name, checker.discovery(name)?)));
        let found: Vec<_> = found.collect();
        assert!(!found.is_empty(), "{fault:?} is not found");
        for (name, path) in found {
            by.insert(name);
            println!("{fault:?}: not true that {name}: {:?}", path.into_actions());
        }
    }
    assert_eq!(by.len(), 2, "each of the two laws finds something: {by:?}");
}

#[tokio::test]
async fn c03_the_real_house_answers_on_every_way_as_the_model_does() {
    let acts = std::env::var("SAYSO_ACTS").ok().and_then(|acts| acts.parse().ok()).unwrap_or(ACTS_REPLAYED);
    let house = House::open().await;
    let paths = replay::all(acts);
    let on_its_way = |path: &&replay::Path| {
        path.steps.windows(2).any(|pair| matches!(pair, [Step::Decide(_), Step::Grant | Step::Withdraw | Step::Edit]))
    };
    assert!(paths.len() > 100, "{}", paths.len());
    let raced = paths.iter().filter(on_its_way).count();
    assert!(raced * 4 > paths.len(), "{raced} of {}", paths.len());
    let mut answers = 0;
    for path in &paths {
        answers += replay::go(&house, path).await.unwrap_or_else(|why| panic!("{why}"));
    }
    println!("{} ways, {raced} with something between decision and record, {answers} answers", paths.len());
    assert_eq!(answers, paths.len() * 2);
}

#[test]
fn c03_readers_beside_a_person_who_withdraws_see_nothing_that_began_after_it() {
    let reads = std::env::var("SAYSO_READS").ok().and_then(|reads| reads.parse().ok()).unwrap_or(READS);
    let seen = threads::run(reads);
    println!("{seen:?}");
    let of = |count: &std::sync::atomic::AtomicU64| count.load(Ordering::SeqCst);
    assert!(of(&seen.reads) >= reads);
    assert!(of(&seen.shown) > reads / 20 && of(&seen.while_closed) > reads / 20, "{seen:?}");
    assert_eq!((of(&seen.leaked), of(&seen.stale)), (0, 0), "{seen:?}");
}

#[test]
fn welch_says_of_known_samples_what_is_known_of_them() {
    // Welch (1947): (mean - mean') / sqrt(s²/n + s'²/n').
    let (one, other) = ([27.5, 21.0, 19.0, 23.6, 17.0, 17.9], [27.1, 22.0, 20.8, 23.4, 23.4, 23.5, 25.8, 22.0]);
    assert!((timing::welch(&one, &other) + 1.406_9).abs() < 0.001, "{}", timing::welch(&one, &other));
    assert!(timing::welch(&one, &one).abs() < f64::EPSILON);
}

#[tokio::test]
async fn g11_what_shows_nothing_is_not_answered_before_its_time() {
    let takes = std::time::Duration::from_millis(60);
    let house = House::limited(Limits { nothing_takes: takes, ..NO_LIMITS }).await;
    let (hidden, absent) = (house.person(false).await, "00000000-0000-4000-9000-000000000000");
    let mut asked = Vec::new();
    for plan in [hidden.plan.to_string(), absent.to_owned()] {
        asked.extend(["GET", "HEAD"].map(|method| Asked::new(method, &format!("/fhir/CarePlan/{plan}"))));
        asked.push(Asked::new("GET", &format!("/plans/{plan}")));
        asked.push(Asked::new("GET", &format!("/fhir/Bundle/{plan}")));
    }
    for person in [hidden.person.to_string(), absent.to_owned()] {
        asked.extend(
            ["Patient?_id", "CarePlan?patient", "Task?patient"]
                .map(|query| Asked::new("GET", &format!("/fhir/{query}={person}"))),
        );
    }
    // Nobody shares: a page of all who do.
    asked.extend(["CarePlan?_count=5", "CarePlan/_history"].map(|page| Asked::new("GET", &format!("/fhir/{page}"))));
    for asked in asked.into_iter().map(|asked| asked.bearer(&house.token)) {
        let begun = std::time::Instant::now();
        let answer = house.world.call(&asked).await;
        let took = begun.elapsed();
        assert!(took >= takes, "{} {}: {took:?}", asked.method, asked.path);
        assert!(matches!(answer.status, 200 | 404), "{}: {}", asked.path, answer.status);
    }
}

#[tokio::test]
async fn g11_the_statistic_over_time_is_computed_and_reported() {
    let compared = timing::measure(SAMPLES, std::time::Duration::ZERO, 1).await;
    let pairs: Vec<_> = compared.iter().map(|one| one.pair).collect();
    assert_eq!(pairs, [("allowed", "hidden"), ("hidden", "absent"), ("allowed", "absent")]);
    for one in compared {
        println!("{one}");
        assert!(one.samples == SAMPLES && one.t.is_finite() && one.t_cropped.is_finite());
        assert!(one.means.0 > 0.0 && one.to_string().contains("told apart at |t| 4.5"), "{one}");
    }
}
