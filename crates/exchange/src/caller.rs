//! Who asks: an access token becomes a caller, from memory, with the state of client and grant looked at each time.

use sayso_auth::secret::of;
use sayso_auth::{Caller, Opaque};
use sayso_store::StoreError;

use crate::Exchange;
use crate::issue_token::access_record;

impl Exchange {
    /// What an access token stands for at this moment; none when it is unknown, has ended or was taken back, or its
    /// client is disabled. `token` is the text behind `Bearer `.
    ///
    /// # Errors
    /// The store's own failures.
    pub async fn caller(&self, token: &str) -> Result<Option<Caller>, StoreError> {
        let Ok(secret) = Opaque::<of::Access>::parse(token) else { return Ok(None) };
        let now = self.now();
        let Some(kept) = self.inner.store.token(token, now).await? else { return Ok(None) };
        let Some(record) = access_record(secret.hash(), &kept)? else { return Ok(None) };
        let Some(client) = self.client_now(record.client, now).await? else { return Ok(None) };
        Ok(record.caller(&client, now))
    }
}
