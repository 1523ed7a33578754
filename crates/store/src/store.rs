//! The store itself: opening it, its keys, its readers, and the way to its writer.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::time::Duration;

use sayso_plan::{OrganizationId, PersonId};
use sqlx::migrate::{MigrateError, Migrator};
use sqlx::sqlite::{
    SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteRow, SqliteSynchronous,
};
use sqlx::{Row, SqliteConnection};
use time::OffsetDateTime;

use crate::cache::Cache;
use crate::error::StoreError;
use crate::granted::Token;
use crate::held::Held;
use crate::keys::{DataKey, KeyedHashKey, Keys, WrappingKey};
use crate::moment;
use crate::reach::{self, Lists, Reached};
use crate::snapshot::Snapshot;
use crate::writer::{Board, Changed, Writer};

/// How many connections read at once.
const READERS: u32 = 4;
/// How long a connection waits for another process before it gives up.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);
/// How many persons' data keys are kept ready.
const DATA_KEYS_MAX: usize = 20_000;
/// How many persons are kept as they were read last.
const SNAPSHOTS_MAX: usize = 4_096;
/// How many tokens are kept as they were read last.
const TOKENS_MAX: usize = 20_000;
/// How many readers' holdings are kept as they were read last.
const HOLDINGS_MAX: usize = 20_000;
/// How many recipients' lists of persons are kept as they were read last.
const LISTS_MAX: usize = 1_000;
/// Pages that a connection keeps at hand, in KiB (negative: https://www.sqlite.org/pragma.html#pragma_cache_size). The
/// chains of many persons grow in turn, and their places in the indexes are far apart.
const PAGE_CACHE: &str = "-16384";
/// The file in the data folder.
const FILE_NAME: &str = "sayso.sqlite";

static MIGRATIONS: Migrator = sqlx::migrate!("./migrations");

/// Where the data is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// In this folder, which is made where it is missing.
    Folder(PathBuf),
    /// In memory only, gone when the store is dropped.
    Memory,
}

/// The person who absorbs what is asked about people who do not exist, so that it costs the same work.
#[must_use]
pub const fn nobody() -> PersonId {
    PersonId::from_stored([0; 16])
}

/// Stands in the person's place of leaves that concern no person at all.
pub(crate) const fn no_person() -> PersonId {
    PersonId::from_stored([0xff; 16])
}

/// Stands in the organization's place of leaves of our own acts and of the person's on our pages.
#[must_use]
pub const fn house() -> OrganizationId {
    OrganizationId::from_stored([0; 16])
}

/// Everything that is kept. Cheap to clone; all clones are one store.
#[derive(Clone)]
pub struct Store {
    inner: Arc<Inner>,
}

struct Inner {
    readers: SqlitePool,
    writing: SqlitePool,
    writer: Writer,
    keys: Arc<Keys>,
    data_keys: Cache<PersonId, DataKey>,
    snapshots: Arc<Cache<PersonId, Snapshot>>,
    tokens: Arc<Cache<[u8; 32], Token>>,
    holdings: Arc<Cache<[u8; 32], Held>>,
    lists: Arc<Cache<Reached, Vec<PersonId>>>,
    grown: Arc<AtomicBool>,
}

impl std::fmt::Debug for Store {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Store")
    }
}

impl Store {
    /// Opens the store, making or upgrading what is there.
    ///
    /// # Errors
    /// [`StoreError::WrongKey`], [`StoreError::Newer`], [`StoreError::Unsafe`] where the database does not keep the
    /// settings that durability depends on, [`StoreError::Folder`] and the database's own failures.
    pub async fn open(place: Place, key: WrappingKey) -> Result<Self, StoreError> {
        let keys = Arc::new(Keys::derive(&key));
        drop(key);
        let (readers, writing) = pools(&place).await?;
        check_settings(&writing, &place).await?;
        MIGRATIONS.run(&writing).await.map_err(|error| migrate_error(&error))?;
        let mut connection = writing.acquire().await?;
        check_key(&mut connection, &keys).await?;
        for built_in in [nobody(), no_person()] {
            build_in(&mut connection, &keys, built_in).await?;
        }
        reach::fill(&mut connection, &keys).await?;
        drop(connection);

        let snapshots = Arc::new(Cache::new(SNAPSHOTS_MAX));
        let tokens = Arc::new(Cache::new(TOKENS_MAX));
        let holdings = Arc::new(Cache::new(HOLDINGS_MAX));
        let lists = Arc::new(Cache::new(LISTS_MAX));
        let grown = Arc::new(AtomicBool::new(false));
        let kept = Kept {
            snapshots: Arc::clone(&snapshots),
            tokens: Arc::clone(&tokens),
            holdings: Arc::clone(&holdings),
            lists: Arc::clone(&lists),
            grown: Arc::clone(&grown),
        };
        let board = Arc::new(Board {
            stopped: AtomicBool::new(false),
            latest_at: AtomicI64::new(0),
            changed: Box::new(move |changed| kept.forget(&changed)),
        });
        let writer = Writer::start(writing.clone(), Arc::clone(&keys), board).await?;
        let data_keys = Cache::new(DATA_KEYS_MAX);
        let inner = Inner { readers, writing, writer, keys, data_keys, snapshots, tokens, holdings, lists, grown };
        Ok(Self { inner: Arc::new(inner) })
    }

