//! How long to wait before the next attempt.

use std::time::Duration;

const FIRST: Duration = Duration::from_millis(500);
const LONGEST: Duration = Duration::from_secs(30);

/// Waits that double with each failure, each shortened by a random part of up to a half: after an
/// outage the watches of many clients don't come back in the same instant.
#[derive(Debug, Default)]
pub(crate) struct Backoff {
    failures: u32,
}

impl Backoff {
    /// The wait after one more failure; `random` is at least 0 and less than 1.
    pub(crate) fn next(&mut self, random: f64) -> Duration {
        let doubled = FIRST.saturating_mul(2_u32.saturating_pow(self.failures));
        self.failures = self.failures.saturating_add(1);
        jittered(doubled.min(LONGEST), random)
    }

    /// How many attempts failed since the last that didn't.
    pub(crate) fn failures(&self) -> u32 {
        self.failures
    }

    /// An attempt succeeded.
    pub(crate) fn reset(&mut self) {
        self.failures = 0;
    }
}

/// The duration, shortened by a random part of up to a half.
pub(super) fn jittered(duration: Duration, random: f64) -> Duration {
    duration.mul_f64(1.0 - random / 2.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_up_to_a_limit_and_begin_anew_after_a_success() {
        let mut backoff = Backoff::default();
        assert_eq!(backoff.next(0.0), Duration::from_millis(500));
        assert_eq!(backoff.next(0.0), Duration::from_secs(1));
        assert_eq!(backoff.next(0.5), Duration::from_millis(1500));
        for _ in 0..100 {
            backoff.next(0.0);
        }
        assert_eq!(backoff.next(0.0), LONGEST);
        assert!(backoff.next(0.999) >= LONGEST / 2);
        backoff.reset();
        assert_eq!(backoff.next(0.0), FIRST);
    }
}
