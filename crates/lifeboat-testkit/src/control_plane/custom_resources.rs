//! The custom resource definitions of CloudNativePG, its Barman Cloud plugin and VolSync: their own.
//! What the fork of VolSync adds for Kopia is written here.

use std::fs;

use bytes::Bytes;
use serde_json::Value;

use super::{ControlPlane, volsync_fork};
use crate::tools::tools_path;

const PATH: &str = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
/// The kinds that are served then, whatever is changed.
const KINDS: [(&str, &str); 6] = [
    ("postgresql.cnpg.io/v1", "Cluster"),
    ("postgresql.cnpg.io/v1", "Backup"),
    ("postgresql.cnpg.io/v1", "ScheduledBackup"),
    ("barmancloud.cnpg.io/v1", "ObjectStore"),
    ("volsync.backube/v1alpha1", "ReplicationSource"),
    ("volsync.backube/v1alpha1", "ReplicationDestination"),
];
/// The kind that only the fork has.
const OF_THE_FORK: (&str, &str) = ("volsync.backube/v1alpha1", "KopiaMaintenance");

impl ControlPlane {
    /// Makes the definitions of all kinds, VolSync's as its fork with the Kopia mover has them,
    /// unless they are there, and waits until they are served.
    ///
    /// # Panics
    /// When they are not among the tools.
    pub async fn install_custom_resource_definitions(&self) {
        self.install_all(|definition| definition).await;
    }

    /// As [`ControlPlane::install_custom_resource_definitions`], with the name that old versions
    /// of the plugin gave to a field of `ObjectStore`: `lastSuccussfulBackupTime`. Instead of it,
    /// not after it.
    pub async fn install_misspelt_object_stores(&self) {
        self.install_all(|definition| {
            definition.replace("lastSuccessfulBackupTime", "lastSuccussfulBackupTime")
        })
        .await;
    }

    /// As [`ControlPlane::install_custom_resource_definitions`], with VolSync as it comes without
    /// the fork: no mover for Kopia, and no `KopiaMaintenance`.
    pub async fn install_upstream_volsync(&self) {
        self.install(definitions(|text| text)).await;
        self.serve(&KINDS).await;
    }

    async fn install_all(&self, change: impl Fn(String) -> String) {
        let mut all = definitions(change);
        all.iter_mut().for_each(volsync_fork::add_kopia);
        all.push(volsync_fork::kopia_maintenance());
        self.install(all).await;
        self.serve(&KINDS).await;
        self.serve(&[OF_THE_FORK]).await;
    }

    async fn install(&self, definitions: Vec<Value>) {
        for definition in definitions {
            let content = Bytes::from(definition.to_string());
            let answer = self
                .request("POST", PATH, Some(("application/json", content)))
                .await;
            // 409: it is there.
            assert!(
                answer.is_success() || answer.status == 409,
                "the definition {} is answered with {}: {}",
                definition["metadata"]["name"],
                answer.status,
                answer.text()
            );
        }
    }

    async fn serve(&self, kinds: &[(&str, &str)]) {
        for (api_version, kind) in kinds {
            let resource = self.resource(api_version, kind).await;
            // Discovery may know a kind a moment before it is served.
            let path = resource.collection(None);
            self.api_server
                .process()
                .wait_until(
                    &format!("serve {path}"),
                    super::builder::READY_WITHIN,
                    async || self.request("GET", &path, None).await.is_success(),
                )
                .await;
        }
    }
}

/// The definitions as their makers publish them, but for a change of the text.
fn definitions(change: impl Fn(String) -> String) -> Vec<Value> {
    let folder = tools_path("custom-resource-definitions");
    let files = fs::read_dir(&folder).unwrap_or_else(|error| {
        panic!(
            "failed to list {}: {error}; run `make tools`",
            folder.display()
        )
    });
    files
        .map(|file| {
            let path = file
                .unwrap_or_else(|error| panic!("failed to list {}: {error}", folder.display()))
                .path();
            let text = fs::read_to_string(&path)
                .unwrap_or_else(|error| panic!("failed to read {}: {error}", path.display()));
            serde_saphyr::from_str(&change(text))
                .unwrap_or_else(|error| panic!("{} is no YAML: {error}", path.display()))
        })
        .collect()
}
