//! An organization asks to be let in. The answer is always the same, whoever is meant and whatever is there.

use sayso_auth::Caller;
use sayso_consent::Themselves;
use sayso_plan::{OrganizationId, Purpose};
use sayso_store::{Act, Ask, Change, Receipt, Refused, Write};

use crate::pair::PairingCode;
use crate::read_released::Whom;
use crate::sharing::{Party, TRIES_MAX, is_own_no_to, refuses};
use crate::{Exchange, Refusal};

/// The longest reason an organization may give, in characters.
pub const REASON_MAX_CHARS: usize = 500;

/// Who is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Meant {
    /// The person that is meant.
    Whom(Whom),
    /// The person who read out this code. It is used up by the asking.
    Code(String),
}

impl Exchange {
    /// Records that an organization asks; the person sees it on their page, if there is such a person.
    ///
    /// # Errors
    /// [`Refusal::Unrecorded`] when it cannot be recorded; [`Refusal::NotPossible`] when the caller is no organization
    /// or states no purpose it may have.
    pub async fn ask_to_share(
        &self,
        caller: &Caller,
        meant: &Meant,
        purpose: Option<Purpose>,
        reason: Option<String>,
    ) -> Result<Receipt, Refusal> {
        let organization =
            caller.organization.ok_or(Refusal::NotPossible("only an organization can ask to be let in"))?;
        let purpose =
            caller.purpose(purpose).ok_or(Refusal::NotPossible("state a purpose this client is registered for"))?;
        if reason.as_ref().is_some_and(|reason| reason.chars().count() > REASON_MAX_CHARS) {
            return Err(Refusal::NotPossible("say why in at most 500 characters"));
        }
        let store = &self.inner.store;
        let at = self.now();
        let person = match meant {
            Meant::Whom(Whom::Identifier { system, value }) => store.person_by_identifier(system, value).await?,
            Meant::Whom(Whom::Person(person)) => store.snapshot(*person).await?.map(|snapshot| snapshot.person),
            Meant::Whom(Whom::OwnerOf(_)) => None,
            // What cannot be a code costs the same as what is none.
            Meant::Code(heard) => {
                let code = PairingCode::heard(heard);
                store.redeem_pairing(code.as_ref().map_or("", PairingCode::expose), at).await?
            }
        };
        #[cfg(feature = "leaks")]
        crate::leaks::code_is_told(meant, person)?;
        #[cfg(feature = "leaks")]
        crate::leaks::person_is_told(person)?;
        let act = Act::AskedToShare { client: Some(caller.client), purpose: Some(purpose) };
        let leaf = self.leaf(at, Some(organization), act);
        let ask = Ask {
            person: person.unwrap_or_else(sayso_store::nobody),
            organization,
            client: caller.client,
            purpose,
            at,
            reason,
        };
        Ok(store.ask(ask, leaf).await?)
    }

    /// Who has asked to be let in and is still waiting.
    ///
    /// # Errors
    /// [`Refusal::Unrecorded`] when the store does not answer.
    pub async fn waiting(&self, person: Themselves) -> Result<Vec<Ask>, Refusal> {
        let snapshot = self.snapshot_of(person).await?;
        let told_no = |organization| {
            let party = Party::Organization(organization);
            let mut noes = snapshot.consents.iter().filter(|one| refuses(one, party));
            noes.any(|consent| consent.provisions.iter().any(|one| is_own_no_to(consent, one, party)))
        };
        let mut asks = self.inner.store.asks(person.person()).await?;
        asks.retain(|ask| !told_no(ask.organization));
        Ok(asks)
    }

    /// The person says no to what an organization asked for a purpose. It hears nothing of that, and may ask again; whoever
    /// is told no for good cannot.
    ///
    /// # Errors
    /// [`Refusal::Unrecorded`] when nothing could be stored.
    pub async fn decline_ask(
        &self,
        person: Themselves,
        organization: OrganizationId,
        purpose: Purpose,
    ) -> Result<Receipt, Refusal> {
        for _ in 0..TRIES_MAX {
            let (snapshot, at) = (self.snapshot_of(person).await?, self.now());
            let leaf = self.leaf(at, None, Act::AskDeclined { organization });
            let changes = vec![Change::CloseAsks { organization, purpose: Some(purpose) }];
            let write = Write { fence: snapshot.fence(), leaf, changes, events: Vec::new(), once: None };
            match self.keep(write).await {
                Ok(written) => return Ok(written.receipt),
                Err(Refused::Moved) => {}
                Err(other) => return Err(other.into()),
            }
        }
        Err(Refusal::Moved)
    }
}
