//! The ways of the model gone in a real house: what the model says is answered is what is answered.

use std::sync::Arc;

use sayso_exchange::Between;
use stateright::Model;

use crate::home::{Home, House, next, version};
use crate::model::{Answer, Life, State, Step, Way};

/// One way: whether it begins open, and what happens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Path {
    /// Whether the plan is open when it begins.
    pub open: bool,
    /// The steps, each that of the model.
    pub steps: Vec<Step>,
}

/// Every way on which one reader reads twice and the person acts up to `acts` times: before, between the decision and
/// the record, and after.
#[must_use]
pub fn all(acts: u8) -> Vec<Path> {
    let life = Life::meant(acts);
    let mut found = Vec::new();
    for (open, state) in [false, true].into_iter().zip(life.init_states()) {
        walk(life, &state, &mut Vec::new(), open, &mut found);
    }
    found
}

fn walk(life: Life, state: &State, steps: &mut Vec<Step>, open: bool, found: &mut Vec<Path>) {
    let mut next = Vec::new();
    life.actions(state, &mut next);
    // One reader, so that a way is one line.
    next.retain(|step| !matches!(step, Step::Begin(1, _)));
    let reads = |step: &Step| matches!(step, Step::Begin(..) | Step::Decide(_) | Step::Record(_));
    if !next.iter().any(reads) {
        found.push(Path { open, steps: steps.clone() });
        return;
    }
    for step in next {
        // Between the request and the decision nothing can be told from before the request.
        let waits = matches!(steps.last(), Some(Step::Begin(..))) && !reads(&step);
        // Decided anew, it is not held up once more: the hook acts once.
        let held_up = steps.iter().rev().take_while(|step| !matches!(step, Step::Begin(..)));
        let anew = !reads(&step) && held_up.filter(|step| matches!(step, Step::Record(_))).count() > 0;
        let on_its_way = matches!(steps.iter().rev().find(|step| reads(step)), Some(Step::Decide(_)));
        let Some(after) = (!(waits || anew && on_its_way)).then(|| life.next_state(state, step)).flatten() else {
            continue;
        };
        steps.push(step);
        walk(life, &after, steps, open, found);
        steps.pop();
    }
}

/// Goes a way in a real house and in the model. The first difference, in words.
pub async fn go(house: &House, path: &Path) -> Result<usize, String> {
    let home = house.person(path.open).await;
    let life = Life::meant(u8::MAX);
    let mut state = life.init_states().remove(usize::from(path.open));
    let mut cursor: Option<String> = None;
    let (mut version_now, mut answers) = (1, 0);
    let mut steps = path.steps.iter().copied().peekable();
    while let Some(step) = steps.next() {
        state = life.next_state(&state, step).ok_or_else(|| format!("{step:?} cannot be"))?;
        let Step::Begin(_, way) = step else {
            act(house, &home, step, &mut version_now).await;
            continue;
        };
        // Up to its record: what the person does on the way is done by the hook.
        let mut on_its_way = Vec::new();
        let mut last: Option<Answer> = None;
        while last.is_none() {
            let step = steps.next().ok_or("the way ends before the answer")?;
            if !matches!(step, Step::Decide(_) | Step::Record(_)) {
                on_its_way.push(step);
            }
            state = life.next_state(&state, step).ok_or_else(|| format!("{step:?} cannot be"))?;
            last = state.last();
        }
        if !on_its_way.is_empty() {
            house.between(acting(house, &home, on_its_way.clone(), version_now));
            version_now += on_its_way.iter().filter(|step| **step == Step::Edit).count() as u8;
        }
        let answer = house.ask(&home, way, cursor.as_deref()).await;
        answers += 1;
        let (real, meant) = (version(&answer), last.and_then(|answer| answer.shown));
        if real != meant {
            return Err(format!("{way:?} shows {real:?}, and {meant:?} is meant: {path:?}"));
        }
        if way == Way::First {
            cursor = next(&answer).or(cursor);
        }
    }
    Ok(answers)
}

async fn act(house: &House, home: &Home, step: Step, version: &mut u8) {
    match step {
        Step::Grant => house.grant(home).await,
        Step::Withdraw => house.withdraw(home).await,
        Step::Edit => {
            *version += 1;
            house.edit(home, *version).await;
        }
        Step::Written | Step::Begin(..) | Step::Decide(_) | Step::Record(_) => {}
    }
}

fn acting(house: &House, home: &Home, steps: Vec<Step>, version: u8) -> Between {
    let (house, home) = (house.clone(), home.clone());
    Arc::new(move || {
        let (house, home, steps, mut version) = (house.clone(), home.clone(), steps.clone(), version);
        Box::pin(async move {
            for step in steps {
                act(&house, &home, step, &mut version).await;
            }
        })
    })
}
