//! The schema: embedded migrations, and the refusal of what a newer Lifeboat has made.

use sqlx::{
    AnyConnection,
    migrate::{MigrateError, Migrator},
};

use crate::{Error, LedgerLocation};

static MIGRATIONS: Migrator = sqlx::migrate!();

fn known() -> i64 {
    MIGRATIONS.iter().map(|one| one.version).max().unwrap_or(0)
}

/// Brings the tables to the newest schema.
pub(crate) async fn migrate(
    connection: &mut AnyConnection,
    location: &LedgerLocation,
) -> Result<(), Error> {
    let location = location.to_string();
    MIGRATIONS
        .run(connection)
        .await
        .map_err(|source| match source {
            MigrateError::VersionMissing(found) => Error::NewerSchema {
                location,
                found,
                known: known(),
            },
            MigrateError::Execute(source) => {
                Error::database("look up the schema".into(), location, source)
            }
            source => Error::Migration {
                location,
                known: known(),
                source,
            },
        })
}

/// The version found in a ledger is exactly the one known here, or reading it would fail later on.
pub(crate) fn check(found: i64, location: &LedgerLocation) -> Result<(), Error> {
    let (location, known) = (location.to_string(), known());
    match found.cmp(&known) {
        std::cmp::Ordering::Greater => Err(Error::NewerSchema {
            location,
            found,
            known,
        }),
        std::cmp::Ordering::Less => Err(Error::OlderSchema {
            location,
            found,
            known,
        }),
        std::cmp::Ordering::Equal => Ok(()),
    }
}
