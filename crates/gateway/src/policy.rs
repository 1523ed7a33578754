//! What a route asks of its caller before its handler runs. A route without one cannot be written down.

use sayso_auth::{Interaction, ResourceType};

/// What a route asks of its caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Policy {
    /// Nothing: discovery and schemas. Nothing of any person is behind it.
    Public,
    /// The client proves itself inside the request (token, revocation, introspection).
    ClientItself,
    /// A token whose scope allows this interaction on this type.
    Scope(ResourceType, Interaction),
    /// A token of an app that acts for the person, whose scope allows this.
    OwnApp(ResourceType, Interaction),
    /// A token whose scopes allow this on plans and on documents: the native form holds all that stands in a plan.
    WholePlans(Interaction),
    /// The same, of an app that acts for the person.
    OwnAppWholePlans(Interaction),
    /// A token of an app that acts for the person, whose scopes read plans and documents and, by its name, Consent: what is
    /// told is what the person decided about others, and a star does not say that to them.
    OwnAppDecisions,
    /// A token whose scopes are checked for each entry of the request.
    EachEntry,
}
