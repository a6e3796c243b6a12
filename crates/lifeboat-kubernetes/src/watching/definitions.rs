//! Whether the API serves a kind, told by its custom resource definition.
//!
//! Asking again and again for a kind that isn't there would be polling. Its definition is watched
//! instead: metadata only, and by name, so that a role can allow these few and no others.

use std::time::Duration;

use kube::Client;
use serde::Deserialize;
use tokio::sync::watch;

use super::follower::{Change, Collection, Follower};
use crate::{
    event::{Loss, LossReason},
    objects::Metadata,
};

const RESOURCE: &str = "customresourcedefinitions.apiextensions.k8s.io";
const PATH: &str = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";

/// What is known of a kind's definition.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Definition {
    /// Nothing yet, and perhaps why.
    Unknown(Option<Loss>),
    /// It is installed.
    Installed,
    /// It is not installed.
    Missing,
    /// It may not be read. The kind has to be asked for to find out.
    Hidden,
}

#[derive(Clone, Debug, Deserialize)]
struct MetadataOnly {
    #[serde(rename = "metadata")]
    _metadata: Metadata,
}

/// Follows a definition until nobody wants to know any more.
pub(super) async fn follow(client: Client, name: String, told: watch::Sender<Definition>) {
    let collection = Collection {
        path: PATH.to_owned(),
        resource: RESOURCE.to_owned(),
        namespace: None,
        label_selector: None,
        field_selector: Some(format!("metadata.name={name}")),
        metadata_only: true,
        absent_pause: Some(Duration::from_mins(5)),
    };
    let mut follower = Follower::<MetadataOnly>::new(client, collection);
    loop {
        let change = tokio::select! {
            change = follower.next() => change,
            () = told.closed() => return,
        };
        match change {
            // The only object that the field selector lets through.
            Change::Applied(_) => told.send_replace(Definition::Installed),
            Change::Deleted(_) => told.send_replace(Definition::Missing),
            Change::Listed(present) => told.send_replace(if present.is_empty() {
                Definition::Missing
            } else {
                Definition::Installed
            }),
            Change::Lost(loss) => {
                told.send_modify(|known| {
                    if loss.reason == LossReason::Forbidden {
                        tracing::warn!(definition = name, error = loss.error);
                        *known = Definition::Hidden;
                    } else if matches!(known, Definition::Unknown(_)) {
                        *known = Definition::Unknown(Some(loss));
                    }
                });
                continue;
            }
            Change::InTouch => continue,
        };
    }
}
