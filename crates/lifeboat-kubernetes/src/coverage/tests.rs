//! Worlds made by hand, and what of them is covered.

use std::collections::BTreeSet;

use jiff::Timestamp;
use lifeboat_core::{AssetKind, CoverageKind, CoverageState, Policy, Selector};
use rstest::rstest;
use serde_json::{Value, json};

use super::{Coverage, findings, survey};
use crate::{
    event::{Contact, Event, Loss, LossReason, Watch},
    objects::{
        Kind, KubernetesObject, PersistentVolumeClaim, StatefulSet,
        batch::CronJob,
        cnpg::{Cluster, ScheduledBackup},
        decode,
        lifeboat::PrometheusBackup,
        volsync::ReplicationSource,
    },
    observers::Sight,
    world::World,
};

const MADE: &str = "2026-11-01T12:00:00Z";
const LATER: &str = "2026-11-10T12:00:00Z";
const NOW: &str = "2026-11-21T12:00:00Z";

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// A world of which everything was listed.
struct Scene {
    world: World,
    policies: Vec<Policy>,
}

impl Scene {
    fn new() -> Self {
        let watches = Watch::all(&BTreeSet::new());
        let mut world = World::new(watches.clone());
        for watch in watches {
            world.apply(Event::Synced {
                watch,
                present: BTreeSet::new(),
            });
        }
        Self {
            world,
            policies: Vec::new(),
        }
    }

    fn put<K: KubernetesObject>(mut self, name: &str, made_at: &str, mut object: Value) -> Self {
        let metadata = &mut object["metadata"];
        metadata["namespace"] = "shop".into();
        metadata["name"] = name.into();
        metadata["creationTimestamp"] = made_at.into();
        let decoded = decode::<K>(object).unwrap();
        assert_eq!(decoded.problems, Vec::<String>::new());
        self.world
            .apply(Event::Applied(decoded.object.into_object()));
        self
    }

    fn claim(self, name: &str) -> Self {
        self.claim_with(name, json!({}))
    }

    fn claim_with(self, name: &str, metadata: Value) -> Self {
        self.put::<PersistentVolumeClaim>(name, MADE, json!({ "metadata": metadata }))
    }

    fn source(self, claim: &str, spec: Value) -> Self {
        let mut all = json!({ "sourcePVC": claim, "kopia": { "repository": "r" },
            "trigger": { "schedule": "0 3 * * *" } });
        merge(&mut all, spec);
        self.put::<ReplicationSource>("copy", LATER, json!({ "metadata": {}, "spec": all }))
    }

    fn cron_job(self, claim: &str, metadata: Value, spec: Value) -> Self {
        let volumes = json!([{ "name": "v", "persistentVolumeClaim": { "claimName": claim } }]);
        let mut all = json!({ "schedule": "0 2 * * *", "jobTemplate": { "spec": { "template": {
            "spec": { "containers": [], "volumes": volumes } } } } });
        merge(&mut all, spec);
        self.put::<CronJob>("dump", LATER, json!({ "metadata": metadata, "spec": all }))
    }

    fn set(self, metadata: Value, spec: Value) -> Self {
        self.put::<StatefulSet>("db", MADE, json!({ "metadata": metadata, "spec": spec }))
    }

    fn two_claims(self) -> Self {
        let templates =
            json!([{ "metadata": { "name": "data" } }, { "metadata": { "name": "wal" } }]);
        self.set(json!({}), json!({ "volumeClaimTemplates": templates }))
            .claim("data-db-0")
            .claim("wal-db-0")
    }

    fn cluster(self, metadata: Value) -> Self {
        let spec = json!({ "backup": { "barmanObjectStore": { "destinationPath": "s3://b" } } });
        self.put::<Cluster>("pg", MADE, json!({ "metadata": metadata, "spec": spec }))
            .claim_with("pg-1", json!({ "labels": { "cnpg.io/cluster": "pg" } }))
    }

