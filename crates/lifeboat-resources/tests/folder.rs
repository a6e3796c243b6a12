//! A folder of documents: which files count, links as Kubernetes makes them, and whether anything has changed.
#![expect(clippy::unwrap_used, reason = "a panic in a helper is a failed test")]

mod support;

use std::{fs, os::unix::fs::symlink, path::Path};

use jiff::Timestamp;
use lifeboat_resources::{LoadError, ResourceFolder};
use support::backup;
use tempfile::TempDir;

fn write(folder: &Path, name: &str, content: &str) {
    fs::write(folder.join(name), content).unwrap();
}

fn names(folder: &ResourceFolder) -> Vec<String> {
    let backups = folder.load().unwrap().backups;
    let names = backups.iter().map(|backup| backup.asset_id().name);
    names.collect()
}

/// A `ConfigMap` as the kubelet mounts it: files are links through `..data`, itself a link.
fn mount_config_map(mount: &Path, revision: &str, documents: &[(&str, String)]) {
    let version = mount.join(format!("..{revision}"));
    fs::create_dir(&version).unwrap();
    for (name, content) in documents {
        write(&version, name, content);
        let link = mount.join(name);
        if fs::symlink_metadata(&link).is_err() {
            symlink(Path::new("..data").join(name), link).unwrap();
        }
    }
    let next = mount.join("..data_tmp");
    symlink(format!("..{revision}"), &next).unwrap();
    fs::rename(next, mount.join("..data")).unwrap();
}

#[test]
fn files_are_read_by_name_and_only_those_of_the_folder_itself() {
    let directory = TempDir::new().unwrap();
    let path = directory.path();
    write(path, "b.yml", &backup("second", ""));
    write(path, "a.yaml", &backup("first", ""));
    write(path, ".hidden.yaml", "not: [yaml");
    write(path, "readme.txt", "not: [yaml");
    fs::create_dir(path.join("below.yaml")).unwrap();
    write(&path.join("below.yaml"), "c.yaml", &backup("third", ""));
    assert_eq!(names(&ResourceFolder::new(path)), ["first", "second"]);
}

#[test]
fn a_single_file_is_read_too() {
    let directory = TempDir::new().unwrap();
    write(directory.path(), "a.conf", &backup("main", ""));
    let file = ResourceFolder::new(directory.path().join("a.conf"));
    assert_eq!(names(&file), ["main"]);
}

#[test]
fn a_folder_that_is_not_there_is_an_error() {
    let error = ResourceFolder::new("/missing/folder").load().unwrap_err();
    assert!(matches!(error, LoadError::Folder { .. }));
    assert!(error.hint().is_some());
}

#[test]
fn a_link_into_nothing_is_told() {
    let directory = TempDir::new().unwrap();
    symlink("nowhere", directory.path().join("a.yaml")).unwrap();
    let error = ResourceFolder::new(directory.path()).load().unwrap_err();
    let [problem] = error.problems() else {
        panic!("{error}");
    };
    assert!(problem.message.starts_with("failed to read"), "{problem}");
}

#[test]
fn a_file_of_more_than_a_mebibyte_is_refused() {
    let directory = TempDir::new().unwrap();
    write(directory.path(), "a.yaml", &"#\n".repeat(600_000));
    let error = ResourceFolder::new(directory.path()).load().unwrap_err();
    assert!(error.to_string().contains("larger than 1 MiB"), "{error}");
}

#[test]
fn a_config_map_is_read_and_its_change_is_seen() {
    let directory = TempDir::new().unwrap();
    let now = Timestamp::now();
    let folder = ResourceFolder::new(directory.path());
    mount_config_map(directory.path(), "1", &[("a.yaml", backup("old", ""))]);
    assert_eq!(names(&folder), ["old"]);
    let before = folder.fingerprint(now).unwrap();
    mount_config_map(directory.path(), "2", &[("a.yaml", backup("new", ""))]);
    let after = folder.fingerprint_after(&before, now).unwrap();
    assert_ne!(before, after);
    assert_eq!(names(&folder), ["new"]);
}

#[test]
fn a_fingerprint_follows_the_contents_and_nothing_else() {
    let directory = TempDir::new().unwrap();
    let path = directory.path();
    let now = Timestamp::now();
    let folder = ResourceFolder::new(path);
    let mut before = folder.fingerprint(now).unwrap();
    let mut has_changed = |folder: &ResourceFolder| {
        let after = folder.fingerprint_after(&before, now).unwrap();
        let changed = after != before;
        before = after;
        changed
    };
    assert!(!has_changed(&folder), "nothing");
    write(path, "a.yaml", "a: 1");
    assert!(has_changed(&folder), "a new file");
    write(path, "a.yaml", "a: 2");
    assert!(has_changed(&folder), "a new content of the same length");
    write(path, "a.yaml", "a: 2");
    assert!(!has_changed(&folder), "the same content written again");
    write(path, "notes.txt", "a");
    assert!(!has_changed(&folder), "a file that doesn't count");
    fs::rename(path.join("a.yaml"), path.join("b.yaml")).unwrap();
    assert!(has_changed(&folder), "another name");
    fs::remove_file(path.join("b.yaml")).unwrap();
    assert!(has_changed(&folder), "no file any more");
}
