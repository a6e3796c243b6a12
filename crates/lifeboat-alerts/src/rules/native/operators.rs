//! Do those run that make backups, as far as kube-state-metrics tells?

use lifeboat_core::AssetKind;

use super::{NativeAlert, Scene};

const REMARK: &str = "By the usual names of its Deployment: add yours if it is another. This rule can't see a Deployment that was \
                      deleted.";

pub(super) const ALERTS: &[NativeAlert] = &[
    NativeAlert {
        alert: "CNPGOperatorDown",
        kind: AssetKind::Operator,
        namespace: "namespace",
        name: "deployment",
        query: r#"max by (namespace, deployment) (
  kube_deployment_status_replicas_available{deployment=~"cnpg-controller-manager|(.+-)?cloudnative-pg"}
) == 0"#,
        remark: REMARK,
        scenes: &[Scene {
            story: "one is down, one runs, and something else is down",
            every: "1m",
            series: &[
                (
                    "kube_deployment_status_replicas_available{namespace=\"cnpg-system\",deployment=\"cnpg-controller-manager\"}",
                    "0x30",
                ),
                (
                    "kube_deployment_status_replicas_available{namespace=\"other\",deployment=\"cnpg-cloudnative-pg\"}",
                    "1x30",
                ),
                (
                    "kube_deployment_status_replicas_available{namespace=\"shop\",deployment=\"web\"}",
                    "0x30",
                ),
            ],
            at: "20m",
            about: &[("cnpg-system", "cnpg-controller-manager")],
        }],
    },
    NativeAlert {
        alert: "CNPGBarmanPluginDown",
        kind: AssetKind::Operator,
        namespace: "namespace",
        name: "deployment",
        query: r#"max by (namespace, deployment) (
  kube_deployment_status_replicas_available{deployment=~"barman-cloud|(.+-)?plugin-barman-cloud"}
) == 0"#,
        remark: REMARK,
        scenes: &[Scene {
            story: "one is down, one runs",
            every: "1m",
            series: &[
                (
                    "kube_deployment_status_replicas_available{namespace=\"cnpg-system\",deployment=\"barman-cloud\"}",
                    "0x30",
                ),
                (
                    "kube_deployment_status_replicas_available{namespace=\"other\",deployment=\"plugin-barman-cloud\"}",
                    "1x30",
                ),
            ],
            at: "20m",
            about: &[("cnpg-system", "barman-cloud")],
        }],
    },
    NativeAlert {
        alert: "VolSyncDown",
        kind: AssetKind::Operator,
        namespace: "namespace",
        name: "deployment",
        query: r#"max by (namespace, deployment) (
  kube_deployment_status_replicas_available{deployment=~"volsync|(.+-)?volsync(-controller-manager)?"}
) == 0"#,
        remark: REMARK,
        scenes: &[Scene {
            story: "one is down, one runs",
            every: "1m",
            series: &[
                (
                    "kube_deployment_status_replicas_available{namespace=\"volsync-system\",deployment=\"volsync\"}",
                    "0x30",
                ),
                (
                    "kube_deployment_status_replicas_available{namespace=\"other\",deployment=\"volsync\"}",
                    "2x30",
                ),
            ],
            at: "20m",
            about: &[("volsync-system", "volsync")],
        }],
    },
];
