//! How a client shows at the token, revocation and introspection endpoints that it is itself.

use sayso_plan::ClientId;

use super::TokenError;
use crate::assertion::Assertion;
use crate::client::{Client, ClientAuth};
use crate::form::Form;

/// The only `client_assertion_type` there is (RFC 7523 section 2.2).
pub const ASSERTION_TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// How the client proves itself. Not yet checked.
#[derive(Debug)]
pub enum Proof {
    /// `client_id` alone: a public client.
    Public(ClientId),
    /// A signed assertion, and `client_id` agrees with it if it was there.
    Assertion(Box<Assertion>),
}

impl Proof {
    pub(crate) fn read(form: &Form, has_authorization: bool) -> Result<Self, TokenError> {
        if has_authorization || form.get("client_secret").is_some() {
            return Err(TokenError::InvalidClient);
        }
        let client_id = form.get("client_id").map(str::parse).transpose().map_err(|_| TokenError::InvalidClient)?;
        match (form.get("client_assertion_type"), form.get("client_assertion"), client_id) {
            (None, None, Some(client_id)) => Ok(Self::Public(client_id)),
            (Some(ASSERTION_TYPE), Some(text), client_id) => {
                let assertion = Assertion::read(text)?;
                if client_id.is_some_and(|id| id != assertion.client()) {
                    return Err(TokenError::InvalidClient);
                }
                Ok(Self::Assertion(Box::new(assertion)))
            }
            (_, _, _) => Err(TokenError::InvalidClient),
        }
    }

    /// The client to look up.
    #[must_use]
    pub fn client(&self) -> ClientId {
        match self {
            Self::Public(client) => *client,
            Self::Assertion(assertion) => assertion.client(),
        }
    }

    /// The assertion that the client must be held to; none for a public client. A client with a key that comes
    /// without its assertion, a public one that comes with one, and a disabled one are not let in.
    ///
    /// # Errors
    /// [`TokenError::InvalidClient`].
    pub fn fits(&self, client: &Client) -> Result<Option<&Assertion>, TokenError> {
        if client.id != self.client() || !client.is_active() {
            return Err(TokenError::InvalidClient);
        }
        match (self, &client.auth) {
            (Self::Public(_), ClientAuth::Public) => Ok(None),
            (Self::Assertion(assertion), ClientAuth::PrivateKeyJwt { .. }) => Ok(Some(assertion)),
            (Self::Public(_), ClientAuth::PrivateKeyJwt { .. }) | (Self::Assertion(_), ClientAuth::Public) => {
                Err(TokenError::InvalidClient)
            }
        }
    }
}
