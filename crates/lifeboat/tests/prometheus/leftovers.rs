//! Nothing of a backup is left in a server: after success, failure, a signal, or a kill and the next run.

use std::collections::BTreeSet;
use std::fs;
use std::process::Command;

use lifeboat_testkit::blocks::blocks_in;
use lifeboat_testkit::http_server::HttpServer;
use lifeboat_testkit::ports::free_port;
use lifeboat_testkit::process::Process;
use lifeboat_testkit::prometheus::Prometheus;
use lifeboat_testkit::proxy::{Fault, Proxy};
use rstest::rstest;

use crate::support::{Repository, lifeboat, run, wait_until};
use crate::{ENDS_WITHIN, assert_nothing_is_left, backup, backup_of, busy, idle, notes, snapshots};

/// A backup of `prometheus` into a bucket at `store`.
fn to_s3(prometheus: &Prometheus, store: &str) -> Command {
    let mut command = lifeboat(["backup", "prometheus", "--repository", "s3://backups/x"]);
    command
        .args(["--url", &prometheus.url()])
        .arg("--data-dir")
        .arg(prometheus.data_directory())
        .env("AWS_ACCESS_KEY_ID", "AKIAEXAMPLE")
        .env("AWS_SECRET_ACCESS_KEY", "s3cret")
        .env("AWS_ENDPOINT_URL", store)
        .env("LIFEBOAT_RETRY_TIMEOUT", "1s");
    command
}

/// What an empty bucket lists.
const NOTHING: &str = "<ListBucketResult></ListBucketResult>";

#[tokio::test]
async fn a_store_that_cannot_be_reached_is_named_before_any_snapshot() {
    let prometheus = idle().await;
    let nobody = format!("http://127.0.0.1:{}", free_port());
    run(&mut to_s3(&prometheus, &nobody)).exits(1).complains(&[
        "failed to list backups/prometheus in s3://backups/x",
        "Connection refused",
        "hint: nothing answers at the endpoint",
    ]);
    assert_nothing_is_left(prometheus.data_directory());
}

#[tokio::test]
async fn a_backup_that_fails_after_its_snapshot_leaves_nothing_in_the_server() {
    let prometheus = idle().await;
    let store = HttpServer::start();
    // Whatever is written, the store has nothing.
    store.answer(200, NOTHING);
    run(&mut to_s3(&prometheus, &store.url())).exits(1);
    assert!(store.received().iter().any(|asked| asked.method == "PUT"));
    assert_nothing_is_left(prometheus.data_directory());
}

#[tokio::test]
async fn neither_a_backup_nor_a_dry_run_leaves_a_snapshot() {
    let prometheus = idle().await;
    let repository = Repository::new();
    run(&mut backup(&prometheus, &repository, &[])).exits(0);
    assert_nothing_is_left(prometheus.data_directory());
    let planned = run(&mut backup(&prometheus, &repository, &["--dry-run"]))
        .exits(0)
        .json();
    assert_eq!(planned["dry_run"], true);
    assert_nothing_is_left(prometheus.data_directory());
}

/// A backup of `prometheus` that hangs at the store, with its snapshot taken.
async fn hanging(prometheus: &Prometheus, store: &HttpServer) -> Process {
    let data = prometheus.data_directory();
    let others = snapshots(data).len();
    // The first question comes before the snapshot.
    store.answer(200, NOTHING);
    let command = to_s3(prometheus, &store.url());

    let process = Process::spawn("lifeboat", command);
    store.wait_for(1, ENDS_WITHIN).await;
    store.hang();
    wait_until("a snapshot", || {
        snapshots(data).len() == others + 1 && notes(data).len() == 1
    })
    .await;
    process
}

#[rstest]
#[case::terminate("TERM")]
#[case::interrupt("INT")]
#[tokio::test]
async fn a_signal_stops_a_backup_and_nothing_is_left(#[case] signal: &str) {
    let prometheus = idle().await;
    let store = HttpServer::start();
    let process = hanging(&prometheus, &store).await;
    let id = process.id().to_string();
    run(Command::new("kill").args(["-s", signal, &id])).exits(0);
    let status = process.wait(ENDS_WITHIN).await;
    assert_eq!(status.code(), Some(1), "{}", process.log());
    assert!(
        process.log().contains("stopped on request"),
        "{}",
        process.log()
    );
    assert_nothing_is_left(prometheus.data_directory());
}

