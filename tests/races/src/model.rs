//! The life of a read as a small machine: a person grants, withdraws and edits while two readers are on their way, by a
//! token that was issued before, by a second page, out of a cache. Every reachable state is looked at.

use stateright::{Model, Property};

/// How many acts the person has in all.
const ACTS_MAX: u8 = 4;
/// How many reads each reader begins.
const READS_MAX: u8 = 2;
/// How many readers there are.
pub const READERS: usize = 2;

/// Nothing is released that began after a withdrawal was acknowledged.
pub const NOTHING_AFTER: &str = "no answer is released that began after an acknowledged withdrawal";
/// What is released is what is open and in force when it is recorded.
pub const NOT_OLDER: &str = "no answer is older than the fence";

/// The machine, with a fault in it or none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Life {
    /// What was forgotten.
    pub fault: Fault,
    /// How many acts the person has, at most [`ACTS_MAX`].
    pub acts: u8,
}

/// What somebody could forget.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// Nothing: the machine as it is meant.
    None,
    /// The record of a read does not ask whether anything changed since the decision.
    NoFence,
    /// The revision counts consents and not plans.
    FenceOfConsentsOnly,
    /// Assembled bytes are kept by plan.
    CacheByPlan,
    /// The second page is answered by what the first was decided on.
    CursorKeepsRights,
    /// A token is answered by what was open when it was issued.
    TokenKeepsRights,
    /// A withdrawal is acknowledged before it is written.
    AcknowledgedTooEarly,
}

impl Fault {
    /// All faults that the properties must find.
    pub const PLANTED: [Self; 6] = [
        Self::NoFence,
        Self::FenceOfConsentsOnly,
        Self::CacheByPlan,
        Self::CursorKeepsRights,
        Self::TokenKeepsRights,
        Self::AcknowledgedTooEarly,
    ];
}

/// How a reader asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Way {
    /// The plan, or the first page of a list.
    First,
    /// The second page, by a cursor from a first.
    Next,
}

/// Where a reader is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Reading {
    /// It waits.
    Idle,
    /// It has sent its request.
    Asked(Begun),
    /// It was decided on this revision, that this version is shown, or nothing.
    Decided(Begun, u8, Option<u8>),
}

/// What was so when a request began.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Begun {
    way: Way,
    /// A withdrawal was acknowledged, and nothing was granted since.
    closed: bool,
    /// How many grants there had been.
    grants: u8,
}

/// Everything.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct State {
    open: bool,
    /// A withdrawal that the person holds to be done, and that is not written: only where that is the fault.
    unwritten: bool,
    version: u8,
    revision: u8,
    grants: u8,
    acts: u8,
    readers: [Reading; READERS],
    begun: [u8; READERS],
    /// Who has a cursor.
    cursors: [bool; READERS],
    /// Whether it was open when the readers' token was issued.
    token: bool,
    /// What the cache holds for the plan.
    cached: Option<u8>,
    /// What was released last: what must hold of it is looked at in each state.
    last: Option<Answer>,
    decided_anew: bool,
}

/// An answer at the moment it was recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Answer {
    /// Who asked, and how.
    pub reader: usize,
    /// How it was asked.
    pub way: Way,
    /// The version that was shown.
    pub shown: Option<u8>,
    /// The version that was in force, if it was open.
    pub right: Option<u8>,
    /// It began when a withdrawal was acknowledged, and nothing was granted until now.
    pub begun_after: bool,
}

/// What can happen next.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Step {
    /// The person opens the plan to the readers.
    Grant,
    /// The person takes that back, and it is acknowledged.
    Withdraw,
    /// A withdrawal that was acknowledged too early is written.
    Written,
    /// The person writes another version.
    Edit,
    /// A reader asks.
    Begin(usize, Way),
    /// It is decided what is shown.
    Decide(usize),
    /// It is recorded and answered, or decided anew.
    Record(usize),
}

impl State {
    /// The answer that was given last.
    #[must_use]
    pub fn last(&self) -> Option<Answer> {
        self.last
    }

    fn now(&self) -> Option<u8> {
        self.open.then_some(self.version)
    }

    fn acknowledged_closed(&self) -> bool {
        !self.open || self.unwritten
    }
}

impl Life {
    /// The machine as it is meant.
    #[must_use]
    pub const fn meant(acts: u8) -> Self {
        Self { fault: Fault::None, acts }
    }

    fn decide(self, state: &State, begun: Begun) -> Option<u8> {
        let by_rights_of_old = match self.fault {
            Fault::CursorKeepsRights => begun.way == Way::Next,
            Fault::TokenKeepsRights => state.token,
            _ => false,
        };
        if by_rights_of_old { Some(state.version) } else { state.now() }
    }

