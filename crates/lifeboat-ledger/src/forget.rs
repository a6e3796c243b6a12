//! Retention of history: what is long over is removed, a batch at a time.

use jiff::Timestamp;
use sqlx::AnyConnection;

use crate::{
    Error, Ledger,
    columns::{Columns, moment},
};

/// How many rows a transaction removes, so that nobody waits long for the next.
const BATCH: i64 = 1_000;

const RUNS: &str = "DELETE FROM runs WHERE id IN \
     (SELECT id FROM runs WHERE ended_at < $1 LIMIT $2)";
const POINTS: &str = "DELETE FROM recovery_points WHERE (asset, name) IN \
     (SELECT asset, name FROM recovery_points WHERE vanished_at < $1 LIMIT $2)";
/// As long as an incident is known, so is what was told of it, or it might be told again.
const MESSAGES: &str = "DELETE FROM outbox WHERE (route, incident_id, event) IN \
     (SELECT route, incident_id, event FROM outbox JOIN incidents ON incidents.id = incident_id \
      WHERE resolved_at < $1 AND delivered_at < $1 LIMIT $2)";
const INCIDENTS: &str = "DELETE FROM incidents WHERE id IN \
     (SELECT id FROM incidents WHERE resolved_at < $1 AND NOT EXISTS \
         (SELECT 1 FROM outbox WHERE outbox.incident_id = incidents.id) LIMIT $2)";
const SILENCES: &str = "DELETE FROM silences WHERE id IN \
     (SELECT id FROM silences WHERE ends_at < $1 LIMIT $2)";
/// The runs of an asset that is forgotten, as long as there are many.
const RUNS_OF_ASSET: &str = "DELETE FROM runs WHERE id IN \
     (SELECT runs.id FROM runs JOIN assets ON assets.id = runs.asset \
      WHERE assets.gone_at < $1 LIMIT $2)";
const POINTS_OF_ASSET: &str = "DELETE FROM recovery_points WHERE (asset, name) IN \
     (SELECT recovery_points.asset, name FROM recovery_points \
      JOIN assets ON assets.id = recovery_points.asset WHERE assets.gone_at < $1 LIMIT $2)";
/// What else an asset has, and at last the asset itself.
const REST_OF_ASSET: [&str; 8] = [
    "DELETE FROM runs WHERE asset = $1",
    "DELETE FROM recovery_points WHERE asset = $1",
    "DELETE FROM operation_histories WHERE asset = $1",
    "DELETE FROM service_levels WHERE asset = $1",
    "DELETE FROM outbox WHERE incident_id IN (SELECT id FROM incidents WHERE asset = $1)",
    "DELETE FROM incidents WHERE asset = $1",
    "DELETE FROM alert_instances WHERE asset = $1",
    "DELETE FROM assets WHERE id = $1",
];

/// How many rows were removed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Forgotten {
    /// Ended runs, and all those of assets that are gone.
    pub runs: u64,
    /// Vanished recovery points, and all those of assets that are gone.
    pub recovery_points: u64,
    /// Messages that were delivered.
    pub messages: u64,
    /// Incidents that were resolved, and of which nothing is left to be told.
    pub incidents: u64,
    /// Silences that were over.
    pub silences: u64,
    /// Assets that were gone, with everything about them.
    pub assets: u64,
}

impl Ledger {
    /// Removes what was over before a moment: ended runs, vanished recovery points, resolved
    /// incidents with their delivered messages, silences, and assets that are gone.
    ///
    /// What operations came to ([`lifeboat_core::OperationHistory`]) stays as long as the asset.
    /// SQLite's file doesn't shrink; the space in it is used again.
    pub async fn forget(&self, before: Timestamp) -> Result<Forgotten, Error> {
        let mut forgotten = Forgotten {
            runs: self.remove(RUNS, before).await? + self.remove(RUNS_OF_ASSET, before).await?,
            recovery_points: self.remove(POINTS, before).await?
                + self.remove(POINTS_OF_ASSET, before).await?,
            messages: self.remove(MESSAGES, before).await?,
            incidents: self.remove(INCIDENTS, before).await?,
            silences: self.remove(SILENCES, before).await?,
            assets: 0,
        };
        while self.forget_asset(before).await? {
            forgotten.assets += 1;
        }
        Ok(forgotten)
    }

    async fn remove(&self, delete: &'static str, before: Timestamp) -> Result<u64, Error> {
        let mut removed = 0;
        loop {
            let batch = self
                .write("remove old history", async |connection| {
                    sqlx::query(delete)
                        .bind(moment(before))
                        .bind(BATCH)
                        .execute(connection)
                        .await
                })
                .await?
                .rows_affected();
            removed += batch;
            if batch < BATCH.cast_unsigned() {
                return Ok(removed);
            }
        }
    }

    /// Removes one asset that is gone, in the same transaction that looks for it: it might come
    /// back. Returns whether there was one.
    async fn forget_asset(&self, before: Timestamp) -> Result<bool, Error> {
        self.write("remove an asset that is gone", async |connection| {
            let row = sqlx::query("SELECT id FROM assets WHERE gone_at < $1 LIMIT 1")
                .bind(moment(before))
                .fetch_optional(&mut *connection)
                .await?;
            let Some(row) = row else {
                return Ok(false);
            };
            remove_rest(connection, &row.text("id")?).await?;
            Ok(true)
        })
        .await
    }
}

async fn remove_rest(connection: &mut AnyConnection, asset: &str) -> Result<(), sqlx::Error> {
    for delete in REST_OF_ASSET {
        sqlx::query(delete)
            .bind(asset)
            .execute(&mut *connection)
            .await?;
    }
    Ok(())
}
