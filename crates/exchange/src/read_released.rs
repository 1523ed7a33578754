//! Looking: snapshot, decision, leaf with fence, and again if the person changed something in between.

use std::cmp::Reverse;
use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Mutex, PoisonError};

use sayso_auth::{Caller, ClientKind};
use sayso_consent::{
    Ask, Audience, Class, Compiled, Explained, Fingerprint, Grant, Projection, Released, Sealed, Subject, Themselves,
    Verdict, Why, Withheld, or_leak,
};
use sayso_plan::law::InForce;
use sayso_plan::{ItemId, PersonId, Plan, PlanDate, PlanId, PlanKind, Proposal, Purpose, Section, State};
use sayso_store::{Act, Code, Fenced, ReadLeaf, Receipt, Shown, Snapshot, StoreError, Version};
use time::OffsetDateTime;

use crate::{Exchange, Refusal};

/// How often a decision is made anew because the person changed something meanwhile, before we say "try again".
pub(crate) const DECISIONS_MAX: usize = 16;
/// How many persons' compiled consents are kept at hand.
const COMPILED_MAX: usize = 4_096;

/// Of whom something is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Whom {
    /// The person with this id.
    Person(PersonId),
    /// The person with this verified identifier.
    Identifier {
        /// The naming system.
        system: String,
        /// The number.
        value: String,
    },
    /// The person to whom a plan, item or document with this id belongs.
    OwnerOf([u8; 16]),
}

/// What is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wanted {
    /// Whatever plans are released, of one kind or of all.
    Plans(Option<PlanKind>),
    /// What is in force of one kind: the plan, else the newest of the documents that are kept whole.
    Current(PlanKind),
    /// What was in force of one kind at the end of a day, as it stood then; of a day to come, as it stands now.
    On(PlanKind, PlanDate),
    /// One plan.
    Plan(PlanId),
    /// The plan that an item or whole document belongs to, if that part is released.
    Part(ItemId),
    /// The crisis sections of all released plans.
    CrisisExtract,
}

/// One look.
#[derive(Debug, Clone)]
pub struct Look {
    /// Of whom.
    pub whom: Whom,
    /// For what.
    pub wanted: Wanted,
    /// The purpose stated in the request, if it states one.
    pub purpose: Option<Purpose>,
    /// In which way, for the record.
    pub operation: &'static str,
}

/// Which versions of a plan are looked at.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Versions<'a> {
    /// The one that is current.
    Current,
    /// All that this reader may see.
    All,
    /// The one of these that has this fingerprint.
    One(&'a str),
}

/// What a look disclosed, with the proof that it is on record. Empty when nothing is released: then the answer must be
/// the one that a person who does not exist gets.
#[derive(Debug)]
pub struct Disclosure {
    /// Proof that this look is durably recorded.
    pub receipt: Receipt,
    /// The released plans, in the order of their ids.
    pub sheets: Vec<Sheet>,
    /// The time of the decision.
    pub at: OffsetDateTime,
    /// What the dates of the first of them say on the day that was asked for, where there is something to know.
    pub note: Option<String>,
    pub(crate) snapshot: Option<Arc<Snapshot>>,
    pub(crate) fingerprints: sayso_consent::FingerprintKey,
}

/// One released plan, decided but not yet copied out: the fingerprint tells whether that is needed at all.
#[derive(Debug, Clone)]
pub struct Sheet {
    grant: Grant,
    sealed: Sealed<Plan>,
}

impl Sheet {
    /// The fingerprint of what is released.
    #[must_use]
    pub const fn fingerprint(&self) -> Fingerprint {
        self.grant.fingerprint()
    }

    /// The plan.
    #[must_use]
    pub const fn plan(&self) -> PlanId {
        self.grant.plan()
    }

    /// Its kind.
    #[must_use]
    pub const fn kind(&self) -> PlanKind {
        self.grant.kind()
    }

    /// When it last changed for this reader.
    #[must_use]
    pub const fn last_updated(&self) -> OffsetDateTime {
        self.grant.last_updated()
    }

    /// The released projection.
    ///
    /// # Errors
    /// [`Withheld`] never in practice: the grant was made on this very plan version.
    pub fn open(&self) -> Result<Released<Projection>, Withheld> {
        self.grant.open(&self.sealed)
    }

    /// How many items were not released, for the planted leak that counts them.
    #[cfg(feature = "leaks")]
    #[must_use]
    pub fn withheld(&self) -> usize {
        self.grant.withheld()
    }

