//! A mounted Secret: a folder in which each file is one of its keys.

use std::{
    collections::BTreeMap,
    fs, io,
    path::{Path, PathBuf},
};

/// The texts of a mounted Secret.
pub struct MountedSecret {
    folder: PathBuf,
    texts: BTreeMap<String, String>,
}

/// Why a mounted Secret can't be read.
#[derive(Debug, thiserror::Error)]
pub enum MountedSecretError {
    /// There is none.
    #[error("there is no folder {}", .0.display())]
    Missing(PathBuf),
    /// It can't be read.
    #[error("failed to read {}", path.display())]
    Read {
        /// The file or folder.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
}

impl MountedSecret {
    /// Reads all files of a folder.
    pub fn read(folder: PathBuf) -> Result<Self, MountedSecretError> {
        let failed = |path: &Path, source| MountedSecretError::Read {
            path: path.to_owned(),
            source,
        };
        let entries = fs::read_dir(&folder).map_err(|source| match source.kind() {
            io::ErrorKind::NotFound => MountedSecretError::Missing(folder.clone()),
            _ => failed(&folder, source),
        })?;
        let mut texts = BTreeMap::new();
        for entry in entries {
            let entry = entry.map_err(|source| failed(&folder, source))?;
            // A mounted Secret has links to files, and hidden folders that they lead into.
            let Ok(name) = entry.file_name().into_string() else {
                continue;
            };
            let path = entry.path();
            if name.starts_with('.') || !path.is_file() {
                continue;
            }
            let bytes = fs::read(&path).map_err(|source| failed(&path, source))?;
            let text = String::from_utf8(bytes).map_err(|_not_text| {
                failed(
                    &path,
                    io::Error::new(io::ErrorKind::InvalidData, "it is no text"),
                )
            })?;
            texts.insert(name, text);
        }
        Ok(Self { folder, texts })
    }

    /// Where it is.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// What a file says, without blanks around it; none if there is no such file or it is empty.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        let text = self.texts.get(name)?.trim();
        (!text.is_empty()).then_some(text)
    }

    /// The first of several files that says something.
    #[must_use]
    pub fn first(&self, names: &[&str]) -> Option<&str> {
        names.iter().find_map(|name| self.get(name))
    }
}
