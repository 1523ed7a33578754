//! A client proves that it is itself: by its key, or, where it can keep none, by nothing but its id.

use std::sync::Arc;

use sayso_auth::token::Proof;
use sayso_auth::{Assertion, Client, KeySet, TokenError};
use sayso_plan::Purpose;
use time::OffsetDateTime;

use super::NotIssued;
use crate::Exchange;

impl Exchange {
    /// The proven client, and the purpose that its assertion states. An unknown client, a disabled one and a failed
    /// proof are answered alike.
    pub(super) async fn prove(&self, proof: &Proof) -> Result<(Arc<Client>, Option<Purpose>), NotIssued> {
        let now = self.now();
        let client = self.client_now(proof.client(), now).await?.ok_or(TokenError::InvalidClient)?;
        let assertion = match proof.fits(&client) {
            Ok(None) => return Ok((client, None)),
            Ok(Some(assertion)) => assertion,
            Err(error) => return Err(self.refuse_token(&client, error, "client-proof").await),
        };
        let Some(keys) = self.keys_of(&client, assertion, now).await else {
            return Err(self.refuse_token(&client, TokenError::InvalidClient, "client-keys").await);
        };
        let proven = match assertion.verify(&client, &keys, &self.inner.place, now) {
            Ok(proven) => proven,
            Err(fault) => return Err(self.refuse_token(&client, fault.into(), "client-assertion").await),
        };
        // The store keeps its own keyed hash of this; the client's id is the issuer of the `jti`.
        let once: String = proven.once.0.iter().map(|byte| format!("{byte:02x}")).collect();
        if !self.inner.store.first_use(&client.id.to_string(), &once, proven.keep_until, now).await? {
            return Err(self.refuse_token(&client, TokenError::InvalidClient, "client-assertion-replayed").await);
        }
        Ok((client, proven.purpose))
    }

    /// The client's keys: from its registration, or from its registered address. A fetched set without the key that
    /// was used is fetched again, because keys are changed while clients run (B12).
    async fn keys_of(&self, client: &Client, assertion: &Assertion, now: OffsetDateTime) -> Option<KeySet> {
        if let Some(keys) = client.inline_keys() {
            return Some(keys.clone());
        }
        let url = client.jwks_url()?;
        let egress = &self.inner.egress;
        let kept = egress.fetch_json(url, now).await.ok().and_then(|bytes| KeySet::published(&bytes).ok());
        if let Some(keys) = kept.filter(|keys| keys.find(assertion.kid()).is_some()) {
            return Some(keys);
        }
        let newer = egress.refetch_json(url, now).await.ok()?;
        KeySet::published(&newer).ok()
    }
}
