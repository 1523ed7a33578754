//! Consents that come from outside. What closes something counts at once; what would open something waits for the
//! person's own word on their page, and releases nothing until then.

mod came;
mod rules;

use std::collections::BTreeSet;

use sayso_auth::{Caller, Interaction, ResourceType};
use sayso_consent::{Ask, Consent, Effect, Known, Origin, Provision, Recipient, Released, Sent, Status, What};
use sayso_fhir::incoming::{About, Rule, SentConsent};
use sayso_fhir::{Shown, outgoing};
use sayso_plan::{ConsentId, ItemId, OrganizationId, PersonId, ProvisionId};
use sayso_store::{Act, Change, ConsentChange, NewLeaf, Once, Outcome, Receipt, Snapshot, Write};
use time::{Duration, OffsetDateTime};

use crate::keys::is_let_in;
use crate::publish_plan::{IdempotencyKey, KEY_LIFETIME_HOURS};
use crate::read_released::{Disclosure, Look, Sheet, Wanted, Whom, zone_of};
use crate::sharing::{Party, TRIES_MAX, known, permits};
use crate::{Exchange, Refusal};
use came::{Fate, is_over, is_unclear, outcome_of, said};
pub(crate) use rules::{has_passed, organization_of, sections_of, waits};
use rules::{narrowed, own_matter, says_all_of};

/// How many proposals of one app or organization wait for one person at a time, and how many of its refusals stand.
pub const WAITING_MAX: usize = 20;

/// A decision of the person's, as an app of theirs may see it.
#[derive(Debug)]
pub struct SeenDecision {
    /// The Consents it is shown as.
    pub shown: Vec<Shown>,
    /// The version.
    pub version: String,
    /// When it last changed.
    pub last_updated: OffsetDateTime,
    /// Whether it waits for the person's word.
    pub waits: bool,
}

/// What came of a consent that an app sent.
#[derive(Debug)]
pub struct Kept {
    /// Proof that it is durable and recorded.
    pub receipt: Receipt,
    /// What it was kept as: refusals, which count, before proposals, which wait.
    pub decisions: Vec<SeenDecision>,
}

/// Whether this app may see all that the person decided: by a scope that says so by name.
pub(crate) fn sees_all(caller: &Caller) -> bool {
    caller.person.is_some() && caller.allows_by_name(ResourceType::Consent, Interaction::Read)
}

impl Exchange {
    /// An app of the person's sends a consent. Its refusals count in this transaction; its permits become proposals. The
    /// same again, while it stands, is the same consent.
    ///
    /// # Errors
    /// [`Refusal`] with the reason; nothing is stored then.
    pub async fn send_consent(
        &self,
        caller: &Caller,
        sent: &SentConsent,
        once: Option<IdempotencyKey>,
    ) -> Result<Kept, Refusal> {
        let Some(person) = caller.person else { return Err(self.absent(caller, "consent").await) };
        let once = once.map(|key| key.of(person));
        for _ in 0..TRIES_MAX {
            let (snapshot, at) = (self.snapshot_or_nobody(Some(person)).await?, self.now());
            if let Some(key) = &once
                && let Some(done) = self.inner.store.done(caller.client, &key.key, at).await?
            {
                return self.sent_before(caller, person, key, &done).await;
            }
            let by = Sent { client: caller.client, organization: None, at };
            let mut rules = sent.rules.iter().zip(&sent.spots);
            if let Some((_, spot)) = rules.find(|(rule, _)| is_over(rule, at, zone_of(&snapshot))) {
                return Err(Refusal::PeriodOver { path: format!("{}.period", came::spot(*spot).path()) });
            }
            let new = self.kept_as(&snapshot, &sent.rules, by);
            self.names_what_is_here(caller, &snapshot, sent, at).await?;
            #[cfg(feature = "leaks")]
            crate::leaks::refusal_is_told(&snapshot, &new)?;
            let mine = |one: &&Consent| one.sent.is_some_and(|sent| sent.client == caller.client);
            let found = |one: Consent| {
                let same = snapshot.consents.iter().filter(mine).find(|before| says_all_of(before, &one));
                same.map_or((one, true), |before| (before.clone(), false))
            };
            let kept: Vec<(Consent, bool)> = new.into_iter().map(found).collect();
            let waiting = snapshot.consents.iter().filter(mine).filter(|one| waits(one)).count();
            if waiting + kept.iter().filter(|(one, new)| *new && waits(one)).count() > WAITING_MAX {
                return Err(Refusal::NotPossible(
                    "twenty proposals of yours would wait for an answer; wait until the person has answered",
                ));
            }
            let mut fate = Fate::of(sent, at, zone_of(&snapshot));
            for (one, new) in &kept {
                fate.kept(one, if *new { outcome_of(one) } else { Outcome::SaidBefore });
            }
            let changed: Vec<Consent> = kept.iter().filter(|(_, new)| *new).map(|(one, _)| one.clone()).collect();
            let all: Vec<Consent> = kept.into_iter().map(|(one, _)| one).collect();
            let once = once.as_ref().map(|key| Once {
                client: caller.client,
                key: key.key.clone(),
                request: key.request,
                answer: all.iter().flat_map(|one| *one.id.as_bytes()).collect(),
                expires_at: at + Duration::hours(KEY_LIFETIME_HOURS),
            });
            let did = did_by_sending(&changed);
            let leaf = self.leaf(at, caller.organization, self.sent_act(caller, &all, did, fate));
            match self.put_sent(&snapshot, leaf, changed, once, at).await {
                Ok(receipt) => {
                    let decisions = self.seen_of(caller, person, &all, at).await?;
                    return Ok(Kept { receipt, decisions });
                }
                Err(Refusal::Moved) => {}
                Err(other) => return Err(other),
            }
        }
        Err(Refusal::Moved)
    }

