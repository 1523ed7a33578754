//! What the makers of resources look at: a released projection, or, inside the loss gate only, a draft to compare with.

use std::collections::BTreeMap;

use sayso_consent::{Projection, Released};
use sayso_plan::plan::No;
use sayso_plan::{
    Absence, Head, Party, PartyId, PersonId, PlanId, PlanKind, Section, State, StoredDocument, StoredItem,
};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::parts;
use crate::object;

/// A plan as far as it may be shown.
#[derive(Clone)]
pub(crate) struct View<'a> {
    pub(crate) id: PlanId,
    pub(crate) person: PersonId,
    pub(crate) kind: PlanKind,
    pub(crate) state: State,
    pub(crate) no: Option<&'a No>,
    /// What a reader must know of its time before anything else.
    pub(crate) note: Option<&'a str>,
    pub(crate) head: &'a Head,
    pub(crate) parties: &'a [Party],
    pub(crate) absences: BTreeMap<Section, Absence>,
    pub(crate) items: Vec<&'a StoredItem>,
    pub(crate) document: Option<&'a StoredDocument>,
    /// Since when the terms are as they are.
    pub(crate) terms_since: OffsetDateTime,
    pub(crate) last_updated: OffsetDateTime,
    /// The same as a FHIR instant.
    pub(crate) updated: String,
    pub(crate) fingerprint: String,
    pub(crate) whole: bool,
    /// Whether items were left out for this purpose (the crisis extract).
    pub(crate) subset: bool,
    /// Words that were not released, for the planted leak that puts them into the narrative.
    #[cfg(feature = "leaks")]
    pub(crate) leaked: &'a [String],
    /// What was not released, for the planted leaks that refer to it.
    #[cfg(feature = "leaks")]
    pub(crate) leaked_items: &'a [(sayso_plan::ItemId, Section)],
}

impl<'a> View<'a> {
    pub(crate) fn of(released: &'a Released<Projection>) -> Self {
        let shown = released.get();
        Self {
            id: shown.id,
            person: shown.person,
            kind: shown.kind,
            state: shown.state,
            no: shown.no.as_ref(),
            note: None,
            head: &shown.head,
            parties: &shown.parties,
            absences: shown.absences.clone(),
            items: shown.items.iter().collect(),
            document: shown.document.as_ref(),
            terms_since: shown.terms_since,
            last_updated: shown.last_updated,
            updated: instant(shown.last_updated),
            fingerprint: released.fingerprint().to_string(),
            whole: shown.whole,
            subset: false,
            #[cfg(feature = "leaks")]
            leaked: &shown.leaked,
            #[cfg(feature = "leaks")]
            leaked_items: &shown.leaked_items,
        }
    }

    /// The same plan with the crisis sections only.
    pub(crate) fn for_crisis(&self) -> Self {
        let mut view = self.clone();
        view.items.retain(|item| item.item.section.in_crisis_extract());
        view.absences.retain(|section, _| section.in_crisis_extract());
        view.subset = view.items.len() < self.items.len();
        // What was signed was the plan and not an extract of it.
        view.whole = false;
        view
    }

    pub(crate) fn patient(&self) -> String {
        format!("Patient/{}", self.person)
    }

    pub(crate) fn party(&self, id: &PartyId) -> Option<&'a Party> {
        self.parties.iter().find(|party| party.id == *id)
    }

    /// What a party is called; the person themselves has no name here.
    pub(crate) fn name(&self, id: &PartyId) -> String {
        self.party(id).map_or_else(|| id.to_string(), |party| party.name.clone())
    }

    pub(crate) fn lang(&self) -> &'a str {
        self.head.language.as_str()
    }

    /// The sections that have items or an absence, in reading order.
    pub(crate) fn sections(&self) -> impl Iterator<Item = Section> {
        Section::all().filter(|s| self.absences.contains_key(s) || self.items.iter().any(|i| i.item.section == *s))
    }

    /// The items of a section, in the person's order.
    pub(crate) fn items_of(&self, section: Section) -> Vec<&'a StoredItem> {
        let mut items: Vec<_> = self.items.iter().copied().filter(|i| i.item.section == section).collect();
        items.sort_by_key(|item| item.item.order.unwrap_or(u32::MAX));
        items
    }

    /// A reference to a party: the person as Patient, a contact that has its own resource, else the name.
    pub(crate) fn refer(&self, party: &PartyId) -> serde_json::Value {
        if party.is_person() {
            return parts::reference(&self.patient());
        }
        let name = parts::string(&self.name(party));
        match self.items.iter().find(|item| super::contact::stands_for(self, item, party)) {
            Some(item) => parts::contact(item.id, Some(name)),
            None => object! { "display": name },
        }
    }
}

/// A moment as FHIR instant, to the millisecond: finer clocks would only tell machines apart.
#[must_use]
pub fn instant(at: OffsetDateTime) -> String {
    let at = at.to_offset(time::UtcOffset::UTC);
    let millis = at.replace_nanosecond(u32::from(at.millisecond()) * 1_000_000).unwrap_or(at);
    millis.format(&Rfc3339).unwrap_or_else(|_| "1970-01-01T00:00:00Z".to_owned())
}
