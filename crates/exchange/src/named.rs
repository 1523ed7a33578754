//! Somebody whom a plan names hears of it where others are shown that part, and may say that they would rather not be named
//! (case 25). That withholds nothing: the person reads it at once, and decides.

use sayso_consent::{Ask, Effect, NamedAs, Naming, Objection, Purposes, Released, Supporter, Themselves, What};
use sayso_plan::{ItemId, PlanId, Purpose, SupporterId};
use sayso_store::{Act, Code, Fenced, ReadLeaf, Receipt, Snapshot, StoreError};
use time::OffsetDateTime;

use crate::prospects::{asker, asks};
use crate::read_released::{DECISIONS_MAX, day_of};
use crate::sharing::{Party, TRIES_MAX};
use crate::with::reading;
use crate::{Exchange, Refusal, SupporterSession};

/// What somebody who supports a person reads of being named in their plans.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeenNaming {
    /// What the person is called.
    pub from: String,
    /// As what they are named where others read it now; and whether they would rather not be.
    pub now: Vec<(NamedAs, bool)>,
    /// What they objected to and are not named as now.
    pub not_now: Vec<NamedAs>,
}

/// A supporter would rather not be named as something, for the person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Objected {
    /// Who.
    pub supporter: SupporterId,
    /// What the person calls them.
    pub name: String,
    /// As what.
    pub named_as: NamedAs,
    /// Since when.
    pub at: OffsetDateTime,
    /// The parts that name them so and are open to somebody else.
    pub parts: Vec<OpenPart>,
}

/// A part that names somebody, and who else is shown it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenPart {
    /// The plan.
    pub plan: PlanId,
    /// The item.
    pub item: ItemId,
    /// To whom it is open.
    pub open_to: Vec<Party>,
}

impl Exchange {
    /// As what plans of a person name this supporter, where others read it; none where there is nothing to be told, also
    /// to whoever is no supporter of theirs.
    ///
    /// # Errors
    /// [`Refusal::Unrecorded`] when the look cannot be recorded; then nothing is answered.
    pub async fn look_at_naming(
        &self,
        session: &SupporterSession,
        supporter: SupporterId,
    ) -> Result<Option<SeenNaming>, Refusal> {
        for _ in 0..DECISIONS_MAX {
            let snapshot = self.of_supporter(session, supporter).await?;
            let at = self.now();
            let seen = reading(&snapshot, session, supporter).and_then(|one| self.seen_naming(&snapshot, one, at));
            let operation = Code::new(if seen.is_some() { "named" } else { "named-refused" });
            let act = Act::SupporterLooked { supporter, operation, shown: Vec::new() };
            let read = ReadLeaf { leaf: self.leaf(at, None, act), fence: snapshot.fence() };
            self.between_decision_and_leaf().await;
            match self.inner.store.record(read).await {
                Ok(_receipt) => return Ok(seen),
                Err(Fenced::Moved) => {}
                Err(Fenced::Unrecorded(error)) => return Err(error.into()),
            }
        }
        Err(Refusal::Unrecorded(StoreError::Busy))
    }

    /// They would rather not be named so, or take that back. Who sees what is as it was.
    ///
    /// # Errors
    /// [`Refusal::NotPossible`] for what they are not told, and for who is no supporter: the same; [`Refusal::Unrecorded`].
    pub async fn object(
        &self,
        session: &SupporterSession,
        supporter: SupporterId,
        named_as: NamedAs,
        objects: bool,
    ) -> Result<Receipt, Refusal> {
        for _ in 0..TRIES_MAX {
            let snapshot = self.of_supporter(session, supporter).await?;
            let at = self.now();
            let known = reading(&snapshot, session, supporter);
            let seen = known.and_then(|one| Some((one, self.seen_naming(&snapshot, one, at)?)));
            let possible = |seen: &SeenNaming| {
                let back = seen.now.contains(&(named_as, true)) || seen.not_now.contains(&named_as);
                if objects { seen.now.contains(&(named_as, false)) } else { back }
            };
            let Some((known, _)) = seen.filter(|(_, seen)| possible(seen)) else {
                return Err(Refusal::NotPossible("there is nothing here to object to"));
            };
            let mut changed = known.clone();
            changed.objections.retain(|one| one.named_as != named_as);
            changed.objections.extend(objects.then_some(Objection { named_as, at }));
            let how = if objects { "objected" } else { "objection-ended" };
            match self.put_supporter(&snapshot, changed, how).await {
                Err(Refusal::Moved) => {}
                done => return done,
            }
        }
        Err(Refusal::Moved)
    }

    /// Who would rather not be named as what, with where they are named so and who is shown that; for the person.
    ///
    /// # Errors
    /// [`Refusal::Unrecorded`] when the store does not answer.
    pub async fn objections(&self, person: Themselves) -> Result<Vec<Objected>, Refusal> {
        let (snapshot, at) = (self.snapshot_of(person).await?, self.now());
        let mut all = Vec::new();
        for one in &snapshot.supporters {
            for objection in &one.objections {
                let parts = self.open_parts(&snapshot, person, one, objection.named_as, at);
                let (supporter, name, named_as, at) = (one.id, one.name.clone(), objection.named_as, objection.at);
                all.push(Objected { supporter, name, named_as, at, parts });
            }
        }
        all.sort_by_key(|one| std::cmp::Reverse((one.at, one.supporter, one.named_as)));
        Ok(all)
    }

