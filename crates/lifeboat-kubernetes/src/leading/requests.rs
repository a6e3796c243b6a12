//! The requests for a Lease, and what it means if one fails.

use kube::{
    Client,
    api::{GetParams, PostParams, Request},
};
use serde_json::Value;
use tokio::time::timeout;

use super::{
    ANSWERS_WITHIN,
    lease::{Lease, Place},
};
use crate::failure;

/// Why a request had no success.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Failure {
    /// Somebody else was quicker: how the Lease is has to be looked at anew.
    Conflict,
    /// A permission is missing: which one.
    Forbidden(String),
    /// The answer was no success, or there was none.
    Other(String),
}

/// The Lease; none if there is none.
pub(super) async fn get(client: &Client, place: &Place) -> Result<Option<Lease>, Failure> {
    let request = Request::new(path(place)).get(&place.name, &GetParams::default());
    let request = request.map_err(|error| Failure::Other(error.to_string()))?;
    match answered(client.request(request), &permission("get", place)).await {
        Ok(lease) => Ok(Some(lease)),
        Err((_, Some(404))) => Ok(None),
        Err((failure, _)) => Err(failure),
    }
}

/// Makes the Lease, if there is none.
pub(super) async fn create(
    client: &Client,
    place: &Place,
    lease: &Lease,
) -> Result<Lease, Failure> {
    let request = Request::new(path(place)).create(&parameters(), lease.0.to_string().into_bytes());
    let request = request.map_err(|error| Failure::Other(error.to_string()))?;
    match answered(client.request(request), &permission("create", place)).await {
        Err((_, Some(409))) => Err(Failure::Conflict),
        Err((Failure::Other(_), Some(404))) => Err(Failure::Other(format!(
            "there is no namespace {}",
            place.namespace
        ))),
        answer => answer.map_err(|(failure, _)| failure),
    }
}

/// Writes the Lease, if nobody has written it since it was read: its `resourceVersion` is compared.
pub(super) async fn replace(
    client: &Client,
    place: &Place,
    lease: &Lease,
) -> Result<Lease, Failure> {
    let body = lease.0.to_string().into_bytes();
    let request = Request::new(path(place)).replace(&place.name, &parameters(), body);
    let request = request.map_err(|error| Failure::Other(error.to_string()))?;
    match answered(client.request(request), &permission("update", place)).await {
        // 404: it was deleted since.
        Err((_, Some(404 | 409))) => Err(Failure::Conflict),
        answer => answer.map_err(|(failure, _)| failure),
    }
}

fn path(place: &Place) -> String {
    let namespace = &place.namespace;
    format!("/apis/coordination.k8s.io/v1/namespaces/{namespace}/leases")
}

fn permission(verb: &str, place: &Place) -> String {
    format!(
        "{verb} leases.coordination.k8s.io in namespace {}",
        place.namespace
    )
}

fn parameters() -> PostParams {
    PostParams {
        field_manager: Some("lifeboat".to_owned()),
        ..PostParams::default()
    }
}

/// The answer, or what failed and the HTTP status if there was an answer.
async fn answered(
    answer: impl Future<Output = kube::Result<Value>>,
    permission: &str,
) -> Result<Lease, (Failure, Option<u16>)> {
    match timeout(ANSWERS_WITHIN, answer).await {
        Ok(Ok(lease)) => Ok(Lease(lease)),
        Ok(Err(error)) => {
            let text = failure::judge(&error, permission).error;
            match error {
                kube::Error::Api(status) if status.code == 403 => {
                    Err((Failure::Forbidden(text), Some(403)))
                }
                kube::Error::Api(status) => Err((Failure::Other(text), Some(status.code))),
                _ => Err((Failure::Other(text), None)),
            }
        }
        Err(_) => {
            let seconds = ANSWERS_WITHIN.as_secs();
            let text = format!("no answer within {seconds} seconds to: {permission}");
            Err((Failure::Other(text), None))
        }
    }
}
