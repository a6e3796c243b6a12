//! Gathers what the scans of one block's files find, wherever their bytes come from, and concludes from all of them.

use std::io::{self, BufRead, Read};

use lifeboat_tsdb::{
    BlockMeta, Finding, IndexScan, SegmentScan, TableOfContents, TombstoneScan, conclude,
    missing_file, scan_chunk_segment, scan_index, scan_tombstones, segment_sequence,
};

/// The last bytes of an index, which say where everything before them is. They have to be read
/// ahead of the rest.
pub(crate) type Trailer = [u8; TableOfContents::LENGTH];

/// No `meta.json` comes near this: it names some thousands of parents of 26 characters at most.
const LONGEST_META: u64 = 64 * 1024 * 1024;

/// The scan of one file.
#[derive(Debug)]
pub(crate) enum FileScan {
    Meta(Result<BlockMeta, Finding>),
    Index(IndexScan),
    Segment(SegmentScan),
    Tombstones(TombstoneScan),
}

/// The scans of a block's files.
#[derive(Debug, Default)]
pub(crate) struct BlockScan {
    meta: Option<BlockMeta>,
    index: Option<IndexScan>,
    segments: Vec<SegmentScan>,
    tombstones: Option<TombstoneScan>,
    findings: Vec<Finding>,
}

/// The number of a chunk segment, by its path in the block.
pub(crate) fn sequence_of(path: &str) -> Option<u32> {
    segment_sequence(path.strip_prefix("chunks/")?)
}

/// Whether a path in a block is that of a file that Prometheus reads.
pub(crate) fn is_block_file(path: &str) -> bool {
    ["meta.json", "index", "tombstones"].contains(&path) || sequence_of(path).is_some()
}

/// Scans a file by its path in the block. `trailer` matters for the index only.
pub(crate) fn scan_file(
    path: &str,
    size: u64,
    trailer: &Trailer,
    reader: &mut impl BufRead,
) -> io::Result<Option<FileScan>> {
    Ok(Some(match path {
        "meta.json" => {
            let mut json = Vec::new();
            reader.take(LONGEST_META).read_to_end(&mut json)?;
            FileScan::Meta(BlockMeta::parse(&json).map_err(|error| {
                let reason = error_chain(&error);
                Finding::damage("meta.json", None, reason)
            }))
        }
        "index" => FileScan::Index(scan_index(reader, size, trailer)?),
        "tombstones" => FileScan::Tombstones(scan_tombstones(reader, size)?),
        path => match sequence_of(path) {
            Some(sequence) => FileScan::Segment(scan_chunk_segment(reader, sequence, size)?),
            None => return Ok(None),
        },
    }))
}

fn error_chain(error: &dyn std::error::Error) -> String {
    match error.source() {
        Some(source) => format!("{error}: {}", error_chain(source)),
        None => error.to_string(),
    }
}

impl BlockScan {
    pub(crate) fn add(&mut self, scan: FileScan) {
        match scan {
            FileScan::Meta(Ok(meta)) => self.meta = Some(meta),
            FileScan::Meta(Err(finding)) => self.findings.push(finding),
            FileScan::Index(mut scan) => {
                self.findings.append(&mut scan.findings);
                self.index = Some(scan);
            }
            FileScan::Segment(mut scan) => {
                self.findings.append(&mut scan.findings);
                self.segments.push(scan);
            }
            FileScan::Tombstones(mut scan) => {
                self.findings.append(&mut scan.findings);
                self.tombstones = Some(scan);
            }
        }
    }

    pub(crate) fn add_finding(&mut self, finding: Finding) {
        self.findings.push(finding);
    }

    /// The findings of each file that was scanned.
    pub(crate) fn into_findings(self) -> Vec<Finding> {
        self.findings
    }

    /// The findings of each file, and of all files against each other. For a block of which every
    /// file was scanned.
    pub(crate) fn conclude(self) -> Vec<Finding> {
        let mut findings = self.findings;
        let is_known = |path: &str| findings.iter().any(|finding| finding.file == path);
        if self.meta.is_none() && !is_known("meta.json") {
            findings.push(missing_file("meta.json"));
        }
        if self.index.is_none() && !findings.iter().any(|finding| finding.file == "index") {
            findings.push(missing_file("index"));
        }
        if let (Some(meta), Some(index)) = (&self.meta, &self.index) {
            let tombstones = self.tombstones.as_ref();
            findings.extend(conclude(meta, index, &self.segments, tombstones));
        }
        findings
    }
}
