//! CronJobs in a scene: the `CronJob` `dump`, the Jobs that really run, and what Lifeboat tells of them.

use jiff::Timestamp;
use lifeboat_testkit::control_plane::ControlPlane;
use lifeboat_testkit::kubernetes_objects::{CronJob, KubernetesObject};
use serde_json::{Value, json};
use tokio::sync::OnceCell;

use crate::scene::Scene;
use crate::served::{Served, report};
use crate::support::{lifeboat, run};

/// What is told of a `CronJob` that is too new to have run.
pub(crate) const NEW: [&str; 3] = [
    "ever_succeeded unknown",
    "fresh unknown",
    "last_run unknown",
];

/// The label by which a `CronJob` says that it is a backup.
pub(crate) const BACKUP: &str = "lifeboat.dev/backup";

/// The control plane of the stories in which Jobs run: with the controllers of Kubernetes, with pods
/// that seem to run, and with Lifeboat's own custom resource definitions.
pub(crate) async fn running_jobs() -> &'static ControlPlane {
    static RUNNING: OnceCell<ControlPlane> = OnceCell::const_new();
    RUNNING
        .get_or_init(async || {
            let builder = ControlPlane::builder().with_controllers().with_kwok();
            let control_plane = builder.start().await;
            control_plane.install_custom_resource_definitions().await;
            let definitions = run(&mut lifeboat(["crds"])).exits(0).stdout;
            control_plane.apply_yaml(&definitions).await;
            control_plane
        })
        .await
}

impl Scene {
    /// A scene in the control plane in which Jobs run.
    pub(crate) async fn with_jobs() -> (&'static ControlPlane, Self) {
        let control_plane = running_jobs().await;
        let scene = Self::of(control_plane, "--instance-exporters false").await;
        (control_plane, scene)
    }

    /// The `CronJob` `dump`: a backup, once a day, which was due an hour ago.
    pub(crate) fn nightly(&self) -> CronJob {
        let due = self.hours(-1);
        let schedule = due.strftime("%-M %-H * * *").to_string();
        CronJob::new(&self.namespace, "dump", &schedule).label(BACKUP, "true")
    }

    /// The same, but that nothing is due for long: for stories in which time passes and nothing else
    /// happens.
    pub(crate) fn rarely(&self) -> CronJob {
        let due = self.hours(-1);
        let schedule = due.strftime("%-M %-H %-d %-m *").to_string();
        CronJob::new(&self.namespace, "dump", &schedule).label(BACKUP, "true")
    }

    /// Lets the real controller make the Job of this night: the last one that it made was yesterday's.
    pub(crate) async fn pass_a_night(&self, control_plane: &ControlPlane, cron_job: &Value) {
        let yesterday = self.hours(-25).to_string();
        let status = json!({ "lastScheduleTime": yesterday });
        control_plane.patch_status(cron_job, &status).await;
    }

    /// Waits until of `dump` exactly these troubles are told, by the API and by the metrics alike.
    pub(crate) async fn tells_of_dump(&self, served: &Served<'_>, troubles: &[&str]) -> Value {
        self.tells_of_dump_that(served, troubles, |_| true).await
    }

    /// The same, and the asset is like this.
    pub(crate) async fn tells_of_dump_that(
        &self,
        served: &Served<'_>,
        troubles: &[&str],
        is_so: impl Fn(&Value) -> bool,
    ) -> Value {
        self.tells_of(served, ("CronJob", "dump"), troubles, is_so)
            .await
    }

    /// `dump`, or null if it is no asset.
    pub(crate) async fn dump(&self, served: &Served<'_>) -> Value {
        self.asset(served, "CronJob", "dump").await
    }

    /// Waits until everything was assessed at this moment or later, and demands that nothing is told
    /// of `dump` then.
    pub(crate) async fn dump_is_sound_at(&self, served: &Served<'_>, moment: Timestamp) -> Value {
        let asset = self.dump_at(served, moment).await;
        assert_eq!(asset["troubles"], json!([]), "{asset:#}");
        assert_eq!(asset["status"], "ok", "{asset:#}");
        asset
    }

    /// `dump`, as it was assessed at this moment or later.
    pub(crate) async fn dump_at(&self, served: &Served<'_>, moment: Timestamp) -> Value {
        served
            .wait_for(
                &format!("it is {moment}"),
                async || self.dump(served).await,
                |asset| {
                    let at = asset["at"].as_str().unwrap_or_default();
                    at.parse::<Timestamp>().is_ok_and(|at| at >= moment)
                },
            )
            .await
    }

    /// The value of the only series of a metric about `dump` that has this label as well; none if
    /// there is no such series.
    pub(crate) async fn of_dump(
        &self,
        served: &Served<'_>,
        name: &str,
        label: &str,
    ) -> Option<f64> {
        let lines = self.lines(served, &[&format!("{name}{{")]).await;
        let mut found = lines
            .iter()
            .filter(|line| line.contains("=\"dump\"") && line.contains(label));
        let line = found.next()?;
        assert_eq!(found.next(), None, "there are several of {name} {label}");
        line.rsplit_once(' ').unwrap().1.parse().ok()
    }

    /// Waits until nothing is left of the Jobs in this namespace.
    pub(crate) async fn wait_until_jobs_are_gone(
        &self,
        served: &Served<'_>,
        control_plane: &ControlPlane,
    ) {
        served
            .wait_for(
                "no Job is left",
                async || Value::from(self.jobs(control_plane).await),
                |jobs| *jobs == json!([]),
            )
            .await;
    }

    /// The Jobs of this namespace.
    pub(crate) async fn jobs(&self, control_plane: &ControlPlane) -> Vec<Value> {
        let namespace = Some(self.namespace.as_str());
        let mut jobs = control_plane.list("batch/v1", "Job", namespace).await;
        // Those of a list don't say what they are.
        for job in &mut jobs {
            job["apiVersion"] = "batch/v1".into();
            job["kind"] = "Job".into();
        }
        jobs
    }
}

/// The text of a check's evidence.
pub(crate) fn text<'a>(asset: &'a Value, check: &str) -> &'a str {
    report(asset, check)["text"].as_str().unwrap()
}

/// A moment that an answer of the API holds.
pub(crate) fn moment(value: &Value) -> Timestamp {
    value.as_str().unwrap().parse().unwrap()
}
