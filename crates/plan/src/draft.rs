//! Writing: a change is a set of items put and removed against what the writer could see; the unseen stays untouched.

use std::collections::{BTreeMap, BTreeSet};

use time::OffsetDateTime;

use crate::id::{ItemId, ItemVersion, PersonId, PlanId, PlanVersionId};
use crate::item::{
    AGREEMENT_PARTIES_MAX, Contactable, DraftItem, ITEMS_MAX, Item, ItemKind, PlanDate, RUNGS_MAX, VoiceRole,
};
use crate::kind::Missing;
use crate::lifecycle::{Mover, State};
use crate::people::{PARTIES_MAX, Party, PartyId, PartyRole};
use crate::plan::{
    Absence, Content, DOCUMENT_MAX_BYTES, Head, No, Opened, Plan, StoredDocument, StoredItem, bytes_in_base64,
};
use crate::section::Section;

/// What the writer could see of the plan they change: ids only, nothing unseen is in here.
#[derive(Debug, Clone, Default)]
pub struct Seen {
    /// The items they could see, each with the place it was shown at: counted among the visible ones.
    pub items: BTreeMap<ItemId, Option<u32>>,
    /// The parties they could see.
    pub parties: BTreeSet<PartyId>,
    /// The sections whose absences they could see.
    pub sections: BTreeSet<Section>,
    /// Whether they could see the document kept whole.
    pub document: bool,
    /// Whether they could see the title, the review and what the person wants if the plan was not followed.
    pub head: bool,
    /// Whether they could see the formalities (they go only with the whole).
    pub formalities: bool,
    /// Whether it is the person, signed in on their own page.
    pub themselves: bool,
}

impl Seen {
    const fn mover(&self) -> Mover {
        if self.themselves { Mover::Themselves } else { Mover::Person }
    }
}

/// Why a plan was not taken. Paths are JSON pointers into the native plan; no variant holds the person's words.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotTaken {
    /// The kind of a plan never changes.
    #[error("the kind of a plan cannot change; make a new plan")]
    KindChanged,
    /// The state cannot be reached from where the plan is.
    #[error("a plan cannot go from {from:?} to {to:?} this way")]
    NoSuchMove {
        /// Where it is.
        from: State,
        /// Where it was asked to go.
        to: State,
    },
    /// The plan cannot become active yet.
    #[error("{0}")]
    NotReady(Missing),
    /// An item names a party that is not in the list of parties.
    #[error("names a party that is not in the list of parties")]
    UnknownParty {
        /// Where.
        path: String,
    },
    /// Two parties have the same id.
    #[error("two parties have the same id")]
    SameParty {
        /// Where.
        path: String,
    },
    /// An id is not one of an item the writer could see.
    #[error("no such item here; leave out the id of a new item")]
    UnknownItem {
        /// Where.
        path: String,
    },
    /// Twice the same item.
    #[error("the same item stands here twice")]
    SameItem {
        /// Where.
        path: String,
    },
    /// More than there may be.
    #[error("at most {most} here")]
    TooMany {
        /// Where.
        path: String,
        /// The limit.
        most: usize,
    },
    /// The type does not belong into the section.
    #[error("this type of item does not belong into this section")]
    WrongType {
        /// Where.
        path: String,
    },
    /// A section cannot both have items and say why it has none.
    #[error("the section has items; leave the absence out")]
    AbsenceBesideItems {
        /// Where.
        path: String,
    },
    /// The text is frozen: what was agreed is what is signed.
    #[error("the text is ready for signing and stands as it is; move the plan back to draft or in-talks to change it")]
    Frozen {
        /// Where.
        path: &'static str,
    },
    /// The person is one party, and nobody else is.
    #[error("the party self is the person, with the role person, and nobody else has this role")]
    NotThePerson {
        /// Where.
        path: String,
    },
    /// Somebody who is not to be involved is said to be somebody to contact.
    #[error("who stands in not-involve is not to be contacted: say never or only-if, or move them to another section")]
    NotInvolved {
        /// Where.
        path: String,
    },
    /// A document and items cannot be one plan.
    #[error("a plan holds either items or one whole document")]
    DocumentAndItems,
}

