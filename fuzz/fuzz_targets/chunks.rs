//! A chunk segment with any bytes, through a buffer of any size, sound checksums among them.
#![no_main]

use std::io::BufReader;

use libfuzzer_sys::fuzz_target;
use lifeboat_tsdb::{FINDINGS_PER_FILE, scan_chunk_segment};

fuzz_target!(|input: (u8, &[u8])| {
    let (buffer, bytes) = input;
    let length = bytes.len() as u64;
    let whole = scan_chunk_segment(&mut { bytes }, 1, length).expect("memory can be read");
    assert!(whole.findings.len() <= FINDINGS_PER_FILE + 1);
    assert_eq!(whole.bytes, length);
    let mut reader = BufReader::with_capacity(usize::from(buffer) + 1, bytes);
    assert_eq!(
        scan_chunk_segment(&mut reader, 1, length).expect("memory can be read"),
        whole
    );
});
