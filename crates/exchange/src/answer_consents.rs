//! The person answers what others sent about who may see what: confirms what would open something, or not, and takes back
//! what keeps something from somebody. All of it is the person's own act, and recorded.

use std::collections::{BTreeMap, BTreeSet};

use sayso_consent::{
    Ask, Audience, Compiled, Consent, Effect, Grant, Known, Origin, Period, Provision, Purposes, Recipient, Sent,
    Status, Themselves, What,
};
use sayso_plan::{ConsentId, ItemId, Purpose, Section};
use sayso_store::{Act, Change, ConsentChange, Receipt, Refused, Snapshot, Write};
use time::OffsetDateTime;

use crate::consents::{has_passed, organization_of, sections_of, waits};
use crate::read_released::{counts, day_of};
use crate::reopen::{Opens, Services};
use crate::sharing::{Party, TRIES_MAX, ended, known, with_changes};
use crate::{Exchange, Refusal};

/// Something that was proposed, and waits for the person.
#[derive(Debug, Clone)]
pub struct WaitingConsent {
    /// Its id.
    pub id: ConsentId,
    /// Who sent it.
    pub sent: Option<Sent>,
    /// When.
    pub at: OffsetDateTime,
    /// Who would see more.
    pub recipient: Recipient,
    /// For which purpose.
    pub purpose: Purpose,
    /// What it names.
    pub whats: Vec<What>,
    /// From when all of it would hold, where that is later than now.
    pub from: Option<OffsetDateTime>,
    /// Until when the first of it would hold.
    pub until: OffsetDateTime,
    /// What they would newly see of what is written now, by the law of consent itself: with it, less without it.
    pub newly: Newly,
    /// Whether a yes is possible: not to somebody who does not support the person, whom an app may name all the same.
    pub is_possible: bool,
}

/// What somebody would newly see.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Newly {
    /// How many things in which section.
    pub sections: BTreeMap<Section, usize>,
    /// How many whole documents.
    pub documents: usize,
    /// Of how many plans the title, the review, and the wish for when it was not followed.
    pub titles: usize,
    /// How many sections of which is said that nothing stands in them.
    pub empty: usize,
    /// Of how many plans that they are cancelled, and why.
    pub cancelled: usize,
}

impl Newly {
    /// What is in either, of each the more.
    pub(crate) fn add(&mut self, other: Self) {
        for (section, count) in other.sections {
            let most = self.sections.entry(section).or_default();
            *most = count.max(*most);
        }
        self.documents = self.documents.max(other.documents);
        self.titles = self.titles.max(other.titles);
        self.empty = self.empty.max(other.empty);
        self.cancelled = self.cancelled.max(other.cancelled);
    }

    /// Whether it is nothing.
    #[must_use]
    pub fn is_nothing(&self) -> bool {
        *self == Self::default()
    }
}

/// Something that is kept from somebody, but for what the person said on the page of that party.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptBack {
    /// Its id.
    pub id: ConsentId,
    /// Who sent it; none for the person's own.
    pub sent: Option<Sent>,
    /// When.
    pub at: OffsetDateTime,
    /// From whom; none where that was not understood, so that it is kept from everybody.
    pub recipient: Option<Recipient>,
    /// For which purpose; none for all.
    pub purpose: Option<Purpose>,
    /// What; none for everything.
    pub what: Option<What>,
    /// Whether it counts; a draft that others sent does not.
    pub counts: bool,
    /// Whether all of it was understood. What was not counts as holding.
    pub is_understood: bool,
    /// From when to when; none where that was not understood, so that it holds.
    pub period: Option<Period>,
    /// What would be newly seen now, if the person took it back, by whom and for what: by what they opened before.
    pub opens: Vec<Opens>,
    /// The consent version that this was read from.
    pub seen: u64,
}

impl Exchange {
    /// What waits for the person, newest first, and the version that they decide on.
    ///
    /// # Errors
    /// [`Refusal::Unrecorded`] when the store does not answer.
    pub async fn waiting_consents(&self, person: Themselves) -> Result<(u64, Vec<WaitingConsent>), Refusal> {
        let (snapshot, now) = (self.snapshot_of(person).await?, self.now());
        let services = self.services().await?;
        let mut waiting: Vec<WaitingConsent> =
            snapshot.consents.iter().filter_map(|one| self.waiting_consent(&snapshot, one, &services, now)).collect();
        waiting.sort_by_key(|one| std::cmp::Reverse((one.at, one.id)));
        Ok((snapshot.consent_version, waiting))
    }

