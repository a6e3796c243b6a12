//! Runs the real binary on a repository of its own, through a proxy that kills it or fails on purpose.
#![expect(clippy::unwrap_used, reason = "a panic in a helper is a failed test")]
#![expect(clippy::panic, reason = "a panic in a helper is a failed test")]
#![allow(
    dead_code,
    unused_imports,
    reason = "each of the test programs that share this file uses a part of it"
)]

mod killing;
mod objects;
mod sources;

use std::collections::BTreeSet;
use std::fs;
use std::future::Future;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use lifeboat_testkit::garage::Garage;
use lifeboat_testkit::proxy::Proxy;
use lifeboat_testkit::s3::{S3Bucket, hermetic};
use lifeboat_testkit::tree::tree;
use serde_json::Value;

pub(crate) use killing::{Kill, kill_before_metadata, requests_of, was_killed};
pub(crate) use objects::Objects;
pub(crate) use sources::Source;

/// Cases under way at once: more than cores, since a case waits for the server half of its time.
const THREADS: usize = 4;

/// Waits for a future; tests block, so that they can run their cases in plain threads.
pub(crate) fn wait<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap()
        .block_on(future)
}

/// Runs every case, a few at a time; a case that panics fails the test.
pub(crate) fn in_threads<Case: Sync>(cases: &[Case], run: impl Fn(&Case) + Sync) {
    let next = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for _ in 0..THREADS.min(cases.len()) {
            scope.spawn(|| {
                while let Some(case) = cases.get(next.fetch_add(1, Ordering::Relaxed)) {
                    run(case);
                }
            });
        }
    });
}

/// A Garage with one bucket.
pub(crate) struct Store {
    pub(crate) garage: Garage,
    pub(crate) bucket: S3Bucket,
}

impl Store {
    pub(crate) fn start() -> Self {
        wait(async {
            let garage = Garage::start().await;
            let bucket = garage.bucket("backups").await;
            Self { garage, bucket }
        })
    }

    /// A repository below a prefix of the bucket.
    pub(crate) fn place(&self, prefix: &str) -> Place {
        Place {
            url: format!("s3://{}/{prefix}", self.bucket.bucket),
            bucket: Some(self.bucket.clone()),
            options: Vec::new(),
        }
    }
}

/// A repository, the way to it, and the options of every command on it.
#[derive(Clone)]
pub(crate) struct Place {
    pub(crate) url: String,
    pub(crate) bucket: Option<S3Bucket>,
    pub(crate) options: Vec<String>,
}

impl Place {
    /// A repository in a folder.
    pub(crate) fn folder(folder: &Path) -> Self {
        Self {
            url: format!("file://{}", folder.display()),
            bucket: None,
            options: Vec::new(),
        }
    }

    /// The same repository through a proxy.
    pub(crate) fn through(&self, proxy: &Proxy) -> Self {
        let bucket = self.bucket.as_ref();
        Self {
            bucket: bucket.map(|bucket| bucket.through(&proxy.url())),
            ..self.clone()
        }
    }

    /// The same repository with more options to every command.
    pub(crate) fn with(&self, options: &[&str]) -> Self {
        let mut more = self.clone();
        more.options
            .extend(options.iter().map(|option| (*option).to_owned()));
        more
    }

