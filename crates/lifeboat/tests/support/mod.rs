//! What the tests of the command line share: running it, reading what it printed, repositories in a folder, sources.
#![expect(clippy::unwrap_used, reason = "a panic in a helper is a failed test")]
#![expect(clippy::panic, reason = "a panic in a helper is a failed test")]
#![allow(
    dead_code,
    reason = "each of the test programs that share this file uses a part of it"
)]

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use lifeboat_testkit::blocks::{Generated, Mode};
use lifeboat_testkit::s3::hermetic;
use lifeboat_testkit::tree::{Content, tree};
use serde_json::Value;
use tempfile::TempDir;

/// The binary under test.
pub(crate) const LIFEBOAT: &str = env!("CARGO_BIN_EXE_lifeboat");

/// A command that runs `program` and inherits no setting of this machine: of Lifeboat, of a cloud.
pub(crate) fn clean(program: impl AsRef<std::ffi::OsStr>) -> Command {
    let mut command = Command::new(program);
    hermetic(&mut command);
    for (name, _) in std::env::vars_os() {
        let text = name.to_string_lossy();
        if ["LIFEBOAT_", "RETENTION_"]
            .iter()
            .any(|prefix| text.starts_with(prefix))
        {
            command.env_remove(&name);
        }
    }
    // Help texts are as wide as the terminal.
    command.env("COLUMNS", "80");
    command
}

/// The binary under test with these arguments.
pub(crate) fn lifeboat<A: AsRef<std::ffi::OsStr>>(
    arguments: impl IntoIterator<Item = A>,
) -> Command {
    let mut command = clean(LIFEBOAT);
    command.args(arguments);
    command
}

/// What a command did.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

/// Runs a command to its end.
pub(crate) fn run(command: &mut Command) -> Ran {
    let Output {
        status,
        stdout,
        stderr,
    } = command.output().unwrap();
    Ran {
        code: status.code(),
        stdout: String::from_utf8(stdout).unwrap(),
        stderr: String::from_utf8(stderr).unwrap(),
    }
}

impl Ran {
    /// Asserts the exit code.
    pub(crate) fn exits(self, code: i32) -> Self {
        assert_eq!(
            self.code,
            Some(code),
            "stdout:\n{}\nstderr:\n{}",
            self.stdout,
            self.stderr
        );
        self
    }

    /// Asserts that stderr holds every one of these texts.
    pub(crate) fn complains(self, texts: &[&str]) -> Self {
        for text in texts {
            assert!(
                self.stderr.contains(text),
                "{text:?} is not in:\n{}",
                self.stderr
            );
        }
        self
    }

    /// Asserts that stdout holds every one of these texts.
    pub(crate) fn says(self, texts: &[&str]) -> Self {
        for text in texts {
            assert!(
                self.stdout.contains(text),
                "{text:?} is not in:\n{}",
                self.stdout
            );
        }
        self
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.stdout)
            .unwrap_or_else(|error| panic!("{error}: {}{}", self.stdout, self.stderr))
    }
}

/// A repository in a temporary folder.
pub(crate) struct Repository {
    folder: TempDir,
}

impl Repository {
    pub(crate) fn new() -> Self {
        Self {
            folder: tempfile::tempdir().unwrap(),
        }
    }

    pub(crate) fn path(&self) -> PathBuf {
        self.folder.path().join("repository")
    }

