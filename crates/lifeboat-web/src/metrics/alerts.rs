//! Where alerts stand.

use lifeboat_controller::View;
use lifeboat_core::AlertState;

use super::{Family, Kind, labels};

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
            for alert in &view.alerts {
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
            for alert in &view.alerts {
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
];
