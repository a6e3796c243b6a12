//! Real Kopia repositories: made, filled, maintained and spoilt with the `kopia` program.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::time::Duration;

use tempfile::TempDir;

use crate::process::Process;
use crate::s3::{S3Bucket, hermetic};
use crate::tools::tool;
use crate::tree::tree;

/// A size that `kopia` takes longer than any test to read.
const ENDLESS: u64 = 1 << 40;
const WITHIN: Duration = Duration::from_mins(1);

/// A repository and the client that made it, `maintenance@volsync`, who maintains it.
#[derive(Debug)]
pub struct KopiaRepository {
    /// Configuration and cache of the client.
    folder: TempDir,
    secret: Vec<(&'static str, String)>,
}

impl KopiaRepository {
    /// The password of every repository.
    pub const PASSWORD: &str = "a password for tests";

    /// Makes a repository in a folder.
    #[must_use]
    pub fn in_folder(folder: &Path) -> Self {
        let url = format!("filesystem://{}", folder.display());
        let path = format!("--path={}", folder.display());
        Self::create(&["filesystem", &path], vec![("KOPIA_REPOSITORY", url)])
    }

    /// Makes a repository under a prefix of a bucket.
    #[must_use]
    pub fn in_bucket(bucket: &S3Bucket, prefix: &str) -> Self {
        let url = format!("s3://{}/{prefix}", bucket.bucket);
        let endpoint = bucket.endpoint.trim_start_matches("http://");
        let arguments = [
            "s3".to_owned(),
            format!("--bucket={}", bucket.bucket),
            format!("--prefix={prefix}/"),
            format!("--endpoint={endpoint}"),
            format!("--region={}", bucket.region),
            "--disable-tls".to_owned(),
        ];
        let secret = vec![
            ("KOPIA_REPOSITORY", url),
            ("AWS_S3_ENDPOINT", bucket.endpoint.clone()),
            ("AWS_REGION", bucket.region.clone()),
            ("AWS_ACCESS_KEY_ID", bucket.access_key_id.clone()),
            ("AWS_SECRET_ACCESS_KEY", bucket.secret_access_key.clone()),
        ];
        Self::create(&arguments.each_ref().map(String::as_str), secret)
    }

