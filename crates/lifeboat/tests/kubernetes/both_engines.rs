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

/// The alert that people are to get about a check of an asset: kind, check, status, the reason given or the
/// program that it is about, and the alert. A star stands for any; the first line that fits counts. What
/// isn't here is no reason to wake anybody.
const ALERTS: &str = "
    CNPGCluster        fresh               failing *                      CNPGBackupStale
    CNPGCluster        punctual            failing *                      CNPGBackupTooOld
    CNPGCluster        on_schedule         failing *                      CNPGNoRecentBackup
    CNPGCluster        last_run            failing *                      CNPGBackupFailed
    CNPGCluster        swift               failing *                      CNPGBackupHighDuration
    CNPGCluster        points_kept         failing *                      RecoveryPointsLost
    CNPGCluster        archiving           failing *                      CNPGWALArchivingFailed
    CNPGCluster        archiving           unknown ArchivingUnknown       CNPGWALArchivingUnknown
    CNPGCluster        archive_backlog     failing *                      CNPGWALFilesAccumulating
    CNPGCluster        ever_archived       failing *                      CNPGWALNeverArchived
    CNPGCluster        wal_continuous      failing *                      WALGap
    CNPGCluster        store_reachable     failing *                      CNPGObjectStoreConnectionFailed
    CNPGCluster        space_left          failing *                      CNPGBackupStorageSpaceLow
    CNPGCluster        catalogued          failing *                      CNPGBackupNotRestorable
    CNPGCluster        standby_metrics     failing *                      CNPGDisasterRecoveryMetricsMissing
    CNPGCluster        in_recovery         failing *                      CNPGDisasterRecoveryNotInRecovery
    CNPGCluster        receiving           failing *                      CNPGDisasterRecoveryWALReceiverDown
    CNPGCluster        replay_lag          failing *                      CNPGDisasterRecoveryReplayLagHigh
    CNPGCluster        backup_slo          failing *                      CNPGBackupSLOViolation
    CNPGCluster        archiving_slo       failing *                      CNPGWALArchivingSLOViolation
    CNPGCluster        archiving_burn      failing *                      CNPGWALArchivingBudgetBurnFast
    CNPGCluster        archiving_burn_slow failing *                      CNPGWALArchivingBudgetBurnSlow
    RestoreTest        rehearsed           failing *                      CNPGRestoreTestStale
    RestoreTest        last_run            failing *                      CNPGRestoreTestFailed
    RestoreTest        swift               failing *                      DrillOverRTO
    RestoreTest        on_schedule         failing *                      -
    RestoreTest        scheduled           failing Unscheduled            -
    CronJob            fresh               failing *                      CronJobBackupStale
    CronJob            last_run            failing *                      CronJobBackupFailed
    KopiaMaintenance   maintained          failing *                      KopiaMaintenanceNotRunning
    KopiaMaintenance   not_neglected       failing *                      KopiaMaintenanceCritical
    KopiaMaintenance   last_run            failing *                      KopiaMaintenanceFailures
    KopiaMaintenance   swift               failing *                      KopiaMaintenanceSlow
    KopiaMaintenance   settled             failing *                      KopiaMaintenanceCronJobChurn
    KopiaMaintenance   scheduled           failing Unscheduled            KopiaMaintenanceCronJobMissing
    KopiaMaintenance   on_schedule         failing *                      -
    Operator           available           failing CloudNativePG-operator CNPGOperatorDown
    Operator           available           failing barman-cloud-plugin    CNPGBarmanPluginDown
    Operator           available           failing VolSync-operator       VolSyncDown
    *                  fresh               failing *                      VolSyncBackupStale
    *                  last_run            failing *                      VolSyncBackupFailed
    *                  on_schedule         failing *                      BackupRunMissed
    *                  punctual            failing *                      BackupTooOld
    *                  swift               failing *                      BackupSlow
    *                  scheduled           failing Unscheduled            BackupScheduleMissing
    *                  scheduled           failing ScheduleSuspended      BackupScheduleSuspended
    *                  scheduled           failing ScheduleUnusable       BackupScheduleUnusable
    *                  ever_succeeded      failing *                      BackupNeverSucceeded
    *                  not_stuck           failing *                      BackupStuck
    *                  clock               failing *                      BackupTimestampInFuture
    *                  seen                unknown *                      BackupStateUnknown
    *                  backup_slo          failing *                      BackupSLOViolation
";

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
    let checks = asset["checks"].as_array().unwrap();
    let alerts = checks
        .iter()
        .filter_map(|check| alert_about(asset["kind"].as_str().unwrap(), check));
    alerts.filter(|alert| *alert != "-").collect()
}

/// The alert that a check of an asset of a kind is worth.
fn alert_about(kind: &str, check: &Value) -> Option<&'static str> {
    let program = check["facts"]["system"].as_str().unwrap_or_default();
    let program = program.replace(' ', "-");
    let found = [
        kind,
        check["check"].as_str().unwrap(),
        check["status"].as_str().unwrap(),
        check["reason"].as_str().unwrap_or_default(),
    ];
    ALERTS.lines().find_map(|line| {
        let words: Vec<&str> = line.split_whitespace().collect();
        let [wanted @ .., alert] = words.as_slice() else {
            return None;
        };
        let fits = |(wanted, found): (&&str, &&str)| *wanted == "*" || wanted == found;
        let is_it = wanted.iter().zip(&found).take(3).all(fits)
            && (fits((&wanted[3], &found[3])) || wanted[3] == program);
        is_it.then_some(*alert)
    })
}

/// The alerts that go on for minutes after what they are about: what Lifeboat says at one moment doesn't
/// tell a Prometheus that they fired before.
const KEEP_FIRING: [&str; 2] = ["CNPGWALArchivingFailed", "CNPGWALArchivingBudgetBurnFast"];

/// The alerts about an asset that are pending or firing, but for those that only go on.
fn active(alerts: &Value, id: &str, expected: &BTreeSet<&str>) -> BTreeSet<String> {
    let alerts = alerts["alerts"].as_array().unwrap().iter();
    alerts
        .filter(|alert| alert["asset"] == id && alert["state"] != "resolved")
        .map(|alert| alert["alert"].as_str().unwrap())
        .filter(|alert| !KEEP_FIRING.contains(alert) || expected.contains(alert))
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
