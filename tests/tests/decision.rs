//! The decision agrees with a second, deliberately naive reading of the law of consent.

/// One file for two rooms: the other has a foreign engine beside it, which these tests need not compile.
#[path = "../votes/src/reference.rs"]
mod reference;

use std::collections::BTreeMap;

use sayso_consent::{Ask, Compiled, Consent, Life, Part, Verdict, Why, decide};
use sayso_plan::ProvisionId;
use sayso_tests::generate::Choices;

use crate::reference::rule;

const CASES: u32 = 100_000;
const SEED: u64 = 0x5a75_0000_0000_0001;

/// Counts a verdict under its name, so that the run can show that it was worth something.
fn name(verdict: &Verdict) -> &'static str {
    match verdict {
        Verdict::Released { .. } => "released",
        Verdict::Withheld(Why::NeverAsked) => "never asked",
        Verdict::Withheld(Why::Refused(_)) => "refused",
        Verdict::Withheld(Why::RefusalNotUnderstood(_)) => "refusal not understood",
        Verdict::Withheld(Why::NotNow(_)) => "not now",
        Verdict::Withheld(Why::OtherPurpose(_)) => "other purpose",
        Verdict::Withheld(Why::Close(_)) => "close",
        Verdict::Withheld(Why::NotShared) => "not shared",
    }
}

fn case(choices: &mut Choices) -> (Vec<Consent>, Part, Ask, Life) {
    (choices.consents(), choices.part(), choices.ask(), choices.life())
}

#[test]
fn the_decision_and_the_naive_reading_agree_a_hundred_thousand_times() {
    let mut counts: BTreeMap<&str, u32> = BTreeMap::new();
    for n in 0..CASES {
        let (consents, part, ask, life) = case(&mut Choices::new(SEED + u64::from(n)));
        let verdict = decide(&Compiled::of(&consents).in_life(life), &part, &ask);
        let ruling = rule(&consents, &part, &ask, &life);
        assert!(
            ruling.agrees_with(&verdict),
            "seed {:#x}: {verdict:?} is not\n{ruling:#?}\nof {consents:#?}\n{part:#?}\n{ask:#?}\n{life:?}",
            SEED + u64::from(n)
        );
        *counts.entry(name(&verdict)).or_default() += 1;
    }
    let often = |name: &str| counts.get(name).copied().unwrap_or(0);
    assert!(often("released") * 10 >= CASES, "{counts:?}");
    for cause in ["never asked", "refused", "refusal not understood", "not now", "other purpose", "close"] {
        assert!(often(cause) * 200 >= CASES, "{cause}: {counts:?}");
    }
}

/// The reference is worth nothing if it agrees with anything: a verdict that was turned round is not agreed with.
#[test]
fn the_naive_reading_contradicts_a_verdict_that_was_turned_round() {
    let somebody = ProvisionId::from_stored([9; 16]);
    for n in 0..2_000 {
        let (consents, part, ask, life) = case(&mut Choices::new(SEED + n));
        let verdict = decide(&Compiled::of(&consents).in_life(life), &part, &ask);
        let wrong = match verdict {
            Verdict::Released { .. } => Verdict::Withheld(Why::NeverAsked),
            Verdict::Withheld(_) => Verdict::Released { by: somebody, since: ask.at },
        };
        assert!(!rule(&consents, &part, &ask, &life).agrees_with(&wrong));
    }
}
