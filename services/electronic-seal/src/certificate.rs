//! Certificates, as far as a seal must know them.

use jiff::Timestamp;
use p256::ecdsa::VerifyingKey;
use p256::pkcs8::DecodePublicKey;
use sha2::{Digest, Sha256};
use x509_cert::Certificate;
use x509_cert::der::pem::LineEnding;
use x509_cert::der::{Decode, Encode, EncodePem};

/// A chain is a key's own certificate, some issuers between, a root.
const CERTIFICATES_MAX: usize = 8;

/// Certificates, each issued by the next. Never empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chain {
    own: Certificate,
    issuers: Vec<Certificate>,
}

/// What stands in a certificate, for people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Described {
    /// Over whom.
    pub subject: String,
    /// By whom.
    pub issuer: String,
    /// Its number at the issuer, in hex.
    pub serial: String,
    /// From when.
    pub not_before: Timestamp,
    /// Until when.
    pub not_after: Timestamp,
    /// SHA-256 of its DER bytes, in hex: what people compare.
    pub fingerprint: String,
    /// Whether its subject issued it itself.
    pub self_signed: bool,
}

/// A key or certificate does not do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CertificateError {
    /// The private key.
    #[error("not a P-256 private key in PKCS #8 and PEM")]
    Key,
    /// A certificate.
    #[error("not a chain of X.509 certificates in PEM")]
    Pem,
    /// More certificates than a chain has.
    #[error("more than {CERTIFICATES_MAX} certificates")]
    Many,
    /// The first certificate is over another kind of key.
    #[error("the first certificate is not over a P-256 key")]
    OtherAlgorithm,
    /// The first certificate is over another key.
    #[error("the first certificate is over another key than ours: it answers another request")]
    ForeignKey,
    /// A certificate was not issued by the one after it.
    #[error("certificate {0} was not issued by the one after it")]
    Order(usize),
}

impl Chain {
    /// Reads a chain from PEM, the key's own certificate first.
    ///
    /// # Errors
    /// When it is none, or not in order.
    pub fn from_pem(text: &str) -> Result<Self, CertificateError> {
        let found = Certificate::load_pem_chain(text.as_bytes()).map_err(|_| CertificateError::Pem)?;
        Self::of(found)
    }

    pub(crate) fn from_der<'a>(ders: impl IntoIterator<Item = &'a [u8]>) -> Result<Self, CertificateError> {
        let read = |der: &[u8]| Certificate::from_der(der).map_err(|_| CertificateError::Pem);
        Self::of(ders.into_iter().map(read).collect::<Result<_, _>>()?)
    }

    pub(crate) fn of(found: Vec<Certificate>) -> Result<Self, CertificateError> {
        if found.len() > CERTIFICATES_MAX {
            return Err(CertificateError::Many);
        }
        let out_of_order = found.windows(2).position(|pair| match pair {
            [one, next] => one.tbs_certificate().issuer() != next.tbs_certificate().subject(),
            _ => false,
        });
        if let Some(at) = out_of_order {
            return Err(CertificateError::Order(at + 1));
        }
        let mut found = found.into_iter();
        let own = found.next().ok_or(CertificateError::Pem)?;
        Ok(Self { own, issuers: found.collect() })
    }

    pub(crate) const fn own(&self) -> &Certificate {
        &self.own
    }

    pub(crate) fn all(&self) -> impl Iterator<Item = &Certificate> {
        std::iter::once(&self.own).chain(&self.issuers)
    }

    /// The DER bytes of each certificate.
    pub(crate) fn ders(&self) -> impl Iterator<Item = Vec<u8>> {
        // What was read can be written again.
        self.all().map(|certificate| certificate.to_der().unwrap_or_default())
    }

    /// The key that the first certificate is over.
    pub(crate) fn key(&self) -> Result<VerifyingKey, CertificateError> {
        let spki = self.own.tbs_certificate().subject_public_key_info().to_der();
        let spki = spki.map_err(|_| CertificateError::OtherAlgorithm)?;
        let key = p256::PublicKey::from_public_key_der(&spki);
        key.map(VerifyingKey::from).map_err(|_| CertificateError::OtherAlgorithm)
    }

    /// The chain as PEM.
    pub fn to_pem(&self) -> String {
        self.all().map(|certificate| certificate.to_pem(LineEnding::LF).unwrap_or_default()).collect()
    }

    /// What stands in each certificate.
    pub fn described(&self) -> Vec<Described> {
        self.all().map(describe).collect()
    }

    /// SHA-256 of the DER bytes of the first certificate, in hex.
    pub fn fingerprint(&self) -> String {
        fingerprint(&self.own)
    }

    /// Over whom the first certificate is.
    pub fn subject(&self) -> String {
        self.own.tbs_certificate().subject().to_string()
    }
}

fn fingerprint(certificate: &Certificate) -> String {
    hex::encode(Sha256::digest(certificate.to_der().unwrap_or_default()))
}

fn describe(certificate: &Certificate) -> Described {
    let inner = certificate.tbs_certificate();
    let at = |time: x509_cert::time::Time| {
        let seconds = i64::try_from(time.to_unix_duration().as_secs()).unwrap_or(i64::MAX);
        Timestamp::from_second(seconds).unwrap_or(Timestamp::MAX)
    };
    Described {
        subject: inner.subject().to_string(),
        issuer: inner.issuer().to_string(),
        serial: hex::encode(inner.serial_number().as_bytes()),
        not_before: at(inner.validity().not_before),
        not_after: at(inner.validity().not_after),
        fingerprint: fingerprint(certificate),
        self_signed: inner.subject() == inner.issuer(),
    }
}
