//! Versions: those that the current consent releases and that were in force during this reader's permit.

use sayso_auth::Caller;
use sayso_plan::PlanId;
use sayso_store::Version;

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
        let versions = self.inner.store.versions(person, current.plan()).await?;
        for (newer, older) in versions.iter().zip(versions.iter().skip(1)) {
            let judge = |version: &Version| {
                sayso_consent::judge_past(&version.plan, &rules, &ask, older.until_at, &self.inner.fingerprints).ok()
            };
            let (before, after) = (judge(older), judge(newer));
            // A change counts only if this reader could have seen it when it was made. What changed out of sight, or
            // before more was opened, would else show as one version more.
            let Some(before) = before else { continue };
            let news = after.is_none_or(|after| after.fingerprint() != before.fingerprint())
                && sheets.last().is_none_or(|last| last.fingerprint() != before.fingerprint());
            if sayso_consent::or_leak!(news, HistoryOfHidden => true) {
                sheets.push(Sheet::new(before, older.plan.clone()));
            }
        }
        Ok(sheets)
    }
}