    /// An app of the person's takes a consent back, or makes it narrower. `base` is the version it read. It reaches what
    /// it sent itself, and where its scope says so by name, all that the person decided.
    ///
    /// # Errors
    /// [`Refusal::Absent`] for what it does not reach; [`Refusal::WouldOpen`] for what would open anything: a refusal is
    /// ended by the person, on their page.
    pub async fn narrow_consent(
        &self,
        caller: &Caller,
        id: ConsentId,
        base: Option<&str>,
        sent: &SentConsent,
    ) -> Result<Kept, Refusal> {
        let Some(person) = caller.person else { return Err(self.absent(caller, "consent").await) };
        for _ in 0..TRIES_MAX {
            let snapshot = self.snapshot_or_nobody(Some(person)).await?;
            // Later than every act on record, so that it is plain which text each of them was about.
            let last = self.inner.store.latest_record_at().map(|last| last + Duration::microseconds(1));
            let at = last.map_or(self.now(), |last| last.max(self.now()));
            let mine = |one: &Consent| one.sent.is_some_and(|sent| sent.client == caller.client);
            // One that is shut out, by an act or by the clock, reaches what it sent alone: its token may last a little longer.
            let sees_all = sees_all(caller) && is_let_in(&snapshot.consents, caller.client, at);
            let reached = |one: &&Consent| one.id == id && (mine(one) || sees_all);
            let Some(before) = snapshot.consents.iter().find(reached) else {
                return Err(self.absent(caller, "consent").await);
            };
            let base = base.ok_or(Refusal::NeedsIfMatch)?;
            let now = self.seen_of(caller, person, std::slice::from_ref(before), at).await?.pop();
            let now = now.ok_or(Refusal::Moved)?;
            if now.version != base {
                return Err(Refusal::OldConsent(now.version));
            }
            let after = narrowed(before, sent, at, zone_of(&snapshot))?;
            if (after.status, &after.provisions) == (before.status, &before.provisions) {
                // It says what stands, so nothing is less than before.
                let mut fate = Fate::default();
                fate.kept(before, Outcome::SaidBefore);
                let act = self.sent_act(caller, std::slice::from_ref(before), Vec::new(), fate);
                let receipt = self.inner.store.note(Some(person), self.leaf(at, caller.organization, act)).await?;
                return Ok(Kept { receipt, decisions: vec![now] });
            }
            let mut changed = vec![after.clone()];
            let (did, fate) = (did_by_narrowing(&snapshot.consents, before, &after), Fate::narrowed(before, &after));
            let leaf = self.leaf(at, caller.organization, self.sent_act(caller, &changed, did, fate));
            changed.extend(self.earlier(before, &after, at));
            match self.put_sent(&snapshot, leaf, changed, None, at).await {
                Ok(receipt) => {
                    let decisions = self.seen_of(caller, person, &[after], at).await?;
                    return Ok(Kept { receipt, decisions });
                }
                Err(Refusal::Moved) => {}
                Err(other) => return Err(other),
            }
        }
        Err(Refusal::Moved)
    }

