//! Restore: which backup, which blocks, and where never.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use lifeboat_testkit::blocks::{Generated, Mode, blocks_in};
use lifeboat_testkit::prometheus::Prometheus;
use lifeboat_testkit::tree::tree;

use crate::support::{Repository, blocks};
use crate::{assert_lines_fit, backups_at};

#[test]
fn a_backup_is_restored_by_its_id_by_a_time_or_as_the_latest() {
    let (repository, old, new) = (Repository::new(), blocks(2), blocks(4));
    let ids = [
        backups_at(&repository, old.path(), &["2026-03-01 02:00:00"]),
        backups_at(&repository, new.path(), &["2026-03-02 02:00:00"]),
    ]
    .concat();
    let cases = [
        ("latest", "1", new.path()),
        (&ids[0], "2", old.path()),
        (&ids[1], "3", new.path()),
        ("--at 2026-03-01T02:00:00Z", "4", old.path()),
        ("--at 2026-03-02", "5", old.path()),
        ("--at 2026-03-02T03:00:00+01:00", "6", new.path()),
        ("latest --checksums sha256", "7", new.path()),
    ];
    for (which, name, expected) in cases {
        let target = repository.scratch(name);
        let ran = repository.restore(which, &target);
        assert_eq!(tree(&target), tree(expected), "{which}");
        assert_lines_fit(&ran.stdout.replace(target.to_str().unwrap(), "T"), 80);
        ran.says(&[&format!(
            "Start Prometheus with --storage.tsdb.path={}",
            target.display()
        )]);
    }
    let target = repository.scratch("none");
    repository
        .run(&format!(
            "backups restore --at 2026-02-28 --target {}",
            target.display()
        ))
        .exits(1)
        .complains(&["holds no backup of \"prometheus\" that is good and was made by 2026-02-28"]);
    assert!(!target.exists());
}

#[test]
fn a_range_of_time_restores_the_blocks_that_overlap_it() {
    let (repository, source) = (Repository::new(), tempfile::tempdir().unwrap());
    let blocks = Generated::new(Mode::Float)
        .series(5)
        .hours(8)
        .end(1_780_286_400_000)
        .write(source.path());
    assert_eq!(blocks.len(), 4);
    repository.back_up(source.path());
    // The data ends at 2026-06-01T04:00:00Z, in blocks of two hours.
    for (range, count) in [
        ("--min-time 2026-06-01T02:00:00Z", 1),
        ("--min-time 2026-06-01T01:59:59Z", 2),
        ("--max-time 2026-05-31T21:59:59Z", 1),
        ("--max-time 2026-05-31T22:00:00Z", 2),
        (
            "--min-time 2026-05-31T23:00:00Z --max-time 2026-06-01T01:00:00Z",
            2,
        ),
    ] {
        let target = repository.scratch(&count.to_string());
        repository.restore(&format!("latest {range}"), &target);
        assert_eq!(blocks_in(&target).len(), count, "{range}");
        fs::remove_dir_all(target).unwrap();
    }
    let target = repository.scratch("none");
    let restore = |range: &str| {
        repository.run(&format!(
            "backups restore latest {range} --target {}",
            target.display()
        ))
    };
    restore("--min-time 2026-07-01")
        .exits(1)
        .complains(&["with samples of that time"]);
    restore("--min-time 2026-07-01 --max-time 2026-06-01")
        .exits(2)
        .complains(&[
            "--min-time 2026-07-01T00:00:00Z is later than --max-time",
            "hint: swap",
        ]);
    assert!(!target.exists());
}

#[tokio::test]
async fn a_restore_never_writes_where_something_is() {
    let (repository, source) = (Repository::new(), blocks(2));
    repository.back_up(source.path());
    let refuse = |target: &Path, reason: &str| {
        repository
            .run(&format!(
                "backups restore latest --target {}",
                target.display()
            ))
            .exits(1)
            .complains(&["cannot restore into", reason, "hint:"]);
    };
    let mine = repository.scratch("mine");
    fs::create_dir(&mine).unwrap();
    fs::write(mine.join("thesis.txt"), "years of work").unwrap();
    let before = tree(&mine);
    refuse(&mine, "it is not empty");
    assert_eq!(tree(&mine), before);
    refuse(&mine.join("thesis.txt"), "it is not a folder");

    let prometheus = Prometheus::version3().start().await;
    let names = || -> BTreeSet<_> {
        let entries = fs::read_dir(prometheus.data_directory()).unwrap();
        entries.map(|entry| entry.unwrap().file_name()).collect()
    };
    let before = names();
    refuse(
        prometheus.data_directory(),
        "it is a Prometheus's data folder",
    );
    assert_eq!(names(), before);
}
