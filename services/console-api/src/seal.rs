//! The electronic seal of the centre, as it lies on the disk.
//!
//! It is read for each document: an authority's certificate that was imported meanwhile is used without a restart,
//! and the key is not kept in memory.

use std::path::PathBuf;

use electronic_seal::{CertificateError, Seal};

/// Where key and chain lie.
#[derive(Clone, Debug)]
pub struct SealFiles {
    /// The key, PKCS #8 in PEM.
    pub key: PathBuf,
    /// The chain, PEM, the key's own certificate first.
    pub chain: PathBuf,
}

/// The seal cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum SealFilesError {
    /// A file cannot be read.
    #[error("the seal cannot be read: {0}")]
    Read(#[from] std::io::Error),
    /// They do not belong together.
    #[error("the seal cannot be used: {0}")]
    Certificate(#[from] CertificateError),
}

impl SealFiles {
    /// Reads the seal.
    ///
    /// # Errors
    /// When a file is missing, or key and certificate do not belong together.
    pub fn open(&self) -> Result<Seal, SealFilesError> {
        let (key, chain) = (std::fs::read_to_string(&self.key)?, std::fs::read_to_string(&self.chain)?);
        Ok(Seal::open(&key, &chain)?)
    }
}
