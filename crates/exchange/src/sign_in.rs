//! A person signs in, by password or by a link that works once. Only here does anybody become [`Themselves`].

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use argon2::Argon2;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use sayso_auth::secret::of;
use sayso_auth::sign_in::{
    Attempts, ONCE_LIFETIME_SECONDS, Password, PasswordFault, SESSION_MAX_SECONDS, Session as Lasting,
};
use sayso_auth::{Opaque, SecretHash};
use sayso_consent::Themselves;
use sayso_plan::{AccountId, PersonId};
use sayso_store::{Act, Code, Receipt, StoreError};
use serde_json::Value;
use time::{Duration, OffsetDateTime};
use tokio::sync::Semaphore;
use zeroize::Zeroizing;

use crate::with::SupporterSession;
use crate::{Exchange, Refusal};

/// Longest sign-in name, in bytes.
pub const NAME_MAX_BYTES: usize = 254;
/// The way of signing in, in the record.
const PASSWORD: &str = "password";
/// How many passwords are hashed at once: each takes 19 MiB and a core.
const HASHING_MAX: usize = 2;
/// How many sign-ins may wait for that; the next one is sent away.
const WAITING_MAX: usize = 32;
/// Most names whose failed sign-ins are remembered.
const NAMES_MAX: usize = 10_000;
/// Most sessions whose last use is remembered; one that is forgotten ends as if it had never been used.
const SESSIONS_MAX: usize = 50_000;

/// A session in the browser of a person who is signed in.
#[derive(Debug, Clone)]
pub struct Session {
    themselves: Themselves,
    secret: Opaque<of::Session>,
    started: OffsetDateTime,
    by_password: bool,
}

/// Whoever signed in.
#[derive(Debug)]
pub enum Entered {
    /// A person.
    Person(Session),
    /// Somebody who supports persons. A person who also supports somebody has a second name for that: the two sessions are
    /// of two types, and neither opens what the other does.
    Supporter(SupporterSession),
}

/// To whom a name and a password belong.
#[derive(Clone, Copy)]
enum Who {
    Person(PersonId),
    Account(AccountId),
}

/// Why nobody was signed in.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SignInFault {
    /// Name and password do not belong together, or the link was used or has ended: which of it is not told.
    #[error("this did not work: check the name and the password, or ask for a new link")]
    Wrong,
    /// Too many failures under this name, whether or not there is such a person.
    #[error("too many attempts; wait {seconds} seconds")]
    Wait {
        /// Whole seconds until the next attempt.
        seconds: i64,
    },
    /// Too many people sign in at this moment.
    #[error("too many people are signing in just now; try again in a moment")]
    Busy,
    /// It could not be recorded.
    #[error("nothing could be recorded, so nothing was done; try again later")]
    Unrecorded(#[from] StoreError),
}

/// Why an account was not made or changed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AccountFault {
    /// The name is empty or too long.
    #[error("a sign-in name has 1 to 254 bytes")]
    Name,
    /// The name is somebody else's.
    #[error("this name is taken")]
    Taken,
    /// The password is too weak.
    #[error("{0}")]
    Password(#[from] PasswordFault),
    /// The password until now is another one.
    #[error("the password until now is another one")]
    Current,
    /// The new password is the old one.
    #[error("the new password is the one until now")]
    Same,
    /// Too many failures.
    #[error("too many attempts; wait {seconds} seconds")]
    Wait {
        /// Whole seconds until the next attempt.
        seconds: i64,
    },
    /// Too many passwords are being hashed.
    #[error("too many people are signing in just now; try again in a moment")]
    Busy,
    /// It could not be recorded.
    #[error("nothing could be recorded, so nothing was done; try again later")]
    Unrecorded(StoreError),
}

impl AccountFault {
    pub(crate) fn of(fault: StoreError) -> Self {
        if fault == StoreError::Conflict { Self::Taken } else { Self::Unrecorded(fault) }
    }
}

impl Session {
    /// Who signed in.
    #[must_use]
    pub const fn themselves(&self) -> Themselves {
        self.themselves
    }

    /// When.
    #[must_use]
    pub const fn started(&self) -> OffsetDateTime {
        self.started
    }

    /// Whether it began with the password. Then a new password asks for that one: an open screen is not enough.
    #[must_use]
    pub const fn is_by_password(&self) -> bool {
        self.by_password
    }

    /// The value of the cookie. Its name is `sayso_auth::sign_in::cookie_name`.
    #[must_use]
    pub fn cookie(&self) -> &str {
        self.secret.expose()
    }

    /// The hidden field that ties a form to this session, for one action on one thing.
    #[must_use]
    pub fn form_token(&self, action: &str) -> String {
        self.secret.form_token(action).expose().to_owned()
    }

