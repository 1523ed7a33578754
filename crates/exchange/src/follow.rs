//! Keeping in step: a record system follows all persons who share with its organization, page by page. Each person is
//! decided anew at each page, and each person of whom something is told gets a leaf of their own. Who shares nothing is
//! neither told of nor counted.

use std::sync::Arc;

use sayso_auth::Caller;
use sayso_consent::{Ask, Audience, FingerprintKey, Released, Subject};
use sayso_plan::{PersonId, PlanId};
use sayso_store::{Act, Code, Fenced, Gone, Held, ReadLeaf, Reader, Receipt, Snapshot, StoreError};
use time::OffsetDateTime;
use tokio::task::JoinSet;

use crate::holding::{self, Shown};
use crate::read_released::{self, DECISIONS_MAX, Sheet, Wanted};
use crate::{Exchange, Refusal};

/// How many persons' leaves are put on record at the same time.
const TOGETHER_MAX: usize = 64;

/// Which page is asked for.
#[derive(Debug, Clone, Copy)]
pub struct Following {
    /// The person to begin with, in the order of ids; none for the first page.
    pub from: Option<PersonId>,
    /// The most things that are told.
    pub count: usize,
    /// In which way, for the record.
    pub operation: &'static str,
}

/// One person, as they are decided now for the one who follows.
#[derive(Debug)]
pub struct Followed {
    person: PersonId,
    sheets: Vec<Sheet>,
    held: Held,
    at: OffsetDateTime,
    snapshot: Arc<Snapshot>,
    fingerprints: FingerprintKey,
}

/// Something to tell of a person.
#[derive(Debug)]
pub struct Told<T> {
    /// Whether it shows something; else it says that something is not there any more.
    pub shows: bool,
    /// What.
    pub what: T,
}

/// A page, with the proof that it is on record.
#[derive(Debug)]
pub struct Page<T> {
    /// Proof that this look is durably recorded.
    pub receipt: Receipt,
    /// The time of the decisions, or just before them.
    pub at: OffsetDateTime,
    /// What is told, in the order of the persons' ids.
    pub told: Vec<T>,
}

/// One person decided, with what is to be told of them and what the reader holds then.
struct Decided<T> {
    person: PersonId,
    told: Vec<Told<T>>,
    read: ReadLeaf,
    holding: Option<(Reader, Held)>,
}

impl Followed {
    /// Who.
    #[must_use]
    pub const fn person(&self) -> PersonId {
        self.person
    }

    /// The released plans, in the order of their ids.
    #[must_use]
    pub fn sheets(&self) -> &[Sheet] {
        &self.sheets
    }

    /// What may be said of the person; none when nothing is released.
    #[must_use]
    pub fn subject(&self) -> Option<Released<Subject>> {
        #[cfg(feature = "leaks")]
        if crate::leaks::names_everybody() {
            let subject = || read_released::subject(&self.snapshot, &self.sheets, &self.fingerprints);
            return sayso_consent::leak::undecided(subject);
        }
        read_released::subject(&self.snapshot, &self.sheets, &self.fingerprints)
    }

    /// Since when the reader is known to be shown a plan as it is shown now.
    #[must_use]
    pub fn plan_since(&self, plan: PlanId) -> OffsetDateTime {
        self.held.plans.iter().find(|held| held.plan == plan).map_or(self.at, |held| held.since)
    }

    /// The same of what is said of the person.
    #[must_use]
    pub fn subject_since(&self) -> OffsetDateTime {
        self.held.subject.as_ref().map_or(self.at, |held| held.since)
    }

    /// What the reader was shown before and is shown no longer. It says nothing of why.
    #[must_use]
    pub fn gone(&self) -> &[Gone] {
        &self.held.gone
    }

    /// The snapshot, for the planted leaks that tell of it.
    #[cfg(feature = "leaks")]
    pub(crate) fn snapshot(&self) -> &Snapshot {
        &self.snapshot
    }
}

impl Exchange {
    /// A page of what `pick` has to tell of the persons who share with the caller's organization for its purpose.
    ///
    /// # Errors
    /// [`Refusal::NotPossible`] for an app, which acts for one person; [`Refusal::Unrecorded`] when something cannot be
    /// recorded; then nothing is answered.
    pub async fn follow<T, F>(&self, caller: &Caller, following: &Following, pick: F) -> Result<Page<T>, Refusal>
    where
        T: Send,
        F: Fn(&Followed) -> Vec<Told<T>> + Send + Sync,
    {
        if caller.person.is_some() {
            return Err(Refusal::NotPossible("an app acts for one person; only record systems follow many"));
        }
        let at = self.now();
        let ask = self.ask_of(caller, None, at).await?;
        let persons = self.followed_by(&ask, following.from).await?;
        let mut rest = persons.as_slice();
        let (mut told, mut receipt) = (Vec::new(), None);
        while told.len() < following.count && !rest.is_empty() {
            // As many as fill the page are decided, and their leaves go into one commit.
            let (mut decided, mut counted) = (Vec::new(), told.len());
            while let Some((person, after)) = rest.split_first()
                && counted < following.count
                && decided.len() < TOGETHER_MAX
            {
                rest = after;
                if let Some(one) = self.decide_one(caller, following, *person, &pick).await? {
                    counted += one.told.len();
                    decided.push(one);
                }
            }
            #[cfg(feature = "leaks")]
            self.inner.surroundings.between().await;
            for (one, recorded) in self.put_together(decided).await {
                let (one, recorded) = match recorded {
                    Err(Fenced::Moved) => match self.decide_again(caller, following, one.0, &pick).await? {
                        Some(again) => again,
                        None => continue,
                    },
                    Err(Fenced::Unrecorded(error)) => return Err(error.into()),
                    Ok(recorded) => (one.1, recorded),
                };
                told.extend(one.into_iter().map(|one| one.what));
                receipt = Some(recorded);
            }
        }
        told.truncate(following.count);
        let receipt = match receipt {
            Some(receipt) => receipt,
            None => self.saw_nobody(caller, &ask, following).await?,
        };
        Ok(Page { receipt, at, told })
    }

