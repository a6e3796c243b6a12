//! Findings: what somebody should look at in how a Cluster's backups are set up.

use jiff::Timestamp;
use lifeboat_core::Finding;

use super::{
    backups::moment_of,
    destination::{Destination, parse_retention},
    five_fields, paused,
    scene::{IN_TREE, PLUGIN, SNAPSHOT, Scene},
};
use crate::objects::cnpg::ScheduledBackup;

/// Instances that are kept from running, as a list in JSON; `*` is all of them.
const FENCED: &str = "cnpg.io/fencedInstances";

/// The codes of findings about backups that nobody makes.
pub(super) const UNSCHEDULED: [&str; 2] = ["no_schedule", "no_backup_configured"];

/// Everything that is found.
pub(super) fn of(scene: &Scene<'_>, destination: &Destination<'_>, now: Timestamp) -> Vec<Finding> {
    let schedules = scene.schedules.iter();
    let of_schedules = schedules.flat_map(|scheduled| {
        [
            five_fields::finding(scheduled, now),
            schedule_error(scheduled),
            method_not_set_up(scene, destination, scheduled),
            name_taken(scene, scheduled),
        ]
    });
    let of_cluster = [
        unscheduled(scene, destination),
        object_store_missing(scene, destination),
        fenced(scene),
    ];
    let mut findings: Vec<Finding> = of_cluster
        .into_iter()
        .chain(of_schedules)
        .flatten()
        .chain(retention(scene, destination))
        .collect();
    findings.sort();
    findings
}

/// Backups that nobody makes, or that nobody ever thought of.
fn unscheduled(scene: &Scene<'_>, destination: &Destination<'_>) -> Option<Finding> {
    let asleep = paused::reason(scene).is_some();
    if asleep || !scene.schedules.is_empty() || !scene.is_whole {
        return None;
    }
    let cluster = scene.called();
    if destination.is_set_up() {
        return Some(Finding {
            code: "no_schedule",
            message: format!(
                "{cluster} knows where its backups go, but no ScheduledBackup makes any."
            ),
            hint: Some(schedule_for(scene, destination)),
        });
    }
    scene.backups.is_empty().then(|| Finding {
        code: "no_backup_configured",
        message: format!(
            "{cluster} has no backups at all: it has neither a backup section nor a plugin for \
             them, no ScheduledBackup, and no Backup."
        ),
        hint: Some(
            "create an ObjectStore, name it under spec.plugins of the Cluster, and create a \
             ScheduledBackup with method plugin; or say why it needs none, in the Cluster's \
             annotation lifeboat.dev/no-backup"
                .to_owned(),
        ),
    })
}

/// The manifest that is missing.
fn schedule_for(scene: &Scene<'_>, destination: &Destination<'_>) -> String {
    let name = scene.name();
    let by_plugin =
        |plugin: &str| format!("\n  method: {PLUGIN}\n  pluginConfiguration:\n    name: {plugin}");
    let method = match (&destination.barman, destination.other_plugins.first()) {
        (Some(_), _) => by_plugin(crate::objects::cnpg::BARMAN_PLUGIN),
        (None, _) if destination.in_tree.is_some() => format!("\n  method: {IN_TREE}"),
        (None, Some(plugin)) => by_plugin(plugin),
        (None, None) => format!("\n  method: {SNAPSHOT}"),
    };
    format!(
        "create one, such as (mind the six fields, seconds first):\n\
         apiVersion: postgresql.cnpg.io/v1\n\
         kind: ScheduledBackup\n\
         metadata:\n  name: {name}-daily\n  namespace: {}\n\
         spec:\n  schedule: \"0 0 3 * * *\"\n  cluster:\n    name: {name}{method}",
        scene.namespace()
    )
}

fn schedule_error(scheduled: &ScheduledBackup) -> Option<Finding> {
    let error = scheduled.status.error.as_deref().map(str::trim);
    let error = error.filter(|error| !error.is_empty())?;
    let name = &scheduled.metadata.name;
    let namespace = &scheduled.metadata.namespace;
    let hint = if error.contains("already exists") {
        format!(
            "it stands still until the Backup of that name is gone: kubectl get \
             backups.postgresql.cnpg.io -n {namespace}, then delete that one, whose files stay \
             where they are"
        )
    } else {
        format!("kubectl describe scheduledbackups.postgresql.cnpg.io {name} -n {namespace}")
    };
    Some(Finding {
        code: "schedule_error",
        message: format!("ScheduledBackup/{name} says that it can't go on: {error}"),
        hint: Some(hint),
    })
}

