//! The note that a run keeps beside a snapshot that it asked for, so that the next run can remove it after a crash.

use std::{
    collections::BTreeSet,
    fs::{self, File, TryLockError},
    io::{self, Read, Seek, Write},
    os::unix::fs::MetadataExt,
    path::{Path, PathBuf},
};

use jiff::{SignedDuration, Timestamp, civil::DateTime, tz::TimeZone};
use serde::{Deserialize, Serialize};

use crate::error::Error;

const NOTE_PREFIX: &str = "lifeboat-snapshot-";
const NOTE_SUFFIX: &str = ".json";

/// How far the time in a snapshot's name may be from the time of the request: two clocks, and the
/// wait for a snapshot under way.
const NAME_TOLERANCE: SignedDuration = SignedDuration::from_secs(30);

/// What is needed to find a snapshot again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Note {
    pub(crate) requested_at: Timestamp,
    /// Snapshots that were there before, which are somebody else's.
    pub(crate) existing: BTreeSet<String>,
    /// The snapshot's name, once Prometheus has told it.
    pub(crate) name: Option<String>,
}

/// A note on disk, locked as long as its run lives.
#[derive(Debug)]
pub(crate) struct NoteFile {
    pub(crate) path: PathBuf,
    file: File,
}

/// What other runs hold that are alive.
#[derive(Debug, Default)]
pub(crate) struct Others {
    /// Their snapshots.
    names: BTreeSet<String>,
    /// Whether one of them waits for its snapshot's name.
    unnamed: bool,
}

impl Others {
    /// Looks at every note but `own`.
    pub(crate) fn of(data: &Path, own: &Path) -> Result<Self, Error> {
        let mut others = Self::default();
        for path in notes_in(data)? {
            if path == own || NoteFile::open_abandoned(&path)?.is_some() {
                continue;
            }
            let text = match fs::read(&path) {
                Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
                result => result.map_err(|source| Error::Note {
                    path: path.clone(),
                    source: source.into(),
                })?,
            };
            // A note that is just being written can't be read yet.
            match serde_json::from_slice::<Note>(&text).map(|note| note.name) {
                Ok(Some(name)) => drop(others.names.insert(name)),
                _ => others.unnamed = true,
            }
        }
        Ok(others)
    }
}

impl Note {
    /// Which of the snapshots that are there now the note speaks of; `None` if another run's could
    /// be taken for it.
    pub(crate) fn snapshots(
        &self,
        present: &BTreeSet<String>,
        others: &Others,
    ) -> Option<Vec<String>> {
        if self.name.is_none() && others.unnamed {
            return None;
        }
        let is_ours = |name: &&String| match &self.name {
            Some(ours) => *name == ours,
            None => {
                !self.existing.contains(*name)
                    && !others.names.contains(*name)
                    && self.could_be(name)
            }
        };
        Some(present.iter().filter(is_ours).cloned().collect())
    }

    /// Whether a snapshot's name bears the time of the request: `YYYYMMDDTHHMMSSZ-<16 hex digits>`.
    fn could_be(&self, name: &str) -> bool {
        let Some((time, _)) = name.split_once('-') else {
            return false;
        };
        DateTime::strptime("%Y%m%dT%H%M%SZ", time)
            .and_then(|time| time.to_zoned(TimeZone::UTC))
            .is_ok_and(|taken| {
                taken.timestamp().duration_since(self.requested_at).abs() <= NAME_TOLERANCE
            })
    }
}

impl NoteFile {
    pub(crate) fn create(data: &Path, now: Timestamp) -> Result<Self, Error> {
        let failed = |source| Error::NotWritable {
            path: data.to_owned(),
            source,
        };
        let stamp = now.strftime("%Y%m%d-%H%M%S%.9f");
        let path = data.join(format!("{NOTE_PREFIX}{stamp}{NOTE_SUFFIX}"));
        loop {
            let file = File::options()
                .read(true)
                .write(true)
                .create_new(true)
                .open(&path)
                .map_err(failed)?;
            file.lock().map_err(failed)?;
            // Between the two, another run may have found the note abandoned, and removed it.
            if is_linked(&file).map_err(failed)? {
                return Ok(Self { path, file });
            }
        }
    }

