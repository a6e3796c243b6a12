//! The series section: labels and chunk references of every series.

use std::io::BufRead;

use super::{SeriesReferences, Version, padding, skip};
use crate::checksum::checksum;
use crate::decode::{big_endian_u32, take_uvarint, take_varint, uvarint};
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
    version: Option<Version>,
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
    previous_labels: Vec<u64>,
    labels_at_hand: Vec<u64>,
    previous_chunk: Option<u64>,
    overlapping: Oddity,
    backwards: Oddity,
}

/// Something that a sound index may have and that is told once, with its first place.
#[derive(Debug, Default)]
struct Oddity {
    count: u64,
    first: u64,
}

impl Oddity {
    fn add(&mut self, position: u64) {
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

/// What is wrong with a series whose checksum is right.
#[derive(Debug, thiserror::Error)]
enum SeriesFault {
    #[error("a series ends in the middle of its {0}")]
    CutShort(&'static str),
    #[error("a series has {0} bytes after its last chunk")]
    TooLong(usize),
    #[error("a series refers to symbol {reference}, there are {symbols}")]
    Symbol { reference: u64, symbols: u64 },
    #[error("the label names of a series are not sorted")]
    LabelOrder,
    #[error("a series is not greater than the one before it")]
    SeriesOrder,
    #[error("a chunk of a series ends at {max_time}, before it starts at {min_time}")]
    ChunkTime { min_time: i64, max_time: i64 },
}

fn decode(
    mut body: &[u8],
    start: u64,
    symbols: Option<u64>,
    series: &mut Series,
    visitor: &mut impl ChunkVisitor,
) -> Result<(), SeriesFault> {
    decode_labels(&mut body, symbols, series)?;
    decode_chunks(&mut body, start, series, visitor)?;
    if body.is_empty() {
        Ok(())
    } else {
        Err(SeriesFault::TooLong(body.len()))
    }
}

fn decode_labels(
    body: &mut &[u8],
    symbols: Option<u64>,
    series: &mut Series,
) -> Result<(), SeriesFault> {
    const LABELS: SeriesFault = SeriesFault::CutShort("labels");
    let count = take_uvarint(body).ok_or(LABELS)?;
    if count > body.len() as u64 / 2 {
        return Err(LABELS);
    }
    let labels = &mut series.labels_at_hand;
    labels.clear();
    let mut previous_name = None;
    let mut sorted = true;
    for _ in 0..count {
        let name = take_uvarint(body).ok_or(LABELS)?;
        let value = take_uvarint(body).ok_or(LABELS)?;
        if let Some(symbols) = symbols
            && (name >= symbols || value >= symbols)
        {
            return Err(SeriesFault::Symbol {
                reference: name.max(value),
                symbols,
            });
        }
        sorted &= previous_name.is_none_or(|previous| previous < name);
        previous_name = Some(name);
        labels.push(name);
        labels.push(value);
    }
    series.labels += count;
    // Symbols are sorted and numbered in their order, so numbers compare as the strings do; in version 1 they aren't.
    if series.version == Some(Version::Two) {
        let in_order = series.count == 1 || *labels > series.previous_labels;
        std::mem::swap(&mut series.labels_at_hand, &mut series.previous_labels);
        if !sorted {
            return Err(SeriesFault::LabelOrder);
        }
        if !in_order {
            return Err(SeriesFault::SeriesOrder);
        }
    }
    Ok(())
}

fn decode_chunks(
    body: &mut &[u8],
    start: u64,
    series: &mut Series,
    visitor: &mut impl ChunkVisitor,
) -> Result<(), SeriesFault> {
    const CHUNKS: SeriesFault = SeriesFault::CutShort("chunks");
    let count = take_uvarint(body).ok_or(CHUNKS)?;
    if count > body.len() as u64 / 3 {
        return Err(CHUNKS);
    }
    let mut overlaps = false;
    let mut backwards = false;
    let mut before = 0i64;
    let mut reference = 0u64;
    let mut least = i64::MAX;
    let mut greatest = i64::MIN;
    let mut fault = None;
    for number in 0..count {
        // Differences wrap around as in Prometheus's own reader: chunks that overlap have negative ones.
        let min_time = if number == 0 {
            take_varint(body).ok_or(CHUNKS)?
        } else {
            before.wrapping_add(take_uvarint(body).ok_or(CHUNKS)?.cast_signed())
        };
        let max_time = min_time.wrapping_add(take_uvarint(body).ok_or(CHUNKS)?.cast_signed());
        reference = if number == 0 {
            take_uvarint(body).ok_or(CHUNKS)?
        } else {
            reference.wrapping_add_signed(take_varint(body).ok_or(CHUNKS)?)
        };
        if max_time < min_time {
            fault = fault.or(Some(SeriesFault::ChunkTime { min_time, max_time }));
        }
        overlaps |= number > 0 && min_time <= before;
        backwards |= series
            .previous_chunk
            .is_some_and(|previous| reference <= previous);
        series.previous_chunk = Some(reference);
        before = max_time;
        least = least.min(min_time);
        greatest = greatest.max(max_time);
        series.chunk_references.insert(reference);
        series.segments = series.segments.max((reference >> 32) + 1);
        visitor.chunk(start, reference);
    }
    if count > 0 {
        series.min_time = Some(series.min_time.map_or(least, |time| time.min(least)));
        series.max_time = Some(series.max_time.map_or(greatest, |time| time.max(greatest)));
    }
    if overlaps {
        series.overlapping.add(start);
    }
    if backwards {
        series.backwards.add(start);
    }
    fault.map_or(Ok(()), Err)
}
