//! How a person signs in on our own page: what a password must be, how long a session lasts, how guessing is slowed.
//!
//! NIST SP 800-63B section 3.1.1: length counts, composition rules do not. Hashing is done where the work is queued.

#[cfg(test)]
mod tests;

use sayso_plan::PersonId;
use serde::{Deserialize, Serialize};
use time::{Duration, OffsetDateTime};
use zeroize::Zeroizing;

use crate::secret::{Opaque, SecretHash, of};

/// Shortest new password, in characters.
pub const PASSWORD_MIN_CHARS: usize = 12;
/// Longest password, in bytes: hashing must stay cheap enough to be asked for by anyone.
pub const PASSWORD_MAX_BYTES: usize = 512;
/// How long a session lasts without a request, in seconds.
pub const SESSION_IDLE_SECONDS: i64 = 30 * 60;
/// How long a session lasts at most, in seconds.
pub const SESSION_MAX_SECONDS: i64 = 12 * 3_600;
/// How long a sign-in link can be used, in seconds: it is sent or printed, then opened.
pub const ONCE_LIFETIME_SECONDS: i64 = 24 * 3_600;
/// Failed sign-ins before waiting begins.
pub const ATTEMPTS_FREE: u32 = 5;
/// Longest wait after failed sign-ins, in seconds.
pub const ATTEMPTS_WAIT_MAX_SECONDS: i64 = 15 * 60;
/// Name of the session cookie over https; the prefix binds it to this host and to https.
pub const COOKIE_HTTPS: &str = "__Host-sayso";
/// Name of the session cookie over http, on a loopback address only.
pub const COOKIE_LOOPBACK: &str = "sayso";
/// Name of a supporter's session cookie over https.
pub const SUPPORTER_COOKIE_HTTPS: &str = "__Host-sayso-with";
/// Name of a supporter's session cookie over http.
pub const SUPPORTER_COOKIE_LOOPBACK: &str = "sayso-with";

/// A password as it was typed. `Debug` prints nothing of it.
#[derive(Clone)]
pub struct Password(Zeroizing<String>);

/// Why a new password is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PasswordFault {
    /// Shorter than [`PASSWORD_MIN_CHARS`].
    #[error("a password needs at least 12 characters")]
    Short,
    /// Longer than [`PASSWORD_MAX_BYTES`].
    #[error("a password can have at most 512 bytes")]
    Long,
    /// Among the first that are guessed: repeated characters, a run, a common word, the person's own name.
    #[error("this password is too easy to guess")]
    Guessable,
}

impl Password {
    /// Takes a new password, chosen by the person with this sign-in name.
    ///
    /// # Errors
    /// [`PasswordFault`].
    pub fn choose(typed: &str, sign_in_name: &str) -> Result<Self, PasswordFault> {
        if typed.chars().count() < PASSWORD_MIN_CHARS {
            return Err(PasswordFault::Short);
        }
        let password = Self::typed(typed)?;
        if is_guessable(typed, sign_in_name) { Err(PasswordFault::Guessable) } else { Ok(password) }
    }

    /// Takes a password at sign-in; only its size is looked at.
    ///
    /// # Errors
    /// [`PasswordFault::Long`].
    pub fn typed(typed: &str) -> Result<Self, PasswordFault> {
        if typed.len() > PASSWORD_MAX_BYTES {
            return Err(PasswordFault::Long);
        }
        Ok(Self(Zeroizing::new(typed.to_owned())))
    }

    /// The bytes to hash.
    #[must_use]
    pub fn expose(&self) -> &[u8] {
        self.0.as_bytes()
    }
}

impl std::fmt::Debug for Password {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Password(..)")
    }
}

fn is_guessable(typed: &str, name: &str) -> bool {
    let lower = typed.to_lowercase();
    let name = name.to_lowercase();
    let mut different: Vec<char> = lower.chars().collect();
    different.sort_unstable();
    different.dedup();
    let common = ["password", "passwort", "qwertyuiop", "qwertzuiop", "letmein", "iloveyou", "welcome", "sayso"];
    let rest = common.iter().fold(lower.clone(), |rest, word| rest.replace(word, ""));
    different.len() < 5
        || is_run(&lower)
        || rest.chars().count() < 5
        || (name.chars().count() >= 3 && lower.contains(&name))
}