    /// A command line that knows this repository and nothing of this machine's settings.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_lifeboat"));
        hermetic(&mut command);
        for (name, _) in std::env::vars_os() {
            let text = name.to_string_lossy();
            if text.starts_with("LIFEBOAT_") || text.starts_with("RETENTION_") {
                command.env_remove(&name);
            }
        }
        if let Some(bucket) = &self.bucket {
            bucket.apply(&mut command);
        }
        command
            .args(arguments)
            .args(["--repository", &self.url])
            .args(&self.options);
        command
    }

    /// Runs a command to its end.
    pub(crate) fn run(&self, arguments: &[&str]) -> Ran {
        Ran::of(self.command(arguments))
    }

    pub(crate) fn back_up(&self, source: &Path) -> Ran {
        self.run(&backup_of(source))
    }

    pub(crate) fn restore(&self, backup: &str, target: &Path) -> Ran {
        self.run(&restore_of(backup, target))
    }

    /// Every object or file of the repository, staged files included, past Lifeboat.
    pub(crate) fn keys(&self) -> BTreeSet<String> {
        match self.folder_path() {
            None => self.objects().keys(),
            Some(folder) => {
                let files = tree(folder);
                let text = |path: PathBuf| path.to_str().unwrap().to_owned();
                files.into_keys().map(text).collect()
            }
        }
    }

    /// Fails unless the repository holds just what its backups need.
    pub(crate) fn has_no_orphan(&self) {
        let (documents, left): (BTreeSet<String>, BTreeSet<String>) = self
            .keys()
            .into_iter()
            .filter(|key| !key.starts_with("clock/"))
            .partition(|key| key.starts_with("backups/"));
        let mut needed = BTreeSet::new();
        for key in &documents {
            let folder = key.rsplit_once('/').unwrap().0;
            let of_backup = documents.contains(&format!("{folder}/metadata.json"));
            assert!(of_backup, "{key} in {} is of no backup", self.url);
        }
        for key in documents
            .iter()
            .filter(|key| key.ends_with("/metadata.json"))
        {
            let metadata: Value = serde_json::from_slice(&self.read(key)).unwrap();
            for block in metadata["blocks"].as_array().unwrap() {
                let files = block["files"].as_array().unwrap().iter();
                needed.extend(files.map(|file| file["key"].as_str().unwrap().to_owned()));
            }
        }
        assert_eq!(left, needed, "{}", self.url);
    }

    /// What an object or file of the repository holds.
    pub(crate) fn read(&self, key: &str) -> Vec<u8> {
        match self.folder_path() {
            None => self.objects().read(key),
            Some(folder) => fs::read(folder.join(key)).unwrap(),
        }
    }

    fn folder_path(&self) -> Option<&Path> {
        self.url.strip_prefix("file://").map(Path::new)
    }

    /// The objects in the bucket, past Lifeboat.
    pub(crate) fn objects(&self) -> Objects {
        let bucket = self.bucket.as_ref().unwrap();
        let of_bucket = format!("s3://{}/", bucket.bucket);
        Objects::new(bucket, self.url.strip_prefix(&of_bucket).unwrap())
    }

    /// Fails unless every backup that is there can be read and is good at that level. Gives their
    /// ids, oldest first.
    pub(crate) fn all_good(&self, level: &str) -> Vec<String> {
        let verify = ["backups", "verify", "--level", level, "--output", "json"];
        let ran = self.run(&verify);
        if ran.code == Some(1) && ran.stderr.contains("holds no backup") {
            return Vec::new();
        }
        let report = ran.succeeded().json();
        let backups = report["backups"].as_array().unwrap().iter();
        backups
            .map(|backup| backup["id"].as_str().unwrap().to_owned())
            .collect()
    }

    /// Restores a backup and fails unless it equals `source`.
    pub(crate) fn restores(&self, backup: &str, source: &Path) {
        let scratch = tempfile::tempdir().unwrap();
        let target = scratch.path().join("restored");
        self.restore(backup, &target).succeeded();
        assert_eq!(tree(&target), tree(source), "{} of {}", backup, self.url);
    }
}

/// The arguments of a backup of a folder of blocks.
pub(crate) fn backup_of(source: &Path) -> [&str; 4] {
    [
        "backup",
        "prometheus",
        "--from-snapshot",
        source.to_str().unwrap(),
    ]
}

/// The arguments of a restore.
pub(crate) fn restore_of<'a>(backup: &'a str, target: &'a Path) -> [&'a str; 5] {
    [
        "backups",
        "restore",
        backup,
        "--target",
        target.to_str().unwrap(),
    ]
}

/// A command that ended by itself.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
    command: String,
}

impl Ran {
    fn of(mut command: Command) -> Self {
        let output = command.output().unwrap();
        Self {
            code: output.status.code(),
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
            command: format!("{command:?}"),
        }
    }

    /// Whether it ended well; any end but 0 and 1, such as a panic's, fails the test.
    pub(crate) fn is_success(&self) -> bool {
        assert!(
            matches!(self.code, Some(0 | 1)),
            "neither success nor an error: {self:#?}"
        );
        self.code == Some(0)
    }

    pub(crate) fn succeeded(self) -> Self {
        assert_eq!(self.code, Some(0), "{self:#?}");
        self
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.stdout)
            .unwrap_or_else(|error| panic!("not JSON, {error}: {self:#?}"))
    }
}

/// Prunes until nothing waits for a grace of no time, and fails unless just what the backups need
/// is left.
pub(crate) fn leave_no_orphan(places: &[Place], retention: &[&str]) {
    let prune = [&["backups", "prune", "--grace", "0s"], retention].concat();
    // The first prune gives up the runs that were killed, the second sweeps what they left.
    for _ in 0..2 {
        outlast_grace();
        in_threads(places, |place| drop(place.run(&prune).succeeded()));
    }
    in_threads(places, Place::has_no_orphan);
}

/// Waits until a grace of no time is over for what is there now: stores count whole seconds.
pub(crate) fn outlast_grace() {
    std::thread::sleep(Duration::from_millis(2100));
}
