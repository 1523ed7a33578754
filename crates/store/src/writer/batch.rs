//! One transaction: each job in its own savepoint, all leaves at once, then COMMIT, and only then the answers.

use std::sync::atomic::Ordering;

use sayso_ledger::TreeHead;
use sayso_plan::PersonId;
use sqlx::SqliteConnection;

use super::leaves::{self, Linked};
use super::{Changed, Committed, Job, NotCommitted, Order, Record, Run, SealedLeaf, Stop, Work, sealing};
use crate::error::StoreError;
use crate::keys::Keys;
use crate::receipt::Receipt;
use crate::snapshot::Revision;
use crate::witness;

type Answer = tokio::sync::oneshot::Sender<Result<Committed, NotCommitted<()>>>;

/// What one job came to, to be told after the commit.
struct Done {
    leaf: Option<sayso_plan::LeafId>,
    revision: Option<Revision>,
}

/// What a transaction has gathered so far.
#[derive(Default)]
struct Gathered {
    leaves: Vec<Linked>,
    changed: Vec<PersonId>,
    elsewhere: bool,
}

impl Run {
    /// Runs the jobs in one transaction and answers them; gives the tree head after it.
    pub(super) async fn batch(&mut self, jobs: Vec<Job>, seal: bool) -> Result<TreeHead, StoreError> {
        if jobs.is_empty() && !seal {
            return Ok(self.state.frontier.head());
        }
        if self.stopped() {
            refuse(jobs, &StoreError::Stopped);
            return Err(StoreError::Stopped);
        }
        let (answers, work): (Vec<Answer>, Vec<(Order, Option<Work>)>) =
            jobs.into_iter().map(|job| (job.answer, (job.order, job.work))).unzip();
        match self.transaction(work, seal).await {
            Ok((outcomes, gathered, head)) => {
                self.tell(&gathered);
                for (answer, outcome) in answers.into_iter().zip(outcomes) {
                    // Whoever asked may have gone away; what they asked for is on disk all the same.
                    drop(answer.send(outcome.map(committed)));
                }
                Ok(head)
            }
            Err(error) => {
                for answer in answers {
                    drop(answer.send(Err(NotCommitted::Failed(error.clone()))));
                }
                Err(error)
            }
        }
    }

    /// Everything between BEGIN and COMMIT. After an error nothing of it is on disk, or, when that is not known, the
    /// writer has stopped.
    #[allow(clippy::type_complexity, reason = "one private caller, and a name would say no more")]
    async fn transaction(
        &mut self,
        jobs: Vec<(Order, Option<Work>)>,
        seal: bool,
    ) -> Result<(Vec<Result<Done, NotCommitted<()>>>, Gathered, TreeHead), StoreError> {
        let mut connection = self.pool.acquire().await?;
        if let Err(error) = run(&mut connection, "BEGIN IMMEDIATE").await {
            return Err(self.give_up(error));
        }
        let filled = self.fill(&mut connection, jobs, seal).await;
        let error = match filled {
            Ok(done) => match run(&mut connection, "COMMIT").await {
                Ok(()) => return Ok(done),
                Err(error) => error,
            },
            Err(error) => error,
        };
        // SQLite may have rolled back by itself; then this says so, and the answer is the same.
        if run(&mut connection, "ROLLBACK").await.is_err() {
            tracing::warn!("a transaction had been rolled back by the database");
        }
        Err(self.give_up(error))
    }

    /// Forgets what may be false now; stops for good where the state of the disk is not known (a failed write to disk
    /// must not be tried again: the kernel may have dropped the pages).
    fn give_up(&mut self, error: StoreError) -> StoreError {
        self.state.forget();
        (self.board.changed)(Changed::Everything);
        if error.leaves_disk_known() {
            tracing::warn!(%error, "a transaction was not committed");
            return error;
        }
        tracing::error!(%error, "the writer has stopped; restart the program");
        self.board.stopped.store(true, Ordering::Release);
        StoreError::Stopped
    }

    #[allow(clippy::type_complexity, reason = "one private caller, and a name would say no more")]
    async fn fill(
        &mut self,
        connection: &mut SqliteConnection,
        jobs: Vec<(Order, Option<Work>)>,
        seal: bool,
    ) -> Result<(Vec<Result<Done, NotCommitted<()>>>, Gathered, TreeHead), StoreError> {
        let mut gathered =
            Gathered { elsewhere: self.state.refresh(connection, &self.keys).await?, ..Gathered::default() };
        let mut outcomes = Vec::with_capacity(jobs.len());
        for (order, work) in jobs {
            outcomes.push(self.job(connection, &mut gathered, order, work).await?);
        }
        leaves::insert(connection, &gathered.leaves).await?;
        let head = if seal {
            sealing::seal(connection, &self.keys, &mut self.state).await?
        } else {
            self.state.frontier.head()
        };
        Ok((outcomes, gathered, head))
    }

