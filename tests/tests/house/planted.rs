//! The harness is worth something: every leak that is planted on purpose is found.
//!
//! `leaks.json` says for each after how many pairs a search from the seed found it, and in which case. A run asks that
//! case again, and searches only where it does not show there any more. `SAYSO_BLESS=1` writes what is found otherwise
//! than the file says; `SAYSO_LEAK` names one leak alone.

use std::collections::BTreeMap;

use sayso_consent::leak::{Leak, plant};
use sayso_tests::noninterference::campaign::{Campaign, Finding, SCRIPTS_EACH};
use serde::{Deserialize, Serialize};

const SEED: u64 = 0x5a75_0000_0000_0004;
/// A leak that is not found within this many pairs is not found.
const PAIRS_MAX: u64 = 800;
const KNOWN: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/house/leaks.json");

/// How a leak was found.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
struct Known {
    /// After how many pairs.
    pairs: u64,
    /// In the case of which number.
    case: u64,
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

fn search(leak: Leak, first: u64, pairs: u64, threads: usize) -> Option<Finding> {
    let _planted = Planted::new(leak);
    Campaign { seed: SEED, first, pairs, threads, folder: None, shrink: false, tell: false }.run().1
}

fn found(leak: Leak, known: Option<Known>, threads: usize) -> Option<Known> {
    if let Some(known) = known
        && search(leak, known.case, SCRIPTS_EACH, 1).is_some()
    {
        return Some(known);
    }
    let finding = search(leak, 0, PAIRS_MAX, threads)?;
    println!("{leak:?}: searched for, and found after {} pairs", finding.pairs);
    Some(Known { pairs: finding.pairs, case: finding.number })
}

#[test]
fn every_planted_leak_is_found() {
    let _alone = crate::alone();
    let bless = std::env::var_os("SAYSO_BLESS").is_some();
    let mut known: BTreeMap<String, Known> = serde_json::from_str(&std::fs::read_to_string(KNOWN).unwrap()).unwrap();
    let only = std::env::var("SAYSO_LEAK").ok();
    let (mut missed, mut count) = (Vec::new(), 0);
    for leak in Leak::PLANTED.iter().copied() {
        let name = format!("{leak:?}");
        if only.as_ref().is_some_and(|only| *only != name) {
            continue;
        }
        count += 1;
        match found(leak, known.get(&name).copied(), 2) {
            Some(how) => drop(known.insert(name, how)),
            None => missed.push(leak),
        }
        if bless {
            std::fs::write(KNOWN, format!("{}\n", serde_json::to_string_pretty(&known).unwrap())).unwrap();
        }
    }
    assert!(missed.is_empty(), "not found: {missed:?}");
    if only.is_none() {
        assert!(count >= 60 && known.len() == count, "{count} leaks, {} known; bless them", known.len());
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
