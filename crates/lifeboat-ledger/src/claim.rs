//! The claim: one Lifeboat at a time writes to a ledger.

use std::{
    fs::{self, File, TryLockError},
    path::{Path, PathBuf},
};

use sqlx::{AnyConnection, Executor, Row};

use crate::{Error, LedgerLocation, Problem, location::Place};

/// Takes the lock that ends with this very session. Waits a moment: a server needs one to notice
/// that a killed Lifeboat's session is over. The schema is part of the key, because a database may
/// hold a ledger in each.
const LOCK_SESSION: &str = "SET lock_timeout = '2s'; \
     SELECT pg_advisory_lock(hashtext('lifeboat ledger'), \
         hashtext(COALESCE(current_schema(), ''))); \
     SET lock_timeout = 0;";

/// Ends the session that holds this lock, if one does. Keys of locks are shown without their sign.
const END_HOLDER: &str = "SELECT COUNT(*) FROM (SELECT pg_terminate_backend(pid) AS ended \
     FROM pg_locks WHERE locktype = 'advisory' AND granted AND pid <> pg_backend_pid() \
         AND database = (SELECT oid FROM pg_database WHERE datname = current_database()) \
         AND classid::bigint = hashtext('lifeboat ledger')::bigint & 4294967295 \
         AND objid::bigint = \
             hashtext(COALESCE(current_schema(), ''))::bigint & 4294967295 \
         AND objsubid = 2) AS holders WHERE ended";

/// How often the holder's session is ended: one that connects anew at once may be quicker.
const TAKE_OVERS: usize = 3;

/// Claims an SQLite ledger by a lock on a file beside it. The lock goes with the returned file, and
/// so with the process, however it ends. Makes the ledger's folder first.
pub(crate) fn claim_file(path: &Path, location: &LedgerLocation) -> Result<File, Error> {
    let folder = match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    fs::create_dir_all(folder).map_err(|source| Error::Folder {
        path: folder.to_owned(),
        source,
    })?;
    // By whichever link the ledger is reached, the lock is the same.
    let path = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let path = lock_path(&path);
    let failed = |source| Error::ClaimFile {
        path: path.clone(),
        source,
    };
    let file = File::options()
        .create(true)
        .truncate(false)
        .write(true)
        .open(&path)
        .map_err(failed)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(Error::Claimed {
            location: location.to_string(),
        }),
        Err(TryLockError::Error(source)) => Err(failed(source)),
    }
}

fn lock_path(ledger: &Path) -> PathBuf {
    let mut path = ledger.as_os_str().to_owned();
    path.push(".lock");
    path.into()
}

/// Claims a PostgreSQL ledger for as long as this connection lives. SQLite's claim is a file.
pub(crate) async fn claim_session(
    connection: &mut AnyConnection,
    location: &LedgerLocation,
) -> Result<(), Error> {
    let Place::Postgres(_) = &location.0 else {
        return Ok(());
    };
    match connection.execute(LOCK_SESSION).await {
        Ok(_) => Ok(()),
        Err(error) if Problem::of(&error) == Problem::Busy => Err(Error::Claimed {
            location: location.to_string(),
        }),
        Err(error) => Err(Error::database(
            "claim the ledger".into(),
            location.to_string(),
            error,
        )),
    }
}

/// Claims a PostgreSQL ledger, and ends the session of whoever holds the claim: one that was stopped or
/// cut off holds it for as long as its connection seems to live.
pub(crate) async fn take_session_over(
    connection: &mut AnyConnection,
    location: &LedgerLocation,
) -> Result<(), Error> {
    for _ in 1..TAKE_OVERS {
        end_holder(connection, location).await?;
        match claim_session(connection, location).await {
            Err(Error::Claimed { .. }) => {}
            done => return done,
        }
    }
    end_holder(connection, location).await?;
    claim_session(connection, location).await
}

async fn end_holder(
    connection: &mut AnyConnection,
    location: &LedgerLocation,
) -> Result<(), Error> {
    let Place::Postgres(_) = &location.0 else {
        return Ok(());
    };
    let ended = sqlx::query(END_HOLDER).fetch_one(connection).await;
    ended.map(drop).map_err(|error| {
        let action = "end the session of the Lifeboat that had the ledger before".to_owned();
        Error::database(action, location.to_string(), error)
    })
}

/// Begins a new generation: whoever held the claim before can tell.
pub(crate) async fn next_generation(connection: &mut AnyConnection) -> Result<i64, sqlx::Error> {
    sqlx::query("UPDATE claim SET generation = generation + 1 RETURNING generation")
        .fetch_one(connection)
        .await?
        .try_get(0)
}

/// Writes the claim's row as it is: it fails if nothing can be written, and tells whether the
/// ledger is still in the generation of this claim.
pub(crate) async fn confirm_generation(
    connection: &mut AnyConnection,
    generation: i64,
) -> Result<bool, sqlx::Error> {
    let done = sqlx::query("UPDATE claim SET generation = generation WHERE generation = $1")
        .bind(generation)
        .execute(connection)
        .await?;
    Ok(done.rows_affected() == 1)
}
