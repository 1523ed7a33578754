//! Making a finding short: steps are left out as long as the houses still look different, then differences.

use std::time::{Duration, Instant};

use super::pair::{Case, Leaked, Pair};
use super::script::Step;

/// Runs a case from the beginning.
pub async fn run(case: &Case) -> Option<Box<Leaked>> {
    let mut pair = Pair::in_memory(case).await;
    for (at, step) in case.steps.iter().enumerate() {
        if let Err(leaked) = pair.step(at, step).await {
            return Some(leaked);
        }
    }
    None
}

/// The case with the last request as it was really asked.
fn by_address(case: &Case, found: &Leaked) -> Option<Case> {
    let mut literal = case.clone();
    let Some(Step::Ask(request)) = literal.steps.last_mut() else { return None };
    request.path.clone_from(&found.asked.path);
    Some(literal)
}

/// The shortest case found within the time that still looks different, and how.
pub async fn shrink(case: &Case, most: Duration) -> (Case, Option<Box<Leaked>>) {
    let until = Instant::now() + most;
    let mut best = case.clone();
    let mut leaked = run(&best).await;
    if let Some(found) = &leaked {
        best.steps.truncate(found.at + 1);
    }
    // By its address, what was asked last no longer hangs on how much was seen before.
    if let Some(literal) = leaked.as_ref().and_then(|found| by_address(&best, found))
        && let Some(found) = run(&literal).await
    {
        (best, leaked) = (literal, Some(found));
    }
    let mut size = best.steps.len() / 2;
    while size > 0 && leaked.is_some() && Instant::now() < until {
        let mut from = 0;
        while from + size < best.steps.len() && Instant::now() < until {
            let mut shorter = best.clone();
            shorter.steps.drain(from..from + size);
            match run(&shorter).await {
                Some(found) => (best, leaked) = (shorter, Some(found)),
                None => from += size,
            }
        }
        size /= 2;
    }
    let mut place = 0;
    while place < best.differences.len() && leaked.is_some() && Instant::now() < until {
        let mut fewer = best.clone();
        fewer.differences.remove(place);
        match run(&fewer).await {
            Some(found) => (best, leaked) = (fewer, Some(found)),
            None => place += 1,
        }
    }
    (best, leaked)
}
