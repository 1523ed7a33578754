//! A small map of what was read lately; emptied by every write that could make it false.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::Arc;

use std::sync::Mutex;

/// What a cache held when a read began; an entry read under an older epoch is not kept.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Epoch(u64);

pub(crate) struct Cache<K, V> {
    limit: usize,
    inner: Mutex<Inner<K, V>>,
}

struct Inner<K, V> {
    epoch: u64,
    entries: HashMap<K, Arc<V>>,
}

impl<K: Eq + Hash, V> Cache<K, V> {
    pub(crate) fn new(limit: usize) -> Self {
        Self { limit, inner: Mutex::new(Inner { epoch: 0, entries: HashMap::new() }) }
    }

    /// What is kept, or the epoch to give back with what will be read.
    pub(crate) fn get(&self, key: &K) -> Result<Arc<V>, Epoch> {
        let inner = self.lock();
        inner.entries.get(key).cloned().ok_or(Epoch(inner.epoch))
    }

    /// Keeps what was read, unless something was forgotten since the read began.
    pub(crate) fn keep(&self, epoch: Epoch, key: K, value: Arc<V>) {
        let mut inner = self.lock();
        if inner.epoch != epoch.0 {
            return;
        }
        if inner.entries.len() >= self.limit {
            inner.entries.clear();
        }
        inner.entries.insert(key, value);
    }

    pub(crate) fn forget(&self, key: &K) {
        let mut inner = self.lock();
        inner.epoch += 1;
        inner.entries.remove(key);
    }

    pub(crate) fn forget_if(&self, false_now: impl Fn(&V) -> bool) {
        let mut inner = self.lock();
        inner.epoch += 1;
        inner.entries.retain(|_, value| !false_now(value));
    }

    pub(crate) fn forget_all(&self) {
        let mut inner = self.lock();
        inner.epoch += 1;
        inner.entries.clear();
    }

    /// A panic elsewhere cannot leave the map half-written, so a poisoned lock is still good.
    fn lock(&self) -> std::sync::MutexGuard<'_, Inner<K, V>> {
        self.inner.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_read_before_a_write_is_not_kept_after_it() {
        let cache = Cache::new(2);
        let Err(epoch) = cache.get(&1) else { panic!("empty") };
        cache.forget(&1);
        cache.keep(epoch, 1, Arc::new("old"));
        let Err(epoch) = cache.get(&1) else { panic!("an old value was kept") };
        cache.keep(epoch, 1, Arc::new("new"));
        assert_eq!(cache.get(&1).ok().as_deref(), Some(&"new"));
    }
}
