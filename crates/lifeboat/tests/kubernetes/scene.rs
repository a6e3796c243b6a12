//! The scene of a story: a namespace, CloudNativePG's objects in it, and a Lifeboat that watches it.

use jiff::{SignedDuration, Timestamp};
use lifeboat_testkit::control_plane::ControlPlane;
use lifeboat_testkit::kubernetes_objects::{
    Backup, Cluster, KubernetesObject, ObjectStore, ScheduledBackup,
};
use serde_json::Value;

use crate::served::Setup;
pub(crate) use crate::telling::{findings, newest, points, seconds};

/// How long each backup of a scene takes.
const TAKES: SignedDuration = SignedDuration::from_mins(10);

/// A namespace of a control plane, and what a Lifeboat is started with that watches it.
pub(crate) struct Scene {
    pub(crate) namespace: String,
    pub(crate) setup: Setup,
    /// When the story begins, to the second: the clock of Lifeboat says so at `+0`.
    pub(crate) begin: Timestamp,
}

impl Scene {
    /// A scene in the control plane that all stories share. Nobody reads exporters there.
    pub(crate) async fn new() -> (&'static ControlPlane, Self) {
        let control_plane = ControlPlane::shared().await;
        let scene = Self::of(control_plane, "--instance-exporters false").await;
        (control_plane, scene)
    }

    /// The same with exporters of instances that are read.
    pub(crate) async fn with_exporters() -> (&'static ControlPlane, Self) {
        let control_plane = ControlPlane::shared().await;
        // Every 30 s would be soon enough for anybody but a test.
        let often = "--instance-exporter-interval 2s";
        (control_plane, Self::of(control_plane, often).await)
    }

    /// A scene in a control plane; more arguments for `serve` are separated by blanks.
    pub(crate) async fn of(control_plane: &ControlPlane, more: &str) -> Self {
        let namespace = control_plane.create_namespace("story").await;
        let kubeconfig = control_plane.administrators_kubeconfig();
        let setup = Setup::new().with(&format!(
            "--kubeconfig {} --watch-namespace {namespace} {more}",
            kubeconfig.display()
        ));
        Self {
            namespace,
            setup,
            begin: whole_second(Timestamp::now()),
        }
    }

    /// So many hours after the beginning, or before it.
    pub(crate) fn hours(&self, count: i64) -> Timestamp {
        self.begin + SignedDuration::from_hours(count)
    }

    /// So many minutes after the beginning, or before it.
    pub(crate) fn minutes(&self, count: i64) -> Timestamp {
        self.begin + SignedDuration::from_mins(count)
    }

    /// The cluster `db`, which the plugin backs up to `store`.
    pub(crate) fn cluster(&self) -> Cluster {
        Cluster::new(&self.namespace, "db")
            .backed_up_by_plugin("store")
            .archiving(true, self.hours(-720))
    }

    /// The store of the plugin, which keeps everything for 30 days, and its account of `db`.
    pub(crate) fn store(&self, first: Option<Timestamp>, last: Option<Timestamp>) -> ObjectStore {
        ObjectStore::new(&self.namespace, "store", "s3://backups/shop")
            .retention("30d")
            .recovery_window("db", first, last, None)
    }

    /// The schedule of `db`, once a day; the operator has made its last Backup at `last`.
    pub(crate) fn daily(&self, last: Timestamp) -> ScheduledBackup {
        self.schedule(&last.strftime("%-S %-M %-H * * *").to_string())
            .scheduled(last, last + SignedDuration::from_hours(24))
    }

    /// A schedule of `db` by which nothing is due for long: for stories in which time passes and
    /// nothing else happens.
    pub(crate) fn yearly(&self) -> ScheduledBackup {
        let last = self.hours(-1);
        self.schedule(&last.strftime("%-S %-M %-H %-d %-m *").to_string())
            .scheduled(last, self.hours(365 * 24))
    }

    /// The schedule of `db`, which has not made any Backup yet.
    pub(crate) fn schedule(&self, text: &str) -> ScheduledBackup {
        ScheduledBackup::new(&self.namespace, "daily", "db", text).by_plugin()
    }

    /// The Backup that the schedule makes at a moment, as it is made.
    pub(crate) fn backup(&self, at: Timestamp) -> Backup {
        Backup::new(&self.namespace, &name_of(at), "db")
            .method("plugin")
            .scheduled_by("daily")
    }

    /// The same, completed after ten minutes.
    pub(crate) fn completed(&self, at: Timestamp) -> Backup {
        self.backup(at).completed(at, at + TAKES)
    }

    /// The same, failed after ten minutes.
    pub(crate) fn failed(&self, at: Timestamp, error: &str) -> Backup {
        self.backup(at).failed(at, at + TAKES, error)
    }

    /// What belongs to a sound `db`: backups of yesterday and of an hour ago.
    pub(crate) fn sound(&self) -> [Value; 5] {
        [
            self.cluster().object(),
            self.store(Some(self.minutes(-1490)), Some(self.minutes(-50)))
                .object(),
            self.daily(self.hours(-1)).object(),
            self.completed(self.hours(-25)).object(),
            self.completed(self.hours(-1)).object(),
        ]
    }

    /// The same, but that nothing more is due for long. The newest backup is 36 hours old 35 hours
    /// and 10 minutes after the beginning.
    pub(crate) fn sound_for_long(&self) -> [Value; 5] {
        let [cluster, store, _, yesterday, newest] = self.sound();
        [cluster, store, self.yearly().object(), yesterday, newest]
    }
}

/// The second that has begun: what the API server makes from now on is not older.
pub(crate) fn whole_second(moment: Timestamp) -> Timestamp {
    Timestamp::from_second(moment.as_second()).unwrap()
}

/// Applies objects one after the other.
pub(crate) async fn apply_all(control_plane: &ControlPlane, objects: &[Value]) {
    for object in objects {
        control_plane.apply(object).await;
    }
}

/// The name that the operator gives to the schedule's Backup of a moment.
pub(crate) fn name_of(at: Timestamp) -> String {
    at.strftime("daily-%Y%m%d%H%M%S").to_string()
}