    /// The person keeps one part, that names somebody who would rather not be named, from all others who are shown it now:
    /// one act for each of them, which the person can take back one by one. Their own apps go on seeing it.
    ///
    /// # Errors
    /// [`Refusal::NotPossible`] where there is no such part; [`Refusal::Unrecorded`].
    pub async fn stop_sharing_part(&self, person: Themselves, item: ItemId) -> Result<(), Refusal> {
        let objected = self.objections(person).await?;
        let parts = objected.iter().flat_map(|one| &one.parts).filter(|part| part.item == item);
        let mut parties: Vec<Party> = parts.flat_map(|part| part.open_to.iter().copied()).collect();
        parties.sort_unstable();
        parties.dedup();
        if parties.is_empty() {
            return Err(Refusal::NotPossible("this part is open to nobody else"));
        }
        for party in parties {
            let _recorded = self.keep_from(person, party, item).await?;
        }
        Ok(())
    }

    /// What a supporter may know of being named; none where there is nothing.
    pub(crate) fn seen_naming(
        &self,
        snapshot: &Snapshot,
        supporter: &Supporter,
        at: OffsetDateTime,
    ) -> Option<SeenNaming> {
        let released = self.naming(snapshot, supporter, at);
        let now = released.as_ref().map(|naming| naming.get().named_as.clone()).unwrap_or_default();
        let objects = |named_as: NamedAs| supporter.objections.iter().any(|one| one.named_as == named_as);
        let not_now: Vec<NamedAs> =
            NamedAs::ALL.into_iter().filter(|one| objects(*one) && !now.contains(one)).collect();
        let nothing = now.is_empty() && not_now.is_empty();
        let now = now.into_iter().map(|one| (one, objects(one))).collect();
        (!nothing).then(|| SeenNaming { from: supporter.from.clone(), now, not_now })
    }

    fn naming(&self, snapshot: &Snapshot, supporter: &Supporter, at: OffsetDateTime) -> Option<Released<Naming>> {
        let others: Vec<Ask> = others(snapshot, supporter.id, at).into_iter().map(|(_, ask)| ask).collect();
        let (rules, day) = (self.rules(snapshot), day_of(snapshot, at));
        // None of the others is an app of the person's.
        let plans: Vec<_> = snapshot.plans.iter().filter(|sealed| !sealed.is_over_on(day)).cloned().collect();
        sayso_consent::naming(&plans, supporter, &rules, &others, &self.inner.fingerprints).ok()
    }

    fn open_parts(
        &self,
        snapshot: &Snapshot,
        person: Themselves,
        supporter: &Supporter,
        named_as: NamedAs,
        at: OffsetDateTime,
    ) -> Vec<OpenPart> {
        let (others, rules) = (others(snapshot, supporter.id, at), self.rules(snapshot));
        let (mut parts, day) = (Vec::new(), day_of(snapshot, at));
        for sealed in snapshot.plans.iter().filter(|sealed| !sealed.is_over_on(day)) {
            let mentions = sayso_consent::own_mentions(sealed, &person, supporter).unwrap_or_default();
            for (item, _) in mentions.into_iter().filter(|(_, as_what)| *as_what == named_as) {
                let shown = |ask: &Ask| {
                    let grant = sayso_consent::judge(sealed, &rules, ask, &self.inner.fingerprints);
                    grant.is_ok_and(|grant| grant.shown().iter().any(|(id, _)| *id == item))
                };
                let mut open_to: Vec<Party> =
                    others.iter().filter(|(_, ask)| shown(ask)).map(|(party, _)| *party).collect();
                open_to.dedup();
                if !open_to.is_empty() && !parts.iter().any(|part: &OpenPart| part.item == item) {
                    parts.push(OpenPart { plan: sealed.id(), item, open_to });
                }
            }
        }
        parts
    }

    async fn keep_from(&self, person: Themselves, party: Party, item: ItemId) -> Result<Receipt, Refusal> {
        let (snapshot, at) = (self.snapshot_of(person).await?, self.now());
        let no = self.consent(person, party, Effect::Deny, Purposes::Any, What::Item(item), at);
        self.decided(person, &snapshot, party, None, vec![no], at, false).await
    }
}

/// All others to whom the person opened something, with the question that they would ask: not the person's own apps, which
/// are their own hand, nor what is made ready for an emergency that nobody declared.
fn others(snapshot: &Snapshot, supporter: SupporterId, at: OffsetDateTime) -> Vec<(Party, Ask)> {
    let other = |ask: &Ask| match Party::of(asker(ask))? {
        Party::App(_) => None,
        Party::Supporter(other) if other == supporter => None,
        party @ (Party::Organization(_) | Party::CrisisServices | Party::Supporter(_)) => Some(party),
    };
    let asked = asks(snapshot, at, usize::MAX).into_iter().filter(|ask| ask.purpose != Some(Purpose::Btg));
    let mut others: Vec<(Party, Ask)> = asked.filter_map(|ask| Some((other(&ask)?, ask))).collect();
    others.sort_by_key(|(party, _)| *party);
    others
}
