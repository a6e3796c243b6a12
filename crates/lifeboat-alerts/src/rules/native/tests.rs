use std::collections::BTreeSet;

use super::*;

#[test]
fn every_alert_can_be_had_natively_or_it_is_said_why_not() {
    let native: BTreeSet<&str> = native_alerts().map(|native| native.alert).collect();
    for alert in catalogue() {
        let said = impossible(alert.name).is_some();
        assert_ne!(
            native.contains(alert.name),
            said,
            "{} belongs into rules/native: as a rule, or into impossible.rs",
            alert.name
        );
    }
}

#[test]
fn every_rule_stands_for_an_alert_of_the_catalogue_that_is_about_its_kind() {
    for native in native_alerts() {
        let entry = native.entry();
        let Some(crate::Condition::Verdict(condition)) = entry.map(|entry| entry.condition) else {
            unreachable!("{} is not in the catalogue", native.alert);
        };
        let mut kinds = condition.kinds.iter();
        let is_about = kinds.any(|kind| *kind == native.kind);
        assert!(is_about, "{} is not about {}", native.alert, native.kind);
    }
}

#[test]
fn every_place_in_a_query_is_filled() {
    let options = RuleOptions::default();
    for native in native_alerts() {
        let query = native.query(&options);
        for (place, _) in PLACES.iter().chain(&[("{cron_jobs}", "")]) {
            assert!(!query.contains(place), "{}: {query}", native.alert);
        }
    }
}

#[test]
fn every_rule_is_tested_where_it_fires_and_where_it_is_silent() {
    for native in native_alerts() {
        let fires = native.scenes.iter().any(|scene| !scene.about.is_empty());
        assert!(fires, "{} never fires in its scenes", native.alert);
        // In each scene there are assets that are sound, or nothing at all is alerted about.
        for scene in native.scenes {
            let series = scene.series.len();
            assert!(
                scene.about.len() < series,
                "{}: {}",
                native.alert,
                scene.story
            );
        }
    }
}
