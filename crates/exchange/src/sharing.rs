//! The person decides who sees what: sets it, previews it, takes it back. Every act is the person's own and recorded.

use std::collections::BTreeSet;

use sayso_consent::decide::Why;
use sayso_consent::{
    Ask, Audience, Class, Compiled, Consent, Effect, Explained, Grant, Known, Origin, Period, Projection, Provision,
    Purposes, Recipient, Released, Sealed, Status, Themselves, Verdict, What,
};
use sayso_plan::{
    ClientId, ConsentId, ItemId, OrganizationId, Plan, PlanId, PlanKind, ProvisionId, Purpose, Section, Share,
    SupporterId,
};
use sayso_store::{Act, Change, ConsentChange, Decided, Event, Receipt, Snapshot, Write};
use time::{Duration, OffsetDateTime};

use crate::answer_consents::is_own_no;
use crate::consents::{organization_of, sections_of};
use crate::read_released::{counts, day_of, explained};
use crate::reopen::{Opens, Services};
use crate::{Exchange, Refusal};

/// How long a permit lasts when the person says nothing else: twelve months.
pub const PERMIT_DAYS_DEFAULT: i64 = 365;

/// How often an act is tried again because something else of the person's changed meanwhile.
pub(crate) const TRIES_MAX: usize = 16;

/// To whom the person opens or closes something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Party {
    /// An organization.
    Organization(OrganizationId),
    /// Any verified crisis service, a class the person chooses knowingly.
    CrisisServices,
    /// An app that acts for the person.
    App(ClientId),
    /// Somebody whom the person calls their supporter.
    Supporter(SupporterId),
}

/// What of the person's plans is open to somebody for one purpose.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Choice {
    /// Whole kinds of plan (without what is close).
    pub kinds: BTreeSet<PlanKind>,
    /// Sections (without what is close).
    pub sections: BTreeSet<Section>,
    /// Single items and single whole documents.
    pub items: BTreeSet<ItemId>,
    /// All documents kept whole.
    pub documents: bool,
    /// Single plans as a whole (without what is close). An app or a record system asks for them; so with the next two.
    pub plans: BTreeSet<PlanId>,
    /// All that is at most as close as this.
    pub levels: BTreeSet<Share>,
    /// All that is not close.
    pub everything: bool,
}

/// What a party would see.
#[derive(Debug, Default)]
pub struct Preview {
    /// Each plan, as it would be released.
    pub shown: Vec<Released<Projection>>,
    /// What was chosen and would stay hidden all the same.
    pub hidden: Vec<Explained>,
}

impl Choice {
    /// Whether nothing is open.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.whats().is_empty()
    }

    /// Whether a part is among what was chosen, as far as consents reach: what is close is chosen one by one.
    fn names(&self, plan: PlanId, kind: PlanKind, part: &Explained) -> bool {
        let is_close = matches!(part.verdict, Verdict::Withheld(Why::Close(_)));
        let by_section = part.section.is_some_and(|section| self.sections.contains(&section));
        let by_plan = self.everything || self.plans.contains(&plan) || self.kinds.contains(&kind);
        let in_part = !is_close && (by_section || (part.section.is_some() && by_plan));
        self.items.contains(&part.item) || in_part || (part.section.is_none() && self.documents)
    }

    /// All that is chosen, one by one.
    #[must_use]
    pub fn whats(&self) -> Vec<What> {
        let kinds = self.kinds.iter().copied().map(What::Kind);
        let sections = self.sections.iter().copied().map(What::Section);
        let items = self.items.iter().copied().map(What::Item);
        let plans = self.plans.iter().copied().map(What::Plan);
        let levels = self.levels.iter().copied().map(What::Level);
        let all = [self.documents.then_some(What::Documents), self.everything.then_some(What::Everything)];
        kinds.chain(sections).chain(items).chain(plans).chain(levels).chain(all.into_iter().flatten()).collect()
    }

    /// Adds one thing.
    pub fn add(&mut self, what: What) {
        match what {
            What::Kind(kind) => drop(self.kinds.insert(kind)),
            What::Section(section) => drop(self.sections.insert(section)),
            What::Item(item) => drop(self.items.insert(item)),
            What::Documents => self.documents = true,
            What::Plan(plan) => drop(self.plans.insert(plan)),
            What::Level(level) => drop(self.levels.insert(level)),
            What::Everything => self.everything = true,
        }
    }
}

