//! `refresh_token`: a refresh token is replaced by its successors; what was replaced opens nothing any more.

use sayso_auth::records::REFRESH_REPEAT_SECONDS;
use sayso_auth::records::{Refresh, RefreshFault};
use sayso_auth::secret::of;
use sayso_auth::{AccessRecord, Client, Opaque, RefreshRecord, Scopes, TokenError, TokenResponse};
use sayso_plan::{ClientId, PersonId};
use sayso_store::{Grant, Redeemed, StoreError, Token};
use time::{Duration, OffsetDateTime};

use super::NotIssued;
use super::kept::{access_record, new_access, new_refresh, person_of, refresh_record};
use crate::Exchange;
use crate::keys::is_let_in;

/// A refresh token that is presented.
struct Presented<'a> {
    client: &'a Client,
    token: &'a Opaque<of::Refresh>,
    scope: Option<&'a str>,
    now: OffsetDateTime,
}

impl Presented<'_> {
    /// The successors of a token depend on what was asked with it, so that only the very same request finds them.
    fn asked(&self) -> String {
        self.scope.and_then(|text| Scopes::parse_whole(text).ok()).map(|scopes| scopes.to_string()).unwrap_or_default()
    }
}

impl Exchange {
    pub(super) async fn refresh(
        &self,
        client: &Client,
        token: &Opaque<of::Refresh>,
        scope: Option<&str>,
    ) -> Result<TokenResponse, NotIssued> {
        let _turn = self.inner.refreshing.wait(token.expose()).await;
        let presented = Presented { client, token, scope, now: self.now() };
        let kept = self.inner.store.token(token.expose(), presented.now).await?;
        let record = match &kept {
            Some(kept) => refresh_record(token.hash(), kept)?.map(|record| (kept, record)),
            None => None,
        };
        let Some((kept, record)) = record else {
            return self.repeat(&presented).await;
        };
        match record.present(client.id, scope, presented.now) {
            Ok(Refresh::Rotate(scopes) | Refresh::Repeat(scopes)) => {
                self.rotate(&presented, kept, &record, scopes).await
            }
            Err(fault) => {
                if fault.ends_grant() {
                    self.end_grant(&kept.grant, "refresh-by-another-client").await?;
                }
                let reason = if fault == RefreshFault::Scope { "refresh-scope" } else { "refresh-token" };
                Err(self.refuse_token(client, fault.into(), reason).await)
            }
        }
    }

    async fn rotate(
        &self,
        presented: &Presented<'_>,
        kept: &Token,
        record: &RefreshRecord,
        scopes: Scopes,
    ) -> Result<TokenResponse, NotIssued> {
        let Presented { client, token, now, .. } = *presented;
        let person = person_of(&kept.grant)?;
        if !self.is_open_to(person, client.id, now).await? {
            // The person has stopped sharing, or a year has passed: the app has to ask again.
            self.end_grant(&kept.grant, "sharing-stopped").await?;
            return Err(TokenError::InvalidGrant.into());
        }
        let (access, next) = token.successors(&self.inner.successors, &presented.asked());
        let scopes = scopes.granted(&client.scopes);
        let given = AccessRecord::issue(&access, record.grant, client, Some(person), scopes, record.purpose, now);
        let tokens = vec![new_access(&access, &given)?, new_refresh(&next, &record.next(&next, now), now)?];
        let leaf = self.token_issued(client, &kept.grant);
        let if_reused = self.reused(client, &kept.grant);
        match self.inner.store.rotate(token.expose(), now, tokens, leaf, if_reused).await? {
            Redeemed::Fresh(_) => Ok(TokenResponse::new(&access, &given, Some(&next), now)),
            Redeemed::Reused(_) | Redeemed::Unknown => Err(TokenError::InvalidGrant.into()),
        }
    }

    /// A token that does not count any more. The same request again within [`REFRESH_REPEAT_SECONDS`] gets the same
    /// answer: an answer that got lost must lock nobody out. Everything else is taken for theft, and the grant ends.
    async fn repeat(&self, presented: &Presented<'_>) -> Result<TokenResponse, NotIssued> {
        let Presented { client, token, now, .. } = *presented;
        let store = &self.inner.store;
        let (access, next) = token.successors(&self.inner.successors, &presented.asked());
        if let (Some(kept), Some(newest)) =
            (store.token(access.expose(), now).await?, store.token(next.expose(), now).await?)
            && newest.grant.client == client.id
            && (now - newest.issued_at).abs() <= Duration::seconds(REFRESH_REPEAT_SECONDS)
            && let Some(given) = access_record(access.hash(), &kept)?
        {
            return Ok(TokenResponse::new(&access, &given, Some(&next), now));
        }
        let leaf = self.token_refused(client, "refresh-token");
        // Nothing is stored of a token that was never given; of one that was, its grant is known to the store.
        let if_reused = self.token_refused(client, "refresh-token-reused");
        match store.rotate(token.expose(), now, Vec::new(), leaf, if_reused).await? {
            Redeemed::Fresh(_) | Redeemed::Reused(_) => Err(TokenError::InvalidGrant.into()),
            Redeemed::Unknown => {
                Err(self.refuse_token(client, TokenError::InvalidGrant, "refresh-token-unknown").await)
            }
        }
    }

    fn reused(&self, client: &Client, grant: &Grant) -> sayso_store::NewLeaf {
        self.grant_ended(client.organization, grant, "refresh-token-reused")
    }

    /// Whether anything of the person is open to the app at this moment. The decision at each read does not depend on
    /// it: this only keeps tokens from outliving the person's word.
    async fn is_open_to(&self, person: PersonId, app: ClientId, now: OffsetDateTime) -> Result<bool, StoreError> {
        let Some(snapshot) = self.inner.store.snapshot(person).await? else { return Ok(false) };
        Ok(is_let_in(&snapshot.consents, app, now))
    }
}
