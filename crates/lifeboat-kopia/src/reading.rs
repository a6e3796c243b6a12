//! A reading: all that one session with a repository finds out.

use std::{
    io::{self, Read},
    path::PathBuf,
    sync::Arc,
    time::Duration,
};

use jiff::Timestamp;
use lifeboat_repository::RequestCounters;

use crate::{
    Error, RepositoryName, RepositorySettings,
    documents::{BlobTotals, ContentTotals, Maintenance, RepositoryStatus, SnapshotList},
    session::Session,
};

/// How long each command of `kopia` may take. A listing of a million objects takes some minutes.
const DEADLINE: Duration = Duration::from_mins(15);
/// The most that a document of one piece may come to: its history is bounded by `kopia`.
const LARGEST_DOCUMENT: u64 = 32 * 1024 * 1024;

/// How repositories are read.
#[derive(Debug, Clone)]
pub struct KopiaSettings {
    /// The program `kopia`.
    pub program: PathBuf,
    /// The folder that has `<namespace>/<name>` for each repository, as a mounted Secret; none if
    /// nobody gave one.
    pub repositories: Option<PathBuf>,
    /// Counts requests to object stores.
    pub requests: Arc<RequestCounters>,
}

/// What a reading found.
#[derive(Debug, Clone, PartialEq)]
pub struct Reading {
    pub(crate) at: Timestamp,
    pub(crate) unique_id: String,
    pub(crate) storage: String,
    pub(crate) maintenance: Maintenance,
    pub(crate) snapshots: SnapshotList,
    pub(crate) blobs: BlobTotals,
    /// None if `kopia` tells them in a form of which nothing is known.
    pub(crate) contents: Option<ContentTotals>,
}

/// Reads a repository. Nothing is written to it, and none is made.
pub async fn read(
    settings: &KopiaSettings,
    name: &RepositoryName,
    at: Timestamp,
) -> Result<Reading, Error> {
    let repository = RepositorySettings::read(settings.repositories.as_deref(), name)?;
    let folder = tempfile::Builder::new()
        .prefix("lifeboat-kopia-")
        .tempdir()
        .map_err(Error::Folder)?;
    let session = Session {
        program: &settings.program,
        settings: &repository,
        requests: &settings.requests,
        deadline: DEADLINE,
        folder,
    };
    let reading = read_all(&session, at).await;
    // A reading that is given up drops the folder, and so removes it as well.
    let Session { folder, .. } = session;
    let removed = tokio::task::spawn_blocking(|| folder.close()).await;
    if let Err(error) = removed.map_err(io::Error::other).flatten() {
        tracing::warn!("the folder of a session with a Kopia repository stays behind: {error}");
    }
    reading
}

async fn read_all(session: &Session<'_>, at: Timestamp) -> Result<Reading, Error> {
    session.connect().await?;
    let status: RepositoryStatus = session
        .ask("repository status", &["--json"], document)
        .await?;
    let maintenance = session
        .ask("maintenance info", &["--json"], document)
        .await?;
    let snapshots = session
        .ask(
            "snapshot list",
            &["--all", "--incomplete", "--no-retention", "--json"],
            SnapshotList::read,
        )
        .await?;
    let blobs = session
        .ask("blob list", &["--json"], BlobTotals::read)
        .await?;
    let contents = session
        .ask("content stats", &["--raw"], |output| {
            let mut text = String::new();
            let mut output = output.take(LARGEST_DOCUMENT);
            output
                .read_to_string(&mut text)
                .map_err(serde_json::Error::io)?;
            Ok(ContentTotals::read(&text))
        })
        .await?;
    Ok(Reading {
        at,
        unique_id: status.unique_id_hex,
        storage: session.settings.storage.to_string(),
        maintenance,
        snapshots,
        blobs,
        contents,
    })
}

/// A document of one piece.
fn document<T: serde::de::DeserializeOwned>(output: &mut dyn Read) -> Result<T, serde_json::Error> {
    serde_json::from_reader(output.take(LARGEST_DOCUMENT))
}
