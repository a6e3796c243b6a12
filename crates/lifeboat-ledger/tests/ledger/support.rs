//! Ledgers of both kinds, each in a place of its own, and what tests put into them.

use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Weak};
use std::time::Duration;

use jiff::Timestamp;
use lifeboat_core::{
    AlertInstance, AlertKey, AlertState, AssetHistory, AssetId, Integrity, Operation, Outcome,
    RecoveryPoint, Run, RunEnd, RunId, RunTrigger, Severity,
};
use lifeboat_ledger::{Error, Ledger, LedgerLocation};
use lifeboat_testkit::postgres::Postgres;
use tempfile::TempDir;
use tokio::sync::Mutex;

/// The pause before a ledger is tried again that somebody else has.
const SHORTLY: Duration = Duration::from_millis(100);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Sqlite,
    Postgres,
}
pub(crate) use Kind::{Postgres as OnPostgres, Sqlite as OnSqlite};

/// A place for a ledger, and what goes away with it.
pub(crate) struct Home {
    pub(crate) location: LedgerLocation,
    folder: TempDir,
    pub(crate) server: Option<(Arc<Postgres>, String)>,
}

impl Home {
    pub(crate) async fn new(kind: Kind) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let server = match kind {
            Kind::Sqlite => None,
            Kind::Postgres => Some((shared_server().await, database_name())),
        };
        let location = match &server {
            None => folder
                .path()
                .join("new folder/ledger.db")
                .display()
                .to_string(),
            Some((server, name)) => server.create_database(name),
        };
        Self {
            location: location.parse().unwrap(),
            folder,
            server,
        }
    }

    /// Opens it, for a test that has given it up before. A server that another test of this program is
    /// just starting has the file of the lock for a moment, until it becomes a program of its own.
    pub(crate) async fn open(&self) -> Ledger {
        for _ in 0..20 {
            match Ledger::open(&self.location).await {
                Err(Error::Claimed { .. }) => tokio::time::sleep(SHORTLY).await,
                done => return done.unwrap(),
            }
        }
        Ledger::open(&self.location).await.unwrap()
    }

    /// The file of an SQLite ledger.
    pub(crate) fn file(&self) -> PathBuf {
        self.folder.path().join("new folder/ledger.db")
    }

    /// The place with its password, as a program takes it.
    pub(crate) fn argument(&self) -> String {
        match &self.server {
            None => self.file().display().to_string(),
            Some((server, name)) => server.url(name),
        }
    }

    /// A connection around the ledger.
    pub(crate) async fn connect(&self) -> sqlx::AnyConnection {
        sqlx::any::install_default_drivers();
        let url = match &self.server {
            None => format!("sqlite://{}", self.argument().replace(' ', "%20")),
            Some(_) => self.argument(),
        };
        <sqlx::AnyConnection as sqlx::Connection>::connect(&url)
            .await
            .unwrap()
    }
}

/// One server for all tests that run now; it goes away with the last of them.
async fn shared_server() -> Arc<Postgres> {
    static SERVER: Mutex<Weak<Postgres>> = Mutex::const_new(Weak::new());
    let mut shared = SERVER.lock().await;
    if let Some(server) = shared.upgrade() {
        return server;
    }
    let server = Arc::new(Postgres::start().await);
    *shared = Arc::downgrade(&server);
    server
}

fn database_name() -> String {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    format!("ledger_{}", NEXT.fetch_add(1, Ordering::Relaxed))
}

pub(crate) fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap()
}

pub(crate) fn asset(name: &str) -> AssetId {
    format!("Prometheus/monitoring/{name}").parse().unwrap()
}

pub(crate) fn backup(asset: &AssetId, id: &str, started_at: i64) -> Run {
    Run {
        id: RunId(id.to_owned()),
        asset: asset.clone(),
        operation: Operation::Backup,
        trigger: RunTrigger::CatchUp,
        scheduled_for: Some(at(started_at - 5)),
        attempt: 2,
        started_at: at(started_at),
        end: None,
    }
}

pub(crate) fn ended(mut run: Run, at_second: i64, outcome: Outcome) -> Run {
    run.end = Some(RunEnd::plain(at(at_second), outcome));
    run
}

/// Records runs of an asset that was seen, and returns what they come to.
pub(crate) async fn record(ledger: &Ledger, runs: &[Run]) -> AssetHistory {
    let mut history = AssetHistory::new(at(0));
    for run in runs {
        let folded = history.record(run);
        if run.end.is_none() {
            ledger.begin_run(run, folded).await.unwrap();
        } else {
            ledger.end_run(run, folded).await.unwrap();
        }
    }
    history
}

pub(crate) fn point(name: &str, taken_at: i64) -> RecoveryPoint {
    RecoveryPoint {
        name: name.to_owned(),
        taken_at: at(taken_at),
        bytes: Some(1 << 40),
        integrity: Integrity::Whole,
        verification: None,
        pinned: false,
    }
}

pub(crate) fn firing(alert: &str, asset: &AssetId, fired_at: Timestamp) -> AlertInstance {
    AlertInstance {
        key: AlertKey {
            alert: alert.to_owned(),
            asset: asset.clone(),
        },
        state: AlertState::Firing,
        severity: Severity::Critical,
        condition_since: at(10),
        active_at: at(20),
        fired_at: Some(fired_at),
        keep_firing_since: None,
        resolved_at: None,
        withheld: false,
        suppressed_by: None,
        summary: "no backup".to_owned(),
        description: "no backup for 26 h".to_owned(),
    }
}

pub(crate) fn resolved(mut instance: AlertInstance, resolved_at: i64) -> AlertInstance {
    instance.state = AlertState::Resolved;
    instance.resolved_at = Some(at(resolved_at));
    instance
}

/// The whole chain of an error, with its hint.
pub(crate) fn told(error: &Error) -> String {
    let mut text = error.to_string();
    let mut source = std::error::Error::source(error);
    while let Some(cause) = source {
        text = format!("{text}: {cause}");
        source = cause.source();
    }
    format!("{text}; hint: {}", error.hint().unwrap_or("none"))
}
