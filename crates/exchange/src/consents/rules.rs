//! What a consent that was sent means beside what stands: whether it says the same, speaks of its sender's own matter, or
//! is narrower.

use std::collections::BTreeSet;

use sayso_consent::{
    Advance, Capacity, Consent, Effect, Known, Origin, Period, Provision, Purposes, Recipient, Status, Taken, What,
};
use sayso_fhir::incoming::{Rule, SentConsent};
use sayso_fhir::outgoing;
use sayso_plan::{OrganizationId, Section};
use time::{OffsetDateTime, UtcOffset};

use crate::Refusal;
use crate::sharing::known;

/// From when to when a rule holds that was kept at this moment, where days begin and end in this zone.
pub(super) fn period_of(rule: &Rule, at: OffsetDateTime, zone: UtcOffset) -> Known<Period> {
    let period = known(rule.lasts).map(|lasts| Period {
        from: lasts.from_in(zone).unwrap_or(at),
        until: lasts.until_in(zone).unwrap_or(outgoing::without_end()),
    });
    period.map_or(Known::Unknown, Known::Is)
}

/// Whether it waits for the person's word.
pub(crate) fn waits(consent: &Consent) -> bool {
    consent.status == Known::Is(Status::Proposed)
}

/// Whether a permit could never hold any more.
pub(crate) fn has_passed(provision: &Provision, at: OffsetDateTime) -> bool {
    known(provision.period).is_some_and(|period| period.until <= period.from || period.until <= at)
}

pub(crate) const fn organization_of(recipient: Recipient) -> Option<OrganizationId> {
    match recipient {
        Recipient::Organization(id) | Recipient::Practitioner(id, _) => Some(id),
        Recipient::Everyone | Recipient::Class(_) | Recipient::App(_) | Recipient::Supporter(_) => None,
    }
}

pub(crate) fn sections_of<'a>(provisions: impl Iterator<Item = &'a Provision>) -> Vec<Section> {
    let section = |one: &Provision| if let Known::Is(What::Section(section)) = one.what { Some(section) } else { None };
    provisions.filter_map(section).collect::<BTreeSet<_>>().into_iter().collect()
}

/// What of a rule concerns the organization that sent it; none where it speaks of others.
pub(super) fn own_matter(rule: Rule, organization: OrganizationId) -> Option<Rule> {
    let own = Known::Is(Recipient::Organization(organization));
    let recipient = match (rule.recipient, rule.effect) {
        (Known::Is(Recipient::Organization(at) | Recipient::Practitioner(at, _)), _) => {
            (at == organization).then_some(rule.recipient)
        }
        (Known::Is(Recipient::Everyone | Recipient::Class(_)) | Known::Unknown, Effect::Deny) => Some(own),
        (Known::Is(Recipient::App(_) | Recipient::Supporter(_)), _)
        | (Known::Is(Recipient::Everyone | Recipient::Class(_)) | Known::Unknown, Effect::Permit) => None,
    };
    recipient.map(|recipient| Rule { recipient, ..rule })
}

/// Whether a consent that stands says all that a new one would say, for as long.
pub(super) fn says_all_of(before: &Consent, new: &Consent) -> bool {
    let within = |new: &Provision, old: &Provision| match (new.period, old.period) {
        (Known::Is(new), Known::Is(old)) => old.from <= new.from && old.until == new.until,
        (_, old) => old == Known::Unknown,
    };
    let same = |new: &Provision, old: &Provision| heads(new) == heads(old) && within(new, old);
    before.status == new.status
        && before.provisions.len() == new.provisions.len()
        && new.provisions.iter().all(|new| before.provisions.iter().any(|old| same(new, old)))
}

/// What a provision says, but for its time.
type Heads = (Effect, Known<Recipient>, Known<Purposes>, Known<What>, bool, bool);

const fn heads(one: &Provision) -> Heads {
    (one.effect, one.recipient, one.purposes, one.what, one.even_in_emergency, one.after_death)
}

/// The consent as it stands after an app took it back or made it narrower.
pub(super) fn narrowed(
    before: &Consent,
    sent: &SentConsent,
    at: OffsetDateTime,
    zone: UtcOffset,
) -> Result<Consent, Refusal> {
    let would_open = |path: &str| Err(Refusal::WouldOpen { path: path.to_owned() });
    let two_times = || Err(Refusal::TwoTimes { path: "Consent.provision.provision.period".to_owned() });
    let refuses = before.provisions.iter().any(|one| one.effect == Effect::Deny);
    match sent.status {
        // Case 10: a refusal is ended by the person alone.
        Status::Inactive | Status::Rejected | Status::EnteredInError if refuses => would_open("Consent.status"),
        Status::Inactive | Status::Rejected | Status::EnteredInError => Ok(Consent {
            status: Known::Is(if sent.status == Status::EnteredInError { sent.status } else { Status::Inactive }),
            withdrawn_at: Some(at),
            ..before.clone()
        }),
        Status::Draft => would_open("Consent.status"),
        Status::Active if waits(before) => would_open("Consent.status"),
        Status::Active | Status::Proposed if before.status != Known::Is(sent.status) => {
            Err(Refusal::StatusStays { path: "Consent.status".to_owned() })
        }
        Status::Active | Status::Proposed => {
            let mut provisions: Vec<Provision> = Vec::with_capacity(sent.rules.len());
            let mut left: Vec<&Provision> = before.provisions.iter().collect();
            for rule in &sent.rules {
                let like = |one: &&Provision| {
                    heads(one)
                        == (
                            rule.effect,
                            rule.recipient,
                            rule.purposes,
                            rule.what,
                            rule.even_in_emergency,
                            rule.after_death,
                        )
                };
                // Each that stood is taken up once: said for two times it would be two.
                let Some(place) = left.iter().position(like) else {
                    return if before.provisions.iter().any(|one| like(&one)) {
                        two_times()
                    } else {
                        would_open("Consent.provision")
                    };
                };
                let old = left.remove(place);
                let period = match (old.period, rule.lasts) {
                    (Known::Is(old), Known::Is(lasts)) => Known::Is(Period {
                        from: lasts.from_in(zone).unwrap_or(old.from),
                        until: lasts.until_in(zone).unwrap_or(old.until),
                    }),
                    _ => old.period,
                };
                let narrower = Provision { period, ..old.clone() };
                if has_passed(&narrower, at) {
                    return Err(Refusal::PeriodOver { path: "Consent.provision.period".to_owned() });
                }
                provisions.push(narrower);
            }
            // One yes has one begin and one end, and the person reads them before.
            let first = provisions.first().map(|one| one.period);
            if waits(before) && provisions.iter().any(|one| Some(one.period) != first) {
                return two_times();
            }
            let after = Consent { narrowed_at: Some(at), provisions, ..before.clone() };
            // As if it counted, so that a proposal does not grow while the person reads it.
            let counted =
                |one: &Consent| Consent { status: Known::Is(Status::Active), origin: Origin::Person, ..one.clone() };
            let silent = Capacity::Doubted { advance: Advance::Silent };
            match silent.takes(&[counted(before)], &[counted(&after)]) {
                Taken::AtOnce => Ok(after),
                Taken::Held => would_open("Consent.provision"),
            }
        }
    }
}
