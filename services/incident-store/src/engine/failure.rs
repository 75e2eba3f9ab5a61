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
        match error {
            StoreError::Statement(source) if is_data(&source) => Self::Data(StoreError::Statement(source)),
            StoreError::Unreadable { .. } => Self::Data(error),
            other => Self::Away(other),
        }
    }
}

fn is_data(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::Database(error) => database_says_data(error.as_ref()),
        sqlx::Error::Encode(_) | sqlx::Error::ColumnDecode { .. } | sqlx::Error::Decode(_) => true,
        _ => false,
    }
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
    match error {
        sqlx::Error::Io(_) | sqlx::Error::Tls(_) | sqlx::Error::Protocol(_) | sqlx::Error::WorkerCrashed => {
            true
        }
        // Connection exceptions, operator intervention, read-only after a switch.
        sqlx::Error::Database(error) => error.code().is_some_and(|code| {
            code.len() == 5 && ["08", "57P", "25006"].iter().any(|c| code.starts_with(c))
        }),
        _ => false,
    }
}
