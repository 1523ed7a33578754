//! Supporters: what they are to a person, beside that person's consents; and the accounts by which they read.

use sayso_consent::Supporter;
use sayso_plan::{AccountId, PersonId, SupporterId};
use sqlx::sqlite::SqliteRow;
use sqlx::{Row, SqliteConnection};
use time::OffsetDateTime;
use zeroize::Zeroizing;

use crate::act::NewLeaf;
use crate::error::StoreError;
use crate::keys::{Belongs, DataKey, Use};
use crate::moment;
use crate::receipt::Receipt;
use crate::record::without_reason;
use crate::store::{Store, id_at, no_person};
use crate::write::Refused;
use crate::writer::{Order, Record, Stop};

/// Who signs in with a name, and the password hash to compare with. It has no `Debug`.
pub struct SupporterAccount {
    /// The account.
    pub account: AccountId,
    /// The hash string, as [`Store::put_supporter_account`] was given it.
    pub password_hash: Zeroizing<String>,
}

/// Where an account has to ask.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Supporting {
    /// Whose supporter.
    pub person: PersonId,
    /// As which supporter of theirs.
    pub supporter: SupporterId,
}

/// A supporter as a row.
pub(crate) struct SupporterRow {
    id: [u8; 16],
    version: i64,
    standing: bool,
    account: Option<[u8; 16]>,
    body: Vec<u8>,
}

impl SupporterRow {
    pub(crate) async fn put(&self, connection: &mut SqliteConnection, person: PersonId) -> Result<(), Stop<Refused>> {
        sqlx::query(
            "INSERT INTO supporter (person_id, id, version, standing, body) VALUES (?, ?, ?, ?, ?) \
             ON CONFLICT (person_id, id) \
             DO UPDATE SET version = excluded.version, standing = excluded.standing, body = excluded.body",
        )
        .bind(person.as_bytes().to_vec())
        .bind(self.id.to_vec())
        .bind(self.version)
        .bind(i64::from(self.standing))
        .bind(self.body.clone())
        .execute(&mut *connection)
        .await?;
        if !self.standing {
            sqlx::query("DELETE FROM supporter_link WHERE supporter_id = ?")
                .bind(self.id.to_vec())
                .execute(&mut *connection)
                .await?;
        }
        if let Some(account) = self.account {
            sqlx::query(
                "INSERT INTO supporting (account_id, supporter_id, person_id) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
            )
            .bind(account.to_vec())
            .bind(self.id.to_vec())
            .bind(person.as_bytes().to_vec())
            .execute(connection)
            .await?;
        }
        Ok(())
    }
}

impl Store {
    pub(crate) async fn supporter_row(
        &self,
        key: &DataKey,
        person: PersonId,
        supporter: &Supporter,
    ) -> Result<SupporterRow, Refused> {
        if supporter.person != person {
            return Err(Refused::Exists);
        }
        let id = *supporter.id.as_bytes();
        let table = ("supporter", "SELECT version FROM supporter WHERE person_id = ? AND id = ?");
        let (version, body) = self.next_version(key, table, (person, id), supporter).await?;
        let account = supporter.account.map(|account| *account.as_bytes());
        Ok(SupporterRow { id, version, standing: supporter.ended_at.is_none(), account, body })
    }

    /// All supporters a person has and had, for names in what happened.
    ///
    /// # Errors
    /// The database's own failures; [`StoreError::Damaged`] where one does not open.
    pub async fn supporters(&self, person: PersonId) -> Result<Vec<Supporter>, StoreError> {
        let rows = sqlx::query("SELECT id, version, body FROM supporter WHERE person_id = ? ORDER BY id")
            .bind(person.as_bytes().as_slice())
            .fetch_all(self.readers())
            .await?;
        let key = self.data_key(person).await?;
        rows.iter().map(|row| open_supporter(&key, person, id_at(row, 0)?, row.try_get(1)?, row.try_get(2)?)).collect()
    }

