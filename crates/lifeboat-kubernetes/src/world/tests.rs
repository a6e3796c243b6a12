//! The world after events, with objects made by hand.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use proptest::prelude::*;
use serde_json::{Value, json};

use super::World;
use crate::{
    event::{Contact, Event, Loss, LossReason, Watch},
    objects::{
        Kind, KubernetesObject, Object, ObjectKey, ObjectRef,
        batch::{Job, JobOwner},
        cnpg::{Backup, Cluster},
        decode,
    },
};

fn object<K: KubernetesObject>(value: Value) -> Object {
    let decoded = decode::<K>(value).unwrap();
    assert_eq!(decoded.problems, Vec::<String>::new());
    decoded.object.into_object()
}

fn backup(name: &str, cluster: &str, phase: &str) -> Object {
    object::<Backup>(json!({
        "metadata": {"namespace": "shop", "name": name},
        "spec": {"cluster": {"name": cluster}},
        "status": {"phase": phase},
    }))
}

fn cluster(name: &str, object_store: &str) -> Object {
    object::<Cluster>(json!({
        "metadata": {"namespace": "shop", "name": name},
        "spec": {"plugins": [{"name": "barman-cloud.cloudnative-pg.io",
            "parameters": {"barmanObjectName": object_store}}]},
    }))
}

fn job(name: &str, kind_of_owner: &str, owner: &str) -> Object {
    object::<Job>(json!({
        "metadata": {"namespace": "shop", "name": name, "ownerReferences":
            [{"kind": kind_of_owner, "name": owner, "controller": true}]},
    }))
}

fn key(name: &str) -> ObjectKey {
    ObjectKey::new("shop", name)
}

fn watch(kind: Kind) -> Watch {
    Watch {
        kind,
        namespace: None,
    }
}

fn synced(kind: Kind, present: &[&str]) -> Event {
    Event::Synced {
        watch: watch(kind),
        present: present.iter().map(|name| key(name)).collect(),
    }
}

fn names_of_backups(world: &World, cluster: &str) -> Vec<String> {
    let backups = world.backups_of(&key(cluster));
    backups.map(|backup| backup.metadata.name.clone()).collect()
}

#[test]
fn an_update_that_changes_nothing_that_is_kept_is_no_news() {
    let mut world = World::default();
    let first = backup("b1", "orders", "running");
    assert_eq!(
        world.apply(Event::Applied(first.clone())),
        [first.reference()]
    );
    assert_eq!(world.apply(Event::Applied(first)), []);
    let second = backup("b1", "orders", "completed");
    assert_eq!(
        world.apply(Event::Applied(second.clone())),
        [second.reference()]
    );
}

#[test]
fn backups_are_found_by_cluster_also_before_the_cluster_is_seen() {
    let mut world = World::default();
    for name in ["b2", "b1"] {
        world.apply(Event::Applied(backup(name, "orders", "completed")));
    }
    world.apply(Event::Applied(backup("b3", "invoices", "completed")));
    assert_eq!(names_of_backups(&world, "orders"), ["b1", "b2"]);
    world.apply(Event::Applied(backup("b2", "invoices", "completed")));
    assert_eq!(names_of_backups(&world, "orders"), ["b1"]);
    world.apply(Event::Deleted(
        backup("b1", "orders", "completed").reference(),
    ));
    assert_eq!(names_of_backups(&world, "orders"), Vec::<String>::new());
    assert_eq!(names_of_backups(&world, "invoices"), ["b2", "b3"]);
}

