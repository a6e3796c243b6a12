//! Sets the files of a block against each other and against `meta.json`.

use crate::finding::{Finding, Findings};
use crate::index::IndexScan;
use crate::meta::BlockMeta;
use crate::reference_set::ReferenceSet;
use crate::segment::{SegmentScan, segment_path};
use crate::tombstones::TombstoneScan;

/// What the files of one block say against each other, once each of them was read.
///
/// Checks that the segments are numbered from 1 without a gap, that index and segments have the same chunk references,
/// that `meta.json` counts what is there and spans the times of the index, and that tombstones name series that exist.
/// What rests on a file that could not be read to its end is left out: its damage is already told. `segments` can be in
/// any order; `tombstones` is `None` if the file is missing.
#[must_use]
pub fn conclude(
    meta: &BlockMeta,
    index: &IndexScan,
    segments: &[SegmentScan],
    tombstones: Option<&TombstoneScan>,
) -> Vec<Finding> {
    let mut list = numbering(segments);
    list.extend(chunk_references(index, segments));
    list.extend(times(meta, index));
    list.extend(counts(meta, index, segments));
    list.extend(deletions(meta, index, tombstones));
    list
}

/// The finding for a file that every block must have.
#[must_use]
pub fn missing_file(path: &str) -> Finding {
    Finding::damage(path, None, "the file is missing")
}

fn numbering(segments: &[SegmentScan]) -> Vec<Finding> {
    let mut sequences = segments
        .iter()
        .map(|segment| segment.sequence)
        .collect::<Vec<_>>();
    sequences.sort_unstable();
    let mut findings = Vec::new();
    let mut expected = 1u32;
    for sequence in sequences {
        if sequence < expected {
            findings.push(Finding::damage(
                &segment_path(sequence),
                None,
                "the segment is there more than once",
            ));
            continue;
        }
        if sequence > expected {
            let what = if sequence - expected == 1 {
                "the segment is missing".to_owned()
            } else {
                format!(
                    "the segments from here to {} are missing",
                    segment_path(sequence - 1)
                )
            };
            findings.push(Finding::damage(&segment_path(expected), None, what));
        }
        expected = sequence.saturating_add(1);
    }
    findings
}

/// The chunk references of all segments together, if each of them was read whole.
fn all_references(segments: &[SegmentScan]) -> Option<ReferenceSet> {
    segments
        .iter()
        .try_fold(ReferenceSet::new(), |mut all, segment| {
            all.merge(segment.chunk_references);
            segment.complete.then_some(all)
        })
}

/// Whether index and segments were read whole, have every segment they need, and still don't name the same chunks.
pub(crate) fn references_differ(index: &IndexScan, segments: &[SegmentScan]) -> bool {
    index.complete
        && index.segments <= segments.len() as u64
        && all_references(segments).is_some_and(|references| references != index.chunk_references)
}

fn chunk_references(index: &IndexScan, segments: &[SegmentScan]) -> Option<Finding> {
    if !index.complete {
        return None;
    }
    let there = segments.len() as u64;
    if index.segments > there {
        let needed = index.segments;
        return Some(Finding::damage(
            "index",
            None,
            format!("it refers to {needed} segments, there are {there}"),
        ));
    }
    if !references_differ(index, segments) {
        return None;
    }
    let references = all_references(segments)?;
    let (referred, held) = (index.chunk_references.count(), references.count());
    let what = if referred == held {
        format!(
            "the {referred} chunks that the series refer to are not the {held} chunks of the segments"
        )
    } else {
        format!("the series refer to {referred} chunks, the segments hold {held}")
    };
    Some(Finding::damage("index", None, what))
}

fn times(meta: &BlockMeta, index: &IndexScan) -> Option<Finding> {
    let (Some(first), Some(last)) = (index.min_time, index.max_time) else {
        return None;
    };
    let (from, to) = (meta.min_time, meta.max_time);
    if first < from || last > to {
        let what = format!(
            "the chunks span {first} to {last}, outside of the block's range {from} to {to}"
        );
        return Some(Finding::damage("index", None, what));
    }
    // Old versions let a sample on the very end of the range into the block before it.
    (last == to).then(|| {
        Finding::note(
            "index",
            None,
            format!("a chunk ends at {last}, the first moment after the block's range"),
        )
    })
}

fn counts(meta: &BlockMeta, index: &IndexScan, segments: &[SegmentScan]) -> Vec<Finding> {
    let mut findings = Findings::new("meta.json");
    let stats = &meta.stats;
    let mut compare = |what: &str, stated: u64, counted: u64| {
        if stated != counted {
            findings.damage(
                None,
                format_args!("it states {stated} {what}, the block holds {counted}"),
            );
        }
    };
    if index.complete {
        compare("series", stats.num_series, index.series);
        compare("chunks", stats.num_chunks, index.chunk_references.count());
    }
    let known = segments
        .iter()
        .all(|segment| segment.complete && segment.unknown_chunks == 0);
    if known {
        let floats = segments
            .iter()
            .map(|segment| segment.float_samples)
            .sum::<u64>();
        let histograms = segments
            .iter()
            .map(|segment| segment.histogram_samples)
            .sum::<u64>();
        compare(
            "samples",
            stats.num_samples,
            floats.saturating_add(histograms),
        );
        // Old versions counted all samples together only.
        if stats.num_float_samples > 0 || stats.num_histogram_samples > 0 {
            compare("float samples", stats.num_float_samples, floats);
            compare("histogram samples", stats.num_histogram_samples, histograms);
        }
    }
    findings.into_list()
}

fn deletions(
    meta: &BlockMeta,
    index: &IndexScan,
    tombstones: Option<&TombstoneScan>,
) -> Vec<Finding> {
    let mut findings = Findings::new("tombstones");
    let stated = meta.stats.num_tombstones;
    let Some(tombstones) = tombstones else {
        if stated > 0 {
            findings.damage(
                None,
                format_args!("the file is missing and meta.json states {stated} tombstones: deleted samples come back"),
            );
        } else {
            findings.note(
                None,
                format_args!("the file is missing; Prometheus cannot snapshot a block without it"),
            );
        }
        return findings.into_list();
    };
    if !tombstones.complete {
        return findings.into_list();
    }
    let counted = tombstones.tombstones;
    if stated != counted {
        // Prometheus replaces first the one file, then the other: a crash in between leaves this.
        findings.note(
            None,
            format_args!("the file has {counted} tombstones, meta.json states {stated}"),
        );
    }
    if index.complete {
        for reference in &tombstones.series_references {
            if !index.series_references.contains(*reference) {
                findings.damage(
                    None,
                    format_args!(
                        "a tombstone is for series {reference}, which is not in the index"
                    ),
                );
            }
        }
    }
    findings.into_list()
}
