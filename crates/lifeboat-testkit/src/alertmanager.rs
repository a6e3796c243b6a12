//! A real Alertmanager, alone or as a cluster, that passes every alert on to one webhook.

use std::fs;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::net::TcpStream;

use crate::http::{self, Answer};
use crate::ports::free_port;
use crate::process::Process;
use crate::tools::any_tool;

const READY_WITHIN: Duration = Duration::from_mins(1);
const STOPS_WITHIN: Duration = Duration::from_secs(30);
/// Debian's name, and everybody else's.
const PROGRAMS: [&str; 2] = ["prometheus-alertmanager", "alertmanager"];

/// How an Alertmanager is to run.
#[derive(Clone, Debug)]
pub struct Builder {
    webhook: Option<String>,
    web_configuration: Option<PathBuf>,
    group_interval: &'static str,
    flags: Vec<String>,
    inhibit_rules: Value,
}

impl Builder {
    /// Where it sends notifications; nowhere by default.
    #[must_use]
    pub fn webhook(mut self, url: impl Into<String>) -> Self {
        self.webhook = Some(url.into());
        self
    }

    /// A file that asks clients for TLS or a login (`--web.config.file`). [`Alertmanager`]'s own
    /// questions then get no answer.
    #[must_use]
    pub fn web_configuration(mut self, path: impl Into<PathBuf>) -> Self {
        self.web_configuration = Some(path.into());
        self
    }

    /// Which alerts hold back which: its `inhibit_rules`, of which there are none by default.
    #[must_use]
    pub fn inhibit_rules(mut self, rules: Value) -> Self {
        self.inhibit_rules = rules;
        self
    }

    /// More command-line flags, such as `--web.route-prefix=/alerts`.
    #[must_use]
    pub fn flags<I: IntoIterator<Item = S>, S: Into<String>>(mut self, flags: I) -> Self {
        self.flags.extend(flags.into_iter().map(Into::into));
        self
    }

    /// Starts one on its own and waits until it listens.
    pub async fn start(self) -> Alertmanager {
        Alertmanager::start(self, "--cluster.listen-address=".into(), Vec::new()).await
    }

    /// Starts two that form a cluster, and waits until they have found each other: only one of
    /// them sends each notification, and the second one checks after a second that it was sent.
    pub async fn start_pair(mut self) -> [Alertmanager; 2] {
        // Otherwise the second one, still waiting, would look at what is no longer so.
        self.group_interval = "3s";
        let [first, second] = [(); 2].map(|()| free_port());
        let settings = |own: u16| {
            vec![
                format!("--cluster.advertise-address=127.0.0.1:{own}"),
                format!("--cluster.peer=127.0.0.1:{first}"),
                "--cluster.gossip-interval=50ms".to_owned(),
                "--cluster.peer-timeout=1s".to_owned(),
            ]
        };
        let listen = |port: u16| format!("--cluster.listen-address=127.0.0.1:{port}");
        let pair = [
            Alertmanager::start(self.clone(), listen(first), settings(first)).await,
            Alertmanager::start(self, listen(second), settings(second)).await,
        ];
        for replica in &pair {
            replica.wait_for_cluster(pair.len()).await;
        }
        pair
    }

    /// Alertmanager's configuration: YAML, of which JSON is a part.
    fn configuration(&self) -> String {
        let mut receiver = json!({ "name": "webhook" });
        if let Some(url) = &self.webhook {
            receiver["webhook_configs"] = json!([{ "url": url, "send_resolved": true }]);
        }
        let route = json!({
            "receiver": "webhook",
            "group_by": ["..."],
            "group_wait": "1ms",
            "group_interval": self.group_interval,
            "repeat_interval": "10d",
        });
        let inhibit_rules = &self.inhibit_rules;
        json!({ "route": route, "receivers": [receiver], "inhibit_rules": inhibit_rules })
            .to_string()
    }
}

/// An Alertmanager that runs until it is stopped or dropped.
#[derive(Debug)]
pub struct Alertmanager {
    process: Process,
    arguments: Vec<String>,
    port: u16,
    _folder: TempDir,
}

