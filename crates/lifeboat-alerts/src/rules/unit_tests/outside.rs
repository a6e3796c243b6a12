//! Tests of what only others can tell, such as that Lifeboat itself is down: scenes written by hand.

use super::{Expected, Firing, Test, written};
use crate::{
    catalogue::{Alert, catalogue},
    rules::{
        exporter::annotations,
        options::{Flavour, RuleOptions},
    },
};

/// A scene, and whether an alert fires in it. `{job}` stands for the job that scrapes Lifeboat.
struct OutsideCase {
    alert: &'static str,
    story: &'static str,
    series: &'static [(&'static str, &'static str)],
    at: &'static str,
    /// The labels of each alert beside its severity.
    fires: &'static [&'static [(&'static str, &'static str)]],
}

pub(super) fn tests(options: &RuleOptions) -> impl Iterator<Item = Test> {
    debug_assert_eq!(options.flavour, Flavour::Exporter);
    let cases = CASES.iter().filter_map(|case| {
        let entry = catalogue().iter().find(|entry| entry.name == case.alert)?;
        Some((case, entry))
    });
    let chosen = cases.filter(|(_, entry)| options.chooses(entry.group));
    chosen.map(|(case, entry)| test(case, entry, options))
}

fn test(case: &OutsideCase, entry: &Alert, options: &RuleOptions) -> Test {
    let series = written(case.series).into_iter();
    let alerts = case.fires.iter().map(|labels| {
        let own = labels
            .iter()
            .map(|(name, value)| (*name, (*value).to_owned()));
        let texts = [entry.meaning, entry.first];
        Firing {
            labels: std::iter::once(("severity", entry.severity.to_string()))
                .chain(own)
                .collect(),
            annotations: annotations(entry, options, &texts, |text| text.0.to_owned()),
        }
    });
    Test {
        name: format!("{}: {}", entry.name, case.story),
        every: "1m",
        series: series
            .map(|(series, values)| (series.replace("{job}", &options.job), values))
            .collect(),
        alerts: vec![Expected {
            alert: entry.name,
            at: case.at.to_owned(),
            alerts: alerts.collect(),
        }],
        queries: Vec::new(),
    }
}

const CASES: &[OutsideCase] = &[
    OutsideCase {
        alert: "LifeboatDown",
        story: "it is scraped no more",
        series: &[(
            r#"lifeboat_evaluation_timestamp_seconds{job="{job}",instance="lifeboat:9780"}"#,
            "0+60x10 stale",
        )],
        at: "30m",
        fires: &[&[]],
    },
    OutsideCase {
        alert: "LifeboatDown",
        story: "it hangs",
        series: &[(
            r#"lifeboat_evaluation_timestamp_seconds{job="{job}",instance="lifeboat:9780"}"#,
            "0x40",
        )],
        at: "40m",
        fires: &[&[]],
    },
    OutsideCase {
        alert: "LifeboatDown",
        story: "one replica has gone, and the other goes on",
        series: &[
            (
                r#"lifeboat_evaluation_timestamp_seconds{job="{job}",instance="lifeboat-0:9780"}"#,
                "0+60x10 stale",
            ),
            (
                r#"lifeboat_evaluation_timestamp_seconds{job="{job}",instance="lifeboat-1:9780"}"#,
                "_x10 600+60x30",
            ),
        ],
        at: "30m",
        fires: &[],
    },
    OutsideCase {
        alert: "LifeboatLedgerFailing",
        story: "the ledger can't be written",
        series: &[(
            r#"lifeboat_ledger_up{job="{job}",instance="lifeboat:9780"}"#,
            "1x5 0x30",
        )],
        at: "25m",
        fires: &[&[]],
    },
    OutsideCase {
        alert: "LifeboatLedgerFailing",
        story: "the ledger was away for five minutes",
        series: &[(
            r#"lifeboat_ledger_up{job="{job}",instance="lifeboat:9780"}"#,
            "1x5 0x5 1x30",
        )],
        at: "25m",
        fires: &[],
    },
    OutsideCase {
        alert: "LifeboatNotifierFailing",
        story: "one of two takes nothing",
        series: &[
            (
                r#"lifeboat_notifier_up{job="{job}",instance="lifeboat:9780",notifier="alertmanager"}"#,
                "0x30",
            ),
            (
                r#"lifeboat_notifier_up{job="{job}",instance="lifeboat:9780",notifier="webhook"}"#,
                "1x30",
            ),
        ],
        at: "20m",
        fires: &[&[("notifier", "alertmanager")]],
    },
    OutsideCase {
        alert: "LifeboatNotifierFailing",
        story: "both take what they are told",
        series: &[(
            r#"lifeboat_notifier_up{job="{job}",instance="lifeboat:9780",notifier="webhook"}"#,
            "1x30",
        )],
        at: "20m",
        fires: &[],
    },
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Condition;

    #[test]
    fn what_only_others_can_tell_is_tested_where_it_fires_and_where_it_is_silent() {
        for alert in catalogue() {
            if let Condition::Outside(_) = alert.condition {
                let of_it = || CASES.iter().filter(|case| case.alert == alert.name);
                let fires = of_it().any(|case| !case.fires.is_empty());
                let silent = of_it().any(|case| case.fires.is_empty());
                assert!(fires && silent, "{} lacks a case", alert.name);
            }
        }
    }
}
