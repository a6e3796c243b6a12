//! Verifies a block in a local folder, reading each of its files once.

use std::fs::File;
use std::io::{self, BufReader, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use serde::Serialize;

use crate::block_files::{BlockFiles, list_block_files};
use crate::block_id::BlockId;
use crate::conclude::{conclude, missing_file, references_differ};
use crate::finding::{Finding, is_damaged};
use crate::index::{IndexScan, scan_index};
use crate::locate::locate_reference_mismatch;
use crate::meta::BlockMeta;
use crate::segment::{SegmentScan, scan_chunk_segment, segment_path};
use crate::table_of_contents::TableOfContents;
use crate::tombstones::{TombstoneScan, scan_tombstones};

/// The size of the buffer that files are read through, in bytes. Measured: anything from 64 KiB to 4 MiB is as fast;
/// smaller ones cost system calls.
pub const READ_BUFFER_BYTES: usize = 256 << 10;

/// A `meta.json` larger than this is none.
const LARGEST_META: u64 = 64 << 20;

/// Why a block could not be verified. Damage is no such reason: that is a [`Finding`].
#[derive(Debug, thiserror::Error)]
pub enum VerifyError {
    /// The folder could not be listed.
    #[error("failed to list the files of the block in {}", directory.display())]
    List {
        /// The block's folder.
        directory: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A file could not be opened or read.
    #[error("failed to read {}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
}

/// What a block holds and what is wrong with it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct BlockReport {
    /// The block's `meta.json`, if it can be read.
    pub meta: Option<BlockMeta>,
    /// What was found, file by file.
    pub findings: Vec<Finding>,
    /// The bytes of all files that were read.
    pub bytes: u64,
    /// The number of files that were read.
    pub files: u64,
    /// Series in the index.
    pub series: u64,
    /// Sound chunks in the segments.
    pub chunks: u64,
    /// Samples in sound chunks.
    pub samples: u64,
    /// Intervals in the tombstones file.
    pub tombstones: u64,
}

impl BlockReport {
    /// Whether nothing is damaged; there may be notes.
    #[must_use]
    pub fn is_sound(&self) -> bool {
        !is_damaged(&self.findings)
    }
}

/// Verifies the block in `directory`: every checksum, every reference, every count.
pub fn verify_block(directory: &Path) -> Result<BlockReport, VerifyError> {
    let files = list_block_files(directory).map_err(|source| VerifyError::List {
        directory: directory.to_path_buf(),
        source,
    })?;
    let block = Block { directory, files };
    let mut findings = Vec::new();
    let (meta, meta_bytes) = block.meta(&mut findings)?;
    let index = block.index()?;
    let segments = block
        .files
        .segments
        .iter()
        .map(|&sequence| block.segment(sequence))
        .collect::<Result<Vec<_>, _>>()?;
    let tombstones = block.tombstones()?;

    match &index {
        Some(index) => findings.extend_from_slice(&index.findings),
        None => findings.push(missing_file("index")),
    }
    findings.extend(
        segments
            .iter()
            .flat_map(|segment| &segment.findings)
            .cloned(),
    );
    findings.extend(
        tombstones
            .iter()
            .flat_map(|tombstones| &tombstones.findings)
            .cloned(),
    );
    if let (Some(meta), Some(index)) = (&meta, &index) {
        let conclusions = conclude(meta, index, &segments, tombstones.as_ref());
        findings.extend(conclusions);
        if references_differ(index, &segments) {
            findings.extend(block.locate()?);
        }
    }
    findings.extend_from_slice(&block.files.odd);

    let scanned = index
        .iter()
        .map(|index| index.bytes)
        .chain(segments.iter().map(|segment| segment.bytes));
    let bytes = scanned
        .chain(tombstones.iter().map(|tombstones| tombstones.bytes))
        .sum::<u64>()
        + meta_bytes;
    Ok(BlockReport {
        meta,
        findings,
        bytes,
        files: block.files.paths().len() as u64,
        series: index.map_or(0, |index| index.series),
        chunks: segments.iter().map(|segment| segment.chunks).sum(),
        samples: segments
            .iter()
            .map(|segment| segment.float_samples + segment.histogram_samples)
            .sum(),
        tombstones: tombstones.map_or(0, |tombstones| tombstones.tombstones),
    })
}

struct Block<'a> {
    directory: &'a Path,
    files: BlockFiles,
}

