//! Both engines on every story: what Lifeboat alerts about by itself, and what a Prometheus does by the generated rules over what Lifeboat writes.

use std::collections::BTreeSet;
use std::fmt::Write;
use std::fs;
use std::process::Command;
use std::sync::OnceLock;

use lifeboat_testkit::tools::tool;
use serde_json::{Value, json};

use crate::scene::Scene;
use crate::served::Served;
use crate::support::{lifeboat, run};

/// The alert that people are to get about a check of an asset that is failing or unknown, by kind, check,
/// status and the reason given, where that matters. What isn't here is no reason to wake anybody.
const ALERTS: &[(&str, &str, &str, &str, &str)] = &[
    ("CNPGCluster", "fresh", "failing", "", "CNPGBackupStale"),
    ("CNPGCluster", "punctual", "failing", "", "CNPGBackupTooOld"),
    (
        "CNPGCluster",
        "on_schedule",
        "failing",
        "",
        "CNPGNoRecentBackup",
    ),
    ("CNPGCluster", "last_run", "failing", "", "CNPGBackupFailed"),
    (
        "CNPGCluster",
        "swift",
        "failing",
        "",
        "CNPGBackupHighDuration",
    ),
    (
        "CNPGCluster",
        "points_kept",
        "failing",
        "",
        "RecoveryPointsLost",
    ),
    (
        "CNPGCluster",
        "archiving",
        "failing",
        "",
        "CNPGWALArchivingFailed",
    ),
    (
        "CNPGCluster",
        "archiving",
        "unknown",
        "ArchivingUnknown",
        "CNPGWALArchivingUnknown",
    ),
    (
        "CNPGCluster",
        "archive_backlog",
        "failing",
        "",
        "CNPGWALFilesAccumulating",
    ),
    (
        "CNPGCluster",
        "ever_archived",
        "failing",
        "",
        "CNPGWALNeverArchived",
    ),
    (
        "CNPGCluster",
        "backup_slo",
        "failing",
        "",
        "CNPGBackupSLOViolation",
    ),
    (
        "CNPGCluster",
        "archiving_slo",
        "failing",
        "",
        "CNPGWALArchivingSLOViolation",
    ),
    (
        "CNPGCluster",
        "archiving_burn",
        "failing",
        "",
        "CNPGWALArchivingBudgetBurnFast",
    ),
    (
        "CNPGCluster",
        "archiving_burn_slow",
        "failing",
        "",
        "CNPGWALArchivingBudgetBurnSlow",
    ),
    (
        "CNPGCluster",
        "standby_metrics",
        "failing",
        "",
        "CNPGDisasterRecoveryMetricsMissing",
    ),
    (
        "CNPGCluster",
        "in_recovery",
        "failing",
        "",
        "CNPGDisasterRecoveryNotInRecovery",
    ),
    (
        "CNPGCluster",
        "receiving",
        "failing",
        "",
        "CNPGDisasterRecoveryWALReceiverDown",
    ),
    (
        "CNPGCluster",
        "replay_lag",
        "failing",
        "",
        "CNPGDisasterRecoveryReplayLagHigh",
    ),
    (
        "RestoreTest",
        "rehearsed",
        "failing",
        "",
        "CNPGRestoreTestStale",
    ),
    (
        "RestoreTest",
        "last_run",
        "failing",
        "",
        "CNPGRestoreTestFailed",
    ),
    ("RestoreTest", "swift", "failing", "", "DrillOverRTO"),
    ("CronJob", "fresh", "failing", "", "CronJobBackupStale"),
    ("CronJob", "on_schedule", "failing", "", "BackupRunMissed"),
    ("CronJob", "last_run", "failing", "", "CronJobBackupFailed"),
    (
        "ReplicationSource",
        "fresh",
        "failing",
        "",
        "VolSyncBackupStale",
    ),
    (
        "ReplicationSource",
        "on_schedule",
        "failing",
        "",
        "BackupRunMissed",
    ),
    (
        "ReplicationSource",
        "last_run",
        "failing",
        "",
        "VolSyncBackupFailed",
    ),
    (
        "KopiaMaintenance",
        "maintained",
        "failing",
        "",
        "KopiaMaintenanceNotRunning",
    ),
    (
        "KopiaMaintenance",
        "not_neglected",
        "failing",
        "",
        "KopiaMaintenanceCritical",
    ),
    (
        "KopiaMaintenance",
        "last_run",
        "failing",
        "",
        "KopiaMaintenanceFailures",
    ),
    (
        "KopiaMaintenance",
        "swift",
        "failing",
        "",
        "KopiaMaintenanceSlow",
    ),
    (
        "KopiaMaintenance",
        "settled",
        "failing",
        "",
        "KopiaMaintenanceCronJobChurn",
    ),
    (
        "KopiaMaintenance",
        "scheduled",
        "failing",
        "Unscheduled",
        "KopiaMaintenanceCronJobMissing",
    ),
    (
        "",
        "scheduled",
        "failing",
        "Unscheduled",
        "BackupScheduleMissing",
    ),
    (
        "",
        "scheduled",
        "failing",
        "ScheduleSuspended",
        "BackupScheduleSuspended",
    ),
    (
        "",
        "scheduled",
        "failing",
        "ScheduleUnusable",
        "BackupScheduleUnusable",
    ),
    ("", "ever_succeeded", "failing", "", "BackupNeverSucceeded"),
    ("", "not_stuck", "failing", "", "BackupStuck"),
    ("", "clock", "failing", "", "BackupTimestampInFuture"),
    ("", "seen", "unknown", "", "BackupStateUnknown"),
    ("", "backup_slo", "failing", "", "BackupSLOViolation"),
];

