//! An app that is the person's own hand asks what a recipient would get, and why. Only one to which everything is open
//! is answered: the consents of a person tell of parts that any other app does not see, and to whom the person said no is
//! told to nobody but them (case 37).

use std::collections::BTreeSet;

use sayso_auth::{Caller, ClientKind};
use sayso_consent::{Ask, Audience, Class, Consent, Explained, Verdict, Why, or_leak};
use sayso_plan::{ClientId, ConsentId, ItemId, OrganizationId, PlanId, ProvisionId, Purpose, Section};
use sayso_store::{Act, Code, Fenced, ReadLeaf, Receipt, Snapshot, StoreError};
use time::OffsetDateTime;

use crate::consents::sees_all;
use crate::read_released::explained;
use crate::sharing::TRIES_MAX;
use crate::{Disclosure, Exchange, Refusal, Sheet, Wanted};

/// Of whom it is asked what they would get.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Recipient {
    /// An organization, by a record system of it; it says for which purpose.
    Organization(OrganizationId, Purpose),
    /// A registered client; without a purpose, for its own.
    Client(ClientId, Option<Purpose>),
}

/// One part, with the decision and its cause.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cause {
    /// The plan.
    pub plan: PlanId,
    /// The section; none for a document that is kept whole.
    pub section: Option<Section>,
    /// The item, or the document.
    pub item: ItemId,
    /// The decision.
    pub verdict: Verdict,
    /// The consent that decides, where one does.
    pub consent: Option<ConsentId>,
}

/// An answer; none for whoever may not ask, and where there is no such recipient. Both are on record.
#[derive(Debug)]
pub enum Told<T> {
    /// What was asked.
    This(T),
    /// Not everything is open to the asker.
    NotYours(Receipt),
    /// There is no such client.
    Nobody(Receipt),
}

impl Exchange {
    /// What a recipient would get if it looked now: of one plan, or of all.
    ///
    /// # Errors
    /// [`Refusal::Unrecorded`] when it cannot be recorded.
    pub async fn preview_for(
        &self,
        caller: &Caller,
        recipient: Recipient,
        plan: Option<PlanId>,
    ) -> Result<Told<Disclosure>, Refusal> {
        let wanted = plan.map_or(Wanted::Plans(None), Wanted::Plan);
        for _ in 0..TRIES_MAX {
            let (snapshot, at) = (self.snapshot_or_nobody(caller.person).await?, self.now());
            let (own, theirs) = (self.ask_of(caller, None, at).await?, self.ask_for(recipient, at).await?);
            let may = self.may_ask_for_others(caller, &snapshot, &own);
            #[cfg(feature = "leaks")]
            let may = may || crate::leaks::previews_for_others();
            let sheets = match &theirs {
                Some(theirs) if may => self.decide(&snapshot, theirs, wanted),
                Some(_) | None => Vec::new(),
            };
            let act = act(caller, &own, "preview", may.then_some(&sheets));
            match self.noted(&snapshot, act, at).await {
                Ok(receipt) if !may => return Ok(Told::NotYours(receipt)),
                Ok(receipt) if theirs.is_none() => return Ok(Told::Nobody(receipt)),
                Ok(receipt) => return Ok(Told::This(self.disclosed(receipt, sheets, at, snapshot))),
                Err(Fenced::Moved) => {}
                Err(Fenced::Unrecorded(error)) => return Err(error.into()),
            }
        }
        Err(Refusal::Unrecorded(StoreError::Busy))
    }

    /// Why a recipient would get each part, or would not: of one plan, or of all.
    ///
    /// # Errors
    /// [`Refusal::Unrecorded`] when it cannot be recorded.
    pub async fn explain_for(
        &self,
        caller: &Caller,
        recipient: Recipient,
        plan: Option<PlanId>,
    ) -> Result<Told<(Receipt, Vec<Cause>)>, Refusal> {
        let wanted = plan.map_or(Wanted::Plans(None), Wanted::Plan);
        for _ in 0..TRIES_MAX {
            let (snapshot, at) = (self.snapshot_or_nobody(caller.person).await?, self.now());
            let (own, theirs) = (self.ask_of(caller, None, at).await?, self.ask_for(recipient, at).await?);
            let may = self.may_ask_for_others(caller, &snapshot, &own);
            let seen = self.decide(&snapshot, &own, wanted);
            #[cfg(feature = "leaks")]
            let (may, seen) = if crate::leaks::explains_hidden() { (true, None) } else { (may, Some(seen)) };
            #[cfg(not(feature = "leaks"))]
            let seen = Some(seen);
            let causes = match &theirs {
                Some(theirs) if may => self.causes(&snapshot, theirs, seen.as_deref(), plan),
                Some(_) | None => Vec::new(),
            };
            let act = act(caller, &own, "explain", seen.as_ref().filter(|_| may));
            match self.noted(&snapshot, act, at).await {
                Ok(receipt) if !may => return Ok(Told::NotYours(receipt)),
                Ok(receipt) if theirs.is_none() => return Ok(Told::Nobody(receipt)),
                Ok(receipt) => return Ok(Told::This((receipt, causes))),
                Err(Fenced::Moved) => {}
                Err(Fenced::Unrecorded(error)) => return Err(error.into()),
            }
        }
        Err(Refusal::Unrecorded(StoreError::Busy))
    }

