//! A `meta.json` with any bytes; what is accepted can be written and is read back the same.
#![no_main]

use libfuzzer_sys::fuzz_target;
use lifeboat_tsdb::BlockMeta;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(meta) = BlockMeta::parse(bytes) {
        let json = serde_json::to_vec(&meta).expect("a meta can be written");
        assert_eq!(
            BlockMeta::parse(&json).expect("what was written can be read"),
            meta
        );
    }
});
