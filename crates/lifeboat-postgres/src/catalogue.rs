//! Catalogue: what a listing and the backups' descriptions come to.

use std::collections::BTreeMap;

use jiff::Timestamp;
use lifeboat_core::{StoreReading, StoredBackup, StoredState};

use crate::{
    backup_info::{BackupInfo, Status},
    continuity::Wal,
    layout::Found,
    lineage::Ancestry,
    segment::{Segment, SegmentName, SegmentSize},
};

/// What the listing of one server comes to.
#[derive(Debug, Default)]
pub(crate) struct Listing {
    pub(crate) folders: BTreeMap<String, Folder>,
    segments: Vec<(SegmentName, Timestamp)>,
    /// The newest timeline that has a history, and whether that can be read as it is.
    pub(crate) newest_history: Option<(u32, bool)>,
}

/// What the listing says of a backup's folder.
#[derive(Debug, Default)]
pub(crate) struct Folder {
    /// What its data takes.
    stored_bytes: u64,
    /// How many archives there are.
    archives: u64,
    /// Whether one of them is compressed.
    is_compressed: bool,
    /// The description's size and when it was stored, by which it is known.
    pub(crate) description: Option<(u64, Timestamp)>,
}

impl Listing {
    pub(crate) fn add(&mut self, found: &Found<'_>, bytes: u64, stored_at: Timestamp) {
        match found {
            Found::Description { backup } => {
                self.folder(backup).description = Some((bytes, stored_at));
            }
            Found::Data { backup, is_plain } => {
                let folder = self.folder(backup);
                folder.stored_bytes = folder.stored_bytes.saturating_add(bytes);
                folder.archives += 1;
                folder.is_compressed |= !is_plain;
            }
            Found::Segment(name) => self.segments.push((*name, stored_at)),
            Found::History { timeline, is_plain } => {
                self.newest_history = self.newest_history.max(Some((*timeline, *is_plain)));
            }
        }
    }

    fn folder(&mut self, backup: &str) -> &mut Folder {
        self.folders.entry(backup.to_owned()).or_default()
    }

    /// Puts the listing and the descriptions of its backups together.
    pub(crate) fn conclude(
        self,
        descriptions: &BTreeMap<String, Result<BackupInfo, String>>,
        history: Option<&(u32, Ancestry)>,
        used_bytes: Option<u64>,
        at: Timestamp,
    ) -> StoreReading {
        let mut described = descriptions.values().flatten().rev();
        let size = described.next().map(|info| info.segment_size);
        let size = size.unwrap_or_default();
        let wal = Wal::new(self.segments, size);
        let mut begins = Vec::new();
        let mut backups = Vec::new();
        for (id, folder) in self.folders {
            let description = descriptions.get(&id);
            let info = description.and_then(|description| description.as_ref().ok());
            let state = match description {
                None => StoredState::Undescribed,
                Some(Err(problem)) => StoredState::Unreadable {
                    problem: problem.clone(),
                },
                Some(Ok(info)) => state(info, &folder, &wal, size),
            };
            if let (StoredState::Whole, Some((begin, _))) = (&state, span(info, size)) {
                begins.push((begin, id.clone()));
            }
            let plain =
                (!folder.is_compressed && folder.archives > 0).then_some(folder.stored_bytes);
            backups.push(StoredBackup {
                id,
                state,
                began_at: info.and_then(|info| info.began_at),
                ended_at: info.and_then(|info| info.ended_at),
                stored_bytes: folder.stored_bytes,
                original_bytes: info.and_then(|info| info.cluster_bytes).or(plain),
            });
        }
        let begins: Vec<(Segment, &str)> = begins
            .iter()
            .map(|(begin, id)| (*begin, id.as_str()))
            .collect();
        let oldest = begins.first().copied();
        StoreReading {
            at,
            used_bytes,
            backups,
            wal: oldest.and_then(|(start, _)| wal.since(start, history, &begins)),
        }
    }
}

/// The first and the last segment that a backup needs.
fn span(info: Option<&BackupInfo>, size: SegmentSize) -> Option<(Segment, Segment)> {
    let info = info?;
    Some((info.begin_wal?.at(size)?, info.end_wal?.at(size)?))
}

