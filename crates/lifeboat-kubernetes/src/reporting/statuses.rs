//! Which statuses have to be written: those that differ from what was written last.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use lifeboat_controller::View;
use lifeboat_core::AssetKind;
use lifeboat_resources::custom_resources::{BackupPolicyStatus, PrometheusBackupStatus};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;
use tokio::time::Instant;

use super::{
    backup_policy, prometheus_backup,
    subjects::{Content, Subject, may_lack},
};
use crate::{ClusterName, objects::ObjectRef};

/// A status is written no sooner than this after the last time: where many assets change one by one, a
/// policy's numbers need not be right in between.
const PACE: Duration = Duration::from_secs(5);

/// A status that has to be written.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct StatusWrite {
    pub(super) object: ObjectRef,
    pub(super) uid: String,
    pub(super) status: Value,
}

/// What was written.
#[derive(Debug, Default)]
pub(super) struct Statuses {
    /// The cluster that they are written in.
    cluster: ClusterName,
    written: BTreeMap<ObjectRef, Written>,
}

#[derive(Debug)]
struct Written {
    uid: String,
    status: Value,
    at: Instant,
}

/// What has to be written, and when it is time to look again for what has to wait.
#[derive(Debug, Default)]
pub(super) struct Plan {
    pub(super) writes: Vec<StatusWrite>,
    pub(super) look_again: Option<Instant>,
}

impl Statuses {
    /// Nothing was written yet.
    pub(super) fn new(cluster: ClusterName) -> Self {
        Self {
            cluster,
            written: BTreeMap::new(),
        }
    }

    /// What has to be written, as of a view. What it doesn't know of yet is left for the next one.
    pub(super) fn plan(
        &mut self,
        view: &View,
        subjects: &[(ObjectRef, Arc<Subject>)],
        now: Instant,
    ) -> Plan {
        self.written.retain(|object, _| {
            subjects
                .binary_search_by(|(one, _)| one.cmp(object))
                .is_ok()
        });
        let mut plan = Plan::default();
        for (object, subject) in subjects {
            if may_lack(view.at, subject.noted_at) {
                continue;
            }
            let written = self.written.get(object);
            let written = written.filter(|written| written.uid == subject.uid);
            let before = written.map(|one| &one.status);
            let Some(status) = wanted(&self.cluster, view, object, subject, before) else {
                continue;
            };
            match written.map(|written| written.at + PACE) {
                Some(due) if due > now => {
                    plan.look_again = Some(plan.look_again.map_or(due, |other| other.min(due)));
                }
                _ => plan.writes.push(StatusWrite {
                    object: object.clone(),
                    uid: subject.uid.clone(),
                    status,
                }),
            }
        }
        plan
    }

    /// It was written, or it makes no sense to try it again before it changes.
    pub(super) fn done(&mut self, write: StatusWrite, now: Instant) {
        let StatusWrite {
            object,
            uid,
            status,
        } = write;
        let at = now;
        self.written.insert(object, Written { uid, status, at });
    }
}

/// The status that an object should have, if it has another.
fn wanted(
    cluster: &ClusterName,
    view: &View,
    object: &ObjectRef,
    subject: &Subject,
    written: Option<&Value>,
) -> Option<Value> {
    let generation = subject.generation;
    match &subject.content {
        Content::OfOthers => None,
        Content::PrometheusBackup { refused, status } => {
            let before: PrometheusBackupStatus = read(written.unwrap_or(status));
            let now = if let Some(error) = refused {
                prometheus_backup::refused(error, generation, &before, view.at)
            } else {
                let id = object.key.asset_id(AssetKind::Prometheus);
                let asset = view.asset(&cluster.outside(id))?;
                prometheus_backup::of_asset(asset, generation, &before, view.at)
            };
            different(&before, &now)
        }
        Content::BackupPolicy { policy, status } => {
            let before: BackupPolicyStatus = read(written.unwrap_or(status));
            let policy = policy.as_ref().as_ref().map_err(String::as_str);
            let now = backup_policy::status(policy, view, generation, &before);
            different(&before, &now)
        }
    }
}

/// A status that can't be read, such as that of another version, is as good as none: it is replaced.
fn read<S: DeserializeOwned + Default>(status: &Value) -> S {
    S::deserialize(status).unwrap_or_default()
}

fn different<S: Serialize + PartialEq>(before: &S, now: &S) -> Option<Value> {
    if before == now {
        return None;
    }
    match serde_json::to_value(now) {
        Ok(status) => Some(status),
        Err(error) => {
            tracing::error!("a status can't be written as JSON: {error}");
            None
        }
    }
}
