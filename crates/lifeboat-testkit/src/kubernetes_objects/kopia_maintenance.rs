//! A `KopiaMaintenance` of VolSync's fork, and the `CronJob`s and Jobs by which repositories of Kopia
//! are maintained.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::{CronJob, Job, KubernetesObject, condition, new_object, set_condition, time};

/// What all that maintains a repository is labelled with.
const LABEL: &str = "volsync.backube/kopia-maintenance";

/// Builds a `KopiaMaintenance`.
#[derive(Clone, Debug)]
pub struct KopiaMaintenance(Value);

impl KubernetesObject for KopiaMaintenance {
    fn json(&mut self) -> &mut Value {
        &mut self.0
    }
}

impl KopiaMaintenance {
    /// For the repository that a Secret tells of, on a schedule of five fields.
    #[must_use]
    pub fn new(namespace: &str, name: &str, secret: &str, schedule: &str) -> Self {
        let spec = json!({
            "repository": { "repository": secret },
            "trigger": { "schedule": schedule },
        });
        let kind = "KopiaMaintenance";
        Self(new_object(
            "volsync.backube/v1alpha1",
            kind,
            namespace,
            name,
            &spec,
        ))
    }

    /// When its `CronJob` last succeeded.
    #[must_use]
    pub fn last_maintained(mut self, at: Timestamp) -> Self {
        self.0["status"]["lastMaintenanceTime"] = time(at);
        self
    }

    /// VolSync can't make its `CronJob`.
    #[must_use]
    pub fn not_ready(mut self, reason: &str, message: &str, at: Timestamp) -> Self {
        set_condition(&mut self.0, condition("Ready", false, reason, message, at));
        self
    }
}

impl CronJob {
    /// The `CronJob` that VolSync makes for a `KopiaMaintenance`, as the API server returned it.
    #[must_use]
    pub fn of_maintenance(maintenance: &Value) -> Self {
        let name = text(maintenance, "/metadata/name");
        let spec = &maintenance["spec"];
        let secret = text(maintenance, "/spec/repository/repository");
        let schedule = match spec["trigger"]["schedule"].as_str() {
            Some(schedule) => schedule,
            None => spec["schedule"].as_str().unwrap_or_default(),
        };
        let cron_job = Self::new(
            text(maintenance, "/metadata/namespace"),
            &format!("kopia-maint-{name}-0123456789abcdef"),
            schedule,
        );
        cron_job
            .label(LABEL, "true")
            .label("volsync.backube/maintenance-name", name)
            .owned_by(maintenance)
            .field("/spec/concurrencyPolicy", "Forbid")
            .maintains(secret)
    }

    /// A `CronJob` as earlier versions of the fork made it, in the namespace of VolSync, for the
    /// repository of a Secret elsewhere.
    #[must_use]
    pub fn legacy_maintenance(namespace: &str, source_namespace: &str, secret: &str) -> Self {
        Self::new(namespace, "kopia-maintenance-0123456789abcdef", "0 2 * * *")
            .label(LABEL, "true")
            .label("volsync.backube/repository-hash", "0123456789abcdef")
            .label("volsync.backube/source-namespace", source_namespace)
            .annotation("volsync.backube/repository-config", secret)
            .annotation("volsync.backube/source-namespace", source_namespace)
            .field("/spec/concurrencyPolicy", "Forbid")
            .maintains(&format!("maintenance-{source_namespace}-{secret}"))
    }

    /// Gives its container the Secret of a repository.
    fn maintains(mut self, secret: &str) -> Self {
        let pod = &mut self.json()["spec"]["jobTemplate"]["spec"]["template"];
        pod["spec"]["containers"][0]["envFrom"] = json!([{ "secretRef": { "name": secret } }]);
        self
    }
}

impl Job {
    /// The Job that VolSync makes when a `KopiaMaintenance`, as the API server returned it, is
    /// triggered by hand.
    #[must_use]
    pub fn of_maintenance(maintenance: &Value) -> Self {
        let name = text(maintenance, "/metadata/name");
        Self::new(
            text(maintenance, "/metadata/namespace"),
            "kopia-maint-manual-0123456789abcdef",
        )
        .label(LABEL, "true")
        .label("volsync.backube/maintenance-type", "manual")
        .label("volsync.backube/maintenance-name", name)
        .owned_by(maintenance)
    }
}

fn text<'a>(object: &'a Value, pointer: &str) -> &'a str {
    let text = object.pointer(pointer).and_then(Value::as_str);
    text.unwrap_or_else(|| panic!("there is no {pointer} in {object}"))
}
