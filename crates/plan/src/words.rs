//! Words: what somebody wrote, kept exactly, with the language it is in.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize};

/// The longest text of one item, in Unicode scalar values.
pub const WORDS_MAX_SCALARS: usize = 20_000;

/// A language tag of BCP 47, for instance `en-GB`. Its form is checked, not its registration.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(transparent)]
pub struct Lang(String);

/// The text is not a language tag.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a language tag: expected BCP 47, for instance en-GB")]
pub struct NotALang;

impl Lang {
    /// The tag as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The tag that says the language is not determined (ISO 639-2 `und`).
    #[must_use]
    pub fn undetermined() -> Self {
        Self("und".to_owned())
    }
}

impl TryFrom<&str> for Lang {
    type Error = NotALang;

    fn try_from(tag: &str) -> Result<Self, NotALang> {
        let mut parts = tag.split('-');
        let first_ok =
            parts.next().is_some_and(|p| (1..=8).contains(&p.len()) && p.bytes().all(|b| b.is_ascii_alphabetic()));
        let rest_ok = parts.all(|p| (1..=8).contains(&p.len()) && p.bytes().all(|b| b.is_ascii_alphanumeric()));
        if first_ok && rest_ok && tag.len() <= 35 { Ok(Self(tag.to_owned())) } else { Err(NotALang) }
    }
}

impl fmt::Display for Lang {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Lang {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        let tag = String::deserialize(d)?;
        Self::try_from(tag.as_str()).map_err(serde::de::Error::custom)
    }
}

/// Text in somebody's own words. Never edited, normalised, translated in place or cut. `Debug` prints its length only.
#[derive(Clone, PartialEq, Eq, Hash, Serialize)]
pub struct Words {
    text: String,
    lang: Lang,
}

/// The text cannot be kept as words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotWords {
    /// Longer than [`WORDS_MAX_SCALARS`].
    #[error("too long: at most 20000 characters fit in one text; put the rest into another item")]
    TooLong,
    /// Contains U+0000, which no store and no record system can carry.
    #[error("contains the character U+0000, which cannot be kept; remove it")]
    Nul,
}

impl Words {
    /// Takes the text as it is.
    ///
    /// # Errors
    /// [`NotWords`] when it is longer than [`WORDS_MAX_SCALARS`] or contains U+0000.
    pub fn new(text: String, lang: Lang) -> Result<Self, NotWords> {
        if text.contains('\0') {
            return Err(NotWords::Nul);
        }
        if text.len() > WORDS_MAX_SCALARS && text.chars().count() > WORDS_MAX_SCALARS {
            return Err(NotWords::TooLong);
        }
        Ok(Self { text, lang })
    }

    /// The text, byte for byte.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The language the text is in.
    #[must_use]
    pub fn lang(&self) -> &Lang {
        &self.lang
    }
}

impl fmt::Debug for Words {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Words({} bytes, {})", self.text.len(), self.lang)
    }
}

impl<'de> Deserialize<'de> for Words {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Raw {
            text: String,
            lang: Lang,
        }
        let raw = Raw::deserialize(d)?;
        Self::new(raw.text, raw.lang).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_kept_and_never_shown_by_debug() {
        let words = Words::new("Bitte kein X 🙏".into(), Lang::try_from("de").unwrap()).unwrap();
        assert_eq!(words.text(), "Bitte kein X 🙏");
        assert!(!format!("{words:?}").contains("Bitte"));
        assert!(Words::new("a\0b".into(), Lang::undetermined()).is_err());
        assert!(Words::new("🥄".repeat(20_000), Lang::undetermined()).is_ok());
        assert!(Words::new("🥄".repeat(20_001), Lang::undetermined()).is_err());
    }

    #[test]
    fn a_language_is_a_tag() {
        for good in ["en", "en-GB", "zh-Hant-TW", "cy"] {
            assert!(Lang::try_from(good).is_ok());
        }
        for bad in ["", "en_GB", "-", "en-", "\"><script>", "toolongsubtag"] {
            assert!(Lang::try_from(bad).is_err(), "{bad}");
        }
    }
}