    /// What is kept from somebody, newest first: by what others sent, or by what an app said for the person.
    ///
    /// # Errors
    /// [`Refusal::Unrecorded`] when the store does not answer.
    pub async fn kept_back(&self, person: Themselves) -> Result<Vec<KeptBack>, Refusal> {
        let (snapshot, now) = (self.snapshot_of(person).await?, self.now());
        let services = self.services().await?;
        let shown = |one: &&Consent| match one.status {
            Known::Is(Status::Active) | Known::Unknown => true,
            Known::Is(Status::Draft) => one.origin == Origin::Sent,
            Known::Is(Status::Proposed | Status::Rejected | Status::Inactive | Status::EnteredInError) => false,
        };
        let mut kept = Vec::new();
        for consent in snapshot.consents.iter().filter(shown) {
            let refusals = consent.provisions.iter().filter(|one| one.effect == Effect::Deny);
            let over = |one: &&Provision| known(one.period).is_some_and(|p| p.from < p.until && p.until <= now);
            let mut stand = refusals.filter(|one| !is_own_no(consent, one) && !over(one)).peekable();
            if stand.peek().is_none() {
                continue;
            }
            let opens = self.opens(&snapshot, &[ended(consent, now)], &services, now);
            let seen = snapshot.consent_version;
            kept.extend(stand.map(|one| KeptBack { opens: opens.clone(), seen, ..kept_back(consent, one) }));
        }
        kept.sort_by_key(|one| std::cmp::Reverse((one.at, one.id)));
        Ok(kept)
    }

    /// The person says yes to what was proposed: it holds from now on, as their own word. `seen` is the version that they
    /// decided on.
    ///
    /// # Errors
    /// [`Refusal::Moved`] where anything changed since, where it does not wait, its time is over, or it names somebody who
    /// does not support the person.
    pub async fn confirm_consent(&self, person: Themselves, id: ConsentId, seen: u64) -> Result<Receipt, Refusal> {
        let (snapshot, at) = (self.snapshot_of(person).await?, self.now());
        let proposed = snapshot.consents.iter().find(|one| one.id == id && waits(one));
        let proposed = proposed.filter(|_| snapshot.consent_version == seen).ok_or(Refusal::Moved)?;
        let confirmed = confirmed(proposed, at).ok_or(Refusal::Moved)?;
        if !confirmed.provisions.iter().filter_map(|one| known(one.recipient)).all(|one| may_be_let_in(&snapshot, one))
        {
            return Err(Refusal::Moved);
        }
        Ok(self.answer(&snapshot, confirmed, ConsentChange::Given, at).await?)
    }

    /// Whether something that had been proposed counts now, as the person's own word.
    ///
    /// # Errors
    /// [`Refusal::Unrecorded`] when the store does not answer.
    pub async fn is_confirmed(&self, person: Themselves, id: ConsentId) -> Result<bool, Refusal> {
        let snapshot = self.snapshot_of(person).await?;
        let counts = |one: &Consent| one.status == Known::Is(Status::Active) && one.origin == Origin::Person;
        Ok(snapshot.consents.iter().any(|one| one.id == id && one.sent.is_some() && counts(one)))
    }

    /// The person says no to what was proposed. Nothing was open by it, and nothing is.
    ///
    /// # Errors
    /// [`Refusal::Moved`] where it does not wait.
    pub async fn decline_consent(&self, person: Themselves, id: ConsentId) -> Result<Receipt, Refusal> {
        for _ in 0..TRIES_MAX {
            let (snapshot, at) = (self.snapshot_of(person).await?, self.now());
            let found = snapshot.consents.iter().find(|one| one.id == id && waits(one)).ok_or(Refusal::Moved)?;
            let declined = Consent { status: Known::Is(Status::Rejected), withdrawn_at: Some(at), ..found.clone() };
            match self.answer(&snapshot, declined, ConsentChange::Declined, at).await {
                Ok(receipt) => return Ok(receipt),
                Err(Refused::Moved) => {}
                Err(other) => return Err(other.into()),
            }
        }
        Err(Refusal::Moved)
    }

