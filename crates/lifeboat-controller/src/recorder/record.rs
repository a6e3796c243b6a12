//! What is written down, and which of it can be written together.

use std::sync::Arc;

use jiff::Timestamp;
use lifeboat_alerts::Message;
use lifeboat_core::{
    AssetHistory, AssetId, CoverageChanges, Observed, OperationHistory, Run, Silence,
    assess::Asset, slo::ServiceLevels,
};
use lifeboat_ledger::{AlertChanges, MessageKey, News};
use tokio::sync::oneshot;

/// About how many rows are written in one transaction: what takes a moment, also over a network.
const ROWS_AT_ONCE: usize = 1000;

/// Something to write down.
#[derive(Debug)]
pub(crate) enum Record {
    /// An asset was seen.
    Seen(AssetId, Timestamp),
    /// An asset is declared no more.
    Gone(AssetId, Timestamp),
    /// An asset was suspended, or is no longer.
    Suspended(AssetId, Option<Timestamp>),
    /// A run began.
    Began(Run, OperationHistory),
    /// A run ended.
    Ended(Run, OperationHistory),
    /// Somebody looked which recovery points there are.
    Inventory(AssetId, Box<AssetHistory>),
    /// An observed asset was seen to have changed.
    Observed(Arc<Asset>, Observed),
    /// What is remembered of an asset for its objectives over thirty days.
    ServiceLevels(AssetId, Box<ServiceLevels>),
    /// What holds data came, went, or is covered otherwise than before.
    Coverage(CoverageChanges),
    /// Alerts changed, and people are to be told.
    Alerts(AlertChanges, Vec<Message>),
    /// Messages were taken together.
    Delivered(Vec<MessageKey>, String, Timestamp),
    /// Messages were not taken.
    Undelivered(Vec<MessageKey>, Timestamp, String),
    /// Somebody made or ended a silence.
    Silence(Silence),
    /// What ended before this moment may be forgotten.
    Forget(Timestamp),
    /// Everything before this is written.
    Flush(oneshot::Sender<()>),
}

impl Record {
    /// What can be written together with others; nothing of what is to be written alone.
    pub(super) fn news(&self) -> Vec<News<'_>> {
        match self {
            Self::Seen(asset, now) => vec![News::Seen(asset, *now)],
            Self::Gone(asset, now) => vec![News::Gone(asset, *now)],
            Self::Suspended(asset, since) => vec![News::Suspended(asset, *since)],
            Self::Inventory(asset, history) => vec![News::Inventory(asset, history)],
            Self::ServiceLevels(asset, levels) => vec![News::ServiceLevels(asset, levels)],
            Self::Observed(asset, observed) => {
                let runs = News::Runs(&observed.runs, &asset.history.operations);
                let points = News::Inventory(&asset.id, &asset.history);
                let points = observed.asset_changed.then_some(points);
                std::iter::once(runs).chain(points).collect()
            }
            _ => Vec::new(),
        }
    }
}

/// How many of the first records are written in one transaction; at least one.
pub(super) fn together(records: &[Record]) -> usize {
    let mut rows = 0;
    let alike = records.iter().take_while(|record| {
        let news = record.news();
        rows += news.iter().map(News::rows).sum::<usize>();
        !news.is_empty() && rows <= ROWS_AT_ONCE
    });
    alike.count().max(1)
}
