//! The folder to restore into: refused unless empty, filled beside itself, and put in place by renaming.

use std::{
    fs::{self, File},
    io,
    os::unix::fs::MetadataExt,
    path::{Path, PathBuf},
};

use lifeboat_tsdb::BlockId;

use crate::error::Error;

/// The folder inside a mount point in which a restore is prepared.
const INNER_FOLDER: &str = ".lifeboat-restoring";

/// A folder under preparation.
pub(super) struct Target {
    /// Where Prometheus will look.
    folder: PathBuf,
    /// Where files are written meanwhile.
    staging: PathBuf,
    /// Whether the target is a mount point, which can't be renamed, so that its blocks are.
    in_place: bool,
    /// Held as long as the restore runs, so that two of them can't share a folder.
    _lock: File,
}

/// Refuses a folder that a restore could harm.
pub(super) fn check(target: &Path) -> Result<(), Error> {
    let refused = |reason: &str, hint: &str| {
        Err(Error::Target {
            path: target.to_owned(),
            reason: reason.to_owned(),
            hint: hint.to_owned(),
        })
    };
    let names = match entries(target) {
        Ok(names) => names,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) if error.kind() == io::ErrorKind::NotADirectory => {
            return refused("it is not a folder", "give the path of a folder to make");
        }
        Err(source) => {
            return Err(Error::ReadLocal {
                path: target.to_owned(),
                source,
            });
        }
    };
    let has = |wanted: &str| names.iter().any(|name| name == wanted);
    if has("wal")
        && ["lock", "queries.active", "chunks_head"]
            .into_iter()
            .any(has)
    {
        return refused(
            "it is a Prometheus's data folder, and that Prometheus may be running",
            "restore into a new folder, stop Prometheus, then let it use the new one",
        );
    }
    if names.is_empty() || is_interrupted_restore(&names) {
        return Ok(());
    }
    refused(
        "it is not empty",
        "give a new folder, or an empty one; nothing is ever restored over data",
    )
}

/// The names in a folder, but for what a new file system brings along.
fn entries(folder: &Path) -> io::Result<Vec<String>> {
    let names = fs::read_dir(folder)?
        .map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned()))
        .collect::<io::Result<Vec<_>>>()?;
    Ok(names
        .into_iter()
        .filter(|name| name != "lost+found")
        .collect())
}

/// Whether a folder holds nothing but what a killed restore into a mount point leaves.
fn is_interrupted_restore(names: &[String]) -> bool {
    names.iter().any(|name| name == INNER_FOLDER)
        && names
            .iter()
            .all(|name| name == INNER_FOLDER || BlockId::is_valid(name))
}

impl Target {
    /// Makes the folder to prepare the restore in, without anything of an earlier attempt.
    pub(super) fn prepare(target: &Path) -> Result<Self, Error> {
        check(target)?;
        let target = std::path::absolute(target).map_err(failed_to_write(target))?;
        let parent = target.parent().unwrap_or(&target).to_owned();
        fs::create_dir_all(&parent).map_err(failed_to_write(&parent))?;
        let in_place = is_mount_point(&target, &parent);
        let name = target.file_name().unwrap_or_default().to_string_lossy();
        let staging = if in_place {
            target.join(INNER_FOLDER)
        } else {
            parent.join(format!(".{name}.lifeboat-restoring"))
        };
        fs::create_dir_all(&staging).map_err(failed_to_write(&staging))?;
        let lock = lock(&staging)?;
        let this = Self {
            folder: target,
            staging,
            in_place,
            _lock: lock,
        };
        this.clear()?;
        Ok(this)
    }

    /// Removes what an interrupted restore left.
    fn clear(&self) -> Result<(), Error> {
        let mut leftovers = paths_in(&self.staging)?;
        if self.in_place {
            leftovers.extend(paths_in(&self.folder)?.into_iter().filter(|path| {
                path.file_name()
                    .is_some_and(|name| BlockId::is_valid(&name.to_string_lossy()))
            }));
        }
        for path in leftovers {
            let removed = if path.is_dir() {
                fs::remove_dir_all(&path)
            } else {
                fs::remove_file(&path)
            };
            removed.map_err(failed_to_write(&path))?;
        }
        Ok(())
    }

    pub(super) fn make_block_folder(&self, ulid: &str) -> Result<(), Error> {
        let path = self.staging.join(ulid).join("chunks");
        fs::create_dir_all(&path).map_err(failed_to_write(&path))
    }

    /// Writes a small file. `path` is relative to the data folder.
    pub(super) fn write(&self, path: &str, bytes: &[u8]) -> Result<(), Error> {
        let path = self.staging.join(path);
        fs::write(&path, bytes).map_err(failed_to_write(&path))
    }

    /// Makes a file of a known size, to be written in any order.
    pub(super) fn create(&self, path: &str, size: u64) -> Result<(File, PathBuf), Error> {
        let path = self.staging.join(path);
        let create = || {
            let file = File::options()
                .read(true)
                .write(true)
                .create_new(true)
                .open(&path)?;
            file.set_len(size)?;
            Ok(file)
        };
        let file = create().map_err(failed_to_write(&path))?;
        Ok((file, path))
    }

    /// Puts the finished restore where Prometheus will look for it.
    pub(super) fn put_in_place(self) -> Result<(), Error> {
        if self.in_place {
            for path in paths_in(&self.staging)? {
                let Some(name) = path.file_name() else {
                    continue;
                };
                let place = self.folder.join(name);
                fs::rename(&path, &place).map_err(failed_to_write(&place))?;
            }
            return fs::remove_dir(&self.staging).map_err(failed_to_write(&self.staging));
        }
        match fs::remove_dir(&self.folder) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                return Err(failed_to_write(&self.folder)(error));
            }
            _ => {}
        }
        fs::rename(&self.staging, &self.folder).map_err(failed_to_write(&self.folder))
    }

    /// Removes everything that was prepared.
    pub(super) fn discard(self) {
        if let Err(error) = fs::remove_dir_all(&self.staging) {
            tracing::warn!(path = %self.staging.display(), %error, "failed to remove what was restored so far");
        }
    }
}

fn paths_in(folder: &Path) -> Result<Vec<PathBuf>, Error> {
    fs::read_dir(folder)
        .and_then(|entries| {
            entries
                .map(|entry| entry.map(|entry| entry.path()))
                .collect()
        })
        .map_err(|source| Error::ReadLocal {
            path: folder.to_owned(),
            source,
        })
}

fn is_mount_point(target: &Path, parent: &Path) -> bool {
    match (fs::metadata(target), fs::metadata(parent)) {
        (Ok(target), Ok(parent)) => target.dev() != parent.dev(),
        _ => false,
    }
}

/// Locks the folder itself, so that no lock file has to be removed from it.
fn lock(folder: &Path) -> Result<File, Error> {
    let file = File::open(folder).map_err(failed_to_write(folder))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(fs::TryLockError::WouldBlock) => Err(Error::Target {
            path: folder.to_owned(),
            reason: "another restore is filling it".to_owned(),
            hint: "wait for the other restore, or give another folder".to_owned(),
        }),
        Err(fs::TryLockError::Error(error)) => Err(failed_to_write(folder)(error)),
    }
}

pub(super) fn failed_to_write(path: &Path) -> impl Fn(io::Error) -> Error + use<> {
    let path = path.to_owned();
    move |source| Error::WriteLocal {
        path: path.clone(),
        source,
    }
}
