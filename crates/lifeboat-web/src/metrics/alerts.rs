//! Where alerts stand, what people are not told of, and how long incidents took.

use std::{collections::BTreeMap, fmt};

use lifeboat_controller::View;
use lifeboat_core::{AlertState, DurationTotals, Severity, SilenceState, Suppressor};

use super::{Family, Kind, Series, labels};

pub(super) const FAMILIES: &[Family<View>] = &[
    Family {
        name: "lifeboat_alert_state",
        kind: Kind::Gauge,
        unit: None,
        help: "1 for the state that the alert is in, 0 for the others.",
        labels: &["alert", "severity", "state"],
        of_asset: true,
        source: "The alerts' evaluation. Absent for alerts that are inactive.",
        write: |view, series| {
            for alert in view.alerts.iter() {
                for state in AlertState::ALL {
                    let labels = [
                        ("alert", alert.key.alert.as_str()),
                        ("severity", alert.severity.name()),
                        ("state", state.name()),
                    ];
                    let is_in_it = u32::from(alert.state == state);
                    series.sample_of(&labels::with(&alert.key.asset, labels), is_in_it)?;
                }
            }
            Ok(())
        },
    },
    Family {
        name: "lifeboat_alert_active_since_timestamp_seconds",
        kind: Kind::Gauge,
        unit: Some("seconds"),
        help: "When the alert's condition was first found to hold.",
        labels: &["alert", "severity"],
        of_asset: true,
        source: "The alerts' evaluation. Absent for alerts that are inactive or resolved.",
        write: |view, series| {
            for alert in view.alerts.iter() {
                if alert.state != AlertState::Resolved {
                    let labels = [
                        ("alert", alert.key.alert.as_str()),
                        ("severity", alert.severity.name()),
                    ];
                    let labels = labels::with(&alert.key.asset, labels);
                    series.sample_of(&labels, alert.active_at)?;
                }
            }
            Ok(())
        },
    },
    Family {
        name: "lifeboat_alert_suppressed",
        kind: Kind::Gauge,
        unit: None,
        help: "1 while people are not told of the alert, though it fires.",
        labels: &["alert", "severity", "by"],
        of_asset: true,
        source: "The alerts' evaluation: by is silence, explanation, or worse_alert. Absent for alerts \
                 that are not suppressed.",
        write: |view, series| {
            for alert in view.alerts.iter() {
                let by = match alert.suppressed_by.as_deref() {
                    None => continue,
                    Some(Suppressor::Silence(_)) => "silence",
                    Some(Suppressor::ExplainedBy(_)) => "explanation",
                    Some(Suppressor::WorseAlert(_)) => "worse_alert",
                };
                let labels = [
                    ("alert", alert.key.alert.as_str()),
                    ("severity", alert.severity.name()),
                    ("by", by),
                ];
                series.sample_of(&labels::with(&alert.key.asset, labels), 1_u32)?;
            }
            Ok(())
        },
    },
    Family {
        name: "lifeboat_silences",
        kind: Kind::Gauge,
        unit: None,
        help: "How many silences there are, by where they stand.",
        labels: &["state"],
        of_asset: false,
        source: "The controller. Absent until something was assessed.",
        write: |view, series| {
            if view.generation == 0 {
                return Ok(());
            }
            for state in [SilenceState::Active, SilenceState::Pending] {
                let silences = view.silences.iter();
                let count = silences.filter(|one| one.state(view.at) == state).count();
                series.sample_of(&[("state", state.name())], count)?;
            }
            Ok(())
        },
    },
    Family {
        name: "lifeboat_incident_detection_seconds",
        kind: Kind::Histogram,
        unit: Some("seconds"),
        help: "How long it took from the beginning of what is wrong, by the evidence, to the alert.",
        labels: &["severity"],
        of_asset: false,
        source: "The ledger, which keeps the sum when it forgets incidents. Absent until something was assessed.",
        write: |view, series| times(view, series, &view.incidents.detection),
    },
    Family {
        name: "lifeboat_incident_resolution_seconds",
        kind: Kind::Histogram,
        unit: Some("seconds"),
        help: "How long it took from the alert to its end.",
        labels: &["severity"],
        of_asset: false,
        source: "The ledger, as above. What goes on is not counted yet.",
        write: |view, series| times(view, series, &view.incidents.resolution),
    },
];

/// A histogram for each severity, also where there is nothing to count yet, so that `rate()` sees the first.
fn times(
    view: &View,
    series: &mut Series<'_>,
    totals: &BTreeMap<Severity, DurationTotals>,
) -> fmt::Result {
    if view.generation == 0 {
        return Ok(());
    }
    let none = DurationTotals::default();
    for severity in Severity::ALL {
        let totals = totals.get(&severity).unwrap_or(&none);
        let labels = [("severity", severity.name())];
        series.durations(&labels, &totals.counts, totals.seconds)?;
    }
    Ok(())
}
