//! What a token may be used for: the scope language of SMART App Launch 2.2, and the one place that reads it.
//!
//! <https://hl7.org/fhir/smart-app-launch/STU2.2/scopes-and-launch-context.html>

mod letters;
mod resource;
#[cfg(test)]
mod tests;

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

pub use letters::{Interaction, Letters};
pub use resource::{Context, On, ResourceScope, ResourceType, Spelling};

/// Longest scope text that is read, in bytes: apps are known to send tens of thousands.
pub const SCOPE_MAX_BYTES: usize = 64 * 1024;

/// One scope of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Scope {
    /// `openid`.
    OpenId,
    /// `fhirUser`.
    FhirUser,
    /// `launch`: context from inside an EHR.
    Launch,
    /// `launch/patient`: the app asks whose data it is about.
    LaunchPatient,
    /// `offline_access`: a refresh token that outlives the session.
    OfflineAccess,
    /// `online_access`: a refresh token that ends with the session.
    OnlineAccess,
    /// Rights on resources.
    Resource(ResourceScope),
}

/// The text is no scope that is offered: unknown type, letters out of order, a search filter, another spelling.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a scope that is offered here")]
pub struct NotAScope;

/// Why a scope list is refused as a whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ScopeFault {
    /// Longer than [`SCOPE_MAX_BYTES`].
    #[error("the scope is longer than 65536 bytes")]
    TooLong,
    /// A character outside RFC 6749 section 3.3.
    #[error("the scope has a character that no scope may have")]
    Character,
    /// Where every scope must be understood, one was not.
    #[error("the scope names something that is not offered here")]
    NotOffered,
}

impl FromStr for Scope {
    type Err = NotAScope;

    fn from_str(text: &str) -> Result<Self, NotAScope> {
        Ok(match text {
            "openid" => Self::OpenId,
            "fhirUser" => Self::FhirUser,
            "launch" => Self::Launch,
            "launch/patient" => Self::LaunchPatient,
            "offline_access" => Self::OfflineAccess,
            "online_access" => Self::OnlineAccess,
            _ => Self::Resource(text.parse()?),
        })
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::OpenId => f.write_str("openid"),
            Self::FhirUser => f.write_str("fhirUser"),
            Self::Launch => f.write_str("launch"),
            Self::LaunchPatient => f.write_str("launch/patient"),
            Self::OfflineAccess => f.write_str("offline_access"),
            Self::OnlineAccess => f.write_str("online_access"),
            Self::Resource(scope) => scope.fmt(f),
        }
    }
}

/// A list of scopes without repetition, in the order they were asked for. Its text reads back as itself.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Scopes {
    list: Vec<Scope>,
}

impl Scopes {
    /// Reads a list and leaves out what is not understood (RFC 6749 section 3.3: a server may ignore scopes); what
    /// is left out is never granted, and the answer's `scope` says so.
    ///
    /// # Errors
    /// [`ScopeFault::TooLong`] and [`ScopeFault::Character`].
    pub fn parse(text: &str) -> Result<Self, ScopeFault> {
        Self::read(text).map(|(scopes, _)| scopes)
    }

    /// Reads a list in which every scope must be understood: registrations and refreshes.
    ///
    /// # Errors
    /// As [`Scopes::parse`], and [`ScopeFault::NotOffered`].
    pub fn parse_whole(text: &str) -> Result<Self, ScopeFault> {
        match Self::read(text)? {
            (scopes, 0) => Ok(scopes),
            (_, _) => Err(ScopeFault::NotOffered),
        }
    }

    fn read(text: &str) -> Result<(Self, usize), ScopeFault> {
        if text.len() > SCOPE_MAX_BYTES {
            return Err(ScopeFault::TooLong);
        }
        if !text.bytes().all(|b| matches!(b, b' ' | 0x21 | 0x23..=0x5B | 0x5D..=0x7E)) {
            return Err(ScopeFault::Character);
        }
        let mut scopes = Self::default();
        let mut unknown = 0;
        for word in text.split(' ').filter(|w| !w.is_empty()) {
            match word.parse() {
                Ok(scope) => scopes.add(scope),
                Err(NotAScope) => unknown += 1,
            }
        }
        Ok((scopes, unknown))
    }

