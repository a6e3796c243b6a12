//! Each fault of a chunk segment, one by one.

use lifeboat_tsdb::{FINDINGS_PER_FILE, ReferenceSet, scan_chunk_segment};

use crate::hand_made::{chunk_data, segment as write, uvarint};
use crate::reading::{assert_findings, lines, segment, segment_through};

fn three_chunks() -> (Vec<u8>, Vec<usize>) {
    write(&[
        (1, chunk_data(120, 200)),
        (2, chunk_data(10, 300)),
        (4, chunk_data(7, 90)),
    ])
}

#[test]
fn a_sound_segment_is_counted() {
    let (bytes, starts) = three_chunks();
    let scan = segment(&bytes);
    assert_findings(&scan.findings, &[]);
    assert_eq!(
        (
            scan.chunks,
            scan.float_samples,
            scan.histogram_samples,
            scan.unknown_chunks
        ),
        (3, 127, 10, 0)
    );
    let mut expected = ReferenceSet::new();
    for start in starts {
        expected.insert(start as u64);
    }
    assert_eq!(scan.chunk_references, expected);
    assert!(scan.complete);
    assert_eq!(scan.bytes, bytes.len() as u64);
}

#[test]
fn references_carry_the_number_of_the_segment_from_zero() {
    let (bytes, starts) = write(&[(1, chunk_data(1, 20))]);
    let scan = scan_chunk_segment(&mut bytes.as_slice(), 3, bytes.len() as u64).unwrap();
    let mut expected = ReferenceSet::new();
    expected.insert(2 << 32 | starts[0] as u64);
    assert_eq!(scan.chunk_references, expected);
}

#[test]
fn a_segment_without_chunks_is_sound() {
    assert_findings(&segment(&write(&[]).0).findings, &[]);
}

#[test]
fn the_size_of_the_buffer_changes_nothing() {
    let (mut bytes, starts) = three_chunks();
    let sound = segment(&bytes);
    for buffer in 1..600 {
        assert_eq!(
            segment_through(&bytes, buffer),
            sound,
            "buffer of {buffer} bytes"
        );
    }
    bytes[starts[1] + 50] ^= 8;
    let damaged = segment(&bytes);
    for buffer in 1..600 {
        assert_eq!(
            segment_through(&bytes, buffer),
            damaged,
            "buffer of {buffer} bytes"
        );
    }
}

#[test]
fn every_field_of_the_header_is_checked() {
    let (mut bytes, _) = three_chunks();
    bytes[0] ^= 1;
    bytes[4] = 2;
    bytes[7] = 1;
    assert_findings(
        &segment(&bytes).findings,
        &[
            "damage: chunks/000001 at offset 0: the magic number is 84bd40dd, a segment has 85bd40dd",
            "damage: chunks/000001 at offset 4: the version is 2, only 1 is known",
            "damage: chunks/000001 at offset 5: the padding of the header is not zero",
        ],
    );
    let expected = "damage: chunks/000001: the file has 7 bytes, the header alone has 8";
    assert_findings(&segment(&bytes[..7]).findings, &[expected]);
}

#[test]
fn a_flipped_bit_in_a_chunk_is_named_with_its_offset() {
    let (mut bytes, starts) = three_chunks();
    bytes[starts[1] + 100] ^= 0x10;
    let scan = segment(&bytes);
    assert_eq!(scan.findings.len(), 1, "{:?}", lines(&scan.findings));
    assert_eq!(scan.findings[0].offset, Some(starts[1] as u64));
    assert!(
        scan.findings[0]
            .what
            .starts_with("the checksum of a chunk is")
    );
    assert_eq!(
        (scan.chunks, scan.float_samples, scan.histogram_samples),
        (2, 127, 0)
    );
    assert!(!scan.complete);
}

#[test]
fn after_a_damaged_length_reading_goes_on_with_the_next_sound_chunk() {
    for wrong in [0x00, 0x01, 0x02, 0x7f, 0x80, 0xff] {
        let (mut bytes, starts) = write(&[
            (1, chunk_data(5, 90)),
            (1, chunk_data(6, 91)),
            (1, chunk_data(7, 92)),
        ]);
        bytes[starts[1]] = wrong;
        let scan = segment(&bytes);
        assert_eq!(
            scan.findings.len(),
            1,
            "{wrong:x}: {:?}",
            lines(&scan.findings)
        );
        assert_eq!(scan.findings[0].offset, Some(starts[1] as u64));
        assert!(
            scan.findings[0]
                .what
                .ends_with("; the next sound chunk is 97 bytes further on"),
            "{}",
            scan.findings[0]
        );
        assert_eq!((scan.chunks, scan.float_samples), (2, 12));
    }
}

#[test]
fn after_a_lost_page_reading_goes_on() {
    let chunks: Vec<_> = (0..5000)
        .map(|number| (1, chunk_data(number, 150)))
        .collect();
    let (mut bytes, _) = write(&chunks);
    bytes[4096..8192].fill(0);
    bytes[400_000..700_000].fill(0xff);
    let scan = segment(&bytes);
    assert_eq!(scan.findings.len(), 2, "{:?}", lines(&scan.findings));
    let lost = 5000 - scan.chunks;
    assert!((304_000 / 157..304_000 / 157 + 6).contains(&lost), "{lost}");
    assert_eq!(segment_through(&bytes, 1000), scan);
}

