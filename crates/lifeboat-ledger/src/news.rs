//! News of assets: much that became known of many of them, written in one transaction.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use lifeboat_core::{AssetHistory, AssetId, Operation, OperationHistory, Run, slo::ServiceLevels};
use sqlx::AnyConnection;

use crate::{
    Error, Ledger,
    assets::{write_gone, write_seen, write_suspended},
    recovery_points::write_inventory,
    runs::{write_operation, write_run},
    service_levels::write_service_levels,
};

/// Something that became known of an asset.
#[derive(Debug, Clone, Copy)]
pub enum News<'a> {
    /// It is there, as in [`Ledger::see_asset`].
    Seen(&'a AssetId, Timestamp),
    /// It is no longer there, as in [`Ledger::asset_gone`].
    Gone(&'a AssetId, Timestamp),
    /// Since when it is suspended, or that it is not, as in [`Ledger::set_suspended`].
    Suspended(&'a AssetId, Option<Timestamp>),
    /// Runs of it began or ended, and what its operations came to by all of these.
    Runs(&'a [Run], &'a BTreeMap<Operation, Box<OperationHistory>>),
    /// Which recovery points there are, as in [`Ledger::put_inventory`].
    Inventory(&'a AssetId, &'a AssetHistory),
    /// What is remembered for its objectives over thirty days.
    ServiceLevels(&'a AssetId, &'a ServiceLevels),
}

impl Ledger {
    /// Writes news in this order: all of it, or nothing. What is seen of a large cluster at first
    /// sight comes to tens of thousands of rows, and a transaction for each would take minutes.
    pub async fn write_news(&self, news: &[News<'_>]) -> Result<(), Error> {
        self.write("record what was seen", async |connection| {
            for one in news {
                one.write(connection).await?;
            }
            Ok(())
        })
        .await
    }
}

impl News<'_> {
    /// About how many rows it comes to, so that no transaction takes too long.
    #[must_use]
    pub fn rows(&self) -> usize {
        match self {
            Self::Seen(..) | Self::Gone(..) | Self::Suspended(..) | Self::ServiceLevels(..) => 1,
            Self::Runs(runs, operations) => runs.len() + operations.len(),
            Self::Inventory(_, history) => 1 + history.recovery_points.len(),
        }
    }

    async fn write(&self, connection: &mut AnyConnection) -> Result<(), sqlx::Error> {
        match self {
            Self::Seen(asset, now) => write_seen(connection, asset, *now).await.map(drop),
            Self::Gone(asset, now) => write_gone(connection, asset, *now).await,
            Self::Suspended(asset, since) => write_suspended(connection, asset, *since).await,
            Self::Runs(runs, operations) => write_runs(connection, runs, operations).await,
            Self::Inventory(asset, history) => write_inventory(connection, asset, history).await,
            Self::ServiceLevels(asset, levels) => {
                write_service_levels(connection, asset, levels).await
            }
        }
    }
}

async fn write_runs(
    connection: &mut AnyConnection,
    runs: &[Run],
    operations: &BTreeMap<Operation, Box<OperationHistory>>,
) -> Result<(), sqlx::Error> {
    for run in runs {
        write_run(connection, run).await?;
    }
    let concerned: BTreeSet<(&AssetId, Operation)> =
        runs.iter().map(|run| (&run.asset, run.operation)).collect();
    for (asset, operation) in concerned {
        if let Some(history) = operations.get(&operation) {
            write_operation(connection, asset, operation, history).await?;
        }
    }
    Ok(())
}
