//! Reads a chunk segment from start to end and checks each chunk in it.

mod encoding;
mod frame;
mod resume;

use std::io::{self, BufRead};

use crate::checksum::continue_checksum;
use crate::decode::big_endian_u32;
use crate::finding::{Finding, Findings};
use crate::reference_set::ReferenceSet;
use crate::window::{Stop, Window};

pub use encoding::ChunkEncoding;
pub(crate) use frame::{Chunk, LONGEST_PREFIX, Look, look};
use resume::{Resumed, find_next_chunk};

const MAGIC: u32 = 0x85BD_40DD;
const HEADER: u64 = 8;
/// A chunk longer than this is checked piece by piece. Far longer than any that Prometheus writes.
const LARGEST_AT_HAND: usize = 256 << 10;
/// How many bytes may be summed up in search of the next chunk after a damaged one: keeps hostile files quick.
const SEARCH_BYTES: u64 = 1 << 30;

/// What a chunk segment holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SegmentScan {
    /// The number in the file's name, from 1.
    pub sequence: u32,
    /// What is wrong with it.
    pub findings: Vec<Finding>,
    /// Chunks, the damaged ones left out.
    pub chunks: u64,
    /// Samples in float chunks.
    pub float_samples: u64,
    /// Samples in native histogram chunks.
    pub histogram_samples: u64,
    /// Chunks of an encoding that is not known here; their samples are not counted.
    pub unknown_chunks: u64,
    /// The references by which an index names these chunks.
    pub chunk_references: ReferenceSet,
    /// Whether every chunk was read and sound. If not, the counts and the set above are too small and prove nothing.
    pub complete: bool,
    /// How many bytes were read.
    pub bytes: u64,
}

/// The path of a segment inside its block.
pub(crate) fn segment_path(sequence: u32) -> String {
    format!("chunks/{sequence:06}")
}

/// The reference of the chunk at `offset` of segment `sequence`: an index counts segments from zero, file names from 1.
pub(crate) fn chunk_reference(sequence: u32, offset: u64) -> u64 {
    u64::from(sequence.saturating_sub(1)) << 32 | offset
}

/// Reads a whole segment and checks every chunk in it.
///
/// `sequence` is the number in the file's name, `file_length` the length of the file in bytes. `reader` is always read
/// to its end, damage or not. A damaged chunk is one finding, and reading goes on with the next chunk that is sound.
/// Chunks that lie in the reader's buffer are checked there without a copy; memory of its own stays below a megabyte.
/// Fails only if reading does.
pub fn scan_chunk_segment<R: BufRead + ?Sized>(
    reader: &mut R,
    sequence: u32,
    file_length: u64,
) -> io::Result<SegmentScan> {
    let mut scan = Scan {
        sequence,
        file_length,
        findings: Findings::new(segment_path(sequence)),
        totals: Totals::default(),
        complete: true,
        search_left: SEARCH_BYTES,
    };
    let mut window = Window::new(reader);
    match scan.run(&mut window) {
        Ok(()) => {}
        Err(Stop::Ended) => scan.complete = false,
        Err(Stop::Io(error)) => return Err(error),
    }
    window.drain()?;
    let bytes = window.position();
    if bytes != file_length {
        scan.findings.damage(
            bytes,
            format_args!("the file has {bytes} bytes, {file_length} were expected"),
        );
        scan.complete = false;
    }
    Ok(scan.into_result(bytes))
}

#[derive(Default)]
struct Totals {
    chunks: u64,
    float_samples: u64,
    histogram_samples: u64,
    unknown_chunks: u64,
    references: ReferenceSet,
}

struct Scan {
    sequence: u32,
    file_length: u64,
    findings: Findings,
    totals: Totals,
    complete: bool,
    search_left: u64,
}

impl Scan {
    fn run<R: BufRead + ?Sized>(&mut self, window: &mut Window<'_, R>) -> Result<(), Stop> {
        if self.file_length < HEADER {
            let length = self.file_length;
            self.findings.damage(
                None,
                format_args!("the file has {length} bytes, the header alone has {HEADER}"),
            );
            return Err(Stop::Ended);
        }
        self.header(window)?;
        while window.position() < self.file_length {
            if window.position() > u64::from(u32::MAX) {
                let what = "chunks from here on cannot be referred to: references have 32 bits for the offset";
                self.findings
                    .damage(window.position(), format_args!("{what}"));
                return Err(Stop::Ended);
            }
            self.chunks_at_hand(window)?;
        }
        Ok(())
    }

    fn header<R: BufRead + ?Sized>(&mut self, window: &mut Window<'_, R>) -> Result<(), Stop> {
        let header = window.exactly(8)?;
        let magic = big_endian_u32(header).ok_or(Stop::Ended)?;
        let [version, padding @ ..] = header.get(4..8).ok_or(Stop::Ended)? else {
            return Err(Stop::Ended);
        };
        if magic != MAGIC {
            self.findings.damage(
                0,
                format_args!("the magic number is {magic:08x}, a segment has {MAGIC:08x}"),
            );
        }
        if *version != 1 {
            self.findings
                .damage(4, format_args!("the version is {version}, only 1 is known"));
        }
        if padding.iter().any(|&byte| byte != 0) {
            self.findings
                .damage(5, format_args!("the padding of the header is not zero"));
        }
        window.consume(8);
        Ok(())
    }

