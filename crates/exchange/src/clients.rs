//! The registered clients at hand: who they are, and which web origins are theirs.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, PoisonError};

use sayso_auth::Client;
use sayso_plan::ClientId;
use sayso_store::StoreError;
use time::{Duration, OffsetDateTime};

use crate::Exchange;

/// How long a registration that was read counts, in seconds: another process (`sayso client add`) may change it. What
/// this process changes counts at once.
const KEPT_SECONDS: i64 = 5;
/// Most clients that are kept at hand.
const CLIENTS_MAX: usize = 4_096;

/// The clients at hand.
#[derive(Default)]
pub(crate) struct Clients {
    by_id: Mutex<HashMap<ClientId, Kept<Arc<Client>>>>,
    origins: Mutex<Option<Kept<Arc<HashSet<String>>>>>,
}

#[derive(Clone)]
struct Kept<T> {
    value: T,
    read_at: OffsetDateTime,
}

impl<T: Clone> Kept<T> {
    fn fresh(&self, now: OffsetDateTime) -> Option<T> {
        ((now - self.read_at).abs() < Duration::seconds(KEPT_SECONDS)).then(|| self.value.clone())
    }
}

impl Clients {
    /// Forgets what was read of a client that is about to change or has just changed.
    pub(crate) fn forget(&self, id: ClientId) {
        self.by_id.lock().unwrap_or_else(PoisonError::into_inner).remove(&id);
        *self.origins.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }

    fn get(&self, id: ClientId, now: OffsetDateTime) -> Option<Arc<Client>> {
        let kept = self.by_id.lock().unwrap_or_else(PoisonError::into_inner);
        kept.get(&id).and_then(|client| client.fresh(now))
    }

    fn keep(&self, client: &Arc<Client>, read_at: OffsetDateTime) {
        let mut kept = self.by_id.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() >= CLIENTS_MAX {
            kept.clear();
        }
        kept.insert(client.id, Kept { value: Arc::clone(client), read_at });
    }
}

impl Exchange {
    /// A registered client as it is now, from memory where it was read within [`KEPT_SECONDS`].
    pub(crate) async fn client_now(
        &self,
        id: ClientId,
        now: OffsetDateTime,
    ) -> Result<Option<Arc<Client>>, StoreError> {
        if let Some(client) = self.inner.clients.get(id, now) {
            return Ok(Some(client));
        }
        let Some(row) = self.inner.store.client(id).await? else { return Ok(None) };
        let client = serde_json::from_value(row.document).map_err(|_| StoreError::Damaged("client"))?;
        let client: Arc<Client> = Arc::new(client);
        self.inner.clients.keep(&client, now);
        Ok(Some(client))
    }

    /// Whether pages of this web origin belong to a registered, active client: only they may read answers in a
    /// browser. `null` belongs to nobody.
    ///
    /// # Errors
    /// The store's own failures.
    pub async fn is_client_origin(&self, origin: &str) -> Result<bool, StoreError> {
        let now = self.now();
        let kept = self.inner.clients.origins.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some(origins) = kept.and_then(|kept| kept.fresh(now)) {
            return Ok(origins.contains(origin));
        }
        let clients = self.inner.store.clients().await?;
        let clients = clients.into_iter().filter_map(|row| serde_json::from_value::<Client>(row.document).ok());
        let of = |client: Client| client.redirect_uris.into_iter().filter_map(|uri| uri.origin()).collect::<Vec<_>>();
        let origins: HashSet<String> = clients.filter(Client::is_active).flat_map(of).collect();
        let is_known = origins.contains(origin);
        *self.inner.clients.origins.lock().unwrap_or_else(PoisonError::into_inner) =
            Some(Kept { value: Arc::new(origins), read_at: now });
        Ok(is_known)
    }
}
