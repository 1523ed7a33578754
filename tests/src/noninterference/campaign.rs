//! Many pairs on all cores: houses are furnished once for some scripts, because furnishing takes longer than asking.

use std::path::PathBuf;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use super::difference;
use super::layout::Layout;
use super::mix;
use super::pair::{Case, Leaked, Pair, Tally};
use super::script::{adversary, script};
use super::shrink::shrink;
use crate::generate::Choices;

/// How many scripts are run against the same two houses.
pub const SCRIPTS_EACH: u64 = 8;
/// How long a finding is made shorter.
const SHRINK_MOST: Duration = Duration::from_secs(120);
/// How often progress is told.
const TELL_EVERY: Duration = Duration::from_secs(10);

/// A finding: the case, short, and what was seen.
#[derive(Debug, Clone)]
pub struct Finding {
    /// The number of pairs that were run until it was seen.
    pub pairs: u64,
    /// The number of the case, from the seed of the campaign.
    pub number: u64,
    /// The case.
    pub case: Case,
    /// What was seen.
    pub leaked: Box<Leaked>,
}

/// What is to be run.
#[derive(Debug, Clone)]
pub struct Campaign {
    /// The seed.
    pub seed: u64,
    /// The number of the case with which it begins.
    pub first: u64,
    /// How many pairs of a script and two houses.
    pub pairs: u64,
    /// On how many threads.
    pub threads: usize,
    /// Where the houses keep their data; in memory when it is none.
    pub folder: Option<PathBuf>,
    /// Whether a finding is made short.
    pub shrink: bool,
    /// Whether progress is told.
    pub tell: bool,
}

/// The case of this number, with one script after the other.
#[must_use]
pub fn case(seed: u64, number: u64, scripts: u64) -> Case {
    let adversary = adversary(number);
    let seed = mix(&[seed, number]);
    let layout = Layout::of(adversary, seed);
    let mut choices = Choices::new(mix(&[seed, 10]));
    let steps = (0..scripts).flat_map(|_| script(&layout, &mut choices)).collect();
    Case { adversary, seed, differences: difference::some(&layout), steps }
}

struct Shared<'a> {
    campaign: &'a Campaign,
    next: AtomicU64,
    pairs: AtomicU64,
    stop: AtomicBool,
    tally: Mutex<Tally>,
    found: Mutex<Option<Finding>>,
    told: Mutex<Instant>,
}

impl Campaign {
    /// Runs all pairs, or until the houses look different.
    #[must_use]
    pub fn run(&self) -> (Tally, Option<Finding>) {
        let shared = Shared {
            campaign: self,
            next: AtomicU64::new(0),
            pairs: AtomicU64::new(0),
            stop: AtomicBool::new(false),
            tally: Mutex::default(),
            found: Mutex::default(),
            told: Mutex::new(Instant::now()),
        };
        std::thread::scope(|scope| {
            for _ in 0..self.threads {
                scope.spawn(|| {
                    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
                    // While one pair waits for its database, another goes on.
                    runtime.block_on(async { tokio::join!(shared.work(), shared.work(), shared.work()) });
                });
            }
        });
        (shared.tally.into_inner().unwrap(), shared.found.into_inner().unwrap())
    }
}

impl Shared<'_> {
    async fn work(&self) {
        let cases = self.campaign.pairs.div_ceil(SCRIPTS_EACH);
        loop {
            let place = self.next.fetch_add(1, Ordering::SeqCst);
            if place >= cases || self.stop.load(Ordering::SeqCst) {
                return;
            }
            let scripts = SCRIPTS_EACH.min(self.campaign.pairs - place * SCRIPTS_EACH);
            let number = self.campaign.first + place;
            self.one(&case(self.campaign.seed, number, scripts), scripts, number).await;
        }
    }

    async fn one(&self, case: &Case, scripts: u64, number: u64) {
        let mut pair = Pair::at(self.places(number), case).await;
        for (at, step) in case.steps.iter().enumerate() {
            if self.stop.load(Ordering::SeqCst) {
                return;
            }
            if let Err(leaked) = pair.step(at, step).await {
                self.stop.store(true, Ordering::SeqCst);
                let partly = (at as u64 * scripts).div_ceil(case.steps.len() as u64).max(1);
                let pairs = self.pairs.load(Ordering::SeqCst) + partly;
                self.find(case, leaked, pairs, number).await;
                return;
            }
        }
        self.tally.lock().unwrap().add(&pair.count());
        let pairs = self.pairs.fetch_add(scripts, Ordering::SeqCst) + scripts;
        self.tell(pairs);
    }

    async fn find(&self, case: &Case, leaked: Box<Leaked>, pairs: u64, number: u64) {
        let (case, leaked) = if self.campaign.shrink {
            let (short, shown) = shrink(case, SHRINK_MOST).await;
            (short, shown.unwrap_or(leaked))
        } else {
            (case.clone(), leaked)
        };
        self.found.lock().unwrap().get_or_insert(Finding { pairs, number, case, leaked });
    }

    fn places(&self, number: u64) -> [sayso_store::Place; 2] {
        let at = |side: &str| match &self.campaign.folder {
            Some(folder) => sayso_store::Place::Folder(folder.join(format!("{number}-{side}"))),
            None => sayso_store::Place::Memory,
        };
        [at("a"), at("b")]
    }

    fn tell(&self, pairs: u64) {
        let mut told = self.told.lock().unwrap();
        if self.campaign.tell && told.elapsed() >= TELL_EVERY {
            *told = Instant::now();
            eprintln!("non-interference: {pairs} of {} pairs, seed {:#x}", self.campaign.pairs, self.campaign.seed);
        }
    }
}
