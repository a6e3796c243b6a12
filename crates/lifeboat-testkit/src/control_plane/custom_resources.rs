//! The custom resource definitions of CloudNativePG and its Barman Cloud plugin: their own.

use std::fs;

use bytes::Bytes;

use super::ControlPlane;
use crate::tools::tools_path;

const PATH: &str = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
/// The kinds that are served then.
const KINDS: [(&str, &str); 4] = [
    ("postgresql.cnpg.io/v1", "Cluster"),
    ("postgresql.cnpg.io/v1", "Backup"),
    ("postgresql.cnpg.io/v1", "ScheduledBackup"),
    ("barmancloud.cnpg.io/v1", "ObjectStore"),
];

impl ControlPlane {
    /// Makes the definitions of `Cluster`, `Backup`, `ScheduledBackup` and `ObjectStore`, unless
    /// they are there, and waits until they are served.
    ///
    /// # Panics
    /// When they are not among the tools.
    pub async fn install_custom_resource_definitions(&self) {
        self.install(|definition| definition).await;
    }

    /// As [`ControlPlane::install_custom_resource_definitions`], with the name that old versions
    /// of the plugin gave to a field of `ObjectStore`: `lastSuccussfulBackupTime`. Instead of it,
    /// not after it.
    pub async fn install_misspelt_object_stores(&self) {
        self.install(|definition| {
            definition.replace("lastSuccessfulBackupTime", "lastSuccussfulBackupTime")
        })
        .await;
    }

    async fn install(&self, change: impl Fn(String) -> String) {
        let folder = tools_path("custom-resource-definitions");
        let files = fs::read_dir(&folder).unwrap_or_else(|error| {
            panic!(
                "failed to list {}: {error}; run `make tools`",
                folder.display()
            )
        });
        for file in files {
            let path = file
                .unwrap_or_else(|error| panic!("failed to list {}: {error}", folder.display()))
                .path();
            let text = fs::read_to_string(&path)
                .unwrap_or_else(|error| panic!("failed to read {}: {error}", path.display()));
            let content = Some(("application/yaml", Bytes::from(change(text))));
            let answer = self.request("POST", PATH, content).await;
            // 409: it is there.
            assert!(
                answer.is_success() || answer.status == 409,
                "the definition {} is answered with {}: {}",
                path.display(),
                answer.status,
                answer.text()
            );
        }
        for (api_version, kind) in KINDS {
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
