//! Files that an administrator hands in: read beside the calls, never in their way.

use sha2::{Digest as _, Sha256};

use crate::problem::{Code, Problem};

/// Bytes of a request with a file. The outlines of a kabupaten with all its desa have some 10 MB; larger ones are taken over by
/// `sigap area`.
pub const IMPORT_BYTES_MAX: usize = 16 * 1024 * 1024;

/// Does work that takes its time where it holds nobody up.
///
/// # Errors
/// `internal` when the work panicked.
pub async fn aside<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, Problem> {
    tokio::task::spawn_blocking(work).await.map_err(|error| {
        tracing::error!(error = &error as &dyn std::error::Error, "A file could not be read");
        Problem::new(Code::Internal)
    })
}

/// SHA-256 of a file, hex, as the log names it.
pub fn sha256(text: &str) -> String {
    hex::encode(Sha256::digest(text.as_bytes()))
}