    /// Whether each permit names somebody and something that is here, as far as the app sees it: the person would read of
    /// "a service that has left" otherwise. A refusal closes, whatever it names.
    async fn names_what_is_here(
        &self,
        caller: &Caller,
        snapshot: &Snapshot,
        sent: &SentConsent,
        at: OffsetDateTime,
    ) -> Result<(), Refusal> {
        let ask = self.ask_of(caller, None, at).await?;
        let sheets = self.decide(snapshot, &ask, Wanted::Plans(None));
        #[cfg(feature = "leaks")]
        let sheets = self.all_that_is_there(sayso_consent::leak::Leak::SentNamesHidden, snapshot, sheets);
        let seen: BTreeSet<ItemId> = sheets.iter().flat_map(Sheet::parts).collect();
        let permits = sent.rules.iter().zip(&sent.spots).filter(|(rule, _)| rule.effect == Effect::Permit);
        for (rule, spot) in permits {
            let is_here = match known(rule.recipient) {
                Some(Recipient::Organization(id) | Recipient::Practitioner(id, _)) => {
                    id != crate::canary::keeper() && self.organization(id).await?.is_some()
                }
                Some(Recipient::App(id)) => self.client(id).await?.is_some(),
                // Who supports the person is not told to an app.
                Some(Recipient::Everyone | Recipient::Class(_) | Recipient::Supporter(_)) | None => true,
            };
            let path = || came::spot(*spot).path();
            if !is_here {
                return Err(Refusal::NamesNothing { path: format!("{}.actor", path()) });
            }
            let is_seen = match known(rule.what) {
                Some(What::Item(item)) => seen.contains(&item),
                Some(What::Plan(plan)) => sheets.iter().any(|sheet| sheet.plan() == plan),
                Some(What::Everything | What::Kind(_) | What::Section(_) | What::Level(_) | What::Documents) | None => {
                    true
                }
            };
            if !is_seen {
                return Err(Refusal::NamesNothing { path: format!("{}.securityLabel", path()) });
            }
        }
        Ok(())
    }

    /// What a person's own act said, where an app makes it narrower: the id stays, and the receipt of that act too.
    fn earlier(&self, before: &Consent, after: &Consent, at: OffsetDateTime) -> Option<Consent> {
        (before.origin == Origin::Person && before.provisions != after.provisions).then(|| Consent {
            id: ConsentId::from_random(self.fresh()),
            status: Known::Is(Status::Inactive),
            withdrawn_at: Some(at),
            earlier_of: Some(before.id),
            ..before.clone()
        })
    }

    /// A record system sends a consent about a person. In its own matter alone: what others may see is none of its
    /// business. It is not told whether there is such a person, nor what came of it.
    ///
    /// # Errors
    /// [`Refusal::NotPossible`] for who is no organization; [`Refusal::Unrecorded`] when nothing could be recorded.
    pub async fn import_consent(&self, caller: &Caller, sent: &SentConsent) -> Result<Receipt, Refusal> {
        let why = "only an organization sends consents about others";
        let organization = caller.organization.filter(|_| caller.person.is_none()).ok_or(Refusal::NotPossible(why))?;
        let whom = match &sent.about {
            About::Person(person) => Whom::Person(*person),
            About::Number { system, value } => Whom::Identifier { system: system.clone(), value: value.clone() },
        };
        for _ in 0..TRIES_MAX {
            let person = self.resolve(caller, &whom).await?;
            let (snapshot, at) = (self.snapshot_or_nobody(person).await?, self.now());
            #[cfg(feature = "leaks")]
            crate::leaks::import_tells(&snapshot)?;
            let by = Sent { client: caller.client, organization: Some(organization), at };
            let (new, fate) = if snapshot.person == sayso_store::nobody() {
                (Vec::new(), Fate::default())
            } else {
                self.of_its_own_matter(&snapshot, sent, organization, by)
            };
            let did = did_by_sending(&new);
            let leaf = self.leaf(at, caller.organization, self.sent_act(caller, &new, did, fate));
            match self.put_sent(&snapshot, leaf, new, None, at).await {
                Ok(receipt) => return Ok(receipt),
                Err(Refusal::Moved) => {}
                Err(other) => return Err(other),
            }
        }
        Err(Refusal::Moved)
    }

