//! A push: one transaction Bundle with one CarePlan and what belongs to it (FHIR R4, http.html#transaction).

use sayso_consent::{Projection, Released};
use sayso_plan::draft::NotTaken;
use sayso_plan::{Content, ItemId, PersonId, PlanId, Share};
use sayso_wire::Tree;

use super::{draft, gate, labels, lossless, references, strange, tree};
use crate::fault::{Fault, Why};

/// Most entries of one push: a plan has at most 500 items, and each may come with a Consent that is derived from it.
pub(super) const ENTRIES_MAX: usize = 1_010;

/// What a plan is pushed as. Everything else that a plan is shown as is made of these.
const PUSHED: [&str; 6] = ["CarePlan", "Observation", "Goal", "RelatedPerson", "CareTeam", "Consent"];

/// A push that is well formed as a transaction; its resources are not looked into yet.
pub struct Transaction {
    pub(super) entries: Vec<Sent>,
    plan_at: usize,
    /// What the person is called in it, beside their address.
    pub(super) person_called: Option<String>,
}

/// One entry as it was sent.
pub(super) struct Sent {
    pub(super) kind: String,
    pub(super) id: Option<String>,
    pub(super) full_url: Option<String>,
    pub(super) resource: Tree,
    pub(super) if_match: Option<String>,
    pub(super) if_none_exist: Option<String>,
    /// FHIRPath of the resource.
    pub(super) root: String,
}

impl Sent {
    /// Whether it changes a resource that was read before.
    pub(super) const fn is_update(&self) -> bool {
        self.id.is_some()
    }
}

/// What a push wants, ready for the rules of plans.
pub struct Pushed {
    /// The plan as its sender wants it.
    pub content: Content,
    /// The plan it changes; none for a new one.
    pub plan: Option<PlanId>,
    /// The entity tag the sender last read (`ifMatch` of the CarePlan), as written.
    pub if_match: Option<String>,
    /// `ifNoneExist` of the CarePlan, as written.
    pub if_none_exist: Option<String>,
    /// What became of each entry, in the order they were sent.
    pub entries: Vec<Entry>,
    pub(super) places: Vec<String>,
    pub(super) root: String,
}

/// One entry of a push.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The resource type.
    pub kind: String,
    /// What it became.
    pub mapped: Mapped,
}

/// What an entry became.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mapped {
    /// The plan itself.
    Plan,
    /// The item at this place of `content.items`.
    Item(usize),
    /// Nothing of its own: the server derives it, and it said the same.
    Derived,
}

impl std::fmt::Debug for Transaction {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Transaction({} entries)", self.entries.len())
    }
}

impl std::fmt::Debug for Pushed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Pushed({:?}, {} entries)", self.plan, self.entries.len())
    }
}

impl Transaction {
    /// Reads a transaction Bundle.
    ///
    /// # Errors
    /// What is wrong with the Bundle, with FHIRPaths.
    pub fn read(bytes: &[u8]) -> Result<Self, Vec<Fault>> {
        Self::of(&tree(bytes, "Bundle")?)
    }

    /// As [`Self::read`], for a tree that was read before.
    ///
    /// # Errors
    /// As [`Self::read`].
    pub fn of(tree: &Tree) -> Result<Self, Vec<Fault>> {
        let one = |path: &str, why| vec![Fault::new(path, why)];
        if tree.text("resourceType") != Some("Bundle") || tree.text("type") != Some("transaction") {
            return Err(one("Bundle.type", Why::Transaction("send a Bundle of type transaction")));
        }
        only(tree, "Bundle", &["resourceType", "type", "entry", "id", "meta"])?;
        stop(labels::nothing_above(Share::Open, tree, "Bundle").collect())?;
        Self::of_entries(read_entries(tree, read_entry)?)
    }

    /// A push of these entries.
    pub(super) fn of_entries(entries: Vec<Sent>) -> Result<Self, Vec<Fault>> {
        let plans: Vec<usize> =
            entries.iter().enumerate().filter(|(_, e)| e.kind == "CarePlan").map(|(n, _)| n).collect();
        match plans.as_slice() {
            [plan_at] => Ok(Self { entries, plan_at: *plan_at, person_called: None }),
            _ => Err(vec![Fault::new("Bundle.entry", Why::Transaction("a push holds exactly one CarePlan"))]),
        }
    }