impl Party {
    pub(crate) const fn recipient(self) -> Recipient {
        match self {
            Self::Organization(id) => Recipient::Organization(id),
            Self::CrisisServices => Recipient::Class(Class::CrisisServices),
            Self::App(id) => Recipient::App(id),
            Self::Supporter(id) => Recipient::Supporter(id),
        }
    }

    /// The party that a provision speaks to; none for everyone, and for one practitioner.
    #[must_use]
    pub const fn of(recipient: Recipient) -> Option<Self> {
        match recipient {
            Recipient::Organization(id) => Some(Self::Organization(id)),
            Recipient::Class(Class::CrisisServices) => Some(Self::CrisisServices),
            Recipient::App(id) => Some(Self::App(id)),
            Recipient::Supporter(id) => Some(Self::Supporter(id)),
            Recipient::Everyone | Recipient::Practitioner(..) => None,
        }
    }

    /// The party under which somebody is told and can be stopped: of who works somewhere, the place.
    #[must_use]
    pub fn under(recipient: Recipient) -> Option<Self> {
        Self::of(recipient).or_else(|| organization_of(recipient).map(Self::Organization))
    }

    /// By which id a record names it: that of an organization, an app or a supporter; none for a class.
    pub(crate) const fn ids(self) -> (Option<OrganizationId>, Option<ClientId>, Option<SupporterId>) {
        match self {
            Self::Organization(id) => (Some(id), None, None),
            Self::App(id) => (None, Some(id), None),
            Self::Supporter(id) => (None, None, Some(id)),
            Self::CrisisServices => (None, None, None),
        }
    }

    /// As whom it would ask: an organization that is a crisis service may ask by its class too.
    pub(crate) fn asks(
        self,
        purpose: Purpose,
        at: OffsetDateTime,
        snapshot: &Snapshot,
        services: &Services,
    ) -> Vec<Ask> {
        let Self::Organization(organization) = self else { return vec![self.ask(purpose, at, snapshot)] };
        let ask = |class| {
            let audience = Audience::Organization { organization, practitioner: None, class };
            Ask { audience, purpose: Some(purpose), at }
        };
        services.classes_of(organization).into_iter().map(ask).collect()
    }

    pub(crate) fn ask(self, purpose: Purpose, at: OffsetDateTime, snapshot: &Snapshot) -> Ask {
        let audience = match self {
            Self::Organization(organization) => {
                Audience::Organization { organization, practitioner: None, class: None }
            }
            // Any organization of the class: one that nobody named.
            Self::CrisisServices => Audience::Organization {
                organization: OrganizationId::from_stored([0; 16]),
                practitioner: None,
                class: Some(Class::CrisisServices),
            },
            Self::App(client) => Audience::App { client },
            Self::Supporter(supporter) => {
                let known = snapshot.supporters.iter().find(|one| one.id == supporter);
                Audience::Supporter { supporter, named: known.map(|one| one.named.clone()).unwrap_or_default() }
            }
        };
        Ask { audience, purpose: Some(purpose), at }
    }
}

