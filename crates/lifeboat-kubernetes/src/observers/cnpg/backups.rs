//! Backups: each `Backup` object as a run, as one that is under way, or as a recovery point.

use jiff::Timestamp;
use lifeboat_core::{
    AssetId, ClaimedBackup, Operation, Outcome, RecoveryPoint, Run, RunEnd, RunId, RunTrigger,
    UnderWay,
};

use super::{
    destination::Destination,
    failure,
    phase::{ARCHIVING_FAILS, Stage, outcome},
    scene::{IN_TREE, PLUGIN, Scene},
};
use crate::objects::{
    Condition,
    cnpg::{Backup, BackupMethod},
};

/// The runs that have begun or ended. What only waits is none.
pub(super) fn runs(scene: &Scene<'_>, asset: &AssetId) -> Vec<Run> {
    let backups = scene.backups.iter();
    backups
        .filter_map(|backup| run(scene, backup, asset))
        .collect()
}

fn run(scene: &Scene<'_>, backup: &Backup, asset: &AssetId) -> Option<Run> {
    let metadata = &backup.metadata;
    let is_under_way = Stage::of(backup) == Stage::UnderWay;
    let end = match outcome(backup) {
        Some(stage) if !is_under_way => Some(end(scene, backup, stage)?),
        _ if is_under_way => None,
        _ => return None,
    };
    let started_at = if is_under_way {
        under_way_since(backup)?
    } else {
        let begun = began_at(backup)?;
        // Without a start of its own, it began at the latest when it ended.
        end.as_ref().map_or(begun, |end| begun.min(end.at))
    };
    Some(Run {
        id: RunId::of_object("Backup", &metadata.name, &metadata.uid.to_string()),
        asset: asset.clone(),
        operation: Operation::Backup,
        trigger: trigger(backup),
        scheduled_for: scheduled_for(backup),
        attempt: 1,
        started_at,
        end,
    })
}

fn end(scene: &Scene<'_>, backup: &Backup, stage: Stage) -> Option<RunEnd> {
    let at = ended_at(backup)?;
    if stage == Stage::Completed {
        return Some(RunEnd {
            recovery_point: Some(backup.metadata.name.clone()),
            ..RunEnd::plain(at, Outcome::Succeeded)
        });
    }
    let failure = failure::of(scene, backup, stage);
    Some(RunEnd {
        error: Some(failure.error),
        hint: Some(failure.hint),
        ..RunEnd::plain(at, Outcome::Failed)
    })
}

/// A `ScheduledBackup` made it, or somebody did.
fn trigger(backup: &Backup) -> RunTrigger {
    if backup.is_owned_by_schedule || backup.scheduled_backup().is_some() {
        RunTrigger::Schedule
    } else {
        RunTrigger::Manual
    }
}

/// The operator puts the moment behind the name of the schedule; an immediate Backup has none.
fn scheduled_for(backup: &Backup) -> Option<Timestamp> {
    let schedule = backup.scheduled_backup().filter(|_| !backup.is_immediate)?;
    let name = backup.metadata.name.strip_prefix(schedule)?;
    moment_of(name.strip_prefix('-')?)
}

/// A moment as the operator puts it behind a name: `20261121030000`.
pub(super) fn moment_of(suffix: &str) -> Option<Timestamp> {
    let is_moment = suffix.len() == 14 && suffix.bytes().all(|byte| byte.is_ascii_digit());
    if !is_moment {
        return None;
    }
    let moment = jiff::civil::DateTime::strptime("%Y%m%d%H%M%S", suffix).ok()?;
    Some(moment.to_zoned(jiff::tz::TimeZone::UTC).ok()?.timestamp())
}

/// When it began; its creation if it doesn't say.
fn began_at(backup: &Backup) -> Option<Timestamp> {
    let status = &backup.status;
    status
        .started_at
        .or(status.reconciliation_started_at)
        .or(backup.metadata.creation_timestamp)
        .get()
}

