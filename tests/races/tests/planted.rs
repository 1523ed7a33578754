//! The instruments are worth something: what is planted in the real house on purpose is found.

use std::sync::atomic::Ordering;

use sayso_consent::leak::{Leak, plant};
use sayso_races::home::House;
use sayso_races::{replay, threads};

/// How many acts the person has on the ways that are gone.
const ACTS: u8 = 2;
/// A fault that is not seen within so many reads is not seen.
const READS: u64 = 4_000;

/// The first way on which a real house with this in it answers otherwise than the model.
async fn first_difference(leak: Leak) -> Option<String> {
    let house = House::open().await;
    plant(leak);
    let mut found = None;
    for path in replay::all(ACTS) {
        if let Err(why) = replay::go(&house, &path).await {
            found = Some(why);
            break;
        }
    }
    plant(Leak::None);
    found
}

/// One test, because a leak is planted for the whole process.
#[test]
fn c03_what_is_planted_in_the_real_house_is_found_by_its_ways_and_by_its_readers() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    for leak in [Leak::FenceForgotten, Leak::StaleCache, Leak::PermitAll] {
        let found = runtime.block_on(first_difference(leak));
        println!("{leak:?}: {found:?}");
        assert!(found.is_some(), "{leak:?} is not found");
    }
    assert_eq!(runtime.block_on(first_difference(Leak::None)), None);
    for leak in [Leak::StaleCache, Leak::PermitAll] {
        plant(leak);
        let seen = threads::run(READS);
        plant(Leak::None);
        println!("{leak:?}: {seen:?}");
        let (leaked, stale) = (seen.leaked.load(Ordering::SeqCst), seen.stale.load(Ordering::SeqCst));
        let found = if leak == Leak::StaleCache { stale } else { leaked };
        assert!(found > 0, "{leak:?} is not seen: {seen:?}");
    }
}