impl Exchange {
    /// Sets what is open to a party for a purpose: exactly `choice`, from now on. What stays open keeps its date; what
    /// is no longer in the choice ends at once. `seen` is the consent version that the person decided on.
    ///
    /// # Errors
    /// [`Refusal::Moved`] when something changed since `seen`: then what the choice closes is closed, and nothing is opened;
    /// [`Refusal::Unrecorded`] when nothing could be stored.
    pub async fn share(
        &self,
        person: Themselves,
        party: Party,
        purpose: Purpose,
        choice: &Choice,
        seen: Option<u64>,
    ) -> Result<Receipt, Refusal> {
        for _ in 0..TRIES_MAX {
            let snapshot = self.snapshot_of(person).await?;
            let stale = seen.is_some_and(|seen| seen != snapshot.consent_version);
            let at = self.now();
            let mut changed = self.redecide(&snapshot.consents, person, party, purpose, choice, at);
            if stale {
                // Case 33: of two devices that decided without knowing of each other, what either closes is closed.
                let changes = changed.clone();
                changed.retain(|consent| consent.withdrawn_at.is_some() || is_left(consent, &changes));
                if changed.is_empty() {
                    return Err(Refusal::Moved);
                }
            }
            let strict = seen.is_some();
            match self.decided(person, &snapshot, party, Some(purpose), changed.clone(), at, strict).await {
                // It moved while this was decided: from here on it is stale.
                Err(Refusal::Moved) if strict => {}
                Ok(recorded) => {
                    self.take_keys_of_shut_out(person.person(), &snapshot.consents, &changed, at).await?;
                    return if stale { Err(Refusal::Moved) } else { Ok(recorded) };
                }
                Err(other) => return Err(other),
            }
        }
        Err(Refusal::Moved)
    }

    /// Takes back everything that is open to a party, for all purposes.
    ///
    /// # Errors
    /// [`Refusal::Unrecorded`] when nothing could be stored.
    pub async fn stop_sharing(&self, person: Themselves, party: Party) -> Result<Receipt, Refusal> {
        // Each time on what is there now: what was opened meanwhile is closed with the rest.
        for _ in 0..TRIES_MAX {
            let snapshot = self.snapshot_of(person).await?;
            let at = self.now();
            let ended = snapshot.consents.iter().filter(|c| opens_to(c, party)).map(|c| ended(c, at)).collect();
            match self.decided(person, &snapshot, party, None, ended, at, true).await {
                Err(Refusal::Moved) => {}
                done => return done,
            }
        }
        Err(Refusal::Moved)
    }

    /// The person says no to a party: whatever was or will be open to it, it gets nothing until the person ends this. A
    /// supporter who could take back in the person's name cannot any more.
    ///
    /// # Errors
    /// [`Refusal::Unrecorded`] when nothing could be stored.
    pub async fn refuse(&self, person: Themselves, party: Party, even_in_emergency: bool) -> Result<Receipt, Refusal> {
        for _ in 0..TRIES_MAX {
            let snapshot = self.snapshot_of(person).await?;
            let at = self.now();
            let mut consent = self.consent(person, party, Effect::Deny, Purposes::Any, What::Everything, at);
            consent.provisions.iter_mut().for_each(|p| p.even_in_emergency = even_in_emergency);
            let mut changes: Vec<Consent> =
                snapshot.consents.iter().filter(|c| opens_to(c, party)).map(|c| ended(c, at)).collect();
            changes.push(consent);
            if self.end_delegations(&snapshot, &changes, at).await? {
                continue;
            }
            match self.decided(person, &snapshot, party, None, changes, at, true).await {
                Err(Refusal::Moved) => {}
                Ok(recorded) => {
                    self.take_keys(person.person(), party).await?;
                    return Ok(recorded);
                }
                Err(other) => return Err(other),
            }
        }
        Err(Refusal::Moved)
    }

    /// The person ends the no that they said to a party on its page. What stands behind it counts again, so `seen` is the
    /// consent version that they decided on; see [`Exchange::behind_no`].
    ///
    /// # Errors
    /// [`Refusal::Moved`] when something changed since `seen`; [`Refusal::Unrecorded`] when nothing could be stored.
    pub async fn end_refusal(&self, person: Themselves, party: Party, seen: u64) -> Result<Receipt, Refusal> {
        for _ in 0..TRIES_MAX {
            let snapshot = self.snapshot_of(person).await?;
            if snapshot.consent_version != seen {
                return Err(Refusal::Moved);
            }
            let at = self.now();
            let changes = self.without_own_no(&snapshot, party, at);
            match self.decided(person, &snapshot, party, None, changes, at, true).await {
                Err(Refusal::Moved) => {}
                done => return done,
            }
        }
        Err(Refusal::Moved)
    }

