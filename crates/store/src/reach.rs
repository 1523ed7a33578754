//! Who shares with whom, found without opening consents: a list of persons for each recipient, of which the file shows
//! neither the recipient nor the persons nor which rows belong together.
//!
//! A person stays in the list when everything is taken back: whoever was let in once must hear what to purge. The list
//! decides nothing; what is open is decided for each person at each look.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use sayso_consent::{Class, Consent, Effect, Known, Recipient};
use sayso_plan::{OrganizationId, PersonId};
use sqlx::{Row, SqliteConnection, SqlitePool};

use crate::error::StoreError;
use crate::keys::{Keys, Use};
use crate::store::Store;

/// How many rows are asked for in one statement.
const ROWS_MAX: usize = 200;
/// What stands in the table `meta` when the consents of before this table are in it.
const FILLED: &str = "reach";

/// A recipient by whom persons are found: an organization with all who work there, or a class.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Reached([u8; 17]);

impl Reached {
    const fn organization(id: OrganizationId) -> Self {
        Self::new(1, *id.as_bytes())
    }

    const fn class(class: Class) -> Self {
        match class {
            Class::CrisisServices => Self::new(2, [0; 16]),
        }
    }

    const fn new(kind: u8, id: [u8; 16]) -> Self {
        let [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p] = id;
        Self([kind, a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p])
    }

    /// Whom the person let in by a consent. What somebody sent opens nothing before the person's word, and so leads nobody to
    /// them: how long an empty page takes would else tell who sent it that there is such a person. An app acts for one
    /// person, and so does a supporter: they find nobody.
    pub(crate) fn by(consent: &Consent) -> Vec<Self> {
        let permits =
            consent.provisions.iter().filter(|provision| consent.is_said() && provision.effect == Effect::Permit);
        let mut reached: Vec<Self> = permits
            .filter_map(|provision| match provision.recipient {
                Known::Is(Recipient::Organization(id) | Recipient::Practitioner(id, _)) => Some(Self::organization(id)),
                Known::Is(Recipient::Class(class)) => Some(Self::class(class)),
                Known::Is(Recipient::App(_) | Recipient::Supporter(_) | Recipient::Everyone) | Known::Unknown => None,
            })
            .collect();
        reached.sort_unstable();
        reached.dedup();
        reached
    }
}

/// The three sorts of rows. All hold 16 bytes, so that they cannot be told apart.
#[derive(Clone, Copy)]
enum Sort {
    /// How many there are in a list.
    Count,
    /// Who stands at a place of it.
    Place,
    /// At which place somebody stands.
    Member,
}

fn tag(keys: &Keys, sort: Sort, of: Reached, within: &[u8]) -> [u8; 32] {
    keys.hash(Use::Reach, &[&[sort as u8], &of.0, within])
}

/// What a write needs to put persons into lists, and to say that lists have grown.
#[derive(Clone)]
pub(crate) struct Lists {
    pub(crate) keys: Arc<Keys>,
    /// Set inside the transaction, looked at after its commit.
    pub(crate) grown: Arc<AtomicBool>,
}

impl Lists {
    /// Puts a person into these lists, inside the transaction of the consent.
    pub(crate) async fn put(
        &self,
        connection: &mut SqliteConnection,
        person: PersonId,
        lists: &[Reached],
    ) -> Result<(), StoreError> {
        for list in lists {
            if put(connection, &self.keys, person, *list).await? {
                self.grown.store(true, Ordering::Release);
            }
        }
        Ok(())
    }
}

/// Says whether the person was new in the list.
async fn put(
    connection: &mut SqliteConnection,
    keys: &Keys,
    person: PersonId,
    list: Reached,
) -> Result<bool, StoreError> {
    let member = tag(keys, Sort::Member, list, person.as_bytes());
    if row(connection, keys, &member).await?.is_some() {
        return Ok(false);
    }
    let counter = tag(keys, Sort::Count, list, &[]);
    let count = row(connection, keys, &counter).await?.map_or(0, u128::from_be_bytes);
    let place = tag(keys, Sort::Place, list, &count.to_be_bytes());
    let rows = [(place, *person.as_bytes()), (counter, (count + 1).to_be_bytes()), (member, count.to_be_bytes())];
    for (tag, bytes) in rows {
        sqlx::query("INSERT INTO reach (tag, body) VALUES (?, ?) ON CONFLICT (tag) DO UPDATE SET body = excluded.body")
            .bind(tag.to_vec())
            .bind(keys.seal_reach(&tag, &bytes)?)
            .execute(&mut *connection)
            .await?;
    }
    Ok(true)
}

