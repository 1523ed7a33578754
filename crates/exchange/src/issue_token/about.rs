//! A token is taken back by the client that holds it (RFC 7009), or told about to it (RFC 7662).

use sayso_auth::form::Form;
use sayso_auth::introspection::{AboutToken, Introspection};
use sayso_auth::token::Proof;
use sayso_auth::{Client, SecretHash, TokenError};
use sayso_store::Token;

use super::NotIssued;
use super::kept::{access_record, refresh_record};
use crate::Exchange;

/// A token somebody asks about, with what is stored of it, if it is a live one.
struct Found {
    hash: SecretHash,
    token: std::sync::Arc<Token>,
}

impl Exchange {
    /// Takes a token back, and with it everything that was given together with it. A token that is unknown, ended or
    /// another client's is answered alike, and nothing is done.
    ///
    /// # Errors
    /// [`NotIssued`].
    pub async fn revoke(&self, body: &str, has_authorization: bool) -> Result<(), NotIssued> {
        let about = AboutToken::parse(body, has_authorization)?;
        let (client, _) = self.prove(&about.proof).await?;
        if let Some(found) = self.found(&about, body, &client).await? {
            self.end_grant(&found.token.grant, "revoked").await?;
        }
        Ok(())
    }

    /// Tells a client about its own token.
    ///
    /// # Errors
    /// [`NotIssued`]; [`TokenError::InvalidClient`] also for a client without a key, which anybody could play.
    pub async fn introspect(&self, body: &str, has_authorization: bool) -> Result<Introspection, NotIssued> {
        let about = AboutToken::parse(body, has_authorization)?;
        if matches!(about.proof, Proof::Public(_)) {
            return Err(TokenError::InvalidClient.into());
        }
        let (client, _) = self.prove(&about.proof).await?;
        let now = self.now();
        let Some(Found { hash, token }) = self.found(&about, body, &client).await? else {
            return Ok(Introspection::INACTIVE);
        };
        if let Some(record) = access_record(hash, &token)? {
            return Ok(Introspection::of_access(&record, &client, now));
        }
        let refresh = refresh_record(hash, &token)?;
        Ok(refresh.map_or(Introspection::INACTIVE, |record| Introspection::of_refresh(&record, &client, now)))
    }

    /// The live token of this client that the form names.
    async fn found(&self, about: &AboutToken, body: &str, client: &Client) -> Result<Option<Found>, NotIssued> {
        let Some(hash) = about.access else { return Ok(None) };
        let form = Form::parse(body).map_err(|_| TokenError::InvalidRequest("the form cannot be read"))?;
        let Some(text) = form.get("token") else { return Ok(None) };
        let token = self.inner.store.token(text, self.now()).await?;
        Ok(token.filter(|token| token.grant.client == client.id).map(|token| Found { hash, token }))
    }
}
