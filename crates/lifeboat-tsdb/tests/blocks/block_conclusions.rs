//! What the files of a block say against each other.

use lifeboat_tsdb::{IndexScan, SegmentScan, TombstoneScan, conclude, scan_chunk_segment};

use crate::hand_made::{
    Index, chunk_data, meta, segment as write, series_body, tombstones as write_tombstones,
};
use crate::reading::{assert_findings, index, tombstones};

const STATS: &str = r#""numSamples": 23, "numFloatSamples": 13, "numHistogramSamples": 10, "numSeries": 2, "numChunks": 3"#;

/// Two segments, the first with a float chunk and a histogram chunk, the second with a float chunk.
fn segments() -> Vec<SegmentScan> {
    let first = write(&[(1, chunk_data(6, 40)), (2, chunk_data(10, 50))]).0;
    let second = write(&[(4, chunk_data(7, 60))]).0;
    [(1, first), (2, second)]
        .map(|(sequence, bytes)| {
            scan_chunk_segment(&mut bytes.as_slice(), sequence, bytes.len() as u64).unwrap()
        })
        .to_vec()
}

fn matching_index() -> IndexScan {
    let mut written = Index::sound();
    written.series = vec![
        series_body(&[(2, 0)], &[(1000, 2000, 8)]),
        series_body(
            &[(2, 1), (3, 0)],
            &[(1500, 1800, 54), (1900, 2999, 1 << 32 | 8)],
        ),
    ];
    index(&written.write().bytes)
}

fn no_tombstones() -> TombstoneScan {
    tombstones(&write_tombstones(&[]))
}

