//! Versions: those that the current consent releases and that were in force during this reader's permit.

use sayso_auth::Caller;
use sayso_consent::{Ask, Past};
use sayso_store::{Snapshot, StoreError, Version};

use crate::read_released::{Disclosure, Look, Sheet, Versions, Wanted, is_shown};
use crate::{Exchange, Refusal};

impl Exchange {
    /// The visible versions of a plan, newest first, or only the one with this fingerprint. Versions that look the same to
    /// this reader are one. On record is what was shown in all of them.
    ///
    /// # Errors
    /// [`Refusal::Unrecorded`] when the look cannot be recorded.
    pub async fn history(&self, caller: &Caller, look: &Look, one: Option<&str>) -> Result<Disclosure, Refusal> {
        self.look_at(caller, look, one.map_or(Versions::All, Versions::One), &is_shown).await
    }

    /// Of what is seen now, the versions that are looked at.
    pub(crate) async fn versions_seen(
        &self,
        snapshot: &Snapshot,
        ask: &Ask,
        wanted: Wanted,
        versions: Versions<'_>,
        seen: Vec<Sheet>,
    ) -> Result<Vec<Sheet>, StoreError> {
        let current = match (versions, seen.first()) {
            (Versions::Current, _) | (_, None) => return Ok(seen),
            (Versions::All | Versions::One(_), Some(current)) => current,
        };
        let mut sheets = self.versions_of(snapshot, ask, current).await?;
        if let Wanted::Part(part) = wanted {
            sheets.retain(|sheet| sheet.shows(part));
        }
        if let Versions::One(one) = versions {
            sheets.retain(|sheet| sheet.fingerprint().to_string() == one);
        }
        Ok(sheets)
    }

    /// All versions that may be seen of a plan that is seen now. Who puts them on record does it with the fence of this
    /// snapshot.
    pub(crate) async fn versions_of(
        &self,
        snapshot: &Snapshot,
        ask: &Ask,
        current: &Sheet,
    ) -> Result<Vec<Sheet>, StoreError> {
        let mut sheets = vec![current.clone()];
        let rules = self.rules(snapshot);
        let versions = self.inner.store.versions(snapshot.person, current.plan()).await?;
        for (newer, older) in versions.iter().zip(versions.iter().skip(1)) {
            let past = Past { until: older.until_at, today: current.sealed() };
            let judge = |version: &Version| {
                sayso_consent::judge_past(&version.plan, past, &rules, ask, &self.inner.fingerprints).ok()
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
