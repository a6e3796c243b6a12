//! A snapshot and the promise that it goes away again: on success, on failure, and by the next run after a crash.
//!
//! Prometheus never removes a snapshot, and its hard links keep deleted blocks on disk. So before
//! one is asked for, a note is written into the data directory and locked. Whoever finds a note
//! that nobody holds removes the snapshot that it speaks of.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use jiff::Timestamp;

use crate::{
    client::Client,
    data_directory::DataDirectory,
    error::Error,
    note::{Note, NoteFile, Others, notes_in, snapshots_in},
};

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
            under_way: true,
        };
        let answer = client.snapshot(skip_head).await;
        pending.under_way = matches!(answer, Err(Error::Unreachable { .. }));
        let name = answer?;
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
    /// Whether Prometheus may still be making it, since its answer has not been heard.
    under_way: bool,
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
        if self.under_way {
            // Prometheus may go on where something was removed. The note tells the next run.
            return Ok(());
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

fn remove_folder(folder: &Path) -> Result<(), Error> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(Error::NotRemoved {
            path: folder.to_owned(),
            source: error,
        }),
        _ => Ok(()),
    }
}
