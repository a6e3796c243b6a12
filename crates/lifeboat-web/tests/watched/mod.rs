//! A server that shows fleets made by hand, and a real Prometheus that scrapes it.
#![expect(clippy::panic, reason = "a panic in a helper is a failed test")]
#![expect(clippy::unwrap_used, reason = "a panic in a helper is a failed test")]
#![allow(
    dead_code,
    reason = "each of the test programs that share this file uses a part of it"
)]

use std::{path::PathBuf, sync::Arc, time::Duration};

use jiff::Timestamp;
use lifeboat_controller::{AssetView, View};
use lifeboat_testkit::{
    http,
    prometheus::{Builder, Prometheus},
};
use serde_json::{Value, json};

use crate::support::{Server, view};

/// How long anything may take that a test waits for: far longer than it does.
const LOOKS: usize = 600;
const LOOK_EVERY: Duration = Duration::from_millis(100);

/// A server and a Prometheus that scrapes it.
pub(crate) struct Watched {
    pub(crate) server: Server,
    pub(crate) prometheus: Prometheus,
    generation: u64,
}

impl Watched {
    pub(crate) async fn start() -> Self {
        Self::with(|builder, target| builder.honor_labels(true).scrape_target(target)).await
    }

    /// With rules that Prometheus loads as they are.
    pub(crate) async fn with_rules(rules: &[PathBuf]) -> Self {
        Self::with(|builder, target| scraping(builder, target, rules, "1s")).await
    }

    /// The same server with another Prometheus, which goes on from a database as after a restart: what
    /// waited there goes on to wait from then.
    pub(crate) async fn restarted(self, rules: &[PathBuf], data: PathBuf) -> Self {
        let Self {
            server,
            prometheus,
            generation,
        } = self;
        prometheus.stop().await;
        let target = server.address.to_string();
        // What waited is looked up after two evaluations, and Prometheus scrapes for the first time
        // five seconds after its start.
        let builder = scraping(Prometheus::debian(), &target, rules, "6s");
        let builder = builder.flags(["--rules.alert.for-grace-period=0s"]);
        Self {
            server,
            prometheus: builder.data_directory(data).start().await,
            generation,
        }
    }

    async fn with(configure: impl FnOnce(Builder, &str) -> Builder) -> Self {
        let server = Server::of(View::empty(Timestamp::now())).start();
        let target = server.address.to_string();
        let prometheus = configure(Prometheus::debian(), &target).start().await;
        Self {
            server,
            prometheus,
            generation: 0,
        }
    }

    /// Shows a fleet, and waits until Prometheus has it.
    pub(crate) async fn show(&mut self, assets: Vec<AssetView>) {
        self.generation += 1;
        // A moment of its own for each, by which it is recognised.
        let at = Timestamp::from_second(Timestamp::now().as_second()).unwrap();
        let at = at + jiff::SignedDuration::from_millis(i64::try_from(self.generation).unwrap());
        let next = View {
            at,
            generation: self.generation,
            ..view(assets)
        };
        self.server.views.send(Arc::new(next)).unwrap();
        let seen = format!(
            "lifeboat_evaluation_timestamp_seconds == {}.{:03}",
            at.as_second(),
            self.generation
        );
        for _ in 0..LOOKS {
            if !self.query(&seen).await.is_empty() {
                return;
            }
            tokio::time::sleep(LOOK_EVERY).await;
        }
        panic!("never scraped: {}", self.prometheus.log());
    }

    pub(crate) async fn query(&self, expression: &str) -> Vec<Value> {
        let now = Timestamp::now().as_duration().as_secs_f64();
        let mut answer = self.prometheus.query(expression, now).await;
        match answer["result"].take() {
            Value::Array(series) => series,
            other => panic!("{expression} answers with {other}"),
        }
    }

    /// The rules that alert, each with its health and the alerts that are pending or firing.
    pub(crate) async fn rules(&self) -> Vec<Value> {
        let url = format!("{}/api/v1/rules?type=alert", self.prometheus.url());
        let mut answer = http::request("GET", &url, &[], "").await.unwrap().json();
        let groups = answer["data"]["groups"].as_array_mut().unwrap();
        groups
            .iter_mut()
            .flat_map(|group| match group["rules"].take() {
                Value::Array(rules) => rules,
                other => panic!("no list of rules: {other}"),
            })
            .collect()
    }

    /// Waits until the rules are like this, and returns them.
    pub(crate) async fn wait_for_rules(
        &self,
        what: &str,
        is_so: impl Fn(&[Value]) -> bool,
    ) -> Vec<Value> {
        let mut rules = Vec::new();
        for _ in 0..LOOKS {
            rules = self.rules().await;
            if is_so(&rules) {
                return rules;
            }
            tokio::time::sleep(LOOK_EVERY).await;
        }
        let states = rules.iter().map(|rule| (&rule["name"], &rule["state"]));
        panic!("{what}: never; {:?}", states.collect::<Vec<_>>());
    }
}

fn scraping(builder: Builder, target: &str, rules: &[PathBuf], evaluate_every: &str) -> Builder {
    let configuration = json!({
        "global": {
            "scrape_interval": "200ms",
            "scrape_timeout": "200ms",
            "evaluation_interval": evaluate_every,
        },
        "rule_files": rules,
        "scrape_configs": [{
            "job_name": "lifeboat",
            "honor_labels": true,
            "static_configs": [{"targets": [target]}],
        }],
    });
    builder.configuration(&configuration.to_string())
}
