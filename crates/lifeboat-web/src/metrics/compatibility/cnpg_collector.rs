//! Names of CloudNativePG's own exporter, with values that neither freeze nor differ between instances.

use lifeboat_controller::{AssetView, View};
use lifeboat_core::{Operation, Outcome};

use super::{
    super::{Family, Kind, observed},
    cnpg::{clusters, each_reading, is_cluster, of},
    labels, success,
};

const LABELS: &[&str] = &["namespace", "cluster"];

pub(in super::super) const FAMILIES: &[Family<View>] = &[
    Family {
        name: "cnpg_collector_last_available_backup_timestamp",
        kind: Kind::Gauge,
        unit: None,
        help: "When the newest good backup of a PostgreSQL cluster was made that is still there.",
        labels: LABELS,
        of_asset: false,
        source: "Backups that completed and are there, and what the ObjectStore or the Cluster tells for \
                 the methods in use: never a gauge that froze. Dates more than five minutes in the \
                 future don't count. Absent while a first backup isn't due yet; then 0 until there is \
                 one.",
        write: |view, series| {
            for asset in clusters(view) {
                if let Some(at) = success::last_available(view, asset) {
                    series.sample_of(&of(asset), at)?;
                }
            }
            Ok(())
        },
    },
    Family {
        name: "cnpg_collector_last_failed_backup_timestamp",
        kind: Kind::Gauge,
        unit: None,
        help: "When a backup of a PostgreSQL cluster last failed.",
        labels: LABELS,
        of_asset: false,
        source: "The newest of: the Backups that failed, and what the ObjectStore or the Cluster tells. \
                 It doesn't go away by a later success. Absent until one has failed (upstream says 0).",
        write: |view, series| {
            for asset in clusters(view) {
                if let Some(at) = last_failed(asset) {
                    series.sample_of(&of(asset), at)?;
                }
            }
            Ok(())
        },
    },
    Family {
        name: "cnpg_collector_first_recoverability_point",
        kind: Kind::Gauge,
        unit: None,
        help: "The first moment to which a PostgreSQL cluster can be restored.",
        labels: LABELS,
        of_asset: false,
        source: "What the ObjectStore or the Cluster tells, else the oldest good backup that is there. \
                 Absent while there is none (upstream says 0). Nobody has checked that the WAL since is \
                 without a gap.",
        write: |view, series| {
            for (asset, facts) in observed::each(view).filter(|(asset, _)| is_cluster(asset)) {
                let told = facts.window.as_ref().and_then(|window| window.first);
                let mut points = asset.asset.history.recovery_points.iter();
                let oldest = points.find(|point| point.is_good() && point.taken_at <= view.at);
                if let Some(first) = told.or(oldest.map(|point| point.taken_at)) {
                    series.sample_of(&of(asset), first)?;
                }
            }
            Ok(())
        },
    },
    Family {
        name: "cnpg_collector_pg_wal_archive_status",
        kind: Kind::Gauge,
        unit: None,
        help: "How many WAL files of an instance wait to be archived (ready), or were (done).",
        labels: &["namespace", "cluster", "pod", "value"],
        of_asset: false,
        source: "The same metric of the instance's exporter. Absent while that isn't read or can't be, \
                 and while nobody can look.",
        write: |view, series| {
            each_reading(view, |id, instance, reading| {
                let counts = [
                    ("ready", reading.wal_files_ready),
                    ("done", reading.wal_files_done),
                ];
                for (value, count) in counts {
                    let own = [
                        ("cluster", id.name.as_str()),
                        ("pod", instance.name.as_str()),
                        ("value", value),
                    ];
                    if let Some(count) = count {
                        series.sample_of(&labels::of(id, own), count)?;
                    }
                }
                Ok(())
            })
        },
    },
];

fn last_failed(asset: &AssetView) -> Option<jiff::Timestamp> {
    let history = asset.asset.history.operation(Operation::Backup);
    let ended = history.and_then(|history| history.last_ended_at.get(&Outcome::Failed).copied());
    let window = asset.asset.facts.as_ref()?.window.as_ref();
    ended.max(window.and_then(|window| window.last_failed))
}
