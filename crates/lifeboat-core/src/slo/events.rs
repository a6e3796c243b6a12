//! Events in rolling windows: how many went well and how many failed, in less than 1 KiB.
//!
//! Windows from five minutes to thirty days are each summed from buckets of their own size, at most a
//! fifth of the shortest window that is read from them. A window reaches back to the begin of a bucket,
//! so it is never shorter than its name says, and longer by less than one bucket.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{
    budget_left,
    ratio::Ratio,
    window::{DAY, HOUR, MINUTE, Window},
};

/// Which of [`LEVELS`] a window is summed from.
const fn level(window: Window) -> usize {
    match window {
        Window::FiveMinutes => 0,
        Window::HalfHour | Window::Hour => 1,
        Window::TwoHours | Window::SixHours => 2,
        Window::Day | Window::ThreeDays => 3,
        Window::Month => 4,
    }
}

/// The seconds of a bucket, and how many of them are kept: those of the longest window, and the one
/// that isn't over.
const LEVELS: [(i64, usize); 5] = [
    (MINUTE, 6),
    (5 * MINUTE, 13),
    (30 * MINUTE, 13),
    (3 * HOUR, 25),
    (DAY, 31),
];

/// How many events there were.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "(u32, u32)", into = "(u32, u32)")]
pub struct Events {
    /// Those that went well.
    pub good: u32,
    /// Those that failed.
    pub bad: u32,
}

impl Events {
    /// All of them.
    #[must_use]
    pub const fn all(self) -> u32 {
        self.good.saturating_add(self.bad)
    }

    /// How much is left of what may fail, as a share of it: 1 where nothing failed, below 0 where more
    /// did.
    #[must_use]
    pub fn budget_left(self, target: Ratio) -> f64 {
        let allowed = f64::from(self.all()) * target.rest().as_f64();
        budget_left(self.bad.into(), allowed)
    }

    const fn plus(self, other: Self) -> Self {
        Self {
            good: self.good.saturating_add(other.good),
            bad: self.bad.saturating_add(other.bad),
        }
    }

    const fn minus(self, other: Self) -> Self {
        Self {
            good: self.good.saturating_sub(other.good),
            bad: self.bad.saturating_sub(other.bad),
        }
    }

    /// This share of them, rounded down.
    fn share(self, part: i64, whole: i64) -> Self {
        let share = |count: u32| {
            let count = i128::from(count) * i128::from(part) / i128::from(whole.max(1));
            u32::try_from(count).unwrap_or(u32::MAX)
        };
        Self {
            good: share(self.good),
            bad: share(self.bad),
        }
    }
}

impl From<(u32, u32)> for Events {
    fn from((good, bad): (u32, u32)) -> Self {
        Self { good, bad }
    }
}

impl From<Events> for (u32, u32) {
    fn from(events: Events) -> Self {
        (events.good, events.bad)
    }
}

/// Events of the last thirty days, to be summed over every [`Window`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub(super) struct RecentEvents {
    levels: Vec<Level>,
}

impl RecentEvents {
    /// No events yet.
    pub(super) fn new(now: Timestamp) -> Self {
        let levels = LEVELS.into_iter().map(|(seconds, count)| Level {
            newest: now.as_second().div_euclid(seconds),
            buckets: vec![Events::default(); count].into_boxed_slice(),
        });
        Self {
            levels: levels.collect(),
        }
    }

    /// Whether it has the buckets that are in use: what another version wrote may have others.
    pub(super) fn is_sound(&self) -> bool {
        let lengths = self.levels.iter().map(|level| level.buckets.len());
        lengths.eq(LEVELS.into_iter().map(|(_, count)| count))
    }

    /// Adds events of which nobody knows when they happened between two moments: evenly over that time.
    pub(super) fn add(&mut self, begin: Timestamp, end: Timestamp, events: Events) {
        for (level, (seconds, _)) in self.levels.iter_mut().zip(LEVELS) {
            level.add(seconds, begin.as_second(), end.as_second(), events);
        }
    }

    /// How many there were in a window that ends now.
    pub(super) fn within(&self, window: Window, now: Timestamp) -> Events {
        let (seconds, _) = LEVELS[level(window)];
        let newest = now.as_second().div_euclid(seconds);
        let oldest = newest - window.length().as_secs() / seconds;
        let buckets = self.levels.get(level(window));
        buckets.map_or_else(Events::default, |buckets| buckets.sum(oldest, newest))
    }

    /// Forgets what lies after a moment, for a clock that went back.
    pub(super) fn rewind(&mut self, now: Timestamp) {
        for (level, (seconds, _)) in self.levels.iter_mut().zip(LEVELS) {
            level.rewind(now.as_second().div_euclid(seconds));
        }
    }

    /// What it takes in memory, in bytes.
    #[cfg(test)]
    fn bytes(&self) -> usize {
        let level = |level: &Level| size_of_val(level) + size_of_val(&*level.buckets);
        size_of_val(self) + self.levels.iter().map(level).sum::<usize>()
    }
}

/// Buckets of one size. Bucket number `n` holds the seconds from `n` times that size on, and lies where
/// `n` modulo their count says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Level {
    newest: i64,
    buckets: Box<[Events]>,
}

impl Level {
    fn bucket(&mut self, number: i64) -> &mut Events {
        let place = place(number, self.buckets.len());
        &mut self.buckets[place]
    }