    /// What would be newly seen, by whom and for what, if the person ended the no that they said to a party.
    ///
    /// # Errors
    /// [`Refusal::Unrecorded`] when the store does not answer.
    pub async fn behind_no(&self, person: Themselves, party: Party) -> Result<Vec<Opens>, Refusal> {
        let (snapshot, at) = (self.snapshot_of(person).await?, self.now());
        let changes = self.without_own_no(&snapshot, party, at);
        Ok(self.opens(&snapshot, &changes, &self.services().await?, at))
    }

    fn without_own_no(&self, snapshot: &Snapshot, party: Party, at: OffsetDateTime) -> Vec<Consent> {
        let mut changes = Vec::new();
        for consent in snapshot.consents.iter().filter(|c| refuses(c, party)) {
            let stays = |one: &&Provision| !is_own_no_to(consent, one, party);
            let stay: Vec<Provision> = consent.provisions.iter().filter(stays).cloned().collect();
            if stay.len() < consent.provisions.len() {
                changes.extend(less(consent, stay, at, &|| self.fresh()));
            }
        }
        changes
    }

    /// Exactly what a party would see if the person chose this, and what of it would stay hidden, with the cause; nothing
    /// is stored.
    ///
    /// # Errors
    /// [`Refusal::Unrecorded`] when the store does not answer.
    pub async fn preview(
        &self,
        person: Themselves,
        party: Party,
        purpose: Purpose,
        choice: &Choice,
    ) -> Result<Preview, Refusal> {
        let snapshot = self.snapshot_of(person).await?;
        let at = self.now();
        let changed = self.redecide(&snapshot.consents, person, party, purpose, choice, at);
        let rules = Compiled::of(&with_changes(&snapshot.consents, changed));
        let asks = party.asks(purpose, at, &snapshot, &self.services().await?);
        let mut preview = Preview::default();
        let day = day_of(&snapshot, at);
        for sealed in &snapshot.plans {
            let judge = |ask| sayso_consent::judge(sealed, &rules, ask, &self.inner.fingerprints).ok();
            let asking = asks.iter().filter(|ask| counts(sealed, ask, day));
            let grants = widest(asking.filter_map(judge).collect());
            preview.shown.extend(grants.iter().filter_map(|grant| grant.open(sealed).ok()));
            let explained = in_any(&snapshot, sealed, person, &rules, &asks).into_iter();
            let hidden =
                explained.filter(|one| !one.verdict.is_released() && choice.names(sealed.id(), sealed.kind(), one));
            preview.hidden.extend(hidden);
        }
        Ok(preview)
    }

    /// Why a party sees each part of the person's plans, or does not.
    ///
    /// # Errors
    /// [`Refusal::Unrecorded`] when the store does not answer.
    pub async fn explain(&self, person: Themselves, party: Party, purpose: Purpose) -> Result<Vec<Explained>, Refusal> {
        let snapshot = self.snapshot_of(person).await?;
        let rules = self.rules(&snapshot);
        let asks = party.asks(purpose, self.now(), &snapshot, &self.services().await?);
        Ok(snapshot.plans.iter().flat_map(|sealed| in_any(&snapshot, sealed, person, &rules, &asks)).collect())
    }

    /// The consents that change when exactly `choice` is open to a party for a purpose.
    fn redecide(
        &self,
        consents: &[Consent],
        person: Themselves,
        party: Party,
        purpose: Purpose,
        choice: &Choice,
        at: OffsetDateTime,
    ) -> Vec<Consent> {
        let wanted = choice.whats();
        let mut kept: Vec<What> = Vec::new();
        let mut changes = Vec::new();
        for consent in consents.iter().filter(|c| permits(c, party, Some(purpose))) {
            // What begins later stays as it is: she decides about now.
            let concerned =
                |one: &Provision| speaks_of(one, party, Effect::Permit, Some(purpose)) && !is_later(one, at);
            let (mut stay, mut go) = (Vec::new(), false);
            for one in &consent.provisions {
                match known(one.what).filter(|_| concerned(one)) {
                    Some(what) if is_live(one, at) && wanted.contains(&what) && !kept.contains(&what) => {
                        kept.push(what);
                        stay.push(one.clone());
                    }
                    None if !concerned(one) => stay.push(one.clone()),
                    Some(_) | None => go = true,
                }
            }
            if go {
                changes.extend(less(consent, stay, at, &|| self.fresh()));
            }
        }
        let new = wanted.into_iter().filter(|what| !kept.contains(what));
        changes.extend(new.map(|what| self.consent(person, party, Effect::Permit, Purposes::Only(purpose), what, at)));
        changes
    }

