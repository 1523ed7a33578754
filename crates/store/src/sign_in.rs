//! Signing in: accounts by the keyed hash of their name, one-time links, and sessions.

use sayso_plan::PersonId;
use serde_json::Value;
use sqlx::Row;
use time::OffsetDateTime;
use zeroize::Zeroizing;

use crate::act::NewLeaf;
use crate::error::StoreError;
use crate::keys::{Belongs, Use};
use crate::moment;
use crate::receipt::Receipt;
use crate::record::without_reason;
use crate::registry::{bytes, value};
use crate::store::{Store, id_at};
use crate::writer::{Order, Record};

/// Who signs in with a name, and the password hash to compare with. It has no `Debug`.
pub struct Account {
    /// The person.
    pub person: PersonId,
    /// The hash string, as `put_account` was given it.
    pub password_hash: Zeroizing<String>,
}

/// A person who is signed in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// The person.
    pub person: PersonId,
    /// Since when.
    pub at: OffsetDateTime,
    /// Until when.
    pub expires_at: OffsetDateTime,
    /// What the use cases keep beside it.
    pub document: Value,
}

impl Store {
    /// Lets a person sign in with a name; a name belongs to one person, and a person has one name.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] where the name is another person's; the writer's own failures.
    pub async fn put_account(
        &self,
        person: PersonId,
        name: &str,
        password_hash: &str,
        leaf: NewLeaf,
    ) -> Result<Receipt, StoreError> {
        let name = self.keys().hash(Use::LoginName, &[name.as_bytes()]);
        let key = self.data_key(person).await?;
        let password = key.seal(account_place(person, &name), password_hash.as_bytes())?;
        let order = Order { first: Some(self.seal_leaf(Some(person), &leaf).await?), ..Order::default() };
        let work = self.writer().work(order, move |connection| {
            Box::pin(async move {
                let taken = sqlx::query("SELECT 1 FROM supporter_account WHERE name_hash = ?").bind(name.to_vec());
                if taken.fetch_optional(&mut *connection).await?.is_some() {
                    return Err(StoreError::Conflict.into());
                }
                let done = sqlx::query(
                    "INSERT INTO account (name_hash, person_id, password) VALUES (?, ?, ?) ON CONFLICT (name_hash) \
                     DO UPDATE SET password = excluded.password WHERE person_id = excluded.person_id",
                )
                .bind(name.to_vec())
                .bind(person.as_bytes().to_vec())
                .bind(password)
                .execute(&mut *connection)
                .await?;
                if done.rows_affected() == 0 {
                    return Err(StoreError::Conflict.into());
                }
                // A password that somebody else knows must not live on under an earlier name.
                sqlx::query("DELETE FROM account WHERE person_id = ? AND name_hash <> ?")
                    .bind(person.as_bytes().to_vec())
                    .bind(name.to_vec())
                    .execute(connection)
                    .await?;
                Ok(((), Record::First))
            })
        });
        let ((), committed) = work.await.map_err(without_reason::<()>)?;
        committed.receipt_of(leaf.id)
    }

    /// The account with this name.
    ///
    /// # Errors
    /// The database's own failures; [`StoreError::Damaged`] where the hash does not open.
    pub async fn account(&self, name: &str) -> Result<Option<Account>, StoreError> {
        let name = self.keys().hash(Use::LoginName, &[name.as_bytes()]);
        let row = sqlx::query("SELECT person_id, password FROM account WHERE name_hash = ?")
            .bind(name.as_slice())
            .fetch_optional(self.readers())
            .await?;
        let Some(row) = row else { return Ok(None) };
        let person = PersonId::from_stored(id_at(&row, 0)?);
        Ok(Some(Account { person, password_hash: self.password(person, &name, row.try_get(1)?).await? }))
    }

    /// The password hash of a person, where they have chosen a password.
    ///
    /// # Errors
    /// The database's own failures; [`StoreError::Damaged`] where the hash does not open.
    pub async fn password_of(&self, person: PersonId) -> Result<Option<Zeroizing<String>>, StoreError> {
        let row = sqlx::query("SELECT name_hash, password FROM account WHERE person_id = ?")
            .bind(person.as_bytes().as_slice())
            .fetch_optional(self.readers())
            .await?;
        let Some(row) = row else { return Ok(None) };
        let name = <[u8; 32]>::try_from(row.try_get::<&[u8], _>(0)?).map_err(|_| StoreError::Damaged("account"))?;
        Ok(Some(self.password(person, &name, row.try_get(1)?).await?))
    }

    async fn password(&self, person: PersonId, name: &[u8; 32], kept: &[u8]) -> Result<Zeroizing<String>, StoreError> {
        let plain = self.data_key(person).await?.open(account_place(person, name), kept)?;
        let text = std::str::from_utf8(&plain).map_err(|_| StoreError::Damaged("account"))?;
        Ok(Zeroizing::new(text.to_owned()))
    }

    /// Makes a link that signs this person in once.
    ///
    /// # Errors
    /// The writer's own failures.
    pub async fn put_link(&self, secret: &str, person: PersonId, expires_at: OffsetDateTime) -> Result<(), StoreError> {
        let hash = self.secret_hash(secret);
        let work = self.writer().work(Order::default(), move |connection| {
            Box::pin(async move {
                sqlx::query("INSERT INTO link (hash, person_id, expires_at) VALUES (?, ?, ?)")
                    .bind(hash.to_vec())
                    .bind(person.as_bytes().to_vec())
                    .bind(moment::to_micros(expires_at))
                    .execute(connection)
                    .await?;
                Ok(((), Record::None))
            })
        });
        work.await.map(|_| ()).map_err(without_reason::<()>)
    }

