//! Public keys of clients: JSON Web Keys that are fit for `ES384` or `RS384`, and nothing else.
//!
//! <https://hl7.org/fhir/smart-app-launch/STU2.2/client-confidential-asymmetric.html>

#[cfg(test)]
mod tests;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::DecodingKey;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::json;

/// Largest key set that is read, in bytes.
pub const KEY_SET_MAX_BYTES: usize = 64 * 1024;
/// Most keys in a set.
pub const KEYS_MAX: usize = 32;
/// Longest key id, in bytes.
pub const KID_MAX_BYTES: usize = 256;
/// Shortest RSA modulus, in bits.
pub const RSA_MIN_BITS: usize = 2_048;
/// Longest RSA modulus, in bits: verification must stay quick.
pub const RSA_MAX_BITS: usize = 8_192;

/// The signature algorithms that are accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Algorithm {
    /// ECDSA on P-384 with SHA-384.
    Es384,
    /// RSASSA-PKCS1-v1_5 with SHA-384.
    Rs384,
}

/// A public key with its id.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Jwk", into = "Jwk")]
pub struct Key {
    kid: String,
    material: Material,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Material {
    P384 { x: String, y: String },
    Rsa { n: String, e: String },
}

/// The public keys of a client. No two have the same id and type.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeySet {
    keys: Vec<Key>,
}

/// Why a key or key set cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum KeyFault {
    /// Not a strict JSON object with `keys`, or too large.
    #[error("not a key set: expected a JSON object with an array \"keys\", at most 64 KiB and 32 keys")]
    NotAKeySet,
    /// `kty` or `kid` is missing, or a member has the wrong form.
    #[error("a key must have kty, kid and the members of its type")]
    Incomplete,
    /// The set holds the private half.
    #[error("a key has private members; register the public half only")]
    Private,
    /// Neither ES384 on P-384 nor RS384.
    #[error("a key must be for ES384 (EC, P-384) or RS384 (RSA) signatures")]
    Algorithm,
    /// RSA modulus outside 2048 to 8192 bits, or an unfit exponent.
    #[error("an RSA key must have 2048 to 8192 bits and an odd exponent of at least 65537")]
    Size,
    /// Two keys with one id.
    #[error("two keys have the same kid and kty")]
    Repeated,
    /// No usable key at all.
    #[error("no usable key in the set")]
    Empty,
}

impl KeySet {
    /// Reads a key set at registration: every key must be fit.
    ///
    /// # Errors
    /// [`KeyFault`].
    pub fn registered(bytes: &[u8]) -> Result<Self, KeyFault> {
        Self::of(Self::members(bytes)?.into_iter().map(Key::from_value).collect::<Result<_, _>>()?)
    }

    /// Reads a key set that a client publishes at its URL. Keys for other uses may be beside ours and are left out.
    ///
    /// # Errors
    /// [`KeyFault`] for the set as a whole, or when no key is fit.
    pub fn published(bytes: &[u8]) -> Result<Self, KeyFault> {
        Self::of(Self::members(bytes)?.into_iter().filter_map(|jwk| Key::from_value(jwk).ok()).collect())
    }

    fn members(bytes: &[u8]) -> Result<Vec<Value>, KeyFault> {
        if bytes.len() > KEY_SET_MAX_BYTES {
            return Err(KeyFault::NotAKeySet);
        }
        let mut set = json::object(bytes).map_err(|_| KeyFault::NotAKeySet)?;
        match set.remove("keys") {
            Some(Value::Array(keys)) if keys.len() <= KEYS_MAX => Ok(keys),
            Some(_) | None => Err(KeyFault::NotAKeySet),
        }
    }

    fn of(keys: Vec<Key>) -> Result<Self, KeyFault> {
        if keys.is_empty() {
            return Err(KeyFault::Empty);
        }
        for (place, key) in keys.iter().enumerate() {
            if keys.iter().skip(place + 1).any(|other| other.kid == key.kid && other.algorithm() == key.algorithm()) {
                return Err(KeyFault::Repeated);
            }
        }
        Ok(Self { keys })
    }

    /// The one key with this id; none when there is no or more than one match (SMART: both fail).
    #[must_use]
    pub fn find(&self, kid: &str) -> Option<&Key> {
        let mut found = self.keys.iter().filter(|key| key.kid == kid);
        match (found.next(), found.next()) {
            (Some(key), None) => Some(key),
            (_, _) => None,
        }
    }

    /// The keys.
    pub fn iter(&self) -> impl Iterator<Item = &Key> {
        self.keys.iter()
    }
}

impl Key {
    fn from_value(jwk: Value) -> Result<Self, KeyFault> {
        serde_json::from_value::<Jwk>(jwk).map_err(|_| KeyFault::Incomplete)?.try_into()
    }

    /// The key's id.
    #[must_use]
    pub fn kid(&self) -> &str {
        &self.kid
    }

    /// The one algorithm that signatures of this key are checked with, whatever their header says.
    #[must_use]
    pub const fn algorithm(&self) -> Algorithm {
        match self.material {
            Material::P384 { .. } => Algorithm::Es384,
            Material::Rsa { .. } => Algorithm::Rs384,
        }
    }

