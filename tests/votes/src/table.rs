//! The decision table: all votes on many cases, in order, with a digest of what is released.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc;

use cedar_policy::PolicySet;
use sayso_consent::{Ask, Compiled, Consent, Life, Part, Verdict, Why, decide};
use sha2::{Digest, Sha256};

use crate::cedar::{Cedar, Translation};
use crate::reference::rule;
use crate::world::{Decided, Place, questions, size, spread};

/// Cases that are voted on at a time.
const BLOCK: u64 = 20_000;
/// Disagreements that are remembered by their number.
const REMEMBERED: usize = 20;

/// The causes, in the order in which they are counted.
pub const CAUSES: [&str; 7] =
    ["released", "never asked", "refused", "refusal not understood", "not now", "other purpose", "close"];

fn cause(verdict: &Verdict) -> usize {
    match verdict {
        Verdict::Released { .. } => 0,
        Verdict::Withheld(Why::NeverAsked) => 1,
        Verdict::Withheld(Why::Refused(_) | Why::RefusedEvenInEmergency(_)) => 2,
        Verdict::Withheld(Why::RefusalNotUnderstood(_)) => 3,
        Verdict::Withheld(Why::NotNow(_)) => 4,
        Verdict::Withheld(Why::OtherPurpose(_)) => 5,
        Verdict::Withheld(Why::Close(_)) => 6,
        Verdict::Withheld(Why::NotShared | Why::AboutThem(_)) => {
            unreachable!("neither the state of a plan nor whom a part is about is part of a case")
        }
    }
}

/// What came of a vote.
#[derive(Debug, Default)]
pub struct Table {
    /// Cases voted on.
    pub cases: u64,
    /// How often each of [`CAUSES`].
    pub causes: [u64; 7],
    /// Cases in which the three did not agree, or the first two not on the cause.
    pub disagreements: u64,
    /// The numbers of the first of them.
    pub first: Vec<u64>,
    /// SHA-256 over the number of each case, eight bytes with the least first, and a byte that is 1 when it is released.
    pub digest: String,
}

/// The three votes on one case.
#[derive(Debug, Clone)]
pub struct Votes {
    /// The decision of the consent room, and whether the naive reading agrees with it, cause and all.
    pub verdict: Verdict,
    /// Whether the naive reading releases, and whether it would have named the same cause.
    pub reference: (bool, bool),
    /// Whether Cedar releases.
    pub cedar: Result<bool, String>,
}

impl Votes {
    /// Whether all agree.
    #[must_use]
    pub fn agree(&self) -> bool {
        let released = self.verdict.is_released();
        self.reference == (released, true) && self.cedar.as_ref() == Ok(&released)
    }
}

/// One who counts the votes, with the consents of the last case at hand.
pub struct Voter {
    questions: Vec<(Ask, Part)>,
    cedar: Cedar,
    marked: bool,
    last: Option<(Decided, Said)>,
}

struct Said {
    consents: Vec<Consent>,
    compiled: Compiled,
    policies: PolicySet,
}

impl Voter {
    /// With Cedar's policies translated in this way.
    #[must_use]
    pub fn new(translation: Translation) -> Self {
        let questions = questions();
        Self { cedar: Cedar::new(translation, &questions), questions, marked: false, last: None }
    }

    /// The same, with every provision marked as holding even in an emergency; of a permit that says nothing.
    #[must_use]
    pub fn marked(self) -> Self {
        Self { marked: true, ..self }
    }

    /// The votes on one case.
    pub fn vote(&mut self, index: u64) -> Votes {
        let place = Place::of(index);
        let cedar = &mut self.cedar;
        let said = match self.last.take() {
            Some((decided, said)) if decided == place.decided() => said,
            _ => {
                let mut consents = place.consents();
                let all = consents.iter_mut().flat_map(|one| &mut one.provisions);
                all.for_each(|one| one.even_in_emergency = self.marked);
                Said { compiled: Compiled::of(&consents), policies: cedar.policies(&consents), consents }
            }
        };
        let (ask, part) = &self.questions[place.question()];
        let verdict = decide(&said.compiled, part, ask);
        let ruling = rule(&said.consents, part, ask, &Life::default());
        let reference = (ruling.releases(), ruling.agrees_with(&verdict));
        let cedar = self.cedar.releases(&said.policies, place.question());
        self.last = Some((place.decided(), said));
        Votes { verdict, reference, cedar }
    }
}

/// Which case is voted on `n`th, when there are so many: all in their order, or so many spread over the whole.
fn nth(n: u64, cases: u64) -> u64 {
    if cases < size() { spread(n) } else { n }
}

/// Votes on so many cases, or on all there are, with so many hands; `progress` hears how many are done.
#[must_use]
pub fn table(cases: u64, hands: usize, mut progress: impl FnMut(u64)) -> Table {
    let cases = cases.min(size());
    let next = AtomicU64::new(0);
    let (send, receive) = mpsc::sync_channel::<(u64, Block)>(8 * hands);
    let mut table = Table::default();
    let mut digest = Sha256::new();
    std::thread::scope(|scope| {
        for send in vec![send; hands] {
            let next = &next;
            scope.spawn(move || {
                let mut voter = Voter::new(Translation::default());
                loop {
                    let from = next.fetch_add(BLOCK, Ordering::Relaxed);
                    if from >= cases || send.send((from, block(&mut voter, from, cases))).is_err() {
                        return;
                    }
                }
            });
        }
        let mut waiting = BTreeMap::new();
        for (from, block) in receive {
            waiting.insert(from, block);
            while let Some(block) = waiting.remove(&table.cases) {
                table.take(block, cases, &mut digest);
                progress(table.cases);
            }
        }
    });
    table.digest = digest.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
    table
}

/// The votes on some cases that follow each other.
struct Block {
    causes: Vec<u8>,
    disagreements: Vec<u64>,
}

fn block(voter: &mut Voter, from: u64, cases: u64) -> Block {
    let mut block = Block { causes: Vec::new(), disagreements: Vec::new() };
    for n in from..cases.min(from + BLOCK) {
        let index = nth(n, cases);
        let votes = voter.vote(index);
        block.causes.push(u8::try_from(cause(&votes.verdict)).expect("there are seven"));
        if !votes.agree() {
            block.disagreements.push(index);
        }
    }
    block
}

impl Table {
    fn take(&mut self, block: Block, cases: u64, digest: &mut Sha256) {
        for cause in block.causes {
            digest.update(nth(self.cases, cases).to_le_bytes());
            digest.update([u8::from(cause == 0)]);
            self.causes[usize::from(cause)] += 1;
            self.cases += 1;
        }
        self.disagreements += block.disagreements.len() as u64;
        let room = REMEMBERED.saturating_sub(self.first.len());
        self.first.extend(block.disagreements.into_iter().take(room));
    }

    /// How often a cause was named.
    #[must_use]
    pub fn often(&self, cause: &str) -> u64 {
        CAUSES.iter().position(|name| *name == cause).map_or(0, |place| self.causes[place])
    }
}