    /// Takes all chunks that lie in the reader's buffer, and whatever comes after them in another way.
    fn chunks_at_hand<R: BufRead + ?Sized>(
        &mut self,
        window: &mut Window<'_, R>,
    ) -> Result<(), Stop> {
        let start = window.position();
        let file_length = self.file_length;
        let bytes = window.peek(LONGEST_PREFIX)?;
        if bytes.is_empty() {
            return Err(Stop::Ended);
        }
        let mut used = 0usize;
        let next = loop {
            let offset = start + used as u64;
            // An offset of more than 32 bits, or the end: both for the caller.
            if offset >= file_length || offset > u64::from(u32::MAX) {
                break None;
            }
            match look(bytes.get(used..).unwrap_or_default(), file_length - offset) {
                Look::Sound(chunk) => {
                    self.totals
                        .add(self.sequence, offset, &chunk, &mut self.findings);
                    used += chunk.total;
                }
                Look::More(_) if used > 0 => break None,
                other => break Some(other),
            }
        };
        window.consume(used);
        match next {
            None | Some(Look::Sound(_)) => Ok(()),
            Some(Look::More(total)) if total <= LARGEST_AT_HAND as u64 => {
                // Enough for the next call to get the chunk in one piece.
                let wanted = usize::try_from(total).unwrap_or(LARGEST_AT_HAND);
                if window.peek(wanted)?.len() < wanted {
                    Err(Stop::Ended)
                } else {
                    Ok(())
                }
            }
            Some(Look::More(total)) => self.large_chunk(window, total),
            Some(Look::Damaged { what, total }) => self.damaged_chunk(window, &what, total),
        }
    }

    /// Checks a chunk that is too large to have in one piece.
    fn large_chunk<R: BufRead + ?Sized>(
        &mut self,
        window: &mut Window<'_, R>,
        total: u64,
    ) -> Result<(), Stop> {
        let start = window.position();
        let head = window.peek(LONGEST_PREFIX + 3)?;
        let Some(mut chunk) = Chunk::head(head) else {
            return Err(Stop::Ended);
        };
        window.consume(chunk.prefix);
        let mut computed = 0;
        window.run_to(start + total - 4, |_, bytes| {
            computed = continue_checksum(computed, bytes);
        })?;
        let stored = big_endian_u32(window.exactly(4)?).ok_or(Stop::Ended)?;
        window.consume(4);
        if stored == computed {
            chunk.total = usize::try_from(total).unwrap_or(usize::MAX);
            self.totals
                .add(self.sequence, start, &chunk, &mut self.findings);
        } else {
            self.complete = false;
            self.findings
                .damage(start, format_args!("{}", frame::mismatch(stored, computed)));
        }
        Ok(())
    }

    /// Tells of a damaged chunk and goes to the next that is sound.
    fn damaged_chunk<R: BufRead + ?Sized>(
        &mut self,
        window: &mut Window<'_, R>,
        what: &str,
        total: Option<u64>,
    ) -> Result<(), Stop> {
        self.complete = false;
        let start = window.position();
        match find_next_chunk(window, self.file_length, total, &mut self.search_left)? {
            Resumed::AtItsEnd => self.findings.damage(start, format_args!("{what}")),
            Resumed::Found => {
                let skipped = window.position() - start;
                self.findings.damage(
                    start,
                    format_args!("{what}; the next sound chunk is {skipped} bytes further on"),
                );
            }
            Resumed::Nowhere => {
                let left = self.file_length - start;
                self.findings.damage(
                    start,
                    format_args!("{what}; no sound chunk follows in the last {left} bytes"),
                );
            }
            Resumed::GivenUp => {
                let left = self.file_length - start;
                let what = format_args!(
                    "{what}; the search for the next chunk was given up, {left} bytes are unread"
                );
                self.findings.damage(start, what);
                return Err(Stop::Ended);
            }
        }
        Ok(())
    }

    fn into_result(self, bytes: u64) -> SegmentScan {
        SegmentScan {
            sequence: self.sequence,
            findings: self.findings.into_list(),
            chunks: self.totals.chunks,
            float_samples: self.totals.float_samples,
            histogram_samples: self.totals.histogram_samples,
            unknown_chunks: self.totals.unknown_chunks,
            chunk_references: self.totals.references,
            complete: self.complete,
            bytes,
        }
    }
}

impl Totals {
    #[inline]
    fn add(&mut self, sequence: u32, offset: u64, chunk: &Chunk, findings: &mut Findings) {
        self.chunks += 1;
        self.references.insert(chunk_reference(sequence, offset));
        let Some(encoding) = ChunkEncoding::from_byte(chunk.encoding) else {
            if self.unknown_chunks == 0 {
                let encoding = chunk.encoding;
                let what = "is not known here, so its samples are not counted; this is the first such chunk";
                findings.note(offset, format_args!("the encoding {encoding} {what}"));
            }
            self.unknown_chunks += 1;
            return;
        };
        let samples = u64::from(encoding.samples(chunk.first_two));
        if encoding.is_histogram() {
            self.histogram_samples += samples;
        } else {
            self.float_samples += samples;
        }
    }
}
