//! What holds data, and whether a backup covers it.

use jiff::Timestamp;
use lifeboat_controller::View;
use lifeboat_core::{CoverageKind, CoverageMeans, CoverageSubject, SubjectCoverage};

use super::{
    Family, Kind, Label,
    asset_text::{AssetText, write_identity},
    series::LabelSet,
};

const LABELS: &[&str] = &["cluster", "kind", "namespace", "name"];

pub(super) const FAMILIES: &[Family<View>] = &[
    Family {
        name: "lifeboat_coverage_status",
        kind: Kind::Gauge,
        unit: None,
        help: "Whether a backup covers what holds data: 0 covered, 1 uncovered, 2 unknown, 3 excused.",
        labels: LABELS,
        of_asset: false,
        source: "What is seen in a cluster: PersistentVolumeClaims, StatefulSets with volumes, and Clusters \
                 of CloudNativePG. Unknown if what could cover it can't be seen. Gone with the object.",
        write: |view, series| {
            for (seen, _) in subjects(view) {
                let value = u32::from(seen.state.status().metric_value());
                series.sample_of(&Of(&seen.subject, &[]), value)?;
            }
            Ok(())
        },
    },
    Family {
        name: "lifeboat_coverage_since_timestamp_seconds",
        kind: Kind::Gauge,
        unit: Some("seconds"),
        help: "Since when it is covered, uncovered, unknown or excused.",
        labels: LABELS,
        of_asset: false,
        source: "What is seen, and the ledger, so that it survives a restart.",
        write: |view, series| {
            for (seen, since) in subjects(view) {
                series.sample_of(&Of(&seen.subject, &[]), since)?;
            }
            Ok(())
        },
    },
    Family {
        name: "lifeboat_coverage_info",
        kind: Kind::Info,
        unit: None,
        help: "What covers it: an asset, and by what means (volume_backup, cnpg, cron_job or prometheus).",
        labels: &[
            "cluster",
            "kind",
            "namespace",
            "name",
            "covered_by",
            "means",
        ],
        of_asset: false,
        source: "What is seen. One for each asset that covers it; absent where none does.",
        write: |view, series| {
            for (seen, _) in subjects(view) {
                for asset in seen.state.covered_by() {
                    let by = asset.to_string();
                    let means = CoverageMeans::of(asset.kind).map_or("", CoverageMeans::name);
                    let more = [("covered_by", by.as_str()), ("means", means)];
                    series.info(&Of(&seen.subject, &more))?;
                }
            }
            Ok(())
        },
    },
    Family {
        name: "lifeboat_coverage_complete",
        kind: Kind::Gauge,
        unit: None,
        help: "1 if everything of this kind can be seen, else 0: things may be missing above.",
        labels: &["cluster", "kind"],
        of_asset: false,
        source: "What is seen. 0 until everything was listed, and for want of a permission. Absent where \
                 no cluster is watched.",
        write: |view, series| {
            for judged in &view.coverage {
                let coverage = judged.coverage();
                for kind in CoverageKind::ALL {
                    let complete = !coverage.unseen.contains_key(&kind);
                    let kind = [("kind", kind.name())];
                    let cluster = coverage.cluster.as_deref();
                    let cluster = cluster.map(|cluster| ("cluster", cluster));
                    let labels: Vec<Label<'_>> = cluster.into_iter().chain(kind).collect();
                    series.sample_of(&Listed(&labels), u32::from(complete))?;
                }
            }
            Ok(())
        },
    },
];

fn subjects(view: &View) -> impl Iterator<Item = (&SubjectCoverage, Timestamp)> {
    view.coverage.iter().flat_map(|judged| judged.subjects())
}

/// The labels of one thing, and more.
struct Of<'a>(&'a CoverageSubject, &'a [Label<'a>]);

impl LabelSet for Of<'_> {
    fn write(&self, line: &mut String, asset: &mut AssetText<'_>) {
        let Self(subject, more) = self;
        let identity = [subject.kind.name(), &subject.namespace, &subject.name];
        write_identity(line, subject.cluster.as_deref(), identity);
        more.write(line, asset);
    }
}

/// Labels whose number isn't known.
struct Listed<'a>(&'a [Label<'a>]);

impl LabelSet for Listed<'_> {
    fn write(&self, line: &mut String, asset: &mut AssetText<'_>) {
        self.0.write(line, asset);
    }
}
