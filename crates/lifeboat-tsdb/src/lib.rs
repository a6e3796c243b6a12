//! Reads and verifies Prometheus TSDB blocks: every checksum, every reference, every count.
//!
//! A block is a folder named by a ULID that holds `meta.json`, `index`, `chunks/NNNNNN` and `tombstones`. Its formats
//! are described in Prometheus's own `tsdb/docs/format` folder. Each file is read in **one pass over a
//! [`BufRead`](std::io::BufRead)** that always runs to the end, so the same functions verify a local file, a file that
//! is hashed and sent away while it is read, and an object streamed from a store. Nothing is mapped into memory, and no
//! allocation follows a length that was merely read from a file.
//!
//! What is wrong with the content is never an error: it is a [`Finding`], with the file, the offset and whether it is
//! damage or only worth knowing. Errors are kept for reading itself.
//!
//! | file | function | gives |
//! |---|---|---|
//! | `meta.json` | [`BlockMeta::parse`] | [`BlockMeta`] |
//! | `index` | [`scan_index`] | [`IndexScan`] |
//! | `chunks/NNNNNN` | [`scan_chunk_segment`] | [`SegmentScan`] |
//! | `tombstones` | [`scan_tombstones`] | [`TombstoneScan`] |
//! | all of them together | [`conclude`] | what they say against each other |
//! | a local folder | [`verify_block`] | [`BlockReport`] |

mod bitmap;
mod block_files;
mod block_id;
mod body;
mod checksum;
mod conclude;
mod decode;
mod finding;
mod index;
mod locate;
mod meta;
mod reference_set;
mod segment;
mod table_of_contents;
mod tombstones;
mod verify;
mod window;

pub use block_files::{BlockFiles, list_block_files, segment_name, segment_sequence};
pub use block_id::{BlockId, BlockIdError};
pub use conclude::{conclude, missing_file};
pub use finding::{FINDINGS_PER_FILE, Finding, Severity, is_damaged};
pub use index::{IndexScan, SeriesReferences, scan_index};
pub use locate::locate_reference_mismatch;
pub use meta::{BlockDescription, BlockMeta, BlockStats, Compaction, MetaError};
pub use reference_set::ReferenceSet;
pub use segment::{ChunkEncoding, SegmentScan, scan_chunk_segment};
pub use table_of_contents::TableOfContents;
pub use tombstones::{TombstoneScan, scan_tombstones};
pub use verify::{BlockReport, READ_BUFFER_BYTES, VerifyError, verify_block};
