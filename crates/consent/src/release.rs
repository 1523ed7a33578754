//! Releasing: from a sealed plan to the projection that one recipient may see now. The only maker of [`Released`].

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use hmac::{Hmac, KeyInit, Mac};
use sayso_plan::plan::{Absence, Head, No};
use sayso_plan::{
    Content, DraftItem, Item, ItemId, Lang, Party, PartyId, Person, PersonId, Plan, PlanId, PlanKind, PlanVersionId,
    Proposal, Removal, Section, Share, State, StoredDocument, StoredItem, Words,
};
use sha2::Sha256;
use time::OffsetDateTime;

use crate::audience::{Ask, Audience};
use crate::compile::Compiled;
use crate::decide::{Narrowed, Part};
use crate::explain::document_part;
use crate::naming::{NamedAs, Naming, mentions};
use crate::provision::Consent;
use crate::sealed::{Sealed, Themselves};
use crate::supporter::Supporter;
use crate::tri::Tri;

/// What the person allowed this recipient to see. Its only constructors are in this module.
pub struct Released<T> {
    inner: T,
    fingerprint: Fingerprint,
}

impl<T> Released<T> {
    /// What was released.
    #[must_use]
    pub const fn get(&self) -> &T {
        &self.inner
    }

    /// The fingerprint of what was released.
    #[must_use]
    pub const fn fingerprint(&self) -> Fingerprint {
        self.fingerprint
    }
}

impl<T> fmt::Debug for Released<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Released({})", self.fingerprint)
    }
}

/// Keyed hash over what is released, 128 bits; ETag, versionId, cursors and cached bytes depend on nothing else.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Fingerprint([u8; 16]);

/// The mistake of the planted leak that keeps assembled bytes by plan: a key that says nothing of what is released.
#[cfg(feature = "leaks")]
#[must_use]
pub const fn fingerprint_of_plan(plan: PlanId) -> Fingerprint {
    Fingerprint(*plan.as_bytes())
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|b| write!(f, "{b:02x}"))
    }
}

/// The key of the fingerprints: one for each installation, so that nobody can test a guess at hidden content.
#[derive(Clone)]
pub struct FingerprintKey(Hmac<Sha256>);

impl FingerprintKey {
    /// Takes 32 secret bytes.
    #[must_use]
    pub fn new(key: [u8; 32]) -> Self {
        // RFC 2104: a key shorter than the block is filled up with zeros.
        let mut block = [0; 64];
        block.iter_mut().zip(key).for_each(|(to, from)| *to = from);
        Self(Hmac::new(&block.into()))
    }

    /// A keyed hash over something that has to come back unchanged.
    #[must_use]
    pub fn seal(&self, bound: &[u8]) -> Fingerprint {
        let mut mac = self.0.clone();
        mac.update(b"sayso seal 1");
        mac.update(bound);
        finish(mac)
    }
}

impl fmt::Debug for FingerprintKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("FingerprintKey")
    }
}

/// The part of a plan that one recipient may see.
#[derive(Debug, Clone)]
pub struct Projection {
    /// The plan.
    pub id: PlanId,
    /// Whose it is.
    pub person: PersonId,
    /// Its kind.
    pub kind: PlanKind,
    /// Its state.
    pub state: State,
    /// Since when the terms (state, period, law) are as they are; of a cancelled plan, the day it was cancelled.
    pub terms_since: OffsetDateTime,
    /// The person's no to it, which every reader sees first.
    pub no: Option<No>,
    /// The head as far as it is visible: the terms always; the title is the kind's label where the person's own title
    /// is not released; formalities only in the whole.
    pub head: Head,
    /// Whether title, review and the wish for when the plan was not followed are the person's own and released.
    pub head_visible: bool,
    /// The parties that what is released names, and the person.
    pub parties: Vec<Party>,
    /// The sections whose absence the recipient may know.
    pub sections: BTreeSet<Section>,
    /// Sections without items, and why, among [`Self::sections`].
    pub absences: BTreeMap<Section, Absence>,
    /// The released items, in order. For anyone but the person and the person's apps without share level and without
    /// the list of parties an item is about.
    pub items: Vec<StoredItem>,
    /// The whole document, if released.
    pub document: Option<StoredDocument>,
    /// The later of the last visible change and the moment it became visible to this recipient.
    pub last_updated: OffsetDateTime,
    /// Whether this is the whole, with levels and formalities: the person's own view, or that of an app of theirs to
    /// which everything is open. Anything else is an extract.
    pub whole: bool,
    /// Whether the reader is an app of the person's, which sees levels.
    pub own_app: bool,
    /// Words that were not released, for the planted leak that puts them into the narrative.
    #[cfg(feature = "leaks")]
    pub leaked: Vec<String>,
    /// Ids and sections of what was not released, for the planted leaks that refer to it.
    #[cfg(feature = "leaks")]
    pub leaked_items: Vec<(ItemId, Section)>,
}

