//! WAL and its archiving, by the instances' own exporters.

use lifeboat_controller::View;
use lifeboat_core::{ArchiverReading, Facts};

use super::{Family, Kind, observed};

pub(super) const FAMILIES: &[Family<View>] = &[
    Family {
        name: "lifeboat_wal_files_ready",
        kind: Kind::Gauge,
        unit: None,
        help: "How many WAL files of the instance wait to be archived.",
        labels: &["instance"],
        of_asset: true,
        source: "`cnpg_collector_pg_wal_archive_status` of the instance's exporter. Absent while that \
                 can't be read.",
        write: |view, series| {
            observed::each_instance(view, |asset, instance, reading| {
                let ready = reading.as_ref().ok().and_then(|read| read.wal_files_ready);
                let labels = observed::of_instance(asset, &instance.name);
                ready.map_or(Ok(()), |ready| series.sample_of(&labels, ready))
            })
        },
    },
    Family {
        name: "lifeboat_wal_archived_total",
        kind: Kind::Counter,
        unit: None,
        help: "How many WAL files the instance has archived since its statistics were reset.",
        labels: &["instance"],
        of_asset: true,
        source: "`cnpg_pg_stat_archiver_archived_count` of the instance's exporter, which only the \
                 primary has, or where `archive_mode` is `always`. Absent while that can't be read.",
        write: |view, series| {
            observed::each_instance(view, |asset, instance, reading| {
                let archived = reading.as_ref().ok().and_then(|read| read.wal_archived);
                let labels = observed::of_instance(asset, &instance.name);
                archived.map_or(Ok(()), |count| series.sample_of(&labels, count))
            })
        },
    },
    Family {
        name: "lifeboat_wal_archive_failures_total",
        kind: Kind::Counter,
        unit: None,
        help: "How often the instance has failed to archive WAL since its statistics were reset.",
        labels: &["instance"],
        of_asset: true,
        source: "`cnpg_pg_stat_archiver_failed_count` of the instance's exporter, which only the \
                 primary has, or where `archive_mode` is `always`. Absent while that can't be read.",
        write: |view, series| {
            observed::each_instance(view, |asset, instance, reading| {
                let failed = reading.as_ref().ok().and_then(|read| read.wal_failed);
                let labels = observed::of_instance(asset, &instance.name);
                failed.map_or(Ok(()), |count| series.sample_of(&labels, count))
            })
        },
    },
    Family {
        name: "lifeboat_wal_last_archived_timestamp_seconds",
        kind: Kind::Gauge,
        unit: Some("seconds"),
        help: "When the instance that archives last did.",
        labels: &["instance"],
        of_asset: true,
        source: "`cnpg_pg_stat_archiver_last_archived_time` of the primary's exporter. Absent if \
                 nothing was ever archived (upstream says -1), and while it can't be read.",
        write: |view, series| {
            for (view, facts) in observed::each(view) {
                let reading = archiver(facts);
                if let Some((reading, at)) = reading.and_then(|it| Some((it, it.last_archived_at?)))
                {
                    let labels = observed::of_instance(&view.asset.id, &reading.instance);
                    series.sample_of(&labels, at)?;
                }
            }
            Ok(())
        },
    },
    Family {
        name: "lifeboat_wal_last_failure_timestamp_seconds",
        kind: Kind::Gauge,
        unit: Some("seconds"),
        help: "When the instance that archives last failed to.",
        labels: &["instance"],
        of_asset: true,
        source: "`cnpg_pg_stat_archiver_last_failed_time` of the primary's exporter. Absent if it \
                 never failed (upstream says -1), and while it can't be read.",
        write: |view, series| {
            for (view, facts) in observed::each(view) {
                let reading = archiver(facts);
                if let Some((reading, at)) = reading.and_then(|it| Some((it, it.last_failed_at?))) {
                    let labels = observed::of_instance(&view.asset.id, &reading.instance);
                    series.sample_of(&labels, at)?;
                }
            }
            Ok(())
        },
    },
];

/// What is read of the instance that archives, if it could be.
pub(super) fn archiver(facts: &Facts) -> Option<&ArchiverReading> {
    facts.archiving.as_ref()?.reading.as_ref()?.as_ref().ok()
}