#[test]
fn neighbours_share_what_they_have_in_common_and_nothing_else() {
    let mut world = World::default();
    world.apply(Event::Applied(backup("b1", "orders", "completed")));
    world.apply(Event::Applied(backup("b2", "orders", "running")));
    world.apply(Event::Applied(backup("b3", "invoices", "running")));
    let traits =
        |world: &World, name: &str| Arc::clone(&world.backups().get(&key(name)).unwrap().traits);
    assert_eq!(traits(&world, "b2").phase, "running");
    assert_eq!(traits(&world, "b3").spec.cluster.name, "invoices");
    world.apply(Event::Applied(backup("b2", "orders", "completed")));
    assert!(Arc::ptr_eq(&traits(&world, "b2"), &traits(&world, "b1")));

    world.apply(Event::Applied(job("j1", "CronJob", "dump")));
    world.apply(Event::Applied(job("j2", "CronJob", "dump")));
    world.apply(Event::Applied(job("j3", "KopiaMaintenance", "dump")));
    let owner = |name: &str| world.jobs().get(&key(name)).unwrap().owner.clone().unwrap();
    assert!(Arc::ptr_eq(&owner("j1"), &owner("j2")));
    assert_eq!(*owner("j3"), JobOwner::KopiaMaintenance("dump".into()));
}

#[test]
fn jobs_are_found_by_the_cron_job_that_manages_them() {
    let mut world = World::default();
    world.apply(Event::Applied(job("dump-1", "CronJob", "dump")));
    world.apply(Event::Applied(job("dump-2", "Workflow", "dump")));
    let jobs: Vec<_> = world.jobs_of(&key("dump")).collect();
    assert_eq!(jobs.len(), 1);
    assert_eq!(jobs[0].metadata.name, "dump-1");
}

#[test]
fn clusters_are_found_by_object_store() {
    let mut world = World::default();
    world.apply(Event::Applied(cluster("orders", "bucket")));
    world.apply(Event::Applied(cluster("invoices", "bucket")));
    assert_eq!(world.clusters_of(&key("bucket")).count(), 2);
    world.apply(Event::Applied(cluster("orders", "other")));
    assert_eq!(world.clusters_of(&key("bucket")).count(), 1);
    assert_eq!(world.clusters_of(&key("other")).count(), 1);
}

#[test]
fn what_a_list_does_not_have_is_gone_but_only_where_it_looked() {
    let mut world = World::default();
    world.apply(Event::Applied(backup("b1", "orders", "completed")));
    world.apply(Event::Applied(backup("b2", "orders", "completed")));
    world.apply(Event::Applied(cluster("orders", "bucket")));
    let elsewhere = Watch {
        kind: Kind::Backup,
        namespace: Some("elsewhere".to_owned()),
    };
    let nothing = Event::Synced {
        watch: elsewhere,
        present: BTreeSet::new(),
    };
    assert_eq!(world.apply(nothing), []);
    let gone = world.apply(synced(Kind::Backup, &["b2"]));
    assert_eq!(gone, [backup("b1", "orders", "").reference()]);
    assert_eq!(names_of_backups(&world, "orders"), ["b2"]);
    assert_eq!(world.clusters().len(), 1);
}

#[test]
fn a_world_is_synced_when_every_served_kind_was_listed() {
    let mut world = World::new([watch(Kind::Backup), watch(Kind::Job)]);
    assert!(!world.is_synced());
    world.apply(synced(Kind::Job, &[]));
    assert!(!world.is_synced());
    world.apply(Event::Contact {
        watch: watch(Kind::Backup),
        contact: Contact::NotServed,
    });
    assert!(world.is_synced());
    // The definition is installed: its list is owed.
    world.apply(Event::Contact {
        watch: watch(Kind::Backup),
        contact: Contact::InTouch,
    });
    assert!(!world.is_synced());
    world.apply(synced(Kind::Backup, &[]));
    assert!(world.is_synced());
}

#[test]
fn a_kind_that_may_not_be_read_is_settled_but_never_synced() {
    let mut world = World::new([watch(Kind::Backup)]);
    assert!(!world.is_settled());
    world.apply(Event::Contact {
        watch: watch(Kind::Backup),
        contact: Contact::Lost {
            since: "2026-08-01T03:00:00Z".parse().unwrap(),
            loss: Loss {
                reason: LossReason::Forbidden,
                error: "may not list".to_owned(),
            },
        },
    });
    assert!(world.is_settled());
    assert!(!world.is_synced());
}

#[test]
fn the_objects_of_a_kind_go_with_its_definition() {
    let mut world = World::default();
    let first = backup("b1", "orders", "completed");
    world.apply(Event::Applied(first.clone()));
    let gone = world.apply(Event::Contact {
        watch: watch(Kind::Backup),
        contact: Contact::NotServed,
    });
    assert_eq!(gone, [first.reference()]);
    assert!(world.backups().is_empty());
}