impl Projection {
    /// The projection in the form in which a plan is handed in.
    #[must_use]
    pub fn as_content(&self) -> Content {
        Content {
            kind: self.kind,
            status: self.state,
            head: self.head.clone(),
            parties: self.parties.clone(),
            absences: self.absences.clone(),
            items: self.items.iter().map(|i| DraftItem { id: Some(i.id), item: i.item.clone() }).collect(),
            document: self.document.as_ref().map(|stored| stored.document.clone()),
        }
    }
}

/// What may be said of the person to somebody who may see a plan: name and verified identifiers, no more.
#[derive(Debug, Clone)]
pub struct Subject {
    /// The person, without anything that is not verified.
    pub person: Person,
    /// When what is said of the person last changed for this reader.
    pub last_updated: OffsetDateTime,
}

/// Nothing of the plan may leave. The reasons are for the person; the asker gets the one answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("withheld")]
pub struct Withheld;

/// A decision over a whole plan version, before anything is copied out of it.
#[derive(Debug, Clone)]
pub struct Grant {
    plan: PlanId,
    kind: PlanKind,
    version: PlanVersionId,
    items: Vec<bool>,
    shown: Vec<(ItemId, Section)>,
    sections: BTreeSet<Section>,
    head: bool,
    document: bool,
    own_app: bool,
    whole: bool,
    last_updated: OffsetDateTime,
    fingerprint: Fingerprint,
}

impl Grant {
    /// The fingerprint of what would be released: known before anything is assembled.
    #[must_use]
    pub const fn fingerprint(&self) -> Fingerprint {
        self.fingerprint
    }

    /// The plan it is about.
    #[must_use]
    pub const fn plan(&self) -> PlanId {
        self.plan
    }

    /// Its kind.
    #[must_use]
    pub const fn kind(&self) -> PlanKind {
        self.kind
    }

    /// The granted items and the sections they stand in, in order; for the record of what was shown.
    #[must_use]
    pub fn shown(&self) -> &[(ItemId, Section)] {
        &self.shown
    }

    /// Whether the whole document is granted.
    #[must_use]
    pub const fn shows_document(&self) -> bool {
        self.document
    }

    /// Whether the plan's title, its review and the wish for when it was not followed are granted.
    #[must_use]
    pub const fn shows_head(&self) -> bool {
        self.head
    }

    /// Whether nothing is granted but that the plan is cancelled, since when, and why.
    #[must_use]
    pub const fn is_stone(&self) -> bool {
        self.shown.is_empty() && !self.document && !self.own_app
    }

    /// The sections of which is granted that nothing stands in them, because the person said so.
    #[must_use]
    pub fn said_empty(&self, sealed: &Sealed<Plan>) -> BTreeSet<Section> {
        self.absences(&sealed.0).map(|(section, _)| section).collect()
    }

    /// The same decision, narrowed to what a responder needs: the sections of the crisis extract, and nothing that
    /// stands above them.
    ///
    /// # Errors
    /// [`Withheld`] when nothing is left, or `sealed` is not the very version that was decided on.
    pub fn for_crisis(mut self, sealed: &Sealed<Plan>, key: &FingerprintKey) -> Result<Self, Withheld> {
        let plan: &Plan = &sealed.0;
        if plan.version != self.version {
            return Err(Withheld);
        }
        for (granted, item) in self.items.iter_mut().zip(&plan.items) {
            *granted &= item.item.section.in_crisis_extract();
        }
        self.shown.retain(|(_, section)| section.in_crisis_extract());
        self.sections.retain(|section| section.in_crisis_extract());
        self.document = false;
        self.head = false;
        self.whole = false;
        if self.shown.is_empty() {
            return Err(Withheld);
        }
        self.fingerprint = fingerprint(plan, &self, key);
        Ok(self)
    }

    /// Whether the reader sees levels, and the parties an item is about.
    fn with_levels(&self) -> bool {
        or_leak!(self.whole || self.own_app, LevelsShown => true)
    }

