//! A decision takes no memory: who is refused cannot make the service work for it.

use allocation_counter::measure;
use sayso_consent::{Compiled, decide};
use sayso_votes::world::{case, spread};

/// Cases that are looked at.
const CASES: u64 = 20_000;

#[test]
fn a_decision_allocates_nothing() {
    let mut withheld = 0;
    for n in 0..CASES {
        let case = case(spread(n));
        let rules = Compiled::of(&case.consents);
        let mut verdict = None;
        let memory = measure(|| verdict = Some(decide(&rules, &case.part, &case.ask)));
        assert_eq!((memory.count_total, memory.bytes_total), (0, 0), "case {}: {verdict:?}", spread(n));
        withheld += u64::from(verdict.is_some_and(|verdict| !verdict.is_released()));
    }
    assert!(withheld > CASES / 2 && withheld < CASES, "{withheld} of {CASES} are refusals");
}

#[test]
fn what_allocates_is_noticed() {
    let case = case(spread(1));
    assert!(measure(|| drop(Compiled::of(&case.consents))).count_total > 0);
}
