//! Why something is not written or read.

use rusqlite::ErrorCode;
use rusqlite::ffi;

/// Why something is not written or read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// There is no room on the disk. What was answered before is there.
    #[error("the disk is full")]
    Full,
    /// The file is damaged, or no database.
    #[error("the database is damaged: {0}")]
    Damaged(String),
    /// Too many jobs wait.
    #[error("too many writes wait")]
    Busy,
    /// The ledger was closed.
    #[error("the database is closed")]
    Closed,
    /// Anything else.
    #[error("the database fails: {0}")]
    Failed(String),
}

impl From<rusqlite::Error> for Error {
    fn from(error: rusqlite::Error) -> Self {
        let text = error.to_string();
        match error.sqlite_error() {
            Some(known) => match (known.code, known.extended_code) {
                (ErrorCode::DiskFull, _)
                | (_, ffi::SQLITE_IOERR_SHMSIZE | ffi::SQLITE_IOERR_WRITE | ffi::SQLITE_IOERR_TRUNCATE) => Self::Full,
                (ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase, _) => Self::Damaged(text),
                _ => Self::Failed(text),
            },
            None => Self::Failed(text),
        }
    }
}