    fn add(&mut self, scope: Scope) {
        if !self.list.contains(&scope) {
            self.list.push(scope);
        }
    }

    /// What is both asked for and registered: `granted = requested ∩ registered`, never wider than either, spelled
    /// as it was asked for where the whole of it is granted.
    #[must_use]
    pub fn granted(&self, registered: &Self) -> Self {
        let mut granted = Self::default();
        for asked in &self.list {
            match asked {
                Scope::Resource(asked) => registered.meet(asked, &mut granted),
                Scope::OpenId
                | Scope::FhirUser
                | Scope::Launch
                | Scope::LaunchPatient
                | Scope::OfflineAccess
                | Scope::OnlineAccess => {
                    if registered.list.contains(asked) {
                        granted.add(*asked);
                    }
                }
            }
        }
        granted
    }

    fn meet(&self, asked: &ResourceScope, granted: &mut Self) {
        if self.covers_resource(asked) {
            granted.add(Scope::Resource(*asked));
            return;
        }
        for common in self.resources().filter_map(|mine| asked.meet(mine)) {
            granted.add(Scope::Resource(common));
        }
    }

    /// Whether everything that `other` allows is allowed here too.
    #[must_use]
    pub fn covers(&self, other: &Self) -> bool {
        other.list.iter().all(|scope| match scope {
            Scope::Resource(scope) => self.covers_resource(scope),
            Scope::OpenId
            | Scope::FhirUser
            | Scope::Launch
            | Scope::LaunchPatient
            | Scope::OfflineAccess
            | Scope::OnlineAccess => self.list.contains(scope),
        })
    }

    fn covers_resource(&self, other: &ResourceScope) -> bool {
        Interaction::ALL.into_iter().filter(|i| other.letters.allow(*i)).all(|i| match other.on {
            On::Type(resource) => self.allows(other.context, resource, i),
            // Only a star covers a star: a type added in a later release must not slip in.
            On::All => self.resources().any(|s| s.context == other.context && s.on == On::All && s.letters.allow(i)),
        })
    }

    /// Whether an interaction is allowed in this context by a scope that names the type: a star is not enough.
    #[must_use]
    pub fn allows_by_name(&self, context: Context, resource: ResourceType, interaction: Interaction) -> bool {
        let named = |s: &ResourceScope| s.context == context && s.on == On::Type(resource);
        self.resources().any(|s| named(s) && s.letters.allow(interaction))
    }

    /// Whether an interaction on a type is allowed in this context: the union of all scopes.
    #[must_use]
    pub fn allows(&self, context: Context, resource: ResourceType, interaction: Interaction) -> bool {
        self.resources().any(|s| s.context == context && s.on.includes(resource) && s.letters.allow(interaction))
    }

    /// Whether this very scope is in the list.
    #[must_use]
    pub fn contains(&self, scope: Scope) -> bool {
        self.list.contains(&scope)
    }

    /// Whether a token with these scopes must name a person: any `patient/` scope, or `launch/patient`.
    #[must_use]
    pub fn names_a_person(&self) -> bool {
        self.contains(Scope::LaunchPatient) || self.resources().any(|s| s.context == Context::Patient)
    }

    /// Whether nothing at all is in the list.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// The scopes, in their order.
    pub fn iter(&self) -> impl Iterator<Item = Scope> + '_ {
        self.list.iter().copied()
    }

    /// The scopes that give rights on resources, in their order.
    pub fn resources(&self) -> impl Iterator<Item = &ResourceScope> {
        self.list.iter().filter_map(|scope| match scope {
            Scope::Resource(scope) => Some(scope),
            Scope::OpenId
            | Scope::FhirUser
            | Scope::Launch
            | Scope::LaunchPatient
            | Scope::OfflineAccess
            | Scope::OnlineAccess => None,
        })
    }
}

impl fmt::Display for Scopes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, scope) in self.list.iter().enumerate() {
            if place > 0 {
                f.write_str(" ")?;
            }
            scope.fmt(f)?;
        }
        Ok(())
    }
}

impl Serialize for Scopes {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Scopes {
    /// Lenient, so that a scope that is no longer offered falls away from what is stored instead of blocking it.
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(d)?;
        Self::parse(&text).map_err(serde::de::Error::custom)
    }
}
