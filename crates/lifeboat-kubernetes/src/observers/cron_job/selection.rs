//! Which CronJobs are backups: those that say so, and those of which a policy says so.

use lifeboat_core::{AssetId, AssetKind, Policy, Subject};
use lifeboat_resources::annotations::AssetAnnotations;

use crate::objects::{ObjectKey, batch::CronJob};

/// The identity of the asset that a `CronJob` is, if it is one.
pub(super) fn id_of(cron_job: &ObjectKey) -> AssetId {
    cron_job.asset_id(AssetKind::CronJob)
}

/// What a `CronJob` says of itself. What it is to do is read nowhere else.
pub(super) fn own_words(cron_job: &CronJob) -> AssetAnnotations {
    let metadata = &cron_job.metadata;
    lifeboat_resources::annotations::read(&metadata.annotations, &metadata.labels)
}

/// Whether a `CronJob` is a backup. Its own word is stronger than that of policies; a policy selects
/// it only if it names the kind, since most CronJobs are something else, and never what maintains a
/// repository: that backs up nothing.
pub(crate) fn is_selected(cron_job: &CronJob, own: &AssetAnnotations, policies: &[Policy]) -> bool {
    own.selected.unwrap_or_else(|| {
        if cron_job.is_kopia_maintenance() {
            return false;
        }
        let metadata = &cron_job.metadata;
        let asset = id_of(&ObjectKey::from(metadata));
        let subject = Subject {
            asset: &asset,
            labels: &metadata.labels,
        };
        let mut selectors = policies.iter().map(|policy| &policy.selector);
        selectors
            .any(|selector| selector.names_kind(AssetKind::CronJob) && selector.selects(subject))
    })
}
