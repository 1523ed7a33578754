//! W3, the first fetch and the repeated one: a directive changes, the crisis service asks at once, or once the answer
//! lies ready, and then again; nobody else asks.

use std::time::{Duration, Instant};

use crate::load::Asker;
use crate::server::{Side, Sides};
use crate::wire::{Connection, request};
use crate::workload::{AskerOf, crisis};
use crate::world::PERSONS;

/// How long after a change somebody asks who does not ask at once: when the changes have settled and all is made.
const LATER: Duration = Duration::from_millis(500);

/// How long an answer took, in microseconds.
pub(crate) struct Fetches {
    /// Right after the directive changed: decided, assembled, recorded.
    pub(crate) at_once: Vec<f64>,
    /// A little later: decided, recorded, the bytes were made ready meanwhile.
    pub(crate) first: Vec<f64>,
    /// Once more: decided, recorded, the bytes are at hand.
    pub(crate) repeated: Vec<f64>,
    /// A body of the same length from the bare accept loop.
    pub(crate) bare: Vec<f64>,
    pub(crate) answer_bytes: usize,
}

/// Each round changes and fetches the directive of every person; what is kept is the median of each round.
pub(crate) async fn measure(sides: &Sides, rounds: u32, smoke: bool) -> Fetches {
    println!("W3, first and repeated fetch after a change");
    let known = sides.known(Side::Sayso).await;
    let mut writers = Vec::new();
    for n in 0..PERSONS {
        writers.push(AskerOf::pushing_to(sides, Side::Sayso, &known, n, &known.directives[n]).await);
    }
    let mut connection = Connection::open(sides.address(Side::Sayso)).await;
    let mut bare = Connection::open(sides.address(Side::Bare)).await;
    let mut fetches =
        Fetches { at_once: Vec::new(), first: Vec::new(), repeated: Vec::new(), bare: Vec::new(), answer_bytes: 0 };
    let times = if smoke { 1 } else { 3 };
    for round in 0..=rounds {
        let [mut at_once, mut first, mut repeated, mut plain] = [const { Vec::new() }; 4];
        for n in (0..PERSONS).cycle().take(PERSONS * times) {
            let status = connection.ask(&writers[n].next()).await;
            writers[n].answered(status, &connection);
            let fetch = crisis(&known, n);
            at_once.push(timed(&mut connection, &fetch).await);
            let status = connection.ask(&writers[n].next()).await;
            writers[n].answered(status, &connection);
            tokio::time::sleep(LATER).await;
            first.push(timed(&mut connection, &fetch).await);
            repeated.push(timed(&mut connection, &fetch).await);
            fetches.answer_bytes = connection.body().len();
            let fixed = request("GET", &format!("/static/{}", fetches.answer_bytes), &[], b"");
            plain.push(timed(&mut bare, &fixed).await);
        }
        let [at_once, first, repeated, plain] = [at_once, first, repeated, plain].map(median);
        if round > 0 {
            println!(
                "  round {round}: at once {at_once:.0} µs, first {first:.0} µs, repeated {repeated:.0} µs, bare {plain:.0} µs"
            );
            fetches.at_once.push(at_once);
            fetches.first.push(first);
            fetches.repeated.push(repeated);
            fetches.bare.push(plain);
        }
    }
    fetches
}

async fn timed(connection: &mut Connection, request: &[u8]) -> f64 {
    let begun = Instant::now();
    let status = connection.ask(request).await;
    let took = begun.elapsed().as_secs_f64() * 1e6;
    assert_eq!(status, 200, "{}", String::from_utf8_lossy(connection.body()));
    took
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
