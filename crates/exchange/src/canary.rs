//! The deny canary: a built-in person with a plan that nobody may read. If anybody can, the house must not open.

use sayso_auth::client::{Client, ClientAuth, ClientState, Jwks};
use sayso_auth::{ClientKind, Scopes};
use sayso_plan::plan::Content;
use sayso_plan::{ClientId, Identifier, IdentifierState, Lang, OrganizationId, Person, PersonId, PlanId, Purpose};

use crate::administer::Organization;
use crate::{Exchange, Refusal};

/// Id of the one who asks for the canary, as client and as organization.
const KEEPER: [u8; 16] = *b"canary keeper id";
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

/// The organization that asks for the canary.
pub(crate) const fn keeper() -> OrganizationId {
    OrganizationId::from_stored(KEEPER)
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

    /// A token as any record system has one, of the one who asks for the canary. That client is built in, has no key
    /// with which anybody could get a token, and no person ever hears of its organization.
    ///
    /// # Errors
    /// [`Refusal`] when it cannot be stored.
    pub async fn canary_token(&self) -> Result<String, Refusal> {
        let organization = keeper();
        let scopes = Scopes::parse_whole("system/*.rs").map_err(|_| Refusal::NotPossible("no scope"))?;
        let client = Client {
            id: ClientId::from_stored(KEEPER),
            name: "Canary keeper".into(),
            organization: Some(organization),
            kind: ClientKind::Ehr,
            auth: ClientAuth::PrivateKeyJwt { jwks: Jwks::Url("https://canary.invalid/keys".into()) },
            redirect_uris: Vec::new(),
            scopes: scopes.clone(),
            purposes: vec![Purpose::Treat],
            default_purpose: Purpose::Treat,
            state: ClientState::Active,
        };
        if self.client(client.id).await?.is_none() {
            let keeper = Organization { id: organization, name: "Canary keeper".into() };
            let _recorded = self.put_organization(keeper).await?;
            let _recorded = self.put_client(&client).await?;
        }
        let issued = self.issue_to_itself(&client, &scopes, None).await;
        issued
            .map(|token| token.access_token().to_owned())
            .map_err(|_| Refusal::NotPossible("the canary cannot be asked for"))
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
