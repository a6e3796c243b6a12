//! When coverage is looked at again, and when it is told.

use std::sync::Arc;

use super::*;
use crate::{
    coverage::Covering,
    objects::{ObjectKey, ObjectRef},
};

fn changed(kind: Kind) -> [ObjectRef; 1] {
    let key = ObjectKey::new("shop", "data");
    [ObjectRef { kind, key }]
}

#[test]
fn it_is_told_once_and_again_when_it_differs() {
    let policies = Arc::default();
    let mut covering = Covering::default();
    let mut told = |scene: &Scene, changed: &[ObjectRef]| {
        covering.look(&scene.sight(), &policies, changed, at(NOW));
        let news = covering.take_news();
        news.map(|(coverage, _)| coverage.subjects.len())
    };
    let scene = Scene::new();
    assert_eq!(told(&scene, &[]), Some(0), "that there is nothing is news");
    assert_eq!(told(&scene, &changed(Kind::PersistentVolumeClaim)), None);
    let scene = scene.claim("data");
    // Nobody looks for the sake of a Job.
    assert_eq!(told(&scene, &changed(Kind::Job)), None);
    assert_eq!(told(&scene, &changed(Kind::PersistentVolumeClaim)), Some(1));
    assert_eq!(told(&scene, &changed(Kind::PersistentVolumeClaim)), None);
}

#[test]
fn a_watch_that_is_lost_is_news_without_any_change_of_an_object() {
    let policies = Arc::default();
    let mut covering = Covering::default();
    let mut scene = Scene::new().claim("data");
    covering.look(&scene.sight(), &policies, &[], at(NOW));
    assert!(covering.take_news().is_some());
    scene.world.apply(Event::Contact {
        watch: Watch {
            kind: Kind::PersistentVolumeClaim,
            namespace: None,
        },
        contact: Contact::Lost {
            since: at(LATER),
            loss: Loss {
                reason: LossReason::Unreachable,
                error: "refused".to_owned(),
            },
        },
    });
    covering.look(&scene.sight(), &policies, &[], at(NOW));
    let (coverage, _) = covering.take_news().unwrap();
    // What was seen stays; that it may be old is told.
    assert_eq!(coverage.subjects.len(), 1);
    assert!(coverage.unseen.is_empty());
    let blind = coverage.blind.clone().unwrap();
    assert_eq!(blind.since, at(LATER));
    assert_eq!(blind.error, "the API server can't be reached: refused");
}

#[test]
fn by_which_policies_it_holds_is_told_even_where_it_is_the_same() {
    let scene = Scene::new().claim("data");
    let mut covering = Covering::default();
    for policies in [Arc::default(), Arc::new(vec![Policy::default()])] {
        covering.look(&scene.sight(), &policies, &[], at(NOW));
        let (_, by) = covering.take_news().unwrap();
        assert!(Arc::ptr_eq(&by, &policies));
    }
}
