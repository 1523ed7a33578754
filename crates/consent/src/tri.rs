//! True, false, or not known: a permit fires only on true, a refusal on anything but false.

use serde::{Deserialize, Serialize};

/// Kleene's three truth values.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Tri {
    /// It does not hold.
    False,
    /// It could not be told.
    Unknown,
    /// It holds.
    True,
}

impl Tri {
    /// Both hold: the lesser of the two.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        if (self as u8) < (other as u8) { self } else { other }
    }

    /// One of them holds: the greater of the two.
    #[must_use]
    pub const fn or(self, other: Self) -> Self {
        if (self as u8) > (other as u8) { self } else { other }
    }
}

impl From<bool> for Tri {
    fn from(holds: bool) -> Self {
        if holds { Self::True } else { Self::False }
    }
}

/// Something that was understood, or was not (not parsed, not resolved, missing, an unknown code).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Known<T> {
    /// Understood.
    Is(T),
    /// Not understood.
    Unknown,
}

impl<T> Known<T> {
    /// Whether the test holds of it; unknown when it was not understood.
    pub fn test(&self, test: impl FnOnce(&T) -> Tri) -> Tri {
        match self {
            Self::Is(value) => test(value),
            Self::Unknown => Tri::Unknown,
        }
    }

    /// What is understood of it; nothing where it was not understood itself.
    pub(crate) fn and_then<U>(self, read: impl FnOnce(T) -> Known<U>) -> Known<U> {
        match self {
            Self::Is(value) => read(value),
            Self::Unknown => Known::Unknown,
        }
    }
}
