//! Instances of databases, by their own exporters.

use lifeboat_controller::View;

use super::{Family, Kind, labels, observed};

pub(super) const FAMILIES: &[Family<View>] = &[
    Family {
        name: "lifeboat_instance_info",
        kind: Kind::Info,
        unit: None,
        help: "An instance of a database, and what it is: primary, replica or unknown.",
        labels: &["instance", "role"],
        of_asset: true,
        source: "The labels of the instance's pod. Absent while nobody can look.",
        write: |view, series| {
            for (view, facts) in observed::each_in_sight(view) {
                for instance in &facts.instances {
                    let labels = [
                        ("instance", instance.name.as_str()),
                        ("role", instance.role.name()),
                    ];
                    series.info(&labels::with(&view.asset.id, labels))?;
                }
            }
            Ok(())
        },
    },
    Family {
        name: "lifeboat_instance_reachable",
        kind: Kind::Gauge,
        unit: None,
        help: "1 if the instance's exporter could be read, else 0.",
        labels: &["instance"],
        of_asset: true,
        source: "The last attempt to read port 9187 of the instance's pod. Absent where nobody reads \
                 exporters, and while nobody can look.",
        write: |view, series| {
            observed::each_instance(view, |asset, instance, reading| {
                let labels = observed::of_instance(asset, &instance.name);
                series.sample_of(&labels, u32::from(reading.is_ok()))
            })
        },
    },
    Family {
        name: "lifeboat_instance_collector_up",
        kind: Kind::Gauge,
        unit: None,
        help: "1 if the instance's exporter could speak to its PostgreSQL, else 0.",
        labels: &["instance"],
        of_asset: true,
        source: "`cnpg_collector_up` of the instance's exporter. Absent while that can't be read.",
        write: |view, series| {
            observed::each_instance(view, |asset, instance, reading| {
                let up = reading.as_ref().ok().and_then(|read| read.collector_up);
                let labels = observed::of_instance(asset, &instance.name);
                up.map_or(Ok(()), |up| series.sample_of(&labels, u32::from(up)))
            })
        },
    },
    Family {
        name: "lifeboat_instance_in_recovery",
        kind: Kind::Gauge,
        unit: None,
        help: "1 if the instance is in recovery, as a standby is, else 0.",
        labels: &["instance"],
        of_asset: true,
        source: "`cnpg_pg_replication_in_recovery` of the instance's exporter. Absent while that can't \
                 be read.",
        write: |view, series| {
            observed::each_instance(view, |asset, instance, reading| {
                let recovers = reading.as_ref().ok().and_then(|read| read.in_recovery);
                let labels = observed::of_instance(asset, &instance.name);
                recovers.map_or(Ok(()), |it| series.sample_of(&labels, u32::from(it)))
            })
        },
    },
    Family {
        name: "lifeboat_instance_wal_receiver_up",
        kind: Kind::Gauge,
        unit: None,
        help: "1 if the instance receives WAL by streaming, else 0.",
        labels: &["instance"],
        of_asset: true,
        source: "`cnpg_pg_replication_is_wal_receiver_up` of the instance's exporter. Absent while \
                 that can't be read.",
        write: |view, series| {
            observed::each_instance(view, |asset, instance, reading| {
                let up = reading.as_ref().ok().and_then(|read| read.wal_receiver_up);
                let labels = observed::of_instance(asset, &instance.name);
                up.map_or(Ok(()), |up| series.sample_of(&labels, u32::from(up)))
            })
        },
    },
    Family {
        name: "lifeboat_instance_replication_lag_seconds",
        kind: Kind::Gauge,
        unit: Some("seconds"),
        help: "How far the instance's replay lies behind. 0 also for a standby that is cut off: ask \
               `lifeboat_instance_wal_receiver_up` too.",
        labels: &["instance"],
        of_asset: true,
        source: "`cnpg_pg_replication_lag` of the instance's exporter. Absent while that can't be read.",
        write: |view, series| {
            observed::each_instance(view, |asset, instance, reading| {
                let reading = reading.as_ref().ok();
                let lag = reading.and_then(|read| read.replication_lag_seconds);
                let labels = observed::of_instance(asset, &instance.name);
                lag.map_or(Ok(()), |lag| series.sample_of(&labels, lag))
            })
        },
    },
];
