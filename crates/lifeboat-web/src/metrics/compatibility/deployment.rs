//! Names that rules have for the programs that make backups: those of kube-state-metrics, and `up`.

use lifeboat_controller::{AssetView, View};
use lifeboat_core::system;

use super::{
    super::{Family, Kind, observed},
    labels,
};

pub(in super::super) const FAMILIES: &[Family<View>] = &[
    Family {
        name: "kube_deployment_status_replicas_available",
        kind: Kind::Gauge,
        unit: None,
        help: "How many replicas of a program that backups depend on are available.",
        labels: &["namespace", "deployment"],
        of_asset: false,
        source: "`status.availableReplicas` of the Deployment. Absent while nobody can look.",
        write: |view, series| {
            for (asset, availability) in observed::programs(view) {
                series.sample_of(&of(asset), availability.available)?;
            }
            Ok(())
        },
    },
    Family {
        name: "kube_deployment_spec_replicas",
        kind: Kind::Gauge,
        unit: None,
        help: "How many replicas of a program that backups depend on there should be.",
        labels: &["namespace", "deployment"],
        of_asset: false,
        source: "`spec.replicas` of the Deployment. Absent while nobody can look.",
        write: |view, series| {
            for (asset, availability) in observed::programs(view) {
                series.sample_of(&of(asset), availability.desired)?;
            }
            Ok(())
        },
    },
    Family {
        name: "up",
        kind: Kind::Gauge,
        unit: None,
        help: "1 if CloudNativePG's barman-cloud plugin runs, else 0, for rules that ask for up{job=\"cnpg-barman-plugin\"}.",
        labels: &["job", "namespace", "instance"],
        of_asset: false,
        source: "The plugin's Deployment, which stands in `instance`. Absent while nobody can look. It needs \
                 `honor_labels`: Prometheus writes its own `up` of the job that scrapes Lifeboat beside it.",
        write: |view, series| {
            for (asset, availability) in observed::programs(view) {
                if availability.system == system::BARMAN_CLOUD_PLUGIN {
                    let id = &asset.asset.id;
                    let own = [
                        ("job", "cnpg-barman-plugin"),
                        ("instance", id.name.as_str()),
                    ];
                    let runs = u32::from(availability.available > 0);
                    series.sample_of(&labels::of(id, own), runs)?;
                }
            }
            Ok(())
        },
    },
];

fn of(asset: &AssetView) -> impl super::super::series::LabelSet {
    let id = &asset.asset.id;
    labels::of(id, [("deployment", id.name.as_str())])
}
