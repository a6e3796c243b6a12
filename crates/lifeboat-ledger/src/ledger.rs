//! The ledger itself: opened and claimed, read through a small pool, written one transaction at a time.

use std::{fs, fs::File, path::Path, time::Duration};

use sqlx::{AnyConnection, AnyPool, Connection, Executor, Row};
use tokio::{sync::Mutex, time::timeout};

use crate::{
    Error, LedgerLocation, Problem, claim,
    connect::{self, Access},
    location::Place,
    schema,
};

/// How long a query or a transaction may take before it is given up: a database that hangs gives
/// an error, and nobody hangs with it.
pub const TIME_LIMIT: Duration = Duration::from_secs(10);

/// How long a migration may take: a large table may have to be written anew.
const MIGRATION_TIME_LIMIT: Duration = Duration::from_mins(10);

/// The history of everything that Lifeboat saw and did.
#[derive(Debug)]
pub struct Ledger {
    location: LedgerLocation,
    readers: AnyPool,
    /// None if it was opened for reading.
    writer: Option<Writer>,
}

/// The right to write, and the one connection that has it.
#[derive(Debug)]
struct Writer {
    /// None after the connection was lost, until the next write makes a new one.
    connection: Mutex<Option<AnyConnection>>,
    /// The generation that began with this claim.
    generation: i64,
    /// The claim on an SQLite ledger.
    _claim: Option<File>,
}

impl Ledger {
    /// Opens a ledger for reading and writing, makes it if it isn't there, brings its tables to the
    /// newest schema, and claims it.
    ///
    /// An SQLite ledger is claimed by a lock on `<file>.lock`, held until this value or the process
    /// is gone. A PostgreSQL ledger is claimed by an advisory lock of the session that writes. When
    /// that session is lost, so is the right to write: the next write connects and claims anew, and
    /// goes on only if nobody else has claimed the ledger in between ([`Error::ClaimLost`]). A
    /// connection pooler must therefore leave sessions whole.
    pub async fn open(location: &LedgerLocation) -> Result<Self, Error> {
        Self::open_claimed(location, claim::claim_session).await
    }

    /// Opens a ledger as [`Ledger::open`] does, and takes the claim on a PostgreSQL ledger from whoever
    /// holds it: that one's session is ended, and it writes no more. For those only who know by other
    /// means that nobody else may write. A file's claim can't be taken.
    pub async fn take_over(location: &LedgerLocation) -> Result<Self, Error> {
        Self::open_claimed(location, claim::take_session_over).await
    }

    async fn open_claimed(
        location: &LedgerLocation,
        claim_session: impl AsyncFnOnce(&mut AnyConnection, &LedgerLocation) -> Result<(), Error>,
    ) -> Result<Self, Error> {
        let file = match &location.0 {
            Place::Sqlite(path) => Some(claim::claim_file(path, location)?),
            Place::Postgres(_) => None,
        };
        let mut connection = in_time(location, "open the ledger", async {
            let mut connection = connect::connect(location, Access::Write)
                .await
                .map_err(|error| failed(location, "open the ledger", error))?;
            claim_session(&mut connection, location).await?;
            if let Place::Sqlite(_) = &location.0 {
                connection
                    .execute(connect::session(location, Access::Write))
                    .await
                    .map_err(|error| failed(location, "open the ledger", error))?;
            }
            Ok(connection)
        })
        .await?;
        timeout(
            MIGRATION_TIME_LIMIT,
            schema::migrate(&mut connection, location),
        )
        .await
        .map_err(|_| no_answer(location, "prepare the ledger", MIGRATION_TIME_LIMIT))??;
        let generation = in_time(location, "claim the ledger", async {
            async {
                connection
                    .execute(connect::session(location, Access::Write))
                    .await?;
                claim::next_generation(&mut connection).await
            }
            .await
            .map_err(|error| failed(location, "claim the ledger", error))
        })
        .await?;
        Ok(Self {
            location: location.clone(),
            readers: readers(location)?,
            writer: Some(Writer {
                connection: Mutex::new(Some(connection)),
                generation,
                _claim: file,
            }),
        })
    }

    /// Opens a ledger for reading only, without a claim, beside whoever writes to it. It must be
    /// there, and have the schema that is known here.
    pub async fn open_read_only(location: &LedgerLocation) -> Result<Self, Error> {
        let ledger = Self {
            location: location.clone(),
            readers: readers(location)?,
            writer: None,
        };
        let found: i64 = ledger
            .read("open the ledger", async |connection| {
                sqlx::query("SELECT MAX(version) FROM _sqlx_migrations")
                    .fetch_one(connection)
                    .await?
                    .try_get::<Option<i64>, _>(0)
            })
            .await?
            .unwrap_or(0);
        schema::check(found, location)?;
        Ok(ledger)
    }

    /// Where it is.
    #[must_use]
    pub fn location(&self) -> &LedgerLocation {
        &self.location
    }

    /// Whether it can be written to now, and is still this process's own. Writes one row.
    pub async fn check(&self) -> Result<(), Error> {
        let generation = self.writer.as_ref().map(|writer| writer.generation);
        let confirmed = self
            .write("check the ledger", async |connection| {
                claim::confirm_generation(connection, generation.unwrap_or_default()).await
            })
            .await?;
        if confirmed {
            Ok(())
        } else {
            Err(self.claim_lost())
        }
    }

