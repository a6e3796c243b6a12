//! An index with any bytes, with its checksums put right so that what lies behind them is reached.
#![no_main]

use std::io::{BufReader, Cursor};

use libfuzzer_sys::fuzz_target;
use lifeboat_tsdb::{FINDINGS_PER_FILE, TableOfContents, locate_reference_mismatch, scan_index};

const CHECKSUM: usize = 4;

fuzz_target!(|input: (u8, [u16; 6], bool, &[u8])| {
    let (buffer, offsets, sorted, body) = input;
    let mut bytes = body.to_vec();
    let table = table_of_contents(offsets, sorted, &bytes);
    mend_checksums(&mut bytes, offsets, sorted);
    bytes.extend(table);

    let length = bytes.len() as u64;
    let whole = scan_index(&mut bytes.as_slice(), length, &table).expect("memory can be read");
    assert!(whole.findings.len() <= FINDINGS_PER_FILE + 1);
    assert_eq!(whole.bytes, length);
    let mut reader = BufReader::with_capacity(usize::from(buffer) + 1, bytes.as_slice());
    assert_eq!(
        scan_index(&mut reader, length, &table).expect("memory can be read"),
        whole
    );
    let open = |_| Ok(Some(Cursor::new(&bytes)));
    locate_reference_mismatch(&mut bytes.as_slice(), length, &table, open)
        .expect("memory can be read");
});

/// Offsets inside the body, in the order of the file if they are sorted.
fn places(mut offsets: [u16; 6], sorted: bool, length: usize) -> [usize; 6] {
    if sorted {
        offsets.sort_unstable();
    }
    offsets.map(|offset| {
        if length == 0 {
            0
        } else {
            usize::from(offset) % (length + 1)
        }
    })
}

fn table_of_contents(
    offsets: [u16; 6],
    sorted: bool,
    body: &[u8],
) -> [u8; TableOfContents::LENGTH] {
    let mut places = places(offsets, sorted, body.len());
    if sorted {
        places.sort_unstable();
    }
    let [
        symbols,
        series,
        label_indices,
        postings,
        label_table,
        postings_table,
    ] = places;
    let in_order = [
        symbols,
        series,
        label_indices,
        label_table,
        postings,
        postings_table,
    ];
    let mut table = in_order
        .iter()
        .flat_map(|&offset| (offset as u64).to_be_bytes())
        .collect::<Vec<_>>();
    let sum = checksum(&table);
    table.extend(sum.to_be_bytes());
    table.try_into().expect("six offsets and a checksum")
}

/// Follows lengths from the start of each section, as long as they make sense, and writes the right checksums.
fn mend_checksums(bytes: &mut [u8], offsets: [u16; 6], sorted: bool) {
    let mut places = places(offsets, sorted, bytes.len());
    places.sort_unstable();
    let [
        symbols,
        series,
        label_indices,
        postings,
        label_table,
        postings_table,
    ] = places;
    for start in [symbols, label_table, postings_table] {
        mend_frame(bytes, start);
    }
    for start in [label_indices, postings] {
        let mut next = Some(start.next_multiple_of(4));
        while let Some(start) = next {
            next = mend_frame(bytes, start).map(|end| end.next_multiple_of(4));
        }
    }
    let mut start = series.next_multiple_of(16);
    while let Some(&length) = bytes
        .get(start)
        .filter(|&&length| length > 0 && length < 0x80)
    {
        let end = start + 1 + usize::from(length);
        if end + CHECKSUM > bytes.len() {
            break;
        }
        let sum = checksum(&bytes[start + 1..end]);
        bytes[end..end + CHECKSUM].copy_from_slice(&sum.to_be_bytes());
        start = (end + CHECKSUM).next_multiple_of(16);
    }
}

fn mend_frame(bytes: &mut [u8], start: usize) -> Option<usize> {
    let length = bytes
        .get(start..)?
        .first_chunk()
        .map(|four| u32::from_be_bytes(*four))?;
    let end = start
        .checked_add(4)?
        .checked_add(usize::try_from(length).ok()?)?;
    if end.checked_add(CHECKSUM)? > bytes.len() {
        return None;
    }
    let sum = checksum(&bytes[start + 4..end]);
    bytes[end..end + CHECKSUM].copy_from_slice(&sum.to_be_bytes());
    Some(end + CHECKSUM)
}

/// CRC-32C bit by bit: inputs are small.
fn checksum(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0u32, |sum, &byte| {
        (0..8).fold(sum ^ u32::from(byte), |sum, _| {
            (sum >> 1) ^ (0x82f6_3b78 * (sum & 1))
        })
    })
}