    /// The granted items.
    fn granted<'a>(&self, plan: &'a Plan) -> impl Iterator<Item = &'a StoredItem> {
        plan.items.iter().zip(&self.items).filter(|(_, visible)| **visible).map(|(item, _)| item)
    }

    /// The parties that what is granted names, and the person.
    fn parties<'a>(&self, plan: &'a Plan) -> impl Iterator<Item = &'a Party> {
        let mut named: BTreeSet<&PartyId> = BTreeSet::new();
        for item in self.granted(plan) {
            named.extend(item.item.shown_parties());
            if or_leak!(self.with_levels(), AboutPartiesNamed => true) {
                named.extend(&item.item.about_parties);
            }
        }
        if self.head {
            named.extend(plan.head.review.iter().filter_map(|r| r.starts.as_ref()));
        }
        let whole = or_leak!(self.whole, PartiesOfWhole => true);
        plan.parties.iter().filter(move |p| whole || p.id.is_person() || named.contains(&p.id))
    }

    /// The absences that are visible. Beside items of its section an absence says nothing: somebody who saw none of
    /// them wrote it.
    fn absences<'a>(&'a self, plan: &'a Plan) -> impl Iterator<Item = (Section, Absence)> + 'a {
        let empty = |section: &Section| !self.shown.iter().any(|(_, shown)| shown == section);
        let visible = move |section: &Section| self.sections.contains(section) && empty(section);
        plan.absences.iter().filter(move |(section, _)| visible(section)).map(|(section, absence)| (*section, *absence))
    }

    /// The places of the granted items among each other.
    fn places(&self, plan: &Plan) -> Places {
        let mut orders: Vec<(Section, u32)> =
            self.granted(plan).filter_map(|i| i.item.order.map(|order| (i.item.section, order))).collect();
        orders.sort_unstable();
        orders.dedup();
        Places(orders)
    }

    fn head_of(&self, plan: &Plan) -> Head {
        let visible = or_leak!(self.head, TitleAlways => true);
        let mut head = plan.head.clone();
        if or_leak!(!self.whole, FormalitiesAlways => false) {
            head.formalities.clear();
        }
        if !visible {
            head.review = or_leak!(None, ReviewAlways => head.review);
            head.if_not_followed = or_leak!(None, WishAlways => head.if_not_followed);
            if let Ok(label) = Words::new(plan.kind.label().to_owned(), english()) {
                head.title = label;
            }
            head.language = or_leak!(self.language(plan), LanguageOfWhole => head.language);
        }
        head
    }

    /// The language that most of the granted words are in.
    fn language(&self, plan: &Plan) -> Lang {
        let mut spoken: BTreeMap<&str, (usize, &Lang)> = BTreeMap::new();
        for words in self.granted(plan).filter_map(|i| i.item.words.as_ref()) {
            spoken.entry(words.lang().as_str()).or_insert((0, words.lang())).0 += 1;
        }
        spoken.into_values().max_by_key(|(count, _)| *count).map_or_else(english, |(_, lang)| lang.clone())
    }

    /// How many items were not granted, for the planted leak that counts them.
    #[cfg(feature = "leaks")]
    #[must_use]
    pub fn withheld(&self) -> usize {
        self.items.iter().filter(|visible| !**visible).count()
    }

    /// When what is released last changed for this recipient.
    #[must_use]
    pub const fn last_updated(&self) -> OffsetDateTime {
        self.last_updated
    }

    /// Copies what is granted out of the plan it was decided on.
    ///
    /// # Errors
    /// [`Withheld`] when `sealed` is not the very version that was decided on.
    pub fn open(&self, sealed: &Sealed<Plan>) -> Result<Released<Projection>, Withheld> {
        let plan: &Plan = &sealed.0;
        if plan.version != self.version || plan.id != self.plan {
            return Err(Withheld);
        }
        let with_levels = self.with_levels();
        let mut items: Vec<StoredItem> =
            self.granted(plan).map(|i| if with_levels { i.clone() } else { without_levels(i) }).collect();
        if or_leak!(!self.whole, PlacesOfWhole => false) {
            let places = self.places(plan);
            items.iter_mut().for_each(|i| i.item.order = places.of(&i.item));
        }
        let parties = self.parties(plan).cloned().collect();
        let absences = or_leak!(self.absences(plan).collect(), AbsencesOfWhole => plan.absences.clone());
        Ok(Released {
            fingerprint: self.fingerprint,
            inner: Projection {
                id: plan.id,
                person: plan.person,
                kind: plan.kind,
                state: plan.state,
                terms_since: or_leak!(plan.terms_changed_at, TermsFromRecorded => plan.recorded_at),
                no: plan.no.clone(),
                head: self.head_of(plan),
                head_visible: self.head,
                parties,
                sections: self.sections.clone(),
                absences,
                document: plan.document.clone().filter(|_| self.document),
                items,
                last_updated: self.last_updated,
                whole: self.whole,
                own_app: self.own_app,
                #[cfg(feature = "leaks")]
                leaked: crate::leak::words(plan),
                #[cfg(feature = "leaks")]
                leaked_items: crate::leak::items(plan),
            },
        })
    }
}

