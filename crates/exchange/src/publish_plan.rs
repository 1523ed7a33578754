//! Writing: a change set against what the writer could see, one transaction, one record.

use std::sync::Arc;

use sayso_auth::{Caller, Interaction, ResourceType};
use sayso_consent::{Ask, Projection, Sealed, Themselves, or_leak};
use sayso_plan::plan::Content;
use sayso_plan::{ClientId, DraftItem, Item, Party, PersonId, Plan, PlanId, PlanVersionId, Share, StoredItem};
use sayso_store::{Act, Change, Code, Done, Fenced, Once, ReadLeaf, Receipt, Refused, Snapshot, Write};
use time::{Duration, OffsetDateTime};

use crate::read_released::{Look, Sheet, Wanted, Whom, day_of, record};
use crate::sharing::TRIES_MAX;
use crate::{Exchange, Refusal};

/// How long an Idempotency-Key is remembered.
pub(crate) const KEY_LIFETIME_HOURS: i64 = 24;

/// A retry-safe key and the hash of the request it belongs to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdempotencyKey {
    /// The key, as the caller sent it.
    pub key: String,
    /// SHA-256 of the request.
    pub request: [u8; 32],
}

impl IdempotencyKey {
    /// Many persons use one app: a key speaks of one person's writes, and tells nobody of another's.
    pub(crate) fn of(self, person: PersonId) -> Self {
        Self { key: format!("{person} {}", self.key), ..self }
    }
}

/// What was written.
#[derive(Debug)]
pub struct Written {
    /// Proof that it is durable and recorded.
    pub receipt: Receipt,
    /// The plan as the writer sees it now.
    pub sheet: Sheet,
}

/// Who writes.
enum Writer<'a> {
    App(&'a Caller),
    Person(Themselves),
}

impl Writer<'_> {
    const fn client(&self) -> Option<ClientId> {
        match self {
            Self::App(caller) => Some(caller.client),
            Self::Person(_) => None,
        }
    }
}

impl Exchange {
    /// An app makes a new plan for the person it acts for.
    ///
    /// # Errors
    /// [`Refusal`] with the reason; nothing is stored then.
    pub async fn create_plan(
        &self,
        caller: &Caller,
        content: Content,
        once: Option<IdempotencyKey>,
    ) -> Result<Written, Refusal> {
        let person = self.person_of_app(caller).await?;
        let once = once.map(|key| key.of(person));
        if let Some(key) = &once
            && let Some(done) = self.inner.store.done(caller.client, &key.key, self.now()).await?
        {
            return self.again(caller, key, &done).await;
        }
        self.put(&Writer::App(caller), person, None, content, once).await
    }

    /// An app changes a plan it can see. `base` is the fingerprint it read.
    ///
    /// # Errors
    /// [`Refusal`] with the reason; nothing is stored then.
    pub async fn revise_plan(
        &self,
        caller: &Caller,
        plan: PlanId,
        base: Option<&str>,
        content: Content,
    ) -> Result<Written, Refusal> {
        let person = self.person_of_app(caller).await?;
        self.put(&Writer::App(caller), person, Some((plan, base)), content, None).await
    }

    /// The person writes on their own page.
    ///
    /// # Errors
    /// [`Refusal`] with the reason; nothing is stored then.
    pub async fn write_own_plan(
        &self,
        themselves: Themselves,
        plan: Option<(PlanId, &str)>,
        content: Content,
    ) -> Result<Written, Refusal> {
        let target = plan.map(|(plan, base)| (plan, Some(base)));
        self.put(&Writer::Person(themselves), themselves.person(), target, content, None).await
    }

    async fn person_of_app(&self, caller: &Caller) -> Result<PersonId, Refusal> {
        match caller.person {
            Some(person) => Ok(person),
            None => Err(self.absent(caller, "write").await),
        }
    }

    /// The one answer for what is not there, recorded.
    pub(crate) async fn absent(&self, caller: &Caller, operation: &'static str) -> Refusal {
        let whom = Whom::Person(sayso_store::nobody());
        let look = Look { whom, wanted: Wanted::Plans(None), purpose: None, operation };
        match self.look(caller, &look).await {
            Ok(disclosure) => Refusal::Absent(disclosure.receipt),
            Err(refusal) => refusal,
        }
    }

