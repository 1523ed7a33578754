//! The law of consent a second time: slow, obvious, written from its text alone. It shares the data types with the
//! consent room and not one line of its reasoning; where the two disagree, one of them has misread the law.

use sayso_consent::{
    Ask, Audience, Class, Consent, Effect, Known, Life, Origin, Part, Period, Provision, Purposes, Recipient, Status,
    Tri, Verdict, What, Why,
};
use sayso_plan::{ProvisionId, Purpose, Share};
use time::OffsetDateTime;

/// Kleene's three values, spelled out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Truth {
    /// It holds.
    Yes,
    /// It does not.
    No,
    /// Nobody can tell.
    Unclear,
}

use Truth::{No, Unclear, Yes};

/// What the conditions of one provision come to, one by one.
#[derive(Debug, Clone, Copy)]
pub struct Conditions {
    /// The provision.
    pub provision: ProvisionId,
    /// Is it a refusal even in an emergency?
    pub marked: bool,
    /// Since when it says so: when it was given, or the later begin of its period.
    pub since: OffsetDateTime,
    /// Is it about the one who asks?
    pub recipient: Truth,
    /// Is it about the purpose that is stated?
    pub purpose: Truth,
    /// Is it about this part?
    pub what: Truth,
    /// Would it be about this part, if the part were open?
    pub what_if_open: Truth,
    /// Is it about this moment, in the calendar and in the person's life?
    pub period: Truth,
}

impl Conditions {
    /// All conditions together.
    #[must_use]
    pub fn all(&self) -> Truth {
        together(&[self.recipient, self.purpose, self.what, self.period])
    }
}

fn together(each: &[Truth]) -> Truth {
    if each.contains(&No) {
        No
    } else if each.contains(&Unclear) {
        Unclear
    } else {
        Yes
    }
}

/// What the consents come to for one part and one question.
#[derive(Debug, Clone)]
pub struct Ruling {
    /// Every permit that counts, fired or not.
    pub permits: Vec<Conditions>,
    /// Every refusal that counts, fired or not.
    pub refusals: Vec<Conditions>,
    /// Case 25: is the part about the supporter who asks?
    pub about_asker: Truth,
}

impl Ruling {
    /// Release: some permit fired and no refusal did. A permit fires only on yes, a refusal on anything but no.
    #[must_use]
    pub fn releases(&self) -> bool {
        self.permits.iter().any(|p| p.all() == Yes)
            && self.refusals.iter().all(|r| r.all() == No)
            && self.about_asker == No
    }

    /// Whether a verdict is right, in what it decides and in the cause that it names.
    #[must_use]
    pub fn agrees_with(&self, verdict: &Verdict) -> bool {
        let permit = |id: ProvisionId, test: &dyn Fn(&Conditions) -> bool| {
            self.permits.iter().any(|c| c.provision == id && c.recipient == Yes && test(c))
        };
        let refusal = |id: ProvisionId, truth| self.refusals.iter().any(|c| c.provision == id && c.all() == truth);
        let fired = || self.permits.iter().filter(|c| c.all() == Yes);
        let nothing_refuses = self.refusals.iter().all(|c| c.all() == No);
        if verdict.is_released() != self.releases() {
            return false;
        }
        match verdict {
            Verdict::Released { by, since } => {
                let earliest = fired().map(|c| c.since).min();
                earliest == Some(*since) && fired().any(|c| c.provision == *by && c.since == *since)
            }
            // The stronger no is named where both are said.
            Verdict::Withheld(Why::Refused(id)) => {
                refusal(*id, Yes) && !self.refusals.iter().any(|c| c.marked && c.all() == Yes)
            }
            Verdict::Withheld(Why::RefusedEvenInEmergency(id)) => {
                self.refusals.iter().any(|c| c.provision == *id && c.marked && c.all() == Yes)
            }
            Verdict::Withheld(Why::RefusalNotUnderstood(id)) => refusal(*id, Unclear),
            Verdict::Withheld(Why::NotNow(id)) => {
                nothing_refuses && permit(*id, &|c| c.what == Yes && c.purpose == Yes && c.period != Yes)
            }
            Verdict::Withheld(Why::OtherPurpose(id)) => {
                nothing_refuses && permit(*id, &|c| c.what == Yes && c.purpose != Yes)
            }
            Verdict::Withheld(Why::Close(id)) => nothing_refuses && permit(*id, &only_too_close),
            Verdict::Withheld(Why::NeverAsked) => nothing_refuses && !self.permits.iter().any(nearly),
            Verdict::Withheld(Why::AboutThem(id)) => {
                nothing_refuses && self.about_asker != No && fired().any(|c| c.provision == *id)
            }
            Verdict::Withheld(Why::NotShared) => false,
        }
    }
}

fn only_too_close(c: &Conditions) -> bool {
    c.what != Yes && [c.what_if_open, c.purpose, c.period] == [Yes; 3]
}

