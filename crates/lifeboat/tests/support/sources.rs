//! Folders of blocks to back up.

use std::fs;
use std::path::Path;

use lifeboat_testkit::blocks::{Generated, Mode, blocks_in};
use lifeboat_testkit::tree::tree;
use tempfile::TempDir;

/// A folder of blocks to back up.
pub(crate) struct Source {
    folder: TempDir,
}

impl Source {
    /// A small block, and one whose chunks are sent in two parts, being larger than 8 MiB.
    pub(crate) fn with_a_large_file() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let bulk = Generated::new(Mode::Bulk).bytes(10_500_000).hours(2);
        let _ = bulk.write(folder.path());
        let _ = Generated::new(Mode::Float).hours(2).write(folder.path());
        let sizes: Vec<u64> = tree(folder.path()).values().map(|file| file.0).collect();
        assert!(
            sizes.iter().any(|size| *size > 8 << 20),
            "no file is sent in parts: {sizes:?}"
        );
        Self { folder }
    }

    /// That many small blocks of two hours each.
    pub(crate) fn small(blocks: u32) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let written = Generated::new(Mode::Float)
            .hours(2 * blocks)
            .series(4)
            .write(folder.path());
        assert_eq!(written.len(), blocks as usize);
        Self { folder }
    }

    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    /// About 11 MB a block, in as many blocks as wanted: copies of one under names of their own.
    pub(crate) fn large(blocks: u32) -> Self {
        let original = tempfile::tempdir().unwrap();
        let bulk = Generated::new(Mode::Bulk).bytes(12_000_000).hours(2);
        let block = &bulk.write(original.path())[0];
        let ulid = block.file_name().unwrap().to_str().unwrap();
        let folder = tempfile::tempdir().unwrap();
        for number in 0..blocks {
            let name = format!("{}{number:02}", &ulid[..24]);
            let copy = folder.path().join(&name);
            copy_files(block, &copy);
            let meta = fs::read_to_string(block.join("meta.json")).unwrap();
            fs::write(copy.join("meta.json"), meta.replace(ulid, &name)).unwrap();
        }
        Self { folder }
    }

    /// A folder with some of the blocks, as a snapshot of another day has them.
    pub(crate) fn snapshot(&self, blocks: std::ops::Range<usize>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        for block in &blocks_in(self.path())[blocks] {
            copy_files(block, &folder.path().join(block.file_name().unwrap()));
        }
        Self { folder }
    }
}

fn copy_files(from: &Path, to: &Path) {
    for file in tree(from).into_keys() {
        let place = to.join(&file);
        fs::create_dir_all(place.parent().unwrap()).unwrap();
        fs::copy(from.join(&file), place).unwrap();
    }
}