    pub(crate) fn proposal(
        &self,
        sealed: &Sealed<Proposal>,
        audience: &Audience,
        key: &sayso_consent::FingerprintKey,
    ) -> Result<Released<Proposal>, Withheld> {
        sayso_consent::proposal(sealed, &self.grant, audience, key)
    }

    pub(crate) const fn sealed(&self) -> &Sealed<Plan> {
        &self.sealed
    }

    pub(crate) const fn shows_document(&self) -> bool {
        self.grant.shows_document()
    }

    /// Whether this is the id of the plan, or of something of it that is shown.
    pub(crate) fn has_address(&self, id: &[u8; 16]) -> bool {
        self.plan().as_bytes() == id || self.parts().iter().any(|part| part.as_bytes() == id)
    }

    pub(crate) fn shows(&self, part: ItemId) -> bool {
        self.grant.shown().iter().any(|(id, _)| *id == part)
    }

    pub(crate) fn new(grant: Grant, sealed: Sealed<Plan>) -> Self {
        Self { grant, sealed }
    }

    /// The items that are shown, and the document.
    pub(crate) fn parts(&self) -> Vec<ItemId> {
        let document = self.sealed.document_id().filter(|_| self.grant.shows_document());
        self.grant.shown().iter().map(|(id, _)| *id).chain(document).collect()
    }

    pub(crate) fn record(&self) -> Shown {
        let sections: BTreeSet<Section> = self.grant.shown().iter().map(|(_, section)| *section).collect();
        let is_stone = self.sealed.state() == State::Cancelled;
        let cancelled = is_stone && sections.is_empty() && !self.shows_document();
        let sections = sections.into_iter().collect();
        Shown { plan: self.grant.plan(), kind: self.grant.kind(), sections, cancelled }
    }
}

impl Disclosure {
    /// Whether there is somebody of whom nothing is released, for the planted leak that says so.
    #[cfg(feature = "leaks")]
    #[must_use]
    pub fn hides_somebody(&self) -> bool {
        let somebody = self.snapshot.as_ref().is_some_and(|snapshot| snapshot.person != sayso_store::nobody());
        somebody && self.sheets.is_empty()
    }

    /// What was decided on.
    pub(crate) fn snapshot(&self) -> Option<&Snapshot> {
        self.snapshot.as_deref()
    }

    /// What may be said of the person; none when nothing is released.
    #[must_use]
    pub fn subject(&self) -> Option<Released<Subject>> {
        subject(self.snapshot.as_deref()?, &self.sheets, &self.fingerprints)
    }

    /// Whose plans they are; none when nothing is released.
    #[must_use]
    pub fn person(&self) -> Option<PersonId> {
        #[cfg(feature = "leaks")]
        if let Some(person) = crate::leaks::person(self.snapshot.as_deref()) {
            return Some(person);
        }
        self.sheets.first().map(|sheet| sheet.sealed.person())
    }
}

/// Compiled consents at hand, by person and revision.
#[derive(Default)]
pub(crate) struct CompiledCache(Mutex<HashMap<PersonId, (u64, Arc<Compiled>)>>);

impl CompiledCache {
    fn of(&self, snapshot: &Snapshot) -> Arc<Compiled> {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((version, compiled)) = kept.get(&snapshot.person)
            && *version == snapshot.consent_version
        {
            return Arc::clone(compiled);
        }
        let compiled = Arc::new(Compiled::of(&snapshot.consents));
        if kept.len() >= COMPILED_MAX {
            kept.clear();
        }
        kept.insert(snapshot.person, (snapshot.consent_version, Arc::clone(&compiled)));
        compiled
    }
}

impl Exchange {
    /// Looks at what this caller may see now. Nothing seen is an empty disclosure, not an error: the record is made
    /// and the answer is the same whether it was withheld or never existed. Who asks by an id that is not shown to them
    /// sees nothing of whomever it belongs to.
    ///
    /// # Errors
    /// [`Refusal::Unrecorded`] when the look cannot be recorded; then nothing is answered.
    pub async fn look(&self, caller: &Caller, look: &Look) -> Result<Disclosure, Refusal> {
        self.look_by(caller, look, &is_shown).await
    }

    /// The same, where `shows` says whether an id by which somebody asks is shown to them.
    pub(crate) async fn look_by(
        &self,
        caller: &Caller,
        look: &Look,
        shows: &(impl Fn(&[u8; 16], &Ask, &[Sheet]) -> bool + Sync),
    ) -> Result<Disclosure, Refusal> {
        self.look_at(caller, look, Versions::Current, shows).await
    }

