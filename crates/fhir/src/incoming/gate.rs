//! The second half of the loss gate: what was read must give back what was sent. The plan as it was understood is
//! written as FHIR again, and everything that was sent must be found in it, except the published server-owned elements.

use std::collections::{BTreeMap, BTreeSet};

use sayso_consent::Projection;
use sayso_plan::id::of;
use sayso_plan::{Content, ItemId, ItemVersion, PersonId, PlanId, StoredDocument, StoredItem};
use sayso_wire::{Path, Tree, strict};
use time::OffsetDateTime;

use super::draft::Drafted;
use super::references::{Names, stand_in};
use super::transaction::{Sent, Transaction, stop};
use super::{labels, strange};
use crate::fault::{Fault, Why};
use crate::outgoing::{View, has_hidden_words, resources_of, text_runs};
use crate::profile;

/// Lists whose order means nothing in FHIR.
const UNORDERED: [&str; 3] = ["category", "coding", "profile"];

/// Refuses what would be lost or contradicts.
pub(super) fn check(
    transaction: &Transaction,
    names: &Names,
    person: PersonId,
    drafted: &Drafted,
    current: Option<&Projection>,
    base: &str,
) -> Result<(), Vec<Fault>> {
    let ids = named_once(&drafted.named);
    let back = Written::of(&drafted.content, names.plan, person, &ids, current, base)?;
    let mut faults = Vec::new();
    for (sent, address) in transaction.entries.iter().zip(&names.entries) {
        back.find(sent, address, &mut faults);
    }
    stop(faults)
}

/// Each item's name inside the push; a name that is given twice counts once.
fn named_once(named: &[Option<ItemId>]) -> Vec<ItemId> {
    let mut seen = BTreeSet::new();
    let each = named.iter().enumerate();
    each.map(|(n, id)| id.filter(|id| seen.insert(*id)).unwrap_or_else(|| stand_in(10_000 + n))).collect()
}

/// A content written as FHIR.
#[derive(Default)]
pub(super) struct Written {
    resources: BTreeMap<String, Tree>,
    words: BTreeSet<String>,
    all_words: String,
}

impl Written {
    /// Writes `content` as it would be shown, with `ids` for its items.
    pub(super) fn of(
        content: &Content,
        plan: PlanId,
        person: PersonId,
        ids: &[ItemId],
        current: Option<&Projection>,
        base: &str,
    ) -> Result<Self, Vec<Fault>> {
        let known = |id: ItemId| current.and_then(|plan| plan.items.iter().find(|item| item.id == id));
        let version = ItemVersion::from_stored([0; 16]);
        let items: Vec<StoredItem> = content
            .items
            .iter()
            .zip(ids)
            .map(|(draft, id)| StoredItem {
                id: *id,
                version,
                changed_at: known(*id).map_or(OffsetDateTime::UNIX_EPOCH, |item| item.changed_at),
                moved_at: None,
                opened: Vec::new(),
                item: draft.item.clone(),
            })
            .collect();
        let document = content.document.clone().map(|document| StoredDocument {
            id: sayso_plan::id::Id::<of::Item>::from_stored([0; 16]),
            version,
            document,
        });
        let view = View {
            id: plan,
            person,
            kind: content.kind,
            state: content.status,
            no: current.and_then(|plan| plan.no.as_ref()),
            note: None,
            head: &content.head,
            parties: &content.parties,
            absences: content.absences.clone(),
            items: items.iter().collect(),
            document: document.as_ref(),
            terms_since: OffsetDateTime::UNIX_EPOCH,
            last_updated: OffsetDateTime::UNIX_EPOCH,
            updated: crate::outgoing::instant(OffsetDateTime::UNIX_EPOCH),
            fingerprint: "0".to_owned(),
            whole: true,
            subset: false,
            #[cfg(feature = "leaks")]
            leaked: &[],
            #[cfg(feature = "leaks")]
            leaked_items: &[],
        };
        let mut written = Self::default();
        for shown in resources_of(&view, base) {
            let tree = strict::read(&shown.bytes()).map_err(|fault| vec![Fault::fhir(shown.kind, &fault)])?;
            written.add(format!("{}/{}", shown.kind, shown.id), tree);
        }
        Ok(written)
    }

    /// Adds a resource that would be shown at an address.
    pub(super) fn add(&mut self, address: String, tree: Tree) {
        if let Some(div) = tree.get("text").and_then(|text| text.text("div")) {
            self.words.extend(text_runs(div));
        }
        self.collect(&tree);
        self.resources.insert(address, tree);
    }

    /// Everything that is said anywhere, for the question whether a narrative says more.
    fn collect(&mut self, tree: &Tree) {
        if let Some(text) = tree.as_str() {
            self.all_words.push_str(&text.split_whitespace().collect::<Vec<_>>().join(" "));
            self.all_words.push('\n');
        }
        for (_, member) in tree.members().iter().filter(|(key, _)| key != "div") {
            self.collect(member);
        }
        tree.elements().iter().for_each(|element| self.collect(element));
    }

