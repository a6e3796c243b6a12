//! Retention: which backups to keep, and why (grandfather-father-son, with guards that no policy can switch off).

mod period;
mod plan;
mod policy;

pub use period::Period;
pub use plan::{Candidate, Decision, KeepReason, plan};
pub use policy::{PolicyError, RetentionPolicy};
