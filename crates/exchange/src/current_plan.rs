//! The current directive of a person, or the crisis extract over all plans, in one call.

use sayso_auth::Caller;
use sayso_plan::{PlanKind, Purpose};

use crate::read_released::{Disclosure, Look, Wanted, Whom};
use crate::{Exchange, Refusal};

impl Exchange {
    /// What is in force now: with a kind that plan, without one the crisis extract. Only active plans are ever in it.
    ///
    /// # Errors
    /// [`Refusal::Unrecorded`] when the look cannot be recorded.
    pub async fn current_plan(
        &self,
        caller: &Caller,
        whom: Whom,
        kind: Option<PlanKind>,
        purpose: Option<Purpose>,
    ) -> Result<Disclosure, Refusal> {
        let wanted = kind.map_or(Wanted::CrisisExtract, Wanted::Current);
        self.look(caller, &Look { whom, wanted, purpose, operation: "current-plan" }).await
    }
}
