//! Somebody who supports persons takes an invitation, signs in, and reads what each person opened to them: nothing more,
//! and never as the person. Only here does anybody become a [`SupporterSession`].

use sayso_auth::Opaque;
use sayso_auth::secret::of;
use sayso_auth::sign_in::{SESSION_MAX_SECONDS, lasts};
use sayso_consent::supporter::PURPOSE;
use sayso_consent::{Ask, Audience, Supporter};
use sayso_plan::{AccountId, PlanId, SupporterId};
use sayso_store::{Act, Code, Fenced, ReadLeaf, Snapshot, StoreError, Supporting};
use time::{Duration, OffsetDateTime};

use crate::keys::is_delegate_now;
use crate::read_released::DECISIONS_MAX;
use crate::sharing::TRIES_MAX;
use crate::sign_in::AccountFault;
use crate::{Disclosure, Exchange, Refusal, Sheet, Wanted};

/// A session in the browser of somebody who supports persons. It is no person's session, and nothing makes one of it.
#[derive(Debug, Clone)]
pub struct SupporterSession {
    account: AccountId,
    secret: Opaque<of::Session>,
}

impl SupporterSession {
    /// The value of the cookie. Its name is `sayso_auth::sign_in::supporter_cookie_name`.
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

    pub(crate) const fn account(&self) -> AccountId {
        self.account
    }
}

/// Who takes an invitation.
pub enum Taker<'a> {
    /// Somebody new, who chooses a name and a password.
    New {
        /// The name to sign in with.
        name: &'a str,
        /// The password.
        password: &'a str,
    },
    /// Somebody who supports others already and is signed in.
    Known(SupporterSession),
}

/// At what a supporter looks, for the record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LookAt {
    /// Who shares with them.
    List,
    /// All that a person opened to them.
    Plans,
    /// A whole document.
    Document(PlanId),
}

/// How the list is called in the record where it tells that a plan names who looks.
const LIST_NAMED: &str = "list-named";

impl LookAt {
    const fn code(self) -> &'static str {
        match self {
            Self::List => "list",
            Self::Plans => "plans",
            Self::Document(_) => "document",
        }
    }

    const fn wanted(self) -> Wanted {
        match self {
            Self::List | Self::Plans => Wanted::Plans(None),
            Self::Document(plan) => Wanted::Plan(plan),
        }
    }
}

/// Somebody who shares with a supporter, or lets them take away in their name.
#[derive(Clone, PartialEq, Eq)]
pub struct Supported {
    /// As whom the supporter reads there.
    pub supporter: SupporterId,
    /// The person's name.
    pub name: String,
    /// Whether something is open to the supporter.
    pub shares: bool,
    /// Whether the supporter may take away in the person's name.
    pub delegated: bool,
    /// Whether they are told that a plan of the person's names them.
    pub named: bool,
}

/// Why an invitation was not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotInvited {
    /// It was used, has ended, or never was: which of it is not told.
    #[error("this invitation does not work any more; ask for a new one")]
    Gone,
    /// The account was not made.
    #[error(transparent)]
    Account(#[from] AccountFault),
}

impl Exchange {
    /// The name of the person who invites, as long as the invitation is good. It is not used up by that: browsers and mail
    /// programs open links before anybody reads them.
    ///
    /// # Errors
    /// [`Refusal::Unrecorded`] when the store does not answer.
    pub async fn invitation(&self, secret: &str) -> Result<Option<String>, Refusal> {
        let Ok(secret) = Opaque::<of::Once>::parse(secret) else { return Ok(None) };
        let Some(whose) = self.inner.store.supporter_link(secret.expose(), self.now()).await? else { return Ok(None) };
        let snapshot = self.snapshot_or_nobody(Some(whose.person)).await?;
        let known = snapshot.supporters.iter().find(|one| one.id == whose.supporter);
        Ok(known.map(|one| one.from.clone()))
    }

