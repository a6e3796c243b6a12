//! Real backups of a real PostgreSQL: its WAL archived and its base backups made by barman-cloud, as
//! CloudNativePG's instances do it.

use std::path::Path;
use std::process::{Command, Output};
use std::time::Duration;

use crate::postgres::Postgres;
use crate::s3::S3Bucket;
use crate::tools::tool;

const WITHIN: Duration = Duration::from_mins(1);

/// A server whose WAL goes to a bucket, until it is dropped.
#[derive(Debug)]
pub struct ArchivedServer {
    postgres: Postgres,
    bucket: S3Bucket,
    /// Where in the bucket.
    prefix: String,
    /// The folder there.
    name: String,
    compression: Option<&'static str>,
}

impl ArchivedServer {
    /// Starts a server that archives to `<bucket>/<prefix>/<name>`. `compression` is an option of
    /// barman-cloud such as `--gzip`.
    pub async fn start(
        bucket: &S3Bucket,
        prefix: &str,
        name: &str,
        compression: Option<&'static str>,
    ) -> Self {
        let variables = bucket.variables();
        let variables = variables.map(|(name, value)| format!("{name}={value}"));
        let archive = format!(
            "archive_command=env {} {} {} --endpoint-url {} s3://{}/{prefix} {name} %p",
            variables.join(" "),
            tool("barman-cloud-wal-archive").display(),
            compression.unwrap_or_default(),
            bucket.endpoint,
            bucket.bucket,
        );
        let postgres = Postgres::start_with(&["fsync=off", "archive_mode=on", &archive]).await;
        postgres.execute("postgres", "CREATE TABLE ledger (entry text)");
        Self {
            postgres,
            bucket: bucket.clone(),
            prefix: prefix.to_owned(),
            name: name.to_owned(),
            compression,
        }
    }

    /// Where it archives to, such as `s3://bucket/prefix`.
    #[must_use]
    pub fn destination(&self) -> String {
        format!("s3://{}/{}", self.bucket.bucket, self.prefix)
    }

    /// Makes a base backup and returns its id.
    #[must_use]
    pub fn back_up(&self) -> String {
        let before = self.folders();
        let output = self.try_to_back_up();
        assert!(
            output.status.success(),
            "barman-cloud-backup failed: {}",
            String::from_utf8_lossy(&output.stderr)
        );
        self.new_folder(&before)
    }

    /// Has a base backup fail half-way, at a file that it can't read, and returns its id.
    #[must_use]
    pub fn fail_to_back_up(&self) -> String {
        let before = self.folders();
        let file = self.postgres.data().join("base/unreadable");
        self.postgres.run_as_owner(
            Path::new("/bin/sh"),
            &["-c", &format!("touch {0} && chmod 000 {0}", file.display())],
        );
        let output = self.try_to_back_up();
        self.postgres
            .run_as_owner(Path::new("/bin/rm"), &["-f", &file.display().to_string()]);
        assert!(!output.status.success(), "a backup read what it can't");
        self.new_folder(&before)
    }

    fn try_to_back_up(&self) -> Output {
        let mut command = self.postgres.command_as_owner(&tool("barman-cloud-backup"));
        self.bucket.apply(&mut command);
        command
            // It names its folders after local times.
            .env("TZ", "UTC")
            .args(self.compression)
            .arg("--immediate-checkpoint")
            .args(["--endpoint-url", &self.bucket.endpoint])
            .args(["-d", &self.postgres.connection_string("postgres")])
            .arg(self.destination())
            .arg(&self.name)
            .output()
            .unwrap_or_else(|error| panic!("failed to start barman-cloud-backup: {error}"))
    }

    /// Writes something and waits until the WAL of it is archived; returns the segment's name.
    pub async fn write_wal(&self) -> String {
        let sql = "INSERT INTO ledger VALUES ('entry'); SELECT pg_walfile_name(pg_current_wal_insert_lsn())";
        let segment = self.postgres.query("postgres", sql);
        let segment = segment.lines().last().unwrap_or_default().to_owned();
        drop(self.postgres.query("postgres", "SELECT pg_switch_wal()"));
        let sql = format!(
            "SELECT last_archived_wal >= '{segment}' FROM pg_stat_archiver WHERE last_archived_wal IS NOT NULL"
        );
        let begun = std::time::Instant::now();
        while self.postgres.query("postgres", &sql) != "t" {
            assert!(begun.elapsed() < WITHIN, "{segment} was not archived");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        segment
    }

    /// Ends the server and has it go on as a new timeline, as a standby does that is promoted.
    pub async fn change_timeline(&mut self) {
        self.postgres.promote_itself().await;
        self.write_wal().await;
    }

    /// Removes an object: a base backup's `backup.info` or data, or a WAL segment.
    pub fn remove(&self, key: &str) {
        self.store(&["rm", &self.url(key)]);
    }

    /// Moves an object to another key.
    pub fn rename(&self, from: &str, to: &str) {
        self.store(&["mv", &self.url(from), &self.url(to)]);
    }

    /// The text of an object.
    #[must_use]
    pub fn text(&self, key: &str) -> String {
        self.store(&["cat", &self.url(key)])
    }

    /// The key of a segment's object.
    #[must_use]
    pub fn key_of(&self, segment: &str) -> String {
        let extension = match self.compression {
            Some("--gzip") => ".gz",
            _ => "",
        };
        format!("wals/{}/{segment}{extension}", &segment[..16])
    }

    fn url(&self, key: &str) -> String {
        format!("{}/{}/{key}", self.destination(), self.name)
    }

    fn folders(&self) -> Vec<String> {
        let mut command = self.s5cmd();
        let output = command.args(["ls", &self.url("base/")]).output();
        // s5cmd fails where there is nothing to list.
        let output = output.unwrap_or_else(|error| panic!("failed to start s5cmd: {error}"));
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        let folders = text.split_whitespace();
        let folders = folders.filter_map(|word| word.strip_suffix('/'));
        folders.map(str::to_owned).collect()
    }

    fn new_folder(&self, before: &[String]) -> String {
        let mut folders = self.folders();
        folders.retain(|folder| !before.contains(folder));
        assert_eq!(folders.len(), 1, "new folders of backups");
        folders.remove(0)
    }

    fn store(&self, arguments: &[&str]) -> String {
        let output = self.s5cmd().args(arguments).output();
        let output = output.unwrap_or_else(|error| panic!("failed to start s5cmd: {error}"));
        assert!(
            output.status.success(),
            "s5cmd {arguments:?} failed: {}",
            String::from_utf8_lossy(&output.stderr)
        );
        String::from_utf8_lossy(&output.stdout).into_owned()
    }

    fn s5cmd(&self) -> Command {
        let mut command = Command::new(tool("s5cmd"));
        self.bucket.apply(&mut command);
        command.args(["--endpoint-url", &self.bucket.endpoint]);
        command
    }

    /// Writes the Secret with which the bucket is reached, as it is mounted.
    pub fn write_secret(bucket: &S3Bucket, folder: &Path) {
        let files = [
            ("ACCESS_KEY_ID", &bucket.access_key_id),
            ("ACCESS_SECRET_KEY", &bucket.secret_access_key),
            ("ACCESS_REGION", &bucket.region),
        ];
        let written = std::fs::create_dir_all(folder).and_then(|()| {
            let mut files = files.into_iter();
            files.try_for_each(|(name, text)| std::fs::write(folder.join(name), text))
        });
        written.unwrap_or_else(|error| panic!("failed to write a Secret: {error}"));
    }
}