    /// Writes and seals what waits, then closes the database.
    pub async fn close(self) {
        self.inner.writer.close().await;
        self.inner.readers.close().await;
        self.inner.writing.close().await;
    }

    /// Whether the database answers and the writer has not stopped.
    ///
    /// # Errors
    /// [`StoreError::Stopped`] or the database's own failure.
    pub async fn ready(&self) -> Result<(), StoreError> {
        if self.inner.writer.board().stopped.load(Ordering::Acquire) {
            return Err(StoreError::Stopped);
        }
        let one: i64 = sqlx::query_scalar("SELECT 1").fetch_one(self.readers()).await?;
        if one == 1 { Ok(()) } else { Err(StoreError::Damaged("answer")) }
    }

    /// A key for fingerprints, the same as long as the wrapping key is.
    #[must_use]
    pub fn keyed_hash_key(&self) -> KeyedHashKey {
        self.inner.keys.fingerprint()
    }

    /// When the latest act was recorded; time is never less than this.
    #[must_use]
    pub fn latest_record_at(&self) -> Option<OffsetDateTime> {
        let micros = self.inner.writer.board().latest_at.load(Ordering::Acquire);
        if micros == 0 { None } else { moment::from_micros(micros).ok() }
    }

    /// All persons, the built-in ones left out.
    ///
    /// # Errors
    /// The database's own failures.
    pub async fn persons(&self) -> Result<Vec<PersonId>, StoreError> {
        let rows = sqlx::query("SELECT id FROM person WHERE id NOT IN (?, ?) ORDER BY at, id")
            .bind(nobody().as_bytes().as_slice())
            .bind(no_person().as_bytes().as_slice())
            .fetch_all(self.readers())
            .await?;
        rows.iter().map(|row| Ok(PersonId::from_stored(id_at(row, 0)?))).collect()
    }

    pub(crate) fn readers(&self) -> &SqlitePool {
        &self.inner.readers
    }

    pub(crate) fn writer(&self) -> &Writer {
        &self.inner.writer
    }

    pub(crate) fn keys(&self) -> &Keys {
        &self.inner.keys
    }

    /// The same, for work that outlives the borrow.
    pub(crate) fn keys_for_later(&self) -> Arc<Keys> {
        Arc::clone(&self.inner.keys)
    }

    pub(crate) fn snapshots(&self) -> &Cache<PersonId, Snapshot> {
        &self.inner.snapshots
    }

    pub(crate) fn tokens(&self) -> &Cache<[u8; 32], Token> {
        &self.inner.tokens
    }

    pub(crate) fn holdings(&self) -> &Arc<Cache<[u8; 32], Held>> {
        &self.inner.holdings
    }

    pub(crate) fn lists(&self) -> &Cache<Reached, Vec<PersonId>> {
        &self.inner.lists
    }

    /// What a write needs to put persons into the lists of recipients.
    pub(crate) fn growing(&self) -> Lists {
        Lists { keys: self.keys_for_later(), grown: Arc::clone(&self.inner.grown) }
    }

    /// The person's data key.
    pub(crate) async fn data_key(&self, person: PersonId) -> Result<Arc<DataKey>, StoreError> {
        let epoch = match self.inner.data_keys.get(&person) {
            Ok(key) => return Ok(key),
            Err(epoch) => epoch,
        };
        let wrapped: Option<Vec<u8>> = sqlx::query_scalar("SELECT wrapped_key FROM person WHERE id = ?")
            .bind(person.as_bytes().as_slice())
            .fetch_optional(self.readers())
            .await?;
        let wrapped = wrapped.ok_or(StoreError::NoSuchPerson)?;
        let key = Arc::new(self.keys().unwrap_data_key(person, &wrapped)?);
        self.inner.data_keys.keep(epoch, person, Arc::clone(&key));
        Ok(key)
    }

    /// The same where the wrapped key has been read already.
    pub(crate) fn data_key_from(&self, person: PersonId, wrapped: &[u8]) -> Result<Arc<DataKey>, StoreError> {
        match self.inner.data_keys.get(&person) {
            Ok(key) => Ok(key),
            Err(epoch) => {
                let key = Arc::new(self.keys().unwrap_data_key(person, wrapped)?);
                self.inner.data_keys.keep(epoch, person, Arc::clone(&key));
                Ok(key)
            }
        }
    }
}

/// What was read lately and may have to be forgotten.
struct Kept {
    snapshots: Arc<Cache<PersonId, Snapshot>>,
    tokens: Arc<Cache<[u8; 32], Token>>,
    holdings: Arc<Cache<[u8; 32], Held>>,
    lists: Arc<Cache<Reached, Vec<PersonId>>>,
    grown: Arc<AtomicBool>,
}

