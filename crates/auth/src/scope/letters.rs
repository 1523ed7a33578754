//! The five letters of a resource scope and the interactions that each one allows.

/// A FHIR interaction, as far as scopes tell them apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Interaction {
    /// Create.
    Create,
    /// Read the current state.
    Read,
    /// Read one version.
    Vread,
    /// History of one resource.
    HistoryInstance,
    /// Update, patch and update-as-create.
    Update,
    /// Delete.
    Delete,
    /// Search in one type.
    Search,
    /// History of one type.
    HistoryType,
}

impl Interaction {
    /// All interactions.
    pub const ALL: [Self; 8] = [
        Self::Create,
        Self::Read,
        Self::Vread,
        Self::HistoryInstance,
        Self::Update,
        Self::Delete,
        Self::Search,
        Self::HistoryType,
    ];

    const fn bit(self) -> u8 {
        match self {
            Self::Create => 0b1_0000,
            Self::Read | Self::Vread | Self::HistoryInstance => 0b0_1000,
            Self::Update => 0b0_0100,
            Self::Delete => 0b0_0010,
            Self::Search | Self::HistoryType => 0b0_0001,
        }
    }
}

/// A non-empty choice of the letters `cruds`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Letters(u8);

const WRITTEN: [(char, u8); 5] = [('c', 0b1_0000), ('r', 0b0_1000), ('u', 0b0_0100), ('d', 0b0_0010), ('s', 0b0_0001)];

impl Letters {
    /// `read` of SMART v1 = `rs`.
    pub(super) const READ: Self = Self(0b0_1001);
    /// `write` of SMART v1 = `cud`.
    pub(super) const WRITE: Self = Self(0b1_0110);
    /// All five.
    pub(super) const ALL: Self = Self(0b1_1111);

    /// Reads letters in the order `cruds`, each at most once, at least one.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let mut order = WRITTEN.iter();
        let mut bits = 0;
        for letter in text.chars() {
            let (_, bit) = order.find(|(known, _)| *known == letter)?;
            bits |= bit;
        }
        Self::of(bits)
    }

    /// Whether the letters allow the interaction.
    #[must_use]
    pub const fn allow(self, interaction: Interaction) -> bool {
        self.0 & interaction.bit() != 0
    }

    pub(super) const fn meet(self, other: Self) -> Option<Self> {
        Self::of(self.0 & other.0)
    }

    const fn of(bits: u8) -> Option<Self> {
        if bits == 0 { None } else { Some(Self(bits)) }
    }
}

impl std::fmt::Display for Letters {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        WRITTEN.iter().filter(|(_, bit)| self.0 & bit != 0).try_for_each(|(letter, _)| write!(f, "{letter}"))
    }
}