    fn schedule(self, spec: Value) -> Self {
        let mut all = json!({ "schedule": "0 0 3 * * *", "cluster": { "name": "pg" },
            "method": "barmanObjectStore" });
        merge(&mut all, spec);
        self.put::<ScheduledBackup>("daily", LATER, json!({ "metadata": {}, "spec": all }))
    }

    /// A world of nothing yet, in which the objects of a kind may not be listed.
    fn without_sight_of(kind: Kind) -> Self {
        let watch = Watch {
            kind,
            namespace: None,
        };
        let mut world = World::new(Watch::all(&BTreeSet::new()));
        for other in Watch::all(&BTreeSet::new()) {
            if other != watch {
                world.apply(Event::Synced {
                    watch: other,
                    present: BTreeSet::new(),
                });
            }
        }
        world.apply(Event::Contact {
            watch,
            contact: Contact::Lost {
                since: at(NOW),
                loss: Loss {
                    reason: LossReason::Forbidden,
                    error: "no".to_owned(),
                },
            },
        });
        Self {
            world,
            policies: Vec::new(),
        }
    }

    fn sight(&self) -> Sight<'_> {
        Sight {
            world: &self.world,
            readings: None,
            policies: &self.policies,
            now: at(NOW),
        }
    }

    fn survey(&self) -> Coverage {
        survey(&self.sight(), at(NOW))
    }

    /// What is told of one thing, as `covered by X`, `uncovered: why`.
    fn tells(&self, kind: CoverageKind, name: &str) -> Option<String> {
        let coverage = self.survey();
        let mut subjects = coverage.subjects.iter();
        let found = subjects.find(|one| one.subject.kind == kind && one.subject.name == name)?;
        Some(match &found.state {
            CoverageState::Covered { by } => {
                let by: Vec<String> = by.iter().map(ToString::to_string).collect();
                format!("covered by {}", by.join(", "))
            }
            CoverageState::Uncovered { why } => format!("uncovered: {why}"),
            CoverageState::Unknown { why } => format!("unknown: {why}"),
            CoverageState::Excused { reason } => format!("excused: {reason}"),
        })
    }

    fn claim_is(&self, name: &str, expected: &str) {
        let told = self.tells(CoverageKind::PersistentVolumeClaim, name);
        assert_eq!(told.as_deref(), Some(expected));
    }
}

fn merge(target: &mut Value, changes: Value) {
    match (target, changes) {
        (Value::Object(target), Value::Object(changes)) => {
            for (name, change) in changes {
                merge(target.entry(name).or_insert(Value::Null), change);
            }
        }
        (target, change) => *target = change,
    }
}

const NOTHING: &str = "uncovered: nothing that makes backups names it";
const BY_SOURCE: &str = "covered by ReplicationSource/shop/copy";
const BY_CRON_JOB: &str = "covered by CronJob/shop/dump";

fn backup() -> Value {
    json!({ "labels": { "lifeboat.dev/backup": "true" } })
}

#[test]
fn a_claim_that_nothing_names_is_uncovered_since_it_was_made() {
    let scene = Scene::new().claim("data").source("other", json!({}));
    scene.claim_is("data", NOTHING);
    let coverage = scene.survey();
    assert_eq!(coverage.subjects.len(), 1);
    assert_eq!(coverage.subjects[0].evident_since, Some(at(MADE)));
}

#[rstest]
#[case(json!({}), BY_SOURCE)]
#[case(json!({ "trigger": null }), BY_SOURCE)]
#[case(json!({ "trigger": { "schedule": "@daily" } }), BY_SOURCE)]
#[case(json!({ "paused": true }), "uncovered: ReplicationSource/copy is paused")]
#[case(json!({ "trigger": { "manual": "now" } }),
    "uncovered: ReplicationSource/copy copies only when somebody asks (spec.trigger.manual)")]
