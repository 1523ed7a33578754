//! The registry: organizations and the software they run. No person's data is in it, but whoever could change a key or
//! an address in it would be let in as somebody else: each body stands behind a keyed hash of its row.

use sayso_plan::{ClientId, OrganizationId};
use serde_json::Value;
use sqlx::Row;
use sqlx::sqlite::SqliteRow;

use crate::act::NewLeaf;
use crate::error::StoreError;
use crate::keys::{Keys, Use};
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
        let body = sealed(self.keys(), &organization_row(&organization.id), &organization.document)?;
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
        let body = sealed(self.keys(), &client_row(&client.id, client.organization.as_ref()), &client.document)?;
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
        row.as_ref().map(|row| organization_of(self.keys(), row)).transpose()
    }

    /// All organizations, in the order of their ids.
    ///
    /// # Errors
    /// The database's own failures.
    pub async fn organizations(&self) -> Result<Vec<Organization>, StoreError> {
        let rows = sqlx::query("SELECT id, body FROM organization ORDER BY id").fetch_all(self.readers()).await?;
        rows.iter().map(|row| organization_of(self.keys(), row)).collect()
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
        row.as_ref().map(|row| client_of(self.keys(), row)).transpose()
    }

    /// All clients, in the order of their ids.
    ///
    /// # Errors
    /// The database's own failures.
    pub async fn clients(&self) -> Result<Vec<Client>, StoreError> {
        let rows =
            sqlx::query("SELECT id, organization_id, body FROM client ORDER BY id").fetch_all(self.readers()).await?;
        rows.iter().map(|row| client_of(self.keys(), row)).collect()
    }
}

fn organization_of(keys: &Keys, row: &SqliteRow) -> Result<Organization, StoreError> {
    let id = OrganizationId::from_stored(id_at(row, 0)?);
    Ok(Organization { id, document: opened(keys, &organization_row(&id), row.try_get(1)?)? })
}

fn client_of(keys: &Keys, row: &SqliteRow) -> Result<Client, StoreError> {
    let id = ClientId::from_stored(id_at(row, 0)?);
    let organization: Option<&[u8]> = row.try_get(1)?;
    let organization = organization
        .map(|id| id.try_into().map(OrganizationId::from_stored).map_err(|_| StoreError::Damaged("client")))
        .transpose()?;
    let document = opened(keys, &client_row(&id, organization.as_ref()), row.try_get(2)?)?;
    Ok(Client { id, organization, document })
}

fn organization_row(id: &OrganizationId) -> [&[u8]; 3] {
    [b"organization", id.as_bytes(), &[]]
}

fn client_row<'a>(id: &'a ClientId, organization: Option<&'a OrganizationId>) -> [&'a [u8]; 3] {
    [b"client", id.as_bytes(), organization.map_or(&[], |id| id.as_bytes())]
}

/// The keyed hash of a row, and the document.
fn sealed(keys: &Keys, row: &[&[u8]; 3], document: &Value) -> Result<Vec<u8>, StoreError> {
    let document = bytes(document)?;
    let mut body = row_hash(keys, row, &document).to_vec();
    body.extend_from_slice(&document);
    Ok(body)
}

fn opened(keys: &Keys, row: &[&[u8]; 3], body: &[u8]) -> Result<Value, StoreError> {
    match body.split_first_chunk() {
        Some((hash, document)) if *hash == row_hash(keys, row, document) => value(document),
        _ => Err(StoreError::Damaged("registry")),
    }
}

fn row_hash(keys: &Keys, [table, id, organization]: &[&[u8]; 3], document: &[u8]) -> [u8; 32] {
    keys.hash(Use::Registry, &[table, id, organization, document])
}

pub(crate) fn bytes(document: &Value) -> Result<Vec<u8>, StoreError> {
    serde_json::to_vec(document).map_err(|_| StoreError::Damaged("document"))
}

pub(crate) fn value(bytes: &[u8]) -> Result<Value, StoreError> {
    serde_json::from_slice(bytes).map_err(|_| StoreError::Damaged("document"))
}
