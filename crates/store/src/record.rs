//! Recording: the leaf of an act, durable before anybody hears of the act. A read's leaf is also its fence.

use std::borrow::Cow;

use sayso_plan::PersonId;
use serde::{Deserialize, Serialize};

use crate::act::{Act, NewLeaf};
use crate::error::StoreError;
use crate::keys::{Belongs, DataKey};
use crate::moment;
use crate::receipt::Receipt;
use crate::snapshot::Fence;
use crate::store::{Store, house, no_person};
use crate::writer::{NotCommitted, SealedLeaf};

/// The leaf of something that was decided about a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReadLeaf {
    /// The leaf.
    pub leaf: NewLeaf,
    /// What the decision stood on, [`crate::Snapshot::fence`].
    pub fence: Fence,
}

/// Why a read has no receipt.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Fenced {
    /// The person's plans or consents have changed since the decision: read a new snapshot and decide again.
    #[error("what was decided on has changed; decide again")]
    Moved,
    /// The leaf could not be made durable, so nothing may be answered.
    #[error("the act could not be recorded: {0}")]
    Unrecorded(#[from] StoreError),
}

impl From<NotCommitted<()>> for Fenced {
    fn from(not: NotCommitted<()>) -> Self {
        match not {
            NotCommitted::Moved => Self::Moved,
            NotCommitted::Refused(()) => Self::Unrecorded(StoreError::Conflict),
            NotCommitted::Failed(error) => Self::Unrecorded(error),
        }
    }
}

/// What the ciphertext of a leaf says.
#[derive(Serialize, Deserialize)]
pub(crate) struct Told<'a> {
    pub(crate) act: Cow<'a, Act>,
    /// The person's revision after the act, where the act changed it: the log's own witness of what is stored.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) revision: Option<i64>,
}

impl Store {
    /// Records a decided read, allowed or refused. Comes back after COMMIT.
    ///
    /// # Errors
    /// [`Fenced`].
    pub async fn record(&self, read: ReadLeaf) -> Result<Receipt, Fenced> {
        let leaf = self.seal_leaf(Some(read.fence.person), &read.leaf).await?;
        let recorded = self.writer().leaf(Some(read.fence), leaf).await;
        if recorded == Err(NotCommitted::Moved) {
            self.snapshots().forget(&read.fence.person);
        }
        Ok(recorded?)
    }

    /// Records an act that stands on no decision about a person: a failed sign-in, a refused token, an operator's act.
    ///
    /// # Errors
    /// [`StoreError`]; then the act must not happen.
    pub async fn note(&self, person: Option<PersonId>, leaf: NewLeaf) -> Result<Receipt, StoreError> {
        let leaf = self.seal_leaf(person, &leaf).await?;
        self.writer().leaf(None, leaf).await.map_err(without_reason)
    }

    /// Encrypts the act under the data key of the person it concerns.
    pub(crate) async fn seal_leaf(&self, person: Option<PersonId>, leaf: &NewLeaf) -> Result<SealedLeaf, StoreError> {
        let person = person.unwrap_or(no_person());
        let key = self.data_key(person).await?;
        self.seal_leaf_with(&key, person, leaf, None)
    }

    /// The same where the data key is at hand, or not stored yet, with the revision after the act.
    pub(crate) fn seal_leaf_with(
        &self,
        key: &DataKey,
        person: PersonId,
        leaf: &NewLeaf,
        revision: Option<i64>,
    ) -> Result<SealedLeaf, StoreError> {
        let plain = serde_json::to_vec(&Told { act: Cow::Borrowed(&leaf.act), revision })
            .map_err(|_| StoreError::Damaged("act"))?;
        let ciphertext = key.seal(leaf_place(person, leaf.id.as_bytes()), &plain)?;
        let organization = leaf.organization.unwrap_or(house());
        let at = moment::to_micros(leaf.at);
        Ok(SealedLeaf::new(leaf.id, at, leaf.act.kind(), organization, person, ciphertext))
    }
}

pub(crate) const fn leaf_place(person: PersonId, leaf: &[u8; 16]) -> Belongs<'_> {
    Belongs { table: "leaf", person, record: leaf, version: &[] }
}

/// For work that refuses nothing and has no fence.
pub(crate) fn without_reason<R>(not: NotCommitted<R>) -> StoreError {
    match not {
        NotCommitted::Moved | NotCommitted::Refused(_) => StoreError::Conflict,
        NotCommitted::Failed(error) => error,
    }
}
