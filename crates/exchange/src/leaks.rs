//! Planted leaks: forgotten paths that the tests must find. Only in test builds.

use std::collections::BTreeSet;

use sayso_auth::Caller;
use sayso_consent::Themselves;
use sayso_consent::leak::{Leak, planted};
use sayso_plan::kind::Missing;
use sayso_plan::{PersonId, Section};
use sayso_store::{Fence, Snapshot};

use crate::ask_to_share::Meant;
use crate::{Exchange, Refusal, Wanted};

/// The person somebody asked for, found without any grant.
pub(crate) fn person(snapshot: Option<&Snapshot>) -> Option<PersonId> {
    let person = snapshot?.person;
    (planted(Leak::PatientWithoutGrant) && person != sayso_store::nobody()).then_some(person)
}

/// Whether a day's answer ends where a hidden part changed.
pub(crate) fn day_ends_unseen() -> bool {
    planted(Leak::DayEndsUnseen)
}

/// Whether a wrong code is answered otherwise than a right one.
pub(crate) fn code_is_told(meant: &Meant, person: Option<PersonId>) -> Result<(), Refusal> {
    let wrong = matches!(meant, Meant::Code(_)) && person.is_none();
    if wrong && planted(Leak::CodeTold) { Err(Refusal::NotPossible("there is no such code")) } else { Ok(()) }
}

impl Exchange {
    /// The fence of a read, taken anew only when it is recorded.
    pub(crate) async fn fence(&self, fence: Fence) -> Fence {
        if !planted(Leak::FenceForgotten) {
            return fence;
        }
        self.snapshot_or_nobody(Some(fence.person)).await.map_or(fence, |snapshot| snapshot.fence())
    }

    /// What a plan still needs, less what any stored plan of the person has.
    pub(crate) async fn not_stored(&self, person: PersonId, missing: Vec<Missing>) -> Vec<Missing> {
        if !planted(Leak::CheckedWithStored) {
            return missing;
        }
        let Ok(snapshot) = self.snapshot_or_nobody(Some(person)).await else { return missing };
        let own = |sealed| sayso_consent::own(sealed, &Themselves::signed_in(person), &self.inner.fingerprints).ok();
        let stored: BTreeSet<Section> = snapshot
            .plans
            .iter()
            .filter_map(own)
            .flat_map(|plan| plan.get().items.iter().map(|item| item.item.section).collect::<Vec<_>>())
            .collect();
        missing
            .into_iter()
            .filter(|one| !matches!(one, Missing::Section(section) if stored.contains(section)))
            .collect()
    }

    /// Whether the person for whom an app acts has a plan that it does not see.
    pub async fn keeps_unseen(&self, caller: &Caller) -> bool {
        let Ok(snapshot) = self.snapshot_or_nobody(caller.person).await else { return false };
        let Ok(ask) = self.ask_of(caller, None, self.now()).await else { return false };
        snapshot.plans.len() > self.decide(&snapshot, &ask, Wanted::Plans(None)).len()
    }

    /// Whether anything has this id, whoever may see it.
    pub async fn knows(&self, id: [u8; 16]) -> bool {
        matches!(self.inner.store.owner_of(&id).await, Ok(Some(_)))
    }
}
