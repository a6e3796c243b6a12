//! Growth: the sizes that a repository had of late, to be compared with.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::RepositoryReading;

/// The sizes that one repository had.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RepositorySizes {
    /// The repository's own identity: another one in its place has sizes of its own.
    pub unique_id: String,
    /// The sizes, oldest first.
    pub readings: Vec<SizeReading>,
}

/// What a repository took in its store.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct SizeReading {
    /// When.
    pub at: Timestamp,
    /// So many bytes.
    pub bytes: u64,
}

impl RepositorySizes {
    /// Sizes closer to each other than this are not kept: a day has four.
    const APART: SignedDuration = SignedDuration::from_hours(6);

    /// Takes in a reading. Of sizes older than the window only the newest stays.
    pub(crate) fn observe(&mut self, reading: &RepositoryReading, window: SignedDuration) {
        let Some(bytes) = reading.physical_bytes else {
            return;
        };
        if self.unique_id != reading.unique_id {
            self.unique_id.clone_from(&reading.unique_id);
            self.readings.clear();
        }
        // A clock that was ahead would keep anything from being remembered until it is right.
        self.readings.retain(|size| size.at <= reading.at);
        let is_near = |last: &SizeReading| reading.at.duration_since(last.at) < Self::APART;
        if self.readings.last().is_some_and(is_near) {
            return;
        }
        self.readings.push(SizeReading {
            at: reading.at,
            bytes,
        });
        let older = self.older_than(window, reading.at);
        self.readings.drain(..older.saturating_sub(1));
    }

    /// The newest size that was a window ago; none if there is none, or it is more than two windows
    /// old, as when nobody looked meanwhile.
    pub(crate) fn before(&self, now: Timestamp, window: SignedDuration) -> Option<SizeReading> {
        let older = self.older_than(window, now);
        let newest = *self.readings.get(older.checked_sub(1)?)?;
        let is_recent = now.duration_since(newest.at) <= window.saturating_mul(2);
        is_recent.then_some(newest)
    }

    /// How many of the sizes are at least a window old.
    fn older_than(&self, window: SignedDuration, now: Timestamp) -> usize {
        self.readings
            .partition_point(|size| now.duration_since(size.at) >= window)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WEEK: SignedDuration = SignedDuration::from_hours(7 * 24);

    fn hour(hours: i64) -> Timestamp {
        Timestamp::UNIX_EPOCH + SignedDuration::from_hours(hours)
    }

    fn reading(unique_id: &str, at: i64, bytes: u64) -> RepositoryReading {
        RepositoryReading {
            at: hour(at),
            unique_id: unique_id.to_owned(),
            storage: "s3: backups/kopia".to_owned(),
            owner: None,
            physical_bytes: Some(bytes),
            logical_bytes: None,
            objects: None,
            deduplication_ratio: None,
            compression_ratio: None,
            sources: Vec::new(),
        }
    }

    /// The sizes after hourly readings, each of as many bytes as hours have passed.
    fn hourly(hours: i64) -> RepositorySizes {
        let mut sizes = RepositorySizes::default();
        for at in 0..=hours {
            sizes.observe(&reading("a", at, at.unsigned_abs()), WEEK);
        }
        sizes
    }

    #[test]
    fn what_is_remembered_stays_few_however_often_it_is_read() {
        let sizes = hourly(24 * 365);
        assert_eq!(sizes.readings.len(), 29);
        let before = sizes.before(hour(24 * 365), WEEK).unwrap();
        assert_eq!(hour(24 * 365).duration_since(before.at), WEEK);
    }

    #[test]
    fn nothing_is_compared_before_a_week_has_passed() {
        assert_eq!(hourly(167).before(hour(167), WEEK), None);
        let expected = SizeReading {
            at: hour(0),
            bytes: 0,
        };
        assert_eq!(hourly(168).before(hour(168), WEEK), Some(expected));
    }

    #[test]
    fn a_size_of_long_ago_says_nothing_of_a_week() {
        let mut sizes = hourly(24);
        sizes.observe(&reading("a", 24 * 60, 9_000), WEEK);
        assert_eq!(sizes.before(hour(24 * 60), WEEK), None);
    }

    #[test]
    fn another_repository_in_its_place_begins_anew() {
        let mut sizes = hourly(200);
        sizes.observe(&reading("b", 201, 5), WEEK);
        assert_eq!(
            sizes.readings,
            [SizeReading {
                at: hour(201),
                bytes: 5
            }]
        );
    }

    #[test]
    fn a_size_that_was_read_by_a_clock_ahead_is_forgotten() {
        let mut sizes = hourly(200);
        sizes.observe(&reading("a", 9_000, 5), WEEK);
        sizes.observe(&reading("a", 206, 6), WEEK);
        let newest = sizes.readings.last().copied();
        assert_eq!(
            newest,
            Some(SizeReading {
                at: hour(206),
                bytes: 6
            })
        );
    }
}
