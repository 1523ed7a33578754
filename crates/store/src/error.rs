//! What can go wrong in the store. No message holds anything of a person, not even an id.

/// Why the store could not do what it was asked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// The wrapping key is not 32 bytes of base64.
    #[error("the wrapping key must be 32 bytes, written as base64")]
    NotAKey,
    /// The wrapping key is not the one this folder was made with.
    #[error("this is not the wrapping key that this data folder was made with")]
    WrongKey,
    /// The folder was written by a newer version of this program.
    #[error("this data folder was written by a newer version of this program; start that version")]
    Newer,
    /// The database does not keep a setting that durability depends on.
    #[error("the database does not keep {setting}: expected {expected}, found {found}")]
    Unsafe {
        /// Which setting.
        setting: &'static str,
        /// What it must be.
        expected: &'static str,
        /// What it is.
        found: String,
    },
    /// The folder cannot be made or read.
    #[error("the data folder cannot be used: {0}")]
    Folder(std::io::ErrorKind),
    /// The disk is full; nothing was written.
    #[error("the disk is full; nothing was written")]
    Full,
    /// Another process holds the database; nothing was written.
    #[error("another process holds the database; nothing was written")]
    Busy,
    /// A record was already there, or names something that is not there.
    #[error("a record is already there, or names something that is not")]
    Conflict,
    /// A write to disk failed, so what is on the disk is no longer known: restart, never retry.
    #[error("a write to disk failed; nothing more is written until the program is restarted")]
    Stopped,
    /// What is stored is not what was written: a ciphertext, a length or a number does not fit.
    #[error("a stored record of {0} is damaged or was exchanged")]
    Damaged(&'static str),
    /// There is no such person.
    #[error("there is no such person here")]
    NoSuchPerson,
    /// The system gave no randomness.
    #[error("the system gives no randomness")]
    NoRandomness,
    /// The database failed in a way not named above; the number is SQLite's result code (0 where it has none).
    #[error("the database failed with result code {0}")]
    Database(i32),
}

/// SQLite's primary result codes that we tell apart: <https://www.sqlite.org/rescode.html>.
const BUSY: i32 = 5;
const LOCKED: i32 = 6;
const FULL: i32 = 13;
const CONSTRAINT: i32 = 19;

impl StoreError {
    /// Sorts a database error; its text is dropped, because a library's message is not ours to vouch for.
    pub(crate) fn from_sql(error: &sqlx::Error) -> Self {
        let code = error.as_database_error().and_then(|e| e.code()).and_then(|code| code.parse::<i32>().ok());
        match code.map(|code| code & 0xff) {
            Some(BUSY | LOCKED) => Self::Busy,
            Some(FULL) => Self::Full,
            Some(CONSTRAINT) => Self::Conflict,
            _ => Self::Database(code.unwrap_or(0)),
        }
    }

    /// Whether the database is still in a known state after this error inside a transaction that is rolled back.
    pub(crate) const fn leaves_disk_known(&self) -> bool {
        matches!(self, Self::Busy | Self::Full) || self.is_of_one_job()
    }

    /// Whether only the job that met this error fails, and not the transaction it stands in.
    pub(crate) const fn is_of_one_job(&self) -> bool {
        matches!(self, Self::Conflict | Self::Damaged(_) | Self::NoSuchPerson)
    }
}

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        Self::from_sql(&error)
    }
}