    /// Lets somebody sign in with a name who supports persons; a name belongs to one account, or to one person.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] where the name is taken; the writer's own failures.
    pub async fn put_supporter_account(
        &self,
        account: AccountId,
        name: &str,
        password_hash: &str,
        leaf: NewLeaf,
    ) -> Result<Receipt, StoreError> {
        let name = self.keys().hash(Use::LoginName, &[name.as_bytes()]);
        let key = self.data_key(no_person()).await?;
        let password = key.seal(account_place(account.as_bytes(), &name), password_hash.as_bytes())?;
        let order = Order { first: Some(self.seal_leaf(None, &leaf).await?), ..Order::default() };
        let work = self.writer().work(order, move |connection| {
            Box::pin(async move {
                let taken = sqlx::query("SELECT 1 FROM account WHERE name_hash = ?").bind(name.to_vec());
                if taken.fetch_optional(&mut *connection).await?.is_some() {
                    return Err(StoreError::Conflict.into());
                }
                let done = sqlx::query(
                    "INSERT INTO supporter_account (id, name_hash, password) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
                )
                .bind(account.as_bytes().to_vec())
                .bind(name.to_vec())
                .bind(password)
                .execute(connection)
                .await?;
                if done.rows_affected() == 0 { Err(StoreError::Conflict.into()) } else { Ok(((), Record::First)) }
            })
        });
        let ((), committed) = work.await.map_err(without_reason::<()>)?;
        committed.receipt_of(leaf.id)
    }

    /// The account with this name.
    ///
    /// # Errors
    /// The database's own failures; [`StoreError::Damaged`] where the hash does not open.
    pub async fn supporter_account(&self, name: &str) -> Result<Option<SupporterAccount>, StoreError> {
        let name = self.keys().hash(Use::LoginName, &[name.as_bytes()]);
        let row = sqlx::query("SELECT id, password FROM supporter_account WHERE name_hash = ?")
            .bind(name.as_slice())
            .fetch_optional(self.readers())
            .await?;
        let Some(row) = row else { return Ok(None) };
        let id = id_at(&row, 0)?;
        let plain = self.data_key(no_person()).await?.open(account_place(&id, &name), row.try_get(1)?)?;
        let text = std::str::from_utf8(&plain).map_err(|_| StoreError::Damaged("account"))?;
        Ok(Some(SupporterAccount {
            account: AccountId::from_stored(id),
            password_hash: Zeroizing::new(text.to_owned()),
        }))
    }

    /// Keeps the secret of an invitation; one that was there before is good no more.
    ///
    /// # Errors
    /// The writer's own failures.
    pub async fn put_supporter_link(
        &self,
        secret: &str,
        whose: Supporting,
        expires_at: OffsetDateTime,
    ) -> Result<(), StoreError> {
        let hash = self.secret_hash(secret);
        let work = self.writer().work(Order::default(), move |connection| {
            Box::pin(async move {
                sqlx::query(
                    "INSERT INTO supporter_link (supporter_id, hash, person_id, expires_at) VALUES (?, ?, ?, ?) \
                     ON CONFLICT (supporter_id) DO UPDATE SET hash = excluded.hash, expires_at = excluded.expires_at",
                )
                .bind(whose.supporter.as_bytes().to_vec())
                .bind(hash.to_vec())
                .bind(whose.person.as_bytes().to_vec())
                .bind(moment::to_micros(expires_at))
                .execute(connection)
                .await?;
                Ok(((), Record::None))
            })
        });
        work.await.map(|_| ()).map_err(without_reason::<()>)
    }

    /// Whose supporter an invitation makes, as long as it is good. It is not used up by that.
    ///
    /// # Errors
    /// The database's own failures.
    pub async fn supporter_link(&self, secret: &str, now: OffsetDateTime) -> Result<Option<Supporting>, StoreError> {
        let sql = "SELECT person_id, supporter_id FROM supporter_link WHERE hash = ? AND expires_at > ?";
        let row = sqlx::query(sql)
            .bind(self.secret_hash(secret).as_slice())
            .bind(moment::to_micros(now))
            .fetch_optional(self.readers())
            .await?;
        row.as_ref().map(supporting).transpose()
    }

    /// Uses an invitation up; whose supporter it makes, where it was good.
    ///
    /// # Errors
    /// The writer's own failures.
    pub async fn redeem_supporter_link(
        &self,
        secret: &str,
        now: OffsetDateTime,
    ) -> Result<Option<Supporting>, StoreError> {
        let hash = self.secret_hash(secret);
        let now = moment::to_micros(now);
        let work = self.writer().work(Order::default(), move |connection| {
            Box::pin(async move {
                let delete = "DELETE FROM supporter_link WHERE hash = ? RETURNING person_id, supporter_id, expires_at";
                let row = sqlx::query(delete).bind(hash.to_vec()).fetch_optional(connection).await?;
                let Some(row) = row else { return Ok((None, Record::None)) };
                let good = row.try_get::<i64, _>(2)? > now;
                Ok((good.then_some(supporting(&row)?), Record::None))
            })
        });
        work.await.map(|(whose, _)| whose).map_err(without_reason::<()>)
    }

