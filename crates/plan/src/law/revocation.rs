//! Whether cancelling a directive takes effect. Cancelling is a legal act; to stop sharing is another thing, which
//! anybody can do at once, always, without a reason and without a test.

use super::facts::{RevokeForm, Status, WhileIncapable};
use super::{Law, say};

/// Whether the person can decide, at the time they cancel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Capability {
    /// They can, or nobody has said that they cannot.
    Capable,
    /// It was found that they cannot.
    Incapable,
    /// It is in dispute.
    Disputed,
}

/// Whether cancelling takes effect.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TakesEffect {
    /// It does, once it has its form.
    Yes,
    /// Not now. The plan stays current, and the person's no is shown first to every reader.
    No,
    /// It does if the person chose so when they signed; what they chose is not known here.
    AsChosen,
    /// It is not known here; the person's no is shown first to every reader.
    Unknown,
}

/// What cancelling does, and what it takes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Revocation {
    /// Whether it takes effect.
    pub takes_effect: TakesEffect,
    /// In which form, one of these; empty where that is not known here.
    pub form: Vec<RevokeForm>,
    /// Whether it starts only once those who treat the person were told.
    pub when_told: bool,
    /// How sure the law behind it is.
    pub status: Status,
}

impl Revocation {
    /// Whether a no that is only said or written is in its form. Where a law asks for witnesses again, it is not; where
    /// the form is not known here, nobody here asks for more.
    #[must_use]
    pub fn counts_as_said(&self) -> bool {
        self.form.is_empty() || self.form.iter().any(|form| *form != RevokeForm::SameAsMaking)
    }

    /// The same in plain words.
    #[must_use]
    pub fn sentences(&self) -> Vec<String> {
        say::revocation(self)
    }
}

/// Whether cancelling takes effect under a law. `chosen` is what the person said when they signed: whether they can
/// cancel while they cannot decide, where the law lets them choose.
#[must_use]
pub fn revocation(law: &Law, capability: Capability, chosen: Option<bool>) -> Revocation {
    let rule = law.revoke.as_ref();
    let in_crisis = match rule.and_then(|rule| rule.is.while_incapable) {
        Some(WhileIncapable::Yes) => TakesEffect::Yes,
        Some(WhileIncapable::No) => TakesEffect::No,
        Some(WhileIncapable::AsChosen) => match chosen {
            Some(true) => TakesEffect::Yes,
            Some(false) => TakesEffect::No,
            None => TakesEffect::AsChosen,
        },
        None => TakesEffect::Unknown,
    };
    let takes_effect = match capability {
        // No law known here keeps a person who can decide from taking a directive back.
        Capability::Capable => TakesEffect::Yes,
        Capability::Incapable => in_crisis,
        // What is so either way is so; the rest is not for us to say.
        Capability::Disputed if in_crisis == TakesEffect::Yes => TakesEffect::Yes,
        Capability::Disputed => TakesEffect::Unknown,
    };
    Revocation {
        takes_effect,
        form: law.revoke_forms().to_vec(),
        when_told: rule.and_then(|rule| rule.is.when_told).unwrap_or(false),
        status: rule.map_or(Status::Verified, |rule| rule.status),
    }
}