    /// Whether a posted hidden field is the one of this session and action.
    #[must_use]
    pub fn has_form_token(&self, action: &str, posted: &str) -> bool {
        self.secret.has_form_token(action, posted)
    }
}

/// What is remembered of sign-ins while the process runs, and the queue in front of the hashing.
pub(crate) struct Door {
    failed: Mutex<HashMap<String, Attempts>>,
    seen: Mutex<HashMap<SecretHash, OffsetDateTime>>,
    waiting: Semaphore,
    hashing: Arc<Semaphore>,
}

impl Default for Door {
    fn default() -> Self {
        Self {
            failed: Mutex::default(),
            seen: Mutex::default(),
            waiting: Semaphore::new(HASHING_MAX + WAITING_MAX),
            hashing: Arc::new(Semaphore::new(HASHING_MAX)),
        }
    }
}

impl Door {
    /// Counts an attempt as failed before it is made, so that attempts side by side count too; [`Door::forgive`] takes
    /// it back. The seconds to wait, when it may not be made now.
    fn attempt(&self, name: &str, now: OffsetDateTime) -> Result<(), i64> {
        let mut failed = self.failed.lock().unwrap_or_else(PoisonError::into_inner);
        let before = failed.get(name).copied().unwrap_or_default();
        match before.wait_seconds(now) {
            0 => {}
            seconds => return Err(seconds),
        }
        if failed.len() >= NAMES_MAX && !failed.contains_key(name) {
            let oldest = failed.iter().min_by_key(|(_, attempts)| attempts.last).map(|(name, _)| name.clone());
            oldest.and_then(|name| failed.remove(&name));
        }
        failed.insert(name.to_owned(), before.failed_at(now));
        Ok(())
    }

    pub(crate) fn forgive(&self, name: &str) {
        self.failed.lock().unwrap_or_else(PoisonError::into_inner).remove(name);
    }

    pub(crate) fn last_seen(&self, session: SecretHash) -> Option<OffsetDateTime> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).get(&session).copied()
    }

    pub(crate) fn see(&self, session: SecretHash, now: OffsetDateTime) {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        if seen.len() >= SESSIONS_MAX {
            seen.clear();
        }
        seen.insert(session, now);
    }

    pub(crate) fn forget(&self, session: SecretHash) {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).remove(&session);
    }

    /// Does the slow work of a password away from the other requests, a few at a time.
    async fn slowly<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T, Busy> {
        let _waiting = self.waiting.try_acquire().map_err(|_| Busy)?;
        let turn = Arc::clone(&self.hashing).acquire_owned().await.map_err(|_| Busy)?;
        let done = tokio::task::spawn_blocking(move || {
            // The turn ends with the work, not with the request: a client that hangs up frees no core.
            let _turn = turn;
            work()
        });
        done.await.map_err(|_| Busy)
    }
}

/// No turn at the hashing was to be had.
struct Busy;

impl Exchange {
    /// Signs a person in by name and password. Every sign-in makes a new session (B07); the caller closes the one of
    /// the old cookie, if there is one, with [`Exchange::sign_out`]. An unknown name costs the same work as a wrong
    /// password.
    ///
    /// # Errors
    /// [`SignInFault`].
    pub async fn sign_in(&self, name: &str, password: &str) -> Result<Session, SignInFault> {
        match self.who(name, password).await? {
            Who::Person(person) => Ok(self.open_session(person, PASSWORD).await?),
            Who::Account(_) => Err(SignInFault::Wrong),
        }
    }

    /// The same for whoever has this name: a person, or somebody who supports persons.
    ///
    /// # Errors
    /// [`SignInFault`].
    pub async fn enter(&self, name: &str, password: &str) -> Result<Entered, SignInFault> {
        Ok(match self.who(name, password).await? {
            Who::Person(person) => Entered::Person(self.open_session(person, PASSWORD).await?),
            Who::Account(account) => Entered::Supporter(self.open_supporter_session(account).await?),
        })
    }

    async fn who(&self, name: &str, password: &str) -> Result<Who, SignInFault> {
        let name = the_name(name).ok_or(SignInFault::Wrong)?;
        let password = Password::typed(password).map_err(|_| SignInFault::Wrong)?;
        self.inner.door.attempt(&name, self.now()).map_err(|seconds| SignInFault::Wait { seconds })?;
        let person = self.inner.store.account(&name).await?;
        let supporter = self.inner.store.supporter_account(&name).await?;
        let person = person.map(|account| (Who::Person(account.person), account.password_hash));
        let supporter = supporter.map(|account| (Who::Account(account.account), account.password_hash));
        let (who, hash) = person.or(supporter).unzip();
        let salt = self.fresh();
        let fits = self.inner.door.slowly(move || fits(&password, hash.as_ref().map(|hash| hash.as_str()), salt)).await;
        match (who, fits.map_err(|Busy| SignInFault::Busy)?) {
            (Some(who), true) => {
                self.inner.door.forgive(&name);
                Ok(who)
            }
            (who, _) => {
                let person = who.and_then(|who| if let Who::Person(person) = who { Some(person) } else { None });
                let act = Act::SignInFailed { by: Code::new(PASSWORD) };
                let _recorded = self.inner.store.note(person, self.leaf(self.now(), None, act)).await?;
                Err(SignInFault::Wrong)
            }
        }
    }

