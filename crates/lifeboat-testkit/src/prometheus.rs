//! A real Prometheus that scrapes itself, of Debian's version or of the newest one.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use serde_json::Value;
use tempfile::TempDir;
use url::Url;

use crate::http::{self, Answer};
use crate::ports::free_port;
use crate::process::Process;
use crate::tools::tool;

const READY_WITHIN: Duration = Duration::from_mins(1);
const STOPS_WITHIN: Duration = Duration::from_secs(30);

/// How a Prometheus is to run.
#[derive(Clone, Debug)]
pub struct Builder {
    program: &'static str,
    admin_api: bool,
    data_directory: Option<PathBuf>,
    scrape_interval: String,
    scrape_targets: Vec<String>,
    honor_labels: bool,
    retention: String,
    flags: Vec<String>,
    configuration: Option<String>,
}

impl Builder {
    fn new(program: &'static str) -> Self {
        Self {
            program,
            admin_api: false,
            data_directory: None,
            scrape_interval: "200ms".to_owned(),
            scrape_targets: Vec::new(),
            honor_labels: false,
            retention: "20y".to_owned(),
            flags: Vec::new(),
            configuration: None,
        }
    }

    /// Whether snapshots can be taken and series deleted (off, as upstream).
    #[must_use]
    pub fn admin_api(mut self, on: bool) -> Self {
        self.admin_api = on;
        self
    }

    /// Where it keeps its database: this folder, made if need be, instead of a temporary one.
    #[must_use]
    pub fn data_directory(mut self, path: impl Into<PathBuf>) -> Self {
        self.data_directory = Some(path.into());
        self
    }

    /// How often it scrapes, as Prometheus writes durations (default `200ms`).
    #[must_use]
    pub fn scrape_interval(mut self, interval: &str) -> Self {
        interval.clone_into(&mut self.scrape_interval);
        self
    }

    /// Scrapes `http://<address>/metrics` too, as the job `target`.
    #[must_use]
    pub fn scrape_target(mut self, address: &str) -> Self {
        self.scrape_targets.push(address.to_owned());
        self
    }

    /// Whether labels of the target's own win over those that Prometheus gives it (off, as upstream).
    #[must_use]
    pub fn honor_labels(mut self, on: bool) -> Self {
        self.honor_labels = on;
        self
    }

    /// How long it keeps data: by default 20 years, so that old blocks of a test are not deleted.
    #[must_use]
    pub fn retention(mut self, retention: &str) -> Self {
        retention.clone_into(&mut self.retention);
        self
    }

    /// More command-line flags, such as `--storage.tsdb.min-block-duration=2h`.
    #[must_use]
    pub fn flags<I: IntoIterator<Item = S>, S: Into<String>>(mut self, flags: I) -> Self {
        self.flags.extend(flags.into_iter().map(Into::into));
        self
    }

    /// Goes by this configuration, as a whole, and by nothing else that it is told to scrape.
    #[must_use]
    pub fn configuration(mut self, yaml: &str) -> Self {
        self.configuration = Some(yaml.to_owned());
        self
    }

    /// Starts it and waits until it is ready to answer queries.
    pub async fn start(self) -> Prometheus {
        let folder = tempfile::tempdir()
            .unwrap_or_else(|error| panic!("failed to make a folder for prometheus: {error}"));
        let data = self
            .data_directory
            .clone()
            .unwrap_or_else(|| folder.path().join("data"));
        let port = free_port();
        let configuration = folder.path().join("prometheus.yml");
        let text = self.configuration.clone();
        let text = text.unwrap_or_else(|| self.default_configuration(port));
        fs::write(&configuration, text).unwrap_or_else(|error| {
            panic!("failed to write the configuration of prometheus: {error}")
        });

        let mut command = Command::new(tool(self.program));
        command
            .arg(format!("--config.file={}", configuration.display()))
            .arg(format!("--storage.tsdb.path={}", data.display()))
            .arg(format!("--storage.tsdb.retention.time={}", self.retention))
            .arg(format!("--web.listen-address=127.0.0.1:{port}"))
            .args(self.admin_api.then_some("--web.enable-admin-api"))
            .args(&self.flags);
        let prometheus = Prometheus {
            process: Process::spawn(self.program, command),
            data,
            port,
            _folder: folder,
        };
        let ready = format!("{}/-/ready", prometheus.url());
        prometheus.process.wait_for_http(&ready, READY_WITHIN).await;
        prometheus
    }

    /// Prometheus's configuration: YAML, of which JSON is a part.
    fn default_configuration(&self, port: u16) -> String {
        let job = |name: &str, targets: &[String]| serde_json::json!({ "job_name": name, "static_configs": [{ "targets": targets }] });
        let mut jobs = vec![job("prometheus", &[format!("127.0.0.1:{port}")])];
        if !self.scrape_targets.is_empty() {
            let mut target = job("target", &self.scrape_targets);
            target["honor_labels"] = self.honor_labels.into();
            jobs.push(target);
        }
        let global = serde_json::json!({
            "scrape_interval": self.scrape_interval,
            "scrape_timeout": self.scrape_interval,
        });
        serde_json::json!({ "global": global, "scrape_configs": jobs }).to_string()
    }
}