impl Alertmanager {
    /// Debian's version (0.25 in Debian 12), or whatever is on `PATH`.
    #[must_use]
    pub fn builder() -> Builder {
        Builder {
            webhook: None,
            web_configuration: None,
            group_interval: "1s",
            flags: Vec::new(),
            inhibit_rules: json!([]),
        }
    }

    async fn start(builder: Builder, listen: String, cluster: Vec<String>) -> Self {
        let folder = tempfile::tempdir()
            .unwrap_or_else(|error| panic!("failed to make a folder for alertmanager: {error}"));
        let configuration = folder.path().join("alertmanager.yml");
        fs::write(&configuration, builder.configuration()).unwrap_or_else(|error| {
            panic!("failed to write the configuration of alertmanager: {error}")
        });
        let port = free_port();
        let mut arguments = vec![
            format!("--config.file={}", configuration.display()),
            format!("--storage.path={}", folder.path().join("data").display()),
            format!("--web.listen-address=127.0.0.1:{port}"),
            listen,
        ];
        arguments.extend(cluster);
        if let Some(path) = &builder.web_configuration {
            arguments.push(format!("--web.config.file={}", path.display()));
        }
        arguments.extend(builder.flags);
        let alertmanager = Self {
            process: spawn(&arguments),
            arguments,
            port,
            _folder: folder,
        };
        alertmanager.wait_until_it_listens().await;
        alertmanager
    }

    /// Its base URL, such as `http://127.0.0.1:19093`.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// What it has logged so far.
    #[must_use]
    pub fn log(&self) -> String {
        self.process.log()
    }

    /// The alerts that it holds to be firing, as `GET /api/v2/alerts` lists them.
    pub async fn alerts(&self) -> Vec<Value> {
        let answer = self.get("/api/v2/alerts").await;
        match answer.json() {
            Value::Array(alerts) if answer.is_success() => alerts,
            other => self.process.fail(&format!("lists no alerts: {other}")),
        }
    }

    /// Waits until its alerts are as wanted; `what` completes the sentence "alertmanager did not ...".
    pub async fn wait_for_alerts(&self, what: &str, wanted: impl Fn(&[Value]) -> bool) {
        self.process
            .wait_until(what, READY_WITHIN, async || wanted(&self.alerts().await))
            .await;
    }

    /// Waits until the sum of a counter over all of its labels is at least `count`.
    pub async fn wait_for_metric(&self, name: &str, count: f64) {
        let what = format!("count {count} of {name}");
        self.process
            .wait_until(&what, READY_WITHIN, async || {
                let metrics = self.get("/metrics").await.text();
                let values = metrics.lines().filter_map(|line| {
                    let rest = line.strip_prefix(name)?;
                    rest.starts_with([' ', '{'])
                        .then(|| rest.rsplit(' ').next()?.parse::<f64>().ok())?
                });
                values.sum::<f64>() >= count
            })
            .await;
    }

    /// Stops it as a service manager does (SIGTERM), and waits for its end.
    pub async fn stop(&self) {
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

    /// Starts it again, after it was stopped or killed, on the same port and with what it had
    /// stored.
    pub async fn restart(&mut self) {
        self.process.kill_9();
        self.process = spawn(&self.arguments);
        self.wait_until_it_listens().await;
    }

    async fn wait_until_it_listens(&self) {
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, self.port));
        self.process
            .wait_until(&format!("listen on {address}"), READY_WITHIN, async || {
                TcpStream::connect(address).await.is_ok()
            })
            .await;
    }

    async fn wait_for_cluster(&self, peers: usize) {
        self.process
            .wait_until("find its peers", READY_WITHIN, async || {
                let cluster = self.get("/api/v2/status").await.json()["cluster"].take();
                let found = cluster["peers"].as_array().map_or(0, Vec::len);
                cluster["status"] == "ready" && found == peers
            })
            .await;
    }

    async fn get(&self, path: &str) -> Answer {
        http::request("GET", &format!("{}{path}", self.url()), &[], "")
            .await
            .unwrap_or_else(|failure| {
                self.process
                    .fail(&format!("did not answer: {}", failure.message))
            })
    }
}

fn spawn(arguments: &[String]) -> Process {
    let mut command = Command::new(any_tool(&PROGRAMS));
    command.args(arguments);
    Process::spawn("alertmanager", command)
}
