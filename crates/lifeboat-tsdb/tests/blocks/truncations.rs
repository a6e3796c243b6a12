//! Cuts files off at every length.

use std::fs;

use lifeboat_tsdb::{is_damaged, scan_chunk_segment, scan_index, scan_tombstones};

use crate::generated::BLOCKS;
use crate::hand_made::{Index, chunk_data, segment as write, tombstones as write_tombstones};
use crate::reading::{index, lines, segment, table_of, tombstones};

#[test]
fn an_index_cut_off_anywhere_is_damage() {
    let real = fs::read(BLOCKS["2.42"][0].join("index")).unwrap();
    for bytes in [real, Index::sound().write().bytes] {
        let (table, whole) = (table_of(&bytes), bytes.len() as u64);
        for length in 0..bytes.len() {
            let cut = &bytes[..length];
            assert!(is_damaged(&index(cut).findings), "at {length}");
            // The stream ends early, though length and table of contents are those of the whole file.
            let scan = scan_index(&mut { cut }, whole, &table).unwrap();
            let expected = format!("the file has {length} bytes, {whole} were expected");
            assert_eq!(
                scan.findings.last().unwrap().what,
                expected,
                "{:?}",
                lines(&scan.findings)
            );
        }
    }
}

#[test]
fn a_segment_cut_off_anywhere_but_between_chunks_is_damage() {
    let (bytes, mut starts) = write(&[
        (1, chunk_data(120, 200)),
        (2, chunk_data(10, 300)),
        (4, chunk_data(7, 90)),
    ]);
    starts.push(bytes.len());
    let whole = bytes.len() as u64;
    for length in 0..bytes.len() {
        let cut = &bytes[..length];
        // A segment that ends with a chunk is as good as any: only the index tells that chunks are missing.
        assert_eq!(
            is_damaged(&segment(cut).findings),
            !starts.contains(&length),
            "at {length}"
        );
        let scan = scan_chunk_segment(&mut { cut }, 1, whole).unwrap();
        assert!(is_damaged(&scan.findings), "at {length}");
    }
}

#[test]
fn tombstones_cut_off_anywhere_are_damage() {
    let bytes = write_tombstones(&[(3, -5, 10), (3, 20, 30), (700, 0, i64::MAX)]);
    for length in 0..bytes.len() {
        let cut = &bytes[..length];
        assert!(is_damaged(&tombstones(cut).findings), "at {length}");
        assert!(
            is_damaged(
                &scan_tombstones(&mut { cut }, bytes.len() as u64)
                    .unwrap()
                    .findings
            ),
            "at {length}"
        );
    }
}