/// Whether the permit speaks of this recipient and this part, and something else is missing.
fn nearly(c: &Conditions) -> bool {
    c.recipient == Yes && (c.what == Yes || only_too_close(c))
}

/// Reads the law for one part and one question, about somebody with this life.
#[must_use]
pub fn rule(consents: &[Consent], part: &Part, ask: &Ask, life: &Life) -> Ruling {
    let mut ruling = Ruling { permits: Vec::new(), refusals: Vec::new(), about_asker: kept_from(part, ask) };
    for consent in consents {
        for provision in &consent.provisions {
            let mut conditions = conditions(consent, provision, part, ask);
            let alive = about_death(provision, ask.at, life);
            let in_charge = about_age(consent, ask.at, life);
            conditions.period = together(&[conditions.period, alive, in_charge]);
            match provision.effect {
                Effect::Permit if permit_counts(consent, provision) => ruling.permits.push(conditions),
                Effect::Deny if refusal_counts(consent) => ruling.refusals.push(conditions),
                Effect::Permit | Effect::Deny => {}
            }
        }
    }
    ruling
}

/// A permit counts when the person gave it, on our page, and has not taken it back; and a permit names its recipient,
/// one purpose and what it is about.
fn permit_counts(consent: &Consent, provision: &Provision) -> bool {
    let active = match consent.status {
        Known::Is(Status::Active) => true,
        Known::Is(Status::Draft | Status::Proposed | Status::Rejected | Status::Inactive | Status::EnteredInError)
        | Known::Unknown => false,
    };
    let own = match consent.origin {
        Origin::Person | Origin::ForAChild => true,
        Origin::Sent => false,
    };
    let too_wide = provision.recipient == Known::Is(Recipient::Everyone)
        || provision.purposes == Known::Is(Purposes::Any)
        || provision.what == Known::Is(What::Everything);
    active && own && consent.withdrawn_at.is_none() && !too_wide
}

/// Case 11: a refusal counts while it is in force, and while nobody can tell whether it is; whoever sent it.
fn refusal_counts(consent: &Consent) -> bool {
    match consent.status {
        Known::Is(Status::Active) | Known::Unknown => true,
        Known::Is(Status::Draft | Status::Proposed | Status::Rejected | Status::Inactive | Status::EnteredInError) => {
            false
        }
    }
}

fn conditions(consent: &Consent, provision: &Provision, part: &Part, ask: &Ask) -> Conditions {
    let what = |part: &Part| match provision.what {
        Known::Unknown => Unclear,
        Known::Is(what) => about_part(what, provision.effect, part, ask),
    };
    Conditions {
        provision: provision.id,
        marked: provision.effect == Effect::Deny && provision.even_in_emergency,
        since: since(consent, provision),
        recipient: match provision.recipient {
            Known::Unknown => Unclear,
            Known::Is(recipient) => about_asker(recipient, &ask.audience),
        },
        purpose: match provision.purposes {
            // Section 2: what is refused even in an emergency, no input releases in one.
            _ if provision.effect == Effect::Deny && provision.even_in_emergency && in_emergency(ask) => Yes,
            Known::Unknown => Unclear,
            Known::Is(purposes) => about_purpose(purposes, provision.effect, ask.purpose),
        },
        what: what(part),
        what_if_open: what(&Part { level: Share::Open, ..*part }),
        period: match provision.period {
            Known::Unknown => Unclear,
            Known::Is(period) => about_now(period, ask.at),
        },
    }
}

fn since(consent: &Consent, provision: &Provision) -> OffsetDateTime {
    match provision.period {
        Known::Is(period) if period.from > consent.given_at => period.from,
        Known::Is(_) | Known::Unknown => consent.given_at,
    }
}

fn about_asker(recipient: Recipient, audience: &Audience) -> Truth {
    match audience {
        Audience::App { client: asking } => match recipient {
            Recipient::Everyone => Yes,
            Recipient::App(named) => yes_if(named == *asking),
            Recipient::Organization(_)
            | Recipient::Practitioner(..)
            | Recipient::Class(_)
            | Recipient::Supporter(_) => No,
        },
        Audience::Supporter { supporter: asking, .. } => match recipient {
            Recipient::Everyone => Yes,
            Recipient::Supporter(named) => yes_if(named == *asking),
            Recipient::Organization(_) | Recipient::Practitioner(..) | Recipient::Class(_) | Recipient::App(_) => No,
        },
        Audience::Organization { organization: asking, practitioner, class } => match recipient {
            Recipient::Everyone => Yes,
            Recipient::App(_) | Recipient::Supporter(_) => No,
            Recipient::Organization(named) => yes_if(named == *asking),
            Recipient::Class(Class::CrisisServices) => yes_if(*class == Some(Class::CrisisServices)),
            Recipient::Practitioner(at, _) if at != *asking => No,
            Recipient::Practitioner(_, named) => match practitioner {
                // A missing input is not known.
                None => Unclear,
                Some(somebody) => yes_if(named == *somebody),
            },
        },
    }
}

