//! The tokens of the person's apps last as long as the person's word: an app to which nothing is open, or to which the person
//! said no, holds none. A decision does not depend on it; without it such an app would still read what the person decided.

use std::collections::BTreeSet;

use sayso_consent::{Consent, Effect, Known, Provision, Recipient, Status, Tri, What, refuses};
use sayso_plan::{ClientId, PersonId};
use time::OffsetDateTime;

use crate::authorize::APP_PURPOSE;
use crate::sharing::{Party, is_live, known, with_changes};
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
}

/// Whether an app may hold tokens: something is open to it, and no no keeps everything from it.
pub(crate) fn is_let_in(consents: &[Consent], app: ClientId, at: OffsetDateTime) -> bool {
    let active = consents.iter().filter(|consent| consent.status == Known::Is(Status::Active));
    let opens = |one: &Provision| {
        one.effect == Effect::Permit && one.recipient == Known::Is(Recipient::App(app)) && is_live(one, at)
    };
    active.flat_map(|consent| &consent.provisions).any(opens) && !is_refused(consents, app, at)
}

/// Whether a no keeps everything from an app, whoever sent it. What was not understood of a no counts as said.
pub(crate) fn is_refused(consents: &[Consent], app: ClientId, at: OffsetDateTime) -> bool {
    let counts = |consent: &&Consent| matches!(consent.status, Known::Is(Status::Active) | Known::Unknown);
    let speaks_to_it = |one: &Provision| match known(one.recipient) {
        None | Some(Recipient::Everyone) => true,
        Some(to) => to == Recipient::App(app),
    };
    let keeps_all = |one: &Provision| {
        one.effect == Effect::Deny
            && speaks_to_it(one)
            && matches!(one.what, Known::Unknown | Known::Is(What::Everything))
            && refuses(one.purposes, one.even_in_emergency, APP_PURPOSE) != Tri::False
            && one.period.test(|period| period.holds(at)) != Tri::False
    };
    consents.iter().filter(counts).flat_map(|consent| &consent.provisions).any(keeps_all)
}
