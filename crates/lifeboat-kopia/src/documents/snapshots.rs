//! Snapshots: what `kopia snapshot list --all` says, by source.

use std::{collections::BTreeMap, io::Read};

use jiff::Timestamp;
use lifeboat_core::{NewestSnapshot, SnapshotSource};
use serde::Deserialize;

use super::{list, moment};

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Snapshot {
    source: Source,
    start_time: Timestamp,
    end_time: Timestamp,
    stats: Stats,
    /// Why it was cut short, such as `canceled` or `checkpoint`; none if it is complete.
    #[serde(default)]
    incomplete: Option<String>,
    #[serde(default)]
    root_entry: Option<RootEntry>,
}

/// What was copied: whose, where, what.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Source {
    user_name: String,
    host: String,
    path: String,
}

/// What the run that made it counted. It counts files only that it read.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Stats {
    total_size: u64,
    #[serde(default)]
    error_count: u64,
    #[serde(default)]
    ignored_error_count: u64,
}

#[derive(Debug, Deserialize)]
struct RootEntry {
    #[serde(default)]
    summ: Option<Summary>,
}

/// What is in it, with what was taken over from the one before.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Summary {
    size: u64,
    files: u64,
    #[serde(default)]
    num_failed: u64,
}

/// All snapshots of a repository together.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct SnapshotList {
    sources: BTreeMap<Source, SnapshotSource>,
    /// What the files of all of them come to: each snapshot counts with all it holds.
    pub(crate) bytes: u64,
}

impl SnapshotList {
    pub(crate) fn read(input: &mut dyn Read) -> Result<Self, serde_json::Error> {
        let mut snapshots = Self::default();
        list::for_each(input, |snapshot| snapshots.add(&snapshot))?;
        Ok(snapshots)
    }

    /// By name.
    pub(crate) fn sources(&self) -> impl Iterator<Item = &SnapshotSource> {
        self.sources.values()
    }

    fn add(&mut self, snapshot: &Snapshot) {
        self.bytes = self.bytes.saturating_add(snapshot.size());
        let known = self.sources.entry(snapshot.source.clone());
        let known = known.or_insert_with(|| SnapshotSource {
            name: snapshot.source.name(),
            snapshots: 0,
            newest: None,
            incomplete: 0,
            newest_incomplete_at: None,
        });
        if snapshot.incomplete.is_some() {
            known.incomplete += 1;
            known.newest_incomplete_at = known.newest_incomplete_at.max(Some(snapshot.start_time));
            return;
        }
        known.snapshots += 1;
        let newest = snapshot.newest();
        if known
            .newest
            .as_ref()
            .is_none_or(|known| known.at <= newest.at)
        {
            known.newest = Some(newest);
        }
    }
}

impl Source {
    fn name(&self) -> String {
        format!("{}@{}:{}", self.user_name, self.host, self.path)
    }
}

impl Snapshot {
    fn summary(&self) -> Option<&Summary> {
        self.root_entry.as_ref()?.summ.as_ref()
    }

    fn size(&self) -> u64 {
        self.summary()
            .map_or(self.stats.total_size, |summary| summary.size)
    }

    fn newest(&self) -> NewestSnapshot {
        let summary = self.summary();
        let counted = self.stats.error_count + self.stats.ignored_error_count;
        NewestSnapshot {
            at: moment(self.end_time).unwrap_or(self.start_time),
            bytes: self.size(),
            // A file that is a source by itself has no summary.
            files: summary.map_or(1, |summary| summary.files),
            errors: summary.map_or(counted, |summary| counted.max(summary.num_failed)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn captured() -> SnapshotList {
        let text = include_str!("../../tests/captured/snapshots.json");
        SnapshotList::read(&mut text.as_bytes()).unwrap()
    }

    fn source(name: &str) -> SnapshotSource {
        let list = captured();
        let mut sources = list.sources();
        sources.find(|source| source.name == name).unwrap().clone()
    }

    #[test]
    fn a_snapshot_without_a_source_is_refused() {
        let text = r#"[{"startTime":"2026-11-21T16:08:50Z"}]"#;
        assert!(SnapshotList::read(&mut text.as_bytes()).is_err());
    }

    #[test]
    fn a_repository_without_snapshots_has_no_sources() {
        let list = SnapshotList::read(&mut "[\n]".as_bytes()).unwrap();
        assert_eq!(list, SnapshotList::default());
    }

    #[test]
    fn the_newest_complete_snapshot_counts_with_all_its_files() {
        let db = source("db@apps:/data");
        let newest = NewestSnapshot {
            at: "2026-11-21T16:21:15.6768986Z".parse().unwrap(),
            bytes: 11_000_005,
            files: 4,
            errors: 0,
        };
        assert_eq!((db.snapshots, db.incomplete), (2, 0));
        assert_eq!(db.newest, Some(newest));
    }

    #[test]
    fn what_could_not_be_read_is_counted() {
        let files = source("files@apps:/data");
        let newest = files.newest.unwrap();
        assert_eq!((newest.files, newest.errors), (2, 1));
    }

    #[test]
    fn a_snapshot_that_was_cut_short_is_none() {
        let big = source("big@apps:/data");
        assert_eq!((big.snapshots, big.newest), (0, None));
        assert_eq!(big.incomplete, 1);
        let began = "2026-11-21T16:21:16.495761442Z".parse().unwrap();
        assert_eq!(big.newest_incomplete_at, Some(began));
    }

    #[test]
    fn each_snapshot_counts_with_all_that_it_holds() {
        assert_eq!(captured().bytes, 11_000_000 + 11_000_005 + 8);
    }
}