    /// Uses the link up; the person, where it was good.
    ///
    /// # Errors
    /// The writer's own failures.
    pub async fn redeem_link(&self, secret: &str, now: OffsetDateTime) -> Result<Option<PersonId>, StoreError> {
        self.use_up("DELETE FROM link WHERE hash = ? RETURNING person_id, expires_at", secret, now).await
    }

    /// Uses up something that is good once; `delete` takes its hash and gives the person and the end back.
    pub(crate) async fn use_up(
        &self,
        delete: &'static str,
        secret: &str,
        now: OffsetDateTime,
    ) -> Result<Option<PersonId>, StoreError> {
        let hash = self.secret_hash(secret);
        let now = moment::to_micros(now);
        let work = self.writer().work(Order::default(), move |connection| {
            Box::pin(async move {
                let row = sqlx::query(delete).bind(hash.to_vec()).fetch_optional(connection).await?;
                let Some(row) = row else { return Ok((None, Record::None)) };
                let good = row.try_get::<i64, _>(1)? > now;
                let person = PersonId::from_stored(id_at(&row, 0)?);
                Ok((good.then_some(person), Record::None))
            })
        });
        work.await.map(|(person, _)| person).map_err(without_reason::<()>)
    }

    /// Opens a session for the secret of a cookie.
    ///
    /// # Errors
    /// The writer's own failures.
    pub async fn open_session(&self, secret: &str, session: Session, leaf: NewLeaf) -> Result<Receipt, StoreError> {
        let hash = self.secret_hash(secret);
        let person = session.person;
        let body = self.data_key(person).await?.seal(session_place(person, &hash), &bytes(&session.document)?)?;
        let (at, expires_at) = (moment::to_micros(session.at), moment::to_micros(session.expires_at));
        let order = Order { first: Some(self.seal_leaf(Some(person), &leaf).await?), ..Order::default() };
        let work = self.writer().work(order, move |connection| {
            Box::pin(async move {
                sqlx::query("DELETE FROM session WHERE person_id = ? AND expires_at <= ?")
                    .bind(person.as_bytes().to_vec())
                    .bind(at)
                    .execute(&mut *connection)
                    .await?;
                sqlx::query("INSERT INTO session (hash, person_id, at, expires_at, body) VALUES (?, ?, ?, ?, ?)")
                    .bind(hash.to_vec())
                    .bind(person.as_bytes().to_vec())
                    .bind(at)
                    .bind(expires_at)
                    .bind(body)
                    .execute(connection)
                    .await?;
                Ok(((), Record::First))
            })
        });
        let ((), committed) = work.await.map_err(without_reason::<()>)?;
        committed.receipt_of(leaf.id)
    }

    /// The session of a cookie, unless it has ended.
    ///
    /// # Errors
    /// The database's own failures; [`StoreError::Damaged`] where it does not open.
    pub async fn session(&self, secret: &str, now: OffsetDateTime) -> Result<Option<Session>, StoreError> {
        let hash = self.secret_hash(secret);
        let row = sqlx::query("SELECT person_id, at, expires_at, body FROM session WHERE hash = ? AND expires_at > ?")
            .bind(hash.as_slice())
            .bind(moment::to_micros(now))
            .fetch_optional(self.readers())
            .await?;
        let Some(row) = row else { return Ok(None) };
        let person = PersonId::from_stored(id_at(&row, 0)?);
        let plain = self.data_key(person).await?.open(session_place(person, &hash), row.try_get(3)?)?;
        Ok(Some(Session {
            person,
            at: moment::from_micros(row.try_get(1)?)?,
            expires_at: moment::from_micros(row.try_get(2)?)?,
            document: value(&plain)?,
        }))
    }

    /// Ends one session.
    ///
    /// # Errors
    /// The writer's own failures.
    pub async fn close_session(&self, secret: &str) -> Result<(), StoreError> {
        let hash = self.secret_hash(secret);
        let work = self.writer().work(Order::default(), move |connection| {
            Box::pin(async move {
                sqlx::query("DELETE FROM session WHERE hash = ?").bind(hash.to_vec()).execute(connection).await?;
                Ok(((), Record::None))
            })
        });
        work.await.map(|_| ()).map_err(without_reason::<()>)
    }

    /// Ends all sessions of a person.
    ///
    /// # Errors
    /// The writer's own failures.
    pub async fn close_sessions_of(&self, person: PersonId) -> Result<(), StoreError> {
        let work = self.writer().work(Order::default(), move |connection| {
            Box::pin(async move {
                sqlx::query("DELETE FROM session WHERE person_id = ?")
                    .bind(person.as_bytes().to_vec())
                    .execute(connection)
                    .await?;
                Ok(((), Record::None))
            })
        });
        work.await.map(|_| ()).map_err(without_reason::<()>)
    }

    /// Secrets are kept as keyed hashes only; they are long and random, so no slow hash is needed.
    pub(crate) fn secret_hash(&self, secret: &str) -> [u8; 32] {
        self.keys().hash(Use::Secret, &[secret.as_bytes()])
    }
}

const fn account_place(person: PersonId, name: &[u8; 32]) -> Belongs<'_> {
    Belongs { table: "account", person, record: name, version: &[] }
}

const fn session_place(person: PersonId, hash: &[u8; 32]) -> Belongs<'_> {
    Belongs { table: "session", person, record: hash, version: &[] }
}