    async fn put(
        &self,
        writer: &Writer<'_>,
        person: PersonId,
        target: Option<(PlanId, Option<&str>)>,
        content: Content,
        once: Option<IdempotencyKey>,
    ) -> Result<Written, Refusal> {
        for _ in 0..TRIES_MAX {
            let at = self.now();
            let snapshot = self.snapshot_or_nobody(Some(person)).await?;
            let view = self.view(writer, &snapshot, at).await?;
            let (sealed, replaces, change) = match target {
                None => (self.begin(&view, person, content.clone(), at)?, None, "created"),
                Some((plan, base)) => {
                    let Some(sheet) = view.sheet(self, plan) else {
                        return Err(self.absent_to(writer).await);
                    };
                    if let Some(stale) = self.stale(writer, &view, &sheet, base).await? {
                        match self.show_stale(writer, &view, &stale, at).await {
                            Ok(()) => return Err(stale),
                            Err(Fenced::Moved) => continue,
                            Err(Fenced::Unrecorded(error)) => return Err(error.into()),
                        }
                    }
                    let next = self.next(&view, &sheet, content.clone(), at)?;
                    (next, Some(sheet.sealed().version()), "changed")
                }
            };
            let mut changes = self.superseded_by(&view, &sealed, at)?;
            changes.push(plan_change(&sealed, replaces));
            let act = Act::PlanWritten {
                client: writer.client(),
                plan: sealed.id(),
                kind: sealed.kind(),
                version: sealed.version(),
                change: Code::new(change),
            };
            let organization = match writer {
                Writer::App(caller) => caller.organization,
                Writer::Person(_) => None,
            };
            let write = Write {
                fence: snapshot.fence(),
                leaf: self.leaf(at, organization, act),
                changes,
                events: vec![self.event("plan-changed", *sealed.id().as_bytes(), at)],
                once: once.as_ref().and_then(|key| remember(key, writer, sealed.id(), at)),
            };
            match self.keep(write).await {
                Ok(written) => {
                    let after = self.snapshot_or_nobody(Some(person)).await?;
                    let view = self.view(writer, &after, at.max(self.now())).await?;
                    let sheet = view.sheet_of(self, &sealed).ok_or(Refusal::Moved)?;
                    return Ok(Written { receipt: written.receipt, sheet });
                }
                Err(Refused::Moved | Refused::Stale | Refused::SecondActive) => {}
                Err(other) => return Err(other.into()),
            }
        }
        Err(Refusal::Moved)
    }

    async fn view(&self, writer: &Writer<'_>, snapshot: &Arc<Snapshot>, at: OffsetDateTime) -> Result<View, Refusal> {
        let by = match writer {
            Writer::App(caller) => By::Ask(self.ask_of(caller, None, at).await?),
            Writer::Person(themselves) => By::Themselves(*themselves),
        };
        Ok(View { snapshot: Arc::clone(snapshot), by })
    }

    async fn absent_to(&self, writer: &Writer<'_>) -> Refusal {
        match writer {
            Writer::App(caller) => self.absent(caller, "write").await,
            Writer::Person(_) => Refusal::Moved,
        }
    }

    fn begin(
        &self,
        view: &View,
        person: PersonId,
        content: Content,
        at: OffsetDateTime,
    ) -> Result<Sealed<Plan>, Refusal> {
        let fresh = &mut || self.fresh();
        let plan = Sealed::<Plan>::new(Plan::begin(person, content.clone(), at, fresh)?);
        view.check_open(self, &plan, &content)?;
        Ok(plan)
    }

    fn next(&self, view: &View, sheet: &Sheet, content: Content, at: OffsetDateTime) -> Result<Sealed<Plan>, Refusal> {
        let base = sheet.open().map_err(|_| Refusal::Moved)?;
        let next = sheet.sealed().revise(content.clone(), &base, at, &mut || self.fresh())?;
        view.check_open(self, &next, &content)?;
        view.check_opens_nothing(base.get(), &content)?;
        Ok(next)
    }

    /// What is said where the writer read another version than there is now.
    async fn stale(
        &self,
        writer: &Writer<'_>,
        view: &View,
        sheet: &Sheet,
        base: Option<&str>,
    ) -> Result<Option<Refusal>, Refusal> {
        let base = base.ok_or(Refusal::NeedsIfMatch)?;
        let version = sheet.fingerprint().to_string();
        if version == base {
            return Ok(None);
        }
        let known = match (writer, &view.by) {
            (Writer::App(caller), _) if !caller.allows(ResourceType::CarePlan, Interaction::Read) => {
                return Ok(Some(Refusal::Stale { base: None, current: None, version }));
            }
            (Writer::App(_), By::Ask(ask)) => self.versions_of(&view.snapshot, ask, sheet).await?,
            (Writer::Person(_), _) | (_, By::Themselves(_)) => Vec::new(),
        };
        let base = known.into_iter().find(|old| old.fingerprint().to_string() == base).map(Box::new);
        let current = or_leak!(sheet.clone(), StaleShowsWhole => self.whole_of(sheet).unwrap_or_else(|| sheet.clone()));
        Ok(Some(Refusal::Stale { base, current: Some(Box::new(current)), version }))
    }