impl NotTaken {
    /// Where it is, as a JSON pointer into the native plan.
    #[must_use]
    pub fn path(&self) -> String {
        match self {
            Self::KindChanged => "/kind".to_owned(),
            Self::NoSuchMove { .. } => "/status".to_owned(),
            Self::NotReady(missing) => match missing {
                Missing::Stance(place) => format!("/items/{place}/stances"),
                Missing::OwnVoice(place) => format!("/items/{place}/voice"),
                Missing::Who(place, rung) => format!("/items/{place}/rungs/{rung}/who"),
                Missing::Jurisdiction => "/jurisdiction".to_owned(),
                Missing::Review | Missing::ReviewSooner => "/review".to_owned(),
                Missing::SecondParty | Missing::Facilitator => "/parties".to_owned(),
                Missing::Section(_) | Missing::OneOf(_) | Missing::Shorter => "/items".to_owned(),
            },
            Self::Frozen { path } => (*path).to_owned(),
            Self::UnknownParty { path }
            | Self::SameParty { path }
            | Self::NotThePerson { path }
            | Self::NotInvolved { path }
            | Self::UnknownItem { path }
            | Self::SameItem { path }
            | Self::TooMany { path, .. }
            | Self::WrongType { path }
            | Self::AbsenceBesideItems { path } => path.clone(),
            Self::DocumentAndItems => "/document".to_owned(),
        }
    }
}

/// The day of a moment, in UTC. Rules that count in days are about a year; the hours of a zone do not matter there.
const fn day_of(moment: OffsetDateTime) -> PlanDate {
    PlanDate(moment.date())
}

/// Randomness for new ids: 16 bytes at each call.
pub type Fresh<'a> = &'a mut dyn FnMut() -> [u8; 16];

impl Content {
    /// Checks what must hold of any plan, draft or not.
    ///
    /// # Errors
    /// The first [`NotTaken`] found.
    pub fn check(&self) -> Result<(), NotTaken> {
        self.check_against(0, &BTreeMap::new())
    }

    /// Like [`Self::check`], for somebody who sees `items` items and these absences already. Where two apps that do not
    /// see each other's items have made more than a plan should hold, the person can still change it, but not add to
    /// it. And who adds an item to a section need not take back the absence: it may go on for those who do not see
    /// the item, or they would learn of it.
    fn check_against(&self, items: usize, absences: &BTreeMap<Section, Absence>) -> Result<(), NotTaken> {
        let most = ITEMS_MAX.max(items);
        if self.items.len() > most {
            return Err(NotTaken::TooMany { path: "/items".into(), most });
        }
        if self.parties.len() > PARTIES_MAX {
            return Err(NotTaken::TooMany { path: "/parties".into(), most: PARTIES_MAX });
        }
        if self.document.is_some() && !self.items.is_empty() {
            return Err(NotTaken::DocumentAndItems);
        }
        if self.document.as_ref().is_some_and(|d| bytes_in_base64(&d.data) > DOCUMENT_MAX_BYTES) {
            return Err(NotTaken::TooMany { path: "/document/data".into(), most: DOCUMENT_MAX_BYTES });
        }
        let mut known = BTreeSet::from([PartyId::person()]);
        for (place, party) in self.parties.iter().enumerate() {
            let again = self.parties.iter().take(place).any(|other| other.id == party.id);
            if again {
                return Err(NotTaken::SameParty { path: format!("/parties/{place}/id") });
            }
            if party.id.is_person() != (party.role == PartyRole::Person) {
                return Err(NotTaken::NotThePerson { path: format!("/parties/{place}/role") });
            }
            known.insert(party.id.clone());
        }
        self.check_head(&known)?;
        let has_items = |section: &Section| self.items.iter().any(|draft| draft.item.section == *section);
        let news = |(section, said): &(&Section, &Absence)| absences.get(section) != Some(said) && has_items(section);
        if let Some((section, _)) = self.absences.iter().find(news) {
            return Err(NotTaken::AbsenceBesideItems { path: format!("/absences/{section}") });
        }
        for (place, draft) in self.items.iter().enumerate() {
            let path = format!("/items/{place}");
            if draft.item.parties().any(|p| !known.contains(p)) {
                return Err(NotTaken::UnknownParty { path });
            }
            if !draft.item.section.types().contains(&draft.item.item_type()) {
                return Err(NotTaken::WrongType { path: format!("{path}/type") });
            }
            let voice = &draft.item.voice;
            if voice.party.is_person() != (voice.role == VoiceRole::Person) {
                return Err(NotTaken::NotThePerson { path: format!("{path}/voice/role") });
            }
            if let (Section::NotInvolve, ItemKind::Contact(contact)) = (draft.item.section, &draft.item.kind)
                && contact.contact == Contactable::Yes
            {
                return Err(NotTaken::NotInvolved { path: format!("{path}/contact") });
            }
            let (count, most) = match &draft.item.kind {
                ItemKind::Ladder(l) => (l.rungs.len(), RUNGS_MAX),
                ItemKind::Agreement(a) => (a.parties.len(), AGREEMENT_PARTIES_MAX),
                ItemKind::Words(_)
                | ItemKind::Contact(_)
                | ItemKind::Preference(_)
                | ItemKind::Goal(_)
                | ItemKind::Arrangement(_)
                | ItemKind::Need(_) => (0, 0),
            };
            if count > most {
                return Err(NotTaken::TooMany { path, most });
            }
        }
        Ok(())
    }

