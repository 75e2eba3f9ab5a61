//! What an error of an engine means for what was tried.

use sqlx::error::DatabaseError;

use crate::error::StoreError;

/// Why a transaction did not happen, or is not known to have happened.
#[derive(Debug)]
pub(crate) enum Failure {
    /// The engine is away, busy, full or broken: the same again later.
    Away(StoreError),
    /// The engine refuses this data; it would refuse it again.
    Data(StoreError),
    /// The store went on without us, or is another one than we knew: never write again.
    Fenced,
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        let is_data = match &error {
            StoreError::Statement(source) => is_data(source),
            StoreError::Unreadable { .. } => true,
            StoreError::Away { .. }
            | StoreError::Url(_)
            | StoreError::Locked(_)
            | StoreError::SqliteTooOld { .. }
            | StoreError::SchemaTooOld { .. }
            | StoreError::SchemaTooNew { .. }
            | StoreError::NotAStore
            | StoreError::File(_)
            | StoreError::Random => false,
        };
        if is_data { Self::Data(error) } else { Self::Away(error) }
    }
}

fn is_data(error: &sqlx::Error) -> bool {
    if let sqlx::Error::Database(error) = error {
        return database_says_data(error.as_ref());
    }
    matches!(error, sqlx::Error::Encode(_) | sqlx::Error::ColumnDecode { .. } | sqlx::Error::Decode(_))
}

fn database_says_data(error: &dyn DatabaseError) -> bool {
    let Some(code) = error.code() else { return false };
    if code.len() == 5 {
        // PostgreSQL, appendix A: data exception, integrity constraint, syntax, limits, feature.
        return ["22", "23", "42", "54", "0A"].iter().any(|class| code.starts_with(class));
    }
    // SQLite result codes, primary in the low byte: 1 error, 18 too big, 19 constraint, 20 mismatch, 25 range.
    code.parse::<u32>().is_ok_and(|code| matches!(code & 0xff, 1 | 18 | 19 | 20 | 25))
}

/// Whether the connection itself is of no more use, so that a question may be asked again over another.
pub(super) fn is_lost(error: &sqlx::Error) -> bool {
    if let sqlx::Error::Database(error) = error {
        // PostgreSQL: connection exceptions, operator intervention, read-only after a switch.
        let is_lost =
            |code: &str| code.len() == 5 && ["08", "57P", "25006"].iter().any(|c| code.starts_with(c));
        return error.code().is_some_and(|code| is_lost(&code));
    }
    matches!(
        error,
        sqlx::Error::Io(_) | sqlx::Error::Tls(_) | sqlx::Error::Protocol(_) | sqlx::Error::WorkerCrashed
    )
}