impl Scene {
    /// Demands that both engines raise exactly the alerts that an asset's checks are worth: Lifeboat
    /// itself, and a Prometheus that goes by the generated rules; and that in Prometheus all of them
    /// fire if things stay as they are. `asset` and `metrics` are what Lifeboat said at one moment.
    pub(crate) async fn both_engines_agree(
        &self,
        served: &Served<'_>,
        asset: &Value,
        metrics: &str,
    ) {
        let kind = asset["kind"].as_str().unwrap();
        let name = asset["name"].as_str().unwrap();
        let id = format!("{kind}/{}/{name}", self.namespace);
        let expected = expected(asset);
        served
            .wait_for(
                &format!("Lifeboat alerts about {id}: {expected:?}"),
                async || {
                    let alerts = served.api("alerts").await;
                    json!(active(&alerts, &id, &expected))
                },
                |found| *found == json!(expected),
            )
            .await;
        let about = format!(
            "kind=\"{kind}\",namespace=\"{}\",name=\"{name}\"",
            self.namespace
        );
        raises(metrics, &about, &expected);
    }
}

/// The alerts that the checks of an asset are worth.
fn expected(asset: &Value) -> BTreeSet<&'static str> {
    let kind = asset["kind"].as_str().unwrap();
    let checks = asset["checks"].as_array().unwrap();
    checks
        .iter()
        .filter_map(|check| {
            let is = |field: &str, wanted: &str| wanted.is_empty() || check[field] == wanted;
            let (.., alert) = ALERTS.iter().find(|(of, name, status, reason, _)| {
                (of.is_empty() || *of == kind)
                    && is("check", name)
                    && is("status", status)
                    && is("reason", reason)
            })?;
            Some(*alert)
        })
        .collect()
}

/// The alert that goes on for minutes after what it is about: what Lifeboat says at one moment doesn't
/// tell a Prometheus that it fired before.
const KEEPS_FIRING: &str = "CNPGWALArchivingFailed";

/// The alerts about an asset that are pending or firing, but for one that only goes on.
fn active(alerts: &Value, id: &str, expected: &BTreeSet<&str>) -> BTreeSet<String> {
    let alerts = alerts["alerts"].as_array().unwrap().iter();
    alerts
        .filter(|alert| alert["asset"] == id && alert["state"] != "resolved")
        .map(|alert| alert["alert"].as_str().unwrap())
        .filter(|alert| *alert != KEEPS_FIRING || expected.contains(alert))
        .map(ToOwned::to_owned)
        .collect()
}

/// Demands that the generated rules raise these alerts at once, and that all of them fire three hours
/// later. Prometheus's own engine evaluates them, by the clock of `promtool`.
fn raises(metrics: &str, about: &str, expected: &BTreeSet<&str>) {
    const ASKED: [&str; 3] = [
        "lifeboat_check_status{",
        "lifeboat_check_reason{",
        "lifeboat_asset_info{",
    ];
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("rules.yaml"), rules()).unwrap();
    let lines = metrics
        .lines()
        .filter(|line| line.contains(about) && ASKED.iter().any(|name| line.starts_with(name)));
    let series: Vec<Value> = lines
        .filter_map(|line| line.rsplit_once(' '))
        .map(|(series, value)| json!({ "series": series, "values": format!("{value}+0x180") }))
        .collect();
    assert!(!series.is_empty(), "nothing is written of {about}");
    let samples: Vec<Value> = expected
        .iter()
        .map(|alert| json!({ "labels": format!("{{alertname=\"{alert}\"}}"), "value": 1 }))
        .collect();
    let asked = |state: &str, at: &str| {
        json!({
            "expr": format!("count by (alertname) (ALERTS{{{state}{about}}})"),
            "eval_time": at,
            "exp_samples": samples,
        })
    };
    let test = json!({
        "rule_files": ["rules.yaml"],
        "evaluation_interval": "1m",
        "tests": [{
            "interval": "1m",
            "input_series": series,
            "promql_expr_test": [asked("", "0m"), asked("alertstate=\"firing\",", "3h")],
        }],
    });
    let file = folder.path().join("test.yaml");
    // JSON is YAML too.
    fs::write(&file, test.to_string()).unwrap();
    let output = Command::new(tool("promtool"))
        .args(["test", "rules"])
        .arg(&file)
        .output()
        .unwrap();
    let mut said = String::new();
    for text in [&output.stdout, &output.stderr] {
        write!(said, "{}", String::from_utf8_lossy(text)).unwrap();
    }
    assert!(output.status.success(), "{about}: {said}");
}

/// The rules that the binary generates.
fn rules() -> &'static str {
    static RULES: OnceLock<String> = OnceLock::new();
    RULES.get_or_init(|| {
        let mut generate = lifeboat(["rules", "generate", "--format", "rules"]);
        run(&mut generate).exits(0).stdout
    })
}
