//! The one writer: takes the jobs that wait, puts them into one transaction, and answers when it is on disk.

mod batch;
mod heads;
mod leaves;
mod sealing;
#[cfg(test)]
mod tests;

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::time::Duration;

use sayso_ledger::TreeHead;
use sayso_plan::{LeafId, PersonId};
use sqlx::{SqliteConnection, SqlitePool};
use tokio::sync::{mpsc, oneshot};
use tokio::time::Instant;

use crate::error::StoreError;
use crate::keys::Keys;
use crate::receipt::Receipt;
use crate::snapshot::{Fence, Revision};

pub(crate) use heads::{hash_at, seq_at};
pub(crate) use leaves::SealedLeaf;
pub(crate) use sealing::{stored_head, tree_head_mac};

/// The most jobs in one transaction.
const BATCH_MAX_JOBS: usize = 256;
/// The most jobs that wait; beyond it the callers wait to be let in.
const QUEUE_MAX_JOBS: usize = 4096;
/// How often the heads of the chains are put into the tree.
const SEAL_EVERY: Duration = Duration::from_millis(100);

/// A future that borrows the connection.
pub(crate) type Pending<'c, T> = Pin<Box<dyn Future<Output = T> + Send + 'c>>;

type Work = Box<dyn for<'c> FnOnce(&'c mut SqliteConnection) -> Pending<'c, Result<Record, Stop<()>>> + Send>;

/// Why a piece of work was not done: a reason of its own, or the database.
pub(crate) enum Stop<R> {
    Refused(R),
    Failed(StoreError),
}

impl<R> From<sqlx::Error> for Stop<R> {
    fn from(error: sqlx::Error) -> Self {
        Self::Failed(error.into())
    }
}

impl<R> From<StoreError> for Stop<R> {
    fn from(error: StoreError) -> Self {
        Self::Failed(error)
    }
}

/// Which of the leaves that came with the work is recorded with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Record {
    First,
    Second,
    None,
}

/// What a change does to the person's counters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Bump {
    pub(crate) revision: bool,
    pub(crate) consent: bool,
}

/// What comes with a piece of work.
#[derive(Default)]
pub(crate) struct Order {
    pub(crate) fence: Option<Fence>,
    pub(crate) bump: Bump,
    pub(crate) first: Option<SealedLeaf>,
    pub(crate) second: Option<SealedLeaf>,
}

/// Why a job was not committed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum NotCommitted<R> {
    Moved,
    Refused(R),
    Failed(StoreError),
}

/// What a committed job gave.
pub(crate) struct Committed {
    pub(crate) receipt: Option<Receipt>,
    pub(crate) revision: Option<Revision>,
}

struct Job {
    order: Order,
    work: Option<Work>,
    answer: oneshot::Sender<Result<Committed, NotCommitted<()>>>,
}

enum Message {
    Job(Box<Job>),
    Seal(oneshot::Sender<Result<TreeHead, StoreError>>),
    Close(oneshot::Sender<()>),
}

/// What the writer tells the rest of the store.
pub(crate) struct Board {
    pub(crate) stopped: AtomicBool,
    pub(crate) latest_at: AtomicI64,
    /// Called after a commit, before the answers, with each person that was changed.
    pub(crate) changed: Box<dyn Fn(Changed) + Send + Sync>,
}

/// What others must forget.
pub(crate) enum Changed {
    Person(PersonId),
    /// Another process wrote, so anything may have changed.
    Everything,
}

/// The way to the writer.
#[derive(Clone)]
pub(crate) struct Writer {
    jobs: mpsc::Sender<Message>,
    board: Arc<Board>,
}

impl Writer {
    pub(crate) async fn start(pool: SqlitePool, keys: Arc<Keys>, board: Arc<Board>) -> Result<Self, StoreError> {
        let (jobs, waiting) = mpsc::channel(QUEUE_MAX_JOBS);
        let mut state = heads::Heads::default();
        let mut connection = pool.acquire().await?;
        state.refresh(&mut connection, &keys).await?;
        drop(connection);
        board.latest_at.store(state.latest_at, Ordering::Release);
        let run = Run { pool, keys, state, board: Arc::clone(&board), waiting };
        tokio::spawn(run.until_closed());
        Ok(Self { jobs, board })
    }

    /// Records a leaf, without other work.
    pub(crate) async fn leaf(&self, fence: Option<Fence>, leaf: SealedLeaf) -> Result<Receipt, NotCommitted<()>> {
        let id = leaf.id;
        let order = Order { fence, first: Some(leaf), ..Order::default() };
        self.send(order, None).await?.receipt_of(id).map_err(NotCommitted::Failed)
    }

