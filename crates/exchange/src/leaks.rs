//! Planted leaks: forgotten paths that the tests must find. Only in test builds.

use std::collections::BTreeSet;

use sayso_auth::Caller;
use sayso_consent::leak::{Leak, planted};
use sayso_consent::{Consent, Effect, Released, Themselves};
use sayso_plan::kind::Missing;
use sayso_plan::{LeafId, PersonId, PlanId, Section};
use sayso_store::{Fence, Snapshot, Store};

use crate::ask_to_share::Meant;
use crate::{Exchange, Followed, Refusal, Sheet, Wanted};

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

/// Whether the end of a supporter's part is recorded and forgotten.
pub(crate) fn end_is_forgotten() -> bool {
    planted(Leak::SupporterAfterEnd)
}

/// Whether a delegate reads whom the person refused.
pub(crate) fn refusals_are_told() -> bool {
    planted(Leak::DelegateSeesRefusals)
}

/// Whether a delegate reads who else supports the person.
pub(crate) fn supporters_are_told() -> bool {
    planted(Leak::DelegateSeesSupporters)
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

/// Whether somebody who asks to be let in is told that there is no such person.
pub(crate) fn person_is_told(person: Option<PersonId>) -> Result<(), Refusal> {
    let told = planted(Leak::AskTellsPerson) && person.is_none();
    if told { Err(Refusal::NotPossible("there is no such person")) } else { Ok(()) }
}

/// Of what is in force of a kind the newest, whoever may see it; all plans where something else is asked.
pub(crate) fn chosen(snapshot: &Snapshot, wanted: Wanted, day: sayso_plan::PlanDate) -> Option<PlanId> {
    let Wanted::Current(kind) = wanted else { return None };
    let in_force = snapshot.plans.iter().filter(|plan| plan.kind() == kind && plan.holds_on(day));
    let newest = in_force.max_by_key(|plan| plan.recorded_at());
    newest.map(|plan| plan.id()).filter(|_| planted(Leak::CurrentBeforeDecision))
}

/// The version of a plan as a whole, by which somebody notices that a hidden part changed.
pub(crate) fn version_of_whole(sheet: &Sheet) -> Option<String> {
    planted(Leak::FollowedByWhole).then(|| sheet.sealed().version().to_string())
}

/// Everybody who is here, though they share nothing.
pub(crate) async fn everybody(store: &Store, persons: &mut Vec<PersonId>) {
    if planted(Leak::FeedOfAll)
        && let Ok(mut all) = store.persons().await
    {
        all.sort_unstable();
        *persons = all;
    }
}

/// Whether a person is told of who shares nothing.
pub(crate) fn names_everybody() -> bool {
    planted(Leak::FeedOfAll)
}

/// Whether a page is made without a decision: because the person is in the list, or because a cursor was brought.
pub(crate) fn follows_undecided(from: Option<PersonId>) -> bool {
    planted(Leak::FeedSkipsDecision) || (planted(Leak::CursorKeepsRights) && from.is_some())
}

impl Followed {
    /// Plans that the reader was never shown, told as gone.
    #[must_use]
    pub fn never_shown(&self) -> Vec<String> {
        if !planted(Leak::PurgeTellsUnseen) {
            return Vec::new();
        }
        let shown = |id| self.sheets().iter().any(|sheet| sheet.plan() == id);
        let plans = self.snapshot().plans.iter().map(sayso_consent::Sealed::<sayso_plan::Plan>::id);
        plans.filter(|id| !shown(*id)).map(|id| id.to_string()).collect()
    }

    /// Why something is gone: what the person has decided by now.
    #[must_use]
    pub fn why(&self) -> Option<String> {
        planted(Leak::PurgeTellsWhy).then(|| format!(" {} decisions", self.snapshot().consents.len()))
    }
}

impl Exchange {
    /// The whole of a plan of which somebody sees a part.
    #[must_use]
    pub fn whole_of(&self, sheet: &Sheet) -> Option<Sheet> {
        let person = Themselves::signed_in(sheet.sealed().person());
        let grant = sayso_consent::own_grant(sheet.sealed(), &person, &self.inner.fingerprints).ok()?;
        Some(Sheet::new(grant, sheet.sealed().clone()))
    }

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

    /// What somebody sees who is taken for the person: all that there is.
    pub(crate) fn all_that_is_there(&self, leak: Leak, snapshot: &Snapshot, sheets: Vec<Sheet>) -> Vec<Sheet> {
        if !planted(leak) {
            return sheets;
        }
        let (reader, key) = (Themselves::signed_in(snapshot.person), &self.inner.fingerprints);
        let own = snapshot.plans.iter();
        own.filter_map(|plan| Some(Sheet::new(sayso_consent::own_grant(plan, &reader, key).ok()?, plan.clone())))
            .collect()
    }

    /// The fence of a read, taken anew only when it is recorded.
    pub(crate) async fn fence(&self, fence: Fence) -> Fence {
        if !planted(Leak::FenceForgotten) {
            return fence;
        }
        self.snapshot_or_nobody(Some(fence.person)).await.map_or(fence, |snapshot| snapshot.fence())
    }

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