    /// What the person decided, for an app that may see it, beside what it sees of the plans. The look is recorded.
    ///
    /// # Errors
    /// [`Refusal::Unrecorded`] when it cannot be recorded; then nothing is answered.
    pub async fn decisions(
        &self,
        caller: &Caller,
        whom: Whom,
        one: Option<ConsentId>,
    ) -> Result<(Disclosure, Vec<SeenDecision>), Refusal> {
        let look = Look { whom, wanted: Wanted::Plans(None), purpose: None, operation: OPERATION };
        // Which of the consents are shown is decided below, one by one.
        let disclosure = self.look_by(caller, &look, &|_: &[u8; 16], _: &Ask, _: &[Sheet]| true).await?;
        let snapshot = disclosure.snapshot().ok_or(Refusal::Moved)?;
        // Its tokens end just after the act that shuts an app out; what lies between reads nothing.
        if caller.person.is_some() && !is_let_in(&snapshot.consents, caller.client, disclosure.at) {
            return Ok((disclosure, Vec::new()));
        }
        let mut consents = snapshot.consents.clone();
        if let Some(id) = one {
            consents.retain(|consent| consent.id == id);
            if consents.is_empty() {
                let ended = self.inner.store.one_consent(snapshot.person, id).await?;
                consents.extend(ended.filter(|one| one.earlier_of.is_none()));
            }
        }
        let seen = self.seen_of(caller, snapshot.person, &consents, disclosure.at).await?;
        Ok((disclosure, seen))
    }

    async fn sent_before(
        &self,
        caller: &Caller,
        person: PersonId,
        key: &IdempotencyKey,
        done: &sayso_store::Done,
    ) -> Result<Kept, Refusal> {
        if done.request != key.request {
            return Err(Refusal::KeyReused);
        }
        let mut kept = Vec::new();
        for id in done.answer.as_chunks::<16>().0 {
            kept.extend(self.inner.store.one_consent(person, ConsentId::from_stored(*id)).await?);
        }
        let at = self.now();
        let act = self.sent_act(caller, &kept, Vec::new(), Fate::default());
        let receipt = self.inner.store.note(Some(person), self.leaf(at, caller.organization, act)).await?;
        Ok(Kept { receipt, decisions: self.seen_of(caller, person, &kept, at).await? })
    }

    /// What was sent, as it is kept: each refusal by itself, permits by who, for what and when, so that the person answers one
    /// thing at a time.
    fn kept_as(&self, snapshot: &Snapshot, rules: &[Rule], by: Sent) -> Vec<Consent> {
        let (person, zone) = (snapshot.person, zone_of(snapshot));
        let mut kept: Vec<Consent> = Vec::new();
        let (refusals, permits): (Vec<&Rule>, Vec<&Rule>) = rules.iter().partition(|rule| rule.effect == Effect::Deny);
        for rule in refusals {
            let provision = said(rule, ProvisionId::from_random(self.fresh()), by.at, zone);
            kept.push(self.sent_consent(person, Status::Active, by, provision));
        }
        let terms = |one: &Provision| (one.recipient, one.purposes, one.period);
        for rule in permits {
            let provision = said(rule, ProvisionId::from_random(self.fresh()), by.at, zone);
            let beside = |one: &&mut Consent| {
                let first = one.provisions.first();
                waits(one) && first.is_some_and(|p| terms(p) == terms(&provision))
            };
            match kept.iter_mut().find(beside) {
                Some(one) => one.provisions.push(provision),
                None => kept.push(self.sent_consent(person, Status::Proposed, by, provision)),
            }
        }
        kept
    }

    fn sent_consent(&self, person: PersonId, status: Status, by: Sent, provision: Provision) -> Consent {
        Consent {
            id: ConsentId::from_random(self.fresh()),
            person,
            status: Known::Is(status),
            origin: Origin::Sent,
            given_at: by.at,
            withdrawn_at: None,
            earlier_of: None,
            narrowed_at: None,
            sent: Some(by),
            provisions: vec![provision],
        }
    }

