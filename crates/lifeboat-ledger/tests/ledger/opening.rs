//! Opening a ledger: what is there, what is not, and what is something else.

use std::fs;
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use lifeboat_ledger::{Error, Ledger, LedgerLocation, Problem};
use lifeboat_testkit::ports::free_port;
use rstest::rstest;

use crate::support::{Home, Kind, OnPostgres, OnSqlite, asset, at, told};

async fn refused(location: &LedgerLocation) -> Error {
    let error = Ledger::open(location).await.unwrap_err();
    assert!(error.hint().is_some(), "{}", told(&error));
    assert!(!told(&error).contains("a-password"), "{}", told(&error));
    error
}

fn at_path(path: &Path) -> LedgerLocation {
    path.to_str().unwrap().parse().unwrap()
}

#[rstest]
#[tokio::test]
async fn what_was_written_is_there_when_it_is_opened_again(
    #[values(OnSqlite, OnPostgres)] kind: Kind,
) {
    let home = Home::new(kind).await;
    let ledger = home.open().await;
    ledger.see_asset(&asset("main"), at(5)).await.unwrap();
    let size = ledger.size_bytes().await.unwrap();
    assert!((4_096..100 << 20).contains(&size), "{size}");
    ledger.close().await;
    assert_eq!(
        home.open().await.histories().await.unwrap()[0].0,
        asset("main")
    );
}

#[rstest]
#[tokio::test]
async fn a_ledger_of_the_first_schema_keeps_what_it_holds(
    #[values(OnSqlite, OnPostgres)] kind: Kind,
) {
    let home = Home::new(kind).await;
    let migrations = sqlx::migrate!();
    // Only its file is made here; the tables go, so that the first schema can be made alone.
    home.open().await.close().await;
    let mut connection = home.connect().await;
    for table in [
        "service_levels",
        "outbox",
        "incidents",
        "alert_instances",
        "recovery_points",
        "operation_histories",
        "runs",
        "assets",
        "claim",
        "coverage",
        "silences",
        "incident_totals",
        "_sqlx_migrations",
    ] {
        let drop = sqlx::AssertSqlSafe(format!("DROP TABLE {table}"));
        sqlx::query(drop).execute(&mut connection).await.unwrap();
    }
    migrations.run_to(1, &mut connection).await.unwrap();
    for row in [
        "INSERT INTO assets (id, first_seen_at) VALUES ('Prometheus/monitoring/main', 5000000)",
        "INSERT INTO recovery_points (asset, name, taken_at, bytes, pinned) \
         VALUES ('Prometheus/monitoring/main', 'a', 7000000, 1234, 0)",
    ] {
        sqlx::query(row).execute(&mut connection).await.unwrap();
    }
    drop(connection);
    let ledger = home.open().await;
    let history = ledger.history(&asset("main")).await.unwrap().unwrap();
    assert_eq!(history.recovery_points[0].bytes, Some(1234));
    assert_eq!(history.loss, None);
}

#[rstest]
#[tokio::test]
async fn a_newer_schema_is_refused_and_left_alone(#[values(OnSqlite, OnPostgres)] kind: Kind) {
    let home = Home::new(kind).await;
    home.open().await.close().await;
    let checksum = if kind == OnSqlite { "x'00'" } else { "'\\x00'" };
    sqlx::query(sqlx::AssertSqlSafe(format!(
        "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time) \
         VALUES (9999, 'from the future', TRUE, {checksum}, 0)"
    )))
    .execute(&mut home.connect().await)
    .await
    .unwrap();
    let error = refused(&home.location).await;
    assert!(
        matches!(
            error,
            Error::NewerSchema {
                found: 9999,
                known: 6,
                ..
            }
        ),
        "{}",
        told(&error)
    );
    let error = Ledger::open_read_only(&home.location).await.unwrap_err();
    assert!(
        matches!(error, Error::NewerSchema { found: 9999, .. }),
        "{}",
        told(&error)
    );
}

