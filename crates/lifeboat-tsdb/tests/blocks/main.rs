//! Blocks made by hand, by Prometheus 2.42 and by Prometheus 3, sound and broken in every way that can be thought of.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a panic in a helper of a test is a failed test, with its line"
)]

mod block_conclusions;
mod generated;
mod hand_made;
mod hostile_input;
mod index_faults;
mod mutations;
mod reading;
mod real_blocks;
mod segment_faults;
mod tombstone_faults;
mod truncations;
mod version_one;
