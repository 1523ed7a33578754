//! Checking: what would be said of a plan if it were written as a new one. Nothing is stored but the record.

use sayso_auth::Caller;
use sayso_plan::draft::NotTaken;
use sayso_plan::{Content, PlanDate};
use sayso_store::{Act, Receipt};

use crate::{Exchange, Refusal};

/// What was found.
#[derive(Debug)]
pub struct Checked {
    /// Proof that the asking is on record.
    pub receipt: Receipt,
    /// Why it would not be taken.
    pub not_taken: Option<NotTaken>,
    /// What it still needs before it can be in force, where it would be taken.
    pub missing: Vec<NotTaken>,
}

impl Exchange {
    /// Checks a new plan of the person for whom an app acts; none where what was sent could not even be read, so that
    /// the asking is recorded all the same. What is said follows from the content and the day alone: neither what is
    /// stored of the person nor what they opened to this app has a part in it.
    ///
    /// # Errors
    /// [`Refusal::NotPossible`] when the caller acts for nobody; [`Refusal::Unrecorded`] when it cannot be recorded.
    pub async fn check_plan(&self, caller: &Caller, content: Option<&Content>) -> Result<Checked, Refusal> {
        let person = caller.person.ok_or(Refusal::NotPossible("only an app that acts for a person writes plans"))?;
        let at = self.now();
        let not_taken = content.and_then(|content| content.check_new(at).err());
        let taken = content.filter(|_| not_taken.is_none());
        let missing = taken.map(|content| content.kind.missing(content, PlanDate(at.date()))).unwrap_or_default();
        #[cfg(feature = "leaks")]
        let missing = self.not_stored(person, missing).await;
        let leaf = self.leaf(at, caller.organization, Act::Checked { client: Some(caller.client) });
        let receipt = self.inner.store.note(Some(person), leaf).await?;
        Ok(Checked { receipt, not_taken, missing: missing.into_iter().map(NotTaken::NotReady).collect() })
    }
}
