//! The harness is worth something: every leak that is planted on purpose is found.

use sayso_consent::leak::{Leak, plant};
use sayso_tests::noninterference::campaign::Campaign;

const SEED: u64 = 0x5a75_0000_0000_0004;
/// A leak that is not found within this many pairs is not found.
const PAIRS_MAX: u64 = 600;

/// Nothing stays planted, whatever happens.
struct Planted;

impl Planted {
    fn new(leak: Leak) -> Self {
        plant(leak);
        Self
    }
}

impl Drop for Planted {
    fn drop(&mut self) {
        plant(Leak::None);
    }
}

#[test]
fn every_planted_leak_is_found() {
    let _alone = crate::alone();
    let mut missed = Vec::new();
    // One of them by its name, for who has just planted it.
    let only = std::env::var("SAYSO_LEAK").ok();
    let wanted = |leak: &Leak| only.as_ref().is_none_or(|name| *name == format!("{leak:?}"));
    for leak in Leak::PLANTED.into_iter().filter(wanted) {
        let planted = Planted::new(leak);
        let campaign = Campaign { seed: SEED, pairs: PAIRS_MAX, threads: 2, folder: None, shrink: false, tell: false };
        let (_, finding) = campaign.run();
        drop(planted);
        match finding {
            Some(finding) => println!("{leak:?}: found after {} pairs", finding.pairs),
            None => missed.push(leak),
        }
    }
    assert!(missed.is_empty(), "not found: {missed:?}");
}

#[test]
fn a_finding_is_made_short() {
    let _alone = crate::alone();
    let planted = Planted::new(Leak::TitleAlways);
    let campaign = Campaign { seed: SEED, pairs: PAIRS_MAX, threads: 1, folder: None, shrink: true, tell: false };
    let (_, finding) = campaign.run();
    drop(planted);
    let case = finding.unwrap().case;
    assert!(case.steps.len() <= 4 && case.differences.len() <= 2, "{case:#?}");
}