impl Kept {
    fn forget(&self, changed: &Changed) {
        if self.grown.swap(false, Ordering::AcqRel) {
            self.lists.forget_all();
        }
        match changed {
            Changed::Person(person) => self.snapshots.forget(person),
            Changed::Everything => {
                self.snapshots.forget_all();
                self.tokens.forget_all();
                self.holdings.forget_all();
                self.lists.forget_all();
            }
        }
    }
}

/// A pool for reading and one for writing; in memory there is one connection, and both are the same.
async fn pools(place: &Place) -> Result<(SqlitePool, SqlitePool), StoreError> {
    let pool = SqlitePoolOptions::new().test_before_acquire(false).max_lifetime(None).idle_timeout(None);
    let options = SqliteConnectOptions::new()
        .foreign_keys(true)
        .busy_timeout(BUSY_TIMEOUT)
        .synchronous(SqliteSynchronous::Full)
        .pragma("temp_store", "MEMORY")
        .pragma("cache_size", PAGE_CACHE);
    match place {
        Place::Memory => {
            let one = pool.min_connections(1).max_connections(1).connect_with(options.in_memory(true)).await?;
            Ok((one.clone(), one))
        }
        Place::Folder(folder) => {
            make_folder(folder).map_err(|error| StoreError::Folder(error.kind()))?;
            let options =
                options.filename(folder.join(FILE_NAME)).create_if_missing(true).journal_mode(SqliteJournalMode::Wal);
            let writing = pool.clone().min_connections(1).max_connections(1).connect_with(options.clone()).await?;
            let reading = options.pragma("query_only", "ON");
            let readers = pool.min_connections(1).max_connections(READERS).connect_with(reading).await?;
            Ok((readers, writing))
        }
    }
}

/// What was asked for is not always what the database does (a file system without shared memory has no WAL).
async fn check_settings(pool: &SqlitePool, place: &Place) -> Result<(), StoreError> {
    let on_disk = matches!(place, Place::Folder(_));
    let journal: String = sqlx::query_scalar("PRAGMA journal_mode").fetch_one(pool).await?;
    if on_disk && journal != "wal" {
        return Err(StoreError::Unsafe { setting: "journal_mode", expected: "wal", found: journal });
    }
    let milliseconds = i64::try_from(BUSY_TIMEOUT.as_millis()).unwrap_or(i64::MAX);
    let numbers: [(&'static str, &'static str, &'static str, i64); 3] = [
        ("synchronous", "PRAGMA synchronous", "2 (FULL)", 2),
        ("foreign_keys", "PRAGMA foreign_keys", "1 (on)", 1),
        ("busy_timeout", "PRAGMA busy_timeout", "5000", milliseconds),
    ];
    for (setting, sql, expected, number) in numbers {
        let found: i64 = sqlx::query_scalar(sql).fetch_one(pool).await?;
        if found != number {
            return Err(StoreError::Unsafe { setting, expected, found: found.to_string() });
        }
    }
    Ok(())
}

fn migrate_error(error: &MigrateError) -> StoreError {
    #[allow(clippy::wildcard_enum_match_arm, reason = "sqlx's enum, not ours; it grows without us")]
    match error {
        MigrateError::VersionMissing(_) | MigrateError::VersionTooNew(..) => StoreError::Newer,
        MigrateError::Execute(error) | MigrateError::ExecuteMigration(error, _) => StoreError::from_sql(error),
        _ => StoreError::Damaged("migrations"),
    }
}

async fn check_key(connection: &mut SqliteConnection, keys: &Keys) -> Result<(), StoreError> {
    let stored: Option<Vec<u8>> =
        sqlx::query_scalar("SELECT value FROM meta WHERE name = 'key check'").fetch_optional(&mut *connection).await?;
    match stored {
        Some(value) if keys.fits(&value) => Ok(()),
        Some(_) => Err(StoreError::WrongKey),
        None => {
            let value = keys.check_value()?;
            sqlx::query("INSERT INTO meta (name, value) VALUES ('key check', ?)")
                .bind(value)
                .execute(connection)
                .await?;
            Ok(())
        }
    }
}

async fn build_in(connection: &mut SqliteConnection, keys: &Keys, person: PersonId) -> Result<(), StoreError> {
    let (_, wrapped) = keys.new_data_key(person)?;
    sqlx::query(
        "INSERT INTO person (id, wrapped_key, revision, consent_version, at, body, witness) \
         VALUES (?, ?, 0, 0, 0, NULL, x'') ON CONFLICT (id) DO NOTHING",
    )
    .bind(person.as_bytes().to_vec())
    .bind(wrapped)
    .execute(&mut *connection)
    .await?;
    crate::witness::renew(connection, keys, person).await
}

/// Reads a column that holds an id.
pub(crate) fn id_at(row: &SqliteRow, at: usize) -> Result<[u8; 16], StoreError> {
    let bytes: &[u8] = row.try_get(at)?;
    bytes.try_into().map_err(|_| StoreError::Damaged("id"))
}

/// The folder is its owner's alone: what is in it is ciphertext, but how much and when is nobody's business either.
fn make_folder(folder: &std::path::Path) -> std::io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}