    /// Opens a note whose run has ended; `None` if the run still holds it, or if it is gone.
    pub(crate) fn open_abandoned(path: &Path) -> Result<Option<Self>, Error> {
        let failed = |error: io::Error| Error::Note {
            path: path.to_owned(),
            source: error.into(),
        };
        let file = match File::options().read(true).write(true).open(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            result => result.map_err(failed)?,
        };
        match file.try_lock() {
            // Another run removed it after it was opened here.
            Ok(()) if !is_linked(&file).map_err(failed)? => Ok(None),
            Ok(()) => Ok(Some(Self {
                path: path.to_owned(),
                file,
            })),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(error)) => Err(failed(error)),
        }
    }

    /// The note; `None` if its run died before it was written, and so before it asked for anything.
    pub(crate) fn read(&mut self) -> Result<Option<Note>, Error> {
        let failed = |source| Error::Note {
            path: self.path.clone(),
            source,
        };
        let mut text = String::new();
        self.file
            .read_to_string(&mut text)
            .map_err(|error| failed(error.into()))?;
        if text.is_empty() {
            return Ok(None);
        }
        serde_json::from_str(&text)
            .map(Some)
            .map_err(|error| failed(error.into()))
    }

    pub(crate) fn write(&mut self, note: &Note) -> Result<(), Error> {
        let mut write = || {
            let text = serde_json::to_vec(note)?;
            self.file.rewind()?;
            self.file.write_all(&text)?;
            self.file.set_len(text.len() as u64)?;
            self.file.sync_all()
        };
        write().map_err(|source| Error::NotWritable {
            path: self.path.clone(),
            source,
        })
    }

    pub(crate) fn remove(self) -> Result<(), Error> {
        fs::remove_file(&self.path).map_err(|source| Error::NotWritable {
            path: self.path.clone(),
            source,
        })
    }
}

/// Whether a file still has a name.
fn is_linked(file: &File) -> io::Result<bool> {
    Ok(file.metadata()?.nlink() > 0)
}

pub(crate) fn notes_in(data: &Path) -> Result<Vec<PathBuf>, Error> {
    let is_note = |name: &str| name.starts_with(NOTE_PREFIX) && name.ends_with(NOTE_SUFFIX);
    let names = names_in(data)?;
    Ok(names
        .iter()
        .filter(|name| is_note(name))
        .map(|name| data.join(name))
        .collect())
}

pub(crate) fn snapshots_in(data: &Path) -> Result<BTreeSet<String>, Error> {
    names_in(&data.join("snapshots"))
}

fn names_in(folder: &Path) -> Result<BTreeSet<String>, Error> {
    let names = fs::read_dir(folder).and_then(|entries| {
        entries
            .map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned()))
            .collect()
    });
    match names {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(BTreeSet::new()),
        result => result.map_err(|error| Error::NotADataDirectory {
            path: folder.to_owned(),
            reason: error.to_string(),
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn note(name: Option<&str>) -> Note {
        Note {
            requested_at: "2026-11-21T02:00:00Z".parse().unwrap(),
            existing: BTreeSet::from(["20261121T020001Z-aaaaaaaaaaaaaaaa".to_owned()]),
            name: name.map(str::to_owned),
        }
    }

    fn present() -> BTreeSet<String> {
        [
            "20261121T015500Z-cccccccccccccccc",
            "20261121T020001Z-aaaaaaaaaaaaaaaa",
            "20261121T020002Z-bbbbbbbbbbbbbbbb",
            "kept-by-hand",
        ]
        .map(str::to_owned)
        .into()
    }

    #[test]
    fn a_named_snapshot_is_the_only_one_of_its_note() {
        let named = note(Some("20261121T015500Z-cccccccccccccccc"));
        assert_eq!(
            named.snapshots(&present(), &Others::default()).unwrap(),
            ["20261121T015500Z-cccccccccccccccc"]
        );
    }

    #[test]
    fn a_crash_before_the_name_is_known_touches_nobody_elses_snapshot() {
        assert_eq!(
            note(None)
                .snapshots(&present(), &Others::default())
                .unwrap(),
            ["20261121T020002Z-bbbbbbbbbbbbbbbb"]
        );
    }

    #[test]
    fn a_snapshot_of_a_run_that_is_alive_is_not_taken_for_ones_own() {
        let others = Others {
            names: BTreeSet::from(["20261121T020002Z-bbbbbbbbbbbbbbbb".to_owned()]),
            unnamed: false,
        };
        let found = note(None).snapshots(&present(), &others);
        assert_eq!(found.unwrap(), Vec::<String>::new());
    }

    #[test]
    fn while_a_run_waits_for_its_snapshot_no_unnamed_one_is_touched() {
        let others = Others {
            names: BTreeSet::new(),
            unnamed: true,
        };
        assert_eq!(note(None).snapshots(&present(), &others), None);
        let name = "20261121T015500Z-cccccccccccccccc";
        let found = note(Some(name)).snapshots(&present(), &others);
        assert_eq!(found.unwrap(), [name]);
    }

    #[test]
    fn a_run_that_just_begins_keeps_its_note_from_one_that_cleans_up() {
        let data = tempfile::tempdir().unwrap();
        let now = "2026-11-21T02:00:00Z".parse().unwrap();
        let file = NoteFile::create(data.path(), now).unwrap();
        assert!(NoteFile::open_abandoned(&file.path).unwrap().is_none());
        assert!(is_linked(&file.file).unwrap());
        let path = file.path.clone();
        drop(file);
        let abandoned = NoteFile::open_abandoned(&path).unwrap().unwrap();
        let late = File::open(&path).unwrap();
        abandoned.remove().unwrap();
        assert!(!is_linked(&late).unwrap());
    }
}