fn a_source_covers_its_claim_if_it_copies_again_and_again(
    #[case] spec: Value,
    #[case] expected: &str,
) {
    Scene::new()
        .claim("data")
        .source("data", spec)
        .claim_is("data", expected);
}

#[test]
fn a_mirror_of_a_volume_covers_nothing() {
    let spec = json!({ "sourcePVC": "data", "syncthing": {} });
    let scene = Scene::new().claim("data").put::<ReplicationSource>(
        "copy",
        LATER,
        json!({ "metadata": {}, "spec": spec }),
    );
    let why =
        "only keeps another volume in step, by syncthing: what is deleted here is deleted there";
    scene.claim_is("data", &format!("uncovered: ReplicationSource/copy {why}"));
}

#[test]
fn a_source_with_an_unusable_schedule_covers_nothing() {
    let scene = Scene::new()
        .claim("data")
        .source("data", json!({ "trigger": { "schedule": "every day" } }));
    let told = scene.tells(CoverageKind::PersistentVolumeClaim, "data");
    let told = told.unwrap();
    assert!(
        told.starts_with("uncovered: ReplicationSource/copy has a schedule that can't be read: "),
        "{told}"
    );
}

#[test]
fn what_is_covered_is_so_since_its_cover_was_made() {
    let scene = Scene::new().claim("data").source("data", json!({}));
    assert_eq!(
        scene.survey().subjects[0].evident_since,
        Some(at(LATER)),
        "the cover is younger"
    );
}

#[rstest]
#[case(backup(), json!({}), BY_CRON_JOB)]
#[case(json!({}), json!({}), NOTHING)]
#[case(backup(), json!({ "suspend": true }), "uncovered: CronJob/dump is suspended")]
#[case(json!({ "annotations": { "lifeboat.dev/covers": "pvc/data" } }), json!({}),
    "uncovered: CronJob/dump is not known as a backup (label it lifeboat.dev/backup=true)")]
// It says itself what it covers: the volume it mounts is where its backups go.
#[case(json!({ "labels": { "lifeboat.dev/backup": "true" },
    "annotations": { "lifeboat.dev/covers": "" } }), json!({}), NOTHING)]
#[case(json!({ "labels": { "lifeboat.dev/backup": "true" },
    "annotations": { "lifeboat.dev/covers": "pvc/other, pvc/data" } }), json!({}), BY_CRON_JOB)]
fn a_cron_job_that_is_a_backup_covers_what_it_mounts(
    #[case] metadata: Value,
    #[case] spec: Value,
    #[case] expected: &str,
) {
    Scene::new()
        .claim("data")
        .cron_job("data", metadata, spec)
        .claim_is("data", expected);
}

#[test]
fn a_policy_that_selects_a_cron_job_makes_it_a_cover() {
    let mut scene = Scene::new()
        .claim("data")
        .cron_job("data", json!({}), json!({}));
    scene.claim_is("data", NOTHING);
    scene.policies = vec![Policy {
        selector: Selector {
            kinds: vec![AssetKind::CronJob],
            ..Selector::default()
        },
        ..Policy::default()
    }];
    scene.claim_is("data", BY_CRON_JOB);
}

#[test]
fn what_volsync_made_for_itself_is_not_told_of() {
    let owner =
        |kind: &str| json!([{ "kind": kind, "name": "copy", "uid": "1", "controller": true }]);
    let made_by = json!({ "app.kubernetes.io/created-by": "volsync" });
    let scene = Scene::new()
        .claim_with(
            "volsync-src-copy-cache",
            json!({ "ownerReferences": owner("ReplicationSource") }),
        )
        .claim_with(
            "volsync-copy-dst-dest",
            json!({ "ownerReferences": owner("ReplicationDestination"), "labels": made_by }),
        )
        .claim_with(
            "vs-prime-1234",
            json!({ "ownerReferences": owner("PersistentVolumeClaim"), "labels": made_by }),
        );
    assert_eq!(scene.survey().subjects, []);
    // The label alone is no proof: anybody can write it.
    let scene = scene.claim_with("data", json!({ "labels": made_by }));
    scene.claim_is("data", NOTHING);
}