#[test]
fn many_damaged_chunks_are_passed_over_one_by_one() {
    let chunks: Vec<_> = (0..20_000)
        .map(|number| (1, chunk_data(number, 150)))
        .collect();
    let (mut bytes, starts) = write(&chunks);
    // Two damaged chunks side by side, again and again, so that each pair has to be searched.
    for (number, &start) in starts.iter().enumerate() {
        if number % 3 > 0 {
            bytes[start + 9] ^= 1;
        }
    }
    let scan = segment_through(&bytes, 64 << 10);
    assert_eq!(scan.chunks, 20_000_u64.div_ceil(3));
    assert_eq!(
        scan.findings.last().unwrap().what,
        format!("and {} more", 20_000 / 3 + 1 - FINDINGS_PER_FILE)
    );
}

#[test]
fn a_damaged_end_is_told_from_where_it_starts() {
    let (mut bytes, starts) = three_chunks();
    bytes[starts[2]..].fill(0);
    let scan = segment(&bytes);
    let what = "a chunk claims 0 bytes of data, too few for any; no sound chunk follows in the last 96 bytes";
    assert_findings(
        &scan.findings,
        &[&format!(
            "damage: chunks/000001 at offset {}: {what}",
            starts[2]
        )],
    );
    assert_eq!(scan.chunks, 2);
}

#[test]
fn a_chunk_cut_off_by_the_end_of_the_file_is_damage() {
    let (bytes, starts) = three_chunks();
    for length in starts[2] + 1..bytes.len() {
        let scan = segment(&bytes[..length]);
        assert_eq!(
            scan.findings.len(),
            1,
            "{length}: {:?}",
            lines(&scan.findings)
        );
        assert_eq!(scan.findings[0].offset, Some(starts[2] as u64));
        assert_eq!(scan.chunks, 2);
    }
}

#[test]
fn an_unknown_encoding_is_noted_once_and_its_samples_are_left_out() {
    let (bytes, starts) = write(&[
        (1, chunk_data(5, 20)),
        (7, chunk_data(9, 20)),
        (0, chunk_data(9, 20)),
    ]);
    let scan = segment(&bytes);
    let what = "the encoding 7 is not known here, so its samples are not counted; this is the first such chunk";
    assert_findings(
        &scan.findings,
        &[&format!(
            "note: chunks/000001 at offset {}: {what}",
            starts[1]
        )],
    );
    assert_eq!(
        (scan.chunks, scan.float_samples, scan.unknown_chunks),
        (3, 5, 2)
    );
    assert!(scan.complete);
}

#[test]
fn a_chunk_larger_than_any_buffer_is_checked_too() {
    let (mut bytes, starts) = write(&[(3, chunk_data(50, 3 << 20)), (1, chunk_data(6, 91))]);
    let scan = segment_through(&bytes, 4096);
    assert_findings(&scan.findings, &[]);
    assert_eq!(
        (scan.chunks, scan.float_samples, scan.histogram_samples),
        (2, 6, 50)
    );
    bytes[starts[0] + (1 << 20)] ^= 1;
    let scan = segment_through(&bytes, 4096);
    assert_eq!(scan.findings.len(), 1);
    assert_eq!(scan.findings[0].offset, Some(starts[0] as u64));
    assert_eq!(scan.chunks, 1);
}

#[test]
fn findings_of_a_ruined_segment_are_capped() {
    let chunks: Vec<_> = (0..200)
        .map(|number| (1, chunk_data(number, 150)))
        .collect();
    let (mut bytes, starts) = write(&chunks);
    // Every second one, so that each is found by itself.
    starts
        .iter()
        .step_by(2)
        .for_each(|&start| bytes[start + 9] ^= 1);
    let scan = segment(&bytes);
    assert_eq!(scan.findings.len(), FINDINGS_PER_FILE + 1);
    assert_eq!(
        scan.findings[FINDINGS_PER_FILE].to_string(),
        "chunks/000001: and 36 more"
    );
    assert_eq!(scan.chunks, 100);
}

#[test]
fn a_search_that_would_take_too_long_is_given_up() {
    // Every third byte starts something that looks like a chunk of a hundred kilobytes.
    let mut bytes = write(&[]).0;
    let pattern = [uvarint(100_000), vec![1]].concat();
    bytes.extend(pattern.iter().copied().cycle().take(3_000_000));
    let scan = segment(&bytes);
    assert_eq!(scan.findings.len(), 1);
    assert!(
        scan.findings[0]
            .what
            .contains("the search for the next chunk was given up"),
        "{}",
        scan.findings[0]
    );
    assert_eq!(
        scan.bytes,
        bytes.len() as u64,
        "every byte must be read for whoever listens"
    );
}

#[test]
fn a_stream_that_is_longer_or_shorter_than_announced_is_damage() {
    let (bytes, _) = three_chunks();
    let length = bytes.len() as u64;
    for announced in [length - 96, length + 1, u64::MAX] {
        let scan = scan_chunk_segment(&mut bytes.as_slice(), 1, announced).unwrap();
        let expected = format!("the file has {length} bytes, {announced} were expected");
        assert_eq!(scan.findings.last().unwrap().what, expected);
        assert_eq!(scan.bytes, length);
        assert!(!scan.complete);
    }
}
