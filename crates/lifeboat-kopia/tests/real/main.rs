//! Real repositories, made by the real `kopia`, read through the crate: on a file system and on S3.
#![expect(clippy::unwrap_used, reason = "a panic in a helper is a failed test")]
#![expect(clippy::panic, reason = "a panic in a helper is a failed test")]

mod failures;
mod filesystem;
mod s3;
mod source;
mod traces;

use std::{path::Path, sync::Arc};

use jiff::{SignedDuration, Timestamp};
use lifeboat_controller::{AssetSpec, Care, Source};
use lifeboat_core::{
    KopiaRepositoryPolicy, Observation, Policy, RepositoryReading, SnapshotSource,
};
use lifeboat_kopia::{Error, KopiaSettings, KopiaSource, Reading, RepositoryName};
use lifeboat_repository::RequestCounters;
use lifeboat_testkit::{kopia::KopiaRepository, tools::tool};
use tempfile::TempDir;
use tokio::sync::Notify;

fn name() -> RepositoryName {
    RepositoryName {
        namespace: "backups".to_owned(),
        name: "kopia".to_owned(),
    }
}

/// A folder of repositories, in which `backups/kopia` is a mounted Secret.
struct Secrets {
    folder: TempDir,
    requests: Arc<RequestCounters>,
}

impl Secrets {
    fn of(repository: &KopiaRepository) -> Self {
        let secrets = Self {
            folder: tempfile::tempdir().unwrap(),
            requests: Arc::default(),
        };
        repository.write_secret(&secrets.path());
        secrets
    }

    fn path(&self) -> std::path::PathBuf {
        self.folder.path().join("backups/kopia")
    }

    fn set(&self, name: &str, text: &str) -> &Self {
        std::fs::write(self.path().join(name), text).unwrap();
        self
    }

    fn settings(&self) -> KopiaSettings {
        KopiaSettings {
            program: tool("kopia"),
            repositories: Some(self.folder.path().to_owned()),
            requests: Arc::clone(&self.requests),
        }
    }

    async fn read(&self) -> Result<Reading, Error> {
        lifeboat_kopia::read(&self.settings(), &name(), Timestamp::now()).await
    }

    async fn error(&self) -> Error {
        self.read().await.unwrap_err()
    }

    /// What the source says once it has read the repository.
    async fn observed(&self) -> Observation {
        let mut reader = Reader::start(self.settings());
        reader.observed().await
    }
}

/// A source whose policy names the repository.
struct Reader {
    source: KopiaSource,
    news: Arc<Notify>,
}

impl Reader {
    fn start(settings: KopiaSettings) -> Self {
        let mut source = KopiaSource::new(settings, Arc::new(Timestamp::now));
        source.heed(&[policy(&[name()])]);
        let news = Arc::new(Notify::new());
        source.tell_news(Arc::clone(&news));
        Self { source, news }
    }

    /// The next that is said of the repository.
    async fn next(&mut self) -> Observation {
        loop {
            let declared = self.source.changes(Timestamp::now()).unwrap();
            let assets = declared.map(|declared| declared.assets);
            if let Some(AssetSpec { care, .. }) = assets.unwrap_or_default().pop() {
                let Care::Observed(observation) = care else {
                    panic!("a repository of others is only observed");
                };
                return *observation;
            }
            self.news.notified().await;
        }
    }

    /// What is said of it once it was read, or could not be.
    async fn observed(&mut self) -> Observation {
        loop {
            let observation = self.next().await;
            let repository = observation.facts.repository.as_ref().unwrap();
            if repository.reading.is_some() || repository.failure.is_some() {
                return observation;
            }
        }
    }
}

fn policy(names: &[RepositoryName]) -> Policy {
    let repositories = names.iter().map(|name| KopiaRepositoryPolicy {
        namespace: name.namespace.clone(),
        name: name.name.clone(),
        every: SignedDuration::from_hours(6),
    });
    Policy {
        kopia_repositories: repositories.collect(),
        ..Policy::default()
    }
}

fn reading(observation: &Observation) -> &RepositoryReading {
    let repository = observation.facts.repository.as_ref().unwrap();
    assert_eq!(repository.failure, None);
    repository.reading.as_ref().unwrap()
}

fn source<'a>(reading: &'a RepositoryReading, name: &str) -> &'a SnapshotSource {
    let mut sources = reading.sources.iter();
    sources.find(|source| source.name == name).unwrap()
}

/// A folder with files of which half are alike.
fn data() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let noise: Vec<u8> = (0..2_000_000_u32)
        .flat_map(|number| number.wrapping_mul(2_654_435_761).to_be_bytes())
        .collect();
    write(folder.path(), "noise", &noise);
    write(folder.path(), "noise-again", &noise);
    write(
        folder.path(),
        "text",
        "a line like all others\n".repeat(100_000).as_bytes(),
    );
    folder
}

fn write(folder: &Path, name: &str, bytes: &[u8]) {
    std::fs::write(folder.join(name), bytes).unwrap();
}