    /// Takes an invitation: from here on this account reads what the person opens to the supporter it was made for.
    ///
    /// # Errors
    /// [`NotInvited`].
    pub async fn take_invitation(&self, secret: &str, by: Taker<'_>) -> Result<SupporterSession, NotInvited> {
        let secret = Opaque::<of::Once>::parse(secret).map_err(|_| NotInvited::Gone)?;
        let store = &self.inner.store;
        let good = store.supporter_link(secret.expose(), self.now()).await.map_err(AccountFault::Unrecorded)?;
        let _whose = good.ok_or(NotInvited::Gone)?;
        let session = match by {
            Taker::New { name, password } => {
                let account = self.make_supporter_account(name, password).await?;
                self.open_supporter_session(account).await.map_err(AccountFault::Unrecorded)?
            }
            Taker::Known(session) => session,
        };
        // Used up before it is taken: of two who hold it, one takes it.
        let whose = store.redeem_supporter_link(secret.expose(), self.now()).await.map_err(AccountFault::Unrecorded)?;
        self.bind(whose.ok_or(NotInvited::Gone)?, session.account).await?;
        Ok(session)
    }

    async fn bind(&self, whose: Supporting, account: AccountId) -> Result<(), NotInvited> {
        for _ in 0..TRIES_MAX {
            let snapshot = self.snapshot_or_nobody(Some(whose.person)).await.map_err(AccountFault::Unrecorded)?;
            let known = snapshot.supporters.iter().find(|one| one.id == whose.supporter);
            let bound = Supporter { account: Some(account), ..known.ok_or(NotInvited::Gone)?.clone() };
            match self.put_supporter(&snapshot, bound, "accepted").await {
                Ok(_recorded) => return Ok(()),
                Err(Refusal::Unrecorded(fault)) => return Err(AccountFault::Unrecorded(fault).into()),
                Err(_moved) => {}
            }
        }
        Err(AccountFault::Unrecorded(StoreError::Busy).into())
    }

    async fn make_supporter_account(&self, name: &str, password: &str) -> Result<AccountId, AccountFault> {
        let (name, hash) = self.chosen(name, password).await?;
        let account = AccountId::from_random(self.fresh());
        let act = Act::Operated { done: Code::new("supporter-account-made"), subject: None };
        let leaf = self.leaf(self.now(), None, act);
        let put = self.inner.store.put_supporter_account(account, &name, &hash, leaf).await;
        // A name that is another's keeps what was counted at it.
        if put.is_ok() {
            self.inner.door.forgive(&name);
        }
        put.map(|_recorded| account).map_err(AccountFault::of)
    }

    pub(crate) async fn open_supporter_session(&self, account: AccountId) -> Result<SupporterSession, StoreError> {
        let now = self.now();
        let secret = Opaque::<of::Session>::from_random(self.inner.surroundings.secret());
        let ends = now + Duration::seconds(SESSION_MAX_SECONDS);
        let leaf = self.leaf(now, None, Act::SignedIn { by: Code::new("supporter") });
        let _recorded = self.inner.store.open_supporter_session(secret.expose(), account, (now, ends), leaf).await?;
        self.inner.door.see(secret.hash(), now);
        Ok(SupporterSession { account, secret })
    }

    /// The session of a supporter's cookie, unless it has ended; looking keeps it alive.
    ///
    /// # Errors
    /// [`Refusal::Unrecorded`] when the store does not answer.
    pub async fn supporter_session(&self, cookie: &str) -> Result<Option<SupporterSession>, Refusal> {
        let Ok(secret) = Opaque::<of::Session>::parse(cookie) else { return Ok(None) };
        let now = self.now();
        let Some((account, started)) = self.inner.store.supporter_session(cookie, now).await? else { return Ok(None) };
        let seen = self.inner.door.last_seen(secret.hash()).map_or(started, |seen| seen.max(started));
        if !lasts(started, seen, now) {
            self.supporter_signs_out(cookie).await?;
            return Ok(None);
        }
        self.inner.door.see(secret.hash(), now);
        Ok(Some(SupporterSession { account, secret }))
    }

    /// Ends the session of a supporter's cookie.
    ///
    /// # Errors
    /// [`Refusal::Unrecorded`] when the store does not answer.
    pub async fn supporter_signs_out(&self, cookie: &str) -> Result<(), Refusal> {
        if let Ok(secret) = Opaque::<of::Session>::parse(cookie) {
            self.inner.door.forget(secret.hash());
            self.inner.store.close_supporter_session(cookie).await?;
        }
        Ok(())
    }