#[tokio::test]
async fn the_run_after_a_kill_removes_what_was_left_and_nobody_elses() {
    let prometheus = idle().await;
    let data = prometheus.data_directory();
    let kept = prometheus.snapshot(false).await;
    let kept = kept.file_name().unwrap().to_str().unwrap().to_owned();
    let by_hand = data.join("snapshots/before-the-upgrade");
    fs::create_dir(&by_hand).unwrap();
    let mine: BTreeSet<String> = [kept, "before-the-upgrade".to_owned()].into();

    let store = HttpServer::start();
    hanging(&prometheus, &store).await.kill_9();
    assert_eq!(snapshots(data).len(), 3);

    let repository = Repository::new();
    run(&mut backup(&prometheus, &repository, &[]))
        .exits(0)
        .complains(&["removed the snapshot of an interrupted run"]);
    assert_eq!(snapshots(data), mine);
    assert_eq!(notes(data), Vec::<String>::new());
}

/// A proxy in front of a server that does this to the request for a snapshot.
fn in_the_way(prometheus: &Prometheus, fault: Fault) -> Proxy {
    Proxy::start(&prometheus.url()).fault(move |request| {
        if request.path_and_query.contains("/admin/tsdb/snapshot") {
            fault
        } else {
            Fault::Pass
        }
    })
}

#[tokio::test]
async fn a_snapshot_whose_answer_is_lost_is_removed_by_this_run_or_the_next() {
    let prometheus = idle().await;
    let data = prometheus.data_directory();
    let repository = Repository::new();
    let proxy = in_the_way(&prometheus, Fault::ResetAfterForwarding);
    run(&mut backup_of(&proxy.url(), data, &repository, &[]))
        .exits(1)
        .complains(&["failed to reach the Prometheus", "/admin/tsdb/snapshot"]);
    assert_eq!(snapshots(data), BTreeSet::new());
    run(&mut backup(&prometheus, &repository, &[])).exits(0);
    assert_nothing_is_left(data);
}

#[tokio::test]
async fn a_signal_while_prometheus_takes_its_snapshot_leaves_a_note_for_the_next_run() {
    let prometheus = idle().await;
    let data = prometheus.data_directory();
    let repository = Repository::new();
    let proxy = in_the_way(&prometheus, Fault::Hang);
    let command = backup_of(&proxy.url(), data, &repository, &[]);
    let process = Process::spawn("lifeboat", command);
    wait_until("a request for a snapshot", || {
        let requests = proxy.requests();
        requests.iter().any(|request| request.fault == Fault::Hang)
    })
    .await;
    let status = process.terminate(ENDS_WITHIN).await;
    assert_eq!(status.code(), Some(1), "{}", process.log());
    assert_eq!(notes(data).len(), 1);
    run(&mut backup(&prometheus, &repository, &[])).exits(0);
    assert_nothing_is_left(data);
}

#[tokio::test]
async fn backups_at_once_do_not_take_each_others_snapshot() {
    let prometheus = idle().await;
    for _ in 0..5 {
        let repositories: Vec<Repository> = (0..4).map(|_| Repository::new()).collect();
        let processes: Vec<Process> = repositories
            .iter()
            .map(|repository| Process::spawn("lifeboat", backup(&prometheus, repository, &[])))
            .collect();
        for process in processes {
            let status = process.wait(ENDS_WITHIN).await;
            assert!(status.success(), "{}", process.log());
        }
        assert_nothing_is_left(prometheus.data_directory());
    }
}

#[tokio::test]
async fn a_block_without_its_tombstones_fails_the_snapshot_and_leaves_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let prometheus = busy(Prometheus::version3(), folder.path()).await;
    let blocks = blocks_in(folder.path());
    fs::remove_file(blocks.last().unwrap().join("tombstones")).unwrap();
    run(&mut backup(&prometheus, &Repository::new(), &[]))
        .exits(1)
        .complains(&["failed to take a snapshot", "tombstones", "hint:"]);
    assert_nothing_is_left(prometheus.data_directory());
}
