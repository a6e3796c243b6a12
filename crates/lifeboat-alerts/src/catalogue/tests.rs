use std::collections::BTreeSet;

use super::*;

#[test]
fn every_alert_has_a_name_of_its_own_that_is_also_a_heading() {
    let names: BTreeSet<&str> = catalogue().iter().map(|alert| alert.name).collect();
    assert_eq!(names.len(), catalogue().len());
    for name in names {
        assert!(
            name.bytes().all(|byte| byte.is_ascii_alphanumeric()),
            "{name}"
        );
    }
}

#[test]
fn what_explains_an_alert_is_an_alert() {
    let is_known = |name: &str| catalogue().iter().any(|alert| alert.name == name);
    for alert in catalogue() {
        for name in alert.explained_by {
            assert!(is_known(name) && *name != alert.name, "{}", alert.name);
        }
    }
}

#[test]
fn what_explains_an_alert_is_about_what_it_is_about() {
    let kinds = |alert: &Alert| match alert.condition {
        Condition::Verdict(condition) => condition.kinds,
        Condition::Outside(_) => &[],
    };
    for alert in catalogue() {
        for name in alert.explained_by {
            let source = catalogue().iter().find(|source| source.name == *name);
            let reached = operated_by(name).unwrap_or_else(|| kinds(source.unwrap()));
            let is_reached = |kind| reached.contains(kind);
            assert!(
                kinds(alert).iter().any(is_reached),
                "{}, {name}",
                alert.name
            );
        }
    }
}

#[test]
fn every_text_is_a_sentence_that_leaves_no_place_open() {
    let asset = "CNPGCluster/shop/db".parse().unwrap();
    for alert in catalogue() {
        assert!(!alert.summary.0.ends_with('.'), "{}", alert.name);
        for text in [alert.meaning, alert.first] {
            assert!(text.0.ends_with('.'), "{}: {}", alert.name, text.0);
            assert!(!text.0.contains("  "), "{}: {}", alert.name, text.0);
        }
        assert!(alert.first.0.starts_with("First "), "{}", alert.name);
        for text in [alert.summary, alert.meaning, alert.first] {
            let about = text.about(&asset);
            assert!(!about.contains(['{', '}']), "{}: {about}", alert.name);
        }
    }
}

#[test]
fn the_runbook_is_found_by_the_name_in_lower_case() {
    assert_eq!(
        catalogue()[0].runbook_anchor(),
        "docs/runbooks.md#cronjobbackupstale"
    );
}
