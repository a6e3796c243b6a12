//! An `ObjectStore` of the Barman Cloud plugin.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::{KubernetesObject, new_object, time};

/// Builds an `ObjectStore`.
#[derive(Clone, Debug)]
pub struct ObjectStore(Value);

impl KubernetesObject for ObjectStore {
    fn json(&mut self) -> &mut Value {
        &mut self.0
    }
}

impl ObjectStore {
    /// A store at `destination`, such as `s3://backups/main`, with credentials in the secret
    /// `credentials`.
    #[must_use]
    pub fn new(namespace: &str, name: &str, destination: &str) -> Self {
        let spec = json!({
            "configuration": {
                "destinationPath": destination,
                "s3Credentials": {
                    "accessKeyId": { "name": "credentials", "key": "id" },
                    "secretAccessKey": { "name": "credentials", "key": "secret" },
                },
            },
        });
        let (group, kind) = ("barmancloud.cnpg.io/v1", "ObjectStore");
        Self(new_object(group, kind, namespace, name, &spec))
    }

    /// The service that has the bucket, such as `http://127.0.0.1:3900`.
    #[must_use]
    pub fn endpoint(mut self, url: &str) -> Self {
        self.0["spec"]["configuration"]["endpointURL"] = url.into();
        self
    }

    /// How long backups are kept, such as `30d`.
    #[must_use]
    pub fn retention(mut self, policy: &str) -> Self {
        self.0["spec"]["retentionPolicy"] = policy.into();
        self
    }

    /// What the plugin says of the backups of one server: the oldest point to which one can
    /// restore, the last backup that succeeded, and the last that failed.
    #[must_use]
    pub fn recovery_window(
        self,
        server: &str,
        first: Option<Timestamp>,
        last_successful: Option<Timestamp>,
        last_failed: Option<Timestamp>,
    ) -> Self {
        let names = ["lastSuccessfulBackupTime", "lastFailedBackupTime"];
        self.window(server, first, [last_successful, last_failed], names)
    }

    /// As [`ObjectStore::recovery_window`], with the name that old versions of the plugin gave to
    /// the last success. Only a control plane with their definition keeps it: see
    /// [`install_misspelt_object_stores`](crate::control_plane::ControlPlane::install_misspelt_object_stores).
    #[must_use]
    pub fn misspelt_recovery_window(
        self,
        server: &str,
        first: Option<Timestamp>,
        last_successful: Option<Timestamp>,
        last_failed: Option<Timestamp>,
    ) -> Self {
        let names = ["lastSuccussfulBackupTime", "lastFailedBackupTime"];
        self.window(server, first, [last_successful, last_failed], names)
    }

    fn window(
        mut self,
        server: &str,
        first: Option<Timestamp>,
        last: [Option<Timestamp>; 2],
        names: [&str; 2],
    ) -> Self {
        let window = &mut self.0["status"]["serverRecoveryWindow"][server];
        *window = json!({});
        let times = [
            ("firstRecoverabilityPoint", first),
            (names[0], last[0]),
            (names[1], last[1]),
        ];
        for (name, at) in times {
            if let Some(at) = at {
                window[name] = time(at);
            }
        }
        self
    }
}
