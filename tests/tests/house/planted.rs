//! The harness is worth something: every leak that is planted on purpose is found.
//!
//! `leaks.jsonl` keeps for each leak the short case in which it shows, and after how many pairs a search from the seed
//! came upon it. A run asks each case twice: with the leak the houses look different, without it they look the same.
//! `SAYSO_BLESS=1` searches for the leaks whose case does not show them any more and writes what it finds;
//! `SAYSO_LEAK` names one leak alone.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use sayso_consent::leak::{Leak, plant};
use sayso_tests::noninterference::campaign::Campaign;
use sayso_tests::noninterference::pair::Case;
use sayso_tests::noninterference::shrink;
use serde::{Deserialize, Serialize};

const SEED: u64 = 0x5a75_0000_0000_0004;
/// A leak that a search does not find within this many pairs is not found.
const PAIRS_MAX: u64 = 2_000;
const KNOWN: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/house/leaks.jsonl");

/// How a leak was found.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Known {
    leak: String,
    /// After how many pairs.
    pairs: u64,
    /// The case, made short.
    case: Case,
}

/// Nothing stays planted, whatever happens.
pub(crate) struct Planted;

impl Planted {
    pub(crate) fn new(leak: Leak) -> Self {
        plant(leak);
        Self
    }
}

impl Drop for Planted {
    fn drop(&mut self) {
        plant(Leak::None);
    }
}

fn shows(leak: Leak, case: &Case) -> bool {
    let _planted = Planted::new(leak);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(shrink::run(case)).is_some()
}

/// The leak and nothing else is what makes the houses look different.
fn tells(leak: Leak, case: &Case) -> bool {
    shows(leak, case) && !shows(Leak::None, case)
}

fn search(leak: Leak) -> Option<Known> {
    let planted = Planted::new(leak);
    let campaign =
        Campaign { seed: SEED, first: 0, pairs: PAIRS_MAX, threads: 2, folder: None, shrink: true, tell: false };
    let (_, finding) = campaign.run();
    drop(planted);
    let finding = finding?;
    let known = Known { leak: format!("{leak:?}"), pairs: finding.pairs, case: finding.case };
    println!("{leak:?}: searched for, and found after {} pairs", known.pairs);
    tells(leak, &known.case).then_some(known)
}

fn known() -> BTreeMap<String, Known> {
    let text = std::fs::read_to_string(KNOWN).unwrap_or_default();
    let read = |line: &str| serde_json::from_str::<Known>(line).unwrap();
    text.lines().map(read).map(|known| (known.leak.clone(), known)).collect()
}

fn write(known: &BTreeMap<String, Known>) {
    let lines = known.values().fold(String::new(), |mut out, one| {
        let _ = writeln!(out, "{}", serde_json::to_string(one).unwrap());
        out
    });
    std::fs::write(KNOWN, lines).unwrap();
}

#[test]
fn every_planted_leak_is_found() {
    let _alone = crate::alone();
    let bless = std::env::var_os("SAYSO_BLESS").is_some();
    let only = std::env::var("SAYSO_LEAK").ok();
    let mut known = known();
    let (mut missed, mut count) = (Vec::new(), 0);
    for leak in Leak::PLANTED.iter().copied() {
        let name = format!("{leak:?}");
        if only.as_ref().is_some_and(|only| *only != name) {
            continue;
        }
        count += 1;
        if known.get(&name).is_some_and(|known| tells(leak, &known.case)) {
            continue;
        }
        match bless.then(|| search(leak)).flatten() {
            Some(how) => {
                known.insert(name, how);
                write(&known);
            }
            None => missed.push(leak),
        }
    }
    assert!(missed.is_empty(), "not found (SAYSO_BLESS=1 searches for them): {missed:?}");
    if only.is_none() {
        assert!(count >= 60 && known.len() == count, "{count} leaks, {} known; is one of them gone?", known.len());
    }
}

#[test]
fn a_finding_is_made_short() {
    let _alone = crate::alone();
    let planted = Planted::new(Leak::TitleAlways);
    let campaign =
        Campaign { seed: SEED, first: 0, pairs: PAIRS_MAX, threads: 1, folder: None, shrink: true, tell: false };
    let (_, finding) = campaign.run();
    drop(planted);
    let case = finding.unwrap().case;
    assert!(case.steps.len() <= 4 && case.differences.len() <= 2, "{case:#?}");
}
