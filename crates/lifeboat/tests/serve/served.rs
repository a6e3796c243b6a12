//! A `lifeboat serve` of a test's own: its folder, its resources, and a clock that the test can set.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus};
use std::time::{Duration, Instant};

use lifeboat_testkit::ports::free_port;
use lifeboat_testkit::process::Process;
use lifeboat_testkit::prometheus::Prometheus;
use lifeboat_testkit::s3::S3Bucket;
use lifeboat_testkit::{http, tools::fake_clock};
use serde_json::Value;
use tempfile::TempDir;

use crate::support::{LIFEBOAT, Ran, clean, lifeboat, run};

/// How long anything may take that a test waits for; far longer than it does.
const PATIENCE: Duration = Duration::from_mins(3);

/// More lines for [`Setup::declare`]: a backup at once, and none again by itself for a long time.
pub(crate) const ONCE: &str = "immediate: true\nschedule: \"0 0 1 1 *\"\nretries: {limit: 0}";

/// What a Lifeboat is started with, more than once if a test wants to see a restart.
pub(crate) struct Setup {
    folder: TempDir,
    port: u16,
    ledger: String,
    arguments: Vec<String>,
    variables: Vec<(String, String)>,
}

impl Setup {
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("resources")).unwrap();
        let setup = Self {
            ledger: folder.path().join("ledger.db").display().to_string(),
            folder,
            port: free_port(),
            arguments: Vec::new(),
            variables: Vec::new(),
        };
        setup.set_clock("+0");
        setup
    }

    /// More arguments for `serve`, separated by blanks.
    pub(crate) fn with(mut self, arguments: &str) -> Self {
        let words = arguments.split_whitespace().map(ToOwned::to_owned);
        self.arguments.extend(words);
        self
    }

    /// A variable of its environment.
    pub(crate) fn variable(mut self, name: &str, value: &str) -> Self {
        self.variables.push((name.to_owned(), value.to_owned()));
        self
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Another ledger than a file of its own.
    pub(crate) fn on_ledger(mut self, url: &str) -> Self {
        url.clone_into(&mut self.ledger);
        self
    }

    pub(crate) fn repository(&self) -> PathBuf {
        self.path("repository")
    }

    /// Writes a document into the folder of resources.
    pub(crate) fn resource(&self, name: &str, text: &str) {
        // In one step, as a mounted ConfigMap changes.
        let new = self.path("new.yaml");
        fs::write(&new, text).unwrap();
        fs::rename(new, self.path("resources").join(name)).unwrap();
    }

    /// Declares `Prometheus/monitoring/main`, with more lines for its `spec`.
    pub(crate) fn declare(&self, prometheus: &Prometheus, more: &str) {
        let url = prometheus.url();
        let data = prometheus.data_directory().display().to_string();
        self.resource("main.yaml", &self.document(&url, &data, more));
    }

    /// Declares it with a repository that takes hours for anything.
    pub(crate) fn declare_slowly(&self, prometheus: &Prometheus, more: &str) {
        let url = prometheus.url();
        let data = prometheus.data_directory().display().to_string();
        let document = self.document(&url, &data, more);
        let slow = document.replace(
            "repository: {url:",
            "repository: {bandwidthLimit: 10B/s, url:",
        );
        self.resource("main.yaml", &slow);
    }

    /// Declares it with a repository in a bucket.
    pub(crate) fn declare_on_s3(&self, prometheus: &Prometheus, bucket: &S3Bucket, more: &str) {
        for (name, secret) in [
            ("key-id", &bucket.access_key_id),
            ("key-secret", &bucket.secret_access_key),
        ] {
            fs::write(self.path(name), secret).unwrap();
        }
        let s3 = format!(
            "{{endpoint: \"{}\", region: \"{}\", accessKeyIdFile: \"{}\", secretAccessKeyFile: \"{}\"}}",
            bucket.endpoint,
            bucket.region,
            self.path("key-id").display(),
            self.path("key-secret").display(),
        );
        let url = prometheus.url();
        let data = prometheus.data_directory().display().to_string();
        let folder = format!("repository: {{url: \"{}\"}}", self.repository().display());
        let repository = format!("repository: {{url: \"s3://{}\", s3: {s3}}}", bucket.bucket);
        let document = self.document(&url, &data, more);
        self.resource("main.yaml", &document.replace(&folder, &repository));
    }

    pub(crate) fn document(&self, url: &str, data: &str, more: &str) -> String {
        let repository = self.repository();
        let more = more.lines().map(str::trim_end).collect::<Vec<_>>();
        let more = more.join("\n  ");
        format!(
            "apiVersion: lifeboat.dev/v1alpha1\n\
             kind: PrometheusBackup\n\
             metadata: {{name: main, namespace: monitoring}}\n\
             spec:\n  prometheus: {{url: \"{url}\", dataDirectory: \"{data}\"}}\n  \
             repository: {{url: \"{}\"}}\n  {more}\n",
            repository.display()
        )
    }

    /// Sets the clock of the Lifeboats started from here, running or not: an offset such as `+25h 1m`.
    pub(crate) fn set_clock(&self, offset: &str) {
        let new = self.path("clock.new");
        let words = offset.trim_start_matches('+').split_whitespace();
        let seconds: u64 = words.map(seconds).sum();
        fs::write(&new, format!("+{seconds}\n")).unwrap();
        fs::rename(new, self.path("clock")).unwrap();
    }

    /// Starts it, and waits until it is ready.
    pub(crate) async fn start(&self) -> Served<'_> {
        let served = self.spawn();
        let ready = format!("{}/readyz", served.url());
        served.process.wait_for_http(&ready, PATIENCE).await;
        served
    }

    /// Starts it.
    pub(crate) fn spawn(&self) -> Served<'_> {
        Served {
            process: Process::spawn("lifeboat serve", self.command()),
            setup: self,
        }
    }

    /// Starts it with its ledger on a disk of its own, of so many mebibytes, and waits until it is
    /// ready. The disk is gone with it.
    pub(crate) async fn start_on_a_small_disk(&self, mebibytes: u32) -> Served<'_> {
        let mount = self.path("disk");
        fs::create_dir_all(&mount).unwrap();
        let mut command = clean("unshare");
        if run(Command::new("id").arg("-u")).stdout.trim() != "0" {
            command.args(["--user", "--map-root-user"]);
        }
        let script = format!("mount -t tmpfs -o size={mebibytes}m tmpfs \"$0\" && exec \"$@\"");
        command.args(["--mount", "bash", "-c", &script]).arg(mount);
        let inner = self.command();
        command.arg(inner.get_program()).args(inner.get_args());
        command.envs(
            inner
                .get_envs()
                .filter_map(|(name, value)| Some((name, value?))),
        );
        let served = Served {
            process: Process::spawn("lifeboat serve", command),
            setup: self,
        };
        let ready = format!("{}/readyz", served.url());
        served.process.wait_for_http(&ready, PATIENCE).await;
        served
    }

    /// The command that starts it.
    pub(crate) fn command(&self) -> Command {
        let mut command = clean(LIFEBOAT);
        command
            .args(["serve", "--log-level", "info"])
            .args(["--reload-interval", "1s", "--evaluation-interval", "2s"])
            .arg("--resources")
            .arg(self.path("resources"))
            .args(["--ledger", &self.ledger])
            .args(["--listen", &format!("127.0.0.1:{}", self.port)])
            .args(&self.arguments)
            // Nobody waits for others of a group, unless a test says so.
            .env("LIFEBOAT_GROUP_WAIT", "0s")
            .envs(self.variables.iter().cloned());
        fake_clock(&mut command)
            .env("FAKETIME_TIMESTAMP_FILE", self.path("clock"))
            .env("FAKETIME_NO_CACHE", "1");
        command
    }

    /// A command of the command line that speaks to this server; words separated by blanks.
    pub(crate) fn ask(&self, words: &str) -> Ran {
        let mut command = lifeboat(words.split_whitespace());
        command.args(["--server", &format!("http://127.0.0.1:{}", self.port)]);
        run(&mut command)
    }
}

