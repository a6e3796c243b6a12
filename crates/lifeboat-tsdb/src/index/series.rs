//! The series section: labels and chunk references of every series.

use std::io::BufRead;

use super::series_body::decode;
use super::{SeriesReferences, Version, padding, skip};
use crate::checksum::checksum;
use crate::decode::{big_endian_u32, uvarint};
use crate::finding::Findings;
use crate::reference_set::ReferenceSet;
use crate::window::{Stop, Window};

/// A series longer than this is not decoded. It would have more than half a million chunks.
const LONGEST_SERIES: u64 = 8 << 20;
/// The length of a series is a varint of 32 bits.
const LONGEST_PREFIX: usize = 5;
const CHECKSUM_BYTES: usize = 4;

/// Is shown every chunk that a series refers to.
pub(crate) trait ChunkVisitor {
    /// `series` is the offset of the series in the index.
    fn chunk(&mut self, series: u64, reference: u64);
}

impl ChunkVisitor for () {
    #[inline]
    fn chunk(&mut self, _series: u64, _reference: u64) {}
}

/// What the series section holds.
#[derive(Debug)]
pub(super) struct Series {
    pub(super) version: Option<Version>,
    pub(super) count: u64,
    pub(super) labels: u64,
    pub(super) references: SeriesReferences,
    pub(super) chunk_references: ReferenceSet,
    pub(super) segments: u64,
    pub(super) min_time: Option<i64>,
    pub(super) max_time: Option<i64>,
    /// Whether all of the section was understood.
    pub(super) complete: bool,
    /// Label references of the series before, name and value in turn.
    pub(super) previous_labels: Vec<u64>,
    pub(super) labels_at_hand: Vec<u64>,
    pub(super) previous_chunk: Option<u64>,
    pub(super) overlapping: Oddity,
    pub(super) backwards: Oddity,
}

/// Something that a sound index may have and that is told once, with its first place.
#[derive(Debug, Default)]
pub(super) struct Oddity {
    count: u64,
    first: u64,
}

impl Oddity {
    pub(super) fn add(&mut self, position: u64) {
        if self.count == 0 {
            self.first = position;
        }
        self.count += 1;
    }
}

impl Default for Series {
    fn default() -> Self {
        Self::with(None, SeriesReferences::default())
    }
}

impl Series {
    pub(super) fn new(version: Version, section_start: u64) -> Self {
        Self::with(
            Some(version),
            SeriesReferences::new(section_start / version.series_alignment()),
        )
    }

    fn with(version: Option<Version>, references: SeriesReferences) -> Self {
        Self {
            version,
            count: 0,
            labels: 0,
            references,
            chunk_references: ReferenceSet::new(),
            segments: 0,
            min_time: None,
            max_time: None,
            complete: false,
            previous_labels: Vec::new(),
            labels_at_hand: Vec::new(),
            previous_chunk: None,
            overlapping: Oddity::default(),
            backwards: Oddity::default(),
        }
    }

    fn alignment(&self) -> u64 {
        self.version.map_or(1, Version::series_alignment)
    }

    fn tell_oddities(&self, findings: &mut Findings) {
        let Oddity { count, first } = self.overlapping;
        if count > 0 {
            findings.note(
                first,
                format_args!("the chunks of {count} series overlap in time, this is the first"),
            );
        }
        let Oddity { count, first } = self.backwards;
        if count > 0 {
            let what = "series refer to a chunk that lies before the one of the reference before, this is the first";
            findings.note(first, format_args!("{count} {what}"));
        }
    }
}

pub(super) fn scan_series<R: BufRead + ?Sized>(
    window: &mut Window<'_, R>,
    section_end: u64,
    symbols: Option<u64>,
    series: &mut Series,
    visitor: &mut impl ChunkVisitor,
    findings: &mut Findings,
) -> Result<(), Stop> {
    let alignment = series.alignment();
    series.complete = true;
    let ended = loop {
        let start = window
            .position()
            .next_multiple_of(alignment)
            .min(section_end);
        padding(window, start, findings)?;
        if start == section_end {
            break Ok(());
        }
        match one_series(window, section_end, symbols, series, visitor, findings) {
            Ok(true) => {}
            Ok(false) => {
                series.complete = false;
                break skip(window, section_end);
            }
            Err(stop) => break Err(stop),
        }
    };
    series.complete &= ended.is_ok();
    series.tell_oddities(findings);
    ended
}

/// Reads one series; whether the next can be found.
fn one_series<R: BufRead + ?Sized>(
    window: &mut Window<'_, R>,
    section_end: u64,
    symbols: Option<u64>,
    series: &mut Series,
    visitor: &mut impl ChunkVisitor,
    findings: &mut Findings,
) -> Result<bool, Stop> {
    let start = window.position();
    let room = section_end - start;
    let head = window.peek(LONGEST_PREFIX)?;
    let Some((length, prefix)) = uvarint(head.get(..LONGEST_PREFIX).unwrap_or(head)) else {
        if (head.len() as u64) < room && head.len() < LONGEST_PREFIX {
            return Err(Stop::Ended);
        }
        findings.damage(
            start,
            format_args!("the length of a series is unreadable, and with it all series after it"),
        );
        return Ok(false);
    };
    if length == 0 {
        // Not a series, which has at least two counts: padding up to the end, or a damaged length.
        return match window.zeros_to(section_end)? {
            None => Ok(true),
            Some(odd) => {
                findings.damage(
                    odd,
                    format_args!("the padding after the series at offset {start} is not zero"),
                );
                Ok(false)
            }
        };
    }
    let total = length.saturating_add((prefix + CHECKSUM_BYTES) as u64);
    if total > room {
        findings.damage(
            start,
            format_args!("a series claims {length} bytes, its section has {room}: it and all after it are unreadable"),
        );
        return Ok(false);
    }
    if total > LONGEST_SERIES {
        findings.damage(
            start,
            format_args!("a series claims {length} bytes, more than any series has"),
        );
        return Ok(false);
    }
    let Ok(total) = usize::try_from(total) else {
        return Ok(false);
    };
    let bytes = window.exactly(total)?;
    let (Some(body), Some(stored)) = (
        bytes.get(prefix..total - CHECKSUM_BYTES),
        bytes.get(total - CHECKSUM_BYTES..).and_then(big_endian_u32),
    ) else {
        return Err(Stop::Ended);
    };
    series.count += 1;
    series.references.insert(start / series.alignment());
    let computed = checksum(body);
    if stored == computed {
        if let Err(what) = decode(body, start, symbols, series, visitor) {
            findings.damage(start, format_args!("{what}"));
            series.complete = false;
        }
    } else {
        findings.damage(
            start,
            format_args!("the checksum of a series is {stored:08x}, its bytes give {computed:08x}"),
        );
        series.complete = false;
    }
    window.consume(total);
    Ok(true)
}
