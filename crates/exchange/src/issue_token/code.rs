//! `authorization_code`: a code becomes tokens, once.

use sayso_auth::pkce::Verifier;
use sayso_auth::records::CodeFault;
use sayso_auth::secret::of;
use sayso_auth::{AccessRecord, Client, CodeRecord, Opaque, RefreshRecord, TokenError, TokenResponse};
use sayso_plan::Purpose;
use sayso_store::{Redeemed, StoreError};

use super::NotIssued;
use super::kept::{new_access, new_refresh};
use crate::Exchange;

impl Exchange {
    pub(super) async fn exchange_code(
        &self,
        client: &Client,
        code: &Opaque<of::Code>,
        redirect_uri: &str,
        verifier: &Verifier,
        purpose: Option<Purpose>,
    ) -> Result<TokenResponse, NotIssued> {
        let now = self.now();
        let Some(kept) = self.inner.store.code(code.expose()).await? else {
            return Err(self.refuse_token(client, TokenError::InvalidGrant, "code-unknown").await);
        };
        let record: CodeRecord = serde_json::from_value(kept.document).map_err(|_| StoreError::Damaged("code"))?;
        let if_reused = self.grant_ended(client.organization, &kept.grant, "code-reused");
        let store = &self.inner.store;
        if let Err(fault) = record.redeem(client.id, redirect_uri, verifier, now) {
            // Whoever holds a code without all that belongs to it may have stolen it: it is spoiled for everybody, and
            // if it was used before, what came of it ends (OA1, OA2, OA3).
            let spoiled = self.token_refused(client, reason(fault));
            store.redeem_code(code.expose(), now, Vec::new(), spoiled, if_reused).await?;
            return Err(TokenError::InvalidGrant.into());
        }
        let access = Opaque::<of::Access>::from_random(self.inner.surroundings.secret());
        let scopes = record.scopes.granted(&client.scopes);
        let given = AccessRecord::issue(&access, record.grant, client, Some(record.person), scopes, purpose, now);
        let refresh = Opaque::<of::Refresh>::from_random(self.inner.surroundings.secret());
        let stays = RefreshRecord::first(&refresh, &record, purpose, now);
        let mut tokens = vec![new_access(&access, &given)?];
        if let Some(stays) = &stays {
            tokens.push(new_refresh(&refresh, stays, now)?);
        }
        let leaf = self.token_issued(client, &kept.grant);
        match store.redeem_code(code.expose(), now, tokens, leaf, if_reused).await? {
            Redeemed::Fresh(_) => Ok(TokenResponse::new(&access, &given, stays.map(|_| &refresh), now)),
            Redeemed::Reused(_) | Redeemed::Unknown => Err(TokenError::InvalidGrant.into()),
        }
    }
}

const fn reason(fault: CodeFault) -> &'static str {
    match fault {
        CodeFault::Used => "code-used",
        CodeFault::Expired => "code-expired",
        CodeFault::OtherClient => "code-of-another-client",
        CodeFault::OtherRedirect => "code-with-another-address",
        CodeFault::Verifier => "code-with-another-verifier",
    }
}
