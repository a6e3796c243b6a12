//! The folder to back up: its blocks, their files and sizes, before any data is read.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use lifeboat_tsdb::{BlockId, BlockMeta, list_block_files};

use crate::error::Error;

/// The blocks of a snapshot, or of a folder that looks like one.
#[derive(Debug, Clone)]
pub struct Source {
    /// The folder.
    pub folder: PathBuf,
    /// Its blocks, oldest first.
    pub blocks: Vec<SourceBlock>,
    /// Entries that are no part of a block, such as `wal`, by path.
    pub ignored: Vec<PathBuf>,
}

/// A block to back up.
#[derive(Debug, Clone)]
pub struct SourceBlock {
    /// Its folder's name.
    pub ulid: String,
    /// What `meta.json` says, or why it can't be read.
    pub meta: Result<BlockMeta, String>,
    /// Its files, with paths inside the block such as `chunks/000001`, in the order to read them.
    pub files: Vec<SourceFile>,
}

/// A file of a block.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceFile {
    /// The path inside the block.
    pub path: String,
    /// Bytes.
    pub size: u64,
}

impl SourceFile {
    /// Whether Prometheus never changes the file under the same ULID.
    #[must_use]
    pub fn is_write_once(&self) -> bool {
        self.path != "meta.json" && self.path != "tombstones"
    }
}

impl SourceBlock {
    /// The block's oldest sample, for order: a block without a readable `meta.json` comes first.
    fn min_time(&self) -> i64 {
        self.meta.as_ref().map_or(i64::MIN, |meta| meta.min_time)
    }
}

impl Source {
    /// Lists the blocks below `folder`. No data file is opened, only `meta.json`.
    pub fn list(folder: &Path) -> Result<Self, Error> {
        let mut blocks = Vec::new();
        let mut ignored = Vec::new();
        for (name, path) in entries(folder)? {
            if BlockId::is_valid(&name) && path.is_dir() {
                blocks.push(list_block(&name, &path, &mut ignored)?);
            } else {
                ignored.push(path);
            }
        }
        blocks.sort_by(|left, right| {
            (left.min_time(), &left.ulid).cmp(&(right.min_time(), &right.ulid))
        });
        Ok(Self {
            folder: folder.to_owned(),
            blocks,
            ignored,
        })
    }

    /// Bytes of all files.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        let files = self.blocks.iter().flat_map(|block| &block.files);
        files.map(|file| file.size).sum()
    }

    pub(crate) fn path_of(&self, block: &SourceBlock, file: &SourceFile) -> PathBuf {
        self.folder.join(&block.ulid).join(&file.path)
    }
}

/// The entries of a folder by name, sorted.
fn entries(folder: &Path) -> Result<Vec<(String, PathBuf)>, Error> {
    let failed = |source| Error::ReadLocal {
        path: folder.to_owned(),
        source,
    };
    let mut entries = fs::read_dir(folder)
        .map_err(failed)?
        .map(|entry| {
            let entry = entry?;
            Ok((
                entry.file_name().to_string_lossy().into_owned(),
                entry.path(),
            ))
        })
        .collect::<io::Result<Vec<_>>>()
        .map_err(failed)?;
    entries.sort();
    Ok(entries)
}

fn list_block(ulid: &str, folder: &Path, ignored: &mut Vec<PathBuf>) -> Result<SourceBlock, Error> {
    let meta = fs::read(folder.join("meta.json"))
        .map_err(|error| error.to_string())
        .and_then(|json| BlockMeta::parse(&json).map_err(|error| error.to_string()));
    let listed = list_block_files(folder).map_err(|source| Error::ReadLocal {
        path: folder.to_owned(),
        source,
    })?;
    ignored.extend(listed.odd.iter().map(|odd| folder.join(&odd.file)));
    let files = listed
        .paths()
        .into_iter()
        .map(|path| source_file(folder, path))
        .collect::<Result<_, _>>()?;
    Ok(SourceBlock {
        ulid: ulid.to_owned(),
        meta,
        files,
    })
}

fn source_file(folder: &Path, path_in_block: String) -> Result<SourceFile, Error> {
    let path = folder.join(&path_in_block);
    let metadata = fs::metadata(&path).map_err(|source| Error::ReadLocal { path, source })?;
    Ok(SourceFile {
        path: path_in_block,
        size: metadata.len(),
    })
}
