//! Who stands by somebody, and what each of them may be told: out of the plans, in the person's own view.

use std::fmt::Write as _;

use sayso_consent::{Projection, own};
use sayso_plan::Party;
use sayso_plan::item::{Contact, ContactRole, Contactable, ItemKind, MayBeTold};

use super::Somebody;
use super::line::{plainly, shortened};
use crate::world::key;

/// What they may be told, in a sentence's end.
const fn told(told: MayBeTold) -> &'static str {
    match told {
        MayBeTold::Nothing => "may be told nothing",
        MayBeTold::ThatIAmInCrisis => "may be told that there is a crisis, no more",
        MayBeTold::WhereIAm => "may be told where I am",
        MayBeTold::PlanItems => "may be told what the plan says",
    }
}

fn role(role: ContactRole) -> String {
    match role {
        ContactRole::FirstCall => "first to call".to_owned(),
        ContactRole::Agent => "speaks for me".to_owned(),
        ContactRole::Supporter
        | ContactRole::Deputy
        | ContactRole::Peer
        | ContactRole::Clinician
        | ContactRole::Facilitator
        | ContactRole::Witness => plainly(&role),
    }
}

fn contact(said: &Contact) -> String {
    let mut parts: Vec<String> = said.relationship.iter().map(|is| is.words.clone()).collect();
    let speaks = said.agent_order.filter(|place| *place > 1).map(|place| format!("number {place} of those who speak"));
    parts.extend(said.roles.iter().map(|one| role(*one)));
    parts.extend(speaks);
    match said.contact {
        Contactable::Yes => {}
        Contactable::OnlyIf => parts.push(format!("only if: {}", said.only_if.as_deref().unwrap_or("not said"))),
        Contactable::Never => parts.push("**not to be contacted**".to_owned()),
    }
    parts.push(said.may_be_told.map_or("what to tell is not said", told).to_owned());
    parts.extend(said.limits.iter().map(|limits| shortened(limits)));
    parts.join("; ")
}

fn about(party: &Party, shown: &Projection) -> Vec<String> {
    let of = |kind: &ItemKind| match kind {
        ItemKind::Contact(said) if said.party == party.id => Some(contact(said)),
        ItemKind::Contact(_)
        | ItemKind::Words(_)
        | ItemKind::Preference(_)
        | ItemKind::Goal(_)
        | ItemKind::Ladder(_)
        | ItemKind::Agreement(_)
        | ItemKind::Arrangement(_)
        | ItemKind::Need(_) => None,
    };
    let lines = |item: &sayso_plan::StoredItem| {
        let line = of(&item.item.kind).map(|said| format!("{}: {said}", item.item.section.title()));
        let hidden = item.item.about_parties.contains(&party.id) && line.is_none();
        line.or_else(|| {
            hidden.then(|| format!("{}: something about them, which they are not shown", item.item.section.title()))
        })
    };
    shown.items.iter().filter_map(lines).collect()
}

/// The part of the page.
pub(super) fn page(of: &Somebody) -> String {
    let mut out = String::new();
    for written in &of.plans {
        let own = own(&written.plan, &of.themselves(), &key()).unwrap();
        let shown = own.get();
        writeln!(out, "\nIn “{}”:\n", shown.head.title.text()).unwrap();
        let others: Vec<&Party> = shown.parties.iter().filter(|party| !party.id.is_person()).collect();
        if others.is_empty() {
            out.push_str("nobody is named.\n");
        }
        for party in others {
            let works = party.organization.as_ref().map(|at| format!(", {at}")).unwrap_or_default();
            writeln!(out, "- **{}**, {}{works}", party.name, plainly(&party.role)).unwrap();
            let lines = about(party, shown);
            lines.iter().for_each(|line| writeln!(out, "  - {line}").unwrap());
            if lines.is_empty() {
                out.push_str("  - named in the plan, and nothing is said of what to tell them\n");
            }
        }
    }
    out
}