    /// What an organization sent, narrowed to what concerns itself, less what is said already or would be too much.
    fn of_its_own_matter(
        &self,
        snapshot: &Snapshot,
        sent: &SentConsent,
        organization: OrganizationId,
        by: Sent,
    ) -> (Vec<Consent>, Fate) {
        let zone = zone_of(snapshot);
        let mut fate = Fate::of(sent, by.at, zone);
        let counts = |rule: &Rule| match rule.effect {
            // Case 11: a refusal that is not in force for whoever sent it is shown to the person, and does not count.
            Effect::Deny => matches!(sent.status, Status::Active | Status::Proposed | Status::Draft),
            Effect::Permit => matches!(sent.status, Status::Active | Status::Proposed),
        };
        let (mut rules, mut unclear) = (Vec::new(), Vec::new());
        for (rule, spot) in sent.rules.iter().zip(&sent.spots) {
            let own = own_matter(*rule, organization);
            let outcome = match own {
                None => Outcome::OfOthers,
                Some(_) if !counts(rule) => Outcome::NotInForce,
                Some(own) if own.effect == Effect::Permit && is_over(&own, by.at, zone) => Outcome::Over,
                Some(own) => {
                    unclear.extend((own.effect == Effect::Deny).then(|| is_unclear(rule)));
                    rules.push(own);
                    continue;
                }
            };
            fate.not_taken(rule, *spot, outcome, by.at, zone);
        }
        // Refusals stand first, each by itself and in their order.
        let mut unclear = unclear.into_iter();
        let theirs = |one: &&Consent| one.sent.is_some_and(|sent| sent.organization == Some(organization));
        let standing: Vec<&Consent> = snapshot.consents.iter().filter(theirs).collect();
        let count = |waiting: bool| standing.iter().filter(|one| waits(one) == waiting).count();
        let mut room = [WAITING_MAX.saturating_sub(count(false)), WAITING_MAX.saturating_sub(count(true))];
        let is_said = |one: &Consent| standing.iter().any(|before| says_all_of(before, one));
        let (mut new, mut lost) = (Vec::new(), false);
        for mut one in self.kept_as(snapshot, &rules, by) {
            if !waits(&one) && sent.status != Status::Active {
                one.status = Known::Is(Status::Draft);
            }
            let was_unclear = !waits(&one) && unclear.next() == Some(true);
            let place = room.get_mut(usize::from(waits(&one))).filter(|room| **room > 0);
            match place {
                _ if is_said(&one) => fate.left(&one, Outcome::SaidBefore),
                Some(room) => {
                    *room -= 1;
                    let outcome = outcome_of(&one);
                    fate.kept(
                        &one,
                        if was_unclear && outcome == Outcome::Counts { Outcome::OnlyCloses } else { outcome },
                    );
                    new.push(one);
                }
                None => {
                    lost |= one.status == Known::Is(Status::Active);
                    fate.left(&one, Outcome::TooMany);
                }
            }
        }
        // More refusals than are kept are one of everything: never is less refused than was sent.
        if lost && let Some(rule) = own_matter(Rule::OF_EVERYTHING, organization) {
            for everything in self.kept_as(snapshot, &[rule], by) {
                if is_said(&everything) {
                    fate.left(&everything, Outcome::SaidBefore);
                } else {
                    fate.kept(&everything, Outcome::OnlyCloses);
                    new.push(everything);
                }
            }
        }
        (new, fate)
    }

    /// Writes what came of a consent that was sent, with its leaf.
    async fn put_sent(
        &self,
        snapshot: &Snapshot,
        leaf: NewLeaf,
        changed: Vec<Consent>,
        once: Option<Once>,
        at: OffsetDateTime,
    ) -> Result<Receipt, Refusal> {
        if self.end_delegations(snapshot, &changed, at).await? {
            return Err(Refusal::Moved);
        }
        let write = Write {
            fence: snapshot.fence(),
            leaf,
            events: self.told(&changed, at),
            changes: changed.iter().cloned().map(|one| Change::Consent(Box::new(one))).collect(),
            once,
        };
        let receipt = self.keep(write).await?.receipt;
        self.take_keys_of_shut_out(snapshot.person, &snapshot.consents, &changed, at).await?;
        Ok(receipt)
    }