    /// Finds what was sent in what would be shown.
    pub(super) fn find(&self, sent: &Sent, address: &str, faults: &mut Vec<Fault>) {
        let Some(back) = self.resources.get(address) else {
            faults.push(Fault::new(sent.root.clone(), Why::Contradicts));
            return;
        };
        let new = !sent.is_update();
        let mut search = Search { kind: &sent.kind, new, faults: Vec::new() };
        search.tree(&sent.resource, back, &Path::default());
        faults.extend(search.faults.into_iter().map(|(path, why)| Fault::at(&sent.root, &path, why)));
        faults.extend(labels::nothing_above(labels::kept(back), &sent.resource, &sent.root));
        faults.extend(labels::no_other_section(back, &sent.resource, &sent.root));
        self.narrative(&sent.resource, &sent.root, faults);
    }

    /// Finds the words of a narrative in what would be shown.
    pub(super) fn narrative(&self, resource: &Tree, root: &str, faults: &mut Vec<Fault>) {
        let Some(text) = resource.get("text") else { return };
        faults.extend(strange(text, &format!("{root}.text"), &["status", "div"]));
        let Some(div) = text.text("div") else { return };
        let runs: BTreeSet<String> = text_runs(div).into_iter().filter(|run| !self.words.contains(run)).collect();
        let foreign = |run: &String| !self.all_words.contains(run.as_str());
        if has_hidden_words(div) || runs.len() > RUNS_SOUGHT_MAX || runs.iter().any(foreign) {
            faults.push(Fault::new(format!("{root}.text.div"), Why::ForeignNarrative));
        }
    }
}

/// Runs of a narrative that are looked for one by one in all words; more are taken as foreign, which bounds the work.
pub(super) const RUNS_SOUGHT_MAX: usize = 2_000;

/// Looks for one tree in another.
struct Search<'a> {
    kind: &'a str,
    /// Whether the resource is new, so that the ids in its envelopes are not ours yet.
    new: bool,
    faults: Vec<(Path, Why)>,
}

impl Search<'_> {
    fn tree(&mut self, sent: &Tree, back: &Tree, path: &Path) {
        match (sent, back) {
            (Tree::Object(members), Tree::Object(_)) => {
                // What changes the meaning of the rest cannot be left out of it.
                for key in ["modifierExtension", "doNotPerform", "provision"] {
                    let belongs = back.get(key).is_some() && (key != "provision" || path.0.is_empty());
                    if belongs && sent.get(key).is_none() {
                        self.faults.push((path.key(key), Why::Contradicts));
                    }
                }
                for (key, value) in members {
                    if self.is_server_owned(key, value, path) {
                        continue;
                    }
                    match back.get(key) {
                        Some(other) => self.tree(value, other, &path.key(key)),
                        None => self.faults.push((path.key(key), Why::NotMapped)),
                    }
                }
            }
            (Tree::Array(sent), Tree::Array(back)) => self.list(sent, back, path),
            _ if sent == back => {}
            _ => self.faults.push((path.clone(), Why::Contradicts)),
        }
    }

    /// Every element sent must stand in the list that comes back: in order, where order means something.
    fn list(&mut self, sent: &[Tree], back: &[Tree], path: &Path) {
        let unordered = matches!(path.0.last(), Some(sayso_wire::Step::Key(key)) if UNORDERED.contains(&key.as_str()));
        let mut used: BTreeSet<usize> = BTreeSet::new();
        let mut next = 0;
        for (at, element) in sent.iter().enumerate() {
            let here = path.index(at);
            if self.new && is_new_id(element) {
                continue;
            }
            let found = (next..back.len()).find(|place| {
                !used.contains(place) && back.get(*place).is_some_and(|other| self.holds(element, other, &here))
            });
            match found {
                Some(place) => {
                    used.insert(place);
                    next = if unordered { 0 } else { place + 1 };
                }
                None if self.faults.len() < 20 => self.missed(element, counterpart(element, back, at), here),
                None => return,
            }
        }
    }

    /// Says where an element that was not found differs from the one it was meant to be; as a whole where it does not,
    /// because then it was sent more often than it comes back, or in another order.
    fn missed(&mut self, sent: &Tree, meant: Option<&Tree>, here: Path) {
        let before = self.faults.len();
        if let Some(meant) = meant {
            self.tree(sent, meant, &here);
        }
        if self.faults.len() == before {
            self.faults.push((here, Why::NotMapped));
        }
    }

    fn holds(&self, sent: &Tree, back: &Tree, path: &Path) -> bool {
        let mut search = Search { kind: self.kind, new: self.new, faults: Vec::new() };
        search.tree(sent, back, path);
        search.faults.is_empty()
    }

    fn is_server_owned(&self, key: &str, value: &Tree, path: &Path) -> bool {
        let owned = |(kind, element): &(&str, &str)| (*kind == "*" || *kind == self.kind) && *element == key;
        let moment = value.as_str().is_some_and(|text| text.contains('T'));
        path.0.is_empty()
            && (profile::SERVER_OWNED.iter().any(owned) || (moment && profile::SERVER_OWNED_MOMENTS.iter().any(owned)))
    }
}

/// The element that `sent` was most likely meant to be, so that the path of the fault leads to the difference.
fn counterpart<'t>(sent: &Tree, back: &'t [Tree], at: usize) -> Option<&'t Tree> {
    match sent.text("url") {
        Some(url) => back.iter().find(|other| other.text("url") == Some(url)),
        None => back.get(at),
    }
}

/// The id part of an envelope.
fn is_new_id(element: &Tree) -> bool {
    element.text("url") == Some("id") && element.text("valueId").is_some()
}