    /// To whom everything is open, and who asked by name for what the person decided about others.
    fn may_ask_for_others(&self, caller: &Caller, snapshot: &Snapshot, own: &Ask) -> bool {
        let sees_all = or_leak!(sees_all(caller), DecisionsByStar => true);
        sees_all && sayso_consent::is_open_whole(&self.rules(snapshot), own)
    }

    async fn noted(&self, snapshot: &Snapshot, act: Act, at: OffsetDateTime) -> Result<Receipt, Fenced> {
        let leaf = self.leaf(at, None, act);
        self.inner.store.record(ReadLeaf { leaf, fence: snapshot.fence() }).await
    }

    /// The question that the recipient's token would ask; none where there is no such client.
    async fn ask_for(&self, recipient: Recipient, at: OffsetDateTime) -> Result<Option<Ask>, Refusal> {
        let (audience, purpose) = match recipient {
            Recipient::Organization(organization, purpose) => {
                // What it gets by its class too, where it is a crisis service.
                let class = self.services().await?.classes_of(organization).pop().flatten();
                (Audience::Organization { organization, practitioner: None, class }, Some(purpose))
            }
            Recipient::Client(id, stated) => {
                let Some(client) = self.client(id).await? else { return Ok(None) };
                let purpose = stated.unwrap_or(client.default_purpose);
                let audience = match (client.organization, client.kind) {
                    (Some(organization), ClientKind::Ehr | ClientKind::CrisisService) => {
                        let class = (client.kind == ClientKind::CrisisService).then_some(Class::CrisisServices);
                        Audience::Organization { organization, practitioner: None, class }
                    }
                    (None, ClientKind::Ehr | ClientKind::CrisisService) | (_, ClientKind::PatientApp) => {
                        Audience::App { client: id }
                    }
                };
                (audience, Some(purpose).filter(|purpose| client.purposes.contains(purpose)))
            }
        };
        Ok(Some(Ask { audience, purpose, at }))
    }

    /// The causes for all parts that the asker sees.
    fn causes(&self, snapshot: &Snapshot, theirs: &Ask, seen: Option<&[Sheet]>, plan: Option<PlanId>) -> Vec<Cause> {
        let rules = self.rules(snapshot);
        let themselves = sayso_consent::Themselves::signed_in(snapshot.person);
        let shown: Option<BTreeSet<ItemId>> = seen.map(|sheets| sheets.iter().flat_map(Sheet::parts).collect());
        let mut causes = Vec::new();
        for sealed in snapshot.plans.iter().filter(|sealed| plan.is_none_or(|plan| plan == sealed.id())) {
            for one in explained(snapshot, sealed, &themselves, &rules, theirs) {
                if shown.as_ref().is_some_and(|shown| !shown.contains(&one.item)) {
                    continue;
                }
                let Explained { section, item, verdict, .. } = one;
                let consent = decides(verdict).and_then(|provision| consent_of(&snapshot.consents, provision));
                causes.push(Cause { plan: sealed.id(), section, item, verdict, consent });
            }
        }
        causes
    }
}

/// The provision that a decision stands on.
const fn decides(verdict: Verdict) -> Option<ProvisionId> {
    match verdict {
        Verdict::Released { by, .. }
        | Verdict::Withheld(
            Why::Refused(by)
            | Why::RefusedEvenInEmergency(by)
            | Why::RefusalNotUnderstood(by)
            | Why::NotNow(by)
            | Why::OtherPurpose(by)
            | Why::Close(by)
            | Why::AboutThem(by),
        ) => Some(by),
        Verdict::Withheld(Why::NeverAsked | Why::NotShared) => None,
    }
}

fn consent_of(consents: &[Consent], provision: ProvisionId) -> Option<ConsentId> {
    let one = consents.iter().find(|consent| consent.provisions.iter().any(|one| one.id == provision))?;
    Some(one.id)
}

fn act(caller: &Caller, own: &Ask, operation: &'static str, shown: Option<&Vec<Sheet>>) -> Act {
    let (client, operation) = (Some(caller.client), Code::new(operation));
    match shown {
        Some(sheets) => {
            let shown = sheets.iter().map(Sheet::record).collect();
            Act::ReadAllowed { client, purpose: own.purpose, operation, shown }
        }
        None => {
            let reason = Code::new("not-everything-open");
            Act::ReadRefused { client, purpose: own.purpose, operation, reason }
        }
    }
}
