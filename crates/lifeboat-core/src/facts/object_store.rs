//! The object store that a database's backups go to, as a look into it tells, whatever others say.

use jiff::{SignedDuration, Timestamp};
use serde::Serialize;

use super::ReadFailure;

/// What is known of the object store by asking it.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct ObjectStoreFacts {
    /// Where the database's backups are, such as `s3://bucket/path/db`. Never with secrets.
    pub place: String,
    /// When it last answered.
    pub answered_at: Option<Timestamp>,
    /// Why it doesn't answer, or not with what was asked for; none while it does, or before it was
    /// asked.
    pub failure: Option<ReadFailure>,
    /// How many bytes it may hold, as a policy says: object stores don't tell.
    pub capacity: Option<u64>,
    /// What the last look into it that succeeded found; none before the first.
    pub reading: Option<Box<StoreReading>>,
    /// How fast backups get there.
    pub pace: TransferPace,
}

/// What a look into an object store found.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct StoreReading {
    /// When it began: what was stored before is in it.
    pub at: Timestamp,
    /// How many bytes everything at the destination takes, that of other databases too; none where
    /// no capacity makes it worth the listing.
    pub used_bytes: Option<u64>,
    /// The folders of base backups, oldest first.
    pub backups: Vec<StoredBackup>,
    /// The WAL from the oldest whole backup on; none where there is no whole backup.
    pub wal: Option<StoredWal>,
}

impl StoreReading {
    /// The backups that one could restore from, oldest first.
    #[must_use]
    pub fn whole(&self) -> impl DoubleEndedIterator<Item = &StoredBackup> {
        let backups = self.backups.iter();
        backups.filter(|backup| backup.state == StoredState::Whole)
    }
}

/// A base backup as it lies in an object store.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct StoredBackup {
    /// The name of its folder, such as `20261121T030000`.
    pub id: String,
    /// Whether one could restore from it.
    pub state: StoredState,
    /// When it began, by its own description.
    pub began_at: Option<Timestamp>,
    /// When it ended, by its own description.
    pub ended_at: Option<Timestamp>,
    /// What its data takes in the store.
    pub stored_bytes: u64,
    /// What its data comes to before compression; none where nobody says.
    pub original_bytes: Option<u64>,
}

impl StoredBackup {
    /// How long it took.
    #[must_use]
    pub fn duration(&self) -> Option<SignedDuration> {
        let took = self.ended_at?.duration_since(self.began_at?);
        (!took.is_negative()).then_some(took)
    }
}

/// Whether one could restore from a base backup in an object store.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case", tag = "state")]
pub enum StoredState {
    /// Data, description and the WAL of its own time are there.
    Whole,
    /// It has no description: it is under way, or was given up.
    Undescribed,
    /// Its description says that it is under way.
    UnderWay,
    /// Its description says that it failed.
    Failed {
        /// Why.
        error: Option<String>,
    },
    /// There is no data with its description.
    WithoutData,
    /// WAL of its own time is missing, so that what its data holds can't be made consistent.
    WithoutWal {
        /// The first segment that is missing.
        segment: String,
    },
    /// Its description can't be used.
    Unreadable {
        /// What is wrong with it.
        problem: String,
    },
}

impl StoredState {
    /// What keeps one from restoring it, as the end of a sentence; none if nothing does.
    #[must_use]
    pub fn problem(&self) -> Option<String> {
        Some(match self {
            Self::Whole => return None,
            Self::Undescribed => "it has no backup.info, so it was never finished".to_owned(),
            Self::UnderWay => "its backup.info says that it is still under way".to_owned(),
            Self::Failed { error: None } => "its backup.info says that it failed".to_owned(),
            Self::Failed { error: Some(error) } => {
                format!("its backup.info says that it failed: {error}")
            }
            Self::WithoutData => "there is no data with its backup.info".to_owned(),
            Self::WithoutWal { segment } => {
                format!("the WAL segment {segment}, which it needs, is missing")
            }
            Self::Unreadable { problem } => format!("its backup.info can't be used: {problem}"),
        })
    }
}