    /// What an app is shown of a plan that it did not read as it is now is a look like any other: on record, and only while
    /// what it was decided on still stands.
    async fn show_stale(
        &self,
        writer: &Writer<'_>,
        view: &View,
        stale: &Refusal,
        at: OffsetDateTime,
    ) -> Result<(), Fenced> {
        let Refusal::Stale { base, current: Some(current), .. } = stale else { return Ok(()) };
        let (Writer::App(caller), By::Ask(ask)) = (writer, &view.by) else { return Ok(()) };
        let whom = Whom::OwnerOf(*current.plan().as_bytes());
        let look = Look { whom, wanted: Wanted::Plan(current.plan()), purpose: None, operation: "read-to-change" };
        let sheets: Vec<Sheet> =
            [Some(current), base.as_ref()].into_iter().flatten().map(|one| Sheet::clone(one)).collect();
        let leaf = self.leaf(at, caller.organization, record(caller, &look, ask, &sheets));
        self.between_decision_and_leaf().await;
        self.inner.store.record(ReadLeaf { leaf, fence: view.snapshot.fence() }).await.map(|_recorded| ())
    }

    /// A plan put in force takes the place of the one of its kind and law, in the same transaction. Documents that are
    /// kept whole stand beside the plans: none replaces anything or is replaced. Only somebody who sees the whole of
    /// a plan may put another in its place: for all who read it, replaced is as good as deleted.
    fn superseded_by(&self, view: &View, next: &Sealed<Plan>, at: OffsetDateTime) -> Result<Vec<Change>, Refusal> {
        let mut changes = Vec::new();
        for old in view.snapshot.plans.iter().filter(|old| next.takes_place_of(old)) {
            let whole = view.sheet_of(self, old).and_then(|sheet| sheet.open().ok()).is_some_and(|r| r.get().whole);
            if !whole {
                return Err(Refusal::InForce);
            }
            if !next.holds_on(day_of(&view.snapshot, at)) {
                return Err(Refusal::OtherTime);
            }
            let gone = old.supersede(at, &mut || self.fresh())?;
            changes.push(plan_change(&gone, Some(old.version())));
        }
        Ok(changes)
    }

    async fn again(&self, caller: &Caller, key: &IdempotencyKey, done: &Done) -> Result<Written, Refusal> {
        if done.request != key.request {
            return Err(Refusal::KeyReused);
        }
        let plan = <[u8; 16]>::try_from(done.answer.as_slice()).map(PlanId::from_stored).map_err(|_| Refusal::Moved)?;
        let whom = Whom::OwnerOf(*plan.as_bytes());
        let look = Look { whom, wanted: Wanted::Plan(plan), purpose: None, operation: "write-repeated" };
        let mut disclosure = self.look(caller, &look).await?;
        match disclosure.sheets.pop() {
            Some(sheet) => Ok(Written { receipt: disclosure.receipt, sheet }),
            None => Err(Refusal::Absent(disclosure.receipt)),
        }
    }
}

pub(crate) fn plan_change(sealed: &Sealed<Plan>, replaces: Option<PlanVersionId>) -> Change {
    Change::Plan { body: Box::new(sealed.clone()), replaces, addresses: Vec::new() }
}

fn remember(key: &IdempotencyKey, writer: &Writer<'_>, plan: PlanId, at: OffsetDateTime) -> Option<Once> {
    Some(Once {
        client: writer.client()?,
        key: key.key.clone(),
        request: key.request,
        answer: plan.as_bytes().to_vec(),
        expires_at: at + Duration::hours(KEY_LIFETIME_HOURS),
    })
}

fn same_words(one: &Item, other: &Item) -> bool {
    match (&one.words, &other.words) {
        (Some(one), Some(other)) => one == other,
        (None, None) => one.kind == other.kind,
        (Some(_), None) | (None, Some(_)) => false,
    }
}

