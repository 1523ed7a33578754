//! Keys: the one from outside, those derived from it, and a data key per person.

use aes_gcm::aead::{Aead, KeyInit, Payload};
use aes_gcm::{Aes256Gcm, Nonce};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, Mac};
use sayso_plan::PersonId;
use sha2::Sha256;
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

use crate::error::StoreError;

/// Length of AES-GCM's nonce in bytes; each is random, so that one key serves 2^32 records (NIST SP 800-38D, 8.3).
const NONCE_BYTES: usize = 12;
/// The first byte of each ciphertext: how it was made.
const FORMAT: u8 = 1;

/// The key from outside the database that wraps each person's data key. It is never printed and wiped when dropped.
#[derive(Zeroize, ZeroizeOnDrop)]
pub struct WrappingKey([u8; 32]);

impl WrappingKey {
    /// Takes 32 bytes.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// Reads 32 bytes of base64, as a key file or an environment variable holds them; blanks around them are ignored.
    ///
    /// # Errors
    /// [`StoreError::NotAKey`].
    pub fn from_base64(text: &str) -> Result<Self, StoreError> {
        let bytes = Zeroizing::new(STANDARD.decode(text.trim()).map_err(|_| StoreError::NotAKey)?);
        bytes.as_slice().try_into().map(Self).map_err(|_| StoreError::NotAKey)
    }
}

/// A key for fingerprints, derived from the wrapping key. It is never printed and wiped when dropped.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct KeyedHashKey([u8; 32]);

impl KeyedHashKey {
    /// The 32 bytes.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// A key of its own for another use, named by `label`.
    #[must_use]
    pub fn derive(&self, label: &str) -> [u8; 32] {
        let mut mac = mac(&self.0);
        mac.update(b"sayso key v1 for ");
        mac.update(label.as_bytes());
        mac.finalize().into_bytes().into()
    }
}

/// What a ciphertext belongs to; pasted anywhere else it does not open.
#[derive(Clone, Copy)]
pub(crate) struct Belongs<'a> {
    pub(crate) table: &'static str,
    pub(crate) person: PersonId,
    pub(crate) record: &'a [u8],
    pub(crate) version: &'a [u8],
}

impl Belongs<'_> {
    /// Lengths stand before what varies, so that no two places have the same bytes.
    fn bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(96);
        bytes.extend_from_slice(b"sayso\0");
        for part in [self.table.as_bytes(), self.person.as_bytes(), self.record, self.version] {
            bytes.extend_from_slice(&(part.len() as u64).to_be_bytes());
            bytes.extend_from_slice(part);
        }
        bytes
    }
}

/// The data key of one person, ready for use.
pub(crate) struct DataKey(Aes256Gcm);

impl DataKey {
    pub(crate) fn seal(&self, belongs: Belongs<'_>, plain: &[u8]) -> Result<Vec<u8>, StoreError> {
        seal(&self.0, &belongs, plain)
    }

    pub(crate) fn open(&self, belongs: Belongs<'_>, ciphertext: &[u8]) -> Result<Zeroizing<Vec<u8>>, StoreError> {
        open(&self.0, &belongs, ciphertext)
    }
}

/// What a keyed hash is for; each use has its own key.
#[derive(Clone, Copy)]
pub(crate) enum Use {
    Identifier,
    LoginName,
    Secret,
    ActiveSlot,
    Jti,
    Retry,
    AskPurpose,
    TreeHead,
    Witness,
    IdentifierState,
    Registry,
    Reach,
    Held,
}

/// All keys that are derived from the wrapping key.
pub(crate) struct Keys {
    wrap: Aes256Gcm,
    reach: Aes256Gcm,
    fingerprint: KeyedHashKey,
    hash: HashKeys,
}

struct HashKeys {
    identifier: Hmac<Sha256>,
    login_name: Hmac<Sha256>,
    secret: Hmac<Sha256>,
    active_slot: Hmac<Sha256>,
    jti: Hmac<Sha256>,
    retry: Hmac<Sha256>,
    ask_purpose: Hmac<Sha256>,
    tree_head: Hmac<Sha256>,
    witness: Hmac<Sha256>,
    identifier_state: Hmac<Sha256>,
    registry: Hmac<Sha256>,
    reach: Hmac<Sha256>,
    held: Hmac<Sha256>,
}

