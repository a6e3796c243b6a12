//! The trigger: makes a Job of a `CronJob`, if that is allowed and nothing is in the way.

use async_trait::async_trait;
use kube::Client;
use lifeboat_controller::{Obstacle, Trigger, TriggerError, Wish};
use lifeboat_core::RunId;
use serde_json::Value;

use super::{cron_job, requests, template};

/// Makes Jobs in a cluster.
pub(crate) struct JobTrigger {
    client: Client,
    is_allowed: bool,
}

impl JobTrigger {
    pub(crate) const fn new(client: Client, is_allowed: bool) -> Self {
        Self { client, is_allowed }
    }
}

impl std::fmt::Debug for JobTrigger {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut debug = formatter.debug_struct("JobTrigger");
        debug
            .field("is_allowed", &self.is_allowed)
            .finish_non_exhaustive()
    }
}

#[async_trait]
impl Trigger for JobTrigger {
    async fn start(&self, wish: Wish) -> Result<RunId, TriggerError> {
        // What is no use in allowing comes first.
        let key = cron_job::of(&wish)?;
        if !self.is_allowed {
            return Err(TriggerError {
                obstacle: Obstacle::NotAllowed,
                message: "this Lifeboat makes no Jobs: it only looks on".to_owned(),
                hint: Some(format!(
                    "start it with --allow-run-jobs and the permissions of deploy/kubernetes/run-jobs, \
                     or use your own: `kubectl create job -n {} --from=cronjob/{} NAME`",
                    key.namespace, key.name
                )),
            });
        }
        let cron_job = requests::cron_job(&self.client, &key).await?;
        if !wish.force && cron_job["spec"]["concurrencyPolicy"].as_str() != Some("Allow") {
            let jobs = requests::jobs(&self.client, &key.namespace).await?;
            let uid = cron_job["metadata"]["uid"].as_str().unwrap_or_default();
            if let Some(job) = template::under_way(&jobs, uid).first() {
                return Err(busy(&cron_job, job));
            }
        }
        let name = template::name(&key.name, fastrand::u32(..));
        let job = template::job(&cron_job, &name);
        let job = requests::create(&self.client, &key.namespace, &job).await?;
        let uid = job["metadata"]["uid"].as_str().unwrap_or_default();
        let (asset, operation) = (&wish.asset, wish.operation);
        tracing::info!(%asset, %operation, job = name, "a Job was made on request");
        Ok(RunId::of_object("Job", &name, uid))
    }
}

fn busy(cron_job: &Value, job: &str) -> TriggerError {
    let policy = cron_job["spec"]["concurrencyPolicy"].as_str();
    TriggerError {
        obstacle: Obstacle::Busy,
        message: format!(
            "Job/{job} is under way, and the CronJob wants no other beside it (its concurrencyPolicy \
             is {})",
            policy.unwrap_or_default()
        ),
        hint: Some("wait for its end, or use --force if the two can't harm each other".to_owned()),
    }
}
