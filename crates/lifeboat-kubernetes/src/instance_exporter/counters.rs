//! How often archiving succeeded and failed lately, from counters that are read now and then.

use std::collections::VecDeque;

use jiff::{SignedDuration, Timestamp};

/// How long readings are kept.
const KEPT: SignedDuration = SignedDuration::from_mins(10);

/// The archiver's counters of one pod in the last ten minutes.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ArchiverCounters {
    readings: VecDeque<Reading>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
struct Reading {
    at: Timestamp,
    archived: f64,
    failed: f64,
}

/// How much the counters rose in a stretch of time.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct ArchiverIncrease {
    /// Files archived.
    pub archived: f64,
    /// Attempts that failed.
    pub failed: f64,
    /// From the first to the last reading used; shorter than asked for while there are too few.
    pub over: SignedDuration,
}

impl ArchiverCounters {
    /// Takes a reading in. One that is not later than the last is passed over.
    pub fn record(&mut self, at: Timestamp, archived_count: f64, failed_count: f64) {
        if self.readings.back().is_some_and(|last| at <= last.at) {
            return;
        }
        self.readings.push_back(Reading {
            at,
            archived: archived_count,
            failed: failed_count,
        });
        while let Some(first) = self.readings.front() {
            if at.duration_since(first.at) <= KEPT {
                break;
            }
            self.readings.pop_front();
        }
    }

    /// How much the counters rose from the last reading at or before `now - window` (or the
    /// first there is) to the newest. Nothing is extrapolated. Absent with fewer than two
    /// readings, or none within the window.
    ///
    /// A counter that fell was reset: what it shows since has been counted from 0.
    #[must_use]
    pub fn increase(&self, now: Timestamp, window: SignedDuration) -> Option<ArchiverIncrease> {
        let begin = now - window;
        let first = self
            .readings
            .iter()
            .rposition(|reading| reading.at <= begin)
            .unwrap_or(0);
        let used = self.readings.range(first..);
        let last = self.readings.back()?;
        if last.at <= begin || used.len() < 2 {
            return None;
        }
        let pairs = used.clone().zip(used.skip(1));
        let mut increase = ArchiverIncrease {
            over: last.at.duration_since(self.readings[first].at),
            ..ArchiverIncrease::default()
        };
        for (before, after) in pairs {
            increase.archived += risen(before.archived, after.archived);
            increase.failed += risen(before.failed, after.failed);
        }
        Some(increase)
    }
}

fn risen(before: f64, after: f64) -> f64 {
    if after < before {
        after
    } else {
        after - before
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_second(1_700_000_000 + seconds).unwrap()
    }

    fn counters(readings: &[(i64, f64, f64)]) -> ArchiverCounters {
        let mut counters = ArchiverCounters::default();
        for (seconds, archived, failed) in readings {
            counters.record(at(*seconds), *archived, *failed);
        }
        counters
    }

    const FIVE_MINUTES: SignedDuration = SignedDuration::from_mins(5);

    #[test]
    fn one_reading_says_nothing() {
        assert_eq!(counters(&[]).increase(at(0), FIVE_MINUTES), None);
        let one = counters(&[(0, 5.0, 7.0)]);
        assert_eq!(one.increase(at(10), FIVE_MINUTES), None);
    }

    #[test]
    fn the_increase_is_that_of_the_window() {
        let counters = counters(&[
            (0, 0.0, 0.0),
            (100, 1.0, 5.0),
            (300, 2.0, 6.0),
            (420, 3.0, 9.0),
        ]);
        let increase = counters.increase(at(420), FIVE_MINUTES).unwrap();
        // From the reading at 100, the last that is not within the window.
        assert_eq!(increase.over, SignedDuration::from_secs(320));
        assert!((increase.failed - 4.0).abs() < f64::EPSILON);
        assert!((increase.archived - 2.0).abs() < f64::EPSILON);
        // The newest reading is older than the window: nothing is known of it.
        assert_eq!(counters.increase(at(720), FIVE_MINUTES), None);
    }

    #[test]
    fn a_counter_that_fell_was_reset() {
        let counters = counters(&[(0, 100.0, 50.0), (30, 2.0, 0.0), (60, 3.0, 4.0)]);
        let increase = counters.increase(at(60), FIVE_MINUTES).unwrap();
        assert!((increase.archived - 3.0).abs() < f64::EPSILON);
        assert!((increase.failed - 4.0).abs() < f64::EPSILON);
    }

    #[test]
    fn old_readings_are_let_go_and_late_ones_passed_over() {
        let mut counters = ArchiverCounters::default();
        for step in 0..1000 {
            counters.record(at(step * 30), 0.0, 0.0);
        }
        assert_eq!(counters.readings.len(), 21);
        counters.record(at(0), 9.0, 9.0);
        assert_eq!(counters.readings.len(), 21);
    }
}