#[test]
fn a_set_is_covered_when_all_of_its_claims_are() {
    let set = CoverageKind::StatefulSet;
    let scene = Scene::new().two_claims();
    let told = scene.tells(set, "db").unwrap();
    assert_eq!(
        told,
        "uncovered: none of its 2 claims has a backup: data-db-0, wal-db-0"
    );
    let scene = scene.source("data-db-0", json!({}));
    let told = scene.tells(set, "db").unwrap();
    assert_eq!(told, "uncovered: 1 of its 2 claims has no backup: wal-db-0");
    scene.claim_is("data-db-0", BY_SOURCE);
    // One that was scaled down to fewer pods still has its data.
    let scene = scene.claim("data-db-17").cron_job(
        "other",
        json!({ "labels": { "lifeboat.dev/backup": "true" },
            "annotations": { "lifeboat.dev/covers": "statefulset/db" } }),
        json!({}),
    );
    let told = scene.tells(set, "db").unwrap();
    assert_eq!(
        told,
        "covered by CronJob/shop/dump, ReplicationSource/shop/copy"
    );
    scene.claim_is("data-db-17", BY_CRON_JOB);
}

#[test]
fn a_set_without_volumes_holds_nothing() {
    let templates = json!([{ "metadata": { "name": "data" } }]);
    let scene = Scene::new().set(json!({}), json!({ "volumeClaimTemplates": templates }));
    assert_eq!(scene.survey().subjects, []);
}

#[test]
fn a_set_holds_what_its_pods_share() {
    let volumes = json!([{ "persistentVolumeClaim": { "claimName": "shared" } }]);
    let template = json!({ "spec": { "containers": [], "volumes": volumes } });
    let scene = Scene::new()
        .set(json!({}), json!({ "template": template }))
        .claim("shared");
    let told = scene.tells(CoverageKind::StatefulSet, "db").unwrap();
    assert_eq!(told, "uncovered: its claim shared has no backup");
}

#[rstest]
#[case(json!({}), "covered by CNPGCluster/shop/pg")]
#[case(json!({ "suspend": true }), "uncovered: ScheduledBackup/daily is suspended")]
#[case(json!({ "method": "plugin" }),
    "uncovered: ScheduledBackup/daily asks for the method plugin, which is not set up")]
#[case(json!({ "cluster": { "name": "other" } }),
    "uncovered: Cluster/pg knows where its backups go, but no ScheduledBackup makes any")]
fn a_cluster_and_its_claims_are_covered_if_something_makes_its_backups(
    #[case] schedule: Value,
    #[case] expected: &str,
) {
    let scene = Scene::new().cluster(json!({})).schedule(schedule);
    let told = scene.tells(CoverageKind::CnpgCluster, "pg");
    assert_eq!(told.as_deref(), Some(expected));
    scene.claim_is("pg-1", expected);
}

#[test]
fn claims_of_a_cluster_that_is_gone_say_so() {
    let scene = Scene::new().claim_with("pg-1", json!({ "labels": { "cnpg.io/cluster": "pg" } }));
    scene.claim_is(
        "pg-1",
        "uncovered: Cluster/pg, whose volume it is, is not there",
    );
}

#[test]
fn a_cron_job_can_cover_a_cluster() {
    let covers = json!({ "labels": { "lifeboat.dev/backup": "true" },
        "annotations": { "lifeboat.dev/covers": "cluster/pg" } });
    let scene = Scene::new()
        .cluster(json!({}))
        .cron_job("other", covers, json!({}));
    let told = scene.tells(CoverageKind::CnpgCluster, "pg");
    assert_eq!(told.as_deref(), Some(BY_CRON_JOB));
    scene.claim_is("pg-1", BY_CRON_JOB);
}

