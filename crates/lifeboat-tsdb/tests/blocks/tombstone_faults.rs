//! Each fault of a tombstones file, one by one.

use crate::hand_made::{checksum, tombstones as write};
use crate::reading::{assert_findings, tombstones};

#[test]
fn sound_tombstones_are_counted() {
    let scan = tombstones(&write(&[(3, -5, 10), (3, 20, 30), (700, 0, i64::MAX)]));
    assert_findings(&scan.findings, &[]);
    assert_eq!(
        (scan.tombstones, scan.series_references.as_slice()),
        (3, &[3, 700][..])
    );
    assert!(scan.complete);
}

#[test]
fn a_file_without_tombstones_is_sound() {
    let scan = tombstones(&write(&[]));
    assert_findings(&scan.findings, &[]);
    assert_eq!((scan.tombstones, scan.bytes), (0, 9));
}

#[test]
fn a_large_file_is_read_through_any_buffer() {
    let stones: Vec<_> = (0..5000u64)
        .map(|number| (number, -number.cast_signed(), 1 << 40))
        .collect();
    let bytes = write(&stones);
    for buffer in [1, 2, 31, 4096] {
        let mut reader = std::io::BufReader::with_capacity(buffer, bytes.as_slice());
        let scan = lifeboat_tsdb::scan_tombstones(&mut reader, bytes.len() as u64).unwrap();
        assert_findings(&scan.findings, &[]);
        assert_eq!(
            (scan.tombstones, scan.series_references.len()),
            (5000, 5000)
        );
    }
}

#[test]
fn every_field_of_the_header_is_checked() {
    let mut bytes = write(&[(3, 0, 10)]);
    bytes[0] = 0;
    bytes[4] = 0;
    assert_findings(
        &tombstones(&bytes).findings,
        &[
            "damage: tombstones at offset 0: the magic number is 0030ba30, a tombstones file has 0130ba30",
            "damage: tombstones at offset 4: the version is 0, only 1 is known",
        ],
    );
    let expected = "damage: tombstones: the file has 8 bytes, a tombstones file has at least 9";
    assert_findings(&tombstones(&bytes[..8]).findings, &[expected]);
}

#[test]
fn a_wrong_checksum_is_damage_and_nothing_else_is_told() {
    let mut bytes = write(&[(3, 0, 10)]);
    bytes[7] = 0x13;
    let scan = tombstones(&bytes);
    assert_eq!(scan.findings.len(), 1);
    assert!(
        scan.findings[0]
            .what
            .starts_with("the checksum of the tombstones is"),
        "{}",
        scan.findings[0]
    );
    assert!(!scan.complete);
}

#[test]
fn a_tombstone_must_not_end_before_it_starts() {
    let scan = tombstones(&write(&[(3, 0, 10), (4, 11, 10)]));
    assert_findings(
        &scan.findings,
        &["damage: tombstones at offset 8: a tombstone ends before it starts"],
    );
}

#[test]
fn bytes_that_are_no_tombstone_are_named_even_under_a_right_checksum() {
    let body = [3, 0, 20, 0x80];
    let bytes = [
        &[0x01, 0x30, 0xBA, 0x30, 1],
        &body[..],
        &checksum(&body).to_be_bytes(),
    ]
    .concat();
    let scan = tombstones(&bytes);
    assert_findings(
        &scan.findings,
        &["damage: tombstones at offset 8: the bytes from here on are no tombstone"],
    );
    assert!(!scan.complete);

    let body = vec![0x80; 100_000];
    let bytes = [
        &[0x01, 0x30, 0xBA, 0x30, 1],
        &body[..],
        &checksum(&body).to_be_bytes(),
    ]
    .concat();
    let scan = tombstones(&bytes);
    assert_findings(
        &scan.findings,
        &["damage: tombstones at offset 5: the bytes from here on are no tombstone"],
    );
}
