//! OAuth, OpenID Connect and SMART as typed messages and rules: no web framework, no database, no clock.
//!
//! The doors hand over raw texts; the exchange hands over records, the time and random bytes; everything here is a pure
//! function of them. Secrets are [`Opaque`] while they are given out and [`SecretHash`] ever after.
//!
//! # A person allows an app
//! [`grant::Asked::read`] → look up the client → [`grant::Asked::decide`] → the page shows
//! [`AuthorizationRequest::scopes`] → [`CodeRecord::issue`] with what the person allowed → redirect with 303 to
//! [`AuthorizationRequest::allowed`] or [`AuthorizationRequest::denied`]. [`Refused::Page`] is shown by us and never
//! redirected.
//!
//! # A client asks for a token
//! [`TokenRequest::parse`] → look up the client → [`token::Proof::fits`], and where it returns an assertion
//! [`Assertion::verify`] with the keys of the registration or of its address; the store then refuses
//! [`Proven::once`] a second time → [`TokenRequest::check_kind`] → by [`token::Asks`]:
//! - `Code`: [`CodeRecord::redeem`], and mark it used in the same transaction, on every fault but expiry; a fault that
//!   [ends the grant](records::CodeFault::ends_grant) revokes all tokens of it.
//! - `Refresh`: [`RefreshRecord::present`]; the new tokens are [`Opaque::successors`], so a repeated request within ten
//!   seconds has the same answer though only hashes are kept.
//! - `Itself`: [`token::backend_scopes`] and [`token::stated_purpose`].
//!
//! # A request with a token
//! [`caller::bearer`] → look up the hash → [`AccessRecord::caller`]. Scopes only ever narrow: what is granted is
//! `requested ∩ registered` ([`Scopes::granted`]), what counts is `granted ∩ still registered`, and consent is asked
//! after that and always.

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