impl Block<'_> {
    fn open(&self, path: &str) -> Result<Opened, VerifyError> {
        let path = self.directory.join(path);
        let open = || {
            let file = File::open(&path)?;
            let length = file.metadata()?.len();
            Ok((file, length))
        };
        match open() {
            Ok((file, length)) => Ok(Opened { path, file, length }),
            Err(source) => Err(VerifyError::Read { path, source }),
        }
    }

    fn meta(&self, findings: &mut Vec<Finding>) -> Result<(Option<BlockMeta>, u64), VerifyError> {
        const NAME: &str = "meta.json";
        if !self.files.meta {
            findings.push(missing_file(NAME));
            return Ok((None, 0));
        }
        let mut opened = self.open(NAME)?;
        let mut json = Vec::new();
        let read = (&mut opened.file).take(LARGEST_META).read_to_end(&mut json);
        let bytes = opened.result(read)? as u64;
        let meta = match BlockMeta::parse(&json) {
            Ok(meta) => meta,
            Err(error) => {
                findings.push(Finding::damage(NAME, None, chain(&error)));
                return Ok((None, bytes));
            }
        };
        let folder = self.directory.file_name().and_then(|name| name.to_str());
        if let Some(folder) = folder
            && BlockId::is_valid(folder)
            && folder != meta.ulid.as_str()
        {
            let what = format!(
                "it describes block {}, the folder is named {folder}",
                meta.ulid
            );
            findings.push(Finding::damage(NAME, None, what));
        }
        Ok((Some(meta), bytes))
    }

    fn index(&self) -> Result<Option<IndexScan>, VerifyError> {
        if !self.files.index {
            return Ok(None);
        }
        let mut opened = self.open("index")?;
        let table = opened.table_of_contents();
        let table = opened.result(table)?;
        let scan = scan_index(&mut opened.reader(), opened.length, &table);
        opened.result(scan).map(Some)
    }

    fn segment(&self, sequence: u32) -> Result<SegmentScan, VerifyError> {
        let opened = self.open(&segment_path(sequence))?;
        let scan = scan_chunk_segment(&mut opened.reader(), sequence, opened.length);
        opened.result(scan)
    }

    fn tombstones(&self) -> Result<Option<TombstoneScan>, VerifyError> {
        if !self.files.tombstones {
            return Ok(None);
        }
        let opened = self.open("tombstones")?;
        let scan = scan_tombstones(&mut opened.reader(), opened.length);
        opened.result(scan).map(Some)
    }

    fn locate(&self) -> Result<Vec<Finding>, VerifyError> {
        let mut opened = self.open("index")?;
        let table = opened.table_of_contents();
        let table = opened.result(table)?;
        let open_segment = |sequence| match File::open(self.directory.join(segment_path(sequence)))
        {
            Ok(file) => Ok(Some(file)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        };
        let located =
            locate_reference_mismatch(&mut opened.reader(), opened.length, &table, open_segment);
        opened.result(located)
    }
}

struct Opened {
    path: PathBuf,
    file: File,
    length: u64,
}

impl Opened {
    fn reader(&self) -> BufReader<&File> {
        BufReader::with_capacity(READ_BUFFER_BYTES, &self.file)
    }

    /// Reads the last bytes of the file and goes back to its start. A file that is too short gives zeros.
    fn table_of_contents(&mut self) -> io::Result<[u8; TableOfContents::LENGTH]> {
        let mut table = [0; TableOfContents::LENGTH];
        if let Some(start) = self.length.checked_sub(TableOfContents::LENGTH as u64) {
            self.file.seek(SeekFrom::Start(start))?;
            self.file.read_exact(&mut table)?;
            self.file.seek(SeekFrom::Start(0))?;
        }
        Ok(table)
    }

    fn result<T>(&self, result: io::Result<T>) -> Result<T, VerifyError> {
        result.map_err(|source| VerifyError::Read {
            path: self.path.clone(),
            source,
        })
    }
}

/// An error and its causes as one sentence.
fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text.push_str(": ");
        text.push_str(&error.to_string());
        cause = error.source();
    }
    text
}