    /// One job. The outer error ends the whole transaction, the inner one only this job.
    async fn job(
        &mut self,
        connection: &mut SqliteConnection,
        gathered: &mut Gathered,
        order: Order,
        work: Option<Work>,
    ) -> Result<Result<Done, NotCommitted<()>>, StoreError> {
        let mut revision = None;
        if let Some(fence) = order.fence {
            revision = self.state.revision(connection, fence.person).await?;
            if revision != Some(fence.revision) {
                return Ok(Err(NotCommitted::Moved));
            }
        }
        let Some(work) = work else {
            let leaf = self.link(connection, gathered, order.first).await?;
            return Ok(Ok(Done { leaf, revision }));
        };
        run(connection, "SAVEPOINT job").await?;
        let record = match worked(connection, &self.keys, &order, work).await {
            Ok(record) => record,
            Err(refused) => {
                run(connection, "ROLLBACK TO job").await?;
                run(connection, "RELEASE job").await?;
                return match refused {
                    NotCommitted::Failed(ref error) if !error.is_of_one_job() => Err(error.clone()),
                    NotCommitted::Moved | NotCommitted::Refused(()) | NotCommitted::Failed(_) => Ok(Err(refused)),
                };
            }
        };
        run(connection, "RELEASE job").await?;
        if let (Some(fence), Bumped::Yes) = (order.fence, bumped(&order)) {
            let next = fence.revision.next();
            self.state.set_revision(fence.person, next);
            gathered.changed.push(fence.person);
            revision = Some(next);
        }
        let leaf = match record {
            Record::First => order.first,
            Record::Second => order.second,
            Record::None => None,
        };
        let leaf = self.link(connection, gathered, leaf).await?;
        Ok(Ok(Done { leaf, revision }))
    }

    async fn link(
        &mut self,
        connection: &mut SqliteConnection,
        gathered: &mut Gathered,
        leaf: Option<SealedLeaf>,
    ) -> Result<Option<sayso_plan::LeafId>, StoreError> {
        let Some(leaf) = leaf else { return Ok(None) };
        let id = leaf.id;
        gathered.leaves.push(leaves::link(&mut self.state, connection, leaf).await?);
        Ok(Some(id))
    }

    /// Says what changed, before anybody gets an answer.
    fn tell(&self, gathered: &Gathered) {
        self.board.latest_at.fetch_max(self.state.latest_at, Ordering::AcqRel);
        if gathered.elsewhere {
            (self.board.changed)(Changed::Everything);
        }
        for person in &gathered.changed {
            (self.board.changed)(Changed::Person(*person));
        }
    }
}

enum Bumped {
    Yes,
    No,
}

const fn bumped(order: &Order) -> Bumped {
    if order.bump.revision || order.bump.consent { Bumped::Yes } else { Bumped::No }
}

/// Does the work and counts up the person it changed.
async fn worked(
    connection: &mut SqliteConnection,
    keys: &Keys,
    order: &Order,
    work: Work,
) -> Result<Record, NotCommitted<()>> {
    let record = work(connection).await.map_err(|stop| match stop {
        Stop::Refused(()) => NotCommitted::Refused(()),
        Stop::Failed(error) => NotCommitted::Failed(error),
    })?;
    if let (Some(fence), Bumped::Yes) = (order.fence, bumped(order)) {
        sqlx::query("UPDATE person SET revision = revision + 1, consent_version = consent_version + ? WHERE id = ?")
            .bind(i64::from(order.bump.consent))
            .bind(fence.person.as_bytes().to_vec())
            .execute(&mut *connection)
            .await
            .map_err(|error| NotCommitted::Failed(error.into()))?;
        witness::renew(connection, keys, fence.person).await.map_err(NotCommitted::Failed)?;
    }
    Ok(record)
}

fn committed(done: Done) -> Committed {
    Committed { receipt: done.leaf.map(Receipt::after_commit), revision: done.revision }
}

fn refuse(jobs: Vec<Job>, error: &StoreError) {
    for job in jobs {
        drop(job.answer.send(Err(NotCommitted::Failed(error.clone()))));
    }
}

async fn run(connection: &mut SqliteConnection, sql: &'static str) -> Result<(), StoreError> {
    sqlx::query(sql).execute(connection).await?;
    Ok(())
}
