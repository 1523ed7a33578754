//! Where an answer of the authorize endpoint may go: registered addresses, compared as exact text.
//!
//! RFC 9700 section 2.1 and RFC 8252 section 7.3.

use serde::{Deserialize, Serialize};
use url::{Host, Url, form_urlencoded};

/// Longest redirect address, in bytes.
pub const REDIRECT_MAX_BYTES: usize = 2_000;

/// A registered redirect address.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct RedirectUri(String);

/// A redirect address that somebody presented and that was found among the registered ones; nothing else is ever
/// redirected to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RedirectTarget(String);

/// Why an address cannot be registered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum RedirectFault {
    /// Too long, not plain ASCII, or no absolute URL.
    #[error("not an absolute ASCII URL of at most 2000 bytes")]
    NotAnAddress,
    /// Wildcards, fragments, user names, dot segments, backslashes, or parameters that the answer itself sets.
    #[error("has a wildcard, fragment, user name, dot segment, backslash or a parameter of the answer")]
    Ambiguous,
    /// Neither https, nor http on a loopback address, nor a private scheme with a dot in its name.
    #[error("must be https, http on a loopback address, or a private scheme such as org.example.app:/")]
    Scheme,
}

impl RedirectUri {
    /// Checks an address at registration.
    ///
    /// # Errors
    /// [`RedirectFault`].
    pub fn register(text: &str) -> Result<Self, RedirectFault> {
        if text.len() > REDIRECT_MAX_BYTES || !text.bytes().all(|b| b.is_ascii_graphic()) {
            return Err(RedirectFault::NotAnAddress);
        }
        let url = Url::parse(text).map_err(|_| RedirectFault::NotAnAddress)?;
        let lower = text.to_ascii_lowercase();
        let tricks = ["*", "#", "\\", "/../", "/./", "%2e", "..;", "%00", "%0d", "%0a"];
        let names_answer = url
            .query_pairs()
            .any(|(name, _)| ["code", "state", "iss", "error", "response", "error_description"].contains(&&*name));
        if tricks.iter().any(|trick| lower.contains(trick))
            || lower.ends_with("/..")
            || lower.ends_with("/.")
            || !url.username().is_empty()
            || url.password().is_some()
            || names_answer
        {
            return Err(RedirectFault::Ambiguous);
        }
        match url.scheme() {
            "https" if url.host_str().is_some_and(|host| !host.ends_with('.')) => Ok(()),
            "http" if is_loopback(&url) => Ok(()),
            private if private.contains('.') => Ok(()),
            _ => Err(RedirectFault::Scheme),
        }?;
        Ok(Self(text.to_owned()))
    }

    /// Whether a presented address is this one: the same text, except that a registered `http://127.0.0.1` or
    /// `http://[::1]` accepts any port (RFC 8252 section 7.3: native apps get their port from the system).
    #[must_use]
    pub fn accepts(&self, presented: &str) -> bool {
        self.0 == presented
            || match (without_loopback_port(&self.0), without_loopback_port(presented)) {
                (Some(registered), Some(presented)) => registered == presented,
                (_, _) => false,
            }
    }

    /// The target, when the presented address is this one.
    #[must_use]
    pub fn target(&self, presented: &str) -> Option<RedirectTarget> {
        self.accepts(presented).then(|| RedirectTarget(presented.to_owned()))
    }

    /// The web origin that pages of the app have, for CORS; none for private schemes.
    #[must_use]
    pub fn origin(&self) -> Option<String> {
        let origin = Url::parse(&self.0).ok()?.origin();
        origin.is_tuple().then(|| origin.ascii_serialization())
    }

    /// The address as registered.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The address in two parts, host and the rest, without a port; none when it is no loopback literal over http.
fn without_loopback_port(text: &str) -> Option<(&str, &str)> {
    let (host, rest) = ["http://127.0.0.1", "http://[::1]"]
        .into_iter()
        .find_map(|host| text.strip_prefix(host).map(|rest| (host, rest)))?;
    let Some(after_colon) = rest.strip_prefix(':') else {
        return (rest.is_empty() || rest.starts_with(['/', '?'])).then_some((host, rest));
    };
    let end = after_colon.find(['/', '?']).unwrap_or(after_colon.len());
    let (port, path) = after_colon.split_at_checked(end)?;
    let plain = port.bytes().all(|b| b.is_ascii_digit()) && !port.starts_with('0');
    (plain && port.parse::<u16>().is_ok()).then_some((host, path))
}

/// Whether the host of the URL is this machine: a loopback literal or `localhost`.
pub(crate) fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(ip)) => ip.is_loopback(),
        Some(Host::Ipv6(ip)) => ip.is_loopback(),
        Some(Host::Domain(name)) => name == "localhost",
        None => false,
    }
}

