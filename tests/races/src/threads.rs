//! Readers without pause on real threads, beside a person who grants, edits and takes back.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use crate::home::{Home, House, version};
use crate::model::Way;

/// How many read at the same time.
const READERS: u64 = 8;
/// How long it stays as it is, so that reads fall into it.
const STAYS: Duration = Duration::from_millis(5);
/// How many changes one person makes before the next one is read: each leaves something that every read looks at.
const CHANGES_MAX: u64 = 40;

/// What was seen.
#[derive(Debug, Default)]
pub struct Seen {
    /// All reads.
    pub reads: AtomicU64,
    /// Those that were answered with something.
    pub shown: AtomicU64,
    /// Those that began after an acknowledged withdrawal and ended before the next grant.
    pub while_closed: AtomicU64,
    /// Of those, the ones that were answered with something: each is a leak.
    pub leaked: AtomicU64,
    /// Those that showed an older version than was acknowledged before they began: each is a fault.
    pub stale: AtomicU64,
}

/// What the person knows to be done. `turn` is odd while the last withdrawal is acknowledged and nothing granted since.
#[derive(Debug, Default)]
struct Acknowledged {
    turn: AtomicU64,
    version: AtomicU64,
}

/// Reads so often, in one house on as many threads as the machine has.
///
/// # Panics
/// When the house does not stand.
#[must_use]
pub fn run(reads: u64) -> Arc<Seen> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let seen = Arc::new(Seen::default());
    runtime.block_on(async {
        let house = House::open().await;
        while seen.reads.load(Ordering::SeqCst) < reads {
            one_person(&house, reads, &seen).await;
        }
    });
    seen
}

async fn one_person(house: &House, reads: u64, seen: &Arc<Seen>) {
    let home = house.person(true).await;
    let known = Arc::new(Acknowledged::default());
    known.version.store(1, Ordering::SeqCst);
    let done = Arc::new(AtomicBool::new(false));
    let readers: Vec<_> = (0..READERS)
        .map(|n| {
            let (house, home, known) = (house.clone(), home.clone(), Arc::clone(&known));
            let (seen, done) = (Arc::clone(seen), Arc::clone(&done));
            tokio::spawn(async move {
                while !done.load(Ordering::SeqCst) {
                    read(&house, &home, n % 2 == 0, &known, &seen).await;
                }
            })
        })
        .collect();
    for change in 0..CHANGES_MAX {
        if seen.reads.load(Ordering::SeqCst) >= reads {
            break;
        }
        tokio::time::sleep(STAYS).await;
        house.withdraw(&home).await;
        known.turn.fetch_add(1, Ordering::SeqCst);
        tokio::time::sleep(STAYS).await;
        let version = change as u8 + 2;
        house.edit(&home, version).await;
        known.version.store(version.into(), Ordering::SeqCst);
        // Before it is granted: from here on an answer may show something.
        known.turn.fetch_add(1, Ordering::SeqCst);
        house.grant(&home).await;
    }
    done.store(true, Ordering::SeqCst);
    for reader in readers {
        reader.await.unwrap();
    }
}

async fn read(house: &House, home: &Home, whole: bool, known: &Acknowledged, seen: &Seen) {
    let (before, at_least) = (known.turn.load(Ordering::SeqCst), known.version.load(Ordering::SeqCst));
    let answer = if whole { house.read(home).await } else { house.ask(home, Way::First, None).await };
    let after = known.turn.load(Ordering::SeqCst);
    seen.reads.fetch_add(1, Ordering::SeqCst);
    let shown = version(&answer);
    let add = |count: &AtomicU64, when: bool| count.fetch_add(u64::from(when), Ordering::SeqCst);
    let while_closed = before == after && before % 2 == 1;
    add(&seen.shown, shown.is_some());
    add(&seen.while_closed, while_closed);
    add(&seen.leaked, while_closed && answer.shows_something());
    add(&seen.stale, shown.is_some_and(|version| u64::from(version) < at_least));
}
