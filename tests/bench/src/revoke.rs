//! W6: readers without pause while a person opens and takes back. An answer that was released although its request
//! began after the withdrawal was acknowledged is a leak, and one leak fails the run.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use crate::server::{Side, Sides};
use crate::wire::{Connection, request};
use crate::workload::read;

/// How many reads.
const READS: u64 = 1_000_000;
/// How many connections read.
const READERS: usize = 32;
/// Whose sharing changes.
const PERSON: usize = 0;
/// How long it stays open, or closed. Each change leaves a consent behind that every new look at the person reads, so
/// more changes than anybody makes in a life would measure something else.
const STAYS: Duration = Duration::from_millis(250);
/// Tokens live for five minutes; new ones are taken long before.
const TOKEN_EVERY: Duration = Duration::from_secs(120);

/// What the person knows. Odd: the last withdrawal was acknowledged, and nothing was opened since.
type Epoch = Arc<AtomicU64>;

#[derive(Default)]
struct Seen {
    reads: AtomicU64,
    released: AtomicU64,
    /// Reads that began and ended while it was closed.
    while_closed: AtomicU64,
    leaked: AtomicU64,
}

pub(crate) struct Revoked {
    pub(crate) reads: u64,
    pub(crate) released: u64,
    pub(crate) while_closed: u64,
    pub(crate) leaked: u64,
    pub(crate) withdrawals: u64,
    /// From the person's click to its acknowledgement, in microseconds: half, and 99 of 100.
    pub(crate) p50: u64,
    pub(crate) p99: u64,
}

pub(crate) async fn measure(sides: &mut Sides, smoke: bool) -> Revoked {
    println!("W6: revoke to enforced, {READERS} readers");
    let wanted = if smoke { READS / 200 } else { READS };
    let address = sides.address(Side::Sayso);
    let (epoch, seen) = (Epoch::default(), Arc::new(Seen::default()));
    let asked = read(&sides.known(Side::Sayso).await, PERSON);
    let (ask, asks) = tokio::sync::watch::channel(asked);
    let readers: Vec<_> = (0..READERS)
        .map(|_| tokio::spawn(reader(address, asks.clone(), Arc::clone(&epoch), Arc::clone(&seen), wanted)))
        .collect();
    let mut person = Connection::open(address).await;
    let (mut times, mut renewed) = (Vec::new(), Instant::now());
    while seen.reads.load(Ordering::SeqCst) < wanted {
        tokio::time::sleep(STAYS).await;
        let begun = Instant::now();
        assert_eq!(person.ask(&request("POST", &format!("/bench/close/{PERSON}"), &[], b"")).await, 200);
        times.push(u64::try_from(begun.elapsed().as_micros()).unwrap());
        epoch.fetch_add(1, Ordering::SeqCst);
        tokio::time::sleep(STAYS).await;
        epoch.fetch_add(1, Ordering::SeqCst);
        assert_eq!(person.ask(&request("POST", &format!("/bench/open/{PERSON}"), &[], b"")).await, 200);
        if renewed.elapsed() > TOKEN_EVERY {
            ask.send(read(&sides.known(Side::Sayso).await, PERSON)).unwrap();
            renewed = Instant::now();
        }
    }
    for reader in readers {
        reader.await.unwrap();
    }
    times.sort_unstable();
    let count = |of: &AtomicU64| of.load(Ordering::SeqCst);
    Revoked {
        reads: count(&seen.reads),
        released: count(&seen.released),
        while_closed: count(&seen.while_closed),
        leaked: count(&seen.leaked),
        withdrawals: u64::try_from(times.len()).unwrap(),
        p50: times[times.len() / 2],
        p99: times[(times.len() - 1) * 99 / 100],
    }
}

async fn reader(
    address: SocketAddr,
    asks: tokio::sync::watch::Receiver<Vec<u8>>,
    epoch: Epoch,
    seen: Arc<Seen>,
    wanted: u64,
) {
    let mut connection = Connection::open(address).await;
    while seen.reads.fetch_add(1, Ordering::SeqCst) < wanted {
        let asked = asks.borrow().clone();
        let before = epoch.load(Ordering::SeqCst);
        let status = connection.ask(&asked).await;
        let closed = before % 2 == 1 && before == epoch.load(Ordering::SeqCst);
        assert!(status == 200 || status == 404, "{status}: {}", String::from_utf8_lossy(connection.body()));
        let add = |to: &AtomicU64, so: bool| to.fetch_add(u64::from(so), Ordering::SeqCst);
        add(&seen.released, status == 200);
        add(&seen.while_closed, closed);
        add(&seen.leaked, closed && status == 200);
    }
}
