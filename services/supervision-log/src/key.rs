//! The signing key as others see it: its id, its public half, the certificate that carries it.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ed25519_dalek::VerifyingKey;
use ed25519_dalek::pkcs8::spki::der::pem::decode_vec;

use crate::hash::Hash;

/// What stands before the 32 key bytes in the SubjectPublicKeyInfo of an Ed25519 key (RFC 8410 section 4):
/// a sequence with the algorithm 1.3.101.112 and a bit string of 33 bytes.
const SPKI_PREFIX: [u8; 12] = [0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00];

const KEY_BYTES: usize = 32;
const KEY_LABEL: &str = "PUBLIC KEY";
const CERTIFICATE_LABEL: &str = "CERTIFICATE";

/// Column at which RFC 7468 section 2 wraps the base64 text.
const PEM_COLUMNS: usize = 64;

/// The id of a key: the first 16 hex digits of the SHA-256 of its SubjectPublicKeyInfo.
pub fn key_id(key: &VerifyingKey) -> String {
    hex::encode(&Hash::of(&public_key_der(key)).0[..8])
}

/// The public key as DER SubjectPublicKeyInfo (RFC 8410).
pub fn public_key_der(key: &VerifyingKey) -> Vec<u8> {
    [&SPKI_PREFIX[..], key.as_bytes()].concat()
}

/// The public key as PEM (RFC 7468 section 13).
pub fn public_key_pem(key: &VerifyingKey) -> String {
    pem(KEY_LABEL, &public_key_der(key))
}

/// Reads a public key from PEM; line ends of other systems are accepted.
pub fn parse_public_key_pem(text: &str) -> Result<VerifyingKey, KeyError> {
    let der = pem_bytes(KEY_LABEL, text)?;
    let bytes: [u8; 32] = der
        .strip_prefix(&SPKI_PREFIX[..])
        .and_then(|bytes| bytes.try_into().ok())
        .ok_or(KeyError::NotEd25519)?;
    let key = VerifyingKey::from_bytes(&bytes).map_err(|_| KeyError::NotEd25519)?;
    // A key of small order accepts signatures that nobody made (RFC 8032 section 5.1.7 leaves that open).
    if key.is_weak() { Err(KeyError::NotEd25519) } else { Ok(key) }
}

/// An X.509 certificate that carries the log's public key. Who issued it, and whether it is still valid, is
/// for an X.509 tool to say; here it is only carried along, whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Certificate {
    der: Vec<u8>,
}

impl Certificate {
    /// Reads a certificate from PEM and makes sure that it carries this very key.
    pub fn from_pem(text: &str, key: &VerifyingKey) -> Result<Certificate, KeyError> {
        let der = pem_bytes(CERTIFICATE_LABEL, text)?;
        let spki = public_key_der(key);
        if !der.windows(spki.len()).any(|window| window == spki) {
            return Err(KeyError::ForeignCertificate);
        }
        Ok(Certificate { der })
    }

    /// The key that a certificate carries, for those who hold the certificate and not the key. A certificate in
    /// which the form of an Ed25519 key stands twice is refused, since only a parser of X.509 could tell which counts.
    pub fn key_in_pem(text: &str) -> Result<VerifyingKey, KeyError> {
        let der = pem_bytes(CERTIFICATE_LABEL, text)?;
        let mut found = der.windows(SPKI_PREFIX.len() + KEY_BYTES).filter(|it| it.starts_with(&SPKI_PREFIX));
        match (found.next(), found.next()) {
            (Some(spki), None) => parse_public_key_pem(&pem(KEY_LABEL, spki)),
            (Some(_), Some(_)) | (None, _) => Err(KeyError::NotEd25519),
        }
    }

    /// The certificate as PEM, in the one spelling that this project writes.
    pub fn to_pem(&self) -> String {
        pem(CERTIFICATE_LABEL, &self.der)
    }

    /// SHA-256 of the DER bytes: what people compare with each other, on paper or by telephone.
    pub fn fingerprint(&self) -> Hash {
        Hash::of(&self.der)
    }
}

