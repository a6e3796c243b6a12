//! Scheduling as claims: what to run now, after outages, failures, clock changes and changed plans.
#![expect(
    clippy::unwrap_used,
    reason = "an unwrap that fails is a failed test, with its line"
)]

mod clock;
mod due;
mod random;
mod retries;
mod scheduler;
