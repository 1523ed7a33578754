//! The person says who supports them, whom of each plan's parties that is, and whether they may take away in the person's
//! name. What a supporter may see is decided where it is for everybody: [`crate::sharing`].

use std::collections::{BTreeMap, BTreeSet};

use sayso_auth::Opaque;
use sayso_auth::secret::of;
use sayso_auth::sign_in::ONCE_LIFETIME_SECONDS;
use sayso_consent::{Bound, Consent, Period, Supporter, Themselves};
use sayso_plan::{PartyId, PlanId, SupporterId};
use sayso_store::{Act, Change, Code, Receipt, Snapshot, Supporting, Write};
use time::{Duration, OffsetDateTime};

use crate::keys::is_told_no_since;
use crate::sharing::{Party, TRIES_MAX, ended, permits};
use crate::{Exchange, Refusal};

/// Longest name the person gives a supporter, in characters.
pub const NAME_MAX_CHARS: usize = 80;
/// The most supporters a person has at once.
pub const SUPPORTERS_MAX: usize = 50;
/// How long a delegation can last, in days.
pub const DELEGATION_DAYS_MAX: i64 = 365;

/// An invitation, to be handed over. It is shown once and kept as a hash.
pub struct Invitation {
    /// Whom it makes the person's supporter.
    pub supporter: SupporterId,
    /// The secret of the link.
    pub secret: Opaque<of::Once>,
    /// When it ends.
    pub until: OffsetDateTime,
}

/// Whom of some parties somebody is: of each plan those that the person looked at, and those they ticked.
pub type Said = BTreeMap<PlanId, (BTreeSet<PartyId>, BTreeSet<PartyId>)>;

impl Exchange {
    /// Those who support the person, in the order of their ids. Who was told no since they could take away in the person's
    /// name cannot any more.
    ///
    /// # Errors
    /// [`Refusal::Unrecorded`] when the store does not answer.
    pub async fn supporters(&self, person: Themselves) -> Result<Vec<Supporter>, Refusal> {
        let (snapshot, at) = (self.snapshot_of(person).await?, self.now());
        let delegated = |one: &Supporter| one.delegated.filter(|_| !is_told_no_since(&snapshot.consents, one, at));
        Ok(snapshot.supporters.iter().map(|one| Supporter { delegated: delegated(one), ..one.clone() }).collect())
    }

    /// The same with those whose part has ended, for names in what happened.
    ///
    /// # Errors
    /// [`Refusal::Unrecorded`] when the store does not answer.
    pub async fn supporters_ever(&self, person: Themselves) -> Result<Vec<Supporter>, Refusal> {
        Ok(self.inner.store.supporters(person.person()).await?)
    }

    /// Makes somebody the person's supporter, by the name the person calls them. Nothing is open to them by that.
    ///
    /// # Errors
    /// [`Refusal::NotPossible`] when the name is empty or too long, or there are too many; [`Refusal::Unrecorded`].
    pub async fn invite_supporter(&self, person: Themselves, name: &str) -> Result<Invitation, Refusal> {
        let name = name.trim();
        if name.is_empty() || name.chars().count() > NAME_MAX_CHARS || name.chars().any(char::is_control) {
            return Err(Refusal::NotPossible("a supporter's name has 1 to 80 characters"));
        }
        let id = SupporterId::from_random(self.fresh());
        for _ in 0..TRIES_MAX {
            let snapshot = self.snapshot_of(person).await?;
            if snapshot.supporters.len() >= SUPPORTERS_MAX {
                return Err(Refusal::NotPossible("a person has at most 50 supporters"));
            }
            let me = self.own_self(person).await?;
            let supporter = Supporter {
                id,
                person: person.person(),
                name: name.to_owned(),
                from: me.name,
                account: None,
                since: self.now(),
                ended_at: None,
                left: false,
                named: sayso_consent::Named::default(),
                delegated: None,
                objections: Vec::new(),
            };
            match self.put_supporter(&snapshot, supporter, "invited").await {
                Err(Refusal::Moved) => {}
                Err(other) => return Err(other),
                Ok(_recorded) => return self.new_invitation(person, id).await,
            }
        }
        Err(Refusal::Moved)
    }

    /// A new link for a supporter; the one before is good no more. Who takes it becomes the one who reads.
    ///
    /// # Errors
    /// [`Refusal::NotPossible`] when there is no such supporter; [`Refusal::Unrecorded`].
    pub async fn invite_again(&self, person: Themselves, supporter: SupporterId) -> Result<Invitation, Refusal> {
        let _recorded = self.change_supporter(person, supporter, "link-made", |_, _| Ok(())).await?;
        self.new_invitation(person, supporter).await
    }

    async fn new_invitation(&self, person: Themselves, supporter: SupporterId) -> Result<Invitation, Refusal> {
        let secret = Opaque::<of::Once>::from_random(self.inner.surroundings.secret());
        let until = self.now() + Duration::seconds(ONCE_LIFETIME_SECONDS);
        let whose = Supporting { person: person.person(), supporter };
        self.inner.store.put_supporter_link(secret.expose(), whose, until).await?;
        Ok(Invitation { supporter, secret, until })
    }

