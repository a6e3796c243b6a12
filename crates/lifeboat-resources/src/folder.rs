//! A folder of resources: which files in it count, and what they hold.

use std::{
    fs,
    io::{self, Read},
    path::{Path, PathBuf},
};

use jiff::Timestamp;

use crate::{
    error::LoadError,
    fingerprint::{Fingerprint, Stamp},
    resources::{Resources, SourceFile},
    syntax::LARGEST_FILE,
};

/// A folder of resources, or a single file of them.
///
/// Whoever wants to know of changes asks for its fingerprint every few seconds, rather than being
/// told by the kernel (inotify): that works on network file systems too, and with the mounts of
/// `ConfigMap`s, where files don't change but a link above them does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResourceFolder {
    path: PathBuf,
}

impl ResourceFolder {
    /// The folder at a path. Nothing is read yet.
    #[must_use]
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into() }
    }

    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Reads all documents in it. An empty folder holds none, which is fine.
    pub fn load(&self) -> Result<Resources, LoadError> {
        Resources::read(&self.files()?)
    }

    /// The files that count, with what they hold, by name.
    pub fn files(&self) -> Result<Vec<SourceFile>, LoadError> {
        let paths = self.paths().map_err(|source| LoadError::Folder {
            path: self.path.clone(),
            source,
        })?;
        let read = paths.into_iter().map(|path| SourceFile {
            content: read(&path),
            path,
        });
        Ok(read.collect())
    }

    /// What its files look like now, to be compared with later.
    pub fn fingerprint(&self, now: Timestamp) -> io::Result<Fingerprint> {
        self.fingerprint_after(&Fingerprint::default(), now)
    }

    /// What its files look like now, where only those are read that may have changed since
    /// `before`. The two are equal if nothing has changed.
    pub fn fingerprint_after(
        &self,
        before: &Fingerprint,
        now: Timestamp,
    ) -> io::Result<Fingerprint> {
        Ok(before.next(self.stamps()?, now, &mut read))
    }

    fn stamps(&self) -> io::Result<Vec<(PathBuf, Option<Stamp>)>> {
        let paths = self.paths()?.into_iter();
        // One that can't be looked at, such as a link into nothing, can't be read either, and that
        // is what the fingerprint then keeps.
        let stamps = paths.map(|path| {
            let stamp = fs::metadata(&path).ok();
            (path, stamp.as_ref().map(Stamp::of))
        });
        Ok(stamps.collect())
    }

    /// The files that count, by name. Links are followed: a `ConfigMap` is mounted as links into a
    /// folder whose name begins with two dots.
    fn paths(&self) -> io::Result<Vec<PathBuf>> {
        if !fs::metadata(&self.path)?.is_dir() {
            return Ok(vec![self.path.clone()]);
        }
        let mut paths = Vec::new();
        for entry in fs::read_dir(&self.path)? {
            let path = entry?.path();
            if is_named_as_document(&path) && !path.is_dir() {
                paths.push(path);
            }
        }
        paths.sort();
        Ok(paths)
    }
}

fn is_named_as_document(path: &Path) -> bool {
    let hidden = path
        .file_name()
        .is_none_or(|name| name.as_encoded_bytes().starts_with(b"."));
    let extension = path.extension().unwrap_or_default();
    let known = ["yaml", "yml", "json"];
    !hidden
        && known
            .iter()
            .any(|name| extension.eq_ignore_ascii_case(name))
}

fn read(path: &Path) -> io::Result<Vec<u8>> {
    let mut content = Vec::new();
    // The length that the file system tells may be wrong by the time of reading.
    fs::File::open(path)?
        .take(LARGEST_FILE + 1)
        .read_to_end(&mut content)?;
    if content.len() as u64 > LARGEST_FILE {
        let message = "it is larger than 1 MiB, which no file of resources is";
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, message));
    }
    Ok(content)
}
