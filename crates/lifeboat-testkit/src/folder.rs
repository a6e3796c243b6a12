//! A temporary folder that goes away with the test program, also when nobody drops it.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

/// Waits until its input ends, which is when the test program ends or drops the folder. What is
/// killed at the same moment may still write once more.
const SCRIPT: &str =
    r#"trap '' INT TERM; cat >/dev/null; rm -rf "$0" || { sleep 1; rm -rf "$0"; }"#;

/// A folder that is removed when this is dropped, or when the test program ends without dropping
/// it: values in a `static`, which tests share, are never dropped.
#[derive(Debug)]
pub(crate) struct Folder {
    path: PathBuf,
    remover: Child,
}

impl Folder {
    pub(crate) fn new(purpose: &str) -> Self {
        let path = tempfile::Builder::new()
            .prefix(&format!("{purpose}-"))
            .tempdir()
            .unwrap_or_else(|error| panic!("failed to make a folder for {purpose}: {error}"))
            .keep();
        let remover = Command::new("sh")
            .args(["-c", SCRIPT])
            .arg(&path)
            .stdin(Stdio::piped())
            .spawn()
            .unwrap_or_else(|error| panic!("failed to start the remover of a folder: {error}"));
        Self { path, remover }
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // Waiting closes its input first. A panic here would hide why a test failed.
        drop(self.remover.wait());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dropped_folder_is_gone() {
        let folder = Folder::new("test");
        std::fs::write(folder.path().join("file"), "").unwrap();
        let path = folder.path().to_owned();
        drop(folder);
        assert!(!path.exists());
    }
}
