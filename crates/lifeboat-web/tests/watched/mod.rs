//! A server that shows fleets made by hand, and a real Prometheus that scrapes it.
#![expect(clippy::panic, reason = "a panic in a helper is a failed test")]
#![expect(clippy::unwrap_used, reason = "a panic in a helper is a failed test")]

use std::{sync::Arc, time::Duration};

use jiff::Timestamp;
use lifeboat_controller::{AssetView, View};
use lifeboat_testkit::prometheus::Prometheus;
use serde_json::Value;

use crate::support::{Server, view};

/// A server and a Prometheus that scrapes it.
pub(crate) struct Watched {
    pub(crate) server: Server,
    pub(crate) prometheus: Prometheus,
    generation: u64,
}

impl Watched {
    pub(crate) async fn start() -> Self {
        let server = Server::of(View::empty(Timestamp::now())).start();
        let prometheus = Prometheus::debian()
            .honor_labels(true)
            .scrape_target(&server.address.to_string())
            .start()
            .await;
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
        for _ in 0..300 {
            if !self.query(&seen).await.is_empty() {
                return;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
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
}