/// Whether most characters follow the one before them, as in `123456789012` or `abcdefghijkl`.
fn is_run(text: &str) -> bool {
    let codes: Vec<i64> = text.chars().map(|c| i64::from(u32::from(c))).collect();
    let steps = codes.iter().zip(codes.iter().skip(1)).filter(|(a, b)| (*a - *b).abs() <= 1).count();
    steps * 4 >= codes.len() * 3
}

/// A session in the browser. Made anew at every sign-in, so that a fixed id is worth nothing (B07).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Session {
    /// Hash of the cookie's value.
    pub token: SecretHash,
    /// Who signed in.
    pub person: PersonId,
    /// When.
    #[serde(with = "time::serde::timestamp::milliseconds")]
    pub started: OffsetDateTime,
    /// When it was last used.
    #[serde(with = "time::serde::timestamp::milliseconds")]
    pub seen: OffsetDateTime,
}

impl Session {
    /// A session that starts now.
    #[must_use]
    pub fn start(token: &Opaque<of::Session>, person: PersonId, now: OffsetDateTime) -> Self {
        Self { token: token.hash(), person, started: now, seen: now }
    }

    /// Whether the session still counts.
    #[must_use]
    pub fn is_live(&self, now: OffsetDateTime) -> bool {
        lasts(self.started, self.seen, now)
    }
}

/// Whether a session that began and was last used then still counts.
#[must_use]
pub fn lasts(started: OffsetDateTime, seen: OffsetDateTime, now: OffsetDateTime) -> bool {
    now - seen < Duration::seconds(SESSION_IDLE_SECONDS) && now - started < Duration::seconds(SESSION_MAX_SECONDS)
}

/// A link that signs a person in once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Once {
    /// Hash of the link's secret.
    pub token: SecretHash,
    /// Whom it signs in.
    pub person: PersonId,
    /// When it ends.
    #[serde(with = "time::serde::timestamp::milliseconds")]
    pub expires: OffsetDateTime,
    /// When it was used.
    #[serde(with = "time::serde::timestamp::milliseconds::option")]
    pub used: Option<OffsetDateTime>,
}

impl Once {
    /// A link that can be used from now on.
    #[must_use]
    pub fn issue(token: &Opaque<of::Once>, person: PersonId, now: OffsetDateTime) -> Self {
        let expires = now + Duration::seconds(ONCE_LIFETIME_SECONDS);
        Self { token: token.hash(), person, expires, used: None }
    }

    /// Whether the link can be used now. The store sets `used` in the same transaction.
    #[must_use]
    pub fn is_open(&self, now: OffsetDateTime) -> bool {
        self.used.is_none() && now < self.expires
    }
}

/// Failed sign-ins under one name since the last that succeeded, whether or not there is such a person.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Attempts {
    /// How many.
    pub failed: u32,
    /// When the last one was.
    pub last: Option<OffsetDateTime>,
}

impl Attempts {
    /// One more that failed.
    #[must_use]
    pub fn failed_at(self, now: OffsetDateTime) -> Self {
        Self { failed: self.failed.saturating_add(1), last: Some(now) }
    }

    /// How long the next attempt has to wait, in whole seconds; 0 when it may come now. The wait doubles with each
    /// failure after [`ATTEMPTS_FREE`], up to [`ATTEMPTS_WAIT_MAX_SECONDS`].
    #[must_use]
    pub fn wait_seconds(self, now: OffsetDateTime) -> i64 {
        let (Some(last), Some(over)) = (self.last, self.failed.checked_sub(ATTEMPTS_FREE)) else {
            return 0;
        };
        let wait = 1_i64.checked_shl(over).filter(|wait| *wait > 0).unwrap_or(i64::MAX).min(ATTEMPTS_WAIT_MAX_SECONDS);
        (last + Duration::seconds(wait) - now).whole_seconds().clamp(0, wait)
    }
}

/// The name of the cookie of somebody who supports persons: another one, so that it is never taken for a person's.
#[must_use]
pub fn supporter_cookie_name(place: &crate::discovery::Place) -> &'static str {
    if place.is_https() { SUPPORTER_COOKIE_HTTPS } else { SUPPORTER_COOKIE_LOOPBACK }
}

/// The name of the session cookie at this place.
#[must_use]
pub fn cookie_name(place: &crate::discovery::Place) -> &'static str {
    if place.is_https() { COOKIE_HTTPS } else { COOKIE_LOOPBACK }
}
