//! Which files a block folder has, and which of them belong to a block.

use std::fs;
use std::io;
use std::path::Path;

use crate::finding::Finding;
use crate::segment::segment_path;

/// The files of a block folder.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct BlockFiles {
    /// Whether there is a `meta.json`.
    pub meta: bool,
    /// Whether there is an `index`.
    pub index: bool,
    /// Whether there is a `tombstones`.
    pub tombstones: bool,
    /// The numbers of the chunk segments, in ascending order.
    pub segments: Vec<u32>,
    /// A note for each entry that no block has.
    pub odd: Vec<Finding>,
}

impl BlockFiles {
    /// The paths inside the block of all files that belong to it: what a backup must hold.
    #[must_use]
    pub fn paths(&self) -> Vec<String> {
        let named = [
            ("meta.json", self.meta),
            ("index", self.index),
            ("tombstones", self.tombstones),
        ];
        let named = named
            .into_iter()
            .filter(|(_, there)| *there)
            .map(|(name, _)| name.to_owned());
        named
            .chain(self.segments.iter().copied().map(segment_path))
            .collect()
    }
}

/// The file name of a chunk segment: six digits, more if the number needs them.
#[must_use]
pub fn segment_name(sequence: u32) -> String {
    format!("{sequence:06}")
}

/// The number of the chunk segment with this file name, if it is one that Prometheus would give.
#[must_use]
pub fn segment_sequence(name: &str) -> Option<u32> {
    let sequence = name.parse().ok()?;
    (sequence > 0 && segment_name(sequence) == name).then_some(sequence)
}

/// Lists the files of a block folder. Nothing is opened; a symbolic link counts as what it points to.
pub fn list_block_files(directory: &Path) -> io::Result<BlockFiles> {
    let mut files = BlockFiles::default();
    for (name, is_file) in entries(directory)? {
        match (name.as_str(), is_file) {
            ("meta.json", true) => files.meta = true,
            ("index", true) => files.index = true,
            ("tombstones", true) => files.tombstones = true,
            ("chunks", false) => {}
            _ => files.odd.push(not_of_a_block(&name)),
        }
    }
    match entries(&directory.join("chunks")) {
        Ok(segments) => {
            for (name, is_file) in segments {
                match segment_sequence(&name).filter(|_| is_file) {
                    Some(sequence) => files.segments.push(sequence),
                    None => files.odd.push(not_of_a_block(&format!("chunks/{name}"))),
                }
            }
        }
        // A block without chunks has no need of the folder.
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => return Err(error),
    }
    files.segments.sort_unstable();
    Ok(files)
}

fn not_of_a_block(path: &str) -> Finding {
    Finding::note(
        path,
        None,
        "no block has a file of this name; it is ignored",
    )
}

/// The names in a folder, sorted, and whether each is a file.
fn entries(directory: &Path) -> io::Result<Vec<(String, bool)>> {
    let mut entries = fs::read_dir(directory)?
        .map(|entry| {
            let entry = entry?;
            let is_file = fs::metadata(entry.path())?.is_file();
            Ok((entry.file_name().to_string_lossy().into_owned(), is_file))
        })
        .collect::<io::Result<Vec<_>>>()?;
    entries.sort_unstable();
    Ok(entries)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_segment_is_named_with_six_digits_or_more() {
        for (name, sequence) in [
            ("000001", Some(1)),
            ("999999", Some(999_999)),
            ("1000000", Some(1_000_000)),
        ] {
            assert_eq!(segment_sequence(name), sequence);
        }
        for name in [
            "000000",
            "1",
            "0000001",
            "+00001",
            "00001a",
            "",
            "000001.tmp",
            "4294967296",
        ] {
            assert_eq!(segment_sequence(name), None, "{name}");
        }
    }

    #[test]
    fn files_that_no_block_has_are_noted_and_left_out() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("chunks")).unwrap();
        for name in [
            "meta.json",
            "index",
            "tombstones",
            "chunks/000002",
            "chunks/000001",
            "chunks/7",
            "index.tmp",
        ] {
            fs::write(folder.path().join(name), "").unwrap();
        }
        let files = list_block_files(folder.path()).unwrap();
        assert_eq!(
            files.paths(),
            [
                "meta.json",
                "index",
                "tombstones",
                "chunks/000001",
                "chunks/000002"
            ]
        );
        let odd: Vec<&str> = files
            .odd
            .iter()
            .map(|finding| finding.file.as_str())
            .collect();
        assert_eq!(odd, ["index.tmp", "chunks/7"]);
    }

    #[test]
    fn a_folder_without_chunks_is_listed() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(
            list_block_files(folder.path()).unwrap(),
            BlockFiles::default()
        );
    }
}
