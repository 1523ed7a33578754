//! Planted leaks: forgotten paths that the tests must find. Only in test builds.

use std::collections::BTreeSet;

use sayso_auth::Caller;
use sayso_consent::leak::{Leak, planted};
use sayso_consent::{Consent, Themselves};
use sayso_plan::kind::Missing;
use sayso_plan::{LeafId, PersonId, Section};
use sayso_store::Snapshot;

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

/// The consents from which receipts are made, less those that have ended since.
pub(crate) fn of_today(all: Vec<Consent>) -> Vec<Consent> {
    all.into_iter().filter(|consent| !planted(Leak::ReceiptOfToday) || !consent.has_ended()).collect()
}

/// Whether any app may see what a recipient would get.
pub(crate) fn previews_for_others() -> bool {
    planted(Leak::PreviewForOthers)
}

/// Whether any app is told why a recipient sees each part, those too that the app does not see.
pub(crate) fn explains_hidden() -> bool {
    planted(Leak::ExplainTellsHidden)
}

impl Exchange {
    /// The person whose receipt this is, whoever asks.
    pub(crate) async fn whose_receipt(&self, asking: PersonId, id: LeafId) -> PersonId {
        if !planted(Leak::ReceiptOfOthers) {
            return asking;
        }
        for other in self.inner.store.persons().await.unwrap_or_default() {
            if matches!(self.inner.store.act_of_person(other, id).await, Ok(Some(_))) {
                return other;
            }
        }
        asking
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