    /// A folder beside the repository that is not there yet.
    pub(crate) fn scratch(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The command line with these words, separated by blanks, on this repository.
    pub(crate) fn command(&self, words: &str) -> Command {
        let mut command = lifeboat(words.split_whitespace());
        command.arg("--repository").arg(self.path());
        command
    }

    /// Runs [`Repository::command`].
    pub(crate) fn run(&self, words: &str) -> Ran {
        run(&mut self.command(words))
    }

    /// Runs a command with `--output json`, expects success, and reads its output.
    pub(crate) fn json(&self, words: &str) -> Value {
        self.run(&format!("{words} --output json")).exits(0).json()
    }

    /// Backs up the blocks of a folder, expects success, and returns what was printed.
    pub(crate) fn back_up(&self, source: &Path) -> Value {
        run(&mut self.backup_command(source)).exits(0).json()
    }

    /// A backup of the blocks of a folder, printed as JSON.
    pub(crate) fn backup_command(&self, source: &Path) -> Command {
        let mut command = self.command("backup prometheus --output json --from-snapshot");
        // The folder's name goes before what `command` has appended.
        let arguments: Vec<_> = command.get_args().map(ToOwned::to_owned).collect();
        let place = arguments
            .iter()
            .position(|argument| argument == "--from-snapshot");
        let (before, after) = arguments.split_at(place.unwrap() + 1);
        command = lifeboat(before);
        command.arg(source).args(after);
        command
    }

    /// A backup of the blocks of a folder; its id.
    pub(crate) fn id_of_backup(&self, source: &Path) -> String {
        text(&self.back_up(source)["id"])
    }

    /// Restores into `target` and expects success.
    pub(crate) fn restore(&self, which: &str, target: &Path) -> Ran {
        self.run(&format!(
            "backups restore {which} --target {}",
            target.display()
        ))
        .exits(0)
    }

    /// A document of a backup, read from the folder.
    pub(crate) fn metadata(&self, instance: &str, id: &str) -> Value {
        let path = self
            .path()
            .join(format!("backups/{instance}/{id}/metadata.json"));
        serde_json::from_slice(&fs::read(path).unwrap()).unwrap()
    }

    /// The object that holds a file of the newest backup, such as `index` of block number 1.
    pub(crate) fn object(&self, id: &str, block: usize, file: &str) -> String {
        let metadata = self.metadata("prometheus", id);
        let files = metadata["blocks"][block]["files"]
            .as_array()
            .unwrap()
            .clone();
        let found = files
            .iter()
            .find(|entry| text(&entry["path"]).ends_with(&format!("/{file}")));
        text(&found.unwrap()["key"])
    }

    /// Every file of the repository with its size and hash.
    pub(crate) fn tree(&self) -> BTreeMap<PathBuf, Content> {
        tree(&self.path())
    }
}

/// A JSON string's text.
pub(crate) fn text(value: &Value) -> String {
    value
        .as_str()
        .unwrap_or_else(|| panic!("{value} is no text"))
        .to_owned()
}

/// A JSON list's texts.
pub(crate) fn texts(value: &Value) -> Vec<String> {
    value.as_array().unwrap().iter().map(text).collect()
}

/// Writes small blocks of two hours each, `hours` of them in all, into a new folder.
pub(crate) fn blocks(hours: u32) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let _ = Generated::new(Mode::Float)
        .series(10)
        .hours(hours)
        .write(folder.path());
    folder
}

/// Copies a folder with everything below it.
pub(crate) fn copy(from: &Path, to: &Path) {
    run(Command::new("cp").arg("-r").arg(from).arg(to)).exits(0);
}

/// Changes one byte of a file.
pub(crate) fn flip(path: &Path, offset: u64) {
    let file = File::options().read(true).write(true).open(path).unwrap();
    let mut byte = [0];
    file.read_exact_at(&mut byte, offset).unwrap();
    file.write_all_at(&[byte[0] ^ 0x40], offset).unwrap();
}

/// Makes everything below a folder look as if it had last changed so long ago.
pub(crate) fn age(folder: &Path, by: Duration) {
    let then = SystemTime::now() - by;
    for path in tree(folder).keys() {
        let file = File::options().write(true).open(folder.join(path)).unwrap();
        file.set_modified(then).unwrap();
    }
}

/// The present time in Unix seconds.
pub(crate) fn now() -> f64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    now.unwrap().as_secs_f64()
}

/// Waits until something holds, and fails with `what` after half a minute.
pub(crate) async fn wait_until(what: &str, holds: impl Fn() -> bool) {
    for _ in 0..1500 {
        if holds() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("{what} did not happen within 30 seconds");
}