impl Keys {
    pub(crate) fn derive(from: &WrappingKey) -> Self {
        let keyed = |label: &str| mac(&derived(from, label));
        Self {
            wrap: cipher(&derived(from, "wrap")),
            reach: cipher(&derived(from, "reach body")),
            fingerprint: KeyedHashKey(*derived(from, "fingerprint")),
            hash: HashKeys {
                identifier: keyed("identifier"),
                login_name: keyed("login name"),
                secret: keyed("secret"),
                active_slot: keyed("active slot"),
                jti: keyed("jti"),
                retry: keyed("retry"),
                ask_purpose: keyed("ask purpose"),
                tree_head: keyed("tree head"),
                witness: keyed("witness"),
                identifier_state: keyed("identifier state"),
                registry: keyed("registry"),
                reach: keyed("reach"),
                held: keyed("held"),
            },
        }
    }

    pub(crate) fn fingerprint(&self) -> KeyedHashKey {
        self.fingerprint.clone()
    }

    /// HMAC-SHA256 over the parts, each behind its length.
    pub(crate) fn hash(&self, use_: Use, parts: &[&[u8]]) -> [u8; 32] {
        let keyed = match use_ {
            Use::Identifier => &self.hash.identifier,
            Use::LoginName => &self.hash.login_name,
            Use::Secret => &self.hash.secret,
            Use::ActiveSlot => &self.hash.active_slot,
            Use::Jti => &self.hash.jti,
            Use::Retry => &self.hash.retry,
            Use::AskPurpose => &self.hash.ask_purpose,
            Use::TreeHead => &self.hash.tree_head,
            Use::Witness => &self.hash.witness,
            Use::IdentifierState => &self.hash.identifier_state,
            Use::Registry => &self.hash.registry,
            Use::Reach => &self.hash.reach,
            Use::Held => &self.hash.held,
        };
        let mut mac = keyed.clone();
        for part in parts {
            mac.update(&(part.len() as u64).to_be_bytes());
            mac.update(part);
        }
        mac.finalize().into_bytes().into()
    }

    /// Makes a data key for a person and wraps it.
    pub(crate) fn new_data_key(&self, person: PersonId) -> Result<(DataKey, Vec<u8>), StoreError> {
        let mut bytes = Zeroizing::new([0; 32]);
        random(bytes.as_mut_slice())?;
        let wrapped = seal(&self.wrap, &wrapping(person), bytes.as_slice())?;
        Ok((DataKey(cipher(&bytes)), wrapped))
    }

    pub(crate) fn unwrap_data_key(&self, person: PersonId, wrapped: &[u8]) -> Result<DataKey, StoreError> {
        let bytes = open(&self.wrap, &wrapping(person), wrapped)?;
        let bytes: Zeroizing<[u8; 32]> =
            Zeroizing::new(bytes.as_slice().try_into().map_err(|_| StoreError::Damaged("data key"))?);
        Ok(DataKey(cipher(&bytes)))
    }

    /// Encrypts a row of the table `reach`, bound to its tag.
    pub(crate) fn seal_reach(&self, tag: &[u8; 32], plain: &[u8; 16]) -> Result<Vec<u8>, StoreError> {
        seal(&self.reach, &reaching(tag), plain)
    }

    pub(crate) fn open_reach(&self, tag: &[u8; 32], body: &[u8]) -> Result<[u8; 16], StoreError> {
        let plain = open(&self.reach, &reaching(tag), body)?;
        plain.as_slice().try_into().map_err(|_| StoreError::Damaged("reach"))
    }

    /// A ciphertext that only the right wrapping key opens.
    pub(crate) fn check_value(&self) -> Result<Vec<u8>, StoreError> {
        seal(&self.wrap, &CHECK, b"sayso")
    }

    pub(crate) fn fits(&self, check_value: &[u8]) -> bool {
        open(&self.wrap, &CHECK, check_value).is_ok()
    }
}

const CHECK: Belongs<'static> =
    Belongs { table: "meta", person: PersonId::from_stored([0; 16]), record: b"key check", version: &[] };

const fn wrapping(person: PersonId) -> Belongs<'static> {
    Belongs { table: "person.wrapped_key", person, record: &[], version: &[] }
}

const fn reaching(tag: &[u8; 32]) -> Belongs<'_> {
    Belongs { table: "reach", person: PersonId::from_stored([0; 16]), record: tag, version: &[] }
}

fn derived(from: &WrappingKey, label: &str) -> Zeroizing<[u8; 32]> {
    let mut mac = mac(&from.0);
    mac.update(b"sayso key v1\0");
    mac.update(label.as_bytes());
    Zeroizing::new(mac.finalize().into_bytes().into())
}

