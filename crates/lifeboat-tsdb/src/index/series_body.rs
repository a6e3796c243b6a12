//! The body of one series: its labels and the references to its chunks.

use super::Version;
use super::series::{ChunkVisitor, Series};
use crate::decode::{take_uvarint, take_varint};

/// What is wrong with a series whose checksum is right.
#[derive(Debug, thiserror::Error)]
pub(super) enum SeriesFault {
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

/// Reads a series whose checksum is right; `start` is its offset, `symbols` how many symbols there are, if that is known
/// and symbols are referred to by number.
pub(super) fn decode(
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
