//! The requests for a Job, and what it means if one fails.

use std::time::Duration;

use kube::{
    Client,
    Error::BuildRequest,
    api::{GetParams, ListParams, PostParams, Request},
};
use lifeboat_controller::{Obstacle, TriggerError};
use serde_json::Value;
use tokio::time::timeout;

use crate::{
    failure,
    objects::{Kind, ObjectKey},
};

/// How long the server may take to answer: three times that is less than whoever asks waits, so that
/// nobody is told of a failure while a Job is still being made.
const ANSWERS_WITHIN: Duration = Duration::from_secs(3);

/// The `CronJob`, as a whole.
pub(super) async fn cron_job(client: &Client, key: &ObjectKey) -> Result<Value, TriggerError> {
    let request = collection(Kind::CronJob, &key.namespace);
    let request = request.get(&key.name, &GetParams::default());
    let answer = async { client.request_text(request.map_err(BuildRequest)?).await };
    asked(answer, "get", Kind::CronJob, &key.namespace).await
}

/// All Jobs of a namespace.
pub(super) async fn jobs(client: &Client, namespace: &str) -> Result<Vec<Value>, TriggerError> {
    let request = collection(Kind::Job, namespace).list(&ListParams::default());
    let answer = async { client.request_text(request.map_err(BuildRequest)?).await };
    let mut list = asked(answer, "list", Kind::Job, namespace).await?;
    match list["items"].take() {
        Value::Array(jobs) => Ok(jobs),
        _ => Ok(Vec::new()),
    }
}

/// Makes a Job.
pub(super) async fn create(
    client: &Client,
    namespace: &str,
    job: &Value,
) -> Result<Value, TriggerError> {
    let parameters = PostParams {
        field_manager: Some("lifeboat".to_owned()),
        ..PostParams::default()
    };
    let request = collection(Kind::Job, namespace);
    let request = request.create(&parameters, job.to_string().into_bytes());
    let answer = async { client.request_text(request.map_err(BuildRequest)?).await };
    asked(answer, "create", Kind::Job, namespace).await
}

fn collection(kind: Kind, namespace: &str) -> Request {
    Request::new(kind.path(Some(namespace)))
}

async fn asked(
    answer: impl Future<Output = kube::Result<String>>,
    verb: &str,
    kind: Kind,
    namespace: &str,
) -> Result<Value, TriggerError> {
    let permission = format!("{verb} {} in namespace {namespace}", kind.resource());
    let out_of_reach = |message: String| TriggerError {
        obstacle: Obstacle::OutOfReach,
        message,
        hint: None,
    };
    let Ok(answer) = timeout(ANSWERS_WITHIN, answer).await else {
        let seconds = ANSWERS_WITHIN.as_secs();
        let message = format!("no answer within {seconds} seconds to: {permission}");
        return Err(out_of_reach(message));
    };
    let text = answer.map_err(|error| {
        let loss = failure::judge(&error, &permission);
        let is_forbidden = matches!(&error, kube::Error::Api(status) if status.code == 403);
        TriggerError {
            obstacle: if is_forbidden {
                Obstacle::NotAllowed
            } else {
                Obstacle::OutOfReach
            },
            message: loss.error,
            hint: if is_forbidden {
                Some(
                    "deploy/kubernetes/run-jobs gives the permission; it is no part of the others"
                        .to_owned(),
                )
            } else {
                loss.reason.hint().map(str::to_owned)
            },
        }
    })?;
    serde_json::from_str(&text)
        .map_err(|error| out_of_reach(format!("the answer to {permission} is not JSON: {error}")))
}