fn without_levels(item: &StoredItem) -> StoredItem {
    let mut item = item.clone();
    item.item.share = None;
    item.item.about_parties.clear();
    item
}

/// Places within the sections, counted over what is granted: a gap would tell of something between.
struct Places(Vec<(Section, u32)>);

impl Places {
    fn of(&self, item: &Item) -> Option<u32> {
        let at = self.0.binary_search(&(item.section, item.order?)).ok()?;
        let before = self.0.iter().take(at).rev().take_while(|(section, _)| *section == item.section).count();
        u32::try_from(before).ok().map(|before| before + 1)
    }
}

fn english() -> Lang {
    Lang::try_from("en").unwrap_or_else(|_| Lang::undetermined())
}

/// Decides what of the current version of a plan this recipient may see now.
///
/// # Errors
/// [`Withheld`] when that is nothing.
pub fn judge(sealed: &Sealed<Plan>, rules: &Compiled, ask: &Ask, key: &FingerprintKey) -> Result<Grant, Withheld> {
    judge_version(sealed, None, rules, ask, key)
}

/// Where an older version stands in the life of its plan.
#[derive(Debug, Clone, Copy)]
pub struct Past<'a> {
    /// Until when it was in force, where that has ended.
    pub until: Option<OffsetDateTime>,
    /// The plan as it is today.
    pub today: &'a Sealed<Plan>,
}

/// Like [`judge`], for an older version. Only what the current consent releases, and what was in force during this
/// recipient's permit, is visible (case 28). Of what was made closer since, moved, or is about somebody else, the current
/// consent must release what it is today, too; of what was removed, what it was at the end. Of a plan that is cancelled
/// today nothing that once stood in it is visible, except to the person's own apps.
///
/// # Errors
/// [`Withheld`] when that is nothing.
pub fn judge_past(
    sealed: &Sealed<Plan>,
    past: Past<'_>,
    rules: &Compiled,
    ask: &Ask,
    key: &FingerprintKey,
) -> Result<Grant, Withheld> {
    if past.today.state() == State::Cancelled && !ask.is_own_app() {
        return Err(Withheld);
    }
    judge_version(sealed, Some(past), rules, ask, key)
}