/// A Backup of somebody else's that bears a name which the operator gives to those of a schedule.
fn name_taken(scene: &Scene<'_>, scheduled: &ScheduledBackup) -> Option<Finding> {
    let schedule = &scheduled.metadata.name;
    let taken = scene.backups.iter().find(|backup| {
        let suffix = backup.metadata.name.strip_prefix(schedule.as_str());
        let suffix = suffix.and_then(|suffix| suffix.strip_prefix('-'));
        suffix.and_then(moment_of).is_some() && backup.scheduled_backup() != Some(schedule)
    })?;
    let name = &taken.metadata.name;
    Some(Finding {
        code: "backup_name_taken",
        message: format!(
            "Backup/{name} has a name that ScheduledBackup/{schedule} gives to its own, but not its \
             label: at that moment the schedule makes none, or stands still."
        ),
        hint: Some(format!(
            "if it was not made by hand on purpose: kubectl delete backups.postgresql.cnpg.io \
             {name} -n {}",
            scene.namespace()
        )),
    })
}

/// A schedule that asks for a method which the Cluster no longer has: usual after a migration.
fn method_not_set_up(
    scene: &Scene<'_>,
    destination: &Destination<'_>,
    scheduled: &ScheduledBackup,
) -> Option<Finding> {
    let method = scheduled.spec.method.as_deref().unwrap_or(IN_TREE);
    if destination.can(method) {
        return None;
    }
    let name = &scheduled.metadata.name;
    let hint = if destination.barman.is_some() {
        format!(
            "kubectl patch scheduledbackups.postgresql.cnpg.io {name} -n {} --type merge -p \
             '{{\"spec\":{{\"method\":\"{PLUGIN}\",\"pluginConfiguration\":{{\"name\":\"{}\"}}}}}}'",
            scene.namespace(),
            crate::objects::cnpg::BARMAN_PLUGIN
        )
    } else {
        format!(
            "set that method up in {}, or choose another",
            scene.called()
        )
    };
    Some(Finding {
        code: "schedule_method_not_set_up",
        message: format!(
            "ScheduledBackup/{name} asks for method {method}, which {} doesn't have: every Backup \
             it makes will fail.",
            scene.called()
        ),
        hint: Some(hint),
    })
}

fn object_store_missing(scene: &Scene<'_>, destination: &Destination<'_>) -> Option<Finding> {
    let plugin = destination.barman.as_ref()?;
    if plugin.store.is_some() || !scene.is_whole {
        return None;
    }
    let cluster = scene.called();
    let namespace = scene.namespace();
    Some(match plugin.store_name {
        Some(store) => Finding {
            code: "object_store_missing",
            message: format!(
                "{cluster} sends its backups to ObjectStore/{store}, which does not exist."
            ),
            hint: Some(format!(
                "kubectl get objectstores.barmancloud.cnpg.io -n {namespace}; then create it, or \
                 correct barmanObjectName under spec.plugins"
            )),
        },
        None => Finding {
            code: "object_store_missing",
            message: format!(
                "{cluster} uses the Barman Cloud plugin without saying which ObjectStore its \
                 backups go to."
            ),
            hint: Some("set parameters.barmanObjectName under spec.plugins".to_owned()),
        },
    })
}

fn fenced(scene: &Scene<'_>) -> Option<Finding> {
    let text = scene.cluster.metadata.annotation(FENCED)?;
    let fenced = match serde_json::from_str::<Vec<String>>(text) {
        Ok(names) if names.is_empty() => return None,
        Ok(names) if names.iter().any(|name| name == "*") => "all instances".to_owned(),
        Ok(names) => names.join(", "),
        Err(_) => text.to_owned(),
    };
    let name = scene.name();
    Some(Finding {
        code: "instances_fenced",
        message: format!(
            "Instances of {} are fenced, so that no PostgreSQL runs there and none can be backed \
             up: {fenced}.",
            scene.called()
        ),
        hint: Some(format!(
            "when the reason is gone: kubectl cnpg fencing off {name} \"*\" -n {}",
            scene.namespace()
        )),
    })
}

fn retention(scene: &Scene<'_>, destination: &Destination<'_>) -> Vec<Finding> {
    let texts = destination.retention_texts(scene).into_iter();
    texts
        .filter(|text| parse_retention(text).is_none())
        .map(|text| Finding {
            code: "retention_unreadable",
            message: format!(
                "The retention policy '{text}' of the backups of {} can't be read.",
                scene.called()
            ),
            hint: Some("write days, weeks or months, such as 30d, 4w or 12m".to_owned()),
        })
        .collect()
}
