//! Kill -9 at every step of backup, prune and restore: the repository stays valid, and the next run succeeds.
#![expect(clippy::unwrap_used, reason = "a panic in a helper is a failed test")]

#[path = "../support/hostile.rs"]
mod hostile;

mod backup;
mod folder;
mod prune;
mod restore;
mod resume;
