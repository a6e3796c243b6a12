//! Reads files from memory as the crate would read them from disk.

use std::io::BufReader;

use lifeboat_tsdb::{
    Finding, IndexScan, SegmentScan, Severity, TableOfContents, TombstoneScan, scan_chunk_segment,
    scan_index, scan_tombstones,
};

/// The last bytes of a file; a file that is too short gives zeros.
pub(crate) fn table_of(bytes: &[u8]) -> [u8; TableOfContents::LENGTH] {
    bytes
        .last_chunk()
        .copied()
        .unwrap_or([0; TableOfContents::LENGTH])
}

pub(crate) fn index(bytes: &[u8]) -> IndexScan {
    scan_index(&mut { bytes }, bytes.len() as u64, &table_of(bytes)).unwrap()
}

/// As [`index`], through a buffer of this size, so that parts straddle its fillings.
pub(crate) fn index_through(bytes: &[u8], buffer: usize) -> IndexScan {
    let mut reader = BufReader::with_capacity(buffer, bytes);
    scan_index(&mut reader, bytes.len() as u64, &table_of(bytes)).unwrap()
}

pub(crate) fn segment(bytes: &[u8]) -> SegmentScan {
    scan_chunk_segment(&mut { bytes }, 1, bytes.len() as u64).unwrap()
}

pub(crate) fn segment_through(bytes: &[u8], buffer: usize) -> SegmentScan {
    let mut reader = BufReader::with_capacity(buffer, bytes);
    scan_chunk_segment(&mut reader, 1, bytes.len() as u64).unwrap()
}

pub(crate) fn tombstones(bytes: &[u8]) -> TombstoneScan {
    scan_tombstones(&mut { bytes }, bytes.len() as u64).unwrap()
}

/// Findings as lines: severity, then the finding as people read it.
pub(crate) fn lines(findings: &[Finding]) -> Vec<String> {
    let line = |finding: &Finding| match finding.severity {
        Severity::Damage => format!("damage: {finding}"),
        Severity::Note => format!("note: {finding}"),
    };
    findings.iter().map(line).collect()
}

#[track_caller]
pub(crate) fn assert_findings(findings: &[Finding], expected: &[&str]) {
    assert_eq!(lines(findings), expected);
}