    /// The person takes back something that keeps a part from somebody. What they opened before is open again by that, so
    /// `seen` is the version that they decided on.
    ///
    /// # Errors
    /// [`Refusal::Moved`] where it does not stand, or anything changed since.
    pub async fn restore_consent(&self, person: Themselves, id: ConsentId, seen: u64) -> Result<Receipt, Refusal> {
        let refuses = |one: &&Consent| one.provisions.iter().any(|p| p.effect == Effect::Deny) && !waits(one);
        for _ in 0..TRIES_MAX {
            let (snapshot, at) = (self.snapshot_of(person).await?, self.now());
            let found = snapshot.consents.iter().filter(refuses).find(|one| one.id == id);
            let found = found.filter(|_| snapshot.consent_version == seen).ok_or(Refusal::Moved)?;
            match self.answer(&snapshot, ended(found, at), ConsentChange::Restored, at).await {
                Err(Refused::Moved) => {}
                done => return Ok(done?),
            }
        }
        Err(Refusal::Moved)
    }

    async fn answer(
        &self,
        snapshot: &Snapshot,
        consent: Consent,
        change: ConsentChange,
        at: OffsetDateTime,
    ) -> Result<Receipt, Refused> {
        let first = consent.provisions.first();
        let recipient = first.and_then(|one| known(one.recipient));
        let organization = recipient.and_then(organization_of);
        let (_, client, supporter) = recipient.and_then(Party::of).map_or((None, None, None), Party::ids);
        let purpose = first.and_then(|one| known(one.purposes));
        let purpose = purpose.and_then(|said| if let Purposes::Only(one) = said { Some(one) } else { None });
        let changed = std::slice::from_ref(&consent);
        let again = self.behind(&snapshot.consents, changed, at).await?;
        let act = Act::ConsentChanged {
            consent: consent.id,
            change,
            recipient: organization,
            purpose,
            sections: sections_of(consent.provisions.iter()),
            client,
            supporter,
            by: None,
            decided: Some(self.decided_here(changed, again)),
        };
        let events = self.told(std::slice::from_ref(&consent), at);
        let mut changes = vec![Change::Consent(Box::new(consent))];
        let answers_ask = organization.filter(|_| change == ConsentChange::Given);
        changes.extend(answers_ask.map(|organization| Change::CloseAsks { organization, purpose }));
        let leaf = self.leaf(at, None, act);
        let write = Write { fence: snapshot.fence(), leaf, changes, events, once: None };
        Ok(self.keep(write).await?.receipt)
    }

    fn waiting_consent(
        &self,
        snapshot: &Snapshot,
        consent: &Consent,
        services: &Services,
        now: OffsetDateTime,
    ) -> Option<WaitingConsent> {
        let first = consent.provisions.first().filter(|_| waits(consent))?;
        let (Known::Is(recipient), Known::Is(Purposes::Only(purpose))) = (first.recipient, first.purposes) else {
            return None;
        };
        let would = confirmed(consent, now)?;
        let until = would.provisions.iter().filter_map(|one| known(one.period)).map(|period| period.until).min()?;
        let mut whats: Vec<What> = Vec::new();
        for what in would.provisions.iter().filter_map(|one| known(one.what)) {
            if !whats.contains(&what) {
                whats.push(what);
            }
        }
        let periods = || would.provisions.iter().filter_map(|one| known(one.period));
        let begun = periods().map(|period| period.from).max()?.max(now);
        let last = periods().map(|period| period.until).max()?;
        // As it will be when all of it has begun, and when each no that stands in its way has ended, so that nothing of
        // it comes unsaid.
        let noes = snapshot.consents.iter().filter(|one| one.status == Known::Is(Status::Active));
        let noes = noes.flat_map(|one| &one.provisions).filter(|one| one.effect == Effect::Deny);
        let ends: BTreeSet<OffsetDateTime> = noes
            .filter_map(|one| known(one.period))
            .map(|no| no.until)
            .filter(|end| begun < *end && *end < last)
            .collect();
        let mut newly = Newly::default();
        for moment in [begun].into_iter().chain(ends) {
            for ask in ask_of(recipient, purpose, moment, snapshot, services) {
                newly.add(self.newly(snapshot, std::slice::from_ref(&would), &ask));
            }
        }
        let (id, sent, at, from) =
            (consent.id, consent.sent, consent.given_at, Some(begun).filter(|begun| *begun > now));
        let is_possible = may_be_let_in(snapshot, recipient);
        Some(WaitingConsent { id, sent, at, recipient, purpose, whats, from, until, newly, is_possible })
    }