    /// Checks what must hold of it as a new plan: the rules of any plan, and what its status needs on that day.
    ///
    /// # Errors
    /// The first [`NotTaken`] found.
    pub fn check_new(&self, now: OffsetDateTime) -> Result<(), NotTaken> {
        self.check()?;
        self.check_ready(day_of(now))?;
        let begins = self.status == State::Draft || State::Draft.may_become(self.status, Mover::Person);
        if begins { Ok(()) } else { Err(NotTaken::NoSuchMove { from: State::Draft, to: self.status }) }
    }

    fn check_head(&self, known: &BTreeSet<PartyId>) -> Result<(), NotTaken> {
        let review = self.head.review.as_ref().and_then(|r| r.starts.as_ref());
        if review.is_some_and(|party| !known.contains(party)) {
            return Err(NotTaken::UnknownParty { path: "/review/starts".into() });
        }
        match self.head.formalities.iter().position(|f| !known.contains(&f.party)) {
            Some(place) => Err(NotTaken::UnknownParty { path: format!("/formalities/{place}/party") }),
            None => Ok(()),
        }
    }

    fn check_ready(&self, today: PlanDate) -> Result<(), NotTaken> {
        match self.kind.missing(self, today).first() {
            Some(first) if needs_all(self.status) => Err(NotTaken::NotReady(*first)),
            _ => Ok(()),
        }
    }
}

/// Whether a plan in this state has all that its kind needs.
const fn needs_all(state: State) -> bool {
    state.is_in_force() || matches!(state, State::Ready)
}

impl Content {
    /// Whether a writer who sees only a part may leave the plan active, or make it so. It speaks of the seen part
    /// alone: whether the unseen part would do must not be told. So only somebody who sees all that the kind needs
    /// can put a plan in force, and what is in force cannot be emptied of what the writer sees.
    fn check_ready_in_part(&self, before: State, seen: &Seen, today: PlanDate) -> Result<(), NotTaken> {
        if !needs_all(self.status) {
            return Ok(());
        }
        let begins = !needs_all(before);
        let counts = |missing: &Missing| match missing {
            Missing::Section(section) => begins || seen.sections.contains(section),
            Missing::OneOf(sections) => begins || sections.iter().all(|s| seen.sections.contains(s)),
            Missing::SecondParty | Missing::Facilitator => begins,
            Missing::Review | Missing::ReviewSooner => begins || seen.head,
            Missing::Stance(_) | Missing::OwnVoice(_) | Missing::Who(..) | Missing::Shorter | Missing::Jurisdiction => {
                true
            }
        };
        match self.kind.missing(self, today).into_iter().find(counts) {
            Some(missing) => Err(NotTaken::NotReady(missing)),
            None => Ok(()),
        }
    }
}

