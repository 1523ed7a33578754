//! A pairing code: the person reads it out, and who hears it may ask to be let in. It opens nothing by itself.

use std::fmt;

use sayso_consent::Themselves;
use sayso_store::{Act, Code};
use time::{Duration, OffsetDateTime};

use crate::{Exchange, Refusal};

/// How long a code is good.
pub const PAIRING_MINUTES: i64 = 15;
/// Characters of a code: 50 bits.
const CHARS: usize = 10;
/// Digits and letters without I, L, O and U, which are misread and misheard (Crockford's base 32).
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// A code as it is read out.
#[derive(Clone, PartialEq, Eq)]
pub struct PairingCode(String);

impl fmt::Debug for PairingCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PairingCode")
    }
}

impl fmt::Display for PairingCode {
    /// In two groups of five.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (one, two) = self.0.split_at_checked(CHARS / 2).unwrap_or((&self.0, ""));
        write!(f, "{one}-{two}")
    }
}

impl PairingCode {
    fn from_random(bytes: [u8; 32]) -> Self {
        let letter = |byte: &u8| ALPHABET.get(usize::from(byte & 31)).copied().map(char::from);
        Self(bytes.iter().take(CHARS).filter_map(letter).collect())
    }

    /// Reads what somebody heard and typed: spaces and hyphens mean nothing, nor do small letters, and a misread O, I or L
    /// is what it was taken for.
    #[must_use]
    pub fn heard(text: &str) -> Option<Self> {
        let read = |c: char| match c.to_ascii_uppercase() {
            'O' => '0',
            'I' | 'L' => '1',
            c => c,
        };
        let code: String = text.chars().filter(|c| !c.is_whitespace() && *c != '-').map(read).take(CHARS + 1).collect();
        let known = code.bytes().all(|byte| ALPHABET.contains(&byte));
        (known && code.len() == CHARS).then_some(Self(code))
    }

    pub(crate) fn expose(&self) -> &str {
        &self.0
    }
}

impl Exchange {
    /// Makes a code for the person; one they made before is good no more. The moment it ends stands beside it.
    ///
    /// # Errors
    /// [`Refusal::Unrecorded`] when it cannot be recorded; then there is no code.
    pub async fn pairing_code(&self, person: Themselves) -> Result<(PairingCode, OffsetDateTime), Refusal> {
        let now = self.now();
        let code = PairingCode::from_random(self.inner.surroundings.secret());
        let until = now + Duration::minutes(PAIRING_MINUTES);
        let leaf = self.leaf(now, None, Act::Operated { done: Code::new("pairing-code"), subject: None });
        let _recorded = self.inner.store.put_pairing(code.expose(), person.person(), until, leaf).await?;
        Ok((code, until))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_heard_as_it_is_read_out_in_any_spelling() {
        let code = PairingCode::from_random([31; 32]);
        assert_eq!(code.to_string(), "ZZZZZ-ZZZZZ");
        for heard in ["zzzzz-zzzzz", "ZZZZZ ZZZZZ", " zzzzzzzzzz "] {
            assert_eq!(PairingCode::heard(heard), Some(code.clone()));
        }
        let code = PairingCode::from_random([1; 32]);
        assert_eq!(PairingCode::heard("1iIlL-11111"), Some(code));
        assert_eq!(PairingCode::heard("O0o00-00000"), Some(PairingCode::from_random([0; 32])));
        for none in ["", "ZZZZZ-ZZZZ", "ZZZZZ-ZZZZZZ", "ZZZZZ-ZZZZU", "ZZZZZ-ZZZZ\u{416}"] {
            assert_eq!(PairingCode::heard(none), None, "{none}");
        }
        assert!(!format!("{:?}", PairingCode::from_random([7; 32])).contains('7'));
    }
}
