//! Planted leaks: forgotten paths that the tests must find. Only in test builds.

use std::collections::BTreeSet;

use sayso_auth::Caller;
use sayso_consent::leak::{Leak, planted};
use sayso_consent::{Consent, Effect, Released, Themselves};
use sayso_plan::kind::Missing;
use sayso_plan::{PersonId, Section};
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

/// Whether who sends a consent is told that there is no such person.
pub(crate) fn import_tells(snapshot: &Snapshot) -> Result<(), Refusal> {
    let nobody = snapshot.person == sayso_store::nobody();
    if nobody && planted(Leak::ImportTellsPerson) {
        Err(Refusal::NotPossible("there is no such person"))
    } else {
        Ok(())
    }
}

/// Whether an app that sends a refusal is told that the person had refused somebody already.
pub(crate) fn refusal_is_told(snapshot: &Snapshot, new: &[Consent]) -> Result<(), Refusal> {
    let refused = |one: &Consent| {
        let refusals = one.provisions.iter().filter(|provision| provision.effect == Effect::Deny);
        refusals.map(|provision| provision.recipient).collect::<Vec<_>>()
    };
    let said: Vec<_> = snapshot.consents.iter().filter(|one| one.sent.is_none()).flat_map(refused).collect();
    let told = new.iter().flat_map(refused).any(|recipient| said.contains(&recipient));
    if told && planted(Leak::RefusalTold) { Err(Refusal::NotPossible("the person said no already")) } else { Ok(()) }
}

impl Exchange {
    /// The version of a consent, or of all that the person decided.
    pub(crate) async fn version_of_all(&self, released: &Released<Consent>, honest: String) -> String {
        if !planted(Leak::ConsentVersionLeaks) {
            return honest;
        }
        let snapshot = self.snapshot_or_nobody(Some(released.get().person)).await;
        snapshot.map_or(honest, |snapshot| format!("{}", snapshot.consent_version))
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