/// A Prometheus that runs until it is stopped or dropped.
#[derive(Debug)]
pub struct Prometheus {
    process: Process,
    data: PathBuf,
    port: u16,
    _folder: TempDir,
}

impl Prometheus {
    /// Debian's version (2.42 in Debian 12): the oldest that Lifeboat is tested with.
    #[must_use]
    pub fn debian() -> Builder {
        Builder::new("prometheus")
    }

    /// The 3.x release that `make tools` builds.
    #[must_use]
    pub fn version3() -> Builder {
        Builder::new("prometheus3")
    }

    /// Its base URL, such as `http://127.0.0.1:19090`.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// The folder of its database. It goes with this value unless the test named it.
    #[must_use]
    pub fn data_directory(&self) -> &Path {
        &self.data
    }

    /// What it has logged so far.
    #[must_use]
    pub fn log(&self) -> String {
        self.process.log()
    }

    /// The `data` of an instant query at `time` (Unix seconds).
    pub async fn query(&self, promql: &str, time: f64) -> Value {
        let time = time.to_string();
        self.api("GET", "query", &[("query", promql), ("time", &time)])
            .await
    }

    /// The `data` of a range query, inclusive at both ends; times in Unix seconds, step in seconds.
    pub async fn query_range(&self, promql: &str, start: f64, end: f64, step: f64) -> Value {
        let [start, end, step] = [start, end, step].map(|number| number.to_string());
        let parameters = [
            ("query", promql),
            ("start", &start),
            ("end", &end),
            ("step", &step),
        ];
        self.api("GET", "query_range", &parameters).await
    }

    /// Waits until it has stored at least `count` samples since it was started.
    pub async fn wait_for_samples(&self, count: u64) {
        let deadline = Duration::from_mins(1);
        self.process
            .wait_until(&format!("store {count} samples"), deadline, async || {
                self.samples_appended().await >= count
            })
            .await;
    }

    async fn samples_appended(&self) -> u64 {
        let answer = self.call("GET", "/metrics", &[]).await;
        // Newer versions split the counter by type, so all lines are added up. Rendered as a
        // float ("1.2e+06"), it is a whole number below 2^53.
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a counter"
        )]
        let total = answer
            .text()
            .lines()
            .filter(|line| line.starts_with("prometheus_tsdb_head_samples_appended_total"))
            .filter_map(|line| line.rsplit(' ').next()?.parse::<f64>().ok())
            .sum::<f64>() as u64;
        total
    }

    /// Takes a snapshot, with the newest samples (the head) unless `skip_head`, and returns its
    /// folder.
    pub async fn snapshot(&self, skip_head: bool) -> PathBuf {
        let skip_head = skip_head.to_string();
        let data = self
            .api("POST", "admin/tsdb/snapshot", &[("skip_head", &skip_head)])
            .await;
        let name = data["name"]
            .as_str()
            .unwrap_or_else(|| panic!("a snapshot has no name: {data}"));
        self.data.join("snapshots").join(name)
    }

    /// Deletes every sample of the series that `matcher` selects: in blocks, they get tombstones.
    pub async fn delete_series(&self, matcher: &str) {
        let path = "/api/v1/admin/tsdb/delete_series";
        let answer = self.call("POST", path, &[("match[]", matcher)]).await;
        if answer.status != 204 {
            self.fail(path, &answer);
        }
    }

    /// Stops it as a service manager does (SIGTERM) and waits for its end. Its data stays if the
    /// test named the folder.
    pub async fn stop(self) {
        let status = self.process.terminate(STOPS_WITHIN).await;
        if !status.success() {
            self.process
                .fail(&format!("ended with {status} when it was stopped"));
        }
    }

    /// Ends it at once (SIGKILL).
    pub fn kill_9(&self) {
        self.process.kill_9();
    }

    async fn api(&self, method: &str, path: &str, parameters: &[(&str, &str)]) -> Value {
        let answer = self
            .call(method, &format!("/api/v1/{path}"), parameters)
            .await;
        if !answer.is_success() {
            self.fail(path, &answer);
        }
        answer.json()["data"].take()
    }

    async fn call(&self, method: &str, path: &str, parameters: &[(&str, &str)]) -> Answer {
        let mut url = Url::parse(&self.url())
            .unwrap_or_else(|error| panic!("the address of prometheus is not a URL: {error}"));
        url.set_path(path);
        if !parameters.is_empty() {
            url.query_pairs_mut().extend_pairs(parameters);
        }
        http::request(method, url.as_str(), &[], "")
            .await
            .unwrap_or_else(|failure| {
                self.process
                    .fail(&format!("did not answer: {}", failure.message))
            })
    }

    fn fail(&self, path: &str, answer: &Answer) -> ! {
        let what = format!("answered {path} with {}: {}", answer.status, answer.text());
        self.process.fail(&what)
    }
}
