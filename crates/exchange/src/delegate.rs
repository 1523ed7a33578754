//! A delegate takes away, in the person's name, what the person had opened to others: [`TakeAway`] can say nothing else.
//! They read whom the person lets see which parts, by the names of the parts; never a word of a plan, never a refusal, and
//! never who else supports the person.

use std::collections::BTreeMap;

use sayso_consent::{Consent, Effect, Known, Provision, Tri, What, or_leak};
use sayso_plan::{ConsentId, PlanKind, Section, Share, SupporterId};
use sayso_store::{Act, Change, Code, ConsentChange, Decided, Fenced, ReadLeaf, Receipt, StoreError, Write};
use time::OffsetDateTime;

use crate::answer_consents::is_own_no;
use crate::consents::sections_of;
use crate::keys::{counting, is_delegate_now};
use crate::read_released::DECISIONS_MAX;
use crate::sharing::{Choice, Party, TRIES_MAX, known, less, opens_to, refuses, touched, untouched, with_changes};
use crate::with::reading;
use crate::{Exchange, Refusal, SupporterSession};

/// What a delegate may do. There is no value of this type by which anything is opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TakeAway {
    /// From whom.
    pub from: Party,
    /// What.
    pub what: Taken,
}

/// What is taken away, for every purpose.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Taken {
    /// All that is open to them.
    All,
    /// A section.
    Section(Section),
    /// A whole kind of plan.
    Kind(PlanKind),
    /// All that was opened one by one: single items and single plans. Which these are is not told to a delegate.
    Things,
    /// All that is at most as close as this.
    Level(Share),
    /// All whole documents.
    Documents,
}

impl Taken {
    fn covers(self, what: Known<What>) -> bool {
        match (self, what) {
            (Self::All, _) => true,
            (Self::Section(taken), Known::Is(What::Section(section))) => taken == section,
            (Self::Kind(taken), Known::Is(What::Kind(kind))) => taken == kind,
            (Self::Level(taken), Known::Is(What::Level(level))) => taken == level,
            (Self::Things, Known::Is(What::Item(_) | What::Plan(_))) => true,
            (Self::Documents, Known::Is(What::Documents)) => true,
            (Self::Section(_) | Self::Kind(_) | Self::Things | Self::Level(_) | Self::Documents, _) => false,
        }
    }
}

impl Taken {
    /// Whether it is among what a delegate reads there.
    fn is_among(self, open: &Choice) -> bool {
        match self {
            Self::All => true,
            Self::Section(section) => open.sections.contains(&section),
            Self::Kind(kind) => open.kinds.contains(&kind),
            Self::Level(level) => open.levels.contains(&level),
            Self::Things => !open.items.is_empty() || !open.plans.is_empty(),
            Self::Documents => open.documents,
        }
    }
}

impl TakeAway {
    /// What changes by this: each consent of which something is taken ends, and the rest of it stands as one by itself, by
    /// an id that is made by `fresh`. Nothing is added.
    #[must_use]
    pub fn from(&self, consents: &[Consent], at: OffsetDateTime, fresh: &dyn Fn() -> [u8; 16]) -> Vec<Consent> {
        let concerned = consents.iter().filter(|consent| opens_to(consent, self.from));
        concerned
            .flat_map(|consent| {
                let (gone, stay): (Vec<Provision>, Vec<Provision>) =
                    consent.provisions.iter().cloned().partition(|provision| self.takes(provision));
                if gone.is_empty() { Vec::new() } else { less(consent, stay, at, fresh) }
            })
            .collect()
    }

    fn takes(&self, provision: &Provision) -> bool {
        provision.effect == Effect::Permit
            && known(provision.recipient).and_then(Party::under) == Some(self.from)
            && self.what.covers(provision.what)
    }
}

/// What is open now to whom, as a delegate may know it; what is open to one who works at a place is told as the place's.
#[must_use]
pub fn in_force(consents: &[Consent], now: OffsetDateTime) -> BTreeMap<Party, Choice> {
    let mut open: BTreeMap<Party, Choice> = BTreeMap::new();
    for provision in counting(consents) {
        let holds = known(provision.period).is_some_and(|period| period.holds(now) == Tri::True);
        let party = known(provision.recipient).and_then(Party::under).filter(|party| may_be_told(*party));
        if let (Effect::Permit, true, Some(party), Some(what)) = (provision.effect, holds, party, known(provision.what))
        {
            open.entry(party).or_default().add(what);
        }
    }
    // Case 37: whom the person refused is not among those who see something, and is told no otherwise.
    // A no to a part, whoever sent it, is none to them.
    let said_no =
        |consent: &Consent, party| refuses(consent, party) && consent.provisions.iter().any(|p| is_own_no(consent, p));
    open.retain(|party, choice| !choice.is_empty() && !consents.iter().any(|consent| said_no(consent, *party)));
    #[cfg(feature = "leaks")]
    if crate::leaks::refusals_are_told() {
        let refused = consents.iter().flat_map(|c| &c.provisions).filter(|p| p.effect == Effect::Deny);
        open.extend(refused.filter_map(|p| known(p.recipient).and_then(Party::of)).map(|p| (p, Choice::default())));
    }
    open
}