/// Case 14: emergency is permitted by name; a refusal covers what lies below the refused purpose. Case 12: where no
/// purpose is stated, nobody can tell.
fn about_purpose(purposes: Purposes, effect: Effect, stated: Option<Purpose>) -> Truth {
    let named = match purposes {
        Purposes::Any => return Yes,
        Purposes::Only(named) => named,
    };
    let Some(stated) = stated else { return Unclear };
    match effect {
        Effect::Permit => yes_if(named == stated),
        Effect::Deny => yes_if(named == stated || above(stated).contains(&named)),
    }
}

fn in_emergency(ask: &Ask) -> bool {
    ask.purpose == Some(Purpose::Etreat) || ask.purpose == Some(Purpose::Btg)
}

/// The purposes above this one in v3-ActReason, as far as they can be named here.
fn above(purpose: Purpose) -> &'static [Purpose] {
    match purpose {
        Purpose::Btg => &[Purpose::Etreat, Purpose::Treat],
        Purpose::Etreat | Purpose::Coc | Purpose::Caremgt => &[Purpose::Treat],
        Purpose::Treat | Purpose::Patrqt | Purpose::Famrqt | Purpose::Pwatrny | Purpose::Supnwk => &[],
    }
}

fn about_part(what: What, effect: Effect, part: &Part, ask: &Ask) -> Truth {
    let named = match what {
        What::Everything => true,
        What::Kind(kind) => part.kind == kind,
        What::Plan(plan) => part.plan == plan,
        What::Section(section) => part.section == Some(section),
        What::Item(item) => part.item == Some(item),
        What::Documents => part.section.is_none() && part.item.is_some(),
        // Case 22: refused from this level on to the closer ones, permitted from it on to the more open ones.
        What::Level(level) => match effect {
            Effect::Deny => closeness(part.level) >= closeness(level),
            Effect::Permit => closeness(part.level) <= closeness(level),
        },
    };
    if !named {
        return No;
    }
    if effect == Effect::Deny {
        return Yes;
    }
    // What a whole document says is known to nobody here: no class of parts, by kind or by level, permits it.
    let whole_document = part.item.is_some() && part.section.is_none();
    if whole_document && matches!(what, What::Kind(_) | What::Level(_)) {
        return No;
    }
    if part.level != Share::Close {
        return Yes;
    }
    // A permit of something close names the very item; an app of the person's own is the person's own hand, but a
    // class of levels never reaches what is close.
    let own_app = matches!(ask.audience, Audience::App { .. });
    match what {
        What::Item(_) => Yes,
        What::Level(_) => No,
        What::Everything | What::Kind(_) | What::Plan(_) | What::Section(_) | What::Documents => yes_if(own_app),
    }
}

fn closeness(level: Share) -> u8 {
    match level {
        Share::Open => 0,
        Share::Care => 1,
        Share::Close => 2,
    }
}

/// Case 19: an end that is not after the start is not understood; the end itself is outside.
fn about_now(period: Period, now: OffsetDateTime) -> Truth {
    if period.from >= period.until {
        return Unclear;
    }
    yes_if(period.from <= now && now < period.until)
}

/// Case 40: a permit ends with the person's death, unless it says that it does not; a refusal never does.
fn about_death(provision: &Provision, now: OffsetDateTime, life: &Life) -> Truth {
    if provision.effect == Effect::Deny || provision.after_death {
        return Yes;
    }
    match life.died {
        Known::Is(None) => Yes,
        Known::Is(Some(died)) => yes_if(now < died),
        Known::Unknown => Unclear,
    }
}

/// Case 41: what others said for a child ends on the birthday, both sides of it.
fn about_age(consent: &Consent, now: OffsetDateTime, life: &Life) -> Truth {
    match (consent.origin, life.of_age) {
        (Origin::Person | Origin::Sent, _) => Yes,
        (Origin::ForAChild, Known::Is(of_age)) => yes_if(now < of_age),
        (Origin::ForAChild, Known::Unknown) => Unclear,
    }
}

/// Case 25: what is about a supporter is kept from that supporter, and what may be about them too. Of anybody else it is
/// never asked.
fn kept_from(part: &Part, ask: &Ask) -> Truth {
    match (&ask.audience, part.about_asker) {
        (Audience::Organization { .. } | Audience::App { .. }, _) | (_, Tri::False) => No,
        (Audience::Supporter { .. }, Tri::True) => Yes,
        (Audience::Supporter { .. }, Tri::Unknown) => Unclear,
    }
}

fn yes_if(holds: bool) -> Truth {
    if holds { Yes } else { No }
}