fn judge_version(
    sealed: &Sealed<Plan>,
    past: Option<Past<'_>>,
    rules: &Compiled,
    ask: &Ask,
    key: &FingerprintKey,
) -> Result<Grant, Withheld> {
    let held_until = past.and_then(|past| past.until);
    let held_until = or_leak!(held_until, HistoryWithoutTime => None);
    let plan: &Plan = &sealed.0;
    let own_app = ask.is_own_app();
    if !own_app && or_leak!(!plan.state.releasable(), DraftsReleased => false) {
        return Err(Withheld);
    }
    let today = past.map(|past| (&past.today.0, Narrowed::to(rules, ask, None)));
    let open_today = |id| {
        let part = today.as_ref().and_then(|(plan, rules)| Some((part_today(plan, id, ask)?, rules)));
        part.is_none_or(|(part, rules)| rules.released_since(&part).is_some())
    };
    let rules = Narrowed::to(rules, ask, held_until);
    let since = |part: Part| rules.released_since(&part);
    let above = |section: Option<Section>, level| Part {
        plan: plan.id,
        kind: plan.kind,
        section,
        item: None,
        level,
        about_asker: Tri::False,
    };
    let mut times = Times(None);
    let items: Vec<bool> = plan
        .items
        .iter()
        .map(|item| {
            let part = part_of(plan, item, ask);
            let now = since(part).filter(|_| or_leak!(open_today(item.id), HistoryOfClosed => true));
            // That it became more open is news to those who could not see it before, and to apps, which see levels.
            for opened in &item.opened {
                let unseen = since(Part { level: opened.from, ..part }).is_none();
                if own_app || or_leak!(unseen, OpenedNews => true) {
                    times.note(now, opened.at);
                }
            }
            if let Some(moved_at) = item.moved_at {
                times.note(now, moved_at);
            }
            times.note(now, item.changed_at)
        })
        .collect();
    let document = plan.document.as_ref().is_some_and(|doc| {
        let part = document_part(plan.id, plan.kind, doc.id);
        times.note(since(part), plan.document_changed_at.unwrap_or(plan.recorded_at))
    });
    let granted = plan.items.iter().zip(&items).filter(|(_, visible)| **visible);
    let shown: Vec<(ItemId, Section)> = granted.map(|(item, _)| (item.id, item.item.section)).collect();
    let mut sections = BTreeSet::new();
    for section in Section::all() {
        let since = since(above(Some(section), section.default_share()));
        if since.is_some() {
            sections.insert(section);
        }
        if !shown.iter().any(|(_, of)| *of == section) {
            times.note_absence(plan, section, since);
        }
    }
    let head = if own_app {
        // The title of a document that is kept whole goes with the document.
        let seen = or_leak!(document || plan.document.is_none(), DocumentTitle => true);
        seen && !sections.is_empty() || document
    } else {
        times.note(since(above(None, Share::Care)), plan.head_changed_at)
    };
    let anything = document || items.contains(&true) || (own_app && head);
    if !anything {
        return Err(Withheld);
    }
    if plan.state == State::Cancelled && !own_app {
        return Ok(tombstone(plan, ask, key));
    }
    for removal in &plan.removals {
        let part = part_removed(plan, removal, ask);
        or_leak!(times.note_change_after_grant(since(part), removal.at), RemovalNews => times.changed(removal.at));
    }
    or_leak!((), HeadNews => times.changed(plan.head_changed_at));
    if own_app && head {
        times.changed(plan.head_changed_at);
    }
    // Said by the consents alone, never by what the plan holds: an app cannot learn from it that something is hidden.
    let some_document = Part { item: Some(ItemId::from_stored([0; 16])), ..above(None, Share::Care) };
    let whole = own_app
        && sections.len() == Section::all().count()
        && since(some_document).is_some()
        && !rules.refuses_anything();
    if whole {
        times.changed(plan.recorded_at);
    }
    times.changed(plan.terms_changed_at);
    let mut grant = Grant {
        plan: plan.id,
        kind: plan.kind,
        version: plan.version,
        shown,
        items,
        sections,
        head,
        document,
        own_app,
        whole,
        last_updated: times.0.unwrap_or(plan.terms_changed_at),
        fingerprint: Fingerprint([0; 16]),
    };
    let told = grant.parties(plan).filter_map(|party| plan.parties_changed_at.get(&party.id)).max();
    let told = or_leak!(told, PartyNews => plan.parties_changed_at.values().max());
    grant.last_updated = told.copied().map_or(grant.last_updated, |at| grant.last_updated.max(at));
    grant.last_updated = or_leak!(grant.last_updated, LastUpdatedFromWhole => plan.recorded_at);
    grant.fingerprint = or_leak!(fingerprint(plan, &grant, key), EtagFromWhole => key.seal(plan.version.as_bytes()));
    Ok(grant)
}

pub(crate) fn part_of(plan: &Plan, item: &StoredItem, ask: &Ask) -> Part {
    Part {
        plan: plan.id,
        kind: plan.kind,
        section: Some(item.item.section),
        item: Some(item.id),
        level: item.item.share_level(),
        about_asker: ask.is_about_asker(plan, item.item.concerned()),
    }
}

fn part_removed(plan: &Plan, removal: &Removal, ask: &Ask) -> Part {
    Part {
        plan: plan.id,
        kind: plan.kind,
        section: Some(removal.section),
        item: Some(removal.id),
        level: removal.share,
        about_asker: ask.is_about_asker(plan, &removal.about),
    }
}

/// What an item of an older version is today, or was when it was removed.
fn part_today(today: &Plan, id: ItemId, ask: &Ask) -> Option<Part> {
    let stands = today.items.iter().find(|item| item.id == id).map(|item| part_of(today, item, ask));
    let was = || today.removals.iter().rfind(|removal| removal.id == id);
    stands.or_else(|| was().map(|removal| part_removed(today, removal, ask)))
}

