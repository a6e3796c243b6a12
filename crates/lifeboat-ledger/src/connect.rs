//! Connections: how one is made, and what is set on it before its first query.

use std::{str::FromStr, time::Duration};

use sqlx::{
    AnyConnection, AnyPool, Connection, Executor,
    any::{AnyConnectOptions, AnyPoolOptions, install_default_drivers},
};
use url::Url;

use crate::{LedgerLocation, location::Place};

/// How many connections read at a time. With the writer's, a ledger has four at most.
const READERS: u32 = 3;

/// What a connection may do.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Access {
    /// Everything, and a missing file is made.
    Write,
    /// Queries only.
    Read,
}

/// Connects, with nothing set yet that limits how long a migration may take.
pub(crate) async fn connect(
    location: &LedgerLocation,
    access: Access,
) -> Result<AnyConnection, sqlx::Error> {
    AnyConnection::connect_with(&options(location, access)?).await
}

/// The connections that read, each made when it is first needed.
pub(crate) fn readers(
    location: &LedgerLocation,
    time_limit: Duration,
) -> Result<AnyPool, sqlx::Error> {
    let settings = session(location, Access::Read);
    Ok(AnyPoolOptions::new()
        .max_connections(READERS)
        .acquire_timeout(time_limit)
        .after_connect(move |connection, _| {
            Box::pin(async move { connection.execute(settings).await.map(drop) })
        })
        .connect_lazy_with(options(location, Access::Read)?))
}

/// The statements that every connection begins with.
///
/// In SQLite, each commit is on disk before it is acknowledged. A PostgreSQL server gives up on a
/// statement before the client does, so that the reason is known, and notices within half a minute
/// that a client has gone without a word: its claim must not outlive it for hours.
pub(crate) const fn session(location: &LedgerLocation, access: Access) -> &'static str {
    match (&location.0, access) {
        (Place::Sqlite(_), Access::Write) => {
            "PRAGMA busy_timeout = 5000; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; \
             PRAGMA foreign_keys = ON;"
        }
        (Place::Sqlite(_), Access::Read) => "PRAGMA busy_timeout = 5000; PRAGMA query_only = ON;",
        (Place::Postgres(_), Access::Write) => {
            "SET statement_timeout = '8s'; SET tcp_keepalives_idle = 10; \
             SET tcp_keepalives_interval = 5; SET tcp_keepalives_count = 3;"
        }
        (Place::Postgres(_), Access::Read) => {
            "SET statement_timeout = '8s'; SET default_transaction_read_only = on;"
        }
    }
}

fn options(location: &LedgerLocation, access: Access) -> Result<AnyConnectOptions, sqlx::Error> {
    install_default_drivers();
    match &location.0 {
        Place::Sqlite(path) => {
            let path = std::path::absolute(path)?;
            let url = Url::from_file_path(&path)
                .map_err(|()| sqlx::Error::Configuration("the path is not absolute".into()))?;
            let mode = match access {
                Access::Write => "rwc",
                Access::Read => "rw",
            };
            AnyConnectOptions::from_str(&format!("sqlite://{}?mode={mode}", url.path()))
        }
        Place::Postgres(url) => AnyConnectOptions::from_str(url.as_str()),
    }
}
