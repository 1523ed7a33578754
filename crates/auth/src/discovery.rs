//! Where this server is, and what it says of itself: the SMART configuration and the RFC 8414 metadata, from one source.

use serde::Serialize;
use url::Url;

use crate::redirect::is_loopback;

/// The public address of this server, without a path: what clients see, not where the process listens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    root: String,
}

/// The address cannot be a public address of this server.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the public address must be https://host[:port], or http on a loopback address, without a path")]
pub struct NotAPlace;

impl Place {
    /// Takes the public address, such as `https://sayso.example` or `http://127.0.0.1:8080`.
    ///
    /// # Errors
    /// [`NotAPlace`].
    pub fn at(address: &str) -> Result<Self, NotAPlace> {
        let url = Url::parse(address).map_err(|_| NotAPlace)?;
        let safe = url.scheme() == "https" || (url.scheme() == "http" && is_loopback(&url));
        let root = url.origin().ascii_serialization();
        // Only the origin itself, with or without its slash: everything else would be a second spelling of one issuer.
        if safe && (address == root || address.strip_suffix('/') == Some(&root)) {
            Ok(Self { root })
        } else {
            Err(NotAPlace)
        }
    }

    /// The issuer (RFC 8414, RFC 9207).
    #[must_use]
    pub fn issuer(&self) -> &str {
        &self.root
    }

    /// The FHIR base; `aud` of an authorization request must name it.
    #[must_use]
    pub fn fhir(&self) -> String {
        format!("{}/fhir", self.root)
    }

    /// The authorize endpoint.
    #[must_use]
    pub fn authorize(&self) -> String {
        format!("{}/oauth/authorize", self.root)
    }

    /// The token endpoint; `aud` of a client assertion must name it or the issuer.
    #[must_use]
    pub fn token(&self) -> String {
        format!("{}/oauth/token", self.root)
    }

    /// The revocation endpoint (RFC 7009).
    #[must_use]
    pub fn revoke(&self) -> String {
        format!("{}/oauth/revoke", self.root)
    }

    /// The introspection endpoint (RFC 7662).
    #[must_use]
    pub fn introspect(&self) -> String {
        format!("{}/oauth/introspect", self.root)
    }

    /// The person's own page, where access is seen and taken back.
    #[must_use]
    pub fn manage(&self) -> String {
        format!("{}/me", self.root)
    }

    /// Whether the address is https: cookies are then `Secure` and carry the `__Host-` prefix.
    #[must_use]
    pub fn is_https(&self) -> bool {
        self.root.starts_with("https://")
    }

    /// `/fhir/.well-known/smart-configuration`. No `issuer`: SMART wants it exactly when OpenID Connect is offered.
    #[must_use]
    pub fn smart_configuration(&self) -> SmartConfiguration {
        SmartConfiguration { shared: self.shared(), management_endpoint: self.manage(), capabilities: CAPABILITIES }
    }

    /// `/.well-known/oauth-authorization-server` (RFC 8414).
    #[must_use]
    pub fn server_metadata(&self) -> ServerMetadata {
        ServerMetadata { issuer: self.root.clone(), shared: self.shared() }
    }

    fn shared(&self) -> Shared {
        Shared {
            authorization_endpoint: self.authorize(),
            token_endpoint: self.token(),
            revocation_endpoint: self.revoke(),
            introspection_endpoint: self.introspect(),
            grant_types_supported: &["authorization_code", "refresh_token", "client_credentials"],
            response_types_supported: &["code"],
            response_modes_supported: &["query"],
            code_challenge_methods_supported: &["S256"],
            token_endpoint_auth_methods_supported: &["none", "private_key_jwt"],
            token_endpoint_auth_signing_alg_values_supported: SIGNING,
            revocation_endpoint_auth_methods_supported: &["none", "private_key_jwt"],
            revocation_endpoint_auth_signing_alg_values_supported: SIGNING,
            introspection_endpoint_auth_methods_supported: &["private_key_jwt"],
            introspection_endpoint_auth_signing_alg_values_supported: SIGNING,
            scopes_supported: SCOPES,
            authorization_response_iss_parameter_supported: true,
        }
    }
}

