//! Names that rules about CloudNativePG use although nobody exports them: `cnpg_backup_*` and `cnpg_wal_*`.

use std::fmt;

use lifeboat_controller::{AssetView, View};
use lifeboat_core::{
    ArchiverReading, AssetId, AssetKind, Instance, InstanceReading, Operation, Outcome,
};

use super::{
    super::{Family, Kind, Series, observed, wal},
    labels::{self, ObjectLabels},
    success,
};

const LABELS: &[&str] = &["namespace", "cluster"];
const WITH_POD: &[&str] = &["namespace", "cluster", "pod"];

pub(in super::super) const FAMILIES: &[Family<View>] = &[
    Family {
        name: "cnpg_backup_failed_total",
        kind: Kind::Counter,
        unit: None,
        help: "How many backups of a PostgreSQL cluster have failed.",
        labels: LABELS,
        of_asset: false,
        source: "The ledger: Backups in phase `failed`, each counted once, also after it was deleted. \
                 0 from the start, so that increase() sees the first.",
        write: |view, series| {
            for asset in clusters(view) {
                let history = asset.asset.history.operation(Operation::Backup);
                let runs = history.map(|history| &history.totals.runs);
                let failed = runs.and_then(|runs| runs.get(&Outcome::Failed).copied());
                series.sample_of(&of(asset), failed.unwrap_or(0))?;
            }
            Ok(())
        },
    },
    Family {
        name: "cnpg_backup_last_success_timestamp",
        kind: Kind::Gauge,
        unit: None,
        help: "When a backup of a PostgreSQL cluster last succeeded, whatever became of it since.",
        labels: LABELS,
        of_asset: false,
        source: "The end of the newest Backup that completed, or what the ObjectStore or the Cluster \
                 tells of it. Absent while a first one isn't due yet; then 0 until there is one, so \
                 that `time() - x` is too long.",
        write: |view, series| {
            for asset in clusters(view) {
                if let Some(at) = success::last(view, asset) {
                    series.sample_of(&of(asset), at)?;
                }
            }
            Ok(())
        },
    },
    Family {
        name: "cnpg_backup_duration_seconds",
        kind: Kind::Gauge,
        unit: Some("seconds"),
        help: "How long the newest backup of a PostgreSQL cluster took that succeeded.",
        labels: LABELS,
        of_asset: false,
        source: "Start and end of that Backup, as its status has them. Absent until one is known.",
        write: |view, series| {
            for asset in clusters(view) {
                let took = success::last_run(view, asset).and_then(|(run, _)| run.duration());
                if let Some(took) = took.filter(|took| !took.is_negative()) {
                    series.sample_of(&of(asset), took.as_secs_f64())?;
                }
            }
            Ok(())
        },
    },
    Family {
        name: "cnpg_wal_archive_failed_total",
        kind: Kind::Counter,
        unit: None,
        help: "How often archiving WAL has failed, on the instance that archives.",
        labels: WITH_POD,
        of_asset: false,
        source: "`cnpg_pg_stat_archiver_failed_count` of the primary's exporter. `pod` makes a \
                 switchover a new series: as one, the other instance's count would look like failures. \
                 Absent while the exporter isn't read or can't be.",
        write: |view, series| each_archiver(view, series, |reading| reading.failed),
    },
    Family {
        name: "cnpg_wal_files_archived_total",
        kind: Kind::Counter,
        unit: None,
        help: "How many WAL files were archived, by the instance that archives.",
        labels: WITH_POD,
        of_asset: false,
        source: "`cnpg_pg_stat_archiver_archived_count` of the primary's exporter, with `pod` as above. \
                 Absent while the exporter isn't read or can't be.",
        write: |view, series| each_archiver(view, series, |reading| reading.archived),
    },
    Family {
        name: "cnpg_wal_files_pending",
        kind: Kind::Gauge,
        unit: None,
        help: "How many WAL files of a PostgreSQL cluster wait to be archived.",
        labels: LABELS,
        of_asset: false,
        source: "`cnpg_collector_pg_wal_archive_status{value=\"ready\"}` of the primary's exporter. Absent \
                 while the exporter isn't read or can't be, and while nobody can look.",
        write: |view, series| {
            let clusters = observed::each_in_sight(view).filter(|(asset, _)| is_cluster(asset));
            for (asset, facts) in clusters {
                let waiting = wal::archiver(facts).and_then(|reading| reading.waiting_files);
                if let Some(waiting) = waiting {
                    series.sample_of(&of(asset), waiting)?;
                }
            }
            Ok(())
        },
    },
];

pub(super) fn is_cluster(asset: &AssetView) -> bool {
    asset.asset.id.kind == AssetKind::CnpgCluster
}

pub(super) fn clusters(view: &View) -> impl Iterator<Item = &AssetView> {
    view.assets.iter().filter(|asset| is_cluster(asset))
}

/// Every instance of a PostgreSQL cluster whose exporter is read, and what it says.
pub(super) fn each_reading(
    view: &View,
    mut write: impl FnMut(&AssetId, &Instance, &InstanceReading) -> fmt::Result,
) -> fmt::Result {
    observed::each_instance(view, |asset, instance, reading| match reading {
        Ok(reading) if asset.kind == AssetKind::CnpgCluster => write(asset, instance, reading),
        _ => Ok(()),
    })
}

pub(super) fn of(asset: &AssetView) -> ObjectLabels<'_, 1> {
    labels::of(&asset.asset.id, [("cluster", &asset.asset.id.name)])
}

fn each_archiver(
    view: &View,
    series: &mut Series<'_>,
    count: fn(&ArchiverReading) -> Option<u64>,
) -> fmt::Result {
    for (asset, facts) in observed::each(view).filter(|(asset, _)| is_cluster(asset)) {
        let reading = wal::archiver(facts);
        if let Some((reading, count)) = reading.and_then(|it| Some((it, count(it)?))) {
            let own = [
                ("cluster", asset.asset.id.name.as_str()),
                ("pod", reading.instance.as_str()),
            ];
            series.sample_of(&labels::of(&asset.asset.id, own), count)?;
        }
    }
    Ok(())
}
