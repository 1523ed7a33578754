//! What those to whom a person opened something would see now, so that it lies ready before they ask. Nothing leaves by
//! it: who asks is decided on anew, and recorded, and finds at most the bytes made already.

use std::collections::BTreeSet;
use std::sync::Arc;

use sayso_consent::{
    Ask, Audience, Class, Effect, FingerprintKey, Known, Purposes, Recipient, Released, Status, Subject,
};
use sayso_plan::{OrganizationId, PersonId, PlanKind, Purpose};
use sayso_store::{Refused, Snapshot, Write, Written};
use time::OffsetDateTime;
use tokio::sync::broadcast;

use crate::read_released::{self, Sheet, Wanted};
use crate::sharing::{Party, known};
use crate::{Exchange, Refusal};

/// For how many parties of a person something is made ready at most.
const PARTIES_MAX: usize = 32;
/// How many changes wait for whoever makes ready; those before them are made when somebody asks.
const WAITING_MAX: usize = 1_024;

/// Tells whose plans or consents changed.
pub(crate) struct Changed(broadcast::Sender<PersonId>);

impl Default for Changed {
    fn default() -> Self {
        Self(broadcast::channel(WAITING_MAX).0)
    }
}

/// What one party would be shown of a person, decided as if they asked now.
#[derive(Debug)]
pub struct Prospect {
    /// For which question.
    pub wanted: Wanted,
    /// The plans that would be released.
    pub sheets: Vec<Sheet>,
    /// What the dates of the first of them say, where there is something to know.
    pub note: Option<String>,
    snapshot: Arc<Snapshot>,
    fingerprints: FingerprintKey,
}

impl Prospect {
    /// What would be said of the person.
    #[must_use]
    pub fn subject(&self) -> Option<Released<Subject>> {
        read_released::subject(&self.snapshot, &self.sheets, &self.fingerprints)
    }
}

impl Exchange {
    /// Hears of each person of whom something changed, from now on.
    #[must_use]
    pub fn hear_changes(&self) -> broadcast::Receiver<PersonId> {
        self.inner.changed.0.subscribe()
    }

    /// Writes, and tells of whom something changed.
    pub(crate) async fn keep(&self, write: Write) -> Result<Written, Refused> {
        let person = write.fence.person;
        let written = self.inner.store.write(write).await?;
        // It is no fault that nobody listens.
        let _ = self.inner.changed.0.send(person);
        Ok(written)
    }

    /// What each party with a permit of this person's would see if it asked now: plans, what is in force of each kind,
    /// and the crisis extract. Nothing is recorded, because nothing is shown.
    ///
    /// # Errors
    /// [`Refusal::Unrecorded`] when the store does not answer.
    pub async fn prospects(&self, person: PersonId) -> Result<Vec<Prospect>, Refusal> {
        let Some(snapshot) = self.inner.store.snapshot(person).await? else { return Ok(Vec::new()) };
        let at = self.now();
        let kinds: BTreeSet<PlanKind> = snapshot.plans.iter().map(sayso_consent::Sealed::kind).collect();
        let current = kinds.into_iter().map(Wanted::Current);
        let documents: Vec<Wanted> = current.chain([Wanted::CrisisExtract]).collect();
        let mut prospects = Vec::new();
        for ask in asks(&snapshot, at, PARTIES_MAX) {
            let documents = if ask.is_own_app() { &[] } else { documents.as_slice() };
            for wanted in [Wanted::Plans(None)].iter().chain(documents).copied() {
                let sheets = self.decide(&snapshot, &ask, wanted);
                if !sheets.is_empty() {
                    let note = read_released::note(&sheets, wanted, &snapshot, at);
                    let (snapshot, fingerprints) = (Arc::clone(&snapshot), self.inner.fingerprints.clone());
                    prospects.push(Prospect { wanted, sheets, note, snapshot, fingerprints });
                }
            }
        }
        Ok(prospects)
    }
}

/// The questions that permits in force answer, of so many parties at most. An organization that is named may also belong to a class that is.
pub(crate) fn asks(snapshot: &Snapshot, at: OffsetDateTime, parties_max: usize) -> Vec<Ask> {
    let mut parties: Vec<(Party, Purpose)> = Vec::new();
    let active = snapshot.consents.iter().filter(|consent| consent.status == Known::Is(Status::Active));
    for provision in active.flat_map(|consent| &consent.provisions).filter(|p| p.effect == Effect::Permit) {
        let party = known(provision.recipient).and_then(Party::of);
        if let (Some(party), Some(Purposes::Only(purpose))) = (party, known(provision.purposes))
            && known(provision.period).is_some_and(|period| period.from <= at && at < period.until)
            && !parties.contains(&(party, purpose))
        {
            parties.push((party, purpose));
        }
    }
    parties.truncate(parties_max);
    let of_class = |purpose| parties.contains(&(Party::CrisisServices, purpose));
    let mut asks = Vec::new();
    for (party, purpose) in &parties {
        asks.push(party.ask(*purpose, at, snapshot));
        if let (Party::Organization(organization), true) = (*party, of_class(*purpose)) {
            let class = Some(Class::CrisisServices);
            let audience = Audience::Organization { organization, practitioner: None, class };
            asks.push(Ask { audience, purpose: Some(*purpose), at });
        }
    }
    asks
}

/// Who asks, as a consent would speak to them; some organization that nobody named asks for its class.
pub(crate) fn asker(ask: &Ask) -> Recipient {
    match &ask.audience {
        Audience::Organization { organization, practitioner: None, class: Some(class) }
            if *organization == OrganizationId::from_stored([0; 16]) =>
        {
            Recipient::Class(*class)
        }
        Audience::Organization { organization, practitioner: None, .. } => Recipient::Organization(*organization),
        Audience::Organization { organization, practitioner: Some(who), .. } => {
            Recipient::Practitioner(*organization, *who)
        }
        Audience::App { client } => Recipient::App(*client),
        Audience::Supporter { supporter, .. } => Recipient::Supporter(*supporter),
    }
}
