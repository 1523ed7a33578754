//! The registry: organizations and the software they run. No person's data is in it.

use sayso_plan::{ClientId, OrganizationId};
use serde_json::Value;
use sqlx::Row;
use sqlx::sqlite::SqliteRow;

use crate::act::NewLeaf;
use crate::error::StoreError;
use crate::receipt::Receipt;
use crate::record::without_reason;
use crate::store::{Store, id_at};
use crate::writer::{Order, Record};

/// An organization.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Organization {
    /// Id.
    pub id: OrganizationId,
    /// What is known of it, in the form the use cases give it.
    pub document: Value,
}

/// A registered client. Keys in its document are public keys.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Client {
    /// Id.
    pub id: ClientId,
    /// The organization that runs it; none for a person's app.
    pub organization: Option<OrganizationId>,
    /// What is registered for it, in the form the use cases give it.
    pub document: Value,
}

impl Store {
    /// Adds an organization, or changes it.
    ///
    /// # Errors
    /// The writer's own failures.
    pub async fn put_organization(&self, organization: Organization, leaf: NewLeaf) -> Result<Receipt, StoreError> {
        let body = bytes(&organization.document)?;
        let order = Order { first: Some(self.seal_leaf(None, &leaf).await?), ..Order::default() };
        let work = self.writer().work(order, move |connection| {
            Box::pin(async move {
                sqlx::query(
                    "INSERT INTO organization (id, body) VALUES (?, ?) \
                     ON CONFLICT (id) DO UPDATE SET body = excluded.body",
                )
                .bind(organization.id.as_bytes().to_vec())
                .bind(body)
                .execute(connection)
                .await?;
                Ok(((), Record::First))
            })
        });
        let ((), committed) = work.await.map_err(without_reason::<()>)?;
        committed.receipt_of(leaf.id)
    }

    /// Adds a client, or changes it.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] where its organization is not registered; the writer's own failures.
    pub async fn put_client(&self, client: Client, leaf: NewLeaf) -> Result<Receipt, StoreError> {
        let body = bytes(&client.document)?;
        let order = Order { first: Some(self.seal_leaf(None, &leaf).await?), ..Order::default() };
        let work = self.writer().work(order, move |connection| {
            Box::pin(async move {
                sqlx::query(
                    "INSERT INTO client (id, organization_id, body) VALUES (?, ?, ?) \
                     ON CONFLICT (id) DO UPDATE SET organization_id = excluded.organization_id, body = excluded.body",
                )
                .bind(client.id.as_bytes().to_vec())
                .bind(client.organization.map(|organization| organization.as_bytes().to_vec()))
                .bind(body)
                .execute(connection)
                .await?;
                Ok(((), Record::First))
            })
        });
        let ((), committed) = work.await.map_err(without_reason::<()>)?;
        committed.receipt_of(leaf.id)
    }

    /// An organization.
    ///
    /// # Errors
    /// The database's own failures.
    pub async fn organization(&self, id: OrganizationId) -> Result<Option<Organization>, StoreError> {
        let row = sqlx::query("SELECT id, body FROM organization WHERE id = ?")
            .bind(id.as_bytes().as_slice())
            .fetch_optional(self.readers())
            .await?;
        row.as_ref().map(organization_of).transpose()
    }

    /// All organizations, in the order of their ids.
    ///
    /// # Errors
    /// The database's own failures.
    pub async fn organizations(&self) -> Result<Vec<Organization>, StoreError> {
        let rows = sqlx::query("SELECT id, body FROM organization ORDER BY id").fetch_all(self.readers()).await?;
        rows.iter().map(organization_of).collect()
    }

    /// A client.
    ///
    /// # Errors
    /// The database's own failures.
    pub async fn client(&self, id: ClientId) -> Result<Option<Client>, StoreError> {
        let row = sqlx::query("SELECT id, organization_id, body FROM client WHERE id = ?")
            .bind(id.as_bytes().as_slice())
            .fetch_optional(self.readers())
            .await?;
        row.as_ref().map(client_of).transpose()
    }

    /// All clients, in the order of their ids.
    ///
    /// # Errors
    /// The database's own failures.
    pub async fn clients(&self) -> Result<Vec<Client>, StoreError> {
        let rows =
            sqlx::query("SELECT id, organization_id, body FROM client ORDER BY id").fetch_all(self.readers()).await?;
        rows.iter().map(client_of).collect()
    }
}

fn organization_of(row: &SqliteRow) -> Result<Organization, StoreError> {
    Ok(Organization { id: OrganizationId::from_stored(id_at(row, 0)?), document: value(row.try_get(1)?)? })
}

fn client_of(row: &SqliteRow) -> Result<Client, StoreError> {
    let organization: Option<&[u8]> = row.try_get(1)?;
    let organization = organization
        .map(|id| id.try_into().map(OrganizationId::from_stored).map_err(|_| StoreError::Damaged("client")))
        .transpose()?;
    Ok(Client { id: ClientId::from_stored(id_at(row, 0)?), organization, document: value(row.try_get(2)?)? })
}

pub(crate) fn bytes(document: &Value) -> Result<Vec<u8>, StoreError> {
    serde_json::to_vec(document).map_err(|_| StoreError::Damaged("document"))
}

pub(crate) fn value(bytes: &[u8]) -> Result<Value, StoreError> {
    serde_json::from_slice(bytes).map_err(|_| StoreError::Damaged("document"))
}
