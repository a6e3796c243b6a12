//! Prune: its plan, its guards, the grace, and clocks that jump.

use std::time::Duration;

use insta::assert_snapshot;
use lifeboat_testkit::tree::tree;
use serde_json::json;

use crate::support::{Repository, age, blocks, run, text};
use crate::{KEEP_LAST, assert_lines_fit, at, backups_at, listed};

#[test]
fn prune_prints_its_plan_with_the_reason_for_every_backup() {
    let (repository, source) = (Repository::new(), blocks(2));
    let ids = backups_at(
        &repository,
        source.path(),
        &[
            "2025-01-05 02:00:00",
            "2025-06-10 02:00:00",
            "2026-01-03 02:00:00",
            "2026-02-02 02:00:00",
            "2026-02-14 02:00:00",
            "2026-03-02 02:00:00",
            "2026-03-02 14:00:00",
            "2026-03-03 02:00:00",
        ],
    );
    repository.json(&format!("backups pin {}", ids[1]));
    let now = "@2026-03-03 03:00:00";
    let prune = "backups prune --keep-daily 2 --keep-monthly 3 --keep-yearly 2";
    let planned = run(&mut at(
        now,
        &repository.command(&format!("{prune} --dry-run")),
    ))
    .exits(0);
    assert_lines_fit(&planned.stdout, 80);
    assert_snapshot!(planned.stdout, @"
    BACKUP                   AGE  DECISION  REASON
    backup-20260303-020000    1h  keep      newest good; daily 2026-03-03
    backup-20260302-140000   13h  keep      daily 2026-03-02
    backup-20260302-020000    1d  keep      monthly 2026-03
    backup-20260214-020000   17d  drop      no rule keeps it
    backup-20260202-020000   29d  keep      monthly 2026-02
    backup-20260103-020000   59d  keep      monthly 2026-01; yearly 2026
    backup-20250610-020000  266d  keep      pinned
    backup-20250105-020000  422d  keep      yearly 2025

    Dry run: 7 backups would be kept, 1 removed. Nothing was changed.
    ");

    let mut by_environment = at(now, &repository.command("backups prune --dry-run"));
    let variables = [
        ("RETENTION_DAILY", "2"),
        ("RETENTION_MONTHLY", "3"),
        ("RETENTION_YEARLY", "2"),
    ];
    let the_same = run(by_environment.envs(variables)).exits(0);
    assert_eq!(the_same.stdout, planned.stdout);

    let done = run(&mut at(
        now,
        &repository.command(&format!("{prune} --output json")),
    ))
    .exits(0)
    .json();
    assert_eq!(done["kept"], 7);
    assert_eq!(done["dropped"], 1);
    let kept: Vec<&String> = [7, 6, 5, 3, 2, 1, 0]
        .iter()
        .map(|index: &usize| &ids[*index])
        .collect();
    assert_eq!(listed(&repository).iter().collect::<Vec<_>>(), kept);
}

#[test]
fn days_begin_in_the_given_time_zone() {
    let (repository, source) = (Repository::new(), blocks(2));
    let times = ["2026-03-01 22:30:00", "2026-03-01 23:30:00"];
    let ids = backups_at(&repository, source.path(), &times);
    let plan = |zone: &str| {
        let words = format!(
            "backups prune --keep-daily 9 --keep-monthly 0 --keep-yearly 0 --dry-run \
             --output json --time-zone {zone}"
        );
        run(&mut at("@2026-03-02 01:00:00", &repository.command(&words)))
            .exits(0)
            .json()
    };
    assert_eq!(plan("UTC")["kept"], 1);
    let berlin = plan("Europe/Berlin");
    assert_eq!(berlin["kept"], 2);
    assert_eq!(berlin["plan"][0]["id"], ids[1].as_str());
    assert_eq!(
        berlin["plan"][0]["reasons"],
        json!(["newest good", "daily 2026-03-02"])
    );
}

#[test]
fn neither_a_pinned_backup_nor_the_newest_verified_one_is_ever_removed() {
    let (repository, source) = (Repository::new(), blocks(2));
    let ids: Vec<String> = (0..4)
        .map(|_| repository.id_of_backup(source.path()))
        .collect();
    repository.json(&format!("backups pin {}", ids[0]));
    repository.json(&format!("backups verify {} --level checksums", ids[1]));
    repository
        .run(KEEP_LAST)
        .exits(0)
        .says(&["3 backups kept, 1 removed."]);
    assert_eq!(
        listed(&repository),
        [ids[3].clone(), ids[1].clone(), ids[0].clone()]
    );

    repository.json(&format!("backups unpin {}", ids[0]));
    repository.run(KEEP_LAST).exits(0);
    assert_eq!(listed(&repository), [ids[3].clone(), ids[1].clone()]);
}

#[test]
fn a_policy_that_keeps_nothing_is_refused() {
    let (repository, source) = (Repository::new(), blocks(2));
    repository.back_up(source.path());
    repository
        .run("backups prune --keep-daily 0 --keep-monthly 0 --keep-yearly 0")
        .exits(2)
        .complains(&["keeps nothing", "hint: give at least one of --keep-daily"]);
    assert_eq!(listed(&repository).len(), 1);
}

#[test]
fn objects_that_nothing_needs_wait_for_their_grace_and_then_go() {
    let (repository, old, new) = (Repository::new(), blocks(4), blocks(2));
    repository.back_up(old.path());
    let kept = repository.id_of_backup(new.path());
    repository.run(KEEP_LAST).exits(0).says(&[
        "1 backup kept, 1 removed.",
        "0 objects deleted that no backup needs (0 B).",
        "8 objects more (",
        "will go once unneeded for 24h; see --grace.",
    ]);
    let data = repository.path().join("data");
    assert_eq!(tree(&data).len(), 12);

    age(&repository.path(), Duration::from_hours(25));
    let pruned = repository.json(KEEP_LAST);
    assert_eq!(pruned["swept"]["files"], 8);
    assert_eq!(pruned["waiting"]["files"], 0);
    assert_eq!(tree(&data).len(), 4);
    assert_eq!(listed(&repository), [kept]);
    assert_eq!(repository.json("backups verify --level deep")["good"], true);
}

#[test]
fn a_jump_of_the_clock_makes_prune_lose_nothing() {
    let (repository, source) = (Repository::new(), blocks(2));
    let mut next_year = at("+1y", &repository.backup_command(source.path()));
    let future = text(&run(&mut next_year).exits(0).json()["id"]);
    let present = repository.id_of_backup(source.path());
    assert!(present < future, "{present} {future}");
    let ran = repository.run(KEEP_LAST).exits(0);
    for (id, reason) in [(&future, "dated in the future"), (&present, "newest good")] {
        let row = ran
            .stdout
            .lines()
            .find(|line| line.starts_with(id.as_str()));
        assert!(row.unwrap().contains(reason), "{}", ran.stdout);
    }
    age(&repository.path(), Duration::from_hours(25));
    repository.run(KEEP_LAST).exits(0);
    assert_eq!(listed(&repository), [future, present]);
    assert_eq!(repository.json("backups verify --level deep")["good"], true);
}