#[rstest]
#[case("a cache", "excused: a cache", 0)]
#[case(" ", NOTHING, 1)]
fn a_reason_excuses_and_an_empty_one_is_a_finding(
    #[case] reason: &str,
    #[case] expected: &str,
    #[case] found: usize,
) {
    let said = json!({ "annotations": { "lifeboat.dev/no-backup": reason } });
    let scene = Scene::new().claim_with("data", said);
    scene.claim_is("data", expected);
    let findings = findings::of(&scene.sight());
    assert_eq!(findings.len(), found, "{findings:?}");
    // What is covered needs no excuse.
    scene.source("data", json!({})).claim_is("data", BY_SOURCE);
}

#[test]
fn the_reason_of_a_set_or_a_cluster_holds_for_its_claims() {
    let said = json!({ "annotations": { "lifeboat.dev/no-backup": "can be made anew" } });
    let templates = json!([{ "metadata": { "name": "data" } }]);
    let scene = Scene::new()
        .set(said.clone(), json!({ "volumeClaimTemplates": templates }))
        .claim("data-db-0")
        .cluster(said);
    let expected = "excused: can be made anew";
    scene.claim_is("data-db-0", expected);
    scene.claim_is("pg-1", expected);
    let told = scene.tells(CoverageKind::StatefulSet, "db");
    assert_eq!(told.as_deref(), Some(expected));
    let told = scene.tells(CoverageKind::CnpgCluster, "pg");
    assert_eq!(told.as_deref(), Some(expected));
}

#[rstest]
#[case(json!({}), "covered by Prometheus/shop/main")]
#[case(json!({ "suspend": true }), "uncovered: PrometheusBackup/main is suspended")]
fn a_prometheus_backup_covers_what_it_says(#[case] more: Value, #[case] expected: &str) {
    let mut spec = json!({ "schedule": "0 3 * * *",
        "prometheus": { "url": "http://127.0.0.1:9090", "dataDirectory": "/prometheus" },
        "repository": { "url": "/backups" } });
    merge(&mut spec, more);
    let covers = json!({ "annotations": { "lifeboat.dev/covers": "pvc/data" } });
    let document = json!({ "apiVersion": "lifeboat.dev/v1alpha1", "kind": "PrometheusBackup",
        "metadata": covers, "spec": spec });
    Scene::new()
        .claim("data")
        .put::<PrometheusBackup>("main", LATER, document)
        .claim_is("data", expected);
}

#[test]
fn what_says_to_cover_something_that_is_not_there_is_a_finding() {
    let covers = json!({ "labels": { "lifeboat.dev/backup": "true" },
        "annotations": { "lifeboat.dev/covers": "pvc/data, statefulset/dta" } });
    let scene = Scene::new()
        .claim("data")
        .cron_job("data", covers, json!({}));
    let findings = findings::of(&scene.sight());
    let messages: Vec<_> = findings.iter().map(|one| one.message.as_str()).collect();
    assert_eq!(
        messages,
        [
            "CronJob/dump in namespace shop says that it covers StatefulSet/dta, which does not exist \
          there"
        ]
    );
}

#[rstest]
#[case(Kind::ReplicationSource)]
#[case(Kind::CronJob)]
#[case(Kind::StatefulSet)]
fn without_sight_of_what_may_cover_it_a_claim_is_unknown(#[case] kind: Kind) {
    let scene = Scene::without_sight_of(kind).claim("data");
    let told = scene.tells(CoverageKind::PersistentVolumeClaim, "data");
    let told = told.unwrap();
    assert!(
        told.starts_with("unknown: the permission to list and watch"),
        "{told}"
    );
    if kind != Kind::ReplicationSource {
        scene.source("data", json!({})).claim_is("data", BY_SOURCE);
    }
}

