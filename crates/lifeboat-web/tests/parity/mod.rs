//! What plays histories to both engines.
#![expect(clippy::panic, reason = "a panic in a helper is a failed test")]
#![expect(clippy::unwrap_used, reason = "a panic in a helper is a failed test")]

pub(crate) mod history;
pub(crate) mod promtool;
