//! As what a plan names somebody who supports the person (case 25): whom to call, who agreed. They are told of it where
//! somebody else is shown that part, and of nothing else: not what it says, nor in which plan, nor who reads it.

use std::collections::BTreeSet;

use sayso_plan::{Item, ItemId, ItemKind, PartyId, Plan};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use crate::release::Withheld;
use crate::sealed::{Sealed, Themselves};
use crate::supporter::Supporter;
use crate::tri::Tri;

/// As what somebody is named.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum NamedAs {
    /// Somebody to call or to ask for help.
    Contact,
    /// A party of an agreement.
    Agreement,
    /// Somebody who does something: a step, or taking care of somebody or something.
    Task,
    /// Somebody whose own words, or where they stand, are in it.
    Voice,
}

impl NamedAs {
    /// All, in the order in which pages tell them.
    pub const ALL: [Self; 4] = [Self::Contact, Self::Agreement, Self::Task, Self::Voice];

    /// Its code, as in forms.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Contact => "contact",
            Self::Agreement => "agreement",
            Self::Task => "task",
            Self::Voice => "voice",
        }
    }

    /// The one with this code.
    #[must_use]
    pub fn of(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.code() == code)
    }
}

/// Somebody would rather not be named so. It withholds nothing: the person decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Objection {
    /// As what.
    pub named_as: NamedAs,
    /// Since when.
    #[serde(with = "time::serde::rfc3339")]
    pub at: OffsetDateTime,
}

/// What somebody who is named may know of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Naming {
    /// What the person is called, as in the invitation.
    pub from: String,
    /// As what they are named.
    pub named_as: BTreeSet<NamedAs>,
}

/// Where and as what the person's own plan names a supporter, for the person.
///
/// # Errors
/// [`Withheld`] when the plan is not theirs.
pub fn own_mentions(
    sealed: &Sealed<Plan>,
    reader: &Themselves,
    supporter: &Supporter,
) -> Result<Vec<(ItemId, NamedAs)>, Withheld> {
    if sealed.0.person == reader.person() { Ok(mentions(&sealed.0, supporter)) } else { Err(Withheld) }
}

/// Where a plan names somebody, by what the person said of who they are. An item that is about them, or may be, or keeps
/// them out, is none: that they are kept out of something is not told to them.
pub(crate) fn mentions(plan: &Plan, supporter: &Supporter) -> Vec<(ItemId, NamedAs)> {
    let named = &supporter.named;
    let apart = |item: &Item| named.among(plan, item.concerned()) == Tri::False;
    let mut found = Vec::new();
    for stored in plan.items.iter().filter(|stored| apart(&stored.item)) {
        let theirs = said_of(&stored.item).into_iter().filter(|(party, _)| named.surely(plan, party));
        found.extend(theirs.map(|(_, named_as)| (stored.id, named_as)));
    }
    found
}

/// Whom an item names as what.
fn said_of(item: &Item) -> Vec<(&PartyId, NamedAs)> {
    let (named_as, own): (NamedAs, Vec<&PartyId>) = match &item.kind {
        ItemKind::Contact(contact) => (NamedAs::Contact, vec![&contact.party]),
        ItemKind::Agreement(agreement) => (NamedAs::Agreement, agreement.parties.iter().collect()),
        ItemKind::Goal(goal) => (NamedAs::Task, goal.steps.iter().filter_map(|step| step.who.as_ref()).collect()),
        ItemKind::Ladder(ladder) => (NamedAs::Task, ladder.rungs.iter().flat_map(|rung| &rung.who).collect()),
        ItemKind::Arrangement(arrangement) => (NamedAs::Task, arrangement.who.iter().collect()),
        ItemKind::Words(_) | ItemKind::Preference(_) | ItemKind::Need(_) => (NamedAs::Task, Vec::new()),
    };
    let voices = [&item.voice.party].into_iter().chain(item.stances.iter().map(|stance| &stance.party));
    own.into_iter().map(|party| (party, named_as)).chain(voices.map(|party| (party, NamedAs::Voice))).collect()
}
