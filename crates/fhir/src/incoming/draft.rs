//! From the resources of a push to the content of a plan. What is read here is proven by the gate afterwards: nothing
//! is taken on trust, so reading may be simple.

use std::collections::BTreeSet;

use sayso_consent::Projection;
use sayso_plan::{Content, DraftItem, ItemId, PartyId, PlanKind, Section};
use sayso_wire::{Path, Tree};
use serde_json::{Map, Value, json};

use super::labels;
use super::references::{self, Names};
use super::transaction::{Entry, Mapped, Sent, Transaction, placed, stop};
use crate::fault::{Fault, Why};
use crate::outgoing::care_plan;
use crate::{envelope, native, profile};

/// The content, and where each of its items came from.
pub(super) struct Drafted {
    pub(super) content: Content,
    /// FHIRPath of each item.
    pub(super) places: Vec<String>,
    /// The entry of each item that has a resource of its own.
    pub(super) from: Vec<Option<usize>>,
    /// The name of each item inside the push: its id, or what the sender called it.
    pub(super) named: Vec<Option<ItemId>>,
}

impl Drafted {
    pub(super) fn entry(&self, at: usize, kind: &str) -> Entry {
        let item = self.from.iter().position(|from| *from == Some(at));
        let mapped = match (kind, item) {
            ("CarePlan", _) => Mapped::Plan,
            (_, Some(item)) => Mapped::Item(item),
            (_, None) => Mapped::Derived,
        };
        Entry { kind: kind.to_owned(), mapped }
    }
}

/// One item on its way.
struct Found {
    native: Value,
    id: Option<ItemId>,
    named: Option<ItemId>,
    place: String,
    from: Option<usize>,
}

/// Reads the content of a plan.
pub(super) fn content(
    transaction: &Transaction,
    names: &Names,
    current: Option<&Projection>,
) -> Result<Drafted, Vec<Fault>> {
    let Some(sent) = transaction.plan_entry() else {
        return Err(vec![Fault::new("Bundle.entry", Why::Missing("CarePlan"))]);
    };
    let mut plan = plan_members(sent).map_err(|fault| vec![fault])?;
    let lang = plan.get("language").and_then(Value::as_str).unwrap_or("und").to_owned();
    let reader = Reader { transaction, names, current, lang };
    let found = reader.items(sent)?;
    let places: Vec<String> = found.iter().map(|found| found.place.clone()).collect();
    let from: Vec<Option<usize>> = found.iter().map(|found| found.from).collect();
    let named: Vec<Option<ItemId>> = found.iter().map(|found| found.named).collect();
    let ids: Vec<Option<ItemId>> = found.iter().map(|found| found.id).collect();
    plan.insert("items".into(), found.into_iter().map(|found| found.native).collect());
    let mut content = native::content(Value::Object(plan))
        .map_err(|faults| faults.iter().map(|fault| placed(fault, &places, &sent.root)).collect::<Vec<_>>())?;
    let mut faults = Vec::new();
    for (((draft, id), from), named) in content.items.iter_mut().zip(ids).zip(&from).zip(&named) {
        draft.id = id;
        if let Some(before) = current_item(current, id) {
            // Also where it moves to a section that is more open.
            let closer = before.share_level() > draft.item.share_level();
            draft.item.share = before.share.or(closer.then(|| before.share_level()));
            // Nor does it stop being about somebody, who may not read it, by not being said again.
            let is_here = |party: &&PartyId| content.parties.iter().any(|one| one.id == **party);
            let unsaid = |party: &&PartyId| !draft.item.about_parties.contains(party);
            let kept: Vec<PartyId> = before.about_parties.iter().filter(unsaid).filter(is_here).cloned().collect();
            draft.item.about_parties.extend(kept);
        }
        let own = from.and_then(|at| transaction.entries.get(at));
        let made = transaction.entries.iter().filter(|sent| named.is_some() && of_item(&sent.resource) == *named);
        // Of the level that is kept and those that are sent, the closest one counts (case 24).
        for sent in own.into_iter().chain(made) {
            match labels::asked(&sent.resource, &sent.root) {
                Ok(asked) if asked > Some(draft.item.share_level()) => draft.item.share = asked,
                Ok(_) => {}
                Err(unknown) => faults.extend(unknown),
            }
        }
    }
    stop(faults)?;
    if content.items.is_empty() {
        content.document = current.and_then(|plan| plan.document.as_ref()).map(|stored| stored.document.clone());
    }
    Ok(Drafted { content, places, from, named })
}

fn current_item(current: Option<&Projection>, id: Option<ItemId>) -> Option<&sayso_plan::Item> {
    let id = id?;
    current?.items.iter().find(|item| item.id == id).map(|item| &item.item)
}

fn extensions(resource: &Tree) -> &[Tree] {
    resource.get("extension").map(Tree::elements).unwrap_or_default()
}

