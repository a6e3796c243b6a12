//! What can go wrong with a ledger, and the next step for each.

use std::{fmt, io, path::PathBuf};

use sqlx::{migrate::MigrateError, sqlite::SqliteError};

/// A failed operation on a ledger; [`Error::hint`] gives the next step.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The folder of an SQLite ledger can't be made or entered.
    #[error("failed to make the folder {} of the ledger", path.display())]
    Folder {
        /// The folder.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The file that claims an SQLite ledger can't be made.
    #[error("failed to make the file {} that claims the ledger", path.display())]
    ClaimFile {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// Another process has claimed it.
    #[error("another Lifeboat uses the ledger {location}")]
    Claimed {
        /// The ledger, without a password.
        location: String,
    },
    /// The claim was lost, and another process has had it since.
    #[error("the claim on the ledger {location} was lost, and another Lifeboat has used it since")]
    ClaimLost {
        /// The ledger, without a password.
        location: String,
    },
    /// A newer Lifeboat has changed its tables.
    #[error(
        "the ledger {location} was made by a newer Lifeboat: it has the schema {found}, and {known} is the newest known here"
    )]
    NewerSchema {
        /// The ledger, without a password.
        location: String,
        /// A version that is not known.
        found: i64,
        /// The newest version that is.
        known: i64,
    },
    /// Opened for reading, and its tables are not there yet.
    #[error("the ledger {location} has the schema {found}, and {known} is needed to read it")]
    OlderSchema {
        /// The ledger, without a password.
        location: String,
        /// The version found; 0 for none.
        found: i64,
        /// The version needed.
        known: i64,
    },
    /// Its tables can't be brought to the schema.
    #[error("failed to bring the ledger {location} to the schema {known}")]
    Migration {
        /// The ledger, without a password.
        location: String,
        /// The version wanted.
        known: i64,
        /// Why.
        source: MigrateError,
    },
    /// It was opened for reading.
    #[error("failed to {action}: the ledger {location} was opened for reading only")]
    OpenedForReading {
        /// What was tried.
        action: String,
        /// The ledger, without a password.
        location: String,
    },
    /// No answer in time.
    #[error("failed to {action}: the ledger {location} did not answer within {seconds} s")]
    NoAnswer {
        /// What was tried.
        action: String,
        /// The ledger, without a password.
        location: String,
        /// How long it was given.
        seconds: u64,
    },
    /// The database refused, or was not there.
    #[error("failed to {action}: {problem} (the ledger {location})")]
    Database {
        /// What was tried.
        action: String,
        /// The ledger, without a password.
        location: String,
        /// What kind of failure it is.
        problem: Problem,
        /// Why, in the words of the database.
        source: sqlx::Error,
    },
}

/// What kind of failure of a database it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Problem {
    /// No space is left.
    FullDisk,
    /// Another program holds a lock.
    Busy,
    /// It is no SQLite file.
    NotADatabase,
    /// The file is damaged.
    Corrupt,
    /// The file can't be opened, or its folder not be written to.
    NotAccessible,
    /// The file or the database may only be read.
    ReadOnly,
    /// The disk failed.
    DiskFailure,
    /// The server doesn't take this user or password.
    LoginRefused,
    /// The server has no such database.
    NoSuchDatabase,
    /// The user may not do this.
    NotAllowed,
    /// There is no connection to the server.
    Unreachable,
    /// The connection can't be secured.
    Tls,
    /// It took too long.
    TooSlow,
    /// It refers to an asset or incident that the ledger doesn't know.
    UnknownReference,
    /// What is stored can't be understood.
    Unreadable,
    /// Something else.
    Other,
}

