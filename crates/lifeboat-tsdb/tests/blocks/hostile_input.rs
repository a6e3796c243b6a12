//! Input made to make a reader panic, loop or take memory.

use std::io::{self, BufRead, Read};

use lifeboat_tsdb::{
    BlockMeta, FINDINGS_PER_FILE, TableOfContents, is_damaged, locate_reference_mismatch,
    scan_chunk_segment, scan_index, scan_tombstones,
};
use proptest::prelude::*;

use crate::hand_made::{Index, checksum, chunk_data, segment as write, uvarint};
use crate::reading::{index, segment, table_of, tombstones};

/// Endless bytes, made as they are asked for and counted. What is held of them would be memory, so a scan that holds
/// what a file claims could never come to the end of a terabyte.
struct Endless {
    start: Vec<u8>,
    used: u64,
    length: u64,
    zeros: Vec<u8>,
}

impl Endless {
    fn new(start: Vec<u8>, length: u64) -> Self {
        Self {
            start,
            used: 0,
            length,
            zeros: vec![0; 1 << 20],
        }
    }
}

impl Read for Endless {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.fill_buf()?.read(buffer)?;
        self.consume(count);
        Ok(count)
    }
}

impl BufRead for Endless {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        let used = usize::try_from(self.used).unwrap();
        if let Some(rest) = self.start.get(used..).filter(|rest| !rest.is_empty()) {
            return Ok(rest);
        }
        let left = usize::try_from(self.length - self.used).unwrap();
        Ok(&self.zeros[..left.min(self.zeros.len())])
    }

    fn consume(&mut self, count: usize) {
        self.used += count as u64;
    }
}

const TERABYTE: u64 = 1 << 40;
/// More than any machine would give for a claim, little enough to read in a moment.
const GIGABYTE: u64 = 1 << 30;

#[test]
fn a_chunk_that_claims_gigabytes_is_summed_up_and_not_held() {
    let start = [write(&[]).0, uvarint(GIGABYTE - 64), vec![1]].concat();
    let mut reader = Endless::new(start, GIGABYTE);
    let scan = scan_chunk_segment(&mut reader, 1, GIGABYTE).unwrap();
    assert!(is_damaged(&scan.findings));
    assert_eq!((scan.bytes, scan.chunks), (GIGABYTE, 0));
}

#[test]
fn a_length_beyond_the_file_is_no_reason_to_read_on() {
    for length in [u64::from(u32::MAX), 1 << 34, (1 << 35) - 1] {
        let bytes = [
            write(&[(1, chunk_data(3, 50))]).0,
            uvarint(length),
            vec![1, 2, 3, 4, 5, 6, 7, 8],
        ]
        .concat();
        for announced in [bytes.len() as u64, TERABYTE, u64::MAX] {
            let scan = scan_chunk_segment(&mut bytes.as_slice(), 1, announced).unwrap();
            assert!(is_damaged(&scan.findings));
            assert_eq!((scan.bytes, scan.chunks), (bytes.len() as u64, 1));
        }
    }
}

/// An index of this announced length whose sections start at these offsets, in the order of the file.
fn table(offsets: [u64; 6]) -> [u8; TableOfContents::LENGTH] {
    let [
        symbols,
        series,
        label_indices,
        postings,
        label_table,
        postings_table,
    ] = offsets;
    let in_order = [
        symbols,
        series,
        label_indices,
        label_table,
        postings,
        postings_table,
    ];
    let mut bytes: Vec<u8> = in_order
        .iter()
        .flat_map(|offset| offset.to_be_bytes())
        .collect();
    let sum = checksum(&bytes);
    bytes.extend(sum.to_be_bytes());
    bytes.try_into().unwrap()
}

#[test]
fn sections_that_claim_terabytes_are_not_believed() {
    let header = vec![0xBA, 0xAA, 0xD7, 0x00, 2];
    for byte in [0x00, 0x01, 0x7f, 0x80, 0xff] {
        let bytes = [header.clone(), vec![byte; 5000]].concat();
        for split in 0..6 {
            // Each section in turn is the one with all the bytes.
            let offsets =
                std::array::from_fn(|number| if number <= split { 5 } else { TERABYTE - 52 });
            let scan = scan_index(&mut bytes.as_slice(), TERABYTE, &table(offsets)).unwrap();
            assert!(is_damaged(&scan.findings));
            assert_eq!(scan.bytes, bytes.len() as u64);
        }
    }
}

#[test]
fn a_series_of_a_gigabyte_is_skipped_and_not_held() {
    let sound = Index::sound().write();
    let mut start = sound.bytes[..sound.series[0]].to_vec();
    start.extend(uvarint(GIGABYTE / 2));
    let series = 5 + 4 + 4 + 14 + 4;
    let end = GIGABYTE - 52;
    let mut reader = Endless::new(start, GIGABYTE);
    let scan = scan_index(
        &mut reader,
        GIGABYTE,
        &table([5, series, end, end, end, end]),
    )
    .unwrap();
    let what = "a series claims 536870912 bytes, more than any series has";
    assert!(
        scan.findings.iter().any(|finding| finding.what == what),
        "{:?}",
        scan.findings
    );
    assert!(!scan.complete);
}