#[tokio::test]
async fn a_file_of_something_else_is_refused_and_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ledger.db");
    let garbage = "no database, but a shopping list; ".repeat(1_000);
    fs::write(&path, &garbage).unwrap();
    let error = refused(&at_path(&path)).await;
    assert_eq!(
        error.problem(),
        Some(Problem::NotADatabase),
        "{}",
        told(&error)
    );
    assert_eq!(fs::read_to_string(&path).unwrap(), garbage);
}

#[tokio::test]
async fn a_damaged_file_is_named_as_such() {
    let home = Home::new(OnSqlite).await;
    home.open().await.close().await;
    let mut bytes = fs::read(home.file()).unwrap();
    // All but the first page, which says that it is a database.
    bytes[4_096..].fill(0xa5);
    fs::write(home.file(), bytes).unwrap();
    let error = refused(&home.location).await;
    assert_eq!(error.problem(), Some(Problem::Corrupt), "{}", told(&error));
}

#[tokio::test]
async fn a_folder_that_can_not_be_made_is_named() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("file"), "").unwrap();
    let error = refused(&at_path(&folder.path().join("file/ledger.db"))).await;
    assert!(matches!(error, Error::Folder { .. }), "{}", told(&error));
    let error = refused(&at_path(Path::new("/proc/lifeboat/ledger.db"))).await;
    assert!(matches!(error, Error::Folder { .. }), "{}", told(&error));
    let error = refused(&at_path(Path::new("/proc/ledger.db"))).await;
    assert!(matches!(error, Error::ClaimFile { .. }), "{}", told(&error));
}

#[tokio::test]
async fn a_ledger_that_is_a_folder_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ledger.db");
    fs::create_dir(&path).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    let error = refused(&at_path(&path)).await;
    assert_eq!(
        error.problem(),
        Some(Problem::NotAccessible),
        "{}",
        told(&error)
    );
}

#[tokio::test]
async fn a_reader_makes_no_ledger() {
    let home = Home::new(OnSqlite).await;
    let error = Ledger::open_read_only(&home.location).await.unwrap_err();
    assert_eq!(
        error.problem(),
        Some(Problem::NotAccessible),
        "{}",
        told(&error)
    );
    assert!(!home.file().exists());
}

#[tokio::test]
async fn every_way_in_which_a_server_refuses_has_its_own_message() {
    let home = Home::new(OnPostgres).await;
    let url = home.argument();
    let problem = async |url: String| refused(&url.parse().unwrap()).await.problem();
    let wrong = url.replace("a-password-for-tests", "a-password-of-another");
    assert_eq!(problem(wrong).await, Some(Problem::LoginRefused));
    assert_eq!(
        problem(format!("{url}_not")).await,
        Some(Problem::NoSuchDatabase)
    );
    assert_eq!(
        problem(format!("{url}?sslmode=require")).await,
        Some(Problem::Tls)
    );
    let closed = format!("postgres://lifeboat@127.0.0.1:{}/ledger", free_port());
    assert_eq!(problem(closed).await, Some(Problem::Unreachable));
    let unknown = "postgres://lifeboat@no-such-host.invalid/ledger";
    assert_eq!(
        problem(unknown.to_owned()).await,
        Some(Problem::Unreachable)
    );
    let (server, database) = home.server.as_ref().unwrap();
    server.execute(
        database,
        &format!("CREATE USER nobody_{database} PASSWORD 'a-password-for-tests'"),
    );
    let nobody = url.replace("//lifeboat:", &format!("//nobody_{database}:"));
    assert_eq!(problem(nobody).await, Some(Problem::NotAllowed));
}

#[tokio::test]
async fn a_server_that_never_answers_is_given_up() {
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = silent.local_addr().unwrap().port();
    let location = format!("postgres://u@127.0.0.1:{port}/ledger")
        .parse()
        .unwrap();
    let error = refused(&location).await;
    assert!(
        matches!(error, Error::NoAnswer { seconds: 10, .. }),
        "{}",
        told(&error)
    );
}
