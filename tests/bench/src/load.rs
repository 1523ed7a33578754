//! A closed loop: each connection asks again as soon as it is answered.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use crate::wire::Connection;

/// What one round of one side gave.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Sample {
    /// Answers each second.
    pub(crate) each_second: f64,
    /// Half of the answers came within this time, in microseconds.
    pub(crate) p50: u64,
    /// 99 of 100 answers came within this time, in microseconds.
    pub(crate) p99: u64,
}

/// One connection's part of the load.
pub(crate) trait Asker: Send + 'static {
    /// The next request.
    fn next(&mut self) -> Vec<u8>;
    /// Looks at the answer; anything but what it should be ends the run.
    fn answered(&mut self, status: u16, connection: &Connection);
}

/// Loads one server with one connection for each asker.
pub(crate) async fn load<A: Asker>(address: SocketAddr, askers: Vec<A>, during: Duration) -> (Sample, Vec<A>) {
    let begun = Instant::now();
    let tasks: Vec<_> = askers.into_iter().map(|asker| tokio::spawn(one(address, asker, begun + during))).collect();
    let (mut times, mut askers) = (Vec::new(), Vec::new());
    for task in tasks {
        let (asker, took) = task.await.unwrap();
        askers.push(asker);
        times.extend(took);
    }
    let each_second = times.len() as f64 / begun.elapsed().as_secs_f64();
    times.sort_unstable();
    let at = |share: f64| times[((times.len() - 1) as f64 * share) as usize];
    (Sample { each_second, p50: at(0.5), p99: at(0.99) }, askers)
}

async fn one<A: Asker>(address: SocketAddr, mut asker: A, until: Instant) -> (A, Vec<u64>) {
    let mut connection = Connection::open(address).await;
    let mut times = Vec::new();
    while Instant::now() < until {
        let request = asker.next();
        let begun = Instant::now();
        let status = connection.ask(&request).await;
        times.push(u64::try_from(begun.elapsed().as_micros()).unwrap());
        asker.answered(status, &connection);
    }
    (asker, times)
}
