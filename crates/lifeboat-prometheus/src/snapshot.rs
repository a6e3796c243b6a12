//! A snapshot and the promise that it goes away again: on success, on failure, and by the next run after a crash.
//!
//! Prometheus never removes a snapshot, and its hard links keep deleted blocks on disk. So before
//! one is asked for, a note is written into the data directory and locked. Whoever finds a note
//! that nobody holds removes the snapshot that it speaks of.

use std::{
    collections::BTreeSet,
    fs::{self, File, TryLockError},
    io::{self, Read, Seek, Write},
    os::unix::fs::MetadataExt,
    path::{Path, PathBuf},
};

use jiff::{SignedDuration, Timestamp, civil::DateTime, tz::TimeZone};
use serde::{Deserialize, Serialize};

use crate::{client::Client, data_directory::DataDirectory, error::Error};

const NOTE_PREFIX: &str = "lifeboat-snapshot-";
const NOTE_SUFFIX: &str = ".json";

/// How far the time in a snapshot's name may be from the time of the request: two clocks, and the
/// wait for a snapshot under way.
const NAME_TOLERANCE: SignedDuration = SignedDuration::from_secs(30);

/// A snapshot that is there. Dropping it removes it; [`Snapshot::remove`] also says whether that worked.
#[derive(Debug)]
pub struct Snapshot {
    folder: PathBuf,
    note: Option<NoteFile>,
}

/// What the clean-up of earlier runs found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Removal {
    /// Snapshots of interrupted runs that were removed.
    pub removed: Vec<PathBuf>,
}

/// What is needed to find a snapshot again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Note {
    requested_at: Timestamp,
    /// Snapshots that were there before, which are somebody else's.
    existing: BTreeSet<String>,
    /// The snapshot's name, once Prometheus has told it.
    name: Option<String>,
}

/// A note on disk, locked as long as its run lives.
#[derive(Debug)]
struct NoteFile {
    path: PathBuf,
    file: File,
}

impl Snapshot {
    /// Removes what interrupted runs left, then takes a snapshot.
    pub async fn take(
        client: &Client,
        directory: &DataDirectory,
        skip_head: bool,
        now: Timestamp,
    ) -> Result<Self, Error> {
        let data = directory.path();
        let mut note = Note {
            requested_at: now,
            existing: snapshots_in(data)?,
            name: None,
        };
        let mut file = NoteFile::create(data, now)?;
        file.write(&note)?;
        // From here on, dropping this removes the snapshot, whatever its name turns out to be.
        let mut pending = Pending {
            data: data.to_owned(),
            note: note.clone(),
            file: Some(file),
        };
        let name = client.snapshot(skip_head).await?;
        note.name = Some(name.clone());
        pending.note = note;
        pending.write()?;
        let folder = data.join("snapshots").join(&name);
        if !folder.is_dir() {
            return Err(Error::OtherDataDirectory {
                path: data.to_owned(),
                url: client.url(),
                reason: format!(
                    "the snapshot {name} that Prometheus has just taken is not in its snapshots \
                     folder; remove it where Prometheus runs"
                ),
            });
        }
        Ok(Self {
            folder,
            note: pending.keep(),
        })
    }

    /// Removes the snapshots that interrupted runs left.
    pub fn remove_leftovers(directory: &DataDirectory) -> Result<Removal, Error> {
        let data = directory.path();
        let mut removal = Removal::default();
        for path in notes_in(data)? {
            let Some(mut file) = NoteFile::open_abandoned(&path)? else {
                continue;
            };
            if let Some(note) = file.read()? {
                let others = Others::of(data, &path)?;
                let Some(names) = note.snapshots(&snapshots_in(data)?, &others) else {
                    continue;
                };
                for name in names {
                    let folder = data.join("snapshots").join(name);
                    remove_folder(&folder)?;
                    removal.removed.push(folder);
                }
            }
            file.remove()?;
        }
        Ok(removal)
    }

    /// The snapshot's folder, which holds its blocks.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Removes the snapshot.
    pub fn remove(mut self) -> Result<(), Error> {
        self.remove_now()
    }

    fn remove_now(&mut self) -> Result<(), Error> {
        let Some(note) = self.note.take() else {
            return Ok(());
        };
        // The note goes last, so that a failure leaves it for the next run.
        remove_folder(&self.folder)?;
        note.remove()
    }
}

impl Drop for Snapshot {
    fn drop(&mut self) {
        if let Err(error) = self.remove_now() {
            tracing::error!(%error, "the next run will try again");
        }
    }
}

/// A snapshot that was asked for and may or may not be there.
struct Pending {
    data: PathBuf,
    note: Note,
    file: Option<NoteFile>,
}

impl Pending {
    fn write(&mut self) -> Result<(), Error> {
        match &mut self.file {
            Some(file) => file.write(&self.note),
            None => Ok(()),
        }
    }

    fn keep(mut self) -> Option<NoteFile> {
        self.file.take()
    }

    fn clean_up(&self, file: NoteFile) -> Result<(), Error> {
        let others = Others::of(&self.data, &file.path)?;
        let Some(names) = self.note.snapshots(&snapshots_in(&self.data)?, &others) else {
            // The note stays, and the next run can tell.
            return Ok(());
        };
        for name in names {
            remove_folder(&self.data.join("snapshots").join(name))?;
        }
        file.remove()
    }
}

impl Drop for Pending {
    fn drop(&mut self) {
        let Some(file) = self.file.take() else {
            return;
        };
        if let Err(error) = self.clean_up(file) {
            tracing::error!(%error, "the next run will try again");
        }
    }
}

/// What other runs hold that are alive.
#[derive(Debug, Default)]
struct Others {
    /// Their snapshots.
    names: BTreeSet<String>,
    /// Whether one of them waits for its snapshot's name.
    unnamed: bool,
}

impl Others {
    /// Looks at every note but `own`.
    fn of(data: &Path, own: &Path) -> Result<Self, Error> {
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
    fn snapshots(&self, present: &BTreeSet<String>, others: &Others) -> Option<Vec<String>> {
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
    fn create(data: &Path, now: Timestamp) -> Result<Self, Error> {
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
    fn open_abandoned(path: &Path) -> Result<Option<Self>, Error> {
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
    fn read(&mut self) -> Result<Option<Note>, Error> {
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

    fn write(&mut self, note: &Note) -> Result<(), Error> {
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

    fn remove(self) -> Result<(), Error> {
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

fn notes_in(data: &Path) -> Result<Vec<PathBuf>, Error> {
    let is_note = |name: &str| name.starts_with(NOTE_PREFIX) && name.ends_with(NOTE_SUFFIX);
    let names = names_in(data)?;
    Ok(names
        .iter()
        .filter(|name| is_note(name))
        .map(|name| data.join(name))
        .collect())
}

fn snapshots_in(data: &Path) -> Result<BTreeSet<String>, Error> {
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

fn remove_folder(folder: &Path) -> Result<(), Error> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(Error::NotRemoved {
            path: folder.to_owned(),
            source: error,
        }),
        _ => Ok(()),
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