    /// The oldest bucket that is kept.
    fn oldest(&self) -> i64 {
        let count = i64::try_from(self.buckets.len()).unwrap_or(i64::MAX);
        self.newest.saturating_sub(count).saturating_add(1)
    }

    fn add(&mut self, seconds: i64, begin: i64, end: i64, events: Events) {
        let last = end.div_euclid(seconds);
        self.advance(last);
        let first = begin.min(end).div_euclid(seconds).max(self.oldest());
        // All that had happened up to a moment, so that the parts come to the whole.
        let until = |moment: i64| {
            if moment <= begin {
                Events::default()
            } else if moment >= end {
                events
            } else {
                events.share(moment - begin, end - begin)
            }
        };
        let mut before = until(first * seconds);
        for number in first..=last {
            let by_then = until((number + 1) * seconds);
            let bucket = self.bucket(number);
            *bucket = bucket.plus(by_then.minus(before));
            before = by_then;
        }
    }

    fn advance(&mut self, newest: i64) {
        if newest <= self.newest {
            return;
        }
        let fresh =
            (self.newest + 1).max(newest - i64::try_from(self.buckets.len()).unwrap_or(0) + 1);
        self.newest = newest;
        for number in fresh..=newest {
            *self.bucket(number) = Events::default();
        }
    }

    fn rewind(&mut self, newest: i64) {
        let first = self.oldest().max(newest + 1);
        for number in first..=self.newest {
            *self.bucket(number) = Events::default();
        }
        self.newest = self.newest.min(newest);
    }

    fn sum(&self, oldest: i64, newest: i64) -> Events {
        let numbers = oldest.max(self.oldest())..=newest.min(self.newest);
        let buckets = numbers.map(|number| self.buckets[place(number, self.buckets.len())]);
        buckets.fold(Events::default(), Events::plus)
    }
}

fn place(number: i64, count: usize) -> usize {
    let count = i64::try_from(count).unwrap_or(i64::MAX).max(1);
    usize::try_from(number.rem_euclid(count)).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// A moment that is the begin of a bucket of every level.
    const BEGIN: i64 = 20_000 * DAY;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(BEGIN + second).unwrap()
    }

    fn bad(bad: u32) -> Events {
        Events { good: 0, bad }
    }

    #[test]
    fn it_takes_less_than_a_kibibyte() {
        let recent = RecentEvents::new(at(0));
        assert!(recent.bytes() < 1_000, "{}", recent.bytes());
        let mut full = recent;
        full.add(
            at(0),
            at(40 * DAY),
            Events {
                good: 40 * 24 * 12,
                bad: 4_000,
            },
        );
        assert!(full.bytes() < 1_000, "{}", full.bytes());
        let written = serde_json::to_string(&full).unwrap();
        assert!(written.len() < 1_200, "{}", written.len());
        assert_eq!(
            serde_json::from_str::<RecentEvents>(&written).unwrap(),
            full
        );
    }

    #[test]
    fn an_event_is_in_a_window_until_that_is_over() {
        let mut recent = RecentEvents::new(at(0));
        recent.add(at(30), at(30), bad(1));
        for window in Window::ALL {
            let length = window.length().as_secs();
            let (bucket, _) = LEVELS[level(window)];
            assert_eq!(recent.within(window, at(30 + length)), bad(1), "{window:?}");
            let later = at(30 + length + bucket);
            assert_eq!(recent.within(window, later), bad(0), "{window:?}");
        }
    }

    #[test]
    fn what_happened_while_nobody_looked_is_spread_over_that_time() {
        let mut recent = RecentEvents::new(at(0));
        recent.add(at(0), at(2 * HOUR), bad(120));
        let within = |window| recent.within(window, at(2 * HOUR)).bad;
        // The bucket of this very moment is empty yet.
        assert_eq!(within(Window::FiveMinutes), 5);
        assert_eq!(within(Window::HalfHour), 30);
        assert_eq!(within(Window::Hour), 60);
        assert_eq!(within(Window::TwoHours), 120);
        assert_eq!(within(Window::Month), 120);
    }

    #[test]
    fn a_clock_that_goes_back_leaves_nothing_in_the_future() {
        let mut recent = RecentEvents::new(at(0));
        recent.add(at(0), at(60), bad(1));
        recent.add(at(DAY), at(DAY), bad(7));
        recent.rewind(at(120));
        recent.add(at(120), at(120), bad(2));
        assert_eq!(recent.within(Window::Month, at(120)), bad(3));
        // What was kept in the short windows before is lost with the jump, but nothing is too much.
        assert!(recent.within(Window::FiveMinutes, at(120)).bad <= 3);
    }

    proptest! {
        #[test]
        fn no_event_is_lost_or_counted_twice(
            steps in prop::collection::vec((1_i64..20_000, 0_u32..500, 0_u32..50), 1..200),
        ) {
            let mut recent = RecentEvents::new(at(0));
            let mut now = 0;
            let mut all = Events::default();
            for (seconds, good, bad) in steps {
                let events = Events { good, bad };
                recent.add(at(now), at(now + seconds), events);
                now += seconds;
                if now < 29 * DAY {
                    all = all.plus(events);
                    prop_assert_eq!(recent.within(Window::Month, at(now)), all);
                }
                let sums = Window::ALL.map(|window| recent.within(window, at(now)).all());
                prop_assert!(sums.is_sorted(), "{:?}", sums);
            }
        }
    }
}