impl Problem {
    pub(crate) fn of(error: &sqlx::Error) -> Self {
        match error {
            sqlx::Error::Database(database) => {
                database.try_downcast_ref::<SqliteError>().map_or_else(
                    || Self::of_postgres(database.code().as_deref()),
                    |_| {
                        let code = database.code().and_then(|code| code.parse().ok());
                        Self::of_sqlite(code.unwrap_or_default())
                    },
                )
            }
            sqlx::Error::Io(error) if is_full(error) => Self::FullDisk,
            sqlx::Error::Io(_)
            | sqlx::Error::Protocol(_)
            | sqlx::Error::PoolTimedOut
            | sqlx::Error::WorkerCrashed => Self::Unreachable,
            sqlx::Error::Tls(_) => Self::Tls,
            sqlx::Error::Decode(_)
            | sqlx::Error::ColumnDecode { .. }
            | sqlx::Error::ColumnNotFound(_)
            | sqlx::Error::RowNotFound => Self::Unreadable,
            _ => Self::Other,
        }
    }

    /// By extended result code: <https://www.sqlite.org/rescode.html>.
    fn of_sqlite(code: u32) -> Self {
        const UNKNOWN_REFERENCE: u32 = 787;
        const SHARED_MEMORY_TOO_SMALL: u32 = 4874;
        match (code, code & 0xff) {
            (UNKNOWN_REFERENCE, _) => Self::UnknownReference,
            // What a full disk does to the file of SQLite's shared memory.
            (SHARED_MEMORY_TOO_SMALL, _) | (_, 13) => Self::FullDisk,
            (_, 5 | 6) => Self::Busy,
            (_, 8) => Self::ReadOnly,
            (_, 10) => Self::DiskFailure,
            (_, 11) => Self::Corrupt,
            (_, 14) => Self::NotAccessible,
            (_, 26) => Self::NotADatabase,
            _ => Self::Other,
        }
    }

    /// By SQLSTATE: <https://www.postgresql.org/docs/current/errcodes-appendix.html>.
    fn of_postgres(code: Option<&str>) -> Self {
        let code = code.unwrap_or_default();
        match (code, code.get(..2).unwrap_or_default()) {
            ("53100", _) => Self::FullDisk,
            ("55P03" | "40P01", _) => Self::Busy,
            ("25006", _) => Self::ReadOnly,
            ("58030", _) => Self::DiskFailure,
            (_, "XX") => Self::Corrupt,
            (_, "28") => Self::LoginRefused,
            ("3D000", _) => Self::NoSuchDatabase,
            ("42501", _) => Self::NotAllowed,
            ("57014", _) => Self::TooSlow,
            ("23503", _) => Self::UnknownReference,
            ("53300" | "57P01" | "57P02" | "57P03" | "57P05", _) | (_, "08") => Self::Unreachable,
            _ => Self::Other,
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(match self {
            Self::FullDisk => "the disk is full",
            Self::Busy => "another program holds a lock on it",
            Self::NotADatabase => "the file is no SQLite database",
            Self::Corrupt => "the database is damaged",
            Self::NotAccessible => "the file can't be opened",
            Self::ReadOnly => "it may only be read",
            Self::DiskFailure => "the disk failed",
            Self::LoginRefused => "the server refused the login",
            Self::NoSuchDatabase => "the server has no such database",
            Self::NotAllowed => "the user has not the right to do this",
            Self::Unreachable => "the server can't be reached",
            Self::Tls => "the connection can't be secured",
            Self::TooSlow => "it took too long",
            Self::UnknownReference => "it belongs to something that the ledger doesn't know",
            Self::Unreadable => "what is stored there can't be understood",
            Self::Other => "the database refused",
        })
    }
}

/// Whether a file could not be written for lack of space.
pub(crate) fn is_full(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded
    )
}

impl Error {
    pub(crate) fn database(action: String, location: String, source: sqlx::Error) -> Self {
        Self::Database {
            action,
            location,
            problem: Problem::of(&source),
            source,
        }
    }

    /// What kind of failure of the database it is, if it is one.
    #[must_use]
    pub fn problem(&self) -> Option<Problem> {
        match self {
            Self::Database { problem, .. } => Some(*problem),
            Self::Folder { source, .. } | Self::ClaimFile { source, .. } if is_full(source) => {
                Some(Problem::FullDisk)
            }
            Self::Migration {
                source: MigrateError::Execute(error) | MigrateError::ExecuteMigration(error, _),
                ..
            } => Some(Problem::of(error)),
            _ => None,
        }
    }

