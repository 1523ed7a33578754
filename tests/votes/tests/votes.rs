//! The decision, the naive reading of the law and Cedar agree; and they would not, if one had misread it.
#![allow(clippy::expect_used, reason = "a test that fails says where")]

use std::path::Path;

use sayso_votes::cedar::{Slip, Translation};
use sayso_votes::table::{Voter, table};
use sayso_votes::world::{case, spread};

/// All three vote on each.
const CASES: u64 = 500_000;
/// The table of so many cases, as it was when somebody last looked at it.
const KEPT: &str = "tests/table.sha256";
/// With this set, what is kept is written anew.
const BLESS: &str = "SAYSO_BLESS";

#[test]
fn three_votes_agree_on_half_a_million_cases() {
    let hands = std::thread::available_parallelism().map_or(1, usize::from);
    let table = table(CASES, hands, |_| ());
    assert_eq!(table.cases, CASES);
    if let Some(first) = table.first.first() {
        let votes = Voter::new(Translation::default()).vote(*first);
        panic!(
            "{} disagreements, {:?}; case {first}: {votes:#?} {:#?}",
            table.disagreements,
            table.first,
            case(*first)
        );
    }
    for (cause, at_least) in [
        ("released", 50_000),
        ("never asked", 100_000),
        ("refused", 50_000),
        ("refusal not understood", 40_000),
        ("not now", 1_000),
        ("other purpose", 5_000),
        ("close", 5_000),
    ] {
        assert!(table.often(cause) >= at_least, "{cause}: {table:?}");
    }
    let kept = Path::new(env!("CARGO_MANIFEST_DIR")).join(KEPT);
    if std::env::var_os(BLESS).is_some() {
        std::fs::write(&kept, format!("{}\n", table.digest)).expect("the digest can be kept");
    }
    let expected = std::fs::read_to_string(&kept).expect("the digest is kept");
    assert_eq!(expected.trim(), table.digest, "a case is decided otherwise than before; {BLESS}=1 keeps it");
}

/// The mistakes that show only where a refusal holds even in an emergency.
const MARKED: [Slip; 2] = [Slip::MarkForgotten, Slip::MarkPermits];
/// Cases that are voted on with all that is refused refused even in an emergency.
const MARKED_CASES: u64 = 100_000;

#[test]
fn three_votes_agree_where_all_is_refused_even_in_an_emergency() {
    let mut voter = Voter::new(Translation::default()).marked();
    let mut plain = Voter::new(Translation::default());
    let mut closed = 0;
    for index in (0..MARKED_CASES).map(spread) {
        let votes = voter.vote(index);
        assert!(votes.agree(), "case {index}: {votes:#?} {:#?}", case(index));
        let before = plain.vote(index).verdict;
        assert!(before.is_released() || !votes.verdict.is_released(), "case {index}: a mark opens nothing");
        closed += u64::from(before.is_released() && !votes.verdict.is_released());
    }
    assert!(closed > 100, "a mark closed {closed} of {MARKED_CASES}");
}

/// The votes are worth nothing if they cannot differ: each mistake in the translation is noticed.
#[test]
fn every_planted_mistake_is_noticed() {
    for slip in Slip::ALL {
        let voter = || Voter::new(Translation(Some(slip)));
        let mut voter = if MARKED.contains(&slip) { voter().marked() } else { voter() };
        let noticed = (0..CASES).find(|&n| !voter.vote(spread(n)).agree());
        println!("{slip:?}: noticed at {noticed:?}");
        assert!(noticed.is_some(), "{slip:?} is not noticed in {CASES} cases");
    }
}

/// A refusal that Cedar cannot evaluate is skipped by it. That is an error here, and never a vote.
#[test]
fn a_policy_that_ends_in_an_error_is_no_vote() {
    let mut voter = Voter::new(Translation(Some(Slip::NamelessUnguarded)));
    let error = (0..CASES).find_map(|n| voter.vote(spread(n)).cedar.err());
    assert!(error.is_some_and(|error| error.contains("practitioner")));
}