#[test]
fn files_that_belong_together_have_no_findings() {
    let tombstones = tombstones(&write_tombstones(&[(2, 0, 5)]));
    let stats = format!(r#"{STATS}, "numTombstones": 1"#);
    let findings = conclude(
        &meta((1000, 3000), &stats),
        &matching_index(),
        &segments(),
        Some(&tombstones),
    );
    assert_findings(&findings, &[]);
}

#[test]
fn the_order_of_segments_does_not_matter() {
    let mut segments = segments();
    segments.reverse();
    assert_findings(
        &conclude(
            &meta((1000, 3000), STATS),
            &matching_index(),
            &segments,
            Some(&no_tombstones()),
        ),
        &[],
    );
}

#[test]
fn counts_of_old_versions_are_only_those_they_had() {
    let old = meta(
        (1000, 3000),
        r#""numSamples": 23, "numSeries": 2, "numChunks": 3"#,
    );
    assert_findings(
        &conclude(&old, &matching_index(), &segments(), Some(&no_tombstones())),
        &[],
    );
}

#[test]
fn each_count_that_differs_is_named() {
    let stats = r#""numSamples": 24, "numFloatSamples": 14, "numHistogramSamples": 9, "numSeries": 3, "numChunks": 4"#;
    assert_findings(
        &conclude(
            &meta((1000, 3000), stats),
            &matching_index(),
            &segments(),
            Some(&no_tombstones()),
        ),
        &[
            "damage: meta.json: it states 3 series, the block holds 2",
            "damage: meta.json: it states 4 chunks, the block holds 3",
            "damage: meta.json: it states 24 samples, the block holds 23",
            "damage: meta.json: it states 14 float samples, the block holds 13",
            "damage: meta.json: it states 9 histogram samples, the block holds 10",
        ],
    );
}

#[test]
fn samples_of_an_unknown_encoding_are_held_against_nobody() {
    let (bytes, _) = write(&[(99, chunk_data(7, 60))]);
    let mut segments = segments();
    segments[1] = scan_chunk_segment(&mut bytes.as_slice(), 2, bytes.len() as u64).unwrap();
    assert_findings(
        &conclude(
            &meta((1000, 3000), STATS),
            &matching_index(),
            &segments,
            Some(&no_tombstones()),
        ),
        &[],
    );
}

#[test]
fn chunks_outside_of_the_range_are_damage_and_one_on_its_end_is_noted() {
    let conclude = |times| {
        conclude(
            &meta(times, STATS),
            &matching_index(),
            &segments(),
            Some(&no_tombstones()),
        )
    };
    let expected =
        "damage: index: the chunks span 1000 to 2999, outside of the block's range 1001 to 3000";
    assert_findings(&conclude((1001, 3000)), &[expected]);
    let expected =
        "damage: index: the chunks span 1000 to 2999, outside of the block's range 1000 to 2998";
    assert_findings(&conclude((1000, 2998)), &[expected]);
    let expected = "note: index: a chunk ends at 2999, the first moment after the block's range";
    assert_findings(&conclude((1000, 2999)), &[expected]);
}

#[test]
fn a_missing_segment_is_named() {
    let meta = meta((1000, 3000), STATS);
    let counted = |findings: Vec<lifeboat_tsdb::Finding>| -> Vec<lifeboat_tsdb::Finding> {
        findings
            .into_iter()
            .filter(|finding| finding.file != "meta.json")
            .collect()
    };
    let missing = conclude(
        &meta,
        &matching_index(),
        &segments()[1..],
        Some(&no_tombstones()),
    );
    assert_findings(
        &counted(missing),
        &[
            "damage: chunks/000001: the segment is missing",
            "damage: index: it refers to 2 segments, there are 1",
        ],
    );
    let missing = conclude(
        &meta,
        &matching_index(),
        &segments()[..1],
        Some(&no_tombstones()),
    );
    assert_findings(
        &counted(missing),
        &["damage: index: it refers to 2 segments, there are 1"],
    );
    let mut far = segments();
    far[1].sequence = 7;
    let missing = conclude(&meta, &matching_index(), &far, Some(&no_tombstones()));
    assert_findings(
        &counted(missing),
        &["damage: chunks/000002: the segments from here to chunks/000006 are missing"],
    );
}

#[test]
fn references_that_differ_are_told_even_when_their_number_is_the_same() {
    let mut written = Index::sound();
    written.series[0] = series_body(&[(2, 0)], &[(1000, 2000, 9)]);
    written.series[1] = series_body(
        &[(2, 1), (3, 0)],
        &[(1500, 1800, 54), (1900, 2999, 1 << 32 | 8)],
    );
    let index = index(&written.write().bytes);
    let findings = conclude(
        &meta((1000, 3000), STATS),
        &index,
        &segments(),
        Some(&no_tombstones()),
    );
    let expected =
        "damage: index: the 3 chunks that the series refer to are not the 3 chunks of the segments";
    assert_findings(&findings, &[expected]);
}

#[test]
fn what_rests_on_a_damaged_file_is_not_concluded() {
    let mut index = matching_index();
    index.complete = false;
    index.series = 1;
    let mut segments = segments();
    segments[0].complete = false;
    segments[0].float_samples = 0;
    assert_findings(
        &conclude(
            &meta((1000, 3000), STATS),
            &index,
            &segments,
            Some(&no_tombstones()),
        ),
        &[],
    );
}

#[test]
fn missing_tombstones_matter_if_there_were_any() {
    let expected =
        "note: tombstones: the file is missing; Prometheus cannot snapshot a block without it";
    assert_findings(
        &conclude(
            &meta((1000, 3000), STATS),
            &matching_index(),
            &segments(),
            None,
        ),
        &[expected],
    );
    let stats = format!(r#"{STATS}, "numTombstones": 4"#);
    let expected = "damage: tombstones: the file is missing and meta.json states 4 tombstones: deleted samples come back";
    assert_findings(
        &conclude(
            &meta((1000, 3000), &stats),
            &matching_index(),
            &segments(),
            None,
        ),
        &[expected],
    );
}

#[test]
fn tombstones_must_name_series_of_the_index() {
    let stones = tombstones(&write_tombstones(&[(2, 0, 5), (4, 0, 5)]));
    let stats = format!(r#"{STATS}, "numTombstones": 3"#);
    assert_findings(
        &conclude(
            &meta((1000, 3000), &stats),
            &matching_index(),
            &segments(),
            Some(&stones),
        ),
        &[
            "note: tombstones: the file has 2 tombstones, meta.json states 3",
            "damage: tombstones: a tombstone is for series 4, which is not in the index",
        ],
    );
}
