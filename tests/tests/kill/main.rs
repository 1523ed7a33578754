//! The kill loop: a real process under write load is killed at random instants, and nothing that was acknowledged is
//! lost, nothing is half there, and nobody sees more than the person last said.
//!
//! `SAYSO_BIN` is the binary; `SAYSO_ROUNDS` how often it is killed; `SAYSO_SEED` repeats the instants of a run.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::disallowed_methods,
    clippy::print_stdout,
    reason = "a test that fails says where"
)]

// The person in a browser, the app and the running binary are those of the stories.
#[path = "../stories/browser.rs"]
#[allow(dead_code, reason = "the stories use more of it")]
mod browser;
#[path = "../stories/house.rs"]
#[allow(dead_code, reason = "the stories use more of it")]
mod house;
#[path = "../stories/keys.rs"]
#[allow(dead_code, reason = "the stories use more of it")]
mod keys;
#[path = "../stories/systems.rs"]
#[allow(dead_code, reason = "the stories use more of it")]
mod systems;
#[path = "../stories/web.rs"]
#[allow(dead_code, reason = "the stories use more of it")]
mod web;

mod consent;
mod disk;
mod plans;
mod wire;

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use serde_json::Value;

use crate::consent::Switches;
use crate::house::{Ground, House};
use crate::plans::Writer;

/// How often the process is killed in the short run.
const ROUNDS: u32 = 30;
/// The load lasts at most this long before the kill, in milliseconds.
const LOAD_MILLISECONDS: u64 = 2_000;
/// Who writes while others consent: one of them is the person whose sharing changes at the same time.
const WRITERS: [&str; 3] = ["ama", "jordan", "teo"];

/// SplitMix64: the instants of the kills, repeatable by their seed.
struct Dice(u64);

impl Dice {
    fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (z ^ (z >> 31)) % end
    }
}

fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok().map(|text| text.parse().unwrap_or_else(|_| panic!("{name} is a number")))
}

#[test]
fn what_was_acknowledged_survives_being_killed_and_what_was_taken_back_stays_back() {
    let rounds = number("SAYSO_ROUNDS").map_or(ROUNDS, |n| u32::try_from(n).unwrap());
    let seed = number("SAYSO_SEED")
        .unwrap_or_else(|| u64::from(SystemTime::now().duration_since(UNIX_EPOCH).unwrap().subsec_nanos()));
    println!("seed {seed}, {rounds} rounds");
    let mut dice = Dice(seed);
    let ground = Ground::new();
    let mut writers: Vec<Writer> = WRITERS.iter().map(|login| Writer::new(login)).collect();
    let mut switches = Switches::default();
    let (mut house, mut described) = ground.demo();
    for round in 1..=rounds {
        let begun = Instant::now();
        let before: u64 = writers.iter().map(Writer::acknowledged).sum::<u64>() + switches.acknowledged();
        let load = Duration::from_millis(20 + dice.below(LOAD_MILLISECONDS));
        under_load(house, &described, &mut writers, &mut switches, load);
        disk::is_whole(&ground);
        std::fs::remove_file(ground.path("demo.json")).unwrap();
        (house, described) = ground.demo();
        for writer in &mut writers {
            writer.let_in(house.doors, &described);
            writer.finds_everything();
        }
        switches.still_hold(&ground, house.doors, &described);
        let after = writers.iter().map(Writer::acknowledged).sum::<u64>() + switches.acknowledged();
        println!("round {round}: {} acknowledged writes in {load:?}, {:?} in all", after - before, begun.elapsed());
    }
    let writes: u64 = writers.iter().map(Writer::acknowledged).sum();
    assert!(writes > u64::from(rounds), "only {writes} plans were written: no load");
    assert!(switches.acknowledged() > u64::from(rounds) / 2, "consent hardly changed: no load");
    println!("{writes} writes of plans and {} changes of consent were acknowledged", switches.acknowledged());
    house.stop();
    disk::is_whole(&ground);
}

/// Writes and consents until the process is killed in the middle.
fn under_load(house: House, described: &Value, writers: &mut [Writer], switches: &mut Switches, load: Duration) {
    let doors = house.doors;
    for writer in writers.iter_mut() {
        writer.let_in(doors, described);
    }
    let killed = AtomicBool::new(false);
    std::thread::scope(|scope| {
        for writer in writers.iter_mut() {
            let killed = &killed;
            scope.spawn(move || while writer.writes(killed) {});
        }
        let killed = &killed;
        scope.spawn(move || while switches.flip(doors, killed) {});
        scope.spawn(move || {
            std::thread::sleep(load);
            killed.store(true, Ordering::SeqCst);
            // SIGKILL: nothing in the process runs after it.
            drop(house);
        });
    });
}
