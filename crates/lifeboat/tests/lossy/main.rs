//! A store that loses, alters, delays or refuses: every backup reported good is good, and every failure says why.
#![expect(clippy::unwrap_used, reason = "a panic in a helper is a failed test")]
#![expect(clippy::panic, reason = "a panic in a helper is a failed test")]

#[path = "../support/hostile.rs"]
mod hostile;

mod backup;
mod faults;
mod prune;
mod refused;
mod restore;
mod secrets;