impl Plan {
    /// The first version of a new plan. Ids in the content are ignored: every item gets a new one.
    ///
    /// # Errors
    /// [`NotTaken`] when the content breaks a rule, or is active but not ready.
    pub fn begin(person: PersonId, content: Content, now: OffsetDateTime, fresh: Fresh<'_>) -> Result<Self, NotTaken> {
        content.check_new(now)?;
        let items = content
            .items
            .into_iter()
            .map(|draft| StoredItem {
                id: ItemId::from_random(fresh()),
                version: ItemVersion::from_random(fresh()),
                changed_at: now,
                moved_at: None,
                opened: Vec::new(),
                item: draft.item,
            })
            .collect();
        let document = content.document.map(|document| StoredDocument {
            id: ItemId::from_random(fresh()),
            version: ItemVersion::from_random(fresh()),
            document,
        });
        let document_changed_at = document.as_ref().map(|_| now);
        Ok(Self {
            id: PlanId::from_random(fresh()),
            person,
            kind: content.kind,
            state: content.status,
            version: PlanVersionId::from_random(fresh()),
            recorded_at: now,
            head: content.head,
            head_version: ItemVersion::from_random(fresh()),
            head_changed_at: now,
            terms_version: ItemVersion::from_random(fresh()),
            terms_changed_at: now,
            no: None,
            parties: content.parties,
            parties_changed_at: BTreeMap::new(),
            absences_changed_at: content.absences.keys().map(|section| (*section, now)).collect(),
            absences: content.absences,
            items,
            removals: Vec::new(),
            document,
            document_changed_at,
        })
    }

    /// The next version: `content` is what the writer wants of the part they could see; the rest stays as it is.
    /// Nothing in the result's visible part depends on the unseen part.
    ///
    /// # Errors
    /// [`NotTaken`] when the content breaks a rule, the move is not allowed, or the plan is not ready to be active.
    pub fn revise(
        &self,
        content: Content,
        seen: &Seen,
        now: OffsetDateTime,
        fresh: Fresh<'_>,
    ) -> Result<Self, NotTaken> {
        content.check_against(seen.items.len(), &self.absences_shown(seen))?;
        if content.kind != self.kind {
            return Err(NotTaken::KindChanged);
        }
        let stays = content.status == self.state && !self.state.is_final();
        if !stays && !self.state.may_become(content.status, seen.mover()) {
            return Err(NotTaken::NoSuchMove { from: self.state, to: content.status });
        }
        let mut content = content;
        rename_new_parties(&mut content, seen, fresh);
        let visible = content.clone();
        let mut next = self.clone();
        next.state = content.status;
        next.version = PlanVersionId::from_random(fresh());
        next.recorded_at = now;
        next.revise_head(&content, seen, self.state != content.status, now, fresh);
        next.revise_parties(&content, seen, now);
        next.revise_absences(&content, seen, now);
        next.revise_items(content.items, seen, now, fresh)?;
        if seen.document {
            next.revise_document(content.document, now, fresh);
        }
        if next.state != State::RevokeRequested {
            next.no = None;
        }
        if self.state == State::Ready && !next.state.may_be_written() {
            self.check_same_text(&next)?;
        }
        if seen.formalities {
            next.as_content().check_ready(day_of(now))?;
        } else {
            visible.check_ready_in_part(self.state, seen, day_of(now))?;
        }
        Ok(next)
    }

    /// Once a plan is ready for signing, only signatures and stances are added.
    fn check_same_text(&self, next: &Self) -> Result<(), NotTaken> {
        let same = |holds: bool, path| if holds { Ok(()) } else { Err(NotTaken::Frozen { path }) };
        let text = |plan: &Self| {
            let bare = |item: &StoredItem| (item.id, Item { stances: Vec::new(), ..item.item.clone() });
            plan.items.iter().map(bare).collect::<Vec<_>>()
        };
        let head = |plan: &Self| Head { formalities: Vec::new(), ..plan.head.clone() };
        same(text(self) == text(next), "/items")?;
        same(head(self) == head(next), "/title")?;
        same(self.absences == next.absences, "/absences")?;
        same(self.document == next.document, "/document")?;
        let stays = |party: &Party| next.parties.contains(party);
        same(self.parties.iter().all(stays), "/parties")
    }

