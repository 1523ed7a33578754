//! M1: a plan of 30 items as FHIR, against serde_json writing the same bytes.

use std::hint::black_box;
use std::time::Instant;

use allocation_counter::measure as counted;
use sayso_consent::{FingerprintKey, Sealed, Themselves, own};
use sayso_fhir::{Shown, native, outgoing};
use sayso_plan::{PersonId, Plan};
use serde_json::Value;
use time::OffsetDateTime;

/// The items of the plan.
const ITEMS: usize = 30;
/// How often it is mapped in a round.
const TIMES: u32 = 400;
const BASE: &str = "https://sayso.example/fhir";
const PLAN: &str = include_str!("../../../fixtures/persons/ama/joint-crisis.plan.json");

/// What the rounds gave, in microseconds for one plan.
pub(crate) struct Mapping {
    pub(crate) mapping: Vec<f64>,
    pub(crate) with_bytes: Vec<f64>,
    pub(crate) json: Vec<f64>,
    pub(crate) resources: usize,
    pub(crate) bytes: usize,
    pub(crate) allocations: u64,
    pub(crate) json_allocations: u64,
}

pub(crate) fn measure(rounds: u32, smoke: bool) -> Mapping {
    println!("M1: a plan of {ITEMS} items as FHIR");
    let released = own(&Sealed::<Plan>::new(plan()), &Themselves::signed_in(person()), &key()).unwrap();
    let map = || outgoing::resources(black_box(&released), BASE);
    let shown = map();
    let values: Vec<Value> = shown.iter().map(|one| one.json.clone()).collect();
    let write = || values.iter().map(|value| serde_json::to_vec(black_box(value)).unwrap()).collect::<Vec<_>>();
    let both = || map().iter().map(Shown::bytes).collect::<Vec<_>>();
    assert_eq!(both(), write(), "the same bytes");
    let times = if smoke { TIMES / 10 } else { TIMES };
    let mut done = Mapping {
        mapping: Vec::new(),
        with_bytes: Vec::new(),
        json: Vec::new(),
        resources: shown.len(),
        bytes: both().iter().map(Vec::len).sum(),
        allocations: counted(|| drop(black_box(both()))).count_total,
        json_allocations: counted(|| drop(black_box(write()))).count_total,
    };
    for round in 0..=rounds {
        let [mapping, with_bytes, json] = [each(times, map), each(times, both), each(times, write)];
        if round > 0 {
            println!(
                "  round {round}: mapping {mapping:.0} µs, with bytes {with_bytes:.0} µs, serde_json {json:.0} µs"
            );
            done.mapping.push(mapping);
            done.with_bytes.push(with_bytes);
            done.json.push(json);
        }
    }
    done
}

fn each<T>(times: u32, once: impl Fn() -> T) -> f64 {
    let begun = Instant::now();
    for _ in 0..times {
        black_box(once());
    }
    begun.elapsed().as_secs_f64() * 1e6 / f64::from(times)
}

fn person() -> PersonId {
    PersonId::from_stored([1; 16])
}

fn key() -> FingerprintKey {
    FingerprintKey::new([2; 32])
}

fn plan() -> Plan {
    let mut plan: Value = serde_json::from_str(PLAN).unwrap();
    plan["items"].as_array_mut().unwrap().truncate(ITEMS);
    plan["status"] = "draft".into();
    let content = native::read(plan.to_string().as_bytes()).unwrap();
    assert_eq!(content.items.len(), ITEMS);
    let mut number = 0_u128;
    let mut fresh = || {
        number += 1;
        number.to_be_bytes()
    };
    Plan::begin(person(), content, OffsetDateTime::from_unix_timestamp(1_780_000_000).unwrap(), &mut fresh).unwrap()
}
