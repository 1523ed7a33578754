//! Where a plan is written: a country, or a part of one with laws of its own, by its ISO 3166 code.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// The most bytes of a code: two letters, a hyphen, three letters or digits (ISO 3166-2).
const CODE_MAX_BYTES: usize = 6;

/// The place whose law a plan is written under. Any place may be named; whether its law is known here is another
/// question (see [`crate::law`]).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Jurisdiction {
    /// None named: the directive is a wish, and no formality is asked for.
    Unknown,
    /// This place.
    Place(Place),
}

/// A country or a part of one, for instance `IE`, `GB-SCT`, `US-OR`. Its form is checked, not its registration.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Place {
    /// The code's bytes, then zeros.
    code: [u8; CODE_MAX_BYTES],
}

/// The text names no place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a place: expected an ISO 3166 code in capitals, for instance IE or GB-SCT, or unknown")]
pub struct NotAPlace;

impl Place {
    /// The code.
    #[must_use]
    pub fn code(&self) -> &str {
        // Only ASCII gets in, so this is always text.
        std::str::from_utf8(&self.code).unwrap_or_default().trim_end_matches('\0')
    }
}

impl FromStr for Place {
    type Err = NotAPlace;

    fn from_str(text: &str) -> Result<Self, NotAPlace> {
        let (country, part) = text.split_once('-').map_or((text, None), |(country, part)| (country, Some(part)));
        let country_ok = country.len() == 2 && country.bytes().all(|b| b.is_ascii_uppercase());
        let legal = |b: u8| b.is_ascii_uppercase() || b.is_ascii_digit();
        let part_ok = part.is_none_or(|p| (1..=3).contains(&p.len()) && p.bytes().all(legal));
        if !country_ok || !part_ok {
            return Err(NotAPlace);
        }
        let mut code = [0; CODE_MAX_BYTES];
        code.iter_mut().zip(text.bytes()).for_each(|(to, from)| *to = from);
        Ok(Self { code })
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl fmt::Debug for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl FromStr for Jurisdiction {
    type Err = NotAPlace;

    fn from_str(text: &str) -> Result<Self, NotAPlace> {
        if text == "unknown" { Ok(Self::Unknown) } else { text.parse().map(Self::Place) }
    }
}

impl fmt::Display for Jurisdiction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unknown => f.write_str("unknown"),
            Self::Place(place) => f.write_str(place.code()),
        }
    }
}

impl Serialize for Place {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.serialize_str(self.code())
    }
}

impl<'de> Deserialize<'de> for Place {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(d)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

impl Serialize for Jurisdiction {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Jurisdiction {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(d)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_a_code_and_comes_back_as_it_was() {
        for good in ["unknown", "IE", "GB-SCT", "US-OR", "AU-VIC", "FR-2A", "AT-9"] {
            let place: Jurisdiction = good.parse().unwrap();
            assert_eq!(serde_json::to_string(&place).unwrap(), format!("\"{good}\""));
            assert_eq!(serde_json::from_str::<Jurisdiction>(&format!("\"{good}\"")).unwrap(), place);
        }
        for bad in ["", "Unknown", "ie", "GB-", "-SCT", "GB-SCOT", "GBR", "US-OR-1", "US_OR", "ÅL", "US-Ö"] {
            assert!(bad.parse::<Jurisdiction>().is_err(), "{bad}");
        }
    }
}