    pub(crate) fn consent(
        &self,
        person: Themselves,
        party: Party,
        effect: Effect,
        purposes: Purposes,
        what: What,
        at: OffsetDateTime,
    ) -> Consent {
        let days = if effect == Effect::Deny { PERMIT_DAYS_DEFAULT * 100 } else { PERMIT_DAYS_DEFAULT };
        Consent {
            id: ConsentId::from_random(self.fresh()),
            person: person.person(),
            status: Known::Is(Status::Active),
            origin: Origin::Person,
            given_at: at,
            withdrawn_at: None,
            earlier_of: None,
            narrowed_at: None,
            sent: None,
            provisions: vec![Provision {
                id: ProvisionId::from_random(self.fresh()),
                effect,
                recipient: Known::Is(party.recipient()),
                purposes: Known::Is(purposes),
                what: Known::Is(what),
                period: Known::Is(Period { from: at, until: at + Duration::days(days) }),
                even_in_emergency: false,
                after_death: false,
            }],
        }
    }

    /// What an act does to consents, as its leaf says it. What is left of a consent that ended is no more than stood.
    pub(crate) fn decided_here(&self, consents: &[Consent], mut kept: Vec<ConsentId>) -> Decided {
        let (ended, stand): (Vec<&Consent>, Vec<&Consent>) = consents.iter().partition(|c| c.withdrawn_at.is_some());
        let (left, given): (Vec<&Consent>, Vec<&Consent>) = stand.into_iter().partition(|c| is_left(c, consents));
        let ids = |all: Vec<&Consent>| all.into_iter().map(|c| c.id).collect::<Vec<_>>();
        kept.extend(ids(left));
        Decided { given: ids(given), kept, ended: ids(ended), words: self.words.clone() }
    }

    /// Stores the changed consents with one leaf. Taking back is tried again when something else moved: it is never
    /// refused because of somebody else's change.
    #[allow(clippy::too_many_arguments, reason = "one act and all that is said of it in the record")]
    pub(crate) async fn decided(
        &self,
        person: Themselves,
        snapshot: &Snapshot,
        party: Party,
        purpose: Option<Purpose>,
        consents: Vec<Consent>,
        at: OffsetDateTime,
        strict: bool,
    ) -> Result<Receipt, Refusal> {
        let again = self.behind(&snapshot.consents, &consents, at).await?;
        let act = self.changed(snapshot, party, purpose, &consents, again);
        // A yes answers what they asked, and so does a no.
        let answers = matches!(act, Act::ConsentChanged { change: ConsentChange::Given | ConsentChange::Refused, .. });
        let events = self.told(&consents, at);
        let mut changes: Vec<Change> = consents.into_iter().map(|c| Change::Consent(Box::new(c))).collect();
        if let (Some(organization), ..) = party.ids()
            && answers
        {
            changes.push(Change::CloseAsks { organization, purpose });
        }
        let mut fence = snapshot.fence();
        for _ in 0..TRIES_MAX {
            let leaf = self.leaf(at, None, act.clone());
            let write = Write { fence, leaf, changes: changes.clone(), events: events.clone(), once: None };
            match self.keep(write).await {
                Ok(written) => return Ok(written.receipt),
                Err(sayso_store::Refused::Moved) if !strict => fence = self.snapshot_of(person).await?.fence(),
                Err(other) => return Err(other.into()),
            }
        }
        Err(Refusal::Moved)
    }

    /// Whom to tell that consents have changed.
    pub(crate) fn told(&self, consents: &[Consent], at: OffsetDateTime) -> Vec<Event> {
        let changed = consents.iter().filter(|c| c.earlier_of.is_none());
        changed.map(|c| self.event("consent-changed", *c.id.as_bytes(), at)).collect()
    }

