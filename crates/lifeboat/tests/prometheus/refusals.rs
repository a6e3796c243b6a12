//! What cannot be backed up is refused with the next step, before anything is done to the server.

use std::collections::BTreeSet;
use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use lifeboat_testkit::http_server::HttpServer;
use lifeboat_testkit::prometheus::{Builder, Prometheus};
use rstest::rstest;
use serde_json::Value;

use crate::support::{self, Repository, clean, copy, run};
use crate::{assert_nothing_is_left, backup, backup_of, idle, notes, snapshots};

#[rstest]
#[case::oldest(Prometheus::debian)]
#[case::newest(Prometheus::version3)]
#[tokio::test]
async fn story_33_a_prometheus_without_the_admin_api_fails_and_the_hint_names_the_flag(
    #[case] version: fn() -> Builder,
) {
    let blocks = support::blocks(4);
    let prometheus = version().data_directory(blocks.path()).start().await;
    let repository = Repository::new();
    run(&mut backup(&prometheus, &repository, &[]))
        .exits(1)
        .complains(&[
            "runs without its admin API, so it takes no snapshot",
            "hint:",
            "--web.enable-admin-api",
        ]);
    assert_nothing_is_left(prometheus.data_directory());
    assert_eq!(
        repository.json("backups list")["backups"],
        Value::Array(vec![])
    );
}

#[tokio::test]
async fn a_server_that_is_no_prometheus_is_named_and_asked_for_no_snapshot() {
    let server = HttpServer::start();
    let (repository, data) = (Repository::new(), tempfile::tempdir().unwrap());
    for (status, body, complaint) in [
        (
            200,
            "<html>hello</html>",
            "does not answer as a Prometheus does",
        ),
        (
            200,
            "{\"status\":\"success\"}",
            "does not answer as a Prometheus does",
        ),
        (404, "not here", "answered 404: not here"),
        (403, "go away", "wants a login"),
    ] {
        server.answer(status, body);
        run(&mut backup_of(&server.url(), data.path(), &repository, &[]))
            .exits(1)
            .complains(&[complaint, "hint:"]);
    }
    let methods: BTreeSet<String> = server
        .received()
        .into_iter()
        .map(|request| request.method)
        .collect();
    assert_eq!(methods, BTreeSet::from(["GET".to_owned()]));
}

#[rstest]
#[case::nothing_listens("http://127.0.0.1:1", 1, "Connection refused")]
#[case::no_scheme("localhost:9090", 2, "it lacks http:// or https://")]
#[case::other_scheme("ftp://localhost:9090", 2, "neither http:// nor https://")]
#[case::no_such_name("http://nowhere.invalid:9090", 1, "failed to reach the Prometheus")]
fn a_url_that_cannot_work_is_explained(
    #[case] url: &str,
    #[case] code: i32,
    #[case] complaint: &str,
) {
    let (repository, data) = (Repository::new(), tempfile::tempdir().unwrap());
    run(&mut backup_of(url, data.path(), &repository, &[]))
        .exits(code)
        .complains(&[complaint, "hint:"]);
}

#[tokio::test]
async fn a_password_in_the_url_is_refused_and_never_shown() {
    let prometheus = idle().await;
    let url = prometheus.url().replace("http://", "http://me:s3cret@");
    let repository = Repository::new();
    let ran = run(&mut backup_of(
        &url,
        prometheus.data_directory(),
        &repository,
        &["--log-level", "trace"],
    ))
    .exits(2)
    .complains(&["--prometheus-password-file"]);
    assert!(!ran.stderr.contains("s3cret"), "{}", ran.stderr);
    assert_nothing_is_left(prometheus.data_directory());
}

#[tokio::test]
async fn the_data_directory_of_another_server_is_refused_before_any_snapshot() {
    let mine = idle().await;
    let blocks = support::blocks(8);
    let other = Prometheus::version3()
        .admin_api(true)
        .data_directory(blocks.path())
        .start()
        .await;
    let repository = Repository::new();
    let url = mine.url();
    run(&mut backup_of(
        &url,
        other.data_directory(),
        &repository,
        &[],
    ))
    .exits(1)
    .complains(&[
        "is not the data directory that",
        "hint:",
        "--storage.tsdb.path",
    ]);
    for prometheus in [&*mine, &other] {
        assert_nothing_is_left(prometheus.data_directory());
    }
}