/// A text does not hold the key or certificate that it should.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// Not PEM, or PEM of something else.
    #[error("not a PEM text with the label {label}")]
    Pem {
        /// The label that was looked for.
        label: &'static str,
    },
    /// The key inside is not a usable Ed25519 public key.
    #[error("not a usable Ed25519 public key")]
    NotEd25519,
    /// The certificate carries another key.
    #[error("the certificate does not carry the public key of the log")]
    ForeignCertificate,
}

fn pem_bytes(label: &'static str, text: &str) -> Result<Vec<u8>, KeyError> {
    match decode_vec(text.trim().as_bytes()) {
        Ok((found, bytes)) if found == label => Ok(bytes),
        Ok(_) | Err(_) => Err(KeyError::Pem { label }),
    }
}

fn pem(label: &str, der: &[u8]) -> String {
    let base64 = STANDARD.encode(der);
    let mut text = format!("-----BEGIN {label}-----\n");
    let mut rest = base64.as_str();
    while !rest.is_empty() {
        let (line, after) = rest.split_at(rest.len().min(PEM_COLUMNS));
        text.push_str(line);
        text.push('\n');
        rest = after;
    }
    text.push_str(&format!("-----END {label}-----\n"));
    text
}

#[cfg(test)]
mod tests {
    use ed25519_dalek::SigningKey;
    use ed25519_dalek::pkcs8::{EncodePublicKey, spki::der::pem::LineEnding};

    use super::*;

    fn key() -> VerifyingKey {
        SigningKey::from_bytes(&[7; 32]).verifying_key()
    }

    #[test]
    fn der_and_pem_are_those_of_the_pkcs8_crate() {
        assert_eq!(public_key_der(&key()), key().to_public_key_der().unwrap().as_bytes());
        assert_eq!(public_key_pem(&key()), key().to_public_key_pem(LineEnding::LF).unwrap());
        let other_line_ends = key().to_public_key_pem(LineEnding::CRLF).unwrap();
        assert_eq!(parse_public_key_pem(&other_line_ends), Ok(key()));
    }

    #[test]
    fn what_is_not_an_ed25519_key_is_refused() {
        let weak = pem(KEY_LABEL, &[&SPKI_PREFIX[..], &[0; 32]].concat());
        assert_eq!(parse_public_key_pem(&weak), Err(KeyError::NotEd25519));
        let other_algorithm = pem(KEY_LABEL, &[0x30; 44]);
        assert_eq!(parse_public_key_pem(&other_algorithm), Err(KeyError::NotEd25519));
        let private = pem("PRIVATE KEY", &public_key_der(&key()));
        assert_eq!(parse_public_key_pem(&private), Err(KeyError::Pem { label: KEY_LABEL }));
        assert_eq!(parse_public_key_pem("key"), Err(KeyError::Pem { label: KEY_LABEL }));
    }

    #[test]
    fn a_certificate_must_carry_the_key() {
        let with_key = pem(CERTIFICATE_LABEL, &[&[1; 100][..], &public_key_der(&key()), &[2; 70]].concat());
        let certificate = Certificate::from_pem(&with_key.replace('\n', "\r\n"), &key()).unwrap();
        assert_eq!(certificate.to_pem(), with_key);
        assert_eq!(Certificate::key_in_pem(&with_key), Ok(key()));
        let twice = [public_key_der(&key()), public_key_der(&key())].concat();
        assert_eq!(Certificate::key_in_pem(&pem(CERTIFICATE_LABEL, &twice)), Err(KeyError::NotEd25519));
        assert_eq!(Certificate::key_in_pem(&pem(CERTIFICATE_LABEL, &[1; 99])), Err(KeyError::NotEd25519));
        let other = SigningKey::from_bytes(&[8; 32]).verifying_key();
        assert_eq!(Certificate::from_pem(&with_key, &other), Err(KeyError::ForeignCertificate));
    }
}
