//! The source: what policies name is declared, read at once, and known on through failures.

use jiff::Timestamp;
use lifeboat_controller::Source;
use lifeboat_core::{AssetHistory, AssetKind, Operation, Outcome};
use lifeboat_kopia::RepositoryName;
use lifeboat_testkit::kopia::KopiaRepository;

use super::{Reader, Secrets, name, policy};

#[tokio::test]
async fn what_a_policy_names_is_declared_before_it_is_read() {
    let folder = tempfile::tempdir().unwrap();
    let repository = KopiaRepository::in_folder(folder.path());
    let secrets = Secrets::of(&repository);
    let mut reader = Reader::start(secrets.settings());
    let declared = reader.source.changes(Timestamp::now()).unwrap().unwrap();
    assert!(declared.complete.contains(&AssetKind::KopiaRepository));
    assert_eq!(declared.assets[0].id, name().asset_id());
    assert!(!reader.observed().await.facts.is_unread());
    assert!(reader.source.changes(Timestamp::now()).unwrap().is_none());

    reader.source.heed(&[policy(&[])]);
    let declared = reader.source.changes(Timestamp::now()).unwrap().unwrap();
    assert_eq!(declared.gone, [name().asset_id()]);
    assert!(declared.assets.is_empty());
    assert!(declared.complete.is_empty());
}

#[tokio::test]
async fn a_repository_without_settings_is_declared_with_the_reason() {
    let folder = tempfile::tempdir().unwrap();
    let repository = KopiaRepository::in_folder(folder.path());
    let secrets = Secrets::of(&repository);
    let mut reader = Reader::start(secrets.settings());
    reader.observed().await;
    let unknown = RepositoryName {
        namespace: "other".to_owned(),
        ..name()
    };
    reader.source.heed(&[policy(&[unknown])]);
    let observation = reader.observed().await;
    let repository = observation.facts.repository.unwrap();
    let failure = repository.failure.unwrap();
    assert!(failure.error.contains("other/kopia"), "{}", failure.error);
    assert!(failure.hint.unwrap().contains("mount the Secret"));
}

#[tokio::test]
async fn what_is_read_again_after_a_restart_counts_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let repository = KopiaRepository::in_folder(folder.path());
    repository.maintain();
    let secrets = Secrets::of(&repository);
    let mut history = AssetHistory::new(Timestamp::now());
    for _process in 0..2 {
        let mut reader = Reader::start(secrets.settings());
        // First it is there and nothing is known, then it is read.
        for _ in 0..2 {
            let observation = reader.next().await;
            history.observe(&observation, Timestamp::now());
        }
    }
    let maintenance = history.operation(Operation::Maintenance).unwrap();
    let counted = maintenance.totals.runs[&Outcome::Succeeded];
    assert_eq!(counted, 2);
}

#[tokio::test]
async fn a_reading_that_fails_keeps_what_was_known() {
    let folder = tempfile::tempdir().unwrap();
    let repository = KopiaRepository::in_folder(folder.path());
    let secrets = Secrets::of(&repository);
    let mut reader = Reader::start(secrets.settings());
    let before = reader.observed().await;

    secrets.set("KOPIA_PASSWORD", "wrong");
    // The interval is another one, so it is read anew.
    let mut hourly = policy(&[name()]);
    hourly.kopia_repositories[0].every = jiff::SignedDuration::from_hours(1);
    reader.source.heed(&[hourly]);
    let after = reader.next().await;
    let repository = after.facts.repository.as_ref().unwrap();
    let failure = repository.failure.as_ref().unwrap();
    assert!(failure.error.contains("password"), "{}", failure.error);
    let known = before.facts.repository.unwrap();
    assert_eq!(repository.reading, known.reading);
    assert_eq!(after.runs, before.runs);
}