fn extension<'t>(resource: &'t Tree, url: &str) -> Option<(usize, &'t Tree)> {
    extensions(resource).iter().enumerate().find(|(_, extension)| extension.text("url") == Some(url))
}

/// The item that a resource was made of which is none by itself: who speaks for the person, as Consent.
fn of_item(resource: &Tree) -> Option<ItemId> {
    extension(resource, profile::EXT_OF_ITEM)?.1.text("valueId")?.parse().ok()
}

fn own_words(resource: &Tree) -> Option<String> {
    envelope::text_of_base64(extension(resource, profile::EXT_OWN_WORDS)?.1.text("valueBase64Binary")?)
}

fn decode(sent: &Sent, at: usize, extension: &Tree) -> Result<Value, Fault> {
    let path = Path::default().key("extension").index(at);
    envelope::decode(extension, &path).map_err(|path| Fault::at(&sent.root, &path, Why::NotMapped))
}

/// Head, parties and absences; from the extension, or from what any CarePlan has.
fn plan_members(sent: &Sent) -> Result<Map<String, Value>, Fault> {
    let resource = &sent.resource;
    let mut members = match extension(resource, profile::EXT_PLAN) {
        Some((at, extension)) => {
            let native = decode(sent, at, extension)?;
            native.as_object().cloned().ok_or_else(|| Fault::new(sent.root.clone(), Why::NotMapped))?
        }
        None => plain_members(sent)?,
    };
    let missing = |what| Fault::new(sent.root.clone(), Why::Missing(what));
    let title = own_words(resource).or_else(|| resource.text("title").map(str::to_owned));
    let slot = members.entry("title").or_insert_with(|| json!({}));
    if let Some(words) = slot.as_object_mut()
        && !words.contains_key("text")
    {
        words.insert("text".into(), title.ok_or_else(|| missing("CarePlan.title"))?.into());
    }
    let Some(plain) = resource.text("status").and_then(care_plan::of_status) else {
        let why = Why::Value("the status of a plan is draft, active, completed or revoked");
        return Err(Fault::new(format!("{}.status", sent.root), why));
    };
    // Where the status leaves more than one state open, our extension says which; the loss gate compares the two.
    members.remove("no");
    let state = members.remove("state").unwrap_or_else(|| plain.code().into());
    members.insert("status".into(), state);
    Ok(members)
}

/// A CarePlan without our extension: kind, language, period, and nothing more.
fn plain_members(sent: &Sent) -> Result<Map<String, Value>, Fault> {
    let resource = &sent.resource;
    let categories = resource.get("category").map(Tree::elements).unwrap_or_default();
    let codings = categories.iter().flat_map(|c| c.get("coding").map(Tree::elements).unwrap_or_default());
    let kind = codings
        .filter(|coding| coding.text("system") == Some(profile::KINDS))
        .find_map(|coding| coding.text("code")?.parse::<PlanKind>().ok());
    let Some(kind) = kind else {
        let why = Why::Missing("a coding of the code system plan-kind, or the extension plan,");
        return Err(Fault::new(format!("{}.category", sent.root), why));
    };
    let lang = resource.text("language").unwrap_or("und");
    let mut members = Map::new();
    members.insert("kind".into(), kind.code().into());
    members.insert("language".into(), lang.into());
    members.insert("title".into(), json!({ "lang": lang }));
    members.insert("jurisdiction".into(), "unknown".into());
    let period = resource.get("period");
    for (native, fhir) in [("from", "start"), ("until", "end")] {
        if let Some(day) = period.and_then(|period| period.text(fhir)) {
            members.insert(native.into(), day.into());
        }
    }
    Ok(members)
}

struct Reader<'a> {
    transaction: &'a Transaction,
    names: &'a Names,
    current: Option<&'a Projection>,
    lang: String,
}

