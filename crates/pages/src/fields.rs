//! A posted form: names and values in their order; check boxes make one name come several times.

use crate::fault::Fault;

/// The largest form, in bytes: five hundred items ticked, with room.
pub(crate) const BODY_MAX_BYTES: usize = 64 * 1024;
/// The most fields of one form.
pub(crate) const FIELDS_MAX: usize = 1_200;

/// The fields of a form.
#[derive(Clone, Default)]
pub(crate) struct Fields(Vec<(String, String)>);

impl Fields {
    /// Reads a form as browsers write it.
    pub(crate) fn parse(body: &[u8]) -> Result<Self, Fault> {
        let text = std::str::from_utf8(body).map_err(|_| Fault::Unreadable)?;
        let pairs = url::form_urlencoded::parse(text.as_bytes());
        let fields: Vec<_> =
            pairs.take(FIELDS_MAX + 1).map(|(name, value)| (name.into_owned(), value.into_owned())).collect();
        if fields.len() > FIELDS_MAX { Err(Fault::TooLarge) } else { Ok(Self(fields)) }
    }

    /// The value of a field that comes once; none when it is missing or comes twice.
    pub(crate) fn one<'f>(&'f self, name: &'f str) -> Option<&'f str> {
        let mut values = self.all(name);
        let first = values.next();
        if values.next().is_some() { None } else { first }
    }

    /// The values of a field, in order.
    pub(crate) fn all<'f>(&'f self, name: &'f str) -> impl Iterator<Item = &'f str> {
        self.0.iter().filter(move |(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// The fields as text again, for whoever reads them by other rules.
    pub(crate) fn to_text(&self) -> String {
        url::form_urlencoded::Serializer::new(String::new()).extend_pairs(&self.0).finish()
    }

    /// Whether a check box was ticked.
    pub(crate) fn is_ticked(&self, name: &str) -> bool {
        self.one(name) == Some("yes")
    }
}

impl std::fmt::Debug for Fields {
    /// Values are passwords and choices: nothing of them is printed.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Fields({})", self.0.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn check_boxes_come_several_times_and_single_fields_once() {
        let fields = Fields::parse(b"section=helps&section=harms&purpose=TREAT&a=1&a=2&documents=yes").unwrap();
        assert_eq!(fields.all("section").collect::<Vec<_>>(), ["helps", "harms"]);
        assert_eq!((fields.one("purpose"), fields.one("a"), fields.one("b")), (Some("TREAT"), None, None));
        assert!(fields.is_ticked("documents") && !fields.is_ticked("offline"));
    }

    #[test]
    fn floods_are_refused() {
        assert!(Fields::parse("a=1&".repeat(FIELDS_MAX).as_bytes()).is_ok());
        assert!(Fields::parse("a=1&".repeat(FIELDS_MAX + 1).as_bytes()).is_err());
        assert!(Fields::parse(b"\xff\xfe").is_err());
    }
}
