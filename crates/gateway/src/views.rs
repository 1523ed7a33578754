//! Assembled FHIR, kept by fingerprint: the same released set is the same bytes, whoever asks and whenever.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use sayso_consent::Fingerprint;
use sayso_exchange::{Disclosure, Sheet};
use sayso_fhir::{Shown, outgoing};
use serde_json::Value;

/// How many released plans are kept assembled.
const KEPT_MAX: usize = 2_048;
/// How many documents are kept assembled: each holds a person's plan whole, or several.
const DOCUMENTS_MAX: usize = 512;

/// One assembled resource.
#[derive(Debug)]
pub(crate) struct View {
    pub(crate) shown: Shown,
    pub(crate) bytes: Bytes,
}

/// The assembled resources of one released plan.
pub(crate) type Assembled = Arc<Vec<View>>;

/// One assembled document Bundle.
#[derive(Debug)]
pub(crate) struct Document {
    pub(crate) bytes: Bytes,
    /// The version it states, where it states one.
    pub(crate) version: Option<String>,
}

/// What a document is made of: what is said of the person and each released plan, and in which form.
#[derive(Debug, PartialEq, Eq, Hash)]
struct MadeOf {
    extract: bool,
    note: Option<String>,
    subject: Fingerprint,
    plans: Vec<Fingerprint>,
}

/// The cache. Its keys say exactly what was released, so that nothing in it ever has to be called back.
#[derive(Default)]
pub(crate) struct Views {
    plans: Mutex<HashMap<Fingerprint, Assembled>>,
    documents: Mutex<HashMap<MadeOf, Arc<Document>>>,
}

impl Views {
    /// The resources that a released plan is shown as.
    pub(crate) fn of(&self, sheet: &Sheet, base: &str) -> Assembled {
        let key = self.key(sheet);
        if let Some(kept) = lock(&self.plans).get(&key) {
            return Arc::clone(kept);
        }
        let shown = sheet.open().map(|released| outgoing::resources(&released, base)).unwrap_or_default();
        let assembled: Assembled =
            Arc::new(shown.into_iter().map(|shown| View { bytes: shown.bytes().into(), shown }).collect());
        let mut kept = lock(&self.plans);
        if kept.len() >= KEPT_MAX {
            kept.clear();
        }
        kept.insert(key, Arc::clone(&assembled));
        assembled
    }

    /// One plan as a document, or the crisis extract of several; none when nothing was released or belongs into it.
    pub(crate) fn document(&self, disclosure: &Disclosure, extract: bool, base: &str) -> Option<Arc<Document>> {
        let subject = disclosure.subject()?;
        let plans = disclosure.sheets.iter().map(|sheet| self.key(sheet)).collect();
        let key = MadeOf { extract, note: disclosure.note.clone(), subject: subject.fingerprint(), plans };
        if let Some(kept) = lock(&self.documents).get(&key) {
            return Some(Arc::clone(kept));
        }
        let released: Vec<_> = disclosure.sheets.iter().filter_map(|sheet| sheet.open().ok()).collect();
        let shown = match (extract, released.as_slice()) {
            (true, all) => outgoing::crisis_extract(&subject, &all.iter().collect::<Vec<_>>(), base)?,
            (false, [only, ..]) => outgoing::document(&subject, only, disclosure.note.as_deref(), base),
            (false, []) => return None,
        };
        let version = shown.json.pointer("/meta/versionId").and_then(Value::as_str).map(str::to_owned);
        let document = Arc::new(Document { bytes: shown.bytes().into(), version });
        let mut kept = lock(&self.documents);
        if kept.len() >= DOCUMENTS_MAX {
            kept.clear();
        }
        kept.insert(key, Arc::clone(&document));
        Some(document)
    }

    fn key(&self, sheet: &Sheet) -> Fingerprint {
        #[cfg(feature = "leaks")]
        if let Some(key) = crate::leaks::key(sheet) {
            return key;
        }
        sheet.fingerprint()
    }
}

fn lock<T>(kept: &Mutex<T>) -> MutexGuard<'_, T> {
    kept.lock().unwrap_or_else(PoisonError::into_inner)
}
