//! Who runs the house, as a person can reach them.

/// Who runs the house. It comes from the configuration; where that says nothing, nothing is made up.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Operator {
    /// The legal name.
    pub name: String,
    /// Who answers: a person or a desk.
    pub contact: String,
    /// Street and town, in one line.
    pub address: String,
    /// The country, ISO 3166-1 alpha-2.
    pub country: String,
    /// Where to write.
    pub email: String,
    /// Where to call.
    pub phone: String,
    /// The operator's own site; empty where there is none.
    pub website: String,
    /// Where the privacy notice is.
    pub privacy_policy: String,
    /// Under whose law the house stands, for instance `GB-SCT`.
    pub jurisdiction: String,
}

impl Operator {
    /// Whether anything is said of who they are.
    #[must_use]
    pub const fn is_named(&self) -> bool {
        !self.name.is_empty()
    }

    /// What a receipt must say of them and the configuration does not, by the names of its fields.
    #[must_use]
    pub fn missing(&self) -> Vec<&'static str> {
        let needed = [
            ("name", &self.name),
            ("contact", &self.contact),
            ("address", &self.address),
            ("country", &self.country),
            ("email", &self.email),
            ("phone", &self.phone),
            ("privacy_policy", &self.privacy_policy),
            ("jurisdiction", &self.jurisdiction),
        ];
        needed.into_iter().filter(|(_, said)| said.trim().is_empty()).map(|(name, _)| name).collect()
    }
}
