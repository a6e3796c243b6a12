//! Both engines on every story: what Lifeboat alerts about by itself, and what a Prometheus does by the generated rules over what Lifeboat writes.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::prometheus_engine::{raises, wait_for_alerts};
use crate::scene::Scene;
use crate::served::Served;

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
        wait_for_alerts(served, &id, &expected).await;
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
