//! A token bucket: so many at once, and so many more as time passes.

use std::time::Duration;

use tokio::time::Instant;

/// Lets through what there are tokens for.
#[derive(Debug)]
pub(super) struct Bucket {
    size: u32,
    tokens: u32,
    /// How long a new token takes.
    every: Duration,
    /// When the last token that counts was made.
    filled_at: Instant,
}

impl Bucket {
    /// A full bucket.
    pub(super) const fn new(size: u32, every: Duration, now: Instant) -> Self {
        Self {
            size,
            tokens: size,
            every,
            filled_at: now,
        }
    }

    /// Whether there is a token left, which is used up then.
    pub(super) fn take(&mut self, now: Instant) -> bool {
        while self.tokens < self.size && now.duration_since(self.filled_at) >= self.every {
            self.filled_at += self.every;
            self.tokens += 1;
        }
        if self.tokens == self.size {
            self.filled_at = now;
        }
        let is_left = self.tokens > 0;
        self.tokens -= u32::from(is_left);
        is_left
    }
}