/// Of a cancelled plan nothing is released but that it is cancelled, and since when; and that only to those to whom
/// something of it would be released if it were in force.
fn tombstone(plan: &Plan, ask: &Ask, key: &FingerprintKey) -> Grant {
    let mut grant = Grant {
        plan: plan.id,
        kind: plan.kind,
        version: plan.version,
        items: vec![false; plan.items.len()],
        shown: Vec::new(),
        sections: BTreeSet::new(),
        head: false,
        document: false,
        own_app: ask.is_own_app(),
        whole: false,
        last_updated: plan.terms_changed_at,
        fingerprint: Fingerprint([0; 16]),
    };
    grant.fingerprint = fingerprint(plan, &grant, key);
    grant
}

/// The later of the last visible change and the moment it became visible.
struct Times(Option<OffsetDateTime>);

impl Times {
    fn changed(&mut self, at: OffsetDateTime) {
        self.0 = Some(self.0.map_or(at, |latest| latest.max(at)));
    }

    fn note(&mut self, since: Option<OffsetDateTime>, changed_at: OffsetDateTime) -> bool {
        if let Some(since) = since {
            self.changed(changed_at.max(since));
        }
        since.is_some()
    }

    /// An absence is news from when it was said or became visible; one that was taken back, to those who could see it.
    fn note_absence(&mut self, plan: &Plan, section: Section, since: Option<OffsetDateTime>) {
        match (plan.absences.contains_key(&section), plan.absences_changed_at.get(&section)) {
            (true, changed_at) => {
                self.note(since, changed_at.copied().unwrap_or(plan.terms_changed_at));
            }
            (false, Some(taken_back_at)) => {
                or_leak!(self.note_change_after_grant(since, *taken_back_at), AbsenceNews => self.changed(*taken_back_at));
            }
            (false, None) => {}
        }
    }

    /// A removal is news only to those who could see the item while it was there.
    fn note_change_after_grant(&mut self, since: Option<OffsetDateTime>, at: OffsetDateTime) {
        if since.is_some_and(|since| since < at) {
            self.changed(at);
        }
    }
}

/// The person reads their own plan: the whole, in any state.
///
/// # Errors
/// [`Withheld`] when it is not theirs.
pub fn own(sealed: &Sealed<Plan>, reader: &Themselves, key: &FingerprintKey) -> Result<Released<Projection>, Withheld> {
    own_grant(sealed, reader, key)?.open(sealed)
}

/// Like [`own`], before anything is copied out.
///
/// # Errors
/// [`Withheld`] when it is not theirs.
pub fn own_grant(sealed: &Sealed<Plan>, reader: &Themselves, key: &FingerprintKey) -> Result<Grant, Withheld> {
    let plan: &Plan = &sealed.0;
    if plan.person != reader.person() {
        return Err(Withheld);
    }
    let mut grant = Grant {
        plan: plan.id,
        kind: plan.kind,
        version: plan.version,
        shown: plan.items.iter().map(|i| (i.id, i.item.section)).collect(),
        items: vec![true; plan.items.len()],
        sections: Section::all().collect(),
        head: true,
        document: plan.document.is_some(),
        own_app: false,
        whole: true,
        // The whole is visible, so every version is a visible change.
        last_updated: plan.recorded_at,
        fingerprint: Fingerprint([0; 16]),
    };
    grant.fingerprint = fingerprint(plan, &grant, key);
    Ok(grant)
}

/// What may be said of the person beside plans that were granted.
///
/// # Errors
/// [`Withheld`] when no plan was granted.
pub fn subject(sealed: &Sealed<Person>, grants: &[Grant], key: &FingerprintKey) -> Result<Released<Subject>, Withheld> {
    let last_updated = grants.iter().map(|g| g.last_updated).max();
    #[cfg(feature = "leaks")]
    let last_updated = last_updated.or(crate::leak::without_grant());
    let last_updated = last_updated.ok_or(Withheld)?;
    let mut person = Person::clone(&sealed.0);
    person.identifiers.retain(|one| or_leak!(one.is_verified(), UnverifiedNumbers => true));
    (person.birth_date, person.zone_minutes) = (None, 0);
    let mut mac = key.0.clone();
    mac.update(b"sayso subject 1");
    mac.update(person.id.as_bytes());
    let numbers = person.identifiers.iter().flat_map(|i| [i.system.as_str(), &i.value]);
    for text in [person.name.as_str(), person.language.as_str()].into_iter().chain(numbers) {
        mac.update(&(text.len() as u64).to_be_bytes());
        mac.update(text.as_bytes());
    }
    mac.update(&last_updated.unix_timestamp_nanos().to_be_bytes());
    Ok(Released { fingerprint: finish(mac), inner: Subject { person, last_updated } })
}

