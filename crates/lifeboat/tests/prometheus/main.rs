//! Backs up real Prometheus servers, old and new, and leaves nothing behind in them, whatever happens.
#![expect(clippy::unwrap_used, reason = "a panic in a helper is a failed test")]

mod answers;
mod leftovers;
mod refusals;
mod special;
#[path = "../support/mod.rs"]
mod support;

use std::collections::BTreeSet;
use std::fs;
use std::ops::Deref;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use lifeboat_testkit::blocks::{Counters, promtool_blocks};
use lifeboat_testkit::prometheus::{Builder, Prometheus};
use tempfile::TempDir;

use support::Repository;

pub(crate) const ENDS_WITHIN: Duration = Duration::from_secs(30);

/// A backup of a running server.
pub(crate) fn backup(prometheus: &Prometheus, repository: &Repository, more: &[&str]) -> Command {
    backup_of(
        &prometheus.url(),
        prometheus.data_directory(),
        repository,
        more,
    )
}

pub(crate) fn backup_of(url: &str, data: &Path, repository: &Repository, more: &[&str]) -> Command {
    let mut command = repository.command("backup prometheus --output json");
    command
        .args(["--url", url])
        .arg("--data-dir")
        .arg(data)
        .args(more);
    command
}

/// The names of the snapshots in a data directory.
pub(crate) fn snapshots(data: &Path) -> BTreeSet<String> {
    match fs::read_dir(data.join("snapshots")) {
        Ok(entries) => entries
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect(),
        Err(_) => BTreeSet::new(),
    }
}

/// The notes of Lifeboat in a data directory.
pub(crate) fn notes(data: &Path) -> Vec<String> {
    fs::read_dir(data)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.starts_with("lifeboat-"))
        .collect()
}

pub(crate) fn assert_nothing_is_left(data: &Path) {
    assert_eq!(snapshots(data), BTreeSet::new());
    assert_eq!(notes(data), Vec::<String>::new());
}

/// A server with some blocks of the past and samples of its own in memory.
pub(crate) async fn busy(builder: Builder, data: &Path) -> Prometheus {
    let counters = Counters {
        series: 5,
        samples: 60,
        start: 1_700_000_000,
        step: 300,
    };
    let blocks = promtool_blocks(data, &counters.open_metrics());
    assert!(blocks.len() >= 2, "{blocks:?}");
    let prometheus = builder.admin_api(true).data_directory(data).start().await;
    prometheus.wait_for_samples(2000).await;
    prometheus
}

/// A server that has blocks, and has not begun to scrape: that takes it five seconds.
pub(crate) struct Idle {
    prometheus: Prometheus,
    _folder: TempDir,
}

impl Deref for Idle {
    type Target = Prometheus;

    fn deref(&self) -> &Prometheus {
        &self.prometheus
    }
}

pub(crate) async fn idle() -> Idle {
    let folder = support::blocks(4);
    let prometheus = Prometheus::version3()
        .admin_api(true)
        .data_directory(folder.path())
        .start()
        .await;
    Idle {
        prometheus,
        _folder: folder,
    }
}
