//! A scope on resources: `patient/CarePlan.rs`, `system/*.r`, and the older `patient/CarePlan.read`.

use std::fmt;
use std::str::FromStr;

use super::NotAScope;
use super::letters::Letters;

/// Whose data a scope is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Context {
    /// The one person of the token.
    Patient,
    /// Whatever the signed-in user may see.
    User,
    /// Whatever the organization may see, without a user.
    System,
}

macro_rules! types {
    ($($(#[$doc:meta])* $name:ident,)*) => {
        /// A resource type that is served or taken, and so can be named in a scope.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum ResourceType { $($(#[$doc])* $name,)* }

        impl ResourceType {
            /// All of them.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// The FHIR name.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$name => stringify!($name),)* }
            }
        }
    };
}

types! {
    /// The person.
    Patient,
    /// The plan.
    CarePlan,
    /// What the person wants.
    Goal,
    /// Who supports.
    CareTeam,
    /// Preferences and statements.
    Observation,
    /// A supporter.
    RelatedPerson,
    /// Treatment preferences, who speaks for the person, and who may see what.
    Consent,
    /// A document and where it is.
    DocumentReference,
    /// The head of a document.
    Composition,
    /// Who made a plan.
    Provenance,
    /// The bytes of a document.
    Binary,
    /// A document as a whole.
    Bundle,
    /// Answers to a form: taken as a new plan, never served.
    QuestionnaireResponse,
    /// What somebody proposes to a plan.
    Task,
}

impl FromStr for ResourceType {
    type Err = NotAScope;

    fn from_str(name: &str) -> Result<Self, NotAScope> {
        Self::ALL.iter().copied().find(|t| t.name() == name).ok_or(NotAScope)
    }
}

impl fmt::Display for ResourceType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// On which types.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum On {
    /// `*`: all types.
    All,
    /// One type.
    Type(ResourceType),
}

impl On {
    /// Whether the type is meant.
    #[must_use]
    pub fn includes(self, resource: ResourceType) -> bool {
        match self {
            Self::All => true,
            Self::Type(one) => one == resource,
        }
    }

    fn meet(self, other: Self) -> Option<Self> {
        match (self, other) {
            (Self::All, narrower) | (narrower, Self::All) => Some(narrower),
            (Self::Type(one), Self::Type(two)) => (one == two).then_some(self),
        }
    }
}

/// In which version of SMART the scope was written; the answer is written the same way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Spelling {
    /// `.read`, `.write`, `.*`.
    V1,
    /// `.cruds`.
    V2,
}

/// A scope on resources.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ResourceScope {
    /// Whose data.
    pub context: Context,
    /// Which types.
    pub on: On,
    /// Which interactions.
    pub letters: Letters,
    /// How it was written.
    pub spelling: Spelling,
}

impl ResourceScope {
    pub(super) fn meet(&self, other: &Self) -> Option<Self> {
        if self.context != other.context {
            return None;
        }
        let letters = self.letters.meet(other.letters)?;
        // Only `read`, `write` and `*` can be written in version 1; what is left of them may not.
        let spelling = if v1(letters).is_some() { self.spelling } else { Spelling::V2 };
        Some(Self { context: self.context, on: self.on.meet(other.on)?, letters, spelling })
    }
}

fn v1(letters: Letters) -> Option<&'static str> {
    [(Letters::READ, "read"), (Letters::WRITE, "write"), (Letters::ALL, "*")]
        .into_iter()
        .find_map(|(known, word)| (known == letters).then_some(word))
}

impl FromStr for ResourceScope {
    type Err = NotAScope;

    fn from_str(text: &str) -> Result<Self, NotAScope> {
        let (context, rest) = text.split_once('/').ok_or(NotAScope)?;
        let (on, rights) = rest.split_once('.').ok_or(NotAScope)?;
        let context = match context {
            "patient" => Context::Patient,
            "user" => Context::User,
            "system" => Context::System,
            _ => return Err(NotAScope),
        };
        let on = if on == "*" { On::All } else { On::Type(on.parse()?) };
        let (letters, spelling) = match rights {
            "read" => (Letters::READ, Spelling::V1),
            "write" => (Letters::WRITE, Spelling::V1),
            "*" => (Letters::ALL, Spelling::V1),
            _ => (Letters::parse(rights).ok_or(NotAScope)?, Spelling::V2),
        };
        Ok(Self { context, on, letters, spelling })
    }
}

impl fmt::Display for ResourceScope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let context = match self.context {
            Context::Patient => "patient",
            Context::User => "user",
            Context::System => "system",
        };
        match self.on {
            On::All => write!(f, "{context}/*."),
            On::Type(resource) => write!(f, "{context}/{resource}."),
        }?;
        match (self.spelling, v1(self.letters)) {
            (Spelling::V1, Some(word)) => f.write_str(word),
            (Spelling::V1 | Spelling::V2, _) => self.letters.fmt(f),
        }
    }
}
