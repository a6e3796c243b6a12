//! Tests of the rules on the metrics of others: the scenes that stand beside each rule.

use lifeboat_core::AssetId;

use super::{Expected, Firing, Test, written};
use crate::rules::{
    native::{NativeAlert, Scene, native_alerts, native_annotations},
    options::RuleOptions,
};

pub(super) fn tests(options: &RuleOptions) -> Vec<Test> {
    let mut tests = Vec::new();
    for native in native_alerts() {
        let Some(entry) = native.entry().filter(|entry| options.chooses(entry.group)) else {
            continue;
        };
        tests.extend(native.scenes.iter().map(|scene| {
            let alerts = scene.about.iter().map(|(namespace, name)| {
                let asset = AssetId {
                    cluster: None,
                    kind: native.kind,
                    namespace: (*namespace).to_owned(),
                    name: (*name).to_owned(),
                };
                Firing {
                    labels: vec![
                        ("severity", entry.severity.to_string()),
                        ("kind", native.kind.name().to_owned()),
                        ("namespace", (*namespace).to_owned()),
                        ("name", (*name).to_owned()),
                    ],
                    annotations: native_annotations(entry, options, |text| text.about(&asset)),
                }
            });
            test(native, scene, entry.name, alerts.collect())
        }));
    }
    tests
}

fn test(native: &NativeAlert, scene: &Scene, alert: &'static str, alerts: Vec<Firing>) -> Test {
    Test {
        name: format!("{alert}, {}: {}", native.kind, scene.story),
        every: scene.every,
        series: written(scene.series),
        alerts: vec![Expected {
            alert,
            at: scene.at.to_owned(),
            alerts,
        }],
        queries: Vec::new(),
    }
}
