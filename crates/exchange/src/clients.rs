//! The registered clients at hand: who they are, and which web origins are theirs.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

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
pub(crate) struct Clients(Mutex<AtHand>);

#[derive(Default)]
struct AtHand {
    by_id: HashMap<ClientId, Kept<Arc<Client>>>,
    origins: Option<Kept<Arc<HashSet<String>>>>,
    /// Counts changes: what was read before a change is not kept after it.
    changes: u64,
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
    /// Forgets what was read, because a registration has just changed.
    pub(crate) fn forget(&self) {
        let mut at_hand = self.at_hand();
        at_hand.changes += 1;
        at_hand.by_id.clear();
        at_hand.origins = None;
    }

    /// The client, or how many changes there were before it is read.
    fn get(&self, id: ClientId, now: OffsetDateTime) -> Result<Arc<Client>, u64> {
        let at_hand = self.at_hand();
        at_hand.by_id.get(&id).and_then(|client| client.fresh(now)).ok_or(at_hand.changes)
    }

    fn keep(&self, changes: u64, client: &Arc<Client>, read_at: OffsetDateTime) {
        let mut at_hand = self.at_hand();
        if at_hand.changes != changes {
            return;
        }
        if at_hand.by_id.len() >= CLIENTS_MAX {
            at_hand.by_id.clear();
        }
        at_hand.by_id.insert(client.id, Kept { value: Arc::clone(client), read_at });
    }

    fn origins(&self, now: OffsetDateTime) -> Result<Arc<HashSet<String>>, u64> {
        let at_hand = self.at_hand();
        at_hand.origins.as_ref().and_then(|origins| origins.fresh(now)).ok_or(at_hand.changes)
    }

    fn keep_origins(&self, changes: u64, value: &Arc<HashSet<String>>, read_at: OffsetDateTime) {
        let mut at_hand = self.at_hand();
        if at_hand.changes == changes {
            at_hand.origins = Some(Kept { value: Arc::clone(value), read_at });
        }
    }

    fn at_hand(&self) -> MutexGuard<'_, AtHand> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Exchange {
    /// A registered client as it is now, from memory where it was read within [`KEPT_SECONDS`].
    pub(crate) async fn client_now(
        &self,
        id: ClientId,
        now: OffsetDateTime,
    ) -> Result<Option<Arc<Client>>, StoreError> {
        let changes = match self.inner.clients.get(id, now) {
            Ok(client) => return Ok(Some(client)),
            Err(changes) => changes,
        };
        let Some(row) = self.inner.store.client(id).await? else { return Ok(None) };
        let client = serde_json::from_value(row.document).map_err(|_| StoreError::Damaged("client"))?;
        let client: Arc<Client> = Arc::new(client);
        self.inner.clients.keep(changes, &client, now);
        Ok(Some(client))
    }

    /// Whether pages of this web origin belong to a registered, active client: only they may read answers in a
    /// browser. `null` belongs to nobody.
    ///
    /// # Errors
    /// The store's own failures.
    pub async fn is_client_origin(&self, origin: &str) -> Result<bool, StoreError> {
        let now = self.now();
        let changes = match self.inner.clients.origins(now) {
            Ok(origins) => return Ok(origins.contains(origin)),
            Err(changes) => changes,
        };
        let clients = self.inner.store.clients().await?;
        let clients = clients.into_iter().filter_map(|row| serde_json::from_value::<Client>(row.document).ok());
        let of = |client: Client| client.redirect_uris.into_iter().filter_map(|uri| uri.origin()).collect::<Vec<_>>();
        let origins: Arc<HashSet<String>> = Arc::new(clients.filter(Client::is_active).flat_map(of).collect());
        self.inner.clients.keep_origins(changes, &origins, now);
        Ok(origins.contains(origin))
    }
}
