//! The current directive of a person, or the crisis extract over all plans, in one call.

use sayso_auth::Caller;
use sayso_plan::{PlanDate, PlanKind, Purpose};

use crate::read_released::{Disclosure, Look, Wanted, Whom};
use crate::{Exchange, Refusal};

impl Exchange {
    /// What is in force now, or was on a day: with a kind that plan, without one the crisis extract of now. Only what
    /// is or was in force is ever in it.
    ///
    /// # Errors
    /// [`Refusal::Unrecorded`] when the look cannot be recorded.
    pub async fn current_plan(
        &self,
        caller: &Caller,
        whom: Whom,
        kind: Option<PlanKind>,
        day: Option<PlanDate>,
        purpose: Option<Purpose>,
    ) -> Result<Disclosure, Refusal> {
        let wanted = match (kind, day) {
            (Some(kind), Some(day)) => Wanted::On(kind, day),
            (Some(kind), None) => Wanted::Current(kind),
            (None, _) => Wanted::CrisisExtract,
        };
        self.look(caller, &Look { whom, wanted, purpose, operation: "current-plan" }).await
    }
}
