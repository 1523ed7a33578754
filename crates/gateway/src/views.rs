//! Assembled FHIR, kept by fingerprint: the same released set is the same bytes, whoever asks and whenever.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use bytes::Bytes;
use quick_cache::Weighter;
use quick_cache::sync::Cache;
use sayso_consent::{Fingerprint, Released, Subject};
use sayso_exchange::Sheet;
use sayso_fhir::{Shown, outgoing};
use serde_json::Value;

/// How many bytes of released plans are kept assembled; beside each lies about as much again, as JSON values.
const PLANS_MAX_BYTES: u64 = 128 * 1024 * 1024;
/// How many bytes of documents are kept assembled.
const DOCUMENTS_MAX_BYTES: u64 = 64 * 1024 * 1024;
/// How long what is assembled usually is.
const USUAL_BYTES: u64 = 64 * 1024;

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

/// In which form a document shows what was released.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum Form {
    /// The first plan, with what a reader must know of its time before anything else.
    Plan { note: Option<String> },
    /// The crisis sections of all plans.
    Extract,
}

/// What a document is made of: what is said of the person and each released plan, and in which form.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct MadeOf {
    form: Form,
    subject: Fingerprint,
    plans: Vec<Fingerprint>,
}

/// What is kept weighs what its bytes do.
#[derive(Debug, Clone, Copy)]
struct ByBytes;

impl Weighter<Fingerprint, Assembled> for ByBytes {
    fn weight(&self, _: &Fingerprint, kept: &Assembled) -> u64 {
        kept.iter().map(|view| view.bytes.len() as u64).sum()
    }
}

impl Weighter<MadeOf, Arc<Document>> for ByBytes {
    fn weight(&self, _: &MadeOf, kept: &Arc<Document>) -> u64 {
        kept.bytes.len() as u64
    }
}

/// The cache. Its keys say exactly what was released, so that nothing in it ever has to be called back.
pub(crate) struct Views {
    plans: Cache<Fingerprint, Assembled, ByBytes>,
    documents: Cache<MadeOf, Arc<Document>, ByBytes>,
    assembled: AtomicU64,
}

impl Default for Views {
    fn default() -> Self {
        let usual = |bytes: u64| usize::try_from(bytes / USUAL_BYTES).unwrap_or(usize::MAX);
        Self {
            plans: Cache::with_weighter(usual(PLANS_MAX_BYTES), PLANS_MAX_BYTES, ByBytes),
            documents: Cache::with_weighter(usual(DOCUMENTS_MAX_BYTES), DOCUMENTS_MAX_BYTES, ByBytes),
            assembled: AtomicU64::new(0),
        }
    }
}

impl Views {
    /// The resources that a released plan is shown as.
    pub(crate) fn of(&self, sheet: &Sheet, base: &str) -> Assembled {
        let key = self.key(sheet);
        if let Some(kept) = self.plans.get(&key) {
            return kept;
        }
        let shown = sheet.open().map(|released| outgoing::resources(&released, base)).unwrap_or_default();
        let assembled: Assembled =
            Arc::new(shown.into_iter().map(|shown| View { bytes: shown.bytes().into(), shown }).collect());
        self.assembled.fetch_add(1, Ordering::Relaxed);
        self.plans.insert(key, Arc::clone(&assembled));
        assembled
    }

    /// One plan as a document, or the crisis extract of several; none when nothing was released or belongs into it.
    pub(crate) fn document(
        &self,
        subject: &Released<Subject>,
        sheets: &[Sheet],
        form: &Form,
        base: &str,
    ) -> Option<Arc<Document>> {
        let plans = sheets.iter().map(|sheet| self.key(sheet)).collect();
        let key = MadeOf { form: form.clone(), subject: subject.fingerprint(), plans };
        if let Some(kept) = self.documents.get(&key) {
            return Some(kept);
        }
        let released: Vec<_> = sheets.iter().filter_map(|sheet| sheet.open().ok()).collect();
        let shown = match (form, released.as_slice()) {
            (Form::Extract, all) => outgoing::crisis_extract(subject, &all.iter().collect::<Vec<_>>(), base)?,
            (Form::Plan { note }, [only, ..]) => outgoing::document(subject, only, note.as_deref(), base),
            (Form::Plan { .. }, []) => return None,
        };
        let version = shown.json.pointer("/meta/versionId").and_then(Value::as_str).map(str::to_owned);
        let document = Arc::new(Document { bytes: shown.bytes().into(), version });
        self.assembled.fetch_add(1, Ordering::Relaxed);
        self.documents.insert(key, Arc::clone(&document));
        Some(document)
    }

    /// How often something was assembled.
    pub(crate) fn assembled(&self) -> u64 {
        self.assembled.load(Ordering::Relaxed)
    }

    fn key(&self, sheet: &Sheet) -> Fingerprint {
        #[cfg(feature = "leaks")]
        if let Some(key) = crate::leaks::key(sheet) {
            return key;
        }
        sheet.fingerprint()
    }
}
