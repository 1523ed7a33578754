//! Somebody who supports persons changes how they sign in, and leaves: one person, or all and for good. Who was supported
//! reads it on their page.

use sayso_plan::SupporterId;
use sayso_store::{Act, Code};

use crate::sharing::TRIES_MAX;
use crate::sign_in::AccountFault;
use crate::with::reading;
use crate::{Exchange, Refusal, SupporterSession};

impl Exchange {
    /// They choose another name and password. All their sessions end; the one that comes back is new.
    ///
    /// # Errors
    /// [`AccountFault`].
    pub async fn set_supporter_password(
        &self,
        session: &SupporterSession,
        current: &str,
        name: &str,
        password: &str,
    ) -> Result<SupporterSession, AccountFault> {
        let account = session.account();
        let store = &self.inner.store;
        let hash = store.supporter_password(account).await.map_err(AccountFault::Unrecorded)?;
        self.check_typed(&account.to_string(), current, hash).await?;
        if current == password {
            return Err(AccountFault::Same);
        }
        let (name, hash) = self.chosen(name, password).await?;
        let act = Act::Operated { done: Code::new("supporter-password-set"), subject: None };
        let leaf = self.leaf(self.now(), None, act);
        let put = store.change_supporter_account(account, &name, &hash, leaf).await;
        // A name that is another's keeps what was counted at it.
        if put.is_ok() {
            self.inner.door.forgive(&name);
        }
        let _recorded = put.map_err(AccountFault::of)?;
        self.open_supporter_session(account).await.map_err(AccountFault::Unrecorded)
    }

    /// They support this person no more: all that was open to them is closed in the same act. Where they do not, nothing
    /// is done, and nobody is told which it was.
    ///
    /// # Errors
    /// [`Refusal::Unrecorded`] when it cannot be recorded; then nothing is done.
    pub async fn leave(&self, session: &SupporterSession, supporter: SupporterId) -> Result<(), Refusal> {
        for _ in 0..TRIES_MAX {
            let snapshot = self.of_supporter(session, supporter).await?;
            let Some(known) = reading(&snapshot, session, supporter) else { return Ok(()) };
            let now = self.now();
            let mut gone = known.clone();
            (gone.ended_at, gone.delegated, gone.left) = (Some(now), None, true);
            gone.objections.clear();
            match self.put_supporter(&snapshot, gone, "left").await {
                Ok(_recorded) => return Ok(()),
                Err(Refusal::Moved) => {}
                Err(other) => return Err(other),
            }
        }
        Err(Refusal::Moved)
    }

    /// They support nobody any more, and the account is gone.
    ///
    /// # Errors
    /// [`Refusal::Unrecorded`] when something cannot be recorded; then whom they left stays left.
    pub async fn leave_all(&self, session: &SupporterSession) -> Result<(), Refusal> {
        for one in self.inner.store.supported_by(session.account()).await? {
            self.leave(session, one.supporter).await?;
        }
        let act = Act::Operated { done: Code::new("supporter-account-ended"), subject: None };
        let leaf = self.leaf(self.now(), None, act);
        let _recorded = self.inner.store.end_supporter_account(session.account(), leaf).await?;
        Ok(())
    }
}