#[test]
fn an_object_that_is_no_longer_understood_does_not_vanish() {
    let mut world = World::default();
    let first = backup("b1", "orders", "completed");
    let reference = first.reference();
    world.apply(Event::Applied(first.clone()));
    let garbled = Event::Undecodable {
        object: reference.clone(),
        error: "status: a text".to_owned(),
    };
    let told = world.apply(garbled.clone());
    assert_eq!(told, std::slice::from_ref(&reference));
    assert_eq!(world.apply(garbled), []);
    assert_eq!(world.backups().len(), 1);
    assert_eq!(world.undecodable()[&reference], "status: a text");
    let told = world.apply(Event::Applied(first));
    assert_eq!(told, [reference]);
    assert!(world.undecodable().is_empty());
    // One that was never understood goes as others do.
    let unknown = ObjectRef {
        kind: Kind::Backup,
        key: key("b2"),
    };
    world.apply(Event::Undecodable {
        object: unknown.clone(),
        error: "metadata".to_owned(),
    });
    assert_eq!(world.apply(synced(Kind::Backup, &["b1"])), [unknown]);
    assert!(world.undecodable().is_empty());
}

#[derive(Clone, Debug)]
enum Step {
    Put(Object),
    Delete(ObjectRef),
    Relist(Vec<Object>),
}

fn any_object() -> impl Strategy<Value = Object> {
    let name = prop::sample::select(vec!["a", "b", "c", "d"]);
    let other = prop::sample::select(vec!["x", "y", "z"]);
    let kind = prop::sample::select(vec![
        "Backup",
        "Cluster",
        "CronJob's Job",
        "KopiaMaintenance's Job",
    ]);
    (name, other, kind).prop_map(|(name, other, kind)| match kind {
        "Backup" => backup(name, other, "completed"),
        "Cluster" => cluster(name, other),
        "CronJob's Job" => job(name, "CronJob", other),
        _ => job(name, "KopiaMaintenance", other),
    })
}

fn any_step() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => any_object().prop_map(Step::Put),
        2 => any_object().prop_map(|object| Step::Delete(object.reference())),
        1 => prop::collection::vec(any_object(), 0..5).prop_map(Step::Relist),
    ]
}

proptest! {
    #[test]
    fn a_world_after_events_is_the_world_of_the_objects_that_remain(
        steps in prop::collection::vec(any_step(), 0..40)
    ) {
        let mut world = World::default();
        let mut remaining: BTreeMap<ObjectRef, Object> = BTreeMap::new();
        let mut told = BTreeMap::new();
        let mut hear = |world: &mut World, event: Event| {
            for object in world.apply(event) {
                *told.entry(object).or_insert(0) += 1;
            }
        };
        for step in steps {
            match step {
                Step::Put(object) => {
                    hear(&mut world, Event::Applied(object.clone()));
                    remaining.insert(object.reference(), object);
                }
                Step::Delete(reference) => {
                    remaining.remove(&reference);
                    hear(&mut world, Event::Deleted(reference));
                }
                Step::Relist(objects) => {
                    let backups: Vec<Object> = objects
                        .into_iter()
                        .filter(|object| object.kind() == Kind::Backup)
                        .collect();
                    remaining.retain(|reference, _| reference.kind != Kind::Backup);
                    let mut present = BTreeSet::new();
                    for object in backups {
                        present.insert(object.reference().key);
                        hear(&mut world, Event::Applied(object.clone()));
                        remaining.insert(object.reference(), object);
                    }
                    let watch = watch(Kind::Backup);
                    hear(&mut world, Event::Synced { watch, present });
                }
            }
        }
        let mut expected = World::default();
        for object in remaining.values() {
            expected.apply(Event::Applied(object.clone()));
            prop_assert!(told.contains_key(&object.reference()));
        }
        // How the watches are is no property of the objects.
        world.watches.clear();
        prop_assert_eq!(world, expected);
    }
}
