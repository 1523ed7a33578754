//! Why: for each part of a plan, what this recipient would get and the cause. For the person's eyes only.

use sayso_plan::{ItemId, Plan, Section};

use crate::audience::Ask;
use crate::compile::Compiled;
use crate::decide::{Verdict, Why, decide};
use crate::release::part_of;
use crate::sealed::{Sealed, Themselves};

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
