//! Others propose, the person answers. A proposal lies beside the plan; only the person's answer touches the plan, and
//! even that only adds to it.

use std::sync::Arc;

use sayso_auth::Caller;
use sayso_consent::{Ask, Released, Sealed, Themselves};
use sayso_plan::draft::NotTaken;
use sayso_plan::proposal::{NotProposed, Reply, Suggestion};
use sayso_plan::{PartyId, PersonId, PlanId, PlanKind, PlanVersionId, Proposal, ProposalId};
use sayso_store::{Act, Change, Code, Receipt, Refused, Snapshot, StoreError, Write};
use time::OffsetDateTime;

use crate::publish_plan::plan_change;
use crate::read_released::{Disclosure, Look, Sheet, Wanted, Whom};
use crate::sharing::TRIES_MAX;
use crate::{Exchange, Refusal};

/// How many proposals of one organization, or of the person's apps, wait for one person at a time.
pub const WAITING_MAX: usize = 20;

/// What was proposed, as the one who did may see it.
#[derive(Debug)]
pub struct Put {
    /// Proof that it is durable and recorded.
    pub receipt: Receipt,
    /// The proposal.
    pub proposal: Released<Proposal>,
}

impl Exchange {
    /// Proposes something to a plan that the caller may see now. The person finds it on their page. Where a `subject` is
    /// named, it must be the person whose plan it is. The same again, while it waits, is the same proposal.
    ///
    /// # Errors
    /// [`Refusal::Absent`] where the plan, or the item it is about, is not shown to the caller;
    /// [`Refusal::NotProposed`] for what cannot be proposed; [`Refusal::NotPossible`] while too many wait.
    pub async fn propose(
        &self,
        caller: &Caller,
        plan: PlanId,
        subject: Option<PersonId>,
        suggestion: &Suggestion,
    ) -> Result<Put, Refusal> {
        let wanted = suggestion.proposed.about().map_or(Wanted::Plan(plan), Wanted::Part);
        let look = Look { whom: Whom::OwnerOf(*plan.as_bytes()), wanted, purpose: None, operation: "propose" };
        for _ in 0..TRIES_MAX {
            let person = self.resolve(caller, &look.whom).await?;
            let snapshot = self.snapshot_or_nobody(person).await?;
            let at = self.now();
            let ask = self.ask_of(caller, None, at).await?;
            let sheets = self.decide(&snapshot, &ask, wanted);
            let meant = subject.is_none_or(|subject| subject == snapshot.person);
            let Some(sheet) = sheets.iter().find(|sheet| sheet.plan() == plan && meant) else {
                return Err(self.absent(caller, "propose").await);
            };
            suggestion.check(sheet.kind())?;
            let proposal = Sealed::<Proposal>::new(Proposal {
                id: ProposalId::from_random(self.fresh()),
                person: snapshot.person,
                plan,
                organization: caller.organization.filter(|_| caller.person.is_none()),
                suggestion: suggestion.clone(),
                at,
                answer: None,
                version: 1,
            });
            let waiting = self.inner.store.proposals(snapshot.person).await?;
            let theirs = |one: &&Sealed<Proposal>| one.is_open() && one.organization() == proposal.organization();
            let shown = |one: &Sealed<Proposal>| sheet.proposal(one, &ask.audience, &self.inner.fingerprints).ok();
            let same = |one: &Released<Proposal>| one.get().suggestion == *suggestion;
            // A retry is safe: what waits already is not proposed a second time, and the record says that it was tried.
            // What they do not see any more is not counted either: whether it still waits is not told.
            let mut seen: Vec<Released<Proposal>> = waiting.iter().filter(theirs).filter_map(shown).collect();
            let again = seen.iter().position(same).map(|place| seen.swap_remove(place));
            if again.is_none() && shown(&proposal).is_none() {
                return Err(self.absent(caller, "propose").await);
            }
            if again.is_none() && seen.len() >= WAITING_MAX {
                return Err(Refusal::NotPossible(
                    "twenty of yours wait for an answer; wait until the person has answered",
                ));
            }
            let act = Act::Proposed { client: Some(caller.client), plan, kind: sheet.kind() };
            let write = Write {
                fence: snapshot.fence(),
                leaf: self.leaf(at, caller.organization, act),
                changes: if again.is_some() { Vec::new() } else { vec![Change::Proposal(Box::new(proposal.clone()))] },
                events: if again.is_some() { Vec::new() } else { vec![self.event("proposed", *plan.as_bytes(), at)] },
                once: None,
            };
            match self.keep(write).await {
                Ok(written) => {
                    let proposal = again.or_else(|| shown(&proposal)).ok_or(Refusal::Moved)?;
                    return Ok(Put { receipt: written.receipt, proposal });
                }
                Err(Refused::Moved) => {}
                Err(other) => return Err(other.into()),
            }
        }
        Err(Refusal::Moved)
    }

