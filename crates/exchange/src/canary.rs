//! The deny canary: a built-in person with a plan that nobody may read. If anybody can, the house must not open.

use sayso_plan::plan::Content;
use sayso_plan::{Identifier, IdentifierState, Lang, Person, PersonId, PlanId};

use crate::{Exchange, Refusal};

/// The naming system of the canary's identifier.
pub const CANARY_SYSTEM: &str = "urn:sayso:canary";
/// The canary's identifier.
pub const CANARY_VALUE: &str = "nobody-may-read-this";
/// The one word in the canary's plan; it must never be seen in an answer.
pub const CANARY_WORD: &str = "kanarienvogel";

/// Where the canary sits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Canary {
    /// The canary.
    pub person: PersonId,
    /// Its plan.
    pub plan: PlanId,
}

impl Exchange {
    /// Finds the canary, or puts it there.
    ///
    /// # Errors
    /// [`Refusal`] when it cannot be stored.
    pub async fn canary(&self) -> Result<Canary, Refusal> {
        let store = &self.inner.store;
        let person = match store.person_by_identifier(CANARY_SYSTEM, CANARY_VALUE).await? {
            Some(person) => person,
            None => self.hatch().await?,
        };
        let themselves = sayso_consent::Themselves::signed_in(person);
        if let Some(plan) = self.own_plans(themselves).await?.first() {
            return Ok(Canary { person, plan: plan.get().id });
        }
        let content: Content = serde_json::from_str(include_str!("canary.plan.json"))
            .map_err(|_| Refusal::NotPossible("the canary's plan cannot be read"))?;
        let written = self.write_own_plan(themselves, None, content).await?;
        Ok(Canary { person, plan: written.sheet.plan() })
    }

    async fn hatch(&self) -> Result<PersonId, Refusal> {
        let id = PersonId::from_random(self.fresh());
        let state = IdentifierState::Verified { by: "built in".into(), at: self.now() };
        let person = Person {
            id,
            name: "Canary".into(),
            language: Lang::undetermined(),
            zone_minutes: 0,
            birth_date: None,
            identifiers: vec![Identifier { system: CANARY_SYSTEM.into(), value: CANARY_VALUE.into(), state }],
        };
        let _recorded = self.create_person(person).await?;
        Ok(id)
    }
}
