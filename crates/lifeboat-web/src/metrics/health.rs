//! How Lifeboat itself is.

use lifeboat_controller::{Health, View};

use super::{Family, Kind};

pub(super) const FAMILIES: &[Family<View>] = &[
    Family {
        name: "lifeboat_start_timestamp_seconds",
        kind: Kind::Gauge,
        unit: Some("seconds"),
        help: "When Lifeboat's controller started.",
        labels: &[],
        of_asset: false,
        source: "The controller.",
        write: |view, series| series.single(view.started_at),
    },
    Family {
        name: "lifeboat_evaluation_timestamp_seconds",
        kind: Kind::Gauge,
        unit: Some("seconds"),
        help: "The moment of which everything here speaks. It stands still if Lifeboat hangs.",
        labels: &[],
        of_asset: false,
        source: "The controller. Absent until the first assessment is made.",
        write: |view, series| match known(view) {
            Some(_) => series.single(view.at),
            None => Ok(()),
        },
    },
    Family {
        name: "lifeboat_ledger_up",
        kind: Kind::Gauge,
        unit: None,
        help: "1 if the ledger can be written, else 0.",
        labels: &[],
        of_asset: false,
        source: "The last write. Absent until the first assessment is made.",
        write: |view, series| match known(view) {
            Some(health) => series.single(u32::from(health.ledger_error.is_none())),
            None => Ok(()),
        },
    },
    Family {
        name: "lifeboat_ledger_waiting_writes",
        kind: Kind::Gauge,
        unit: None,
        help: "How many writes wait for the ledger.",
        labels: &[],
        of_asset: false,
        source: "The controller. Absent until the first assessment is made.",
        write: |view, series| match known(view) {
            Some(health) => series.single(health.ledger_waiting),
            None => Ok(()),
        },
    },
    Family {
        name: "lifeboat_resources_valid",
        kind: Kind::Gauge,
        unit: None,
        help: "1 if the resources that are there now are the ones in use, 0 if they can't be used.",
        labels: &[],
        of_asset: false,
        source: "The last look at the resources. Absent until the first assessment is made.",
        write: |view, series| match known(view) {
            Some(health) => series.single(u32::from(health.resources_error.is_none())),
            None => Ok(()),
        },
    },
    Family {
        name: "lifeboat_resources_loaded_timestamp_seconds",
        kind: Kind::Gauge,
        unit: Some("seconds"),
        help: "When the resources in use were read.",
        labels: &[],
        of_asset: false,
        source: "The controller. Absent until they were.",
        write: |view, series| match view.health.resources_loaded_at {
            Some(at) => series.single(at),
            None => Ok(()),
        },
    },
    Family {
        name: "lifeboat_messages_waiting",
        kind: Kind::Gauge,
        unit: None,
        help: "How many messages about alerts nobody has taken yet.",
        labels: &[],
        of_asset: false,
        source: "The outbox. Absent until the first assessment is made.",
        write: |view, series| match known(view) {
            Some(health) => series.single(health.messages_waiting),
            None => Ok(()),
        },
    },
    Family {
        name: "lifeboat_object_store_requests_total",
        kind: Kind::Counter,
        unit: None,
        help: "How many requests went to object stores, retries included.",
        labels: &["operation"],
        of_asset: false,
        source: "The repositories' connections. A folder needs no requests. Absent until the first \
                 assessment is made.",
        write: |view, series| {
            for (kind, count) in &view.health.requests {
                series.sample_of(&[("operation", kind.name())], *count)?;
            }
            Ok(())
        },
    },
    Family {
        name: "lifeboat_notifier_up",
        kind: Kind::Gauge,
        unit: None,
        help: "1 if this notifier takes what it is told, 0 while its last error stands.",
        labels: &["notifier"],
        of_asset: false,
        source: "The last delivery. Notifiers that are only a fallback have no series.",
        write: |view, series| {
            for notifier in &view.health.notifiers {
                let is_up = !view.health.notifier_errors.contains_key(notifier);
                series.sample_of(&[("notifier", notifier.as_str())], u32::from(is_up))?;
            }
            Ok(())
        },
    },
];

/// Lifeboat's health, once anything is known of it.
fn known(view: &View) -> Option<&Health> {
    (view.generation > 0).then_some(&view.health)
}
