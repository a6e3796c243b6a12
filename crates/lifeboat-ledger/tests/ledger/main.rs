//! The ledger's behaviours, each on SQLite and on a real PostgreSQL.

#![expect(
    clippy::unwrap_used,
    reason = "a panic is a failed test, with its line"
)]

mod alerts;
mod assets;
mod claims;
mod coverage;
mod faults;
mod forget;
mod full_disk;
mod killed;
mod news;
mod opening;
mod properties;
mod recovery_points;
mod renaming;
mod runs;
mod service_levels;
mod silences;
mod support;
