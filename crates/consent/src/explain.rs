//! Why: for each part of a plan, what this recipient would get and the cause. For the person's eyes only.

use sayso_plan::{ItemId, Plan, PlanId, PlanKind, Section, Share};

use crate::audience::Ask;
use crate::compile::Compiled;
use crate::decide::{Narrowed, Part, Verdict, Why, decide};
use crate::release::part_of;
use crate::sealed::{Sealed, Themselves};
use crate::tri::Tri;

/// The decision on one part, with its cause.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Explained {
    /// The section the part stands in.
    pub section: Section,
    /// The item.
    pub item: ItemId,
    /// The decision and its cause.
    pub verdict: Verdict,
}

/// Explains every item of the person's own plan to the person; empty when the plan is not theirs.
#[must_use]
pub fn explain(sealed: &Sealed<Plan>, reader: &Themselves, rules: &Compiled, ask: &Ask) -> Vec<Explained> {
    let plan: &Plan = &sealed.0;
    if plan.person != reader.person() {
        return Vec::new();
    }
    plan.items
        .iter()
        .map(|item| {
            let part = part_of(plan, item, ask);
            let verdict = if plan.state.releasable() || ask.is_own_app() {
                decide(rules, &part, ask)
            } else {
                Verdict::Withheld(Why::NotShared)
            };
            Explained { section: item.item.section, item: item.id, verdict }
        })
        .collect()
}

/// Whether everything is open to an app of the person's: every section of every kind, and whole documents, and no refusal
/// speaks to it. Said by the consents alone, never by what the plans hold: nobody can learn from it that something is
/// hidden.
#[must_use]
pub fn is_open_whole(rules: &Compiled, ask: &Ask) -> bool {
    let rules = Narrowed::to(rules, ask, None);
    let any = PlanId::from_stored([0; 16]);
    let open = |part: Part| rules.released_since(&part).is_some();
    let document = |kind| Part {
        plan: any,
        kind,
        section: None,
        item: Some(ItemId::from_stored([0; 16])),
        level: Share::Care,
        about_asker: Tri::False,
    };
    let section = |kind, section: Section| {
        open(Part {
            plan: any,
            kind,
            section: Some(section),
            item: None,
            level: section.default_share(),
            about_asker: Tri::False,
        })
    };
    ask.is_own_app()
        && !rules.refuses_anything()
        && PlanKind::ALL.iter().all(|kind| open(document(*kind)) && Section::all().all(|one| section(*kind, one)))
}
