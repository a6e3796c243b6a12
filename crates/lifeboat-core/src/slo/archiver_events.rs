//! The event-based objective: what share of the attempts to archive WAL succeeded?
//!
//! A primary archives hundreds of files a day, so a rate means something within minutes. What is counted
//! are attempts, as PostgreSQL counts them: it tries each file up to three times, waits a minute, and
//! tries again.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{
    events::{Events, RecentEvents},
    window::Window,
};
use crate::{ArchiverReading, CLOCK_TOLERANCE};

/// Attempts to archive of the last thirty days, counted from what the primary's counters rose by.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ArchiverEvents {
    /// From here on attempts are counted.
    from: Timestamp,
    last: Counters,
    recent: RecentEvents,
}

/// What the counters said.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Counters {
    /// The instance that they are of: each counts by itself.
    instance: String,
    at: Timestamp,
    archived: u64,
    failed: u64,
}

impl ArchiverEvents {
    /// Takes a reading in; the first one only says where counting begins.
    pub(super) fn take(known: Option<Box<Self>>, reading: &ArchiverReading) -> Option<Box<Self>> {
        let (Some(archived), Some(failed)) = (reading.archived, reading.failed) else {
            return known;
        };
        let now = Counters {
            instance: reading.instance.clone(),
            at: reading.at,
            archived,
            failed,
        };
        // What another version wrote and can't be summed is counted anew.
        let Some(mut events) = known.filter(|events| events.recent.is_sound()) else {
            return Some(Box::new(Self {
                from: now.at,
                recent: RecentEvents::new(now.at),
                last: now,
            }));
        };
        events.count(now);
        Some(events)
    }

    fn count(&mut self, now: Counters) {
        if self.last.at.duration_since(now.at) > CLOCK_TOLERANCE {
            self.recent.rewind(now.at);
            self.from = self.from.min(now.at);
        } else if now.at <= self.last.at {
            return;
        } else if now.instance == self.last.instance {
            let risen = now.risen_since(&self.last);
            // Seen half a minute apart as a rule. After a gap nobody knows when in it they happened; put
            // into its last minute, they would look like a fire.
            self.recent.add(self.last.at, now.at, risen);
        }
        // Of a new primary, what it had counted before it was one isn't known.
        self.last = now;
    }

    /// How many attempts there were in a window that ends now.
    #[must_use]
    pub fn within(&self, window: Window, now: Timestamp) -> Events {
        self.recent.within(window, now)
    }

    /// When the counters were last read.
    #[must_use]
    pub const fn read_at(&self) -> Timestamp {
        self.last.at
    }

    /// Since when they are counted.
    #[must_use]
    pub const fn counted_since(&self) -> Timestamp {
        self.from
    }
}

impl Counters {
    /// How much the counters rose. Both are reset together: if one fell, both began at 0.
    fn risen_since(&self, before: &Self) -> Events {
        let was_reset = self.archived < before.archived || self.failed < before.failed;
        let (archived, failed) = if was_reset {
            (0, 0)
        } else {
            (before.archived, before.failed)
        };
        let count = |now: u64, before: u64| u32::try_from(now - before).unwrap_or(u32::MAX);
        Events {
            good: count(self.archived, archived),
            bad: count(self.failed, failed),
        }
    }
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;

    use super::*;

    fn second(second: i64) -> Timestamp {
        Timestamp::from_second(20_000 * 86_400 + second).unwrap()
    }

    fn reading(instance: &str, at: i64, archived: u64, failed: u64) -> ArchiverReading {
        ArchiverReading {
            instance: instance.to_owned(),
            at: second(at),
            archived: Some(archived),
            failed: Some(failed),
            failed_lately: 0,
            window: SignedDuration::from_mins(5),
            last_archived_at: None,
            last_failed_at: None,
            waiting_files: None,
        }
    }

    /// What is counted within the hour after readings of `(instance, second, archived, failed)`.
    fn counted(readings: &[(&str, i64, u64, u64)]) -> Events {
        let mut events = None;
        let mut now = second(0);
        for (instance, at, archived, failed) in readings {
            events = ArchiverEvents::take(events, &reading(instance, *at, *archived, *failed));
            now = now.max(second(*at));
        }
        let events = events.map(|events| events.within(Window::Hour, now));
        events.unwrap_or_default()
    }

    fn events(good: u32, bad: u32) -> Events {
        Events { good, bad }
    }

    #[test]
    fn what_was_counted_before_anybody_looked_is_not_counted() {
        assert_eq!(counted(&[("db-1", 0, 500, 40)]), events(0, 0));
        let mut silent = reading("db-1", 0, 0, 0);
        silent.failed = None;
        assert_eq!(ArchiverEvents::take(None, &silent), None);
    }

    #[test]
    fn each_attempt_counts_once() {
        let twice = [("db-1", 0, 5, 1), ("db-1", 30, 7, 2), ("db-1", 30, 7, 2)];
        assert_eq!(counted(&twice), events(2, 1));
        let late = [("db-1", 0, 5, 1), ("db-1", 30, 7, 2), ("db-1", 10, 6, 1)];
        assert_eq!(counted(&late), events(2, 1));
    }

    #[test]
    fn counters_that_were_reset_began_at_zero_both() {
        let reset = [("db-1", 0, 500, 3), ("db-1", 30, 4, 9)];
        assert_eq!(counted(&reset), events(4, 9));
    }

    #[test]
    fn a_new_primary_counts_by_itself() {
        let switched = [
            ("db-1", 0, 500, 3),
            ("db-1", 30, 502, 3),
            ("db-2", 60, 90, 70),
            ("db-2", 90, 91, 72),
            ("db-1", 120, 502, 3),
            ("db-1", 150, 503, 3),
        ];
        assert_eq!(counted(&switched), events(4, 2));
    }

    #[test]
    fn what_happened_while_the_exporter_was_away_is_no_fire_now() {
        let mut known = ArchiverEvents::take(None, &reading("db-1", 0, 0, 0));
        known = ArchiverEvents::take(known, &reading("db-1", 7_200, 120, 240));
        let known = known.unwrap();
        let now = second(7_200);
        assert_eq!(known.within(Window::TwoHours, now), events(120, 240));
        assert_eq!(known.within(Window::FiveMinutes, now), events(5, 10));
    }

    #[test]
    fn a_clock_that_went_back_begins_anew_from_there() {
        let wrong = [
            ("db-1", 0, 1, 0),
            ("db-1", 30, 2, 0),
            ("db-1", 86_400, 3, 5),
            ("db-1", 60, 4, 5),
            ("db-1", 90, 5, 6),
        ];
        let mut known = None;
        for (instance, at, archived, failed) in wrong {
            known = ArchiverEvents::take(known, &reading(instance, at, archived, failed));
        }
        let within = known.unwrap().within(Window::Hour, second(90));
        // What came before the jump has made room for what came after it.
        assert_eq!(within, events(1, 1));
    }

    #[test]
    fn it_takes_less_than_a_kibibyte_with_all_its_parts() {
        let known = ArchiverEvents::take(None, &reading("orders-production-1", 0, 0, 0)).unwrap();
        assert!(size_of_val(&*known) + 950 < 1_100);
    }
}
