//! An organization asks to be let in. The answer is always the same, whoever is meant and whatever is there.

use sayso_auth::Caller;
use sayso_plan::Purpose;
use sayso_store::{Act, Ask, Receipt};

use crate::read_released::Whom;
use crate::{Exchange, Refusal};

impl Exchange {
    /// Records that an organization asks; the person sees it on their page, if there is such a person.
    ///
    /// # Errors
    /// [`Refusal::Unrecorded`] when it cannot be recorded; [`Refusal::NotPossible`] when the caller is no organization
    /// or states no purpose it may have.
    pub async fn ask_to_share(
        &self,
        caller: &Caller,
        whom: &Whom,
        purpose: Option<Purpose>,
    ) -> Result<Receipt, Refusal> {
        let organization = caller.organization.ok_or(Refusal::NotPossible("only an organization can ask to be let in"))?;
        let purpose = caller.purpose(purpose).ok_or(Refusal::NotPossible("state a purpose this client is registered for"))?;
        let store = &self.inner.store;
        let person = match whom {
            Whom::Identifier { system, value } => store.person_by_identifier(system, value).await?,
            Whom::Person(person) => store.snapshot(*person).await?.map(|snapshot| snapshot.person),
            Whom::OwnerOf(_) => None,
        };
        let at = self.now();
        let act = Act::AskedToShare { client: Some(caller.client), purpose: Some(purpose) };
        let leaf = self.leaf(at, Some(organization), act);
        let ask = Ask { person: person.unwrap_or_else(|| store.nobody()), organization, client: Some(caller.client), purpose, at };
        Ok(store.ask(ask, leaf).await?)
    }
}