    /// Whether `signature` (base64url) is this key's over `message`.
    #[must_use]
    pub(crate) fn has_signed(&self, message: &[u8], signature: &str) -> bool {
        let (key, algorithm) = match &self.material {
            Material::P384 { x, y } => (DecodingKey::from_ec_components(x, y), jsonwebtoken::Algorithm::ES384),
            Material::Rsa { n, e } => (DecodingKey::from_rsa_components(n, e), jsonwebtoken::Algorithm::RS384),
        };
        key.and_then(|key| jsonwebtoken::crypto::verify(signature, message, &key, algorithm)).unwrap_or(false)
    }
}

impl Algorithm {
    /// The name in JOSE headers (RFC 7518 section 3.1).
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Es384 => "ES384",
            Self::Rs384 => "RS384",
        }
    }
}

/// A key as it is written (RFC 7517), with the private members only to refuse them.
#[derive(Serialize, Deserialize)]
struct Jwk {
    kty: String,
    kid: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    alg: Option<String>,
    #[serde(rename = "use", skip_serializing_if = "Option::is_none")]
    for_use: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    key_ops: Option<Vec<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    crv: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    x: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    y: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    n: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    e: Option<String>,
    #[serde(skip_serializing)]
    d: Option<Value>,
    #[serde(skip_serializing)]
    p: Option<Value>,
    #[serde(skip_serializing)]
    k: Option<Value>,
}

impl TryFrom<Jwk> for Key {
    type Error = KeyFault;

    fn try_from(jwk: Jwk) -> Result<Self, KeyFault> {
        if jwk.d.is_some() || jwk.p.is_some() || jwk.k.is_some() {
            return Err(KeyFault::Private);
        }
        if jwk.kid.is_empty() || jwk.kid.len() > KID_MAX_BYTES {
            return Err(KeyFault::Incomplete);
        }
        let for_signing = jwk.for_use.as_deref().is_none_or(|u| u == "sig")
            && jwk.key_ops.as_ref().is_none_or(|ops| ops.iter().any(|op| op == "verify"));
        let material = match (jwk.kty.as_str(), jwk.crv.as_deref()) {
            ("EC", Some("P-384")) => p384(jwk.x, jwk.y)?,
            ("RSA", None) => rsa(jwk.n, jwk.e)?,
            _ => return Err(KeyFault::Algorithm),
        };
        let key = Self { kid: jwk.kid, material };
        if !for_signing || jwk.alg.as_deref().is_some_and(|alg| alg != key.algorithm().name()) {
            return Err(KeyFault::Algorithm);
        }
        Ok(key)
    }
}

fn p384(x: Option<String>, y: Option<String>) -> Result<Material, KeyFault> {
    let (x, y) = (x.ok_or(KeyFault::Incomplete)?, y.ok_or(KeyFault::Incomplete)?);
    if decode(&x)?.len() != 48 || decode(&y)?.len() != 48 {
        return Err(KeyFault::Incomplete);
    }
    Ok(Material::P384 { x, y })
}

fn rsa(n: Option<String>, e: Option<String>) -> Result<Material, KeyFault> {
    let (n, e) = (n.ok_or(KeyFault::Incomplete)?, e.ok_or(KeyFault::Incomplete)?);
    let (modulus, exponent) = (decode(&n)?, decode(&e)?);
    // Zero bytes in front add nothing to the strength (and RFC 7518 section 6.3.1.1 knows who writes them).
    let strong: Vec<u8> = modulus.into_iter().skip_while(|b| *b == 0).collect();
    let bits = strong.len() * 8 - strong.first().map_or(0, |first| first.leading_zeros() as usize);
    let exponent = exponent.iter().try_fold(0_u64, |sum, b| sum.checked_mul(256).map(|s| s + u64::from(*b)));
    let fit = exponent.is_some_and(|e| e % 2 == 1 && (65_537..=u64::from(u32::MAX)).contains(&e));
    if !fit || !(RSA_MIN_BITS..=RSA_MAX_BITS).contains(&bits) {
        return Err(KeyFault::Size);
    }
    Ok(Material::Rsa { n, e })
}

fn decode(text: &str) -> Result<Vec<u8>, KeyFault> {
    URL_SAFE_NO_PAD.decode(text).map_err(|_| KeyFault::Incomplete)
}

impl From<Key> for Jwk {
    fn from(key: Key) -> Self {
        let alg = Some(key.algorithm().name().to_owned());
        let (kty, crv, x, y, n, e) = match key.material {
            Material::P384 { x, y } => ("EC", Some("P-384".to_owned()), Some(x), Some(y), None, None),
            Material::Rsa { n, e } => ("RSA", None, None, None, Some(n), Some(e)),
        };
        let for_use = Some("sig".to_owned());
        Self {
            kty: kty.to_owned(),
            kid: key.kid,
            alg,
            for_use,
            key_ops: None,
            crv,
            x,
            y,
            n,
            e,
            d: None,
            p: None,
            k: None,
        }
    }
}
