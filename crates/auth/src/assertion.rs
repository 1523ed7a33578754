//! A client's signed proof that it is itself: `private_key_jwt`, read strictly and checked at a given moment.
//!
//! RFC 7523, and SMART App Launch 2.2, "Client Authentication: Asymmetric".

#[cfg(test)]
pub(crate) mod tests;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sayso_plan::{ClientId, Purpose};
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};
use time::OffsetDateTime;

use crate::client::Client;
use crate::discovery::Place;
use crate::json;
use crate::key::KeySet;
use crate::secret::SecretHash;

/// Largest assertion, in bytes.
pub const ASSERTION_MAX_BYTES: usize = 8 * 1024;
/// Furthest expiry, in seconds from now.
pub const EXPIRY_MAX_SECONDS: i64 = 300;
/// How far clocks may differ, in seconds.
pub const SKEW_SECONDS: i64 = 60;
/// Longest `jti`, in bytes.
pub const JTI_MAX_BYTES: usize = 256;

/// An assertion that was read but not yet believed.
pub struct Assertion {
    client: ClientId,
    kid: String,
    alg: String,
    jku: Option<String>,
    signed: String,
    signature: String,
    claims: Claims,
}

struct Claims {
    audience: String,
    expires: i64,
    begins: i64,
    jti: String,
    purpose: Option<Purpose>,
}

/// What a believed assertion says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Proven {
    /// The client.
    pub client: ClientId,
    /// Hash of client and `jti`: the store keeps it until [`Proven::keep_until`], and refuses it a second time.
    pub once: SecretHash,
    /// From when on the assertion is refused for its age, so that [`Proven::once`] may be forgotten.
    pub keep_until: OffsetDateTime,
    /// The purpose that the `hl7-b2b` extension states.
    pub purpose: Option<Purpose>,
}

/// Why an assertion is not believed. All but [`AssertionFault::Purpose`] are told as `invalid_client`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AssertionFault {
    /// Larger than [`ASSERTION_MAX_BYTES`].
    #[error("the assertion is larger than 8 KiB")]
    TooLarge,
    /// Not three parts of base64url with strict JSON objects in the first two.
    #[error("the assertion is not a signed JSON Web Token")]
    Form,
    /// A header that carries or points to keys, demands extensions, or lacks `alg` or `kid`.
    #[error("the assertion's header is not accepted")]
    Header,
    /// No registered key, or more than one, has this `kid`; or the key is for another algorithm.
    #[error("the assertion names no registered key")]
    Key,
    /// The signature is not the key's.
    #[error("the assertion's signature is not valid")]
    Signature,
    /// `iss` and `sub` are not both this client.
    #[error("iss and sub must both be the client_id")]
    Issuer,
    /// `aud` is not exactly this server.
    #[error("aud must be the token endpoint or the issuer of this server, and nothing else")]
    Audience,
    /// `exp` is missing, past or more than five minutes ahead; or `iat` or `nbf` is in the future.
    #[error("the assertion has expired, is not valid yet, or lives longer than five minutes")]
    Time,
    /// `jti` is missing or too long.
    #[error("jti is required, of at most 256 bytes")]
    Jti,
    /// The `hl7-b2b` extension states an unknown purpose or several.
    #[error("the assertion's purpose_of_use must be one known code")]
    Purpose,
}

impl Assertion {
    /// Reads an assertion. Nothing in it is believed before [`Assertion::verify`].
    ///
    /// # Errors
    /// [`AssertionFault`].
    pub fn read(text: &str) -> Result<Self, AssertionFault> {
        if text.len() > ASSERTION_MAX_BYTES {
            return Err(AssertionFault::TooLarge);
        }
        let mut parts = text.split('.');
        let (Some(header), Some(claims), Some(signature), None) =
            (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Err(AssertionFault::Form);
        };
        let signed = format!("{header}.{claims}");
        let (header, claims) = (object(header)?, object(claims)?);
        let (alg, kid, jku) = read_header(&header)?;
        let client = read_client(&claims)?;
        let claims = Claims::read(&claims)?;
        Ok(Self { client, kid, alg, jku, signed, signature: signature.to_owned(), claims })
    }

    /// The client that the assertion says it is from: the one whose keys decide.
    #[must_use]
    pub const fn client(&self) -> ClientId {
        self.client
    }

    /// The id of the key that must have signed; a fetched key set without it may be fetched anew.
    #[must_use]
    pub fn kid(&self) -> &str {
        &self.kid
    }

    /// Believes the assertion, or not. `keys` are the client's own, from its registration or its registered address;
    /// the algorithm comes from the key. The caller still has to refuse [`Proven::once`] the second time.
    ///
    /// # Errors
    /// [`AssertionFault`].
    pub fn verify(
        &self,
        client: &Client,
        keys: &KeySet,
        place: &Place,
        now: OffsetDateTime,
    ) -> Result<Proven, AssertionFault> {
        if client.id != self.client {
            return Err(AssertionFault::Issuer);
        }
        // SMART: a `jku` must equal the registered address, else fail. It is compared, never fetched.
        if self.jku.is_some() && self.jku.as_deref() != client.jwks_url() {
            return Err(AssertionFault::Header);
        }
        let key = keys.find(&self.kid).ok_or(AssertionFault::Key)?;
        if key.algorithm().name() != self.alg {
            return Err(AssertionFault::Key);
        }
        if !key.has_signed(self.signed.as_bytes(), &self.signature) {
            return Err(AssertionFault::Signature);
        }
        if self.claims.audience != place.token() && self.claims.audience != place.issuer() {
            return Err(AssertionFault::Audience);
        }
        let keep_until = self.claims.expiry(now)?;
        Ok(Proven { client: client.id, once: self.once(), keep_until, purpose: self.claims.purpose })
    }