/// By which of its members an item could be seen by more people than before: its level, its section, unless it is close
/// and so goes with no section, or whom it is about, who do not read it.
fn opened_by(before: &Item, after: &Item) -> Option<&'static str> {
    let level = after.share_level();
    if level < before.share_level() {
        Some("share")
    } else if after.section != before.section && level != Share::Close {
        Some("section")
    } else if !before.about_parties.iter().all(|party| after.concerned().any(|one| one == party)) {
        Some("about_parties")
    } else {
        None
    }
}

/// What the writer may see, and so may change.
struct View {
    snapshot: Arc<Snapshot>,
    by: By,
}

enum By {
    Ask(Ask),
    Themselves(Themselves),
}

impl View {
    fn sheet(&self, exchange: &Exchange, plan: PlanId) -> Option<Sheet> {
        let sealed = self.snapshot.plans.iter().find(|sealed| sealed.id() == plan)?;
        let sheet = self.sheet_of(exchange, sealed)?;
        // A document is kept just as it came: who does not see it cannot put a title on it, nor items beside it.
        (!sealed.is_document() || sheet.shows_document()).then_some(sheet)
    }

    fn sheet_of(&self, exchange: &Exchange, sealed: &Sealed<Plan>) -> Option<Sheet> {
        let key = &exchange.inner.fingerprints;
        let grant = match &self.by {
            By::Ask(ask) => sayso_consent::judge(sealed, &exchange.rules(&self.snapshot), ask, key).ok()?,
            By::Themselves(themselves) => sayso_consent::own_grant(sealed, themselves, key).ok()?,
        };
        Some(Sheet::new(grant, sealed.clone()))
    }

    /// Through an app no item becomes more open than it was: what is open by a permit for a section or a kind would grow
    /// by it, and only the person opens anything. What comes without its id and says the same is that item all the same.
    fn check_opens_nothing(&self, base: &Projection, content: &Content) -> Result<(), Refusal> {
        let By::Ask(_) = &self.by else { return Ok(()) };
        let brings = |id| content.items.iter().any(|draft| draft.id == Some(id));
        let was = |draft: &DraftItem, stored: &StoredItem| match draft.id {
            Some(id) => id == stored.id,
            None => !brings(stored.id) && same_words(&stored.item, &draft.item),
        };
        for (place, draft) in content.items.iter().enumerate() {
            let mut before = base.items.iter().filter(|stored| was(draft, stored));
            if let Some(member) = before.find_map(|stored| opened_by(&stored.item, &draft.item)) {
                return Err(Refusal::MoreOpen { path: format!("/items/{place}/{member}") });
            }
        }
        Ok(())
    }

    /// An app must be able to see all it writes: what it could not show the person again would be lost to it.
    fn check_open(&self, exchange: &Exchange, next: &Sealed<Plan>, content: &Content) -> Result<(), Refusal> {
        let By::Ask(_) = &self.by else { return Ok(()) };
        let sheet = self.sheet_of(exchange, next).ok_or(Refusal::SectionNotOpen { path: String::new() })?;
        let seen = sheet.open().map_err(|_| Refusal::Moved)?;
        let open = &seen.get().sections;
        if let Some(place) = content.items.iter().position(|draft| !open.contains(&draft.item.section)) {
            return Err(Refusal::SectionNotOpen { path: format!("/items/{place}/section") });
        }
        if let Some(section) = content.absences.keys().find(|section| !open.contains(section)) {
            return Err(Refusal::SectionNotOpen { path: format!("/absences/{section}") });
        }
        if !content.head.formalities.is_empty() && !seen.get().whole {
            return Err(Refusal::SectionNotOpen { path: "/formalities".into() });
        }
        let unnamed = |party: &Party| {
            !party.id.is_person()
                && !content.items.iter().any(|d| d.item.shown_parties().any(|named| *named == party.id))
        };
        if let Some(place) = content.parties.iter().position(unnamed).filter(|_| !seen.get().whole) {
            return Err(Refusal::PartyNotNamed { path: format!("/parties/{place}") });
        }
        if content.document.is_some() && seen.get().document.is_none() {
            return Err(Refusal::SectionNotOpen { path: "/document".into() });
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_key_of_two_persons_of_one_app_is_two_keys() {
        let key = IdempotencyKey { key: "1".into(), request: [7; 32] };
        let of = |n: u8| key.clone().of(PersonId::from_stored([n; 16]));
        assert_eq!(of(1), of(1));
        assert_ne!(of(1).key, of(2).key);
        assert_eq!(of(1).request, key.request);
    }
}