    /// With the changes, less without them, by the decision itself.
    pub(crate) fn newly(&self, snapshot: &Snapshot, changes: &[Consent], ask: &Ask) -> Newly {
        let before = self.rules(snapshot);
        let after = Compiled::of(&with_changes(&snapshot.consents, changes.to_vec()));
        let mut newly = Newly::default();
        let day = day_of(snapshot, ask.at);
        for sealed in snapshot.plans.iter().filter(|sealed| counts(sealed, ask, day)) {
            let judge = |rules| sayso_consent::judge(sealed, rules, ask, &self.inner.fingerprints).ok();
            let (before, after) = (judge(&before), judge(&after));
            let seen: BTreeSet<ItemId> = before.iter().flat_map(Grant::shown).map(|(item, _)| *item).collect();
            for (_, section) in after.iter().flat_map(Grant::shown).filter(|(item, _)| !seen.contains(item)) {
                *newly.sections.entry(*section).or_default() += 1;
            }
            let newly_is = |what: fn(&Grant) -> bool| {
                usize::from(after.as_ref().is_some_and(what) && !before.as_ref().is_some_and(what))
            };
            newly.documents += newly_is(Grant::shows_document);
            newly.titles += newly_is(Grant::shows_head);
            newly.cancelled += newly_is(Grant::is_stone);
            let empty = |grant: &Option<Grant>| grant.as_ref().map(|one| one.said_empty(sealed)).unwrap_or_default();
            newly.empty += empty(&after).difference(&empty(&before)).count();
        }
        newly
    }
}

/// Whether the person can let them in: who supports somebody is not told to an app, so that it may name anybody.
fn may_be_let_in(snapshot: &Snapshot, recipient: Recipient) -> bool {
    match recipient {
        Recipient::Supporter(id) => snapshot.supporters.iter().any(|one| one.id == id),
        Recipient::Everyone
        | Recipient::Organization(_)
        | Recipient::Practitioner(..)
        | Recipient::Class(_)
        | Recipient::App(_) => true,
    }
}

/// The same as the person's own word, from now on; none where nothing of it could hold any more.
fn confirmed(proposed: &Consent, at: OffsetDateTime) -> Option<Consent> {
    let permits = proposed.provisions.iter().filter(|one| one.effect == Effect::Permit && !has_passed(one, at));
    let from_now = |one: &Provision| {
        let period = known(one.period).map(|period| Period { from: period.from.max(at), ..period });
        Provision { period: period.map_or(Known::Unknown, Known::Is), ..one.clone() }
    };
    let provisions: Vec<Provision> = permits.map(from_now).collect();
    let (status, origin) = (Known::Is(Status::Active), Origin::Person);
    (!provisions.is_empty()).then(|| Consent { status, origin, given_at: at, provisions, ..proposed.clone() })
}

/// As whom somebody to whom a permit speaks would ask.
fn ask_of(
    recipient: Recipient,
    purpose: Purpose,
    at: OffsetDateTime,
    snapshot: &Snapshot,
    services: &Services,
) -> Vec<Ask> {
    if let Recipient::Practitioner(organization, who) = recipient {
        let audience = Audience::Organization { organization, practitioner: Some(who), class: None };
        return vec![Ask { audience, purpose: Some(purpose), at }];
    }
    Party::of(recipient).map(|party| party.asks(purpose, at, snapshot, services)).unwrap_or_default()
}

/// What the person said on the page of a party: no, to everything.
pub(crate) fn is_own_no(consent: &Consent, provision: &Provision) -> bool {
    consent.origin == Origin::Person
        && provision.purposes == Known::Is(Purposes::Any)
        && provision.what == Known::Is(What::Everything)
        && !matches!(provision.recipient, Known::Is(Recipient::Everyone | Recipient::Practitioner(..)) | Known::Unknown)
}

fn kept_back(consent: &Consent, one: &Provision) -> KeptBack {
    let understood =
        [one.recipient == Known::Unknown, one.purposes == Known::Unknown, one.what == Known::Unknown].contains(&true);
    let purpose = if let Known::Is(Purposes::Only(purpose)) = one.purposes { Some(purpose) } else { None };
    KeptBack {
        id: consent.id,
        sent: consent.sent,
        at: consent.given_at,
        recipient: known(one.recipient),
        purpose,
        what: known(one.what).filter(|what| *what != What::Everything),
        counts: consent.status != Known::Is(Status::Draft),
        is_understood: !understood && one.period != Known::Unknown,
        period: known(one.period),
        opens: Vec::new(),
        seen: 0,
    }
}
