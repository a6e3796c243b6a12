//! Flips bits everywhere in real blocks and demands that each of them is found.

use std::fs;
use std::path::Path;

use lifeboat_tsdb::{Finding, Severity, is_damaged};
use proptest::prelude::*;

use crate::generated::{BLOCKS, blocks, files};
use crate::reading::{index, lines, segment, tombstones};

fn findings(file: &str, bytes: &[u8]) -> Vec<Finding> {
    match file {
        "index" => index(bytes).findings,
        "tombstones" => tombstones(bytes).findings,
        _ => segment(bytes).findings,
    }
}

/// The one bit that is no damage when it is flipped, because both values are versions that Prometheus reads: 2 turns
/// into 3 in the version of an index. It is noted, since no release of Prometheus writes version 3.
fn is_only_noted(file: &str, byte: usize, bit: usize) -> bool {
    file == "index" && byte == 4 && bit == 0
}

fn assert_found(kind: &str, file: &str, bytes: &mut [u8], byte: usize, bit: usize) {
    bytes[byte] ^= 1 << bit;
    let findings = findings(file, bytes);
    if is_only_noted(file, byte, bit) {
        assert!(
            findings
                .iter()
                .all(|finding| finding.severity == Severity::Note),
            "{:?}",
            lines(&findings)
        );
        assert!(!findings.is_empty());
    } else {
        assert!(
            is_damaged(&findings),
            "bit {bit} of byte {byte} of {file} ({kind}): {:?}",
            lines(&findings)
        );
    }
    bytes[byte] ^= 1 << bit;
}

/// Every file whose bytes carry a checksum of their own: all but `meta.json`.
fn checked_files() -> Vec<(&'static str, &'static Path, String)> {
    blocks()
        .flat_map(|(kind, block)| {
            files(block)
                .into_iter()
                .map(move |file| (kind, block, file))
        })
        .filter(|(_, _, file)| file != "meta.json")
        .collect()
}

#[test]
fn a_flipped_bit_in_any_byte_of_any_file_is_found() {
    for (kind, block, file) in checked_files() {
        let mut bytes = fs::read(block.join(&file)).unwrap();
        // Histograms are large; a stride that is no divisor of anything still meets every kind of field.
        let stride = if bytes.len() > 20_000 { 7 } else { 1 };
        for byte in (0..bytes.len()).step_by(stride) {
            // Walks through the bits without a pattern that a format could share.
            let bit = (byte.wrapping_mul(0x9e37_79b9) >> 7) % 8;
            assert_found(kind, &file, &mut bytes, byte, bit);
        }
    }
}

#[test]
fn every_flipped_bit_at_the_start_and_the_end_of_a_file_is_found() {
    for (kind, block, file) in checked_files() {
        let mut bytes = fs::read(block.join(&file)).unwrap();
        let length = bytes.len();
        for byte in (0..length.min(64)).chain(length.saturating_sub(64)..length) {
            for bit in 0..8 {
                assert_found(kind, &file, &mut bytes, byte, bit);
            }
        }
    }
}

#[test]
fn a_flipped_bit_in_a_segment_costs_one_chunk_and_one_finding() {
    for kind in ["2.42", "float", "new float encodings"] {
        let mut bytes = fs::read(BLOCKS[kind][0].join("chunks/000001")).unwrap();
        let chunks = segment(&bytes).chunks;
        for byte in 8..bytes.len() {
            let bit = byte % 8;
            bytes[byte] ^= 1 << bit;
            let scan = segment(&bytes);
            assert_eq!(
                scan.findings.len(),
                1,
                "bit {bit} of byte {byte}: {:?}",
                lines(&scan.findings)
            );
            assert_eq!(
                scan.chunks,
                chunks - 1,
                "bit {bit} of byte {byte}: {:?}",
                lines(&scan.findings)
            );
            bytes[byte] ^= 1 << bit;
        }
    }
}

proptest! {
    /// Bursts of nonsense, anywhere: what a failing disk leaves.
    #[test]
    fn overwritten_bytes_are_found(
        choice in any::<prop::sample::Index>(),
        place in any::<prop::sample::Index>(),
        nonsense in prop::collection::vec(any::<u8>(), 1..600),
    ) {
        let files = checked_files();
        let (kind, block, file) = choice.get(&files);
        let sound = fs::read(block.join(file)).unwrap();
        let mut bytes = sound.clone();
        let place = place.index(bytes.len());
        for (byte, nonsense) in bytes[place..].iter_mut().zip(nonsense) {
            *byte = nonsense;
        }
        if bytes != sound {
            let findings = findings(file, &bytes);
            let only_version = findings.len() == 1 && findings[0].offset == Some(4);
            prop_assert!(is_damaged(&findings) || only_version, "{kind} {file}: {:?}", lines(&findings));
        }
    }
}
