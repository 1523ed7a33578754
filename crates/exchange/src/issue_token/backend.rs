//! `client_credentials`: a backend service gets a short token for itself.

use sayso_auth::secret::of;
use sayso_auth::token::backend_scopes;
use sayso_auth::{AccessRecord, Client, GrantId, Opaque, Scopes, TokenResponse};
use sayso_plan::Purpose;

use super::NotIssued;
use super::kept::{new_access, own_grant};
use crate::Exchange;

impl Exchange {
    pub(crate) async fn issue_to_itself(
        &self,
        client: &Client,
        asked: &Scopes,
        purpose: Option<Purpose>,
    ) -> Result<TokenResponse, NotIssued> {
        let now = self.now();
        let scopes = match backend_scopes(client, asked) {
            Ok(scopes) => scopes,
            Err(error) => return Err(self.refuse_token(client, error, "scope").await),
        };
        let access = Opaque::<of::Access>::from_random(self.inner.surroundings.secret());
        let id = GrantId::from_random(self.fresh());
        let grant = own_grant(client, id, &scopes, now);
        let given = AccessRecord::issue(&access, id, client, None, scopes, purpose, now);
        let leaf = self.token_issued(client, &grant);
        let _recorded = self.inner.store.issue(grant, vec![new_access(&access, &given)?], leaf).await?;
        Ok(TokenResponse::new(&access, &given, None, now))
    }
}