    /// What was proposed to the plans that this caller may see now: by its own organization; for an app of the person's,
    /// by everybody. They are read before it is decided who may see them, so that nothing is shown of an answer that
    /// the person gave after they took the plan back.
    ///
    /// # Errors
    /// [`Refusal::Unrecorded`] when the look cannot be recorded; then nothing is answered.
    pub async fn proposals(
        &self,
        caller: &Caller,
        look: &Look,
    ) -> Result<(Disclosure, Vec<Released<Proposal>>), Refusal> {
        let person = self.resolve(caller, &look.whom).await?.unwrap_or(sayso_store::nobody());
        let kept = match self.inner.store.proposals(person).await {
            Err(StoreError::NoSuchPerson) => Vec::new(),
            kept => kept?,
        };
        let key = &self.inner.fingerprints;
        let shows = |id: &[u8; 16], ask: &Ask, sheets: &[Sheet]| {
            let meant = |one: &&Sealed<Proposal>| one.id().as_bytes() == id;
            let is_seen =
                |one: &Sealed<Proposal>| sheets.iter().any(|sheet| sheet.proposal(one, &ask.audience, key).is_ok());
            sheets.iter().any(|sheet| sheet.has_address(id)) || kept.iter().find(meant).is_some_and(is_seen)
        };
        let disclosure = self.look_by(caller, look, &shows).await?;
        let audience = self.ask_of(caller, look.purpose, disclosure.at).await?.audience;
        let shown = |one: &Sealed<Proposal>| {
            disclosure.sheets.iter().find_map(|sheet| sheet.proposal(one, &audience, key).ok())
        };
        let shown = kept.iter().filter_map(shown).collect();
        Ok((disclosure, shown))
    }

    /// What was proposed to the person, newest first.
    ///
    /// # Errors
    /// [`Refusal::Unrecorded`] when the store does not answer.
    pub async fn own_proposals(&self, person: Themselves) -> Result<Vec<Released<Proposal>>, Refusal> {
        let kept = self.inner.store.proposals(person.person()).await?;
        let own = |one| sayso_consent::own_proposal(one, &person, &self.inner.fingerprints).ok();
        let mut proposals: Vec<_> = kept.iter().filter_map(own).collect();
        proposals.sort_by_key(|one| std::cmp::Reverse((one.get().at, one.get().id)));
        Ok(proposals)
    }

    /// The person answers a proposal on their own page: takes it in, says it in their own words, or says no. What they
    /// take in and the answer are one transaction.
    ///
    /// # Errors
    /// [`Refusal::Moved`] where it is not theirs, is answered already, or what it is about is gone;
    /// [`Refusal::NotTaken`] where the plan cannot take it, for instance because its text is frozen.
    pub async fn answer_proposal(
        &self,
        person: Themselves,
        proposal: ProposalId,
        reply: &Reply,
    ) -> Result<Receipt, Refusal> {
        for _ in 0..TRIES_MAX {
            let snapshot = self.snapshot_of(person).await?;
            let at = self.now();
            let kept = self.inner.store.proposals(person.person()).await?;
            let kept = kept.iter().find(|one| one.id() == proposal && one.is_open()).ok_or(Refusal::Moved)?;
            let opened = sayso_consent::own_proposal(kept, &person, &self.inner.fingerprints);
            let opened = opened.map_err(|_| Refusal::Moved)?;
            let answered = Sealed::<Proposal>::new(opened.get().clone().answered(reply, at));
            let (next, kind, version) = self.with_it(&snapshot, person, opened.get(), reply, at)?;
            let said = match reply {
                Reply::Accept => "accepted",
                Reply::Change(_) => "changed",
                Reply::Decline(_) => "declined",
            };
            let act = Act::ProposalAnswered { plan: kept.plan(), kind, version, answer: Code::new(said) };
            let mut changes = vec![Change::Proposal(Box::new(answered))];
            let mut events = vec![self.event("proposal-answered", *kept.plan().as_bytes(), at)];
            if let Some(next) = next {
                changes.push(next);
                events.push(self.event("plan-changed", *kept.plan().as_bytes(), at));
            }
            let leaf = self.leaf(at, None, act);
            let write = Write { fence: snapshot.fence(), leaf, changes, events, once: None };
            match self.keep(write).await {
                Ok(written) => return Ok(written.receipt),
                Err(Refused::Moved | Refused::Stale | Refused::SecondActive) => {}
                Err(other) => return Err(other.into()),
            }
        }
        Err(Refusal::Moved)
    }

    /// The plan with what the person takes in, where it changes; its kind, and the version that is current then.
    fn with_it(
        &self,
        snapshot: &Arc<Snapshot>,
        person: Themselves,
        proposal: &Proposal,
        reply: &Reply,
        at: OffsetDateTime,
    ) -> Result<(Option<Change>, PlanKind, PlanVersionId), Refusal> {
        let plan = snapshot.plans.iter().find(|plan| plan.id() == proposal.plan).ok_or(Refusal::Moved)?;
        if let Reply::Decline(_) = reply {
            return Ok((None, plan.kind(), plan.version()));
        }
        let base = sayso_consent::own(plan, &person, &self.inner.fingerprints).map_err(|_| Refusal::Moved)?;
        let demographics = snapshot.demographics.as_ref().ok_or(Refusal::Unrecorded(StoreError::NoSuchPerson))?;
        let (today, new) = (demographics.day_of(at), PartyId::from_random(self.fresh()));
        let content = proposal.taken_in(reply, base.get().as_content(), today, new).ok_or(Refusal::Moved)?;
        let next = plan.revise(content, &base, at, &mut || self.fresh()).map_err(|why: NotTaken| Refusal::from(why))?;
        let change = plan_change(&next, Some(plan.version()));
        Ok((Some(change), next.kind(), next.version()))
    }
}

impl From<NotProposed> for Refusal {
    fn from(why: NotProposed) -> Self {
        Self::NotProposed(why)
    }
}
