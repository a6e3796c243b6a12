//! A folder of resources as the source of assets and policies.

use std::{collections::BTreeMap, sync::Arc};

use jiff::Timestamp;
use lifeboat_core::{AssetId, AssetKind, readable_causes};
use lifeboat_repository::RequestCounters;
use lifeboat_resources::{BackupPolicy, Fingerprint, LoadError, PrometheusBackup, ResourceFolder};

use crate::{
    operations::{BackupSource, PrometheusOperator},
    source::{Declared, Source},
    spec::{AssetSpec, Care, Operated},
};

/// Gives the value of an environment variable that is set to something.
pub type Variable = fn(&str) -> Option<String>;

/// Declares what the documents of a folder say.
pub struct ResourceFolderSource {
    folder: ResourceFolder,
    variable: Variable,
    requests: Arc<RequestCounters>,
    /// What is in use; none if it can't be used, or nobody could look.
    fingerprint: Option<Fingerprint>,
}

impl ResourceFolderSource {
    /// The folder, the variables that repositories may take credentials from, and who counts their
    /// requests.
    #[must_use]
    pub const fn new(
        folder: ResourceFolder,
        variable: Variable,
        requests: Arc<RequestCounters>,
    ) -> Self {
        Self {
            folder,
            variable,
            requests,
            fingerprint: None,
        }
    }
}

impl Source for ResourceFolderSource {
    fn name(&self) -> &'static str {
        "the folder of resources"
    }

    fn may_declare(&self, asset: &AssetId) -> bool {
        asset.cluster.is_none() && asset.kind == AssetKind::Prometheus
    }

    fn changes(&mut self, now: Timestamp) -> Result<Option<Declared>, String> {
        let before = self.fingerprint.take();
        let looked = match &before {
            Some(before) => self.folder.fingerprint_after(before, now),
            None => self.folder.fingerprint(now),
        };
        let fingerprint = looked.map_err(|error| {
            let path = self.folder.path().display();
            format!("failed to read the resources in {path}: {error}")
        })?;
        let is_new = before.as_ref() != Some(&fingerprint);
        if !is_new {
            self.fingerprint = before;
            return Ok(None);
        }
        let resources = self.folder.load().map_err(|error| match error {
            // A line for each problem.
            LoadError::Documents(_) => error.to_string(),
            other => readable_causes(&other).join(": "),
        })?;
        // Only now: what can't be used is looked at again each time, until it can.
        self.fingerprint = Some(fingerprint);
        let backups = resources.backups.iter();
        Ok(Some(Declared {
            assets: backups
                .map(|backup| prometheus_asset(backup, self.variable, &self.requests))
                .collect(),
            // Nothing else comes from a folder.
            complete: AssetKind::ALL.into(),
            policies: Some(
                resources
                    .policies
                    .iter()
                    .map(BackupPolicy::policy)
                    .collect(),
            ),
            ..Declared::default()
        }))
    }
}

/// The asset that a `PrometheusBackup` describes, wherever it was read.
#[must_use]
pub fn prometheus_asset(
    backup: &PrometheusBackup,
    variable: Variable,
    requests: &Arc<RequestCounters>,
) -> AssetSpec {
    let requests = Arc::clone(requests);
    let repository = backup.repository();
    let client = backup.client_settings();
    AssetSpec {
        id: backup.asset_id(),
        labels: backup.metadata().labels.clone(),
        own: backup.objectives(),
        suspended: backup.is_suspended(),
        places: BTreeMap::from([
            ("prometheus", client.url.clone()),
            ("repository", repository.location.to_string()),
            ("instance", repository.instance.to_string()),
        ]),
        care: Care::Operated(Operated {
            immediate: backup.spec().immediate,
            plans: backup.plans(),
            operator: Arc::new(PrometheusOperator {
                instance: repository.instance.clone(),
                open: Box::new(move |missing_folder| {
                    Ok(repository.open(missing_folder, &variable, &requests)?)
                }),
                source: BackupSource::Running {
                    client,
                    data_directory: backup.data_directory(),
                    skip_head: backup.spec().skip_head,
                },
                retention: backup.retention(),
                grace: backup.grace(),
                level: backup.verification_level(),
                slices: backup.verification_slices(),
            }),
        }),
    }
}
