//! Names the chunk references of an index that lead nowhere, once it is known that there are some.

use std::io::{self, BufRead, Read, Seek, SeekFrom};

use crate::finding::{Finding, Findings};
use crate::index::{ChunkVisitor, scan_index_with};
use crate::segment::{Look, look, segment_path};
use crate::table_of_contents::TableOfContents;

/// What is read for a chunk at first: most have no more.
const FIRST_READ: u64 = 4096;
/// A chunk longer than this is not looked at.
const LARGEST: u64 = 16 << 20;

/// Follows every chunk reference of an index into its segment and names those that lead to no sound chunk.
///
/// For when [`conclude`](crate::conclude) says that index and segments differ: that costs nothing but cannot tell
/// where. This reads the index a second time and each chunk by itself, which is slow. `open_segment` opens the segment
/// with a number from 1, and gives `None` if there is none. Findings are capped as everywhere; they are empty if every
/// reference leads to a chunk, which means that the segments hold chunks that no series refers to.
pub fn locate_reference_mismatch<R, S>(
    index: &mut R,
    file_length: u64,
    table: &[u8; TableOfContents::LENGTH],
    open_segment: impl FnMut(u32) -> io::Result<Option<S>>,
) -> io::Result<Vec<Finding>>
where
    R: BufRead + ?Sized,
    S: Read + Seek,
{
    let findings = Findings::new("index");
    let mut visitor = Follow {
        open_segment,
        current: None,
        previous: None,
        buffer: Vec::new(),
        findings,
        failed: None,
    };
    scan_index_with(index, file_length, table, &mut visitor)?;
    match visitor.failed {
        Some(error) => Err(error),
        None => Ok(visitor.findings.into_list()),
    }
}

struct Follow<S, F> {
    open_segment: F,
    current: Option<(u32, Option<S>)>,
    previous: Option<u64>,
    buffer: Vec<u8>,
    findings: Findings,
    failed: Option<io::Error>,
}

impl<S: Read + Seek, F: FnMut(u32) -> io::Result<Option<S>>> ChunkVisitor for Follow<S, F> {
    fn chunk(&mut self, series: u64, reference: u64) {
        if self.failed.is_none()
            && let Err(error) = self.follow(series, reference)
        {
            self.failed = Some(error);
        }
    }
}

impl<S: Read + Seek, F: FnMut(u32) -> io::Result<Option<S>>> Follow<S, F> {
    fn follow(&mut self, series: u64, reference: u64) -> io::Result<()> {
        let offset = reference & u64::from(u32::MAX);
        let number = u32::try_from(reference >> 32).unwrap_or(u32::MAX);
        let Some(sequence) = number.checked_add(1) else {
            self.findings.damage(
                series,
                format_args!("a series refers to segment {number}, which cannot exist"),
            );
            return Ok(());
        };
        let path = segment_path(sequence);
        if self.previous.replace(reference) == Some(reference) {
            let what = format_args!("the chunk at offset {offset} of {path} is referred to twice");
            self.findings.damage(series, what);
            return Ok(());
        }
        let segment = match &mut self.current {
            Some((open, segment)) if *open == sequence => segment,
            current => &mut current.insert((sequence, (self.open_segment)(sequence)?)).1,
        };
        let Some(segment) = segment else {
            let what =
                format_args!("a series refers to offset {offset} of {path}, which is missing");
            self.findings.damage(series, what);
            return Ok(());
        };
        if let Some(fault) = chunk_fault(segment, offset, &mut self.buffer)? {
            let what = format_args!(
                "a series refers to offset {offset} of {path}, where no sound chunk is: {fault}"
            );
            self.findings.damage(series, what);
        }
        Ok(())
    }
}

/// What is wrong with the chunk at `offset`, if anything is.
fn chunk_fault<S: Read + Seek>(
    segment: &mut S,
    offset: u64,
    buffer: &mut Vec<u8>,
) -> io::Result<Option<String>> {
    let length = segment.seek(SeekFrom::End(0))?;
    let Some(left) = length.checked_sub(offset).filter(|&left| left > 0) else {
        return Ok(Some(format!("the segment has {length} bytes")));
    };
    let mut wanted = FIRST_READ;
    loop {
        segment.seek(SeekFrom::Start(offset))?;
        buffer.clear();
        segment.take(wanted.min(left)).read_to_end(buffer)?;
        match look(buffer, left) {
            Look::Sound(_) => return Ok(None),
            Look::Damaged { what, .. } => return Ok(Some(what)),
            Look::More(total) if total > LARGEST => {
                return Ok(Some("a chunk is too long to be read".to_owned()));
            }
            Look::More(_) if (buffer.len() as u64) < wanted => {
                return Ok(Some("the segment ended early".to_owned()));
            }
            Look::More(total) => wanted = total,
        }
    }
}