    /// Signs a person in by a link, which is used up by that.
    ///
    /// # Errors
    /// [`SignInFault::Wrong`] and [`SignInFault::Unrecorded`].
    pub async fn sign_in_by_link(&self, once: &str) -> Result<Session, SignInFault> {
        let once = Opaque::<of::Once>::parse(once).map_err(|_| SignInFault::Wrong)?;
        let person = self.inner.store.redeem_link(once.expose(), self.now()).await?;
        Ok(self.open_session(person.ok_or(SignInFault::Wrong)?, "link").await?)
    }

    /// The session of a cookie, unless it has ended; looking keeps it alive.
    ///
    /// # Errors
    /// [`Refusal::Unrecorded`] when the store does not answer.
    pub async fn session(&self, cookie: &str) -> Result<Option<Session>, Refusal> {
        let Ok(secret) = Opaque::<of::Session>::parse(cookie) else { return Ok(None) };
        let now = self.now();
        let Some(kept) = self.inner.store.session(cookie, now).await? else { return Ok(None) };
        let token = secret.hash();
        let seen = self.inner.door.last_seen(token).unwrap_or(kept.at);
        let lasting = Lasting { token, person: kept.person, started: kept.at, seen };
        if !lasting.is_live(now) {
            self.sign_out(cookie).await?;
            return Ok(None);
        }
        self.inner.door.see(token, now);
        let by_password = kept.document.get("by").and_then(Value::as_str) == Some(PASSWORD);
        Ok(Some(Session { themselves: Themselves::signed_in(kept.person), secret, started: kept.at, by_password }))
    }

    /// Ends the session of a cookie.
    ///
    /// # Errors
    /// [`Refusal::Unrecorded`] when the store does not answer.
    pub async fn sign_out(&self, cookie: &str) -> Result<(), Refusal> {
        if let Ok(secret) = Opaque::<of::Session>::parse(cookie) {
            self.inner.door.forget(secret.hash());
            self.inner.store.close_session(cookie).await?;
        }
        Ok(())
    }

    /// The person chooses name and password. All their sessions end; the one that comes back is new. A session that
    /// began with the password asks for it again; one that began with a link does not, for who lost it.
    ///
    /// # Errors
    /// [`AccountFault`].
    pub async fn set_password(
        &self,
        session: &Session,
        current: &str,
        name: &str,
        password: &str,
    ) -> Result<Session, AccountFault> {
        let person = session.themselves.person();
        if session.by_password {
            self.check_current(person, current).await?;
            if current == password {
                return Err(AccountFault::Same);
            }
        }
        let _recorded = self.put_account(person, name, password).await?;
        self.inner.store.close_sessions_of(person).await.map_err(AccountFault::Unrecorded)?;
        self.open_session(person, PASSWORD).await.map_err(AccountFault::Unrecorded)
    }

    async fn check_current(&self, person: PersonId, current: &str) -> Result<(), AccountFault> {
        let hash = self.inner.store.password_of(person).await.map_err(AccountFault::Unrecorded)?;
        self.check_typed(&person.to_string(), current, hash).await
    }

    /// Whether this is the password until now; guesses are counted under a name.
    pub(crate) async fn check_typed(
        &self,
        guesses: &str,
        current: &str,
        hash: Option<Zeroizing<String>>,
    ) -> Result<(), AccountFault> {
        let wait = self.inner.door.attempt(guesses, self.now());
        wait.map_err(|seconds| AccountFault::Wait { seconds })?;
        let current = Password::typed(current).map_err(|_| AccountFault::Current)?;
        let salt = self.fresh();
        let fits = self.inner.door.slowly(move || fits(&current, hash.as_ref().map(|hash| hash.as_str()), salt)).await;
        match fits {
            Ok(true) => self.inner.door.forgive(guesses),
            Ok(false) => return Err(AccountFault::Current),
            Err(Busy) => return Err(AccountFault::Busy),
        }
        Ok(())
    }

