//! What the person has said to whom, as their pages tell it: what is open and until when, what begins later, which noes
//! stand, and what of it is closed all the same.

use std::collections::BTreeSet;

use sayso_consent::{Effect, Known, Provision, Purposes, Status, Themselves, Verdict};
use sayso_plan::Purpose;
use time::OffsetDateTime;

use crate::answer_consents::is_own_no;
use crate::keys::is_refused;
use crate::read_released::explained;
use crate::sharing::{Choice, Party, known};
use crate::{Exchange, Refusal};

/// The person's standing word towards one party.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// To whom.
    pub party: Party,
    /// For which purpose.
    pub purpose: Purpose,
    /// What is open.
    pub open: Choice,
    /// What is open to single persons who work there, and is not open to the place by it.
    pub someone: Choice,
    /// What is not open yet and will be, and when the first of it begins.
    pub later: Option<(OffsetDateTime, Choice)>,
    /// When the first of it ends.
    pub until: Option<OffsetDateTime>,
    /// When the last of it ends.
    pub last_until: Option<OffsetDateTime>,
    /// Whether the person refused this party altogether, and how.
    pub refused: Option<SaidNo>,
}

/// How the person said no to a party altogether.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum SaidNo {
    /// A no.
    Usual,
    /// A no that no emergency opens.
    EvenInEmergency,
}

impl Standing {
    /// Whether anything is open now, to them or to somebody who works there.
    #[must_use]
    pub fn is_open(&self) -> bool {
        !self.open.is_empty() || !self.someone.is_empty()
    }
}

impl Exchange {
    /// What the person has said to whom, at this moment.
    ///
    /// # Errors
    /// [`Refusal::Unrecorded`] when the store does not answer.
    pub async fn standing(&self, person: Themselves) -> Result<(u64, Vec<Standing>), Refusal> {
        let snapshot = self.snapshot_of(person).await?;
        let now = self.now();
        let mut standing: Vec<Standing> = Vec::new();
        for consent in snapshot.consents.iter().filter(|c| c.status == Known::Is(Status::Active)) {
            for provision in &consent.provisions {
                // What is kept back in part, or by others, is told by itself.
                if provision.effect == Effect::Permit || is_own_no(consent, provision) {
                    note_standing(&mut standing, provision, now);
                }
            }
        }
        standing.sort_by_key(|s| (s.party, s.purpose));
        Ok((snapshot.consent_version, standing))
    }

    /// Of what is open to parties, that of which they see nothing now because of a no.
    ///
    /// # Errors
    /// [`Refusal::Unrecorded`] when the store does not answer.
    pub async fn kept_closed(
        &self,
        person: Themselves,
        standing: &[Standing],
    ) -> Result<BTreeSet<(Party, Purpose)>, Refusal> {
        let (snapshot, at) = (self.snapshot_of(person).await?, self.now());
        let (rules, services) = (self.rules(&snapshot), self.services().await?);
        let is_kept = |one: &&Standing| {
            let asks = one.party.asks(one.purpose, at, &snapshot, &services);
            let parts = asks.iter().flat_map(|ask| {
                let parts = snapshot.plans.iter().map(|plan| explained(&snapshot, plan, &person, &rules, ask));
                parts.flatten().collect::<Vec<_>>()
            });
            let verdicts: Vec<Verdict> = parts.map(|part| part.verdict).collect();
            verdicts.iter().any(Verdict::is_refused) && !verdicts.iter().any(Verdict::is_released)
        };
        let open = standing.iter().filter(|one| !one.open.is_empty());
        Ok(open.filter(is_kept).map(|one| (one.party, one.purpose)).collect())
    }

    /// The crisis services to which something is open by their class, and of which no no keeps everything, whoever sent it.
    /// What is made ready for when glass is broken is seen by nobody before.
    ///
    /// # Errors
    /// [`Refusal::Unrecorded`] when the store does not answer.
    pub async fn seeing_by_class(&self, person: Themselves, standing: &[Standing]) -> Result<BTreeSet<Party>, Refusal> {
        let to_class = |one: &&Standing| one.party == Party::CrisisServices && one.purpose != Purpose::Btg;
        let open = standing.iter().filter(to_class).filter(|one| !one.open.is_empty());
        let open: Vec<Purpose> = open.map(|one| one.purpose).collect();
        if open.is_empty() {
            return Ok(BTreeSet::new());
        }
        let (snapshot, at) = (self.snapshot_of(person).await?, self.now());
        let is_kept =
            |party: Party| open.iter().all(|purpose| is_refused(&snapshot.consents, party.recipient(), *purpose, at));
        let crisis = self.services().await?.crisis.into_iter().map(Party::Organization);
        Ok(crisis.filter(|party| !is_kept(*party) && !is_kept(Party::CrisisServices)).collect())
    }
}

fn note_standing(standing: &mut Vec<Standing>, provision: &Provision, now: OffsetDateTime) {
    // What is open to somebody who works somewhere stands under the place where it can be stopped.
    let Some(party) = known(provision.recipient).and_then(Party::under) else { return };
    let Some(period) = known(provision.period).filter(|period| now < period.until) else { return };
    let purpose = match known(provision.purposes) {
        Some(Purposes::Only(purpose)) => purpose,
        Some(Purposes::Any) => Purpose::Treat,
        None => return,
    };
    let place = standing.iter().position(|s| s.party == party && s.purpose == purpose);
    let entry = match place.and_then(|place| standing.get_mut(place)) {
        Some(entry) => entry,
        None => {
            standing.push(Standing {
                party,
                purpose,
                open: Choice::default(),
                someone: Choice::default(),
                later: None,
                until: None,
                last_until: None,
                refused: None,
            });
            match standing.last_mut() {
                Some(entry) => entry,
                None => return,
            }
        }
    };
    match (provision.effect, known(provision.what)) {
        (Effect::Permit, Some(what)) if now < period.from => {
            let (from, later) = entry.later.get_or_insert_with(|| (period.from, Choice::default()));
            *from = period.from.min(*from);
            later.add(what);
        }
        (Effect::Permit, Some(what)) => {
            let to_all = known(provision.recipient).and_then(Party::of).is_some();
            if to_all {
                entry.open.add(what)
            } else {
                entry.someone.add(what)
            }
            entry.until = Some(entry.until.map_or(period.until, |until| until.min(period.until)));
            entry.last_until = entry.last_until.max(Some(period.until));
        }
        (Effect::Deny, _) => {
            let said = if provision.even_in_emergency { SaidNo::EvenInEmergency } else { SaidNo::Usual };
            entry.refused = entry.refused.max(Some(said));
        }
        (Effect::Permit, None) => {}
    }
}