/// As what a person's plans name somebody who supports them, where one of `others` is shown that part (case 25).
///
/// # Errors
/// [`Withheld`] where they are named in nothing that is shown to anybody else.
pub fn naming(
    plans: &[Sealed<Plan>],
    supporter: &Supporter,
    rules: &Compiled,
    others: &[Ask],
    key: &FingerprintKey,
) -> Result<Released<Naming>, Withheld> {
    let mut named_as: BTreeSet<NamedAs> = BTreeSet::new();
    for sealed in plans {
        let mentions = mentions(&sealed.0, supporter);
        if mentions.is_empty() {
            continue;
        }
        let shown: BTreeSet<ItemId> = others
            .iter()
            .filter_map(|ask| judge(sealed, rules, ask, key).ok())
            .flat_map(|grant| grant.shown.into_iter().map(|(item, _)| item))
            .collect();
        let open = |item: &ItemId| or_leak!(shown.contains(item), NamedThoughClosed => sealed.0.state.releasable());
        let open = |item: &ItemId| or_leak!(open(item), NamedInDrafts => open(item) || !sealed.0.state.releasable());
        named_as.extend(mentions.into_iter().filter(|(item, _)| open(item)).map(|(_, named_as)| named_as));
    }
    if named_as.is_empty() {
        return Err(Withheld);
    }
    let mut mac = key.0.clone();
    mac.update(b"sayso naming 1");
    mac.update(supporter.id.as_bytes());
    named_as.iter().for_each(|one| mac.update(one.code().as_bytes()));
    Ok(Released { fingerprint: finish(mac), inner: Naming { from: supporter.from.clone(), named_as } })
}

/// The person reads what is kept of themselves.
///
/// # Errors
/// [`Withheld`] when it is not theirs.
pub fn own_self<'a>(sealed: &'a Sealed<Person>, reader: &Themselves) -> Result<&'a Person, Withheld> {
    if sealed.0.id == reader.person() { Ok(&sealed.0) } else { Err(Withheld) }
}

/// What somebody proposed to a plan, for those who see that plan now: the organization that brought it, and the person's
/// own app. One that is about an item goes with the item.
///
/// # Errors
/// [`Withheld`] when it is another's, of another plan, or about something that is not shown.
pub fn proposal(
    sealed: &Sealed<Proposal>,
    grant: &Grant,
    audience: &Audience,
    key: &FingerprintKey,
) -> Result<Released<Proposal>, Withheld> {
    let proposal: &Proposal = &sealed.0;
    let theirs = match audience {
        Audience::Organization { organization, .. } => proposal.organization == Some(*organization),
        Audience::App { .. } => true,
        Audience::Supporter { .. } => false,
    };
    let theirs = or_leak!(theirs, ProposalsOfOthers => true);
    let proposed = &proposal.suggestion.proposed;
    let shown = |item| grant.shown.iter().any(|(id, _)| *id == item);
    let about_shown = or_leak!(proposed.about().is_none_or(shown), ProposalAboutHidden => true);
    // An app sees nothing of a section that is not open to it, not even what others would say there.
    let open = matches!(audience, Audience::Organization { .. })
        || proposed.section().is_none_or(|section| grant.sections.contains(&section));
    let open = or_leak!(open, ProposalOfClosedSection => true);
    // What came of it has the person's words, and of a cancelled plan they stay with the person.
    if proposal.plan != grant.plan || !theirs || !about_shown || !open || grant.is_stone() {
        return Err(Withheld);
    }
    Ok(released_proposal(proposal, key))
}

/// The person reads what was proposed to them.
///
/// # Errors
/// [`Withheld`] when it is not theirs.
pub fn own_proposal(
    sealed: &Sealed<Proposal>,
    reader: &Themselves,
    key: &FingerprintKey,
) -> Result<Released<Proposal>, Withheld> {
    if sealed.0.person == reader.person() { Ok(released_proposal(&sealed.0, key)) } else { Err(Withheld) }
}

