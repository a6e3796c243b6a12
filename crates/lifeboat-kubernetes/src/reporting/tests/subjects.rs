//! Which object has a name now, and what is known of it.

use lifeboat_core::AssetId;
use serde_json::{Value, json};

use super::{minutes, object};
use crate::{
    World,
    event::{Contact, Event, Watch},
    objects::{Kind, KubernetesObject, ObjectKey, ObjectRef, decode, lifeboat::PrometheusBackup},
    reporting::subjects::{Content, Subjects},
};

fn backup(name: &str, uid: &str, status: &Value) -> Event {
    let decoded = decode::<PrometheusBackup>(json!({
        "metadata": {"namespace": "shop", "name": name, "uid": uid, "generation": 1},
        "spec": {
            "prometheus": {"url": "http://prometheus:9090", "dataDirectory": "/prometheus"},
            "repository": {"url": "/var/backups", "instance": "the-same"},
            "schedule": "0 2 * * *",
        },
        "status": status,
    }));
    Event::Applied(decoded.unwrap().object.into_object())
}

struct Scene {
    world: World,
    subjects: Subjects,
}

impl Scene {
    fn tell(&mut self, event: Event) -> usize {
        let changed = self.world.apply(event);
        self.subjects.note(&self.world, &changed, minutes(1));
        changed.len()
    }

    fn uid(&self, asset: &str) -> Option<String> {
        let id: AssetId = asset.parse().unwrap();
        self.subjects.of_asset(&id).map(|(_, uid)| uid)
    }

    /// Why each `PrometheusBackup` is refused, by name.
    fn refused(&self) -> Vec<(String, bool)> {
        let own = self.subjects.custom_resources().into_iter();
        own.map(|(object, subject)| match &subject.content {
            Content::PrometheusBackup { refused, .. } => (object.key.name, refused.is_some()),
            other => panic!("{other:?}"),
        })
        .collect()
    }
}

fn scene() -> Scene {
    let watch = Watch {
        kind: Kind::PrometheusBackup,
        namespace: None,
    };
    Scene {
        world: World::new([watch]),
        subjects: Subjects::default(),
    }
}

#[test]
fn an_object_that_is_made_anew_is_another_and_one_that_is_gone_is_none() {
    let mut scene = scene();
    scene.tell(backup("main", "one", &Value::Null));
    assert_eq!(scene.uid("Prometheus/shop/main"), Some("one".to_owned()));
    scene.tell(backup("main", "two", &Value::Null));
    assert_eq!(scene.uid("Prometheus/shop/main"), Some("two".to_owned()));
    assert_eq!(scene.uid("CronJob/shop/main"), None);
    scene.tell(Event::Deleted(object(Kind::PrometheusBackup)));
    assert_eq!(scene.uid("Prometheus/shop/main"), None);
}

#[test]
fn what_lifeboat_writes_itself_changes_nothing() {
    let mut scene = scene();
    assert_eq!(scene.tell(backup("main", "one", &Value::Null)), 1);
    let written = json!({"verdict": "ok"});
    assert_eq!(scene.tell(backup("main", "one", &written)), 0);
}

#[test]
fn one_that_is_refused_for_another_is_in_force_when_that_is_gone() {
    let mut scene = scene();
    scene.tell(backup("main", "one", &Value::Null));
    scene.tell(backup("rival", "two", &Value::Null));
    let named = |name: &str, refused| (name.to_owned(), refused);
    assert_eq!(
        scene.refused(),
        [named("main", false), named("rival", true)]
    );
    scene.tell(Event::Deleted(ObjectRef {
        kind: Kind::PrometheusBackup,
        key: ObjectKey::new("shop", "main"),
    }));
    assert_eq!(scene.refused(), [named("rival", false)]);
}

#[test]
fn views_from_before_everything_was_seen_are_premature() {
    let mut scene = scene();
    assert!(scene.subjects.is_premature(minutes(9)));
    let watch = Watch {
        kind: Kind::PrometheusBackup,
        namespace: None,
    };
    scene.tell(Event::Contact {
        watch,
        contact: Contact::NotServed,
    });
    assert!(!scene.subjects.is_premature(minutes(1)));
    let just_before = minutes(1) - jiff::SignedDuration::from_secs(1);
    assert!(scene.subjects.is_premature(just_before));
}
