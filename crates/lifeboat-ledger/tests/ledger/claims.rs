//! Claims: one writer at a time, and none that goes on without its claim.

use lifeboat_ledger::{Error, Ledger, RunFilter};
use rstest::rstest;

use crate::support::{Home, Kind, OnPostgres, OnSqlite, asset, at, told};

#[rstest]
#[tokio::test]
async fn a_second_writer_is_refused_until_the_first_is_gone(
    #[values(OnSqlite, OnPostgres)] kind: Kind,
) {
    let home = Home::new(kind).await;
    let ledger = home.open().await;
    let error = Ledger::open(&home.location).await.unwrap_err();
    assert!(matches!(error, Error::Claimed { .. }), "{}", told(&error));
    let text = told(&error);
    assert!(
        text.starts_with("another Lifeboat uses the ledger "),
        "{text}"
    );
    assert!(!text.contains("a-password"), "{text}");
    drop(ledger);
    home.open().await.check().await.unwrap();
}

#[cfg(unix)]
#[tokio::test]
async fn a_link_to_a_ledger_is_the_same_ledger() {
    let home = Home::new(OnSqlite).await;
    let _ledger = home.open().await;
    let link = home.file().with_file_name("link.db");
    std::os::unix::fs::symlink(home.file(), &link).unwrap();
    let location = link.to_str().unwrap().parse().unwrap();
    let error = Ledger::open(&location).await.unwrap_err();
    assert!(matches!(error, Error::Claimed { .. }), "{}", told(&error));
}

#[rstest]
#[tokio::test]
async fn a_reader_needs_no_claim_and_writes_nothing(#[values(OnSqlite, OnPostgres)] kind: Kind) {
    let home = Home::new(kind).await;
    let writer = home.open().await;
    let reader = Ledger::open_read_only(&home.location).await.unwrap();
    writer.see_asset(&asset("main"), at(5)).await.unwrap();
    assert_eq!(reader.histories().await.unwrap().len(), 1);
    // What is known needs no write; what is new does.
    assert_eq!(
        reader.see_asset(&asset("main"), at(9)).await.unwrap(),
        at(5)
    );
    let error = reader.see_asset(&asset("other"), at(9)).await.unwrap_err();
    assert!(
        matches!(error, Error::OpenedForReading { .. }),
        "{}",
        told(&error)
    );
    assert_eq!(writer.histories().await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_writer_whose_session_was_ended_claims_anew_and_goes_on() {
    let home = Home::new(OnPostgres).await;
    let ledger = home.open().await;
    end_sessions(&home);
    ledger.see_asset(&asset("main"), at(5)).await.unwrap();
    ledger.check().await.unwrap();
    let error = Ledger::open(&home.location).await.unwrap_err();
    assert!(matches!(error, Error::Claimed { .. }), "{}", told(&error));
}

#[tokio::test]
async fn a_writer_that_lost_its_claim_to_another_writes_no_more() {
    let home = Home::new(OnPostgres).await;
    let ledger = home.open().await;
    end_sessions(&home);
    let other = home.open().await;
    let error = ledger.see_asset(&asset("main"), at(5)).await.unwrap_err();
    assert!(matches!(error, Error::Claimed { .. }), "{}", told(&error));
    other.close().await;
    // Free again; but what this one remembers may be old.
    for _ in 0..2 {
        let error = ledger.see_asset(&asset("main"), at(5)).await.unwrap_err();
        assert!(matches!(error, Error::ClaimLost { .. }), "{}", told(&error));
    }
    assert!(matches!(ledger.check().await, Err(Error::ClaimLost { .. })));
    assert_eq!(ledger.runs(&RunFilter::default()).await.unwrap(), []);
    assert_eq!(home.open().await.histories().await.unwrap(), []);
}

#[tokio::test]
async fn who_takes_over_has_the_ledger_and_who_had_it_writes_no_more() {
    let home = Home::new(OnPostgres).await;
    // Nobody to take it from is fine as well.
    let first = Ledger::take_over(&home.location).await.unwrap();
    first.see_asset(&asset("main"), at(5)).await.unwrap();

    let second = Ledger::take_over(&home.location).await.unwrap();
    assert_eq!(second.histories().await.unwrap().len(), 1);
    for _ in 0..2 {
        let error = first.see_asset(&asset("other"), at(9)).await.unwrap_err();
        assert!(matches!(error, Error::Claimed { .. }), "{}", told(&error));
    }
    second.see_asset(&asset("other"), at(7)).await.unwrap();
    second.close().await;
    let error = first.check().await.unwrap_err();
    assert!(matches!(error, Error::ClaimLost { .. }), "{}", told(&error));
    assert_eq!(
        home.open()
            .await
            .see_asset(&asset("other"), at(9))
            .await
            .unwrap(),
        at(7)
    );
}

#[tokio::test]
async fn a_ledger_in_another_schema_of_the_database_is_left_to_its_owner() {
    let home = Home::new(OnPostgres).await;
    let (server, database) = home.server.as_ref().unwrap();
    server.execute(database, "CREATE SCHEMA other");
    let beside = format!("{}?options=-csearch_path%3Dother", server.url(database));
    let other = Ledger::open(&beside.parse().unwrap()).await.unwrap();
    let pid = server.query(database, HOLDERS);

    let _taken = Ledger::take_over(&home.location).await.unwrap();
    other.check().await.unwrap();
    assert!(server.query(database, HOLDERS).contains(&pid));
}

#[tokio::test]
async fn the_claim_on_a_file_is_never_taken() {
    let home = Home::new(OnSqlite).await;
    let first = home.open().await;
    let error = Ledger::take_over(&home.location).await.unwrap_err();
    assert!(matches!(error, Error::Claimed { .. }), "{}", told(&error));
    first.check().await.unwrap();
}

/// The sessions that hold a claim in a database. Other tests share the server.
const HOLDERS: &str = "SELECT pid FROM pg_locks JOIN pg_database ON pg_database.oid = database \
     WHERE locktype = 'advisory' AND datname = current_database() ORDER BY pid";

fn end_sessions(home: &Home) {
    let (server, database) = home.server.as_ref().unwrap();
    server.execute(
        "postgres",
        &format!(
            "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity \
             WHERE datname = '{database}'"
        ),
    );
}
