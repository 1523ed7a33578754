//! Planted leaks: forgotten paths that the tests must find. Only in test builds.

use sayso_consent::leak::{Leak, planted};
use sayso_plan::PersonId;
use sayso_store::Snapshot;

use crate::Exchange;

/// The person somebody asked for, found without any grant.
pub(crate) fn person(snapshot: Option<&Snapshot>) -> Option<PersonId> {
    let person = snapshot?.person;
    (planted(Leak::PatientWithoutGrant) && person != sayso_store::nobody()).then_some(person)
}

/// Whether a day's answer ends where a hidden part changed.
pub(crate) fn day_ends_unseen() -> bool {
    planted(Leak::DayEndsUnseen)
}

impl Exchange {
    /// Whether anything has this id, whoever may see it.
    pub async fn knows(&self, id: [u8; 16]) -> bool {
        matches!(self.inner.store.owner_of(&id).await, Ok(Some(_)))
    }
}
