//! The requests of reports, and what it means if one fails.

use std::time::Duration;

use kube::{
    Client,
    api::{Patch, PatchParams, PostParams, Request},
};
use serde_json::{Value, json};

use super::{FIELD_MANAGER, event, statuses::StatusWrite};
use crate::failure;

/// How long the server may take to answer.
const TIMEOUT: Duration = Duration::from_secs(10);

/// Why a request had no success.
#[derive(Debug, PartialEq)]
pub(super) enum Failure {
    /// Nobody answered: what else there is to tell has to wait too.
    Unreachable(String),
    /// The answer was no success, and may be one next time.
    Refused(String),
    /// A permission is missing: which one.
    Forbidden(String),
    /// The object, or the namespace, is gone.
    Gone,
    /// It is there already.
    Exists,
    /// It will never be taken like this.
    Unacceptable(String),
}

/// Writes a status through server-side apply. The uid makes sure that it reaches the object that it is
/// about, and never one of the same name that was made since.
pub(super) async fn write_status(client: &Client, write: &StatusWrite) -> Result<(), Failure> {
    let object = &write.object;
    let key = &object.key;
    let body = json!({
        "apiVersion": event::api_version(object.kind),
        "kind": object.kind.name(),
        "metadata": { "namespace": key.namespace, "name": key.name, "uid": write.uid },
        "status": write.status,
    });
    let collection = Request::new(object.kind.path(Some(&key.namespace)));
    let parameters = PatchParams::apply(FIELD_MANAGER).force();
    let request =
        collection.patch_subresource("status", &key.name, &parameters, &Patch::Apply(&body));
    let permission = format!(
        "patch {}/status in namespace {}",
        object.kind.resource(),
        key.namespace
    );
    match request {
        Ok(request) => answered(client.request_text(request), &permission).await,
        Err(error) => Err(Failure::Unacceptable(error.to_string())),
    }
}

/// Makes an event.
pub(super) async fn create_event(client: &Client, event: &Value) -> Result<(), Failure> {
    let namespace = event["metadata"]["namespace"].as_str().unwrap_or_default();
    let collection = Request::new(event::path(namespace));
    let request = collection.create(&PostParams::default(), event.to_string().into_bytes());
    let permission = format!("create events.events.k8s.io in namespace {namespace}");
    match request {
        Ok(request) => answered(client.request_text(request), &permission).await,
        Err(error) => Err(Failure::Unacceptable(error.to_string())),
    }
}

async fn answered(
    answer: impl Future<Output = kube::Result<String>>,
    permission: &str,
) -> Result<(), Failure> {
    match tokio::time::timeout(TIMEOUT, answer).await {
        Ok(Ok(_)) => Ok(()),
        Ok(Err(error)) => Err(judge(&error, permission)),
        Err(_) => Err(Failure::Unreachable(format!(
            "no answer within {} seconds to: {permission}",
            TIMEOUT.as_secs()
        ))),
    }
}

fn judge(error: &kube::Error, permission: &str) -> Failure {
    let text = failure::judge(error, permission).error;
    let kube::Error::Api(status) = error else {
        return Failure::Unreachable(text);
    };
    match status.code {
        // Nothing may be made in a namespace that is going away. That is no missing permission.
        403 if status.message.contains("being terminated") => Failure::Gone,
        403 => Failure::Forbidden(text),
        404 => Failure::Gone,
        409 if status.reason == "AlreadyExists" => Failure::Exists,
        400 | 413 | 422 => Failure::Unacceptable(text),
        // 409 among others: the uid is another's, of which the watch will tell, or somebody else wrote
        // in the same moment.
        _ => Failure::Refused(text),
    }
}
