//! Assets in every state, assessed by the real assessment.

use std::{collections::BTreeMap, sync::Arc};

use jiff::{SignedDuration, Timestamp};
use lifeboat_controller::{AssetView, Health, View};
use lifeboat_core::{
    AlertInstance, AlertKey, AlertState, AssetHistory, AssetId, Integrity, ObjectiveOverrides,
    Operation, Outcome, PointVerification, RecoveryPoint, Run, RunEnd, RunId, RunTrigger, Schedule,
    Severity, SmallMap,
    assess::{Asset, assess_asset},
    scheduling::{Planned, Retries, RunPlan},
};

/// The moment of which every view speaks.
pub(crate) fn now() -> Timestamp {
    "2026-11-21T10:00:00Z".parse().unwrap()
}

/// So many minutes before [`now`].
pub(crate) fn ago(minutes: i64) -> Timestamp {
    now() - SignedDuration::from_mins(minutes)
}

pub(crate) const HOUR: i64 = 60;
pub(crate) const DAY: i64 = 24 * HOUR;

pub(crate) fn id(name: &str) -> AssetId {
    AssetId {
        cluster: None,
        kind: lifeboat_core::AssetKind::Prometheus,
        namespace: "monitoring".to_owned(),
        name: name.to_owned(),
    }
}

/// An asset that is known for 30 days, backed up daily at 02:00, and nothing has happened to it.
pub(crate) fn asset(name: &str) -> Asset {
    Asset {
        id: id(name),
        labels: BTreeMap::from([("team".to_owned(), "observability".to_owned())]),
        own: None,
        suspended: false,
        planned: BTreeMap::new(),
        history: AssetHistory::new(ago(30 * DAY)),
        facts: None,
        blind: None,
    }
}

pub(crate) fn run(asset: &Asset, operation: Operation, began: i64, took: i64) -> Run {
    let started_at = ago(began);
    Run {
        id: RunId(format!(
            "{operation}-{}",
            started_at.strftime("%Y%m%d-%H%M%S")
        )),
        asset: asset.id.clone(),
        operation,
        trigger: RunTrigger::Schedule,
        scheduled_for: Some(started_at),
        attempt: 1,
        started_at,
        end: Some(RunEnd {
            bytes: Some(52_428_800),
            summary: Some("3 blocks, 50 MiB sent".to_owned()),
            ..RunEnd::plain(
                started_at + SignedDuration::from_mins(took),
                Outcome::Succeeded,
            )
        }),
    }
}

pub(crate) fn failed(mut run: Run, error: &str, hint: Option<&str>) -> Run {
    let end = run.end.as_mut().unwrap();
    *end = RunEnd {
        error: Some(error.to_owned()),
        hint: hint.map(str::to_owned),
        ..RunEnd::plain(end.at, Outcome::Failed)
    };
    run
}

pub(crate) fn running(mut run: Run) -> Run {
    run.end = None;
    run
}

pub(crate) fn point(age: i64) -> RecoveryPoint {
    let taken_at = ago(age);
    RecoveryPoint {
        name: format!("backup-{}", taken_at.strftime("%Y%m%d-%H%M%S")),
        taken_at,
        bytes: Some(1_610_612_736),
        integrity: Integrity::Whole,
        verification: None,
        pinned: false,
    }
}

/// Joins an asset with its verdicts as of [`now`].
pub(crate) fn viewed(mut asset: Asset) -> AssetView {
    let plans = [
        (Operation::Backup, "0 2 * * *"),
        (Operation::Verification, "0 5 * * *"),
        (Operation::Prune, "0 6 * * 0"),
    ];
    for (operation, cron) in plans {
        let plan = RunPlan {
            schedule: Schedule::parse(cron, "UTC").unwrap(),
            jitter: SignedDuration::ZERO,
            starting_deadline: None,
            deadline: SignedDuration::from_hours(6),
            retries: Retries {
                limit: 3,
                backoff: SignedDuration::from_mins(1),
            },
        };
        // Known since an hour ago, so that only what a test lets happen is missed.
        let planned = Planned::new(plan, ago(HOUR), asset.history.operation(operation));
        asset.planned.insert(operation, planned);
    }
    let assessment = Arc::new(assess_asset(&asset, &[], now()));
    let starts = asset.planned.iter().filter(|_| !asset.suspended);
    AssetView {
        next_starts: starts
            .filter_map(|(operation, plan)| {
                let history = asset.history.operation(*operation);
                let start = plan.next_start(&asset.id, *operation, history, now())?;
                Some((*operation, start))
            })
            .collect(),
        progress: BTreeMap::new(),
        places: Arc::new(SmallMap::from_iter([
            ("prometheus", "http://prometheus:9090".to_owned()),
            ("repository", "s3://backups/prometheus".to_owned()),
        ])),
        asset: Arc::new(asset),
        assessment,
    }
}

/// Everything is as promised.
pub(crate) fn sound(name: &str) -> AssetView {
    viewed(sound_asset(name))
}