    /// What the record says of consents that the person changed.
    fn changed(
        &self,
        snapshot: &Snapshot,
        party: Party,
        purpose: Option<Purpose>,
        consents: &[Consent],
        again: Vec<ConsentId>,
    ) -> Act {
        let (left, new): (Vec<&Consent>, Vec<&Consent>) =
            consents.iter().filter(|c| c.withdrawn_at.is_none()).partition(|c| is_left(c, consents));
        let widened = new.iter().any(|c| is_permit(c));
        // A no to one thing is less than before, and no no to the party.
        let own_no = |c: &Consent| c.provisions.iter().any(|one| is_own_no(c, one));
        let refused = new.iter().any(|c| own_no(c));
        let mut kept = untouched(&snapshot.consents, consents, |consent| permits(consent, party, purpose));
        let is_open = !kept.is_empty() || left.iter().any(|c| permits(c, party, purpose));
        let change = match (refused, widened, is_open) {
            (true, ..) => ConsentChange::Refused,
            (_, true, _) => ConsentChange::Given,
            (_, false, true) => ConsentChange::Narrowed,
            (_, false, false) => ConsentChange::Withdrawn,
        };
        // Where noes alone have ended, what was open all the while is none of its business.
        let ended = consents.iter().filter(|c| c.withdrawn_at.is_some()).flat_map(|c| touched(c, consents));
        let ended: Vec<&Provision> = ended.collect();
        if new.is_empty() && !ended.is_empty() && ended.iter().all(|one| one.effect == Effect::Deny) {
            kept.clear();
        }
        kept.extend(again.into_iter().filter(|id| !kept.contains(id)).collect::<Vec<_>>());
        let (recipient, client, supporter) = party.ids();
        Act::ConsentChanged {
            consent: consents.first().map_or_else(|| ConsentId::from_random(self.fresh()), |c| c.id),
            change,
            recipient,
            purpose,
            sections: sections_of(consents.iter().flat_map(|consent| touched(consent, consents))),
            client,
            decided: Some(self.decided_here(consents, kept)),
            supporter,
            by: None,
        }
    }
}

/// What is released when a party asks in several ways, less what another of them shows too: mostly one.
fn widest(grants: Vec<Grant>) -> Vec<Grant> {
    let mut kept: Vec<Grant> = Vec::new();
    let is_in = |one: &Grant, other: &Grant| {
        one.shown().iter().all(|part| other.shown().contains(part)) && (other.shows_document() || !one.shows_document())
    };
    for grant in grants {
        if !kept.iter().any(|other| is_in(&grant, other)) {
            kept.retain(|other| !is_in(other, &grant));
            kept.push(grant);
        }
    }
    kept
}

/// Why a party that asks in several ways sees each part, or does not in any of them.
fn in_any(
    snapshot: &Snapshot,
    sealed: &Sealed<Plan>,
    person: Themselves,
    rules: &Compiled,
    asks: &[Ask],
) -> Vec<Explained> {
    let mut all = asks.iter().map(|ask| explained(snapshot, sealed, &person, rules, ask));
    let mut parts = all.next().unwrap_or_default();
    for other in all {
        let hidden = parts.iter_mut().zip(other).filter(|(part, _)| !part.verdict.is_released());
        hidden.for_each(|(part, other)| *part = other);
    }
    parts
}

pub(crate) fn with_changes(consents: &[Consent], changes: Vec<Consent>) -> Vec<Consent> {
    let untouched = consents.iter().filter(|c| !changes.iter().any(|changed| changed.id == c.id)).cloned();
    untouched.collect::<Vec<_>>().into_iter().chain(changes).collect()
}

pub(crate) fn known<T: Copy>(value: Known<T>) -> Option<T> {
    match value {
        Known::Is(value) => Some(value),
        Known::Unknown => None,
    }
}

pub(crate) fn is_live(provision: &Provision, at: OffsetDateTime) -> bool {
    known(provision.period).is_some_and(|period| at < period.until)
}

fn is_later(provision: &Provision, at: OffsetDateTime) -> bool {
    known(provision.period).is_some_and(|period| at < period.from && period.from < period.until)
}

