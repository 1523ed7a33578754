//! Versions: those that the current consent releases and that were in force during this reader's permit.

use sayso_auth::Caller;
use sayso_plan::PlanId;

use crate::read_released::{Disclosure, Look, Sheet, Wanted, Whom};
use crate::{Exchange, Refusal};

impl Exchange {
    /// The visible versions of a plan, newest first. Versions that look the same to this reader are one.
    ///
    /// # Errors
    /// [`Refusal::Unrecorded`] when the look cannot be recorded.
    pub async fn history(&self, caller: &Caller, plan: PlanId) -> Result<Disclosure, Refusal> {
        let whom = Whom::OwnerOf(*plan.as_bytes());
        let look = Look { whom, wanted: Wanted::Plan(plan), purpose: None, operation: "history" };
        let mut disclosure = self.look(caller, &look).await?;
        if let Some(current) = disclosure.sheets.first().cloned() {
            disclosure.sheets = self.versions_of(caller, &current, disclosure.at).await?;
        }
        Ok(disclosure)
    }

    /// All versions that this caller may see of the plan they see now. The decision uses the consents of one snapshot;
    /// a withdrawal after it is caught by the fence of the look that led here.
    pub(crate) async fn versions_of(
        &self,
        caller: &Caller,
        current: &Sheet,
        at: time::OffsetDateTime,
    ) -> Result<Vec<Sheet>, Refusal> {
        let person = current.sealed().person();
        let ask = self.ask_of(caller, None, at).await?;
        let snapshot = self.snapshot_or_nobody(Some(person)).await?;
        let rules = self.rules(&snapshot);
        let mut sheets = vec![current.clone()];
        for version in self.inner.store.versions(person, current.plan()).await? {
            if version.current {
                continue;
            }
            let key = &self.inner.fingerprints;
            let judged = sayso_consent::judge_past(&version.plan, &rules, &ask, version.until_at, key);
            if let Ok(grant) = judged
                && sheets.last().is_none_or(|newer| newer.fingerprint() != grant.fingerprint())
            {
                sheets.push(Sheet::new(grant, version.plan));
            }
        }
        Ok(sheets)
    }
}