/// Whether one could restore from a backup: what barman-cloud itself doesn't ask, which takes anything
/// with a begin and an end for a backup.
fn state(info: &BackupInfo, folder: &Folder, wal: &Wal, size: SegmentSize) -> StoredState {
    let unusable = |problem: &str| StoredState::Unreadable {
        problem: problem.to_owned(),
    };
    match info.status {
        Status::Failed => {
            return StoredState::Failed {
                error: info.error.clone(),
            };
        }
        Status::UnderWay => return StoredState::UnderWay,
        Status::Done => {}
    }
    if folder.archives == 0 || folder.stored_bytes == 0 {
        return StoredState::WithoutData;
    }
    if info.began_at.is_none() || info.ended_at.is_none() {
        return unusable("it doesn't say when the backup began and ended");
    }
    let Some((begin, end)) = span(Some(info), size) else {
        return unusable("it doesn't say which WAL the backup needs");
    };
    if begin.timeline != end.timeline || begin > end {
        return unusable("the WAL that it says the backup needs ends before it begins");
    }
    match wal.first_missing(begin, end) {
        Some(missing) => StoredState::WithoutWal {
            segment: wal.name(missing),
        },
        None => StoredState::Whole,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rstest::rstest;

    use super::*;
    use crate::layout::recognise;

    const INFO: &str = "status=DONE\nbegin_time=2026-11-21 03:00:00+00:00\n\
                        end_time=2026-11-21 03:01:00+00:00\n\
                        begin_wal=000000010000000000000002\nend_wal=000000010000000000000003\n";
    const ID: &str = "20261121T030000";
    const SOUND: &[&str] = &[
        "base/20261121T030000/backup.info",
        "base/20261121T030000/data.tar",
        "wals/0000000100000000/000000010000000000000002",
        "wals/0000000100000000/000000010000000000000003",
        "wals/0000000100000000/000000010000000000000004",
    ];

    fn conclude(keys: &[&str], info: Option<&str>) -> StoreReading {
        let mut listing = Listing::default();
        for key in keys {
            listing.add(&recognise(key).unwrap(), 10, Timestamp::UNIX_EPOCH);
        }
        let info = info.map(|info| (ID.to_owned(), BackupInfo::parse(info)));
        listing.conclude(
            &info.into_iter().collect(),
            None,
            None,
            Timestamp::UNIX_EPOCH,
        )
    }

    fn problem(keys: &[&str], info: Option<&str>) -> Option<String> {
        conclude(keys, info).backups[0].state.problem()
    }

    #[test]
    fn a_sound_backup_is_whole_and_its_wal_without_a_gap() {
        let reading = conclude(SOUND, Some(INFO));
        assert_eq!(reading.backups[0].state, StoredState::Whole);
        assert_eq!(reading.backups[0].original_bytes, Some(10));
        assert_eq!(reading.wal.unwrap().segments, 3);
    }

    #[rstest]
    #[case::nothing_but_data(&[1], None, "it has no backup.info, so it was never finished")]
    #[case::failed(&[0, 1, 2, 3], Some("status=FAILED\nerror='full'"), "its backup.info says that it failed: full")]
    #[case::started(&[0, 1, 2, 3], Some("status=STARTED"), "its backup.info says that it is still under way")]
    #[case::odd(&[0, 1], Some("status=ODD"), "its backup.info can't be used: its status is none that barman writes")]
    #[case::no_times(&[0, 1, 2, 3], Some("status=DONE"), "its backup.info can't be used: it doesn't say when the backup began and ended")]
    #[case::no_data(&[0, 2, 3], Some(INFO), "there is no data with its backup.info")]
    #[case::no_wal(&[0, 1], Some(INFO), "the WAL segment 000000010000000000000002, which it needs, is missing")]
    #[case::not_all_wal(&[0, 1, 2, 4], Some(INFO), "the WAL segment 000000010000000000000003, which it needs, is missing")]
    fn what_is_not_whole_is_told_why(
        #[case] which: &[usize],
        #[case] info: Option<&str>,
        #[case] expected: &str,
    ) {
        let keys: Vec<&str> = which.iter().map(|index| SOUND[*index]).collect();
        assert_eq!(problem(&keys, info).as_deref(), Some(expected));
        assert_eq!(conclude(&keys, info).wal, None);
    }

    #[test]
    fn of_what_is_compressed_the_original_size_is_known_only_if_it_is_written() {
        let keys = ["base/20261121T030000/data.tar.gz"];
        assert_eq!(conclude(&keys, Some(INFO)).backups[0].original_bytes, None);
        let info = format!("{INFO}cluster_size=99\n");
        let original = conclude(&keys, Some(&info)).backups[0].original_bytes;
        assert_eq!(original, Some(99));
    }

    proptest! {
        #[test]
        fn nothing_that_a_description_claims_makes_it_panic(
            begin in "[0-9A-F]{24}",
            end in "[0-9A-F]{24}",
            power in 20_u32..31,
        ) {
            let info = format!(
                "{}xlog_segment_size={}\n",
                INFO.replace("000000010000000000000002", &begin)
                    .replace("000000010000000000000003", &end),
                1_u64 << power
            );
            prop_assert_eq!(conclude(SOUND, Some(&info)).backups.len(), 1);
        }
    }
}
