//! The tokens of the person's apps last as long as the person's word: an app to which nothing is open, or to which the person
//! said no, holds none. A decision does not depend on it; without it such an app would still read what the person decided. So
//! with a supporter who is told no, and what they could take back in the person's name.

use std::collections::BTreeSet;

use sayso_consent::supporter::PURPOSE as SUPPORT;
use sayso_consent::{
    Consent, Effect, Known, Provision, Purposes, Recipient, Supporter, Themselves, Tri, What, refuses,
};
use sayso_plan::{ClientId, PersonId, Purpose, Share, SupporterId};
use sayso_store::Snapshot;
use time::OffsetDateTime;

use crate::authorize::APP_PURPOSE;
use crate::sharing::{Party, known, with_changes};
use crate::{Exchange, Refusal};

impl Exchange {
    /// Ends the tokens of an app.
    pub(crate) async fn take_keys(&self, person: PersonId, from: Party) -> Result<(), Refusal> {
        let Party::App(app) = from else { return Ok(()) };
        let grants = self.inner.store.grants_of(person).await?;
        for grant in grants.into_iter().filter(|grant| grant.client == app) {
            self.end_grant(&grant, "disconnected").await?;
        }
        Ok(())
    }

    /// Ends the tokens of the apps that were let in before these consents changed, and are not any more.
    pub(crate) async fn take_keys_of_shut_out(
        &self,
        person: PersonId,
        before: &[Consent],
        changed: &[Consent],
        at: OffsetDateTime,
    ) -> Result<(), Refusal> {
        let after = with_changes(before, changed.to_vec());
        let named = before.iter().flat_map(|consent| &consent.provisions).filter_map(|one| known(one.recipient));
        let apps: BTreeSet<ClientId> =
            named.filter_map(|who| if let Recipient::App(app) = who { Some(app) } else { None }).collect();
        for app in apps.into_iter().filter(|app| is_let_in(before, *app, at) && !is_let_in(&after, *app, at)) {
            self.take_keys(person, Party::App(app)).await?;
        }
        Ok(())
    }

    /// Who is told no can take nothing back in the person's name either. That ends first, each by an act of its own; says
    /// whether any did, so that the no is decided anew.
    pub(crate) async fn end_delegations(
        &self,
        snapshot: &Snapshot,
        changed: &[Consent],
        at: OffsetDateTime,
    ) -> Result<bool, Refusal> {
        let refuses_anything = |one: &Consent| one.provisions.iter().any(|one| one.effect == Effect::Deny);
        if !changed.iter().any(refuses_anything) {
            return Ok(false);
        }
        let after = with_changes(&snapshot.consents, changed.to_vec());
        let is_new = |one: &&Consent| snapshot.consents.iter().all(|old| old.id != one.id);
        let new: Vec<Consent> = changed.iter().filter(is_new).cloned().collect();
        // A no that is new is one, also where another stands already.
        let is_told_no = |supporter: SupporterId| {
            let is_refused = |consents| is_refused(consents, Recipient::Supporter(supporter), SUPPORT, at);
            is_refused(&new) || is_refused(&after) && !is_refused(&snapshot.consents)
        };
        let delegates = snapshot.supporters.iter().filter(|one| one.may_take_away(at)).map(|one| one.id);
        let told_no: Vec<SupporterId> = delegates.filter(|one| is_told_no(*one)).collect();
        for supporter in &told_no {
            let _recorded = self.end_delegation(Themselves::signed_in(snapshot.person), *supporter).await?;
        }
        Ok(!told_no.is_empty())
    }
}

/// Whether an app may hold tokens: something is open to it now. What has not begun, is for another purpose, waits, or is kept
/// back opens nothing, and its tokens are not to tell of it.
pub(crate) fn is_let_in(consents: &[Consent], app: ClientId, at: OffsetDateTime) -> bool {
    let (who, purpose) = (Recipient::App(app), APP_PURPOSE);
    let opens = |one: &&Provision| {
        one.effect == Effect::Permit
            && one.recipient == Known::Is(who)
            && one.purposes == Known::Is(Purposes::Only(purpose))
            && one.period.test(|period| period.holds(at)) == Tri::True
    };
    let noes: Vec<&Provision> = noes(consents, who, purpose, at).collect();
    counting(consents).filter(opens).any(|permit| !noes.iter().any(|no| keeps_all(no) || no.what == permit.what))
}

/// Whether somebody may take away in the person's name now: one who has been told no since, may not, also by a no that
/// was said before and began later.
pub(crate) fn is_delegate_now(consents: &[Consent], supporter: &Supporter, at: OffsetDateTime) -> bool {
    supporter.may_take_away(at) && !is_told_no_since(consents, supporter, at)
}

/// Whether a no that began after they could take away in the person's name keeps everything from them.
pub(crate) fn is_told_no_since(consents: &[Consent], supporter: &Supporter, at: OffsetDateTime) -> bool {
    let since = |no: &Provision| {
        let begins = known(no.period).map(|period| period.from);
        supporter.delegated.is_some_and(|delegated| begins.is_none_or(|begins| begins > delegated.from))
    };
    noes(consents, Recipient::Supporter(supporter.id), SUPPORT, at).filter(|no| keeps_all(no)).any(since)
}

/// Whether a no keeps everything from somebody, whoever sent it.
pub(crate) fn is_refused(consents: &[Consent], who: Recipient, purpose: Purpose, at: OffsetDateTime) -> bool {
    noes(consents, who, purpose, at).any(keeps_all)
}

/// Whether it is a no to everything: what was not understood of it counts as said, and a no to what is open is one to all
/// that is closer, too.
const fn keeps_all(no: &Provision) -> bool {
    matches!(no.what, Known::Unknown | Known::Is(What::Everything | What::Level(Share::Open)))
}

/// The noes to somebody for this purpose that hold now, whoever sent them.
fn noes(
    consents: &[Consent],
    who: Recipient,
    purpose: Purpose,
    at: OffsetDateTime,
) -> impl Iterator<Item = &Provision> {
    let speaks_to_them = move |one: &Provision| match known(one.recipient) {
        None | Some(Recipient::Everyone) => true,
        Some(to) => to == who,
    };
    let holds = move |one: &&Provision| {
        one.effect == Effect::Deny
            && speaks_to_them(one)
            && refuses(one.purposes, one.even_in_emergency, purpose) != Tri::False
            && one.period.test(|period| period.holds(at)) != Tri::False
    };
    counting(consents).filter(holds)
}

/// What of these consents counts.
pub(crate) fn counting(consents: &[Consent]) -> impl Iterator<Item = &Provision> {
    consents.iter().flat_map(|consent| consent.provisions.iter().filter(|one| consent.counts(one)))
}
