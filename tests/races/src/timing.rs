//! Whether the time of an answer tells what is there: Welch's t over many answers, for what is open, hidden and absent.
//! It is reported and never asserted: on a machine that does other things it says as much of those. The threshold and
//! the cropping are those of Reparaz, Balasch, Verbauwhede: "Dude, is my code constant time?" (2017).

use std::fmt;
use std::time::{Duration, Instant};

use sayso_gateway::Limits;
use sayso_plan::PlanId;
use sayso_tests::generate::Choices;
use sayso_tests::world::{Asked, NO_LIMITS};
use tokio::task::JoinSet;

use crate::home::House;

/// Beyond this, times are held to differ.
pub const THRESHOLD: f64 = 4.5;
/// The part of the times that is kept when the slowest, which the machine made slow, are cropped.
const KEPT: f64 = 0.9;
/// What each class is called.
const CLASSES: [&str; 3] = ["allowed", "hidden", "absent"];

/// The times of each class, in microseconds.
type Times = [Vec<f64>; 3];

/// Two classes compared.
#[derive(Debug, Clone, PartialEq)]
pub struct Compared {
    /// Which.
    pub pair: (&'static str, &'static str),
    /// How many answers of each.
    pub samples: usize,
    /// The means, in microseconds.
    pub means: (f64, f64),
    /// Welch's t over all of them.
    pub t: f64,
    /// And without the slowest tenth.
    pub t_cropped: f64,
}

impl fmt::Display for Compared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let told = if self.t.abs().max(self.t_cropped.abs()) < THRESHOLD { "not told apart" } else { "told apart" };
        let ((one, other), (mean, mean_other)) = (self.pair, self.means);
        write!(f, "{one} and {other}: {} each, {mean:.1} and {mean_other:.1} µs", self.samples)?;
        write!(f, ", t {:.2}, cropped {:.2}: {told} at |t| {THRESHOLD}", self.t, self.t_cropped)
    }
}

/// Welch's t of two samples.
#[must_use]
pub fn welch(one: &[f64], other: &[f64]) -> f64 {
    let ((mean, spread), (mean_other, spread_other)) = (moments(one), moments(other));
    let error = (spread / one.len() as f64 + spread_other / other.len() as f64).sqrt();
    (mean - mean_other) / error
}

/// The mean, and the variance of the sample.
fn moments(sample: &[f64]) -> (f64, f64) {
    let mean = sample.iter().sum::<f64>() / sample.len() as f64;
    let squares: f64 = sample.iter().map(|time| (time - mean).powi(2)).sum();
    (mean, squares / (sample.len() - 1) as f64)
}

/// Asks so often for each class, in an order that is drawn, by so many askers at a time, and compares each with each.
/// What shows nothing is answered at multiples of `nothing_takes`.
///
/// # Panics
/// When the house does not stand, or a class is not what it is called.
pub async fn measure(samples: usize, nothing_takes: Duration, askers: usize) -> Vec<Compared> {
    let house = House::limited(Limits { nothing_takes, ..NO_LIMITS }).await;
    let plans = [house.person(true).await.plan, house.person(false).await.plan];
    let each = samples.div_ceil(askers);
    let mut asking: JoinSet<Times> = (0..askers).map(|n| ask(house.clone(), plans, each, n as u64)).collect();
    let mut times = Times::default();
    while let Some(more) = asking.join_next().await {
        times.iter_mut().zip(more.unwrap()).for_each(|(all, more)| all.extend(more));
    }
    [(0, 1), (1, 2), (0, 2)].map(|(one, other)| compare(one, other, &times)).into()
}

async fn ask(house: House, plans: [PlanId; 2], samples: usize, asker: u64) -> Times {
    let mut choices = Choices::new(0x5a75_7171 + asker);
    let mut times = Times::default();
    while times.iter().any(|of| of.len() < samples) {
        let class = choices.below(3) as usize;
        let path = match plans.get(class) {
            Some(plan) => plan.to_string(),
            // Each absent one is another, as each guess is.
            None => format!("00000000-0000-4000-9000-{:012x}", choices.below(1 << 48)),
        };
        let asked = Asked::new("GET", &format!("/fhir/CarePlan/{path}")).bearer(&house.token);
        let begun = Instant::now();
        let answer = house.world.call(&asked).await;
        let took = begun.elapsed().as_secs_f64() * 1e6;
        assert_eq!(answer.status, if class == 0 { 200 } else { 404 }, "{}", CLASSES[class]);
        if times[class].len() < samples {
            times[class].push(took);
        }
    }
    times
}

fn compare(one: usize, other: usize, times: &Times) -> Compared {
    let cropped = |of: &[f64]| {
        let mut sorted = of.to_vec();
        sorted.sort_by(f64::total_cmp);
        sorted.truncate((sorted.len() as f64 * KEPT) as usize);
        sorted
    };
    let (here, there) = (&times[one], &times[other]);
    Compared {
        pair: (CLASSES[one], CLASSES[other]),
        samples: here.len(),
        means: (moments(here).0, moments(there).0),
        t: welch(here, there),
        t_cropped: welch(&cropped(here), &cropped(there)),
    }
}
