//! PostgreSQL starts, survives a SIGKILL, and is gone without a trace.

use std::path::Path;

use lifeboat_testkit::postgres::Postgres;

#[tokio::test]
async fn what_was_committed_is_there_after_a_kill_and_a_stop() {
    let mut postgres = Postgres::start_with(&["fsync=on"]).await;
    let url = postgres.create_database("one");
    assert!(url.ends_with("/one"), "{url}");
    postgres.execute("one", "CREATE TABLE t (n BIGINT); INSERT INTO t VALUES (7)");
    postgres.kill_9();
    postgres.restart().await;
    assert_eq!(postgres.query("one", "SELECT n, n + 1 FROM t"), "7|8");
    postgres.stop();
    postgres.restart().await;
    assert_eq!(postgres.query("one", "SELECT n FROM t"), "7");
}

#[tokio::test]
async fn a_dropped_server_is_gone() {
    let postgres = Postgres::start().await;
    let process = format!("/proc/{}", postgres.id().unwrap());
    assert!(Path::new(&process).exists());
    drop(postgres);
    assert!(!Path::new(&process).exists());
}
