//! What the status of a `PrometheusBackup` says.

use jiff::Timestamp;
use lifeboat_controller::AssetView;
use lifeboat_core::{AssetHistory, Operation, Status};
use lifeboat_resources::custom_resources::{
    Condition, ConditionStatus, NewestRecoveryPoint, PrometheusBackupStatus, VerdictSpec, reason,
};

use super::{
    condition::{Saying, accepted, condition},
    sentence::{in_seconds, sentence, shortened},
};

/// The status of an object that is used.
pub(super) fn of_asset(
    view: &AssetView,
    generation: Option<i64>,
    before: &PrometheusBackupStatus,
    now: Timestamp,
) -> PrometheusBackupStatus {
    let assessment = &view.assessment;
    let leading = assessment.leading();
    let evidence = leading.map(sentence);
    let protected = Saying {
        kind: Condition::PROTECTED,
        status: match assessment.status {
            Status::Ok => ConditionStatus::True,
            Status::Failing => ConditionStatus::False,
            Status::Unknown | Status::Paused => ConditionStatus::Unknown,
        },
        reason: leading.map_or_else(|| "NotAssessed".to_owned(), |verdict| reason(verdict.check)),
        message: evidence.as_deref().unwrap_or_default(),
    };
    let conditions = [accepted(None), protected]
        .map(|saying| condition(saying, generation, &before.conditions, now));
    let history = &view.asset.history;
    PrometheusBackupStatus {
        observed_generation: generation,
        verdict: Some(VerdictSpec::from(assessment.status)),
        since: leading.map(|verdict| in_seconds(verdict.since)),
        last_backup_time: last_backup(history).map(in_seconds),
        newest_recovery_point: newest(history, now),
        next_backup_time: view
            .next_starts
            .get(&Operation::Backup)
            .copied()
            .map(in_seconds),
        conditions: conditions.to_vec(),
        evidence,
    }
}

/// The status of an object that can't be used: nothing is backed up by it.
pub(super) fn refused(
    error: &str,
    generation: Option<i64>,
    before: &PrometheusBackupStatus,
    now: Timestamp,
) -> PrometheusBackupStatus {
    let protected = Saying {
        kind: Condition::PROTECTED,
        status: ConditionStatus::Unknown,
        reason: "NotAccepted".to_owned(),
        message: "nothing is backed up as long as it can't be used",
    };
    let accepted = condition(accepted(Some(error)), generation, &before.conditions, now);
    PrometheusBackupStatus {
        observed_generation: generation,
        verdict: Some(VerdictSpec::Unknown),
        since: Some(accepted.last_transition_time),
        evidence: Some(shortened(&format!("it can't be used: {error}"))),
        conditions: vec![
            accepted,
            condition(protected, generation, &before.conditions, now),
        ],
        ..PrometheusBackupStatus::default()
    }
}

fn last_backup(history: &AssetHistory) -> Option<Timestamp> {
    let backups = history.operation(Operation::Backup)?;
    backups.last_ended_at.values().max().copied()
}

fn newest(history: &AssetHistory, now: Timestamp) -> Option<NewestRecoveryPoint> {
    let point = history.newest_good_point(now)?;
    Some(NewestRecoveryPoint {
        name: point.name.clone(),
        taken_at: in_seconds(point.taken_at),
        bytes: point.bytes,
    })
}
