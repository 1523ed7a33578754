//! The decision on one part: some permit fired and no refusal did. Everything else withholds.

use sayso_plan::{ItemId, PlanId, PlanKind, ProvisionId, Section, Share};
use time::OffsetDateTime;

use crate::audience::Ask;
use crate::compile::{Compiled, Rule};
#[cfg(feature = "leaks")]
use crate::leak::{Leak, planted};
use crate::provision::Effect;
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
    /// A refusal could not be fully understood; it counts until the person clears it up.
    RefusalNotUnderstood(ProvisionId),
    /// It was allowed for a time that is over, or has not begun.
    NotNow(ProvisionId),
    /// It is allowed to this recipient, for another purpose.
    OtherPurpose(ProvisionId),
    /// The part is close, and close parts are allowed one by one.
    Close(ProvisionId),
    /// The plan is not in a state in which it is shared.
    NotShared,
}

impl Verdict {
    /// Whether it may leave.
    #[must_use]
    pub const fn is_released(&self) -> bool {
        matches!(self, Self::Released { .. })
    }
}

/// Decides on one part.
#[must_use]
pub fn decide(rules: &Compiled, part: &Part, ask: &Ask) -> Verdict {
    decide_until(rules, part, ask, None)
}

/// Decides on one part of a version that was in force until `held_until`: a permit counts only if it was given before
/// (case 28: words removed before the grant stay removed).
#[must_use]
pub(crate) fn decide_until(rules: &Compiled, part: &Part, ask: &Ask, held_until: Option<OffsetDateTime>) -> Verdict {
    #[cfg(feature = "leaks")]
    if let Some(verdict) = crate::leak::verdict(part, ask) {
        return verdict;
    }
    let mut permitted: Option<(ProvisionId, OffsetDateTime)> = None;
    for rule in &rules.rules {
        #[cfg(feature = "leaks")]
        if rule.effect == Effect::Deny && planted(Leak::DenyForgotten) {
            continue;
        }
        match (rule.effect, rule.holds(part, ask)) {
            (Effect::Deny, Tri::True) => return Verdict::Withheld(Why::Refused(rule.provision)),
            (Effect::Deny, Tri::Unknown) => return Verdict::Withheld(Why::RefusalNotUnderstood(rule.provision)),
            (Effect::Permit, Tri::True) => {
                let since = rule.since();
                let in_time = held_until.is_none_or(|until| since < until);
                if in_time && permitted.is_none_or(|(_, earliest)| since < earliest) {
                    permitted = Some((rule.provision, since));
                }
            }
            (Effect::Deny, Tri::False) | (Effect::Permit, Tri::False | Tri::Unknown) => {}
        }
    }
    match permitted {
        Some((by, since)) => Verdict::Released { by, since },
        None => Verdict::Withheld(nearest(rules, part, ask)),
    }
}

/// Whether any refusal in force speaks of this asker, whatever it is that it refuses.
pub(crate) fn refuses_anything(rules: &Compiled, ask: &Ask) -> bool {
    rules.rules.iter().filter(|rule| rule.effect == Effect::Deny).any(|rule| {
        let recipient = rule.recipient.test(|r| r.matches(&ask.audience));
        let purpose = rule.purposes.test(|p| p.matches(rule.effect, ask.purpose));
        recipient.and(purpose).and(rule.period.test(|p| p.holds(ask.at))) != Tri::False
    })
}

impl Rule {
    pub(crate) fn holds(&self, part: &Part, ask: &Ask) -> Tri {
        let recipient = self.recipient.test(|r| r.matches(&ask.audience));
        if recipient == Tri::False {
            return Tri::False;
        }
        let what = self.what.test(|w| w.matches(self.effect, part, ask));
        if what == Tri::False {
            return Tri::False;
        }
        let purpose = self.purposes.test(|p| p.matches(self.effect, ask.purpose));
        let period = self.period.test(|p| p.holds(ask.at));
        #[cfg(feature = "leaks")]
        let (purpose, period) = crate::leak::conditions(purpose, period);
        recipient.and(what).and(purpose).and(period)
    }

    /// Since when the rule allows: when it was given, or the later begin of its period.
    fn since(&self) -> OffsetDateTime {
        match self.period {
            crate::tri::Known::Is(period) => period.from.max(self.given_at),
            crate::tri::Known::Unknown => self.given_at,
        }
    }
}

/// Why nothing allows it: the permit for this recipient that came nearest, when there is one.
fn nearest(rules: &Compiled, part: &Part, ask: &Ask) -> Why {
    let mut why = Why::NeverAsked;
    for rule in rules.rules.iter().filter(|r| r.effect == Effect::Permit) {
        if rule.recipient.test(|r| r.matches(&ask.audience)) != Tri::True {
            continue;
        }
        let open = Part { level: Share::Open, ..*part };
        let what = rule.what.test(|w| w.matches(Effect::Permit, part, ask)) == Tri::True;
        let what_if_open = rule.what.test(|w| w.matches(Effect::Permit, &open, ask)) == Tri::True;
        let purpose = rule.purposes.test(|p| p.matches(Effect::Permit, ask.purpose)) == Tri::True;
        let now = rule.period.test(|p| p.holds(ask.at)) == Tri::True;
        match (what, what_if_open, purpose, now) {
            (true, _, true, false) => return Why::NotNow(rule.provision),
            (true, _, false, _) => why = Why::OtherPurpose(rule.provision),
            (false, true, true, true) if why == Why::NeverAsked => why = Why::Close(rule.provision),
            _ => {}
        }
    }
    why
}
