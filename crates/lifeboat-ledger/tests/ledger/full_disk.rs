//! A full disk, a real one of a few megabytes: named, survived, and written to again once there is room.

use std::fs;
use std::process::Command;

use crate::killed::{agrees, writer};
use crate::support::{Home, OnSqlite};

const RUNS: u64 = 2_000;

/// The script's small file system is gone with it, so the ledger is copied out of it at the end.
const SCRIPT: &str = r#"
    mount -t tmpfs -o size=2m tmpfs "$MOUNT"
    "$WRITER" "$MOUNT/ledger.db" "$RUNS" >"$FOLDER/recorded" 2>"$FOLDER/complaints" &
    writer=$!
    until grep --quiet "the disk is full" "$FOLDER/complaints"; do
        kill -0 "$writer" || exit 8
    done
    cp "$FOLDER/recorded" "$FOLDER/recorded-when-full"
    mkdir "$FOLDER/full"
    cp "$MOUNT"/ledger.db* "$FOLDER/full/"
    mount -o remount,size=64m "$MOUNT"
    wait "$writer"
    mkdir -p "$TARGET"
    cp "$MOUNT"/ledger.db* "$TARGET"
"#;

#[tokio::test]
async fn a_full_disk_is_named_loses_nothing_and_can_be_emptied() {
    let home = Home::new(OnSqlite).await;
    let folder = tempfile::tempdir().unwrap();
    let mount = folder.path().join("mount");
    fs::create_dir(&mount).unwrap();
    let mut command = Command::new("unshare");
    let id = Command::new("id").arg("-u").output().unwrap();
    if id.stdout != b"0\n" {
        command.args(["--user", "--map-root-user"]);
    }
    let ran = command
        .args(["--mount", "bash", "-euo", "pipefail", "-c", SCRIPT])
        .env("MOUNT", &mount)
        .env("FOLDER", folder.path())
        .env("WRITER", writer())
        .env("RUNS", RUNS.to_string())
        .env("TARGET", home.file().parent().unwrap())
        .output()
        .unwrap();
    let complaints = fs::read_to_string(folder.path().join("complaints")).unwrap();
    assert!(ran.status.success(), "{ran:?}\n{complaints}");
    for text in [
        "failed to record the ",
        "the disk is full",
        "hint: free some space",
    ] {
        assert!(complaints.contains(text), "{complaints}");
    }
    let others: Vec<_> = complaints
        .lines()
        .filter(|line| !line.contains("the disk is full"))
        .collect();
    assert_eq!(others, Vec::<&str>::new());

    // As it was while the disk was full, and as it is in the end.
    let when_full = fs::read_to_string(folder.path().join("recorded-when-full")).unwrap();
    let newest = when_full.lines().last().unwrap().parse().unwrap();
    agrees(&home, RUNS - 1).await;
    let full = Home::new(OnSqlite).await;
    fs::create_dir_all(full.file().parent().unwrap()).unwrap();
    for entry in fs::read_dir(folder.path().join("full")).unwrap() {
        let entry = entry.unwrap();
        fs::copy(entry.path(), full.file().with_file_name(entry.file_name())).unwrap();
    }
    agrees(&full, newest).await;
}
