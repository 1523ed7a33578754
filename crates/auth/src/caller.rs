//! Who asks, once an access token has been looked up: all that the use cases need to know of it.

use sayso_plan::{ClientId, OrganizationId, PersonId, PractitionerId, Purpose};
use serde::{Deserialize, Serialize};

use crate::records::GrantId;
use crate::scope::{Context, Interaction, ResourceType, Scopes};
use crate::secret::{NotASecret, Opaque, of};

/// What kind of software a client is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ClientKind {
    /// A record system of an organization; a backend service.
    Ehr,
    /// An app that acts for the person who signs in.
    PatientApp,
    /// A crisis service of an organization; a backend service.
    CrisisService,
}

impl ClientKind {
    /// Whether the client acts for itself, by `client_credentials`, without a signed-in person.
    #[must_use]
    pub const fn is_backend(self) -> bool {
        match self {
            Self::Ehr | Self::CrisisService => true,
            Self::PatientApp => false,
        }
    }

    /// The only context in which scopes of this kind of client count. One token never mixes contexts.
    #[must_use]
    pub const fn context(self) -> Context {
        match self {
            Self::Ehr | Self::CrisisService => Context::System,
            Self::PatientApp => Context::Patient,
        }
    }

    /// The name in configuration and descriptions.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Ehr => "ehr",
            Self::PatientApp => "patient-app",
            Self::CrisisService => "crisis-service",
        }
    }
}

impl std::fmt::Display for ClientKind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}

/// Reads the access token of an `Authorization` header (RFC 6750 section 2.1). A token anywhere else, such as in the
/// query, is not looked for: it would end up in logs (OA21, B16).
///
/// # Errors
/// [`NotASecret`]: another scheme, or a text that cannot be one of our tokens.
pub fn bearer(authorization: &str) -> Result<Opaque<of::Access>, NotASecret> {
    let (scheme, token) = authorization.split_once(' ').ok_or(NotASecret)?;
    if scheme.eq_ignore_ascii_case("Bearer") { Opaque::parse(token) } else { Err(NotASecret) }
}

/// What an access token stands for at this moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caller {
    /// The software.
    pub client: ClientId,
    /// The organization that runs it, if any.
    pub organization: Option<OrganizationId>,
    /// The kind of software.
    pub kind: ClientKind,
    /// The person who signed in and allowed the app; none for backend services.
    pub person: Option<PersonId>,
    /// A named practitioner; none until user sign-in of practitioners exists.
    pub practitioner: Option<PractitionerId>,
    /// What the token may be used for: granted and still registered.
    pub scopes: Scopes,
    /// The purpose that was stated when the token was asked for.
    pub purpose: Option<Purpose>,
    /// The purposes that the client is registered for.
    pub purposes_registered: Vec<Purpose>,
    /// The purpose that counts when none is stated.
    pub default_purpose: Purpose,
    /// The grant that the token belongs to.
    pub grant: GrantId,
}

impl Caller {
    /// Whether the token's scopes allow this, in the context of the caller's kind. Consent is asked separately and
    /// always.
    #[must_use]
    pub fn allows(&self, resource: ResourceType, interaction: Interaction) -> bool {
        self.scopes.allows(self.kind.context(), resource, interaction)
    }

    /// Whether a scope that names this very type allows it, in the context of the caller's kind. So much is asked of an
    /// app that would see or change what the person decided about others: a star does not say so to the person.
    #[must_use]
    pub fn allows_by_name(&self, resource: ResourceType, interaction: Interaction) -> bool {
        self.scopes.allows_by_name(self.kind.context(), resource, interaction)
    }

    /// Whether this is allowed on plans with all that stands in them, documents that are kept whole among it: so the native
    /// form shows them, and what a recipient would get.
    #[must_use]
    pub fn allows_whole_plans(&self, interaction: Interaction) -> bool {
        [ResourceType::CarePlan, ResourceType::DocumentReference].iter().all(|kind| self.allows(*kind, interaction))
    }

    /// The purpose of a request: what the operation states, else what the token states, else the default; none when
    /// the client is not registered for it, or when token and operation contradict each other. Nobody breaks glass by
    /// being registered for it: that takes the declaration of a practitioner, which cannot be made here yet.
    #[must_use]
    pub fn purpose(&self, stated: Option<Purpose>) -> Option<Purpose> {
        let purpose = match (stated, self.purpose) {
            (Some(one), Some(other)) if one != other => return None,
            (Some(one), _) | (None, Some(one)) => one,
            (None, None) => self.default_purpose,
        };
        (purpose != Purpose::Btg && self.purposes_registered.contains(&purpose)).then_some(purpose)
    }
}
