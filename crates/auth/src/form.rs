//! Reads `application/x-www-form-urlencoded` parameters strictly: a parameter twice, or bytes that are no text, are
//! faults and not a choice.

use std::collections::{BTreeMap, BTreeSet};

use percent_encoding::percent_decode_str;

/// Most parameters that one request may have.
pub const PARAMETERS_MAX: usize = 64;

/// The parameters of one request, each at most once.
#[derive(Default)]
pub struct Form {
    values: BTreeMap<String, String>,
    twice: BTreeSet<String>,
}

/// Why a form is refused as a whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum FormFault {
    /// More than [`PARAMETERS_MAX`].
    #[error("more than 64 parameters")]
    TooMany,
    /// A name or value is not UTF-8.
    #[error("a parameter is not UTF-8 text")]
    NotText,
}

impl Form {
    /// Reads the parameters of a query or body.
    ///
    /// # Errors
    /// [`FormFault`].
    pub fn parse(text: &str) -> Result<Self, FormFault> {
        Self::parse_all([text])
    }

    /// Reads the parameters of several sources (query and body) as one: the same name in both is there twice.
    ///
    /// # Errors
    /// [`FormFault`].
    pub fn parse_all<'t>(texts: impl IntoIterator<Item = &'t str>) -> Result<Self, FormFault> {
        let mut form = Self::default();
        let pairs = texts.into_iter().flat_map(|text| text.split('&')).filter(|pair| !pair.is_empty());
        for (place, pair) in pairs.enumerate() {
            if place >= PARAMETERS_MAX {
                return Err(FormFault::TooMany);
            }
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let (name, value) = (decode(name)?, decode(value)?);
            if form.values.insert(name.clone(), value).is_some() {
                form.twice.insert(name);
            }
        }
        Ok(form)
    }

    /// The value of a parameter; none when it is missing, empty (RFC 6749 section 3.1: as if omitted) or twice there.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        if self.twice.contains(name) {
            return None;
        }
        self.values.get(name).map(String::as_str).filter(|value| !value.is_empty())
    }

    /// Whether this parameter is there more than once.
    #[must_use]
    pub fn has_twice(&self, name: &str) -> bool {
        self.twice.contains(name)
    }

    /// Whether any parameter is there more than once.
    #[must_use]
    pub fn has_any_twice(&self) -> bool {
        !self.twice.is_empty()
    }
}

fn decode(text: &str) -> Result<String, FormFault> {
    let spaced = text.replace('+', " ");
    percent_decode_str(&spaced).decode_utf8().map(std::borrow::Cow::into_owned).map_err(|_| FormFault::NotText)
}

impl std::fmt::Debug for Form {
    /// Values are codes, tokens and passwords: only the names are printed.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_set().entries(self.values.keys()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_read_as_browsers_write_them() {
        let form = Form::parse("state=a+b%26%23%00%C3%A4&empty=&flag&&x=1=2").unwrap();
        assert_eq!(form.get("state"), Some("a b&#\0ä"));
        assert_eq!((form.get("empty"), form.get("flag"), form.get("x")), (None, None, Some("1=2")));
    }

    #[test]
    fn oa6_a_parameter_twice_is_no_parameter_wherever_it_stands() {
        let form = Form::parse_all(["client_id=a", "client_id=a"]).unwrap();
        assert!(form.has_twice("client_id") && form.has_any_twice());
        assert_eq!(form.get("client_id"), None);
        assert!(Form::parse("client%5Fid=a&client_id=b").unwrap().has_twice("client_id"));
    }

    #[test]
    fn floods_and_broken_text_are_refused() {
        assert_eq!(Form::parse(&"a=1&".repeat(65)).err(), Some(FormFault::TooMany));
        assert_eq!(Form::parse("a=%ff").err(), Some(FormFault::NotText));
    }
}
