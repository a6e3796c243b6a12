//! Lifeboat's own custom resources in a cluster: the very documents that files hold too.

use std::{
    collections::{BTreeMap, btree_map::Entry},
    sync::Arc,
};

use lifeboat_controller::{AssetSpec, Variable, prometheus_asset};
use lifeboat_core::{AssetId, AssetKind, Finding, Policy};
use lifeboat_repository::RequestCounters;
use lifeboat_resources::{BackupPolicy, PrometheusBackup};

use super::{Observer, Sight};
use crate::{
    objects::{Kind, KubernetesObject, ObjectKey, ObjectRef},
    world::World,
};

/// What repositories of `PrometheusBackup`s are opened with.
#[derive(Clone)]
pub struct CustomResources {
    /// Gives the variables that credentials may come from.
    pub variable: Variable,
    /// Counts requests to object stores.
    pub requests: Arc<RequestCounters>,
}

pub(crate) struct ResourceObserver(pub(crate) CustomResources);

impl Observer for ResourceObserver {
    fn assets(&self, sight: &Sight<'_>) -> Vec<AssetId> {
        let objects = sight.world.prometheus_backups();
        objects
            .keys()
            .map(|key| key.asset_id(AssetKind::Prometheus))
            .collect()
    }

    fn concerned(&self, sight: &Sight<'_>, object: &ObjectRef) -> Vec<AssetId> {
        match object.kind {
            // One that goes may make room for another.
            Kind::PrometheusBackup => {
                let mut all = self.assets(sight);
                all.push(object.key.asset_id(AssetKind::Prometheus));
                all
            }
            _ => Vec::new(),
        }
    }

    fn observe(&self, sight: &Sight<'_>, id: &AssetId) -> Option<AssetSpec> {
        if id.kind != AssetKind::Prometheus {
            return None;
        }
        let key = ObjectKey::new(&id.namespace, &id.name);
        let (_, read) = backups(sight.world)
            .into_iter()
            .find(|(known, _)| *known == key)?;
        // What can't be used is a finding.
        let backup = read.ok()?;
        let CustomResources { variable, requests } = &self.0;
        Some(prometheus_asset(&backup, *variable, requests))
    }

    fn policies(&self, sight: &Sight<'_>) -> Vec<Policy> {
        let objects = sight.world.backup_policies().iter();
        objects
            .filter_map(|object| BackupPolicy::from_object(&object.document).ok())
            .map(|policy| policy.policy())
            .collect()
    }

    fn findings(&self, sight: &Sight<'_>) -> Vec<Finding> {
        let backups = backups(sight.world).into_iter().filter_map(|(key, read)| {
            let error = read.err()?;
            Some(refused(PrometheusBackup::KIND, &key, &error))
        });
        let policies = sight.world.backup_policies().iter();
        let policies = policies.filter_map(|object| {
            let key = &object.key();
            let error = BackupPolicy::from_object(&object.document).err()?;
            Some(refused(BackupPolicy::KIND, key, &error.to_string()))
        });
        backups.chain(policies).collect()
    }
}

/// Every `PrometheusBackup` in order of its name, or why it can't be used. Two that keep their backups
/// under one name would prune each other's, so only the first of them is used.
pub(crate) fn backups(world: &World) -> Vec<(ObjectKey, Result<PrometheusBackup, String>)> {
    let mut instances: BTreeMap<(String, String), ObjectKey> = BTreeMap::new();
    let objects = world.prometheus_backups().iter();
    objects
        .map(|object| {
            let key = object.key();
            let read = PrometheusBackup::from_object(&object.document)
                .map_err(|error| error.to_string())
                .and_then(|backup| {
                    let repository = backup.repository();
                    let location = repository.location.to_string();
                    let instance = repository.instance.to_string();
                    match instances.entry((location, instance)) {
                        Entry::Vacant(free) => {
                            free.insert(key.clone());
                            Ok(backup)
                        }
                        Entry::Occupied(taken) => {
                            let ((location, instance), first) = (taken.key(), taken.get());
                            Err(format!(
                                "{first} keeps its backups as '{instance}' in {location} too (hint: \
                                 give each a spec.repository.instance of its own)"
                            ))
                        }
                    }
                });
            (key, read)
        })
        .collect()
}

fn refused(kind: &str, key: &ObjectKey, error: &str) -> Finding {
    Finding {
        code: "resource_refused",
        message: format!(
            "{kind}/{} in namespace {} can't be used: {error}",
            key.name, key.namespace
        ),
        hint: Some(
            "until it is mended, it is as if it weren't there; `lifeboat crds` has the schema that \
             refuses most mistakes when they are made"
                .to_owned(),
        ),
    }
}