    /// Opens a session of an account for the secret of a cookie.
    ///
    /// # Errors
    /// The writer's own failures.
    pub async fn open_supporter_session(
        &self,
        secret: &str,
        account: AccountId,
        (at, expires_at): (OffsetDateTime, OffsetDateTime),
        leaf: NewLeaf,
    ) -> Result<Receipt, StoreError> {
        let hash = self.secret_hash(secret);
        let order = Order { first: Some(self.seal_leaf(None, &leaf).await?), ..Order::default() };
        let work = self.writer().work(order, move |connection| {
            Box::pin(async move {
                sqlx::query("INSERT INTO supporter_session (hash, account_id, at, expires_at) VALUES (?, ?, ?, ?)")
                    .bind(hash.to_vec())
                    .bind(account.as_bytes().to_vec())
                    .bind(moment::to_micros(at))
                    .bind(moment::to_micros(expires_at))
                    .execute(connection)
                    .await?;
                Ok(((), Record::First))
            })
        });
        let ((), committed) = work.await.map_err(without_reason::<()>)?;
        committed.receipt_of(leaf.id)
    }

    /// The account of a cookie's session and when it began, unless it has ended.
    ///
    /// # Errors
    /// The database's own failures.
    pub async fn supporter_session(
        &self,
        secret: &str,
        now: OffsetDateTime,
    ) -> Result<Option<(AccountId, OffsetDateTime)>, StoreError> {
        let row = sqlx::query("SELECT account_id, at FROM supporter_session WHERE hash = ? AND expires_at > ?")
            .bind(self.secret_hash(secret).as_slice())
            .bind(moment::to_micros(now))
            .fetch_optional(self.readers())
            .await?;
        let Some(row) = row else { return Ok(None) };
        Ok(Some((AccountId::from_stored(id_at(&row, 0)?), moment::from_micros(row.try_get(1)?)?)))
    }

    /// Ends one session.
    ///
    /// # Errors
    /// The writer's own failures.
    pub async fn close_supporter_session(&self, secret: &str) -> Result<(), StoreError> {
        let hash = self.secret_hash(secret);
        let work = self.writer().work(Order::default(), move |connection| {
            Box::pin(async move {
                sqlx::query("DELETE FROM supporter_session WHERE hash = ?")
                    .bind(hash.to_vec())
                    .execute(connection)
                    .await?;
                Ok(((), Record::None))
            })
        });
        work.await.map(|_| ()).map_err(without_reason::<()>)
    }

    /// Where an account has to ask: all whose invitation it took, also those that have ended since.
    ///
    /// # Errors
    /// The database's own failures.
    pub async fn supported_by(&self, account: AccountId) -> Result<Vec<Supporting>, StoreError> {
        let rows =
            sqlx::query("SELECT person_id, supporter_id FROM supporting WHERE account_id = ? ORDER BY supporter_id")
                .bind(account.as_bytes().as_slice())
                .fetch_all(self.readers())
                .await?;
        rows.iter().map(supporting).collect()
    }
}

fn supporting(row: &SqliteRow) -> Result<Supporting, StoreError> {
    Ok(Supporting {
        person: PersonId::from_stored(id_at(row, 0)?),
        supporter: SupporterId::from_stored(id_at(row, 1)?),
    })
}

pub(crate) fn open_supporter(
    key: &DataKey,
    person: PersonId,
    id: [u8; 16],
    version: i64,
    body: &[u8],
) -> Result<Supporter, StoreError> {
    let plain = key.open(supporter_place(person, &id, &version.to_be_bytes()), body)?;
    serde_json::from_slice(&plain).map_err(|_| StoreError::Damaged("supporter"))
}

const fn supporter_place<'a>(person: PersonId, id: &'a [u8; 16], version: &'a [u8; 8]) -> Belongs<'a> {
    Belongs { table: "supporter", person, record: id, version }
}

pub(crate) const fn account_place<'a>(account: &'a [u8; 16], name: &'a [u8; 32]) -> Belongs<'a> {
    Belongs { table: "supporter_account", person: no_person(), record: account, version: name }
}
