//! The electronic seal ("segel elektronik") of a centre, for documents that must stand as evidence.
//!
//! A [`Seal`] is a P-256 key and the chain of X.509 certificates over it. It signs JSON as a JWS (RFC 7515, ES256,
//! with the chain in `x5c`) and PDF as PAdES baseline B-B (ETSI EN 319 142-1: a CAdES signature over all bytes but
//! its own). [`check_json`] and [`check_pdf`] say whether the bytes are those that were signed, and by which
//! certificate. Signatures are deterministic (RFC 6979).
//!
//! Architecture invariant: this crate is pure. Keys, certificates and times come in as arguments. Deliberately not
//! here: making keys and certificates, and whether a certificate's issuer is to be trusted: that is for an X.509 tool,
//! or for whoever compares the fingerprint.

mod cades;
mod certificate;
mod json;
mod pdf;

pub use certificate::{CertificateError, Chain, Described};
pub use json::check_json;
pub use pdf::{PdfError, check_pdf};

use p256::ecdsa::SigningKey;
use p256::pkcs8::DecodePrivateKey;

/// A key and the certificates over it.
#[derive(Clone)]
pub struct Seal {
    key: SigningKey,
    chain: Chain,
}

/// What a good signature says.
#[derive(Clone, Debug)]
pub struct Checked {
    /// What was signed: the JSON; of a PDF the whole file.
    pub content: Vec<u8>,
    /// The certificates that came with the signature, the signer's first.
    pub chain: Chain,
}

/// A document is not what was sealed, or was never sealed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SealError {
    /// Not the form of a signed document.
    #[error("not a sealed document: {0}")]
    Form(&'static str),
    /// A certificate in it cannot be read.
    #[error(transparent)]
    Certificate(#[from] CertificateError),
    /// The bytes are not those that were signed.
    #[error("the signature does not fit: the document was changed after it was sealed")]
    Changed,
    /// Something was added behind what was signed.
    #[error("the document goes on behind what was sealed")]
    Added,
}

impl Seal {
    /// The seal of a key (PKCS #8, PEM) and its chain (PEM, the key's own certificate first).
    ///
    /// # Errors
    /// When one cannot be read, or the certificate is another key's.
    pub fn open(key_pem: &str, chain_pem: &str) -> Result<Self, CertificateError> {
        let key = SigningKey::from_pkcs8_pem(key_pem).map_err(|_| CertificateError::Key)?;
        let chain = Chain::from_pem(chain_pem)?;
        if chain.key()? != *key.verifying_key() {
            return Err(CertificateError::ForeignKey);
        }
        Ok(Self { key, chain })
    }

    /// Its certificates.
    pub const fn chain(&self) -> &Chain {
        &self.chain
    }

    /// Signs JSON: a JWS in the flattened JSON serialisation.
    pub fn sign_json(&self, json: &[u8]) -> String {
        json::sign(&self.key, &self.chain, json)
    }

    /// Signs a PDF that `official-documents` wrote. `at` is when, `reason` why.
    ///
    /// # Errors
    /// When it is no such PDF.
    pub fn sign_pdf(&self, pdf: &[u8], reason: &str, at: &jiff::Zoned) -> Result<Vec<u8>, PdfError> {
        pdf::sign(&self.key, &self.chain, pdf, reason, at)
    }
}