async fn row(connection: &mut SqliteConnection, keys: &Keys, tag: &[u8; 32]) -> Result<Option<[u8; 16]>, StoreError> {
    let body: Option<Vec<u8>> = sqlx::query_scalar("SELECT body FROM reach WHERE tag = ?")
        .bind(tag.to_vec())
        .fetch_optional(connection)
        .await?;
    body.map(|body| keys.open_reach(tag, &body)).transpose()
}

impl Store {
    /// The persons who have ever let in this organization, or a class it belongs to, in the order of their ids. Whether
    /// anything is open now is for the decision to say.
    ///
    /// # Errors
    /// The database's own failures; [`StoreError::Damaged`] where a row does not open or is missing.
    pub async fn reached(
        &self,
        organization: OrganizationId,
        class: Option<Class>,
    ) -> Result<Vec<PersonId>, StoreError> {
        let mut persons = Vec::new();
        for list in [Some(Reached::organization(organization)), class.map(Reached::class)].into_iter().flatten() {
            persons.extend_from_slice(&self.list(list).await?);
        }
        persons.sort_unstable();
        persons.dedup();
        Ok(persons)
    }

    async fn list(&self, list: Reached) -> Result<Arc<Vec<PersonId>>, StoreError> {
        let epoch = match self.lists().get(&list) {
            Ok(kept) => return Ok(kept),
            Err(epoch) => epoch,
        };
        let persons = Arc::new(read(self.readers(), self.keys(), list).await?);
        self.lists().keep(epoch, list, Arc::clone(&persons));
        Ok(persons)
    }
}

async fn read(pool: &SqlitePool, keys: &Keys, list: Reached) -> Result<Vec<PersonId>, StoreError> {
    let counter = tag(keys, Sort::Count, list, &[]);
    // One read transaction: the list may grow meanwhile.
    let mut connection = pool.begin().await?;
    let count = row(&mut connection, keys, &counter).await?.map_or(0, u128::from_be_bytes);
    // A counter that was put back or taken away would end the list too early.
    if row(&mut connection, keys, &tag(keys, Sort::Place, list, &count.to_be_bytes())).await?.is_some() {
        return Err(StoreError::Damaged("reach"));
    }
    let count = usize::try_from(count).map_err(|_| StoreError::Damaged("reach"))?;
    let places: Vec<u128> = (0..count as u128).collect();
    let mut persons = Vec::with_capacity(count);
    for chunk in places.chunks(ROWS_MAX) {
        let mut query = sqlx::QueryBuilder::<sqlx::Sqlite>::new("SELECT tag, body FROM reach WHERE tag IN (");
        let mut tags = query.separated(", ");
        for place in chunk {
            tags.push_bind(tag(keys, Sort::Place, list, &place.to_be_bytes()).to_vec());
        }
        query.push(")");
        for row in query.build().fetch_all(&mut *connection).await? {
            let tag: &[u8] = row.try_get(0)?;
            let tag = tag.try_into().map_err(|_| StoreError::Damaged("reach"))?;
            persons.push(PersonId::from_stored(keys.open_reach(&tag, row.try_get(1)?)?));
        }
    }
    connection.rollback().await?;
    if persons.len() == count { Ok(persons) } else { Err(StoreError::Damaged("reach")) }
}

/// Puts the consents of before this table into it, once.
pub(crate) async fn fill(connection: &mut SqliteConnection, keys: &Keys) -> Result<(), StoreError> {
    let filled: Option<Vec<u8>> = sqlx::query_scalar("SELECT value FROM meta WHERE name = ?")
        .bind(FILLED)
        .fetch_optional(&mut *connection)
        .await?;
    if filled.is_some() {
        return Ok(());
    }
    sqlx::query("BEGIN IMMEDIATE").execute(&mut *connection).await?;
    let done = fill_all(connection, keys).await;
    let end = if done.is_ok() { "COMMIT" } else { "ROLLBACK" };
    sqlx::query(end).execute(connection).await?;
    done
}

async fn fill_all(connection: &mut SqliteConnection, keys: &Keys) -> Result<(), StoreError> {
    let rows = sqlx::query(
        "SELECT c.person_id, c.id, c.version, c.body, p.wrapped_key FROM consent c JOIN person p ON p.id = c.person_id \
         ORDER BY c.person_id, c.id",
    )
    .fetch_all(&mut *connection)
    .await?;
    for row in &rows {
        let person = PersonId::from_stored(crate::store::id_at(row, 0)?);
        let key = keys.unwrap_data_key(person, row.try_get(4)?)?;
        let consent = crate::snapshot::open_consent(
            &key,
            person,
            crate::store::id_at(row, 1)?,
            row.try_get(2)?,
            row.try_get(3)?,
        )?;
        for list in Reached::by(&consent) {
            put(connection, keys, person, list).await?;
        }
    }
    sqlx::query("INSERT INTO meta (name, value) VALUES (?, x'01')").bind(FILLED).execute(connection).await?;
    Ok(())
}