    /// Whether the same may go well later: not if it is the data that the database refuses.
    #[must_use]
    pub fn may_pass(&self) -> bool {
        !matches!(
            self.problem(),
            Some(Problem::UnknownReference | Problem::Unreadable | Problem::Other)
        )
    }

    /// The next step for the person who reads the error, if there is one to name.
    #[must_use]
    pub fn hint(&self) -> Option<&'static str> {
        match self {
            Self::Claimed { .. } => Some(
                "each Lifeboat needs a ledger of its own: stop the other one, or give another \
                 place; a server may take half a minute to notice that a client has died",
            ),
            Self::ClaimLost { .. } => Some(
                "stop one of the two; then start this one again, so that it learns what the other \
                 one wrote",
            ),
            Self::NewerSchema { .. } => {
                Some("use the newer Lifeboat again, or give another place for the ledger")
            }
            Self::OlderSchema { .. } => {
                Some("start `lifeboat serve` with this ledger once: it brings it up to date")
            }
            Self::NoAnswer { .. } => {
                Some("check that the database is not overloaded and its disk not stuck")
            }
            Self::OpenedForReading { .. } => None,
            Self::Folder { .. } | Self::ClaimFile { .. } | Self::Migration { .. } => self
                .problem()
                .map_or(Problem::NotAccessible.hint(), Problem::hint),
            Self::Database { problem, .. } => problem.hint(),
        }
    }
}

impl Problem {
    const fn hint(self) -> Option<&'static str> {
        match self {
            Self::FullDisk => Some(
                "free some space; nothing was lost or half written, and a Lifeboat that serves \
                     goes on by itself",
            ),
            Self::Busy => {
                Some("look for another program that has the ledger open, such as a backup")
            }
            Self::NotADatabase => Some(
                "check the path; if it is the right one, put a backup of the file in its place",
            ),
            Self::Corrupt => Some(
                "put a backup of the ledger in its place, or move it away: Lifeboat begins a new \
                 one, and learns again which recovery points there are",
            ),
            Self::NotAccessible | Self::ReadOnly => Some(
                "Lifeboat writes the ledger and files beside it: check the rights on the folder, \
                 and that it is not mounted read-only",
            ),
            Self::DiskFailure => Some("look into the kernel's log, and check the disk"),
            Self::LoginRefused => Some(
                "check user and password; the password can also come from PGPASSWORD or a file \
                 named by PGPASSFILE",
            ),
            Self::NoSuchDatabase => Some("make it first: createdb lifeboat"),
            Self::NotAllowed => Some(
                "give the user the right to make tables: GRANT CREATE, USAGE ON SCHEMA public TO \
                 lifeboat",
            ),
            Self::Unreachable => {
                Some("check host and port, and that PostgreSQL runs and may be reached from here")
            }
            Self::Tls => Some("check sslmode and sslrootcert in the ledger's URL"),
            Self::TooSlow => {
                Some("check that the database is not overloaded, and that nothing locks it")
            }
            Self::Unreadable => {
                Some("if a newer Lifeboat has used this ledger, use the newer one again")
            }
            Self::UnknownReference | Self::Other => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    /// Those that no test can bring about with a real database of a few megabytes, and their kin.
    #[rstest]
    #[case("53100", Problem::FullDisk)]
    #[case("58030", Problem::DiskFailure)]
    #[case("XX001", Problem::Corrupt)]
    #[case("25006", Problem::ReadOnly)]
    #[case("57P03", Problem::Unreachable)]
    #[case("22001", Problem::Other)]
    fn a_code_of_postgresql_is_a_problem(#[case] code: &str, #[case] problem: Problem) {
        assert_eq!(Problem::of_postgres(Some(code)), problem);
    }

    #[rstest]
    #[case(13, Problem::FullDisk)]
    #[case(4874, Problem::FullDisk)]
    #[case(778, Problem::DiskFailure)]
    #[case(1032, Problem::ReadOnly)]
    #[case(517, Problem::Busy)]
    #[case(267, Problem::Corrupt)]
    #[case(1, Problem::Other)]
    fn a_code_of_sqlite_is_a_problem(#[case] code: u32, #[case] problem: Problem) {
        assert_eq!(Problem::of_sqlite(code), problem);
    }
}