    fn create(arguments: &[&str], mut secret: Vec<(&'static str, String)>) -> Self {
        let folder = tempfile::tempdir()
            .unwrap_or_else(|error| panic!("failed to make a folder for kopia: {error}"));
        secret.push(("KOPIA_PASSWORD", Self::PASSWORD.to_owned()));
        let cache = format!(
            "--cache-directory={}",
            folder.path().join("cache").display()
        );
        let repository = Self { folder, secret };
        let mut all = vec!["repository", "create"];
        all.extend(arguments);
        all.extend([
            cache.as_str(),
            "--override-username=maintenance",
            "--override-hostname=volsync",
        ]);
        repository.run(&all);
        repository.run(&["policy", "set", "--global", "--compression=zstd"]);
        repository
    }

    /// The Secret that it is reached with, as `VolSync` has it: the name and the text of each file.
    #[must_use]
    pub fn secret(&self) -> &[(&'static str, String)] {
        &self.secret
    }

    /// Writes the Secret as it is mounted: a file for each of its keys.
    pub fn write_secret(&self, folder: &Path) {
        let written = fs::create_dir_all(folder).and_then(|()| {
            let mut files = self.secret.iter();
            files.try_for_each(|(name, text)| fs::write(folder.join(name), text))
        });
        written.unwrap_or_else(|error| panic!("failed to write a Secret: {error}"));
    }

    /// Runs a command of the client that made it, which must succeed.
    pub fn run(&self, arguments: &[&str]) {
        let output = self.try_run(arguments);
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(
            output.status.success(),
            "kopia {arguments:?} failed: {errors}"
        );
    }

    /// Runs a command of the client that made it, however it ends.
    #[must_use]
    pub fn try_run(&self, arguments: &[&str]) -> Output {
        self.command(arguments)
            .output()
            .unwrap_or_else(|error| panic!("failed to start kopia: {error}"))
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let own = |name: &str| self.folder.path().join(name).display().to_string();
        let mut command = Command::new(tool("kopia"));
        hermetic(&mut command)
            .arg(format!("--config-file={}", own("config")))
            .arg(format!("--log-dir={}", own("logs")))
            .arg("--no-persist-credentials")
            .args(arguments)
            .env("HOME", self.folder.path());
        for (name, text) in &self.secret {
            command.env(name, text);
        }
        command
    }

    /// Makes a snapshot of a folder under another name, such as `db@apps:/data`.
    pub fn snapshot(&self, folder: &Path, source: &str) {
        self.run(&snapshot_of(folder, source).each_ref().map(String::as_str));
    }

    /// Makes a snapshot that lacks a file: something that can't be read is among what it is to copy.
    pub fn snapshot_with_an_error(&self, source: &str) {
        self.run(&["policy", "set", "--global", "--ignore-unknown-types=false"]);
        let folder = self.own_folder("unreadable");
        fs::write(folder.join("readable"), "text")
            .unwrap_or_else(|error| panic!("failed to write a file: {error}"));
        let made = Command::new("mkfifo").arg(folder.join("pipe")).status();
        assert!(made.is_ok_and(|status| status.success()), "mkfifo failed");
        let arguments = snapshot_of(&folder, source);
        let output = self.try_run(&arguments.each_ref().map(String::as_str));
        assert!(!output.status.success(), "the snapshot has no error");
    }

    /// Begins a snapshot and ends it before it is complete, as the end of a pod does (SIGTERM).
    pub async fn snapshot_cut_short(&self, source: &str) {
        let folder = self.own_folder("endless");
        File::create(folder.join("endless"))
            .and_then(|file| file.set_len(ENDLESS))
            .unwrap_or_else(|error| panic!("failed to make a sparse file: {error}"));
        let arguments = snapshot_of(&folder, source);
        let command = self.command(&arguments.each_ref().map(String::as_str));
        let process = Process::spawn("kopia", command);
        process
            .wait_until("begin a snapshot", WITHIN, async || {
                process.log().contains("Snapshotting")
            })
            .await;
        process.terminate(WITHIN).await;
        let log = process.log();
        assert!(log.contains("Created partial snapshot"), "{log}");
    }

    /// Full maintenance at once, without the hours that it leaves for other clients.
    pub fn maintain(&self) {
        self.run(&FULL_MAINTENANCE);
    }

    /// Full maintenance that fails: there are packs to be joined, and they are spoilt. Only for a
    /// repository in the folder `repository`.
    pub fn fail_to_maintain(&self, repository: &Path) {
        let folder = self.own_folder("small");
        for text in ["one", "two", "three"] {
            fs::write(folder.join("file"), text.repeat(1000))
                .unwrap_or_else(|error| panic!("failed to write a file: {error}"));
            self.snapshot(&folder, "small@apps:/data");
        }
        let packs = repository.join("p");
        for pack in tree(&packs).keys() {
            spoil(&packs.join(pack));
        }
        self.forget_cache();
        let output = self.try_run(&FULL_MAINTENANCE);
        assert!(!output.status.success(), "spoilt packs were joined");
    }

    /// Lets the client forget what it has read.
    pub fn forget_cache(&self) {
        let cache = self.folder.path().join("cache");
        fs::remove_dir_all(&cache)
            .unwrap_or_else(|error| panic!("failed to remove kopia's cache: {error}"));
    }

    fn own_folder(&self, name: &str) -> PathBuf {
        let folder = self.folder.path().join(name);
        fs::create_dir_all(&folder)
            .unwrap_or_else(|error| panic!("failed to make a folder for kopia: {error}"));
        folder
    }
}

const FULL_MAINTENANCE: [&str; 4] = ["maintenance", "run", "--full", "--safety=none"];

fn snapshot_of(folder: &Path, source: &str) -> [String; 4] {
    [
        "snapshot".to_owned(),
        "create".to_owned(),
        folder.display().to_string(),
        format!("--override-source={source}"),
    ]
}

/// Turns every byte of a file over, so that no checksum is right any more.
pub fn spoil(file: &Path) {
    let spoilt = fs::read(file).and_then(|mut bytes| {
        for byte in &mut bytes {
            *byte = !*byte;
        }
        fs::write(file, bytes)
    });
    spoilt.unwrap_or_else(|error| panic!("failed to spoil {}: {error}", file.display()));
}
