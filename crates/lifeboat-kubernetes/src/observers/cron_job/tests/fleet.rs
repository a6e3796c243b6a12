//! Which CronJobs are assets, whom a change concerns, and which others look like backups.

use lifeboat_core::{AssetId, AssetKind, Policy, Selector};
use rstest::rstest;
use serde_json::{Value, json};

use super::builder::{NAMESPACE, cron_job, id, job, reference, sight, succeeded, world};
use crate::{
    event::Event,
    objects::{Kind, KubernetesObject, batch::CronJob},
    observers::{Observer, cron_job::CronJobObserver},
};

const NOW: &str = "2026-11-21T12:00:00Z";

fn policy(kinds: &[AssetKind], namespaces: &[&str]) -> Policy {
    Policy {
        name: "shop/nightly".to_owned(),
        selector: Selector {
            kinds: kinds.to_vec(),
            namespaces: namespaces.iter().map(|&name| name.to_owned()).collect(),
            ..Selector::default()
        },
        ..Policy::default()
    }
}

fn labelled(value: Option<&str>) -> CronJob {
    cron_job(json!({"metadata": {"labels": {"lifeboat.dev/backup": value}}}))
}

#[rstest]
#[case::by_label(labelled(Some("true")), &[], true)]
#[case::by_annotation(
    cron_job(json!({"metadata": {"labels": null,
        "annotations": {"lifeboat.dev/backup": "true"}}})), &[], true)]
#[case::by_nobody(labelled(None), &[], false)]
#[case::by_policy(labelled(None), &[policy(&[AssetKind::CronJob], &["shop"])], true)]
#[case::by_a_policy_for_everything(labelled(None), &[policy(&[], &[])], false)]
#[case::by_a_policy_for_others(
    labelled(None), &[policy(&[AssetKind::CronJob], &["other"])], false)]
#[case::opted_out(labelled(Some("false")), &[], false)]
#[case::opted_out_of_a_policy(
    labelled(Some("false")), &[policy(&[AssetKind::CronJob], &["shop"])], false)]
#[case::with_a_slip(labelled(Some("yes")), &[], false)]
fn a_cron_job_is_a_backup_if_somebody_says_so(
    #[case] cron_job: CronJob,
    #[case] policies: &[Policy],
    #[case] expected: bool,
) {
    let world = world(&[cron_job], &[]);
    let sight = sight(&world, policies, NOW);
    let assets = CronJobObserver.assets(&sight);
    assert_eq!(assets.contains(&id()), expected);
    assert_eq!(CronJobObserver.observe(&sight, &id()).is_some(), expected);
}

#[test]
fn story_40_what_is_deleted_is_no_asset_any_more() {
    let mut world = world(&[cron_job(json!({}))], &[succeeded("2026-11-21")]);
    assert_eq!(CronJobObserver.assets(&sight(&world, &[], NOW)), [id()]);
    world.apply(Event::Deleted(reference(Kind::CronJob, "dump")));
    let sight = sight(&world, &[], NOW);
    assert_eq!(CronJobObserver.assets(&sight), []);
    assert!(CronJobObserver.observe(&sight, &id()).is_none());
}

#[test]
fn story_40_twin_what_stays_when_another_namespace_goes() {
    let other = cron_job(json!({"metadata": {"namespace": "other"}}));
    let mut world = world(&[cron_job(json!({})), other.clone()], &[]);
    let mut gone = reference(Kind::CronJob, "dump");
    gone.key.namespace = "other".to_owned();
    assert_eq!(gone.key, other.key());
    world.apply(Event::Deleted(gone));
    assert_eq!(CronJobObserver.assets(&sight(&world, &[], NOW)), [id()]);
}

#[test]
fn a_change_concerns_the_cron_job_and_of_a_job_its_owner() {
    let other = cron_job(json!({"metadata": {"name": "other"}}));
    let elsewhere = cron_job(json!({"metadata": {"namespace": "elsewhere"}}));
    let running = job("2026-11-21", json!({}));
    let world = world(&[cron_job(json!({})), other, elsewhere], &[running]);
    let sight = sight(&world, &[], NOW);
    let concerned = |kind, name: &str| CronJobObserver.concerned(&sight, &reference(kind, name));
    // Nobody can say which of both it was until now.
    let either: [AssetId; 2] = [id(), "RestoreTest/shop/dump".parse().unwrap()];
    assert_eq!(concerned(Kind::CronJob, "dump"), either);
    assert_eq!(concerned(Kind::Job, "dump-2026-11-21"), either);
    assert_eq!(concerned(Kind::Cluster, "dump"), []);
    // Whose this Job was is not known any more: all that may be concerned are.
    let neighbours: [AssetId; 2] = [id(), "CronJob/shop/other".parse().unwrap()];
    assert_eq!(concerned(Kind::Job, "dump-2026-11-20"), neighbours);
}

