//! The workloads over HTTP: W1 a consented read, W3 a crisis fetch, W4 a push of a plan.

use std::time::Duration;

use serde_json::Value;

use crate::load::{Asker, Sample, load};
use crate::server::{Side, Sides};
use crate::wire::{Connection, request};
use crate::world::{Known, PERSONS};

/// One workload.
pub(crate) struct Workload {
    pub(crate) id: &'static str,
    pub(crate) name: &'static str,
    connections: usize,
    what: What,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum What {
    Read,
    Crisis,
    Push,
}

/// In their order.
pub(crate) const ALL: [Workload; 3] = [
    Workload { id: "W1", name: "consented read, GET CarePlan/{id}", connections: 64, what: What::Read },
    Workload { id: "W3", name: "crisis fetch, GET Patient/$current-plan", connections: 64, what: What::Crisis },
    // One connection for each plan: what is measured is the push, not the conflict.
    Workload { id: "W4", name: "plan push, PUT /plans/{id} with If-Match", connections: PERSONS, what: What::Push },
];

/// What a workload gave: for each side its rounds.
pub(crate) struct Measured {
    pub(crate) id: &'static str,
    pub(crate) name: &'static str,
    pub(crate) connections: usize,
    pub(crate) answer_bytes: usize,
    pub(crate) sayso: Vec<Sample>,
    pub(crate) permit_all: Vec<Sample>,
    pub(crate) bare: Vec<Sample>,
}

impl Workload {
    pub(crate) async fn measure(&self, sides: &mut Sides, rounds: u32, smoke: bool) -> Measured {
        println!("{}: {}", self.id, self.name);
        let part = if smoke { 10 } else { 1 };
        let (warm, during) = (Duration::from_millis(2_000 / part), Duration::from_millis(4_000 / part));
        let mut sayso = self.askers(sides, Side::Sayso).await;
        let mut permit_all = self.askers(sides, Side::PermitAll).await;
        let answer_bytes = answer_bytes(sides, Side::Sayso, &mut sayso[0]).await;
        let twin_bytes = answer_bytes_close(sides, &mut permit_all[0], answer_bytes).await;
        // What a push is compared with is stored durably too: one row, one transaction, nothing looked at.
        let plain = if self.what == What::Push { "insert" } else { "static" };
        let path = format!("/{plain}/{answer_bytes}");
        let sent = sayso[0].next();
        let body = sent.windows(4).position(|four| four == b"\r\n\r\n").map_or(&[][..], |at| &sent[at + 4..]);
        let method = if body.is_empty() { "GET" } else { "PUT" };
        let fixed = request(method, &path, &[], body);
        let mut bare: Vec<AskerOf> = (0..self.connections).map(|_| AskerOf::fixed(fixed.clone())).collect();
        println!("  {answer_bytes} bytes each (twin {twin_bytes}), {} connections", self.connections);
        let mut measured = Measured {
            id: self.id,
            name: self.name,
            connections: self.connections,
            answer_bytes,
            sayso: Vec::new(),
            permit_all: Vec::new(),
            bare: Vec::new(),
        };
        for round in 0..=rounds {
            // The first round warms up and does not count.
            let long = if round == 0 { warm } else { during };
            let (a, askers) = load(sides.address(Side::Sayso), sayso, long).await;
            sayso = askers;
            let (b, askers) = load(sides.address(Side::PermitAll), permit_all, long).await;
            permit_all = askers;
            let (c, askers) = load(sides.address(Side::Bare), bare, long).await;
            bare = askers;
            if round > 0 {
                println!(
                    "  round {round}: {:.0}/s, permit-all {:.0}/s, bare {:.0}/s",
                    a.each_second, b.each_second, c.each_second
                );
                measured.sayso.push(a);
                measured.permit_all.push(b);
                measured.bare.push(c);
            }
        }
        measured
    }

