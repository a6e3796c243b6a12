//! `backup.info`: a base backup's description of itself, as barman writes it: lines of `key=value`,
//! with some values as Python would print them.

use jiff::{Timestamp, civil::DateTime, fmt::strtime, tz::TimeZone};

use crate::segment::{SegmentName, SegmentSize};

/// What a description says. Keys that nothing asks for are passed over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct BackupInfo {
    pub(crate) status: Status,
    pub(crate) error: Option<String>,
    pub(crate) began_at: Option<Timestamp>,
    pub(crate) ended_at: Option<Timestamp>,
    pub(crate) begin_wal: Option<SegmentName>,
    pub(crate) end_wal: Option<SegmentName>,
    pub(crate) segment_size: SegmentSize,
    /// What the database came to; newer versions write it, and not always.
    pub(crate) cluster_bytes: Option<u64>,
}

/// What became of a backup.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Status {
    /// It is complete. `SYNCING` and `WAITING_FOR_WALS` are of backups whose data is complete.
    Done,
    /// It has begun.
    UnderWay,
    Failed,
}

impl BackupInfo {
    /// Reads a description, or says what is wrong with it. A value that is needed to restore and can't
    /// be read is an error; others are taken for not there.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let value = |key: &str| {
            let mut lines = text.lines().filter_map(|line| line.split_once('='));
            let (_, value) = lines.find(|(name, _)| name.trim() == key)?;
            Some(value.trim()).filter(|value| !value.is_empty() && *value != "None")
        };
        let segment = |key: &str| match value(key) {
            None => Ok(None),
            Some(name) => SegmentName::parse(name)
                .map(Some)
                .ok_or_else(|| format!("{key} is no WAL segment")),
        };
        let moment = |key: &str| match value(key) {
            None => Ok(None),
            Some(text) => moment(text)
                .map(Some)
                .ok_or_else(|| format!("{key} is no time")),
        };
        Ok(Self {
            status: match value("status") {
                None => return Err("it has no status".to_owned()),
                Some("DONE" | "SYNCING" | "WAITING_FOR_WALS") => Status::Done,
                Some("EMPTY" | "STARTED") => Status::UnderWay,
                Some("FAILED") => Status::Failed,
                Some(_) => return Err("its status is none that barman writes".to_owned()),
            },
            error: value("error").map(unquoted),
            began_at: moment("begin_time")?,
            ended_at: moment("end_time")?,
            begin_wal: segment("begin_wal")?,
            end_wal: segment("end_wal")?,
            segment_size: match value("xlog_segment_size") {
                None => SegmentSize::default(),
                Some(text) => text
                    .parse()
                    .ok()
                    .and_then(SegmentSize::new)
                    .ok_or("xlog_segment_size is no size that PostgreSQL takes")?,
            },
            cluster_bytes: value("cluster_size").and_then(|text| text.parse().ok()),
        })
    }
}

/// A time as Python prints it, `2026-11-21 03:00:00.123456+00:00`. Without a zone it is taken for UTC,
/// which servers are set to.
fn moment(text: &str) -> Option<Timestamp> {
    let zoned = strtime::parse("%Y-%m-%d %H:%M:%S%.f%:z", text)
        .and_then(|time| time.to_timestamp())
        .ok();
    let plain = || {
        let plain: DateTime = text.parse().ok()?;
        Some(plain.to_zoned(TimeZone::UTC).ok()?.timestamp())
    };
    zoned.or_else(plain)
}

/// No error that is worth reading is longer.
const LONGEST_ERROR: usize = 500;

/// A text as people read it: in one line, without the quotes that Python puts around it.
fn unquoted(text: &str) -> String {
    let bare = ['\'', '"']
        .into_iter()
        .find_map(|quote| text.strip_prefix(quote)?.strip_suffix(quote));
    let text = bare.unwrap_or(text);
    let text = text.chars().filter(|character| !character.is_control());
    text.take(LONGEST_ERROR).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rstest::rstest;

    use super::*;

    /// As barman-cloud-backup 3.4.0 wrote it.
    pub(crate) const DONE: &str = include_str!("../tests/captured/done.info");
    pub(crate) const FAILED: &str = include_str!("../tests/captured/failed.info");

    #[rstest]
    #[case("", "it has no status")]
    #[case("status", "it has no status")]
    #[case("status=None", "it has no status")]
    #[case("status=GREAT", "its status is none that barman writes")]
    #[case("status=DONE\nbegin_wal=1", "begin_wal is no WAL segment")]
    #[case("status=DONE\nend_time=yesterday", "end_time is no time")]
    #[case(
        "status=DONE\nxlog_segment_size=0",
        "xlog_segment_size is no size that PostgreSQL takes"
    )]
    fn what_is_no_description_is_refused(#[case] text: &str, #[case] problem: &str) {
        assert_eq!(BackupInfo::parse(text).unwrap_err(), problem);
    }

    #[test]
    fn a_backup_that_failed_says_why() {
        let info = BackupInfo::parse(FAILED).unwrap();
        assert_eq!(info.status, Status::Failed);
        assert!(info.error.is_some(), "{info:?}");
    }

    #[test]
    fn a_backup_that_is_done_says_from_when_to_when_and_which_wal_it_needs() {
        let info = BackupInfo::parse(DONE).unwrap();
        assert_eq!(info.status, Status::Done);
        assert!(info.began_at < info.ended_at);
        assert!(info.begin_wal.is_some() && info.end_wal.is_some());
        assert_eq!(info.segment_size, SegmentSize::default());
        assert_eq!(info.cluster_bytes, None);
    }

    #[rstest]
    #[case("2026-11-21 03:00:00.123456+00:00", "2026-11-21T03:00:00.123456Z")]
    #[case("2026-11-21 03:00:00+02:00", "2026-11-21T01:00:00Z")]
    #[case("2026-11-21 03:00:00", "2026-11-21T03:00:00Z")]
    fn times_are_as_python_prints_them(#[case] text: &str, #[case] expected: &str) {
        assert_eq!(moment(text), Some(expected.parse().unwrap()));
    }

    #[test]
    fn what_the_database_came_to_is_told_where_it_is_written() {
        let info = BackupInfo::parse("status=DONE\ncluster_size=123").unwrap();
        assert_eq!(info.cluster_bytes, Some(123));
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(text in "(?s).*") {
            let _ = BackupInfo::parse(&text);
        }

        #[test]
        fn no_value_makes_it_panic(
            key in "(status|error|begin_time|end_time|begin_wal|end_wal|xlog_segment_size|cluster_size)",
            value in "[^\n]*",
        ) {
            let _ = BackupInfo::parse(&format!("status=DONE\n{key}={value}"));
        }
    }
}
