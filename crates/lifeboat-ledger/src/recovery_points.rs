//! Recovery points: those that are there, and those that were.

use std::collections::BTreeMap;

use jiff::Timestamp;
use lifeboat_core::{AssetHistory, AssetId, Integrity, PointVerification, RecoveryPoint};
use sqlx::{AnyConnection, any::AnyRow};

use crate::{
    Error, Ledger,
    columns::{Columns, foreign_text, json, moment, moment_or_none},
    select::Select,
};

const POINTS: &str = "SELECT name, taken_at, bytes, damage, verified_at, verification_level, \
     verification_good, pinned, vanished_at FROM recovery_points WHERE TRUE";

/// A recovery point, and when it was first missed, if it is no longer there.
#[derive(Debug, Clone, PartialEq)]
pub struct KnownPoint {
    /// The recovery point, as it was last seen.
    pub point: RecoveryPoint,
    /// When an inventory first didn't find it any more.
    pub vanished_at: Option<Timestamp>,
}

impl Ledger {
    /// Records what [`AssetHistory::take_inventory`] made of a look at an asset's recovery points.
    /// Those that are no longer among them have vanished at the moment of the inventory, and stay
    /// until they are forgotten. Writes only what has changed.
    pub async fn put_inventory(
        &self,
        asset: &AssetId,
        history: &AssetHistory,
    ) -> Result<(), Error> {
        if history.inventory.is_none() {
            // Nobody has looked yet.
            return Ok(());
        }
        self.write(
            &format!("record the recovery points of {asset}"),
            async |connection| write_inventory(connection, asset, history).await,
        )
        .await
    }

    /// An asset's recovery points, oldest first: those that are there, or all that are known.
    pub async fn recovery_points(
        &self,
        asset: &AssetId,
        include_vanished: bool,
    ) -> Result<Vec<KnownPoint>, Error> {
        self.read(
            &format!("list the recovery points of {asset}"),
            async |connection| {
                let mut points =
                    select_points(connection, &asset.to_string(), include_vanished).await?;
                points.sort_by(|left, right| {
                    (left.point.taken_at, &left.point.name)
                        .cmp(&(right.point.taken_at, &right.point.name))
                });
                Ok(points)
            },
        )
        .await
    }
}

pub(crate) async fn write_inventory(
    connection: &mut AnyConnection,
    asset: &AssetId,
    history: &AssetHistory,
) -> Result<(), sqlx::Error> {
    let Some(inventory) = &history.inventory else {
        return Ok(());
    };
    let asset = asset.to_string();
    sqlx::query(
        "UPDATE assets SET inventory_at = $2, inventory_error = $3, \
         first_recovery_point_at = $4, loss = $5, upkeep = $6 WHERE id = $1",
    )
    .bind(&asset)
    .bind(moment(inventory.at))
    .bind(inventory.error.as_deref().map(foreign_text))
    .bind(moment_or_none(history.first_recovery_point_at))
    .bind(history.loss.as_ref().map(json).transpose()?)
    .bind(history.upkeep.as_ref().map(json).transpose()?)
    .execute(&mut *connection)
    .await?;
    let mut known = present_points(connection, &asset).await?;
    for point in &history.recovery_points {
        if known.remove(&point.name).as_ref() != Some(point) {
            write_point(connection, &asset, point).await?;
        }
    }
    for name in known.into_keys() {
        sqlx::query("UPDATE recovery_points SET vanished_at = $3 WHERE asset = $1 AND name = $2")
            .bind(&asset)
            .bind(name)
            .bind(moment(inventory.at))
            .execute(&mut *connection)
            .await?;
    }
    Ok(())
}

async fn present_points(
    connection: &mut AnyConnection,
    asset: &str,
) -> Result<BTreeMap<String, RecoveryPoint>, sqlx::Error> {
    let points = select_points(connection, asset, false).await?;
    Ok(points
        .into_iter()
        .map(|known| (known.point.name.clone(), known.point))
        .collect())
}

async fn select_points(
    connection: &mut AnyConnection,
    asset: &str,
    include_vanished: bool,
) -> Result<Vec<KnownPoint>, sqlx::Error> {
    let mut select = Select::new(POINTS).and("asset =", Some(asset.to_owned()))?;
    if !include_vanished {
        select = select.also("vanished_at IS NULL");
    }
    let rows = select.fetch(connection, "taken_at", u32::MAX).await?;
    rows.iter().map(read_point).collect()
}

async fn write_point(
    connection: &mut AnyConnection,
    asset: &str,
    point: &RecoveryPoint,
) -> Result<(), sqlx::Error> {
    let verification = point.verification.as_ref();
    let damage = match &point.integrity {
        Integrity::Whole => None,
        Integrity::Damaged(reason) => Some(foreign_text(reason)),
    };
    sqlx::query(
        "INSERT INTO recovery_points (asset, name, taken_at, bytes, damage, verified_at, \
             verification_level, verification_good, pinned) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) \
         ON CONFLICT (asset, name) DO UPDATE SET taken_at = excluded.taken_at, \
             bytes = excluded.bytes, damage = excluded.damage, \
             verified_at = excluded.verified_at, \
             verification_level = excluded.verification_level, \
             verification_good = excluded.verification_good, pinned = excluded.pinned, \
             vanished_at = NULL",
    )
    .bind(asset)
    .bind(&point.name)
    .bind(moment(point.taken_at))
    .bind(point.bytes.map(u64::cast_signed))
    .bind(damage)
    .bind(verification.map(|verification| moment(verification.at)))
    .bind(verification.map(|verification| verification.level.as_str()))
    .bind(verification.map(|verification| i64::from(verification.good)))
    .bind(i64::from(point.pinned))
    .execute(connection)
    .await
    .map(drop)
}

pub(crate) fn read_point(row: &AnyRow) -> Result<KnownPoint, sqlx::Error> {
    let verification = match row.moment_or_none("verified_at")? {
        Some(at) => Some(Box::new(PointVerification {
            at,
            level: row.text("verification_level")?,
            good: row.number("verification_good")? != 0,
        })),
        None => None,
    };
    Ok(KnownPoint {
        point: RecoveryPoint {
            name: row.text("name")?,
            taken_at: row.moment("taken_at")?,
            bytes: row.number_or_none("bytes")?.map(i64::cast_unsigned),
            integrity: row
                .text_or_none("damage")?
                .map_or(Integrity::Whole, Integrity::Damaged),
            verification,
            pinned: row.number("pinned")? != 0,
        },
        vanished_at: row.moment_or_none("vanished_at")?,
    })
}