    /// Who may share something with the reader, from this one on.
    async fn followed_by(&self, ask: &Ask, from: Option<PersonId>) -> Result<Vec<PersonId>, StoreError> {
        let (Audience::Organization { organization, class, .. }, Some(_)) = (&ask.audience, ask.purpose) else {
            return Ok(Vec::new());
        };
        let mut persons = self.inner.store.reached(*organization, *class).await?;
        #[cfg(feature = "leaks")]
        crate::leaks::everybody(&self.inner.store, &mut persons).await;
        persons.retain(|person| from.is_none_or(|from| *person >= from));
        Ok(persons)
    }

    /// Decides one person. None where there is nothing to tell of them: then nothing is recorded of them either.
    async fn decide_one<T>(
        &self,
        caller: &Caller,
        following: &Following,
        person: PersonId,
        pick: &(impl Fn(&Followed) -> Vec<Told<T>> + Send + Sync),
    ) -> Result<Option<Decided<T>>, StoreError> {
        let snapshot = self.snapshot_or_nobody(Some(person)).await?;
        let at = self.now();
        let ask = self.ask_of(caller, None, at).await?;
        let Some(reader) = holding::reader(&ask) else { return Ok(None) };
        let sheets = self.decide_followed(&snapshot, &ask, following);
        let before = self.inner.store.held(&reader, person).await?;
        let subject = read_released::subject(&snapshot, &sheets, &self.inner.fingerprints);
        let after = Shown { person, sheets: &sheets, subject, all: true, at }.after(&before);
        let held = after.clone().unwrap_or_else(|| Held::clone(&before));
        let fence = snapshot.fence();
        let followed = Followed { person, sheets, held, at, snapshot, fingerprints: self.inner.fingerprints.clone() };
        let told = pick(&followed);
        if told.is_empty() {
            return Ok(None);
        }
        let (client, purpose, operation) = (Some(caller.client), ask.purpose, Code::new(following.operation));
        let act = if told.iter().any(|one| one.shows) {
            let shown = followed.sheets.iter().map(Sheet::record).collect();
            Act::ReadAllowed { client, purpose, operation, shown }
        } else {
            // That something is gone shows nothing of it, and the person reads that nothing was seen.
            Act::ReadRefused { client, purpose, operation, reason: Code::new("not-released") }
        };
        let read = ReadLeaf { leaf: self.leaf(at, caller.organization, act), fence };
        Ok(Some(Decided { person, told, read, holding: after.map(|held| (reader, held)) }))
    }

    fn decide_followed(&self, snapshot: &Snapshot, ask: &Ask, following: &Following) -> Vec<Sheet> {
        #[cfg(feature = "leaks")]
        if crate::leaks::follows_undecided(following.from) {
            return sayso_consent::leak::undecided(|| self.decide(snapshot, ask, Wanted::Plans(None)));
        }
        let _ = following;
        self.decide(snapshot, ask, Wanted::Plans(None))
    }

    /// Decides one person until what was decided still holds when it is recorded.
    async fn decide_again<T>(
        &self,
        caller: &Caller,
        following: &Following,
        person: PersonId,
        pick: &(impl Fn(&Followed) -> Vec<Told<T>> + Send + Sync),
    ) -> Result<Option<(Vec<Told<T>>, Receipt)>, Refusal> {
        for _ in 0..DECISIONS_MAX {
            let Some(one) = self.decide_one(caller, following, person, pick).await? else { return Ok(None) };
            match self.put_on_record(one.read, one.holding).await {
                Ok(receipt) => return Ok(Some((one.told, receipt))),
                Err(Fenced::Moved) => {}
                Err(Fenced::Unrecorded(error)) => return Err(error.into()),
            }
        }
        Err(Refusal::Unrecorded(StoreError::Busy))
    }

    /// Puts the leaves of several persons on record at once; gives what came of each, in the same order.
    async fn put_together<T>(
        &self,
        decided: Vec<Decided<T>>,
    ) -> Vec<((PersonId, Vec<Told<T>>), Result<Receipt, Fenced>)> {
        let mut writing = JoinSet::new();
        let mut outcomes = Vec::with_capacity(decided.len());
        for (place, one) in decided.into_iter().enumerate() {
            let exchange = self.clone();
            let (read, holding) = (one.read, one.holding);
            writing.spawn(async move { (place, exchange.put_on_record(read, holding).await) });
            outcomes.push(((one.person, one.told), Err(Fenced::Unrecorded(StoreError::Stopped))));
        }
        while let Some(done) = writing.join_next().await {
            if let Ok((place, recorded)) = done
                && let Some((_, outcome)) = outcomes.get_mut(place)
            {
                *outcome = recorded;
            }
        }
        outcomes
    }

    /// The record of a page on which nobody is told of: in the organization's chain, about no person.
    async fn saw_nobody(&self, caller: &Caller, ask: &Ask, following: &Following) -> Result<Receipt, StoreError> {
        let reason = Code::new(if ask.purpose.is_none() { "no-purpose" } else { "not-released" });
        let (client, operation) = (Some(caller.client), Code::new(following.operation));
        let act = Act::ReadRefused { client, purpose: ask.purpose, operation, reason };
        self.inner.store.note(None, self.leaf(self.now(), caller.organization, act)).await
    }
}