/// When it ended; its creation if it doesn't say.
fn ended_at(backup: &Backup) -> Option<Timestamp> {
    let status = &backup.status;
    status
        .stopped_at
        .or(status.reconciliation_terminated_at)
        .get()
        .or_else(|| began_at(backup).max(backup.metadata.creation_timestamp.get()))
}

/// Since when it is under way or waits. What it did before its phase went back is over.
fn under_way_since(backup: &Backup) -> Option<Timestamp> {
    let status = &backup.status;
    let since = status
        .reconciliation_started_at
        .or(status.started_at)
        .or(backup.metadata.creation_timestamp);
    since.get().max(status.stopped_at.get())
}

/// Those that have not ended, oldest first. Of them the oldest that has begun holds up the others.
pub(super) fn under_way(scene: &Scene<'_>) -> Vec<UnderWay> {
    let backups = scene.backups.iter();
    let mut under_way: Vec<UnderWay> = backups
        .filter(|backup| !Stage::of(backup).has_ended())
        .filter_map(|backup| {
            Some(UnderWay {
                name: format!("Backup/{}", backup.metadata.name),
                phase: match backup.phase.as_str() {
                    "" => "new".to_owned(),
                    phase => phase.to_owned(),
                },
                since: under_way_since(backup)?,
                waiting: Stage::of(backup) == Stage::Waiting,
                message: message(scene, backup),
            })
        })
        .collect();
    under_way.sort_by(|one, other| (one.since, &one.name).cmp(&(other.since, &other.name)));
    under_way
}

fn message(scene: &Scene<'_>, backup: &Backup) -> Option<String> {
    if let Some(said) = failure::said(backup) {
        return Some(said);
    }
    if backup.phase == ARCHIVING_FAILS {
        let conditions = &scene.cluster.status.conditions;
        let archiving = Condition::find(conditions, "ContinuousArchiving");
        let refused = archiving.filter(|condition| condition.status == "False");
        let why = refused.map(|condition| format!(": {}", condition.message.trim()));
        let why = why.unwrap_or_default();
        return Some(format!("it doesn't begin before WAL is archived{why}"));
    }
    let ended_before = outcome(backup).and(backup.status.stopped_at.get())?;
    Some(format!(
        "it had ended at {ended_before:.0}, and was taken up again"
    ))
}

/// What can be restored, as the Backups tell it.
pub(super) fn points(scene: &Scene<'_>) -> Vec<RecoveryPoint> {
    let backups = scene.backups.iter();
    backups
        .filter(|backup| outcome(backup) == Some(Stage::Completed))
        .filter_map(|backup| {
            let name = backup.metadata.name.clone();
            Some(RecoveryPoint::of_others(name, ended_at(backup)?))
        })
        .collect()
}

/// Of more completed Backups than this only the newest are looked for in the object store.
const MOST_CLAIMED: usize = 100;

/// The completed Backups that should lie in the object store, newest last. Those of a method that was
/// given up may lie elsewhere.
pub(super) fn claimed(scene: &Scene<'_>, destination: &Destination<'_>) -> Vec<ClaimedBackup> {
    let method = match (&destination.barman, &destination.in_tree) {
        (Some(_), _) => PLUGIN,
        (None, Some(_)) => IN_TREE,
        (None, None) => return Vec::new(),
    };
    let of_method = |backup: &&&Backup| {
        let own = backup.method.or(backup.spec.method);
        own.map_or(IN_TREE, BackupMethod::name) == method
    };
    let backups = scene.backups.iter().filter(of_method);
    let mut claimed: Vec<ClaimedBackup> = backups
        .filter(|backup| outcome(backup) == Some(Stage::Completed))
        .filter_map(|backup| {
            Some(ClaimedBackup {
                name: backup.metadata.name.clone(),
                id: backup.status.backup_id.as_deref()?.to_owned(),
                ended_at: ended_at(backup)?,
            })
        })
        .collect();
    claimed.sort_by(|one, other| (one.ended_at, &one.name).cmp(&(other.ended_at, &other.name)));
    claimed.drain(..claimed.len().saturating_sub(MOST_CLAIMED));
    claimed
}
