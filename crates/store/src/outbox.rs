//! The outbox: whom to tell what changed, by ids only, written in the transaction of the change.

use sayso_plan::id::Id;
use sayso_plan::{OrganizationId, PersonId};
use sqlx::{Row, SqliteConnection};
use time::OffsetDateTime;

use crate::act::Code;
use crate::error::StoreError;
use crate::moment;
use crate::store::{Store, id_at};
use crate::writer::{Order, Record};

/// Marks the id of an event.
#[derive(Debug)]
pub enum OfEvent {}
/// Id of an event.
pub type EventId = Id<OfEvent>;

/// Something that somebody is to be told. It says what changed, never how.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// Random id; the receiver knows a repetition by it.
    pub id: EventId,
    /// Whom it is for; none for the person's own notices.
    pub organization: Option<OrganizationId>,
    /// What sort of change, for instance `plan-changed`.
    pub topic: Code,
    /// The id of what changed.
    pub subject: [u8; 16],
    /// When.
    pub at: OffsetDateTime,
}

/// An event that waits to be delivered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waiting {
    /// Whom it concerns.
    pub person: PersonId,
    /// Id of the event.
    pub id: EventId,
    /// Whom it is for.
    pub organization: Option<OrganizationId>,
    /// What sort of change.
    pub topic: String,
    /// The id of what changed.
    pub subject: [u8; 16],
    /// When.
    pub at: OffsetDateTime,
}

impl Store {
    /// The events that wait, oldest first, `limit` at most. An event waits until it is done: at least once, in order.
    ///
    /// # Errors
    /// The database's own failures.
    pub async fn events(&self, limit: u32) -> Result<Vec<Waiting>, StoreError> {
        let rows =
            sqlx::query("SELECT id, person_id, organization_id, topic, subject, at FROM outbox ORDER BY n LIMIT ?")
                .bind(limit)
                .fetch_all(self.readers())
                .await?;
        rows.iter()
            .map(|row| {
                let organization: Option<&[u8]> = row.try_get(2)?;
                let organization = organization
                    .map(|id| id.try_into().map(OrganizationId::from_stored).map_err(|_| StoreError::Damaged("event")))
                    .transpose()?;
                Ok(Waiting {
                    id: EventId::from_stored(id_at(row, 0)?),
                    person: PersonId::from_stored(id_at(row, 1)?),
                    organization,
                    topic: row.try_get(3)?,
                    subject: id_at(row, 4)?,
                    at: moment::from_micros(row.try_get(5)?)?,
                })
            })
            .collect()
    }

    /// These events are delivered.
    ///
    /// # Errors
    /// The writer's own failures.
    pub async fn events_done(&self, events: Vec<EventId>) -> Result<(), StoreError> {
        let work = self.writer().work(Order::default(), move |connection| {
            Box::pin(async move {
                for event in events {
                    sqlx::query("DELETE FROM outbox WHERE id = ?")
                        .bind(event.as_bytes().to_vec())
                        .execute(&mut *connection)
                        .await?;
                }
                Ok(((), Record::None))
            })
        });
        work.await.map(|_| ()).map_err(crate::record::without_reason::<()>)
    }
}

pub(crate) struct EventRow {
    id: [u8; 16],
    organization: Option<[u8; 16]>,
    topic: String,
    subject: [u8; 16],
    at: i64,
}

impl From<&Event> for EventRow {
    fn from(event: &Event) -> Self {
        Self {
            id: *event.id.as_bytes(),
            organization: event.organization.map(|organization| *organization.as_bytes()),
            topic: event.topic.as_str().to_owned(),
            subject: event.subject,
            at: moment::to_micros(event.at),
        }
    }
}

impl EventRow {
    pub(crate) async fn insert(&self, connection: &mut SqliteConnection, person: PersonId) -> Result<(), StoreError> {
        sqlx::query(
            "INSERT INTO outbox (id, person_id, organization_id, topic, subject, at) VALUES (?, ?, ?, ?, ?, ?)",
        )
        .bind(self.id.to_vec())
        .bind(person.as_bytes().to_vec())
        .bind(self.organization.map(|organization| organization.to_vec()))
        .bind(self.topic.clone())
        .bind(self.subject.to_vec())
        .bind(self.at)
        .execute(connection)
        .await?;
        Ok(())
    }
}
