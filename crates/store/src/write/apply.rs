//! What is done inside the transaction: rows in, or a reason why not.

use sayso_plan::PersonId;
use sqlx::{Row as _, SqliteConnection};
use time::OffsetDateTime;

use super::Refused;
use super::prepare::{ConsentRow, PersonRow, PlanRow, Prepared, ProposalRow, Row};
use crate::error::StoreError;
use crate::keys::Keys;
use crate::moment;
use crate::store::id_at;
use crate::witness;
use crate::writer::{Record, Stop};

/// The revision of a person who was just made.
pub(super) const FIRST_REVISION: i64 = 1;

/// A person who is about to be made.
pub(super) struct NewPerson {
    pub(super) id: PersonId,
    pub(super) wrapped: Vec<u8>,
    pub(super) row: PersonRow,
    pub(super) at: OffsetDateTime,
}

type Applied<T> = Result<T, Stop<Refused>>;

impl Prepared {
    pub(super) async fn apply(self, connection: &mut SqliteConnection) -> Applied<((), Record)> {
        if let Some(once) = &self.once {
            once.insert(connection, self.person, self.now).await.map_err(|error| error.or(Refused::KeyReused))?;
        }
        for change in &self.changes {
            match change {
                Row::Plan(row) => plan(connection, self.person, row).await?,
                Row::Consent(row) => {
                    consent(connection, self.person, row).await?;
                    self.lists.put(connection, self.person, &row.reached).await?;
                }
                Row::Person(row) => person(connection, self.person, row).await?,
                Row::Proposal(row) => proposal(connection, self.person, row).await?,
                Row::Supporter(row) => row.put(connection, self.person).await?,
                Row::CloseAsks(organization, purpose) => {
                    close_asks(connection, self.person, organization, purpose.as_ref()).await?;
                }
            }
        }
        for event in &self.events {
            event.insert(connection, self.person).await?;
        }
        Ok(((), Record::First))
    }
}

/// What a broken constraint means here.
trait Conflicting {
    fn or(self, reason: Refused) -> Stop<Refused>;
}

impl Conflicting for StoreError {
    fn or(self, reason: Refused) -> Stop<Refused> {
        if self == Self::Conflict { Stop::Refused(reason) } else { Stop::Failed(self) }
    }
}

impl Conflicting for sqlx::Error {
    fn or(self, reason: Refused) -> Stop<Refused> {
        StoreError::from(self).or(reason)
    }
}

async fn plan(connection: &mut SqliteConnection, person: PersonId, row: &PlanRow) -> Applied<()> {
    match row.replaces {
        None => {
            sqlx::query("INSERT INTO plan (person_id, id, active_slot) VALUES (?, ?, NULL)")
                .bind(person.as_bytes().to_vec())
                .bind(row.plan.to_vec())
                .execute(&mut *connection)
                .await
                .map_err(|error| error.or(Refused::Exists))?;
        }
        Some(replaced) => retire(connection, person, row, replaced.as_bytes()).await?,
    }
    sqlx::query(
        "INSERT INTO plan_version (person_id, plan_id, id, draft, current, recorded_at, until_at, body) \
         VALUES (?, ?, ?, ?, 1, ?, NULL, ?)",
    )
    .bind(person.as_bytes().to_vec())
    .bind(row.plan.to_vec())
    .bind(row.version.to_vec())
    .bind(i64::from(row.draft))
    .bind(row.recorded_at)
    .bind(row.body.clone())
    .execute(&mut *connection)
    .await
    .map_err(|error| error.or(Refused::Stale))?;
    sqlx::query("UPDATE plan SET active_slot = ? WHERE person_id = ? AND id = ?")
        .bind(row.active_slot.map(|slot| slot.to_vec()))
        .bind(person.as_bytes().to_vec())
        .bind(row.plan.to_vec())
        .execute(&mut *connection)
        .await
        .map_err(|error| error.or(Refused::SecondActive))?;
    lead_to(connection, &row.addresses, person, Some(&row.plan)).await
}

/// The version that was current steps back: a draft goes, anything else stays with its end.
async fn retire(
    connection: &mut SqliteConnection,
    person: PersonId,
    row: &PlanRow,
    replaced: &[u8; 16],
) -> Applied<()> {
    let current = sqlx::query("SELECT id, draft FROM plan_version WHERE person_id = ? AND plan_id = ? AND current = 1")
        .bind(person.as_bytes().to_vec())
        .bind(row.plan.to_vec())
        .fetch_optional(&mut *connection)
        .await?;
    let draft = match current {
        Some(current) if id_at(&current, 0)? == *replaced => current.try_get::<i64, _>(1)? == 1,
        Some(_) | None => return Err(Stop::Refused(Refused::Stale)),
    };
    let query = if draft {
        sqlx::query("DELETE FROM plan_version WHERE person_id = ? AND plan_id = ? AND id = ?")
    } else {
        sqlx::query("UPDATE plan_version SET current = 0, until_at = ? WHERE person_id = ? AND plan_id = ? AND id = ?")
            .bind(row.recorded_at)
    };
    query.bind(person.as_bytes().to_vec()).bind(row.plan.to_vec()).bind(replaced.to_vec()).execute(connection).await?;
    Ok(())
}

