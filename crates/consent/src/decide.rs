//! The decision on one part: some permit fired and no refusal did. Everything else withholds.

use sayso_plan::{ItemId, PlanId, PlanKind, ProvisionId, Section, Share};
use time::OffsetDateTime;

use crate::audience::{Ask, Audience};
use crate::compile::{Compiled, Lasts, Moment, Rule};
use crate::life::Life;
use crate::provision::{Effect, Origin, in_emergency};
use crate::tri::Tri;

/// A part of a plan, as consent sees it: labels and ids, no words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Part {
    /// The plan.
    pub plan: PlanId,
    /// Its kind.
    pub kind: PlanKind,
    /// The section; none for what the plan says as a whole and for a whole document.
    pub section: Option<Section>,
    /// The item; none for what stands above the items.
    pub item: Option<ItemId>,
    /// The level.
    pub level: Share,
    /// Whether it is about the one who asks, who reads as a supporter; of anybody else it is false (case 25).
    pub about_asker: Tri,
}

impl Part {
    /// Whether it is a whole document: a part of no section.
    pub(crate) const fn is_document(&self) -> bool {
        self.section.is_none() && self.item.is_some()
    }

    /// Whether it is kept from the one who asks, whatever a permit says. Like a refusal it holds also where nobody can tell.
    fn is_kept_from(&self, ask: &Ask) -> bool {
        let about = matches!(ask.audience, Audience::Supporter { .. }) && self.about_asker != Tri::False;
        or_leak!(about, AboutShownToParty => false)
    }
}

/// The decision on one part.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It may leave.
    Released {
        /// The provision that allows it.
        by: ProvisionId,
        /// Since when the person allows it to this recipient.
        since: OffsetDateTime,
    },
    /// It stays.
    Withheld(Why),
}

/// Why a part stays. For the person's eyes only; the asker always gets the same answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why {
    /// The person was never asked, or never said.
    NeverAsked,
    /// The person refused.
    Refused(ProvisionId),
    /// The person refused, even in an emergency.
    RefusedEvenInEmergency(ProvisionId),
    /// A refusal could not be fully understood; it counts until the person clears it up.
    RefusalNotUnderstood(ProvisionId),
    /// It was allowed for a time that is over, or has not begun.
    NotNow(ProvisionId),
    /// It is allowed to this recipient, for another purpose.
    OtherPurpose(ProvisionId),
    /// The part is close, and close parts are allowed one by one.
    Close(ProvisionId),
    /// It is allowed to this supporter, and it is about them, or may be.
    AboutThem(ProvisionId),
    /// The plan is not in a state in which it is shared.
    NotShared,
}

impl Verdict {
    /// Whether it may leave.
    #[must_use]
    pub const fn is_released(&self) -> bool {
        matches!(self, Self::Released { .. })
    }

    /// Whether a no keeps it back.
    #[must_use]
    pub const fn is_refused(&self) -> bool {
        matches!(self, Self::Withheld(Why::Refused(_) | Why::RefusedEvenInEmergency(_) | Why::RefusalNotUnderstood(_)))
    }
}

/// Decides on one part.
#[must_use]
pub fn decide(rules: &Compiled, part: &Part, ask: &Ask) -> Verdict {
    #[cfg(feature = "leaks")]
    if let Some(since) = crate::leak::permits_all(ask) {
        return Verdict::Released { by: ProvisionId::from_stored([0; 16]), since };
    }
    let now = Moment::from(ask.at);
    // The part first: most rules are about another one.
    let covering = rules.rules.iter().filter(|rule| rule.covers(part, ask) != Tri::False);
    let speaking = covering.filter_map(|rule| rule.speaking_to(ask, now, &rules.life));
    match weigh(speaking, part, ask, None) {
        Weighed::Permitted { by, .. } if part.is_kept_from(ask) => Verdict::Withheld(Why::AboutThem(by)),
        Weighed::Permitted { by, since } => Verdict::Released { by, since },
        Weighed::Refused(why) => Verdict::Withheld(why),
        Weighed::Nothing => Verdict::Withheld(nearest(rules, part, ask, now)),
    }
}

/// The rules that speak to one asker, for the decision on many parts: who, for what and when are settled once.
pub(crate) struct Narrowed<'a> {
    ask: &'a Ask,
    rules: Vec<Speaking<'a>>,
    held_until: Option<OffsetDateTime>,
}

impl<'a> Narrowed<'a> {
    /// For a version that was in force until `held_until`, a permit counts only if it was given before (case 28: words
    /// removed before the grant stay removed).
    pub(crate) fn to(rules: &'a Compiled, ask: &'a Ask, held_until: Option<OffsetDateTime>) -> Self {
        let now = Moment::from(ask.at);
        let rules = rules.rules.iter().filter_map(|rule| rule.speaking_to(ask, now, &rules.life)).collect();
        Self { ask, rules, held_until }
    }

    /// Since when the part may leave; none when it stays.
    pub(crate) fn released_since(&self, part: &Part) -> Option<OffsetDateTime> {
        #[cfg(feature = "leaks")]
        if let Some(since) = crate::leak::permits_all(self.ask) {
            return Some(since);
        }
        match weigh(self.rules.iter().copied(), part, self.ask, self.held_until) {
            Weighed::Permitted { since, .. } if !part.is_kept_from(self.ask) => Some(since),
            Weighed::Permitted { .. } | Weighed::Refused(_) | Weighed::Nothing => None,
        }
    }

