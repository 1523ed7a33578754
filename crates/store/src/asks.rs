//! Asks to share: an organization asked to be let in, and the person has not answered yet.

use sayso_plan::{ClientId, OrganizationId, PersonId, Purpose};
use serde::{Deserialize, Serialize};
use sqlx::Row;
use time::OffsetDateTime;

use crate::act::NewLeaf;
use crate::error::StoreError;
use crate::keys::{Belongs, Use};
use crate::moment;
use crate::receipt::Receipt;
use crate::record::without_reason;
use crate::store::{Store, id_at};
use crate::writer::{Order, Record};

/// An organization asks to be let in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ask {
    /// Whom; `nobody()` where no such person is found, so that both cost the same.
    pub person: PersonId,
    /// Who asks.
    pub organization: OrganizationId,
    /// Through which software.
    pub client: ClientId,
    /// For which purpose.
    pub purpose: Purpose,
    /// When.
    pub at: OffsetDateTime,
    /// The reason they gave, in their words.
    pub reason: Option<String>,
}

#[derive(Serialize, Deserialize)]
struct Body {
    client: ClientId,
    purpose: Purpose,
    reason: Option<String>,
}

impl Store {
    /// Keeps the ask; a later one of the same organization for the same purpose takes the place of an earlier one.
    ///
    /// # Errors
    /// [`StoreError::NoSuchPerson`]; the writer's own failures.
    pub async fn ask(&self, ask: Ask, leaf: NewLeaf) -> Result<Receipt, StoreError> {
        let purpose = self.ask_purpose(ask.person, ask.purpose);
        let body = Body { client: ask.client, purpose: ask.purpose, reason: ask.reason };
        let plain = serde_json::to_vec(&body).map_err(|_| StoreError::Damaged("ask"))?;
        let key = self.data_key(ask.person).await?;
        let body = key.seal(place(ask.person, ask.organization.as_bytes(), &purpose), &plain)?;
        let order = Order { first: Some(self.seal_leaf(Some(ask.person), &leaf).await?), ..Order::default() };
        let work = self.writer().work(order, move |connection| {
            Box::pin(async move {
                sqlx::query(
                    "INSERT INTO ask_to_share (person_id, organization_id, purpose, at, body) VALUES (?, ?, ?, ?, ?) \
                     ON CONFLICT (person_id, organization_id, purpose) \
                     DO UPDATE SET at = excluded.at, body = excluded.body",
                )
                .bind(ask.person.as_bytes().to_vec())
                .bind(ask.organization.as_bytes().to_vec())
                .bind(purpose.to_vec())
                .bind(moment::to_micros(ask.at))
                .bind(body)
                .execute(connection)
                .await?;
                Ok(((), Record::First))
            })
        });
        let ((), committed) = work.await.map_err(without_reason::<()>)?;
        committed.receipt_of(leaf.id)
    }

    /// The asks that the person has not answered, newest first.
    ///
    /// # Errors
    /// The database's own failures; [`StoreError::Damaged`] where one does not open.
    pub async fn asks(&self, person: PersonId) -> Result<Vec<Ask>, StoreError> {
        let rows = sqlx::query(
            "SELECT organization_id, purpose, at, body FROM ask_to_share WHERE person_id = ? \
             ORDER BY at DESC, organization_id, purpose",
        )
        .bind(person.as_bytes().as_slice())
        .fetch_all(self.readers())
        .await?;
        let mut asks = Vec::with_capacity(rows.len());
        for row in &rows {
            let organization = id_at(row, 0)?;
            let plain =
                self.data_key(person).await?.open(place(person, &organization, row.try_get(1)?), row.try_get(3)?)?;
            let body: Body = serde_json::from_slice(&plain).map_err(|_| StoreError::Damaged("ask"))?;
            asks.push(Ask {
                person,
                organization: OrganizationId::from_stored(organization),
                client: body.client,
                purpose: body.purpose,
                at: moment::from_micros(row.try_get(2)?)?,
                reason: body.reason,
            });
        }
        Ok(asks)
    }

    pub(crate) fn ask_purpose(&self, person: PersonId, purpose: Purpose) -> [u8; 32] {
        self.keys().hash(Use::AskPurpose, &[person.as_bytes(), purpose.code().as_bytes()])
    }
}

const fn place<'a>(person: PersonId, organization: &'a [u8; 16], purpose: &'a [u8]) -> Belongs<'a> {
    Belongs { table: "ask_to_share", person, record: organization, version: purpose }
}