    /// How large it is, in bytes: the files of SQLite, or PostgreSQL's whole database.
    pub async fn size_bytes(&self) -> Result<u64, Error> {
        let action = "learn the size of the ledger";
        let Place::Sqlite(path) = &self.location.0 else {
            let bytes: i64 = self
                .read(action, async |connection| {
                    sqlx::query("SELECT pg_database_size(current_database())")
                        .fetch_one(connection)
                        .await?
                        .try_get(0)
                })
                .await?;
            return Ok(bytes.cast_unsigned());
        };
        let mut log = path.clone().into_os_string();
        log.push("-wal");
        let ledger = fs::metadata(path)
            .map_err(|error| failed(&self.location, action, error.into()))?
            .len();
        // There is no log where everything has been moved into the ledger.
        Ok(ledger + fs::metadata(Path::new(&log)).map_or(0, |log| log.len()))
    }

    /// Ends every connection, and with them the claim.
    pub async fn close(self) {
        self.readers.close().await;
        let connection = self
            .writer
            .and_then(|writer| writer.connection.into_inner());
        if let Some(connection) = connection {
            // It ends one way or the other; there is nothing unwritten that could be lost.
            drop(timeout(TIME_LIMIT, connection.close()).await);
        }
    }

    /// Reads over one of the connections for it.
    pub(crate) async fn read<T>(
        &self,
        action: &str,
        work: impl AsyncFnOnce(&mut AnyConnection) -> Result<T, sqlx::Error>,
    ) -> Result<T, Error> {
        in_time(&self.location, action, async {
            async {
                let mut connection = self.readers.acquire().await?;
                work(&mut connection).await
            }
            .await
            .map_err(|error| failed(&self.location, action, error))
        })
        .await
    }

    /// Writes in one transaction: all of `work`, or nothing.
    pub(crate) async fn write<T>(
        &self,
        action: &str,
        work: impl AsyncFnOnce(&mut AnyConnection) -> Result<T, sqlx::Error>,
    ) -> Result<T, Error> {
        let Some(writer) = &self.writer else {
            return Err(Error::OpenedForReading {
                action: action.to_owned(),
                location: self.location.to_string(),
            });
        };
        in_time(&self.location, action, async {
            let mut slot = writer.connection.lock().await;
            let mut connection = self.begin(writer, slot.take(), action).await?;
            // From here on, whoever gives up waiting drops the connection and thereby the
            // transaction. It only goes back into its place in a known state.
            let written = match work(&mut connection).await {
                Ok(value) => connection.execute("COMMIT").await.map(|_| value),
                Err(error) => Err(error),
            };
            if written.is_ok() || connection.execute("ROLLBACK").await.is_ok() {
                *slot = Some(connection);
            }
            written.map_err(|error| failed(&self.location, action, error))
        })
        .await
    }

    /// A connection that holds the claim and has a transaction open. One that was lost since the
    /// last write, as when the server was started again, is replaced.
    async fn begin(
        &self,
        writer: &Writer,
        connection: Option<AnyConnection>,
        action: &str,
    ) -> Result<AnyConnection, Error> {
        // A transaction that takes its lock later could find that it has read what is old by then.
        let begin = match &self.location.0 {
            Place::Sqlite(_) => "BEGIN IMMEDIATE",
            Place::Postgres(_) => "BEGIN",
        };
        let failed = |error| failed(&self.location, action, error);
        if let Some(mut connection) = connection {
            match connection.execute(begin).await {
                Ok(_) => return Ok(connection),
                Err(error) if Problem::of(&error) == Problem::Unreachable => {}
                Err(error) => return Err(failed(error)),
            }
        }
        let mut connection = connect::connect(&self.location, Access::Write)
            .await
            .map_err(failed)?;
        claim::claim_session(&mut connection, &self.location).await?;
        connection
            .execute(connect::session(&self.location, Access::Write))
            .await
            .map_err(failed)?;
        connection.execute(begin).await.map_err(failed)?;
        if claim::confirm_generation(&mut connection, writer.generation)
            .await
            .map_err(failed)?
        {
            Ok(connection)
        } else {
            Err(self.claim_lost())
        }
    }

    fn claim_lost(&self) -> Error {
        Error::ClaimLost {
            location: self.location.to_string(),
        }
    }
}

fn readers(location: &LedgerLocation) -> Result<AnyPool, Error> {
    connect::readers(location, TIME_LIMIT)
        .map_err(|error| failed(location, "open the ledger", error))
}

fn failed(location: &LedgerLocation, action: &str, error: sqlx::Error) -> Error {
    Error::database(action.to_owned(), location.to_string(), error)
}

fn no_answer(location: &LedgerLocation, action: &str, limit: Duration) -> Error {
    Error::NoAnswer {
        action: action.to_owned(),
        location: location.to_string(),
        seconds: limit.as_secs(),
    }
}

async fn in_time<T>(
    location: &LedgerLocation,
    action: &str,
    work: impl Future<Output = Result<T, Error>>,
) -> Result<T, Error> {
    timeout(TIME_LIMIT, work)
        .await
        .unwrap_or_else(|_| Err(no_answer(location, action, TIME_LIMIT)))
}
