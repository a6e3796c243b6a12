//! Makes real Prometheus blocks: with promtool from text, or with `blockgen` (tools/blockgen).

use std::fmt::{Display, Write as _};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::tools::tool;

/// A small set of counters, for [`promtool_blocks`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Counters {
    /// How many series, labelled `series="0"` and up.
    pub series: u32,
    /// How many samples of each.
    pub samples: u32,
    /// The time of the first sample in Unix seconds.
    pub start: i64,
    /// The distance of two samples in seconds.
    pub step: u32,
}

impl Counters {
    /// The counters in `OpenMetrics` text: metric `lifeboat_test_total`, sample `m` of series `n`
    /// having the value `m * (n + 1)`.
    #[must_use]
    pub fn open_metrics(&self) -> String {
        let mut text =
            String::from("# HELP lifeboat_test Counts up.\n# TYPE lifeboat_test counter\n");
        for series in 0..self.series {
            for sample in 0..self.samples {
                let value = u64::from(sample) * (u64::from(series) + 1);
                let time = self.start + i64::from(sample) * i64::from(self.step);
                writeln!(
                    text,
                    "lifeboat_test_total{{series=\"{series}\"}} {value} {time}"
                )
                .unwrap_or_else(|error| panic!("failed to write text to memory: {error}"));
            }
        }
        text.push_str("# EOF\n");
        text
    }
}

/// Writes `open_metrics` as blocks of two hours into `folder` with Debian's promtool, in the
/// format of that version (2.42 in Debian 12). Returns the blocks' folders, oldest ULID first.
#[must_use]
pub fn promtool_blocks(folder: &Path, open_metrics: &str) -> Vec<PathBuf> {
    let scratch = tempfile::tempdir()
        .unwrap_or_else(|error| panic!("failed to make a folder for promtool: {error}"));
    let input = scratch.path().join("samples.txt");
    fs::write(&input, open_metrics)
        .unwrap_or_else(|error| panic!("failed to write the input of promtool: {error}"));
    let mut command = Command::new(tool("promtool"));
    command
        .args(["tsdb", "create-blocks-from", "openmetrics"])
        .args([&input, folder]);
    run(command);
    blocks_in(folder)
}

/// What kind of blocks `blockgen` writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Float samples, as most servers have.
    Float,
    /// Native histograms.
    Histogram,
    /// Blocks with samples that arrived out of order.
    OutOfOrder,
    /// Large ones, for measurements.
    Bulk,
}

/// What blocks `blockgen` is to write, with the library of the newest Prometheus. What is not set
/// is left to blockgen's default.
#[derive(Clone, Debug)]
pub struct Generated {
    mode: Mode,
    arguments: Vec<String>,
}

impl Generated {
    /// Blocks of this kind.
    #[must_use]
    pub fn new(mode: Mode) -> Self {
        Self {
            mode,
            arguments: Vec::new(),
        }
    }

    /// The number of series.
    #[must_use]
    pub fn series(self, count: u32) -> Self {
        self.argument("series", count)
    }

    /// The hours of data, an even number.
    #[must_use]
    pub fn hours(self, hours: u32) -> Self {
        self.argument("hours", hours)
    }

    /// The end of the data in Unix milliseconds, cut down to two hours.
    #[must_use]
    pub fn end(self, milliseconds: i64) -> Self {
        self.argument("end", milliseconds)
    }

    /// About how many bytes [`Mode::Bulk`] writes.
    #[must_use]
    pub fn bytes(self, bytes: u64) -> Self {
        self.argument("bytes", bytes)
    }

    /// The same seed gives the same samples.
    #[must_use]
    pub fn seed(self, seed: u64) -> Self {
        self.argument("seed", seed)
    }

    /// Deletes some ranges afterwards, so that the tombstones files have content.
    #[must_use]
    pub fn tombstones(self) -> Self {
        self.argument("tombstones", true)
    }

    /// Uses the chunk encodings that Prometheus 3 keeps off by default.
    #[must_use]
    pub fn new_encodings(self) -> Self {
        self.argument("new-encodings", true)
    }

    /// Writes the blocks into `folder` and returns their folders, oldest ULID first.
    #[must_use]
    pub fn write(&self, folder: &Path) -> Vec<PathBuf> {
        let mode = match self.mode {
            Mode::Float => "float",
            Mode::Histogram => "histogram",
            Mode::OutOfOrder => "outoforder",
            Mode::Bulk => "bulk",
        };
        let mut command = Command::new(tool("blockgen"));
        command
            .args(["-mode", mode])
            .args(&self.arguments)
            .arg("-out")
            .arg(folder);
        run(command);
        blocks_in(folder)
    }

    fn argument(mut self, name: &str, value: impl Display) -> Self {
        self.arguments.push(format!("-{name}={value}"));
        self
    }
}

/// [`Generated`] in one call, for blocks with nothing special about them.
#[must_use]
pub fn generated_blocks(folder: &Path, mode: Mode) -> Vec<PathBuf> {
    Generated::new(mode).write(folder)
}

/// The folders below `folder` that are blocks (they hold a meta.json), sorted by name, which is
/// by time of creation.
#[must_use]
pub fn blocks_in(folder: &Path) -> Vec<PathBuf> {
    let mut blocks: Vec<PathBuf> = fs::read_dir(folder)
        .unwrap_or_else(|error| panic!("failed to list {}: {error}", folder.display()))
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.join("meta.json").is_file())
        .collect();
    blocks.sort();
    blocks
}

fn run(mut command: Command) {
    let output = command
        .output()
        .unwrap_or_else(|error| panic!("failed to start {command:?}: {error}"));
    assert!(
        output.status.success(),
        "{command:?} ended with {}: {}{}",
        output.status,
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
}
