//! What a reader holds after a look: made of what it held before and of what is decided now. Only what was shown to this
//! reader goes into it, so that what it says is gone tells nothing that the reader did not know.

use std::collections::BTreeSet;

use sayso_consent::{Ask, Audience, Released, Subject};
use sayso_plan::PersonId;
use sayso_store::{
    Fenced, Gone, Held, HeldPart, HeldPlan, HeldSubject, ReadLeaf, Reader, Receipt, Snapshot, StoreError,
};
use time::{Duration, OffsetDateTime};

use crate::Exchange;
use crate::read_released::{Sheet, Wanted, subject};

/// How long it is remembered that something is gone, in days. Who asks for news of a longer time must load anew.
pub const GONE_DAYS: i64 = 90;

/// The reader that a question comes from; none for apps, which act for one person, and where no purpose counts.
pub(crate) fn reader(ask: &Ask) -> Option<Reader> {
    match (&ask.audience, ask.purpose) {
        (Audience::Organization { organization, practitioner: None, class }, Some(purpose)) => {
            Some(Reader { organization: *organization, class: *class, purpose })
        }
        (Audience::Organization { .. } | Audience::App { .. } | Audience::Supporter { .. }, _) => None,
    }
}

/// The type and id by which the person is referred to.
pub(crate) fn patient(person: PersonId) -> HeldPart {
    HeldPart { kind: "Patient".to_owned(), id: person.to_string() }
}

fn version(sheet: &Sheet) -> String {
    #[cfg(feature = "leaks")]
    if let Some(version) = crate::leaks::version_of_whole(sheet) {
        return version;
    }
    sheet.fingerprint().to_string()
}

fn parts(sheet: &Sheet) -> Vec<HeldPart> {
    let addresses = sheet.open().map(|released| sayso_fhir::outgoing::addresses(&released)).unwrap_or_default();
    addresses.into_iter().map(|(kind, id)| HeldPart { kind: kind.to_owned(), id }).collect()
}

/// What is shown at one look, of all the person's plans or only of some.
pub(crate) struct Shown<'a> {
    pub(crate) person: PersonId,
    pub(crate) sheets: &'a [Sheet],
    /// What is said of the person; only where all plans were looked at.
    pub(crate) subject: Option<Released<Subject>>,
    pub(crate) all: bool,
    pub(crate) at: OffsetDateTime,
}

impl Shown<'_> {
    /// What is held after it; none where that is what was held before.
    pub(crate) fn after(&self, before: &Held) -> Option<Held> {
        let mut held = before.clone();
        let mut changed = self.note_subject(&mut held);
        for sheet in self.sheets {
            changed |= self.note_plan(&mut held, sheet);
        }
        if self.all {
            let seen = |plan: &HeldPlan| self.sheets.iter().any(|sheet| sheet.plan() == plan.plan);
            let (kept, lost): (Vec<_>, Vec<_>) = held.plans.drain(..).partition(seen);
            changed |= !lost.is_empty();
            held.plans = kept;
            let parts = lost.into_iter().flat_map(|plan| plan.parts);
            held.gone.extend(parts.map(|part| Gone { part, at: self.at }));
        }
        if !changed {
            return None;
        }
        held.gone.retain(|gone| self.at - gone.at <= Duration::days(GONE_DAYS));
        held.plans.sort_by_key(|plan| plan.plan);
        Some(held)
    }

    fn note_subject(&self, held: &mut Held) -> bool {
        let patient = patient(self.person);
        if self.sheets.is_empty() {
            let lost = self.all && held.subject.take().is_some();
            held.gone.extend(lost.then_some(Gone { part: patient, at: self.at }));
            return lost;
        }
        // A look at one plan names the person; which version they are shown as follows from all plans.
        let version = match &self.subject {
            Some(subject) => subject.fingerprint().to_string(),
            None if held.subject.is_some() => return false,
            None => String::new(),
        };
        if held.subject.as_ref().is_some_and(|before| before.version == version) {
            return false;
        }
        held.subject = Some(HeldSubject { version, since: self.at });
        held.gone.retain(|gone| gone.part != patient);
        true
    }

    fn note_plan(&self, held: &mut Held, sheet: &Sheet) -> bool {
        let version = version(sheet);
        let before = held.plans.iter().position(|plan| plan.plan == sheet.plan());
        let before = before.map(|place| held.plans.swap_remove(place));
        let before = match before {
            Some(before) if before.version == version => {
                held.plans.push(before);
                return false;
            }
            Some(before) => before.parts,
            None => Vec::new(),
        };
        let parts = parts(sheet);
        let shown: BTreeSet<&HeldPart> = parts.iter().collect();
        held.gone.retain(|gone| !shown.contains(&gone.part));
        let lost = before.into_iter().filter(|part| !shown.contains(part));
        held.gone.extend(lost.map(|part| Gone { part, at: self.at }));
        held.plans.push(HeldPlan { plan: sheet.plan(), version, since: self.at, parts });
        true
    }
}

impl Exchange {
    /// What an organization holds after an ordinary look at one person; none where nothing changed, and for looks that
    /// show what was of another day, or the few parts that a responder needs.
    pub(crate) async fn holding(
        &self,
        ask: &Ask,
        wanted: Wanted,
        snapshot: &Snapshot,
        sheets: &[Sheet],
    ) -> Result<Option<(Reader, Held)>, StoreError> {
        let all = match wanted {
            Wanted::Plans(None) => true,
            Wanted::Plans(Some(_)) | Wanted::Current(_) | Wanted::Plan(_) | Wanted::Part(_) => false,
            Wanted::On(..) | Wanted::CrisisExtract => return Ok(None),
        };
        let Some(reader) = reader(ask) else { return Ok(None) };
        let before = self.inner.store.held(&reader, snapshot.person).await?;
        let known = |sheet: &Sheet| {
            let version = version(sheet);
            before.plans.iter().any(|plan| plan.plan == sheet.plan() && plan.version == version)
        };
        if sheets.iter().all(known) && (!all || before.plans.len() == sheets.len()) {
            return Ok(None);
        }
        let subject = if all { subject(snapshot, sheets, &self.inner.fingerprints) } else { None };
        let shown = Shown { person: snapshot.person, sheets, subject, all, at: ask.at };
        Ok(shown.after(&before).map(|held| (reader, held)))
    }

    /// Puts the leaf of a look on record, and with it what the reader holds from now on where that changed.
    pub(crate) async fn put_on_record(
        &self,
        read: ReadLeaf,
        holding: Option<(Reader, Held)>,
    ) -> Result<Receipt, Fenced> {
        match holding {
            Some((reader, held)) => self.inner.store.record_held(read, &reader, held).await,
            None => self.inner.store.record(read).await,
        }
    }
}
