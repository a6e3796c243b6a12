//! What is reported, and what is not, with views made by hand.

mod changes;
mod limits;
mod statuses;
mod subjects;

use std::{collections::BTreeMap, sync::Arc};

use jiff::{SignedDuration, Timestamp};
use lifeboat_controller::{AssetView, View};
use lifeboat_core::{
    AssetHistory, AssetId, Check, Evidence, ObjectiveOverrides, Policy, SmallMap, Status, Subject,
    Verdict,
    assess::{Assessment, Asset, Blind},
};

use crate::objects::{Kind, ObjectKey, ObjectRef};

/// A moment so many minutes after the start of Lifeboat, or before it.
fn minutes(count: i64) -> Timestamp {
    let start: Timestamp = "2026-11-21T10:00:00Z".parse().unwrap();
    start + SignedDuration::from_mins(count)
}

/// The asset `main`, with one verdict: how it is since when, by the age of its newest backup.
fn asset(status: Status, since: Timestamp, now: Timestamp) -> AssetView {
    let id: AssetId = "Prometheus/shop/main".parse().unwrap();
    let taken_at = minutes(-600);
    let labels = BTreeMap::new();
    let own = ObjectiveOverrides::default();
    let subject = Subject {
        asset: &id,
        labels: &labels,
    };
    let verdict = Verdict {
        check: Check::Fresh,
        status,
        since,
        evidence: Evidence::Age {
            recovery_point: "backup-20261121-000000".to_owned(),
            taken_at,
            age: now.duration_since(taken_at),
            maximum_age: SignedDuration::from_hours(25),
        },
    };
    let assessment = Assessment {
        asset: id.clone(),
        effective: Policy::effective(&[], subject, Some(&own)).into(),
        status,
        verdicts: vec![verdict],
    };
    AssetView {
        asset: Arc::new(Asset {
            id,
            labels,
            own: own.boxed(),
            suspended: false,
            planned: BTreeMap::new(),
            history: AssetHistory::new(minutes(-9000)),
            facts: None,
            blind: None,
        }),
        assessment: Arc::new(assessment),
        next_starts: SmallMap::default(),
        progress: BTreeMap::new(),
        places: Arc::default(),
    }
}

fn blind(mut view: AssetView, since: Timestamp) -> AssetView {
    Arc::make_mut(&mut view.asset).blind = Some(Blind {
        since,
        error: "connection refused".to_owned(),
    });
    view
}

/// A view of one asset, so many minutes after the start.
fn view(at: i64, asset: impl FnOnce(Timestamp) -> AssetView) -> View {
    let at = minutes(at);
    View {
        at,
        started_at: minutes(0),
        assets: vec![asset(at)],
        ..View::empty(at)
    }
}

fn object(kind: Kind) -> ObjectRef {
    ObjectRef {
        kind,
        key: ObjectKey::new("shop", "main"),
    }
}
