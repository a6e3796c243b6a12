//! A tombstones file with any bytes, through a buffer of any size.
#![no_main]

use std::io::BufReader;

use libfuzzer_sys::fuzz_target;
use lifeboat_tsdb::scan_tombstones;

fuzz_target!(|input: (u8, &[u8])| {
    let (buffer, bytes) = input;
    let length = bytes.len() as u64;
    let whole = scan_tombstones(&mut { bytes }, length).expect("memory can be read");
    assert_eq!(whole.bytes, length);
    let mut reader = BufReader::with_capacity(usize::from(buffer) + 1, bytes);
    assert_eq!(
        scan_tombstones(&mut reader, length).expect("memory can be read"),
        whole
    );
});