    /// A CarePlan by itself, as the one entry of a push that makes a new plan, or that changes the plan with this id. The
    /// items that it refers to and that are not in it stay as they are.
    ///
    /// # Errors
    /// A fault where it is no CarePlan, or one with another id (R4, http.html#update).
    pub fn of_plan(resource: Tree, id: Option<PlanId>, if_none_exist: Option<&str>) -> Result<Self, Vec<Fault>> {
        let kind = "CarePlan".to_owned();
        if resource.text("resourceType") != Some(&kind) {
            return Err(vec![Fault::new(kind, Why::Value("send a CarePlan"))]);
        }
        let id = id.map(|id| id.to_string());
        if id.is_some() && resource.text("id") != id.as_deref() {
            let why = Why::Value("write the id of the address");
            return Err(vec![Fault::new("CarePlan.id", why)]);
        }
        let root = kind.clone();
        let if_none_exist = if_none_exist.map(str::to_owned);
        let sent = Sent { kind, id, full_url: None, resource, if_match: None, if_none_exist, root };
        Ok(Self { entries: vec![sent], plan_at: 0, person_called: None })
    }

    pub(super) fn plan_entry(&self) -> Option<&Sent> {
        self.entries.get(self.plan_at)
    }

    /// The plan it changes; none for a new one.
    #[must_use]
    pub fn plan(&self) -> Option<PlanId> {
        self.plan_entry().and_then(|entry| entry.id.as_deref()).and_then(|id| id.parse().ok())
    }

    /// The type of each entry, and whether it is an update: each needs its own scope. What is only made of the others
    /// needs none.
    pub fn interactions(&self) -> impl Iterator<Item = (&str, bool)> {
        let pushed = self.entries.iter().filter(|entry| is_pushed(&entry.kind));
        pushed.map(|entry| (entry.kind.as_str(), entry.is_update()))
    }

    /// The entity tag of the CarePlan's `ifMatch`, as written.
    #[must_use]
    pub fn if_match(&self) -> Option<&str> {
        self.plan_entry().and_then(|entry| entry.if_match.as_deref())
    }

    /// Maps the push to the content of a plan of `person`. `current` is what the sender can see of the plan now: items
    /// that are referred to and not sent again stay as they are. `base` is the FHIR base without a slash at its end.
    ///
    /// # Errors
    /// Up to 20 faults with FHIRPaths: what is not valid, not mapped, or another person's.
    pub fn into_pushed(
        mut self,
        person: PersonId,
        base: &str,
        current: Option<&Released<Projection>>,
    ) -> Result<Pushed, Vec<Fault>> {
        let current = current.map(Released::get);
        let mut faults = Vec::new();
        for entry in &mut self.entries {
            let sent = std::mem::replace(&mut entry.resource, Tree::Null);
            match lossless(sent, &entry.root) {
                Ok(kept) => entry.resource = kept,
                Err(lost) => faults.extend(lost),
            }
        }
        stop(faults)?;
        let names = references::names(&self, person, base)?;
        references::rewrite(&mut self, &names, person, base)?;
        let drafted = draft::content(&self, &names, current)?;
        gate::check(&self, &names, person, &drafted, current, base)?;
        let plan_entry = self.plan_entry();
        let if_match = plan_entry.and_then(|entry| entry.if_match.clone());
        let if_none_exist = plan_entry.and_then(|entry| entry.if_none_exist.clone());
        Ok(Pushed {
            plan: self.plan(),
            if_match,
            if_none_exist,
            entries: self.entries.iter().enumerate().map(|(at, sent)| drafted.entry(at, &sent.kind)).collect(),
            root: plan_entry.map(|entry| entry.root.clone()).unwrap_or_default(),
            places: drafted.places,
            content: drafted.content,
        })
    }
}

impl Pushed {
    /// A reason of the plan's rules as a fault in the Bundle that was sent.
    #[must_use]
    pub fn fault(&self, not_taken: &NotTaken) -> Fault {
        placed(&Fault::from(not_taken), &self.places, &self.root)
    }
}

/// Turns a fault in the native plan into one in the Bundle: the place of the item, the rest in words.
pub(super) fn placed(fault: &Fault, places: &[String], root: &str) -> Fault {
    let mut steps = fault.path.split('/').skip(1);
    let item = (steps.next() == Some("items")).then(|| steps.next()).flatten();
    let place = item.and_then(|n| n.parse::<usize>().ok()).and_then(|n| places.get(n));
    let rest: Vec<&str> = if place.is_some() { steps.collect() } else { fault.path.split('/').skip(1).collect() };
    let text = if rest.is_empty() { fault.why.to_string() } else { format!("{}: {}", rest.join("."), fault.why) };
    let why = if matches!(fault.why, Why::Plan(_)) { Why::Plan(text) } else { Why::Schema(text) };
    Fault::new(place.cloned().unwrap_or_else(|| root.to_owned()), why)
}

