//! Burn rates: how many times as fast as allowed an error budget is used up, over two windows at once.
//!
//! The long window says that it matters, the short one that it still goes on. The pairs are those that
//! the SRE Workbook derives for a budget of thirty days: at 14.4 times, an hour uses 2 % of it; at 6
//! times, six hours use 5 %; at 3 times a day uses 10 %; at 1 time it is used up when the window ends.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{archiver_events::ArchiverEvents, events::Events, ratio::Ratio, window::Window};

/// How fast the budget burns in one window.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Burn {
    /// The window.
    pub window: Window,
    /// How many attempts there were in it.
    pub attempts: u32,
    /// How many of them failed.
    pub failed: u32,
    /// How many times as many that is as the target allows; none without attempts.
    pub rate: Option<f64>,
}

/// How fast the budget burns in the two windows of a pair.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct PairOfBurns {
    /// The rate that neither may exceed.
    pub limit: f64,
    /// In the long window.
    pub long: Burn,
    /// In the short one.
    pub short: Burn,
    /// Whether both exceed the limit, by more failures than are tolerated.
    pub is_exceeded: bool,
}

/// Two windows and the rate that neither may exceed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BurnPair {
    /// In tenths, so that it compares exactly.
    limit_in_tenths: u32,
    long: Window,
    short: Window,
}

/// Fast enough to wake somebody.
pub const FAST: [BurnPair; 2] = [
    BurnPair::new(144, Window::Hour, Window::FiveMinutes),
    BurnPair::new(60, Window::SixHours, Window::HalfHour),
];

/// Slow enough to wait for the morning.
pub const SLOW: [BurnPair; 2] = [
    BurnPair::new(30, Window::Day, Window::TwoHours),
    BurnPair::new(10, Window::ThreeDays, Window::SixHours),
];

impl Burn {
    /// How fast the budget burns in a window.
    #[must_use]
    pub fn of(events: &ArchiverEvents, window: Window, target: Ratio, now: Timestamp) -> Self {
        let within = events.within(window, now);
        let rate = (within.all() > 0).then(|| {
            let failed = f64::from(within.bad) / f64::from(within.all());
            failed / target.rest().as_f64()
        });
        Self {
            window,
            attempts: within.all(),
            failed: within.bad,
            rate: rate.filter(|rate| rate.is_finite()),
        }
    }
}

impl BurnPair {
    /// Where so few fail, a single file that went through at the second attempt would use up the
    /// budget of a quiet database.
    pub const TOLERATED_FAILURES: u32 = 3;

    const fn new(limit_in_tenths: u32, long: Window, short: Window) -> Self {
        Self {
            limit_in_tenths,
            long,
            short,
        }
    }

    /// The rate that neither window may exceed.
    #[must_use]
    pub fn limit(self) -> f64 {
        f64::from(self.limit_in_tenths) / 10.0
    }

    /// The window that says that it matters.
    #[must_use]
    pub const fn long(self) -> Window {
        self.long
    }

    /// The window that says that it goes on.
    #[must_use]
    pub const fn short(self) -> Window {
        self.short
    }

    /// Whether the budget burns faster than the limit in both windows, by more failures than are
    /// tolerated.
    #[must_use]
    pub fn is_exceeded(self, events: &ArchiverEvents, target: Ratio, now: Timestamp) -> bool {
        let burns = |window: Window| self.is_exceeded_by(events.within(window, now), target);
        events.within(self.long, now).bad > Self::TOLERATED_FAILURES
            && burns(self.long)
            && burns(self.short)
    }

    /// Whether `bad / all > limit * (1 - target)`, in whole numbers.
    fn is_exceeded_by(self, events: Events, target: Ratio) -> bool {
        let allowed = u128::from(self.limit_in_tenths)
            * u128::from(target.rest().parts_per_million())
            * u128::from(events.all());
        u128::from(events.bad) * 10_000_000 > allowed
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case(FAST[0], 144, 10_000, false)]
    #[case(FAST[0], 145, 10_000, true)]
    #[case(FAST[1], 60, 10_000, false)]
    #[case(FAST[1], 61, 10_000, true)]
    #[case(SLOW[0], 31, 10_000, true)]
    #[case(SLOW[1], 10, 10_000, false)]
    #[case(SLOW[1], 11, 10_000, true)]
    #[case(SLOW[1], 0, 0, false)]
    fn a_limit_is_exceeded_by_the_first_failure_too_many(
        #[case] pair: BurnPair,
        #[case] bad: u32,
        #[case] all: u32,
        #[case] exceeded: bool,
    ) {
        let target = Ratio::from_parts_per_million(999_000);
        let events = Events {
            good: all - bad,
            bad,
        };
        assert_eq!(pair.is_exceeded_by(events, target), exceeded);
    }
}
