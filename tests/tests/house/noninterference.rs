//! Two houses that differ only in what a caller may not see look the same to that caller.

use std::time::Instant;

use sayso_tests::noninterference::campaign::{Campaign, Finding, SCRIPTS_EACH};
use sayso_tests::noninterference::difference::What;
use sayso_tests::noninterference::event::Event;
use sayso_tests::noninterference::pair::{Case, Tally, row_of};
use sayso_tests::noninterference::shrink;

/// The seed of the run; `SAYSO_SEED` sets another one.
const SEED: u64 = 0x5a75_0000_0000_0003;
/// Pairs of a script and two houses in the run; `SAYSO_PAIRS` sets another number, `SAYSO_FIRST` begins behind so many.
const PAIRS: u64 = 5_000;
/// Pairs with the data on disk.
const PAIRS_ON_DISK: u64 = 300;
/// From this many pairs on, every kind of difference must have occurred.
const ENOUGH_PAIRS: u64 = 1_000;
/// Findings of earlier runs, one case a line.
const REGRESSIONS: &str = include_str!("regressions.jsonl");

fn number(name: &str, otherwise: u64) -> u64 {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(otherwise)
}

fn threads() -> usize {
    std::thread::available_parallelism().map_or(2, std::num::NonZero::get)
}

fn fail(finding: &Finding, seed: u64) -> ! {
    let case = serde_json::to_string(&finding.case).unwrap();
    panic!(
        "after {} pairs of seed {seed:#x} the houses look different to {:?}:\n{:#?}\n{:#?}\n{:?}\n\
         mend it, and keep this line in tests/tests/house/regressions.jsonl:\n{case}",
        finding.pairs, finding.case.adversary, finding.case.differences, finding.case.steps, finding.leaked,
    );
}

fn report(tally: &Tally, pairs: u64, began: Instant) {
    let percent = tally.shown * 100 / tally.asked.max(1);
    println!("{pairs} pairs in {:.0?}: {} requests, {percent} % answered with content", began.elapsed(), tally.asked);
    println!("statuses {:?}\nmade {:?}", tally.statuses, tally.done);
}

#[test]
fn what_a_caller_may_not_see_changes_nothing_that_the_caller_sees() {
    let _honest = crate::honest();
    let (pairs, seed, began) = (number("SAYSO_PAIRS", PAIRS), number("SAYSO_SEED", SEED), Instant::now());
    let first = number("SAYSO_FIRST", 0) / SCRIPTS_EACH;
    let campaign = Campaign { seed, first, pairs, threads: threads(), folder: None, shrink: true, tell: true };
    let (tally, finding) = campaign.run();
    if let Some(finding) = finding {
        fail(&finding, seed);
    }
    report(&tally, pairs, began);
    assert!(tally.shown * 10 >= tally.asked * 4, "too few answers with content: {tally:?}");
    assert!(!tally.statuses.keys().any(|status| *status >= 500), "{:?}", tally.statuses);
    if pairs >= ENOUGH_PAIRS {
        for name in What::NAMES.into_iter().chain(Event::NAMES) {
            assert!(tally.done.get(name).is_some_and(|count| *count > 0), "{name} never happened: {:?}", tally.done);
        }
        let rows = sayso_gateway::routes().iter().map(row_of).collect::<Vec<_>>();
        let is_asked = |row: &str| tally.routes.contains_key(row) || NO_LOOK.contains(&row);
        let missing: Vec<&String> = rows.iter().filter(|row| !is_asked(row)).collect();
        assert!(missing.is_empty(), "never asked: {missing:?}");
        let is_taken =
            |row: &str| [&NO_LOOK[..], &NOT_FOR_THEM].concat().contains(&row) || tally.taken.contains_key(row);
        let refused: Vec<&String> = rows.iter().filter(|row| !is_taken(row)).collect();
        assert!(refused.is_empty(), "always refused: {refused:?}");
    }
}

/// Rows by which nobody looks at anything of a person's: tokens, and what is the same for all.
const NO_LOOK: [&str; 7] = [
    "GET /schemas/plan.json",
    "GET /schemas/consent-receipt.json",
    "GET /fhir/.well-known/smart-configuration",
    "GET /.well-known/oauth-authorization-server",
    "POST /oauth/token",
    "POST /oauth/revoke",
    "POST /oauth/introspect",
];

/// Rows that answer the app alone to which everything is open and that sees what the person decided: nothing is hidden
/// from it, and so it is not one of those who look.
const NOT_FOR_THEM: [&str; 2] = ["POST /fhir/Consent/$preview", "POST /fhir/Consent/$explain"];

#[test]
fn nothing_shows_with_the_data_on_disk_either() {
    let _honest = crate::honest();
    let (seed, began) = (number("SAYSO_SEED", SEED) ^ 1, Instant::now());
    let folder = tempfile::tempdir().unwrap();
    let place = Some(folder.path().to_owned());
    let campaign =
        Campaign { seed, first: 0, pairs: PAIRS_ON_DISK, threads: threads(), folder: place, shrink: true, tell: true };
    let (tally, finding) = campaign.run();
    if let Some(finding) = finding {
        fail(&finding, seed);
    }
    report(&tally, PAIRS_ON_DISK, began);
    assert!(tally.shown * 10 >= tally.asked * 4, "too few answers with content: {tally:?}");
}

#[tokio::test]
async fn what_was_found_once_does_not_show_again() {
    let _honest = crate::honest();
    for line in REGRESSIONS.lines().filter(|line| !line.is_empty()) {
        let case: Case = serde_json::from_str(line).unwrap();
        if let Some(leaked) = shrink::run(&case).await {
            panic!("{leaked:?}\n{line}");
        }
    }
}