/// Who else supports the person is nobody's business but the person's.
fn may_be_told(party: Party) -> bool {
    #[cfg(feature = "leaks")]
    if crate::leaks::supporters_are_told() {
        return true;
    }
    match party {
        Party::Organization(_) | Party::CrisisServices | Party::App(_) => true,
        Party::Supporter(_) => false,
    }
}

impl Exchange {
    /// Whether this session may take away in the person's name now.
    ///
    /// # Errors
    /// [`Refusal::Unrecorded`] when the store does not answer.
    pub async fn is_delegate(&self, session: &SupporterSession, supporter: SupporterId) -> Result<bool, Refusal> {
        let snapshot = self.of_supporter(session, supporter).await?;
        Ok(reading(&snapshot, session, supporter)
            .is_some_and(|one| is_delegate_now(&snapshot.consents, one, self.now())))
    }

    /// What the person had opened to whom, for a delegate; none for anybody else.
    ///
    /// # Errors
    /// [`Refusal::Unrecorded`] when the look cannot be recorded; then nothing is answered.
    pub async fn look_at_sharing(
        &self,
        session: &SupporterSession,
        supporter: SupporterId,
    ) -> Result<Option<BTreeMap<Party, Choice>>, Refusal> {
        for _ in 0..DECISIONS_MAX {
            let snapshot = self.of_supporter(session, supporter).await?;
            let at = self.now();
            let may =
                reading(&snapshot, session, supporter).is_some_and(|one| is_delegate_now(&snapshot.consents, one, at));
            let operation = Code::new(if may { "sharing" } else { "sharing-refused" });
            let act = Act::SupporterLooked { supporter, operation, shown: Vec::new() };
            let read = ReadLeaf { leaf: self.leaf(at, None, act), fence: snapshot.fence() };
            match self.inner.store.record(read).await {
                Ok(_receipt) => return Ok(may.then(|| in_force(&snapshot.consents, at))),
                Err(Fenced::Moved) => {}
                Err(Fenced::Unrecorded(error)) => return Err(error.into()),
            }
        }
        Err(Refusal::Unrecorded(StoreError::Busy))
    }

    /// Takes away in the person's name. It counts at once; only the person gives it back.
    ///
    /// # Errors
    /// [`Refusal::NotPossible`] for who may not, and where there is nothing to take: the same; [`Refusal::Unrecorded`].
    pub async fn take_away(
        &self,
        session: &SupporterSession,
        supporter: SupporterId,
        taking: TakeAway,
    ) -> Result<Receipt, Refusal> {
        for _ in 0..TRIES_MAX {
            let snapshot = self.of_supporter(session, supporter).await?;
            let at = self.now();
            let may =
                reading(&snapshot, session, supporter).is_some_and(|one| is_delegate_now(&snapshot.consents, one, at));
            // What they do not read there they cannot take either: else what stands behind a no, is over or begins later
            // would show by it.
            let open = in_force(&snapshot.consents, at);
            let is_told = may && open.get(&taking.from).is_some_and(|open| taking.what.is_among(open));
            let is_told = or_leak!(is_told, DelegateTakesUnread => may && may_be_told(taking.from));
            let changed = if is_told { taking.from(&snapshot.consents, at, &|| self.fresh()) } else { Vec::new() };
            if changed.is_empty() {
                return Err(Refusal::NotPossible("there is nothing here to take away"));
            }
            let kept = untouched(&snapshot.consents, &changed, |consent| opens_to(consent, taking.from));
            // The person read none of our words before it.
            let decided = Decided { words: None, ..self.decided_here(&changed, kept) };
            let leaf = self.leaf(at, None, record(supporter, taking, &snapshot.consents, &changed, decided));
            let events = self.told(&changed, at);
            let changes = changed.iter().cloned().map(|c| Change::Consent(Box::new(c))).collect();
            match self.keep(Write { fence: snapshot.fence(), leaf, changes, events, once: None }).await {
                Ok(written) => {
                    self.take_keys_of_shut_out(snapshot.person, &snapshot.consents, &changed, at).await?;
                    return Ok(written.receipt);
                }
                Err(sayso_store::Refused::Moved) => {}
                Err(other) => return Err(other.into()),
            }
        }
        Err(Refusal::Moved)
    }
}

fn record(by: SupporterId, taking: TakeAway, before: &[Consent], changed: &[Consent], decided: Decided) -> Act {
    let still_open = with_changes(before, changed.to_vec()).iter().any(|one| opens_to(one, taking.from));
    let gone = changed.iter().filter(|one| one.withdrawn_at.is_some()).flat_map(|one| touched(one, changed));
    let (recipient, client, supporter) = taking.from.ids();
    Act::ConsentChanged {
        consent: changed.first().map_or_else(|| ConsentId::from_stored([0; 16]), |consent| consent.id),
        change: if still_open { ConsentChange::Narrowed } else { ConsentChange::Withdrawn },
        recipient,
        purpose: None,
        sections: sections_of(gone),
        client,
        supporter,
        by: Some(by),
        decided: Some(decided),
    }
}
