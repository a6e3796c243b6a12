//! Full disks, real ones of four megabytes.

use std::fs;
use std::path::Path;
use std::process::Command;

use lifeboat_testkit::blocks::{Generated, Mode};

use crate::support::{self, Ran, Repository, blocks, clean, run};

/// Runs a script with a small file system of its own, mounted at `$MOUNT`. It is gone with the
/// script, whatever happens.
fn on_a_small_disk(folder: &Path, script: &str, variables: &[(&str, &Path)]) -> Ran {
    let mount = folder.join("mount");
    fs::create_dir(&mount).unwrap();
    let mut command = clean("unshare");
    if run(Command::new("id").arg("-u")).stdout.trim() != "0" {
        command.args(["--user", "--map-root-user"]);
    }
    command
        .args(["--mount", "bash", "-euo", "pipefail", "-c"])
        .arg(format!(
            "mount -t tmpfs -o size=4m tmpfs \"$MOUNT\"\n{script}"
        ))
        .env("MOUNT", &mount)
        .env("LIFEBOAT", support::LIFEBOAT)
        .envs(variables.iter().copied());
    run(&mut command)
}

#[test]
fn a_full_disk_is_named_and_loses_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let (small, large) = (blocks(2), folder.path().join("large"));
    let _ = Generated::new(Mode::Bulk).bytes(12 << 20).write(&large);
    let script = r#"
        backup() { "$LIFEBOAT" backup prometheus --repository "$MOUNT/repository" --from-snapshot "$1"; }
        backup "$SMALL"
        if backup "$LARGE" 2>"$FOLDER/full"; then exit 9; fi
        "$LIFEBOAT" backups verify --repository "$MOUNT/repository" --level deep
        if "$LIFEBOAT" backups restore latest --repository "$MOUNT/repository" --target "$MOUNT/restored" \
            --dry-run >/dev/null; then :; fi
        mount -o remount,size=64m "$MOUNT"
        backup "$LARGE"
        "$LIFEBOAT" backups verify --repository "$MOUNT/repository" --level deep
    "#;
    let variables = [
        ("SMALL", small.path()),
        ("LARGE", &large),
        ("FOLDER", folder.path()),
    ];
    on_a_small_disk(folder.path(), script, &variables).exits(0);
    let complaint = fs::read_to_string(folder.path().join("full")).unwrap();
    for text in [
        "No space left on device",
        "hint: the store is full; free some space",
    ] {
        assert!(complaint.contains(text), "{complaint}");
    }
}

#[test]
fn a_restore_onto_a_full_disk_is_named_and_leaves_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let (repository, large) = (Repository::new(), folder.path().join("large"));
    let _ = Generated::new(Mode::Bulk).bytes(12 << 20).write(&large);
    repository.back_up(&large);
    let script = r#"
        if "$LIFEBOAT" backups restore latest --repository "$REPOSITORY" --target "$MOUNT/restored"; then
            exit 9
        fi
        find "$MOUNT" -mindepth 1
    "#;
    let path = repository.path();
    let ran = on_a_small_disk(folder.path(), script, &[("REPOSITORY", &path)])
        .exits(0)
        .complains(&["No space left on device", "hint: free some space"]);
    assert_eq!(ran.stdout, "");
}
