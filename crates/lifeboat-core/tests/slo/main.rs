//! Service levels over sixty days, compared with an oracle that looks at every minute.
#![expect(clippy::unwrap_used, reason = "a panic in a helper is a failed test")]

mod burning;
mod sixty_days;
mod verdicts;