    /// Does a piece of work in its own savepoint and gives what it gave, after the commit.
    pub(crate) async fn work<T, R, W>(&self, order: Order, work: W) -> Result<(T, Committed), NotCommitted<R>>
    where
        T: Send + 'static,
        R: Send + 'static,
        W: for<'c> FnOnce(&'c mut SqliteConnection) -> Pending<'c, Result<(T, Record), Stop<R>>> + Send + 'static,
    {
        // What the work gave waits in this channel and is taken out only when the commit is known.
        let (give, mut given) = oneshot::channel::<Result<T, R>>();
        let work: Work = Box::new(move |connection| {
            Box::pin(async move {
                let (outcome, result) = match work(connection).await {
                    Ok((value, record)) => (Ok(value), Ok(record)),
                    Err(Stop::Refused(reason)) => (Err(reason), Err(Stop::Refused(()))),
                    Err(Stop::Failed(error)) => return Err(Stop::Failed(error)),
                };
                // The caller may have gone away; the work is done all the same.
                drop(give.send(outcome));
                result
            })
        });
        let lost = || NotCommitted::Failed(StoreError::Stopped);
        match self.send(order, Some(work)).await {
            Ok(committed) => match given.try_recv() {
                Ok(Ok(value)) => Ok((value, committed)),
                Ok(Err(reason)) => Err(NotCommitted::Refused(reason)),
                Err(_) => Err(lost()),
            },
            Err(NotCommitted::Moved) => Err(NotCommitted::Moved),
            Err(NotCommitted::Failed(error)) => Err(NotCommitted::Failed(error)),
            Err(NotCommitted::Refused(())) => match given.try_recv() {
                Ok(Err(reason)) => Err(NotCommitted::Refused(reason)),
                Ok(Ok(_)) | Err(_) => Err(lost()),
            },
        }
    }

    /// Seals what has grown, now.
    pub(crate) async fn seal(&self) -> Result<TreeHead, StoreError> {
        let (answer, wait) = oneshot::channel();
        self.jobs.send(Message::Seal(answer)).await.map_err(|_| StoreError::Stopped)?;
        wait.await.map_err(|_| StoreError::Stopped)?
    }

    /// Ends the writer when all that waits is written and sealed.
    pub(crate) async fn close(&self) {
        let (answer, wait) = oneshot::channel();
        if self.jobs.send(Message::Close(answer)).await.is_ok() {
            // An error means that the writer is gone already, which is what was asked for.
            drop(wait.await);
        }
    }

    pub(crate) fn board(&self) -> &Board {
        &self.board
    }

    async fn send(&self, order: Order, work: Option<Work>) -> Result<Committed, NotCommitted<()>> {
        let stopped = || NotCommitted::Failed(StoreError::Stopped);
        let (answer, wait) = oneshot::channel();
        let job = Box::new(Job { order, work, answer });
        self.jobs.send(Message::Job(job)).await.map_err(|_| stopped())?;
        wait.await.map_err(|_| stopped())?
    }
}

impl Committed {
    /// The receipt of the leaf with this id; its absence would be an error of ours.
    pub(crate) fn receipt_of(self, leaf: LeafId) -> Result<Receipt, StoreError> {
        self.receipt.filter(|receipt| receipt.leaf() == leaf).ok_or(StoreError::Damaged("receipt"))
    }
}

/// The writer's own side.
struct Run {
    pool: SqlitePool,
    keys: Arc<Keys>,
    state: heads::Heads,
    board: Arc<Board>,
    waiting: mpsc::Receiver<Message>,
}

impl Run {
    async fn until_closed(mut self) {
        let mut seal_at = Instant::now();
        let mut closing = None;
        while closing.is_none() {
            let mut jobs = Vec::new();
            let mut seals = Vec::new();
            let first = tokio::select! {
                message = self.waiting.recv() => message,
                () = tokio::time::sleep_until(seal_at), if self.state.anything_to_seal() => None,
            };
            let mut next = first;
            if next.is_none() && self.waiting.is_closed() && self.waiting.is_empty() {
                break;
            }
            while let Some(message) = next.take() {
                match message {
                    Message::Job(job) => jobs.push(*job),
                    Message::Seal(answer) => seals.push(answer),
                    Message::Close(answer) => closing = Some(answer),
                }
                if jobs.len() < BATCH_MAX_JOBS && closing.is_none() {
                    next = self.waiting.try_recv().ok();
                }
            }
            let seal = !seals.is_empty() || closing.is_some() || Instant::now() >= seal_at;
            if seal {
                seal_at = Instant::now() + SEAL_EVERY;
            }
            let sealed = self.batch(jobs, seal).await;
            for answer in seals {
                // Whoever asked may have gone away.
                drop(answer.send(sealed.clone()));
            }
        }
        if closing.is_none() && !self.stopped() {
            // The last store was dropped: nobody waits, but what was recorded is sealed.
            drop(self.batch(Vec::new(), true).await);
        }
        if let Some(answer) = closing {
            let _gone = answer.send(());
        }
    }

    fn stopped(&self) -> bool {
        self.board.stopped.load(Ordering::Acquire)
    }
}
