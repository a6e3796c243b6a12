//! Lifeboat's own custom resources in a cluster: the very documents that files hold too.

use std::sync::Arc;

use lifeboat_controller::{AssetSpec, Variable, prometheus_asset};
use lifeboat_core::{AssetId, AssetKind, Finding, Policy};
use lifeboat_repository::RequestCounters;
use lifeboat_resources::{BackupPolicy, PrometheusBackup, custom_resources::ObjectError};

use super::{Observer, Sight};
use crate::objects::{Kind, KubernetesObject, ObjectKey, ObjectRef};

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
        objects.keys().map(asset_id).collect()
    }

    fn concerned(&self, _sight: &Sight<'_>, object: &ObjectRef) -> Vec<AssetId> {
        match object.kind {
            Kind::PrometheusBackup => vec![asset_id(&object.key)],
            _ => Vec::new(),
        }
    }

    fn observe(&self, sight: &Sight<'_>, id: &AssetId) -> Option<AssetSpec> {
        if id.kind != AssetKind::Prometheus {
            return None;
        }
        let key = ObjectKey::new(&id.namespace, &id.name);
        let object = sight.world.prometheus_backups().get(&key)?;
        // What can't be read is a finding.
        let backup = PrometheusBackup::from_object(&object.document).ok()?;
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
        let backups = sight.world.prometheus_backups().iter();
        let backups = backups.filter_map(|object| {
            let key = &object.key();
            let error = PrometheusBackup::from_object(&object.document).err()?;
            Some(refused(PrometheusBackup::KIND, key, &error))
        });
        let policies = sight.world.backup_policies().iter();
        let policies = policies.filter_map(|object| {
            let key = &object.key();
            let error = BackupPolicy::from_object(&object.document).err()?;
            Some(refused(BackupPolicy::KIND, key, &error))
        });
        backups.chain(policies).collect()
    }
}

fn asset_id(key: &ObjectKey) -> AssetId {
    AssetId {
        cluster: None,
        kind: AssetKind::Prometheus,
        namespace: key.namespace.clone(),
        name: key.name.clone(),
    }
}

fn refused(kind: &str, key: &ObjectKey, error: &ObjectError) -> Finding {
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