    /// The same, at versions of it.
    pub(crate) async fn look_at(
        &self,
        caller: &Caller,
        look: &Look,
        versions: Versions<'_>,
        shows: &(impl Fn(&[u8; 16], &Ask, &[Sheet]) -> bool + Sync),
    ) -> Result<Disclosure, Refusal> {
        let person = self.resolve(caller, &look.whom).await?;
        for _ in 0..DECISIONS_MAX {
            let snapshot = self.snapshot_or_nobody(person).await?;
            let at = self.now();
            let ask = self.ask_of(caller, look.purpose, at).await?;
            let mut sheets = if let Wanted::On(kind, day) = look.wanted {
                self.decide_on(&snapshot, &ask, kind, day).await?
            } else {
                self.decide(&snapshot, &ask, look.wanted)
            };
            let mut noted = true;
            if let Whom::OwnerOf(id) = &look.whom
                && !shows(id, &ask, &sheets)
            {
                noted = or_leak!(false, NotesUnshown => true);
                if !noted {
                    sheets.clear();
                }
            }
            let seen = sheets.len();
            let holding = if noted { self.holding(&ask, look.wanted, &snapshot, &sheets).await? } else { None };
            let sheets = self.versions_seen(&snapshot, &ask, look.wanted, versions, sheets).await?;
            // Who asks for a version that there is not is shown nothing, also where there is another one.
            let no_such = seen > 0 && sheets.is_empty();
            let holding = holding.filter(|_| !no_such);
            let mut act = record(caller, look, &ask, &sheets);
            if let Act::ReadRefused { reason, .. } = &mut act
                && no_such
            {
                *reason = Code::new("no-such-version");
            }
            let leaf = self.leaf(at, caller.organization, act);
            let fence = snapshot.fence();
            self.between_decision_and_leaf().await;
            #[cfg(feature = "leaks")]
            let fence = self.fence(fence).await;
            match self.put_on_record(ReadLeaf { leaf, fence }, holding).await {
                Ok(receipt) => {
                    let fingerprints = self.inner.fingerprints.clone();
                    let note = note(&sheets, look.wanted, &snapshot, at);
                    return Ok(Disclosure { receipt, sheets, at, note, snapshot: Some(snapshot), fingerprints });
                }
                Err(Fenced::Moved) => {}
                Err(Fenced::Unrecorded(error)) => return Err(error.into()),
            }
        }
        Err(Refusal::Unrecorded(StoreError::Busy))
    }

    /// What was decided for a recipient, for somebody who may see what they would get.
    pub(crate) fn disclosed(
        &self,
        receipt: Receipt,
        sheets: Vec<Sheet>,
        at: OffsetDateTime,
        snapshot: Arc<Snapshot>,
    ) -> Disclosure {
        let fingerprints = self.inner.fingerprints.clone();
        Disclosure { receipt, sheets, at, note: None, snapshot: Some(snapshot), fingerprints }
    }

    pub(crate) fn rules(&self, snapshot: &Snapshot) -> Arc<Compiled> {
        self.inner.compiled.of(snapshot)
    }

    /// The law of consent over one snapshot, in memory.
    pub(crate) fn decide(&self, snapshot: &Snapshot, ask: &Ask, wanted: Wanted) -> Vec<Sheet> {
        let rules = self.inner.compiled.of(snapshot);
        let key = &self.inner.fingerprints;
        let day = day_of(snapshot, ask.at);
        let chosen: Option<PlanId> =
            or_leak!(None, CurrentBeforeDecision => crate::leaks::chosen(snapshot, wanted, day));
        let mut sheets: Vec<Sheet> = snapshot
            .plans
            .iter()
            .filter(|sealed| may_concern(sealed, wanted, day) && chosen.is_none_or(|only| only == sealed.id()))
            .filter(|sealed| counts(sealed, ask, day))
            .filter_map(|sealed| {
                let grant = sayso_consent::judge(sealed, &rules, ask, key).ok()?;
                let grant = match wanted {
                    Wanted::CrisisExtract => grant.for_crisis(sealed, key).ok()?,
                    Wanted::Plans(_) | Wanted::Current(_) | Wanted::On(..) | Wanted::Plan(_) | Wanted::Part(_) => grant,
                };
                Some(Sheet::new(grant, sealed.clone()))
            })
            .filter(|sheet| match wanted {
                Wanted::Part(part) => sheet.shows(part),
                Wanted::Plans(_) | Wanted::Current(_) | Wanted::On(..) | Wanted::Plan(_) | Wanted::CrisisExtract => {
                    true
                }
            })
            .collect();
        sheets.sort_by_key(Sheet::plan);
        if let Wanted::Current(_) = wanted {
            only_one(&mut sheets);
        }
        sheets
    }

