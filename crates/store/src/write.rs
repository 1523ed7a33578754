//! Writing: a person's plans, consents and particulars, with their leaf, events and retry key, in one transaction.

mod apply;
mod prepare;

use sayso_consent::{Consent, Sealed, Supporter};
use sayso_plan::{OrganizationId, Person, Plan, PlanVersionId, Proposal, Purpose};
use time::OffsetDateTime;

pub(crate) use prepare::{identifier_fingerprint, identifier_mac};

use crate::act::NewLeaf;
use crate::error::StoreError;
use crate::outbox::Event;
use crate::receipt::Receipt;
use crate::retry::{Done, Once};
use crate::snapshot::{Fence, Revision};
use crate::store::Store;
use crate::writer::{Bump, NotCommitted, Order};

/// What is to be written about one person. All of it, or nothing.
#[derive(Debug)]
pub struct Write {
    /// What it was decided on; the write goes through only while it still holds.
    pub fence: Fence,
    /// The leaf.
    pub leaf: NewLeaf,
    /// The changes.
    pub changes: Vec<Change>,
    /// Whom to tell.
    pub events: Vec<Event>,
    /// The key under which a retry gets the same answer.
    pub once: Option<Once>,
}

/// One change.
#[derive(Debug, Clone)]
pub enum Change {
    /// A new version of a plan becomes the current one.
    Plan {
        /// The plan in this version.
        body: Box<Sealed<Plan>>,
        /// The version that was current, as read; none for a new plan. A draft is overwritten, anything else kept.
        replaces: Option<PlanVersionId>,
        /// Ids beside those of the plan, its items and its document that lead to this plan.
        addresses: Vec<[u8; 16]>,
    },
    /// A consent is new, or the same consent has changed.
    Consent(Box<Consent>),
    /// A supporter is new, or has changed.
    Supporter(Box<Supporter>),
    /// The person's particulars; by which identifiers they are found follows from them.
    Person(Box<Sealed<Person>>),
    /// A proposal is new, or has been answered.
    Proposal(Box<Sealed<Proposal>>),
    /// The open asks of this organization are answered.
    CloseAsks {
        /// Who had asked.
        organization: OrganizationId,
        /// For which purpose; none for all.
        purpose: Option<Purpose>,
    },
}

/// What a write gave.
#[derive(Debug)]
pub struct Written {
    /// Proof that it is durable.
    pub receipt: Receipt,
    /// The fence for what is decided next.
    pub fence: Fence,
}

/// Why nothing was written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// The person's plans or consents have changed since the decision: decide again.
    #[error("what was decided on has changed; decide again")]
    Moved,
    /// The version that was to be replaced is not the current one.
    #[error("the version to be replaced is not the current one")]
    Stale,
    /// There is an active plan of this kind already.
    #[error("there is an active plan of this kind already")]
    SecondActive,
    /// What was to be new exists, or belongs to somebody else.
    #[error("it exists already")]
    Exists,
    /// The same request was done before; here is its answer.
    #[error("this was done before")]
    Repeated(Done),
    /// The retry key was used for another request.
    #[error("the key of this request was used for another one")]
    KeyReused,
    /// The write could not be made durable.
    #[error("nothing was written: {0}")]
    Unrecorded(#[from] StoreError),
}

impl From<NotCommitted<Refused>> for Refused {
    fn from(not: NotCommitted<Refused>) -> Self {
        match not {
            NotCommitted::Moved => Self::Moved,
            NotCommitted::Refused(reason) => reason,
            NotCommitted::Failed(error) => Self::Unrecorded(error),
        }
    }
}

impl Store {
    /// Writes it, in one transaction with its leaf.
    ///
    /// # Errors
    /// [`Refused`]; then nothing of it was written.
    pub async fn write(&self, write: Write) -> Result<Written, Refused> {
        let fence = write.fence;
        if let Some(done) = self.done_before(write.once.as_ref(), write.leaf.at).await? {
            return Err(done);
        }
        let prepared = self.prepare(&write).await?;
        let after = prepared.moves().then(|| fence.revision.next().number());
        let key = self.data_key(fence.person).await?;
        let first = self.seal_leaf_with(&key, fence.person, &write.leaf, after)?;
        let leaf = first.id;
        let bump = Bump { revision: prepared.moves(), consent: prepared.changes_consent() };
        let order = Order { fence: Some(fence), bump, first: Some(first), second: None };
        let outcome = self.writer().work(order, move |connection| Box::pin(prepared.apply(connection))).await;
        match outcome {
            Ok(((), committed)) => {
                let revision = committed.revision.unwrap_or(fence.revision);
                let receipt = committed.receipt_of(leaf)?;
                Ok(Written { receipt, fence: Fence { person: fence.person, revision } })
            }
            Err(NotCommitted::Moved) => {
                self.snapshots().forget(&fence.person);
                Err(Refused::Moved)
            }
            // Two equal requests at once: the one that came second finds what the first one did.
            Err(NotCommitted::Refused(Refused::KeyReused)) => {
                Err(self.done_before(write.once.as_ref(), write.leaf.at).await?.unwrap_or(Refused::KeyReused))
            }
            Err(other) => Err(other.into()),
        }
    }

    /// Makes a person, with a data key of their own.
    ///
    /// # Errors
    /// [`Refused::Exists`], [`Refused::Unrecorded`].
    pub async fn create_person(
        &self,
        person: Sealed<Person>,
        at: OffsetDateTime,
        leaf: NewLeaf,
    ) -> Result<Receipt, Refused> {
        let id = person.id();
        let (key, wrapped) = self.keys().new_data_key(id)?;
        let row = prepare::person(self.keys(), &key, &person)?;
        let first = self.seal_leaf_with(&key, id, &leaf, Some(apply::FIRST_REVISION))?;
        let order = Order { first: Some(first), ..Order::default() };
        let new = apply::NewPerson { id, wrapped, row, at };
        let keys = self.keys_for_later();
        let work = self
            .writer()
            .work(order, move |connection| Box::pin(async move { apply::new_person(connection, &keys, new).await }))
            .await;
        let ((), committed) = work.map_err(Refused::from)?;
        Ok(committed.receipt_of(leaf.id)?)
    }

    /// The answer of an earlier, equal request of the same client.
    async fn done_before(&self, once: Option<&Once>, now: OffsetDateTime) -> Result<Option<Refused>, StoreError> {
        let Some(once) = once else { return Ok(None) };
        let done = self.done(once.client, &once.key, now).await?;
        Ok(done.map(|done| if done.request == once.request { Refused::Repeated(done) } else { Refused::KeyReused }))
    }
}

impl Written {
    /// The revision after this write.
    #[must_use]
    pub const fn revision(&self) -> Revision {
        self.fence.revision
    }
}
