//! The hash chain: what each entry's hash is made of.

use std::fmt;
use std::str::FromStr;

use sha2::{Digest, Sha256};

/// The identity of one log: 16 bytes that were drawn once, when the store was made.
pub type LogId = [u8; 16];

/// A SHA-256 hash (FIPS 180-4); it is written as 64 lower-case hex digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Hash(pub [u8; 32]);

/// First byte of what is hashed for an entry. It keeps the chain apart from other uses of SHA-256, as the
/// leaf prefix of RFC 6962 section 2.1 does.
const ENTRY_PREFIX: [u8; 1] = [0x00];
const GENESIS_PREFIX: &[u8] = b"sigap-log-v1";

impl Hash {
    /// The hash before the first entry: SHA-256(`sigap-log-v1` ‖ log id). Two logs never share a chain.
    pub fn genesis(log_id: LogId) -> Hash {
        Hash(Sha256::new().chain_update(GENESIS_PREFIX).chain_update(log_id).finalize().into())
    }

    /// The plain SHA-256 of some bytes, for checkpoints and fingerprints.
    pub fn of(bytes: &[u8]) -> Hash {
        Hash(Sha256::digest(bytes).into())
    }
}

/// The hash of an entry: SHA-256(0x00 ‖ hash of the entry before it ‖ leaf bytes).
pub fn chain(previous: Hash, leaf_bytes: &[u8]) -> Hash {
    let digest =
        Sha256::new().chain_update(ENTRY_PREFIX).chain_update(previous.0).chain_update(leaf_bytes).finalize();
    Hash(digest.into())
}

impl fmt::Display for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

impl fmt::Debug for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Hash({self})")
    }
}

/// A text is not a hash.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a hash is written as 64 lower-case hex digits")]
pub struct HashError;

impl FromStr for Hash {
    type Err = HashError;

    fn from_str(text: &str) -> Result<Hash, HashError> {
        lower_hex(text).map(Hash).ok_or(HashError)
    }
}

/// Reads exactly `N` bytes of lower-case hex. There is one spelling of each value, so that no byte of an
/// export can be changed without being noticed.
pub(crate) fn lower_hex<const N: usize>(text: &str) -> Option<[u8; N]> {
    lower_hex_bytes(text)?.try_into().ok()
}

/// As [`lower_hex`], for any number of bytes.
pub(crate) fn lower_hex_bytes(text: &str) -> Option<Vec<u8>> {
    if text.bytes().any(|byte| byte.is_ascii_uppercase()) {
        return None;
    }
    hex::decode(text).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn genesis_and_chain_are_the_sha256_of_the_documented_bytes() {
        let genesis = Hash::genesis([0; 16]);
        let by_hand = Hash::of(b"sigap-log-v1\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0");
        assert_eq!(genesis, by_hand);
        let mut bytes = vec![0];
        bytes.extend_from_slice(&genesis.0);
        bytes.extend_from_slice(b"leaf");
        assert_eq!(chain(genesis, b"leaf"), Hash::of(&bytes));
        assert_eq!(
            Hash::of(b"abc").to_string(),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
            "FIPS 180-4 example"
        );
    }

    #[test]
    fn a_hash_has_one_spelling() {
        let text = Hash::of(b"abc").to_string();
        assert_eq!(text.parse(), Ok(Hash::of(b"abc")));
        assert_eq!(text.to_uppercase().parse::<Hash>(), Err(HashError));
        assert_eq!(text[1..].parse::<Hash>(), Err(HashError));
        assert_eq!(format!("{text}00").parse::<Hash>(), Err(HashError));
        assert_eq!(text.replace('b', "g").parse::<Hash>(), Err(HashError));
    }
}