    fn sent_act(&self, caller: &Caller, all: &[Consent], did: Vec<ConsentChange>, fate: Fate) -> Act {
        let provisions = || all.iter().flat_map(|one| &one.provisions);
        let organizations: BTreeSet<Option<OrganizationId>> =
            provisions().map(|one| known(one.recipient).and_then(organization_of)).collect();
        let only = match organizations.iter().collect::<Vec<_>>().as_slice() {
            [only] => **only,
            _ => None,
        };
        Act::ConsentSent {
            client: Some(caller.client),
            own_matter: caller.person.is_none(),
            consent: all.first().map_or_else(|| ConsentId::from_random(self.fresh()), |one| one.id),
            did,
            recipient: only,
            sections: sections_of(provisions()),
            came: fate.came,
            unread: fate.unread,
        }
    }

    /// Decisions as an app sees them; those that are not for it are left out.
    async fn seen_of(
        &self,
        caller: &Caller,
        person: PersonId,
        consents: &[Consent],
        at: OffsetDateTime,
    ) -> Result<Vec<SeenDecision>, Refusal> {
        let ask = self.ask_of(caller, None, at).await?;
        let key = &self.inner.fingerprints;
        let mut seen = Vec::new();
        for consent in consents {
            let Ok(released) = sayso_consent::own_decision(consent, person, &ask, key) else { continue };
            seen.push(self.seen(&released).await?);
        }
        Ok(seen)
    }

    async fn seen(&self, released: &Released<Consent>) -> Result<SeenDecision, Refusal> {
        let mut names: Vec<(Recipient, String)> = Vec::new();
        for recipient in released.get().provisions.iter().filter_map(|one| known(one.recipient)) {
            let name = match recipient {
                Recipient::Organization(id) => self.organization_name(id).await?,
                Recipient::App(id) => self.client_name(id).await?,
                Recipient::Everyone | Recipient::Practitioner(..) | Recipient::Class(_) | Recipient::Supporter(_) => {
                    None
                }
            };
            names.extend(name.map(|name| (recipient, name)));
        }
        let named = |who: Recipient| names.iter().find(|(of, _)| *of == who).map(|(_, name)| name.clone());
        let (shown, version) = (outgoing::sharing(released, &named), released.fingerprint().to_string());
        #[cfg(feature = "leaks")]
        let version = self.version_of_all(released, version).await;
        let last_updated = released.get().last_updated();
        Ok(SeenDecision { shown, version, last_updated, waits: waits(released.get()) })
    }
}

/// How a look at the person's decisions is called in the record.
pub const OPERATION: &str = "decisions";

/// What new consents do: what permits asks, what refuses closes, and a draft is only shown.
fn did_by_sending(new: &[Consent]) -> Vec<ConsentChange> {
    let does = |one: &Consent| match one.status {
        Known::Is(Status::Proposed) => Some(ConsentChange::Proposed),
        Known::Is(Status::Active) => Some(ConsentChange::Refused),
        Known::Is(Status::Draft | Status::Rejected | Status::Inactive | Status::EnteredInError) | Known::Unknown => {
            None
        }
    };
    let mut did: Vec<ConsentChange> = Vec::new();
    for change in new.iter().filter_map(does) {
        if !did.contains(&change) {
            did.push(change);
        }
    }
    did
}

/// What taking a consent back, or making it narrower, does. By what only waited nothing was open, so nothing closes.
fn did_by_narrowing(consents: &[Consent], before: &Consent, after: &Consent) -> Vec<ConsentChange> {
    let parties = || after.provisions.iter().filter_map(|one| Party::of(known(one.recipient)?));
    let others = || consents.iter().filter(|one| one.id != after.id);
    let is_still_open = || parties().any(|party| others().any(|one| permits(one, party, None)));
    match (waits(before), after.has_ended()) {
        (true, true) => Vec::new(),
        (true, false) => vec![ConsentChange::Proposed],
        (false, true) if !is_still_open() => vec![ConsentChange::Withdrawn],
        (false, _) => vec![ConsentChange::Narrowed],
    }
}