    /// The person says no to a plan that is in force. With effect it is cancelled; without, or where nobody here knows,
    /// it stays in force and every reader is shown the no first.
    ///
    /// # Errors
    /// [`NotTaken::NoSuchMove`] when it is not in force.
    pub fn refuse(&self, no: No, with_effect: bool, fresh: Fresh<'_>) -> Result<Self, NotTaken> {
        let (to, by) =
            if with_effect { (State::Cancelled, Mover::No) } else { (State::RevokeRequested, Mover::NoWithoutEffect) };
        let mut next = self.moved(to, by, no.at, fresh)?;
        next.no = Some(no);
        Ok(next)
    }

    /// This version at the end of its time.
    ///
    /// # Errors
    /// [`NotTaken::NoSuchMove`] when it is not in force.
    pub fn end(&self, now: OffsetDateTime, fresh: Fresh<'_>) -> Result<Self, NotTaken> {
        self.moved(State::Ended, Mover::Clock, now, fresh)
    }

    fn moved(&self, to: State, by: Mover, now: OffsetDateTime, fresh: Fresh<'_>) -> Result<Self, NotTaken> {
        if !self.state.may_become(to, by) {
            return Err(NotTaken::NoSuchMove { from: self.state, to });
        }
        let mut next = self.clone();
        next.state = to;
        next.version = PlanVersionId::from_random(fresh());
        next.recorded_at = now;
        next.terms_version = ItemVersion::from_random(fresh());
        next.terms_changed_at = now;
        Ok(next)
    }

    fn revise_head(&mut self, content: &Content, seen: &Seen, moved: bool, now: OffsetDateTime, fresh: Fresh<'_>) {
        let mut head = if seen.head { content.head.clone() } else { self.head.clone() };
        if !seen.formalities {
            head.formalities.clone_from(&self.head.formalities);
        }
        if !seen.head {
            head.from = content.head.from;
            head.until = content.head.until;
            head.jurisdiction = content.head.jurisdiction;
            head.instrument = content.head.instrument;
        }
        let terms = |h: &Head| (h.from, h.until, h.jurisdiction, h.instrument);
        if moved || terms(&head) != terms(&self.head) {
            self.terms_version = ItemVersion::from_random(fresh());
            self.terms_changed_at = now;
        }
        // Formalities go only with the whole: those who see the title alone must not learn that somebody signed.
        let without_formalities = |h: &Head| Head { formalities: Vec::new(), ..h.clone() };
        if without_formalities(&head) != without_formalities(&self.head) {
            self.head_version = ItemVersion::from_random(fresh());
            self.head_changed_at = now;
        }
        self.head = head;
    }

    fn revise_parties(&mut self, content: &Content, seen: &Seen, now: OffsetDateTime) {
        let changed = |new: &&Party| self.parties.iter().any(|old| old.id == new.id && old != *new);
        let changed: Vec<PartyId> = content.parties.iter().filter(changed).map(|p| p.id.clone()).collect();
        self.parties_changed_at.extend(changed.into_iter().filter(|p| seen.parties.contains(p)).map(|p| (p, now)));
        let needed = self.named_by_the_unseen(seen);
        let listed = |id: &PartyId| content.parties.iter().any(|p| p.id == *id);
        // The person is always shown, so that they stay must not depend on what unseen names them either.
        let stays = |id: &PartyId| id.is_person() || needed.contains(id);
        let keep = |id: &PartyId| !seen.parties.contains(id) || (stays(id) && !listed(id));
        self.parties.retain(|p| keep(&p.id));
        let mut parties = content.parties.clone();
        parties.retain(|p| !self.parties.iter().any(|kept| kept.id == p.id));
        self.parties.extend(parties);
    }

