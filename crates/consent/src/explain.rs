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
    /// The section the part stands in; none for a document that is kept whole, which has none.
    pub section: Option<Section>,
    /// The item, or the document.
    pub item: ItemId,
    /// The decision and its cause.
    pub verdict: Verdict,
}

/// Explains every item of the person's own plan to the person, and the document that it keeps whole; empty when the plan
/// is not theirs.
#[must_use]
pub fn explain(sealed: &Sealed<Plan>, reader: &Themselves, rules: &Compiled, ask: &Ask) -> Vec<Explained> {
    let plan: &Plan = &sealed.0;
    if plan.person != reader.person() {
        return Vec::new();
    }
    let verdict = |part: &Part| {
        if plan.state.releasable() || ask.is_own_app() {
            decide(rules, part, ask)
        } else {
            Verdict::Withheld(Why::NotShared)
        }
    };
    let items = plan.items.iter().map(|item| {
        let verdict = verdict(&part_of(plan, item, ask));
        Explained { section: Some(item.item.section), item: item.id, verdict }
    });
    let documents = plan.document.iter().map(|kept| {
        let part = document_part(plan.id, plan.kind, kept.id);
        Explained { section: None, item: kept.id, verdict: verdict(&part) }
    });
    items.chain(documents).collect()
}

/// What is decided on of a document that is kept whole: it stands in no section, and nobody here knows what it says.
pub(crate) const fn document_part(plan: PlanId, kind: PlanKind, id: ItemId) -> Part {
    Part { plan, kind, section: None, item: Some(id), level: Share::Care, about_asker: Tri::False }
}

/// Whether everything is open to an app of the person's: every section of every kind, and whole documents, and no refusal
/// speaks to it. Said by the consents alone, never by what the plans hold: nobody can learn from it that something is
/// hidden.
#[must_use]
pub fn is_open_whole(rules: &Compiled, ask: &Ask) -> bool {
    let rules = Narrowed::to(rules, ask, None);
    let any = PlanId::from_stored([0; 16]);
    let open = |part: Part| rules.released_since(&part).is_some();
    let document = |kind| document_part(any, kind, ItemId::from_stored([0; 16]));
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
