//! VolSync's names about Kopia repositories and what is copied there, most of which it never sets.

use lifeboat_controller::View;
use lifeboat_core::{Check, Outcome, Status};

use super::{
    super::{
        Family, Kind,
        kopia_repositories::{each_reading, each_value},
        observed,
    },
    kopia::{self, LABELS, LABELS_AND_REASON},
};

const SOURCE: &str = "The `kopia` program, for repositories that a policy names: see \
                      `lifeboat_kopia_repository_read_timestamp_seconds`.";

pub(in super::super) const FAMILIES: &[Family<View>] = &[
    Family {
        name: "volsync_kopia_repository_size_bytes",
        kind: Kind::Gauge,
        unit: Some("bytes"),
        help: "What a Kopia repository takes in its store.",
        labels: LABELS,
        of_asset: false,
        source: SOURCE,
        write: |view, series| {
            each_value(
                view,
                |reading| reading.physical_bytes,
                |id, value| series.sample_of(&kopia::of_repository(id, []), value),
            )
        },
    },
    Family {
        name: "volsync_kopia_repository_objects_total",
        kind: Kind::Gauge,
        unit: None,
        help: "How many contents a Kopia repository holds. A gauge, for all its name.",
        labels: LABELS,
        of_asset: false,
        source: SOURCE,
        write: |view, series| {
            each_value(
                view,
                |reading| reading.objects,
                |id, value| series.sample_of(&kopia::of_repository(id, []), value),
            )
        },
    },
    Family {
        name: "volsync_kopia_deduplication_ratio",
        kind: Kind::Gauge,
        unit: Some("ratio"),
        help: "What was given to be kept, by what of it is kept: 1 where nothing is there twice.",
        labels: LABELS,
        of_asset: false,
        source: "As `volsync_kopia_repository_size_bytes`. VolSync defines it the other way round, at most \
                 1, and compares it with 1.5; this is what the comparison means.",
        write: |view, series| {
            each_value(
                view,
                |reading| reading.deduplication_ratio,
                |id, value| series.sample_of(&kopia::of_repository(id, []), value),
            )
        },
    },
    Family {
        name: "volsync_kopia_compression_ratio",
        kind: Kind::Gauge,
        unit: Some("ratio"),
        help: "The size of the contents before compression, by that after it: 1 where it gains nothing.",
        labels: LABELS,
        of_asset: false,
        source: SOURCE,
        write: |view, series| {
            each_value(
                view,
                |reading| reading.compression_ratio,
                |id, value| series.sample_of(&kopia::of_repository(id, []), value),
            )
        },
    },
    Family {
        name: "volsync_kopia_snapshot_count",
        kind: Kind::Gauge,
        unit: None,
        help: "How many complete snapshots a Kopia repository holds.",
        labels: LABELS,
        of_asset: false,
        source: SOURCE,
        write: |view, series| {
            each_reading(view, |id, reading| {
                let snapshots: u64 = reading.sources.iter().map(|source| source.snapshots).sum();
                series.sample_of(&kopia::of_repository(id, []), snapshots)
            })
        },
    },
    Family {
        name: "volsync_kopia_repository_connectivity",
        kind: Kind::Gauge,
        unit: None,
        help: "1 if the last reading of a Kopia repository succeeded, else 0.",
        labels: LABELS,
        of_asset: false,
        source: "The check `readable`. Absent until a first reading was tried. VolSync sets it to 1 \
                 without looking.",
        write: |view, series| {
            for (asset, _) in observed::each(view) {
                let verdict = asset.assessment.verdict(Check::Readable);
                let status = verdict.map(|verdict| verdict.status);
                if let Some(status @ (Status::Ok | Status::Failing)) = status {
                    let labels = kopia::of_repository(&asset.asset.id, []);
                    series.sample_of(&labels, u32::from(status == Status::Ok))?;
                }
            }
            Ok(())
        },
    },
    Family {
        name: "volsync_kopia_operation_success_total",
        kind: Kind::Counter,
        unit: None,
        help: "How many copies of a volume to a Kopia repository succeeded.",
        labels: LABELS,
        of_asset: false,
        source: "The ledger: synchronisations of ReplicationSources with the Kopia mover. `obj_name` is the \
                 ReplicationSource, `repository` the Secret that it names.",
        write: |view, series| {
            for (asset, repository) in kopia::sources(view) {
                let labels = kopia::of_source(&asset.asset.id, repository, []);
                series.sample_of(&labels, kopia::runs(asset, Outcome::Succeeded))?;
            }
            Ok(())
        },
    },
    Family {
        name: "volsync_kopia_operation_failure_total",
        kind: Kind::Counter,
        unit: None,
        help: "How many copies of a volume to a Kopia repository failed.",
        labels: LABELS_AND_REASON,
        of_asset: false,
        source: "The ledger: a synchronisation whose mover failed counts once, however often VolSync \
                 repeats it. `failure_reason` is always `any`.",
        write: |view, series| {
            for (asset, repository) in kopia::sources(view) {
                let reason = [kopia::ANY_REASON];
                let labels = kopia::of_source(&asset.asset.id, repository, reason);
                series.sample_of(&labels, kopia::runs(asset, Outcome::Failed))?;
            }
            Ok(())
        },
    },
];
