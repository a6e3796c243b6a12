//! A folder's files with size and SHA-256, to compare restored data with the original.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs::{self, File};
use std::io::Read;
use std::path::{Path, PathBuf};

use aws_lc_rs::digest::{Context, SHA256};

/// The size in bytes and the SHA-256 in lower-case hexadecimal of a file.
pub type Content = (u64, String);

/// Every regular file below `folder`, by its path relative to it. Empty folders do not appear;
/// symbolic links are followed.
#[must_use]
pub fn tree(folder: &Path) -> BTreeMap<PathBuf, Content> {
    let mut files = BTreeMap::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(current) = folders.pop() {
        let entries = fs::read_dir(&current)
            .unwrap_or_else(|error| panic!("failed to list {}: {error}", current.display()));
        for entry in entries {
            let path = entry
                .unwrap_or_else(|error| panic!("failed to list {}: {error}", current.display()))
                .path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let relative = path.strip_prefix(folder).unwrap_or(&path).to_path_buf();
                files.insert(relative, content(&path));
            }
        }
    }
    files
}

/// Size and SHA-256 of one file.
#[must_use]
pub fn content(path: &Path) -> Content {
    let mut file = File::open(path).unwrap_or_else(|error| failed_to_read(path, &error));
    let mut digest = Context::new(&SHA256);
    let mut buffer = vec![0; 1 << 20];
    let mut size = 0;
    loop {
        let length = file
            .read(&mut buffer)
            .unwrap_or_else(|error| failed_to_read(path, &error));
        if length == 0 {
            break;
        }
        digest.update(&buffer[..length]);
        size += length as u64;
    }
    let mut hexadecimal = String::new();
    for byte in digest.finish().as_ref() {
        write!(hexadecimal, "{byte:02x}")
            .unwrap_or_else(|error| panic!("failed to write text to memory: {error}"));
    }
    (size, hexadecimal)
}

fn failed_to_read(path: &Path, error: &std::io::Error) -> ! {
    panic!("failed to read {}: {error}", path.display())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tree_names_every_file_with_its_size_and_hash() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir_all(folder.path().join("chunks/deep")).unwrap();
        fs::write(folder.path().join("index"), "abc").unwrap();
        fs::write(folder.path().join("chunks/deep/000001"), "").unwrap();
        // The two well-known digests: of "abc" (FIPS 180-2) and of nothing.
        let expected = [
            (
                "chunks/deep/000001",
                0,
                "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
            ),
            (
                "index",
                3,
                "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
            ),
        ]
        .map(|(path, size, digest)| (PathBuf::from(path), (size, digest.to_owned())));
        assert_eq!(tree(folder.path()), BTreeMap::from(expected));
    }
}
