//! The person says no to a plan that is in force, and plans come to the end of their time. Neither is a change of
//! consent: to stop sharing is another act.

use sayso_consent::{Sealed, Themselves};
use sayso_plan::plan::No;
use sayso_plan::{PersonId, Plan, PlanId, PlanVersionId, State, Words};
use sayso_store::{Act, Code, Receipt, Refused, Snapshot, Write};
use time::OffsetDateTime;

use crate::publish_plan::plan_change;
use crate::sharing::TRIES_MAX;
use crate::{Exchange, Refusal};

/// What a no came to.
#[derive(Debug)]
pub struct NoSaid {
    /// Proof that it is durable and recorded.
    pub receipt: Receipt,
    /// Cancelled, or still in force with the no shown first.
    pub state: State,
}

impl Exchange {
    /// The person cancels a plan that is in force, on their own page. It takes effect at once, unless the law it is
    /// written under asks for a form (`in_form`: that it was kept); until then every reader is shown the no first.
    ///
    /// # Errors
    /// [`Refusal::Moved`] when there is no such plan of theirs; [`Refusal::NotTaken`] when it is not in force.
    pub async fn refuse_plan(
        &self,
        person: Themselves,
        plan: PlanId,
        words: Option<Words>,
        in_form: bool,
    ) -> Result<NoSaid, Refusal> {
        for _ in 0..TRIES_MAX {
            let snapshot = self.snapshot_of(person).await?;
            let at = self.now();
            let kept = snapshot.plans.iter().find(|kept| kept.id() == plan).ok_or(Refusal::Moved)?;
            let no = No { at, words: words.clone() };
            let next = kept.refuse(&person, no, in_form, &mut || self.fresh())?;
            let said = if next.state() == State::Cancelled { "cancelled" } else { "revoke-requested" };
            match self.move_plan(&snapshot, &next, kept.version(), said, at).await {
                Ok(receipt) => return Ok(NoSaid { receipt, state: next.state() }),
                Err(Refused::Moved | Refused::Stale | Refused::SecondActive) => {}
                Err(other) => return Err(other.into()),
            }
        }
        Err(Refusal::Moved)
    }

    /// Ends the plans whose time is over. How many were ended.
    ///
    /// # Errors
    /// [`Refusal::Unrecorded`] when the store does not answer.
    pub async fn end_plans(&self) -> Result<usize, Refusal> {
        let mut ended = 0;
        for person in self.inner.store.persons().await? {
            ended += self.end_plans_of(person).await?;
        }
        Ok(ended)
    }

    async fn end_plans_of(&self, person: PersonId) -> Result<usize, Refusal> {
        let mut ended = 0;
        for _ in 0..TRIES_MAX {
            let Some(snapshot) = self.inner.store.snapshot(person).await? else { break };
            let at = self.now();
            let over = |kept: &Sealed<Plan>| {
                let day = snapshot.demographics.as_ref()?.day_of(at);
                kept.ended_by(day, at, &mut || self.fresh()).map(|next| (next, kept.version()))
            };
            let Some((next, version)) = snapshot.plans.iter().find_map(over) else { break };
            match self.move_plan(&snapshot, &next, version, "ended", at).await {
                Ok(_receipt) => ended += 1,
                Err(Refused::Moved | Refused::Stale | Refused::SecondActive) => {}
                Err(other) => return Err(other.into()),
            }
        }
        Ok(ended)
    }

    async fn move_plan(
        &self,
        snapshot: &Snapshot,
        next: &Sealed<Plan>,
        replaces: PlanVersionId,
        change: &'static str,
        at: OffsetDateTime,
    ) -> Result<Receipt, Refused> {
        let act = Act::PlanWritten {
            client: None,
            plan: next.id(),
            kind: next.kind(),
            version: next.version(),
            change: Code::new(change),
        };
        let write = Write {
            fence: snapshot.fence(),
            leaf: self.leaf(at, None, act),
            changes: vec![plan_change(next, Some(replaces))],
            events: vec![self.event("plan-changed", *next.id().as_bytes(), at)],
            once: None,
        };
        self.keep(write).await.map(|written| written.receipt)
    }
}