pub(crate) fn sound_asset(name: &str) -> Asset {
    let mut asset = asset(name);
    asset
        .history
        .record(&run(&asset.clone(), Operation::Backup, 8 * HOUR, 4));
    let mut verification = run(&asset, Operation::Verification, 5 * HOUR, 20);
    let end = verification.end.as_mut().unwrap();
    end.slice = Some((0, 8));
    end.summary = None;
    let verified_at = end.at;
    asset.history.record(&verification);
    let verified = RecoveryPoint {
        pinned: true,
        verification: Some(
            PointVerification {
                at: verified_at,
                level: "deep".to_owned(),
                good: true,
            }
            .into(),
        ),
        ..point(32 * HOUR)
    };
    asset
        .history
        .take_inventory(ago(8 * HOUR), Ok(vec![verified, point(8 * HOUR)]));
    asset
}

/// Three backups have failed, and the newest good one is two days old.
pub(crate) fn failing(name: &str) -> AssetView {
    let mut asset = sound_asset(name);
    asset.history.operations.remove(&Operation::Backup);
    for (began, took) in [(34 * HOUR, 1), (10 * HOUR, 2), (8 * HOUR, 3)] {
        let run = run(&asset, Operation::Backup, began, took);
        let error = "failed to list backups/main/ in s3://backups/prometheus: 403 Forbidden: \
                     AccessDenied: not allowed";
        let hint = "the credentials need s3:ListBucket on backups";
        asset.history.record(&failed(run, error, Some(hint)));
    }
    let bad = RecoveryPoint {
        integrity: Integrity::Damaged("block 01J000 has a bad chunk".to_owned()),
        ..point(3 * DAY)
    };
    asset
        .history
        .take_inventory(ago(8 * HOUR), Ok(vec![bad, point(50 * HOUR)]));
    viewed(asset)
}

/// Known for ten minutes, and nobody has looked yet.
pub(crate) fn unknown(name: &str) -> AssetView {
    let mut asset = asset(name);
    asset.history = AssetHistory::new(ago(10));
    viewed(asset)
}

/// Suspended three days ago.
pub(crate) fn paused(name: &str) -> AssetView {
    let mut asset = sound_asset(name);
    asset.suspended = true;
    asset.history.suspended_since = Some(ago(3 * DAY));
    viewed(asset)
}

/// A backup is under way for five minutes.
pub(crate) fn busy(name: &str) -> AssetView {
    let mut asset = sound_asset(name);
    let run = run(&asset, Operation::Backup, 5, 0);
    asset.history.record(&running(run));
    viewed(asset)
}

/// The same asset with its past at another moment than [`now`], told by the same verdicts.
pub(crate) fn moved(mut one: AssetView, to: Timestamp) -> AssetView {
    let by = to.duration_since(now());
    let mut asset = (*one.asset).clone();
    for history in asset.history.operations.values_mut() {
        let runs = [
            &mut history.last,
            &mut history.last_succeeded,
            &mut history.last_failed,
        ];
        for run in runs.into_iter().flatten() {
            let run = Arc::make_mut(run);
            run.started_at += by;
            if let Some(end) = &mut run.end {
                end.at += by;
            }
        }
    }
    for point in &mut asset.history.recovery_points {
        point.taken_at += by;
    }
    one.asset = Arc::new(asset);
    one
}

pub(crate) fn view(mut assets: Vec<AssetView>) -> View {
    assets.sort_by(|left, right| left.asset.id.cmp(&right.asset.id));
    View {
        at: now(),
        started_at: ago(2 * DAY),
        generation: 7,
        assets,
        alerts: Arc::default(),
        silences: Arc::default(),
        incidents: Arc::default(),
        findings: Vec::new(),
        coverage: Vec::new(),
        health: Health {
            resources_loaded_at: Some(ago(2 * DAY)),
            ..Health::default()
        },
    }
}

/// One asset in each state, with an alert about the one that is failing.
pub(crate) fn mixed() -> View {
    let assets = vec![
        sound("main"),
        failing("edge"),
        unknown("new"),
        paused("old"),
    ];
    View {
        alerts: Arc::new(vec![alert("edge", AlertState::Firing)]),
        ..view(assets)
    }
}

pub(crate) fn alert(name: &str, state: AlertState) -> AlertInstance {
    AlertInstance {
        key: AlertKey {
            alert: "PrometheusBackupMissing".to_owned(),
            asset: id(name),
        },
        state,
        severity: Severity::Critical,
        condition_since: ago(25 * HOUR),
        active_at: ago(25 * HOUR),
        fired_at: (state != AlertState::Pending).then(|| ago(24 * HOUR)),
        keep_firing_since: None,
        resolved_at: (state == AlertState::Resolved).then(|| ago(5)),
        withheld: false,
        suppressed_by: None,
        summary: format!("Prometheus/monitoring/{name} has no backup of the last 25 hours"),
        description: "The newest good backup is 2 days old. Look at the last run first.".to_owned(),
    }
}