#[test]
fn claims_that_cannot_be_listed_are_told_to_be_unseen() {
    let templates = json!([{ "metadata": { "name": "data" } }]);
    let scene = Scene::without_sight_of(Kind::PersistentVolumeClaim)
        .set(json!({}), json!({ "volumeClaimTemplates": templates }));
    let coverage = scene.survey();
    let why = &coverage.unseen[&CoverageKind::PersistentVolumeClaim];
    assert!(why.contains("persistentvolumeclaims"), "{why}");
    let told = scene.tells(CoverageKind::StatefulSet, "db").unwrap();
    assert_eq!(told, format!("unknown: {why}"));
}

#[test]
fn kinds_that_the_api_does_not_serve_are_nothing_unseen() {
    let scene = Scene::new();
    let mut world = World::new(Watch::all(&BTreeSet::new()));
    for watch in Watch::all(&BTreeSet::new()) {
        let contact = Contact::NotServed;
        world.apply(Event::Contact { watch, contact });
    }
    let scene = Scene { world, ..scene }.claim("data");
    scene.claim_is("data", NOTHING);
    assert!(scene.survey().unseen.is_empty());
}

#[test]
fn subjects_are_in_order() {
    let scene = Scene::new()
        .two_claims()
        .cluster(json!({}))
        .schedule(json!({}));
    let coverage = scene.survey();
    assert!(coverage.subjects.is_sorted_by_key(|one| &one.subject));
    assert_eq!(coverage.subjects.len(), 5);
}

/// What a look at a large cluster takes is printed: `cargo test --release -p lifeboat-kubernetes --lib
/// ten_thousand -- --nocapture`.
#[test]
fn of_ten_thousand_things_each_is_judged() {
    let mut scene = Scene::new();
    for number in 0..1_000 {
        let name = |kind: &str| format!("{kind}-{number:04}");
        let cluster = name("pg");
        let store = json!({ "barmanObjectStore": { "destinationPath": "s3://b" } });
        scene = scene
            .put::<Cluster>(
                &cluster,
                MADE,
                json!({ "metadata": {}, "spec": { "backup": store } }),
            )
            .put::<ScheduledBackup>(
                &name("daily"),
                MADE,
                json!({ "metadata": {}, "spec": { "schedule": "0 0 3 * * *",
                    "cluster": { "name": cluster } } }),
            )
            .put::<StatefulSet>(
                &name("set"),
                MADE,
                json!({ "metadata": {},
                    "spec": { "volumeClaimTemplates": [{ "metadata": { "name": "data" } }] } }),
            )
            .put::<ReplicationSource>(
                &name("copy"),
                MADE,
                json!({ "metadata": {}, "spec": { "sourcePVC": name("files"), "restic": {},
                    "trigger": { "schedule": "0 3 * * *" } } }),
            )
            .put::<CronJob>(
                &name("dump"),
                MADE,
                json!({ "metadata": { "labels": { "lifeboat.dev/backup": "true" },
                        "annotations": { "lifeboat.dev/covers": format!("pvc/{}", name("dumped")) } },
                    "spec": { "schedule": "0 2 * * *" } }),
            )
            .claim(&name("files"))
            .claim(&name("dumped"))
            .claim(&name("bare"))
            .claim(&format!("{}-0", name("data-set")))
            .claim(&format!("{}-1", name("data-set")));
        for instance in 1..=3 {
            let labels = json!({ "labels": { "cnpg.io/cluster": cluster } });
            scene = scene.claim_with(&format!("{cluster}-{instance}"), labels);
        }
    }
    let began = std::time::Instant::now();
    let coverage = scene.survey();
    let took = began.elapsed();
    assert_eq!(coverage.subjects.len(), 10_000);
    let covered = coverage.subjects.iter();
    let covered = covered.filter(|one| !one.state.covered_by().is_empty());
    // Each Cluster with its three claims, what is copied and what is dumped.
    assert_eq!(covered.count(), 6_000);
    let began = std::time::Instant::now();
    assert_eq!(findings::of(&scene.sight()), []);
    println!("coverage: {took:?}, findings: {:?}", began.elapsed());
}
