//! Kopia repositories, as they tell of themselves when they are read.

use std::fmt;

use lifeboat_controller::View;
use lifeboat_core::{AssetId, RepositoryReading, SnapshotSource};

use super::{
    Family, Kind,
    labels::{self, Labels},
    observed,
};

const SOURCE: &str = "The `kopia` program, at the interval that the policy says. Absent until a first \
                      reading succeeded, and where the repository doesn't tell; while it can't be read, \
                      the last reading stays: see `lifeboat_check_status{check=\"readable\"}`.";

pub(super) const FAMILIES: &[Family<View>] = &[
    Family {
        name: "lifeboat_kopia_repository_read_timestamp_seconds",
        kind: Kind::Gauge,
        unit: Some("seconds"),
        help: "When a Kopia repository was last read.",
        labels: &[],
        of_asset: true,
        source: SOURCE,
        write: |view, series| {
            each_reading(view, |id, reading| {
                series.sample_of(&labels::of(id), reading.at)
            })
        },
    },
    Family {
        name: "lifeboat_kopia_repository_physical_bytes",
        kind: Kind::Gauge,
        unit: Some("bytes"),
        help: "What a Kopia repository takes in its store.",
        labels: &[],
        of_asset: true,
        source: SOURCE,
        write: |view, series| {
            each_value(
                view,
                |reading| reading.physical_bytes,
                |id, value| series.sample_of(&labels::of(id), value),
            )
        },
    },
    Family {
        name: "lifeboat_kopia_repository_logical_bytes",
        kind: Kind::Gauge,
        unit: Some("bytes"),
        help: "What the contents of a Kopia repository come to before compression.",
        labels: &[],
        of_asset: true,
        source: SOURCE,
        write: |view, series| {
            each_value(
                view,
                |reading| reading.logical_bytes,
                |id, value| series.sample_of(&labels::of(id), value),
            )
        },
    },
    Family {
        name: "lifeboat_kopia_snapshots",
        kind: Kind::Gauge,
        unit: None,
        help: "How many snapshots of a source there are, complete ones and those that were cut short.",
        labels: &["source", "state"],
        of_asset: true,
        source: SOURCE,
        write: |view, series| {
            each_source(view, |id, source| {
                for (state, count) in [
                    ("complete", source.snapshots),
                    ("incomplete", source.incomplete),
                ] {
                    let own = [("source", source.name.as_str()), ("state", state)];
                    series.sample_of(&labels::with(id, own), count)?;
                }
                Ok(())
            })
        },
    },
    Family {
        name: "lifeboat_kopia_snapshot_timestamp_seconds",
        kind: Kind::Gauge,
        unit: Some("seconds"),
        help: "When the newest complete snapshot of a source ended.",
        labels: &["source"],
        of_asset: true,
        source: SOURCE,
        write: |view, series| {
            each_source(view, |id, source| match &source.newest {
                Some(newest) => series.sample_of(&of_source(id, source), newest.at),
                None => Ok(()),
            })
        },
    },
    Family {
        name: "lifeboat_kopia_snapshot_errors",
        kind: Kind::Gauge,
        unit: None,
        help: "How many files and folders the newest complete snapshot of a source could not read.",
        labels: &["source"],
        of_asset: true,
        source: SOURCE,
        write: |view, series| {
            each_source(view, |id, source| match &source.newest {
                Some(newest) => series.sample_of(&of_source(id, source), newest.errors),
                None => Ok(()),
            })
        },
    },
];

/// Every reading, also one that could not be repeated of late: what a repository holds is not undone
/// by nobody looking.
pub(super) fn each_reading(
    view: &View,
    mut write: impl FnMut(&AssetId, &RepositoryReading) -> fmt::Result,
) -> fmt::Result {
    for (asset, facts) in observed::each(view) {
        let repository = facts.repository.as_ref();
        if let Some(reading) = repository.and_then(|repository| repository.reading.as_ref()) {
            write(&asset.asset.id, reading)?;
        }
    }
    Ok(())
}

/// One figure of every reading that tells it.
pub(super) fn each_value<V>(
    view: &View,
    of: fn(&RepositoryReading) -> Option<V>,
    mut write: impl FnMut(&AssetId, V) -> fmt::Result,
) -> fmt::Result {
    each_reading(view, |id, reading| match of(reading) {
        Some(value) => write(id, value),
        None => Ok(()),
    })
}

fn each_source(
    view: &View,
    mut write: impl FnMut(&AssetId, &SnapshotSource) -> fmt::Result,
) -> fmt::Result {
    each_reading(view, |id, reading| {
        reading
            .sources
            .iter()
            .try_for_each(|source| write(id, source))
    })
}

fn of_source<'a>(id: &'a AssetId, source: &'a SnapshotSource) -> Labels<'a, 1> {
    labels::with(id, [("source", source.name.as_str())])
}
