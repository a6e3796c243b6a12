//! Assessment as claims: what each check says of an asset with a given past, to the second.
#![expect(
    clippy::unwrap_used,
    reason = "an unwrap that fails is a failed test, with its line"
)]

mod archiving;
mod blind;
mod builder;
mod clock;
mod complete;
mod ever_succeeded;
mod evidence;
mod fresh;
mod last_run;
mod not_stuck;
mod on_schedule;
mod paused;
mod punctual;
mod repository;
mod swift;
mod verified;
mod watched;
