//! Assets: since when each is known, whether it is gone, and whether it is suspended.

use jiff::Timestamp;
use lifeboat_core::AssetId;
use sqlx::AnyConnection;

use crate::{
    Error, Ledger,
    columns::{Columns, moment, moment_or_none},
};

impl Ledger {
    /// Takes note that an asset is there, and returns since when it is known. One that was gone is
    /// back, with its history. Writes only if that is news.
    pub async fn see_asset(&self, asset: &AssetId, now: Timestamp) -> Result<Timestamp, Error> {
        let id = asset.to_string();
        let action = format!("take note of {asset}");
        let known = self
            .read(&action, async |connection| {
                sqlx::query("SELECT first_seen_at FROM assets WHERE id = $1 AND gone_at IS NULL")
                    .bind(&id)
                    .fetch_optional(connection)
                    .await?
                    .map(|row| row.moment("first_seen_at"))
                    .transpose()
            })
            .await?;
        if let Some(first_seen_at) = known {
            return Ok(first_seen_at);
        }
        self.write(&action, async |connection| {
            write_seen(connection, asset, now).await
        })
        .await
    }

    /// Takes note that an asset is no longer there. Its history stays until it is forgotten.
    pub async fn asset_gone(&self, asset: &AssetId, now: Timestamp) -> Result<(), Error> {
        self.write(
            &format!("take note that {asset} is gone"),
            async |connection| write_gone(connection, asset, now).await,
        )
        .await
    }

    /// Takes note since when an asset is suspended, or that it is not.
    pub async fn set_suspended(
        &self,
        asset: &AssetId,
        since: Option<Timestamp>,
    ) -> Result<(), Error> {
        self.write(
            &format!("take note whether {asset} is suspended"),
            async |connection| write_suspended(connection, asset, since).await,
        )
        .await
    }
}

/// Since when it is known, which may be long before.
pub(crate) async fn write_seen(
    connection: &mut AnyConnection,
    asset: &AssetId,
    now: Timestamp,
) -> Result<Timestamp, sqlx::Error> {
    sqlx::query(
        "INSERT INTO assets (id, first_seen_at) VALUES ($1, $2) \
         ON CONFLICT (id) DO UPDATE SET gone_at = NULL RETURNING first_seen_at",
    )
    .bind(asset.to_string())
    .bind(moment(now))
    .fetch_one(connection)
    .await?
    .moment("first_seen_at")
}

pub(crate) async fn write_gone(
    connection: &mut AnyConnection,
    asset: &AssetId,
    now: Timestamp,
) -> Result<(), sqlx::Error> {
    sqlx::query("UPDATE assets SET gone_at = $2 WHERE id = $1 AND gone_at IS NULL")
        .bind(asset.to_string())
        .bind(moment(now))
        .execute(connection)
        .await
        .map(drop)
}

pub(crate) async fn write_suspended(
    connection: &mut AnyConnection,
    asset: &AssetId,
    since: Option<Timestamp>,
) -> Result<(), sqlx::Error> {
    sqlx::query("UPDATE assets SET suspended_since = $2 WHERE id = $1")
        .bind(asset.to_string())
        .bind(moment_or_none(since))
        .execute(connection)
        .await
        .map(drop)
}
