//! Assembled FHIR, kept by fingerprint: the same released set is the same bytes, whoever asks and whenever.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use sayso_consent::Fingerprint;
use sayso_exchange::Sheet;
use sayso_fhir::Shown;

/// How many released plans are kept assembled.
const KEPT_MAX: usize = 2_048;

/// One assembled resource.
#[derive(Debug)]
pub(crate) struct View {
    pub(crate) shown: Shown,
    pub(crate) bytes: Bytes,
}

/// The assembled resources of one released plan.
pub(crate) type Assembled = Arc<Vec<View>>;

/// The cache. Its key says exactly what was released, so that nothing in it ever has to be called back.
#[derive(Default)]
pub(crate) struct Views(Mutex<HashMap<Fingerprint, Assembled>>);

impl Views {
    /// The resources that a released plan is shown as.
    pub(crate) fn of(&self, sheet: &Sheet, base: &str) -> Assembled {
        let key = self.key(sheet);
        if let Some(kept) = self.lock().get(&key) {
            return Arc::clone(kept);
        }
        let shown = sheet.open().map(|released| sayso_fhir::outgoing::resources(&released, base)).unwrap_or_default();
        let assembled: Assembled =
            Arc::new(shown.into_iter().map(|shown| View { bytes: shown.bytes().into(), shown }).collect());
        let mut kept = self.lock();
        if kept.len() >= KEPT_MAX {
            kept.clear();
        }
        kept.insert(key, Arc::clone(&assembled));
        assembled
    }

    fn key(&self, sheet: &Sheet) -> Fingerprint {
        #[cfg(feature = "leaks")]
        if let Some(key) = crate::leaks::key(sheet) {
            return key;
        }
        sheet.fingerprint()
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<Fingerprint, Assembled>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
