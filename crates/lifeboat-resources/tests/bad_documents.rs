//! What a person reads about documents that can't be used: each file below `tests/bad` has a fault of its own.
#![expect(clippy::unwrap_used, reason = "a panic in a helper is a failed test")]

use std::{fmt::Write as _, fs, path::Path};

use lifeboat_resources::{Resources, SourceFile};

/// The errors of every bad file, one file after the other.
fn complaints() -> Vec<(String, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/bad");
    let entries = fs::read_dir(folder).unwrap();
    let mut paths: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    let complaint = |path: &Path| {
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        let content = fs::read(path);
        let file = SourceFile {
            path: name.clone().into(),
            content,
        };
        let error =
            Resources::read(&[file]).map_or_else(|error| error.to_string(), |_| String::new());
        (name, error)
    };
    paths.iter().map(|path| complaint(path)).collect()
}

#[test]
fn every_fault_is_told_with_its_place_and_the_next_step() {
    let complaints = complaints();
    assert!(complaints.len() > 50);
    let mut text = String::new();
    for (name, complaint) in &complaints {
        assert!(complaint.starts_with(name), "{name}: {complaint}");
        for line in complaint.lines().filter(|line| line.starts_with(name)) {
            let place = line.strip_prefix(&format!("{name}:")).unwrap();
            let line = place.split(':').next().unwrap();
            assert!(line.parse::<u32>().is_ok(), "{complaint}");
        }
        assert!(complaint.contains("\n  hint: "), "{complaint}");
        write!(text, "{complaint}\n\n").unwrap();
    }
    insta::assert_snapshot!(text);
}

#[test]
fn no_error_shows_a_secret() {
    for (name, complaint) in complaints() {
        assert!(!complaint.contains("hidden"), "{name}: {complaint}");
    }
}
