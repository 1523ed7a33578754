//! Tokens are given, replaced, taken back and told of: the use cases of the token, revocation and introspection
//! endpoints. The rules are auth's; here they meet what is stored, and each outcome its record.

mod about;
mod backend;
mod code;
mod kept;
mod prove;
mod refresh;

use std::hash::{DefaultHasher, Hash, Hasher};

use sayso_auth::token::{Asks, TokenRequest};
use sayso_auth::{Client, TokenError, TokenResponse};
use sayso_plan::OrganizationId;
use sayso_store::{Act, Code, Grant, NewLeaf, Receipt, StoreError};
use tokio::sync::{Mutex, MutexGuard};

use crate::Exchange;

pub(crate) use kept::access_record;

/// In how many lanes refreshes wait for each other; the same token is always in the same lane.
const LANES: usize = 64;

/// Why no token was given.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotIssued {
    /// The request is refused as RFC 6749 says.
    #[error(transparent)]
    Refused(#[from] TokenError),
    /// It could not be stored or recorded, so nothing was done.
    #[error("nothing could be recorded, so nothing was done; try again later")]
    Unrecorded(#[from] StoreError),
}

/// Lets the same refresh token be presented by one request at a time, so that a client which asks twice at once is
/// answered twice alike instead of being taken for two.
pub(crate) struct Lanes(Vec<Mutex<()>>);

impl Default for Lanes {
    fn default() -> Self {
        Self((0..LANES).map(|_| Mutex::default()).collect())
    }
}

impl Lanes {
    async fn wait(&self, token: &str) -> Option<MutexGuard<'_, ()>> {
        let mut hash = DefaultHasher::new();
        token.hash(&mut hash);
        let lane = usize::try_from(hash.finish() % (LANES as u64)).unwrap_or(0);
        match self.0.get(lane) {
            Some(lane) => Some(lane.lock().await),
            None => None,
        }
    }
}

impl Exchange {
    /// The token endpoint: reads the form, lets the client prove itself, and gives what the grant type allows.
    /// `has_authorization` tells whether the request had an `Authorization` header.
    ///
    /// # Errors
    /// [`NotIssued`].
    pub async fn issue_token(&self, body: &str, has_authorization: bool) -> Result<TokenResponse, NotIssued> {
        let request = TokenRequest::parse(body, has_authorization)?;
        let (client, asserted) = self.prove(&request.proof).await?;
        if let Err(error) = request.check_kind(&client) {
            return Err(self.refuse_token(&client, error, "grant-type").await);
        }
        match request.asks {
            Asks::Code { code, redirect_uri, verifier, purpose } => {
                let purpose = self.stated(&client, purpose, asserted).await?;
                self.exchange_code(&client, &code, &redirect_uri, &verifier, purpose).await
            }
            Asks::Refresh { token, scope } => self.refresh(&client, &token, scope.as_deref()).await,
            Asks::Itself { scopes, purpose } => {
                let purpose = self.stated(&client, purpose, asserted).await?;
                self.issue_to_itself(&client, &scopes, purpose).await
            }
        }
    }

    async fn stated(
        &self,
        client: &Client,
        form: Option<sayso_plan::Purpose>,
        assertion: Option<sayso_plan::Purpose>,
    ) -> Result<Option<sayso_plan::Purpose>, NotIssued> {
        match sayso_auth::token::stated_purpose(client, form, assertion) {
            Ok(purpose) => Ok(purpose),
            Err(error) => Err(self.refuse_token(client, error, "purpose").await),
        }
    }

    /// Records a refusal that no other record tells of; the refusal itself, unless the record fails.
    async fn refuse_token(&self, client: &Client, error: TokenError, reason: &'static str) -> NotIssued {
        match self.inner.store.note(None, self.token_refused(client, reason)).await {
            Ok(_) => NotIssued::Refused(error),
            Err(fault) => NotIssued::Unrecorded(fault),
        }
    }

    fn token_refused(&self, client: &Client, reason: &'static str) -> NewLeaf {
        let act = Act::TokenRefused { client: Some(client.id), reason: Code::new(reason) };
        self.leaf(self.now(), client.organization, act)
    }

    fn token_issued(&self, client: &Client, grant: &Grant) -> NewLeaf {
        let act = Act::TokenIssued { client: client.id, grant: grant.id };
        self.leaf(self.now(), client.organization, act)
    }

    fn grant_ended(&self, organization: Option<OrganizationId>, grant: &Grant, reason: &'static str) -> NewLeaf {
        let act = Act::GrantEnded { client: grant.client, grant: grant.id, reason: Code::new(reason) };
        self.leaf(self.now(), organization, act)
    }

    /// Ends a grant with all its tokens; ending it twice is no fault.
    pub(crate) async fn end_grant(&self, grant: &Grant, reason: &'static str) -> Result<Option<Receipt>, StoreError> {
        let organization = self.client_now(grant.client, self.now()).await?.and_then(|client| client.organization);
        let leaf = self.grant_ended(organization, grant, reason);
        match self.inner.store.revoke_grant(grant.id, self.now(), leaf).await {
            Ok(receipt) => Ok(Some(receipt)),
            Err(StoreError::Conflict) => Ok(None),
            Err(other) => Err(other),
        }
    }
}