    fn record(self, state: &mut State, reader: usize) {
        let Reading::Decided(begun, revision, shown) = state.readers[reader] else { return };
        if revision != state.revision && self.fault != Fault::NoFence {
            state.readers[reader] = Reading::Asked(begun);
            state.decided_anew = true;
            return;
        }
        let shown = match (shown, state.cached) {
            (Some(_), Some(cached)) if self.fault == Fault::CacheByPlan => Some(cached),
            (shown, _) => shown,
        };
        if shown.is_some() {
            state.cached = shown;
            state.cursors[reader] |= begun.way == Way::First;
        }
        state.last = Some(Answer {
            reader,
            way: begun.way,
            shown,
            right: state.now(),
            begun_after: begun.closed && begun.grants == state.grants,
        });
        state.readers[reader] = Reading::Idle;
    }
}

impl Model for Life {
    type State = State;
    type Action = Step;

    fn init_states(&self) -> Vec<State> {
        let of = |open| State {
            open,
            unwritten: false,
            version: 1,
            revision: 0,
            grants: 0,
            acts: 0,
            readers: [Reading::Idle; READERS],
            begun: [0; READERS],
            cursors: [false; READERS],
            token: open,
            cached: None,
            last: None,
            decided_anew: false,
        };
        vec![of(false), of(true)]
    }

    fn actions(&self, state: &State, steps: &mut Vec<Step>) {
        if state.unwritten {
            steps.push(Step::Written);
        } else if state.acts < self.acts.min(ACTS_MAX) {
            steps.push(if state.open { Step::Withdraw } else { Step::Grant });
            steps.push(Step::Edit);
        }
        for reader in 0..READERS {
            match state.readers[reader] {
                Reading::Idle if state.begun[reader] < READS_MAX => {
                    steps.push(Step::Begin(reader, Way::First));
                    if state.cursors[reader] {
                        steps.push(Step::Begin(reader, Way::Next));
                    }
                }
                Reading::Idle => {}
                Reading::Asked(_) => steps.push(Step::Decide(reader)),
                Reading::Decided(..) => steps.push(Step::Record(reader)),
            }
        }
    }

    fn next_state(&self, before: &State, step: Step) -> Option<State> {
        let mut state = before.clone();
        state.last = None;
        match step {
            Step::Grant => {
                (state.open, state.grants) = (true, state.grants + 1);
                (state.acts, state.revision) = (state.acts + 1, state.revision + 1);
            }
            Step::Withdraw if self.fault == Fault::AcknowledgedTooEarly => {
                (state.unwritten, state.acts) = (true, state.acts + 1);
            }
            Step::Withdraw => {
                state.open = false;
                (state.acts, state.revision) = (state.acts + 1, state.revision + 1);
            }
            Step::Written => {
                (state.open, state.unwritten) = (false, false);
                state.revision += 1;
            }
            Step::Edit => {
                (state.version, state.acts) = (state.version + 1, state.acts + 1);
                state.revision += u8::from(self.fault != Fault::FenceOfConsentsOnly);
            }
            Step::Begin(reader, way) => {
                let begun = Begun { way, closed: state.acknowledged_closed(), grants: state.grants };
                state.readers[reader] = Reading::Asked(begun);
                state.begun[reader] += 1;
            }
            Step::Decide(reader) => {
                let Reading::Asked(begun) = state.readers[reader] else { return None };
                let shown = self.decide(&state, begun);
                state.readers[reader] = Reading::Decided(begun, state.revision, shown);
            }
            Step::Record(reader) => self.record(&mut state, reader),
        }
        Some(state)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        vec![
            Property::always(NOTHING_AFTER, |_, state: &State| {
                state.last.is_none_or(|answer| !(answer.begun_after && answer.shown.is_some()))
            }),
            Property::always(NOT_OLDER, |_, state: &State| {
                state.last.is_none_or(|answer| answer.shown.is_none() || answer.shown == answer.right)
            }),
            // That the two above are not kept by doing nothing.
            Property::sometimes("something is shown", |_, state: &State| {
                state.last.is_some_and(|answer| answer.shown.is_some())
            }),
            Property::sometimes("something is withheld after a withdrawal", |_, state: &State| {
                state.last.is_some_and(|answer| answer.begun_after && answer.shown.is_none())
            }),
            Property::sometimes("a second page is shown", |_, state: &State| {
                state.last.is_some_and(|answer| answer.way == Way::Next && answer.shown.is_some())
            }),
            Property::sometimes("something is decided anew", |_, state: &State| state.decided_anew),
            Property::sometimes("a later version is shown", |_, state: &State| {
                state.last.is_some_and(|answer| answer.shown.is_some_and(|version| version > 1))
            }),
        ]
    }
}
