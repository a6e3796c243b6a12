//! Indices of version 1, which Prometheus 2.0 wrote and every release reads.

use crate::hand_made::{Entry, Index, series_body};
use crate::reading::{index, index_through, lines};

const NOTE: &str = "note: index at offset 4: version 1: the symbols of series and the order of tables are not checked";

/// Symbols are referred to by their offset, series too, series are not aligned and the table is not sorted.
fn version_one() -> Index {
    let mut old = Index::sound();
    old.version = 1;
    // "a", "b", "job" and "zone" start at 13, 15, 17 and 21.
    old.series = vec![
        series_body(&[(17, 13)], &[(1000, 2000, 8)]),
        series_body(&[(17, 15), (21, 13)], &[(1500, 1800, 30), (1900, 2999, 60)]),
    ];
    old.change_table = |entries| entries.reverse();
    old
}

#[test]
fn an_index_of_version_one_is_sound_with_a_note() {
    let bytes = version_one().write().bytes;
    let scan = index(&bytes);
    assert_eq!(lines(&scan.findings), [NOTE]);
    assert_eq!(
        (
            scan.series,
            scan.labels,
            scan.postings_lists,
            scan.chunk_references.count()
        ),
        (2, 3, 4, 3)
    );
    for buffer in 1..bytes.len() {
        assert_eq!(index_through(&bytes, buffer), scan);
    }
}

#[test]
fn references_of_version_one_are_offsets() {
    let written = version_one().write();
    let scan = index(&written.bytes);
    for reference in 0..written.bytes.len() {
        assert_eq!(
            scan.series_references.contains(reference as u64),
            written.series.contains(&reference)
        );
    }
    let mut broken = version_one();
    broken.lists[3].2[0] = Entry::Raw(u32::try_from(written.series[1] + 1).unwrap());
    let findings = lines(&index(&broken.write().bytes).findings);
    assert_eq!(findings.len(), 2, "{findings:?}");
    assert!(findings[1].ends_with("where no series starts"));
}

#[test]
fn a_flipped_bit_in_an_index_of_version_one_is_found() {
    let mut bytes = version_one().write().bytes;
    for byte in 0..bytes.len() {
        for bit in 0..8 {
            bytes[byte] ^= 1 << bit;
            let findings = index(&bytes).findings;
            assert!(
                lifeboat_tsdb::is_damaged(&findings),
                "bit {bit} of byte {byte}: {:?}",
                lines(&findings)
            );
            bytes[byte] ^= 1 << bit;
        }
    }
}