/// Only what is really served: each of these needs a test that proves it.
pub const CAPABILITIES: &[&str] = &[
    "launch-standalone",
    "authorize-post",
    "client-public",
    "client-confidential-asymmetric",
    "context-standalone-patient",
    "permission-patient",
    "permission-offline",
    "permission-v1",
    "permission-v2",
];

/// Scopes that can be obtained, each by a client that is registered for it.
pub const SCOPES: &[&str] = &[
    "launch/patient",
    "offline_access",
    "patient/*.crus",
    "patient/*.rs",
    "patient/*.read",
    "patient/CarePlan.rs",
    "system/*.rs",
    "system/*.read",
    "system/CarePlan.rs",
];

const SIGNING: &[&str] = &["ES384", "RS384"];

/// The SMART configuration document.
#[derive(Debug, Clone, Serialize)]
pub struct SmartConfiguration {
    #[serde(flatten)]
    shared: Shared,
    management_endpoint: String,
    capabilities: &'static [&'static str],
}

/// The RFC 8414 document.
#[derive(Debug, Clone, Serialize)]
pub struct ServerMetadata {
    issuer: String,
    #[serde(flatten)]
    shared: Shared,
}

/// What both documents say, so that they cannot disagree.
#[derive(Debug, Clone, Serialize)]
struct Shared {
    authorization_endpoint: String,
    token_endpoint: String,
    revocation_endpoint: String,
    introspection_endpoint: String,
    grant_types_supported: &'static [&'static str],
    response_types_supported: &'static [&'static str],
    response_modes_supported: &'static [&'static str],
    code_challenge_methods_supported: &'static [&'static str],
    token_endpoint_auth_methods_supported: &'static [&'static str],
    token_endpoint_auth_signing_alg_values_supported: &'static [&'static str],
    revocation_endpoint_auth_methods_supported: &'static [&'static str],
    revocation_endpoint_auth_signing_alg_values_supported: &'static [&'static str],
    introspection_endpoint_auth_methods_supported: &'static [&'static str],
    introspection_endpoint_auth_signing_alg_values_supported: &'static [&'static str],
    scopes_supported: &'static [&'static str],
    authorization_response_iss_parameter_supported: bool,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scope::Scopes;

    #[test]
    fn the_documents_promise_only_what_is_served() {
        let place = Place::at("https://sayso.example/").unwrap();
        let smart = serde_json::to_value(place.smart_configuration()).unwrap();
        let server = serde_json::to_value(place.server_metadata()).unwrap();
        assert_eq!(smart["code_challenge_methods_supported"], serde_json::json!(["S256"]));
        assert_eq!(smart["token_endpoint"], "https://sayso.example/oauth/token");
        assert_eq!(smart.get("issuer"), None);
        assert_eq!(smart.get("jwks_uri"), None);
        assert_eq!(server["issuer"], "https://sayso.example");
        assert!(!CAPABILITIES.contains(&"sso-openid-connect"));
        for (key, value) in server.as_object().unwrap() {
            assert!(key == "issuer" || smart[key] == *value, "{key}");
        }
    }

    #[test]
    fn every_scope_that_is_offered_is_understood_and_echoed() {
        for scope in SCOPES {
            assert_eq!(Scopes::parse_whole(scope).map(|s| s.to_string()), Ok((*scope).to_owned()));
        }
    }

    #[test]
    fn the_public_address_has_one_form() {
        for good in ["https://sayso.example", "http://127.0.0.1:8080", "http://localhost:1/", "https://x.example:8443"]
        {
            assert!(Place::at(good).is_ok(), "{good}");
        }
        for bad in [
            "http://sayso.example",
            "https://sayso.example/path",
            "https://sayso.example?x",
            "https://u@sayso.example",
            "https://sayso.example:443",
            "https://SAYSO.example",
            "ftp://127.0.0.1",
            "sayso.example",
            "",
        ] {
            assert!(Place::at(bad).is_err(), "{bad}");
        }
    }
}