    /// Gives a person a name and password to sign in with, as the operator does.
    ///
    /// # Errors
    /// [`AccountFault`].
    pub async fn put_account(&self, person: PersonId, name: &str, password: &str) -> Result<Receipt, AccountFault> {
        let (name, hash) = self.chosen(name, password).await?;
        let act = Act::PersonWritten { client: None, change: Code::new("password-set") };
        let leaf = self.leaf(self.now(), None, act);
        let put = self.inner.store.put_account(person, &name, &hash, leaf).await;
        // A name that is another's keeps what was counted at it.
        if put.is_ok() {
            self.inner.door.forgive(&name);
        }
        put.map_err(AccountFault::of)
    }

    /// A name as it is compared, and the hash of a new password.
    pub(crate) async fn chosen(&self, name: &str, password: &str) -> Result<(String, Zeroizing<String>), AccountFault> {
        let name = the_name(name).ok_or(AccountFault::Name)?;
        let password = Password::choose(password, &name)?;
        let salt = self.fresh();
        let hash = self.inner.door.slowly(move || hashed(&password, salt)).await.map_err(|Busy| AccountFault::Busy)?;
        Ok((name, hash.ok_or(AccountFault::Busy)?))
    }

    /// Makes a link that signs this person in once, for [`Exchange::sign_in_by_link`]. It is good for a day.
    ///
    /// # Errors
    /// [`Refusal::Unrecorded`] when it cannot be recorded or there is no such person.
    pub async fn invite(&self, person: PersonId) -> Result<Opaque<of::Once>, Refusal> {
        let now = self.now();
        let once = Opaque::<of::Once>::from_random(self.inner.surroundings.secret());
        let act = Act::Operated { done: Code::new("person-invited"), subject: None };
        let _recorded = self.inner.store.note(Some(person), self.leaf(now, None, act)).await?;
        let ends = now + Duration::seconds(ONCE_LIFETIME_SECONDS);
        self.inner.store.put_link(once.expose(), person, ends).await?;
        Ok(once)
    }

    async fn open_session(&self, person: PersonId, by: &'static str) -> Result<Session, StoreError> {
        let now = self.now();
        let secret = Opaque::<of::Session>::from_random(self.inner.surroundings.secret());
        let session = sayso_store::Session {
            person,
            at: now,
            expires_at: now + Duration::seconds(SESSION_MAX_SECONDS),
            document: serde_json::json!({ "by": by }),
        };
        let leaf = self.leaf(now, None, Act::SignedIn { by: Code::new(by) });
        let _recorded = self.inner.store.open_session(secret.expose(), session, leaf).await?;
        self.inner.door.see(secret.hash(), now);
        Ok(Session { themselves: Themselves::signed_in(person), secret, started: now, by_password: by == PASSWORD })
    }
}

/// A sign-in name as it is compared: without blanks around it, in lower case.
fn the_name(typed: &str) -> Option<String> {
    let name = typed.trim().to_lowercase();
    (!name.is_empty() && name.len() <= NAME_MAX_BYTES).then_some(name)
}

/// Argon2id with 19 MiB and two passes (OWASP Password Storage Cheat Sheet); the library's default.
fn hashed(password: &Password, salt: [u8; 16]) -> Option<Zeroizing<String>> {
    let hash = Argon2::default().hash_password_with_salt(password.expose(), &salt).ok()?;
    Some(Zeroizing::new(hash.to_string()))
}

/// Whether the password is the hashed one. Without a hash the same work is done for nothing.
fn fits(password: &Password, hash: Option<&str>, salt: [u8; 16]) -> bool {
    match hash {
        Some(hash) => Argon2::default().verify_password(password.expose(), hash).is_ok(),
        None => {
            drop(hashed(password, salt));
            false
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_hashed_with_19_mib_and_two_passes() {
        let password = Password::typed("correct horse battery").unwrap();
        let hash = hashed(&password, [1; 16]).unwrap();
        assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{}", *hash);
        assert!(fits(&password, Some(&hash), [2; 16]));
        assert!(!fits(&Password::typed("another").unwrap(), Some(&hash), [2; 16]));
        assert!(!fits(&password, None, [1; 16]));
    }

    #[test]
    fn attempts_side_by_side_count_and_the_memory_of_names_is_bounded() {
        let door = Door::default();
        let now = OffsetDateTime::UNIX_EPOCH;
        let tried = (0..20).filter(|_| door.attempt("ama", now).is_ok()).count();
        assert!(tried < 8, "{tried}");
        door.forgive("ama");
        assert!(door.attempt("ama", now).is_ok());
        for n in 0..NAMES_MAX + 10 {
            let _ = door.attempt(&n.to_string(), now);
        }
        assert!(door.failed.lock().unwrap().len() <= NAMES_MAX);
    }
}
