//! Service levels: what was kept over thirty days, for as long as the asset is known.

use lifeboat_core::{AssetId, slo::ServiceLevels};
use sqlx::AnyConnection;

use crate::columns::json;

pub(crate) async fn write_service_levels(
    connection: &mut AnyConnection,
    asset: &AssetId,
    levels: &ServiceLevels,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "INSERT INTO service_levels (asset, levels) VALUES ($1, $2) \
         ON CONFLICT (asset) DO UPDATE SET levels = excluded.levels",
    )
    .bind(asset.to_string())
    .bind(json(levels)?)
    .execute(connection)
    .await
    .map(drop)
}
