//! Objects that are not as VolSync would have them.

use lifeboat_core::{AssetKind, Policy, Selector};
use rstest::rstest;
use serde_json::{Value, json};

use super::{
    objects::{cron_job, legacy_cron_job, source, synchronised, with},
    replay::Replay,
};
use crate::{
    objects::{KubernetesObject, ObjectKey, batch::CronJob, decode, volsync::ReplicationSource},
    observers::{Observer, Sight, cron_job::CronJobObserver},
    world::World,
};

const NOON: &str = "2026-11-21T12:00:00Z";

#[rstest]
#[case::nothing(json!({"spec": {"trigger": null, "kopia": null, "sourcePVC": null}}))]
#[case::no_repository(json!({"spec": {"kopia": {"repository": ""}}}))]
#[case::no_name(json!({"spec": {"kopia": {"repository": "a/b:c"}}}))]
#[case::no_schedule(json!({"spec": {"trigger": {"schedule": " "}}}))]
fn an_odd_source_is_an_asset_all_the_same(#[case] changes: Value) {
    let mut replay = Replay::of([source(with(synchronised(21), changes))]);
    let seen = replay.look("ReplicationSource/shop/data", NOON);
    assert_eq!(seen.points().len(), 1);
    for asset in replay.assets() {
        assert!(asset.parse::<lifeboat_core::AssetId>().is_ok(), "{asset}");
    }
}

#[test]
fn fields_of_unexpected_types_are_left_out_and_named() {
    let odd = json!({
        "metadata": {"namespace": "shop", "name": "data"},
        "spec": {"kopia": "nas", "paused": "no", "trigger": {"schedule": 5, "manual": "x"},
            "sourcePVC": "data"},
        "status": {"lastSyncTime": "yesterday", "lastSyncDuration": 5,
            "latestMoverStatus": "Failed", "conditions": [{"type": "Synchronizing"}]},
    });
    let decoded = decode::<ReplicationSource>(odd).unwrap();
    let source = decoded.object;
    assert_eq!(source.spec.mover.name, Some("kopia"));
    assert_eq!(source.kopia_repository(), None);
    assert_eq!(source.spec.source_pvc, "data");
    assert_eq!(source.status.conditions.len(), 1);
    let named = decoded.problems.join("\n");
    for field in [
        "lastSyncTime",
        "lastSyncDuration",
        "latestMoverStatus",
        "schedule",
        "paused",
    ] {
        assert!(named.contains(field), "{field} in {named}");
    }
}

#[rstest]
#[case::by_its_label(json!({}), Some(("shop", "kopia")))]
#[case::by_a_variable(
    json!({"containers": [{"env": [{"name": "KOPIA_PASSWORD", "valueFrom":
        {"secretKeyRef": {"name": "offsite", "key": "password"}}}]}]}),
    Some(("shop", "offsite")),
)]
#[case::of_none(json!({"containers": [{"env": [{"name": "A", "value": "b"}]}]}), None)]
#[case::of_no_secret(json!({"containers": [{"envFrom": [{"configMapRef": {"name": "c"}}]}]}), None)]
fn a_cron_job_tells_which_repository_it_maintains(
    #[case] pod: Value,
    #[case] expected: Option<(&str, &str)>,
) {
    let changes = json!({"spec": {"jobTemplate": {"spec": {"template": {"spec": pod}}}}});
    let object = cron_job("shop", changes);
    let decoded = decode::<CronJob>(object.clone()).unwrap();
    assert_eq!(decoded.problems, Vec::<String>::new());
    let expected = expected.map(|(namespace, name)| ObjectKey::new(namespace, name));
    assert_eq!(decoded.object.kopia_repository(), expected);
    let findings = Replay::of([object]).fleet_findings();
    let missing: &[&str] = match expected {
        Some(_) => &[],
        None => &["maintenance_of_no_repository"],
    };
    assert_eq!(findings, missing);
}

#[rstest]
#[case("kopia-maintenance-a1b2c3d4", true)]
#[case("kopia-maintenance-0123456789abcdef", true)]
#[case("kopia-maintenance-", false)]
#[case("kopia-maintenance-of-mine", false)]
#[case("dump", false)]
fn earlier_versions_are_known_by_their_names(#[case] name: &str, #[case] expected: bool) {
    let changes = json!({"metadata": {"name": name, "labels": null, "annotations": null}});
    let decoded = decode::<CronJob>(legacy_cron_job(changes)).unwrap();
    assert_eq!(decoded.object.is_kopia_maintenance(), expected);
}

#[rstest]
#[case::by_nobody(json!({}), false)]
#[case::by_itself(json!({"metadata": {"labels": {"lifeboat.dev/backup": "true"}}}), true)]
fn what_maintains_is_no_backup_unless_it_says_so(#[case] changes: Value, #[case] expected: bool) {
    let object = decode::<CronJob>(cron_job("shop", changes)).unwrap().object;
    let mut world = World::new([]);
    world.apply(crate::event::Event::Applied(object.into_object()));
    // A policy that makes backups of all CronJobs makes none of this.
    let policy = Policy {
        selector: Selector {
            kinds: vec![AssetKind::CronJob],
            ..Selector::default()
        },
        ..Policy::default()
    };
    let sight = Sight {
        world: &world,
        readings: None,
        policies: &[policy],
        now: super::replay::at(NOON),
    };
    assert_eq!(CronJobObserver.assets(&sight).len(), usize::from(expected));
    assert_eq!(CronJobObserver.findings(&sight), []);
}