    /// Who shares something with this account, or lets it take away in their name; each is looked at, and told of it.
    ///
    /// # Errors
    /// [`Refusal::Unrecorded`] when a look cannot be recorded; then nothing is answered.
    pub async fn people_with(&self, session: &SupporterSession) -> Result<Vec<Supported>, Refusal> {
        let mut people = Vec::new();
        for Supporting { supporter, .. } in self.inner.store.supported_by(session.account).await? {
            let seen = self.look_with(session, supporter, LookAt::List).await?;
            let known = seen.snapshot.as_deref().and_then(|snapshot| reading(snapshot, session, supporter));
            let name = seen.subject().map(|subject| subject.get().person.name.clone());
            let told = seen.snapshot.as_deref().zip(known);
            let may = |(snapshot, one): &(&Snapshot, &Supporter)| is_delegate_now(&snapshot.consents, one, seen.at);
            let delegate = told.filter(may).map(|(_, one)| one);
            let naming = told.and_then(|(snapshot, one)| self.seen_naming(snapshot, one, seen.at));
            let (shares, delegated, named) = (name.is_some(), delegate.is_some(), naming.is_some());
            // The delegation is the person's own act too, and carries the name they gave with it; so does the invitation.
            let given = || delegate.map(|one| one.from.clone());
            if let Some(name) = name.or_else(given).or_else(|| naming.map(|one| one.from)) {
                people.push(Supported { supporter, name, shares, delegated, named });
            }
        }
        people.sort_by(|one, two| (&one.name, one.supporter).cmp(&(&two.name, two.supporter)));
        Ok(people)
    }

    /// Looks at what one person opened to this supporter. Empty when nothing is, also when there is no such person, or the
    /// supporter is somebody else: the record is made, and the answer is the same.
    ///
    /// # Errors
    /// [`Refusal::Unrecorded`] when the look cannot be recorded; then nothing is answered.
    pub async fn look_with(
        &self,
        session: &SupporterSession,
        supporter: SupporterId,
        at_what: LookAt,
    ) -> Result<Disclosure, Refusal> {
        for _ in 0..DECISIONS_MAX {
            let snapshot = self.of_supporter(session, supporter).await?;
            let at = self.now();
            let known = reading(&snapshot, session, supporter);
            let sheets = match known {
                Some(known) => self.decide(&snapshot, &question(known, at), at_what.wanted()),
                None => Vec::new(),
            };
            #[cfg(feature = "leaks")]
            let sheets = self.all_that_is_there(sayso_consent::leak::Leak::SupporterSeesAll, &snapshot, sheets);
            let shown = sheets.iter().map(Sheet::record).collect();
            let names = |one: &Supporter| at_what == LookAt::List && self.seen_naming(&snapshot, one, at).is_some();
            let operation = Code::new(if known.is_some_and(names) { LIST_NAMED } else { at_what.code() });
            let act = Act::SupporterLooked { supporter, operation, shown };
            let read = ReadLeaf { leaf: self.leaf(at, None, act), fence: snapshot.fence() };
            self.between_decision_and_leaf().await;
            match self.inner.store.record(read).await {
                Ok(receipt) => {
                    let fingerprints = self.inner.fingerprints.clone();
                    return Ok(Disclosure { receipt, sheets, at, note: None, snapshot: Some(snapshot), fingerprints });
                }
                Err(Fenced::Moved) => {}
                Err(Fenced::Unrecorded(error)) => return Err(error.into()),
            }
        }
        Err(Refusal::Unrecorded(StoreError::Busy))
    }

    /// The person whose supporter this is, if the account took their invitation; nobody otherwise, so that it is the same
    /// work.
    pub(crate) async fn of_supporter(
        &self,
        session: &SupporterSession,
        supporter: SupporterId,
    ) -> Result<std::sync::Arc<Snapshot>, StoreError> {
        let all = self.inner.store.supported_by(session.account).await?;
        let person = all.iter().find(|one| one.supporter == supporter).map(|one| one.person);
        self.snapshot_or_nobody(person).await
    }
}

/// The supporter, if this session reads as them now.
pub(crate) fn reading<'s>(
    snapshot: &'s Snapshot,
    session: &SupporterSession,
    supporter: SupporterId,
) -> Option<&'s Supporter> {
    snapshot.supporters.iter().find(|one| one.id == supporter && one.reads_by(session.account()))
}

fn question(supporter: &Supporter, at: OffsetDateTime) -> Ask {
    let audience = Audience::Supporter { supporter: supporter.id, named: supporter.named.clone() };
    Ask { audience, purpose: Some(PURPOSE), at }
}
