//! What a backup sends: only what the repository lacks, whoever else is at work.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::time::Duration;

use lifeboat_testkit::blocks::{Counters, blocks_in, promtool_blocks};
use lifeboat_testkit::process::Process;
use lifeboat_testkit::prometheus::Prometheus;
use lifeboat_testkit::tree::tree;
use serde_json::json;

use crate::support::{Repository, blocks, flip, run};
use crate::{listed, together};

#[test]
fn unchanged_blocks_are_neither_read_nor_sent_again() {
    let (repository, source) = (Repository::new(), blocks(4));
    let first = repository.back_up(source.path());
    assert_eq!(first["sent"], first["read"]);
    assert_eq!(first["sent"]["files"], 8);
    let data = tree(&repository.path().join("data"));
    // Whoever reads an index or chunks again would notice this.
    for block in blocks_in(source.path()) {
        flip(&block.join("index"), 100);
        flip(&block.join("chunks/000001"), 100);
    }
    let second = repository.back_up(source.path());
    let nothing = json!({ "files": 0, "bytes": 0 });
    assert_eq!(second["sent"], nothing);
    assert_eq!(second["read"], nothing);
    assert_eq!(second["totals"], first["totals"]);
    assert_eq!(tree(&repository.path().join("data")), data);
    repository
        .run("backups verify --level deep")
        .exits(0)
        .says(&["Looked for 8 objects; read "]);
}

#[test]
fn a_day_later_only_the_new_block_is_sent() {
    let (repository, old, new) = (Repository::new(), blocks(4), blocks(2));
    repository.back_up(old.path());
    let both = together(&[old.path(), new.path()]);
    let second = repository.back_up(both.path());
    let size: u64 = tree(new.path()).values().map(|(size, _)| size).sum();
    assert_eq!(second["sent"], json!({ "files": 4, "bytes": size }));
    assert_eq!(second["totals"]["blocks"], 3);
}

#[tokio::test]
async fn a_deletion_under_the_same_block_is_sent_and_restored() {
    let source = tempfile::tempdir().unwrap();
    let counters = Counters {
        series: 3,
        samples: 20,
        start: 1_700_000_000,
        step: 60,
    };
    let blocks = promtool_blocks(source.path(), &counters.open_metrics());
    let repository = Repository::new();
    repository.back_up(source.path());
    let before = tree(source.path());

    let prometheus = Prometheus::debian()
        .admin_api(true)
        .data_directory(source.path())
        .start()
        .await;
    prometheus
        .delete_series("lifeboat_test_total{series=\"1\"}")
        .await;
    prometheus.stop().await;
    let after = tree(&blocks[0]);
    let changed: BTreeSet<&PathBuf> = after
        .iter()
        .filter(|(path, content)| {
            let name = blocks[0].file_name().unwrap();
            before.get(&Path::new(name).join(path)) != Some(content)
        })
        .map(|(path, _)| path)
        .collect();
    assert!(
        changed.contains(&PathBuf::from("tombstones")),
        "{changed:?}"
    );

    let second = repository.back_up(source.path());
    assert_eq!(second["sent"]["files"], changed.len());
    let target = repository.scratch("restored");
    repository.restore("latest", &target);
    assert_eq!(tree(&target.join(blocks[0].file_name().unwrap())), after);
}

#[test]
fn a_dry_run_changes_nothing() {
    let (repository, source) = (Repository::new(), blocks(4));
    repository.back_up(source.path());
    repository.back_up(source.path());
    let before = repository.tree();
    let new = blocks(2);
    let mut backup = repository.backup_command(new.path());
    let planned = run(backup.arg("--dry-run")).exits(0).json();
    assert_eq!(planned["dry_run"], true);
    repository
        .run(
            "backups prune --dry-run --keep-daily 0 --keep-monthly 0 --keep-yearly 0 --keep-last 1",
        )
        .exits(0)
        .says(&[
            "drop",
            "Dry run: 1 backup would be kept, 1 removed. Nothing was changed.",
        ]);
    let target = repository.scratch("restored");
    let words = format!(
        "backups restore latest --dry-run --target {}",
        target.display()
    );
    repository.run(&words).exits(0).says(&["dry run"]);
    assert!(!target.exists());
    assert_eq!(repository.tree(), before);
}

#[test]
fn two_backups_at_once_both_succeed() {
    let (repository, source) = (Repository::new(), blocks(8));
    let processes: Vec<Process> = (0..3)
        .map(|_| Process::spawn("lifeboat", repository.backup_command(source.path())))
        .collect();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    for process in processes {
        let status = runtime.block_on(process.wait(Duration::from_mins(1)));
        assert!(status.success(), "{}", process.log());
    }
    assert_eq!(listed(&repository).len(), 3);
    assert_eq!(repository.json("backups verify --level deep")["good"], true);
}
