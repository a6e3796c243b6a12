//! Which CronJobs are backups, and which rehearse a restore: those that say so, those of which a policy
//! says so, and those whose name leaves no doubt.

use lifeboat_core::{AssetKind, Policy, Subject};
use lifeboat_resources::annotations::AssetAnnotations;

use super::words;
use crate::objects::batch::CronJob;

/// The label of what VolSync made for its own ends and takes away again.
const CLEANUP_LABEL: &str = "volsync.backube/cleanup";

/// The kinds of assets that a `CronJob` may be.
pub(super) const KINDS: [AssetKind; 2] = [AssetKind::CronJob, AssetKind::RestoreTest];

/// What a `CronJob` says of itself. What it is to do is read nowhere else.
pub(super) fn own_words(cron_job: &CronJob) -> AssetAnnotations {
    let metadata = &cron_job.metadata;
    lifeboat_resources::annotations::read(&metadata.annotations, &metadata.labels)
}

/// What a `CronJob` is; none if it is no asset.
pub(super) fn kind_of(
    cron_job: &CronJob,
    own: &AssetAnnotations,
    policies: &[Policy],
) -> Option<AssetKind> {
    if is_restore_test(cron_job, own) {
        Some(AssetKind::RestoreTest)
    } else {
        is_backup(cron_job, own, policies).then_some(AssetKind::CronJob)
    }
}

/// Whether a `CronJob` is a backup.
pub(crate) fn is_selected(cron_job: &CronJob, own: &AssetAnnotations, policies: &[Policy]) -> bool {
    kind_of(cron_job, own, policies) == Some(AssetKind::CronJob)
}

/// Whether somebody else made it, who knows what it is for.
pub(super) fn belongs_to_another(cron_job: &CronJob) -> bool {
    let metadata = &cron_job.metadata;
    metadata.controller().is_some()
        || cron_job.is_kopia_maintenance()
        || metadata.label(CLEANUP_LABEL).is_some()
}

/// Its own word decides; where it says nothing at all, its name, but never against a word of its own.
fn is_restore_test(cron_job: &CronJob, own: &AssetAnnotations) -> bool {
    own.restore_test.unwrap_or_else(|| {
        own.selected.is_none()
            && !belongs_to_another(cron_job)
            && words::tells_of_a_rehearsal(&cron_job.metadata.name)
    })
}

/// Its own word is stronger than that of policies; a policy selects it only if it names the kind, since
/// most CronJobs are something else, and never what maintains a repository: that backs up nothing.
fn is_backup(cron_job: &CronJob, own: &AssetAnnotations, policies: &[Policy]) -> bool {
    own.selected.unwrap_or_else(|| {
        if cron_job.is_kopia_maintenance() {
            return false;
        }
        let metadata = &cron_job.metadata;
        let asset = metadata.key.asset_id(AssetKind::CronJob);
        let subject = Subject {
            asset: &asset,
            labels: &metadata.labels,
        };
        let mut selectors = policies.iter().map(|policy| &policy.selector);
        selectors
            .any(|selector| selector.names_kind(AssetKind::CronJob) && selector.selects(subject))
    })
}
