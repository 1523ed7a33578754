//! What came of each part of a consent that was sent, for the person's receipt of it.

use sayso_consent::{Consent, Effect, Known, Provision, Purposes, Recipient, Status, What};
use sayso_fhir::incoming::{Rule, SentConsent, Spot as Stood};
use sayso_plan::{ConsentId, ProvisionId};
use sayso_store::{Came, Outcome, Spot};
use time::{OffsetDateTime, UtcOffset};

use super::rules::{has_passed, period_of, waits};

/// What came of all parts, and where something stood that was not understood.
#[derive(Debug, Default)]
pub(super) struct Fate {
    pub(super) came: Vec<Came>,
    pub(super) unread: Vec<Spot>,
}

impl Fate {
    /// What was not taken of a consent by whoever read it.
    pub(super) fn of(sent: &SentConsent, at: OffsetDateTime, zone: UtcOffset) -> Self {
        let mut fate = Self { came: Vec::new(), unread: sent.unread.iter().copied().map(spot).collect() };
        for (rule, stood) in &sent.not_taken {
            fate.not_taken(rule, *stood, Outcome::NotUnderstood, at, zone);
        }
        for (rule, stood) in &sent.idle {
            fate.not_taken(rule, *stood, Outcome::NoEffect, at, zone);
        }
        fate
    }

    pub(super) fn not_taken(
        &mut self,
        rule: &Rule,
        stood: Stood,
        outcome: Outcome,
        at: OffsetDateTime,
        zone: UtcOffset,
    ) {
        // It is kept nowhere, so it has no id.
        let said = said(rule, ProvisionId::from_stored([0; 16]), at, zone);
        self.came.push(Came { consent: None, said, outcome, spot: Some(spot(stood)) });
    }

    /// A consent that a part was kept as, or was before.
    pub(super) fn kept(&mut self, consent: &Consent, outcome: Outcome) {
        self.all_of(consent, Some(consent.id), outcome);
    }

    /// A consent that was made of what was sent and is not kept.
    pub(super) fn left(&mut self, consent: &Consent, outcome: Outcome) {
        self.all_of(consent, None, outcome);
    }

    fn all_of(&mut self, consent: &Consent, kept_as: Option<ConsentId>, outcome: Outcome) {
        let came = |said: &Provision| Came { consent: kept_as, said: said.clone(), outcome, spot: None };
        self.came.extend(consent.provisions.iter().map(came));
    }

    /// A consent that an app took back or made narrower.
    pub(super) fn narrowed(before: &Consent, after: &Consent) -> Self {
        let mut fate = Self::default();
        let stays = |one: &Provision| !after.has_ended() && after.provisions.iter().any(|kept| kept.id == one.id);
        let mut gone = before.clone();
        gone.provisions.retain(|one| !stays(one));
        if !after.has_ended() {
            let opens = |one: &Provision| one.effect == Effect::Permit;
            fate.kept(
                after,
                match (waits(after), after.provisions.iter().any(opens)) {
                    (true, _) => Outcome::Waits,
                    (false, true) => Outcome::Narrower,
                    (false, false) => Outcome::Counts,
                },
            );
        }
        fate.kept(&gone, Outcome::TakenBack);
        fate
    }
}

/// What comes of a consent that is taken as it is.
pub(super) fn outcome_of(consent: &Consent) -> Outcome {
    let unclear =
        |one: &Provision| one.period == Known::Unknown || is_partly_unknown(one.recipient, one.purposes, one.what);
    if waits(consent) {
        Outcome::Waits
    } else if consent.status == Known::Is(Status::Draft) {
        Outcome::ShownOnly
    } else if consent.provisions.iter().any(unclear) {
        Outcome::OnlyCloses
    } else {
        Outcome::Counts
    }
}

/// A rule as a provision; where it speaks of days, they begin and end in this zone.
pub(super) fn said(rule: &Rule, id: ProvisionId, at: OffsetDateTime, zone: UtcOffset) -> Provision {
    Provision {
        id,
        effect: rule.effect,
        recipient: rule.recipient,
        purposes: rule.purposes,
        what: rule.what,
        period: period_of(rule, at, zone),
        even_in_emergency: rule.even_in_emergency,
        after_death: rule.after_death,
    }
}

/// Whether a rule could never hold any more.
pub(super) fn is_over(rule: &Rule, at: OffsetDateTime, zone: UtcOffset) -> bool {
    has_passed(&said(rule, ProvisionId::from_stored([0; 16]), at, zone), at)
}

/// Whether a refusal says something that was not understood; of its own organization it was, whatever it said.
pub(super) fn is_unclear(rule: &Rule) -> bool {
    let unknown = rule.lasts == Known::Unknown || is_partly_unknown(rule.recipient, rule.purposes, rule.what);
    rule.effect == Effect::Deny && unknown
}

/// Whether one of the conditions of a rule was not understood.
fn is_partly_unknown(who: Known<Recipient>, why: Known<Purposes>, what: Known<What>) -> bool {
    who == Known::Unknown || why == Known::Unknown || what == Known::Unknown
}

pub(super) const fn spot(stood: Stood) -> Spot {
    match stood {
        Stood::Head => Spot::Head,
        Stood::Root => Spot::Root,
        Stood::Beneath(n) => Spot::Beneath(n),
    }
}