/// A `CronJob` that nobody selected.
fn unselected(name: &str, image: &str, command: &[&str]) -> CronJob {
    cron_job(json!({
        "metadata": {"name": name, "labels": null},
        "spec": {"jobTemplate": {"spec": {"template": {"spec": {"containers": [
            {"name": "a", "image": image, "command": command},
        ]}}}}},
    }))
}

fn found(cron_job: CronJob) -> Vec<lifeboat_core::Finding> {
    let world = world(&[cron_job], &[]);
    CronJobObserver.findings(&sight(&world, &[], NOW))
}

#[rstest]
#[case("immich-media-offsite-sync", "alpine", &[], "its name ('offsite')")]
#[case("prometheus-backup", "amazon/aws-cli:2.18", &[], "its name ('backup')")]
#[case("nightly", "restic/restic:0.17", &["/run"], "its image ('restic')")]
#[case("nightly", "postgres:16", &["sh", "-c", "pg_dump -U geheim app | gzip > /x"],
    "its command ('pg_dump')")]
#[case("nightly", "alpine", &["/scripts/db-backup.sh"], "its command ('backup')")]
fn a_cron_job_that_looks_like_a_backup_is_told(
    #[case] name: &str,
    #[case] image: &str,
    #[case] command: &[&str],
    #[case] sign: &str,
) {
    let findings = found(unselected(name, image, command));
    let [finding] = &findings[..] else {
        panic!("{findings:?}")
    };
    assert_eq!(finding.code, "unselected_backup_cron_job");
    assert!(
        finding
            .message
            .contains(&format!("CronJob/{NAMESPACE}/{name} ")),
        "{finding:?}"
    );
    assert!(finding.message.contains(sign), "{finding:?}");
    assert!(!finding.message.contains("geheim"), "{finding:?}");
    let hint = finding.hint.as_ref().unwrap();
    let label = format!("kubectl -n shop label cronjob {name} lifeboat.dev/backup=true");
    assert!(hint.starts_with(&label), "{hint}");
}

#[rstest]
#[case::something_else(unselected("renovate", "renovate/renovate:39", &["renovate"]))]
#[case::a_drill(unselected("cnpg-restore-test", "bitnami/kubectl", &["kubectl", "get", "backups"]))]
#[case::tidying_up(unselected("backup-cleanup", "restic/restic", &["restic", "backup"]))]
#[case::a_download(unselected("models", "amazon/aws-cli", &["aws", "s3", "cp", "s3://m/x", "/x"]))]
#[case::selected(cron_job(json!({"metadata": {"name": "db-backup"}})))]
#[case::opted_out(cron_job(json!({"metadata": {"name": "db-backup",
    "labels": {"lifeboat.dev/backup": "false"}}})))]
#[case::of_an_operator(cron_job(json!({"metadata": {"name": "db-backup", "labels": null,
    "ownerReferences": [{"kind": "MariaDBBackup", "name": "db", "uid": "u", "controller": true}]}})))]
#[case::maintenance_of_kopia(cron_job(json!({"metadata": {
    "name": "kopia-daily", "labels": {"lifeboat.dev/backup": null,
        "volsync.backube/kopia-maintenance": "true"}}})))]
fn others_are_left_alone(#[case] cron_job: CronJob) {
    assert_eq!(found(cron_job), []);
}

#[test]
fn one_that_a_policy_selects_is_told_no_more() {
    let world = world(&[unselected("db-backup", "alpine", &[])], &[]);
    let policies = [policy(&[AssetKind::CronJob], &[])];
    assert_eq!(CronJobObserver.findings(&sight(&world, &policies, NOW)), []);
}

#[test]
fn a_label_with_a_slip_is_told_rather_than_passed_over() {
    let labels: Value = json!({"lifeboat.dev/backup": "yes"});
    let findings = found(cron_job(json!({"metadata": {"labels": labels}})));
    let [finding] = &findings[..] else {
        panic!("{findings:?}")
    };
    assert_eq!(finding.code, "annotation_unreadable");
    assert!(
        finding.message.contains("CronJob/shop/dump is not watched"),
        "{finding:?}"
    );
    assert!(
        finding.message.contains("'yes' is neither true nor false"),
        "{finding:?}"
    );
}
