//! Tests of the observers: objects in, verdicts out.

#![expect(
    clippy::needless_pass_by_value,
    reason = "JSON that is written in place reads best without a reference before it"
)]

mod failures;
mod maintainers;
mod maintenance;
mod objects;
mod odd;
mod paused;
mod replay;
mod replications;