    /// The person says whom of the parties they looked at `looked_at` the supporter is, and whom not.
    ///
    /// # Errors
    /// [`Refusal::NotPossible`] when there is no such supporter; [`Refusal::Moved`] when they said something of one of these
    /// plans since they looked, on another page; [`Refusal::Unrecorded`].
    pub async fn name_supporter(
        &self,
        person: Themselves,
        supporter: SupporterId,
        said: &Said,
        looked_at: OffsetDateTime,
    ) -> Result<Receipt, Refusal> {
        self.change_supporter(person, supporter, "named", |one, now| {
            let said_since = |plan: &PlanId| one.named.of(*plan).is_some_and(|bound| bound.at > looked_at);
            if said.keys().any(said_since) {
                return Err(Refusal::Moved);
            }
            for (plan, (shown, ticked)) in said {
                let is_not = shown.difference(ticked).cloned().collect();
                one.named.say(*plan, Bound { is: ticked.clone(), is_not, at: looked_at.min(now) });
            }
            Ok(())
        })
        .await
    }

    /// The supporter may take away in the person's name, for so many days.
    ///
    /// # Errors
    /// [`Refusal::NotPossible`] when it is no number of days from 1 to 365, or there is no such supporter;
    /// [`Refusal::Unrecorded`].
    pub async fn delegate(&self, person: Themselves, supporter: SupporterId, days: i64) -> Result<Receipt, Refusal> {
        if !(1..=DELEGATION_DAYS_MAX).contains(&days) {
            return Err(Refusal::NotPossible("a delegation lasts from 1 to 365 days"));
        }
        self.change_supporter(person, supporter, "delegated", |one, now| {
            one.delegated = Some(Period { from: now, until: now + Duration::days(days) });
            Ok(())
        })
        .await
    }

    /// The supporter may take away no more, from now on.
    ///
    /// # Errors
    /// [`Refusal::NotPossible`] when there is no such supporter; [`Refusal::Unrecorded`].
    pub async fn end_delegation(&self, person: Themselves, supporter: SupporterId) -> Result<Receipt, Refusal> {
        self.change_supporter(person, supporter, "delegation-ended", |one, _| {
            one.delegated = None;
            Ok(())
        })
        .await
    }

    /// They are the person's supporter no more: all that is open to them is taken back in the same act.
    ///
    /// # Errors
    /// [`Refusal::NotPossible`] when there is no such supporter; [`Refusal::Unrecorded`].
    pub async fn end_supporter(&self, person: Themselves, supporter: SupporterId) -> Result<Receipt, Refusal> {
        self.change_supporter(person, supporter, "ended", |one, now| {
            (one.ended_at, one.delegated) = (Some(now), None);
            Ok(())
        })
        .await
    }

    /// Tried again when something else of the person's changed meanwhile.
    async fn change_supporter(
        &self,
        person: Themselves,
        supporter: SupporterId,
        how: &'static str,
        change: impl Fn(&mut Supporter, OffsetDateTime) -> Result<(), Refusal>,
    ) -> Result<Receipt, Refusal> {
        for _ in 0..TRIES_MAX {
            let snapshot = self.snapshot_of(person).await?;
            let known = snapshot.supporters.iter().find(|one| one.id == supporter);
            let mut changed = known.ok_or(Refusal::NotPossible("there is no such supporter"))?.clone();
            let now = self.now();
            change(&mut changed, now)?;
            match self.put_supporter(&snapshot, changed, how).await {
                Err(Refusal::Moved) => {}
                done => return done,
            }
        }
        Err(Refusal::Moved)
    }

    /// What is closed with the part of a supporter that ends.
    fn closed_with(&self, snapshot: &Snapshot, changed: &Supporter, at: OffsetDateTime) -> Vec<Consent> {
        let party = Party::Supporter(changed.id);
        let open = |c: &&Consent| changed.ended_at.is_some() && permits(c, party, None);
        snapshot.consents.iter().filter(open).map(|c| ended(c, at)).collect()
    }

    pub(crate) async fn put_supporter(
        &self,
        snapshot: &Snapshot,
        supporter: Supporter,
        how: &'static str,
    ) -> Result<Receipt, Refusal> {
        let at = self.now();
        let taken = self.closed_with(snapshot, &supporter, at);
        let act = Act::SupporterChanged { supporter: supporter.id, change: Code::new(how) };
        let events = self.told(&taken, at);
        let mut changes: Vec<Change> = taken.into_iter().map(|c| Change::Consent(Box::new(c))).collect();
        changes.push(Change::Supporter(Box::new(supporter)));
        #[cfg(feature = "leaks")]
        if how == "ended" && crate::leaks::end_is_forgotten() {
            changes.clear();
        }
        let write = Write { fence: snapshot.fence(), leaf: self.leaf(at, None, act), changes, events, once: None };
        Ok(self.keep(write).await?.receipt)
    }
}
