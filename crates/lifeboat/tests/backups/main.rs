//! The commands on backups, on repositories in a folder: list, show, pin, verify, prune, restore, and what breaks them.
#![expect(clippy::unwrap_used, reason = "a panic in a helper is a failed test")]

mod catalogue;
mod damage;
mod full_disk;
mod prune;
mod restore;
mod sharing;
#[path = "../support/mod.rs"]
mod support;

use std::path::Path;
use std::process::Command;

use lifeboat_testkit::blocks::blocks_in;
use lifeboat_testkit::tools::fake_clock;
use tempfile::TempDir;

use support::{Repository, clean, copy, run, text};

/// A command that believes it is another time, such as `@2026-03-01 02:00:00` (UTC) or `+1y`.
pub(crate) fn at(time: &str, command: &Command) -> Command {
    let mut faked = clean(command.get_program());
    fake_clock(&mut faked)
        .env("FAKETIME", time)
        .env("TZ", "UTC")
        .args(command.get_args());
    faked
}

pub(crate) fn assert_lines_fit(text: &str, columns: usize) {
    for line in text.lines() {
        assert!(line.chars().count() <= columns, "too wide: {line}");
    }
}

/// A folder with the blocks of all of these folders.
pub(crate) fn together(folders: &[&Path]) -> TempDir {
    let all = tempfile::tempdir().unwrap();
    for folder in folders {
        for block in blocks_in(folder) {
            copy(&block, all.path());
        }
    }
    all
}

/// The backups that a listing shows, newest first.
pub(crate) fn listed(repository: &Repository) -> Vec<String> {
    let list = repository.json("backups list");
    let rows = list["backups"].as_array().unwrap();
    rows.iter().map(|row| text(&row["id"])).collect()
}

/// Backups of the same data, begun at these times.
pub(crate) fn backups_at(repository: &Repository, source: &Path, times: &[&str]) -> Vec<String> {
    let ids = times.iter().map(|time| {
        let ran = run(&mut at(
            &format!("@{time}"),
            &repository.backup_command(source),
        ))
        .exits(0);
        text(&ran.json()["id"])
    });
    ids.collect()
}

pub(crate) const KEEP_LAST: &str =
    "backups prune --keep-daily 0 --keep-monthly 0 --keep-yearly 0 --keep-last 1";