    /// The same over the versions that were current at the end of a day: each as it stood then, for those who may see
    /// that now, and could have before that day was over.
    async fn decide_on(
        &self,
        snapshot: &Snapshot,
        ask: &Ask,
        kind: PlanKind,
        day: PlanDate,
    ) -> Result<Vec<Sheet>, StoreError> {
        let (rules, key) = (self.inner.compiled.of(snapshot), &self.inner.fingerprints);
        let day_of = |at| day_of(snapshot, at);
        let mut sheets = Vec::new();
        for plan in snapshot.plans.iter().filter(|sealed| sealed.kind() == kind) {
            let versions = self.inner.store.versions(snapshot.person, plan.id()).await?;
            let at_its_end = |version: &Version| {
                day_of(version.recorded_at) <= day && version.until_at.is_none_or(|until| day_of(until) > day)
            };
            // Of a day before the plan was written down, nobody here can say what was in force.
            let then = versions.iter().find(|version| at_its_end(version));
            let Some(then) = then.filter(|version| version.plan.holds_on(day)) else { continue };
            // What was open to this reader before that day was over; what became of it later, in their sight or out of it,
            // changes nothing of the day.
            let until = Some(end_of(day, zone_of(snapshot)));
            #[cfg(feature = "leaks")]
            let until = if crate::leaks::day_ends_unseen() { then.until_at } else { until };
            let past = sayso_consent::Past { until, today: plan };
            let grant = sayso_consent::judge_past(&then.plan, past, &rules, ask, key);
            sheets.extend(grant.ok().map(|grant| Sheet::new(grant, then.plan.clone())));
        }
        only_one(&mut sheets);
        Ok(sheets)
    }

    pub(crate) async fn resolve(&self, caller: &Caller, whom: &Whom) -> Result<Option<PersonId>, StoreError> {
        let store = &self.inner.store;
        let person = match whom {
            Whom::Person(person) => Some(*person),
            Whom::Identifier { system, value } => store.person_by_identifier(system, value).await?,
            Whom::OwnerOf(id) => store.owner_of(id).await?.map(|owner| owner.person),
        };
        // An app acts for one person; everybody else is nobody to it.
        Ok(person.filter(|person| caller.person.is_none_or(|own| own == *person)))
    }

    /// The snapshot of the person, or of the built-in nobody, so that absent and hidden are the same work.
    pub(crate) async fn snapshot_or_nobody(&self, person: Option<PersonId>) -> Result<Arc<Snapshot>, StoreError> {
        let store = &self.inner.store;
        if let Some(person) = person
            && let Some(snapshot) = store.snapshot(person).await?
        {
            return Ok(snapshot);
        }
        store.snapshot(sayso_store::nobody()).await?.ok_or(StoreError::NoSuchPerson)
    }

    /// The question that this caller's token asks.
    pub(crate) async fn ask_of(
        &self,
        caller: &Caller,
        stated: Option<Purpose>,
        at: OffsetDateTime,
    ) -> Result<Ask, StoreError> {
        let audience = match (caller.organization, caller.kind) {
            (Some(organization), ClientKind::Ehr | ClientKind::CrisisService) => {
                let class = (caller.kind == ClientKind::CrisisService).then_some(Class::CrisisServices);
                Audience::Organization { organization, practitioner: caller.practitioner, class }
            }
            (None, ClientKind::Ehr | ClientKind::CrisisService) | (_, ClientKind::PatientApp) => {
                Audience::App { client: caller.client }
            }
        };
        Ok(Ask { audience, purpose: caller.purpose(stated), at })
    }

    /// A place for tests to act between a decision and its record.
    pub(crate) async fn between_decision_and_leaf(&self) {
        #[cfg(feature = "leaks")]
        self.inner.surroundings.between().await;
    }
}

/// What may be said of the person to those who may see these plans.
pub(crate) fn subject(
    snapshot: &Snapshot,
    sheets: &[Sheet],
    key: &sayso_consent::FingerprintKey,
) -> Option<Released<Subject>> {
    let grants: Vec<Grant> = sheets.iter().map(|sheet| sheet.grant.clone()).collect();
    sayso_consent::subject(snapshot.demographics.as_ref()?, &grants, key).ok()
}

/// The day that it is where the person lives.
pub(crate) fn day_of(snapshot: &Snapshot, at: OffsetDateTime) -> PlanDate {
    snapshot.demographics.as_ref().map_or(PlanDate(at.date()), |person| person.day_of(at))
}

