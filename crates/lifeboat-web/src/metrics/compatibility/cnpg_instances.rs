//! Names that CloudNativePG's exporter has of each instance, passed on as they are read.

use std::fmt;

use lifeboat_controller::View;
use lifeboat_core::InstanceReading;

use super::{
    super::{Family, Kind, Series, value::Value},
    cnpg::each_reading,
    labels,
};

const LABELS: &[&str] = &["namespace", "cluster", "pod"];

pub(in super::super) const FAMILIES: &[Family<View>] = &[
    Family {
        name: "cnpg_pg_replication_in_recovery",
        kind: Kind::Gauge,
        unit: None,
        help: "1 if an instance is in recovery, as a standby is, else 0.",
        labels: LABELS,
        of_asset: false,
        source: "The same metric of the instance's exporter. Absent while that isn't read or can't be, and \
                 while nobody can look.",
        write: |view, series| each(view, series, |reading| reading.in_recovery.map(u32::from)),
    },
    Family {
        name: "cnpg_pg_replication_is_wal_receiver_up",
        kind: Kind::Gauge,
        unit: None,
        help: "1 if an instance receives WAL by streaming, else 0.",
        labels: LABELS,
        of_asset: false,
        source: "As `cnpg_pg_replication_in_recovery`.",
        write: |view, series| {
            each(view, series, |reading| {
                reading.wal_receiver_up.map(u32::from)
            })
        },
    },
    Family {
        name: "cnpg_pg_replication_lag",
        kind: Kind::Gauge,
        unit: None,
        help: "How far an instance's replay lies behind, in seconds. 0 also for a standby that is cut off.",
        labels: LABELS,
        of_asset: false,
        source: "As `cnpg_pg_replication_in_recovery`.",
        write: |view, series| each(view, series, |reading| reading.replication_lag_seconds),
    },
    Family {
        name: "cnpg_pg_stat_archiver_archived_count",
        kind: Kind::Gauge,
        unit: None,
        help: "How many WAL files an instance has archived since its statistics were reset.",
        labels: LABELS,
        of_asset: false,
        source: "As `cnpg_pg_replication_in_recovery`; only the primary has it, or where `archive_mode` is \
                 `always`. It only rises, though its name is that of a gauge: `increase()` works.",
        write: |view, series| each(view, series, |reading| reading.wal_archived),
    },
    Family {
        name: "cnpg_pg_stat_archiver_failed_count",
        kind: Kind::Gauge,
        unit: None,
        help: "How often an instance has failed to archive WAL since its statistics were reset.",
        labels: LABELS,
        of_asset: false,
        source: "As `cnpg_pg_stat_archiver_archived_count`.",
        write: |view, series| each(view, series, |reading| reading.wal_failed),
    },
];

/// Writes what each instance of a PostgreSQL cluster says that can be read.
fn each<V: Value>(
    view: &View,
    series: &mut Series<'_>,
    value: impl Fn(&InstanceReading) -> Option<V>,
) -> fmt::Result {
    each_reading(view, |id, instance, reading| {
        let own = [("cluster", id.name.as_str()), ("pod", &instance.name)];
        value(reading).map_or(Ok(()), |value| {
            series.sample_of(&labels::of(id, own), value)
        })
    })
}
