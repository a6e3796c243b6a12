//! `lifeboat serve` as a person runs it: the real binary, a real Prometheus, and a clock that the test sets.
#![expect(clippy::unwrap_used, reason = "a panic in a helper is a failed test")]

mod clock;
mod costs;
mod disaster;
mod kopia;
mod ledger;
mod prometheus_engine;
mod resources;
mod running;
mod scrape;
#[allow(
    dead_code,
    reason = "the tests of a cluster share this file, and use other parts of it"
)]
mod served;
mod silences;
mod stories;
mod stories_of_repositories;
mod storm;
#[path = "../support/mod.rs"]
mod support;

use lifeboat_testkit::prometheus::Prometheus;

/// A Prometheus that can be backed up, with some samples.
pub(crate) async fn prometheus() -> Prometheus {
    let prometheus = Prometheus::debian().admin_api(true).start().await;
    prometheus.wait_for_samples(100).await;
    prometheus
}

/// A Prometheus without its admin API.
pub(crate) async fn closed_prometheus() -> Prometheus {
    Prometheus::debian().start().await
}