async fn consent(connection: &mut SqliteConnection, person: PersonId, row: &ConsentRow) -> Applied<()> {
    sqlx::query(
        "INSERT INTO consent (person_id, id, version, standing, body) VALUES (?, ?, ?, ?, ?) ON CONFLICT (person_id, id) \
         DO UPDATE SET version = excluded.version, standing = excluded.standing, body = excluded.body",
    )
    .bind(person.as_bytes().to_vec())
    .bind(row.id.to_vec())
    .bind(row.version)
    .bind(i64::from(row.standing))
    .bind(row.body.clone())
    .execute(&mut *connection)
    .await?;
    lead_to(connection, &row.addresses, person, None).await
}

/// A new one is put in; an answer takes the place of the state before it, once.
async fn proposal(connection: &mut SqliteConnection, person: PersonId, row: &ProposalRow) -> Applied<()> {
    let written = sqlx::query(
        "INSERT INTO proposal (person_id, id, plan_id, version, body) VALUES (?, ?, ?, ?, ?) \
         ON CONFLICT (person_id, id) DO UPDATE SET version = excluded.version, body = excluded.body \
         WHERE version = excluded.version - 1",
    )
    .bind(person.as_bytes().to_vec())
    .bind(row.id.to_vec())
    .bind(row.plan.to_vec())
    .bind(i64::from(row.version))
    .bind(row.body.clone())
    .execute(&mut *connection)
    .await?;
    if written.rows_affected() == 0 {
        return Err(Stop::Refused(Refused::Stale));
    }
    lead_to(connection, &row.addresses, person, Some(&row.plan)).await
}

async fn person(connection: &mut SqliteConnection, person: PersonId, row: &PersonRow) -> Applied<()> {
    sqlx::query("UPDATE person SET body = ? WHERE id = ?")
        .bind(row.body.clone())
        .bind(person.as_bytes().to_vec())
        .execute(&mut *connection)
        .await?;
    sqlx::query("DELETE FROM identifier WHERE person_id = ?")
        .bind(person.as_bytes().to_vec())
        .execute(&mut *connection)
        .await?;
    identifiers(connection, person, row).await
}

async fn identifiers(connection: &mut SqliteConnection, person: PersonId, row: &PersonRow) -> Applied<()> {
    for identifier in &row.identifiers {
        sqlx::query("INSERT INTO identifier (person_id, fingerprint, state, mac) VALUES (?, ?, ?, ?)")
            .bind(person.as_bytes().to_vec())
            .bind(identifier.fingerprint.to_vec())
            .bind(identifier.state)
            .bind(identifier.mac.to_vec())
            .execute(&mut *connection)
            .await?;
    }
    Ok(())
}

pub(super) async fn new_person(
    connection: &mut SqliteConnection,
    keys: &Keys,
    new: NewPerson,
) -> Applied<((), Record)> {
    sqlx::query(
        "INSERT INTO person (id, wrapped_key, revision, consent_version, at, body, witness) \
         VALUES (?, ?, ?, 0, ?, ?, x'')",
    )
    .bind(new.id.as_bytes().to_vec())
    .bind(new.wrapped)
    .bind(FIRST_REVISION)
    .bind(moment::to_micros(new.at))
    .bind(new.row.body.clone())
    .execute(&mut *connection)
    .await
    .map_err(|error| error.or(Refused::Exists))?;
    identifiers(connection, new.id, &new.row).await?;
    witness::renew(connection, keys, new.id).await?;
    Ok(((), Record::First))
}

async fn close_asks(
    connection: &mut SqliteConnection,
    person: PersonId,
    organization: &[u8; 16],
    purpose: Option<&[u8; 32]>,
) -> Applied<()> {
    sqlx::query(
        "DELETE FROM ask_to_share WHERE person_id = ? AND organization_id = ? AND purpose = coalesce(?, purpose)",
    )
    .bind(person.as_bytes().to_vec())
    .bind(organization.to_vec())
    .bind(purpose.map(|purpose| purpose.to_vec()))
    .execute(connection)
    .await?;
    Ok(())
}

/// The most rows of one statement.
const ROWS_MAX: usize = 200;

/// Ids that lead nowhere yet lead here now. One that was given away since it was looked up is refused.
async fn lead_to(
    connection: &mut SqliteConnection,
    ids: &[[u8; 16]],
    person: PersonId,
    plan: Option<&[u8; 16]>,
) -> Applied<()> {
    for chunk in ids.chunks(ROWS_MAX) {
        let mut query = sqlx::QueryBuilder::<sqlx::Sqlite>::new("INSERT INTO address (id, person_id, plan_id) ");
        query.push_values(chunk, |mut row, id| {
            row.push_bind(id.to_vec()).push_bind(person.as_bytes().to_vec()).push_bind(plan.map(|plan| plan.to_vec()));
        });
        query.build().persistent(false).execute(&mut *connection).await.map_err(|error| error.or(Refused::Exists))?;
    }
    Ok(())
}