/// A running Lifeboat.
pub(crate) struct Served<'a> {
    process: Process,
    setup: &'a Setup,
}

impl Served<'_> {
    pub(crate) fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.setup.port)
    }

    pub(crate) fn address(&self) -> String {
        format!("127.0.0.1:{}", self.setup.port)
    }

    /// A path as this Lifeboat sees it, in the file systems that only it has.
    pub(crate) fn inside(&self, path: &Path) -> PathBuf {
        let root = PathBuf::from(format!("/proc/{}/root", self.process.id()));
        root.join(path.strip_prefix("/").unwrap())
    }

    pub(crate) fn log(&self) -> String {
        self.process.log()
    }

    /// An answer of the API, such as that to `assets`.
    pub(crate) async fn api(&self, path: &str) -> Value {
        let url = format!("{}/api/v1/{path}", self.url());
        let answer = http::request("GET", &url, &[], "").await.unwrap();
        assert!(
            answer.is_success(),
            "{path}: {} {}",
            answer.status,
            answer.text()
        );
        answer.json()
    }

    /// The one asset of most tests.
    pub(crate) async fn main_asset(&self) -> Value {
        self.api("assets/Prometheus/monitoring/main").await
    }

    /// Waits until the one asset is like this, and returns it.
    pub(crate) async fn wait_for_asset(&self, what: &str, is_so: impl Fn(&Value) -> bool) -> Value {
        self.wait_for(what, async || self.main_asset().await, is_so)
            .await
    }

    /// Waits until the one asset has so many recovery points and is fresh, and returns it.
    pub(crate) async fn wait_for_backups(&self, count: usize) -> Value {
        self.wait_for_asset(&format!("there are {count} backups"), |asset| {
            asset["recovery_points"].as_array().unwrap().len() == count
                && report(asset, "fresh")["status"] == "ok"
        })
        .await
    }

    /// Waits until an alert is in this state, and returns it.
    pub(crate) async fn wait_for_alert(&self, name: &str, state: &str) -> Value {
        let alerts = self
            .wait_for(
                &format!("{name} is {state}"),
                async || self.api("alerts").await,
                |alerts| find_alert(alerts, name).is_some_and(|alert| alert["state"] == state),
            )
            .await;
        find_alert(&alerts, name).unwrap().clone()
    }

    /// Waits until an answer is like this, and returns it.
    pub(crate) async fn wait_for(
        &self,
        what: &str,
        ask: impl AsyncFn() -> Value,
        is_so: impl Fn(&Value) -> bool,
    ) -> Value {
        let start = Instant::now();
        loop {
            let answer = ask().await;
            if is_so(&answer) {
                return answer;
            }
            assert!(
                start.elapsed() < PATIENCE,
                "{what}: not within {PATIENCE:?}; the last answer is {answer:#}\n{}",
                self.log()
            );
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }

    /// Waits until everything has been evaluated anew, with the clock as it is now.
    pub(crate) async fn wait_for_evaluation(&self) {
        // A reload evaluates; so does the passing of an interval.
        let before = self.api("assets").await["at"].clone();
        self.wait_for(
            "there is a new evaluation",
            async || self.api("assets").await,
            |list| list["at"] != before,
        )
        .await;
    }

    /// Waits until nobody is still to be told anything, and all of it is written down.
    pub(crate) async fn wait_until_told(&self) {
        self.wait_for(
            "everybody is told",
            async || self.api("assets").await,
            |list| {
                list["lifeboat"]["messages_waiting"] == 0
                    && list["lifeboat"]["ledger"]["waiting_writes"] == 0
            },
        )
        .await;
    }

    /// The metrics in the text format.
    pub(crate) async fn metrics(&self) -> String {
        let url = format!("{}/metrics", self.url());
        http::request("GET", &url, &[], "").await.unwrap().text()
    }

    /// Waits until the log holds this.
    pub(crate) async fn wait_for_log(&self, text: &str) {
        let start = Instant::now();
        while !self.log().contains(text) {
            assert!(
                start.elapsed() < PATIENCE,
                "{text:?} is not in\n{}",
                self.log()
            );
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// Ends it as a service manager does.
    pub(crate) async fn terminate(self) -> (ExitStatus, String) {
        let status = self.process.terminate(PATIENCE).await;
        (status, self.process.log())
    }

    /// Waits for its end.
    pub(crate) async fn wait(self) -> (ExitStatus, String) {
        let status = self.process.wait(PATIENCE).await;
        (status, self.process.log())
    }

    pub(crate) fn kill_9(self) {
        self.process.kill_9();
    }

    /// Stops it where it is (SIGSTOP).
    pub(crate) fn freeze(&self) {
        self.process.hang();
    }

    /// Lets it go on (SIGCONT).
    pub(crate) fn thaw(&self) {
        self.process.go_on();
    }

    /// Status and text of an answer to GET; none if there is no answer within two seconds.
    pub(crate) async fn answer(&self, path: &str) -> Option<(u16, String)> {
        let url = format!("{}{path}", self.url());
        let answer = http::request("GET", &url, &[], "");
        let answer = tokio::time::timeout(Duration::from_secs(2), answer).await;
        let answer = answer.ok()?.ok()?;
        Some((answer.status, answer.text()))
    }
}

/// A length of time such as `25h`, `1m`, `5s` or `0`.
fn seconds(word: &str) -> u64 {
    let number = word.trim_end_matches(['h', 'm', 's']);
    let unit = match &word[number.len()..] {
        "h" => 3600,
        "m" => 60,
        _ => 1,
    };
    number.parse::<u64>().unwrap() * unit
}

/// An alert of the answer to `alerts`.
pub(crate) fn find_alert<'a>(alerts: &'a Value, name: &str) -> Option<&'a Value> {
    let alerts = alerts["alerts"].as_array().or_else(|| alerts.as_array())?;
    alerts.iter().find(|alert| alert["alert"] == name)
}

/// What is reported of one check of an asset.
pub(crate) fn report<'a>(asset: &'a Value, check: &str) -> &'a Value {
    let checks = asset["checks"].as_array().unwrap();
    checks
        .iter()
        .find(|report| report["check"] == check)
        .unwrap()
}

/// How many entries a folder has; 0 if it isn't there.
pub(crate) fn entries(folder: &Path) -> usize {
    fs::read_dir(folder).map_or(0, Iterator::count)
}