    async fn askers(&self, sides: &Sides, side: Side) -> Vec<AskerOf> {
        let known = sides.known(side).await;
        let mut askers = Vec::new();
        for n in 0..self.connections {
            askers.push(match self.what {
                What::Read => AskerOf::fixed(read(&known, n % PERSONS)),
                What::Crisis => AskerOf::fixed(crisis(&known, n % PERSONS)),
                What::Push => AskerOf::pushing(sides, side, &known, n).await,
            });
        }
        askers
    }
}

/// A consented read of one person's plan by the record system.
pub(crate) fn read(known: &Known, n: usize) -> Vec<u8> {
    let bearer = format!("Bearer {}", known.ehr);
    request("GET", &format!("/fhir/CarePlan/{}", known.plans[n]), &[("authorization", &bearer)], b"")
}

/// The advance directive in force, for the crisis service.
pub(crate) fn crisis(known: &Known, n: usize) -> Vec<u8> {
    let path = format!("/fhir/Patient/$current-plan?identifier={}&kind=advance-directive", known.identifiers[n]);
    request("GET", &path, &[("authorization", &format!("Bearer {}", known.crisis))], b"")
}

async fn answer_bytes(sides: &Sides, side: Side, asker: &mut AskerOf) -> usize {
    let mut connection = Connection::open(sides.address(side)).await;
    let status = connection.ask(&asker.next()).await;
    asker.answered(status, &connection);
    connection.body().len()
}

/// The twin must answer with about the same bytes, or the ratio would compare lengths.
async fn answer_bytes_close(sides: &Sides, asker: &mut AskerOf, wanted: usize) -> usize {
    let found = answer_bytes(sides, Side::PermitAll, asker).await;
    assert!(found.abs_diff(wanted) * 10 <= wanted, "the twin answers with {found} bytes instead of {wanted}");
    found
}

/// Asks the same again and again, or writes a plan again and again.
pub(crate) enum AskerOf {
    Fixed(Vec<u8>),
    Pushing { path: String, bearer: String, etag: String, plan: Box<Value>, number: u64 },
}

impl AskerOf {
    fn fixed(request: Vec<u8>) -> Self {
        Self::Fixed(request)
    }

    async fn pushing(sides: &Sides, side: Side, known: &Known, n: usize) -> Self {
        Self::pushing_to(sides, side, known, n, &known.plans[n]).await
    }

    /// The app of a person writes one of their plans.
    pub(crate) async fn pushing_to(sides: &Sides, side: Side, known: &Known, n: usize, plan: &str) -> Self {
        let path = format!("/plans/{plan}");
        let bearer = format!("Bearer {}", known.apps[n]);
        let mut connection = Connection::open(sides.address(side)).await;
        let status = connection.ask(&request("GET", &path, &[("authorization", &bearer)], b"")).await;
        assert_eq!(status, 200, "{}", String::from_utf8_lossy(connection.body()));
        let etag = connection.header("etag").unwrap().to_owned();
        let plan = serde_json::from_slice(connection.body()).unwrap();
        Self::Pushing { path, bearer, etag, plan, number: 0 }
    }
}

impl Asker for AskerOf {
    fn next(&mut self) -> Vec<u8> {
        match self {
            Self::Fixed(request) => request.clone(),
            Self::Pushing { path, bearer, etag, plan, number } => {
                *number += 1;
                plan["items"][0]["words"]["text"] = format!("Written for the {number}. time.").into();
                let body = plan.to_string();
                let headers =
                    [("authorization", bearer.as_str()), ("content-type", "application/json"), ("if-match", etag)];
                request("PUT", path, &headers, body.as_bytes())
            }
        }
    }

    fn answered(&mut self, status: u16, connection: &Connection) {
        assert_eq!(status, 200, "{}", String::from_utf8_lossy(connection.body()));
        if let Self::Pushing { etag, .. } = self {
            connection.header("etag").unwrap().clone_into(etag);
        }
    }
}
