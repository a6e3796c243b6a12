//! All that is known of every asset, loaded at once when Lifeboat starts.

use std::collections::BTreeMap;

use futures_util::TryStreamExt;
use lifeboat_core::{AssetHistory, AssetId, Inventory, Operation};
use sqlx::{AnyConnection, any::AnyRow};

use crate::{Error, Ledger, columns::Columns, recovery_points::read_point, select::Select};

const ASSETS: &str = "SELECT id, first_seen_at, suspended_since, first_recovery_point_at, \
     inventory_at, inventory_error, loss, upkeep FROM assets WHERE TRUE";
const POINTS: &str = "SELECT asset, name, taken_at, bytes, damage, verified_at, \
     verification_level, verification_good, pinned, vanished_at FROM recovery_points \
     WHERE vanished_at IS NULL";
const OPERATIONS: &str = "SELECT asset, operation, history FROM operation_histories WHERE TRUE";

const LEVELS: &str = "SELECT asset, levels FROM service_levels WHERE TRUE";

type Histories = BTreeMap<String, AssetHistory>;

impl Ledger {
    /// The histories of all assets that are there, by asset. One query for each table.
    pub async fn histories(&self) -> Result<Vec<(AssetId, AssetHistory)>, Error> {
        self.read("load the histories of all assets", async |connection| {
            let mut assets = BTreeMap::new();
            let mut histories = Histories::new();
            let present = Select::new(ASSETS).also("gone_at IS NULL");
            for row in present.fetch(connection, "id", u32::MAX).await? {
                assets.insert(row.parsed::<AssetId>("id")?, row.text("id")?);
                histories.insert(row.text("id")?, read_asset(&row)?);
            }
            let mut rows = sqlx::query(POINTS).fetch(&mut *connection);
            while let Some(row) = rows.try_next().await? {
                add_point(&mut histories, &row)?;
            }
            drop(rows);
            let mut rows = sqlx::query(OPERATIONS).fetch(&mut *connection);
            while let Some(row) = rows.try_next().await? {
                add_operation(&mut histories, &row)?;
            }
            drop(rows);
            let mut rows = sqlx::query(LEVELS).fetch(&mut *connection);
            while let Some(row) = rows.try_next().await? {
                add_levels(&mut histories, &row)?;
            }
            drop(rows);
            sort_points(&mut histories);
            Ok(assets
                .into_iter()
                .filter_map(|(asset, id)| Some((asset, histories.remove(&id)?)))
                .collect())
        })
        .await
    }

    /// The history of one asset, also of one that is gone: to be made anew is not to be new. None
    /// if it was never known, or is forgotten.
    pub async fn history(&self, asset: &AssetId) -> Result<Option<AssetHistory>, Error> {
        let id = asset.to_string();
        self.read(
            &format!("load the history of {asset}"),
            async |connection| load_one(connection, &id).await,
        )
        .await
    }
}

async fn load_one(
    connection: &mut AnyConnection,
    id: &str,
) -> Result<Option<AssetHistory>, sqlx::Error> {
    let mut histories = Histories::new();
    let of_this = |select: &'static str, column: &'static str| {
        Select::new(select).and(column, Some(id.to_owned()))
    };
    for row in of_this(ASSETS, "id =")?.fetch(connection, "id", 1).await? {
        histories.insert(id.to_owned(), read_asset(&row)?);
    }
    let points = of_this(POINTS, "asset =")?;
    for row in points.fetch(connection, "taken_at", u32::MAX).await? {
        add_point(&mut histories, &row)?;
    }
    let operations = of_this(OPERATIONS, "asset =")?;
    for row in operations.fetch(connection, "operation", u32::MAX).await? {
        add_operation(&mut histories, &row)?;
    }
    let levels = of_this(LEVELS, "asset =")?;
    for row in levels.fetch(connection, "asset", 1).await? {
        add_levels(&mut histories, &row)?;
    }
    sort_points(&mut histories);
    Ok(histories.remove(id))
}

fn read_asset(row: &AnyRow) -> Result<AssetHistory, sqlx::Error> {
    let error = row.text_or_none("inventory_error")?;
    Ok(AssetHistory {
        suspended_since: row.moment_or_none("suspended_since")?,
        first_recovery_point_at: row.moment_or_none("first_recovery_point_at")?,
        inventory: row
            .moment_or_none("inventory_at")?
            .map(|at| Inventory { at, error }),
        loss: row.json_or_none("loss")?,
        upkeep: row.json_or_none("upkeep")?,
        ..AssetHistory::new(row.moment("first_seen_at")?)
    })
}

/// What belongs to an asset that is gone finds no history to be added to.
fn add_point(histories: &mut Histories, row: &AnyRow) -> Result<(), sqlx::Error> {
    if let Some(history) = histories.get_mut(&row.text("asset")?) {
        history.recovery_points.push(read_point(row)?.point);
    }
    Ok(())
}

fn add_operation(histories: &mut Histories, row: &AnyRow) -> Result<(), sqlx::Error> {
    if let Some(history) = histories.get_mut(&row.text("asset")?) {
        let operation = row.named("operation", &Operation::ALL, Operation::name)?;
        history.operations.insert(operation, row.json("history")?);
    }
    Ok(())
}

fn add_levels(histories: &mut Histories, row: &AnyRow) -> Result<(), sqlx::Error> {
    if let Some(history) = histories.get_mut(&row.text("asset")?) {
        history.service_levels = Some(row.json("levels")?);
    }
    Ok(())
}

/// Sorted here, because the order of texts differs between databases.
fn sort_points(histories: &mut Histories) {
    for history in histories.values_mut() {
        history
            .recovery_points
            .sort_by(|left, right| (left.taken_at, &left.name).cmp(&(right.taken_at, &right.name)));
    }
}