    /// The parties that the part which the writer did not see still names: they stay, whoever strikes them out.
    fn named_by_the_unseen(&self, seen: &Seen) -> BTreeSet<PartyId> {
        let unseen = self.items.iter().filter(|i| !seen.items.contains_key(&i.id));
        let mut named: BTreeSet<PartyId> = unseen.flat_map(|i| i.item.parties()).cloned().collect();
        if !seen.head {
            named.extend(self.head.review.iter().filter_map(|r| r.starts.clone()));
        }
        if !seen.formalities {
            named.extend(self.head.formalities.iter().map(|f| f.party.clone()));
        }
        named
    }

    /// The sections in which the writer saw items.
    fn inhabited(&self, seen: &Seen) -> BTreeSet<Section> {
        self.items.iter().filter(|item| seen.items.contains_key(&item.id)).map(|item| item.item.section).collect()
    }

    /// The absences that the writer was shown: beside items, an absence is not shown.
    fn absences_shown(&self, seen: &Seen) -> BTreeMap<Section, Absence> {
        let inhabited = self.inhabited(seen);
        let shown = |section: &Section| seen.sections.contains(section) && !inhabited.contains(section);
        self.absences.iter().filter(|(section, _)| shown(section)).map(|(section, said)| (*section, *said)).collect()
    }

    fn revise_absences(&mut self, content: &Content, seen: &Seen, now: OffsetDateTime) {
        let shown = self.absences_shown(seen);
        for section in &seen.sections {
            let said = content.absences.get(section).copied();
            if self.absences.get(section).copied() == said || (said.is_none() && !shown.contains_key(section)) {
                continue;
            }
            self.absences_changed_at.insert(*section, now);
            match said {
                Some(absence) => self.absences.insert(*section, absence),
                None => self.absences.remove(section),
            };
        }
    }

    fn revise_items(
        &mut self,
        drafts: Vec<DraftItem>,
        seen: &Seen,
        now: OffsetDateTime,
        fresh: Fresh<'_>,
    ) -> Result<(), NotTaken> {
        let mut old: BTreeMap<ItemId, StoredItem> = BTreeMap::new();
        let mut slots: Vec<Option<StoredItem>> = Vec::new();
        for item in std::mem::take(&mut self.items) {
            if seen.items.contains_key(&item.id) {
                old.insert(item.id, item);
                slots.push(None);
            } else {
                slots.push(Some(item));
            }
        }
        let moved = moved_in(&drafts, seen);
        let mut incoming = Vec::new();
        let mut taken = BTreeSet::new();
        for (place, draft) in drafts.into_iter().enumerate() {
            let path = || format!("/items/{place}/id");
            let known = match draft.id {
                Some(id) if !taken.insert(id) => return Err(NotTaken::SameItem { path: path() }),
                Some(id) => Some(old.remove(&id).ok_or_else(|| NotTaken::UnknownItem { path: path() })?),
                None => None,
            };
            let moved = moved.contains(&draft.item.section);
            incoming.push(match known {
                Some(kept) => {
                    let shown_at = seen.items.get(&kept.id).copied().flatten();
                    revised(kept, draft.item, shown_at, moved, now, fresh)
                }
                None => StoredItem {
                    id: ItemId::from_random(fresh()),
                    version: ItemVersion::from_random(fresh()),
                    changed_at: now,
                    moved_at: None,
                    opened: Vec::new(),
                    item: draft.item,
                },
            });
        }
        self.removals.extend(old.into_values().map(|gone| gone.removed_at(now)));
        let mut incoming = incoming.into_iter();
        let merged: Vec<StoredItem> = slots.into_iter().filter_map(|slot| slot.or_else(|| incoming.next())).collect();
        // No limit here: counting the unseen would tell of it. Content::check limits what the writer sees.
        self.items = merged.into_iter().chain(incoming).collect();
        Ok(())
    }

