//! The operator's part: organizations, clients, persons. None of it opens a plan to anyone.

use sayso_auth::Client;
use sayso_consent::Sealed;
use sayso_plan::{ClientId, OrganizationId, Person};
use sayso_store::{Act, Code, Receipt};
use serde::{Deserialize, Serialize};

use crate::{Exchange, Refusal};

/// A registered organization.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Organization {
    /// Id.
    pub id: OrganizationId,
    /// What people call it.
    pub name: String,
}

impl Exchange {
    /// Registers an organization, or changes its name.
    ///
    /// # Errors
    /// [`Refusal::Unrecorded`] when nothing could be stored.
    pub async fn put_organization(&self, organization: Organization) -> Result<Receipt, Refusal> {
        let act = operated("organization-put", organization.id.to_string());
        let leaf = self.leaf(self.now(), None, act);
        let document = serde_json::to_value(&organization)
            .map_err(|_| Refusal::NotPossible("the organization cannot be written"))?;
        let row = sayso_store::Organization { id: organization.id, document };
        Ok(self.inner.store.put_organization(row, leaf).await?)
    }

    /// Registers a client that was checked, or changes it.
    ///
    /// # Errors
    /// [`Refusal::Unrecorded`] when nothing could be stored.
    pub async fn put_client(&self, client: &Client) -> Result<Receipt, Refusal> {
        let document =
            serde_json::to_value(client).map_err(|_| Refusal::NotPossible("the client cannot be written"))?;
        let row = sayso_store::Client { id: client.id, organization: client.organization, document };
        let leaf = self.leaf(self.now(), None, operated("client-put", client.id.to_string()));
        let put = self.inner.store.put_client(row, leaf).await;
        self.inner.clients.forget();
        Ok(put?)
    }

    /// A registered client.
    ///
    /// # Errors
    /// [`Refusal::Unrecorded`] when the store does not answer.
    pub async fn client(&self, id: ClientId) -> Result<Option<Client>, Refusal> {
        let row = self.inner.store.client(id).await?;
        Ok(row.and_then(|row| serde_json::from_value(row.document).ok()))
    }

    /// All registered organizations; the one that asks for the canary is nobody's business.
    ///
    /// # Errors
    /// [`Refusal::Unrecorded`] when the store does not answer.
    pub async fn organizations(&self) -> Result<Vec<Organization>, Refusal> {
        let rows = self.inner.store.organizations().await?;
        let rows = rows.into_iter().filter(|row| row.id != crate::canary::keeper());
        Ok(rows.filter_map(|row| serde_json::from_value(row.document).ok()).collect())
    }

    /// A registered organization.
    ///
    /// # Errors
    /// [`Refusal::Unrecorded`] when the store does not answer.
    pub async fn organization(&self, id: OrganizationId) -> Result<Option<Organization>, Refusal> {
        let row = self.inner.store.organization(id).await?;
        Ok(row.and_then(|row| serde_json::from_value(row.document).ok()))
    }

    /// Makes a place for a person's plans. It is empty and open to nobody.
    ///
    /// # Errors
    /// [`Refusal::Exists`] when there is such a person already.
    pub async fn create_person(&self, person: Person) -> Result<Receipt, Refusal> {
        let at = self.now();
        let leaf = self.leaf(at, None, Act::PersonWritten { client: None, change: Code::new("created") });
        Ok(self.inner.store.create_person(Sealed::<Person>::new(person), at, leaf).await?)
    }
}

fn operated(done: &'static str, subject: String) -> Act {
    Act::Operated { done: Code::new(done), subject: Some(subject) }
}