#[rstest]
#[case::empty(false, "it holds no wal folder")]
#[case::missing(true, "No such file or directory")]
#[tokio::test]
async fn a_folder_that_is_no_data_directory_is_refused(
    #[case] missing: bool,
    #[case] complaint: &str,
) {
    let (prometheus, folder) = (idle().await, tempfile::tempdir().unwrap());
    let path = if missing {
        folder.path().join("missing")
    } else {
        folder.path().to_owned()
    };
    let repository = Repository::new();
    run(&mut backup_of(&prometheus.url(), &path, &repository, &[]))
        .exits(1)
        .complains(&[complaint, "hint:", "--storage.tsdb.path"]);
    assert_nothing_is_left(prometheus.data_directory());
}

/// A fresh copy can't be told from the original before there is a snapshot. Where the snapshot is
/// not removed, the error says so.
#[tokio::test]
async fn a_copy_of_the_data_directory_is_refused_and_the_snapshot_named() {
    let (prometheus, folder) = (idle().await, tempfile::tempdir().unwrap());
    let copied = folder.path().join("copy");
    copy(prometheus.data_directory(), &copied);
    let repository = Repository::new();
    let ran = run(&mut backup_of(&prometheus.url(), &copied, &repository, &[]))
        .exits(1)
        .complains(&["is not the data directory that"]);
    for name in snapshots(prometheus.data_directory()) {
        assert!(
            ran.stderr.contains(&name),
            "{name} is not in {}",
            ran.stderr
        );
    }
    assert_eq!(notes(&copied), Vec::<String>::new());
    assert_eq!(
        repository.json("backups list")["backups"],
        Value::Array(vec![])
    );
}

/// The binary where any user may run it.
fn public_binary(folder: &Path) -> PathBuf {
    fs::set_permissions(folder, Permissions::from_mode(0o755)).unwrap();
    let binary = folder.join("lifeboat");
    fs::copy(support::LIFEBOAT, &binary).unwrap();
    binary
}

#[tokio::test]
async fn a_data_directory_that_may_only_be_read_is_refused_before_any_snapshot() {
    let folder = tempfile::tempdir().unwrap();
    let binary = public_binary(folder.path());
    let data = folder.path().join("data");
    copy(support::blocks(4).path(), &data);
    fs::set_permissions(&data, Permissions::from_mode(0o755)).unwrap();
    let prometheus = Prometheus::version3()
        .admin_api(true)
        .data_directory(&data)
        .start()
        .await;
    let repository = tempfile::tempdir().unwrap();
    fs::set_permissions(repository.path(), Permissions::from_mode(0o777)).unwrap();
    let is_root = run(Command::new("id").arg("-u")).stdout.trim() == "0";
    let mut command = if is_root {
        // Root may write anywhere, so the binary runs as Prometheus's usual user.
        let mut command = clean("setpriv");
        command
            .args(["--reuid=65534", "--regid=65534", "--clear-groups"])
            .arg(binary);
        command
    } else {
        fs::set_permissions(&data, Permissions::from_mode(0o555)).unwrap();
        clean(binary)
    };
    command
        .args(["backup", "prometheus", "--url", &prometheus.url()])
        .arg("--data-dir")
        .arg(&data)
        .arg("--repository")
        .arg(repository.path());
    run(&mut command).exits(1).complains(&[
        "failed to write to the data directory",
        "Permission denied",
        "hint:",
        "run as Prometheus's user",
    ]);
    fs::set_permissions(&data, Permissions::from_mode(0o755)).unwrap();
    assert_nothing_is_left(&data);
}

#[rstest]
#[case::oldest(Prometheus::debian)]
#[case::newest(Prometheus::version3)]
#[tokio::test]
async fn a_server_without_a_block_yet_is_backed_up_from_memory(#[case] version: fn() -> Builder) {
    let prometheus = version().admin_api(true).start().await;
    prometheus.wait_for_samples(500).await;
    let repository = Repository::new();
    run(&mut backup(&prometheus, &repository, &["--skip-head"]))
        .exits(1)
        .complains(&["holds no TSDB block", "leave out --skip-head"]);
    assert_nothing_is_left(prometheus.data_directory());
    let taken = run(&mut backup(&prometheus, &repository, &[]))
        .exits(0)
        .json();
    assert_eq!(taken["totals"]["blocks"], 1);
    assert_nothing_is_left(prometheus.data_directory());
}
