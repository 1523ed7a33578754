//! Opaque secrets: 256 random bits given out once as text, kept only as a hash.

use std::fmt;
use std::marker::PhantomData;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

/// Length of an opaque secret as text: 32 bytes in base64url.
pub const SECRET_CHARS: usize = 43;

/// What a secret opens. Part of the hash, so that a refresh token is never found as an access token.
pub trait Opens {
    /// The word that is hashed with the secret.
    const WORD: &'static str;
}

/// The kinds of secrets.
pub mod of {
    use super::Opens;

    macro_rules! kinds {
        ($($(#[$doc:meta])* $name:ident = $word:literal,)*) => {
            $($(#[$doc])* #[derive(Debug)] pub enum $name {}
            impl Opens for $name { const WORD: &'static str = $word; })*
        };
    }

    kinds! {
        /// An authorization code.
        Code = "code",
        /// An access token.
        Access = "access",
        /// A refresh token.
        Refresh = "refresh",
        /// A person's session in the browser.
        Session = "session",
        /// A link that signs in once.
        Once = "once",
        /// The hidden field that ties a form to its session.
        Form = "form",
    }
}

/// A secret of one kind. `Debug` prints nothing of it.
pub struct Opaque<Of> {
    text: Zeroizing<String>,
    of: PhantomData<fn() -> Of>,
}

/// SHA-256 of a secret with its kind: all that is ever stored.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct SecretHash(pub [u8; 32]);

/// The server's key for deriving the successors of refresh tokens: 32 random bytes from configuration, kept as the
/// zero-padded block that HMAC-SHA-256 uses (RFC 2104).
pub struct TokenKey(Zeroizing<[u8; 64]>);

/// The text is not 43 characters of base64url.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a secret of this server")]
pub struct NotASecret;

impl<Of: Opens> Opaque<Of> {
    /// Makes a secret from 32 random bytes; the caller brings the randomness.
    #[must_use]
    pub fn from_random(bytes: [u8; 32]) -> Self {
        Self { text: Zeroizing::new(URL_SAFE_NO_PAD.encode(bytes)), of: PhantomData }
    }

    /// Reads a secret that somebody presents.
    ///
    /// # Errors
    /// [`NotASecret`] when the form is not ours; nothing needs to be looked up then.
    pub fn parse(text: &str) -> Result<Self, NotASecret> {
        if text.len() != SECRET_CHARS {
            return Err(NotASecret);
        }
        // Decoding refuses stray last bits too, so one secret has one text.
        URL_SAFE_NO_PAD.decode(text).map_err(|_| NotASecret)?;
        Ok(Self { text: Zeroizing::new(text.to_owned()), of: PhantomData })
    }

    /// The text to give out. The one place where a secret leaves its wrapping.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.text
    }

    /// What is stored and looked up.
    #[must_use]
    pub fn hash(&self) -> SecretHash {
        let mut hash = Sha256::new();
        hash.update(Of::WORD.as_bytes());
        hash.update([0]);
        hash.update(self.text.as_bytes());
        SecretHash(hash.finalize().into())
    }
}

impl Opaque<of::Refresh> {
    /// The access and refresh token that replace this one. The same token always has the same successors, so a
    /// client that lost an answer gets it again, though nothing but hashes is stored. `scope` is the text of the
    /// granted scope: another scope has other successors.
    #[must_use]
    pub fn successors(&self, key: &TokenKey, scope: &str) -> (Opaque<of::Access>, Self) {
        (Opaque::from_random(self.derive(key, "access", scope)), Self::from_random(self.derive(key, "refresh", scope)))
    }

    fn derive(&self, key: &TokenKey, what: &str, scope: &str) -> [u8; 32] {
        let block: &[u8; 64] = &key.0;
        let mut mac = Hmac::<Sha256>::new(block.into());
        for part in ["sayso refresh successor", what, &self.text, scope] {
            mac.update(part.as_bytes());
            mac.update(&[0]);
        }
        mac.finalize().into_bytes().into()
    }
}

impl Opaque<of::Session> {
    /// The hidden field of a form that only this session can post, for one action on one thing. Derived, so that
    /// nothing is kept for pages that are opened and left.
    #[must_use]
    pub fn form_token(&self, action: &str) -> Opaque<of::Form> {
        let mut hash = Sha256::new();
        for part in ["sayso form", &self.text, action] {
            hash.update(part.as_bytes());
            hash.update([0]);
        }
        Opaque::from_random(hash.finalize().into())
    }

    /// Whether a posted hidden field is the one of this session and action.
    #[must_use]
    pub fn has_form_token(&self, action: &str, posted: &str) -> bool {
        self.form_token(action).expose().as_bytes().ct_eq(posted.as_bytes()).into()
    }
}

impl TokenKey {
    /// Takes the key.
    #[must_use]
    pub fn new(bytes: [u8; 32]) -> Self {
        let bytes = Zeroizing::new(bytes);
        Self(Zeroizing::new(std::array::from_fn(|place| bytes.get(place).copied().unwrap_or(0))))
    }
}

impl<Of> fmt::Debug for Opaque<Of> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Opaque(..)")
    }
}

impl<Of> Clone for Opaque<Of> {
    fn clone(&self) -> Self {
        Self { text: self.text.clone(), of: PhantomData }
    }
}

impl fmt::Debug for SecretHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretHash(..)")
    }
}

