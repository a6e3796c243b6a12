//! VolSync in a scene: the source `data`, the upkeep of the repository `kopia`, and what Lifeboat tells of them.

use jiff::Timestamp;
use lifeboat_testkit::control_plane::ControlPlane;
use lifeboat_testkit::kubernetes_objects::{
    CronJob, KopiaMaintenance, KubernetesObject, Replication,
};
use serde_json::Value;

use crate::cron_scene::running_jobs;
use crate::scene::{Scene, whole_second};
use crate::served::{Served, Setup};

/// What is told of a repository that nobody has maintained for long, or ever.
pub(crate) const NOBODY: [&str; 4] = [
    "last_run unknown",
    "maintained unknown",
    "not_neglected unknown",
    "scheduled failing",
];

impl Scene {
    /// A scene whose Lifeboat watches every namespace of a control plane of its own: for stories of
    /// several namespaces.
    pub(crate) async fn of_all_namespaces(control_plane: &ControlPlane) -> Self {
        let kubeconfig = control_plane.administrators_kubeconfig();
        Self {
            namespace: control_plane.create_namespace("story").await,
            setup: Setup::new().with(&format!(
                "--kubeconfig {} --instance-exporters false",
                kubeconfig.display()
            )),
            begin: whole_second(Timestamp::now()),
        }
    }

    /// The same scene in another namespace.
    pub(crate) async fn elsewhere(&self, control_plane: &ControlPlane) -> Self {
        Self {
            namespace: control_plane.create_namespace("elsewhere").await,
            setup: Setup::new(),
            begin: self.begin,
        }
    }

    /// The source `data`, which copies to the repository `kopia` once a day, and was due an hour ago.
    pub(crate) fn source(&self) -> Replication {
        let due = self.hours(-1);
        let schedule = due.strftime("%-M %-H * * *").to_string();
        self.unscheduled().schedule(&schedule)
    }

    /// The same without a trigger.
    pub(crate) fn unscheduled(&self) -> Replication {
        Replication::source(&self.namespace, "data", "data").kopia("kopia")
    }

    /// The same, which synchronised an hour ago for ten minutes.
    pub(crate) fn synchronised(&self) -> Replication {
        self.source()
            .synchronised(self.hours(-1), self.minutes(-50))
    }

    /// The upkeep of the repository `kopia`, once a day, which was due an hour ago.
    pub(crate) fn maintenance(&self) -> KopiaMaintenance {
        let due = self.hours(-1);
        let schedule = due.strftime("%-M %-H * * *").to_string();
        KopiaMaintenance::new(&self.namespace, "daily", "kopia", &schedule)
    }

    /// Applies the upkeep of `kopia` and its `CronJob`, which last succeeded then. Returns the
    /// `CronJob`.
    pub(crate) async fn maintain(
        &self,
        control_plane: &ControlPlane,
        last_successful: Timestamp,
    ) -> Value {
        let maintenance = control_plane.apply(&self.maintenance().object()).await;
        let cron_job = CronJob::of_maintenance(&maintenance)
            .last_scheduled(self.hours(-1))
            .last_successful(last_successful);
        control_plane.apply(&cron_job.object()).await
    }

    /// Waits until of the source `data` exactly these troubles are told.
    pub(crate) async fn tells_of_data(&self, served: &Served<'_>, troubles: &[&str]) -> Value {
        let data = ("ReplicationSource", "data");
        self.tells_of(served, data, troubles, |_| true).await
    }

    /// Waits until of the upkeep of `kopia` exactly these troubles are told.
    pub(crate) async fn tells_of_kopia(&self, served: &Served<'_>, troubles: &[&str]) -> Value {
        self.tells_of_kopia_that(served, troubles, |_| true).await
    }

    /// The same, and the asset is like this.
    pub(crate) async fn tells_of_kopia_that(
        &self,
        served: &Served<'_>,
        troubles: &[&str],
        is_so: impl Fn(&Value) -> bool,
    ) -> Value {
        let kopia = ("KopiaMaintenance", "kopia");
        self.tells_of(served, kopia, troubles, is_so).await
    }
}

/// A scene in the control plane in which Jobs run.
pub(crate) async fn with_jobs() -> (&'static ControlPlane, Scene) {
    let control_plane = running_jobs().await;
    let scene = Scene::of(control_plane, "--instance-exporters false").await;
    (control_plane, scene)
}

/// What an asset's history has of an operation.
pub(crate) fn operation<'a>(asset: &'a Value, name: &str) -> &'a Value {
    let operations = asset["operations"].as_array().into_iter().flatten();
    let mut operations = operations.filter(|one| one["operation"] == name);
    operations.next().unwrap_or(&Value::Null)
}
