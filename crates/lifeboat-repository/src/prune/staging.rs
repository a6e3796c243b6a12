//! What a killed writer leaves in a folder repository: staged files that were never renamed.

use std::{fs, io, path::Path};

use jiff::SignedDuration;

use crate::{error::Error, prune::references::StoreTime};

/// Removes staged files that are past their grace. `object_store` stages a write to `name` as
/// `name#1`, `name#2` and so on, and hides such files from listings.
pub(super) fn remove_leftovers(
    folder: &Path,
    now: StoreTime,
    grace: SignedDuration,
) -> Result<(), Error> {
    let failed = |path: &Path| {
        let path = path.to_owned();
        move |source| Error::ReadLocal { path, source }
    };
    for entry in fs::read_dir(folder).map_err(failed(folder))? {
        let entry = entry.map_err(failed(folder))?;
        let path = entry.path();
        let metadata = match entry.metadata() {
            Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
            result => result.map_err(failed(&path))?,
        };
        if metadata.is_dir() {
            remove_leftovers(&path, now, grace)?;
            continue;
        }
        let modified = metadata.modified().map_err(failed(&path))?;
        if is_staged(&path) && now.is_past(modified.into(), grace) {
            fs::remove_file(&path).map_err(|source| Error::WriteLocal { path, source })?;
        }
    }
    Ok(())
}

fn is_staged(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    name.rsplit_once('#').is_some_and(|(_, number)| {
        !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit())
    })
}