impl fmt::Debug for TokenKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TokenKey(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_found_only_as_what_it_is() {
        let access = Opaque::<of::Access>::from_random([7; 32]);
        let refresh = Opaque::<of::Refresh>::from_random([7; 32]);
        assert_ne!(access.hash(), refresh.hash());
        assert_eq!(Opaque::<of::Access>::parse(access.expose()).map(|s| s.hash()), Ok(access.hash()));
    }

    #[test]
    fn a_secret_has_one_text() {
        let text = Opaque::<of::Code>::from_random([1; 32]).expose().to_owned();
        let last = text.chars().last().unwrap();
        let other = format!("{}{}", text.get(..42).unwrap(), if last == 'B' { 'C' } else { 'B' });
        assert!(Opaque::<of::Code>::parse(&other).is_err());
        assert!(Opaque::<of::Code>::parse(&format!("{text}=")).is_err());
        assert!(Opaque::<of::Code>::parse("").is_err());
    }

    #[test]
    fn debug_tells_nothing() {
        let secret = Opaque::<of::Code>::from_random([1; 32]);
        assert_eq!(format!("{secret:?} {:?}", secret.hash()), "Opaque(..) SecretHash(..)");
    }

    #[test]
    fn oa18_a_form_belongs_to_one_session_and_one_action() {
        let session = Opaque::<of::Session>::from_random([1; 32]);
        let other = Opaque::<of::Session>::from_random([2; 32]);
        let token = session.form_token("share");
        assert!(session.has_form_token("share", token.expose()));
        assert!(!session.has_form_token("stop", token.expose()));
        assert!(!other.has_form_token("share", token.expose()));
        assert!(!session.has_form_token("share", ""));
    }

    #[test]
    fn oa13_the_same_refresh_has_the_same_successors_and_another_has_others() {
        let key = TokenKey::new([9; 32]);
        let old = Opaque::<of::Refresh>::from_random([1; 32]);
        let (access, refresh) = old.successors(&key, "patient/*.rs");
        let (again, refresh_again) = old.successors(&key, "patient/*.rs");
        assert_eq!((access.hash(), refresh.hash()), (again.hash(), refresh_again.hash()));
        let (narrower, _) = old.successors(&key, "patient/CarePlan.rs");
        assert_ne!(access.hash(), narrower.hash());
        let (foreign, _) = old.successors(&TokenKey::new([8; 32]), "patient/*.rs");
        assert_ne!(access.hash(), foreign.hash());
        assert_ne!(access.expose(), refresh.expose());
    }
}