/// WAL in an object store, from the beginning of the oldest whole backup on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct StoredWal {
    /// How many segments there are.
    pub segments: u64,
    /// The newest of them.
    pub newest: String,
    /// When that one was stored: up to then one can recover, if there is no gap.
    pub newest_at: Timestamp,
    /// The first gap, if there is one.
    pub gap: Option<WalGap>,
}

/// Segments that are missing between two that are there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct WalGap {
    /// The first that is missing.
    pub segment: String,
    /// How many are.
    pub missing: u64,
    /// Up to where one can recover, such as `0/5000000`.
    pub lsn: String,
    /// When the last segment before the gap was stored: about up to then one can recover.
    pub recoverable_until: Timestamp,
    /// The first whole backup after the gap, from whose end on one can recover again.
    pub again_from: Option<String>,
}

/// How fast backups get to their object store, as a count of bytes that grows all the time.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
pub struct TransferPace {
    /// The count at `since`.
    pub bytes: f64,
    /// Since when it has grown at this pace; none before there is one.
    pub since: Option<Timestamp>,
    /// What the newest whole backup takes in the store, by the seconds that it took.
    pub bytes_per_second: f64,
}

impl TransferPace {
    /// The count as of a moment; none before there is a pace.
    #[must_use]
    pub fn count(&self, now: Timestamp) -> Option<f64> {
        let elapsed = now.duration_since(self.since?).as_secs_f64().max(0.0);
        Some(self.bytes + self.bytes_per_second * elapsed)
    }

    /// Goes on from here at the pace of the newest backup that a reading found.
    #[must_use]
    pub fn after(self, reading: &StoreReading, now: Timestamp) -> Self {
        let pace = reading.whole().next_back().and_then(|backup| {
            let took = backup.duration()?.as_secs_f64();
            #[expect(
                clippy::cast_precision_loss,
                reason = "more than 2^53 bytes are no single backup"
            )]
            let bytes = backup.stored_bytes as f64;
            (took > 0.0).then(|| bytes / took)
        });
        Self {
            bytes: self.count(now).unwrap_or(0.0),
            since: (pace.is_some() || self.since.is_some()).then_some(now),
            bytes_per_second: pace.unwrap_or(self.bytes_per_second),
        }
    }
}

/// A backup that others say is complete, and that should be in the object store.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ClaimedBackup {
    /// The name of its recovery point.
    pub name: String,
    /// The name of its folder in the store.
    pub id: String,
    /// When it ended.
    pub ended_at: Timestamp,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn second(seconds: i64) -> Timestamp {
        Timestamp::UNIX_EPOCH + SignedDuration::from_secs(seconds)
    }

    fn reading(stored_bytes: u64, took: i64) -> StoreReading {
        StoreReading {
            at: second(1000),
            used_bytes: None,
            backups: vec![StoredBackup {
                id: "20261121T030000".to_owned(),
                state: StoredState::Whole,
                began_at: Some(second(0)),
                ended_at: Some(second(took)),
                stored_bytes,
                original_bytes: None,
            }],
            wal: None,
        }
    }

    #[test]
    fn the_count_of_bytes_grows_at_the_pace_of_the_newest_backup_and_never_falls() {
        let none = TransferPace::default();
        assert_eq!(none.count(second(1000)), None);
        let fast = none.after(&reading(6000, 60), second(1000));
        assert_eq!(fast.count(second(1000)), Some(0.0));
        assert_eq!(fast.count(second(1010)), Some(1000.0));
        let slow = fast.after(&reading(60, 60), second(1010));
        assert_eq!(slow.count(second(1020)), Some(1010.0));
    }

    #[test]
    fn a_backup_that_took_no_time_by_its_own_account_has_no_pace() {
        for took in [0, -1] {
            let pace = TransferPace::default().after(&reading(6000, took), second(1000));
            assert_eq!(pace.count(second(1010)), None);
        }
    }
}