    fn once(&self) -> SecretHash {
        let mut hash = Sha256::new();
        hash.update(self.client.as_bytes());
        hash.update(self.claims.jti.as_bytes());
        SecretHash(hash.finalize().into())
    }
}

impl std::fmt::Debug for Assertion {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Assertion({})", self.client)
    }
}

fn object(part: &str) -> Result<Map<String, Value>, AssertionFault> {
    let bytes = URL_SAFE_NO_PAD.decode(part).map_err(|_| AssertionFault::Form)?;
    json::object(&bytes).map_err(|_| AssertionFault::Form)
}

fn read_header(header: &Map<String, Value>) -> Result<(String, String, Option<String>), AssertionFault> {
    // Keys and algorithms come from the registration only; `crit`, `b64`, `enc` and `zip` change what is signed.
    let refused = ["jwk", "x5u", "x5c", "x5t", "x5t#S256", "crit", "b64", "enc", "zip"];
    if refused.iter().any(|name| header.contains_key(*name)) {
        return Err(AssertionFault::Header);
    }
    let typ = text(header, "typ").map_err(|_| AssertionFault::Header)?;
    if typ.is_some_and(|typ| !typ.eq_ignore_ascii_case("JWT") && !typ.eq_ignore_ascii_case("client-authentication+jwt"))
    {
        return Err(AssertionFault::Header);
    }
    let required = |name| text(header, name).ok().flatten().map(str::to_owned).ok_or(AssertionFault::Header);
    let jku = text(header, "jku").map_err(|_| AssertionFault::Header)?.map(str::to_owned);
    Ok((required("alg")?, required("kid")?, jku))
}

/// A text member; none when it is missing, a fault when it is something else.
fn text<'m>(map: &'m Map<String, Value>, name: &str) -> Result<Option<&'m str>, AssertionFault> {
    map.get(name).map(|value| value.as_str().ok_or(AssertionFault::Form)).transpose()
}

fn read_client(claims: &Map<String, Value>) -> Result<ClientId, AssertionFault> {
    match (text(claims, "iss")?, text(claims, "sub")?) {
        (Some(iss), Some(sub)) if iss == sub => iss.parse().map_err(|_| AssertionFault::Issuer),
        (_, _) => Err(AssertionFault::Issuer),
    }
}

impl Claims {
    fn read(claims: &Map<String, Value>) -> Result<Self, AssertionFault> {
        let jti = text(claims, "jti")?.ok_or(AssertionFault::Jti)?;
        if jti.is_empty() || jti.len() > JTI_MAX_BYTES {
            return Err(AssertionFault::Jti);
        }
        Ok(Self {
            audience: audience(claims)?.to_owned(),
            expires: seconds(claims, "exp")?.ok_or(AssertionFault::Time)?,
            begins: seconds(claims, "iat")?.max(seconds(claims, "nbf")?).unwrap_or(0),
            jti: jti.to_owned(),
            purpose: purpose(claims)?,
        })
    }

    /// When the assertion stops being accepted.
    fn expiry(&self, now: OffsetDateTime) -> Result<OffsetDateTime, AssertionFault> {
        let now = now.unix_timestamp();
        let end = self.expires.checked_add(SKEW_SECONDS).ok_or(AssertionFault::Time)?;
        let too_far = self.expires > now + EXPIRY_MAX_SECONDS + SKEW_SECONDS;
        if end <= now || too_far || self.begins > now + SKEW_SECONDS {
            return Err(AssertionFault::Time);
        }
        OffsetDateTime::from_unix_timestamp(end).map_err(|_| AssertionFault::Time)
    }
}

/// `aud` must name one server: several would let another server that got the assertion pass it on (OA11).
fn audience(claims: &Map<String, Value>) -> Result<&str, AssertionFault> {
    match claims.get("aud") {
        Some(Value::String(one)) => Ok(one),
        Some(Value::Array(list)) => match list.as_slice() {
            [Value::String(one)] => Ok(one),
            _ => Err(AssertionFault::Audience),
        },
        Some(Value::Null | Value::Bool(_) | Value::Number(_) | Value::Object(_)) | None => {
            Err(AssertionFault::Audience)
        }
    }
}

/// A time in whole seconds; fractions and negative times are refused.
fn seconds(claims: &Map<String, Value>, name: &str) -> Result<Option<i64>, AssertionFault> {
    let read = |value: &Value| value.as_i64().filter(|seconds| *seconds >= 0).ok_or(AssertionFault::Time);
    claims.get(name).map(read).transpose()
}

/// `extensions.hl7-b2b.purpose_of_use` of the UDAP business-to-business extension: one code, alone or in a list,
/// with or without its system before `#`.
fn purpose(claims: &Map<String, Value>) -> Result<Option<Purpose>, AssertionFault> {
    let Some(extension) = claims.get("extensions").and_then(|all| all.get("hl7-b2b")) else {
        return Ok(None);
    };
    let code = match extension.get("purpose_of_use") {
        None => return Ok(None),
        Some(Value::String(one)) => one,
        Some(Value::Array(list)) => match list.as_slice() {
            [Value::String(one)] => one,
            _ => return Err(AssertionFault::Purpose),
        },
        Some(Value::Null | Value::Bool(_) | Value::Number(_) | Value::Object(_)) => {
            return Err(AssertionFault::Purpose);
        }
    };
    let code = code.rsplit_once('#').map_or(code.as_str(), |(_, code)| code);
    code.parse().map(Some).map_err(|_| AssertionFault::Purpose)
}
