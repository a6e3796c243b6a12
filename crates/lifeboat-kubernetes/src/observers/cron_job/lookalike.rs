//! CronJobs that look like backups, though nobody said that they are.

use lifeboat_core::Finding;
use lifeboat_resources::annotations::{self, AssetAnnotations};

use super::{selection, shell, words};
use crate::objects::batch::CronJob;

/// What to tell of a `CronJob` that is no asset, if anything.
pub(super) fn finding(cron_job: &CronJob, own: &AssetAnnotations) -> Option<Finding> {
    if own.selected.is_some() || own.restore_test.is_some() {
        return None;
    }
    unreadable(cron_job, own).or_else(|| unselected(cron_job))
}

/// Somebody meant to say something of it, and would wait for alerts that never come.
fn unreadable(cron_job: &CronJob, own: &AssetAnnotations) -> Option<Finding> {
    let metadata = &cron_job.metadata;
    let says = [annotations::BACKUP, annotations::RESTORE_TEST]
        .into_iter()
        .any(|name| metadata.annotation(name).is_some() || metadata.label(name).is_some());
    says.then(|| Finding {
        code: "annotation_unreadable",
        message: format!(
            "{} is not watched: {}.",
            named(cron_job),
            own.problems.join("; ")
        ),
        hint: Some(label_command(cron_job, "true --overwrite")),
    })
}

fn unselected(cron_job: &CronJob) -> Option<Finding> {
    let sign = sign(cron_job)?;
    Some(Finding {
        code: "unselected_backup_cron_job",
        message: format!(
            "{} looks like a backup by {sign}, but nobody said so, and it is not watched.",
            named(cron_job)
        ),
        hint: Some(format!(
            "{}, or {}=false if it is none",
            label_command(cron_job, "true"),
            annotations::BACKUP
        )),
    })
}

/// By what a `CronJob` looks like a backup: a word of ours, never what is written in it.
fn sign(cron_job: &CronJob) -> Option<String> {
    let metadata = &cron_job.metadata;
    if selection::belongs_to_another(cron_job) || words::tells_of_something_else(&metadata.name) {
        return None;
    }
    let containers = cron_job.spec.containers();
    let by_name = words::in_name(&metadata.name).map(|word| format!("its name ('{word}')"));
    let by_image = || {
        let mut images = containers.iter().map(|container| container.image.as_str());
        let word = images.find_map(words::in_image)?;
        Some(format!("its image ('{word}')"))
    };
    let by_command = || {
        let mut commands = containers.iter().flat_map(shell::commands);
        let word = commands.find_map(|command| words::in_command(&command))?;
        Some(format!("its command ('{word}')"))
    };
    by_name.or_else(by_command).or_else(by_image)
}

fn named(cron_job: &CronJob) -> String {
    let metadata = &cron_job.metadata;
    format!("CronJob/{}/{}", metadata.namespace, metadata.name)
}

fn label_command(cron_job: &CronJob, value: &str) -> String {
    let (namespace, name) = (&cron_job.metadata.namespace, &cron_job.metadata.name);
    let label = annotations::BACKUP;
    format!("kubectl -n {namespace} label cronjob {name} {label}={value}")
}
