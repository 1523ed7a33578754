//! OAuth, OpenID Connect and SMART as typed messages and rules: no web framework, no database, no clock.
//!
//! The doors hand over raw texts, the exchange hands over records, the time and random bytes; everything here is a
//! pure function of them. Order of a request: [`form`] → [`grant`] or [`token`] → [`client`], [`pkce`],
//! [`assertion`] → records in [`records`] → [`caller`].

pub mod assertion;
pub mod caller;
pub mod client;
pub mod discovery;
pub mod form;
pub mod grant;
pub mod introspection;
mod json;
pub mod key;
pub mod pkce;
pub mod records;
pub mod redirect;
pub mod scope;
pub mod secret;
pub mod sign_in;
pub mod token;

pub use assertion::{Assertion, AssertionFault, Proven};
pub use caller::{Caller, ClientKind};
pub use client::{Client, ClientAuth, ClientState, Jwks};
pub use discovery::Place;
pub use grant::{AuthorizationRequest, Refused};
pub use key::{Algorithm, Key, KeySet};
pub use records::{AccessRecord, CodeRecord, GrantId, RefreshRecord};
pub use scope::{Context, Interaction, ResourceType, Scopes};
pub use secret::{Opaque, SecretHash};
pub use token::{TokenError, TokenRequest, TokenResponse};
