//! Verifying the log: every chain, every commitment, every seal, every tree head, against one another.

mod chains;
mod proof;
mod seals;
mod states;

use sayso_ledger::{Broken, TreeHead};
use sayso_plan::PersonId;

use crate::error::StoreError;
use crate::store::Store;

/// What the verification found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// Leaves that were read.
    pub leaves: u64,
    /// Chains that were read.
    pub chains: u64,
    /// Entries of the tree.
    pub seals: u64,
    /// The last tree head.
    pub head: TreeHead,
    /// The first thing that is broken; none where the log is whole.
    pub broken: Option<NotWhole>,
}

impl Report {
    /// Whether the log is whole.
    #[must_use]
    pub const fn is_whole(&self) -> bool {
        self.broken.is_none()
    }
}

/// What is broken, and where.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotWhole {
    /// In a chain.
    #[error("{0}")]
    Chain(#[from] Broken),
    /// An entry of the tree is missing.
    #[error("entry {0} of the tree was removed")]
    SealRemoved(u64),
    /// The entries do not give the root that was stored.
    #[error(
        "the tree of {0} entries does not have the root that was recorded; an entry was changed, swapped or replaced"
    )]
    Root(u64),
    /// A tree head was not made with our key.
    #[error("the tree head of {0} entries was changed or made elsewhere")]
    ForeignHead(u64),
    /// There are entries after the last tree head.
    #[error(
        "the tree has {entries} entries, but its last head speaks of {head}; tree heads were removed or entries added"
    )]
    HeadRemoved {
        /// Entries that are there.
        entries: u64,
        /// Entries the last head speaks of.
        head: u64,
    },
    /// There are fewer leaves than were sealed.
    #[error("{sealed} records were sealed, but the last one is {last}; the log was cut off")]
    CutOff {
        /// The last leaf that is there, in the order of recording.
        last: u64,
        /// The last leaf that was sealed.
        sealed: u64,
    },
    /// A leaf stands before the one it follows.
    #[error("record {0} stands before the one it follows; records were swapped")]
    Swapped(u64),
    /// The tree is not a continuation of an older head that somebody kept.
    #[error("the tree does not continue the head of {0} entries that was kept elsewhere")]
    NotAContinuation(u64),
    /// What is stored of a person does not fit together.
    #[error("what is stored of person {0} is not what was written; a row was changed or put back to what it once was")]
    StateChanged(PersonId),
    /// What is stored of a person is not what the log says was written last.
    #[error("what is stored of person {0} is older or newer than the log says; it was put back to what it once was")]
    RolledBack(PersonId),
    /// The log speaks of a person of whom nothing is stored.
    #[error("person {0} was removed, but the log speaks of them")]
    PersonRemoved(PersonId),
    /// A row holds what this program never writes.
    #[error("a row of the log cannot be read: {0}")]
    Unreadable(&'static str),
}

impl Store {
    /// Verifies the whole log as of one moment, and that what is stored of each person is what the log says.
    ///
    /// # Errors
    /// The database's own failures; what is broken is in the report.
    pub async fn audit_verify(&self) -> Result<Report, StoreError> {
        self.audit_verify_since(&[]).await
    }

    /// The same, and that the tree continues each of these older heads, which somebody kept outside.
    ///
    /// # Errors
    /// The database's own failures; what is broken is in the report.
    pub async fn audit_verify_since(&self, kept: &[TreeHead]) -> Result<Report, StoreError> {
        // One read transaction, so that acts that are recorded meanwhile do not look like damage.
        let mut transaction = self.readers().begin().await?;
        let report = self.verify(&mut transaction, kept).await;
        transaction.rollback().await?;
        report
    }

    async fn verify(&self, connection: &mut sqlx::SqliteConnection, kept: &[TreeHead]) -> Result<Report, StoreError> {
        let empty = sayso_ledger::Frontier::new().head();
        let mut report = Report { leaves: 0, chains: 0, seals: 0, head: empty, broken: None };
        let mut outcome = seals::check(connection, self.keys(), kept, &mut report).await;
        for side in [chains::ORGANIZATIONS, chains::PERSONS] {
            if outcome.is_ok() {
                outcome = chains::check(connection, side, &mut report).await;
            }
        }
        if outcome.is_ok() {
            outcome = chains::in_order(connection).await;
        }
        if outcome.is_ok() {
            outcome = states::check(connection, self).await;
        }
        match outcome {
            Ok(()) => {}
            Err(Found::Broken(broken)) => report.broken = Some(broken),
            Err(Found::Failed(StoreError::Damaged(what))) => report.broken = Some(NotWhole::Unreadable(what)),
            Err(Found::Failed(error)) => return Err(error),
        }
        Ok(report)
    }

    /// The size and root of the tree as of the last seal.
    ///
    /// # Errors
    /// The database's own failures; [`StoreError::Damaged`] where the stored head is not ours.
    pub async fn tree_head(&self) -> Result<TreeHead, StoreError> {
        let mut connection = self.readers().acquire().await?;
        Ok(crate::writer::stored_head(&mut connection, self.keys()).await?.head)
    }

    /// Seals now what has grown, instead of within a tenth of a second.
    ///
    /// # Errors
    /// The writer's own failures.
    pub async fn seal_now(&self) -> Result<TreeHead, StoreError> {
        self.writer().seal().await
    }
}

/// What ends a check.
enum Found {
    Broken(NotWhole),
    Failed(StoreError),
}

impl From<NotWhole> for Found {
    fn from(broken: NotWhole) -> Self {
        Self::Broken(broken)
    }
}

impl From<Broken> for Found {
    fn from(broken: Broken) -> Self {
        Self::Broken(NotWhole::Chain(broken))
    }
}

impl From<StoreError> for Found {
    fn from(error: StoreError) -> Self {
        Self::Failed(error)
    }
}

impl From<sqlx::Error> for Found {
    fn from(error: sqlx::Error) -> Self {
        Self::Failed(error.into())
    }
}