fn is_permit(consent: &Consent) -> bool {
    consent.provisions.iter().all(|p| p.effect == Effect::Permit)
}

fn speaks_to(consent: &Consent, party: Party, effect: Effect, purpose: Option<Purpose>) -> bool {
    consent.status == Known::Is(Status::Active)
        && consent.provisions.iter().any(|one| speaks_of(one, party, effect, purpose))
}

fn speaks_of(one: &Provision, party: Party, effect: Effect, purpose: Option<Purpose>) -> bool {
    one.effect == effect
        && one.recipient == Known::Is(party.recipient())
        && purpose.is_none_or(|purpose| one.purposes == Known::Is(Purposes::Only(purpose)))
}

pub(crate) fn permits(consent: &Consent, party: Party, purpose: Option<Purpose>) -> bool {
    speaks_to(consent, party, Effect::Permit, purpose)
}

/// Whether it opens something to a party, or to somebody who works there.
pub(crate) fn opens_to(consent: &Consent, party: Party) -> bool {
    let opens =
        |one: &Provision| one.effect == Effect::Permit && known(one.recipient).and_then(Party::under) == Some(party);
    consent.status == Known::Is(Status::Active) && consent.provisions.iter().any(opens)
}

/// Whether a provision is what the person said on the page of this party: no, to everything.
pub(crate) fn is_own_no_to(consent: &Consent, one: &Provision, party: Party) -> bool {
    is_own_no(consent, one) && one.recipient == Known::Is(party.recipient())
}

pub(crate) fn refuses(consent: &Consent, party: Party) -> bool {
    speaks_to(consent, party, Effect::Deny, None)
}

pub(crate) fn ended(consent: &Consent, at: OffsetDateTime) -> Consent {
    Consent { status: Known::Is(Status::Inactive), withdrawn_at: Some(at), ..consent.clone() }
}

/// A consent of which only this stays. It ends, and what stays stands by itself from then on, since when it did and for as
/// long as it would: what a consent said never changes, so that a receipt says the same each time it is read.
pub(crate) fn less(
    consent: &Consent,
    stay: Vec<Provision>,
    at: OffsetDateTime,
    fresh: &dyn Fn() -> [u8; 16],
) -> Vec<Consent> {
    let mut changes = vec![ended(consent, at)];
    if !stay.is_empty() {
        let again = |one: Provision| Provision { id: ProvisionId::from_random(fresh()), ..one };
        let provisions = stay.into_iter().map(again).collect();
        changes.push(Consent { id: ConsentId::from_random(fresh()), provisions, ..consent.clone() });
    }
    changes
}

/// Whether a consent is what is left of one that ends with the same act.
pub(crate) fn is_left(consent: &Consent, changes: &[Consent]) -> bool {
    let of = |one: &&Consent| one.withdrawn_at.is_some() && one.given_at == consent.given_at;
    let before =
        |one: &Consent| consent.provisions.iter().all(|stays| one.provisions.iter().any(|p| is_same(p, stays)));
    consent.withdrawn_at.is_none() && changes.iter().filter(of).any(before)
}

/// What of a changed consent is opened or closed by the change: less what is left of it.
pub(crate) fn touched<'c>(consent: &'c Consent, changes: &'c [Consent]) -> impl Iterator<Item = &'c Provision> {
    let left = move |one: &Provision| {
        let stand = changes.iter().filter(|other| is_left(other, changes));
        stand.flat_map(|other| &other.provisions).any(|other| is_same(one, other))
    };
    consent.provisions.iter().filter(move |one| !left(one))
}

fn is_same(one: &Provision, other: &Provision) -> bool {
    Provision { id: other.id, ..one.clone() } == *other
}

/// What is open and is not among the changes.
pub(crate) fn untouched(
    consents: &[Consent],
    changes: &[Consent],
    is_open: impl Fn(&Consent) -> bool,
) -> Vec<ConsentId> {
    let open = consents.iter().filter(|consent| is_open(consent));
    open.filter(|consent| !changes.iter().any(|changed| changed.id == consent.id)).map(|consent| consent.id).collect()
}