    /// Whether any refusal in force speaks of this asker, whatever it is that it refuses.
    pub(crate) fn refuses_anything(&self) -> bool {
        self.rules.iter().any(|speaking| speaking.rule.effect == Effect::Deny)
    }
}

/// A rule that may hold for an asker, and what its conditions on the asker come to: true or unknown.
#[derive(Clone, Copy)]
struct Speaking<'a> {
    rule: &'a Rule,
    asker: Tri,
}

enum Weighed {
    Permitted { by: ProvisionId, since: OffsetDateTime },
    Refused(Why),
    Nothing,
}

fn weigh<'a>(
    rules: impl Iterator<Item = Speaking<'a>>,
    part: &Part,
    ask: &Ask,
    held_until: Option<OffsetDateTime>,
) -> Weighed {
    let mut permitted: Option<(ProvisionId, OffsetDateTime)> = None;
    for Speaking { rule, asker } in rules {
        #[cfg(feature = "leaks")]
        if crate::leak::forgets(rule.effect, rule.what) {
            continue;
        }
        let holds = asker.and(rule.covers(part, ask));
        let holds = or_leak!(holds, UnknownPermits => match (rule.effect, holds) {
            (Effect::Permit, Tri::Unknown) => Tri::True,
            (Effect::Permit | Effect::Deny, known) => known,
        });
        match (rule.effect, holds) {
            (Effect::Deny, Tri::True) if rule.even_in_emergency => {
                return Weighed::Refused(Why::RefusedEvenInEmergency(rule.provision));
            }
            (Effect::Deny, Tri::True) => return Weighed::Refused(Why::Refused(rule.provision)),
            (Effect::Deny, Tri::Unknown) => return Weighed::Refused(Why::RefusalNotUnderstood(rule.provision)),
            (Effect::Permit, Tri::True) => {
                let in_time = held_until.is_none_or(|until| rule.since < until);
                if in_time && permitted.is_none_or(|(_, earliest)| rule.since < earliest) {
                    permitted = Some((rule.provision, rule.since));
                }
            }
            (Effect::Deny, Tri::False) | (Effect::Permit, Tri::False | Tri::Unknown) => {}
        }
    }
    permitted.map_or(Weighed::Nothing, |(by, since)| Weighed::Permitted { by, since })
}

impl Rule {
    /// The rule, unless one of its conditions on the asker is false: then it speaks of no part at all.
    fn speaking_to(&self, ask: &Ask, now: Moment, life: &Life) -> Option<Speaking<'_>> {
        let recipient = or_leak!(self.recipient.test(|r| r.matches(&ask.audience)), ActorForgotten => Tri::True);
        if recipient == Tri::False {
            return None;
        }
        let covers = or_leak!(self.effect, ParentPurpose => Effect::Deny);
        let marked = in_emergency(self.even_in_emergency, ask.purpose);
        let purpose = self.purposes.test(|p| p.matches(covers, ask.purpose)).or(marked);
        let holds = |lasts: &Lasts| or_leak!(lasts.holds(now), BeginForgotten => Tri::from(now < lasts.until));
        let time = self.lasts.test(holds).and(self.stands(life, ask.at));
        #[cfg(feature = "leaks")]
        let (purpose, time) = crate::leak::conditions(purpose, time);
        let asker = recipient.and(purpose).and(time);
        (asker != Tri::False).then_some(Speaking { rule: self, asker })
    }

    /// Whether it is about this part.
    fn covers(&self, part: &Part, ask: &Ask) -> Tri {
        self.what.test(|what| what.matches(self.effect, part, ask))
    }

    /// Whether it still stands in the person's life: a permit until death unless it names it, and what others said for a
    /// child until the child comes of age.
    fn stands(&self, life: &Life, at: OffsetDateTime) -> Tri {
        let outlives = self.effect == Effect::Deny || self.after_death;
        let alive = if outlives { Tri::True } else { life.lives(at) };
        match self.origin {
            Origin::Person | Origin::Sent => alive,
            Origin::ForAChild => alive.and(life.is_child(at)),
        }
    }
}

/// Why nothing allows it: the permit for this recipient that came nearest, when there is one.
fn nearest(rules: &Compiled, part: &Part, ask: &Ask, now: Moment) -> Why {
    let open = Part { level: Share::Open, ..*part };
    let mut why = Why::NeverAsked;
    for rule in rules.rules.iter().filter(|r| r.effect == Effect::Permit) {
        if rule.covers(&open, ask) != Tri::True || rule.recipient.test(|r| r.matches(&ask.audience)) != Tri::True {
            continue;
        }
        let purpose = rule.purposes.test(|p| p.matches(Effect::Permit, ask.purpose)) == Tri::True;
        let in_time = rule.lasts.test(|l| l.holds(now)).and(rule.stands(&rules.life, ask.at)) == Tri::True;
        match (rule.covers(part, ask) == Tri::True, purpose, in_time) {
            (true, true, false) => return Why::NotNow(rule.provision),
            (true, false, _) => why = Why::OtherPurpose(rule.provision),
            (false, true, true) if why == Why::NeverAsked => why = Why::Close(rule.provision),
            _ => {}
        }
    }
    why
}