    fn revise_document(&mut self, document: Option<crate::plan::WholeDocument>, now: OffsetDateTime, fresh: Fresh<'_>) {
        if self.document.as_ref().map(|kept| &kept.document) != document.as_ref() {
            self.document_changed_at = Some(now);
        }
        self.document = match (self.document.take(), document) {
            (Some(kept), Some(new)) if kept.document == new => Some(kept),
            (kept, Some(document)) => Some(StoredDocument {
                id: kept.map_or_else(|| ItemId::from_random(fresh()), |k| k.id),
                version: ItemVersion::from_random(fresh()),
                document,
            }),
            (_, None) => None,
        };
    }

    /// This version as replaced by a newer plan of its kind.
    ///
    /// # Errors
    /// [`NotTaken::NoSuchMove`] when it is not in force.
    pub fn supersede(&self, now: OffsetDateTime, fresh: Fresh<'_>) -> Result<Self, NotTaken> {
        self.moved(State::Superseded, Mover::Replacement, now, fresh)
    }

    /// The plan in the form in which it is handed in.
    #[must_use]
    pub fn as_content(&self) -> Content {
        Content {
            kind: self.kind,
            status: self.state,
            head: self.head.clone(),
            parties: self.parties.clone(),
            absences: self.absences.clone(),
            items: self.items.iter().map(|i| DraftItem { id: Some(i.id), item: i.item.clone() }).collect(),
            document: self.document.as_ref().map(|d| d.document.clone()),
        }
    }
}

/// What becomes of an item that was shown at one place and is handed in again.
fn revised(
    kept: StoredItem,
    item: Item,
    shown_at: Option<u32>,
    moved: bool,
    now: OffsetDateTime,
    fresh: Fresh<'_>,
) -> StoredItem {
    let same = says_the_same(&kept.item, &item);
    let moved_itself = item.order != shown_at;
    let item = Item { order: if moved { item.order } else { kept.item.order }, ..item };
    if !same {
        let version = ItemVersion::from_random(fresh());
        return StoredItem { id: kept.id, version, changed_at: now, moved_at: None, opened: Vec::new(), item };
    }
    let from = kept.item.share_level();
    let mut opened = kept.opened;
    if item.share_level() < from {
        opened.retain(|earlier| earlier.from != from);
        opened.push(Opened { from, at: now });
    }
    let moved_at = if moved_itself { Some(now) } else { kept.moved_at };
    StoredItem { opened, item, moved_at, ..kept }
}

/// Whether the new form differs only in what no recipient sees (the level, the parties it is about), or sees only in
/// relation to others (the place). Then it stays the same version, or its readers would see that somebody touched it.
fn says_the_same(old: &Item, new: &Item) -> bool {
    let bare = |item: &Item| Item { share: None, about_parties: Vec::new(), order: None, ..item.clone() };
    bare(old) == bare(new)
}

/// The sections in which the writer moved something. The others keep the places they have: whoever does not see all
/// items of a section is shown its places without the gaps.
fn moved_in(drafts: &[DraftItem], seen: &Seen) -> BTreeSet<Section> {
    let shown = |draft: &DraftItem| draft.id.and_then(|id| seen.items.get(&id).copied()).flatten();
    drafts.iter().filter(|d| d.item.order != shown(d)).map(|d| d.item.section).collect()
}

/// A party that the writer adds gets a new id, always: whether its id was free must not depend on the unseen.
fn rename_new_parties(content: &mut Content, seen: &Seen, fresh: Fresh<'_>) {
    let new: BTreeMap<PartyId, PartyId> = content
        .parties
        .iter()
        .filter(|p| !seen.parties.contains(&p.id) && !p.id.is_person())
        .map(|p| (p.id.clone(), PartyId::from_random(fresh())))
        .collect();
    if new.is_empty() {
        return;
    }
    let rename = |party: &PartyId| new.get(party).unwrap_or(party).clone();
    content.parties.iter_mut().for_each(|p| p.id = rename(&p.id));
    content.items.iter_mut().for_each(|d| d.item.rename_parties(&rename));
    for formality in &mut content.head.formalities {
        formality.party = rename(&formality.party);
    }
    if let Some(review) = &mut content.head.review {
        review.starts = review.starts.as_ref().map(&rename);
    }
}

#[cfg(test)]
mod tests;