pub(super) fn stop(mut faults: Vec<Fault>) -> Result<(), Vec<Fault>> {
    faults.truncate(20);
    if faults.is_empty() { Ok(()) } else { Err(faults) }
}

/// Whether a resource of this type is pushed by itself.
pub(super) fn is_pushed(kind: &str) -> bool {
    PUSHED.contains(&kind)
}

pub(super) fn only(tree: &Tree, root: &str, known: &[&str]) -> Result<(), Vec<Fault>> {
    stop(strange(tree, root, known).collect())
}

/// A Bundle with an empty resource in place of each of its resources, which are looked at one by one.
fn envelope(bundle: &Tree) -> Tree {
    let empty = || Tree::Object(vec![("resourceType".to_owned(), Tree::String("Parameters".to_owned()))]);
    let emptied = |entry: &Tree| with(entry, "resource", |_| empty());
    with(bundle, "entry", |entries| match entries {
        Tree::Array(all) => Tree::Array(all.iter().map(emptied).collect()),
        Tree::Null | Tree::Bool(_) | Tree::Number(_) | Tree::String(_) | Tree::Object(_) => entries.clone(),
    })
}

/// An object with one member made anew; anything else as it is.
fn with(tree: &Tree, name: &str, make: impl Fn(&Tree) -> Tree) -> Tree {
    let Tree::Object(members) = tree else { return tree.clone() };
    let made = |(key, value): &(String, Tree)| (key.clone(), if key == name { make(value) } else { value.clone() });
    Tree::Object(members.iter().map(made).collect())
}

/// The entries of a Bundle, each with its place.
pub(super) fn read_entries(
    bundle: &Tree,
    read: impl Fn(&Tree, &str) -> Result<Sent, Vec<Fault>>,
) -> Result<Vec<Sent>, Vec<Fault>> {
    lossless(envelope(bundle), "Bundle")?;
    let sent = bundle.get("entry").map(Tree::elements).unwrap_or_default();
    if sent.len() > ENTRIES_MAX {
        return Err(vec![Fault::new("Bundle.entry", Why::Transaction("at most 1010 entries fit into one push"))]);
    }
    sent.iter().enumerate().map(|(at, entry)| read(entry, &format!("Bundle.entry[{at}]"))).collect()
}

fn read_entry(entry: &Tree, root: &str) -> Result<Sent, Vec<Fault>> {
    only(entry, root, &["fullUrl", "resource", "request"])?;
    only(
        entry.get("request").unwrap_or(&Tree::Null),
        &format!("{root}.request"),
        &["method", "url", "ifMatch", "ifNoneExist"],
    )?;
    known_entry(entry, root).map_err(|fault| vec![fault])
}

fn known_entry(entry: &Tree, root: &str) -> Result<Sent, Fault> {
    let fault = |part: &str, why| Fault::new(format!("{root}.{part}"), why);
    let request = entry.get("request").ok_or_else(|| fault("request", Why::Missing("request")))?;
    let resource = entry.get("resource").ok_or_else(|| fault("resource", Why::Missing("resource")))?;
    let kind = resource.text("resourceType").unwrap_or_default().to_owned();
    if !is_pushed(&kind) {
        return Err(fault("resource", Why::WrongType));
    }
    let url = request.text("url").unwrap_or_default();
    let id = match (request.text("method"), url.split_once('/')) {
        (Some("POST"), None) if url == kind => None,
        (Some("PUT"), Some((typed, id))) if typed == kind && id.parse::<ItemId>().is_ok() => Some(id.to_owned()),
        (Some("POST" | "PUT"), _) => {
            return Err(fault(
                "request.url",
                Why::Transaction("use POST Type for a new resource, PUT Type/id for one that was read"),
            ));
        }
        _ => {
            return Err(fault(
                "request.method",
                Why::Transaction("only POST and PUT; to remove an item, leave it out of the CarePlan"),
            ));
        }
    };
    if let (Some(id), Some(inside)) = (&id, resource.text("id"))
        && id != inside
    {
        return Err(fault("resource.id", Why::Transaction("the id in the resource and the id in the address differ")));
    }
    let text = |key: &str| request.text(key).map(str::to_owned);
    if kind != "CarePlan" && (request.get("ifMatch").is_some() || request.get("ifNoneExist").is_some()) {
        return Err(fault(
            "request",
            Why::Transaction("conditions belong to the CarePlan: it stands for the whole push"),
        ));
    }
    Ok(Sent {
        kind,
        id,
        full_url: entry.text("fullUrl").map(str::to_owned),
        resource: resource.clone(),
        if_match: text("ifMatch"),
        if_none_exist: text("ifNoneExist"),
        root: format!("{root}.resource"),
    })
}
