//! Assets that get the name of their cluster, with all that is remembered of them.

use lifeboat_core::AssetId;
use serde_json::Value;
use sqlx::{AnyConnection, AssertSqlSafe, Column, Row};

use crate::{
    Error, Ledger,
    columns::{Columns, json},
};

/// Assets that are renamed in one transaction: each has a few hundred rows, and the ledger can't be
/// written otherwise meanwhile.
const AT_ONCE: usize = 50;

impl Ledger {
    /// Every asset whose cluster has no name, also those that are gone.
    pub async fn assets_without_cluster(&self) -> Result<Vec<AssetId>, Error> {
        let action = "look for assets whose cluster has no name";
        self.read(action, async |connection| {
            let rows = sqlx::query("SELECT id FROM assets ORDER BY id")
                .fetch_all(connection)
                .await?;
            let ids = rows.iter().map(|row| row.parsed::<AssetId>("id"));
            let is_nameless = |id: &Result<AssetId, _>| match id {
                Ok(id) => id.cluster.is_none(),
                Err(_) => true,
            };
            ids.filter(is_nameless).collect()
        })
        .await
    }

    /// Makes these the assets of a cluster of this name: their runs, recovery points, alerts and
    /// incidents go with them. Returns those that stay as they are, because the ledger knows an asset
    /// of the new name already. May be done again after it was cut short.
    pub async fn name_cluster(
        &self,
        assets: &[AssetId],
        cluster: &str,
    ) -> Result<Vec<AssetId>, Error> {
        let action = format!("take assets over to the cluster {cluster}");
        let mut staying = Vec::new();
        for some in assets.chunks(AT_ONCE) {
            let stayed = self.write(&action, async |connection| {
                let mut stayed = Vec::new();
                for asset in some {
                    let named = AssetId {
                        cluster: Some(cluster.to_owned()),
                        ..asset.clone()
                    };
                    let (old, new) = (asset.to_string(), named.to_string());
                    if !rename(connection, &old, &new).await? {
                        stayed.push(asset.clone());
                    }
                }
                Ok(stayed)
            });
            staying.extend(stayed.await?);
        }
        Ok(staying)
    }
}

/// Renames an asset; false if there is one of the new name.
async fn rename(connection: &mut AnyConnection, old: &str, new: &str) -> Result<bool, sqlx::Error> {
    if !copy(connection, "assets", old, new).await? {
        return Ok(false);
    }
    for update in [
        "UPDATE runs SET asset = $2 WHERE asset = $1",
        "UPDATE recovery_points SET asset = $2 WHERE asset = $1",
        "UPDATE service_levels SET asset = $2 WHERE asset = $1",
    ] {
        let update = sqlx::query(update).bind(old).bind(new);
        update.execute(&mut *connection).await?;
    }
    rename_within(connection, OPERATIONS, old, new).await?;
    rename_within(connection, INSTANCES, old, new).await?;
    rename_incidents(connection, old, new).await?;
    let delete = sqlx::query("DELETE FROM assets WHERE id = $1").bind(old);
    delete.execute(connection).await?;
    Ok(true)
}

/// Rows of an asset whose JSON names it as well: how they are read, each by what tells it from the
/// asset's others, and how they are written.
struct Documents {
    select: &'static str,
    update: &'static str,
}

const OPERATIONS: Documents = Documents {
    select: "SELECT operation AS name, history AS document FROM operation_histories WHERE asset = $1",
    update: "UPDATE operation_histories SET asset = $3, history = $4 WHERE asset = $1 AND operation = $2",
};
const INSTANCES: Documents = Documents {
    select: "SELECT alert AS name, instance AS document FROM alert_instances WHERE asset = $1",
    update: "UPDATE alert_instances SET asset = $3, instance = $4 WHERE asset = $1 AND alert = $2",
};

async fn rename_within(
    connection: &mut AnyConnection,
    documents: Documents,
    old: &str,
    new: &str,
) -> Result<(), sqlx::Error> {
    let found = sqlx::query(documents.select).bind(old);
    for row in found.fetch_all(&mut *connection).await? {
        let mut document: Value = row.json("document")?;
        replace(&mut document, old, new);
        sqlx::query(documents.update)
            .bind(old)
            .bind(row.text("name")?)
            .bind(new)
            .bind(json(&document)?)
            .execute(&mut *connection)
            .await?;
    }
    Ok(())
}

/// Gives the new name to the asset wherever it stands in a document.
fn replace(document: &mut Value, old: &str, new: &str) {
    match document {
        Value::Object(fields) => {
            for (name, value) in fields {
                if name == "asset" && value == old {
                    *value = new.into();
                } else {
                    replace(value, old, new);
                }
            }
        }
        Value::Array(items) => {
            for item in items {
                replace(item, old, new);
            }
        }
        _ => {}
    }
}

/// The identity of an incident holds that of its asset; messages refer to it.
async fn rename_incidents(
    connection: &mut AnyConnection,
    old: &str,
    new: &str,
) -> Result<(), sqlx::Error> {
    let found = sqlx::query("SELECT id FROM incidents WHERE asset = $1").bind(old);
    for row in found.fetch_all(&mut *connection).await? {
        let old_id = row.text("id")?;
        let new_id = old_id.replacen(old, new, 1);
        copy(connection, "incidents", &old_id, &new_id).await?;
        let update = "UPDATE outbox SET incident_id = $2 WHERE incident_id = $1";
        let update = sqlx::query(update).bind(&old_id).bind(&new_id);
        update.execute(&mut *connection).await?;
        let delete = sqlx::query("DELETE FROM incidents WHERE id = $1").bind(&old_id);
        delete.execute(&mut *connection).await?;
    }
    let update = sqlx::query("UPDATE incidents SET asset = $2 WHERE asset = $1");
    update.bind(old).bind(new).execute(connection).await?;
    Ok(())
}

/// Copies a row to another identity, whatever columns there are; false if there is one already.
async fn copy(
    connection: &mut AnyConnection,
    table: &'static str,
    old: &str,
    new: &str,
) -> Result<bool, sqlx::Error> {
    let select = format!("SELECT * FROM {table} WHERE id = $1");
    let select = sqlx::query(AssertSqlSafe(select)).bind(old);
    let row = select.fetch_one(&mut *connection).await?;
    let columns = row.columns().iter().map(Column::name);
    let columns: Vec<&str> = columns.filter(|column| *column != "id").collect();
    let columns = columns.join(", ");
    let insert = format!(
        "INSERT INTO {table} (id, {columns}) SELECT $2, {columns} FROM {table} WHERE id = $1 \
         ON CONFLICT (id) DO NOTHING"
    );
    let insert = sqlx::query(AssertSqlSafe(insert)).bind(old).bind(new);
    Ok(insert.execute(connection).await?.rows_affected() > 0)
}