impl Reader<'_> {
    /// The items in the order of the CarePlan: our extensions first, then what else it refers to, then the rest.
    fn items(&self, sent: &Sent) -> Result<Vec<Found>, Vec<Fault>> {
        let mut found = Vec::new();
        let mut faults = Vec::new();
        let mut taken = BTreeSet::new();
        for (at, extension) in extensions(&sent.resource).iter().enumerate() {
            let result = match extension.text("url") {
                Some(profile::EXT_ITEM) => self.inside(sent, at, extension).map(Some),
                Some(profile::EXT_ITEM_REFERENCE) => {
                    let to = extension.get("valueReference").and_then(references::address);
                    let path = format!("{}.extension[{at}].valueReference", sent.root);
                    self.referred(&to.unwrap_or_default(), &path, &mut taken)
                }
                _ => Ok(None),
            };
            match result {
                Ok(item) => found.extend(item),
                Err(fault) => faults.push(fault),
            }
        }
        for list in ["supportingInfo", "goal"] {
            for (at, reference) in sent.resource.get(list).map(Tree::elements).unwrap_or_default().iter().enumerate() {
                let to = reference.text("reference").unwrap_or_default();
                if to.starts_with("DocumentReference/") {
                    continue;
                }
                match self.referred(to, &format!("{}.{list}[{at}]", sent.root), &mut taken) {
                    Ok(item) => found.extend(item),
                    Err(fault) => faults.push(fault),
                }
            }
        }
        for address in self.names.entries.iter().filter(|address| !taken.contains(*address)) {
            let is_item = |kind| address.split_once('/').is_some_and(|(of, _)| of == kind);
            if ["Observation", "Goal", "RelatedPerson"].into_iter().any(is_item) {
                let at = self.names.entry(address).unwrap_or_default();
                match self.entry(at) {
                    Ok(item) => found.push(item),
                    Err(fault) => faults.push(fault),
                }
            }
        }
        stop(faults)?;
        Ok(found)
    }

    /// An item that stands in the CarePlan itself.
    fn inside(&self, sent: &Sent, at: usize, extension: &Tree) -> Result<Found, Fault> {
        let native = decode(sent, at, extension)?;
        let named: Option<ItemId> = native.get("id").and_then(Value::as_str).and_then(|id| id.parse().ok());
        let id = named.filter(|_| sent.is_update());
        let place = format!("{}.extension[{at}]", sent.root);
        Ok(Found { native: without_id(native), id, named, place, from: None })
    }

    /// An item in a resource of its own: sent here, or one that the sender can see already.
    fn referred(&self, address: &str, path: &str, taken: &mut BTreeSet<String>) -> Result<Option<Found>, Fault> {
        if !taken.insert(address.to_owned()) {
            return Ok(None);
        }
        if let Some(at) = self.names.entry(address) {
            return self.entry(at).map(Some);
        }
        let id: Option<ItemId> = address.split_once('/').and_then(|(_, id)| id.parse().ok());
        let Some(item) = current_item(self.current, id) else {
            return Err(Fault::new(
                path,
                Why::Value("refers to nothing that is in this push or in the plan as you see it"),
            ));
        };
        let draft = DraftItem { id, item: item.clone() };
        let native = without_id(serde_json::to_value(draft).unwrap_or_default());
        Ok(Some(Found { native, id, named: id, place: path.to_owned(), from: None }))
    }

    fn entry(&self, at: usize) -> Result<Found, Fault> {
        let Some(sent) = self.transaction.entries.get(at) else {
            return Err(Fault::new("Bundle.entry", Why::NotMapped));
        };
        let mut native = match extension(&sent.resource, profile::EXT_ITEM) {
            Some((at, extension)) => without_id(decode(sent, at, extension)?),
            None => self.plain_item(sent)?,
        };
        let text = own_words(&sent.resource).or_else(|| element_text(sent));
        if let Some(words) = native.get_mut("words").and_then(Value::as_object_mut)
            && !words.contains_key("text")
            && let Some(text) = text
        {
            words.insert("text".into(), text.into());
        }
        let named = self.names.item(at);
        let id = named.filter(|_| sent.is_update());
        Ok(Found { native, id, named, place: sent.root.clone(), from: Some(at) })
    }

    /// A resource without our extension: words in a section, or a goal, said by the person.
    fn plain_item(&self, sent: &Sent) -> Result<Value, Fault> {
        let lang = sent.resource.text("language").unwrap_or(&self.lang);
        let (section, kind) = match sent.kind.as_str() {
            "Goal" => (Section::Goals, "goal"),
            "Observation" => (section_of(sent)?, "words"),
            _ => return Err(Fault::new(sent.root.clone(), Why::Missing("the extension item"))),
        };
        let mut native = json!({
            "section": section.code(), "type": kind, "words": { "lang": lang },
            "voice": { "party": "self", "role": "person" }
        });
        let day = sent.resource.text("effectiveDateTime").filter(|day| day.len() == 10);
        if let (Some(day), Some(members)) = (day, native.as_object_mut()) {
            members.insert("since".into(), day.into());
        }
        Ok(native)
    }
}

fn section_of(sent: &Sent) -> Result<Section, Fault> {
    let codings = sent.resource.get("code").and_then(|code| code.get("coding")).map(Tree::elements).unwrap_or_default();
    codings
        .iter()
        .filter(|coding| coding.text("system") == Some(profile::SECTIONS))
        .find_map(|coding| coding.text("code")?.parse().ok())
        .ok_or_else(|| {
            let why = Why::Missing("a coding of the code system plan-section, or the extension item,");
            Fault::new(format!("{}.code", sent.root), why)
        })
}

/// The element that holds the words of an item where nothing stands around them.
fn element_text(sent: &Sent) -> Option<String> {
    match sent.kind.as_str() {
        "Observation" => sent.resource.text("valueString").map(str::to_owned),
        "Goal" => sent.resource.get("description").and_then(|concept| concept.text("text")).map(str::to_owned),
        _ => None,
    }
}

/// Ids are given by the address, not by the envelope: the envelope of a new resource may hold any.
fn without_id(mut native: Value) -> Value {
    if let Some(members) = native.as_object_mut() {
        members.remove("id");
    }
    native
}
