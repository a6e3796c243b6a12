//! Tests of the observers: objects in, verdicts out.

mod failures;
mod maintainers;
mod maintenance;
mod objects;
mod odd;
mod paused;
mod replay;
mod replications;