/// The zone in which a day of the person's begins and ends; UTC where they have not said where they live.
/// When a day is over where the person lives.
fn end_of(day: PlanDate, zone: time::UtcOffset) -> OffsetDateTime {
    day.0.next_day().unwrap_or(day.0).midnight().assume_offset(zone)
}

pub(crate) fn zone_of(snapshot: &Snapshot) -> time::UtcOffset {
    snapshot.demographics.as_ref().map_or(time::UtcOffset::UTC, Sealed::zone)
}

/// Of what is in force of one kind, the plan, else the newest of the documents that are kept whole.
fn only_one(sheets: &mut Vec<Sheet>) {
    sheets.sort_by_key(|sheet| (sheet.sealed.is_document(), Reverse(sheet.last_updated())));
    sheets.truncate(1);
}

/// Whether a sealed plan can be meant at all, by what is asked for and not by what is in it.
fn may_concern(sealed: &Sealed<Plan>, wanted: Wanted, day: PlanDate) -> bool {
    match wanted {
        Wanted::Plans(Some(kind)) => sealed.kind() == kind,
        Wanted::Current(kind) => sealed.kind() == kind && sealed.holds_on(day),
        Wanted::Plan(plan) => sealed.id() == plan,
        Wanted::CrisisExtract => sealed.holds_on(day),
        Wanted::Plans(None) | Wanted::Part(_) => true,
        Wanted::On(of, _) => sealed.kind() == of,
    }
}

/// Whether the id of a plan, or of something of it, is shown in one of these.
pub(crate) fn is_shown(id: &[u8; 16], _: &Ask, sheets: &[Sheet]) -> bool {
    sheets.iter().any(|sheet| sheet.has_address(id))
}

/// Whether a plan counts for who asks. One whose time is over does not, also where what says so has not been written yet;
/// the person's own apps see it in any state.
pub(crate) fn counts(sealed: &Sealed<Plan>, ask: &Ask, day: PlanDate) -> bool {
    ask.is_own_app() || !sealed.is_over_on(day)
}

/// Why who asks sees each part of a plan, or does not.
pub(crate) fn explained(
    snapshot: &Snapshot,
    sealed: &Sealed<Plan>,
    person: &Themselves,
    rules: &Compiled,
    ask: &Ask,
) -> Vec<Explained> {
    let mut parts = sayso_consent::explain(sealed, person, rules, ask);
    if !counts(sealed, ask, day_of(snapshot, ask.at)) {
        parts.iter_mut().for_each(|part| part.verdict = Verdict::Withheld(Why::NotShared));
    }
    parts
}

/// What a reader of one plan must know of its time: that it is past its date, or asked for by a date.
pub(crate) fn note(sheets: &[Sheet], wanted: Wanted, snapshot: &Snapshot, at: OffsetDateTime) -> Option<String> {
    let sheet = sheets.first()?;
    match (wanted, sheet.sealed.in_force_on(day_of(snapshot, at))) {
        (Wanted::On(_, day), _) => {
            Some(format!("This is what was written for {day}, as it stood then. It may have changed since."))
        }
        (Wanted::Current(_), InForce::Yes { .. }) => None,
        (Wanted::Current(_), said) => Some(said.sentence()),
        (Wanted::Plans(_) | Wanted::Plan(_) | Wanted::Part(_) | Wanted::CrisisExtract, _) => None,
    }
}

/// How a look is told in the record.
pub(crate) fn record(caller: &Caller, look: &Look, ask: &Ask, sheets: &[Sheet]) -> Act {
    let client = Some(caller.client);
    let operation = Code::new(look.operation);
    if sheets.is_empty() && look.operation != crate::consents::OPERATION {
        let reason = Code::new(if ask.purpose.is_none() { "no-purpose" } else { "not-released" });
        return Act::ReadRefused { client, purpose: ask.purpose, operation, reason };
    }
    Act::ReadAllowed { client, purpose: ask.purpose, operation, shown: shown(sheets) }
}

/// What was shown of each plan, in all the versions of it together.
fn shown(sheets: &[Sheet]) -> Vec<Shown> {
    let mut shown: Vec<Shown> = Vec::new();
    for one in sheets.iter().map(Sheet::record) {
        match shown.iter_mut().find(|before| before.plan == one.plan) {
            Some(before) => {
                let sections: BTreeSet<Section> = before.sections.iter().chain(&one.sections).copied().collect();
                before.sections = sections.into_iter().collect();
                before.cancelled &= one.cancelled;
            }
            None => shown.push(one),
        }
    }
    shown
}