/// A decision of the person's own, for an app that acts for them: refusals too, which nobody else ever sees (case 37).
/// That the person let this app see their decisions is asked before, of its token.
///
/// # Errors
/// [`Withheld`] when it is another person's, or who asks is no app of this person's.
pub fn own_decision(
    consent: &Consent,
    person: PersonId,
    ask: &Ask,
    key: &FingerprintKey,
) -> Result<Released<Consent>, Withheld> {
    let theirs = ask.is_own_app();
    let theirs = or_leak!(theirs, ConsentTellsOthers => true);
    if consent.person != person || !theirs {
        return Err(Withheld);
    }
    let mut mac = key.0.clone();
    mac.update(b"sayso consent 1");
    write_text(&mut mac, &serde_json::to_vec(consent).unwrap_or_default());
    Ok(Released { fingerprint: finish(mac), inner: consent.clone() })
}

fn released_proposal(proposal: &Proposal, key: &FingerprintKey) -> Released<Proposal> {
    let mut mac = key.0.clone();
    mac.update(b"sayso proposal 1");
    mac.update(proposal.id.as_bytes());
    mac.update(&proposal.version.to_be_bytes());
    Released { fingerprint: finish(mac), inner: proposal.clone() }
}

fn fingerprint(plan: &Plan, grant: &Grant, key: &FingerprintKey) -> Fingerprint {
    let mut mac = key.0.clone();
    mac.update(b"sayso plan 3");
    mac.update(plan.id.as_bytes());
    mac.update(plan.terms_version.as_bytes());
    mac.update(&[u8::from(grant.head), u8::from(grant.own_app), u8::from(grant.whole), u8::from(grant.document)]);
    mac.update(&grant.last_updated.unix_timestamp_nanos().to_be_bytes());
    if or_leak!(grant.head, HeadInEtag => true) {
        mac.update(plan.head_version.as_bytes());
    }
    if or_leak!(grant.whole, FormalitiesInEtag => true) {
        write_text(&mut mac, &serde_json::to_vec(&plan.head.formalities).unwrap_or_default());
    }
    mac.update(&(grant.shown.len() as u64).to_be_bytes());
    let places = grant.places(plan);
    for item in grant.granted(plan) {
        mac.update(item.id.as_bytes());
        mac.update(item.version.as_bytes());
        let by_all = or_leak!(grant.whole, PlacesInEtag => true);
        let place = if by_all { item.item.order } else { places.of(&item.item) };
        mac.update(&place.map_or([0xff; 4], u32::to_be_bytes));
        if or_leak!(grant.with_levels(), LevelsInEtag => true) {
            write_levels(&mut mac, item);
        }
    }
    if let Some(document) = plan.document.as_ref().filter(|_| grant.document) {
        mac.update(document.version.as_bytes());
    }
    grant.parties(plan).for_each(|party| write_party(&mut mac, party));
    or_leak!((), PartiesInEtag => plan.parties.iter().for_each(|party| write_party(&mut mac, party)));
    mac.update(&[0xff]);
    let absences: BTreeMap<Section, Absence> = grant.absences(plan).collect();
    or_leak!((), AbsencesInEtag => mac.update(format!("{:?}", plan.absences).as_bytes()));
    for section in &grant.sections {
        mac.update(&[*section as u8, absences.get(section).map_or(3, |a| *a as u8)]);
    }
    finish(mac)
}

/// Texts go in with their length, so that no two lists of texts make the same bytes.
fn write_text(mac: &mut Hmac<Sha256>, text: &[u8]) {
    mac.update(&(text.len() as u64).to_be_bytes());
    mac.update(text);
}

fn write_levels(mac: &mut Hmac<Sha256>, item: &StoredItem) {
    mac.update(&[item.item.share.map_or(3, |level| level as u8)]);
    mac.update(&(item.item.about_parties.len() as u64).to_be_bytes());
    for party in &item.item.about_parties {
        write_text(mac, party.as_str().as_bytes());
    }
}

fn write_party(mac: &mut Hmac<Sha256>, party: &Party) {
    mac.update(&[
        1,
        party.role as u8,
        party.in_treating_team.map_or(2, u8::from),
        u8::from(party.organization.is_some()),
    ]);
    for text in [party.id.as_str(), &party.name, party.organization.as_deref().unwrap_or_default()] {
        write_text(mac, text.as_bytes());
    }
}

fn finish(mac: Hmac<Sha256>) -> Fingerprint {
    let full: [u8; 32] = mac.finalize().into_bytes().into();
    let mut short = [0; 16];
    short.iter_mut().zip(full).for_each(|(to, from)| *to = from);
    Fingerprint(short)
}