fn mac(key: &[u8; 32]) -> Hmac<Sha256> {
    // HMAC pads a key of fewer bytes than a block (64) with zeros: RFC 2104 section 2.
    let mut block = Zeroizing::new([0; 64]);
    for (slot, byte) in block.iter_mut().zip(key) {
        *slot = *byte;
    }
    Hmac::new((&*block).into())
}

fn cipher(key: &[u8; 32]) -> Aes256Gcm {
    Aes256Gcm::new(key.into())
}

fn seal(cipher: &Aes256Gcm, belongs: &Belongs<'_>, plain: &[u8]) -> Result<Vec<u8>, StoreError> {
    let mut nonce = [0; NONCE_BYTES];
    random(&mut nonce)?;
    let sealed = cipher
        .encrypt(&Nonce::from(nonce), Payload { msg: plain, aad: &belongs.bytes() })
        .map_err(|_| StoreError::Damaged(belongs.table))?;
    let mut out = Vec::with_capacity(1 + NONCE_BYTES + sealed.len());
    out.push(FORMAT);
    out.extend_from_slice(&nonce);
    out.extend_from_slice(&sealed);
    Ok(out)
}

fn open(cipher: &Aes256Gcm, belongs: &Belongs<'_>, ciphertext: &[u8]) -> Result<Zeroizing<Vec<u8>>, StoreError> {
    let damaged = || StoreError::Damaged(belongs.table);
    let (format, rest) = ciphertext.split_first().ok_or_else(damaged)?;
    let (nonce, sealed) = rest.split_first_chunk::<NONCE_BYTES>().ok_or_else(damaged)?;
    if *format != FORMAT {
        return Err(damaged());
    }
    let payload = Payload { msg: sealed, aad: &belongs.bytes() };
    cipher.decrypt(&Nonce::from(*nonce), payload).map(Zeroizing::new).map_err(|_| damaged())
}

fn random(bytes: &mut [u8]) -> Result<(), StoreError> {
    getrandom::fill(bytes).map_err(|_| StoreError::NoRandomness)
}

#[cfg(test)]
mod tests {
    use super::*;

    const A: PersonId = PersonId::from_stored([1; 16]);
    const B: PersonId = PersonId::from_stored([2; 16]);

    fn place(person: PersonId) -> Belongs<'static> {
        Belongs { table: "plan_version", person, record: &[5; 16], version: &[6; 16] }
    }

    #[test]
    fn a_ciphertext_opens_only_in_its_own_place() {
        let keys = Keys::derive(&WrappingKey::from_bytes([7; 32]));
        let (key, wrapped) = keys.new_data_key(A).unwrap();
        let sealed = key.seal(place(A), b"my words").unwrap();
        let again = keys.unwrap_data_key(A, &wrapped).unwrap();
        assert_eq!(again.open(place(A), &sealed).unwrap().as_slice(), b"my words");
        let elsewhere = [
            place(B),
            Belongs { table: "consent", ..place(A) },
            Belongs { record: &[9; 16], ..place(A) },
            Belongs { version: &[9; 16], ..place(A) },
        ];
        for place in elsewhere {
            assert!(again.open(place, &sealed).is_err());
        }
        assert!(keys.unwrap_data_key(B, &wrapped).is_err());
        assert!(again.open(place(A), &[]).is_err());
        assert!(again.open(place(A), &[1; 5]).is_err());
    }

    #[test]
    fn keyed_hashes_differ_by_use_and_by_where_a_part_ends() {
        let keys = Keys::derive(&WrappingKey::from_bytes([7; 32]));
        let hash = |use_, parts: &[&[u8]]| keys.hash(use_, parts);
        assert_ne!(hash(Use::Identifier, &[b"a"]), hash(Use::LoginName, &[b"a"]));
        assert_ne!(hash(Use::Identifier, &[b"ab", b"c"]), hash(Use::Identifier, &[b"a", b"bc"]));
    }

    #[test]
    fn a_wrapping_key_is_32_bytes_of_base64() {
        assert!(WrappingKey::from_base64(&format!(" {}\n", STANDARD.encode([3; 32]))).is_ok());
        assert!(WrappingKey::from_base64(&STANDARD.encode([3; 31])).is_err());
        assert!(WrappingKey::from_base64("not base64!").is_err());
    }

    #[test]
    fn derived_keys_are_hmac_of_the_wrapping_key() {
        let derived = derived(&WrappingKey::from_bytes([7; 32]), "wrap");
        let mut mac = <Hmac<Sha256> as KeyInit>::new_from_slice(&[7; 32]).unwrap();
        mac.update(b"sayso key v1\0wrap");
        assert_eq!(mac.finalize().into_bytes().as_slice(), derived.as_slice());
    }
}