impl RedirectTarget {
    /// The address with the parameters of an answer added to its query.
    #[must_use]
    pub fn with(&self, parameters: &[(&str, &str)]) -> String {
        let glue = if self.0.contains('?') { "&" } else { "?" };
        let added = form_urlencoded::Serializer::new(String::new()).extend_pairs(parameters).finish();
        format!("{}{glue}{added}", self.0)
    }

    /// The address as it was presented; the token request must repeat it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for RedirectUri {
    type Error = RedirectFault;

    fn try_from(text: String) -> Result<Self, RedirectFault> {
        Self::register(&text)
    }
}

impl From<RedirectUri> for String {
    fn from(uri: RedirectUri) -> Self {
        uri.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn oa5_b01_only_the_registered_text_is_redirected_to() {
        let registered = RedirectUri::register("https://app.example/cb").unwrap();
        assert!(registered.accepts("https://app.example/cb"));
        for attack in [
            "https://app.example/cb/",
            "https://app.example/cb2",
            "https://app.example/",
            "https://app.example/cb/../evil",
            "https://app.example/%2e%2e/cb",
            "https://app.example/..;/cb",
            "https://app.example/cb?x=1",
            "https://app.example/cb?code=stolen",
            "https://app.example/cb#f",
            "https://app.example:443/cb",
            "https://app.example./cb",
            "https://APP.example/cb",
            "https://app.example/CB",
            "http://app.example/cb",
            "https://evil.app.example/cb",
            "https://app.example.evil/cb",
            "https://app.example@evil.example/cb",
            "https://xn--pp-yia.example/cb",
            "javascript:alert(1)//https://app.example/cb",
            " https://app.example/cb",
            "",
        ] {
            assert!(!registered.accepts(attack), "{attack}");
        }
    }

    #[test]
    fn oa5_only_a_registered_loopback_address_may_change_its_port() {
        let native = RedirectUri::register("http://127.0.0.1:3000/cb").unwrap();
        assert!(native.accepts("http://127.0.0.1:51004/cb") && native.accepts("http://127.0.0.1/cb"));
        for attack in [
            "http://127.0.0.1:0/cb",
            "http://127.0.0.1:03000/cb",
            "http://127.0.0.1:70000/cb",
            "http://127.0.0.1:3000@evil.example/cb",
            "http://127.0.0.1.evil.example/cb",
            "http://127.0.0.1:3000/cb2",
            "http://127.0.0.1:/cb",
            "http://127.0.0.1:3000",
            "http://[::1]:3000/cb",
            "http://localhost:3000/cb",
            "https://127.0.0.1:3000/cb",
        ] {
            assert!(!native.accepts(attack), "{attack}");
        }
        let web = RedirectUri::register("https://app.example:8443/cb").unwrap();
        assert!(!web.accepts("https://app.example:9443/cb"));
        assert!(!RedirectUri::register("http://localhost:3000/cb").unwrap().accepts("http://localhost:3001/cb"));
    }

    #[test]
    fn oa5_oa20_addresses_that_can_be_read_in_two_ways_cannot_be_registered() {
        for bad in [
            "https://*.example/cb",
            "https://app.example/cb#",
            "https://user@app.example/cb",
            "https://app.example/a/../cb",
            "https://app.example/%2E%2E/cb",
            "https://app.example\\cb",
            "https://app.example/cb?code=1",
            "https://app.example./cb",
            "http://app.example/cb",
            "javascript:alert(1)",
            "data:text/html,x",
            "file:///etc/passwd",
            "app.example/cb",
            "/cb",
            "",
            "https://äpp.example/cb",
        ] {
            assert!(RedirectUri::register(bad).is_err(), "{bad}");
        }
        for good in ["https://app.example/cb?tenant=1", "http://[::1]:1/cb", "org.example.app:/cb"] {
            assert!(RedirectUri::register(good).is_ok(), "{good}");
        }
    }

    #[test]
    fn parameters_are_added_to_the_query_that_is_there() {
        let uri = RedirectUri::register("https://app.example/cb?tenant=1").unwrap();
        let target = uri.target("https://app.example/cb?tenant=1").unwrap();
        assert_eq!(target.with(&[("state", "a&b #\0")]), "https://app.example/cb?tenant=1&state=a%26b+%23%00");
        assert_eq!(uri.origin().as_deref(), Some("https://app.example"));
    }
}
