//! Names that rules about CloudNativePG's object stores use although nobody exports them.

use std::fmt;

use lifeboat_controller::View;
use lifeboat_core::{ObjectStoreFacts, StoredBackup};

use super::{
    super::{Family, Kind, Series, observed, value::Value},
    cnpg::{is_cluster, of},
};

const LABELS: &[&str] = &["namespace", "cluster"];

pub(in super::super) const FAMILIES: &[Family<View>] = &[
    Family {
        name: "cnpg_objectstore_connection_status",
        kind: Kind::Gauge,
        unit: None,
        help: "1 if the object store of a PostgreSQL cluster answers with what it is asked for, else 0.",
        labels: LABELS,
        of_asset: false,
        source: "A request at the interval that the policy says, with the credentials that Lifeboat was \
                 given. Absent for Clusters that no policy names in `spec.postgresObjectStores`, and until \
                 the store was asked.",
        write: |view, series| {
            each(view, series, |store| {
                let was_asked = store.failure.is_some() || store.answered_at.is_some();
                was_asked.then(|| u64::from(store.failure.is_none()))
            })
        },
    },
    Family {
        name: "cnpg_objectstore_total_bytes",
        kind: Kind::Gauge,
        unit: Some("bytes"),
        help: "What the object store of a PostgreSQL cluster may hold.",
        labels: LABELS,
        of_asset: false,
        source: "`capacity` in the policy's `spec.postgresObjectStores`: object stores don't tell. Absent \
                 where nobody says.",
        write: |view, series| each(view, series, |store| store.capacity),
    },
    Family {
        name: "cnpg_objectstore_free_bytes",
        kind: Kind::Gauge,
        unit: Some("bytes"),
        help: "How much room the object store of a PostgreSQL cluster has left.",
        labels: LABELS,
        of_asset: false,
        source: "`capacity` in the policy's `spec.postgresObjectStores`, less what a listing of the whole \
                 destination comes to. Absent where nobody says, and until it was listed.",
        write: |view, series| {
            each(view, series, |store| {
                let used = store.reading.as_ref()?.used_bytes?;
                Some(store.capacity?.saturating_sub(used))
            })
        },
    },
    Family {
        name: "cnpg_backup_size_bytes",
        kind: Kind::Gauge,
        unit: Some("bytes"),
        help: "What the newest whole backup of a PostgreSQL cluster takes in its object store: what a restore fetches.",
        labels: LABELS,
        of_asset: false,
        source: "A listing of the object store. Absent for Clusters that no policy names in \
                 `spec.postgresObjectStores`, and while there is no whole backup.",
        write: |view, series| each_newest(view, series, |backup| Some(backup.stored_bytes)),
    },
    Family {
        name: "cnpg_backup_compressed_size_bytes",
        kind: Kind::Gauge,
        unit: Some("bytes"),
        help: "What the newest whole backup of a PostgreSQL cluster takes in its object store, compressed or not.",
        labels: LABELS,
        of_asset: false,
        source: "As `cnpg_backup_size_bytes`.",
        write: |view, series| each_newest(view, series, |backup| Some(backup.stored_bytes)),
    },
    Family {
        name: "cnpg_backup_original_size_bytes",
        kind: Kind::Gauge,
        unit: Some("bytes"),
        help: "What the newest whole backup of a PostgreSQL cluster came to before it was compressed.",
        labels: LABELS,
        of_asset: false,
        source: "`cluster_size` in its `backup.info`, which newer versions of barman write; else the listing, where \
                 nothing is compressed. Absent where neither tells.",
        write: |view, series| each_newest(view, series, |backup| backup.original_bytes),
    },
    Family {
        name: "cnpg_backup_bytes_transferred",
        // A counter by its nature, whose name OpenMetrics would have end in `_total`.
        kind: Kind::Gauge,
        unit: None,
        help: "Grows at the pace at which the newest whole backup of a PostgreSQL cluster got to its object store, all the time.",
        labels: LABELS,
        of_asset: false,
        source: "What that backup takes in the store, by the time from its begin to its end: so `rate()` is the \
                 pace of a backup at any moment, as rules need that divide by it, and not only in the \
                 minutes of a day in which one runs. Starts at 0 with Lifeboat. Absent until a whole backup was \
                 seen.",
        write: |view, series| each(view, series, |store| store.pace.count(view.at)),
    },
];

fn each<V: Value>(
    view: &View,
    series: &mut Series<'_>,
    value: impl Fn(&ObjectStoreFacts) -> Option<V>,
) -> fmt::Result {
    for (asset, facts) in observed::each(view).filter(|(asset, _)| is_cluster(asset)) {
        let store = facts.object_store.as_deref();
        if let Some(value) = store.and_then(&value) {
            series.sample_of(&of(asset), value)?;
        }
    }
    Ok(())
}

/// By the newest backup that one could restore from.
fn each_newest(
    view: &View,
    series: &mut Series<'_>,
    value: fn(&StoredBackup) -> Option<u64>,
) -> fmt::Result {
    each(view, series, |store| {
        value(store.reading.as_ref()?.whole().next_back()?)
    })
}
