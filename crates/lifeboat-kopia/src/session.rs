//! A session: one connection to a repository, which only reads, and is gone with all it needed.

use std::{fs, io::Read, path::Path, sync::Arc, time::Duration};

use lifeboat_repository::{RequestCounters, RequestKind};
use tempfile::TempDir;

use crate::{Error, RepositorySettings, program::Call, requests, storage::Storage};

const CONNECT: &str = "repository connect";
/// What stands in the folder of every repository on a file system.
const FORMAT: &str = "kopia.repository.f";
const SHARDS: &str = ".shards";

/// A connection to a repository.
pub(crate) struct Session<'a> {
    pub(crate) program: &'a Path,
    pub(crate) settings: &'a RepositorySettings,
    pub(crate) requests: &'a Arc<RequestCounters>,
    /// How long each command may take.
    pub(crate) deadline: Duration,
    /// Configuration, cache and counts. The keys are in it, so that only Lifeboat may look into it.
    pub(crate) folder: TempDir,
}

impl Session<'_> {
    /// Connects, if there is a repository.
    pub(crate) async fn connect(&self) -> Result<(), Error> {
        if let Storage::Filesystem { path } = &self.settings.storage {
            check_folder(path)?;
        }
        let cache = self.folder.path().join("cache");
        let mut arguments = vec!["repository".to_owned(), "connect".to_owned()];
        arguments.extend(self.settings.storage.arguments());
        arguments.extend([
            "--readonly".to_owned(),
            "--no-check-for-updates".to_owned(),
            format!("--cache-directory={}", cache.display()),
        ]);
        let secrets = self.settings.storage.variables();
        let secrets = secrets
            .iter()
            .map(|(name, secret)| (*name, secret.reveal()));
        self.call(CONNECT, arguments, secrets.collect(), |_| Ok(()))
            .await
    }

    /// Asks for something, and hands what `kopia` writes to `take`.
    pub(crate) async fn ask<T: Send + 'static>(
        &self,
        command: &'static str,
        flags: &[&str],
        take: impl FnOnce(&mut dyn Read) -> Result<T, serde_json::Error> + Send + 'static,
    ) -> Result<T, Error> {
        let words = command.split(' ').chain(flags.iter().copied());
        let arguments = words.map(ToOwned::to_owned).collect();
        self.call(command, arguments, Vec::new(), take).await
    }

    async fn call<T: Send + 'static>(
        &self,
        command: &'static str,
        arguments: Vec<String>,
        mut variables: Vec<(&str, &str)>,
        take: impl FnOnce(&mut dyn Read) -> Result<T, serde_json::Error> + Send + 'static,
    ) -> Result<T, Error> {
        let counts = self.folder.path().join("counts");
        let config = self.folder.path().join("config");
        let mut all = vec![
            format!("--config-file={}", config.display()),
            format!("--diagnostics-output-directory={}", counts.display()),
        ];
        all.extend(QUIETLY.map(ToOwned::to_owned));
        all.extend(arguments);
        variables.push(("KOPIA_PASSWORD", self.settings.password.reveal()));
        let place = self.settings.storage.to_string();
        let call = Call {
            program: self.program,
            command,
            arguments: all,
            variables,
            home: self.folder.path(),
            deadline: self.deadline,
            place: &place,
        };
        let answer = call.run(take).await;
        self.count(&counts, command == CONNECT);
        answer
    }

    /// Counts what the last command asked of the store. One that was ended has left no counts.
    fn count(&self, folder: &Path, connects: bool) {
        if !self.settings.storage.is_object_store() {
            return;
        }
        let Ok(commands) = fs::read_dir(folder) else {
            return;
        };
        for command in commands.flatten() {
            let counts = command.path().join("kopia-metrics.prom");
            let Ok(metrics) = fs::read_to_string(&counts) else {
                continue;
            };
            let seen = requests::count(&metrics, self.requests);
            let opening = self.settings.storage.requests_to_open();
            let unseen = match (connects, seen) {
                (false, _) => opening,
                // To connect, it opens the store, looks whether there is a repository, and only if so
                // opens the store again, to be used and counted.
                (true, 0) => opening + 1,
                (true, _) => 2 * opening + 1,
            };
            self.requests.add(RequestKind::Read, unseen);
            if let Err(error) = fs::remove_file(&counts) {
                tracing::warn!("requests to a Kopia repository may be counted twice: {error}");
            }
        }
    }
}

/// Flags of every command: nothing is logged to files or into the repository, nobody is notified by
/// what the repository has in store for that, no maintenance is run, and operations are counted.
const QUIETLY: [&str; 7] = [
    "--disable-file-logging",
    "--disable-repository-log",
    "--error-notifications=never",
    "--log-level=error",
    "--metrics-store-on-exit",
    "--no-auto-maintenance",
    "--no-persist-credentials",
];

/// `kopia` writes `.shards` into a folder that has none, also where it is only to read: into an empty
/// one, and into that of a repository, which other clients then can't read any more.
fn check_folder(path: &Path) -> Result<(), Error> {
    let exists = |name: &str| {
        path.join(name)
            .try_exists()
            .map_err(|source| Error::RepositoryFolder {
                path: path.to_owned(),
                source,
            })
    };
    fs::read_dir(path).map_err(|source| Error::RepositoryFolder {
        path: path.to_owned(),
        source,
    })?;
    if !exists(FORMAT)? {
        return Err(Error::NoRepository {
            place: path.display().to_string(),
        });
    }
    if !exists(SHARDS)? {
        return Err(Error::NoShards(path.to_owned()));
    }
    Ok(())
}
