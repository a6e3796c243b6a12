//! A repository in a folder: everything that can be known of it, and that reading leaves no trace.

use jiff::Timestamp;
use lifeboat_core::{Outcome, Run, ScheduleState};
use lifeboat_testkit::{kopia::KopiaRepository, tree::tree};

use super::{Secrets, data, reading, source};

fn codes(observation: &lifeboat_core::Observation) -> Vec<&str> {
    let findings = observation.facts.findings.iter();
    findings.map(|finding| finding.code).collect()
}

#[tokio::test]
async fn everything_is_read_and_nothing_is_written() {
    let folder = tempfile::tempdir().unwrap();
    let repository = KopiaRepository::in_folder(folder.path());
    let data = data();
    repository.snapshot(data.path(), "db@apps:/data");
    repository.snapshot(data.path(), "db@apps:/data");
    repository.snapshot_with_an_error("files@apps:/data");
    repository.snapshot_cut_short("big@apps:/data").await;
    repository.maintain();
    let before = tree(folder.path());

    let secrets = Secrets::of(&repository);
    let observation = secrets.observed().await;
    assert_eq!(tree(folder.path()), before);

    let reading = reading(&observation);
    assert_eq!(reading.unique_id.len(), 64);
    assert_eq!(
        reading.storage,
        format!("filesystem: {}", folder.path().display())
    );
    assert_eq!(reading.owner.as_deref(), Some("maintenance@volsync"));
    let on_disk: u64 = before.values().map(|(size, _)| size).sum();
    // The file .shards tells clients how to find blobs, and is none.
    let shards = before[std::path::Path::new(".shards")].0;
    assert_eq!(reading.physical_bytes, Some(on_disk - shards));
    // 18.3 MB were copied twice; 8 MB of them are noise that is there twice, 2.3 MB shrink to nothing.
    let logical = reading.logical_bytes.unwrap();
    assert!((10_300_000..10_400_000).contains(&logical), "{logical}");
    assert!(reading.objects.unwrap() > 5);
    let deduplicated = reading.deduplication_ratio.unwrap();
    assert!((3.4..3.6).contains(&deduplicated), "{deduplicated}");
    let compressed = reading.compression_ratio.unwrap();
    assert!((1.1..1.4).contains(&compressed), "{compressed}");

    let db = source(reading, "db@apps:/data");
    assert_eq!((db.snapshots, db.incomplete), (2, 0));
    let newest = db.newest.as_ref().unwrap();
    assert_eq!(
        (newest.files, newest.bytes, newest.errors),
        (3, 18_300_000, 0)
    );
    let files = source(reading, "files@apps:/data");
    assert_eq!(files.newest.as_ref().unwrap().errors, 1);
    let big = source(reading, "big@apps:/data");
    assert_eq!((big.snapshots, big.incomplete), (0, 1));
    assert!(big.newest_incomplete_at.is_some());
}

#[tokio::test]
async fn real_maintenance_is_told_run_by_run() {
    let folder = tempfile::tempdir().unwrap();
    let repository = KopiaRepository::in_folder(folder.path());
    let secrets = Secrets::of(&repository);
    // kopia maintains what it has just made.
    let first = secrets.observed().await;
    assert_eq!(outcomes(&first.runs), [Outcome::Succeeded]);

    let data = data();
    repository.snapshot(data.path(), "db@apps:/data");
    repository.maintain();
    // Quick maintenance gives nothing back, and is no maintenance.
    repository.run(&["maintenance", "run"]);
    let second = secrets.observed().await;
    assert_eq!(outcomes(&second.runs), [Outcome::Succeeded; 2]);
    assert_eq!(second.runs[0], first.runs[0]);
    let last = second.runs[1].end.as_ref().unwrap();
    assert_eq!(second.facts.succeeded_at, Some(last.at));

    repository.fail_to_maintain(folder.path());
    let third = secrets.observed().await;
    assert_eq!(third.runs[..2], second.runs[..]);
    assert_eq!(
        outcomes(&third.runs),
        [Outcome::Succeeded, Outcome::Succeeded, Outcome::Failed]
    );
    let error = third.runs[2].end.as_ref().unwrap().error.as_ref().unwrap();
    assert!(
        error.starts_with("full-rewrite-contents failed: failed to rewrite"),
        "{error}"
    );
    // A failure takes no success back.
    assert_eq!(third.facts.succeeded_at, second.facts.succeeded_at);
}

fn outcomes(runs: &[Run]) -> Vec<Outcome> {
    runs.iter().filter_map(Run::outcome).collect()
}

#[tokio::test]
async fn a_removed_owner_a_pause_and_a_switch_are_seen() {
    let folder = tempfile::tempdir().unwrap();
    let repository = KopiaRepository::in_folder(folder.path());
    let secrets = Secrets::of(&repository);
    let schedule = async || {
        let observation = secrets.observed().await;
        let owner = reading(&observation).owner.clone();
        let schedules = observation.facts.schedules.clone().unwrap();
        (owner.unwrap(), schedules[0].state.clone(), observation)
    };
    let (owner, state, _) = schedule().await;
    assert_eq!(owner, "maintenance@volsync");
    let ScheduleState::Active { first_due, .. } = state else {
        panic!("{state:?}");
    };
    assert!(first_due.unwrap() > Timestamp::now());

    // Somebody who is gone: it is due since a moment that is longer ago than its interval.
    repository.run(&[
        "maintenance",
        "set",
        "--full-interval=1ms",
        "--pause-full=0s",
    ]);
    repository.run(&["maintenance", "set", "--owner=gone@nowhere"]);
    let (owner, state, observation) = schedule().await;
    assert_eq!(owner, "gone@nowhere");
    let ScheduleState::Active { first_due, .. } = state else {
        panic!("{state:?}");
    };
    assert!(first_due.unwrap() < Timestamp::now());
    assert_eq!(codes(&observation), ["kopia_maintenance_left_undone"]);
    let refused = repository.try_run(&["maintenance", "run", "--full"]);
    assert!(!refused.status.success());

    repository.run(&["maintenance", "set", "--owner=me", "--full-interval=24h"]);
    repository.run(&["maintenance", "set", "--pause-full=72h"]);
    let (_, state, observation) = schedule().await;
    assert_eq!(state, ScheduleState::Suspended { since: None });
    assert_eq!(codes(&observation), [""; 0]);

    repository.run(&[
        "maintenance",
        "set",
        "--pause-full=1h",
        "--enable-full=false",
    ]);
    let (_, state, _) = schedule().await;
    assert_eq!(state, ScheduleState::Suspended { since: None });
}
