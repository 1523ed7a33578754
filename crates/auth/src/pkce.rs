//! Proof key for code exchange: only `S256`, only with the lengths of RFC 7636.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

/// Shortest verifier, in characters (RFC 7636 section 4.1).
pub const VERIFIER_MIN_CHARS: usize = 43;
/// Longest verifier, in characters (RFC 7636 section 4.1).
pub const VERIFIER_MAX_CHARS: usize = 128;

/// The hash that the client sends ahead: SHA-256 of its verifier.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Challenge([u8; 32]);

/// The secret that the client shows at the exchange.
pub struct Verifier(String);

/// Why a challenge or verifier is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PkceFault {
    /// `code_challenge_method` is missing (which would mean `plain`) or is not `S256`.
    #[error("code_challenge_method must be S256")]
    Method,
    /// Not 43 characters of base64url.
    #[error("code_challenge must be 43 characters of base64url")]
    Challenge,
    /// Not 43 to 128 unreserved characters.
    #[error("code_verifier must be 43 to 128 unreserved characters")]
    Verifier,
}

impl Challenge {
    /// Reads `code_challenge` and `code_challenge_method`.
    ///
    /// # Errors
    /// [`PkceFault::Method`] and [`PkceFault::Challenge`].
    pub fn parse(challenge: &str, method: Option<&str>) -> Result<Self, PkceFault> {
        if method != Some("S256") {
            return Err(PkceFault::Method);
        }
        let bytes = URL_SAFE_NO_PAD.decode(challenge).map_err(|_| PkceFault::Challenge)?;
        bytes.try_into().map(Self).map_err(|_| PkceFault::Challenge)
    }

    /// Whether the verifier is the one that was hashed.
    #[must_use]
    pub fn is_met_by(&self, verifier: &Verifier) -> bool {
        let hash: [u8; 32] = Sha256::digest(verifier.0.as_bytes()).into();
        hash.ct_eq(&self.0).into()
    }
}

impl Verifier {
    /// Reads `code_verifier`.
    ///
    /// # Errors
    /// [`PkceFault::Verifier`].
    pub fn parse(text: &str) -> Result<Self, PkceFault> {
        let long_enough = (VERIFIER_MIN_CHARS..=VERIFIER_MAX_CHARS).contains(&text.len());
        let unreserved = text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.' | b'_' | b'~'));
        if long_enough && unreserved { Ok(Self(text.to_owned())) } else { Err(PkceFault::Verifier) }
    }
}

impl std::fmt::Debug for Verifier {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Verifier(..)")
    }
}

impl TryFrom<String> for Challenge {
    type Error = PkceFault;

    fn try_from(text: String) -> Result<Self, PkceFault> {
        Self::parse(&text, Some("S256"))
    }
}

impl From<Challenge> for String {
    fn from(challenge: Challenge) -> Self {
        URL_SAFE_NO_PAD.encode(challenge.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
    const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

    #[test]
    fn the_example_of_rfc_7636_appendix_b_holds() {
        let challenge = Challenge::parse(CHALLENGE, Some("S256")).unwrap();
        assert!(challenge.is_met_by(&Verifier::parse(VERIFIER).unwrap()));
        assert_eq!(String::from(challenge), CHALLENGE);
    }

    #[test]
    fn oa4_b02_only_s256_with_the_right_lengths_is_accepted() {
        for method in [None, Some(""), Some("plain"), Some("s256"), Some("S512")] {
            assert_eq!(Challenge::parse(CHALLENGE, method), Err(PkceFault::Method), "{method:?}");
        }
        for challenge in ["", "short", CHALLENGE.get(..42).unwrap(), &format!("{CHALLENGE}A"), &format!("{CHALLENGE}=")]
        {
            assert_eq!(Challenge::parse(challenge, Some("S256")), Err(PkceFault::Challenge), "{challenge}");
        }
        for verifier in ["", VERIFIER.get(..42).unwrap(), &"a".repeat(129), &format!("{VERIFIER} "), &"ä".repeat(43)] {
            assert!(Verifier::parse(verifier).is_err(), "{verifier}");
        }
        assert!(Verifier::parse(&"a".repeat(128)).is_ok());
    }

    #[test]
    fn oa4_the_challenge_itself_is_not_a_verifier() {
        let challenge = Challenge::parse(CHALLENGE, Some("S256")).unwrap();
        assert!(!challenge.is_met_by(&Verifier::parse(CHALLENGE).unwrap()));
    }
}
