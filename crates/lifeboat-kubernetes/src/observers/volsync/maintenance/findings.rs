//! What somebody should look at in the upkeep of a repository.

use lifeboat_core::Finding;
use lifeboat_resources::annotations::REPOSITORY;

use super::{
    called, key_of,
    upkeep::{Upkeep, companions},
};
use crate::{
    objects::{Condition, Kind, MAINTENANCE_LABEL, batch::CronJob, volsync::KopiaMaintenance},
    observers::cron_job,
    world::World,
};

/// The findings of a repository.
pub(super) fn of(world: &World, upkeep: &Upkeep<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for cron_job in &upkeep.cron_jobs {
        if let Some(maintenance) = upkeep.maintenance_of(cron_job) {
            findings.extend(suspended_by_volsync(cron_job, maintenance));
            findings.extend(no_job_history(cron_job, maintenance));
        } else {
            // One of its Jobs that hangs is told of anyway, and so is a missed start.
            findings.extend(cron_job::findings::of(cron_job, &[], jiff::Timestamp::MIN));
            findings.extend(left_over(cron_job));
        }
    }
    let alone = upkeep.without_cron_job().into_iter();
    findings.extend(alone.filter_map(without_cron_job));
    findings.extend(several_maintainers(world, upkeep));
    findings.extend(several_names(world, upkeep));
    findings
}

/// A `CronJob` that says that it maintains a repository, but not which.
pub(super) fn of_no_repository(cron_job: &CronJob) -> Finding {
    Finding {
        code: "maintenance_of_no_repository",
        message: format!(
            "{} maintains a Kopia repository, by its label {MAINTENANCE_LABEL} or its name, but does \
             not tell which: no container of it takes its environment from a Secret.",
            called(Kind::CronJob, &cron_job.metadata, "")
        ),
        hint: Some(
            "give its container envFrom with the Secret of the repository, or take the label off"
                .to_owned(),
        ),
    }
}

/// VolSync does so when Jobs fail again and again, and leaves it at that.
fn suspended_by_volsync(cron_job: &CronJob, maintenance: &KopiaMaintenance) -> Option<Finding> {
    let is_so = cron_job.spec.suspend && !maintenance.spec.suspend && maintenance.is_enabled();
    let metadata = &maintenance.metadata;
    let (namespace, name) = (&metadata.namespace, &metadata.name);
    is_so.then(|| Finding {
        code: "maintenance_suspended_after_failures",
        message: format!(
            "CronJob/{} is suspended, though KopiaMaintenance/{name} is not: VolSync does so after \
             five failures, and does not take it up again.",
            cron_job.metadata.name
        ),
        hint: Some(format!(
            "once the cause is mended: kubectl -n {namespace} annotate kopiamaintenance {name} \
             volsync.backube/reset-failures=true"
        )),
    })
}

/// Lifeboat counts what it sees end; but nobody can look at a failure that is deleted at once.
fn no_job_history(cron_job: &CronJob, maintenance: &KopiaMaintenance) -> Option<Finding> {
    let metadata = &maintenance.metadata;
    let (namespace, name) = (&metadata.namespace, &metadata.name);
    (cron_job.spec.failed_jobs_history_limit == Some(0)).then(|| Finding {
        code: "no_job_history",
        message: format!(
            "KopiaMaintenance/{name} leaves no trace of a failure: its failedJobsHistoryLimit is 0, \
             so a failed Job is deleted at once, with its logs."
        ),
        hint: Some(format!(
            "kubectl -n {namespace} patch kopiamaintenance {name} --type merge \
             -p '{{\"spec\":{{\"failedJobsHistoryLimit\":1}}}}'"
        )),
    })
}

/// The fork made these for every source, before there was `KopiaMaintenance`.
fn left_over(cron_job: &CronJob) -> Option<Finding> {
    cron_job.is_legacy_maintenance().then(|| Finding {
        code: "legacy_maintenance",
        message: format!(
            "{} was made by an earlier version of VolSync: newer ones don't keep it up to date, and \
             delete it when a source synchronises.",
            called(Kind::CronJob, &cron_job.metadata, "")
        ),
        hint: Some("make a KopiaMaintenance for the repository before you update VolSync".to_owned()),
    })
}

fn without_cron_job(maintenance: &KopiaMaintenance) -> Option<Finding> {
    let metadata = &maintenance.metadata;
    let conditions = &maintenance.status.conditions;
    let ready = Condition::find(conditions, "Ready");
    let is_halted = maintenance.spec.suspend || !maintenance.is_enabled();
    let is_expected = !is_halted && !maintenance.is_manual();
    // Where VolSync says why, the schedule does.
    let is_silent = ready.is_none_or(Condition::is_true);
    (is_expected && is_silent).then(|| Finding {
        code: "maintenance_without_cron_job",
        message: format!(
            "KopiaMaintenance/{} has no CronJob, so nothing maintains the repository: VolSync makes \
             one within minutes if it runs, and is the fork with the Kopia mover.",
            metadata.name
        ),
        hint: Some(format!(
            "kubectl -n {} describe kopiamaintenance {}",
            metadata.namespace, metadata.name
        )),
    })
}

/// Kopia lets one maintain a repository; the others fail, or take it over from each other. Secrets
/// of one name in several namespaces may be several repositories, so only what people call the same
/// is told.
fn several_maintainers(world: &World, upkeep: &Upkeep<'_>) -> Option<Finding> {
    let namespace = &upkeep.repository.namespace;
    let mut maintainers = if upkeep.is_kept() {
        upkeep.maintainers(namespace)
    } else {
        return None;
    };
    if upkeep.called_by_people.is_some() {
        let others = companions(world, &upkeep.repository);
        let others = others.filter_map(|other| Upkeep::of(world, other));
        let kept = others.filter(Upkeep::is_kept);
        maintainers.extend(kept.flat_map(|other| other.maintainers(namespace)));
    }
    (maintainers.len() > 1).then(|| Finding {
        code: "several_maintainers",
        message: format!(
            "several maintain one repository: {}. Kopia has one owner of its maintenance; the runs of \
             the others do nothing, or fail.",
            maintainers.join(", ")
        ),
        hint: Some("keep one of them, and delete or suspend the others".to_owned()),
    })
}

fn several_names(world: &World, upkeep: &Upkeep<'_>) -> Option<Finding> {
    let repositories = world.kopia_repositories();
    let names: Vec<&str> = repositories.names(&upkeep.repository).into_iter().collect();
    let [first, _, ..] = names[..] else {
        return None;
    };
    let maintenances = upkeep.maintenances.iter().map(|one| key_of(*one));
    let sources = upkeep.sources.iter().map(|one| key_of(*one));
    let cron_jobs = upkeep.cron_jobs.iter().map(|one| key_of(*one));
    let all = maintenances.chain(sources).chain(cron_jobs);
    let objects: Vec<String> = all
        .map(|object| format!("{}/{}", object.kind, object.key.name))
        .collect();
    Some(Finding {
        code: "several_repository_names",
        message: format!(
            "the objects that use Secret/{} call its repository by several names in {REPOSITORY} \
             ({}): {first} holds.",
            upkeep.repository.name,
            names.join(", ")
        ),
        hint: Some(format!(
            "write the same name in each: {}",
            objects.join(", ")
        )),
    })
}