#[test]
fn counts_beyond_the_file_are_not_believed() {
    for count in [u64::from(u32::MAX), u64::MAX, 1 << 40] {
        let mut broken = Index::sound();
        broken.series[1] = [uvarint(count), vec![1, 2, 3]].concat();
        assert!(is_damaged(&index(&broken.write().bytes).findings));
        broken.series[1] = [uvarint(2), vec![2, 1, 3, 0], uvarint(count), vec![1, 2, 3]].concat();
        assert!(is_damaged(&index(&broken.write().bytes).findings));
        let mut broken = Index::sound();
        broken.symbol_tail = uvarint(count);
        assert!(is_damaged(&index(&broken.write().bytes).findings));
        broken = Index::sound();
        broken.table_tail = [uvarint(2), uvarint(count)].concat();
        assert!(is_damaged(&index(&broken.write().bytes).findings));
    }
}

#[test]
fn symbols_and_entries_longer_than_a_buffer_are_noted_and_not_condemned() {
    let mut long = Index::sound();
    long.symbols[3] = "z".repeat(3 << 20);
    let scan = index(&long.write().bytes);
    assert!(!is_damaged(&scan.findings), "{:?}", scan.findings);
    assert_eq!(
        scan.findings[0].what,
        "after 3 symbols one is too long to be checked, so the rest is not"
    );
    long = Index::sound();
    long.change_table = |entries| entries[3].value = "z".repeat(3 << 20);
    let scan = index(&long.write().bytes);
    assert!(!is_damaged(&scan.findings), "{:?}", scan.findings);
    assert_eq!(
        scan.findings[0].what,
        "after 3 entries one is too long to be checked, so the rest is not"
    );
}

#[test]
fn a_reader_that_fails_is_an_error_and_no_finding() {
    struct Failing;
    impl Read for Failing {
        fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
            Err(io::Error::other("the cable was pulled"))
        }
    }
    let reader = || io::BufReader::new(write(&[]).0.leak().chain(Failing));
    let bytes = Index::sound().write().bytes;
    let failing = || io::BufReader::new((&*bytes.clone().leak()).chain(Failing));
    assert!(scan_chunk_segment(&mut reader(), 1, 100).is_err());
    assert!(scan_index(&mut failing(), bytes.len() as u64, &table_of(&bytes)).is_err());
    assert!(scan_tombstones(&mut reader(), 100).is_err());
}

#[test]
fn a_signal_during_a_read_is_no_error() {
    struct Interrupted<R>(R, bool);
    impl<R: Read> Read for Interrupted<R> {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            self.1 = !self.1;
            if self.1 {
                Err(io::ErrorKind::Interrupted.into())
            } else {
                self.0.read(buffer)
            }
        }
    }
    let (bytes, _) = write(&[(1, chunk_data(120, 200)), (2, chunk_data(10, 300))]);
    let mut reader = io::BufReader::with_capacity(64, Interrupted(bytes.as_slice(), false));
    assert_eq!(
        scan_chunk_segment(&mut reader, 1, bytes.len() as u64).unwrap(),
        segment(&bytes)
    );
}

/// Bytes that start as a file of its kind does, so that more than the magic number is met, and among which small
/// numbers are common, as among lengths.
fn file_of(start: &'static [u8]) -> impl Strategy<Value = Vec<u8>> {
    let body = prop::collection::vec(any::<u8>(), 0..700);
    (any::<bool>(), any::<bool>(), body).prop_map(move |(proper, small, mut body)| {
        if small {
            body.iter_mut()
                .filter(|byte| **byte < 0xd0)
                .for_each(|byte| *byte &= 3);
        }
        if proper {
            [start, &body].concat()
        } else {
            body
        }
    })
}

proptest! {
    #[test]
    fn arbitrary_segments_never_panic(bytes in file_of(&[0x85, 0xBD, 0x40, 0xDD, 1, 0, 0, 0])) {
        let scan = segment(&bytes);
        prop_assert!(scan.findings.len() <= FINDINGS_PER_FILE + 1);
        prop_assert_eq!(scan.bytes, bytes.len() as u64);
    }

    #[test]
    fn arbitrary_tombstones_never_panic(bytes in file_of(&[0x01, 0x30, 0xBA, 0x30, 1])) {
        prop_assert_eq!(tombstones(&bytes).bytes, bytes.len() as u64);
    }

    #[test]
    fn arbitrary_indices_never_panic(
        bytes in file_of(&[0xBA, 0xAA, 0xD7, 0x00, 2]),
        offsets in prop::array::uniform6(any::<prop::sample::Index>()),
        sorted in any::<bool>(),
    ) {
        // A table of contents with a right checksum, or nothing behind it would be read.
        let mut offsets = offsets.map(|offset| offset.index(bytes.len() + 60) as u64);
        if sorted {
            offsets.sort_unstable();
        }
        let table = table(offsets);
        let bytes = [&bytes[..], &table[..]].concat();
        let scan = scan_index(&mut bytes.as_slice(), bytes.len() as u64, &table).unwrap();
        prop_assert!(scan.findings.len() <= FINDINGS_PER_FILE + 1);
        prop_assert_eq!(scan.bytes, bytes.len() as u64);
        let open = |_| Ok(Some(io::Cursor::new(&bytes)));
        locate_reference_mismatch(&mut bytes.as_slice(), bytes.len() as u64, &table, open).unwrap();
    }

    #[test]
    fn arbitrary_metas_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        prop_assert!(BlockMeta::parse(&bytes).is_err());
    }
}
